/* DOC: Single changes of routes, so that one change among a million costs no reading of all.
 *
 * A message names a route by table, destination and, on OpenBSD, priority. OpenBSD's messages hold all that
 * its dumps do. FreeBSD's and NetBSD's lack the address that the route prefers as source and say nothing of
 * the interface's: there the kernel is asked for what it has now at that destination (RTM_GET), so that it
 * does not matter whether a change is older than the last reading.
 *
 * What is told so is exact where the destination has one route, before and after: such facts are `single`,
 * and the receiver, who knows, answers MH_CONFLICT where it is not so (FreeBSD's several paths). That,
 * several paths on OpenBSD, link-local destinations, redirects, more changes than MH_BSD_CHANGES_MAX at once,
 * and all that changes without a word mean that the routes are read whole. So does an answer that does not
 * come in time, or that may be another program's: a change is never dropped. */
#include "exchange.h"

/* Milliseconds for one question; those for all changes that are told together are MH_BSD_ANSWER_TIMEOUT. */
enum { ANSWER_TIMEOUT = 500 };

/* ---- noting ---------------------------------------------------------------------------------------- */

static bool may_be_single(const struct mh_bsd *host, const struct mh_rt_event *event)
{
    bool done = (event->native_flags & host->layout->flags->done) != 0;
    return event->outcome == MH_RT_FACT && !event->multipath && event->zone == 0 &&
           mh_bsd_has_table(host, event->of.route.table) &&
           !mh_address_is_link_local(&event->of.route.destination.address) &&
           (done || host->layout->system != MH_RT_OPENBSD);
}

void mh_bsd_note_route(struct mh_bsd *host, const struct mh_rt_event *event)
{
    if (host->stale[MH_SECTION_ROUTES])
        return; /* they are about to be read, with this change in them */
    if (host->change_count == MH_BSD_CHANGES_MAX || !may_be_single(host, event)) {
        host->tables_known &= mh_bsd_has_table(host, event->of.route.table);
        host->stale[MH_SECTION_ROUTES] = true;
        return;
    }
    struct mh_rt_event *own = &host->route_changes[host->change_count++];
    *own = *event;
    if (own->of.route.next_hop_count > 0)
        own->of.route.next_hops = &own->next_hop;
}

/* ---- asking ---------------------------------------------------------------------------------------- */

/* One socket, and one time, for the questions about all changes that are told together. */
struct asking {
    struct mh_bsd *host;
    int descriptor; /* -1: none yet */
    uint32_t table; /* of the socket */
    int64_t deadline;
};

static void close_socket(struct asking *asking)
{
    if (asking->descriptor >= 0)
        (void)asking->host->calls->table->close(asking->host->calls, asking->descriptor, NULL);
    asking->descriptor = -1;
}

static enum mh_error open_socket(struct asking *asking, uint32_t table)
{
    if (asking->descriptor >= 0 && asking->table == table)
        return MH_OK;
    close_socket(asking);
    asking->table = table;
    enum mh_error code = mh_bsd_route_open(asking->host, table, &asking->descriptor, NULL);
    if (code != MH_OK)
        asking->descriptor = -1;
    return code;
}

/* As mh_bsd_route_ask; MH_CONFLICT: nothing was asked. */
static enum mh_error ask_kernel(struct asking *asking, const struct mh_route *route,
                                struct mh_bsd_reply *reply)
{
    struct mh_bsd_question question;
    int64_t now = mh_clock_boot();
    if (now >= asking->deadline || open_socket(asking, route->table) != MH_OK ||
        mh_bsd_compose_lookup(asking->host, route, true, &question, NULL) != MH_OK)
        return MH_CONFLICT;
    question.deadline = now + ANSWER_TIMEOUT < asking->deadline ? now + ANSWER_TIMEOUT : asking->deadline;
    return mh_bsd_route_ask(asking->host, asking->descriptor, &question, reply, NULL);
}

/* ---- telling --------------------------------------------------------------------------------------- */

/* Has the end of the route, too, been noted behind this change of it? */
static bool is_known_to_end(const struct mh_bsd *host, const struct mh_rt_event *event)
{
    const struct mh_rt_event *end = host->route_changes + host->change_count;
    for (const struct mh_rt_event *later = event + 1; later < end; later++)
        if (later->change == MH_GONE && later->of.route.table == event->of.route.table &&
            mh_prefix_equal(&later->of.route.destination, &event->of.route.destination))
            return true;
    return false;
}

/* The kernel has no such route, or somebody says so. What write(2) answers is sure: another message tells of
 * the end, or has told. A message might be the answer to another program. */
static enum mh_error believe_gone(const struct mh_bsd *host, const struct mh_rt_event *event, bool is_sure)
{
    return is_sure || is_known_to_end(host, event) ? MH_NOT_FOUND : MH_CONFLICT;
}

/* What is there now in place of what the message said. MH_NOT_FOUND: it has gone again, and that is told by
 * another message. MH_CONFLICT: nobody knows. */
static enum mh_error resolve(struct asking *asking, struct mh_rt_event *event)
{
    struct mh_bsd_reply reply;
    const struct mh_prefix *wanted = &event->of.route.destination;
    const struct mh_rt_event *answer = &reply.event;
    enum mh_error code = ask_kernel(asking, &event->of.route, &reply);
    if (code == MH_NOT_FOUND)
        return believe_gone(asking->host, event, !reply.told);
    if (code != MH_OK || answer->outcome != MH_RT_FACT || answer->section != MH_SECTION_ROUTES)
        return MH_CONFLICT;
    if (answer->of.route.destination.length < wanted->length)
        return believe_gone(asking->host, event, false);
    if (!mh_prefix_equal(&answer->of.route.destination, wanted) || answer->zone != 0)
        return MH_CONFLICT;
    enum mh_change change = event->change;
    *event = *answer;
    event->change = change;
    if (event->of.route.next_hop_count > 0)
        event->of.route.next_hops = &event->next_hop;
    return MH_OK;
}

static enum mh_error tell(struct asking *asking, struct mh_rt_event *event, const struct mh_feed *feed)
{
    enum mh_error code = MH_OK;
    if (asking->host->layout->system != MH_RT_OPENBSD && event->change != MH_GONE)
        code = resolve(asking, event);
    if (code != MH_OK)
        return code == MH_NOT_FOUND ? MH_OK : code;
    const struct mh_fact fact = {
        .section = MH_SECTION_ROUTES, .change = event->change, .single = true, .of.route = &event->of.route};
    return feed->fact(feed->context, &fact);
}

enum mh_error mh_bsd_tell_routes(struct mh_bsd *host, const struct mh_feed *feed, struct mh_failure *failure)
{
    struct asking asking = {
        .host = host, .descriptor = -1, .deadline = mh_clock_boot() + MH_BSD_ANSWER_TIMEOUT};
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < host->change_count && code == MH_OK && !host->stale[MH_SECTION_ROUTES]; i++) {
        code = tell(&asking, &host->route_changes[i], feed);
        if (code == MH_CONFLICT) {
            host->stale[MH_SECTION_ROUTES] = true;
            code = MH_OK;
        }
    }
    host->change_count = 0;
    close_socket(&asking);
    return code == MH_OK ? MH_OK : mh_fail(failure, code, "a route was not taken: %s", mh_error_text(code));
}
