/* Another program's on-link route whose gateway has become an address of the same interface. The kernel
 * leaves such a route alone, but refuses to add it ("Nexthop has invalid gateway": net/ipv4/fib_semantics.c,
 * fib_check_nh_onlink looks into table local). One that was lost with an address comes back all the same: the
 * gateway's local route goes, the route is added, the local route comes again. The three messages are sent in
 * one go: the kernel carries all of them out within one sendto(2), so that nothing that happens to this
 * process leaves the address without its local route. Interfaces in a VRF, whose local routes are elsewhere,
 * are not helped. */
#include "act.h"
#include "codec.h"
#include "linux.h"
#include "protocol.h"

#include <linux/rtnetlink.h>
#include <string.h>

enum { GATEWAYS_MAX = 8, HOST_LENGTH = 32 };

struct gateways {
    struct mh_linux *host;
    const struct mh_route *wanted;
    size_t count;
    struct mh_route locals[GATEWAYS_MAX]; /* the local routes of gateways */
    struct mh_next_hop hops[GATEWAYS_MAX];
};

static bool is_gateway(const struct mh_route *wanted, const struct mh_address *address, uint32_t interface)
{
    for (size_t i = 0; i < wanted->next_hop_count; i++) {
        const struct mh_next_hop *hop = &wanted->next_hops[i];
        if (hop->flags & MH_NEXT_HOP_ON_LINK && hop->interface == interface &&
            mh_address_equal(&hop->gateway, address))
            return true;
    }
    return false;
}

static bool is_known(const struct gateways *gateways, const struct mh_route *route)
{
    for (size_t i = 0; i < gateways->count; i++)
        if (gateways->hops[i].interface == route->next_hops[0].interface &&
            mh_prefix_equal(&gateways->locals[i].destination, &route->destination))
            return true;
    return false;
}

static enum mh_error take_local(void *context, const struct nlmsghdr *message, size_t length)
{
    struct gateways *gateways = context;
    struct mh_route route;
    enum mh_error code = mh_decode_route(message, length, &gateways->host->decoder, &route);
    if (code != MH_OK)
        return code == MH_NOT_FOUND ? MH_OK : code;
    if (route.table != RT_TABLE_LOCAL || route.type != MH_ROUTE_LOCAL ||
        route.destination.length != HOST_LENGTH || route.next_hop_count != 1 || route.native_length > 0 ||
        !is_gateway(gateways->wanted, &route.destination.address, route.next_hops[0].interface))
        return MH_OK;
    if (is_known(gateways, &route)) /* the dump was begun anew */
        return MH_OK;
    if (gateways->count == GATEWAYS_MAX)
        return MH_LIMIT;
    gateways->hops[gateways->count] = route.next_hops[0];
    route.next_hops = &gateways->hops[gateways->count];
    gateways->locals[gateways->count++] = route;
    return MH_OK;
}

static enum mh_error read_locals(struct gateways *gateways, struct mh_failure *failure)
{
    struct mh_message *message = &gateways->host->actor.message;
    const struct rtmsg fixed = {.rtm_family = mh_native_of_family(MH_IPV4), .rtm_table = RT_TABLE_LOCAL};
    mh_message_begin(message, RTM_GETROUTE, 0, &fixed, sizeof fixed);
    mh_message_put_u32(message, RTA_TABLE, RT_TABLE_LOCAL);
    return mh_guard_dump(gateways->host, take_local, gateways, failure);
}

/* One message more behind the `*used` octets of others. */
static enum mh_error append(struct mh_linux *host, enum mh_op_kind kind, const struct mh_route *route,
                            size_t *used, struct mh_failure *failure)
{
    struct mh_message message = host->actor.message;
    message.header = (struct nlmsghdr *)((uint8_t *)message.header + *used);
    message.size -= *used;
    enum mh_error code = message.size < sizeof *message.header
                             ? mh_fail(failure, MH_LIMIT, "the messages are too long for one buffer")
                             : mh_encode_route(kind, route, &message, failure);
    if (code == MH_OK)
        *used += message.header->nlmsg_len;
    return code;
}

/* A primary address's route is its own source, those of secondaries have the primary for theirs. */
static bool is_of_primary(const struct mh_route *local)
{
    return mh_address_equal(&local->preferred_source, &local->destination.address);
}

static enum mh_error append_locals(const struct gateways *gateways, enum mh_op_kind kind, bool primaries,
                                   size_t *used, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < gateways->count && code == MH_OK; i++)
        if (is_of_primary(&gateways->locals[i]) == primaries)
            code = append(gateways->host, kind, &gateways->locals[i], used, failure);
    return code;
}

/* What is a source goes last and comes first. */
static enum mh_error write_row(const struct gateways *gateways, size_t *used, struct mh_failure *failure)
{
    enum mh_error code = append_locals(gateways, MH_OP_ROUTE_DELETE, false, used, failure);
    if (code == MH_OK)
        code = append_locals(gateways, MH_OP_ROUTE_DELETE, true, used, failure);
    if (code == MH_OK)
        code = append(gateways->host, MH_OP_ROUTE_ADD, gateways->wanted, used, failure);
    if (code == MH_OK)
        code = append_locals(gateways, MH_OP_ROUTE_ADD, true, used, failure);
    return code == MH_OK ? append_locals(gateways, MH_OP_ROUTE_ADD, false, used, failure) : code;
}

bool mh_gateway_may_be_own(const struct mh_op *op)
{
    const struct mh_route *route = &op->of.route;
    if (op->kind != MH_OP_ROUTE_ADD || route->destination.address.family != MH_IPV4 ||
        route->protocol == MH_PROTOCOL_MULTIHOMED || route->next_hop_id != 0)
        return false;
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (route->next_hops[i].flags & MH_NEXT_HOP_ON_LINK)
            return true;
    return false;
}

enum mh_error mh_gateway_add(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure)
{
    struct gateways gateways = {.host = host, .wanted = &op->of.route};
    size_t used = 0;
    enum mh_error code = read_locals(&gateways, failure);
    if (code == MH_OK && gateways.count == 0)
        code = MH_NOT_FOUND;
    if (code == MH_OK)
        code = write_row(&gateways, &used, failure);
    return code == MH_OK ? mh_linux_exchange_row(host, op, used, failure) : code;
}
