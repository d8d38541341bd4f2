/* Plans for preferred sources: by destination, and in place of addresses that are to be skipped. */
#include "plan_fixture.h"

#define HOST(routes)                                                                                         \
    "{\"system\": \"linux\", \"interfaces\": {"                                                              \
    "\"d0\": {\"addresses\": [\"192.0.2.1/24\", \"192.0.2.7/24\", \"2001:db8:1::1/64\"]},"                   \
    "\"d1\": {\"addresses\": [\"198.51.100.1/24\"]}}, \"routes\": ["                                         \
    "{\"destination\": \"default\", \"via\": \"192.0.2.254\", \"protocol\": \"dhcp\"}" routes "]}"

static void main_is_followed_with_another_source(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST(", {\"destination\": \"203.0.113.128/25\", \"via\": \"198.51.100.254\"},"
                             "{\"destination\": \"203.0.113.64/26\", \"type\": \"unreachable\"},"
                             "{\"destination\": \"10.0.0.0/8\", \"via\": \"198.51.100.254\"}"));
    plan(&fixture,
         "{\"source_preferences\": {\"lab\": {\"to\": \"203.0.113.0/24\", \"source\": \"192.0.2.7\"}}}");
    expect_steps(
        &fixture,
        "ip route add unreachable 203.0.113.64/26 table 5999 proto 157\n"
        "ip route add 203.0.113.0/24 via 192.0.2.254 dev d0 table 5999 proto 157 src 192.0.2.7\n"
        "ip route add 203.0.113.128/25 via 198.51.100.254 dev d1 table 5999 proto 157 src 192.0.2.7\n"
        "ip rule add from 0.0.0.0 lookup 5999 priority 5240 protocol 157\n");
    assert_string_equal(fixture.plan->steps[0].member, "/source_preferences/lab");
    carry_out(&fixture);
    plan(&fixture,
         "{\"source_preferences\": {\"lab\": {\"to\": \"203.0.113.0/24\", \"source\": \"192.0.2.7\"}}}");
    expect_steps(&fixture, "");
    close_host(&fixture);
}

static void the_longest_prefix_whose_source_is_there_counts(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST(", {\"destination\": \"10.1.1.0/24\", \"via\": \"198.51.100.254\"}"));
    plan(&fixture, "{\"source_preferences\": {\"a\": {\"to\": \"10.0.0.0/8\", \"source\": \"192.0.2.7\"},"
                   "\"b\": {\"to\": \"10.1.0.0/16\", \"source\": \"198.51.100.1\"},"
                   "\"c\": {\"to\": \"10.1.1.0/25\", \"source\": \"198.51.100.9\"}}}");
    expect_steps(&fixture,
                 "ip route add 10.0.0.0/8 via 192.0.2.254 dev d0 table 5999 proto 157 src 192.0.2.7\n"
                 "ip route add 10.1.0.0/16 via 192.0.2.254 dev d0 table 5999 proto 157 src 198.51.100.1\n"
                 "ip route add 10.1.1.0/24 via 198.51.100.254 dev d1 table 5999 proto 157 src 198.51.100.1\n"
                 "ip rule add from 0.0.0.0 lookup 5999 priority 5240 protocol 157\n");
    expect_pending(&fixture,
                   "/source_preferences/c: The source 198.51.100.9 is not an address of this host.\n");
    close_host(&fixture);
}

static void ipv6_sources_that_are_chosen_jump_over_it(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST(", {\"destination\": \"default\", \"via\": \"fe80::fe\", \"interface\": \"d0\", "
                             "\"protocol\": \"ra\", \"metric\": 1024}"));
    plan(&fixture,
         "{\"source_preferences\": {\"a\": {\"to\": \"2001:db8:99::/48\", \"source\": \"2001:db8:1::1\"},"
         "\"b\": {\"to\": \"2001:db8:98::/48\", \"source\": \"2001:db8:1::2\"}}}");
    expect_steps(&fixture, "ip -6 route add 2001:db8:99::/48 via fe80::fe dev d0 table 5999 proto 157 metric "
                           "1024 src 2001:db8:1::1\n"
                           "ip -6 rule add from all nop priority 5242 protocol 157\n"
                           "ip -6 rule add from ::/1 goto 5242 priority 5240 protocol 157\n"
                           "ip -6 rule add from 8000::/1 goto 5242 priority 5240 protocol 157\n"
                           "ip -6 rule add from all to fe80::/10 goto 5242 priority 5240 protocol 157\n"
                           "ip -6 rule add from all lookup 5999 priority 5241 protocol 157\n");
    close_host(&fixture);
}

static void own_routes_and_addresses_count_at_once(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture,
              "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\"]}}}");
    plan(&fixture,
         "{\"addresses\": {\"x\": {\"interface\": \"d0\", \"address\": \"203.0.113.1/24\"}},"
         "\"routes\": {\"corp\": {\"to\": \"203.0.0.0/16\", \"via\": \"192.0.2.254\"}},"
         "\"source_preferences\": {\"a\": {\"to\": \"203.0.0.0/16\", \"source\": \"203.0.113.1\"}}}");
    expect_steps(&fixture,
                 "ip address add 203.0.113.1/24 dev d0\n"
                 "ip route add 203.0.113.0/24 dev d0 table 5999 proto 157 src 203.0.113.1\n"
                 "ip route add 203.0.0.0/16 via 192.0.2.254 dev d0 proto 157\n"
                 "ip route add 203.0.0.0/16 via 192.0.2.254 dev d0 table 5999 proto 157 src 203.0.113.1\n"
                 "ip rule add from 0.0.0.0 lookup 5999 priority 5240 protocol 157\n");
    close_host(&fixture);
}

/* The first address would be the source of what leaves by the gateway, and in its subnet. */
static void a_skipped_address_is_no_source(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST(", {\"destination\": \"10.0.0.0/8\", \"via\": \"198.51.100.254\"}"));
    plan(&fixture, "{\"addresses\": {\"s\": {\"interface\": \"d0\", \"address\": \"192.0.2.1/24\", "
                   "\"skip_as_source\": true}}}");
    expect_steps(&fixture, "ip route add 192.0.2.0/24 dev d0 table 5999 proto 157 src 192.0.2.7\n"
                           "ip route add 198.51.100.0/24 dev d1 table 5999 proto 157 src 198.51.100.1\n"
                           "ip route add default via 192.0.2.254 dev d0 table 5999 proto 157 src 192.0.2.7\n"
                           "ip route add 10.0.0.0/8 via 198.51.100.254 dev d1 table 5999 proto 157\n"
                           "ip rule add from 0.0.0.0 lookup 5999 priority 5240 protocol 157\n");
    assert_string_equal(fixture.plan->steps[0].member, "/addresses/s");
    plan(&fixture, "{\"addresses\": {\"s\": {\"interface\": \"d0\", \"address\": \"192.0.2.7/24\", "
                   "\"skip_as_source\": true}}}");
    expect_steps(&fixture, "");
    plan(&fixture, "{\"addresses\": {\"s\": {\"interface\": \"d1\", \"address\": \"198.51.100.1/24\", "
                   "\"skip_as_source\": true}}}");
    expect_steps(&fixture, "");
    expect_pending(&fixture, "/addresses/s: d1 has no other IPv4 address that could be the source.\n");
    close_host(&fixture);
}

static void whoever_becomes_primary_is_known(void **state)
{
    static const char document[] = "{\"addresses\": {\"y\": {\"interface\": \"d1\", \"address\": "
                                   "\"203.0.113.2/24\", \"skip_as_source\": true}}}";
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST(", {\"destination\": \"10.0.0.0/8\", \"via\": \"203.0.113.254\", "
                             "\"interface\": \"d1\", \"on_link\": true}"));
    plan(&fixture, "{\"addresses\": {\"x\": {\"interface\": \"d1\", \"address\": \"203.0.113.1/24\"}}}");
    carry_out(&fixture);
    plan(&fixture, document);
    carry_out(&fixture);
    plan(&fixture, document);
    expect_steps(&fixture, "");
    close_host(&fixture);
}

static void with_strong_send_a_source_has_its_own_ways_only(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST(""));
    plan(&fixture, "{\"host_model\": {\"send\": \"strong\"}, \"source_preferences\": "
                   "{\"a\": {\"to\": \"10.0.0.0/8\", \"source\": \"198.51.100.1\"},"
                   "\"b\": {\"to\": \"10.1.0.0/16\", \"source\": \"192.0.2.7\"}}}");
    expect_pending(&fixture, "/source_preferences/a: The way to 10.0.0.0/8 is by another interface than the "
                             "source's, which is all that it leaves by (host_model.send).\n");
    size_t found = 0;
    for (size_t i = 0; i < fixture.plan->step_count; i++) {
        const struct mh_op *op = &fixture.plan->steps[i].op;
        if (op->kind == MH_OP_ROUTE_ADD && op->of.route.table == 5999) {
            assert_int_equal(op->of.route.destination.length, 16);
            found++;
        }
    }
    assert_int_equal(found, 1);
    close_host(&fixture);
}

/* `mtu 1400`; of several next hops, the same. */
#define MTU "\"native\": \"0c0008800800020078050000\""

static void copies_have_what_only_the_system_tells(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture,
              HOST(", {\"destination\": \"10.0.0.0/8\", \"via\": \"198.51.100.254\", " MTU "},"
                   "{\"destination\": \"172.16.0.0/12\", \"next_hops\": [{\"gateway\": \"192.0.2.254\"}, "
                   "{\"gateway\": \"198.51.100.254\"}], " MTU "}"));
    plan(&fixture, "{\"source_preferences\": {\"a\": {\"to\": \"10.0.0.0/8\", \"source\": \"198.51.100.1\"},"
                   "\"b\": {\"to\": \"172.16.0.0/12\", \"source\": \"198.51.100.1\"}}}");
    expect_pending(&fixture, "/source_preferences/b: The main table's route to 172.16.0.0/12 cannot be had "
                             "once more, with another source.\n");
    assert_int_equal(fixture.plan->step_count, 3);
    assert_int_equal(fixture.plan->steps[0].op.of.route.type, MH_ROUTE_THROW);
    assert_int_equal(fixture.plan->steps[1].op.of.route.native_length, 12);
    carry_out(&fixture);
    plan(&fixture, "{\"source_preferences\": {\"a\": {\"to\": \"10.0.0.0/8\", \"source\": \"198.51.100.1\"},"
                   "\"b\": {\"to\": \"172.16.0.0/12\", \"source\": \"198.51.100.1\"}}}");
    expect_steps(&fixture, "");
    close_host(&fixture);
}

static void what_is_for_a_type_of_service_alone_is_left_to_main(void **state)
{
    static const char document[] =
        "{\"source_preferences\": {\"a\": {\"to\": \"10.0.0.0/8\", \"source\": \"192.0.2.7\"}}}";
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST(", {\"destination\": \"default\", \"via\": \"192.0.2.253\", \"tos\": 16},"
                             "{\"destination\": \"10.1.0.0/16\", \"via\": \"192.0.2.253\", \"tos\": 16}"));
    plan(&fixture, document);
    expect_steps(&fixture,
                 "ip route add throw 10.0.0.0/8 tos 0x10 table 5999 proto 157\n"
                 "ip route add throw 10.1.0.0/16 tos 0x10 table 5999 proto 157\n"
                 "ip route add 10.0.0.0/8 via 192.0.2.254 dev d0 table 5999 proto 157 src 192.0.2.7\n"
                 "ip rule add from 0.0.0.0 lookup 5999 priority 5240 protocol 157\n");
    carry_out(&fixture);
    plan(&fixture, document);
    expect_steps(&fixture, "");
    close_host(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(main_is_followed_with_another_source),
        cmocka_unit_test(the_longest_prefix_whose_source_is_there_counts),
        cmocka_unit_test(ipv6_sources_that_are_chosen_jump_over_it),
        cmocka_unit_test(own_routes_and_addresses_count_at_once),
        cmocka_unit_test(a_skipped_address_is_no_source),
        cmocka_unit_test(whoever_becomes_primary_is_known),
        cmocka_unit_test(with_strong_send_a_source_has_its_own_ways_only),
        cmocka_unit_test(copies_have_what_only_the_system_tells),
        cmocka_unit_test(what_is_for_a_type_of_service_alone_is_left_to_main),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
