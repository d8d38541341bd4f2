/* Routes that outlive where they were read. Pure. */
#ifndef MH_CORE_ROUTE_KEEP_H
#define MH_CORE_ROUTE_KEEP_H

#include "core/arena.h"
#include "core/model.h"

/* Has the route point to copies of its next hops and of its native properties, which are the arena's. False
 * when out of memory: the pointers are then as they were, or the arena's. */
bool mh_route_keep(struct mh_arena *arena, struct mh_route *route);

/* Two routes have the same native properties. */
bool mh_route_native_equal(const struct mh_route *a, const struct mh_route *b);

#endif
