/* What must be known before an op because the kernel does not look at it: NLM_F_REPLACE overwrites whatever
 * route has the key, and changing an address that is not there adds it. */
#include "act.h"
#include "attribute.h"
#include "codec.h"
#include "common/errno_map.h"
#include "linux.h"
#include "protocol.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

enum { TRIES = 8 };

/* A dump that the kernel calls inconsistent is begun anew. */
enum mh_error mh_guard_dump(struct mh_linux *host, mh_netlink_take take, void *context,
                            struct mh_failure *failure)
{
    enum mh_error code = MH_LOST;
    for (int i = 0; i < TRIES && code == MH_LOST; i++)
        code = mh_netlink_dump(&host->netlink, host->actor.message.header, take, context, failure);
    return code;
}

/* ---- routes ---------------------------------------------------------------------------------------- */

struct search {
    struct mh_linux *host;
    const struct mh_route *route;
    bool found, foreign;
    uint8_t protocol; /* of the foreign one */
};

static bool same_source(const struct mh_prefix *a, const struct mh_prefix *b)
{
    return (a->length == 0 && b->length == 0) || mh_prefix_equal(a, b);
}

/* What the kernel holds to be one place in its table (fib_table_insert, fib6_add_rt2node). */
static bool same_place(const struct mh_route *a, const struct mh_route *b)
{
    return a->table == b->table && a->tos == b->tos && mh_native_metric(a) == mh_native_metric(b) &&
           mh_prefix_equal(&a->destination, &b->destination) && same_source(&a->source, &b->source);
}

static enum mh_error take_route(void *context, const struct nlmsghdr *message, size_t length)
{
    struct search *search = context;
    struct mh_route route;
    enum mh_error code = mh_decode_route(message, length, &search->host->decoder, &route);
    if (code == MH_NOT_FOUND || (code == MH_OK && !same_place(&route, search->route)))
        return MH_OK;
    if (code != MH_OK)
        return code;
    search->found = true;
    if (route.protocol != search->route->protocol) {
        search->foreign = true;
        search->protocol = route.protocol;
    }
    return MH_OK;
}

/* The kernel (4.20) picks the table; older ones give all. One that was never used is not there. */
static enum mh_error read_table(struct search *search, struct mh_failure *failure)
{
    const struct mh_route *route = search->route;
    struct mh_message *message = &search->host->actor.message;
    const struct rtmsg fixed = {.rtm_family = mh_native_of_family(route->destination.address.family),
                                .rtm_table = (uint8_t)(route->table < 256 ? route->table : RT_TABLE_UNSPEC)};
    search->found = search->foreign = false;
    mh_message_begin(message, RTM_GETROUTE, 0, &fixed, sizeof fixed);
    mh_message_put_u32(message, RTA_TABLE, route->table);
    struct mh_failure why;
    enum mh_error code = mh_guard_dump(search->host, take_route, search, &why);
    if (code == MH_OK || code == MH_NOT_FOUND)
        return MH_OK;
    if (failure != NULL)
        *failure = why;
    return code;
}

enum mh_error mh_guard_replace(struct mh_linux *host, const struct mh_route *route, bool *found,
                               struct mh_failure *failure)
{
    struct search search = {.host = host, .route = route};
    char prefix[MH_PREFIX_TEXT_SIZE], word[MH_WORD_SIZE];
    if (route->destination.address.family == MH_FAMILY_NONE)
        return mh_fail(failure, MH_INVALID, "a route needs a destination with a family");
    enum mh_error code = read_table(&search, failure);
    *found = search.found;
    if (code != MH_OK || !search.foreign)
        return code;
    return mh_fail(failure, MH_CONFLICT, "the route to %s is another program's (protocol %s)",
                   mh_prefix_format(&route->destination, prefix),
                   mh_platform_protocol_name(&host->base, search.protocol, word));
}

/* ---- addresses ------------------------------------------------------------------------------------- */

struct address_search {
    const struct mh_interface_address *wanted;
    struct mh_interface_address there;
    struct mh_address_natives natives;
    bool found;
};

static void take_natives(const struct nlmsghdr *message, size_t length, struct mh_address_natives *natives)
{
    struct ifaddrmsg fixed;
    struct mh_attributes walk;
    struct mh_attribute attribute;
    *natives = (struct mh_address_natives){0};
    if (!mh_message_parts(message, length, &fixed, sizeof fixed, &walk))
        return;
    natives->flags = fixed.ifa_flags;
    while (mh_attributes_next(&walk, &attribute)) {
        if (attribute.type == IFA_FLAGS)
            (void)mh_attribute_u32(&attribute, &natives->flags);
        else if (attribute.type == MH_ATTRIBUTE_ADDRESS_PROTOCOL)
            (void)mh_attribute_u8(&attribute, &natives->protocol);
    }
}

static enum mh_error take_address(void *context, const struct nlmsghdr *message, size_t length)
{
    struct address_search *search = context;
    struct mh_interface_address address;
    enum mh_error code = mh_decode_address(message, length, &address);
    if (code != MH_OK || !mh_interface_address_same(&address, search->wanted))
        return code == MH_NOT_FOUND ? MH_OK : code;
    search->found = true;
    search->there = address;
    take_natives(message, length, &search->natives);
    return MH_OK;
}

/* An IPv4 address keeps what `noprefixroute` said when it was added (inet_rtm_newaddr), and `home` is for
 * IPv6. */
static bool can_change(const struct mh_interface_address *from, const struct mh_interface_address *to)
{
    uint32_t fixed = MH_ADDRESS_SKIP_AS_SOURCE;
    if (from->address.family == MH_IPV4)
        fixed |= MH_ADDRESS_NO_PREFIX_ROUTE | MH_ADDRESS_HOME;
    return ((from->flags ^ to->flags) & fixed) == 0;
}

enum mh_error mh_guard_flags(struct mh_linux *host, const struct mh_interface_address *address,
                             struct mh_address_natives *natives, struct mh_failure *failure)
{
    struct address_search search = {.wanted = address};
    struct mh_message *message = &host->actor.message;
    char text[MH_ADDRESS_TEXT_SIZE];
    const struct ifaddrmsg fixed = {.ifa_family = mh_native_of_family(address->address.family),
                                    .ifa_index = address->interface};
    mh_message_begin(message, RTM_GETADDR, 0, &fixed, sizeof fixed);
    enum mh_error code = mh_guard_dump(host, take_address, &search, failure);
    *natives = search.natives;
    if (code != MH_OK)
        return code;
    if (!search.found)
        return mh_fail_errno(failure, EADDRNOTAVAIL, "interface %u does not have %s/%u", address->interface,
                             mh_address_format(&address->address, text), address->prefix_length);
    return can_change(&search.there, address)
               ? MH_OK
               : mh_fail(failure, MH_UNSUPPORTED, "Linux cannot set these flags on an %s address",
                         mh_family_name((enum mh_family)address->address.family));
}
