/* One IPv6 table's answer (fib6_table_lookup, find_rr_leaf and fib6_select_path in Linux' net/ipv6/route.c
 * and ip6_fib.c). Among a prefix's routes of the best metric the best score wins, the first of equals: by the
 * interface the packet is bound to, then by router preference (RFC 4191). Unless this host forwards, gateways
 * that were tried in vain stand back until nothing else is left in the whole table. */
#include "core/forward_parts.h"

enum { SCORE_OUT = -1 };

/* What one search over a table keeps. */
struct search6 {
    const struct mh_search *search;
    uint32_t table;
    bool strict;    /* other interfaces than the bound one do not count at all */
    bool reachable; /* gateways that failed do not count */
};

/* Routes of one destination for one source prefix; those for any source have length 0. The kernel's nodes. */
struct node {
    mh_route_handle first; /* of the destination; 0: none left */
    uint8_t length;        /* of the destination */
    uint8_t source_length;
};

/* ---- scores ---------------------------------------------------------------------------------------- */

/* ip6_route_output_flags: with an interface and no source the others do not count; destinations that mean
 * nothing without their link do not leave it either. */
static bool is_strict(const struct mh_question *question)
{
    const struct mh_address *destination = &question->destination;
    if (question->output != 0 && (question->source.family == MH_FAMILY_NONE || question->output_is_bound))
        return true;
    return mh_address_is_multicast(destination) || mh_address_is_link_local(destination) ||
           mh_address_is_loopback(destination);
}

static bool forwards(const struct mh_snapshot *snapshot)
{
    const struct mh_setting *setting =
        mh_snapshot_setting(snapshot, MH_SETTING_ALL, MH_IPV6, MH_SETTING_FORWARDING);
    return setting != NULL && setting->value != 0;
}

static bool gateway_failed(const struct search6 *at, const struct mh_next_hop *hop)
{
    if (hop->gateway.family == MH_FAMILY_NONE)
        return false;
    const struct mh_neighbor *neighbor =
        mh_snapshot_neighbor(at->search->snapshot, hop->interface, &hop->gateway);
    return neighbor != NULL && neighbor->state == MH_NEIGHBOR_FAILED;
}

static int preference_rank(uint8_t preference)
{
    return preference == MH_ROUTER_HIGH ? 3 : preference == MH_ROUTER_LOW ? 1 : 2;
}

/* Routes that refuse name the loopback interface. */
static int score_hop(const struct search6 *at, const struct mh_route *route, const struct mh_next_hop *hop)
{
    uint32_t output = at->search->question->output;
    bool fits = output == 0 || hop->interface == output;
    if (!fits && at->strict)
        return SCORE_OUT;
    if (!mh_next_hop_alive(at->search->snapshot, MH_IPV6, hop))
        return SCORE_OUT;
    if (at->reachable && gateway_failed(at, hop))
        return SCORE_OUT;
    return preference_rank(route->preference) * 4 + (fits ? 2 : 0);
}

/* ---- one node -------------------------------------------------------------------------------------- */

struct best {
    mh_route_handle handle; /* 0: none */
    size_t hop;
    int score;
};

static void score_route(const struct search6 *at, mh_route_handle handle, const struct mh_route *route,
                        struct best *best)
{
    for (size_t i = 0; i < route->next_hop_count; i++) {
        int score = score_hop(at, route, &route->next_hops[i]);
        if (score <= best->score)
            continue;
        *best = (struct best){handle, i, score};
        if (route->next_hop_id != 0) /* an object's first fitting hop will do */
            return;
    }
}

/* A source that is not chosen yet is all zeros. */
static bool serves_source(const struct mh_prefix *from, const struct mh_question *question)
{
    static const struct mh_address zeros = {.family = MH_IPV6};
    if (from->address.family == MH_FAMILY_NONE || from->length == 0)
        return true;
    return mh_prefix_contains(from, question->source.family == MH_FAMILY_NONE ? &zeros : &question->source);
}

static bool belongs(const struct search6 *at, const struct node *node, const struct mh_route *route)
{
    return route->source.length == node->source_length && serves_source(&route->source, at->search->question);
}

static bool is_blackhole_object(const struct mh_route *route)
{
    return route->type == MH_ROUTE_BLACKHOLE && route->next_hop_id != 0;
}

/* The best of the routes with the first one's metric; when none of them counts, of all that follow. */
static struct best find_best(const struct search6 *at, const struct node *node)
{
    struct best best = {.score = SCORE_OUT};
    uint32_t metric = 0;
    enum { BEFORE, IN_FIRST_METRIC, BEHIND } place = BEFORE;
    for (mh_route_handle handle = node->first; handle != 0;) {
        struct mh_route_peek peek = mh_route_peek(at->search->routes, handle);
        mh_route_handle current = handle;
        handle = peek.sibling;
        if (!belongs(at, node, peek.shared))
            continue;
        if (place == IN_FIRST_METRIC && peek.metric != metric) {
            if (best.handle != 0)
                break;
            place = BEHIND;
        }
        if (place == BEFORE) {
            place = IN_FIRST_METRIC;
            metric = peek.metric;
        }
        if (is_blackhole_object(peek.shared))
            return (struct best){current, 0, 0};
        score_route(at, current, peek.shared, &best);
    }
    return best;
}

/* ---- from node to node ----------------------------------------------------------------------------- */

/* The longest source prefix shorter than `below` bits (0: none) among the destination's routes that holds the
 * source. *specific: there are source-specific routes at all. *plain: there are others. */
static uint8_t longest_source(const struct search6 *at, mh_route_handle first, unsigned below, bool *specific,
                              bool *plain)
{
    uint8_t longest = 0;
    *specific = *plain = false;
    for (mh_route_handle handle = first; handle != 0;) {
        struct mh_route_peek peek = mh_route_peek(at->search->routes, handle);
        uint8_t length = peek.shared->source.length;
        handle = peek.sibling;
        *plain |= length == 0;
        *specific |= length != 0;
        if (length > longest && length < below && serves_source(&peek.shared->source, at->search->question))
            longest = length;
    }
    return longest;
}

static mh_route_handle match(const struct search6 *at, int longest, uint8_t *length)
{
    mh_route_handle first = longest < 0 ? 0
                                        : mh_route_table_match(at->search->routes, at->table,
                                                               &at->search->question->destination, longest);
    *length = first == 0 ? 0 : mh_route_peek(at->search->routes, first).length;
    return first;
}

/* Where the search begins: the longest destination. One with source-specific routes none of which serves the
 * source is passed over with all its routes, unless it is ::/0 (fib6_node_lookup_1). */
static struct node first_node(const struct search6 *at)
{
    struct node node = {0};
    for (int longest = 128; (node.first = match(at, longest, &node.length)) != 0; longest = node.length - 1) {
        bool specific, plain;
        node.source_length = longest_source(at, node.first, 129, &specific, &plain);
        if (node.source_length > 0 || !specific || (node.length == 0 && plain))
            break;
    }
    return node;
}

/* Where it goes on (fib6_backtrack): shorter sources, then any source, then shorter destinations. */
static struct node next_node(const struct search6 *at, struct node node)
{
    bool specific, plain;
    if (node.source_length > 0) {
        node.source_length = longest_source(at, node.first, node.source_length, &specific, &plain);
        if (node.source_length > 0 || plain)
            return node;
    }
    while ((node.first = match(at, node.length - 1, &node.length)) != 0) {
        node.source_length = longest_source(at, node.first, 129, &specific, &plain);
        if (node.source_length > 0 || plain)
            break;
    }
    return node;
}

static struct best search_nodes(const struct search6 *at)
{
    struct best best = {.score = SCORE_OUT};
    for (struct node node = first_node(at); node.first != 0 && best.handle == 0; node = next_node(at, node))
        best = find_best(at, &node);
    return best;
}

/* ---- the table ------------------------------------------------------------------------------------- */

/* The hops among which flows are spread, the best first (fib6_select_path). Some kernels stay with the best
 * when it is by the given interface. */
static void choose_hops(const struct search6 *at, const struct best *best, const struct mh_route *route)
{
    struct mh_forwarding *answer = at->search->answer;
    answer->choice_count = 0;
    mh_search_add_choice(answer, best->handle, best->hop);
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (i != best->hop &&
            (route->next_hop_id != 0 || score_hop(at, route, &route->next_hops[i]) != SCORE_OUT))
            mh_search_add_choice(answer, best->handle, i);
}

enum mh_step mh_forward_table6(const struct mh_search *search, uint32_t table)
{
    struct search6 at = {.search = search, .table = table, .strict = is_strict(search->question)};
    at.reachable = !forwards(search->snapshot);
    const bool reachable = at.reachable;
    struct best best = search_nodes(&at);
    if (best.handle == 0 && at.reachable) {
        at.reachable = false;
        best = search_nodes(&at);
    }
    if (best.handle == 0)
        return MH_STEP_ON;
    const struct mh_route *route = mh_route_peek(search->routes, best.handle).shared;
    enum mh_way way;
    if (route->type == MH_ROUTE_THROW)
        return MH_STEP_THROW;
    if (mh_route_refuses(route->type, &way))
        return mh_search_settle(search, way, best.handle);
    at.reachable = reachable;
    choose_hops(&at, &best, route);
    return mh_search_settle(search, MH_WAY_FOUND, best.handle);
}
