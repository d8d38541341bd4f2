/* One IPv4 table's answer: longest prefix first, and when none of a prefix's routes can be used a shorter one
 * (fib_table_lookup in Linux' net/ipv4/fib_trie.c); then the next hops among which flows are spread
 * (fib_select_path in fib_semantics.c). */
#include "core/forward_parts.h"

#include <string.h>

enum {
    TABLE_DEFAULT = 253,
    TABLE_MAIN = 254,
    TABLE_LOCAL = 255,
    TOS_OF_ROUTES = 0x1c /* the bits that a route's tos is compared with; routes with others never match */
};

/* ---- next hops ------------------------------------------------------------------------------------- */

static bool hop_is_good(const struct mh_search *search, const struct mh_next_hop *hop)
{
    return (search->question->output == 0 || hop->interface == search->question->output) &&
           mh_next_hop_alive(search->snapshot, MH_IPV4, hop);
}

/* A bound interface takes the first that leaves by it; else flows are spread over all that are alive. */
static bool choose_hops(const struct mh_search *search, mh_route_handle handle, const struct mh_route *route)
{
    struct mh_forwarding *answer = search->answer;
    answer->choice_count = 0;
    for (size_t i = 0; i < route->next_hop_count; i++) {
        if (!hop_is_good(search, &route->next_hops[i]))
            continue;
        mh_search_add_choice(answer, handle, i);
        if (search->question->output != 0)
            break;
    }
    return answer->choice_count > 0;
}

/* ---- whose a gateway is ----------------------------------------------------------------------------- */

/* Where a route leads to a gateway of its link. */
enum lead {
    LEAD_NONE = 0,
    LEAD_TO_LINK = 1 << 0, /* on link: there the gateway counts */
    LEAD_TO_SELF = 1 << 1  /* to this host itself */
};

/* What a table's routes say of a gateway, down to what the kernel made with an address: that was there before
 * routes by gateways, and hides all that is shorter. */
struct leads {
    enum lead first;  /* the longest prefix's */
    int length;       /* of that; -1: there is none */
    bool kernel_made; /* the first is */
    unsigned all;     /* enum lead */
};

/* The route's answer when the kernel looks a gateway up for a route of this scope. */
static enum lead lead_of(const struct mh_route_peek *peek, const struct mh_next_hop *hop, unsigned scope)
{
    const struct mh_route *route = peek->shared;
    if (peek->tos != 0 || route->scope < scope || route->next_hop_count == 0 ||
        route->next_hops[0].interface != hop->interface)
        return LEAD_NONE;
    if (route->type == MH_ROUTE_UNICAST)
        return route->scope == MH_ROUTE_SCOPE_LINK ? LEAD_TO_LINK : LEAD_TO_SELF;
    return route->type == MH_ROUTE_LOCAL ? LEAD_TO_SELF : LEAD_NONE;
}

static struct leads leads_in(const struct mh_route_table *routes, uint32_t table,
                             const struct mh_route *route, const struct mh_next_hop *hop)
{
    struct leads leads = {.length = -1};
    unsigned scope = route->scope < MH_ROUTE_SCOPE_LINK ? MH_ROUTE_SCOPE_LINK : route->scope + 1U;
    mh_route_handle at;
    for (int longest = 32; (at = mh_route_table_match(routes, table, &hop->gateway, longest)) != 0;) {
        while (at != 0) {
            struct mh_route_peek peek = mh_route_peek(routes, at);
            enum lead lead = lead_of(&peek, hop, scope);
            if (leads.first == LEAD_NONE && lead != LEAD_NONE)
                leads = (struct leads){lead, peek.length, peek.shared->owner == MH_OWNER_KERNEL, 0};
            leads.all |= lead;
            if (lead != LEAD_NONE && peek.shared->owner == MH_OWNER_KERNEL)
                return leads;
            longest = peek.length - 1;
            at = peek.sibling;
        }
    }
    return leads;
}

/* Of the tables in their order, by the first that leads to the gateway at all. */
static const struct leads *first_lead(const struct leads *const order[], size_t count)
{
    for (size_t i = 0; i + 1 < count; i++)
        if (order[i]->first != LEAD_NONE)
            return order[i];
    return order[count - 1];
}

/* The gateway was looked up when the route was made (fib_check_nh_v4_gw): in its own table first, unless that
 * is `main` or the gateway is a nexthop object's; then as a packet goes, which is by `local`, `main` and
 * `default`, or by the longest prefix of the first two as long as Linux keeps these as one. What was there
 * then cannot be seen: it is known when it does not matter, or when the kernel made that with the addresses.
 * (Rules that led elsewhere then are left aside.) */
enum mh_gateway_owner mh_gateway_owner(const struct mh_route_table *routes, const struct mh_route *route,
                                       const struct mh_next_hop *hop)
{
    struct leads own = {.length = -1};
    bool own_table = route->table != TABLE_MAIN && route->table != TABLE_LOCAL && route->next_hop_id == 0;
    if (hop->gateway.family != MH_IPV4 || (hop->flags & MH_NEXT_HOP_ON_LINK) != 0)
        return MH_GATEWAY_FOREIGN;
    const struct leads local = leads_in(routes, TABLE_LOCAL, route, hop);
    const struct leads in_main = leads_in(routes, TABLE_MAIN, route, hop);
    if (!own_table && local.first == LEAD_NONE && in_main.kernel_made && in_main.all == LEAD_TO_LINK)
        return MH_GATEWAY_FOREIGN; /* the usual gateway, in a subnet of the interface */
    if (own_table)
        own = leads_in(routes, route->table, route, hop);
    const struct leads last = leads_in(routes, TABLE_DEFAULT, route, hop);
    const struct leads *longer = in_main.length > local.length ? &in_main : &local;
    const struct leads *apart = first_lead((const struct leads *const[]){&own, &local, &in_main, &last}, 4);
    const struct leads *merged = first_lead((const struct leads *const[]){&own, longer, &last}, 3);
    unsigned all = own.all | local.all | in_main.all | last.all;
    if (apart->first != merged->first || (!apart->kernel_made && (all & ~(unsigned)apart->first) != 0))
        return MH_GATEWAY_DOUBTFUL;
    return apart->first == LEAD_TO_SELF ? MH_GATEWAY_OWN : MH_GATEWAY_FOREIGN;
}

/* ---- several default routes ------------------------------------------------------------------------ */

/* The default routes that Linux tries one after the other until a gateway answers (fib_select_default): those
 * of the found one's tos and metric; behind them, when that was for a tos, those for any. */
struct default_walk {
    const struct mh_search *search;
    mh_route_handle first, found;
    uint32_t last_metric;
    uint8_t last_tos;
    uint8_t scope;
    bool begun, ended;
    bool doubtful; /* it is not known of one whether it counts */
};

/* Whether the route is one of them. That its hop has no carrier does not matter, even where such hops are
 * ignored: the search has found another that has, but here only the neighbours are looked at. (Routes all
 * whose hops are dead for good are no longer there.) */
static bool is_default_candidate(struct default_walk *walk, mh_route_handle handle,
                                 const struct mh_route_peek *peek)
{
    const struct mh_route *route = peek->shared;
    if (peek->metric > walk->last_metric && peek->tos == walk->last_tos) {
        walk->ended |= walk->last_tos == 0;
        return false;
    }
    walk->last_tos = peek->tos;
    walk->last_metric = peek->metric;
    if (route->scope != walk->scope || route->type != MH_ROUTE_UNICAST || route->next_hop_count == 0 ||
        route->next_hops[0].gateway.family == MH_FAMILY_NONE)
        return false;
    enum mh_gateway_owner owner = mh_gateway_owner(walk->search->routes, route, &route->next_hops[0]);
    walk->doubtful |= owner == MH_GATEWAY_DOUBTFUL;
    if (owner == MH_GATEWAY_OWN)
        return false;
    walk->ended |= !walk->begun && handle != walk->found;
    walk->begun = true;
    return !walk->ended;
}

enum verdict {
    TAKEN,    /* nothing behind it is tried */
    POSSIBLE, /* taken, unless it was the last time: then the next one is, if there is one */
    LAST_RESORT,
    PASSED_OVER
};

/* Links without ARP: their neighbours are always valid, and Linux does not tell of them. */
static bool has_silent_neighbors(const struct mh_snapshot *snapshot, uint32_t index)
{
    const struct mh_interface *interface = mh_snapshot_interface(snapshot, index);
    return interface != NULL && (interface->point_to_point || interface->kind == MH_KIND_LOOPBACK);
}

/* fib_detect_death. */
static enum verdict judge(const struct mh_search *search, const struct mh_next_hop *hop)
{
    const struct mh_neighbor *neighbor =
        mh_snapshot_neighbor(search->snapshot, hop->interface, &hop->gateway);
    if (neighbor == NULL)
        return has_silent_neighbors(search->snapshot, hop->interface) ? POSSIBLE : TAKEN;
    if (neighbor->state == MH_NEIGHBOR_REACHABLE)
        return TAKEN;
    switch (neighbor->state) {
    case MH_NEIGHBOR_INCOMPLETE:
        return PASSED_OVER;
    case MH_NEIGHBOR_FAILED:
    case MH_NEIGHBOR_NONE:
        return LAST_RESORT;
    default:
        return POSSIBLE;
    }
}

/* What may be taken, in the order of the trial: one or two that may answer, else, in turns, each that does
 * not answer and the found one. */
struct default_choice {
    mh_route_handle usable[2], resorts[MH_CHOICES_MAX];
    size_t usable_count, resort_count, tried;
    bool ended;
};

static void try_default(struct default_choice *choice, const struct mh_search *search, mh_route_handle handle,
                        const struct mh_route *route)
{
    enum verdict verdict = judge(search, &route->next_hops[0]);
    choice->tried++;
    if (verdict == LAST_RESORT && choice->resort_count < MH_CHOICES_MAX - 1)
        choice->resorts[choice->resort_count++] = handle;
    if (verdict == TAKEN || verdict == POSSIBLE)
        choice->usable[choice->usable_count++] = handle;
    choice->ended = verdict == TAKEN || choice->usable_count == 2;
}

static void try_defaults_of_tos(struct default_choice *choice, struct default_walk *walk, uint8_t tos)
{
    for (mh_route_handle at = walk->first; at != 0 && !walk->ended && !choice->ended;) {
        struct mh_route_peek peek = mh_route_peek(walk->search->routes, at);
        if (peek.tos == tos && is_default_candidate(walk, at, &peek))
            try_default(choice, walk->search, at, peek.shared);
        at = peek.sibling;
    }
}

static void set_choices(struct mh_forwarding *answer, const mh_route_handle *handles, size_t count)
{
    answer->choice_count = 0;
    for (size_t i = 0; i < count; i++)
        mh_search_add_choice(answer, handles[i], 0);
}

static void take_default(struct mh_forwarding *answer, struct default_choice *choice, mh_route_handle found)
{
    bool has_found = false;
    for (size_t i = 0; i < choice->resort_count; i++)
        has_found |= choice->resorts[i] == found;
    if (!has_found)
        choice->resorts[choice->resort_count++] = found;
    if (choice->usable_count > 0)
        set_choices(answer, choice->usable, choice->usable_count);
    else
        set_choices(answer, choice->resorts, choice->resort_count);
}

/* False when it is not known. */
static bool choose_default(const struct mh_search *search, mh_route_handle first, mh_route_handle found,
                           uint8_t tos)
{
    struct mh_route_peek peek = mh_route_peek(search->routes, found);
    struct default_walk walk = {.search = search,
                                .first = first,
                                .found = found,
                                .last_metric = peek.metric,
                                .scope = peek.shared->scope};
    struct default_choice choice;
    choice.usable_count = choice.resort_count = choice.tried = 0;
    choice.ended = false;
    if (tos != 0)
        try_defaults_of_tos(&choice, &walk, tos);
    try_defaults_of_tos(&choice, &walk, 0);
    if (choice.tried > 1)
        take_default(search->answer, &choice, found);
    return !walk.doubtful;
}

/* ---- one prefix ------------------------------------------------------------------------------------ */

enum outcome {
    NOT_HERE, /* try a shorter prefix */
    THROWN,
    SETTLED
};

static bool spreads(const struct mh_search *search, const struct mh_route_peek *peek)
{
    return peek->length == 0 && peek->shared->type == MH_ROUTE_UNICAST && peek->shared->next_hop_count == 1 &&
           search->question->output == 0;
}

static enum outcome try_route(const struct mh_search *search, mh_route_handle first, mh_route_handle handle,
                              const struct mh_route_peek *peek)
{
    const struct mh_route *route = peek->shared;
    enum mh_way way;
    if (route->type == MH_ROUTE_THROW)
        return THROWN;
    if (mh_route_refuses(route->type, &way)) {
        mh_search_settle(search, way, handle);
        return SETTLED;
    }
    if (!choose_hops(search, handle, route))
        return NOT_HERE;
    if (spreads(search, peek) && (peek->sibling != 0 || first != handle) &&
        !choose_default(search, first, handle, search->question->tos & TOS_OF_ROUTES))
        mh_search_give_up(search, "whether the gateway of a default route is this host itself depends on "
                                  "what led to it when the route was made");
    else
        mh_search_settle(search, MH_WAY_FOUND, search->answer->choices[0].route);
    return SETTLED;
}

/* The prefix's routes of one tos, best metric first. *skip: a next-hop object without a living hop hides what
 * else has the same network address (the kernel leaves its leaf at once). */
static enum outcome try_tos(const struct mh_search *search, mh_route_handle first, uint8_t tos, bool *skip)
{
    for (mh_route_handle at = first; at != 0;) {
        struct mh_route_peek peek = mh_route_peek(search->routes, at);
        if (peek.tos == tos) {
            enum outcome outcome = try_route(search, first, at, &peek);
            if (outcome != NOT_HERE)
                return outcome;
            if (peek.shared->next_hop_id != 0) {
                *skip = true;
                return NOT_HERE;
            }
        }
        at = peek.sibling;
    }
    return NOT_HERE;
}

static bool has_tos(const struct mh_route_table *routes, mh_route_handle at)
{
    while (at != 0) {
        struct mh_route_peek peek = mh_route_peek(routes, at);
        if (peek.tos != 0)
            return true;
        at = peek.sibling;
    }
    return false;
}

/* Routes for a type of service go before those for any, whatever the metric. */
static enum outcome try_prefix(const struct mh_search *search, mh_route_handle first, bool *skip)
{
    uint8_t tos = search->question->tos & TOS_OF_ROUTES;
    if ((search->question->known & MH_KNOWN_TOS) == 0 && has_tos(search->routes, first)) {
        mh_search_give_up(search, "a route is for one type of service, which is not known");
        return SETTLED;
    }
    if (tos != 0) {
        enum outcome outcome = try_tos(search, first, tos, skip);
        if (outcome != NOT_HERE || *skip)
            return outcome;
    }
    return try_tos(search, first, 0, skip);
}

/* ---- the table ------------------------------------------------------------------------------------- */

/* How long the longest prefix may be that does not begin with the same network address as this one. */
static int length_before(const struct mh_search *search, mh_route_handle handle, int length)
{
    struct mh_route route;
    mh_route_table_get(search->routes, handle, &route);
    while (length > 0 &&
           (route.destination.address.bytes[(length - 1) / 8] >> (7 - (length - 1) % 8) & 1) == 0)
        length--;
    return length - 1;
}

enum mh_step mh_forward_table4(const struct mh_search *search, uint32_t table)
{
    int longest = 32;
    while (longest >= 0) {
        mh_route_handle first =
            mh_route_table_match(search->routes, table, &search->question->destination, longest);
        if (first == 0)
            break;
        bool skip = false;
        enum outcome outcome = try_prefix(search, first, &skip);
        if (outcome != NOT_HERE)
            return outcome == SETTLED ? MH_STEP_DONE : MH_STEP_THROW;
        if (skip && table == TABLE_LOCAL && mh_local_may_be_merged(search->snapshot))
            return mh_search_give_up(search,
                                     "a nexthop object in table local may hide routes of main, which Linux "
                                     "may keep as one with it");
        longest = mh_route_peek(search->routes, first).length;
        longest = skip ? length_before(search, first, longest) : longest - 1;
    }
    return MH_STEP_ON;
}
