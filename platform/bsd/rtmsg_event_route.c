/* Routes, and the neighbours that NetBSD (before 8) and OpenBSD keep among them. */
#include "rtmsg_event_parts.h"

#include <string.h>

enum {
    PRIORITY_MASK = 0x7f, /* OpenBSD RTP_MASK */
    PRIORITY_DOWN = 0x80, /* OpenBSD RTP_DOWN */
    WEIGHT_MAX = 65535
};

/* OpenBSD's RTP_*: who makes routes of which priority (net/route.h). */
enum rtp { RTP_LOCAL = 1, RTP_CONNECTED = 4, RTP_EIGRP = 28, RTP_DEFAULT = 56 };

/* Routes of OpenBSD's own daemons, and ours, have labels. */
static const struct label_owner {
    const char *label;
    enum mh_owner owner;
} label_owners[] = {
    {"multihomed", MH_OWNER_MULTIHOMED}, {"dhcpleased", MH_OWNER_DHCP}, {"slaacd", MH_OWNER_RA}};

static bool has_flag(const struct mh_rt_event *event, uint32_t flag)
{
    return (event->native_flags & flag) != 0;
}

/* ---- destination ----------------------------------------------------------------------------------- */

/* A route without a mask is one to a host; but 0.0.0.0 and :: are no hosts. */
static unsigned destination_length(const struct mh_rt_message *message, const struct mh_rt_event *event)
{
    const struct mh_rt_sockaddr *destination = &message->addresses[MH_RT_DST];
    const struct mh_rt_sockaddr *mask = &message->addresses[MH_RT_NETMASK];
    bool host = has_flag(event, message->layout->flags->host);
    if (!host && mask->kind == MH_RT_MASK)
        return mask->prefix_length;
    if (!host && mh_address_is_unspecified(&destination->address))
        return 0;
    return mh_family_bits((enum mh_family)destination->address.family);
}

static bool has_holes(const struct mh_rt_message *message, const struct mh_rt_event *event)
{
    const struct mh_rt_sockaddr *mask = &message->addresses[MH_RT_NETMASK];
    return !has_flag(event, message->layout->flags->host) && mask->kind == MH_RT_MASK && !mask->contiguous;
}

/* FreeBSD 13 echoes a request with a gateway that became shorter, so that what follows is read at the wrong
 * place: the mask is nonsense then, and most likely empty. Nothing else makes bits beyond the mask. */
static bool fits_mask(const struct mh_rt_message *message, const struct mh_rt_event *event)
{
    struct mh_address destination = message->addresses[MH_RT_DST].address;
    return !message->cut && mh_address_equal(&destination, &event->of.route.destination.address);
}

/* ---- what kind of route ---------------------------------------------------------------------------- */

/* FreeBSD gives a route by loopback to each address of its own, and NetBSD to ::1, without saying RTF_LOCAL.
 */
static bool is_own_address(const struct mh_rt_message *message, const struct mh_rt_event *event)
{
    const struct mh_rt_route_flags *flags = message->layout->flags;
    const struct mh_rt_sockaddr *interface = &message->addresses[MH_RT_IFP];
    const struct mh_rt_sockaddr *source = &message->addresses[MH_RT_IFA];
    if (has_flag(event, flags->local))
        return true;
    if (!has_flag(event, flags->host) || has_flag(event, flags->gateway))
        return false;
    if (interface->kind != MH_RT_LINK || interface->type != MH_RT_IFT_LOOP)
        return false;
    return has_flag(event, flags->pinned) ||
           mh_address_equal(&source->address, &message->addresses[MH_RT_DST].address);
}

static enum mh_route_type type_of(const struct mh_rt_message *message, const struct mh_rt_event *event)
{
    const struct mh_rt_route_flags *flags = message->layout->flags;
    if (has_flag(event, flags->blackhole))
        return MH_ROUTE_BLACKHOLE;
    if (has_flag(event, flags->reject))
        return MH_ROUTE_UNREACHABLE;
    if (is_own_address(message, event))
        return MH_ROUTE_LOCAL;
    if (has_flag(event, flags->broadcast))
        return MH_ROUTE_BROADCAST;
    return has_flag(event, flags->multicast) ? MH_ROUTE_MULTICAST : MH_ROUTE_UNICAST;
}

static enum mh_route_scope scope_of(const struct mh_route *route, bool gateway)
{
    if (route->type == MH_ROUTE_LOCAL)
        return MH_ROUTE_SCOPE_HOST;
    return route->type == MH_ROUTE_UNICAST && !gateway ? MH_ROUTE_SCOPE_LINK : MH_ROUTE_SCOPE_UNIVERSE;
}

static enum mh_owner owner_of_label(const char *label)
{
    for (size_t i = 0; i < sizeof label_owners / sizeof label_owners[0]; i++)
        if (strcmp(label, label_owners[i].label) == 0)
            return label_owners[i].owner;
    return MH_OWNER_UNKNOWN;
}

static enum mh_owner owner_of_priority(uint32_t priority)
{
    if (priority >= RTP_LOCAL && priority <= RTP_CONNECTED)
        return MH_OWNER_KERNEL;
    return priority >= RTP_EIGRP && priority < RTP_DEFAULT ? MH_OWNER_MANAGER : MH_OWNER_UNKNOWN;
}

/* Systems that have the kernel listen to router advertisements make the default route so, without RTF_STATIC.
 */
static enum mh_owner owner_of(const struct mh_rt_message *message, const struct mh_rt_event *event)
{
    const struct mh_rt_route_flags *flags = message->layout->flags;
    const struct mh_route *route = &event->of.route;
    if (has_flag(event, flags->protocol2)) /* neighbours apart, no kernel sets it */
        return MH_OWNER_MULTIHOMED;
    if (owner_of_label(event->label) != MH_OWNER_UNKNOWN)
        return owner_of_label(event->label);
    if (has_flag(event, flags->local | flags->broadcast | flags->pinned | flags->dynamic))
        return MH_OWNER_KERNEL;
    if (has_flag(event, flags->is_static)) /* NetBSD: also with RTF_CONNECTED, by an interface */
        return MH_OWNER_STATIC;
    if (message->layout->system == MH_RT_OPENBSD && owner_of_priority(route->metric) != MH_OWNER_UNKNOWN)
        return owner_of_priority(route->metric);
    if (has_flag(event, flags->protocol1))
        return MH_OWNER_MANAGER;
    if (!has_flag(event, flags->gateway))
        return MH_OWNER_KERNEL;
    return route->destination.address.family == MH_IPV6 && route->destination.length == 0 ? MH_OWNER_RA
                                                                                          : MH_OWNER_UNKNOWN;
}

/* Routing messages have no protocol: the flags and the owner tell one. */
static uint8_t protocol_of(const struct mh_rt_message *message, const struct mh_rt_event *event)
{
    static const uint8_t protocols[] = {
        [MH_OWNER_UNKNOWN] = 0,
        [MH_OWNER_MULTIHOMED] = MH_RT_PROTOCOL_OWN,
        [MH_OWNER_KERNEL] = MH_RT_PROTOCOL_KERNEL,
        [MH_OWNER_DHCP] = MH_RT_PROTOCOL_DHCP,
        [MH_OWNER_RA] = MH_RT_PROTOCOL_RA,
        [MH_OWNER_STATIC] = MH_RT_PROTOCOL_STATIC,
        [MH_OWNER_MANAGER] = 0,
    };
    if (event->of.route.owner == MH_OWNER_KERNEL && has_flag(event, message->layout->flags->dynamic))
        return MH_RT_PROTOCOL_REDIRECT;
    return protocols[event->of.route.owner];
}

/* ---- next hop -------------------------------------------------------------------------------------- */

/* The interface: named by the header, by the slot for it (NetBSD's answers to questions leave it out of the
 * header unless that slot was asked for), or by what the gateway is. */
static uint32_t interface_of(const struct mh_rt_message *message)
{
    const struct mh_rt_sockaddr *interface = &message->addresses[MH_RT_IFP];
    const struct mh_rt_sockaddr *gateway = &message->addresses[MH_RT_GATEWAY];
    uint32_t index = (uint32_t)mh_rt_value(message, MH_RT_INDEX);
    if (index == 0 && interface->kind == MH_RT_LINK)
        index = interface->index;
    if (index == 0 && gateway->kind == MH_RT_LINK)
        index = gateway->index;
    if (index == 0 && gateway->kind == MH_RT_INET6)
        index = gateway->zone;
    return index;
}

static void take_next_hop(const struct mh_rt_message *message, struct mh_rt_event *event)
{
    const struct mh_rt_route_flags *flags = message->layout->flags;
    const struct mh_rt_sockaddr *gateway = &message->addresses[MH_RT_GATEWAY];
    struct mh_next_hop *hop = &event->next_hop;
    uint64_t weight = mh_rt_value(message, MH_RT_RMX_WEIGHT);
    if (has_flag(event, flags->gateway) && mh_rt_is_ip(gateway))
        hop->gateway = gateway->address;
    hop->interface = interface_of(message);
    hop->weight = weight == 0 ? 1 : weight > WEIGHT_MAX ? WEIGHT_MAX : (uint16_t)weight;
    if (!has_flag(event, flags->up) || (mh_rt_value(message, MH_RT_PRIORITY) & PRIORITY_DOWN) != 0)
        hop->flags = MH_NEXT_HOP_DEAD;
    event->of.route.next_hops = hop;
    event->of.route.next_hop_count = 1;
}

/* ---- route ----------------------------------------------------------------------------------------- */

static void take_label(const struct mh_rt_message *message, struct mh_rt_event *event)
{
    const struct mh_rt_sockaddr *label = &message->addresses[MH_RT_LABEL];
    size_t length = label->kind == MH_RT_TEXT ? label->text_length : 0;
    if (length >= sizeof event->label)
        length = sizeof event->label - 1;
    memcpy(event->label, length > 0 ? label->text : "", length);
}

static void take_route(const struct mh_rt_message *message, const struct mh_rt_context *context,
                       struct mh_rt_event *event)
{
    struct mh_route *route = &event->of.route;
    const struct mh_rt_sockaddr *source = &message->addresses[MH_RT_IFA];
    bool names_table = mh_rt_has(message, MH_RT_TABLEID);
    route->table = names_table ? (uint32_t)mh_rt_value(message, MH_RT_TABLEID) : context->table;
    route->metric = (uint32_t)mh_rt_value(message, MH_RT_PRIORITY) & PRIORITY_MASK;
    route->type = (uint8_t)type_of(message, event);
    take_label(message, event);
    if (route->type != MH_ROUTE_BLACKHOLE && route->type != MH_ROUTE_UNREACHABLE)
        take_next_hop(message, event);
    if (mh_rt_is_ip(source) && source->address.family == route->destination.address.family &&
        !mh_address_is_unspecified(&source->address))
        route->preferred_source = source->address;
    route->scope = (uint8_t)scope_of(route, event->next_hop.gateway.family != MH_FAMILY_NONE);
    route->owner = (uint8_t)owner_of(message, event);
    route->protocol = protocol_of(message, event);
    event->zone = message->addresses[MH_RT_DST].zone;
    event->multipath = has_flag(event, message->layout->flags->multipath);
}

/* ---- neighbours ------------------------------------------------------------------------------------ */

static bool is_neighbor(const struct mh_rt_message *message, const struct mh_rt_event *event)
{
    const struct mh_rt_route_flags *flags = message->layout->flags;
    return has_flag(event, flags->link_layer) && has_flag(event, flags->host) &&
           message->addresses[MH_RT_GATEWAY].kind == MH_RT_LINK;
}

static enum mh_neighbor_state state_of(const struct mh_rt_message *message, const struct mh_rt_event *event)
{
    if (event->of.neighbor.hardware_address_length == 0)
        return has_flag(event, message->layout->flags->reject) ? MH_NEIGHBOR_FAILED : MH_NEIGHBOR_INCOMPLETE;
    if (has_flag(event, message->layout->flags->is_static))
        return MH_NEIGHBOR_PERMANENT;
    return MH_NEIGHBOR_REACHABLE;
}

static enum mh_error neighbor_event(const struct mh_rt_message *message, struct mh_rt_event *event)
{
    const struct mh_rt_route_flags *flags = message->layout->flags;
    struct mh_neighbor *neighbor = &event->of.neighbor;
    if (has_flag(event, flags->local | flags->pinned)) { /* this host itself */
        event->outcome = MH_RT_NO_EVENT;
        return MH_OK;
    }
    event->section = MH_SECTION_NEIGHBORS;
    memset(neighbor, 0, sizeof *neighbor);
    neighbor->interface = interface_of(message);
    neighbor->address = message->addresses[MH_RT_DST].address;
    mh_rt_take_hardware(&message->addresses[MH_RT_GATEWAY], &neighbor->hardware_address_length,
                        neighbor->hardware_address);
    neighbor->state = (uint8_t)state_of(message, event);
    neighbor->proxy = has_flag(event, flags->announce);
    return MH_OK;
}

/* ---- all ------------------------------------------------------------------------------------------- */

static enum mh_change change_of(const struct mh_rt_message *message)
{
    switch (message->type->meaning) {
    case MH_RT_MEANS_DELETE:
        return MH_GONE;
    case MH_RT_MEANS_CHANGE:
        return MH_REPLACE;
    default:
        return MH_PRESENT;
    }
}

/* Echoes of requests that failed, and answers to other programs' questions, change nothing. */
static bool is_news(const struct mh_rt_message *message, const struct mh_rt_context *context)
{
    return mh_rt_value(message, MH_RT_ERRNO) == 0 &&
           (context->answer || message->type->meaning != MH_RT_MEANS_GET);
}

enum mh_error mh_rt_route_event(const struct mh_rt_message *message, const struct mh_rt_context *context,
                                struct mh_rt_event *event, struct mh_failure *failure)
{
    const struct mh_rt_sockaddr *destination = &message->addresses[MH_RT_DST];
    if (!is_news(message, context))
        return MH_OK;
    if (destination->kind == MH_RT_ABSENT)
        return mh_rt_lacks(message, "a destination", failure);
    if (!mh_rt_is_ip(destination)) /* MPLS, for example */
        return MH_OK;
    event->native_flags = (uint32_t)mh_rt_value(message, MH_RT_FLAGS);
    event->section = MH_SECTION_ROUTES;
    event->change = change_of(message);
    if (has_holes(message, event)) {
        event->outcome = MH_RT_UNTOLD;
        return MH_OK;
    }
    event->of.route.destination = mh_prefix_of(&destination->address, destination_length(message, event));
    if (!fits_mask(message, event)) {
        if (context->answer)
            return mh_rt_lacks(message, "a netmask that fits its destination", failure);
        event->outcome = MH_RT_DOUBT;
        return MH_OK;
    }
    event->outcome = MH_RT_FACT;
    if (!is_own_address(message, event) && is_neighbor(message, event))
        return neighbor_event(message, event);
    if (has_flag(event, message->layout->flags->cloned)) /* made for one destination out of another route */
        event->outcome = MH_RT_NO_EVENT;
    take_route(message, context, event);
    return MH_OK;
}
