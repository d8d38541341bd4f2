#include "windows/act_rows.h"

/* nldef.h: how a route came about. Rows that are made by hand have this one. */
enum { NET_MANAGEMENT = 3 };

/* ---- addresses ------------------------------------------------------------------------------------- */

/* Link-local addresses are of one link. */
static void put_address(const struct mh_address *address, uint32_t interface, SOCKADDR_INET *out)
{
    mh_windows_socket_address(address, mh_address_is_link_local(address) ? interface : 0, out);
}

void mh_windows_key_unicast(const struct mh_interface_address *address, MIB_UNICASTIPADDRESS_ROW *row)
{
    row->InterfaceLuid.Value = 0; /* by its index */
    row->InterfaceIndex = address->interface;
    put_address(&address->address, address->interface, &row->Address);
}

void mh_windows_fill_unicast(const struct mh_interface_address *address, MIB_UNICASTIPADDRESS_ROW *row)
{
    mh_windows_key_unicast(address, row);
    row->OnLinkPrefixLength = address->prefix_length;
    row->ValidLifetime = address->valid_lifetime;
    row->PreferredLifetime = address->flags & MH_ADDRESS_DEPRECATED ? 0 : address->preferred_lifetime;
    row->SkipAsSource = (address->flags & MH_ADDRESS_SKIP_AS_SOURCE) != 0;
}

void mh_windows_flag_unicast(const struct mh_interface_address *address, MIB_UNICASTIPADDRESS_ROW *row)
{
    bool deprecates = (address->flags & MH_ADDRESS_DEPRECATED) != 0;
    row->SkipAsSource = (address->flags & MH_ADDRESS_SKIP_AS_SOURCE) != 0;
    if (deprecates != (row->PreferredLifetime == 0))
        row->PreferredLifetime = deprecates ? 0 : row->ValidLifetime;
}

/* ---- routes ---------------------------------------------------------------------------------------- */

const char *mh_windows_why_no_route(const struct mh_route *route)
{
    if (route->table != 0)
        return "Windows has one routing table";
    if (route->type != MH_ROUTE_UNICAST && route->type != MH_ROUTE_UNSPECIFIED)
        return "a route of Windows has a next hop";
    if (route->next_hop_count != 1 || route->next_hop_id != 0)
        return "a route of Windows has one next hop";
    if (route->preferred_source.family != MH_FAMILY_NONE)
        return "a route of Windows names no source";
    if (route->tos != 0 || route->source.length != 0)
        return "a route of Windows is for all sources and services";
    if (route->next_hops[0].gateway.family != MH_FAMILY_NONE &&
        route->next_hops[0].gateway.family != route->destination.address.family)
        return "a gateway of Windows is of the route's family";
    return NULL;
}

void mh_windows_key_route(const struct mh_route *route, MIB_IPFORWARD_ROW2 *row)
{
    const struct mh_next_hop *hop = &route->next_hops[0];
    const struct mh_address on_link = {.family = route->destination.address.family};
    row->InterfaceLuid.Value = 0;
    row->InterfaceIndex = hop->interface;
    row->DestinationPrefix.PrefixLength = route->destination.length;
    put_address(&route->destination.address, hop->interface, &row->DestinationPrefix.Prefix);
    put_address(hop->gateway.family == MH_FAMILY_NONE ? &on_link : &hop->gateway, hop->interface,
                &row->NextHop);
}

void mh_windows_fill_route(const struct mh_route *route, MIB_IPFORWARD_ROW2 *row)
{
    mh_windows_key_route(route, row);
    row->SitePrefixLength = 0;
    row->Metric = route->metric;
    row->Protocol = (NL_ROUTE_PROTOCOL)NET_MANAGEMENT;
}

/* ---- settings -------------------------------------------------------------------------------------- */

bool mh_windows_has_setting(const struct mh_setting *setting)
{
    return setting->interface != MH_SETTING_ALL && setting->interface != MH_SETTING_DEFAULT &&
           (setting->id == MH_SETTING_FORWARDING || setting->id == MH_SETTING_WEAK_HOST_SEND ||
            setting->id == MH_SETTING_WEAK_HOST_RECEIVE || setting->id == MH_SETTING_INTERFACE_METRIC ||
            setting->id == MH_SETTING_AUTOMATIC_METRIC);
}

void mh_windows_key_interface(const struct mh_setting *setting, MIB_IPINTERFACE_ROW *row)
{
    row->Family = setting->family == MH_IPV4 ? AF_INET : AF_INET6;
    row->InterfaceLuid.Value = 0;
    row->InterfaceIndex = setting->interface;
}

void mh_windows_change_interface(const struct mh_setting *setting, MIB_IPINTERFACE_ROW *row)
{
    BOOLEAN is_on = setting->value != 0;
    if (row->Family == AF_INET)
        row->SitePrefixLength = 0; /* what was read is refused (SetIpInterfaceEntry, remarks) */
    switch (setting->id) {
    case MH_SETTING_FORWARDING:
        row->ForwardingEnabled = is_on;
        break;
    case MH_SETTING_WEAK_HOST_SEND:
        row->WeakHostSend = is_on;
        break;
    case MH_SETTING_WEAK_HOST_RECEIVE:
        row->WeakHostReceive = is_on;
        break;
    case MH_SETTING_AUTOMATIC_METRIC:
        row->UseAutomaticMetric = is_on;
        break;
    default:
        row->Metric = (ULONG)setting->value;
        break;
    }
}
