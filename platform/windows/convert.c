/* What rows mean is documented with their structures: MIB_UNICASTIPADDRESS_ROW, MIB_IPFORWARD_ROW2,
 * MIB_IPNET_ROW2, MIB_IPINTERFACE_ROW (netioapi.h, learn.microsoft.com). */
#include "windows/convert.h"

#include <stdio.h>
#include <string.h>

/* ---- addresses ------------------------------------------------------------------------------------- */

struct mh_address mh_windows_address(const SOCKADDR_INET *address)
{
    if (address->si_family == AF_INET)
        return mh_address_from_bytes(MH_IPV4, (const uint8_t *)&address->Ipv4.sin_addr);
    if (address->si_family == AF_INET6)
        return mh_address_from_bytes(MH_IPV6, (const uint8_t *)&address->Ipv6.sin6_addr);
    return (struct mh_address){0};
}

void mh_windows_socket_address(const struct mh_address *address, uint32_t zone, SOCKADDR_INET *socket_address)
{
    memset(socket_address, 0, sizeof *socket_address);
    if (address->family == MH_IPV4) {
        socket_address->Ipv4.sin_family = AF_INET;
        memcpy(&socket_address->Ipv4.sin_addr, address->bytes, 4);
    } else if (address->family == MH_IPV6) {
        socket_address->Ipv6.sin6_family = AF_INET6;
        socket_address->Ipv6.sin6_scope_id = zone;
        memcpy(&socket_address->Ipv6.sin6_addr, address->bytes, 16);
    }
}

const char *mh_windows_guid(const GUID *guid, char text[MH_GUID_SIZE])
{
    const uint8_t *rest = guid->Data4;
    (void)snprintf(text, MH_GUID_SIZE, "{%08lX-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", guid->Data1,
                   guid->Data2, guid->Data3, rest[0], rest[1], rest[2], rest[3], rest[4], rest[5], rest[6],
                   rest[7]);
    return text;
}

static bool fits(const struct mh_address *address, unsigned length)
{
    return address->family != MH_FAMILY_NONE && length <= mh_family_bits((enum mh_family)address->family);
}

/* ---- unicast addresses ----------------------------------------------------------------------------- */

static uint32_t flags_of(const MIB_UNICASTIPADDRESS_ROW *row)
{
    uint32_t flags = row->SkipAsSource ? MH_ADDRESS_SKIP_AS_SOURCE : 0;
    if (row->DadState == IpDadStateTentative || row->DadState == IpDadStateInvalid)
        flags |= MH_ADDRESS_TENTATIVE;
    if (row->DadState == IpDadStateDuplicate)
        flags |= MH_ADDRESS_DUPLICATE;
    if (row->DadState == IpDadStateDeprecated)
        flags |= MH_ADDRESS_DEPRECATED;
    if (row->ValidLifetime != MH_LIFETIME_FOREVER)
        flags |= MH_ADDRESS_DYNAMIC;
    /* RFC 8981. Those that stay have IpSuffixOriginLinkLayerAddress, also where they are random. */
    if (row->Address.si_family == AF_INET6 && row->PrefixOrigin == IpPrefixOriginRouterAdvertisement &&
        row->SuffixOrigin == IpSuffixOriginRandom)
        flags |= MH_ADDRESS_TEMPORARY;
    return flags;
}

static enum mh_owner owner_of(const MIB_UNICASTIPADDRESS_ROW *row)
{
    if (row->PrefixOrigin == IpPrefixOriginDhcp || row->SuffixOrigin == IpSuffixOriginDhcp)
        return MH_OWNER_DHCP;
    if (row->PrefixOrigin == IpPrefixOriginRouterAdvertisement)
        return MH_OWNER_RA;
    if (row->PrefixOrigin == IpPrefixOriginWellKnown)
        return MH_OWNER_KERNEL;
    return row->PrefixOrigin == IpPrefixOriginManual ? MH_OWNER_STATIC : MH_OWNER_UNKNOWN;
}

static enum mh_route_scope scope_of(const struct mh_address *address)
{
    if (mh_address_is_loopback(address))
        return MH_ROUTE_SCOPE_HOST;
    return mh_address_is_link_local(address) ? MH_ROUTE_SCOPE_LINK : MH_ROUTE_SCOPE_UNIVERSE;
}

bool mh_windows_unicast(const MIB_UNICASTIPADDRESS_ROW *row, struct mh_interface_address *address)
{
    *address = (struct mh_interface_address){
        .interface = row->InterfaceIndex,
        .flags = flags_of(row),
        .valid_lifetime = row->ValidLifetime,
        .preferred_lifetime = row->PreferredLifetime,
        .address = mh_windows_address(&row->Address),
        .prefix_length = row->OnLinkPrefixLength,
        .owner = (uint8_t)owner_of(row),
    };
    address->scope = (uint8_t)scope_of(&address->address);
    return row->InterfaceIndex != 0 && fits(&address->address, row->OnLinkPrefixLength);
}

/* ---- neighbours ------------------------------------------------------------------------------------ */

static enum mh_neighbor_state state_of(const MIB_IPNET_ROW2 *row, const struct mh_address *address)
{
    static const uint8_t states[] = {
        [NlnsUnreachable] = MH_NEIGHBOR_FAILED,  [NlnsIncomplete] = MH_NEIGHBOR_INCOMPLETE,
        [NlnsProbe] = MH_NEIGHBOR_PROBE,         [NlnsDelay] = MH_NEIGHBOR_DELAY,
        [NlnsStale] = MH_NEIGHBOR_STALE,         [NlnsReachable] = MH_NEIGHBOR_REACHABLE,
        [NlnsPermanent] = MH_NEIGHBOR_PERMANENT,
    };
    unsigned state = (unsigned)row->State;
    static const uint8_t all_ones[4] = {255, 255, 255, 255};
    if (mh_address_is_multicast(address) ||
        (address->family == MH_IPV4 && memcmp(address->bytes, all_ones, sizeof all_ones) == 0))
        return MH_NEIGHBOR_NO_ARP;
    return state < sizeof states ? (enum mh_neighbor_state)states[state] : MH_NEIGHBOR_NONE;
}

/* One that has not answered has an address of zeros. */
static bool is_known(const MIB_IPNET_ROW2 *row)
{
    static const uint8_t none[sizeof row->PhysicalAddress];
    return row->PhysicalAddressLength <= sizeof row->PhysicalAddress &&
           memcmp(row->PhysicalAddress, none, row->PhysicalAddressLength) != 0;
}

bool mh_windows_neighbor(const MIB_IPNET_ROW2 *row, struct mh_neighbor *neighbor)
{
    *neighbor = (struct mh_neighbor){.interface = row->InterfaceIndex,
                                     .address = mh_windows_address(&row->Address),
                                     .router = row->IsRouter != 0};
    neighbor->state = (uint8_t)state_of(row, &neighbor->address);
    if (is_known(row)) {
        neighbor->hardware_address_length = (uint8_t)row->PhysicalAddressLength;
        memcpy(neighbor->hardware_address, row->PhysicalAddress, row->PhysicalAddressLength);
    }
    return row->InterfaceIndex != 0 && neighbor->address.family != MH_FAMILY_NONE;
}

/* ---- settings -------------------------------------------------------------------------------------- */

bool mh_windows_settings(const MIB_IPINTERFACE_ROW *row, struct mh_setting settings[MH_WINDOWS_SETTINGS])
{
    const struct {
        enum mh_setting_id id;
        ULONG value;
    } values[MH_WINDOWS_SETTINGS] = {{MH_SETTING_FORWARDING, row->ForwardingEnabled != 0},
                                     {MH_SETTING_WEAK_HOST_SEND, row->WeakHostSend != 0},
                                     {MH_SETTING_WEAK_HOST_RECEIVE, row->WeakHostReceive != 0},
                                     {MH_SETTING_INTERFACE_METRIC, row->Metric},
                                     {MH_SETTING_AUTOMATIC_METRIC, row->UseAutomaticMetric != 0}};
    for (size_t i = 0; i < MH_WINDOWS_SETTINGS; i++)
        settings[i] = (struct mh_setting){.interface = row->InterfaceIndex,
                                          .value = (int32_t)(values[i].value & INT32_MAX),
                                          .family = row->Family == AF_INET ? MH_IPV4 : MH_IPV6,
                                          .id = (uint8_t)values[i].id};
    return row->InterfaceIndex != 0 && (row->Family == AF_INET || row->Family == AF_INET6);
}
