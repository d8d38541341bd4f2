#include "daemon/view.h"

#include <stdlib.h>
#include <uv.h>

struct mh_view_slot {
    uv_mutex_t lock; /* held for the pointer and its count only */
    struct mh_view *newest;
    atomic_uint_least64_t generation;
};

void mh_view_free(struct mh_view *view)
{
    if (view == NULL)
        return;
    mh_snapshot_clear(&view->snapshot);
    mh_scenario_report_free(view->scenario);
    mh_config_release(view->config);
    mh_ours_release(view->ours);
    free(view->roles);
    free(view);
}

struct mh_view_slot *mh_view_slot_new(void)
{
    struct mh_view_slot *slot = calloc(1, sizeof *slot);
    if (slot == NULL || uv_mutex_init(&slot->lock) != 0) {
        free(slot);
        return NULL;
    }
    return slot;
}

void mh_view_slot_free(struct mh_view_slot *slot)
{
    if (slot == NULL)
        return;
    if (slot->newest != NULL)
        mh_view_release(slot->newest);
    uv_mutex_destroy(&slot->lock);
    free(slot);
}

void mh_view_publish(struct mh_view_slot *slot, struct mh_view *view)
{
    atomic_init(&view->references, 1);
    uv_mutex_lock(&slot->lock);
    struct mh_view *before = slot->newest;
    view->generation = atomic_load_explicit(&slot->generation, memory_order_relaxed) + 1;
    slot->newest = view;
    atomic_store_explicit(&slot->generation, view->generation, memory_order_release);
    uv_mutex_unlock(&slot->lock);
    if (before != NULL)
        mh_view_release(before);
}

const struct mh_view *mh_view_acquire(struct mh_view_slot *slot)
{
    uv_mutex_lock(&slot->lock);
    struct mh_view *view = slot->newest;
    if (view != NULL)
        atomic_fetch_add_explicit(&view->references, 1, memory_order_relaxed);
    uv_mutex_unlock(&slot->lock);
    return view;
}

uint64_t mh_view_newest(const struct mh_view_slot *slot)
{
    return atomic_load_explicit(&slot->generation, memory_order_acquire);
}

void mh_view_release(const struct mh_view *view)
{
    /* Only the count of a published view changes, and the last reader owns the rest. */
    struct mh_view *own = (struct mh_view *)view;
    if (atomic_fetch_sub_explicit(&own->references, 1, memory_order_acq_rel) == 1)
        mh_view_free(own);
}
