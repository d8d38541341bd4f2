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
 * and all that changes without a word mean that the routes are read whole. */
#include "bsd.h"

#include "rtmsg_encode.h"

#include <string.h>

enum {
    BSD_SOCK_RAW = 3,
    BSD_ESRCH = 3,
    BSD_EAGAIN = 35,
    ANSWER_TIMEOUT = 500,  /* milliseconds */
    MESSAGES_BEFORE = 1000 /* of others, until the answer */
};

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

struct asking {
    struct mh_bsd *host;
    int descriptor;
    uint8_t bytes[4096];
};

/* By the longest match where the destination is a host, else exactly it; the interface slot makes FreeBSD and
 * NetBSD tell interface and source. */
static size_t write_question(struct asking *asking, const struct mh_route *route, int32_t sequence)
{
    const struct mh_rt_layout *layout = asking->host->layout;
    const struct mh_prefix *destination = &route->destination;
    bool is_host = destination->length == mh_family_bits((enum mh_family)destination->address.family);
    struct mh_rt_sockaddr address = mh_rt_sockaddr_of(layout, &destination->address, 0);
    struct mh_rt_sockaddr mask = mh_rt_mask_of(layout, destination);
    struct mh_rt_sockaddr link = mh_rt_link_of(layout, 0);
    struct mh_rt_writer writer;
    mh_rt_begin(&writer, layout, mh_rt_type_meaning(layout, MH_RT_MEANS_GET)->number, asking->bytes,
                sizeof asking->bytes);
    mh_rt_set(&writer, MH_RT_SEQ, (uint32_t)sequence);
    mh_rt_set(&writer, MH_RT_FLAGS, is_host ? layout->flags->host : 0);
    mh_rt_add(&writer, MH_RT_DST, &address);
    if (!is_host)
        mh_rt_add(&writer, MH_RT_NETMASK, &mask);
    mh_rt_add(&writer, MH_RT_IFP, &link);
    return mh_rt_finish(&writer);
}

/* MH_NOT_FOUND: it is another message. */
static enum mh_error take_answer(struct asking *asking, size_t length, int32_t sequence,
                                 struct mh_rt_event *event)
{
    static const struct mh_rt_context context = {.answer = true};
    struct mh_rt_walk walk = {asking->host->layout, asking->bytes, length, 0, false};
    struct mh_rt_message message;
    if (mh_rt_next(&walk, &message, NULL) != MH_OK || message.type == NULL ||
        message.type->meaning != MH_RT_MEANS_GET || mh_rt_value(&message, MH_RT_SEQ) != (uint32_t)sequence)
        return MH_NOT_FOUND;
    if (mh_rt_value(&message, MH_RT_ERRNO) != 0)
        return MH_CONFLICT;
    return mh_rt_event_of(&message, &context, event, NULL);
}

static enum mh_error await_answer(struct asking *asking, int32_t sequence, struct mh_rt_event *event)
{
    struct mh_calls *calls = asking->host->calls;
    for (int i = 0; i < MESSAGES_BEFORE; i++) {
        struct mh_failure own = {0};
        size_t length = 0;
        int ready = 0;
        enum mh_error code =
            calls->table->read(calls, asking->descriptor, asking->bytes, sizeof asking->bytes, &length, &own);
        if (own.native_code == BSD_EAGAIN)
            code = calls->table->poll(calls, asking->descriptor, MH_CALL_IN, ANSWER_TIMEOUT, &ready, &own);
        else if (code == MH_OK)
            code = take_answer(asking, length, sequence, event);
        else
            return code;
        if (code != MH_NOT_FOUND && (code != MH_OK || ready == 0))
            return own.native_code == BSD_EAGAIN ? MH_TIMEOUT : code;
    }
    return MH_LIMIT;
}

static enum mh_error ask_kernel(struct asking *asking, const struct mh_route *route,
                                struct mh_rt_event *event, struct mh_failure *failure)
{
    struct mh_bsd *host = asking->host;
    struct mh_calls *calls = host->calls;
    int32_t sequence = ++host->sequence;
    size_t length = write_question(asking, route, sequence);
    enum mh_error code = MH_OK;
    if (asking->descriptor < 0)
        code = calls->table->socket(calls, host->layout->numbers->pf_route, BSD_SOCK_RAW, 0,
                                    &asking->descriptor, failure);
    if (code != MH_OK)
        asking->descriptor = -1;
    if (code == MH_OK)
        code = calls->table->write(calls, asking->descriptor, asking->bytes, length, failure);
    return code == MH_OK ? await_answer(asking, sequence, event) : code;
}

/* ---- telling --------------------------------------------------------------------------------------- */

/* What is there now in place of what the message said. MH_NOT_FOUND: it has gone again, and that is told by
 * another message. MH_CONFLICT: nobody knows. */
static enum mh_error resolve(struct asking *asking, struct mh_rt_event *event)
{
    struct mh_rt_event answer = {0};
    struct mh_failure own = {0};
    const struct mh_prefix *wanted = &event->of.route.destination;
    enum mh_error code = ask_kernel(asking, &event->of.route, &answer, &own);
    if (own.native_code == BSD_ESRCH)
        return MH_NOT_FOUND;
    if (code != MH_OK || answer.outcome != MH_RT_FACT || answer.section != MH_SECTION_ROUTES)
        return MH_CONFLICT;
    if (answer.of.route.destination.length < wanted->length)
        return MH_NOT_FOUND;
    if (!mh_prefix_equal(&answer.of.route.destination, wanted) || answer.zone != 0)
        return MH_CONFLICT;
    answer.of.route.table = event->of.route.table;
    answer.change = event->change;
    *event = answer;
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
    struct asking asking = {.host = host, .descriptor = -1};
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < host->change_count && code == MH_OK && !host->stale[MH_SECTION_ROUTES]; i++) {
        code = tell(&asking, &host->route_changes[i], feed);
        if (code == MH_CONFLICT) {
            host->stale[MH_SECTION_ROUTES] = true;
            code = MH_OK;
        }
    }
    host->change_count = 0;
    if (asking.descriptor >= 0)
        (void)host->calls->table->close(host->calls, asking.descriptor, NULL);
    return code == MH_OK ? MH_OK : mh_fail(failure, code, "a route was not taken: %s", mh_error_text(code));
}
