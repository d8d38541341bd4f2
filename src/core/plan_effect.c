#include "core/plan_effect.h"

#include "core/config_roles.h"

#include <stdlib.h>

void mh_plan_effect_clear(struct mh_plan_effect *effect)
{
    mh_scenario_report_free(effect->before);
    mh_scenario_report_free(effect->after);
    free(effect->lost);
    free(effect->cut);
    free(effect->gained);
    *effect = (struct mh_plan_effect){0};
}

/* ---- scenario -------------------------------------------------------------------------------------- */

static bool assess(const struct mh_plan_input *input, const struct mh_plan *plan,
                   struct mh_plan_effect *effect)
{
    const struct mh_role_source roles = mh_config_roles(input->config);
    effect->before = mh_scenario_assess(input->snapshot, input->routes, &roles);
    effect->after = mh_scenario_assess(&plan->after, input->routes, &roles);
    if (effect->before == NULL || effect->after == NULL)
        return false;
    effect->scenario_changes = !mh_scenario_report_equal(effect->before, effect->after);
    return true;
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static bool list_lost(const struct mh_plan_input *input, const struct mh_plan *plan,
                      struct mh_plan_effect *effect)
{
    const struct mh_snapshot *before = input->snapshot;
    effect->lost = calloc(before->address_count + 1, sizeof *effect->lost);
    if (effect->lost == NULL)
        return false;
    for (size_t i = 0; i < before->address_count; i++)
        if (!mh_snapshot_has_address(&plan->after, &before->addresses[i].address))
            effect->lost[effect->lost_count++] = before->addresses[i];
    return true;
}

/* ---- gateways -------------------------------------------------------------------------------------- */

static void take(struct mh_plan_gateway *list, size_t *count, const struct mh_route *route)
{
    for (size_t i = 0; i < route->next_hop_count && route->destination.length == 0; i++)
        list[(*count)++] = (struct mh_plan_gateway){route->next_hops[i].gateway,
                                                    route->next_hops[i].interface, route->table};
}

/* A replaced route is cut and gained: what it was is in the undo. */
static void take_step(const struct mh_plan_step *step, struct mh_plan_effect *effect)
{
    const struct mh_route *route = &step->op.of.route;
    if (step->op.kind == MH_OP_ROUTE_DELETE)
        take(effect->cut, &effect->cut_count, route);
    if (step->op.kind == MH_OP_ROUTE_ADD || step->op.kind == MH_OP_ROUTE_REPLACE)
        take(effect->gained, &effect->gained_count, route);
    if (step->op.kind == MH_OP_ROUTE_REPLACE && step->undo_count > 0)
        take(effect->cut, &effect->cut_count, &step->undo[0].of.route);
}

/* Room for the gateways of all routes that steps speak of. */
static size_t count_gateways(const struct mh_plan *plan)
{
    size_t count = 1;
    for (size_t i = 0; i < plan->step_count; i++) {
        const struct mh_plan_step *step = &plan->steps[i];
        bool is_route = step->op.kind == MH_OP_ROUTE_ADD || step->op.kind == MH_OP_ROUTE_REPLACE ||
                        step->op.kind == MH_OP_ROUTE_DELETE;
        count += is_route ? step->op.of.route.next_hop_count : 0U;
        if (step->op.kind == MH_OP_ROUTE_REPLACE && step->undo_count > 0)
            count += step->undo[0].of.route.next_hop_count;
    }
    return count;
}

static bool list_gateways(const struct mh_plan *plan, struct mh_plan_effect *effect)
{
    effect->cut = calloc(count_gateways(plan), sizeof *effect->cut);
    effect->gained = calloc(count_gateways(plan), sizeof *effect->gained);
    if (effect->cut == NULL || effect->gained == NULL)
        return false;
    for (size_t i = 0; i < plan->step_count; i++)
        take_step(&plan->steps[i], effect);
    return true;
}

enum mh_error mh_plan_effect(const struct mh_plan_input *input, const struct mh_plan *plan,
                             struct mh_plan_effect *effect)
{
    *effect = (struct mh_plan_effect){0};
    if (assess(input, plan, effect) && list_lost(input, plan, effect) && list_gateways(plan, effect))
        return MH_OK;
    mh_plan_effect_clear(effect);
    return MH_NO_MEMORY;
}
