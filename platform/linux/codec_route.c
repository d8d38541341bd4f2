/* RTM_NEWROUTE, RTM_DELROUTE: struct rtmsg and RTA_* (linux/rtnetlink.h). This is the one decoder that runs a
 * million times in a row: one pass over the attributes, no allocation, next hops in the caller's array. */
#include "attribute.h"
#include "codec.h"
#include "nexthops.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>

/* The attributes as they come. What belongs to a next hop may stand in the message itself or in each part of
 * RTA_MULTIPATH. */
struct parts {
    enum mh_family family;
    uint32_t object; /* RTA_NH_ID */
    struct mh_next_hop hop;
    struct mh_attribute multipath;
    bool has_native;
    bool hops_have_more; /* than a gateway: realms, an encapsulation */
};

/* ---- what the model has no place for --------------------------------------------------------------- */

/* Attributes that a request takes as a dump gives them; they end up in mh_route.native. */
static inline bool is_native(uint16_t type)
{
    return type == RTA_METRICS || type == RTA_FLOW || type == RTA_ENCAP || type == RTA_ENCAP_TYPE ||
           type == RTA_TTL_PROPAGATE;
}

/* The next hop object says these. */
static bool is_of_object(uint16_t type)
{
    return type == RTA_FLOW || type == RTA_ENCAP || type == RTA_ENCAP_TYPE;
}

/* The attribute as it was, padded with zeros; NULL when there is no room. */
static uint8_t *keep_native(struct mh_route_decoder *decoder, struct mh_route *route,
                            const struct mh_attribute *attribute)
{
    const size_t header = sizeof(struct nlattr), whole = header + attribute->length;
    size_t padded = mh_netlink_align(whole);
    uint8_t *place = decoder->native + route->native_length;
    if (padded > sizeof decoder->native - route->native_length) {
        route->incomplete = true;
        return NULL;
    }
    memcpy(place, attribute->data - header, whole);
    memset(place + whole, 0, padded - whole);
    route->native = decoder->native;
    route->native_length = (uint16_t)(route->native_length + padded);
    return place + header;
}

/* Only a route that ends says when. The kernel gives the attribute for every IPv6 route. */
static bool take_cache(const struct mh_attribute *attribute, struct mh_route *route)
{
    struct rta_cacheinfo info;
    if (attribute->length < sizeof info)
        return false;
    memcpy(&info, attribute->data, sizeof info);
    route->incomplete |= info.rta_expires != 0;
    return true;
}

/* ---- attributes ------------------------------------------------------------------------------------ */

static inline bool take_attribute(const struct mh_attribute *attribute, struct parts *parts,
                                  struct mh_route *route)
{
    switch (attribute->type) {
    case RTA_TABLE:
        return mh_attribute_u32(attribute, &route->table);
    case RTA_DST:
        return mh_attribute_address(attribute, parts->family, &route->destination.address);
    case RTA_PRIORITY:
        return mh_attribute_u32(attribute, &route->metric);
    case RTA_GATEWAY:
        return mh_attribute_address(attribute, parts->family, &parts->hop.gateway);
    case RTA_OIF:
        return mh_attribute_u32(attribute, &parts->hop.interface);
    case RTA_PREFSRC:
        return mh_attribute_address(attribute, parts->family, &route->preferred_source);
    case RTA_SRC:
        return mh_attribute_address(attribute, parts->family, &route->source.address);
    case RTA_VIA:
        return mh_attribute_via(attribute, &parts->hop.gateway);
    case RTA_MULTIPATH:
        parts->multipath = *attribute;
        return true;
    case RTA_NH_ID:
        return mh_attribute_u32(attribute, &parts->object);
    case RTA_PREF:
        return mh_attribute_u8(attribute, &route->preference);
    case RTA_CACHEINFO:
        return take_cache(attribute, route);
    default:
        parts->has_native |= is_native(attribute->type);
        return true;
    }
}

/* ---- next hops ------------------------------------------------------------------------------------- */

static bool take_hop_attributes(struct mh_attributes walk, enum mh_family family, struct mh_next_hop *hop,
                                bool *has_more)
{
    struct mh_attribute attribute;
    while (mh_attributes_next(&walk, &attribute)) {
        if (attribute.type == RTA_GATEWAY && !mh_attribute_address(&attribute, family, &hop->gateway))
            return false;
        if (attribute.type == RTA_VIA && !mh_attribute_via(&attribute, &hop->gateway))
            return false;
        *has_more |= is_native(attribute.type);
    }
    return !walk.malformed;
}

/* RTA_MULTIPATH: one struct rtnexthop with its attributes behind the other. */
static enum mh_error take_multipath(struct parts *parts, struct mh_next_hop *hops, uint16_t *count)
{
    const uint8_t *next = parts->multipath.data;
    size_t left = parts->multipath.length;
    *count = 0;
    while (left > 0) {
        struct rtnexthop native;
        if (left < sizeof native)
            return MH_MALFORMED;
        memcpy(&native, next, sizeof native);
        if (native.rtnh_len < sizeof native || native.rtnh_len > left || native.rtnh_ifindex < 0)
            return MH_MALFORMED;
        if (*count == MH_NEXT_HOPS_MAX)
            return MH_LIMIT;
        struct mh_next_hop *hop = &hops[(*count)++];
        *hop = (struct mh_next_hop){.interface = (uint32_t)native.rtnh_ifindex,
                                    .weight = (uint16_t)(native.rtnh_hops + 1),
                                    .flags = mh_next_hop_flags_of_native(native.rtnh_flags)};
        if (!take_hop_attributes(mh_attributes_of(next + sizeof native, native.rtnh_len - sizeof native),
                                 parts->family, hop, &parts->hops_have_more))
            return MH_MALFORMED;
        size_t step = mh_netlink_align(native.rtnh_len);
        step = step < left ? step : left;
        next += step;
        left -= step;
    }
    return MH_OK;
}

static void expand_object(uint32_t id, struct mh_route_decoder *decoder, struct mh_route *route)
{
    bool blackhole = false;
    int count = decoder->objects == NULL
                    ? -1
                    : mh_nexthops_expand(decoder->objects, id, decoder->next_hops, &blackhole);
    decoder->unresolved = count < 0;
    route->next_hop_count = (uint16_t)(count < 0 ? 0 : count);
    if (blackhole)
        route->type = MH_ROUTE_BLACKHOLE;
}

/* Next hops stand in the message, alone or as several; with net.ipv4.nexthop_compat_mode=0 only an object's
 * id does. */
static enum mh_error take_next_hops(struct parts *parts, struct mh_route_decoder *decoder,
                                    struct mh_route *route)
{
    route->next_hops = decoder->next_hops;
    route->next_hop_id = parts->object;
    if (parts->multipath.data != NULL) {
        enum mh_error code = take_multipath(parts, decoder->next_hops, &route->next_hop_count);
        if (code == MH_OK && parts->object != 0 && decoder->objects != NULL)
            mh_nexthops_weigh(decoder->objects, parts->object, decoder->next_hops, route->next_hop_count);
        return code;
    }
    if (parts->hop.interface != 0 || parts->hop.gateway.family != MH_FAMILY_NONE) {
        decoder->next_hops[0] = parts->hop;
        route->next_hop_count = 1;
    } else if (parts->object != 0 && route->type != MH_ROUTE_BLACKHOLE) {
        expand_object(parts->object, decoder, route);
    }
    return MH_OK;
}

/* ---- the route ------------------------------------------------------------------------------------- */

/* The prefix whose address stands in it already, unless that is all zeros and was not told; no copies are
 * made of what a million routes have. False when the length does not fit. */
static bool finish_prefix(struct mh_prefix *prefix, enum mh_family family, unsigned length)
{
    if (length > mh_family_bits(family) || (length > 0 && prefix->address.family == MH_FAMILY_NONE))
        return false;
    if (family == MH_IPV4) { /* one number */
        uint32_t bits, mask = length == 0 ? 0 : htonl(UINT32_MAX << (32 - length));
        memcpy(&bits, prefix->address.bytes, sizeof bits);
        bits &= mask;
        memcpy(prefix->address.bytes, &bits, sizeof bits);
        prefix->address.family = MH_IPV4;
        prefix->length = (uint8_t)length;
    } else {
        prefix->address.family = (uint8_t)family;
        *prefix = mh_prefix_of(&prefix->address, length);
    }
    return true;
}

static enum mh_error finish(const struct rtmsg *message, struct parts *parts,
                            struct mh_route_decoder *decoder, struct mh_route *route)
{
    if (!finish_prefix(&route->destination, parts->family, message->rtm_dst_len))
        return MH_MALFORMED;
    if (message->rtm_src_len == 0)
        route->source = (struct mh_prefix){0};
    else if (!finish_prefix(&route->source, parts->family, message->rtm_src_len))
        return MH_MALFORMED;
    route->owner = (uint8_t)mh_owner_of_protocol(route->protocol);
    return take_next_hops(parts, decoder, route);
}

/* ---- native properties ----------------------------------------------------------------------------- */

/* Next hops whole, without what the kernel says of their state and takes from nobody. They are known to be
 * well formed. */
static void keep_multipath(const struct parts *parts, struct mh_route_decoder *decoder,
                           struct mh_route *route)
{
    uint8_t *next = keep_native(decoder, route, &parts->multipath);
    size_t left = parts->multipath.length;
    while (next != NULL && left > 0) {
        struct rtnexthop native;
        memcpy(&native, next, sizeof native);
        native.rtnh_flags &= RTNH_F_ONLINK;
        memcpy(next, &native, sizeof native);
        size_t step = mh_netlink_align(native.rtnh_len);
        step = step < left ? step : left;
        next += step;
        left -= step;
    }
}

/* A second walk, for the few routes that have such. */
static void keep_natives(struct mh_attributes walk, const struct parts *parts,
                         struct mh_route_decoder *decoder, struct mh_route *route)
{
    struct mh_attribute attribute;
    while (mh_attributes_next(&walk, &attribute))
        if (is_native(attribute.type) && (parts->object == 0 || !is_of_object(attribute.type)))
            (void)keep_native(decoder, route, &attribute);
    if (parts->hops_have_more && parts->object == 0)
        keep_multipath(parts, decoder, route);
}

enum mh_error mh_decode_route(const void *bytes, size_t length, struct mh_route_decoder *decoder,
                              struct mh_route *route)
{
    struct rtmsg message;
    struct mh_attributes walk;
    struct mh_attribute attribute;
    if (!mh_message_parts(bytes, length, &message, sizeof message, &walk))
        return MH_MALFORMED;
    struct parts parts = {.family = mh_family_of_native(message.rtm_family),
                          .hop = {.weight = 1, .flags = mh_next_hop_flags_of_native(message.rtm_flags)}};
    if (parts.family == MH_FAMILY_NONE || (message.rtm_flags & RTM_F_CLONED) != 0)
        return MH_NOT_FOUND;
    decoder->unresolved = false;
    *route = (struct mh_route){.table = message.rtm_table,
                               .tos = message.rtm_tos,
                               .type = message.rtm_type,
                               .scope = message.rtm_scope,
                               .protocol = message.rtm_protocol};
    const struct mh_attributes all = walk;
    while (mh_attributes_next(&walk, &attribute))
        if (!take_attribute(&attribute, &parts, route))
            return MH_MALFORMED;
    enum mh_error code = walk.malformed ? MH_MALFORMED : finish(&message, &parts, decoder, route);
    if (code == MH_OK && (parts.has_native || parts.hops_have_more))
        keep_natives(all, &parts, decoder, route);
    return code;
}
