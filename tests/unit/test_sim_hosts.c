/* The simulator's examples, and what each system adds to a host file. */
#include "test_sim.h"

enum { MAIN = 254 };

/* ---- examples -------------------------------------------------------------------------------------- */

struct example {
    const char *name, *system;
    size_t interfaces, addresses, routes, rules, neighbors;
};

static void check_example(const struct example *expected)
{
    struct sim_test test;
    struct mh_snapshot snapshot;
    struct mh_identity identity;
    sim_test_open_example(&test, expected->name);
    mh_host_snapshot(test.host, &snapshot);
    mh_backend_sim.identity(test.platform, &identity);
    assert_string_equal(identity.backend, "sim");
    assert_string_equal(identity.system, expected->system);
    assert_int_equal(snapshot.interface_count, expected->interfaces);
    assert_int_equal(snapshot.address_count, expected->addresses);
    assert_int_equal(mh_route_table_count(test.routes), expected->routes);
    assert_int_equal(snapshot.rule_count, expected->rules);
    assert_int_equal(snapshot.neighbor_count, expected->neighbors);
    mh_snapshot_clear(&snapshot);
    sim_test_close(&test);
}

static void every_example_loads(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"single-homed", "Linux (simulated)", 2, 5, 14, 5, 2},
        {"multiple-logical-networks", "Linux (simulated)", 2, 4, 11, 5, 2},
        {"logical-hosts-one-interface", "Linux (simulated)", 2, 4, 9, 5, 1},
        {"logical-hosts-two-interfaces", "Linux (simulated)", 3, 6, 18, 5, 2},
        {"simple-multihoming", "Linux (simulated)", 3, 6, 21, 6, 2},
        {"container-host", "Linux (simulated)", 9, 7, 20, 5, 2},
        {"bond-and-vlans", "Linux (simulated)", 7, 5, 14, 5, 1},
        {"vrf", "Linux (simulated)", 5, 5, 16, 7, 0},
        {"loopback-anycast", "Linux (simulated)", 2, 6, 14, 5, 1},
        {"two-isps-same-subnet", "Linux (simulated)", 3, 4, 12, 5, 2},
        {"no-address", "Linux (simulated)", 3, 2, 4, 5, 0},
        {"ipv6-many", "Linux (simulated)", 2, 10, 23, 5, 2},
        {"freebsd", "FreeBSD 14.1 (simulated)", 3, 6, 10, 0, 1},
        {"netbsd", "NetBSD 10.0 (simulated)", 3, 6, 10, 0, 1},
        {"openbsd", "OpenBSD 7.5 (simulated)", 3, 6, 14, 0, 1},
        {"windows", "Windows Server 2022 (simulated)", 3, 6, 25, 0, 1},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_example(&examples[i]);
}

/* ---- Linux ----------------------------------------------------------------------------------------- */

/* The same as `ip -4 route show table all` of a 6.18 kernel with these addresses. */
static void linux_makes_connected_routes(void **state)
{
    (void)state;
    struct sim_test test;
    static struct sim_test_text text;
    sim_test_open_text(&test, "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\n"
                              "\"192.0.2.1/24\", \"192.0.2.2/24\", \"192.0.2.3/25\", \"198.51.100.1/32\",\n"
                              "\"203.0.113.0/31\", {\"address\": \"10.0.0.1/32\", \"peer\": \"10.0.0.2\"},\n"
                              "{\"address\": \"10.1.0.1/24\", \"peer\": \"10.1.0.2\"}]}}}");
    sim_test_routes(&test, &text);
    assert_string_equal(text.bytes, "unicast 10.0.0.2/32 table main dev d0 src 10.0.0.1\n"
                                    "unicast 10.1.0.0/24 table main dev d0 src 10.1.0.1\n"
                                    "unicast 192.0.2.0/24 table main dev d0 src 192.0.2.1\n"
                                    "unicast 192.0.2.0/25 table main dev d0 src 192.0.2.3\n"
                                    "unicast 203.0.113.0/31 table main dev d0 src 203.0.113.0\n"
                                    "local 10.0.0.1/32 table local dev d0 src 10.0.0.1\n"
                                    "local 10.1.0.1/32 table local dev d0 src 10.1.0.1\n"
                                    "broadcast 10.1.0.255/32 table local dev d0 src 10.1.0.1\n"
                                    "local 127.0.0.0/8 table local dev lo src 127.0.0.1\n"
                                    "local 127.0.0.1/32 table local dev lo src 127.0.0.1\n"
                                    "broadcast 127.255.255.255/32 table local dev lo src 127.0.0.1\n"
                                    "local 192.0.2.1/32 table local dev d0 src 192.0.2.1\n"
                                    "local 192.0.2.2/32 table local dev d0 src 192.0.2.1\n"
                                    "local 192.0.2.3/32 table local dev d0 src 192.0.2.3\n"
                                    "broadcast 192.0.2.127/32 table local dev d0 src 192.0.2.3\n"
                                    "broadcast 192.0.2.255/32 table local dev d0 src 192.0.2.1\n"
                                    "local 198.51.100.1/32 table local dev d0 src 198.51.100.1\n"
                                    "local 203.0.113.0/32 table local dev d0 src 203.0.113.0\n"
                                    "local ::1/128 table local dev lo\n");
    sim_test_expect_addresses(&test, "lo 127.0.0.1/8\nlo ::1/128\nd0 192.0.2.1/24\nd0 192.0.2.3/25\n"
                                     "d0 198.51.100.1/32\nd0 203.0.113.0/31\nd0 10.0.0.1/32\nd0 10.1.0.1/24\n"
                                     "d0 192.0.2.2/24 secondary\n");
    sim_test_close(&test);
}

static void linux_makes_ipv6_routes(void **state)
{
    (void)state;
    struct sim_test test;
    static struct sim_test_text text;
    sim_test_open_text(
        &test, "{\"system\": \"linux\", \"settings\": {\"all\": {\"ipv6\": {\"forwarding\": 1}}},\n"
               "\"interfaces\": {\"lo\": {\"addresses\": [\"2001:db8:7::7/64\"]}, \"d0\": {\"addresses\":\n"
               "[\"2001:db8::2/64\", \"2001:db8::1/64\", \"2001:db8:1::1/128\",\n"
               "{\"address\": \"2001:db8:2::1/128\", \"peer\": \"2001:db8:2::2\"}]}}}");
    sim_test_routes(&test, &text);
    const char *ipv6 = strstr(text.bytes, "unicast 2001");
    assert_non_null(ipv6);
    assert_string_equal(ipv6, "unicast 2001:db8::/64 table main dev d0 metric 256\n"
                              "unicast 2001:db8:1::1/128 table main dev d0 metric 256\n"
                              "unicast 2001:db8:2::1/128 table main dev d0 metric 256\n"
                              "unicast 2001:db8:2::2/128 table main dev d0 metric 256\n"
                              "unicast 2001:db8:7::/64 table main dev lo metric 256\n"
                              "local ::1/128 table local dev lo\n"
                              "anycast 2001:db8::/128 table local dev d0\n"
                              "local 2001:db8::1/128 table local dev d0\n"
                              "local 2001:db8::2/128 table local dev d0\n"
                              "local 2001:db8:1::1/128 table local dev d0\n"
                              "local 2001:db8:2::1/128 table local dev d0\n"
                              "local 2001:db8:7::7/128 table local dev lo\n"
                              "multicast ff00::/8 table local dev d0 metric 256\n");
    sim_test_expect_addresses(&test, "lo 127.0.0.1/8\nlo 2001:db8:7::7/64\nlo ::1/128\nd0 2001:db8::2/64\n"
                                     "d0 2001:db8::1/64\nd0 2001:db8:1::1/128\nd0 2001:db8:2::1/128\n");
    sim_test_close(&test);
}

static void linux_down_and_without_carrier(void **state)
{
    (void)state;
    struct sim_test test;
    sim_test_open_text(
        &test,
        "{\"system\": \"linux\", \"interfaces\": {\n"
        "\"d0\": {\"up\": false, \"addresses\": [\"192.0.2.1/24\", \"2001:db8::1/64\"]},\n"
        "\"d1\": {\"carrier\": false, \"addresses\": [\"198.51.100.1/24\"]}},\n"
        "\"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\"},\n"
        "{\"destination\": \"10.0.0.0/8\", \"via\": \"198.51.100.254\"},\n"
        "{\"destination\": \"10.1.0.0/16\", \"next_hops\": [{\"gateway\": \"192.0.2.254\"}, {\"gateway\": "
        "\"198.51.100.254\"}]}]}");
    sim_test_expect_route(&test, "local 192.0.2.1/32 table local dev d0 src 192.0.2.1", true);
    sim_test_expect_route(&test, "unicast 192.0.2.0/24 table main dev d0 src 192.0.2.1", false);
    sim_test_expect_route(&test, "local 2001:db8::1/128 table local dev d0", false);
    sim_test_expect_route(&test, "unicast 0.0.0.0/0 table main via 192.0.2.254 dev d0", false);
    sim_test_expect_route(&test, "unicast 198.51.100.0/24 table main dev d1 linkdown src 198.51.100.1", true);
    sim_test_expect_route(&test, "local 198.51.100.1/32 table local dev d1 src 198.51.100.1", true);
    sim_test_expect_route(&test, "unicast 10.0.0.0/8 table main via 198.51.100.254 dev d1 linkdown", true);
    sim_test_expect_route(&test,
                          "unicast 10.1.0.0/16 table main via 192.0.2.254 dev d0 weight 1 dead linkdown"
                          " via 198.51.100.254 dev d1 weight 1 linkdown",
                          true);
    sim_test_close(&test);
}

static void linux_fills_in_interfaces_and_settings(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_snapshot snapshot;
    sim_test_open_text(&test,
                       "{\"system\": \"linux\", \"settings\": {\"all\": {\"ipv4\": {\"forwarding\": 1, "
                       "\"rp_filter\": 2}}, \"default\": {\"ipv4\": {\"arp_ignore\": 1}}},\n"
                       "\"interfaces\": {\"e5\": {\"index\": 5, \"group\": 3, \"groups\": [\"all\", "
                       "\"egress\"]}, \"e2\": {\"settings\": {\"ipv4\": "
                       "{\"forwarding\": 0, \"arp_ignore\": 2}}},\n"
                       "\"v\": {\"kind\": \"vlan\", \"lower\": \"e5\"}, \"t\": {\"kind\": \"wireguard\"}}}");
    mh_host_snapshot(test.host, &snapshot);
    const struct mh_interface *lo = mh_snapshot_interface(&snapshot, 1);
    const struct mh_interface *e2 = mh_snapshot_interface_named(&snapshot, "e2");
    const struct mh_interface *e5 = mh_snapshot_interface_named(&snapshot, "e5");
    const struct mh_interface *vlan = mh_snapshot_interface_named(&snapshot, "v");
    const struct mh_interface *tunnel = mh_snapshot_interface_named(&snapshot, "t");
    assert_string_equal(lo->name, "lo");
    assert_int_equal(lo->kind, MH_KIND_LOOPBACK);
    assert_int_equal(lo->mtu, 65536);
    assert_int_equal(e2->index, 2);
    assert_int_equal(e5->index, 5);
    assert_int_equal(e5->group, 3);
    assert_string_equal(e5->groups, "all egress");
    assert_false(e5->has_metric);
    assert_int_equal(e2->group, 0);
    assert_int_equal(vlan->lower, 5);
    assert_int_equal(vlan->hardware_address_length, 6);
    assert_memory_equal(vlan->hardware_address, e5->hardware_address, 6);
    assert_memory_not_equal(e2->hardware_address, e5->hardware_address, 6);
    assert_string_equal(vlan->native_kind, "vlan");
    assert_int_equal(tunnel->hardware_address_length, 0);
    assert_true(tunnel->point_to_point);
    mh_snapshot_clear(&snapshot);
    assert_int_equal(sim_test_setting(&test, MH_SETTING_ALL, MH_IPV4, MH_SETTING_FORWARDING), 1);
    assert_int_equal(sim_test_setting(&test, MH_SETTING_DEFAULT, MH_IPV4, MH_SETTING_FORWARDING), 1);
    assert_int_equal(sim_test_setting(&test, 5, MH_IPV4, MH_SETTING_FORWARDING), 1);
    assert_int_equal(sim_test_setting(&test, 2, MH_IPV4, MH_SETTING_FORWARDING), 0);
    assert_int_equal(sim_test_setting(&test, 5, MH_IPV4, MH_SETTING_RP_FILTER), 0);
    assert_int_equal(sim_test_setting(&test, 5, MH_IPV4, MH_SETTING_ARP_IGNORE), 1);
    assert_int_equal(sim_test_setting(&test, 2, MH_IPV4, MH_SETTING_ARP_IGNORE), 2);
    assert_int_equal(sim_test_setting(&test, 1, MH_IPV6, MH_SETTING_USE_TEMPADDR), -1);
    assert_int_equal(sim_test_setting(&test, 2, MH_IPV6, MH_SETTING_ACCEPT_RA), 1);
    assert_int_equal(sim_test_setting(&test, 2, MH_IPV4, MH_SETTING_WEAK_HOST_SEND), INT32_MIN);
    sim_test_close(&test);
}

static void linux_domains_and_rules(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_snapshot snapshot;
    sim_test_open_example(&test, "vrf");
    mh_host_snapshot(test.host, &snapshot);
    assert_int_equal(mh_snapshot_interface_named(&snapshot, "eth0")->domain, 0);
    assert_int_equal(mh_snapshot_interface_named(&snapshot, "eth1")->domain, 10);
    assert_int_equal(mh_snapshot_interface_named(&snapshot, "blue")->domain, 10);
    assert_int_equal(snapshot.rules[1].priority, 1000);
    assert_true(snapshot.rules[1].l3mdev);
    assert_int_equal(snapshot.rules[3].priority, 32767);
    assert_int_equal(snapshot.rules[3].table, 253);
    mh_snapshot_clear(&snapshot);
    sim_test_expect_route(&test, "unicast 192.0.2.0/24 table main dev eth0 src 192.0.2.1", true);
    sim_test_expect_route(&test, "unicast 192.0.2.0/24 table 10 dev eth1 src 192.0.2.1", true);
    sim_test_expect_route(&test, "local 192.0.2.1/32 table 10 dev eth1 src 192.0.2.1", true);
    sim_test_expect_route(&test, "unreachable 0.0.0.0/0 table 10 metric 4278198272", true);
    sim_test_close(&test);
}

/* What the file gives is the whole table; without it there is the kernel's. */
static void linux_has_address_labels(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_snapshot snapshot;
    sim_test_open_example(&test, "vrf");
    mh_host_snapshot(test.host, &snapshot);
    assert_int_equal(snapshot.label_count, 10);
    assert_false(snapshot.has_own_labels);
    mh_snapshot_clear(&snapshot);
    sim_test_close(&test);
    sim_test_open_text(
        &test, "{\"system\": \"linux\", \"interfaces\": {\"eth0\": {\"index\": 2}}, \"address_labels\": "
               "[{\"prefix\": \"::/0\", \"label\": 1}, {\"prefix\": \"2001:db8::/32\", \"label\": 99, "
               "\"interface\": \"eth0\"}]}");
    mh_host_snapshot(test.host, &snapshot);
    assert_int_equal(snapshot.label_count, 2);
    assert_true(snapshot.has_own_labels);
    assert_int_equal(snapshot.labels[0].prefix.length, 32);
    assert_int_equal(snapshot.labels[0].label, 99);
    assert_int_equal(snapshot.labels[0].interface, 2);
    mh_snapshot_clear(&snapshot);
    sim_test_close(&test);
    sim_test_open_example(&test, "openbsd");
    assert_int_equal(test.begun[MH_SECTION_LABELS], 0);
    sim_test_close(&test);
}

static void rules_have_all_selectors(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_snapshot snapshot;
    sim_test_open_text(
        &test,
        "{\"system\": \"linux\", \"interfaces\": {}, \"rules\": [{\"priority\": 5, \"not\": true, \"from\": "
        "\"192.0.2.0/24\",\n\"to\": \"198.51.100.0/24\", \"input\": \"eth0\", \"output\": \"eth1\", "
        "\"mark\": "
        "\"0x10/0xff\", \"tos\": 16,\n\"ip_protocol\": \"tcp\", \"source_port\": {\"first\": 10, \"last\": "
        "20}, "
        "\"destination_port\": 80,\n\"uid\": {\"first\": 0, \"last\": 999}, \"tunnel_id\": 7, \"table\": "
        "\"main\",\n\"suppress_prefix_length\": 0, \"protocol\": 18}, {\"priority\": 6, \"action\": "
        "\"goto\", "
        "\"target\": 99, \"family\": \"ipv6\"}]}");
    mh_host_snapshot(test.host, &snapshot);
    const struct mh_rule *rule = &snapshot.rules[1];
    assert_int_equal(rule->priority, 5);
    assert_true(rule->invert);
    assert_int_equal(rule->from.length, 24);
    assert_int_equal(rule->to.address.bytes[0], 198);
    assert_string_equal(rule->input, "eth0");
    assert_string_equal(rule->output, "eth1");
    assert_int_equal(rule->mark, 0x10);
    assert_int_equal(rule->mark_mask, 0xff);
    assert_int_equal(rule->tos, 16);
    assert_int_equal(rule->ip_protocol, 6);
    assert_int_equal(rule->source_port_first, 10);
    assert_int_equal(rule->source_port_last, 20);
    assert_int_equal(rule->destination_port_first, 80);
    assert_int_equal(rule->destination_port_last, 80);
    assert_true(rule->has_uid_range);
    assert_int_equal(rule->uid_last, 999);
    assert_int_equal(rule->tunnel_id, 7);
    assert_int_equal(rule->table, MAIN);
    assert_int_equal(rule->suppress_prefix_length, 0);
    assert_int_equal(rule->suppress_interface_group, -1);
    assert_int_equal(rule->owner, MH_OWNER_MANAGER);
    const struct mh_rule *jump = &snapshot.rules[5];
    assert_int_equal(jump->family, MH_IPV6);
    assert_int_equal(jump->action, MH_RULE_GOTO);
    assert_int_equal(jump->target, 99);
    mh_snapshot_clear(&snapshot);
    sim_test_close(&test);
}

/* ---- the others ------------------------------------------------------------------------------------ */

static void freebsd_has_one_route_for_a_subnet(void **state)
{
    (void)state;
    struct sim_test test;
    sim_test_open_example(&test, "freebsd");
    sim_test_expect_route(&test, "local 192.0.2.1/32 table 0 dev lo0 src 192.0.2.1", true);
    sim_test_expect_route(&test, "local 192.0.2.3/32 table 0 dev lo0 src 192.0.2.3", true);
    sim_test_expect_route(&test, "unicast 192.0.2.0/24 table 0 dev em0 src 192.0.2.1", true);
    sim_test_expect_route(&test, "unicast 192.0.2.0/24 table 0 dev em1 src 192.0.2.3", false);
    assert_int_equal(sim_test_setting(&test, MH_SETTING_ALL, MH_IPV4, MH_SETTING_STRONG_END_SYSTEM), 0);
    assert_int_equal(sim_test_setting(&test, MH_SETTING_ALL, MH_IPV4, MH_SETTING_CHECK_INTERFACE), INT32_MIN);
    sim_test_close(&test);
    sim_test_open_text(&test, "{\"system\": \"freebsd\", \"release\": \"13.3\"}");
    assert_int_equal(sim_test_setting(&test, MH_SETTING_ALL, MH_IPV4, MH_SETTING_CHECK_INTERFACE), 0);
    assert_int_equal(sim_test_setting(&test, MH_SETTING_ALL, MH_IPV4, MH_SETTING_STRONG_END_SYSTEM),
                     INT32_MIN);
    sim_test_close(&test);
}

static void openbsd_tells_routes_apart_by_priority(void **state)
{
    (void)state;
    struct sim_test test;
    sim_test_open_example(&test, "openbsd");
    sim_test_expect_route(&test, "local 192.0.2.1/32 table 0 dev em0 src 192.0.2.1 metric 1", true);
    sim_test_expect_route(&test, "unicast 192.0.2.0/24 table 0 dev em0 src 192.0.2.1 metric 4", true);
    sim_test_expect_route(&test, "unicast 192.0.2.0/24 table 0 dev em1 src 192.0.2.3 metric 4", true);
    sim_test_expect_route(&test, "broadcast 192.0.2.255/32 table 0 dev em1 src 192.0.2.3 metric 1", true);
    sim_test_expect_route(&test, "unicast 0.0.0.0/0 table 0 via 192.0.2.254 dev em0 metric 8", true);
    sim_test_close(&test);
}

static void windows_has_metrics_and_weak_host_settings(void **state)
{
    (void)state;
    struct sim_test test;
    sim_test_open_example(&test, "windows");
    sim_test_expect_route(&test, "unicast 192.0.2.0/24 table 0 dev Ethernet metric 256", true);
    sim_test_expect_route(&test, "local 192.0.2.3/32 table 0 dev Ethernet 2 metric 256", true);
    sim_test_expect_route(&test, "multicast 224.0.0.0/4 table 0 dev Ethernet 2 metric 256", true);
    sim_test_expect_route(&test, "unicast 0.0.0.0/0 table 0 via 192.0.2.254 dev Ethernet", true);
    assert_int_equal(sim_test_setting(&test, 4, MH_IPV4, MH_SETTING_WEAK_HOST_SEND), 0);
    assert_int_equal(sim_test_setting(&test, 7, MH_IPV4, MH_SETTING_WEAK_HOST_SEND), 1);
    assert_int_equal(sim_test_setting(&test, 4, MH_IPV6, MH_SETTING_INTERFACE_METRIC), 25);
    assert_int_equal(sim_test_setting(&test, 1, MH_IPV4, MH_SETTING_INTERFACE_METRIC), 75);
    assert_int_equal(sim_test_setting(&test, MH_SETTING_ALL, MH_IPV4, MH_SETTING_FORWARDING), INT32_MIN);
    sim_test_close(&test);
}

/* ---- names ----------------------------------------------------------------------------------------- */

static void tables_and_protocols_have_names(void **state)
{
    (void)state;
    struct sim_test test;
    char word[MH_WORD_SIZE];
    uint32_t table = 0;
    sim_test_open_example(&test, "single-homed");
    assert_string_equal(mh_backend_sim.table_name(test.platform, 254, word), "main");
    assert_string_equal(mh_backend_sim.table_name(test.platform, 4294967295U, word), "4294967295");
    assert_string_equal(mh_backend_sim.protocol_name(test.platform, 157, word), "multihomed");
    assert_string_equal(mh_backend_sim.protocol_name(test.platform, 250, word), "250");
    assert_true(mh_backend_sim.table_number(test.platform, "local", &table));
    assert_int_equal(table, 255);
    assert_true(mh_backend_sim.table_number(test.platform, "4294967295", &table));
    assert_int_equal(table, 4294967295U);
    assert_false(mh_backend_sim.table_number(test.platform, "4294967296", &table));
    assert_false(mh_backend_sim.table_number(test.platform, "12x", &table));
    assert_false(mh_backend_sim.table_number(test.platform, "", &table));
    sim_test_close(&test);
}

static size_t count_supported(const char *example)
{
    struct sim_test test;
    size_t count = 0, supported = 0;
    sim_test_open_example(&test, example);
    for (const struct mh_capability *row = mh_backend_sim.capabilities(test.platform); row->intent != NULL;
         row++) {
        assert_true(strlen(row->reason) > 10);
        supported += row->support == MH_SUPPORTED;
        count++;
    }
    assert_in_range(count, 16, 32);
    sim_test_close(&test);
    return supported;
}

static void capabilities_are_the_systems(void **state)
{
    (void)state;
    assert_int_equal(count_supported("single-homed"), 16);
    assert_int_equal(count_supported("freebsd"), 5); /* addresses, routes, uplinks, sharing, address_policy */
    assert_int_equal(count_supported("netbsd"), 5);
    assert_int_equal(count_supported("openbsd"), 5); /* and interfaces.metric, without address_policy */
    /* and interfaces.metric, addresses.skip_as_source, both host_models, source_routing, address_policy */
    assert_int_equal(count_supported("windows"), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_loads),
        cmocka_unit_test(linux_makes_connected_routes),
        cmocka_unit_test(linux_makes_ipv6_routes),
        cmocka_unit_test(linux_down_and_without_carrier),
        cmocka_unit_test(linux_fills_in_interfaces_and_settings),
        cmocka_unit_test(linux_domains_and_rules),
        cmocka_unit_test(linux_has_address_labels),
        cmocka_unit_test(rules_have_all_selectors),
        cmocka_unit_test(freebsd_has_one_route_for_a_subnet),
        cmocka_unit_test(openbsd_tells_routes_apart_by_priority),
        cmocka_unit_test(windows_has_metrics_and_weak_host_settings),
        cmocka_unit_test(tables_and_protocols_have_names),
        cmocka_unit_test(capabilities_are_the_systems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
