/* What Linux leaves behind of an IPv6 address: the route to its prefix stays while the interface has another
 * address there, even one that came without a route (`noprefixroute`, as network managers add them;
 * net/ipv6/addrconf.c, check_cleanup_prefix_route). Then the route is nobody's, and goes with ours. */
#include "core/plan_builder.h"
#include "core/scenario_subnet.h"

enum { TABLE_MAIN = 254, PROTOCOL_KERNEL = 2, METRIC_PREFIX = 256 }; /* and IP6_RT_PRIO_ADDRCONF */

static bool is_beside(const struct mh_interface_address *item, const struct mh_interface_address *address)
{
    return item->interface == address->interface && item->address.family == MH_IPV6 &&
           item->prefix_length == address->prefix_length && !mh_interface_address_same(item, address) &&
           mh_address_shares(address, &item->address);
}

static bool leaves_route(const struct mh_prediction *host, const struct mh_interface_address *address)
{
    size_t count;
    const struct mh_interface_address *items = mh_predicted_addresses(host, &count);
    bool leaves = false;
    if (address->address.family != MH_IPV6 || address->flags & MH_ADDRESS_NO_PREFIX_ROUTE)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!is_beside(&items[i], address))
            continue;
        if (!(items[i].flags & MH_ADDRESS_NO_PREFIX_ROUTE))
            return false;
        leaves = true;
    }
    return leaves;
}

/* The kernel's route, as it is listed. `hop` is what it points to. */
static struct mh_route prefix_route(const struct mh_interface_address *address, struct mh_next_hop *hop)
{
    *hop = (struct mh_next_hop){.interface = address->interface, .weight = 1};
    return (struct mh_route){.destination = mh_address_prefix(address),
                             .table = TABLE_MAIN,
                             .metric = address->metric == 0 ? METRIC_PREFIX : address->metric,
                             .type = MH_ROUTE_UNICAST,
                             .protocol = PROTOCOL_KERNEL,
                             .owner = MH_OWNER_KERNEL,
                             .next_hop_count = 1,
                             .next_hops = hop};
}

static bool is_route_of(const struct mh_route *route, const struct mh_interface_address *address)
{
    struct mh_next_hop hop;
    const struct mh_route own = prefix_route(address, &hop);
    return mh_route_same_key(route, &own) && route->owner == MH_OWNER_KERNEL && route->next_hop_count == 1 &&
           route->next_hops[0].interface == address->interface;
}

bool mh_plan_may_leave(const struct mh_plan_builder *builder, const struct mh_route *route)
{
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    if (route->destination.address.family != MH_IPV6 || route->table != TABLE_MAIN ||
        route->protocol != PROTOCOL_KERNEL)
        return false;
    for (size_t i = 0; i < snapshot->address_count; i++)
        if (mh_plan_owns_address(builder, &snapshot->addresses[i]) &&
            is_route_of(route, &snapshot->addresses[i]))
            return true;
    return false;
}

void mh_plan_clean_prefix(struct mh_plan_builder *builder, const struct mh_interface_address *gone,
                          const char *member)
{
    size_t count;
    const struct mh_route *routes = mh_predicted_routes(&builder->now, &count);
    if (!leaves_route(&builder->now, gone))
        return;
    for (size_t i = 0; i < count; i++) {
        if (!is_route_of(&routes[i], gone))
            continue;
        mh_plan_emit_route(builder, MH_OP_ROUTE_DELETE, &routes[i], member);
        return;
    }
}

static bool is_observed(const struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    const struct mh_route_table *routes = builder->input->routes;
    const struct mh_prefix subnet = mh_address_prefix(address);
    mh_route_handle handle = mh_route_table_exact(routes, TABLE_MAIN, &subnet);
    for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
        struct mh_route route;
        mh_route_table_get(routes, handle, &route);
        if (is_route_of(&route, address))
            return true;
    }
    return false;
}

void mh_plan_undo_prefix(struct mh_plan_builder *builder, const struct mh_interface_address *added,
                         const struct mh_prediction *before, struct mh_list **ops)
{
    struct mh_op undo = {.kind = MH_OP_ROUTE_DELETE};
    struct mh_next_hop hop;
    if (!leaves_route(before, added) || is_observed(builder, added))
        return;
    undo.of.route = prefix_route(added, &hop);
    undo.of.route.next_hops = mh_arena_copy(builder->memory, &hop, sizeof hop);
    if (undo.of.route.next_hops == NULL)
        builder->error = MH_NO_MEMORY;
    mh_plan_push(builder, ops, &undo);
}
