/* What every system refuses, and what it fills in: the same for the host file and for ops. */
#ifndef MH_SIM_CHECK_H
#define MH_SIM_CHECK_H

#include "sim_host.h"

/* False, and *refusal says why, when no interface of the host can have the address. */
bool sim_check_address(const struct sim_host *host, const struct mh_interface_address *address,
                       struct sim_refusal *refusal);

/* Fills in what was left out (the interface by which a gateway is reached, the metric) and checks next hops
 * and source. `hops` are the route's, writable, with room for one
 * at least. `strict`: an interface that is down is refused where the
 * system takes its routes. */
bool sim_settle_route(const struct sim_host *host, struct mh_route *route, struct mh_next_hop *hops,
                      bool strict, struct sim_refusal *refusal);

/* The metric of a route that was given none. */
uint32_t sim_usual_metric(const struct sim_host *host, const struct mh_route *route);

/* Types that need no next hop: blackhole, unreachable, prohibit, throw. */
bool sim_route_ends_here(const struct mh_route *route);

/* False when a rule cannot be. */
bool sim_check_rule(const struct mh_rule *rule, struct sim_refusal *refusal);

#endif
