/* RTM_NEWLINK, RTM_DELLINK: struct ifinfomsg and IFLA_* (linux/if_link.h). */
#include "attribute.h"
#include "codec.h"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { MASTERS_MAX = 16 }; /* the kernel stops at eight nested devices (MAX_NEST_DEV) */

/* The attributes as they come; what they mean together is said afterwards. */
struct parts {
    uint32_t below;
    bool below_is_elsewhere;
    uint8_t tun_type;
    struct mh_link *link;
};

/* IFLA_INFO_DATA of a tun or tap. Other kinds use the same numbers for other things. */
static bool decode_tun(const struct mh_attribute *data, struct parts *parts)
{
    struct mh_attributes walk = mh_attributes_in(data);
    struct mh_attribute attribute;
    while (mh_attributes_next(&walk, &attribute))
        if (attribute.type == IFLA_TUN_TYPE && !mh_attribute_u8(&attribute, &parts->tun_type))
            return false;
    return !walk.malformed;
}

static bool decode_info(const struct mh_attribute *info, struct parts *parts)
{
    struct mh_interface *interface = &parts->link->interface;
    struct mh_attributes walk = mh_attributes_in(info);
    struct mh_attribute attribute, data = {0};
    while (mh_attributes_next(&walk, &attribute)) {
        if (attribute.type == IFLA_INFO_DATA)
            data = attribute;
        if (attribute.type == IFLA_INFO_KIND &&
            !mh_attribute_text(&attribute, interface->native_kind, sizeof interface->native_kind))
            return false;
    }
    if (walk.malformed)
        return false;
    return strcmp(interface->native_kind, "tun") != 0 || decode_tun(&data, parts);
}

/* An InfiniBand address has 20 octets; what is longer than we hold is left out rather than cut. */
static void take_hardware_address(const struct mh_attribute *attribute, struct mh_interface *interface)
{
    if (attribute->length > sizeof interface->hardware_address)
        return;
    interface->hardware_address_length = (uint8_t)attribute->length;
    memcpy(interface->hardware_address, attribute->data, attribute->length);
}

static bool take_attribute(const struct mh_attribute *attribute, struct parts *parts)
{
    struct mh_interface *interface = &parts->link->interface;
    struct mh_attributes nested;
    switch (attribute->type) {
    case IFLA_IFNAME:
        return mh_attribute_text(attribute, interface->name, IFNAMSIZ);
    case IFLA_ADDRESS:
        take_hardware_address(attribute, interface);
        return true;
    case IFLA_MTU:
        return mh_attribute_u32(attribute, &interface->mtu);
    case IFLA_GROUP:
        return mh_attribute_u32(attribute, &interface->group);
    case IFLA_MASTER:
        return mh_attribute_u32(attribute, &interface->master);
    case IFLA_LINK:
        return mh_attribute_u32(attribute, &parts->below);
    case IFLA_LINK_NETNSID:
        parts->below_is_elsewhere = true;
        return true;
    case IFLA_LINKINFO:
        return decode_info(attribute, parts);
    case IFLA_AF_SPEC:
        nested = mh_attributes_in(attribute);
        return mh_decode_link_settings(&nested, parts->link);
    default:
        return true;
    }
}

/* IFF_LOWER_UP is the carrier itself, IFF_RUNNING its operational state (RFC 2863), which also waits for
 * 802.1X. Both are set on loopback, and neither on an interface that is down. */
static void take_flags(const struct ifinfomsg *message, struct mh_interface *interface)
{
    const unsigned working = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
    interface->up = (message->ifi_flags & IFF_UP) != 0;
    interface->carrier = (message->ifi_flags & working) == working;
    interface->point_to_point = (message->ifi_flags & IFF_POINTOPOINT) != 0;
}

/* Tunnels name themselves or nothing when no interface is below them. */
static void finish(const struct ifinfomsg *message, const struct parts *parts, struct mh_interface *interface)
{
    interface->kind = (uint8_t)mh_kind_of_native(interface->native_kind, message->ifi_type, parts->tun_type);
    if (parts->below == 0 || (parts->below == interface->index && !parts->below_is_elsewhere))
        return;
    interface->lower = parts->below;
    interface->lower_is_elsewhere = parts->below_is_elsewhere;
}

enum mh_error mh_decode_link(const void *bytes, size_t length, struct mh_link *link)
{
    struct ifinfomsg message;
    struct mh_attributes walk;
    struct mh_attribute attribute;
    struct parts parts = {.link = link};
    memset(&link->interface, 0, sizeof link->interface);
    link->setting_count = 0;
    if (!mh_message_parts(bytes, length, &message, sizeof message, &walk))
        return MH_MALFORMED;
    if (message.ifi_family != AF_UNSPEC) /* a bridge speaks of its ports as AF_BRIDGE */
        return MH_NOT_FOUND;
    if (message.ifi_index <= 0)
        return MH_MALFORMED;
    link->interface.index = (uint32_t)message.ifi_index;
    take_flags(&message, &link->interface);
    while (mh_attributes_next(&walk, &attribute))
        if (!take_attribute(&attribute, &parts))
            return MH_MALFORMED;
    if (walk.malformed || link->interface.name[0] == '\0')
        return MH_MALFORMED;
    finish(&message, &parts, &link->interface);
    return MH_OK;
}

/* ---- domains --------------------------------------------------------------------------------------- */

static int compare_indexes(const void *left, const void *right)
{
    const struct mh_link *a = left, *b = right;
    return (a->interface.index > b->interface.index) - (a->interface.index < b->interface.index);
}

static const struct mh_interface *find(const struct mh_link *links, size_t count, uint32_t index)
{
    const struct mh_link *found = NULL;
    for (size_t low = 0, high = count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (links[middle].interface.index == index) {
            found = &links[middle];
            break;
        }
        if (links[middle].interface.index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return found == NULL ? NULL : &found->interface;
}

static uint32_t domain_of(const struct mh_link *links, size_t count, const struct mh_interface *interface)
{
    for (int i = 0; i < MASTERS_MAX && interface != NULL; i++) {
        if (interface->kind == MH_KIND_VRF)
            return interface->index;
        if (interface->master == 0)
            return 0;
        interface = find(links, count, interface->master);
    }
    return 0;
}

void mh_links_resolve(struct mh_link *links, size_t count)
{
    if (count > 1)
        qsort(links, count, sizeof *links, compare_indexes);
    for (size_t i = 0; i < count; i++)
        links[i].interface.domain = domain_of(links, count, &links[i].interface);
}
