/* Plans for the default routes of uplinks: priorities, weights, other programs' routes, one rule a test. */
#include "plan_fixture.h"

#include "core/plan_effect.h"

#define HOST(carrier, routes)                                                                                \
    "{\"system\": \"linux\", \"interfaces\": {"                                                              \
    "\"d0\": {" carrier "\"addresses\": [\"192.0.2.1/24\", \"2001:db8:1::1/64\"]},"                          \
    "\"d1\": {\"addresses\": [\"198.51.100.1/24\", \"2001:db8:2::1/64\"]}}, \"routes\": [" routes "]}"

#define UPLINKS(first, second)                                                                               \
    "\"uplinks\": {\"a\": {\"interface\": \"d0\", \"gateway\": {\"ipv4\": \"192.0.2.254\"}" first            \
    "}, \"b\": {\"interface\": \"d1\", \"gateway\": {\"ipv4\": \"198.51.100.254\"}" second "}}"

static void each_uplink_is_a_default_gateway(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("", ""));
    plan(&fixture, "{" UPLINKS(", \"priority\": 2", ", \"priority\": 0") "}");
    expect_steps(&fixture, "ip route add default via 198.51.100.254 dev d1 proto 157 metric 1\n"
                           "ip route add default via 192.0.2.254 dev d0 proto 157 metric 2\n");
    assert_string_equal(fixture.plan->steps[0].member, "/uplinks/b");
    expect_warnings(&fixture, "");
    carry_out(&fixture);
    plan(&fixture, "{" UPLINKS(", \"priority\": 2", ", \"priority\": 0") "}");
    expect_steps(&fixture, "");
    close_host(&fixture);
}

static void equals_stand_in_the_order_of_the_document(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("", ""));
    plan(&fixture, "{" UPLINKS("", "") "}");
    expect_steps(&fixture, "ip route add default via 192.0.2.254 dev d0 proto 157 metric 100\n"
                           "ip route add default via 198.51.100.254 dev d1 proto 157 metric 101\n");
    plan(&fixture, "{\"interfaces\": {\"d1\": {\"metric\": 7}}, " UPLINKS("", "") "}");
    expect_steps(&fixture, "ip route add default via 198.51.100.254 dev d1 proto 157 metric 7\n"
                           "ip route add default via 192.0.2.254 dev d0 proto 157 metric 100\n");
    close_host(&fixture);
}

static void without_carrier_the_next_one_takes_over(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("\"carrier\": false, ", ""));
    plan(&fixture, "{" UPLINKS("", "") "}");
    expect_steps(&fixture, "ip route add default via 198.51.100.254 dev d1 proto 157 metric 100\n");
    expect_pending(&fixture, "/uplinks/a: d0 has no carrier.\n");
    close_host(&fixture);
}

static void others_default_routes_stay(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture,
              HOST("", "{\"destination\": \"default\", \"via\": \"192.0.2.253\", \"protocol\": \"dhcp\"},"
                       "{\"destination\": \"default\", \"via\": \"192.0.2.254\", \"protocol\": \"dhcp\", "
                       "\"metric\": 100},"
                       "{\"destination\": \"default\", \"via\": \"198.51.100.9\", \"protocol\": \"dhcp\", "
                       "\"metric\": 101}"));
    plan(&fixture, "{" UPLINKS("", "") "}");
    expect_steps(&fixture, "ip route add default via 198.51.100.254 dev d1 proto 157 metric 102\n");
    expect_warnings(&fixture,
                    "/uplinks/b: Another program's (dhcp) IPv4 default route by d0 has metric 0 and "
                    "goes before this one of metric 102.\n");
    close_host(&fixture);
}

static void an_automatic_gateway_is_what_others_found(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("", "{\"destination\": \"default\", \"via\": \"fe80::1\", \"interface\": "
                                 "\"d0\", \"protocol\": \"ra\", \"metric\": 1024}"));
    plan(&fixture, "{\"uplinks\": {\"a\": {\"interface\": \"d0\", \"gateway\": {\"ipv4\": \"auto\", "
                   "\"ipv6\": \"auto\"}}}}");
    expect_steps(&fixture, "ip -6 route add default via fe80::1 dev d0 proto 157 metric 100\n");
    expect_pending(&fixture, "/uplinks/a: No IPv4 default gateway is known on d0.\n");
    close_host(&fixture);
}

static void balance_needs_consent(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("", ""));
    plan(&fixture, "{\"sharing\": \"balance\", " UPLINKS("", "") "}");
    expect_steps(&fixture, "ip route add default via 192.0.2.254 dev d0 proto 157 metric 100\n"
                           "ip route add default via 198.51.100.254 dev d1 proto 157 metric 101\n");
    expect_notes(&fixture, fixture.plan->unsupported, fixture.plan->unsupported_count,
                 "/sharing: \"balance\" needs \"host_wide\": true, as fib_multipath_hash_policy concerns the "
                 "whole host: until then the best uplink carries all.\n");
    close_host(&fixture);
}

#define BALANCE "{\"sharing\": \"balance\", \"host_wide\": true, "

static void balance_is_one_route_with_weights(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("", ""));
    plan(&fixture, BALANCE UPLINKS(", \"weight\": 2", "") "}");
    expect_steps(
        &fixture,
        "sysctl -w net.ipv4.fib_multipath_hash_policy=1\n"
        "sysctl -w net.ipv6.fib_multipath_hash_policy=1\n"
        "ip route add 192.0.2.0/24 dev d0 table 5202 proto 157\n"
        "ip route add 198.51.100.0/24 dev d1 table 5203 proto 157\n"
        "ip route add default proto 157 metric 100 nexthop via 192.0.2.254 dev d0 weight 2 nexthop via "
        "198.51.100.254 dev d1\n"
        "ip route add default via 192.0.2.254 dev d0 table 5202 proto 157\n"
        "ip route add default via 198.51.100.254 dev d1 table 5203 proto 157\n"
        "ip rule add from 192.0.2.1 lookup 5202 priority 5260 protocol 157\n"
        "ip rule add from 198.51.100.1 lookup 5203 priority 5260 protocol 157\n");
    carry_out(&fixture);
    assert_int_equal(fixture.ledger.setting_count, 2);
    plan(&fixture, BALANCE UPLINKS(", \"weight\": 2", "") "}");
    expect_steps(&fixture, "");
    plan(&fixture, "{" UPLINKS("", "") "}");
    expect_steps(&fixture,
                 "sysctl -w net.ipv6.fib_multipath_hash_policy=0\n"
                 "sysctl -w net.ipv4.fib_multipath_hash_policy=0\n"
                 "ip route replace default via 192.0.2.254 dev d0 proto 157 metric 100\n"
                 "ip route add default via 198.51.100.254 dev d1 proto 157 metric 101\n"
                 "ip rule delete from 198.51.100.1 lookup 5203 priority 5260 protocol 157\n"
                 "ip rule delete from 192.0.2.1 lookup 5202 priority 5260 protocol 157\n"
                 "ip route delete 198.51.100.0/24 dev d1 table 5203 proto 157 scope link\n"
                 "ip route delete default via 198.51.100.254 dev d1 table 5203 proto 157 scope global\n"
                 "ip route delete 192.0.2.0/24 dev d0 table 5202 proto 157 scope link\n"
                 "ip route delete default via 192.0.2.254 dev d0 table 5202 proto 157 scope global\n");
    close_host(&fixture);
}

/* Those of one priority share; the others wait for them to fail. */
static void only_equals_share(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("", ""));
    plan(&fixture, BALANCE
         "\"uplinks\": {"
         "\"a\": {\"interface\": \"d0\", \"gateway\": {\"ipv6\": \"2001:db8:1::fe\"}, \"priority\": 5},"
         "\"b\": {\"interface\": \"d1\", \"gateway\": {\"ipv6\": \"fe80::1\"}, \"priority\": 4},"
         "\"c\": {\"interface\": \"d1\", \"gateway\": {\"ipv6\": \"fe80::2\"}, \"priority\": 5}}}");
    const struct mh_op *ops[3] = {0};
    size_t found = 0;
    for (size_t i = 0; i < fixture.plan->step_count; i++)
        if (fixture.plan->steps[i].op.kind == MH_OP_ROUTE_ADD &&
            fixture.plan->steps[i].op.of.route.table == 254)
            ops[found++] = &fixture.plan->steps[i].op;
    fixture.text[0] = '\0';
    for (size_t i = 0; i < found; i++)
        add_op(&fixture, "", ops[i]);
    assert_string_equal(fixture.text,
                        "ip -6 route add default via fe80::1 dev d1 proto 157 metric 4\n"
                        "ip -6 route add default proto 157 metric 5 nexthop via 2001:db8:1::fe dev d0 "
                        "nexthop via fe80::2 dev d1\n");
    close_host(&fixture);
}

static void the_effect_names_every_gateway(void **state)
{
    (void)state;
    struct fixture fixture;
    struct mh_plan_effect effect;
    struct mh_snapshot snapshot;
    open_host(&fixture, HOST("", ""));
    plan(&fixture, BALANCE UPLINKS("", "") "}");
    mh_host_snapshot(fixture.test.host, &snapshot);
    const struct mh_plan_input input = {fixture.config,  &snapshot,        fixture.test.routes,
                                        &fixture.ledger, MH_DIALECT_LINUX, NULL};
    assert_int_equal(mh_plan_effect(&input, fixture.plan, &effect), MH_OK);
    assert_int_equal(effect.gained_count, 4);
    assert_int_equal(effect.cut_count, 0);
    mh_plan_effect_clear(&effect);
    mh_snapshot_clear(&snapshot);
    close_host(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_uplink_is_a_default_gateway),
        cmocka_unit_test(equals_stand_in_the_order_of_the_document),
        cmocka_unit_test(without_carrier_the_next_one_takes_over),
        cmocka_unit_test(others_default_routes_stay),
        cmocka_unit_test(an_automatic_gateway_is_what_others_found),
        cmocka_unit_test(balance_needs_consent),
        cmocka_unit_test(balance_is_one_route_with_weights),
        cmocka_unit_test(only_equals_share),
        cmocka_unit_test(the_effect_names_every_gateway),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
