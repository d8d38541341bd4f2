/* Routes. Windows makes some for each address of its own accord, which "route print" lists with the others:
 * of the subnet, of the address itself, of broadcasts and of multicasts. No field says which is which. */
#include "windows/convert.h"

enum { BROADCAST_LONGEST = 30 }; /* RFC 3021: a /31 has no broadcast address */

static bool is_host(const struct mh_prefix *prefix)
{
    return prefix->length == mh_family_bits((enum mh_family)prefix->address.family);
}

static bool is_own(const struct mh_interface_address *own, size_t count, const struct mh_address *address)
{
    for (size_t i = 0; i < count; i++)
        if (mh_address_equal(&own[i].address, address))
            return true;
    return false;
}

/* The last address of the subnet. */
static bool is_last(const struct mh_interface_address *subnet, const struct mh_address *address)
{
    unsigned bits = mh_family_bits(MH_IPV4);
    struct mh_prefix prefix = mh_prefix_of(&subnet->address, subnet->prefix_length);
    if (subnet->address.family != MH_IPV4 || subnet->prefix_length > BROADCAST_LONGEST ||
        !mh_prefix_contains(&prefix, address))
        return false;
    for (unsigned bit = subnet->prefix_length; bit < bits; bit++)
        if ((address->bytes[bit / 8] & 0x80U >> bit % 8) == 0)
            return false;
    return true;
}

static bool is_broadcast(const MIB_IPFORWARD_ROW2 *row, const struct mh_interface_address *own, size_t count,
                         const struct mh_address *address)
{
    static const struct mh_address limited = {MH_IPV4, {255, 255, 255, 255}};
    if (address->family != MH_IPV4)
        return false;
    for (size_t i = 0; i < count; i++)
        if (own[i].interface == row->InterfaceIndex && is_last(&own[i], address))
            return true;
    return mh_address_equal(address, &limited);
}

static enum mh_route_type type_of(const MIB_IPFORWARD_ROW2 *row, const struct mh_interface_address *own,
                                  size_t count, const struct mh_prefix *destination, bool on_link)
{
    const struct mh_address *address = &destination->address;
    if (mh_address_is_multicast(address) && destination->length >= (address->family == MH_IPV4 ? 4 : 8))
        return MH_ROUTE_MULTICAST;
    if (on_link && is_host(destination) && is_broadcast(row, own, count, address))
        return MH_ROUTE_BROADCAST;
    if (on_link && (row->Loopback || (is_host(destination) && is_own(own, count, address))))
        return MH_ROUTE_LOCAL;
    return MH_ROUTE_UNICAST;
}

static enum mh_owner owner_of(const MIB_IPFORWARD_ROW2 *row)
{
    if (row->Origin == NlroDHCP)
        return MH_OWNER_DHCP;
    if (row->Origin == NlroRouterAdvertisement)
        return MH_OWNER_RA;
    switch ((int)row->Protocol) {
    case RouteProtocolLocal:
    case RouteProtocolIcmp:
        return MH_OWNER_KERNEL;
    case RouteProtocolNetMgmt:
        return row->Origin == NlroWellKnown ? MH_OWNER_KERNEL : MH_OWNER_STATIC;
    case 19: /* RouteProtocolDhcp of later headers */
        return MH_OWNER_DHCP;
    case RouteProtocolOther:
        return MH_OWNER_UNKNOWN;
    default:
        return MH_OWNER_MANAGER;
    }
}

static enum mh_route_scope scope_of(enum mh_route_type type, bool on_link)
{
    if (type == MH_ROUTE_LOCAL)
        return MH_ROUTE_SCOPE_HOST;
    return on_link ? MH_ROUTE_SCOPE_LINK : MH_ROUTE_SCOPE_UNIVERSE;
}

bool mh_windows_route(const MIB_IPFORWARD_ROW2 *row, const struct mh_interface_address *own, size_t count,
                      struct mh_route *route, struct mh_next_hop *hop)
{
    struct mh_address destination = mh_windows_address(&row->DestinationPrefix.Prefix);
    struct mh_address gateway = mh_windows_address(&row->NextHop);
    unsigned length = row->DestinationPrefix.PrefixLength;
    bool on_link = gateway.family == MH_FAMILY_NONE || mh_address_is_unspecified(&gateway);
    if (row->InterfaceIndex == 0 || destination.family == MH_FAMILY_NONE ||
        length > mh_family_bits((enum mh_family)destination.family))
        return false;
    *hop = (struct mh_next_hop){.interface = row->InterfaceIndex, .weight = 1};
    if (!on_link)
        hop->gateway = gateway;
    struct mh_prefix prefix = mh_prefix_of(&destination, length);
    enum mh_route_type type = type_of(row, own, count, &prefix, on_link);
    *route = (struct mh_route){
        .destination = prefix,
        .metric = row->Metric,
        .type = (uint8_t)type,
        .scope = (uint8_t)scope_of(type, on_link),
        .protocol = (uint8_t)row->Protocol,
        .owner = (uint8_t)owner_of(row),
        .incomplete = row->ValidLifetime != MH_LIFETIME_FOREVER || row->Publish,
        .next_hop_count = 1,
        .next_hops = hop,
    };
    return true;
}
