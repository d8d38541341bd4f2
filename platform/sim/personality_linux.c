/* Linux: its rules, names, errors and defaults. What is said here was compared with a 6.18 kernel in a
 * network namespace; docs/simulator.md has the list. */
#include "common/describe.h"
#include "linux.h"

/* ---- rules ----------------------------------------------------------------------------------------- */

static bool is_taken(const struct sim_host *host, enum mh_family family, uint32_t priority)
{
    const struct mh_rule *rules = sim_rules(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_RULES); i++)
        if (rules[i].family == family && rules[i].priority == priority)
            return true;
    return false;
}

static bool add_rule(struct sim_host *host, enum mh_family family, uint32_t priority, uint32_t table)
{
    const struct mh_rule rule = {.priority = priority,
                                 .table = table,
                                 .family = (uint8_t)family,
                                 .action = MH_RULE_TO_TABLE,
                                 .l3mdev = table == 0,
                                 .protocol = 2,
                                 .owner = MH_OWNER_KERNEL,
                                 .suppress_prefix_length = -1,
                                 .suppress_interface_group = -1};
    return is_taken(host, family, priority) || sim_add_rule(host, &rule);
}

static bool has_vrf(const struct sim_host *host)
{
    for (size_t i = 0; i < sim_count(host, MH_SECTION_INTERFACES); i++)
        if (sim_interfaces(host)[i].base.kind == MH_KIND_VRF)
            return true;
    return false;
}

/* IPv6 has no rule for table default. The first VRF device brings a rule for all of them. */
static bool default_rules(struct sim_host *host)
{
    bool vrf = has_vrf(host);
    return add_rule(host, MH_IPV4, 0, LINUX_TABLE_LOCAL) &&
           add_rule(host, MH_IPV4, 32766, LINUX_TABLE_MAIN) &&
           add_rule(host, MH_IPV4, 32767, LINUX_TABLE_DEFAULT) &&
           add_rule(host, MH_IPV6, 0, LINUX_TABLE_LOCAL) &&
           add_rule(host, MH_IPV6, 32766, LINUX_TABLE_MAIN) &&
           (!vrf || (add_rule(host, MH_IPV4, 1000, 0) && add_rule(host, MH_IPV6, 1000, 0)));
}

/* ---- tables ---------------------------------------------------------------------------------------- */

static const struct sim_native natives[] = {
    {"EPERM", 1, MH_PERMISSION},
    {"ENOENT", 2, MH_NOT_FOUND},
    {"ESRCH", 3, MH_NOT_FOUND},
    {"EIO", 5, MH_IO},
    {"EAGAIN", 11, MH_BUSY},
    {"ENOMEM", 12, MH_NO_MEMORY},
    {"EACCES", 13, MH_PERMISSION},
    {"EBUSY", 16, MH_BUSY},
    {"EEXIST", 17, MH_EXISTS},
    {"ENODEV", 19, MH_NOT_FOUND},
    {"EINVAL", 22, MH_INVALID},
    {"ENOSPC", 28, MH_LIMIT},
    {"EOPNOTSUPP", 95, MH_UNSUPPORTED},
    {"EADDRNOTAVAIL", 99, MH_NOT_FOUND},
    {"ENETDOWN", 100, MH_UNREACHABLE},
    {"ENETUNREACH", 101, MH_UNREACHABLE},
    {"ENOBUFS", 105, MH_NO_MEMORY},
    {"ETIMEDOUT", 110, MH_TIMEOUT},
    {"EHOSTUNREACH", 113, MH_UNREACHABLE},
    {NULL, 0, MH_OK},
};

static const struct sim_word tables[] = {
    {LINUX_TABLE_DEFAULT, "default", MH_OWNER_UNKNOWN},
    {LINUX_TABLE_MAIN, "main", MH_OWNER_UNKNOWN},
    {LINUX_TABLE_LOCAL, "local", MH_OWNER_UNKNOWN},
    {0, NULL, MH_OWNER_UNKNOWN},
};

/* rtnetlink(7) and iproute2's rt_protos. */
static const struct sim_word protocols[] = {
    {0, "unspec", MH_OWNER_UNKNOWN},
    {1, "redirect", MH_OWNER_KERNEL},
    {2, "kernel", MH_OWNER_KERNEL},
    {3, "boot", MH_OWNER_STATIC},
    {4, "static", MH_OWNER_STATIC},
    {8, "gated", MH_OWNER_MANAGER},
    {9, "ra", MH_OWNER_RA},
    {10, "mrt", MH_OWNER_MANAGER},
    {11, "zebra", MH_OWNER_MANAGER},
    {12, "bird", MH_OWNER_MANAGER},
    {16, "dhcp", MH_OWNER_DHCP},
    {17, "mrouted", MH_OWNER_MANAGER},
    {18, "keepalived", MH_OWNER_MANAGER},
    {42, "babel", MH_OWNER_MANAGER},
    {157, "multihomed", MH_OWNER_MULTIHOMED},
    {186, "bgp", MH_OWNER_MANAGER},
    {187, "isis", MH_OWNER_MANAGER},
    {188, "ospf", MH_OWNER_MANAGER},
    {189, "rip", MH_OWNER_MANAGER},
    {192, "eigrp", MH_OWNER_MANAGER},
    {0, NULL, MH_OWNER_UNKNOWN},
};

enum { EVERYWHERE = SIM_HOST_WIDE | SIM_DEFAULT | SIM_PER_INTERFACE };

/* A new namespace of a plain kernel; distributions change rp_filter and others. */
static const struct sim_setting_row settings[] = {
    {MH_SETTING_FORWARDING, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_ARP_IGNORE, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_ARP_ANNOUNCE, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_ARP_FILTER, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_ARP_ACCEPT, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_ARP_NOTIFY, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_RP_FILTER, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_PROXY_ARP, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_PROXY_ARP_PVLAN, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_ACCEPT_LOCAL, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_ROUTE_LOCALNET, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_PROMOTE_SECONDARIES, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_SRC_VALID_MARK, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_IGNORE_ROUTES_WITH_LINKDOWN, MH_IPV4, 0, EVERYWHERE, 0},
    {MH_SETTING_FORWARDING, MH_IPV6, 0, EVERYWHERE, 0},
    {MH_SETTING_IGNORE_ROUTES_WITH_LINKDOWN, MH_IPV6, 0, EVERYWHERE, 0},
    {MH_SETTING_PROXY_NDP, MH_IPV6, 0, EVERYWHERE, 0},
    {MH_SETTING_ACCEPT_RA, MH_IPV6, 1, EVERYWHERE, 0},
    {MH_SETTING_ACCEPT_RA_DEFRTR, MH_IPV6, 1, EVERYWHERE, 0},
    {MH_SETTING_AUTOCONF, MH_IPV6, 1, EVERYWHERE, 0},
    {MH_SETTING_USE_TEMPADDR, MH_IPV6, 0, EVERYWHERE, -1},
    {MH_SETTING_DISABLE_IPV6, MH_IPV6, 0, EVERYWHERE, 0},
    {MH_SETTING_USE_OPTIMISTIC, MH_IPV6, 0, EVERYWHERE, 0},
    {MH_SETTING_USE_OIF_ADDRS_ONLY, MH_IPV6, 0, EVERYWHERE, 0},
    {MH_SETTING_FIB_MULTIPATH_HASH_POLICY, MH_IPV4, 0, SIM_HOST_WIDE, 0},
    {MH_SETTING_FIB_MULTIPATH_HASH_POLICY, MH_IPV6, 0, SIM_HOST_WIDE, 0},
    {MH_SETTING_STRONG_RECEIVE, MH_IPV4, 0, SIM_PER_INTERFACE, 0},
    {MH_SETTING_STRONG_RECEIVE, MH_IPV6, 0, SIM_PER_INTERFACE, 0},
    {MH_SETTING_REVERSE_FILTER, MH_IPV6, 0, SIM_PER_INTERFACE, 0},
    {MH_SETTING_OWN_TABLE, MH_IPV4, MH_OWN_TABLE_USABLE, SIM_HOST_WIDE, 0},
    {MH_SETTING_COUNT, MH_FAMILY_NONE, 0, 0, 0},
};

const struct sim_personality sim_linux = {
    .word = "linux",
    .title = "Linux",
    .dialect = MH_DIALECT_LINUX,
    .natives = natives,
    .tables = tables,
    .protocols = protocols,
    .settings = settings,
    .troubles =
        {
            [SIM_ADDRESS_EXISTS] = "EEXIST",
            [SIM_NO_ADDRESS] = "EADDRNOTAVAIL",
            [SIM_ADDRESS_INVALID] = "EADDRNOTAVAIL",
            [SIM_ROUTE_EXISTS] = "EEXIST",
            [SIM_NO_ROUTE] = "ESRCH",
            [SIM_NO_WAY_IPV4] = "ENETUNREACH",
            [SIM_NO_WAY_IPV6] = "EHOSTUNREACH",
            [SIM_INTERFACE_DOWN] = "ENETDOWN",
            [SIM_NO_INTERFACE] = "ENODEV",
            [SIM_RULE_EXISTS] = "EEXIST",
            [SIM_NO_RULE] = "ENOENT",
            [SIM_NEIGHBOR_EXISTS] = "EEXIST",
            [SIM_NO_NEIGHBOR] = "ENOENT",
            [SIM_LABEL_EXISTS] = "EEXIST",
            [SIM_NO_LABEL] = "ESRCH",
            [SIM_MAC_INVALID] = "EADDRNOTAVAIL",
            [SIM_ARGUMENT_INVALID] = "EINVAL",
        },
    .loopback_name = "lo",
    .loopback_index = 1,
    .loopback_mtu = 65536,
    .loopback_has_mac = true,
    .first_index = 2,
    .main_table = LINUX_TABLE_MAIN,
    .metric_ipv6 = 1024,
    .static_protocol = 4,
    .route_key = SIM_KEY_METRIC | SIM_KEY_TOS,
    .replace_creates = true,
    .changes_set_metric = true,
    .down_takes_routes = true,
    .domains_are_interfaces = true,
    .has_rules = true,
    .ends_at_loopback = true,
    .has_labels = true,
    .has_first_labels = true,
    .names_kinds = true,
    .newest_first = true,
    .proxy_twice = true,
    .flags_ipv4 = MH_ADDRESS_DEPRECATED,
    .flags_ipv6 = MH_ADDRESS_DEPRECATED | MH_ADDRESS_NO_PREFIX_ROUTE | MH_ADDRESS_HOME,
    .derive = sim_linux_derive,
    .default_rules = default_rules,
    .add_address = sim_linux_add_address,
    .remove_address = sim_linux_remove_address,
    .describe = mh_describe_linux,
    .setting_written = sim_linux_setting_written,
};
