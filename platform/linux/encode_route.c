/* RTM_NEWROUTE, RTM_DELROUTE: struct rtmsg and RTA_* (linux/rtnetlink.h). */
#include "attribute.h"
#include "encode.h"

#include <linux/rtnetlink.h>

enum {
    WEIGHT_MAX = 256,         /* rtnh_hops is weight - 1 in eight bits */
    METRIC_USUAL_IPV6 = 1024, /* IP6_RT_PRIO_USER: what 0 stands for */
    ADDRESS_OCTETS_MAX = 16   /* of a gateway */
};

/* ---- native properties ----------------------------------------------------------------------------- */

/* Of a journal they may be anything: they are written only when they are attributes, one behind the other. */
static bool has_native(const struct mh_route *route, uint16_t type, bool *malformed)
{
    struct mh_attributes walk = mh_attributes_of(route->native, route->native_length);
    struct mh_attribute attribute;
    bool found = false;
    while (mh_attributes_next(&walk, &attribute))
        found |= attribute.type == type;
    *malformed = walk.malformed || route->native_length % NLA_ALIGNTO != 0;
    return found;
}

static enum mh_error check_native(const struct mh_route *route, struct mh_failure *failure)
{
    bool malformed = false;
    if (route->native_length == 0)
        return MH_OK;
    (void)has_native(route, RTA_UNSPEC, &malformed);
    return malformed ? mh_fail(failure, MH_INVALID, "a route's native properties are no attributes") : MH_OK;
}

static void put_native(const struct mh_route *route, struct mh_message *message)
{
    if (route->native_length > 0)
        (void)mh_message_open(message, route->native, route->native_length);
}

/* ---- checks ---------------------------------------------------------------------------------------- */

static enum mh_error check_hops(const struct mh_route *route, struct mh_failure *failure)
{
    if (route->next_hop_count > 0 && route->next_hops == NULL)
        return mh_fail(failure, MH_INVALID, "a route counts next hops that it does not have");
    for (size_t i = 0; i < route->next_hop_count && route->next_hop_count > 1; i++)
        if (route->next_hops[i].weight > WEIGHT_MAX)
            return mh_fail(failure, MH_UNSUPPORTED, "Linux knows weights up to %d; this next hop has %u",
                           WEIGHT_MAX, route->next_hops[i].weight);
    return MH_OK;
}

static enum mh_error check(enum mh_op_kind kind, const struct mh_route *route, struct mh_failure *failure)
{
    uint8_t family = route->destination.address.family;
    unsigned bits = mh_family_bits((enum mh_family)family);
    if (bits == 0 || route->destination.length > bits || route->source.length > bits)
        return mh_fail(failure, MH_INVALID, "a route needs a destination with a family");
    if (route->table == RT_TABLE_UNSPEC)
        return mh_fail(failure, MH_INVALID, "a route needs a table");
    if (route->source.address.family != MH_FAMILY_NONE && route->source.address.family != family)
        return mh_fail(failure, MH_INVALID, "a route's source and destination are not of one family");
    if (route->preferred_source.family != MH_FAMILY_NONE && route->preferred_source.family != family)
        return mh_fail(failure, MH_INVALID, "a route's preferred source is not of its family");
    if (kind == MH_OP_ROUTE_DELETE && route->protocol == RTPROT_UNSPEC)
        return mh_fail(failure, MH_INVALID, "a route is deleted by its protocol, and this one has none");
    enum mh_error code = check_native(route, failure);
    return code == MH_OK ? check_hops(route, failure) : code;
}

/* ---- next hops ------------------------------------------------------------------------------------- */

/* A gateway of another family than the route's is a struct rtvia (RFC 5549). */
static void put_gateway(const struct mh_route *route, const struct mh_next_hop *hop,
                        struct mh_message *message)
{
    uint8_t via[sizeof(uint16_t) + ADDRESS_OCTETS_MAX];
    uint16_t family = mh_native_of_family(hop->gateway.family);
    size_t size = hop->gateway.family == MH_IPV4 ? 4 : 16;
    if (hop->gateway.family == MH_FAMILY_NONE || hop->gateway.family == route->destination.address.family) {
        mh_message_put_address(message, RTA_GATEWAY, &hop->gateway);
        return;
    }
    memcpy(via, &family, sizeof family);
    memcpy(via + sizeof family, hop->gateway.bytes, size);
    mh_message_put(message, RTA_VIA, via, sizeof family + size);
}

/* "Dead" and "link down" are for the kernel to say. */
static uint8_t flags_of(const struct mh_next_hop *hop)
{
    return hop->flags & MH_NEXT_HOP_ON_LINK ? RTNH_F_ONLINK : 0;
}

static void put_multipath(const struct mh_route *route, struct mh_message *message)
{
    size_t nest = mh_message_open_nest(message, RTA_MULTIPATH);
    for (size_t i = 0; i < route->next_hop_count; i++) {
        const struct mh_next_hop *hop = &route->next_hops[i];
        const struct rtnexthop native = {.rtnh_ifindex = (int)hop->interface,
                                         .rtnh_hops = (uint8_t)(hop->weight > 0 ? hop->weight - 1 : 0),
                                         .rtnh_flags = flags_of(hop)};
        size_t place = mh_message_open(message, &native, sizeof native);
        put_gateway(route, hop, message);
        mh_message_close(message, place);
    }
    mh_message_close(message, nest);
}

/* An object says all there is of next hops, and so do the native ones. A deletion leaves out what they have
 * beside their gateways: that matches anything. */
static void put_next_hops(const struct mh_route *route, bool deletes, struct mh_message *message)
{
    bool malformed;
    if (!deletes && has_native(route, RTA_MULTIPATH, &malformed))
        return;
    if (route->next_hop_id != 0) {
        mh_message_put_u32(message, RTA_NH_ID, route->next_hop_id);
    } else if (route->next_hop_count > 1) {
        put_multipath(route, message);
    } else if (route->next_hop_count == 1) {
        put_gateway(route, &route->next_hops[0], message);
        if (route->next_hops[0].interface != 0)
            mh_message_put_u32(message, RTA_OIF, route->next_hops[0].interface);
    }
}

/* ---- the route ------------------------------------------------------------------------------------- */

static void put_prefix(const struct mh_prefix *prefix, uint16_t type, struct mh_message *message)
{
    if (prefix->length > 0)
        mh_message_put_address(message, type, &prefix->address);
}

/* Without a metric a deletion would take the first route to the destination, whatever its metric. */
uint32_t mh_native_metric(const struct mh_route *route)
{
    bool is_ipv6 = route->destination.address.family == MH_IPV6;
    return route->metric == 0 && is_ipv6 ? METRIC_USUAL_IPV6 : route->metric;
}

static uint16_t message_flags(enum mh_op_kind kind)
{
    return kind == MH_OP_ROUTE_ADD       ? NLM_F_CREATE | NLM_F_EXCL
           : kind == MH_OP_ROUTE_REPLACE ? NLM_F_REPLACE
                                         : 0;
}

enum mh_error mh_encode_route(enum mh_op_kind kind, const struct mh_route *route, struct mh_message *message,
                              struct mh_failure *failure)
{
    bool single = route->next_hop_count == 1 && route->next_hop_id == 0, deletes = kind == MH_OP_ROUTE_DELETE;
    enum mh_error code = check(kind, route, failure);
    if (code != MH_OK)
        return code;
    const struct rtmsg fixed = {.rtm_family = mh_native_of_family(route->destination.address.family),
                                .rtm_dst_len = route->destination.length,
                                .rtm_src_len = route->source.length,
                                .rtm_tos = route->tos,
                                .rtm_table = (uint8_t)(route->table < 256 ? route->table : RT_TABLE_UNSPEC),
                                .rtm_protocol = route->protocol,
                                .rtm_scope = route->scope,
                                .rtm_type = route->type == MH_ROUTE_UNSPECIFIED ? RTN_UNICAST : route->type,
                                .rtm_flags = single ? flags_of(&route->next_hops[0]) : 0};
    mh_message_begin(message, deletes ? RTM_DELROUTE : RTM_NEWROUTE, message_flags(kind), &fixed,
                     sizeof fixed);
    put_prefix(&route->destination, RTA_DST, message);
    put_prefix(&route->source, RTA_SRC, message);
    if (route->table >= 256)
        mh_message_put_u32(message, RTA_TABLE, route->table);
    if (mh_native_metric(route) != 0)
        mh_message_put_u32(message, RTA_PRIORITY, mh_native_metric(route));
    mh_message_put_address(message, RTA_PREFSRC, &route->preferred_source);
    if (route->preference != MH_ROUTER_MEDIUM)
        mh_message_put_u8(message, RTA_PREF, route->preference);
    put_next_hops(route, deletes, message);
    if (!deletes)
        put_native(route, message);
    return mh_encode_end(message, failure);
}
