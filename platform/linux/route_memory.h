/* What must be remembered of routes to follow their changes without holding the table itself (change.c says
 * why). It only grows between two readings, so it errs on the side of one reading too many. One thread. */
#ifndef MH_LINUX_ROUTE_MEMORY_H
#define MH_LINUX_ROUTE_MEMORY_H

#include "core/model.h"
#include "key_set.h"

/* All zero is the empty memory. */
struct mh_route_memory {
    struct mh_key_set interfaces; /* that next hops go by */
    struct mh_key_set objects;    /* nexthop objects that routes name */
    struct mh_key_set sources;    /* preferred sources, of routes that the kernel did not make itself */
    struct mh_key_set rows;       /* keys with more than one route */
    struct mh_key_set multipath;  /* keys of IPv6 multipath routes, whose next hops come and go one by one */
    uint64_t last_key;
    bool dead_hops; /* some next hop is dead, and may come back */
};

/* A number for what routes in one row have in common: table, destination, source, TOS and metric. Rarely,
 * others share it. */
uint64_t mh_route_key(const struct mh_route *route);

/* Notes a route of a reading (`in_reading`, where those of one key follow each other) or of a change. */
void mh_route_memory_note(struct mh_route_memory *memory, const struct mh_route *route, bool in_reading);
void mh_route_memory_note_row(struct mh_route_memory *memory, uint64_t key);

bool mh_route_memory_has_source(const struct mh_route_memory *memory, const struct mh_address *source);
void mh_route_memory_clear(struct mh_route_memory *memory);

#endif
