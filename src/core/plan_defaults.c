/* Default routes of uplinks, in the main table: one for each uplink that has a gateway now, preferred by
 * priority ("failover"; where routes have no metrics, see plan_one_default.c), or one for all uplinks of a
 * priority, which spreads flows by weight ("balance"). An uplink whose interface is down or has no carrier
 * has none, so that the next one takes over. Other programs' default routes stay. */
#include "core/plan_builder.h"

/* ---- sharing --------------------------------------------------------------------------------------- */

bool mh_plan_balances(const struct mh_plan_builder *builder)
{
    return builder->input->config->sharing == MH_SHARING_BALANCE && builder->input->config->host_wide &&
           builder->traits->no_sharing == NULL;
}

void mh_plan_note_sharing(struct mh_plan_builder *builder)
{
    if (builder->input->config->sharing != MH_SHARING_BALANCE)
        return;
    if (builder->traits->no_sharing != NULL)
        mh_plan_note(builder, &builder->unsupported, "/sharing", "%s", builder->traits->no_sharing);
    else if (!builder->input->config->host_wide)
        mh_plan_note(builder, &builder->unsupported, "/sharing",
                     "\"balance\" needs \"host_wide\": true, as fib_multipath_hash_policy concerns the whole "
                     "host: until then the best uplink carries all.");
}

/* ---- uplinks that have a way ----------------------------------------------------------------------- */

/* The interface's metric goes before the priority. Where routes have none, it orders the uplinks. */
static uint32_t metric_of(struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                          const struct mh_interface *interface, enum mh_family family, const char *member)
{
    const struct mh_config_interface *entry = mh_config_interface(builder->input->config, interface);
    if (entry == NULL || entry->metric == 0)
        return mh_plan_uplink_metric(builder, uplink, family);
    bool is_of_route = mh_dialect_has_metrics(builder->traits) && !builder->traits->has_weak_host;
    return is_of_route ? mh_plan_fit_metric(builder, entry->metric, member) : entry->metric;
}

/* Those that share are together: by priority, then by metric. */
static bool is_before(const struct mh_plan_builder *builder, const struct mh_plan_candidate *a,
                      const struct mh_plan_candidate *b)
{
    if (mh_plan_balances(builder) && a->priority != b->priority)
        return a->priority < b->priority;
    return a->metric < b->metric;
}

/* In order; behind its equals. */
static void put(struct mh_plan_builder *builder, struct mh_list **candidates,
                const struct mh_plan_candidate *item)
{
    const struct mh_plan_candidate *items = mh_list_items(*candidates);
    size_t position = mh_list_count(*candidates);
    while (position > 0 && is_before(builder, item, &items[position - 1]))
        position--;
    if (!mh_list_insert(candidates, position, item))
        builder->error = MH_NO_MEMORY;
}

/* Table main leads straight to the gateway: an address alone does not see to that (`noprefixroute`). */
static bool is_usable(struct mh_plan_builder *builder, const struct mh_next_hop *way, enum mh_family family,
                      const char *member)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    if (!mh_plan_can_fill_in(builder, way->interface, family)) {
        mh_plan_note(builder, &builder->pending, member, "%s has no %s address that could be the source.",
                     mh_plan_interface_name(builder, way->interface), family == MH_IPV4 ? "IPv4" : "IPv6");
        return false;
    }
    if (way->gateway.family == MH_FAMILY_NONE || (way->flags & MH_NEXT_HOP_ON_LINK) ||
        mh_plan_is_reached(builder, way->interface, &way->gateway))
        return true;
    mh_plan_note(builder, &builder->pending, member,
                 "The main table has no route straight to the gateway %s by %s.",
                 mh_address_format(&way->gateway, text), mh_plan_interface_name(builder, way->interface));
    return false;
}

static void consider(struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                     enum mh_family family, struct mh_list **candidates)
{
    struct mh_plan_candidate item = {.priority = uplink->priority,
                                     .member = mh_plan_member(builder, "uplinks", uplink->name)};
    if (mh_plan_gateway_of(uplink, family)->kind == MH_GATEWAY_ABSENT)
        return;
    const struct mh_interface *interface = mh_plan_interface(builder, uplink->interface, item.member);
    if (interface == NULL ||
        !mh_plan_uplink_way(builder, uplink, interface, family, item.member, &item.way) ||
        !is_usable(builder, &item.way, family, item.member))
        return;
    item.metric = metric_of(builder, uplink, interface, family, item.member);
    item.way.weight = (uint16_t)uplink->weight;
    put(builder, candidates, &item);
}

/* ---- beside other programs ------------------------------------------------------------------------- */

static bool is_same_hop(const struct mh_next_hop *a, const struct mh_next_hop *b)
{
    return a->interface == b->interface && mh_address_equal(&a->gateway, &b->gateway);
}

/* The metrics that others' default routes have are theirs, where a route is told by its metric: the next
 * greater free one. One that is by the very same way, and by no other, serves as well: then 0. */
static uint32_t free_metric(const struct mh_plan_builder *builder, enum mh_family family,
                            const struct mh_next_hop *ways, size_t count, uint32_t metric)
{
    const struct mh_prefix any = {.address.family = (uint8_t)family};
    mh_route_handle handle = mh_route_table_exact(builder->input->routes, builder->traits->main_table, &any);
    for (; handle != 0; handle = mh_route_table_sibling(builder->input->routes, handle)) {
        struct mh_route route;
        mh_plan_read_route(builder, handle, &route);
        bool by_way = builder->traits->has_way_key;
        if (!mh_plan_is_foreign_default(&route) || (route.metric != metric && !by_way))
            continue;
        if (count == 1 && route.next_hop_count == 1 && is_same_hop(&route.next_hops[0], &ways[0]))
            return 0;
        metric +=
            !by_way && metric < builder->traits->greatest; /* siblings come in the order of their metrics */
    }
    return metric;
}

static bool leads_by(const struct mh_route *route, const struct mh_next_hop *ways, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (route->next_hops[0].interface == ways[i].interface)
            return true;
    return false;
}

/* With what the system adds for the interface. */
static uint32_t total_of(const struct mh_plan_builder *builder, const struct mh_route *route, uint32_t metric)
{
    enum mh_family family = (enum mh_family)route->destination.address.family;
    uint32_t added = mh_plan_interface_metric(builder, route->next_hops[0].interface, family);
    return metric > UINT32_MAX - added ? UINT32_MAX : metric + added;
}

/* A default route of somebody else's by another interface that is preferred to ours: neither priorities nor
 * failover reach it. */
static void warn_of_better(struct mh_plan_builder *builder, const struct mh_plan_candidate *first,
                           enum mh_family family, const struct mh_next_hop *ways, size_t count,
                           uint32_t metric)
{
    const struct mh_prefix any = {.address.family = (uint8_t)family};
    mh_route_handle handle = mh_route_table_exact(builder->input->routes, builder->traits->main_table, &any);
    for (; handle != 0; handle = mh_route_table_sibling(builder->input->routes, handle)) {
        struct mh_route route;
        mh_plan_read_route(builder, handle, &route);
        if (!mh_plan_is_foreign_default(&route) || leads_by(&route, ways, count) ||
            total_of(builder, &route, route.metric) >= metric)
            continue;
        mh_plan_note(
            builder, &builder->warnings, first->member,
            "Another program's (%s) %s default route by %s has metric %u and goes before this one of "
            "metric %u.",
            mh_owner_name((enum mh_owner)route.owner), family == MH_IPV4 ? "IPv4" : "IPv6",
            mh_plan_interface_name(builder, route.next_hops[0].interface),
            total_of(builder, &route, route.metric), metric);
        return;
    }
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static bool is_among(const struct mh_next_hop *ways, size_t count, const struct mh_next_hop *way)
{
    for (size_t i = 0; i < count; i++)
        if (is_same_hop(&ways[i], way))
            return true;
    return false;
}

/* The ways of those from `first` on that share one route; returns how many candidates these are. The system
 * refuses a way that is named twice. */
static size_t gather(const struct mh_plan_builder *builder, const struct mh_plan_candidate *first,
                     size_t left, struct mh_next_hop *ways, size_t *count)
{
    size_t sharing = mh_plan_balances(builder) ? left : 1, taken = 0;
    *count = 0;
    for (; taken < sharing && first[taken].priority == first[0].priority; taken++)
        if (*count < MH_NEXT_HOPS_MAX && !is_among(ways, *count, &first[taken].way))
            ways[(*count)++] = first[taken].way;
    return taken;
}

/* Where the interface's metric is added, what is missing to the sum. */
static uint32_t least_metric(const struct mh_plan_builder *builder, const struct mh_plan_candidate *first,
                             uint32_t at_least, uint32_t added)
{
    if (builder->traits->has_weak_host)
        return at_least > added ? at_least - added : 1;
    return first->metric < at_least ? at_least : first->metric;
}

/* Returns the metric that it got, or would have, with what is added to it. */
static uint32_t want(struct mh_plan_builder *builder, const struct mh_plan_candidate *first,
                     enum mh_family family, struct mh_next_hop *ways, size_t count, uint32_t at_least,
                     struct mh_list **wanted)
{
    uint32_t added = mh_plan_interface_metric(builder, ways[0].interface, family);
    uint32_t metric = least_metric(builder, first, at_least, added);
    uint32_t given = free_metric(builder, family, ways, count, metric);
    if (given == 0)
        return metric + added;
    const struct mh_route route = {
        .destination.address.family = (uint8_t)family, .table = builder->traits->main_table, .metric = given};
    if (count == 1)
        ways[0].weight = 1;
    mh_plan_want_ways(builder, wanted, &route, ways, count, first->member);
    warn_of_better(builder, first, family, ways, count, given + added);
    return given + added;
}

static void want_all(struct mh_plan_builder *builder, enum mh_family family, const struct mh_list *candidates,
                     struct mh_list **wanted)
{
    const struct mh_plan_candidate *items = mh_list_items(candidates);
    size_t count = mh_list_count(candidates), way_count;
    uint32_t next = 1;
    struct mh_next_hop *ways = mh_arena_take(builder->memory, (count + 1) * sizeof *ways);
    if (ways == NULL)
        builder->error = MH_NO_MEMORY;
    for (size_t i = 0; i < count && builder->error == MH_OK;) {
        const struct mh_plan_candidate *first = &items[i];
        i += gather(builder, first, count - i, ways, &way_count);
        uint32_t metric = want(builder, first, family, ways, way_count, next, wanted);
        next = metric < builder->traits->greatest ? metric + 1 : metric;
    }
}

static void want_family(struct mh_plan_builder *builder, enum mh_family family, struct mh_list **wanted)
{
    const struct mh_config *config = builder->input->config;
    struct mh_list *candidates = mh_list_new(sizeof(struct mh_plan_candidate));
    if (candidates == NULL) {
        builder->error = MH_NO_MEMORY;
        return;
    }
    for (size_t i = 0; i < config->uplink_count && builder->error == MH_OK; i++)
        consider(builder, &config->uplinks[i], family, &candidates);
    if (mh_dialect_has_metrics(builder->traits))
        want_all(builder, family, candidates, wanted);
    else
        mh_plan_want_one_default(builder, family, mh_list_items(candidates), mh_list_count(candidates),
                                 wanted);
    mh_list_release(candidates);
}

void mh_plan_want_defaults(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    want_family(builder, MH_IPV4, wanted);
    want_family(builder, MH_IPV6, wanted);
}
