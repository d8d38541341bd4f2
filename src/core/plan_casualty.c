/* Routes that went with an address: they are put back as they were, where they still can stand. Those that
 * cannot are named. */
#include "core/plan_restore.h"

static bool can_use(const struct mh_plan_builder *builder, const struct mh_next_hop *hop)
{
    return hop->gateway.family == MH_FAMILY_NONE || (hop->flags & MH_NEXT_HOP_ON_LINK) ||
           mh_plan_is_on_link(builder, hop->interface, &hop->gateway);
}

/* Where a route has a source though nobody named one, the address was the system's choice: another one
 * serves. */
static struct mh_route coming_back(const struct mh_plan_builder *builder, const struct mh_route *route)
{
    struct mh_route own = *route;
    if (builder->traits->fills_in_source && mh_plan_host_address(builder, &route->preferred_source) == NULL)
        own.preferred_source = (struct mh_address){0};
    return own;
}

/* Why the route cannot be there; NULL when it can. */
static const char *obstacle(const struct mh_plan_builder *builder, const struct mh_route *route)
{
    if (route->preferred_source.family != MH_FAMILY_NONE &&
        mh_plan_host_address(builder, &route->preferred_source) == NULL)
        return "its source address goes";
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (!can_use(builder, &route->next_hops[i]))
            return "its gateway is on no link any more";
    if (route->next_hop_count > 0 && !mh_plan_can_fill_in(builder, route->next_hops[0].interface,
                                                          (enum mh_family)route->destination.address.family))
        return "its interface has no address any more";
    return NULL;
}

static void consider(void *context, const struct mh_route *route, bool is_altered)
{
    struct mh_plan_builder *builder = context;
    char text[MH_PREFIX_TEXT_SIZE];
    if (route->owner == MH_OWNER_KERNEL)
        return; /* it went on purpose */
    const struct mh_route own = coming_back(builder, route);
    const char *why = obstacle(builder, &own);
    if (why == NULL && route->incomplete)
        mh_plan_note(
            builder, &builder->warnings, "",
            "The route to %s (%s) goes with an address and comes back without all that it had, as a time "
            "when it ends.",
            mh_prefix_format(&route->destination, text), mh_owner_name((enum mh_owner)route->owner));
    if (why == NULL)
        mh_plan_emit_route(builder, is_altered ? MH_OP_ROUTE_REPLACE : MH_OP_ROUTE_ADD, &own, "");
    else
        mh_plan_note(builder, &builder->warnings, "", "The route to %s (%s) is lost or loses its source: %s.",
                     mh_prefix_format(&route->destination, text), mh_owner_name((enum mh_owner)route->owner),
                     why);
}

static void consider_others(void *context, const struct mh_route *route, bool is_altered)
{
    if (route->owner != MH_OWNER_MULTIHOMED)
        consider(context, route, is_altered);
}

static void put_back(struct mh_plan_builder *builder, const struct mh_prediction *earlier,
                     void (*visit)(void *context, const struct mh_route *route, bool is_altered))
{
    struct mh_prediction after;
    if (builder->error != MH_OK)
        return;
    mh_prediction_copy(&builder->now, &after);
    mh_plan_lost_routes(earlier, &after, false, visit, builder);
    mh_plan_lost_routes(earlier, &after, true, visit, builder);
    mh_prediction_clear(&after);
}

void mh_plan_put_routes_back(struct mh_plan_builder *builder, const struct mh_prediction *earlier)
{
    put_back(builder, earlier, consider);
}

void mh_plan_put_others_back(struct mh_plan_builder *builder, const struct mh_prediction *earlier)
{
    put_back(builder, earlier, consider_others);
}
