/* Uplinks that rules name have a routing table each: what is on the link, the gateway, and the ways to
 * internal interfaces, else an answer to a local container would leave by the uplink (DESIGN section 5). */
#include "core/plan_builder.h"
#include "core/scenario_subnet.h"

#include <string.h>

/* ---- tables ---------------------------------------------------------------------------------------- */

enum {
    TABLE_COUNT = MH_PLAN_TABLE_LAST - MH_PLAN_TABLE_FIRST + 1,
    HALF = TABLE_COUNT / 2 /* the interfaces' own; the other half is for further uplinks of one interface */
};

/* FNV-1a, 32 bits. */
static uint32_t hash_name(const char *name)
{
    uint32_t hash = UINT32_C(2166136261);
    for (; *name != '\0'; name++)
        hash = (hash ^ (uint8_t)*name) * UINT32_C(16777619);
    return hash;
}

static bool is_first_of_interface(const struct mh_plan_builder *builder,
                                  const struct mh_config_uplink *uplink)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < config->uplink_count && &config->uplinks[i] != uplink; i++)
        if (strcmp(config->uplinks[i].interface, uplink->interface) == 0)
            return false;
    return true;
}

/* By the interface's index, so that a table stays the same when other uplinks come and go. */
uint32_t mh_plan_uplink_table(const struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                              const struct mh_interface *interface)
{
    if (is_first_of_interface(builder, uplink))
        return MH_PLAN_TABLE_FIRST + interface->index % HALF;
    return MH_PLAN_TABLE_FIRST + HALF + hash_name(uplink->name) % HALF;
}

/* ---- gateways -------------------------------------------------------------------------------------- */

/* The gateway of the best default route by the interface that somebody else made: DHCP, a router
 * advertisement. */
static struct mh_address find_gateway(const struct mh_plan_builder *builder, uint32_t interface,
                                      enum mh_family family)
{
    const struct mh_route_table *routes = builder->input->routes;
    const struct mh_prefix any = {.address.family = (uint8_t)family};
    mh_route_handle handle = mh_route_table_exact(routes, MH_PLAN_TABLE_MAIN, &any);
    for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
        struct mh_route route;
        mh_route_table_get(routes, handle, &route);
        for (size_t i = 0; i < route.next_hop_count && route.owner != MH_OWNER_MULTIHOMED; i++)
            if (route.next_hops[i].interface == interface &&
                route.next_hops[i].gateway.family == (uint8_t)family)
                return route.next_hops[i].gateway;
    }
    return (struct mh_address){0};
}

static const struct mh_config_gateway *gateway_of(const struct mh_config_uplink *uplink,
                                                  enum mh_family family)
{
    return family == MH_IPV4 ? &uplink->ipv4 : &uplink->ipv6;
}

struct mh_address mh_plan_gateway(struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                                  const struct mh_interface *interface, enum mh_family family,
                                  const char *member)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    const struct mh_config_gateway *gateway = gateway_of(uplink, family);
    struct mh_address address = gateway->address;
    if (gateway->kind == MH_GATEWAY_AUTO)
        address = find_gateway(builder, interface->index, family);
    if (gateway->kind != MH_GATEWAY_ABSENT && !interface->up)
        mh_plan_note(builder, &builder->pending, member, "%s is down.", interface->name);
    else if (gateway->kind == MH_GATEWAY_AUTO && address.family == MH_FAMILY_NONE)
        mh_plan_note(builder, &builder->pending, member, "No %s default gateway is known on %s.",
                     family == MH_IPV4 ? "IPv4" : "IPv6", interface->name);
    else if (gateway->kind != MH_GATEWAY_ABSENT && !mh_plan_is_on_link(builder, interface->index, &address))
        mh_plan_note(builder, &builder->pending, member, "The gateway %s is in no subnet of %s.",
                     mh_address_format(&address, text), interface->name);
    else if (gateway->kind == MH_GATEWAY_ABSENT || !mh_plan_is_own_gateway(builder, &address, member))
        return address;
    return (struct mh_address){0};
}

/* ---- a table --------------------------------------------------------------------------------------- */

struct table {
    struct mh_plan_builder *builder;
    struct mh_list **wanted;
    uint32_t id;
    const char *member;
};

static void want(const struct table *table, const struct mh_prefix *destination,
                 const struct mh_next_hop *hop)
{
    const struct mh_route route = {.destination = *destination,
                                   .table = table->id,
                                   .metric = destination->address.family == MH_IPV6 ? 1024 : 0};
    if (mh_plan_wanted_route(table->builder, *table->wanted, &route) == NULL)
        mh_plan_want(table->builder, table->wanted, &route, hop, table->member);
}

static void want_connected(const struct table *table, uint32_t interface, enum mh_family family)
{
    size_t count = mh_list_count(table->builder->target);
    const struct mh_interface_address *items = mh_list_items(table->builder->target);
    for (size_t i = 0; i < count; i++) {
        struct mh_prefix subnet = mh_address_prefix(&items[i]);
        const struct mh_next_hop hop = {.interface = interface, .weight = 1};
        if (items[i].interface == interface && items[i].address.family == (uint8_t)family &&
            (subnet.length < mh_family_bits(family) || items[i].peer.family != MH_FAMILY_NONE))
            want(table, &subnet, &hop);
    }
}

/* The system makes a route to the subnet of such an address (fib_add_ifaddr, ipv6_add_addr). */
static bool is_connected(const struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    const struct mh_interface *interface =
        mh_snapshot_interface(builder->input->snapshot, address->interface);
    bool is_host = address->prefix_length == 32 && address->peer.family == MH_FAMILY_NONE;
    return interface != NULL && interface->up && mh_plan_is_connected(builder, address) &&
           !mh_address_is_link_local(&address->address) && !(address->address.family == MH_IPV4 && is_host);
}

static void want_internal_subnets(const struct table *table, enum mh_family family)
{
    const struct mh_list *links = table->builder->internal_links, *target = table->builder->target;
    const uint32_t *indices = mh_list_items(links);
    const struct mh_interface_address *items = mh_list_items(target);
    for (size_t i = 0; i < mh_list_count(links); i++)
        for (size_t j = 0; j < mh_list_count(target); j++) {
            struct mh_prefix subnet = mh_address_prefix(&items[j]);
            const struct mh_next_hop hop = {.interface = indices[i], .weight = 1};
            if (items[j].interface == indices[i] && items[j].address.family == (uint8_t)family &&
                is_connected(table->builder, &items[j]))
                want(table, &subnet, &hop);
        }
}

static void want_copy(const struct table *table, const struct mh_route *route, enum mh_family family)
{
    if (route->destination.address.family != (uint8_t)family || route->next_hop_count != 1)
        return;
    struct mh_next_hop hop = route->next_hops[0];
    hop.flags &= MH_NEXT_HOP_ON_LINK;
    hop.weight = 1;
    bool direct = hop.gateway.family == MH_FAMILY_NONE;
    bool reached =
        direct || hop.flags != 0 || mh_plan_is_on_link(table->builder, hop.interface, &hop.gateway);
    if (reached && (direct || !mh_plan_is_own_gateway(table->builder, &hop.gateway, table->member)))
        want(table, &route->destination, &hop);
}

static bool is_internal(const struct mh_plan_builder *builder, uint32_t interface)
{
    const uint32_t *indices = mh_list_items(builder->internal_links);
    for (size_t i = 0; i < mh_list_count(builder->internal_links); i++)
        if (indices[i] == interface)
            return true;
    return false;
}

/* Those of `routes`, which stand in front of those of uplinks, by internal interfaces. */
static void want_internal_own(const struct table *table, enum mh_family family)
{
    for (size_t i = 0; i < mh_list_count(*table->wanted); i++) {
        const struct mh_wanted_route *items = mh_list_items(*table->wanted);
        const struct mh_route own = items[i].route;
        if (own.table == MH_PLAN_TABLE_MAIN && own.destination.length > 1 &&
            is_internal(table->builder, own.next_hops[0].interface))
            want_copy(table, &own, family);
    }
}

static void want_internal(const struct table *table, enum mh_family family)
{
    const struct mh_list *internal = table->builder->internal;
    const struct mh_route *routes = mh_list_items(internal);
    want_internal_subnets(table, family);
    for (size_t i = 0; i < mh_list_count(internal); i++)
        want_copy(table, &routes[i], family);
    want_internal_own(table, family);
}

static bool has_rule(const struct mh_config *config, size_t uplink, enum mh_family family)
{
    for (size_t i = 0; i < config->rule_count; i++)
        if (config->rules[i].uplink == uplink && config->rules[i].from.address.family == (uint8_t)family)
            return true;
    return false;
}

static void want_family(struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                        const struct mh_interface *interface, const struct table *table,
                        enum mh_family family)
{
    const struct mh_prefix any = {.address.family = (uint8_t)family};
    struct mh_address gateway = mh_plan_gateway(builder, uplink, interface, family, table->member);
    const struct mh_next_hop hop = {.gateway = gateway, .interface = interface->index, .weight = 1};
    if (gateway.family == MH_FAMILY_NONE)
        return;
    want_connected(table, interface->index, family);
    want_internal(table, family);
    want(table, &any, &hop);
}

void mh_plan_want_uplinks(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < config->uplink_count && builder->error == MH_OK; i++) {
        const struct mh_config_uplink *uplink = &config->uplinks[i];
        bool families[] = {has_rule(config, i, MH_IPV4), has_rule(config, i, MH_IPV6)};
        if (!families[0] && !families[1])
            continue;
        struct table table = {
            .builder = builder, .wanted = wanted, .member = mh_plan_member(builder, "uplinks", uplink->name)};
        const struct mh_interface *interface = mh_plan_interface(builder, uplink->interface, table.member);
        if (interface == NULL)
            continue;
        table.id = mh_plan_uplink_table(builder, uplink, interface);
        if (families[0])
            want_family(builder, uplink, interface, &table, MH_IPV4);
        if (families[1])
            want_family(builder, uplink, interface, &table, MH_IPV6);
    }
}
