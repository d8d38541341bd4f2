/* RTM_NEWADDR, RTM_DELADDR: struct ifaddrmsg and IFA_* (linux/if_addr.h). */
#include "encode.h"
#include "protocol.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

uint8_t mh_native_of_family(unsigned family)
{
    return family == MH_IPV4 ? AF_INET : family == MH_IPV6 ? AF_INET6 : AF_UNSPEC;
}

enum mh_error mh_encode_end(const struct mh_message *message, struct mh_failure *failure)
{
    return message->full ? mh_fail(failure, MH_LIMIT, "it is too long for one netlink message") : MH_OK;
}

static enum mh_error check(const struct mh_interface_address *address, struct mh_failure *failure)
{
    unsigned bits = mh_family_bits((enum mh_family)address->address.family);
    if (bits == 0 || address->prefix_length > bits || address->interface == 0)
        return mh_fail(failure, MH_INVALID, "an address needs an interface, a family and a prefix length");
    if (address->peer.family != MH_FAMILY_NONE && address->peer.family != address->address.family)
        return mh_fail(failure, MH_INVALID, "an address and its peer are not of one family");
    if (address->broadcast.family != MH_FAMILY_NONE && address->address.family != MH_IPV4)
        return mh_fail(failure, MH_INVALID, "only IPv4 has broadcast addresses");
    if (address->broadcast.family == MH_IPV6)
        return mh_fail(failure, MH_INVALID, "an address and its broadcast address are not of one family");
    if (strnlen(address->label, sizeof address->label) == sizeof address->label)
        return mh_fail(failure, MH_INVALID, "an address has a label without an end");
    return MH_OK;
}

/* What a person says with `noprefixroute` and `home`; everything else is the kernel's, or follows from
 * lifetimes. */
static uint32_t flags_of(const struct mh_interface_address *address, const struct mh_address_natives *natives)
{
    const uint32_t ours = IFA_F_NOPREFIXROUTE | IFA_F_HOMEADDRESS;
    const uint32_t kept = IFA_F_NODAD | IFA_F_MANAGETEMPADDR | IFA_F_MCAUTOJOIN;
    uint32_t flags = natives == NULL ? 0 : natives->flags & kept & ~ours;
    if (address->flags & MH_ADDRESS_NO_PREFIX_ROUTE)
        flags |= IFA_F_NOPREFIXROUTE;
    if (address->flags & MH_ADDRESS_HOME)
        flags |= IFA_F_HOMEADDRESS;
    if (address->flags & MH_ADDRESS_KNOWN_UNIQUE && address->address.family == MH_IPV6)
        flags |= IFA_F_NODAD;
    return flags;
}

/* The kernel refuses a valid lifetime of 0, and a preferred one that is longer. */
static struct ifa_cacheinfo lifetimes_of(const struct mh_interface_address *address)
{
    uint32_t valid = address->valid_lifetime == 0 ? MH_LIFETIME_FOREVER : address->valid_lifetime;
    uint32_t preferred = address->preferred_lifetime == 0 ? valid : address->preferred_lifetime;
    if (address->flags & MH_ADDRESS_DEPRECATED)
        preferred = 0;
    return (struct ifa_cacheinfo){.ifa_valid = valid, .ifa_prefered = preferred < valid ? preferred : valid};
}

static void put_properties(const struct mh_interface_address *address,
                           const struct mh_address_natives *natives, uint32_t flags,
                           struct mh_message *message)
{
    uint8_t protocol = natives != NULL                         ? natives->protocol
                       : address->owner == MH_OWNER_MULTIHOMED ? MH_PROTOCOL_MULTIHOMED
                                                               : address->protocol;
    struct ifa_cacheinfo lifetimes = lifetimes_of(address);
    if (flags > UINT8_MAX)
        mh_message_put_u32(message, IFA_FLAGS, flags);
    mh_message_put_address(message, IFA_BROADCAST, &address->broadcast);
    if (address->label[0] != '\0' && address->address.family == MH_IPV4)
        mh_message_put_text(message, IFA_LABEL, address->label);
    if (address->metric != 0)
        mh_message_put_u32(message, IFA_RT_PRIORITY, address->metric);
    if (protocol != 0)
        mh_message_put_u8(message, MH_ATTRIBUTE_ADDRESS_PROTOCOL, protocol);
    if (natives != NULL || lifetimes.ifa_valid != MH_LIFETIME_FOREVER ||
        lifetimes.ifa_prefered != MH_LIFETIME_FOREVER)
        mh_message_put(message, IFA_CACHEINFO, &lifetimes, sizeof lifetimes);
}

enum mh_error mh_encode_address(enum mh_op_kind kind, const struct mh_interface_address *address,
                                const struct mh_address_natives *natives, struct mh_message *message,
                                struct mh_failure *failure)
{
    bool deletes = kind == MH_OP_ADDRESS_DELETE;
    uint32_t flags = deletes ? 0 : flags_of(address, natives);
    bool has_peer = address->peer.family != MH_FAMILY_NONE;
    const struct ifaddrmsg fixed = {.ifa_family = mh_native_of_family(address->address.family),
                                    .ifa_prefixlen = address->prefix_length,
                                    .ifa_flags = (uint8_t)(flags <= UINT8_MAX ? flags : 0),
                                    .ifa_scope = deletes ? 0 : address->scope,
                                    .ifa_index = address->interface};
    enum mh_error code = check(address, failure);
    if (code == MH_OK && !deletes && (address->flags & MH_ADDRESS_PREFERRED_SOURCE) != 0)
        code = mh_fail(failure, MH_UNSUPPORTED, "no address is a whole table's preferred source here");
    if (code != MH_OK)
        return code;
    mh_message_begin(message, deletes ? RTM_DELADDR : RTM_NEWADDR,
                     deletes                       ? 0
                     : kind == MH_OP_ADDRESS_FLAGS ? NLM_F_REPLACE
                                                   : NLM_F_CREATE | NLM_F_EXCL,
                     &fixed, sizeof fixed);
    mh_message_put_address(message, IFA_LOCAL, &address->address);
    mh_message_put_address(message, IFA_ADDRESS, has_peer ? &address->peer : &address->address);
    if (!deletes)
        put_properties(address, natives, flags, message);
    return mh_encode_end(message, failure);
}
