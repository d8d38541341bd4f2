/* Ops on routes. */
#include "apply.h"
#include "check.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool same_hop(const struct mh_next_hop *a, const struct mh_next_hop *b)
{
    return mh_address_equal(&a->gateway, &b->gateway) && a->interface == b->interface;
}

static bool same_hops(const struct mh_route *a, const struct mh_route *b)
{
    if (a->next_hop_count != b->next_hop_count)
        return false;
    for (size_t i = 0; i < a->next_hop_count; i++)
        if (!same_hop(&a->next_hops[i], &b->next_hops[i]))
            return false;
    return true;
}

/* What the system holds to be one and the same place in its table. */
static bool same_key(const struct sim_personality *personality, const struct mh_route *a,
                     const struct mh_route *b)
{
    return a->table == b->table && mh_prefix_equal(&a->destination, &b->destination) &&
           mh_prefix_equal(&a->source, &b->source) &&
           (!(personality->route_key & SIM_KEY_METRIC) || a->metric == b->metric) &&
           (!(personality->route_key & SIM_KEY_TOS) || a->tos == b->tos) &&
           (!(personality->route_key & SIM_KEY_NEXT_HOPS) || same_hops(a, b));
}

static size_t find_key(const struct sim_host *host, const struct mh_route *route)
{
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ROUTES); i++)
        if (same_key(host->personality, &sim_routes(host)[i].route, route))
            return i;
    return SIZE_MAX;
}

/* What a deletion leaves out matches anything. */
static bool hop_matches(const struct mh_next_hop *there, const struct mh_next_hop *wanted)
{
    return (wanted->interface == 0 || wanted->interface == there->interface) &&
           (wanted->gateway.family == MH_FAMILY_NONE || mh_address_equal(&wanted->gateway, &there->gateway));
}

static bool hops_match(const struct mh_route *there, const struct mh_route *wanted)
{
    if (wanted->next_hop_count == 0)
        return true;
    if (wanted->next_hop_count != there->next_hop_count)
        return false;
    for (size_t i = 0; i < wanted->next_hop_count; i++)
        if (!hop_matches(&there->next_hops[i], &wanted->next_hops[i]))
            return false;
    return true;
}

/* Linux (fib_table_delete, ip6_route_del): of IPv4 routes the scope counts, unless it is "nowhere"; of IPv6
 * routes neither scope nor type nor source do. */
static bool properties_match(const struct sim_personality *personality, const struct mh_route *there,
                             const struct mh_route *wanted)
{
    bool is_linux = personality->dialect == MH_DIALECT_LINUX;
    if (is_linux && wanted->destination.address.family == MH_IPV6)
        return true;
    return (!is_linux || wanted->scope == MH_ROUTE_SCOPE_NOWHERE || wanted->scope == there->scope) &&
           (wanted->type == MH_ROUTE_UNSPECIFIED || there->type == wanted->type) &&
           (wanted->preferred_source.family == MH_FAMILY_NONE ||
            mh_address_equal(&wanted->preferred_source, &there->preferred_source));
}

static bool matches(const struct mh_route *there, const struct mh_route *wanted)
{
    return there->table == wanted->table && mh_prefix_equal(&there->destination, &wanted->destination) &&
           mh_prefix_equal(&there->source, &wanted->source) && there->tos == wanted->tos &&
           (wanted->metric == 0 || there->metric == wanted->metric) &&
           (wanted->protocol == 0 || there->protocol == wanted->protocol) && hops_match(there, wanted);
}

/* Of several that match the one that the system prefers goes: the smallest metric, then the first. */
static size_t find_match(const struct sim_host *host, const struct mh_route *route)
{
    const struct sim_route *routes = sim_routes(host);
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ROUTES); i++)
        if (matches(&routes[i].route, route) &&
            properties_match(host->personality, &routes[i].route, route) &&
            (best == SIZE_MAX || routes[i].route.metric < routes[best].route.metric))
            best = i;
    return best;
}

static enum mh_error fail_about(const struct sim_host *host, enum sim_trouble trouble,
                                const struct mh_route *route, struct mh_failure *failure)
{
    struct sim_refusal refusal;
    char text[MH_PREFIX_TEXT_SIZE];
    (void)sim_refuse_because(&refusal, trouble, "", "", "%s route to %s",
                             trouble == SIM_NO_ROUTE ? "there is no such" : "there is already a",
                             mh_prefix_format(&route->destination, text));
    return sim_fail(host, &refusal, failure);
}

/* What a backend refuses before it asks its system: to replace another program's route. */
static enum mh_error check_foreign(const struct sim_host *host, const struct mh_route *route,
                                   struct mh_failure *failure)
{
    char prefix[MH_PREFIX_TEXT_SIZE], word[MH_WORD_SIZE];
    struct mh_route place = *route;
    if (place.metric == 0 && !host->personality->metric_zero)
        place.metric = sim_usual_metric(host, route);
    size_t position = find_key(host, &place);
    if (position == SIZE_MAX || sim_routes(host)[position].route.protocol == route->protocol)
        return MH_OK;
    return mh_fail(
        failure, MH_CONFLICT, "the route to %s is another program's (protocol %s)",
        mh_prefix_format(&route->destination, prefix),
        sim_word_format(host->personality->protocols, sim_routes(host)[position].route.protocol, word));
}

/* A route at the position of one that goes. */
static bool replace(struct sim_host *host, size_t position, const struct mh_route *route)
{
    struct mh_list **routes = &host->lists[MH_SECTION_ROUTES];
    return sim_route_insert(routes, position, route) && sim_route_remove(routes, position + 1);
}

/* Where next hops are a part of the key, a route is replaced by another way to its destination, as long as
 * it is the only one that the same hand made (RTM_CHANGE). */
static size_t find_replaced(const struct sim_host *host, const struct mh_route *route)
{
    size_t found = find_key(host, route);
    for (size_t i = 0; found == SIZE_MAX && i < sim_count(host, MH_SECTION_ROUTES); i++) {
        const struct mh_route *there = &sim_routes(host)[i].route;
        if (there->table == route->table && mh_prefix_equal(&there->destination, &route->destination) &&
            there->protocol == route->protocol)
            found = i;
    }
    return found;
}

static enum mh_error put(struct sim_host *host, enum mh_op_kind kind, const struct mh_route *route,
                         struct mh_failure *failure)
{
    bool by_destination = kind == MH_OP_ROUTE_REPLACE && !host->personality->replaces_exactly &&
                          host->personality->route_key & SIM_KEY_NEXT_HOPS;
    size_t position = by_destination ? find_replaced(host, route) : find_key(host, route);
    bool is_there = position != SIZE_MAX;
    if (kind == MH_OP_ROUTE_ADD && is_there)
        return fail_about(host, SIM_ROUTE_EXISTS, route, failure);
    if (kind == MH_OP_ROUTE_REPLACE && !is_there && !host->personality->replace_creates)
        return fail_about(host, SIM_NO_ROUTE, route, failure);
    bool done =
        is_there ? replace(host, position, route) : sim_route_append(&host->lists[MH_SECTION_ROUTES], route);
    return done ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

/* The interface's address that has the gateway in its subnet, else its first. */
static void fill_in_source(const struct sim_host *host, struct mh_route *route)
{
    const struct mh_interface_address *items = sim_addresses(host);
    struct mh_address first = {0};
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ADDRESSES); i++) {
        struct mh_prefix subnet = mh_prefix_of(&items[i].address, items[i].prefix_length);
        if (items[i].interface != route->next_hops[0].interface ||
            items[i].address.family != route->destination.address.family)
            continue;
        bool covers = mh_prefix_contains(&subnet, &route->next_hops[0].gateway);
        if (covers)
            route->preferred_source = items[i].address;
        if (covers)
            return;
        first = first.family == MH_FAMILY_NONE ? items[i].address : first;
    }
    route->preferred_source = first;
}

static bool lacks_source(const struct sim_host *host, const struct mh_route *route)
{
    return host->personality->fills_in_source && route->table == host->personality->main_table &&
           route->next_hop_count > 0 && route->preferred_source.family == MH_FAMILY_NONE;
}

static enum mh_error complete_and_put(struct sim_host *host, enum mh_op_kind kind, struct mh_route *route,
                                      struct mh_failure *failure)
{
    struct sim_refusal refusal;
    if (lacks_source(host, route))
        fill_in_source(host, route);
    if (!lacks_source(host, route))
        return put(host, kind, route, failure);
    (void)sim_refuse_because(&refusal, SIM_NO_WAY_IPV4, "", "", "%s has no address of the family",
                             sim_interface_name(host, route->next_hops[0].interface));
    return sim_fail(host, &refusal, failure);
}

/* Fills in what the op left out, in copies of its next hops. */
static enum mh_error settle_and_put(struct sim_host *host, enum mh_op_kind kind, const struct mh_route *route,
                                    struct mh_failure *failure)
{
    struct sim_refusal refusal;
    struct mh_route own = *route;
    struct mh_next_hop *hops = calloc(route->next_hop_count + 1U, sizeof *hops);
    if (hops == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    if (route->next_hop_count > 0)
        memcpy(hops, route->next_hops, route->next_hop_count * sizeof *hops);
    own.next_hops = hops;
    own.owner = (uint8_t)sim_protocol_owner(host->personality, route->protocol);
    enum mh_error error = sim_settle_route(host, &own, hops, true, &refusal)
                              ? complete_and_put(host, kind, &own, failure)
                              : sim_fail(host, &refusal, failure);
    free(hops);
    return error;
}

enum mh_error sim_route_op(struct sim_host *host, enum mh_op_kind kind, const struct mh_route *route,
                           struct mh_failure *failure)
{
    enum mh_error error = kind == MH_OP_ROUTE_REPLACE ? check_foreign(host, route, failure) : MH_OK;
    if (error != MH_OK)
        return error;
    if (kind != MH_OP_ROUTE_DELETE)
        return settle_and_put(host, kind, route, failure);
    size_t position = find_match(host, route);
    if (position == SIZE_MAX)
        return fail_about(host, SIM_NO_ROUTE, route, failure);
    bool done = sim_route_remove(&host->lists[MH_SECTION_ROUTES], position);
    return done ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}
