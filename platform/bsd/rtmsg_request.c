/* Ops and questions as requests. The flags are those that route(8) and arp(8) set. */
#include "rtmsg_encode.h"

#include <string.h>

enum { LABEL_SIZE = 34, LABEL_MAX = 31 }; /* OpenBSD's sockaddr_rtlabel, and its text without the end */
enum { PRIORITY_MAX = 63 };               /* RTP_MAX */
enum { IFT_ETHER = 6, INDEX_MAX = UINT16_MAX };

static enum mh_error finish(struct mh_rt_writer *writer, size_t *length, struct mh_failure *failure)
{
    *length = mh_rt_finish(writer);
    return *length > 0 ? MH_OK
                       : mh_fail(failure, MH_LIMIT, "the request does not fit into %zu octets", writer->size);
}

static void begin(struct mh_rt_writer *writer, const struct mh_rt_layout *layout, enum mh_rt_meaning meaning,
                  int32_t sequence, uint8_t *bytes, size_t size)
{
    mh_rt_begin(writer, layout, mh_rt_type_meaning(layout, meaning)->number, bytes, size);
    mh_rt_set(writer, MH_RT_SEQ, (uint32_t)sequence);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static bool drops(const struct mh_route *route)
{
    return route->type == MH_ROUTE_BLACKHOLE || route->type == MH_ROUTE_UNREACHABLE;
}

static enum mh_rt_meaning meaning_of(enum mh_op_kind kind)
{
    switch (kind) {
    case MH_OP_ROUTE_ADD:
        return MH_RT_MEANS_ADD;
    case MH_OP_ROUTE_REPLACE:
        return MH_RT_MEANS_CHANGE;
    case MH_OP_ROUTE_DELETE:
        return MH_RT_MEANS_DELETE;
    default:
        return MH_RT_MEANS_NOTHING;
    }
}

/* NULL for a route that drops packets, or one without next hops (a deletion need not name any). */
static const struct mh_next_hop *hop_of(const struct mh_route *route, const struct mh_rt_request *request)
{
    return drops(route) || route->next_hop_count == 0 ? NULL : &route->next_hops[request->hop];
}

static enum mh_error check_metric(const struct mh_rt_layout *layout, const struct mh_route *route,
                                  struct mh_failure *failure)
{
    if (route->metric == 0)
        return MH_OK;
    if (layout->system != MH_RT_OPENBSD)
        return mh_fail(failure, MH_UNSUPPORTED, "this system's routes have no metric");
    if (route->metric > PRIORITY_MAX)
        return mh_fail(failure, MH_UNSUPPORTED, "a route's priority is at most %d here", PRIORITY_MAX);
    return MH_OK;
}

static enum mh_error check_next_hop(const struct mh_route *route, const struct mh_next_hop *hop,
                                    struct mh_failure *failure)
{
    if (hop == NULL)
        return MH_OK;
    if (hop->interface > INDEX_MAX)
        return mh_fail(failure, MH_INVALID, "an interface's number has 16 bits here");
    if (hop->gateway.family == MH_FAMILY_NONE && hop->interface == 0)
        return mh_fail(failure, MH_INVALID, "a route needs a gateway or an interface");
    if (hop->gateway.family != MH_FAMILY_NONE && hop->gateway.family != route->destination.address.family)
        return mh_fail(failure, MH_UNSUPPORTED, "the gateway is of another family than the destination");
    return MH_OK;
}

static enum mh_error check_route(const struct mh_rt_layout *layout, const struct mh_op *op,
                                 const struct mh_rt_request *request, struct mh_failure *failure)
{
    const struct mh_route *route = &op->of.route;
    if (meaning_of(op->kind) == MH_RT_MEANS_NOTHING || route->destination.address.family == MH_FAMILY_NONE)
        return mh_fail(failure, MH_INVALID, "this is no op about a route");
    if (route->type != MH_ROUTE_UNICAST && !drops(route))
        return mh_fail(failure, MH_UNSUPPORTED, "routes of this type are the system's own here");
    if (route->source.address.family != MH_FAMILY_NONE && route->source.length > 0)
        return mh_fail(failure, MH_UNSUPPORTED, "routes do not depend on a packet's source here");
    if (route->tos != 0)
        return mh_fail(failure, MH_UNSUPPORTED, "routes do not depend on a packet's type of service here");
    if (!drops(route) && route->next_hop_count > 0 && request->hop >= route->next_hop_count)
        return mh_fail(failure, MH_INVALID, "the route has no such next hop");
    if (!drops(route) && route->next_hop_count == 0 && op->kind != MH_OP_ROUTE_DELETE)
        return mh_fail(failure, MH_INVALID, "a route needs a gateway or an interface");
    if (route->next_hop_count > 1 && layout->system == MH_RT_NETBSD)
        return mh_fail(failure, MH_UNSUPPORTED, "a route has one next hop here");
    if (request->label != NULL && strlen(request->label) > LABEL_MAX)
        return mh_fail(failure, MH_INVALID, "a route's label has at most %d octets", LABEL_MAX);
    enum mh_error code = check_metric(layout, route, failure);
    return code != MH_OK ? code : check_next_hop(route, hop_of(route, request), failure);
}

static bool is_host(const struct mh_route *route)
{
    return route->destination.length == mh_family_bits((enum mh_family)route->destination.address.family);
}

/* OpenBSD takes a route without a gateway that has this flag, which is RTF_ANNOUNCE too, for an address to
 * answer for, and claims it in an ARP request (arp_rtrequest). Its label is the mark then. */
static bool may_be_flagged(const struct mh_rt_layout *layout, uint32_t value)
{
    return layout->system != MH_RT_OPENBSD || (value & layout->flags->gateway) != 0;
}

static uint32_t flags_of(const struct mh_rt_layout *layout, const struct mh_route *route,
                         const struct mh_rt_request *request)
{
    const struct mh_rt_route_flags *flags = layout->flags;
    const struct mh_next_hop *hop = hop_of(route, request);
    uint32_t value = flags->up | flags->is_static;
    if (drops(route) || (hop != NULL && hop->gateway.family != MH_FAMILY_NONE))
        value |= flags->gateway;
    if (is_host(route))
        value |= flags->host;
    if (route->type == MH_ROUTE_BLACKHOLE)
        value |= flags->blackhole;
    if (route->type == MH_ROUTE_UNREACHABLE)
        value |= flags->reject;
    if (route->protocol == MH_RT_PROTOCOL_OWN && may_be_flagged(layout, value))
        value |= flags->protocol2;
    if (request->beside || route->next_hop_count > 1)
        value |= flags->multipath;
    return value;
}

/* A metric and the bit that says that it is meant; systems without such a bit have no such metric. */
static uint32_t set_metric(struct mh_rt_writer *writer, enum mh_rt_field field, uint32_t bit, uint32_t value)
{
    if (bit != 0)
        mh_rt_set(writer, field, value);
    return bit;
}

static void set_metrics(struct mh_rt_writer *writer, const struct mh_rt_request *request,
                        const struct mh_next_hop *hop)
{
    uint32_t meant = 0;
    if (request->mtu != 0)
        meant |= set_metric(writer, MH_RT_RMX_MTU, writer->layout->rtv_mtu, request->mtu);
    if (hop != NULL && hop->weight > 1)
        meant |= set_metric(writer, MH_RT_RMX_WEIGHT, writer->layout->rtv_weight, hop->weight);
    mh_rt_set(writer, MH_RT_INITS, meant);
}

/* Packets that are dropped go to the loopback address, as with route(8). */
static struct mh_rt_sockaddr gateway_of(const struct mh_rt_layout *layout, const struct mh_route *route,
                                        const struct mh_next_hop *hop)
{
    static const uint8_t ipv4[4] = {127, 0, 0, 1}, ipv6[16] = {[15] = 1};
    if (hop == NULL) {
        enum mh_family family = (enum mh_family)route->destination.address.family;
        struct mh_address loopback = mh_address_from_bytes(family, family == MH_IPV6 ? ipv6 : ipv4);
        return mh_rt_sockaddr_of(layout, &loopback, 0);
    }
    if (hop->gateway.family == MH_FAMILY_NONE)
        return mh_rt_link_of(layout, hop->interface);
    return mh_rt_sockaddr_of(layout, &hop->gateway, hop->interface);
}

static void add_label(struct mh_rt_writer *writer, const char *label)
{
    struct mh_rt_sockaddr sockaddr = {.kind = MH_RT_TEXT, .length = LABEL_SIZE, .text = label};
    if (label == NULL || writer->layout->slots <= MH_RT_LABEL)
        return;
    sockaddr.text_length = (uint8_t)strlen(label);
    mh_rt_add(writer, MH_RT_LABEL, &sockaddr);
}

/* A link-local gateway names its interface itself. */
static bool needs_interface(const struct mh_next_hop *hop)
{
    return hop != NULL && hop->gateway.family != MH_FAMILY_NONE && hop->interface != 0 &&
           !(hop->gateway.family == MH_IPV6 && mh_address_is_link_local(&hop->gateway));
}

static void add_addresses(struct mh_rt_writer *writer, const struct mh_route *route,
                          const struct mh_rt_request *request, const struct mh_next_hop *hop)
{
    const struct mh_rt_layout *layout = writer->layout;
    struct mh_rt_sockaddr sockaddr = mh_rt_sockaddr_of(layout, &route->destination.address, request->zone);
    mh_rt_add(writer, MH_RT_DST, &sockaddr);
    if (hop != NULL || drops(route)) {
        sockaddr = gateway_of(layout, route, hop);
        mh_rt_add(writer, MH_RT_GATEWAY, &sockaddr);
    }
    if (!is_host(route)) {
        sockaddr = mh_rt_mask_of(layout, &route->destination);
        mh_rt_add(writer, MH_RT_NETMASK, &sockaddr);
    }
    if (needs_interface(hop)) {
        sockaddr = mh_rt_link_of(layout, hop->interface);
        mh_rt_add(writer, MH_RT_IFP, &sockaddr);
    }
    if (route->preferred_source.family != MH_FAMILY_NONE) {
        sockaddr = mh_rt_sockaddr_of(layout, &route->preferred_source, hop != NULL ? hop->interface : 0);
        mh_rt_add(writer, MH_RT_IFA, &sockaddr);
    }
    bool own = route->protocol == MH_RT_PROTOCOL_OWN;
    add_label(writer, request->label == NULL && own ? "multihomed" : request->label);
}

enum mh_error mh_rt_encode_route(const struct mh_rt_layout *layout, const struct mh_op *op,
                                 const struct mh_rt_request *request, uint8_t *bytes, size_t size,
                                 size_t *length, struct mh_failure *failure)
{
    struct mh_rt_writer writer;
    const struct mh_route *route = &op->of.route;
    enum mh_error code = check_route(layout, op, request, failure);
    if (code != MH_OK)
        return code;
    const struct mh_next_hop *hop = hop_of(route, request);
    begin(&writer, layout, meaning_of(op->kind), request->sequence, bytes, size);
    mh_rt_set(&writer, MH_RT_FLAGS, flags_of(layout, route, request));
    mh_rt_set(&writer, MH_RT_TABLEID, route->table);
    mh_rt_set(&writer, MH_RT_PRIORITY, route->metric);
    set_metrics(&writer, request, hop);
    add_addresses(&writer, route, request, hop);
    return finish(&writer, length, failure);
}

/* ---- neighbours ------------------------------------------------------------------------------------ */

enum mh_error mh_rt_encode_neighbor(const struct mh_rt_layout *layout, const struct mh_neighbor *neighbor,
                                    bool gone, int32_t sequence, uint8_t *bytes, size_t size, size_t *length,
                                    struct mh_failure *failure)
{
    const struct mh_rt_route_flags *flags = layout->flags;
    struct mh_rt_writer writer;
    if (neighbor->address.family == MH_FAMILY_NONE || neighbor->interface > INDEX_MAX)
        return mh_fail(failure, MH_INVALID, "a neighbour needs an address and an interface");
    struct mh_rt_sockaddr address = mh_rt_sockaddr_of(layout, &neighbor->address, neighbor->interface);
    struct mh_rt_sockaddr link = mh_rt_link_of(layout, neighbor->interface);
    link.type = IFT_ETHER;
    link.hardware = neighbor->hardware_address;
    link.hardware_length = neighbor->hardware_address_length;
    begin(&writer, layout, gone ? MH_RT_MEANS_DELETE : MH_RT_MEANS_ADD, sequence, bytes, size);
    mh_rt_set(&writer, MH_RT_FLAGS,
              flags->host | flags->is_static | flags->link_layer | (neighbor->proxy ? flags->announce : 0));
    mh_rt_add(&writer, MH_RT_DST, &address);
    mh_rt_add(&writer, MH_RT_GATEWAY, &link);
    return finish(&writer, length, failure);
}

/* ---- the table's source ---------------------------------------------------------------------------- */

enum mh_error mh_rt_encode_source(const struct mh_rt_layout *layout, const struct mh_address *source,
                                  uint32_t table, const struct mh_rt_request *request, uint8_t *bytes,
                                  size_t size, size_t *length, struct mh_failure *failure)
{
    struct mh_rt_writer writer;
    if (layout->numbers->source == 0)
        return mh_fail(failure, MH_UNSUPPORTED, "routing tables have no preferred source here");
    if (source->family == MH_FAMILY_NONE)
        return mh_fail(failure, MH_INVALID, "a preferred source needs a family");
    struct mh_rt_sockaddr address = mh_rt_sockaddr_of(layout, source, request->zone);
    begin(&writer, layout, MH_RT_MEANS_SOURCE, request->sequence, bytes, size);
    mh_rt_set(&writer, MH_RT_TABLEID, table);
    mh_rt_add(&writer, MH_RT_IFA, &address);
    return finish(&writer, length, failure);
}

/* ---- questions ------------------------------------------------------------------------------------- */

enum mh_error mh_rt_encode_question(const struct mh_rt_layout *layout, const struct mh_address *destination,
                                    uint32_t table, const struct mh_rt_request *request, uint8_t *bytes,
                                    size_t size, size_t *length, struct mh_failure *failure)
{
    struct mh_rt_writer writer;
    if (destination->family == MH_FAMILY_NONE)
        return mh_fail(failure, MH_INVALID, "a question needs a destination");
    struct mh_rt_sockaddr address = mh_rt_sockaddr_of(layout, destination, request->zone);
    struct mh_rt_sockaddr link = mh_rt_link_of(layout, 0);
    begin(&writer, layout, MH_RT_MEANS_GET, request->sequence, bytes, size);
    mh_rt_set(&writer, MH_RT_FLAGS,
              layout->flags->host | (request->route ? layout->flags->up | layout->flags->gateway : 0));
    mh_rt_set(&writer, MH_RT_TABLEID, table);
    mh_rt_add(&writer, MH_RT_DST, &address);
    mh_rt_add(&writer, MH_RT_IFP, &link);
    return finish(&writer, length, failure);
}

enum mh_error mh_rt_encode_lookup(const struct mh_rt_layout *layout, const struct mh_prefix *destination,
                                  uint32_t table, const struct mh_rt_request *request, uint8_t *bytes,
                                  size_t size, size_t *length, struct mh_failure *failure)
{
    struct mh_rt_writer writer;
    if (destination->address.family == MH_FAMILY_NONE)
        return mh_fail(failure, MH_INVALID, "a question needs a destination");
    struct mh_rt_sockaddr address = mh_rt_sockaddr_of(layout, &destination->address, request->zone);
    struct mh_rt_sockaddr mask = mh_rt_mask_of(layout, destination);
    struct mh_rt_sockaddr link = mh_rt_link_of(layout, 0);
    begin(&writer, layout, MH_RT_MEANS_GET, request->sequence, bytes, size);
    mh_rt_set(&writer, MH_RT_TABLEID, table);
    mh_rt_set(&writer, MH_RT_PRIORITY, request->priority);
    mh_rt_add(&writer, MH_RT_DST, &address);
    mh_rt_add(&writer, MH_RT_NETMASK, &mask);
    if (request->interface)
        mh_rt_add(&writer, MH_RT_IFP, &link);
    return finish(&writer, length, failure);
}
