/* DOC: Following the kernel. Routes and neighbours are told as single changes: there may be many. Links,
 * addresses, rules and settings are small tables whose order matters, and which shape each other (a VRF is
 * the domain of those below it): a notification only marks their section, and marked sections are read whole
 * when the queue is empty, or when they have waited long enough in a stream of changes that does not end.
 *
 * What the kernel does to routes without a notification (checked on Linux 6.18):
 *
 * - interface down or gone: IPv4 routes by it are dropped; next hops of multipath routes become dead.
 * - interface up, or with carrier, or with a new address: such next hops come back.
 * - last IPv4 address of an interface gone: IPv4 routes by that interface are dropped.
 * - preferred source gone: IPv4 routes are dropped (told since Linux 6.7), IPv6 routes lose the preference.
 * - nexthop object gone or changed: routes by it are dropped or change (told for each route when the object
 * is replaced, not when it goes or a group loses a member).
 * - carrier lost, or interface down: the nexthop objects by it go, and they are not told either.
 *
 * Then routes are read anew, provided that one of them could be meant (route_memory.h). Where no
 * nexthop objects are, carrier loss drops nothing: next hops become LINKDOWN, which readers see by the
 * interface. Settings that are not told: all but forwarding, rp_filter, proxy_arp, proxy_ndp and
 * ignore_routes_with_linkdown. Proxy entries of neighbours are not told either, and of
 * address labels nothing at all (there is no group for RTM_NEWADDRLABEL): they are read together with the
 * addresses that they are for, and at a resync. */
#include "attribute.h"
#include "linux.h"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

enum {
    BATCHES = 64,             /* of one call: some thousand changes */
    STALE_LIMIT = 50,         /* milliseconds that a small section may wait in an endless stream */
    STALE_ROUTES_LIMIT = 1000 /* the same for routes, which take longer to read */
};

void mh_linux_mark_stale(struct mh_linux *host, enum mh_section section)
{
    if (host->stale[section])
        return;
    host->stale[section] = true;
    host->stale_since[section] = mh_clock_boot();
}

/* ---- what a notification means --------------------------------------------------------------------- */

static void interface_went_down(struct mh_linux *host, uint32_t index)
{
    if (mh_key_set_has(&host->routes.interfaces, index))
        mh_linux_mark_stale(host, MH_SECTION_ROUTES);
}

static void objects_may_be_gone(struct mh_linux *host)
{
    if (!mh_key_set_is_empty(&host->routes.objects))
        mh_linux_mark_stale(host, MH_SECTION_ROUTES);
}

static void next_hops_may_revive(struct mh_linux *host)
{
    if (host->routes.dead_hops)
        mh_linux_mark_stale(host, MH_SECTION_ROUTES);
}

/* `now` is all false for one that is gone. */
static enum mh_error link_changed(struct mh_linux *host, const struct mh_link_state *now, bool gone)
{
    struct mh_link_state *state = mh_linux_link_state(host, now->index);
    const struct mh_link_state before = state == NULL ? (struct mh_link_state){0} : *state;
    if (state == NULL || gone)
        mh_linux_mark_stale(host, MH_SECTION_SETTINGS);
    if (before.up && !now->up)
        interface_went_down(host, now->index);
    if (before.carrier && !now->carrier)
        objects_may_be_gone(host);
    if ((now->up && !before.up) || (now->carrier && !before.carrier))
        next_hops_may_revive(host);
    if (gone) {
        mh_linux_remove_link_state(host, now->index);
        return MH_OK;
    }
    if (state == NULL)
        return mh_linux_add_link_state(host, now);
    *state = *now;
    return MH_OK;
}

/* Only its flags matter here: the section is read anyway. */
static enum mh_error take_link(struct mh_linux *host, const struct nlmsghdr *message, size_t length)
{
    struct ifinfomsg fixed;
    struct mh_attributes attributes;
    if (!mh_message_parts(message, length, &fixed, sizeof fixed, &attributes) || fixed.ifi_index <= 0)
        return MH_MALFORMED;
    if (fixed.ifi_family != AF_UNSPEC) /* a bridge speaks of its ports */
        return MH_OK;
    mh_linux_mark_stale(host, MH_SECTION_INTERFACES);
    struct mh_link_state now = {.index = (uint32_t)fixed.ifi_index};
    bool gone = message->nlmsg_type == RTM_DELLINK;
    if (!gone) {
        now.up = (fixed.ifi_flags & IFF_UP) != 0;
        now.carrier = now.up && (fixed.ifi_flags & IFF_LOWER_UP) != 0;
    }
    return link_changed(host, &now, gone);
}

static void address_went(struct mh_linux *host, const struct mh_interface_address *address)
{
    if (mh_route_memory_has_source(&host->routes, &address->address))
        mh_linux_mark_stale(host, MH_SECTION_ROUTES);
    if (address->address.family != MH_IPV4)
        return;
    if (host->bereft_count < MH_BEREFT_MAX)
        host->bereft[host->bereft_count++] = address->interface;
    else
        interface_went_down(host, address->interface);
}

static enum mh_error take_address(struct mh_linux *host, const struct nlmsghdr *message, size_t length)
{
    struct mh_interface_address address;
    enum mh_error code = mh_decode_address(message, length, &address);
    if (code != MH_OK)
        return code == MH_NOT_FOUND ? MH_OK : code;
    mh_linux_mark_stale(host, MH_SECTION_ADDRESSES);
    if (address.address.family == MH_IPV6)
        mh_linux_mark_stale(host, MH_SECTION_LABELS);
    if (mh_own_follows(host, address.interface)) /* its sets follow when settings are read */
        mh_linux_mark_stale(host, MH_SECTION_SETTINGS);
    if (message->nlmsg_type == RTM_DELADDR)
        address_went(host, &address);
    else
        next_hops_may_revive(host);
    return MH_OK;
}

static enum mh_error take_neighbor(struct mh_linux *host, const struct nlmsghdr *message, size_t length,
                                   const struct mh_feed *feed)
{
    struct mh_neighbor neighbor;
    enum mh_error code = mh_decode_neighbor(message, length, &neighbor);
    if (code != MH_OK)
        return code == MH_NOT_FOUND ? MH_OK : code;
    bool gone = message->nlmsg_type == RTM_DELNEIGH || mh_linux_hides_neighbor(&neighbor);
    const struct mh_fact fact = {
        .section = MH_SECTION_NEIGHBORS, .change = gone ? MH_GONE : MH_PRESENT, .of.neighbor = &neighbor};
    return mh_linux_tell(host, feed, &fact);
}

static enum mh_error take_nexthop(struct mh_linux *host, const struct nlmsghdr *message, size_t length)
{
    bool replaced = false;
    enum mh_error code = mh_decode_nexthop(message, length, &host->object);
    if (code != MH_OK)
        return code == MH_NOT_FOUND ? MH_OK : code;
    if (message->nlmsg_type == RTM_DELNEXTHOP) {
        bool named = mh_key_set_has(&host->routes.objects, host->object.id);
        if (mh_nexthops_remove(host->objects, host->object.id) && named)
            mh_linux_mark_stale(host, MH_SECTION_ROUTES);
        return MH_OK;
    }
    code = mh_nexthops_put(host->objects, &host->object, &replaced);
    if (replaced)
        mh_linux_mark_stale(host, MH_SECTION_ROUTES);
    return code;
}

static enum mh_error take_message(struct mh_linux *host, const struct nlmsghdr *message, size_t length,
                                  const struct mh_feed *feed)
{
    switch (message->nlmsg_type) {
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
        return mh_linux_take_route(host, message, length, feed);
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH:
        return take_neighbor(host, message, length, feed);
    case RTM_NEWLINK:
    case RTM_DELLINK:
        return take_link(host, message, length);
    case RTM_NEWADDR:
    case RTM_DELADDR:
        return take_address(host, message, length);
    case RTM_NEWRULE:
    case RTM_DELRULE:
        mh_linux_mark_stale(host, MH_SECTION_RULES);
        return MH_OK;
    case RTM_NEWNETCONF:
    case RTM_DELNETCONF:
        mh_linux_mark_stale(host, MH_SECTION_SETTINGS);
        return MH_OK;
    case RTM_NEWNEXTHOP:
    case RTM_DELNEXTHOP:
        return take_nexthop(host, message, length);
    case NLMSG_OVERRUN:
        return MH_LOST;
    default:
        return MH_OK;
    }
}

/* ---- reading --------------------------------------------------------------------------------------- */

static enum mh_error take_datagram(struct mh_linux *host, size_t position, const struct mh_feed *feed)
{
    struct mh_messages walk = {mh_monitor_datagram(&host->monitor, position), host->monitor.lengths[position],
                               false};
    const struct nlmsghdr *message;
    size_t length;
    enum mh_error code = MH_OK;
    while (code == MH_OK && mh_messages_next(&walk, &message, &length)) {
        mh_culprits_note(&host->culprits, message, length, &host->decoder);
        code = take_message(host, message, length, feed);
    }
    return code == MH_OK && walk.malformed ? MH_MALFORMED : code;
}

/* What cannot be understood may have been anything. */
static enum mh_error explain(const struct mh_linux *host, enum mh_error code, struct mh_failure *failure)
{
    if (code == MH_OK)
        return MH_OK;
    if (host->feed_failed)
        return mh_fail(failure, code, "a change was not taken: %s", mh_error_text(code));
    if (code == MH_NO_MEMORY)
        return mh_fail(failure, code, "out of memory");
    return mh_fail(failure, MH_LOST, "a notification could not be read: %s", mh_error_text(code));
}

static enum mh_error take_batch(struct mh_linux *host, size_t count, const struct mh_feed *feed,
                                struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < count && code == MH_OK; i++)
        code = take_datagram(host, i, feed);
    return explain(host, code, failure);
}

static enum mh_error take_queue(struct mh_linux *host, const struct mh_feed *feed, bool *drained,
                                struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    *drained = false;
    for (int i = 0; i < BATCHES && code == MH_OK && !*drained; i++) {
        size_t count;
        code = mh_monitor_receive(&host->monitor, &count, failure);
        *drained = code == MH_OK && count < MH_MONITOR_BATCH;
        if (code == MH_OK)
            code = take_batch(host, count, feed, failure);
    }
    return code;
}

static bool is_due(const struct mh_linux *host, enum mh_section section, bool drained)
{
    int64_t limit = section == MH_SECTION_ROUTES ? STALE_ROUTES_LIMIT : STALE_LIMIT;
    return host->stale[section] && (drained || mh_clock_boot() - host->stale_since[section] >= limit);
}

/* What was read of addresses may make routes stale, hence twice. */
static enum mh_error read_stale(struct mh_linux *host, bool drained, const struct mh_feed *feed,
                                struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    for (int turn = 0; turn < 2 && code == MH_OK; turn++) {
        bool wanted[MH_SECTION_COUNT], any = false;
        for (int i = 0; i < MH_SECTION_COUNT; i++) {
            wanted[i] = is_due(host, (enum mh_section)i, drained);
            any |= wanted[i];
        }
        if (any)
            code = mh_linux_read_sections(host, wanted, feed, failure);
    }
    return code;
}

static void own_table_may_differ(struct mh_linux *host)
{
    if (!mh_own_watch_read(&host->own))
        return;
    host->own.doubted = true;
    mh_linux_mark_stale(host, MH_SECTION_SETTINGS);
}

enum mh_error mh_linux_read_changes(struct mh_platform *platform, const struct mh_feed *feed,
                                    struct mh_failure *failure)
{
    struct mh_linux *host = (struct mh_linux *)platform;
    bool drained;
    if (host->monitor.descriptor < 0)
        return mh_fail(failure, MH_INVALID, "the host is not watched");
    if (host->must_resync)
        return mh_fail(failure, MH_LOST, "an earlier change was not taken");
    mh_linux_settle(host, false);
    host->feed_failed = false;
    own_table_may_differ(host);
    enum mh_error code = take_queue(host, feed, &drained, failure);
    if (code == MH_OK && drained)
        mh_linux_settle(host, true);
    if (code == MH_OK)
        code = read_stale(host, drained, feed, failure);
    host->must_resync = code != MH_OK;
    if (code != MH_OK && !host->feed_failed && code != MH_NO_MEMORY && failure != NULL)
        failure->code = MH_LOST;
    if (code != MH_OK)
        return host->feed_failed || code == MH_NO_MEMORY ? code : MH_LOST;
    return drained ? MH_OK : MH_MORE;
}

enum mh_error mh_linux_read_all(struct mh_platform *platform, const struct mh_feed *feed,
                                struct mh_failure *failure)
{
    static const bool wanted[MH_SECTION_COUNT] = {true, true, true, true, true, true, true};
    struct mh_linux *host = (struct mh_linux *)platform;
    enum mh_error code = MH_OK;
    if (host->monitor.descriptor >= 0) {
        code = mh_monitor_return(&host->monitor, failure);
        mh_monitor_drain(&host->monitor); /* all that waits is older than what is about to be read */
    }
    host->must_resync = true;
    host->bereft_count = 0;
    host->rows_known = false; /* what was lost may have changed any row */
    host->own.doubted = true;
    if (code == MH_OK)
        code = mh_linux_read_sections(host, wanted, feed, failure);
    host->must_resync = code != MH_OK;
    return code;
}
