#include "core/select_host.h"

#include "core/forward_parts.h"

void mh_select_refuse(const struct mh_selecting *selecting, enum mh_way way)
{
    selecting->selection->way = way;
    selecting->selection->source = (struct mh_address){0};
    selecting->selection->rule = NULL;
}

void mh_select_give_up(const struct mh_selecting *selecting, const char *reason)
{
    mh_select_refuse(selecting, MH_WAY_INDETERMINATE);
    selecting->selection->reason = reason;
}

const struct mh_interface_address *mh_select_owner(const struct mh_snapshot *snapshot,
                                                   const struct mh_address *address, uint32_t preferred)
{
    const struct mh_interface_address *owner = NULL;
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *at = &snapshot->addresses[i];
        if (mh_address_equal(&at->address, address) && (owner == NULL || at->interface == preferred))
            owner = at;
    }
    return owner;
}

/* Nothing took part yet: the answer is large, so only what says so is written. */
static void clear_forwarding(struct mh_forwarding *forwarding)
{
    forwarding->way = MH_WAY_UNREACHABLE;
    forwarding->reason = NULL;
    forwarding->rule = NULL;
    forwarding->handle = 0;
    forwarding->choice_count = 0;
}

/* 127/8 and what else is bound without an address of its own is not told from a stranger's address. */
static bool can_be_bound(const struct mh_snapshot *snapshot, const struct mh_question *question)
{
    const struct mh_interface_address *owner = mh_select_owner(snapshot, &question->source, question->output);
    return owner != NULL && (owner->flags & (MH_ADDRESS_TENTATIVE | MH_ADDRESS_DUPLICATE)) == 0;
}

bool mh_select_begin(const struct mh_selecting *selecting)
{
    const struct mh_question *question = selecting->question;
    struct mh_selection *selection = selecting->selection;
    clear_forwarding(&selection->forwarding);
    selection->source_given = question->source.family != MH_FAMILY_NONE;
    selection->source = question->source;
    if (selection->source_given && !can_be_bound(selecting->snapshot, question))
        mh_select_refuse(selecting, MH_WAY_NO_SOURCE);
    else if (question->output != 0 && mh_snapshot_interface(selecting->snapshot, question->output) == NULL)
        mh_select_refuse(selecting, MH_WAY_NO_DEVICE);
    else
        return true;
    return false;
}

static void note_owner(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    const struct mh_interface_address *owner =
        mh_select_owner(selecting->snapshot, &selection->source, selection->interface);
    selection->source_owner_differs = owner != NULL && owner->interface != selection->interface;
}

void mh_select_leave_by(const struct mh_selecting *selecting, uint32_t interface,
                        const struct mh_address *next_hop)
{
    struct mh_selection *selection = selecting->selection;
    selection->way = selection->forwarding.way = MH_WAY_FOUND;
    selection->interface = interface;
    selection->next_hop = next_hop == NULL ? (struct mh_address){0} : *next_hop;
    if (selection->source_given)
        note_owner(selecting);
}

uint32_t mh_select_loopback_or(const struct mh_snapshot *snapshot, uint32_t owner)
{
    uint32_t loopback = mh_loopback_index(snapshot);
    return loopback != 0 ? loopback : owner;
}

bool mh_select_is_loopback(const struct mh_snapshot *snapshot, uint32_t interface)
{
    const struct mh_interface *found = mh_snapshot_interface(snapshot, interface);
    return found != NULL && found->kind == MH_KIND_LOOPBACK;
}

bool mh_select_is_limited_broadcast(const struct mh_address *address)
{
    const struct mh_address broadcast = {.family = MH_IPV4, .bytes = {255, 255, 255, 255}};
    return mh_address_equal(address, &broadcast);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

/* One prefix being looked at. */
struct contest {
    const struct mh_selecting *selecting;
    const struct mh_route_taste *taste;
    uint64_t best; /* cost of the choices so far */
    size_t contenders;
    bool refuses; /* the best so far rejects */
    bool unknown; /* the cost of a contender is not known */
};

static void take(struct contest *contest, mh_route_handle handle, size_t hop, uint64_t cost, bool refuses)
{
    struct mh_forwarding *forwarding = &contest->selecting->selection->forwarding;
    bool better = contest->contenders == 0 || cost < contest->best;
    contest->contenders++;
    if (!better && (cost > contest->best || refuses || contest->refuses))
        return;
    if (better) {
        forwarding->handle = handle;
        forwarding->choice_count = 0;
        contest->best = cost;
        contest->refuses = refuses;
    }
    if (!refuses)
        mh_search_add_choice(forwarding, handle, hop);
}

static void look_at_hop(struct contest *contest, mh_route_handle handle, const struct mh_route *route,
                        size_t hop)
{
    uint64_t cost = 0;
    if (!contest->taste->usable(contest->selecting, &route->next_hops[hop]))
        return;
    if (!contest->taste->cost(contest->selecting, route, &route->next_hops[hop], &cost))
        contest->unknown = true;
    take(contest, handle, hop, cost, false);
}

static bool rejects(const struct mh_route *route)
{
    return route->type == MH_ROUTE_BLACKHOLE || route->type == MH_ROUTE_UNREACHABLE ||
           route->type == MH_ROUTE_PROHIBIT;
}

static void look_at_prefix(struct contest *contest, mh_route_handle handle)
{
    const struct mh_route_table *routes = contest->selecting->routes;
    for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
        struct mh_route route;
        mh_route_table_get(routes, handle, &route);
        if (rejects(&route))
            take(contest, handle, 0, route.metric, true);
        else
            for (size_t hop = 0; hop < route.next_hop_count; hop++)
                look_at_hop(contest, handle, &route, hop);
    }
}

enum mh_route_search mh_select_search(const struct mh_selecting *selecting,
                                      const struct mh_route_taste *taste)
{
    struct mh_forwarding *forwarding = &selecting->selection->forwarding;
    struct contest contest = {.selecting = selecting, .taste = taste};
    int longest = 128;
    enum mh_route_search seen = MH_SEARCH_NONE;
    while (contest.contenders == 0) {
        mh_route_handle handle =
            mh_route_table_match(selecting->routes, taste->table, &selecting->question->destination, longest);
        if (handle == 0 || (seen == MH_SEARCH_DOWN && !taste->falls_through))
            return seen;
        seen = MH_SEARCH_DOWN;
        look_at_prefix(&contest, handle);
        struct mh_route route;
        mh_route_table_get(selecting->routes, handle, &route);
        longest = (int)route.destination.length - 1;
    }
    mh_route_table_get(selecting->routes, forwarding->handle, &forwarding->route);
    if (contest.unknown && contest.contenders > 1)
        return MH_SEARCH_UNKNOWN;
    return contest.refuses ? MH_SEARCH_REFUSED : MH_SEARCH_FOUND;
}

struct mh_next_hop mh_select_hop(const struct mh_selecting *selecting, size_t choice)
{
    const struct mh_choice *at = &selecting->selection->forwarding.choices[choice];
    struct mh_route route;
    mh_route_table_get(selecting->routes, at->route, &route);
    return route.next_hops[at->hop];
}

static void merge_sources(struct mh_selection *selection)
{
    selection->source = selection->choice_sources[0];
    for (size_t i = 1; i < selection->forwarding.choice_count; i++)
        if (!mh_address_equal(&selection->choice_sources[i], &selection->source))
            selection->source = (struct mh_address){0};
}

void mh_select_each_choice(const struct mh_selecting *selecting, mh_select_chooser *choose)
{
    struct mh_selection *selection = selecting->selection;
    const struct mh_next_hop first = mh_select_hop(selecting, 0);
    mh_select_leave_by(selecting, first.interface, &first.gateway);
    /* The first one last, so that `rule` is the one that belongs to it. */
    for (size_t i = selection->forwarding.choice_count; i-- > 0 && selection->way == MH_WAY_FOUND;) {
        const struct mh_next_hop hop = mh_select_hop(selecting, i);
        selection->choice_sources[i] =
            selection->source_given ? selecting->question->source : choose(selecting, &hop);
    }
    if (selection->way == MH_WAY_FOUND)
        merge_sources(selection);
}
