/* What all decoders of the netlink codec share. */
#include "attribute.h"
#include "codec.h"
#include "protocol.h"

#include <libmnl/libmnl.h>
#include <limits.h>
#include <linux/rtnetlink.h>

bool mh_messages_next(struct mh_messages *walk, const struct nlmsghdr **message, size_t *length)
{
    const struct nlmsghdr *header = (const void *)walk->next;
    if (walk->left == 0)
        return false;
    /* mnl_nlmsg_ok takes lengths for signed: one beyond INT_MAX is negative to it, and so small enough. */
    if (walk->left > INT_MAX || !mnl_nlmsg_ok(header, (int)walk->left) || header->nlmsg_len > walk->left) {
        walk->malformed = true;
        return false;
    }
    size_t step = mh_netlink_align(header->nlmsg_len);
    step = step < walk->left ? step : walk->left;
    *message = header;
    *length = header->nlmsg_len;
    walk->next += step;
    walk->left -= step;
    return true;
}

bool mh_message_parts(const void *bytes, size_t length, void *fixed, size_t fixed_size,
                      struct mh_attributes *attributes)
{
    struct nlmsghdr header;
    size_t offset = sizeof header + mh_netlink_align(fixed_size);
    if (length < sizeof header)
        return false;
    memcpy(&header, bytes, sizeof header);
    if (header.nlmsg_len > length || header.nlmsg_len < sizeof header + fixed_size)
        return false;
    memcpy(fixed, (const uint8_t *)bytes + sizeof header, fixed_size);
    size_t end = header.nlmsg_len;
    *attributes = end > offset ? mh_attributes_of((const uint8_t *)bytes + offset, end - offset)
                               : mh_attributes_of(NULL, 0);
    return true;
}

uint8_t mh_next_hop_flags_of_native(uint32_t native)
{
    unsigned flags = 0;
    if (native & RTNH_F_ONLINK)
        flags |= MH_NEXT_HOP_ON_LINK;
    if (native & RTNH_F_DEAD)
        flags |= MH_NEXT_HOP_DEAD;
    if (native & RTNH_F_LINKDOWN)
        flags |= MH_NEXT_HOP_LINK_DOWN;
    return (uint8_t)flags;
}

enum mh_owner mh_owner_of_protocol(uint8_t protocol)
{
    switch (protocol) {
    case RTPROT_UNSPEC:
        return MH_OWNER_UNKNOWN;
    case RTPROT_REDIRECT:
    case RTPROT_KERNEL:
        return MH_OWNER_KERNEL;
    case RTPROT_BOOT: /* what ip-route(8) writes when it is told nothing */
    case RTPROT_STATIC:
        return MH_OWNER_STATIC;
    case RTPROT_RA:
        return MH_OWNER_RA;
    case RTPROT_DHCP:
        return MH_OWNER_DHCP;
    case MH_PROTOCOL_MULTIHOMED:
        return MH_OWNER_MULTIHOMED;
    default:
        return MH_OWNER_MANAGER;
    }
}
