/* FreeBSD, NetBSD and OpenBSD. Taken from their manuals (route(4), route(8), ifconfig(8), inet(4), ip(4));
 * not compared with running kernels. One routing table is called 0: a FIB on FreeBSD, an rtable on OpenBSD.
 */
#include "common/describe.h"
#include "derive.h"

/* ---- connected routes ------------------------------------------------------------------------------ */

enum { OPENBSD_PRIORITY_LOCAL = 1, OPENBSD_PRIORITY_CONNECTED = 4, OPENBSD_PRIORITY_STATIC = 8 };

static uint8_t link_flags(const struct sim_interface *interface)
{
    return interface->base.up && interface->base.carrier ? 0 : MH_NEXT_HOP_LINK_DOWN;
}

static bool emit(const struct sim_source *source, struct mh_prefix destination, enum mh_route_type type,
                 uint32_t metric, uint32_t interface)
{
    enum mh_route_scope scope = type == MH_ROUTE_LOCAL ? MH_ROUTE_SCOPE_HOST : MH_ROUTE_SCOPE_LINK;
    struct mh_route route = sim_kernel_route(destination, type, scope, source->interface->table, metric);
    route.preferred_source = source->address->address;
    return sim_emit(source, &route, interface, type == MH_ROUTE_LOCAL ? 0 : link_flags(source->interface));
}

/* A subnet's route belongs to the first address that has it, whatever the interface; others take over when it
 * goes. */
static bool is_emitted(const struct sim_source *source, const struct mh_prefix *prefix)
{
    const struct sim_route *routes = mh_list_items(*source->routes);
    for (size_t i = 0; i < mh_list_count(*source->routes); i++)
        if (routes[i].route.type == MH_ROUTE_UNICAST && routes[i].route.table == source->interface->table &&
            mh_prefix_equal(&routes[i].route.destination, prefix))
            return true;
    return false;
}

/* FreeBSD and NetBSD: a host route by the loopback interface, and one route for a subnet. */
static bool derive_free_address(const struct sim_source *source)
{
    const struct mh_interface_address *address = source->address;
    const struct sim_interface *loopback = sim_loopback(source->host);
    const struct sim_interface *by = loopback != NULL ? loopback : source->interface;
    if (!emit(source, sim_host_prefix(&address->address), MH_ROUTE_LOCAL, 0, by->base.index))
        return false;
    struct mh_prefix subnet = sim_subnet(address);
    bool is_alone = sim_is_host_prefix(&subnet) && mh_address_equal(&subnet.address, &address->address);
    if (!source->interface->base.up || is_alone || sim_is_loopback(source->interface) ||
        is_emitted(source, &subnet))
        return true;
    return emit(source, subnet, MH_ROUTE_UNICAST, 0, source->interface->base.index);
}

static bool derive_free(const struct sim_host *host, struct mh_list **routes)
{
    size_t second;
    return sim_for_addresses(host, routes, derive_free_address) && sim_routes_unique(routes, &second);
}

/* OpenBSD: local, connected and broadcast routes by the interface itself, told apart by priority. */
static bool derive_open_address(const struct sim_source *source)
{
    const struct mh_interface_address *address = source->address;
    uint32_t interface = source->interface->base.index;
    if (!emit(source, sim_host_prefix(&address->address), MH_ROUTE_LOCAL, OPENBSD_PRIORITY_LOCAL, interface))
        return false;
    struct mh_prefix subnet = sim_subnet(address);
    bool is_alone = sim_is_host_prefix(&subnet) && mh_address_equal(&subnet.address, &address->address);
    if (!source->interface->base.up || is_alone || sim_is_loopback(source->interface))
        return true;
    if (!emit(source, subnet, MH_ROUTE_UNICAST, OPENBSD_PRIORITY_CONNECTED, interface))
        return false;
    if (address->address.family != MH_IPV4 || subnet.length >= 31)
        return true;
    struct mh_address last = sim_broadcast(&subnet);
    return emit(source, sim_host_prefix(&last), MH_ROUTE_BROADCAST, OPENBSD_PRIORITY_LOCAL, interface);
}

static bool derive_open(const struct sim_host *host, struct mh_list **routes)
{
    size_t second;
    return sim_for_addresses(host, routes, derive_open_address) && sim_routes_unique(routes, &second);
}

/* ---- tables ---------------------------------------------------------------------------------------- */

/* errno(2): the three have the same numbers for these. */
const struct sim_native sim_bsd_natives[] = {
    {"EPERM", 1, MH_PERMISSION},
    {"ENOENT", 2, MH_NOT_FOUND},
    {"ESRCH", 3, MH_NOT_FOUND},
    {"EIO", 5, MH_IO},
    {"ENXIO", 6, MH_NOT_FOUND},
    {"ENOMEM", 12, MH_NO_MEMORY},
    {"EACCES", 13, MH_PERMISSION},
    {"EBUSY", 16, MH_BUSY},
    {"EEXIST", 17, MH_EXISTS},
    {"ENODEV", 19, MH_NOT_FOUND},
    {"EINVAL", 22, MH_INVALID},
    {"ENOSPC", 28, MH_LIMIT},
    {"EAGAIN", 35, MH_BUSY},
    {"EOPNOTSUPP", 45, MH_UNSUPPORTED},
    {"EADDRNOTAVAIL", 49, MH_NOT_FOUND},
    {"ENETDOWN", 50, MH_UNREACHABLE},
    {"ENETUNREACH", 51, MH_UNREACHABLE},
    {"ENOBUFS", 55, MH_NO_MEMORY},
    {"ETIMEDOUT", 60, MH_TIMEOUT},
    {"EHOSTUNREACH", 65, MH_UNREACHABLE},
    {NULL, 0, MH_OK},
};

static const struct sim_word no_tables[] = {{0, NULL, MH_OWNER_UNKNOWN}};

/* What the flags RTF_DYNAMIC, RTF_CONNECTED or RTF_LOCAL, and RTF_STATIC say; FreeBSD's netlink(4) has these
 * numbers. */
static const struct sim_word protocols[] = {
    {0, "unspec", MH_OWNER_UNKNOWN},
    {1, "redirect", MH_OWNER_KERNEL},
    {2, "kernel", MH_OWNER_KERNEL},
    {4, "static", MH_OWNER_STATIC},
    {9, "ra", MH_OWNER_RA},
    {16, "dhcp", MH_OWNER_DHCP},
    {157, "multihomed", MH_OWNER_MULTIHOMED},
    {0, NULL, MH_OWNER_UNKNOWN},
};

#define END_OF_SETTINGS                                                                                      \
    {                                                                                                        \
        MH_SETTING_COUNT, MH_FAMILY_NONE, 0, 0, 0                                                            \
    }

static const struct sim_setting_row freebsd_settings[] = {
    {MH_SETTING_FORWARDING, MH_IPV4, 0, SIM_HOST_WIDE, 0}, /* net.inet.ip.forwarding */
    {MH_SETTING_PROXY_ARP, MH_IPV4, 0, SIM_HOST_WIDE, 0},  /* net.link.ether.inet.proxyall */
    {MH_SETTING_STRONG_END_SYSTEM, MH_IPV4, 0, SIM_HOST_WIDE, 0},
    {MH_SETTING_FORWARDING, MH_IPV6, 0, SIM_HOST_WIDE, 0},                  /* net.inet6.ip6.forwarding */
    {MH_SETTING_USE_TEMPADDR, MH_IPV6, 0, SIM_HOST_WIDE, 0},                /* net.inet6.ip6.use_tempaddr */
    {MH_SETTING_OWN_TABLE, MH_IPV4, MH_OWN_TABLE_USABLE, SIM_HOST_WIDE, 0}, /* pf's anchor */
    END_OF_SETTINGS,
};

static const struct sim_setting_row freebsd_13_settings[] = {
    {MH_SETTING_FORWARDING, MH_IPV4, 0, SIM_HOST_WIDE, 0},
    {MH_SETTING_PROXY_ARP, MH_IPV4, 0, SIM_HOST_WIDE, 0},
    {MH_SETTING_CHECK_INTERFACE, MH_IPV4, 0, SIM_HOST_WIDE, 0}, /* net.inet.ip.check_interface */
    {MH_SETTING_FORWARDING, MH_IPV6, 0, SIM_HOST_WIDE, 0},
    {MH_SETTING_USE_TEMPADDR, MH_IPV6, 0, SIM_HOST_WIDE, 0},
    {MH_SETTING_OWN_TABLE, MH_IPV4, MH_OWN_TABLE_USABLE, SIM_HOST_WIDE, 0}, /* pf's anchor */
    END_OF_SETTINGS,
};

static const struct sim_setting_row netbsd_settings[] = {
    {MH_SETTING_FORWARDING, MH_IPV4, 0, SIM_HOST_WIDE, 0},
    {MH_SETTING_CHECK_INTERFACE, MH_IPV4, 0, SIM_HOST_WIDE, 0}, /* net.inet.ip.checkinterface */
    {MH_SETTING_FORWARDING, MH_IPV6, 0, SIM_HOST_WIDE, 0},
    END_OF_SETTINGS,
};

static const struct sim_setting_row openbsd_settings[] = {
    {MH_SETTING_FORWARDING, MH_IPV4, 0, SIM_HOST_WIDE, 0},
    {MH_SETTING_FORWARDING, MH_IPV6, 0, SIM_HOST_WIDE, 0},
    {MH_SETTING_OWN_TABLE, MH_IPV4, MH_OWN_TABLE_USABLE, SIM_HOST_WIDE, 0}, /* pf's anchor */
    END_OF_SETTINGS,
};

#define BSD_TROUBLES                                                                                         \
    {                                                                                                        \
        [SIM_ADDRESS_EXISTS] = "EEXIST", [SIM_NO_ADDRESS] = "EADDRNOTAVAIL",                                 \
        [SIM_ADDRESS_INVALID] = "EINVAL", [SIM_ROUTE_EXISTS] = "EEXIST", [SIM_NO_ROUTE] = "ESRCH",           \
        [SIM_NO_WAY_IPV4] = "ENETUNREACH", [SIM_NO_WAY_IPV6] = "ENETUNREACH",                                \
        [SIM_INTERFACE_DOWN] = "ENETDOWN", [SIM_NO_INTERFACE] = "ENXIO", [SIM_RULE_EXISTS] = "EEXIST",       \
        [SIM_NO_RULE] = "ESRCH", [SIM_LABEL_EXISTS] = "EEXIST", [SIM_NO_LABEL] = "ESRCH",                    \
        [SIM_NEIGHBOR_EXISTS] = "EEXIST", [SIM_NO_NEIGHBOR] = "ESRCH", [SIM_MAC_INVALID] = "EINVAL",         \
        [SIM_ARGUMENT_INVALID] = "EINVAL",                                                                   \
    }

#define BSD_COMMON                                                                                           \
    .natives = sim_bsd_natives, .tables = no_tables, .protocols = protocols, .troubles = BSD_TROUBLES,       \
    .loopback_name = "lo0", .first_index = 1, .static_protocol = 4, .flags_ipv6 = MH_ADDRESS_DEPRECATED,     \
    .add_address = sim_plain_add_address, .remove_address = sim_plain_remove_address,                        \
    .fills_in_source = true

/* 13 and later hold several routes to one destination (net.route.multipath). */
const struct sim_personality sim_freebsd = {
    .describe = mh_describe_freebsd,
    BSD_COMMON,
    .word = "freebsd",
    .title = "FreeBSD",
    .dialect = MH_DIALECT_FREEBSD,
    .settings = freebsd_settings,
    .loopback_mtu = 16384,
    .route_key = SIM_KEY_NEXT_HOPS,
    .has_rules = true,
    .rules_by_filter = true,
    .has_labels = true,
    .keeps_ipv6_routes = true,
    .derive = derive_free,
};

const struct sim_personality sim_freebsd_13 = {
    .describe = mh_describe_freebsd,
    BSD_COMMON,
    .word = "freebsd",
    .title = "FreeBSD",
    .dialect = MH_DIALECT_FREEBSD,
    .settings = freebsd_13_settings,
    .loopback_mtu = 16384,
    .route_key = SIM_KEY_NEXT_HOPS,
    .has_rules = true,
    .rules_by_filter = true,
    .has_labels = true,
    .keeps_ipv6_routes = true,
    .derive = derive_free,
};

const struct sim_personality sim_netbsd = {
    .describe = mh_describe_netbsd,
    BSD_COMMON,
    .word = "netbsd",
    .title = "NetBSD",
    .dialect = MH_DIALECT_NETBSD,
    .settings = netbsd_settings,
    .loopback_mtu = 33176,
    .has_labels = true,
    .keeps_ipv4_routes = true,
    .keeps_ipv6_routes = true,
    .derive = derive_free,
};

const struct sim_personality sim_openbsd = {
    .describe = mh_describe_openbsd,
    BSD_COMMON,
    .word = "openbsd",
    .title = "OpenBSD",
    .dialect = MH_DIALECT_OPENBSD,
    .settings = openbsd_settings,
    .loopback_mtu = 32768,
    .metric_ipv4 = OPENBSD_PRIORITY_STATIC,
    .metric_ipv6 = OPENBSD_PRIORITY_STATIC,
    .route_key = SIM_KEY_METRIC,
    .has_rules = true,
    .rules_by_filter = true,
    .has_table_source = true,
    .derive = derive_open,
};
