/* Routes that went with an address: they are put back as they were, where they still can stand. Those that
 * cannot are named. */
#include "core/plan_builder.h"

static bool can_use(const struct mh_plan_builder *builder, const struct mh_next_hop *hop)
{
    return hop->gateway.family == MH_FAMILY_NONE || (hop->flags & MH_NEXT_HOP_ON_LINK) ||
           mh_plan_is_on_link(builder, hop->interface, &hop->gateway);
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
    return NULL;
}

static void consider(struct mh_plan_builder *builder, const struct mh_route *route, bool is_altered)
{
    char text[MH_PREFIX_TEXT_SIZE];
    if (route->owner == MH_OWNER_KERNEL)
        return; /* it went on purpose */
    const char *why = obstacle(builder, route);
    if (why == NULL && route->incomplete)
        mh_plan_note(
            builder, &builder->warnings, "",
            "The route to %s (%s) goes with an address and comes back without all that it had, as a time "
            "when it ends.",
            mh_prefix_format(&route->destination, text), mh_owner_name((enum mh_owner)route->owner));
    if (why == NULL)
        mh_plan_emit_route(builder, is_altered ? MH_OP_ROUTE_REPLACE : MH_OP_ROUTE_ADD, route, "");
    else
        mh_plan_note(builder, &builder->warnings, "", "The route to %s (%s) is lost or loses its source: %s.",
                     mh_prefix_format(&route->destination, text), mh_owner_name((enum mh_owner)route->owner),
                     why);
}

/* `after` has a part of the routes of `earlier`, in their order, some without their source. */
static void compare(struct mh_plan_builder *builder, const struct mh_prediction *earlier,
                    const struct mh_prediction *after, bool with_gateway)
{
    size_t count, left;
    const struct mh_route *routes = mh_predicted_routes(earlier, &count);
    const struct mh_route *found = mh_predicted_routes(after, &left);
    for (size_t i = 0; i < count && builder->error == MH_OK; i++) {
        bool is_there = left > 0 && mh_route_same_key(found, &routes[i]);
        bool is_same = is_there && mh_route_equal(found, &routes[i]);
        if (!is_same && mh_route_has_gateway(&routes[i]) == with_gateway)
            consider(builder, &routes[i], is_there);
        if (is_there) {
            found++;
            left--;
        }
    }
}

void mh_plan_put_routes_back(struct mh_plan_builder *builder, const struct mh_prediction *earlier)
{
    struct mh_prediction after;
    if (builder->error != MH_OK)
        return;
    mh_prediction_copy(&builder->now, &after);
    compare(builder, earlier, &after, false);
    compare(builder, earlier, &after, true);
    mh_prediction_clear(&after);
}
