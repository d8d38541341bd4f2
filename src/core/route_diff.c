#include "core/route_diff.h"

/* True when one of the table's routes to the same destination is equal to `route`. */
static bool holds(const struct mh_route_table *table, const struct mh_route *route)
{
    mh_route_handle handle = mh_route_table_exact(table, route->table, &route->destination);
    for (; handle != 0; handle = mh_route_table_sibling(table, handle)) {
        struct mh_route other;
        mh_route_table_get(table, handle, &other);
        if (mh_route_equal(route, &other))
            return true;
    }
    return false;
}

static void tell_missing(const struct mh_route_table *from, const struct mh_route_table *in, bool removed,
                         mh_route_difference handler, void *context)
{
    struct mh_route_place place = {0};
    mh_route_handle handle;
    while ((handle = mh_route_table_walk(from, &place)) != 0) {
        struct mh_route route;
        mh_route_table_get(from, handle, &route);
        if (!holds(in, &route))
            handler(context, removed, &route);
    }
}

void mh_route_table_diff(const struct mh_route_table *before, const struct mh_route_table *after,
                         mh_route_difference handler, void *context)
{
    tell_missing(before, after, true, handler, context);
    tell_missing(after, before, false, handler, context);
}
