/* The route table with its reader/writer discipline: the loop writes, API threads read a bounded piece at a
 * time. Fair: a writer that waits goes before readers that come later. */
#ifndef MH_DAEMON_ROUTE_STORE_H
#define MH_DAEMON_ROUTE_STORE_H

#include "core/route_table.h"

struct mh_route_store;

struct mh_route_store *mh_route_store_new(void);
void mh_route_store_free(struct mh_route_store *store);

/* Loop thread: the table to write to; give it back at once. */
struct mh_route_table *mh_route_store_write(struct mh_route_store *store);
void mh_route_store_written(struct mh_route_store *store);
/* Loop thread: puts a table that was filled aside in place of the old one, which is freed. */
void mh_route_store_swap(struct mh_route_store *store, struct mh_route_table *table);

/* Any thread: the table to read; hold it for at most some thousand routes, then give it back. */
const struct mh_route_table *mh_route_store_read(struct mh_route_store *store);
void mh_route_store_done(struct mh_route_store *store);

#endif
