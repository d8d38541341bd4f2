/* The routes that decide about some addresses, as they will be when a plan has been executed. A host may have
 * a million; only those that cover one of the addresses are looked at. Pure. */
#ifndef MH_CORE_PLAN_ROUTES_AFTER_H
#define MH_CORE_PLAN_ROUTES_AFTER_H

#include "core/plan.h"

/* A table with every route that a lookup of one of the addresses (and of the gateways that it leads to) meets
 * after the plan: those of now that cover it, without what the plan takes away and what goes with it, and
 * with what it brings. Routes that the kernel makes of addresses follow these on Linux, and stay as they are
 * on other systems. `input->routes` is held still during the call. The caller frees *after. MH_NO_MEMORY. */
enum mh_error mh_plan_routes_after(const struct mh_plan_input *input, const struct mh_plan *plan,
                                   const struct mh_address *addresses, size_t count,
                                   struct mh_route_table **after);

#endif
