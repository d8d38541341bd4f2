#include "daemon/route_store.h"

#include <stdlib.h>
#include <uv.h>

/* The gate is passed by everyone on the way in, so that a writer that waits behind it keeps later readers
 * out. */
struct mh_route_store {
    uv_mutex_t gate;
    uv_rwlock_t lock;
    struct mh_route_table *table;
};

static bool init_locks(struct mh_route_store *store)
{
    if (uv_mutex_init(&store->gate) != 0)
        return false;
    if (uv_rwlock_init(&store->lock) == 0)
        return true;
    uv_mutex_destroy(&store->gate);
    return false;
}

struct mh_route_store *mh_route_store_new(void)
{
    struct mh_route_store *store = calloc(1, sizeof *store);
    struct mh_route_table *table = mh_route_table_new();
    if (store == NULL || table == NULL || !init_locks(store)) {
        mh_route_table_free(table);
        free(store);
        return NULL;
    }
    store->table = table;
    return store;
}

void mh_route_store_free(struct mh_route_store *store)
{
    if (store == NULL)
        return;
    mh_route_table_free(store->table);
    uv_rwlock_destroy(&store->lock);
    uv_mutex_destroy(&store->gate);
    free(store);
}

struct mh_route_table *mh_route_store_write(struct mh_route_store *store)
{
    uv_mutex_lock(&store->gate);
    uv_rwlock_wrlock(&store->lock);
    uv_mutex_unlock(&store->gate);
    return store->table;
}

void mh_route_store_written(struct mh_route_store *store)
{
    uv_rwlock_wrunlock(&store->lock);
}

void mh_route_store_swap(struct mh_route_store *store, struct mh_route_table *table)
{
    struct mh_route_table *before = mh_route_store_write(store);
    store->table = table;
    mh_route_store_written(store);
    mh_route_table_free(before);
}

const struct mh_route_table *mh_route_store_read(struct mh_route_store *store)
{
    uv_mutex_lock(&store->gate);
    uv_rwlock_rdlock(&store->lock);
    uv_mutex_unlock(&store->gate);
    return store->table;
}

void mh_route_store_done(struct mh_route_store *store)
{
    uv_rwlock_rdunlock(&store->lock);
}
