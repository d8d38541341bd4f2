/* Routing tables of their own have uplinks that rules name, and interfaces whose addresses are bound to them
 * (plan_cover.c): what is on the link and behind other routers there, the gateway, and the ways to internal
 * interfaces, else an answer to a local container would leave by the uplink (DESIGN section 5). An interface
 * and its first uplink share a table. */
#include "core/plan_builder.h"
#include "core/scenario_subnet.h"

#include <string.h>

/* ---- tables ---------------------------------------------------------------------------------------- */

enum {
    TABLE_COUNT = MH_PLAN_TABLE_LAST - MH_PLAN_TABLE_FIRST + 1,
    HALF = TABLE_COUNT / 2, /* the interfaces' own; the other half is for further uplinks of one interface */
    FURTHER = TABLE_COUNT - HALF - 1 /* the last one is MH_PLAN_PREFERENCE_TABLE */
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
                                  const struct mh_config_uplink *uplink, const struct mh_interface *interface)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < config->uplink_count && &config->uplinks[i] != uplink; i++)
        if (mh_config_selects(config->uplinks[i].interface, interface))
            return false;
    return true;
}

/* Indices grow with every container that was ever started: the place may be taken by an older interface, one
 * that can have a table. */
static bool is_place_taken(const struct mh_plan_builder *builder, uint32_t interface)
{
    const struct mh_plan_table_link *items = mh_list_items(builder->table_links);
    for (size_t i = 0; i < mh_list_count(builder->table_links) && items[i].interface < interface; i++)
        if (items[i].interface % HALF == interface % HALF)
            return true;
    return false;
}

/* By the interface's index, so that a table stays the same when others come and go. */
uint32_t mh_plan_interface_table(const struct mh_plan_builder *builder, const struct mh_interface *interface)
{
    if (!is_place_taken(builder, interface->index))
        return MH_PLAN_TABLE_FIRST + interface->index % HALF;
    return MH_PLAN_TABLE_FIRST + HALF + hash_name(interface->name) % FURTHER;
}

uint32_t mh_plan_uplink_table(const struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                              const struct mh_interface *interface)
{
    if (is_first_of_interface(builder, uplink, interface))
        return mh_plan_interface_table(builder, interface);
    return MH_PLAN_TABLE_FIRST + HALF + hash_name(uplink->name) % FURTHER;
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
    const struct mh_route route = {
        .destination = *destination,
        .table = table->id,
        .metric = mh_plan_usual_metric(table->builder, table->id, destination->address.family)};
    if (mh_plan_wanted_route(table->builder, *table->wanted, &route) == NULL)
        mh_plan_want(table->builder, table->wanted, &route, hop, table->member);
}

/* Main leads there by this interface. */
static bool has_route(const struct mh_plan_builder *builder, const struct mh_prefix *subnet,
                      uint32_t interface)
{
    const struct mh_route_table *routes = builder->input->routes;
    mh_route_handle handle = mh_route_table_exact(routes, builder->traits->main_table, subnet);
    for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
        struct mh_route route;
        mh_route_table_get(routes, handle, &route);
        if (route.next_hop_count > 0 && route.next_hops[0].interface == interface)
            return true;
    }
    return false;
}

/* A router may advertise a prefix for addresses that is not on the link (RFC 4861 4.6.2, L=0). */
static bool is_off_link(const struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    const struct mh_prefix subnet = mh_address_prefix(address);
    return address->address.family == MH_IPV6 && (address->flags & MH_ADDRESS_DYNAMIC) &&
           !has_route(builder, &subnet, address->interface);
}

static void want_connected(const struct table *table, uint32_t interface, enum mh_family family)
{
    size_t count = mh_list_count(table->builder->target);
    const struct mh_interface_address *items = mh_list_items(table->builder->target);
    for (size_t i = 0; i < count; i++) {
        struct mh_prefix subnet = mh_address_prefix(&items[i]);
        const struct mh_next_hop hop = {.interface = interface, .weight = 1};
        if (items[i].interface == interface && items[i].address.family == (uint8_t)family &&
            (subnet.length < mh_family_bits(family) || items[i].peer.family != MH_FAMILY_NONE) &&
            !is_off_link(table->builder, &items[i]))
            want(table, &subnet, &hop);
    }
}

bool mh_plan_makes_route(const struct mh_plan_builder *builder, const struct mh_interface_address *address)
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
                mh_plan_makes_route(table->builder, &items[j]))
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
    bool reached = direct || hop.flags != 0 ||
                   mh_plan_is_on_link(table->builder, hop.interface, &hop.gateway) ||
                   mh_plan_is_reached(table->builder, hop.interface, &hop.gateway);
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

/* Those of `routes`, which stand in front of those of uplinks, by the interface or an internal one. A copy is
 * its member's: it waits for what that waits for. */
static void want_own(const struct table *table, uint32_t interface, enum mh_family family)
{
    for (size_t i = 0; i < mh_list_count(*table->wanted); i++) {
        const struct mh_wanted_route *items = mh_list_items(*table->wanted);
        const struct mh_route own = items[i].route;
        const struct table named = {table->builder, table->wanted, table->id, items[i].member};
        if (own.table == table->builder->traits->main_table && own.destination.length > 1 &&
            (own.next_hops[0].interface == interface ||
             is_internal(table->builder, own.next_hops[0].interface)))
            want_copy(&named, &own, family);
    }
}

/* Other programs' routes of table main, by internal interfaces. */
static void want_internal(const struct table *table, enum mh_family family)
{
    const struct mh_list *internal = table->builder->internal;
    const struct mh_route *routes = mh_list_items(internal);
    want_internal_subnets(table, family);
    for (size_t i = 0; i < mh_list_count(internal); i++)
        want_copy(table, &routes[i], family);
}

static const struct mh_plan_table_link *link_of(const struct mh_plan_builder *builder, uint32_t interface)
{
    const struct mh_plan_table_link *items = mh_list_items(builder->table_links);
    for (size_t i = 0; i < mh_list_count(builder->table_links); i++)
        if (items[i].interface == interface)
            return &items[i];
    return NULL;
}

/* Other programs' routes of table main by the interface: what is behind further routers there. */
static void want_behind(const struct table *table, const struct mh_interface *interface,
                        enum mh_family family)
{
    const struct mh_list *behind = table->builder->behind;
    const struct mh_route *routes = mh_list_items(behind);
    const struct mh_plan_table_link *link = link_of(table->builder, interface->index);
    if (link != NULL && link->behind_count > MH_PLAN_COPIES_MAX) {
        mh_plan_note(
            table->builder, &table->builder->warnings, table->member,
            "The main table has %zu routes by %s, too many to copy: packets that are bound to it leave "
            "by its gateway.",
            link->behind_count, interface->name);
        return;
    }
    for (size_t i = 0; i < mh_list_count(behind); i++)
        if (routes[i].next_hops[0].interface == interface->index)
            want_copy(table, &routes[i], family);
}

void mh_plan_want_table(struct mh_plan_builder *builder, struct mh_list **wanted,
                        const struct mh_plan_table *what)
{
    const struct table table = {builder, wanted, what->id, what->member};
    const struct mh_prefix any = {.address.family = (uint8_t)what->family};
    if (what->interface->up) {
        want_connected(&table, what->interface->index, what->family);
        want_behind(&table, what->interface, what->family);
    }
    want_internal(&table, what->family);
    want_own(&table, what->interface->index, what->family);
    const struct table named = {builder, wanted, what->id, what->way_member};
    if (what->way != NULL)
        want(&named, &any, what->way);
}

/* ---- uplinks --------------------------------------------------------------------------------------- */

static bool has_rule(const struct mh_config *config, size_t uplink, enum mh_family family)
{
    for (size_t i = 0; i < config->rule_count; i++)
        if (config->rules[i].uplink == uplink && config->rules[i].from.address.family == (uint8_t)family)
            return true;
    return false;
}

static void want_family(struct mh_plan_builder *builder, size_t position,
                        const struct mh_interface *interface, enum mh_family family, const char *member,
                        struct mh_list **wanted)
{
    const struct mh_config_uplink *uplink = &builder->input->config->uplinks[position];
    struct mh_next_hop way;
    if (!has_rule(builder->input->config, position, family) ||
        !mh_plan_uplink_way(builder, uplink, interface, family, member, &way))
        return;
    const struct mh_plan_table table = {
        mh_plan_uplink_table(builder, uplink, interface), family, interface, &way, member, member};
    mh_plan_want_table(builder, wanted, &table);
}

void mh_plan_want_uplinks(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < config->uplink_count && builder->no_rules == NULL && builder->error == MH_OK;
         i++) {
        if (!has_rule(config, i, MH_IPV4) && !has_rule(config, i, MH_IPV6))
            continue;
        const char *member = mh_plan_member(builder, "uplinks", config->uplinks[i].name);
        const struct mh_interface *interface =
            mh_plan_interface(builder, config->uplinks[i].interface, member);
        if (interface == NULL)
            continue;
        want_family(builder, i, interface, MH_IPV4, member, wanted);
        want_family(builder, i, interface, MH_IPV6, member, wanted);
    }
}

/* An interface's table is needed. The list is ordered by index, as the interfaces are. */
void mh_plan_find_table_links(struct mh_plan_builder *builder)
{
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < snapshot->interface_count; i++) {
        const struct mh_interface *interface = &snapshot->interfaces[i];
        bool needs = mh_plan_cover_of(builder, interface->index, MH_IPV4) != NULL ||
                     mh_plan_cover_of(builder, interface->index, MH_IPV6) != NULL;
        for (size_t j = 0; j < config->rule_count && builder->no_rules == NULL && !needs; j++)
            needs = mh_config_selects(config->uplinks[config->rules[j].uplink].interface, interface);
        const struct mh_plan_table_link link = {.interface = interface->index};
        if (needs)
            mh_plan_push(builder, &builder->table_links, &link);
    }
}
