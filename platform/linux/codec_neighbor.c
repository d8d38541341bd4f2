/* RTM_NEWNEIGH, RTM_DELNEIGH: struct ndmsg and NDA_* (linux/neighbour.h). */
#include "attribute.h"
#include "codec.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

/* The states are bits of which one is set. */
static enum mh_neighbor_state state_of_native(uint16_t native)
{
    switch (native) {
    case NUD_INCOMPLETE:
        return MH_NEIGHBOR_INCOMPLETE;
    case NUD_REACHABLE:
        return MH_NEIGHBOR_REACHABLE;
    case NUD_STALE:
        return MH_NEIGHBOR_STALE;
    case NUD_DELAY:
        return MH_NEIGHBOR_DELAY;
    case NUD_PROBE:
        return MH_NEIGHBOR_PROBE;
    case NUD_FAILED:
        return MH_NEIGHBOR_FAILED;
    case NUD_NOARP:
        return MH_NEIGHBOR_NO_ARP;
    case NUD_PERMANENT:
        return MH_NEIGHBOR_PERMANENT;
    default:
        return MH_NEIGHBOR_NONE;
    }
}

static bool take_attribute(const struct mh_attribute *attribute, enum mh_family family,
                           struct mh_neighbor *neighbor)
{
    if (attribute->type == NDA_DST)
        return mh_attribute_address(attribute, family, &neighbor->address);
    if (attribute->type == NDA_LLADDR && attribute->length <= sizeof neighbor->hardware_address) {
        neighbor->hardware_address_length = (uint8_t)attribute->length;
        memcpy(neighbor->hardware_address, attribute->data, attribute->length);
    }
    return true;
}

/* Where no address is known the kernel may still send octets of nothing: while it asks for one, and of an
 * interface without addresses. */
static void forget_unknown_address(struct mh_neighbor *neighbor)
{
    bool unknown = neighbor->state == MH_NEIGHBOR_INCOMPLETE || neighbor->state == MH_NEIGHBOR_NONE ||
                   neighbor->state == MH_NEIGHBOR_FAILED;
    if (!unknown)
        return;
    neighbor->hardware_address_length = 0;
    memset(neighbor->hardware_address, 0, sizeof neighbor->hardware_address);
}

enum mh_error mh_decode_neighbor(const void *bytes, size_t length, struct mh_neighbor *neighbor)
{
    struct ndmsg message;
    struct mh_attributes walk;
    struct mh_attribute attribute;
    if (!mh_message_parts(bytes, length, &message, sizeof message, &walk))
        return MH_MALFORMED;
    enum mh_family family = mh_family_of_native(message.ndm_family);
    if (family == MH_FAMILY_NONE)
        return MH_NOT_FOUND;
    if (message.ndm_ifindex < 0)
        return MH_MALFORMED;
    memset(neighbor, 0, sizeof *neighbor);
    neighbor->interface = (uint32_t)message.ndm_ifindex;
    neighbor->state = (uint8_t)state_of_native(message.ndm_state);
    neighbor->router = (message.ndm_flags & NTF_ROUTER) != 0;
    neighbor->proxy = (message.ndm_flags & NTF_PROXY) != 0;
    while (mh_attributes_next(&walk, &attribute))
        if (!take_attribute(&attribute, family, neighbor))
            return MH_MALFORMED;
    if (walk.malformed || neighbor->address.family == MH_FAMILY_NONE)
        return MH_MALFORMED;
    forget_unknown_address(neighbor);
    return MH_OK;
}
