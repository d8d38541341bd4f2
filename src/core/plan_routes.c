/* Routes: those of `routes` and default routes in table main, those of uplinks in tables of their own. Only
 * ours are replaced or removed; another program's route with the same key stays, and ours waits. */
#include "core/plan_builder.h"
#include "core/scenario_subnet.h"

/* ---- what is wanted -------------------------------------------------------------------------------- */

/* Linux's scopes (ip-route(8)): what is on link has scope link, its IPv6 has only one. */
static uint8_t scope_of(const struct mh_plan_builder *builder, const struct mh_route *route,
                        const struct mh_next_hop *hop)
{
    bool has_link = route->destination.address.family == MH_IPV4 || builder->traits->has_ipv6_link_scope;
    bool on_link = hop->gateway.family == MH_FAMILY_NONE && has_link;
    return on_link ? MH_ROUTE_SCOPE_LINK : MH_ROUTE_SCOPE_UNIVERSE;
}

void mh_plan_want_ways(struct mh_plan_builder *builder, struct mh_list **wanted, const struct mh_route *route,
                       const struct mh_next_hop *ways, size_t count, const char *member)
{
    struct mh_wanted_route item = {*route, member};
    item.route.type = route->type == MH_ROUTE_UNSPECIFIED ? (uint8_t)MH_ROUTE_UNICAST : route->type;
    item.route.protocol = builder->traits->route_protocol;
    item.route.owner = MH_OWNER_MULTIHOMED;
    if (item.route.type == MH_ROUTE_UNICAST)
        item.route.scope = count == 1 ? scope_of(builder, route, ways) : (uint8_t)MH_ROUTE_SCOPE_UNIVERSE;
    if (item.route.metric == 0)
        item.route.metric = mh_plan_usual_metric(builder, route->table, route->destination.address.family);
    item.route.next_hop_count = (uint16_t)count;
    item.route.next_hops = mh_arena_copy(builder->memory, ways, count * sizeof *ways);
    if (item.route.next_hops == NULL)
        builder->error = MH_NO_MEMORY;
    mh_place_index_add(&builder->lookup->routes_by_key, mh_route_key_number(builder->traits, &item.route),
                       mh_list_count(*wanted));
    mh_plan_push(builder, wanted, &item);
}

void mh_plan_want(struct mh_plan_builder *builder, struct mh_list **wanted, const struct mh_route *route,
                  const struct mh_next_hop *hop, const char *member)
{
    mh_plan_want_ways(builder, wanted, route, hop, 1, member);
}

static bool wants_key(const void *item, const void *route)
{
    const struct mh_wanted_route *wanted = item;
    return mh_route_same_key(&wanted->route, route);
}

static bool wants_way(const void *item, const void *route)
{
    static const struct mh_dialect_traits by_way = {.has_way_key = true};
    const struct mh_wanted_route *wanted = item;
    return mh_route_same_place(&by_way, &wanted->route, route);
}

const struct mh_wanted_route *mh_plan_wanted_route(const struct mh_plan_builder *builder,
                                                   const struct mh_list *wanted, const struct mh_route *route)
{
    const struct mh_wanted_route *items = mh_list_items(wanted);
    const struct mh_place_question question = {.items = items,
                                               .count = mh_list_count(wanted),
                                               .size = sizeof *items,
                                               .key = mh_route_key_number(builder->traits, route),
                                               .wanted = route,
                                               .matches =
                                                   builder->traits->has_way_key ? wants_way : wants_key};
    size_t found = mh_place_index_find(&builder->lookup->routes_by_key, &question);
    return found < question.count ? &items[found] : NULL;
}

/* A route of somebody else's leads straight to it: that is how network managers do it that add addresses with
 * `noprefixroute`. */
static bool has_way(const struct mh_plan_builder *builder, uint32_t interface,
                    const struct mh_address *gateway)
{
    const struct mh_route_table *routes = builder->input->routes;
    struct mh_route route;
    for (int longest = (int)mh_family_bits((enum mh_family)gateway->family); longest >= 0;
         longest = route.destination.length - 1) {
        mh_route_handle handle =
            mh_route_table_match(routes, builder->traits->main_table, gateway, (uint8_t)longest);
        if (handle == 0)
            return false;
        for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
            mh_plan_read_route(builder, handle, &route);
            if (route.owner != MH_OWNER_KERNEL && route.owner != MH_OWNER_MULTIHOMED &&
                route.next_hop_count == 1 && route.next_hops[0].interface == interface)
                return route.next_hops[0].gateway.family == MH_FAMILY_NONE;
        }
    }
    return false;
}

static bool leads_straight(const struct mh_plan_builder *builder, uint32_t interface,
                           const struct mh_address *gateway)
{
    size_t count = mh_list_count(builder->target);
    const struct mh_interface_address *items = mh_list_items(builder->target);
    if (gateway->family == MH_IPV6 && mh_address_is_link_local(gateway))
        return true;
    for (size_t i = 0; i < count; i++)
        if (items[i].interface == interface && mh_address_shares(&items[i], gateway) &&
            mh_plan_is_connected(builder, &items[i]))
            return true;
    return has_way(builder, interface, gateway);
}

/* Linux takes a gateway only where a route leads straight to it (fib_check_nh). */
bool mh_plan_is_reached(const struct mh_plan_builder *builder, uint32_t interface,
                        const struct mh_address *gateway)
{
    struct mh_plan_memo *memo = &builder->lookup->reached;
    if (!mh_plan_remembers(memo, interface, gateway))
        *memo = (struct mh_plan_memo){*gateway, interface, true, leads_straight(builder, interface, gateway)};
    return memo->answer;
}

static uint32_t search_way(const struct mh_plan_builder *builder, const struct mh_address *gateway)
{
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    for (size_t i = 0; i < snapshot->interface_count && !mh_address_is_link_local(gateway); i++)
        if (mh_plan_is_reached(builder, snapshot->interfaces[i].index, gateway))
            return snapshot->interfaces[i].index;
    return 0;
}

/* The interface that a gateway is on the link of; NULL, noted, when there is none. */
static const struct mh_interface *find_way(struct mh_plan_builder *builder,
                                           const struct mh_config_route *entry, const char *member)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    struct mh_plan_memo *memo = &builder->lookup->way;
    if (!mh_plan_remembers(memo, memo->interface, &entry->via))
        *memo = (struct mh_plan_memo){entry->via, search_way(builder, &entry->via), true, true};
    const struct mh_interface *way = mh_snapshot_interface(builder->input->snapshot, memo->interface);
    if (way == NULL)
        mh_plan_note(builder, &builder->pending, member, "The gateway %s is in no subnet of this host.",
                     mh_address_format(&entry->via, text));
    return way;
}

static bool is_ready(struct mh_plan_builder *builder, const struct mh_config_route *entry,
                     const struct mh_interface *interface, const char *member)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    if (!interface->up)
        mh_plan_note(builder, &builder->pending, member, "%s is down.", interface->name);
    else if (entry->via.family != MH_FAMILY_NONE &&
             !mh_plan_is_reached(builder, interface->index, &entry->via))
        mh_plan_note(builder, &builder->pending, member, "The gateway %s is in no subnet of %s.",
                     mh_address_format(&entry->via, text), interface->name);
    else if (!mh_plan_can_fill_in(builder, interface->index, (enum mh_family)entry->to.address.family))
        mh_plan_note(builder, &builder->pending, member, "%s has no %s address that could be the source.",
                     interface->name, entry->to.address.family == MH_IPV4 ? "IPv4" : "IPv6");
    else
        return !mh_plan_is_own_gateway(builder, &entry->via, member);
    return false;
}

/* Linux takes a source only when it is there; an IPv6 address must have passed duplicate address detection
 * too, which takes a second after it was added. */
bool mh_plan_has_source(struct mh_plan_builder *builder, const struct mh_address *source, const char *member)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    if (source->family == MH_FAMILY_NONE)
        return true;
    const struct mh_interface_address *is = mh_plan_host_address(builder, source);
    bool is_usable = is != NULL && !(is->flags & MH_ADDRESS_TENTATIVE);
    if (is_usable || member == NULL)
        return is_usable;
    if (is == NULL)
        mh_plan_note(builder, &builder->pending, member, "The source %s is not an address of this host.",
                     mh_address_format(source, text));
    else
        mh_plan_note(builder, &builder->pending, member, "The source %s is tentative.",
                     mh_address_format(source, text));
    return false;
}

/* "/routes/corp/source" */
static const char *source_member(struct mh_plan_builder *builder, const char *member)
{
    const char *own = mh_arena_print(builder->memory, "%s/source", member);
    if (own == NULL)
        builder->error = MH_NO_MEMORY;
    return own == NULL ? "" : own;
}

static void want_route(struct mh_plan_builder *builder, const struct mh_config_route *entry,
                       struct mh_list **wanted)
{
    const char *member = mh_plan_member(builder, "routes", entry->name);
    const struct mh_interface *interface = entry->interface[0] == '\0'
                                               ? find_way(builder, entry, member)
                                               : mh_plan_interface(builder, entry->interface, member);
    if (interface == NULL || !is_ready(builder, entry, interface, member) ||
        !mh_plan_has_source(builder, &entry->source, member))
        return;
    if (entry->source.family != MH_FAMILY_NONE && !builder->traits->has_route_sources)
        mh_plan_note(builder, &builder->unsupported, source_member(builder, member),
                     "%s has no routes that name a source: it is made without.", builder->traits->name);
    const struct mh_config_interface *own = mh_config_interface(builder->input->config, interface);
    bool has_own = own != NULL && !builder->traits->has_weak_host; /* else it is the interface's */
    uint32_t metric = entry->metric == 0 && has_own ? own->metric : entry->metric;
    const struct mh_route route = {
        .destination = entry->to,
        .table = builder->traits->main_table,
        .metric = mh_plan_fit_metric(builder, metric, member),
        .preferred_source = builder->traits->has_route_sources ? entry->source : (struct mh_address){0}};
    const struct mh_next_hop hop = {.gateway = entry->via, .interface = interface->index, .weight = 1};
    mh_plan_want(builder, wanted, &route, &hop, member);
}

void mh_plan_want_routes(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < config->route_count && builder->error == MH_OK; i++)
        want_route(builder, &config->routes[i], wanted);
}

/* ---- what is there --------------------------------------------------------------------------------- */

static bool is_own_like(const void *item, const void *route)
{
    const struct mh_route *own = item;
    return own->owner == MH_OWNER_MULTIHOMED && mh_route_same_key(own, route);
}

static bool is_own_way(const void *item, const void *route)
{
    static const struct mh_dialect_traits by_way = {.has_way_key = true};
    const struct mh_route *own = item;
    return own->owner == MH_OWNER_MULTIHOMED && mh_route_same_place(&by_way, own, route);
}

const struct mh_route *mh_plan_own_route(const struct mh_plan_builder *builder, const struct mh_route *route)
{
    return mh_predicted_route_like(&builder->now, route,
                                   builder->traits->has_way_key ? is_own_way : is_own_like);
}

bool mh_plan_is_as_wanted(const struct mh_plan_builder *builder, const struct mh_route *is,
                          const struct mh_route *wanted)
{
    struct mh_route like = *is;
    bool is_free = builder->traits->fills_in_source && wanted->preferred_source.family == MH_FAMILY_NONE;
    /* Not told, and of no effect on what goes through a gateway. */
    bool is_hidden = wanted->table == builder->traits->main_table &&
                     wanted->preferred_source.family != MH_FAMILY_NONE &&
                     builder->table_sources[wanted->destination.address.family == MH_IPV6] != NULL;
    if (is_hidden || (is_free && mh_plan_host_address(builder, &is->preferred_source) != NULL))
        like.preferred_source = wanted->preferred_source;
    return mh_route_equal(&like, wanted);
}

/* Another program's route that the system would not tell from ours; false: there is none. */
static bool find_foreign(const struct mh_plan_builder *builder, const struct mh_route *route,
                         struct mh_route *foreign)
{
    const struct mh_route_table *routes = builder->input->routes;
    mh_route_handle handle = mh_route_table_exact(routes, route->table, &route->destination);
    for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
        mh_plan_read_route(builder, handle, foreign);
        if (foreign->owner != MH_OWNER_MULTIHOMED && mh_route_same_place(builder->traits, foreign, route))
            return true;
    }
    return false;
}

static void note_foreign(struct mh_plan_builder *builder, const struct mh_route *foreign, const char *member)
{
    char text[MH_PREFIX_TEXT_SIZE];
    const char *owner = mh_owner_name((enum mh_owner)foreign->owner);
    (void)mh_prefix_format(&foreign->destination, text);
    if (mh_dialect_has_metrics(builder->traits) && !builder->traits->has_way_key)
        mh_plan_note(builder, &builder->pending, member,
                     "Another program (%s) has a route to %s with metric %u: it stays, and another metric "
                     "makes room for this one.",
                     owner, text, foreign->metric);
    else
        mh_plan_note(builder, &builder->pending, member,
                     "Another program (%s) has a route to %s: it stays, and this one waits for it to go.",
                     owner, text);
}

/* Where the system would choose a source that is about to go, one that stays is named. */
static struct mh_route with_lasting_source(const struct mh_plan_builder *builder,
                                           const struct mh_route *route)
{
    size_t count;
    struct mh_route own = *route;
    if (!builder->traits->fills_in_source || route->table != builder->traits->main_table ||
        route->preferred_source.family != MH_FAMILY_NONE)
        return own;
    const struct mh_interface_address *items = mh_predicted_addresses(&builder->now, &count);
    const struct mh_interface_address *source = mh_route_source_among(items, count, route);
    if (source != NULL && mh_plan_host_address(builder, &source->address) != NULL)
        return own;
    items = mh_list_items(builder->target);
    source = mh_route_source_among(items, mh_list_count(builder->target), route);
    if (source != NULL)
        own.preferred_source = source->address;
    return own;
}

static void bring(struct mh_plan_builder *builder, const struct mh_wanted_route *item)
{
    struct mh_route foreign;
    const struct mh_route *own = mh_plan_own_route(builder, &item->route);
    const struct mh_route route = with_lasting_source(builder, &item->route);
    if (own != NULL && mh_plan_is_as_wanted(builder, own, &item->route))
        return;
    if (own != NULL)
        mh_plan_emit_route(builder, MH_OP_ROUTE_REPLACE, &route, item->member);
    else if (find_foreign(builder, &item->route, &foreign))
        note_foreign(builder, &foreign, item->member);
    else
        mh_plan_emit_route(builder, MH_OP_ROUTE_ADD, &route, item->member);
}

/* Those that others need come first. */
static void bring_those(struct mh_plan_builder *builder, const struct mh_list *wanted, bool with_gateway)
{
    const struct mh_wanted_route *items = mh_list_items(wanted);
    for (size_t i = 0; i < mh_list_count(wanted) && builder->error == MH_OK; i++) {
        if (mh_route_has_gateway(&items[i].route) != with_gateway)
            continue;
        if (mh_plan_wanted_route(builder, wanted, &items[i].route) != &items[i])
            mh_plan_note(builder, &builder->pending, items[i].member,
                         "Another member has a route to the same destination%s.",
                         builder->traits->has_way_key              ? " by the same way"
                         : mh_dialect_has_metrics(builder->traits) ? " with the same metric"
                                                                   : "");
        else
            bring(builder, &items[i]);
    }
}

void mh_plan_routes(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    if (mh_plan_why_lacking(builder, "routes") != NULL)
        return;
    mh_plan_want_routes(builder, wanted);
    mh_plan_want_defaults(builder, wanted);
    mh_plan_want_uplinks(builder, wanted);
    mh_plan_want_source_tables(builder, wanted);
    if (builder->traits->rules == MH_RULES_OF_KERNEL)
        mh_plan_want_preferences(builder, wanted);
    else if (builder->traits->no_preferences == NULL)
        mh_plan_want_source_routes(builder, wanted);
    bring_those(builder, *wanted, false);
    bring_those(builder, *wanted, true);
}

/* Of routes that are neither there nor wanted. Interfaces that have gone took theirs along. */
static void forget_gone(struct mh_plan_builder *builder, const struct mh_list *wanted)
{
    for (size_t i = builder->ledger.route_count; i > 0 && builder->error == MH_OK; i--) {
        const struct mh_ledger_route *entry = &builder->ledger.routes[i - 1];
        const struct mh_next_hop hop = {.gateway = entry->gateway, .interface = entry->interface};
        const struct mh_route route = {.destination = entry->destination,
                                       .table = builder->traits->main_table,
                                       .next_hop_count = 1,
                                       .next_hops = &hop};
        if (mh_plan_own_route(builder, &route) == NULL &&
            mh_plan_wanted_route(builder, wanted, &route) == NULL)
            mh_ledger_drop_route(&builder->ledger, &route);
    }
}

void mh_plan_drop_routes(struct mh_plan_builder *builder, const struct mh_list *wanted)
{
    struct mh_prediction earlier;
    size_t count;
    if (builder->error != MH_OK || mh_plan_why_lacking(builder, "routes") != NULL)
        return;
    mh_prediction_copy(&builder->now, &earlier);
    const struct mh_route *routes = mh_predicted_routes(&earlier, &count);
    for (size_t i = count; i > 0 && builder->error == MH_OK; i--)
        if (routes[i - 1].owner == MH_OWNER_MULTIHOMED &&
            mh_plan_wanted_route(builder, wanted, &routes[i - 1]) == NULL)
            mh_plan_emit_route(builder, MH_OP_ROUTE_DELETE, &routes[i - 1], "");
    mh_prediction_clear(&earlier);
    forget_gone(builder, wanted);
}
