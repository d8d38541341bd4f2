/* The way out of an interface: the gateway that the configuration names, or that of a default route which
 * somebody else made there (DHCP, a router advertisement, an administrator). */
#include "core/plan_builder.h"

#include <string.h>

/* ---- what others made ------------------------------------------------------------------------------ */

/* RFC 4191 2.1: high before medium before low. */
static int rank(const struct mh_route *route)
{
    return route->preference == MH_ROUTER_HIGH ? 0 : route->preference == MH_ROUTER_LOW ? 2 : 1;
}

static const struct mh_next_hop *hop_by(const struct mh_route *route, uint32_t interface)
{
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (route->next_hops[i].interface == interface)
            return &route->next_hops[i];
    return NULL;
}

bool mh_plan_is_foreign_default(const struct mh_route *route)
{
    return route->owner != MH_OWNER_MULTIHOMED && route->type == MH_ROUTE_UNICAST && route->tos == 0 &&
           route->destination.length == 0 && route->next_hop_count > 0;
}

/* Siblings come in the order of their metrics. */
static bool find_foreign(const struct mh_plan_builder *builder, uint32_t interface, enum mh_family family,
                         struct mh_next_hop *way)
{
    const struct mh_route_table *routes = builder->input->routes;
    const struct mh_prefix any = {.address.family = (uint8_t)family};
    mh_route_handle handle = mh_route_table_exact(routes, builder->traits->main_table, &any);
    bool found = false;
    uint32_t metric = 0;
    int best = 0;
    for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
        struct mh_route route;
        mh_plan_read_route(builder, handle, &route);
        const struct mh_next_hop *hop = hop_by(&route, interface);
        if (hop == NULL || !mh_plan_is_foreign_default(&route))
            continue;
        if (found && (route.metric > metric || rank(&route) >= best))
            continue;
        found = true;
        metric = route.metric;
        best = rank(&route);
        *way = (struct mh_next_hop){hop->gateway, interface, 1, hop->flags & MH_NEXT_HOP_ON_LINK};
    }
    return found;
}

/* ---- what is usable -------------------------------------------------------------------------------- */

const struct mh_config_gateway *mh_plan_gateway_of(const struct mh_config_uplink *uplink,
                                                   enum mh_family family)
{
    return family == MH_IPV4 ? &uplink->ipv4 : &uplink->ipv6;
}

static bool reaches(const struct mh_plan_builder *builder, const struct mh_next_hop *hop)
{
    return hop->gateway.family == MH_FAMILY_NONE || (hop->flags & MH_NEXT_HOP_ON_LINK) ||
           mh_plan_is_on_link(builder, hop->interface, &hop->gateway) ||
           mh_plan_is_reached(builder, hop->interface, &hop->gateway);
}

static bool is_own(const struct mh_plan_builder *builder, const struct mh_address *gateway)
{
    size_t count;
    const struct mh_interface_address *items = mh_predicted_addresses(&builder->now, &count);
    bool is = mh_plan_host_address(builder, gateway) != NULL;
    for (size_t i = 0; i < count && !is; i++)
        is = mh_address_equal(&items[i].address, gateway);
    return is;
}

bool mh_plan_foreign_way(const struct mh_plan_builder *builder, const struct mh_interface *interface,
                         enum mh_family family, struct mh_next_hop *way)
{
    return interface->up && interface->carrier && find_foreign(builder, interface->index, family, way) &&
           reaches(builder, way) &&
           (way->gateway.family == MH_FAMILY_NONE || !is_own(builder, &way->gateway));
}

static bool find_uplink_way(struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                            const struct mh_interface *interface, enum mh_family family, const char *member,
                            struct mh_next_hop *way)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    const struct mh_config_gateway *gateway = mh_plan_gateway_of(uplink, family);
    *way = (struct mh_next_hop){.gateway = gateway->address, .interface = interface->index, .weight = 1};
    if (gateway->kind == MH_GATEWAY_ABSENT)
        return false;
    if (!interface->up)
        mh_plan_note(builder, &builder->pending, member, "%s is down.", interface->name);
    else if (!interface->carrier)
        mh_plan_note(builder, &builder->pending, member, "%s has no carrier.", interface->name);
    else if (gateway->kind == MH_GATEWAY_AUTO && !find_foreign(builder, interface->index, family, way))
        mh_plan_note(builder, &builder->pending, member, "No %s default gateway is known on %s.",
                     family == MH_IPV4 ? "IPv4" : "IPv6", interface->name);
    else if (!reaches(builder, way))
        mh_plan_note(builder, &builder->pending, member, "The gateway %s is in no subnet of %s.",
                     mh_address_format(&way->gateway, text), interface->name);
    else
        return way->gateway.family == MH_FAMILY_NONE ||
               !mh_plan_is_own_gateway(builder, &way->gateway, member);
    return false;
}

/* Several parts of a plan ask for the way of one uplink: why there is none is said once. */
static void drop_repeated_note(struct mh_plan_builder *builder)
{
    const struct mh_plan_note *items = mh_list_items(builder->pending);
    size_t last = mh_list_count(builder->pending) - 1;
    for (size_t i = 0; i < last; i++)
        if (strcmp(items[i].member, items[last].member) == 0 &&
            strcmp(items[i].text, items[last].text) == 0) {
            if (!mh_list_remove(&builder->pending, last))
                builder->error = MH_NO_MEMORY;
            return;
        }
}

bool mh_plan_uplink_way(struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                        const struct mh_interface *interface, enum mh_family family, const char *member,
                        struct mh_next_hop *way)
{
    size_t notes = mh_list_count(builder->pending);
    bool found = find_uplink_way(builder, uplink, interface, family, member, way);
    if (mh_list_count(builder->pending) > notes)
        drop_repeated_note(builder);
    return found;
}
