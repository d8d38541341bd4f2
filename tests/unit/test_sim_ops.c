/* Ops on simulated hosts: what they change, what goes with it, and each system's errors. What is said of
 * Linux here was seen on a 6.18 kernel in a network namespace (docs/simulator.md). */
#include "test_sim.h"

enum { MAIN = 254, OTHER = 100 };

#define TWO_LINKS                                                                                            \
    "\"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\", \"192.0.2.2/24\", \"192.0.2.3/24\","        \
    "\"198.51.100.1/24\"]}, \"d2\": {\"addresses\": [\"203.0.113.1/24\"]}, \"down\": {\"up\": false}},\n"    \
    "\"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\"},\n"                               \
    "{\"destination\": \"default\", \"via\": \"192.0.2.254\", \"table\": 100},\n"                            \
    "{\"destination\": \"10.1.0.0/16\", \"via\": \"192.0.2.254\", \"preferred_source\": \"192.0.2.1\"},\n"   \
    "{\"destination\": \"10.1.0.0/16\", \"via\": \"192.0.2.254\", \"preferred_source\": \"192.0.2.1\", "     \
    "\"table\": 100},\n"                                                                                     \
    "{\"destination\": \"10.2.0.0/16\", \"via\": \"192.0.2.254\", \"preferred_source\": \"192.0.2.2\"},\n"   \
    "{\"destination\": \"10.3.0.0/16\", \"via\": \"203.0.113.254\", \"preferred_source\": \"192.0.2.1\"},\n" \
    "{\"destination\": \"10.3.0.0/16\", \"via\": \"203.0.113.254\", \"preferred_source\": \"192.0.2.1\", "   \
    "\"table\": 100},\n"                                                                                     \
    "{\"destination\": \"10.4.0.0/16\", \"next_hops\": [{\"gateway\": \"192.0.2.254\"}, {\"gateway\": "      \
    "\"203.0.113.254\"}]}]}"

static void open_linux(struct sim_test *test)
{
    sim_test_open_text(test, "{\"system\": \"linux\",\n" TWO_LINKS);
}

/* ---- addresses on Linux ---------------------------------------------------------------------------- */

static void linux_address_add_brings_routes(void **state)
{
    (void)state;
    struct sim_test test;
    open_linux(&test);
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "d2", "192.0.2.9/25", "");
    sim_test_expect_route(&test, "local 192.0.2.9/32 table local dev d2 src 192.0.2.9", true);
    sim_test_expect_route(&test, "unicast 192.0.2.0/25 table main dev d2 src 192.0.2.9", true);
    sim_test_expect_route(&test, "broadcast 192.0.2.127/32 table local dev d2 src 192.0.2.9", true);
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "d0", "192.0.2.4/24", "");
    sim_test_expect_route(&test, "local 192.0.2.4/32 table local dev d0 src 192.0.2.1", true);
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "down", "192.0.2.5/24", "");
    sim_test_expect_route(&test, "local 192.0.2.5/32 table local dev down src 192.0.2.5", true);
    sim_test_expect_route(&test, "unicast 192.0.2.0/24 table main dev down src 192.0.2.5", false);
    sim_test_expect_addresses(&test, "lo 127.0.0.1/8\nlo ::1/128\nd0 192.0.2.1/24\nd0 198.51.100.1/24\n"
                                     "d0 192.0.2.2/24 secondary\nd0 192.0.2.3/24 secondary\n"
                                     "d0 192.0.2.4/24 secondary\nd2 203.0.113.1/24\nd2 192.0.2.9/25\n"
                                     "down 192.0.2.5/24\n");
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "d2", "192.0.2.9/25", "");
    sim_test_expect_route(&test, "unicast 192.0.2.0/25 table main dev d2 src 192.0.2.9", false);
    sim_test_close(&test);
}

static void linux_address_errors(void **state)
{
    (void)state;
    struct sim_test test;
    open_linux(&test);
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "d0", "192.0.2.2/24", "EEXIST");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "nosuch", "192.0.2.7/24", "ENODEV");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "d0", "ff02::1/64", "EADDRNOTAVAIL");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "d0", "::1/128", "EADDRNOTAVAIL");
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "d0", "192.0.2.7/24", "EADDRNOTAVAIL");
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "d0", "192.0.2.1/25", "EADDRNOTAVAIL");
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "nosuch", "192.0.2.1/24", "ENODEV");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "d0", "192.0.2.1/25", "");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "d0", "2001:db8::1/64", "");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "d0", "2001:db8::1/128", "EEXIST");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "d2", "2001:db8::1/64", "");
    struct mh_failure failure;
    struct mh_op op = sim_test_address_op(&test, MH_OP_ADDRESS_ADD, "d0", "192.0.2.2/24");
    assert_int_equal(sim_test_apply(&test, &op, &failure), MH_EXISTS);
    assert_int_equal(failure.native_code, 17);
    op.of.address.prefix_length = 33;
    assert_int_equal(sim_test_apply(&test, &op, &failure), MH_INVALID);
    assert_string_equal(failure.native_name, "EINVAL");
    sim_test_close(&test);
}

/* The kernel's default: secondaries go with their primary, and routes of table main that name one of them as
 * source. Routes by a gateway stay, and so does every other table. */
static void linux_primary_takes_its_secondaries(void **state)
{
    (void)state;
    struct sim_test test;
    open_linux(&test);
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "d0", "192.0.2.1/24", "");
    sim_test_expect_addresses(&test, "lo 127.0.0.1/8\nlo ::1/128\nd0 198.51.100.1/24\nd2 203.0.113.1/24\n");
    sim_test_expect_route(&test, "unicast 192.0.2.0/24 table main dev d0 src 192.0.2.1", false);
    sim_test_expect_route(&test, "local 192.0.2.2/32 table local dev d0 src 192.0.2.1", false);
    sim_test_expect_route(&test, "unicast 0.0.0.0/0 table main via 192.0.2.254 dev d0", true);
    sim_test_expect_route(&test, "unicast 10.1.0.0/16 table main via 192.0.2.254 dev d0 src 192.0.2.1",
                          false);
    sim_test_expect_route(&test, "unicast 10.2.0.0/16 table main via 192.0.2.254 dev d0 src 192.0.2.2",
                          false);
    sim_test_expect_route(&test, "unicast 10.3.0.0/16 table main via 203.0.113.254 dev d2 src 192.0.2.1",
                          false);
    sim_test_expect_route(&test, "unicast 10.1.0.0/16 table 100 via 192.0.2.254 dev d0 src 192.0.2.1", true);
    sim_test_expect_route(&test, "unicast 10.3.0.0/16 table 100 via 203.0.113.254 dev d2 src 192.0.2.1",
                          true);
    sim_test_close(&test);
}

static void linux_promotes_when_told_to(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_failure failure;
    open_linux(&test);
    struct mh_op op = {.kind = MH_OP_SETTING_SET,
                       .of.setting = {.interface = MH_SETTING_ALL,
                                      .family = MH_IPV4,
                                      .id = MH_SETTING_PROMOTE_SECONDARIES,
                                      .value = 1}};
    assert_int_equal(sim_test_apply(&test, &op, &failure), MH_OK);
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "d0", "192.0.2.1/24", "");
    sim_test_expect_addresses(&test, "lo 127.0.0.1/8\nlo ::1/128\nd0 198.51.100.1/24\nd0 192.0.2.2/24\n"
                                     "d0 192.0.2.3/24 secondary\nd2 203.0.113.1/24\n");
    sim_test_expect_route(&test, "unicast 192.0.2.0/24 table main dev d0 src 192.0.2.2", true);
    sim_test_expect_route(&test, "unicast 192.0.2.0/24 table main dev d0 src 192.0.2.1", false);
    sim_test_expect_route(&test, "local 192.0.2.3/32 table local dev d0 src 192.0.2.2", true);
    sim_test_expect_route(&test, "unicast 10.2.0.0/16 table main via 192.0.2.254 dev d0 src 192.0.2.2", true);
    sim_test_close(&test);
}

/* With the last IPv4 address of an interface go the routes by it, in every table. */
static void linux_last_address_takes_all_routes(void **state)
{
    (void)state;
    struct sim_test test;
    open_linux(&test);
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "d0", "192.0.2.1/24", "");
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "d0", "198.51.100.1/24", "");
    sim_test_expect_route(&test, "unicast 0.0.0.0/0 table main via 192.0.2.254 dev d0", false);
    sim_test_expect_route(&test, "unicast 0.0.0.0/0 table 100 via 192.0.2.254 dev d0", false);
    sim_test_expect_route(&test, "unicast 10.3.0.0/16 table 100 via 203.0.113.254 dev d2 src 192.0.2.1",
                          true);
    sim_test_expect_route(&test,
                          "unicast 10.4.0.0/16 table main via 192.0.2.254 dev d0 weight 1 dead linkdown"
                          " via 203.0.113.254 dev d2 weight 1",
                          true);
    sim_test_close(&test);
}

static void linux_ipv6_routes_stay_and_forget_their_source(void **state)
{
    (void)state;
    struct sim_test test;
    sim_test_open_text(
        &test, "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"2001:db8::1/64\", "
               "\"2001:db8::2/64\"]}},\n"
               "\"routes\": [{\"destination\": \"2001:db8:2::/48\", \"via\": \"2001:db8::fe\", "
               "\"preferred_source\": "
               "\"2001:db8::1\"},\n"
               "{\"destination\": \"2001:db8:2::/48\", \"via\": \"2001:db8::fe\", \"preferred_source\": "
               "\"2001:db8::1\", \"table\": 100}]}");
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "d0", "2001:db8::1/64", "");
    sim_test_expect_route(&test, "unicast 2001:db8:2::/48 table main via 2001:db8::fe dev d0 metric 1024",
                          true);
    sim_test_expect_route(&test, "unicast 2001:db8:2::/48 table 100 via 2001:db8::fe dev d0 metric 1024",
                          true);
    sim_test_expect_route(&test, "unicast 2001:db8::/64 table main dev d0 metric 256", true);
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "d0", "2001:db8::2/64", "");
    sim_test_expect_route(&test, "unicast 2001:db8::/64 table main dev d0 metric 256", false);
    sim_test_expect_route(&test, "unicast 2001:db8:2::/48 table main via 2001:db8::fe dev d0 metric 1024",
                          true);
    sim_test_close(&test);
}

static void linux_newest_ipv6_address_is_first(void **state)
{
    (void)state;
    struct sim_test test;
    sim_test_open_text(&test,
                       "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\", "
                       "\"2001:db8::1/64\", \"fe80::1/64\"]}}}");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "d0", "2001:db8::2/64", "");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "d0", "fe80::2/64", "");
    sim_test_expect_addresses(&test, "lo 127.0.0.1/8\nlo ::1/128\nd0 192.0.2.1/24\nd0 2001:db8::2/64\n"
                                     "d0 2001:db8::1/64\nd0 fe80::2/64\nd0 fe80::1/64\n");
    sim_test_close(&test);
}

static void linux_keeps_what_was_deleted_by_hand(void **state)
{
    (void)state;
    struct sim_test test;
    open_linux(&test);
    sim_test_route(&test, MH_OP_ROUTE_DELETE,
                   (struct sim_test_route){.destination = "198.51.100.0/24", .table = MAIN}, "");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "d2", "203.0.113.2/24", "");
    sim_test_expect_route(&test, "unicast 198.51.100.0/24 table main dev d0 src 198.51.100.1", false);
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "d0", "198.51.100.1/24", "");
    sim_test_close(&test);
}

static enum mh_error set_flags(struct sim_test *test, const char *interface, const char *address,
                               uint32_t flags, struct mh_failure *failure)
{
    struct mh_op op = sim_test_address_op(test, MH_OP_ADDRESS_FLAGS, interface, address);
    op.of.address.flags = flags;
    return sim_test_apply(test, &op, failure);
}

static void flags_are_set_where_the_system_has_them(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_failure failure;
    struct mh_snapshot snapshot;
    open_linux(&test);
    assert_int_equal(set_flags(&test, "d0", "192.0.2.2/24", MH_ADDRESS_DEPRECATED, &failure), MH_OK);
    mh_host_snapshot(test.host, &snapshot);
    assert_int_equal(snapshot.addresses[4].flags, MH_ADDRESS_DEPRECATED | MH_ADDRESS_SECONDARY);
    mh_snapshot_clear(&snapshot);
    assert_int_equal(set_flags(&test, "d0", "192.0.2.2/24", MH_ADDRESS_SKIP_AS_SOURCE, &failure),
                     MH_UNSUPPORTED);
    assert_string_equal(failure.detail, "Linux cannot set these flags on an IPv4 address");
    assert_int_equal(set_flags(&test, "d0", "192.0.2.77/24", 0, &failure), MH_NOT_FOUND);
    assert_int_equal(set_flags(&test, "d2", "203.0.113.1/24", MH_ADDRESS_NO_PREFIX_ROUTE, &failure),
                     MH_UNSUPPORTED);
    sim_test_expect_route(&test, "unicast 203.0.113.0/24 table main dev d2 src 203.0.113.1", true);
    sim_test_close(&test);
    sim_test_open_example(&test, "windows");
    assert_int_equal(set_flags(&test, "Ethernet", "192.0.2.1/24", MH_ADDRESS_SKIP_AS_SOURCE, &failure),
                     MH_OK);
    sim_test_close(&test);
    sim_test_open_example(&test, "openbsd");
    assert_int_equal(set_flags(&test, "em0", "192.0.2.1/24", MH_ADDRESS_DEPRECATED, &failure),
                     MH_UNSUPPORTED);
    assert_int_equal(set_flags(&test, "em0", "2001:db8::1/64", MH_ADDRESS_DEPRECATED, &failure), MH_OK);
    sim_test_close(&test);
    sim_test_open_example(&test, "freebsd");
    assert_int_equal(set_flags(&test, "em0", "192.0.2.1/24", MH_ADDRESS_PREFERRED_SOURCE, &failure),
                     MH_UNSUPPORTED);
    sim_test_close(&test);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static void linux_route_ops(void **state)
{
    (void)state;
    struct sim_test test;
    open_linux(&test);
    struct sim_test_route route = {.destination = "10.9.0.0/16", .via = "192.0.2.254", .table = MAIN};
    sim_test_route(&test, MH_OP_ROUTE_ADD, route, "");
    sim_test_expect_route(&test, "unicast 10.9.0.0/16 table main via 192.0.2.254 dev d0", true);
    route.via = "203.0.113.254";
    sim_test_route(&test, MH_OP_ROUTE_ADD, route, "EEXIST");
    route.metric = 7;
    sim_test_route(&test, MH_OP_ROUTE_ADD, route, "");
    sim_test_expect_route(&test, "unicast 10.9.0.0/16 table main via 203.0.113.254 dev d2 metric 7", true);
    route.metric = 0;
    sim_test_route(&test, MH_OP_ROUTE_REPLACE, route, "");
    sim_test_expect_route(&test, "unicast 10.9.0.0/16 table main via 203.0.113.254 dev d2", true);
    sim_test_expect_route(&test, "unicast 10.9.0.0/16 table main via 192.0.2.254 dev d0", false);
    route.destination = "10.10.0.0/16";
    sim_test_route(&test, MH_OP_ROUTE_REPLACE, route, "");
    sim_test_expect_route(&test, "unicast 10.10.0.0/16 table main via 203.0.113.254 dev d2", true);
    sim_test_route(&test, MH_OP_ROUTE_DELETE, route, "");
    sim_test_route(&test, MH_OP_ROUTE_DELETE, route, "ESRCH");
    sim_test_close(&test);
}

static void linux_route_errors(void **state)
{
    (void)state;
    struct sim_test test;
    open_linux(&test);
    const struct {
        struct sim_test_route route;
        const char *expected;
    } cases[] = {
        {{.destination = "10.9.0.0/16", .via = "172.16.0.1", .table = MAIN}, "ENETUNREACH"},
        {{.destination = "10.9.0.0/16", .via = "172.16.0.1", .interface = "d0", .table = MAIN},
         "ENETUNREACH"},
        {{.destination = "10.9.0.0/16", .via = "192.0.2.254", .interface = "d2", .table = MAIN},
         "ENETUNREACH"},
        {{.destination = "2001:db8:9::/48", .via = "2001:db8:77::1", .table = MAIN}, "EHOSTUNREACH"},
        {{.destination = "2001:db8:9::/48", .via = "fe80::1", .table = MAIN}, "EINVAL"},
        {{.destination = "10.9.0.0/16", .interface = "nosuch", .table = MAIN}, "ENODEV"},
        {{.destination = "10.9.0.0/16", .interface = "down", .table = MAIN}, "ENETDOWN"},
        {{.destination = "10.9.0.0/16", .table = MAIN}, "ENODEV"},
        {{.destination = "10.9.0.0/16", .interface = "d0", .source = "192.0.2.99", .table = MAIN}, "EINVAL"},
        {{.destination = "10.9.0.0/16",
          .via = "172.16.0.1",
          .interface = "d0",
          .table = MAIN,
          .hop_flags = MH_NEXT_HOP_ON_LINK},
         ""},
        {{.destination = "10.11.0.0/16", .interface = "d0", .table = OTHER}, ""},
        {{.destination = "10.12.0.0/16", .via = "10.11.0.1", .table = OTHER}, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        sim_test_route(&test, MH_OP_ROUTE_ADD, cases[i].route, cases[i].expected);
    sim_test_expect_route(&test, "unicast 10.12.0.0/16 table 100 via 10.11.0.1 dev d0", true);
    sim_test_close(&test);
}

static void other_systems_tell_routes_apart_differently(void **state)
{
    (void)state;
    struct sim_test test;
    struct sim_test_route route = {.destination = "10.0.0.0/8", .via = "192.0.2.254", .interface = "em0"};
    sim_test_open_example(&test, "freebsd");
    sim_test_route(&test, MH_OP_ROUTE_ADD, route, "");
    sim_test_route(&test, MH_OP_ROUTE_ADD, route, "EEXIST");
    route.via = "192.0.2.253";
    sim_test_route(&test, MH_OP_ROUTE_ADD, route, "");
    route.via = "172.16.0.1";
    sim_test_route(&test, MH_OP_ROUTE_ADD, route, "ENETUNREACH");
    route.destination = "10.1.0.0/16";
    route.via = "192.0.2.254";
    sim_test_route(&test, MH_OP_ROUTE_REPLACE, route, "ESRCH");
    sim_test_route(&test, MH_OP_ROUTE_DELETE, route, "ESRCH");
    sim_test_close(&test);
    sim_test_open_example(&test, "openbsd");
    sim_test_route(&test, MH_OP_ROUTE_ADD, route, "");
    route.via = "192.0.2.253";
    sim_test_route(&test, MH_OP_ROUTE_ADD, route, "EEXIST");
    route.metric = 32;
    sim_test_route(&test, MH_OP_ROUTE_ADD, route, "");
    sim_test_expect_route(
        &test, "unicast 10.1.0.0/16 table 0 via 192.0.2.253 dev em0 src 192.0.2.1 metric 32", true);
    sim_test_close(&test);
    route.interface = "Ethernet";
    route.metric = 0;
    sim_test_open_example(&test, "windows");
    sim_test_route(&test, MH_OP_ROUTE_ADD, route, "");
    sim_test_route(&test, MH_OP_ROUTE_ADD, route, "ERROR_OBJECT_ALREADY_EXISTS");
    sim_test_route(&test, MH_OP_ROUTE_DELETE, route, "");
    sim_test_route(&test, MH_OP_ROUTE_DELETE, route, "ERROR_NOT_FOUND");
    sim_test_close(&test);
}

static void other_systems_addresses(void **state)
{
    (void)state;
    struct sim_test test;
    sim_test_open_example(&test, "freebsd");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "em1", "192.0.2.1/24", "EEXIST");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "em7", "192.0.2.1/24", "ENXIO");
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "em0", "192.0.2.9/24", "EADDRNOTAVAIL");
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "em0", "192.0.2.1/24", "");
    sim_test_expect_route(&test, "unicast 192.0.2.0/24 table 0 dev em1 src 192.0.2.3", true);
    sim_test_expect_route(&test, "local 192.0.2.1/32 table 0 dev lo0 src 192.0.2.1", false);
    sim_test_expect_route(&test, "unicast 0.0.0.0/0 table 0 via 192.0.2.254 dev em0", true);
    sim_test_close(&test);
    sim_test_open_example(&test, "windows");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "Ethernet", "192.0.2.1/24", "ERROR_OBJECT_ALREADY_EXISTS");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "Ethernet 2", "192.0.2.9/24", "");
    sim_test_expect_route(&test, "local 192.0.2.9/32 table 0 dev Ethernet 2 metric 256", true);
    sim_test_close(&test);
}

/* ---- the rest -------------------------------------------------------------------------------------- */

static void apply_rule(struct sim_test *test, enum mh_op_kind kind, uint32_t priority, uint32_t table,
                       const char *expected)
{
    struct mh_failure failure;
    struct mh_op op = {.kind = kind,
                       .of.rule = {.priority = priority,
                                   .table = table,
                                   .family = MH_IPV4,
                                   .protocol = 157,
                                   .suppress_prefix_length = -1,
                                   .suppress_interface_group = -1}};
    (void)sim_test_apply(test, &op, &failure);
    assert_string_equal(failure.native_name, expected);
}

static void rules_are_not_everywhere(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_failure failure;
    struct mh_snapshot snapshot;
    open_linux(&test);
    apply_rule(&test, MH_OP_RULE_ADD, 5260, 5200, "");
    apply_rule(&test, MH_OP_RULE_ADD, 5260, 5200, "EEXIST");
    apply_rule(&test, MH_OP_RULE_ADD, 5260, 5201, "");
    mh_host_snapshot(test.host, &snapshot);
    assert_int_equal(snapshot.rule_count, 7);
    assert_int_equal(snapshot.rules[2].table, 5201);
    mh_snapshot_clear(&snapshot);
    apply_rule(&test, MH_OP_RULE_DELETE, 5260, 5200, "");
    apply_rule(&test, MH_OP_RULE_DELETE, 5260, 5200, "ENOENT");
    struct mh_op back = {.kind = MH_OP_RULE_ADD,
                         .of.rule = {.priority = 9, .family = MH_IPV4, .action = MH_RULE_GOTO, .target = 5}};
    assert_int_equal(sim_test_apply(&test, &back, &failure), MH_INVALID);
    sim_test_close(&test);
    sim_test_open_example(&test, "netbsd");
    assert_int_equal(sim_test_apply(&test, &back, &failure), MH_UNSUPPORTED);
    assert_string_equal(failure.detail, "NetBSD has no policy rules");
    assert_int_equal(failure.native_code, 0);
    sim_test_close(&test);
}

static enum mh_error set(struct sim_test *test, uint32_t interface, enum mh_family family,
                         enum mh_setting_id id, int32_t value, struct mh_failure *failure)
{
    struct mh_op op = {
        .kind = MH_OP_SETTING_SET,
        .of.setting = {.interface = interface, .value = value, .family = (uint8_t)family, .id = (uint8_t)id}};
    return sim_test_apply(test, &op, failure);
}

static void settings_reach_where_the_system_takes_them(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_failure failure;
    open_linux(&test);
    uint32_t d0 = sim_test_index(&test, "d0");
    assert_int_equal(set(&test, d0, MH_IPV4, MH_SETTING_ARP_IGNORE, 1, &failure), MH_OK);
    assert_int_equal(sim_test_setting(&test, d0, MH_IPV4, MH_SETTING_ARP_IGNORE), 1);
    assert_int_equal(set(&test, MH_SETTING_ALL, MH_IPV4, MH_SETTING_RP_FILTER, 1, &failure), MH_OK);
    assert_int_equal(sim_test_setting(&test, d0, MH_IPV4, MH_SETTING_RP_FILTER), 0);
    assert_int_equal(set(&test, MH_SETTING_ALL, MH_IPV4, MH_SETTING_FORWARDING, 1, &failure), MH_OK);
    assert_int_equal(sim_test_setting(&test, d0, MH_IPV4, MH_SETTING_FORWARDING), 1);
    assert_int_equal(sim_test_setting(&test, MH_SETTING_DEFAULT, MH_IPV4, MH_SETTING_FORWARDING), 1);
    assert_int_equal(set(&test, 999, MH_IPV4, MH_SETTING_ARP_IGNORE, 1, &failure), MH_NOT_FOUND);
    assert_string_equal(failure.native_name, "ENODEV");
    assert_int_equal(set(&test, d0, MH_IPV4, MH_SETTING_WEAK_HOST_SEND, 1, &failure), MH_UNSUPPORTED);
    assert_string_equal(failure.detail, "Linux has no WeakHostSend on an interface");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "d0", "2001:db8::1/64", "");
    assert_int_equal(set(&test, d0, MH_IPV6, MH_SETTING_FORWARDING, 1, &failure), MH_OK);
    sim_test_expect_route(&test, "anycast 2001:db8::/128 table local dev d0", true);
    assert_int_equal(set(&test, d0, MH_IPV6, MH_SETTING_DISABLE_IPV6, 1, &failure), MH_OK);
    sim_test_expect_route(&test, "local 2001:db8::1/128 table local dev d0", false);
    sim_test_expect_route(&test, "multicast ff00::/8 table local dev d0 metric 256", false);
    sim_test_close(&test);
    sim_test_open_example(&test, "freebsd");
    assert_int_equal(set(&test, MH_SETTING_ALL, MH_IPV4, MH_SETTING_STRONG_END_SYSTEM, 1, &failure), MH_OK);
    assert_int_equal(set(&test, 1, MH_IPV4, MH_SETTING_STRONG_END_SYSTEM, 1, &failure), MH_UNSUPPORTED);
    sim_test_close(&test);
}

static enum mh_error set_mac(struct sim_test *test, const char *interface, const char *text,
                             struct mh_failure *failure)
{
    struct mh_op op = {.kind = MH_OP_LINK_ADDRESS_SET,
                       .of.link = {.interface = sim_test_index(test, interface)}};
    op.of.link.hardware_address_length =
        (uint8_t)mh_hardware_address_parse(text, op.of.link.hardware_address);
    return sim_test_apply(test, &op, failure);
}

static void link_addresses(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_failure failure;
    struct mh_snapshot snapshot;
    open_linux(&test);
    assert_int_equal(set_mac(&test, "d0", "02:00:00:00:00:09", &failure), MH_OK);
    mh_host_snapshot(test.host, &snapshot);
    assert_int_equal(mh_snapshot_interface_named(&snapshot, "d0")->hardware_address[5], 9);
    mh_snapshot_clear(&snapshot);
    assert_int_equal(set_mac(&test, "d0", "01:00:00:00:00:09", &failure), MH_INVALID);
    assert_string_equal(failure.native_name, "EADDRNOTAVAIL");
    assert_int_equal(set_mac(&test, "d0", "02:00:00:00:09", &failure), MH_INVALID);
    assert_string_equal(failure.native_name, "EINVAL");
    assert_int_equal(set_mac(&test, "nosuch", "02:00:00:00:00:09", &failure), MH_NOT_FOUND);
    sim_test_close(&test);
    sim_test_open_example(&test, "windows");
    assert_int_equal(set_mac(&test, "Ethernet", "02:00:00:00:00:09", &failure), MH_UNSUPPORTED);
    sim_test_close(&test);
}

static void apply_proxy(struct sim_test *test, enum mh_op_kind kind, uint32_t interface, const char *expected)
{
    struct mh_failure failure;
    struct mh_op op = {.kind = kind, .of.proxy = {.interface = interface}};
    assert_true(mh_address_parse("192.0.2.50", 10, &op.of.proxy.address));
    (void)sim_test_apply(test, &op, &failure);
    assert_string_equal(failure.native_name, expected);
}

static void proxy_entries(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_snapshot snapshot;
    open_linux(&test);
    uint32_t d0 = sim_test_index(&test, "d0");
    apply_proxy(&test, MH_OP_PROXY_ADD, d0, "");
    apply_proxy(&test, MH_OP_PROXY_ADD, d0, "");
    apply_proxy(&test, MH_OP_PROXY_ADD, 0, "");
    mh_host_snapshot(test.host, &snapshot);
    assert_int_equal(snapshot.neighbor_count, 2);
    assert_true(snapshot.neighbors[1].proxy);
    mh_snapshot_clear(&snapshot);
    apply_proxy(&test, MH_OP_PROXY_DELETE, d0, "");
    apply_proxy(&test, MH_OP_PROXY_DELETE, d0, "ENOENT");
    apply_proxy(&test, MH_OP_PROXY_ADD, 999, "ENODEV");
    sim_test_close(&test);
    sim_test_open_example(&test, "openbsd");
    apply_proxy(&test, MH_OP_PROXY_ADD, 1, "");
    apply_proxy(&test, MH_OP_PROXY_ADD, 1, "EEXIST");
    sim_test_close(&test);
}

static void every_op_has_a_word(void **state)
{
    (void)state;
    assert_string_equal(mh_op_word(MH_OP_ADDRESS_ADD), "address-add");
    assert_string_equal(mh_op_word(MH_OP_PROXY_DELETE), "proxy-delete");
    assert_string_equal(mh_op_word(MH_OP_KIND_COUNT), "unknown");
    assert_string_equal(mh_support_name(MH_SUPPORTED), "supported");
    assert_string_equal(mh_support_name(MH_HOST_WIDE), "host-wide");
    assert_string_equal(mh_support_name(MH_BUILT_IN), "built-in");
    assert_string_equal(mh_support_name(MH_EMULATED), "emulated");
    assert_string_equal(mh_support_name(MH_NOT_SUPPORTED), "unsupported");
}

static void a_failed_op_changes_nothing(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_failure failure;
    static struct sim_test_text before, after;
    open_linux(&test);
    sim_test_routes(&test, &before);
    memset(test.begun, 0, sizeof test.begun);
    struct mh_op op = sim_test_address_op(&test, MH_OP_ADDRESS_DELETE, "d0", "192.0.2.1/25");
    struct mh_feed feed = sim_test_feed(&test);
    assert_int_equal(sim_test_apply(&test, &op, &failure), MH_NOT_FOUND);
    assert_int_equal(mh_backend_sim.read_changes(test.platform, &feed, NULL), MH_OK);
    for (int i = 0; i < MH_SECTION_COUNT; i++)
        assert_int_equal(test.begun[i], 0);
    sim_test_read(&test);
    sim_test_routes(&test, &after);
    assert_string_equal(before.bytes, after.bytes);
    op.kind = MH_OP_KIND_COUNT;
    assert_int_equal(sim_test_apply(&test, &op, &failure), MH_UNSUPPORTED);
    sim_test_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linux_address_add_brings_routes),
        cmocka_unit_test(linux_address_errors),
        cmocka_unit_test(linux_primary_takes_its_secondaries),
        cmocka_unit_test(linux_promotes_when_told_to),
        cmocka_unit_test(linux_last_address_takes_all_routes),
        cmocka_unit_test(linux_ipv6_routes_stay_and_forget_their_source),
        cmocka_unit_test(linux_newest_ipv6_address_is_first),
        cmocka_unit_test(linux_keeps_what_was_deleted_by_hand),
        cmocka_unit_test(flags_are_set_where_the_system_has_them),
        cmocka_unit_test(linux_route_ops),
        cmocka_unit_test(linux_route_errors),
        cmocka_unit_test(other_systems_tell_routes_apart_differently),
        cmocka_unit_test(other_systems_addresses),
        cmocka_unit_test(rules_are_not_everywhere),
        cmocka_unit_test(settings_reach_where_the_system_takes_them),
        cmocka_unit_test(link_addresses),
        cmocka_unit_test(proxy_entries),
        cmocka_unit_test(every_op_has_a_word),
        cmocka_unit_test(a_failed_op_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
