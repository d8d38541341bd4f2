/* Windows. Taken from Microsoft's documentation (netioapi.h, "route print", automatic metric); not compared
 * with a running system. It has no routing tables and no rules: everything is in table 0. */
#include "common/describe.h"
#include "derive.h"

enum { ON_LINK_METRIC = 256, PROTOCOL_LOCAL = 2, PROTOCOL_NETWORK_MANAGEMENT = 3 };

/* ---- connected routes ------------------------------------------------------------------------------ */

static bool emit(const struct sim_source *source, struct mh_prefix destination, enum mh_route_type type)
{
    bool is_local = type == MH_ROUTE_LOCAL || sim_is_loopback(source->interface);
    enum mh_route_scope scope = is_local ? MH_ROUTE_SCOPE_HOST : MH_ROUTE_SCOPE_LINK;
    struct mh_route route =
        sim_kernel_route(destination, type, scope, source->interface->table, ON_LINK_METRIC);
    route.protocol = PROTOCOL_LOCAL;
    return sim_emit(source, &route, source->interface->base.index,
                    source->interface->base.carrier ? 0 : MH_NEXT_HOP_LINK_DOWN);
}

static bool emit_subnet(const struct sim_source *source, const struct mh_prefix *subnet)
{
    enum mh_route_type type = sim_is_loopback(source->interface) ? MH_ROUTE_LOCAL : MH_ROUTE_UNICAST;
    if (sim_is_host_prefix(subnet))
        return true;
    if (!emit(source, *subnet, type))
        return false;
    if (subnet->address.family != MH_IPV4 || subnet->length >= 31)
        return true;
    struct mh_address last = sim_broadcast(subnet);
    return emit(source, sim_host_prefix(&last), MH_ROUTE_BROADCAST);
}

static bool derive_address(const struct sim_source *source)
{
    static const struct mh_prefix multicast_ipv4 = {{MH_IPV4, {224}}, 4};
    static const struct mh_prefix multicast_ipv6 = {{MH_IPV6, {0xff}}, 8};
    static const struct mh_prefix limited = {{MH_IPV4, {255, 255, 255, 255}}, 32};
    const struct mh_address *address = &source->address->address;
    if (!source->interface->base.up)
        return true;
    struct mh_prefix subnet = sim_subnet(source->address);
    if (!emit_subnet(source, &subnet) || !emit(source, sim_host_prefix(address), MH_ROUTE_LOCAL))
        return false;
    if (address->family == MH_IPV6)
        return emit(source, multicast_ipv6, MH_ROUTE_MULTICAST);
    return emit(source, multicast_ipv4, MH_ROUTE_MULTICAST) && emit(source, limited, MH_ROUTE_BROADCAST);
}

static bool derive(const struct sim_host *host, struct mh_list **routes)
{
    size_t second;
    return sim_for_addresses(host, routes, derive_address) && sim_routes_unique(routes, &second);
}

/* ---- tables ---------------------------------------------------------------------------------------- */

/* winerror.h */
static const struct sim_native natives[] = {
    {"ERROR_FILE_NOT_FOUND", 2, MH_NOT_FOUND},
    {"ERROR_ACCESS_DENIED", 5, MH_PERMISSION},
    {"ERROR_NOT_ENOUGH_MEMORY", 8, MH_NO_MEMORY},
    {"ERROR_GEN_FAILURE", 31, MH_IO},
    {"ERROR_NOT_SUPPORTED", 50, MH_UNSUPPORTED},
    {"ERROR_INVALID_PARAMETER", 87, MH_INVALID},
    {"ERROR_BUSY", 170, MH_BUSY},
    {"ERROR_NOT_FOUND", 1168, MH_NOT_FOUND},
    {"ERROR_NETWORK_UNREACHABLE", 1231, MH_UNREACHABLE},
    {"ERROR_HOST_UNREACHABLE", 1232, MH_UNREACHABLE},
    {"ERROR_NO_SYSTEM_RESOURCES", 1450, MH_NO_MEMORY},
    {"ERROR_TIMEOUT", 1460, MH_TIMEOUT},
    {"ERROR_OBJECT_ALREADY_EXISTS", 5010, MH_EXISTS},
    {NULL, 0, MH_OK},
};

static const struct sim_word no_tables[] = {{0, NULL, MH_OWNER_UNKNOWN}};

/* NL_ROUTE_PROTOCOL of nldef.h */
static const struct sim_word protocols[] = {
    {1, "other", MH_OWNER_UNKNOWN}, {2, "local", MH_OWNER_KERNEL}, {3, "netmgmt", MH_OWNER_STATIC},
    {4, "icmp", MH_OWNER_KERNEL},   {8, "rip", MH_OWNER_MANAGER},  {13, "ospf", MH_OWNER_MANAGER},
    {14, "bgp", MH_OWNER_MANAGER},  {19, "dhcp", MH_OWNER_DHCP},   {0, NULL, MH_OWNER_UNKNOWN},
};

/* 25 is the automatic metric of a gigabit link, the usual one; 75 the loopback interface's. */
static const struct sim_setting_row settings[] = {
    {MH_SETTING_FORWARDING, MH_IPV4, 0, SIM_PER_INTERFACE, 0},
    {MH_SETTING_WEAK_HOST_SEND, MH_IPV4, 0, SIM_PER_INTERFACE, 0},
    {MH_SETTING_WEAK_HOST_RECEIVE, MH_IPV4, 0, SIM_PER_INTERFACE, 0},
    {MH_SETTING_INTERFACE_METRIC, MH_IPV4, 25, SIM_PER_INTERFACE, 50},
    {MH_SETTING_AUTOMATIC_METRIC, MH_IPV4, 1, SIM_PER_INTERFACE, 0},
    {MH_SETTING_FORWARDING, MH_IPV6, 0, SIM_PER_INTERFACE, 0},
    {MH_SETTING_WEAK_HOST_SEND, MH_IPV6, 0, SIM_PER_INTERFACE, 0},
    {MH_SETTING_WEAK_HOST_RECEIVE, MH_IPV6, 0, SIM_PER_INTERFACE, 0},
    {MH_SETTING_INTERFACE_METRIC, MH_IPV6, 25, SIM_PER_INTERFACE, 50},
    {MH_SETTING_AUTOMATIC_METRIC, MH_IPV6, 1, SIM_PER_INTERFACE, 0},
    {MH_SETTING_COUNT, MH_FAMILY_NONE, 0, 0, 0},
};

const struct sim_personality sim_windows = {
    .word = "windows",
    .title = "Windows",
    .dialect = MH_DIALECT_WINDOWS,
    .natives = natives,
    .tables = no_tables,
    .protocols = protocols,
    .settings = settings,
    .troubles =
        {
            [SIM_ADDRESS_EXISTS] = "ERROR_OBJECT_ALREADY_EXISTS",
            [SIM_NO_ADDRESS] = "ERROR_NOT_FOUND",
            [SIM_ADDRESS_INVALID] = "ERROR_INVALID_PARAMETER",
            [SIM_ROUTE_EXISTS] = "ERROR_OBJECT_ALREADY_EXISTS",
            [SIM_NO_ROUTE] = "ERROR_NOT_FOUND",
            [SIM_NO_WAY_IPV4] = "ERROR_INVALID_PARAMETER",
            [SIM_NO_WAY_IPV6] = "ERROR_INVALID_PARAMETER",
            [SIM_INTERFACE_DOWN] = "ERROR_NOT_FOUND",
            [SIM_NO_INTERFACE] = "ERROR_NOT_FOUND",
            [SIM_RULE_EXISTS] = "ERROR_NOT_SUPPORTED",
            [SIM_NO_RULE] = "ERROR_NOT_SUPPORTED",
            [SIM_NEIGHBOR_EXISTS] = "ERROR_OBJECT_ALREADY_EXISTS",
            [SIM_NO_NEIGHBOR] = "ERROR_NOT_FOUND",
            [SIM_MAC_INVALID] = "ERROR_INVALID_PARAMETER",
            [SIM_ARGUMENT_INVALID] = "ERROR_INVALID_PARAMETER",
        },
    .loopback_name = "Loopback Pseudo-Interface 1",
    .loopback_index = 1,
    .loopback_mtu = UINT32_MAX,
    .first_index = 2,
    .metric_ipv4 = ON_LINK_METRIC,
    .metric_ipv6 = ON_LINK_METRIC,
    .static_protocol = PROTOCOL_NETWORK_MANAGEMENT,
    .route_key = SIM_KEY_NEXT_HOPS,
    .replaces_exactly = true,
    .metric_zero = true,
    .down_takes_routes = true,
    .flags_ipv4 = MH_ADDRESS_SKIP_AS_SOURCE | MH_ADDRESS_DEPRECATED,
    .flags_ipv6 = MH_ADDRESS_SKIP_AS_SOURCE | MH_ADDRESS_DEPRECATED,
    .no_mac_reason = "Windows takes an adapter's address from its driver, at the adapter's start",
    .derive = derive,
    .has_labels = true,
    .has_first_labels = true,
    .add_address = sim_plain_add_address,
    .describe = mh_describe_windows,
    .remove_address = sim_plain_remove_address,
};
