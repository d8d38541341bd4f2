/* Interfaces and their addresses, and which messages are about what. */
#include "rtmsg_event.h"

#include "netbsd/figures.h"
#include "rtmsg_event_parts.h"

#include <string.h>

/* net/if.h, alike on the three. */
enum iff { IFF_UP = 0x1, IFF_POINTOPOINT = 0x10, IFF_RUNNING = 0x40 };

enum netbsd_address_flag {
#define ADDRESS_FLAG(prefix, name, value) NETBSD_##prefix##_##name = (value),
    MH_NETBSD_ADDRESS_FLAGS(ADDRESS_FLAG)
#undef ADDRESS_FLAG
};

enum { DEPARTURE = 1 }; /* IFAN_DEPARTURE, alike on the three */

enum mh_error mh_rt_lacks(const struct mh_rt_message *message, const char *what, struct mh_failure *failure)
{
    return mh_fail(failure, MH_MALFORMED, "offset %zu: %s of %zu octets lacks %s", message->offset,
                   message->type->name, message->length, what);
}

bool mh_rt_is_ip(const struct mh_rt_sockaddr *sockaddr)
{
    return sockaddr->kind == MH_RT_INET || sockaddr->kind == MH_RT_INET6;
}

void mh_rt_take_hardware(const struct mh_rt_sockaddr *sockaddr, uint8_t *length,
                         uint8_t address[MH_HARDWARE_ADDRESS_SIZE])
{
    if (sockaddr->kind != MH_RT_LINK || sockaddr->hardware_length > MH_HARDWARE_ADDRESS_SIZE)
        return;
    *length = sockaddr->hardware_length;
    memcpy(address, sockaddr->hardware, sockaddr->hardware_length);
}

/* ---- interfaces ------------------------------------------------------------------------------------ */

/* The name without its number: "vlan" of "vlan7". */
static void take_name(const struct mh_rt_sockaddr *sockaddr, struct mh_interface *interface)
{
    size_t length = sockaddr->kind == MH_RT_LINK ? sockaddr->name_length : 0;
    memcpy(interface->name, length > 0 ? (const char *)sockaddr->name : "", length);
    interface->name[length] = '\0';
    while (length > 0 && interface->name[length - 1] >= '0' && interface->name[length - 1] <= '9')
        length--;
    if (length < sizeof interface->native_kind)
        memcpy(interface->native_kind, interface->name, length);
}

/* A driver that does not know its link's state is believed to have one: that is how the kernels themselves
 * see it. */
static bool link_is_up(const struct mh_rt_message *message)
{
    uint64_t state = mh_rt_value(message, MH_RT_IFI_LINK_STATE);
    return state == 0 || state >= message->layout->link_up;
}

static enum mh_error interface_event(const struct mh_rt_message *message, struct mh_rt_event *event,
                                     struct mh_failure *failure)
{
    struct mh_interface *interface = &event->of.interface;
    const struct mh_rt_sockaddr *link = &message->addresses[MH_RT_IFP];
    interface->index = (uint32_t)mh_rt_value(message, MH_RT_INDEX);
    if (interface->index == 0)
        return mh_rt_lacks(message, "an interface index", failure);
    if (message->cut)
        return mh_rt_lacks(message, "a part of its addresses", failure);
    event->outcome = MH_RT_FACT;
    event->section = MH_SECTION_INTERFACES;
    event->change = MH_PRESENT;
    event->native_flags = (uint32_t)mh_rt_value(message, MH_RT_FLAGS);
    event->routes_follow = message->layout->system == MH_RT_OPENBSD;
    take_name(link, interface);
    event->partial = interface->name[0] == '\0';
    mh_rt_take_hardware(link, &interface->hardware_address_length, interface->hardware_address);
    interface->mtu = (uint32_t)mh_rt_value(message, MH_RT_IFI_MTU);
    interface->domain = (uint32_t)mh_rt_value(message, MH_RT_TABLEID);
    interface->has_metric = mh_rt_has(message, MH_RT_IFI_METRIC);
    interface->metric = (uint32_t)mh_rt_value(message, MH_RT_IFI_METRIC);
    interface->kind =
        (uint8_t)mh_rt_kind_of(interface->native_kind, (uint8_t)mh_rt_value(message, MH_RT_IFI_TYPE));
    interface->up = (event->native_flags & IFF_UP) != 0;
    interface->carrier = interface->up && (event->native_flags & IFF_RUNNING) != 0 && link_is_up(message);
    interface->point_to_point = (event->native_flags & IFF_POINTOPOINT) != 0;
    return MH_OK;
}

static enum mh_error announce_event(const struct mh_rt_message *message, struct mh_rt_event *event,
                                    struct mh_failure *failure)
{
    struct mh_interface *interface = &event->of.interface;
    interface->index = (uint32_t)mh_rt_value(message, MH_RT_INDEX);
    if (interface->index == 0)
        return mh_rt_lacks(message, "an interface index", failure);
    mh_rt_announced_name(message, interface->name);
    event->section = MH_SECTION_INTERFACES;
    event->partial = true;
    bool gone = mh_rt_value(message, MH_RT_WHAT) == DEPARTURE;
    event->outcome = gone ? MH_RT_FACT : MH_RT_DOUBT;
    event->change = gone ? MH_GONE : MH_PRESENT;
    return MH_OK;
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static uint32_t flags_of_ipv4(uint64_t native)
{
    return ((native & NETBSD_IN_IFF_TENTATIVE) != 0 ? MH_ADDRESS_TENTATIVE : 0U) |
           ((native & NETBSD_IN_IFF_DUPLICATED) != 0 ? MH_ADDRESS_DUPLICATE : 0U);
}

/* Alike on the three (netinet6/in6_var.h). An address that is detached, the link's routers having gone, or
 * anycast is no source (in6_selectsrc). */
void mh_rt_take_ipv6_flags(uint32_t native, struct mh_interface_address *address)
{
    static const struct {
        uint32_t native, flag;
    } rows[] = {{NETBSD_IN6_IFF_TENTATIVE, MH_ADDRESS_TENTATIVE},
                {NETBSD_IN6_IFF_DUPLICATED, MH_ADDRESS_DUPLICATE},
                {NETBSD_IN6_IFF_DEPRECATED, MH_ADDRESS_DEPRECATED},
                {NETBSD_IN6_IFF_TEMPORARY, MH_ADDRESS_TEMPORARY},
                {NETBSD_IN6_IFF_ANYCAST, MH_ADDRESS_SKIP_AS_SOURCE},
                {NETBSD_IN6_IFF_DETACHED, MH_ADDRESS_SKIP_AS_SOURCE}};
    address->flags = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if ((native & rows[i].native) != 0)
            address->flags |= rows[i].flag;
    if ((native & (NETBSD_IN6_IFF_AUTOCONF | NETBSD_IN6_IFF_TEMPORARY)) != 0)
        address->owner = MH_OWNER_RA;
}

static enum mh_route_scope scope_of(const struct mh_address *address)
{
    if (mh_address_is_loopback(address))
        return MH_ROUTE_SCOPE_HOST;
    return mh_address_is_link_local(address) ? MH_ROUTE_SCOPE_LINK : MH_ROUTE_SCOPE_UNIVERSE;
}

static enum mh_owner owner_of_address(const struct mh_address *address)
{
    return address->family == MH_IPV6 && mh_address_is_link_local(address) ? MH_OWNER_KERNEL
                                                                           : MH_OWNER_UNKNOWN;
}

/* The slot of broadcast addresses holds the other end of a point-to-point address. IPv6 has no broadcast. */
static void take_peer(const struct mh_rt_message *message, bool point_to_point,
                      struct mh_interface_address *address)
{
    const struct mh_rt_sockaddr *other = &message->addresses[MH_RT_BRD];
    if (!mh_rt_is_ip(other) || other->address.family != address->address.family)
        return;
    if (other->kind == MH_RT_INET && !point_to_point)
        return;
    if (!mh_address_is_unspecified(&other->address) && !mh_address_equal(&other->address, &address->address))
        address->peer = other->address;
}

static bool take_prefix_length(const struct mh_rt_sockaddr *mask, struct mh_interface_address *address)
{
    address->prefix_length = (uint8_t)mh_family_bits((enum mh_family)address->address.family);
    if (mask->kind == MH_RT_MASK)
        address->prefix_length = mask->prefix_length;
    return mask->kind != MH_RT_MASK || mask->contiguous;
}

static enum mh_error address_event(const struct mh_rt_message *message, const struct mh_rt_context *context,
                                   struct mh_rt_event *event, struct mh_failure *failure)
{
    struct mh_interface_address *address = &event->of.address;
    const struct mh_rt_sockaddr *own = &message->addresses[MH_RT_IFA];
    if (message->cut)
        return mh_rt_lacks(message, "a part of its addresses", failure);
    if (own->kind != MH_RT_ABSENT && !mh_rt_is_ip(own)) /* NetBSD tells of hardware addresses so, too */
        return MH_OK;
    if (own->kind == MH_RT_ABSENT)
        return mh_rt_lacks(message, "the address", failure);
    address->interface = (uint32_t)mh_rt_value(message, MH_RT_INDEX);
    if (address->interface == 0)
        return mh_rt_lacks(message, "an interface index", failure);
    address->address = own->address;
    if (!take_prefix_length(&message->addresses[MH_RT_NETMASK], address))
        return mh_rt_lacks(message, "a netmask that is a prefix", failure);
    event->outcome = MH_RT_FACT;
    event->section = MH_SECTION_ADDRESSES;
    event->change = message->type->meaning == MH_RT_MEANS_DELETED_ADDRESS ? MH_GONE : MH_PRESENT;
    event->native_flags = (uint32_t)mh_rt_value(message, MH_RT_FLAGS);
    event->partial = own->kind == MH_RT_INET6 && !mh_rt_has(message, MH_RT_ADDRFLAGS);
    take_peer(message, context->point_to_point, address);
    address->valid_lifetime = address->preferred_lifetime = MH_LIFETIME_FOREVER;
    address->scope = (uint8_t)scope_of(&own->address);
    address->owner = (uint8_t)owner_of_address(&own->address);
    if (own->kind == MH_RT_INET6)
        mh_rt_take_ipv6_flags((uint32_t)mh_rt_value(message, MH_RT_ADDRFLAGS), address);
    else
        address->flags = flags_of_ipv4(mh_rt_value(message, MH_RT_ADDRFLAGS));
    return MH_OK;
}

/* ---- all ------------------------------------------------------------------------------------------- */

static enum mh_error doubt(struct mh_rt_event *event, enum mh_section section)
{
    event->outcome = MH_RT_DOUBT;
    event->section = section;
    return MH_OK;
}

enum mh_error mh_rt_event_of(const struct mh_rt_message *message, const struct mh_rt_context *context,
                             struct mh_rt_event *event, struct mh_failure *failure)
{
    memset(event, 0, sizeof *event);
    if (message->foreign_version)
        return mh_fail(failure, MH_UNSUPPORTED, "offset %zu: a message of another version than %u",
                       message->offset, message->layout->version);
    if (message->type == NULL || message->record == NULL)
        return MH_OK;
    switch ((enum mh_rt_meaning)message->type->meaning) {
    case MH_RT_MEANS_ADD:
    case MH_RT_MEANS_DELETE:
    case MH_RT_MEANS_CHANGE:
    case MH_RT_MEANS_GET:
        return mh_rt_route_event(message, context, event, failure);
    case MH_RT_MEANS_NEW_ADDRESS:
    case MH_RT_MEANS_DELETED_ADDRESS:
    case MH_RT_MEANS_CHANGED_ADDRESS:
        return address_event(message, context, event, failure);
    case MH_RT_MEANS_INTERFACE:
        return interface_event(message, event, failure);
    case MH_RT_MEANS_ANNOUNCE:
        return announce_event(message, event, failure);
    case MH_RT_MEANS_REDIRECT: /* the kernel changed or made a route, and says so in no other way */
        return doubt(event, MH_SECTION_ROUTES);
    case MH_RT_MEANS_SOURCE: /* it stands in each route, too */
        return doubt(event, MH_SECTION_ADDRESSES);
    case MH_RT_MEANS_LOST:
        event->outcome = MH_RT_ALL_LOST;
        return MH_OK;
    case MH_RT_MEANS_NOTHING:
        break;
    }
    return MH_OK;
}
