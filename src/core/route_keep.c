#include "core/route_keep.h"

#include <string.h>

bool mh_route_keep(struct mh_arena *arena, struct mh_route *route)
{
    size_t size = route->next_hop_count * sizeof *route->next_hops;
    const struct mh_next_hop *hops = mh_arena_copy(arena, route->next_hops, size);
    if (hops == NULL)
        return false;
    route->next_hops = hops;
    if (route->native_length == 0)
        return true;
    const uint8_t *native = mh_arena_copy(arena, route->native, route->native_length);
    if (native != NULL)
        route->native = native;
    return native != NULL;
}

bool mh_route_native_equal(const struct mh_route *a, const struct mh_route *b)
{
    return a->native_length == b->native_length &&
           (a->native_length == 0 || memcmp(a->native, b->native, a->native_length) == 0);
}
