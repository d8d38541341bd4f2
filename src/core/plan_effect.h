/* What a plan does to the host's users: the scenario it leads to, the addresses that go (and with them the
 * sessions that use them), and the default gateways that come and go. Pure. */
#ifndef MH_CORE_PLAN_EFFECT_H
#define MH_CORE_PLAN_EFFECT_H

#include "core/plan.h"
#include "core/scenario.h"

struct mh_plan_gateway {
    struct mh_address gateway; /* family none: the default route is on link */
    uint32_t interface;
    uint32_t table;
};

struct mh_plan_effect {
    struct mh_scenario_report *before, *after;
    bool scenario_changes;
    size_t lost_count;
    struct mh_interface_address *lost; /* addresses that the host has, and has no more on any interface */
    size_t cut_count;
    struct mh_plan_gateway *cut; /* of default routes that the plan takes away */
    size_t gained_count;
    struct mh_plan_gateway *gained; /* of those that it brings */
};

/* The caller clears *effect. MH_NO_MEMORY. */
enum mh_error mh_plan_effect(const struct mh_plan_input *input, const struct mh_plan *plan,
                             struct mh_plan_effect *effect);
void mh_plan_effect_clear(struct mh_plan_effect *effect);

#endif
