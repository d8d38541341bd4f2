/* DOC: Single route changes. The kernel's notification carries the flags of what it did to the row of routes
 * that share table, destination, TOS and metric (net/ipv4/fib_trie.c, net/ipv6/ip6_fib.c; checked on
 * Linux 6.18):
 *
 * - EXCL|CREATE: the first of its row.
 * - CREATE: IPv4 before the others, IPv6 behind them or joined with them to a multipath route.
 * - CREATE|APPEND: behind the others; IPv6 as before.
 * - REPLACE: in place of the first; IPv6 of the first of its sort.
 *
 * IPv6 routes with a gateway in one row are one multipath route. It is told whole when it grows: by several
 * next hops in their order, by one with that one first. The removal of one next hop tells only that. The
 * sorts are routes that can become multipath and routes that cannot. So an IPv6 change is exact where the row
 * holds one route, which is remembered of every reading (route_memory.h); for the rest all routes are read
 * anew. A removal that the receiver does not find makes it ask for that itself.
 *
 * Settling. A dump of routes is no snapshot: changes that were made while it ran may or may not be in it, and
 * all of them are told afterwards. Until the queue has been seen empty well after the dump, a change may be
 * older than what was read. For rows of one route the end is right whatever the dump saw, when the last
 * change of each decides: the first of a row replaces what is there, and a removal of what is not there is no
 * loss (mh_fact.uncertain). For rows of several it is not: they are read anew. */
#include "linux.h"

#include <linux/rtnetlink.h>

/* How much later than a change its notification may be queued, milliseconds. The kernel does both under one
 * lock; this is for being preempted between them. */
enum { SETTLE_AFTER = 100, SETTLED_AFTER = 1000 };

/* ---- readings -------------------------------------------------------------------------------------- */

void mh_linux_routes_begin(struct mh_linux *host)
{
    mh_key_set_merge(&host->earlier_rows, &host->routes.rows);
    mh_route_memory_clear(&host->routes);
    host->earlier_known = host->rows_known;
    host->settling = true;
}

void mh_linux_routes_read(struct mh_linux *host)
{
    host->rows_known = true;
    host->read_at = mh_clock_boot();
    host->drained = host->monitor.descriptor < 0 || mh_monitor_is_empty(&host->monitor);
}

void mh_linux_settle(struct mh_linux *host, bool drained)
{
    int64_t age = mh_clock_boot() - host->read_at;
    if (!host->settling)
        return;
    if ((drained && age >= SETTLE_AFTER) || (!drained && host->drained && age >= SETTLED_AFTER)) {
        host->settling = false;
        mh_key_set_clear(&host->earlier_rows);
    }
    host->drained |= drained;
}

/* ---- changes --------------------------------------------------------------------------------------- */

/* A change, and whether it can be told by itself. */
struct step {
    enum mh_change change;
    bool exact;
    bool makes_row; /* the row holds several routes from now on */
};

static struct step step_of_ipv4(const struct mh_linux *host, uint16_t flags)
{
    if (flags & NLM_F_REPLACE)
        return (struct step){MH_REPLACE, !host->settling || host->earlier_known, false};
    if (flags & NLM_F_APPEND)
        return (struct step){MH_APPEND, !host->settling, true};
    if ((flags & NLM_F_CREATE) && !(flags & NLM_F_EXCL))
        return (struct step){MH_PREPEND, !host->settling, true};
    return (struct step){host->settling ? MH_REPLACE : MH_PRESENT, true, false};
}

static struct step step_of_ipv6(const struct mh_linux *host, uint16_t flags, const struct mh_route *route,
                                bool row)
{
    bool multipath = route->next_hop_count > 1 && route->next_hop_id == 0;
    if (flags & NLM_F_REPLACE)
        return (struct step){MH_REPLACE, !row && (!host->settling || host->earlier_known), false};
    if (multipath) /* it is the whole row, new or grown */
        return (struct step){MH_REPLACE, !row && !(flags & NLM_F_APPEND), false};
    if ((flags & NLM_F_CREATE) && !(flags & NLM_F_EXCL))
        return (struct step){MH_APPEND, !host->settling, true};
    return (struct step){host->settling ? MH_REPLACE : MH_PRESENT, true, false};
}

static bool is_row(const struct mh_linux *host, uint64_t key)
{
    return mh_key_set_has(&host->routes.rows, key) ||
           (host->settling && mh_key_set_has(&host->earlier_rows, key));
}

static enum mh_error take_new(struct mh_linux *host, const struct mh_route *route, uint16_t flags,
                              const struct mh_feed *feed)
{
    uint64_t key = mh_route_key(route);
    bool row = is_row(host, key);
    struct step step = route->destination.address.family == MH_IPV4 ? step_of_ipv4(host, flags)
                                                                    : step_of_ipv6(host, flags, route, row);
    const struct mh_fact fact = {.section = MH_SECTION_ROUTES, .change = step.change, .of.route = route};
    mh_route_memory_note(&host->routes, route, false);
    if (step.makes_row)
        mh_route_memory_note_row(&host->routes, key);
    if (step.exact && !(row && host->settling) && !host->decoder.unresolved)
        return mh_linux_tell(host, feed, &fact);
    mh_linux_mark_stale(host, MH_SECTION_ROUTES);
    return MH_OK;
}

/* One next hop of an IPv6 multipath route goes, or the whole of it while the reading may have seen less. */
static bool takes_part_of_route(const struct mh_linux *host, const struct mh_route *route, uint64_t key)
{
    return (route->next_hop_count == 1 || host->settling) && mh_key_set_has(&host->routes.multipath, key);
}

static enum mh_error take_gone(struct mh_linux *host, const struct mh_route *route,
                               const struct mh_feed *feed)
{
    uint64_t key = mh_route_key(route);
    const struct mh_fact fact = {
        .section = MH_SECTION_ROUTES, .change = MH_GONE, .uncertain = host->settling, .of.route = route};
    bool exact = !(host->settling && is_row(host, key)) && !takes_part_of_route(host, route, key);
    if (exact && !host->decoder.unresolved)
        return mh_linux_tell(host, feed, &fact);
    mh_linux_mark_stale(host, MH_SECTION_ROUTES);
    return MH_OK;
}

enum mh_error mh_linux_take_route(struct mh_linux *host, const struct nlmsghdr *message, size_t length,
                                  const struct mh_feed *feed)
{
    struct mh_route route;
    bool makes_row = (message->nlmsg_flags & NLM_F_CREATE) && !(message->nlmsg_flags & NLM_F_EXCL);
    bool stale = host->stale[MH_SECTION_ROUTES]; /* they are about to be read, with this change in them */
    if (stale && !makes_row)
        return MH_OK;
    enum mh_error code = mh_decode_route(message, length, &host->decoder, &route);
    if (code != MH_OK)
        return code == MH_NOT_FOUND ? MH_OK : code;
    if (stale) {
        mh_route_memory_note_row(&host->routes, mh_route_key(&route));
        return MH_OK;
    }
    if (message->nlmsg_type == RTM_NEWROUTE)
        return take_new(host, &route, message->nlmsg_flags, feed);
    return take_gone(host, &route, feed);
}
