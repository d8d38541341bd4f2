/* Which routes two tables do not share. Pure. */
#ifndef MH_CORE_ROUTE_DIFF_H
#define MH_CORE_ROUTE_DIFF_H

#include "core/route_table.h"

/* `route` is valid during the call. */
typedef void (*mh_route_difference)(void *context, bool removed, const struct mh_route *route);

/* Calls `handler` for every route of `before` that `after` lacks (removed), and the reverse. Takes time in
 * proportion to both tables. A route whose next hops only died or revived is no difference. */
void mh_route_table_diff(const struct mh_route_table *before, const struct mh_route_table *after,
                         mh_route_difference handler, void *context);

#endif
