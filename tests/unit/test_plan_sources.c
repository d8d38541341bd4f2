/* Plans for sources that are bound to their interface: source routing and strong send, one rule a test. */
#include "plan_fixture.h"

#define TWO_ISPS                                                                                             \
    "{\"system\": \"linux\", \"interfaces\": {"                                                              \
    "\"d0\": {\"addresses\": [\"192.0.2.1/24\", \"fe80::1/64\", \"2001:db8:1::1/64\"]},"                     \
    "\"d1\": {\"addresses\": [\"198.51.100.1/24\"]},"                                                        \
    "\"docker0\": {\"kind\": \"bridge\", \"addresses\": [\"172.17.0.1/16\"]}},"                              \
    "\"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\", \"protocol\": \"dhcp\"},"         \
    "{\"destination\": \"default\", \"via\": \"198.51.100.254\", \"protocol\": \"dhcp\", \"metric\": 100},"  \
    "{\"destination\": \"10.0.0.0/8\", \"via\": \"192.0.2.7\"},"                                             \
    "{\"destination\": \"default\", \"via\": \"fe80::fe\", \"interface\": \"d0\", \"protocol\": \"ra\"}]"

static void sources_lead_to_the_table_of_their_interface(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_ISPS "}");
    plan(&fixture, "{\"source_routing\": true}");
    expect_steps(&fixture, "ip route add 192.0.2.0/24 dev d0 table 5202 proto 157\n"
                           "ip route add 172.17.0.0/16 dev docker0 table 5202 proto 157\n"
                           "ip -6 route add 2001:db8:1::/64 dev d0 table 5202 proto 157 metric 1024\n"
                           "ip -6 route add fe80::/64 dev d0 table 5202 proto 157 metric 1024\n"
                           "ip route add 198.51.100.0/24 dev d1 table 5203 proto 157\n"
                           "ip route add 172.17.0.0/16 dev docker0 table 5203 proto 157\n"
                           "ip route add 10.0.0.0/8 via 192.0.2.7 dev d0 table 5202 proto 157\n"
                           "ip route add default via 192.0.2.254 dev d0 table 5202 proto 157\n"
                           "ip -6 route add default via fe80::fe dev d0 table 5202 proto 157 metric 1024\n"
                           "ip route add default via 198.51.100.254 dev d1 table 5203 proto 157\n"
                           "ip rule add from 192.0.2.1 lookup 5202 priority 5260 protocol 157\n"
                           "ip -6 rule add from 2001:db8:1::1 lookup 5202 priority 5260 protocol 157\n"
                           "ip rule add from 198.51.100.1 lookup 5203 priority 5260 protocol 157\n");
    assert_string_equal(fixture.plan->steps[0].member, "/source_routing");
    carry_out(&fixture);
    plan(&fixture, "{\"source_routing\": true}");
    expect_steps(&fixture, "");
    close_host(&fixture);
}

static void strong_send_ends_where_source_routing_goes_on(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_ISPS "}");
    plan(&fixture, "{\"interfaces\": {\"d1\": {\"ipv4\": {\"host_model\": {\"send\": \"strong\"}}}}}");
    expect_steps(&fixture, "ip route add 198.51.100.0/24 dev d1 table 5203 proto 157\n"
                           "ip route add 172.17.0.0/16 dev docker0 table 5203 proto 157\n"
                           "ip route add default via 198.51.100.254 dev d1 table 5203 proto 157\n"
                           "ip rule add from 198.51.100.1 lookup 5203 priority 5260 protocol 157\n"
                           "ip rule add from 198.51.100.1 unreachable priority 5261 protocol 157\n");
    assert_string_equal(fixture.plan->steps[0].member, "/interfaces/d1/ipv4/host_model/send");
    carry_out(&fixture);
    plan(&fixture, "{}");
    expect_steps(&fixture,
                 "ip rule delete from 198.51.100.1 unreachable priority 5261 protocol 157\n"
                 "ip rule delete from 198.51.100.1 lookup 5203 priority 5260 protocol 157\n"
                 "ip route delete 198.51.100.0/24 dev d1 table 5203 proto 157 scope link\n"
                 "ip route delete 172.17.0.0/16 dev docker0 table 5203 proto 157 scope link\n"
                 "ip route delete default via 198.51.100.254 dev d1 table 5203 proto 157 scope global\n");
    close_host(&fixture);
}

static void weak_here_and_strong_elsewhere(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture,
              "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\"]},"
              "\"d1\": {\"addresses\": [\"198.51.100.1/24\"]},"
              "\"br0\": {\"kind\": \"bridge\", \"addresses\": [\"10.1.0.1/24\"]}}}");
    plan(&fixture, "{\"host_model\": {\"send\": \"strong\"}, \"interfaces\": {\"d0\": {\"ipv4\": "
                   "{\"host_model\": {\"send\": \"weak\"}}},"
                   "\"br0\": {\"ipv4\": {\"host_model\": {\"send\": \"strong\"}}}}}");
    expect_steps(&fixture, "ip route add 198.51.100.0/24 dev d1 table 5203 proto 157\n"
                           "ip route add 10.1.0.0/24 dev br0 table 5203 proto 157\n"
                           "ip route add 10.1.0.0/24 dev br0 table 5204 proto 157\n"
                           "ip rule add from 198.51.100.1 lookup 5203 priority 5260 protocol 157\n"
                           "ip rule add from 198.51.100.1 unreachable priority 5261 protocol 157\n"
                           "ip rule add from 10.1.0.1 lookup 5204 priority 5260 protocol 157\n"
                           "ip rule add from 10.1.0.1 unreachable priority 5261 protocol 157\n");
    expect_warnings(&fixture, "/host_model/send: d1 has no IPv4 gateway now: its addresses reach its own "
                              "networks and this host's internal ones only.\n"
                              "/interfaces/br0/ipv4/host_model/send: br0 has no IPv4 gateway now: its "
                              "addresses reach its own networks and this host's internal ones only.\n");
    close_host(&fixture);
}

/* A new address is a rule and its subnet, no more. */
static void an_address_touches_what_belongs_to_it(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_ISPS "}");
    plan(&fixture, "{\"source_routing\": true}");
    carry_out(&fixture);
    plan(&fixture, "{\"source_routing\": true, \"addresses\": {"
                   "\"a\": {\"interface\": \"d1\", \"address\": \"203.0.113.1/25\"},"
                   "\"b\": {\"interface\": \"d0\", \"address\": \"192.0.2.2/24\"}}}");
    expect_steps(&fixture, "ip address add 203.0.113.1/25 dev d1\n"
                           "ip address add 192.0.2.2/24 dev d0\n"
                           "ip route add 203.0.113.0/25 dev d1 table 5203 proto 157\n"
                           "ip rule add from 192.0.2.2 lookup 5202 priority 5260 protocol 157\n"
                           "ip rule add from 203.0.113.1 lookup 5203 priority 5260 protocol 157\n");
    carry_out(&fixture);
    plan(&fixture, "{\"source_routing\": true}");
    expect_steps(&fixture, "ip rule delete from 203.0.113.1 lookup 5203 priority 5260 protocol 157\n"
                           "ip rule delete from 192.0.2.2 lookup 5202 priority 5260 protocol 157\n"
                           "ip route delete 203.0.113.0/25 dev d1 table 5203 proto 157 scope link\n"
                           "ip address delete 203.0.113.1/25 dev d1\n"
                           "ip address delete 192.0.2.2/24 dev d0\n");
    close_host(&fixture);
}

/* The uplink's own gateway goes before the one that DHCP gave, and an interface and its uplink share a table.
 */
static void an_uplink_shares_the_table_of_its_interface(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_ISPS "}");
    plan(&fixture, "{\"interfaces\": {\"d1\": {\"ipv4\": {\"host_model\": {\"send\": \"strong\"}}}},"
                   "\"uplinks\": {\"isp2\": {\"interface\": \"d1\", \"gateway\": {\"ipv4\": "
                   "\"198.51.100.253\"}, \"priority\": 7}},"
                   "\"rules\": {\"g\": {\"from\": \"10.1.0.0/24\", \"uplink\": \"isp2\", \"priority\": 3}}}");
    expect_steps(&fixture, "ip route add 198.51.100.0/24 dev d1 table 5203 proto 157\n"
                           "ip route add 172.17.0.0/16 dev docker0 table 5203 proto 157\n"
                           "ip route add default via 198.51.100.253 dev d1 proto 157 metric 7\n"
                           "ip route add default via 198.51.100.253 dev d1 table 5203 proto 157\n"
                           "ip rule add from 10.1.0.0/24 lookup 5203 priority 5203 protocol 157\n"
                           "ip rule add from 198.51.100.1 lookup 5203 priority 5260 protocol 157\n"
                           "ip rule add from 198.51.100.1 unreachable priority 5261 protocol 157\n");
    close_host(&fixture);
}

static void without_carrier_there_is_no_way(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(
        &fixture,
        "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"carrier\": false, \"addresses\": "
        "[\"192.0.2.1/24\"]}, \"d1\": {\"up\": false, \"addresses\": [\"198.51.100.1/24\"]}},"
        "\"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\", \"protocol\": \"dhcp\"}]}");
    plan(&fixture, "{\"source_routing\": true}");
    expect_steps(&fixture, "ip route add 192.0.2.0/24 dev d0 table 5202 proto 157\n"
                           "ip rule add from 192.0.2.1 lookup 5202 priority 5260 protocol 157\n"
                           "ip rule add from 198.51.100.1 lookup 5203 priority 5260 protocol 157\n");
    close_host(&fixture);
}

/* A router advertisement's preference counts (RFC 4191), its prefix for a /128 is on the link, and one that
 * is for addresses only is not. */
static void router_advertisements_are_followed(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": ["
                        "{\"address\": \"2001:db8:1::7/128\", \"flags\": [\"dynamic\"], \"owner\": \"dhcp\"},"
                        "{\"address\": \"2001:db8:2::7/64\", \"flags\": [\"dynamic\", \"no-prefix-route\"], "
                        "\"owner\": \"ra\"},"
                        "{\"address\": \"2001:db8:3::7/64\", \"flags\": [\"temporary\", \"deprecated\", "
                        "\"dynamic\"], \"owner\": \"ra\"}]}},"
                        "\"routes\": [{\"destination\": \"2001:db8:1::/64\", \"interface\": \"d0\", "
                        "\"protocol\": \"kernel\", \"metric\": 256},"
                        "{\"destination\": \"default\", \"via\": \"fe80::1\", \"interface\": \"d0\", "
                        "\"protocol\": \"ra\", \"metric\": 1024},"
                        "{\"destination\": \"default\", \"via\": \"fe80::2\", \"interface\": \"d0\", "
                        "\"protocol\": \"ra\", \"metric\": 1024, \"preference\": \"high\"}]}");
    plan(&fixture, "{\"source_routing\": true}");
    expect_steps(&fixture, "ip -6 route add 2001:db8:3::/64 dev d0 table 5202 proto 157 metric 1024\n"
                           "ip -6 route add 2001:db8:1::/64 dev d0 table 5202 proto 157 metric 1024\n"
                           "ip -6 route add default via fe80::2 dev d0 table 5202 proto 157 metric 1024\n"
                           "ip -6 rule add from 2001:db8:1::7 lookup 5202 priority 5260 protocol 157\n"
                           "ip -6 rule add from 2001:db8:2::7 lookup 5202 priority 5260 protocol 157\n"
                           "ip -6 rule add from 2001:db8:3::7 lookup 5202 priority 5260 protocol 157\n");
    close_host(&fixture);
}

/* wg-quick and the like let the system choose a priority, which then is one below the lowest. */
static void foreign_rules_among_ours_are_said(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture,
              "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\"]}},"
              "\"rules\": [{\"priority\": 5260, \"from\": \"10.0.0.0/8\", \"table\": 100},"
              "{\"priority\": 5259, \"not\": true, \"mark\": \"0xca6c/0xffffffff\", \"table\": 100},"
              "{\"priority\": 5199, \"table\": 254, \"suppress_prefix_length\": 0}]}");
    plan(&fixture, "{\"source_routing\": true}");
    expect_steps(&fixture, "ip route add 192.0.2.0/24 dev d0 table 5202 proto 157\n"
                           "ip rule add from 192.0.2.1 lookup 5202 priority 5260 protocol 157\n");
    expect_warnings(&fixture, ": Another program's IPv4 rule stands at priority 5259, among those of this "
                              "service: it is left, and may decide before those of this service.\n"
                              ": Another program's IPv4 rule stands at priority 5260, where one of this "
                              "service belongs: it is left, and may decide before those of this service.\n");
    plan(&fixture, "{}");
    expect_warnings(&fixture, "");
    close_host(&fixture);
}

/* Indices grow: 402 falls on the place of 2, which has it first. */
static void two_interfaces_have_two_tables(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(
        &fixture,
        "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"index\": 2, \"addresses\": [\"192.0.2.1/24\"]},"
        "\"d1\": {\"index\": 402, \"addresses\": [\"198.51.100.1/24\"]}}}");
    plan(&fixture, "{\"source_routing\": true}");
    expect_steps(&fixture, "ip route add 192.0.2.0/24 dev d0 table 5202 proto 157\n"
                           "ip route add 198.51.100.0/24 dev d1 table 5939 proto 157\n"
                           "ip rule add from 192.0.2.1 lookup 5202 priority 5260 protocol 157\n"
                           "ip rule add from 198.51.100.1 lookup 5939 priority 5260 protocol 157\n");
    plan(&fixture, "{\"interfaces\": {\"d1\": {\"ipv4\": {\"host_model\": {\"send\": \"strong\"}}}}}");
    expect_steps(&fixture, "ip route add 198.51.100.0/24 dev d1 table 5202 proto 157\n"
                           "ip rule add from 198.51.100.1 lookup 5202 priority 5260 protocol 157\n"
                           "ip rule add from 198.51.100.1 unreachable priority 5261 protocol 157\n");
    close_host(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_lead_to_the_table_of_their_interface),
        cmocka_unit_test(strong_send_ends_where_source_routing_goes_on),
        cmocka_unit_test(weak_here_and_strong_elsewhere),
        cmocka_unit_test(an_address_touches_what_belongs_to_it),
        cmocka_unit_test(an_uplink_shares_the_table_of_its_interface),
        cmocka_unit_test(without_carrier_there_is_no_way),
        cmocka_unit_test(router_advertisements_are_followed),
        cmocka_unit_test(foreign_rules_among_ours_are_said),
        cmocka_unit_test(two_interfaces_have_two_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
