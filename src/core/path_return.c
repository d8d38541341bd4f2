/* The reply's way: a TCP connection and a bound UDP socket keep the address that the request was sent to, a
 * UDP socket on the wildcard address sends from whatever the routes choose (RFC 1122 4.1.3.5 wants the
 * request's destination). The way is asymmetric when it is not by the interface that the request came in on
 * (RFC 1122 3.3.4.2). */
#include "core/path_parts.h"

#include <string.h>

/* ---- one of several next hops ---------------------------------------------------------------------- */

size_t mh_path_way_count(const struct mh_selection *selection)
{
    if (selection->way != MH_WAY_FOUND)
        return 0;
    bool several = !selection->local && selection->forwarding.choice_count > 1;
    return several ? selection->forwarding.choice_count : 1;
}

uint32_t mh_path_way_interface(const struct mh_route_table *routes, const struct mh_selection *selection,
                               size_t way)
{
    struct mh_route route;
    if (mh_path_way_count(selection) < 2)
        return selection->interface;
    mh_route_table_get(routes, selection->forwarding.choices[way].route, &route);
    return route.next_hops[selection->forwarding.choices[way].hop].interface;
}

const struct mh_address *mh_path_way_source(const struct mh_selection *selection, size_t way)
{
    return mh_path_way_count(selection) < 2 ? &selection->source : &selection->choice_sources[way];
}

/* ---- asymmetry ------------------------------------------------------------------------------------- */

static void undecide(struct mh_path_reply *reply, const char *reason)
{
    reply->asymmetry = MH_PATH_UNDECIDED;
    reply->reason = reason;
}

static void judge_asymmetry(const struct mh_pathing *pathing)
{
    struct mh_path_reply *reply = pathing->reply;
    const struct mh_selection *selection = &reply->selection;
    size_t count = mh_path_way_count(selection), same = 0;
    reply->reason = NULL;
    for (size_t i = 0; i < count; i++)
        same += mh_path_way_interface(pathing->host->routes, selection, i) == pathing->report->input;
    reply->asymmetry = same == count ? MH_PATH_SYMMETRIC : MH_PATH_ASYMMETRIC;
    if (count == 0)
        undecide(reply, "there is no reply");
    else if (selection->local)
        undecide(reply, "the reply does not leave this host");
    else if (same != 0 && same != count)
        undecide(reply, "the reply takes one of several next hops, by different interfaces");
}

/* ---- what is wrong with it ------------------------------------------------------------------------- */

static void say_no_way(const struct mh_pathing *pathing)
{
    char remote[MH_ADDRESS_TEXT_SIZE], local[MH_ADDRESS_TEXT_SIZE];
    const struct mh_selection *selection = &pathing->reply->selection;
    bool wildcard = pathing->reply->kind == MH_PATH_UDP_WILDCARD;
    (void)mh_address_format(&pathing->question->remote, remote);
    (void)mh_address_format(&pathing->question->local, local);
    if (selection->way == MH_WAY_INDETERMINATE)
        mh_path_say(pathing, MH_PATH_BY_ROUTING, MH_PATH_DROPS_UNKNOWN,
                    "Where the reply leaves cannot be told: %s.", selection->reason);
    else if (wildcard)
        mh_path_say(pathing, MH_PATH_BY_NO_RETURN_ROUTE, MH_PATH_DROPS_REPLY, "There is no way to %s: %s.",
                    remote, mh_way_native(selection->way));
    else
        mh_path_say(pathing, MH_PATH_BY_NO_RETURN_ROUTE, MH_PATH_DROPS_REPLY,
                    "There is no way from %s to %s: %s.", local, remote, mh_way_native(selection->way));
}

static void say_local(const struct mh_pathing *pathing)
{
    char remote[MH_ADDRESS_TEXT_SIZE];
    (void)mh_address_format(&pathing->question->remote, remote);
    mh_path_say(pathing, MH_PATH_BY_NO_RETURN_ROUTE, MH_PATH_DROPS_REPLY,
                "%s is an address of this host: the reply does not leave it.", remote);
}

static void check_source(const struct mh_pathing *pathing)
{
    const struct mh_selection *selection = &pathing->reply->selection;
    char source[MH_ADDRESS_TEXT_SIZE], local[MH_ADDRESS_TEXT_SIZE];
    const struct mh_address *wrong = NULL;
    size_t count = mh_path_way_count(selection), right = 0;
    for (size_t i = 0; i < count; i++) {
        const struct mh_address *from = mh_path_way_source(selection, i);
        if (mh_address_equal(from, &pathing->question->local))
            right++;
        else
            wrong = from;
    }
    if (wrong == NULL)
        return;
    (void)mh_address_format(wrong, source);
    (void)mh_address_format(&pathing->question->local, local);
    if (right == 0)
        mh_path_say(pathing, MH_PATH_BY_UDP_WRONG_SOURCE, MH_PATH_DROPS_REPLY,
                    "A UDP socket on the wildcard address replies from %s, not from %s that was asked: a "
                    "client whose socket is connected, and a firewall on the way, drop that (RFC 1122 "
                    "4.1.3.5).",
                    source, local);
    else
        mh_path_say(pathing, MH_PATH_BY_UDP_WRONG_SOURCE, MH_PATH_DROPS_UNKNOWN,
                    "A UDP socket on the wildcard address replies from %s or from %s, by the next hop that "
                    "the flow takes; a client whose socket is connected drops the former.",
                    source, local);
}

/* A source that is nobody's here has no reply to speak of. */
static void judge(struct mh_pathing *pathing)
{
    if (pathing->reply->selection.way != MH_WAY_FOUND) {
        say_no_way(pathing);
        return;
    }
    if (pathing->reply->selection.local) {
        say_local(pathing);
        return;
    }
    mh_path_filter_reply(pathing);
    if (pathing->reply->kind == MH_PATH_UDP_WILDCARD)
        check_source(pathing);
}

enum mh_error mh_path_return(struct mh_pathing *pathing)
{
    struct mh_path_reply *reply = pathing->reply;
    const struct mh_path_host *host = pathing->host;
    enum mh_error error =
        mh_select(host->snapshot, host->routes, host->dialect, &reply->question, false, &reply->selection);
    if (error != MH_OK)
        return error;
    judge_asymmetry(pathing);
    bool comes_by_loopback =
        mh_snapshot_interface(host->snapshot, pathing->report->input)->kind == MH_KIND_LOOPBACK;
    if (pathing->taken && !comes_by_loopback)
        judge(pathing);
    if (!pathing->taken)
        undecide(reply, "the packet is not taken");
    return MH_OK;
}
