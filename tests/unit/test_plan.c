/* Plans, one rule a test: what is done, in which order, what undoes it, and what is said. */
#include "plan_fixture.h"

#include "core/plan_effect.h"

/* ---- addresses ------------------------------------------------------------------------------------- */

#define TWO_LINKS                                                                                            \
    "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\"]},"                  \
    " \"d1\": {\"addresses\": [\"198.51.100.1/24\"]}}}"

static void nothing_wanted_is_nothing_done(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_LINKS);
    plan(&fixture, "{}");
    expect_steps(&fixture, "");
    expect_pending(&fixture, "");
    close_host(&fixture);
}

static void an_address_comes_and_goes(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_LINKS);
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d0\", \"address\": \"192.0.2.2/24\"}}}");
    expect_steps(&fixture, "ip address add 192.0.2.2/24 dev d0\n");
    expect_undo(&fixture, 0, "ip address delete 192.0.2.2/24 dev d0\n");
    assert_string_equal(fixture.plan->steps[0].member, "/addresses/a");
    carry_out(&fixture);
    assert_int_equal(fixture.ledger.address_count, 1);
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d0\", \"address\": \"192.0.2.2/24\"}}}");
    expect_steps(&fixture, "");
    plan(&fixture, "{}");
    expect_steps(&fixture, "ip address delete 192.0.2.2/24 dev d0\n");
    carry_out(&fixture);
    assert_int_equal(fixture.ledger.address_count, 0);
    close_host(&fixture);
}

/* DESIGN section 5: an address that moves is never away. */
static void a_moving_address_is_added_before_it_goes(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_LINKS);
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d0\", \"address\": \"203.0.113.9/24\"}}}");
    carry_out(&fixture);
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d1\", \"address\": \"203.0.113.9/24\"}}}");
    expect_steps(&fixture, "ip address add 203.0.113.9/24 dev d1\nip address delete 203.0.113.9/24 dev d0\n");
    close_host(&fixture);
}

static void an_address_of_somebody_else_is_left(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_LINKS);
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d0\", \"address\": \"192.0.2.1/24\"}}}");
    expect_steps(&fixture, "");
    expect_warnings(&fixture,
                    "/addresses/a: 192.0.2.1/24 is on d0 already, and not by this service (static): "
                    "it is left as it is.\n");
    plan(&fixture, "{}");
    expect_steps(&fixture, "");
    close_host(&fixture);
}

static void what_is_not_there_is_pending(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"mac\": \"02:00:00:00:00:01\"},"
                        " \"d1\": {\"mac\": \"02:00:00:00:00:01\", \"settings\": {\"ipv6\": "
                        "{\"disable_ipv6\": 1}}}}}");
    plan(&fixture, "{\"addresses\": {"
                   "\"a\": {\"interface\": \"d7\", \"address\": \"192.0.2.2/24\"},"
                   "\"b\": {\"interface\": \"mac:02:00:00:00:00:01\", \"address\": \"192.0.2.3/24\"},"
                   "\"c\": {\"interface\": \"d1\", \"address\": \"2001:db8::1/64\"}}}");
    expect_steps(&fixture, "");
    expect_pending(&fixture, "/addresses/a: There is no interface d7.\n"
                             "/addresses/b: mac:02:00:00:00:00:01 is the address of d0 and of d1.\n"
                             "/addresses/c: IPv6 is switched off on d1 (disable_ipv6).\n");
    close_host(&fixture);
}

/* net/ipv4/devinet.c: a primary takes its secondaries along, and the routes whose source they are. */
static void what_goes_with_a_primary_is_put_back(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_LINKS);
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d0\", \"address\": \"203.0.113.1/24\"}}}");
    carry_out(&fixture);
    sim_test_address(&fixture.test, MH_OP_ADDRESS_ADD, "d0", "203.0.113.2/24", "");
    sim_test_route(&fixture.test, MH_OP_ROUTE_ADD,
                   (struct sim_test_route){"10.0.0.0/8", "203.0.113.254", "d0", "203.0.113.2", 254, 5, 0},
                   "");
    plan(&fixture, "{}");
    expect_steps(&fixture,
                 "ip address delete 203.0.113.1/24 dev d0\n"
                 "ip address add 203.0.113.2/24 dev d0\n"
                 "ip route add 10.0.0.0/8 via 203.0.113.254 dev d0 proto 0 metric 5 src 203.0.113.2\n");
    expect_undo(&fixture, 0,
                "ip address add 203.0.113.1/24 dev d0\nip address add 203.0.113.2/24 dev d0\n"
                "ip route add 10.0.0.0/8 via 203.0.113.254 dev d0 proto 0 metric 5 src 203.0.113.2\n");
    close_host(&fixture);
}

static void what_goes_with_the_last_address_is_put_back(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, "{\"system\": \"linux\", \"interfaces\": {\"d1\": {}}}");
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d1\", \"address\": \"203.0.113.1/24\"}}}");
    carry_out(&fixture);
    const struct mh_neighbor proxy = {.interface = sim_test_index(&fixture.test, "d1"),
                                      .address = {.family = MH_IPV4, .bytes = {203, 0, 113, 77}},
                                      .proxy = true};
    const struct mh_op add = {.kind = MH_OP_PROXY_ADD, .of.proxy = proxy};
    assert_int_equal(mh_backend_sim.apply(fixture.test.platform, &add, NULL), MH_OK);
    sim_test_read(&fixture.test);
    plan(&fixture, "{}");
    expect_steps(&fixture,
                 "ip address delete 203.0.113.1/24 dev d1\nip neighbour add proxy 203.0.113.77 dev d1\n");
    expect_undo(&fixture, 0,
                "ip address add 203.0.113.1/24 dev d1\nip neighbour add proxy 203.0.113.77 dev d1\n");
    expect_undo(&fixture, 1, "ip neighbour delete proxy 203.0.113.77 dev d1\n");
    close_host(&fixture);
}

/* `mtu lock 1400 realms 3/4`. */
static const uint8_t native[] = {20, 0, 8,    0x80, 8, 0, 1, 0, 4,  0, 0, 0, 8, 0,
                                 2,  0, 0x78, 5,    0, 0, 8, 0, 11, 0, 4, 0, 3, 0};

static void apply_foreign(struct fixture *fixture, const struct mh_op *op)
{
    struct mh_failure failure = {0};
    if (mh_backend_sim.apply(fixture->test.platform, op, &failure) != MH_OK)
        fail_msg("%s", failure.detail);
}

static void what_goes_comes_back_whole(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_LINKS);
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d0\", \"address\": \"203.0.113.1/24\"}}}");
    carry_out(&fixture);
    uint32_t link = sim_test_index(&fixture.test, "d0");
    struct mh_op op = {.kind = MH_OP_ADDRESS_ADD,
                       .of.address = {.interface = link,
                                      .address = {.family = MH_IPV4, .bytes = {203, 0, 113, 2}},
                                      .broadcast = {.family = MH_IPV4, .bytes = {203, 0, 113, 255}},
                                      .prefix_length = 24,
                                      .metric = 7,
                                      .valid_lifetime = 4000,
                                      .preferred_lifetime = 3000,
                                      .label = "d0:1"}};
    apply_foreign(&fixture, &op);
    const struct mh_next_hop hop = {{.family = MH_IPV4, .bytes = {203, 0, 113, 254}}, link, 1, 0};
    op = (struct mh_op){.kind = MH_OP_ROUTE_ADD,
                        .of.route = {.destination = {{.family = MH_IPV4, .bytes = {10}}, 8},
                                     .table = 254,
                                     .preferred_source = {.family = MH_IPV4, .bytes = {203, 0, 113, 2}},
                                     .protocol = 4,
                                     .next_hop_count = 1,
                                     .next_hops = &hop,
                                     .native = native,
                                     .native_length = sizeof native}};
    apply_foreign(&fixture, &op);
    op.of.route.destination.length = 9;
    op.of.route.incomplete = true;
    apply_foreign(&fixture, &op);
    sim_test_read(&fixture.test);
    plan(&fixture, "{}");
    expect_steps(
        &fixture,
        "ip address delete 203.0.113.1/24 dev d0\n"
        "ip address add 203.0.113.2/24 dev d0 broadcast 203.0.113.255 label d0:1 metric 7 "
        "valid_lft 4000 preferred_lft 3000\n"
        "ip route add 10.0.0.0/8 via 203.0.113.254 dev d0 proto static src 203.0.113.2 mtu lock 1400 "
        "realms 3/4\n"
        "ip route add 10.0.0.0/9 via 203.0.113.254 dev d0 proto static src 203.0.113.2 mtu lock 1400 "
        "realms 3/4\n");
    assert_int_equal(fixture.plan->warning_count, 1);
    assert_non_null(strstr(fixture.plan->warnings[0].text, "10.0.0.0/9"));
    carry_out(&fixture);
    struct mh_route there;
    const struct mh_prefix ten = {{.family = MH_IPV4, .bytes = {10}}, 8};
    mh_route_table_get(fixture.test.routes, mh_route_table_exact(fixture.test.routes, 254, &ten), &there);
    assert_int_equal(there.native_length, sizeof native);
    assert_memory_equal(there.native, native, sizeof native);
    close_host(&fixture);
}

static void the_first_of_the_document_is_primary(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_LINKS);
    plan(&fixture, "{\"addresses\": {\"b\": {\"interface\": \"d0\", \"address\": \"203.0.113.2/24\"}}}");
    carry_out(&fixture);
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d0\", \"address\": \"203.0.113.1/24\"},"
                   "\"b\": {\"interface\": \"d0\", \"address\": \"203.0.113.2/24\"}}}");
    expect_steps(&fixture, "ip address add 203.0.113.1/24 dev d0\n"
                           "ip address delete 203.0.113.1/24 dev d0\n"
                           "ip address delete 203.0.113.2/24 dev d0\n"
                           "ip address add 203.0.113.1/24 dev d0\n"
                           "ip address add 203.0.113.2/24 dev d0\n");
    close_host(&fixture);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static void routes_wait_for_their_gateway(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_LINKS);
    plan(&fixture, "{\"routes\": {\"a\": {\"to\": \"10.0.0.0/8\", \"via\": \"203.0.113.254\"},"
                   "\"b\": {\"to\": \"10.1.0.0/16\", \"via\": \"192.0.2.254\", \"interface\": \"d1\"},"
                   "\"c\": {\"to\": \"10.2.0.0/16\", \"via\": \"192.0.2.254\", \"source\": \"192.0.2.7\"},"
                   "\"d\": {\"to\": \"10.3.0.0/16\", \"via\": \"192.0.2.254\", \"metric\": 7}}}");
    expect_steps(&fixture, "ip route add 10.3.0.0/16 via 192.0.2.254 dev d0 proto 157 metric 7\n");
    expect_undo(&fixture, 0,
                "ip route delete 10.3.0.0/16 via 192.0.2.254 dev d0 proto 157 scope global metric 7\n");
    expect_pending(&fixture, "/routes/a: The gateway 203.0.113.254 is in no subnet of this host.\n"
                             "/routes/b: The gateway 192.0.2.254 is in no subnet of d1.\n"
                             "/routes/c: The source 192.0.2.7 is not an address of this host.\n");
    close_host(&fixture);
}

static void another_programs_route_stays(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture,
              "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\"]}},"
              "\"routes\": [{\"destination\": \"10.0.0.0/8\", \"via\": \"192.0.2.254\", "
              "\"protocol\": \"static\"}]}");
    plan(&fixture, "{\"routes\": {\"a\": {\"to\": \"10.0.0.0/8\", \"via\": \"192.0.2.253\"}}}");
    expect_steps(&fixture, "");
    expect_pending(&fixture,
                   "/routes/a: Another program (static) has a route to 10.0.0.0/8 with metric 0: it "
                   "stays, and another metric makes room for this one.\n");
    close_host(&fixture);
}

static void an_own_route_is_replaced(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_LINKS);
    plan(&fixture, "{\"routes\": {\"a\": {\"to\": \"10.0.0.0/8\", \"via\": \"192.0.2.254\"}}}");
    carry_out(&fixture);
    plan(&fixture, "{\"routes\": {\"a\": {\"to\": \"10.0.0.0/8\", \"via\": \"198.51.100.254\"}}}");
    expect_steps(&fixture, "ip route replace 10.0.0.0/8 via 198.51.100.254 dev d1 proto 157\n");
    expect_undo(&fixture, 0, "ip route replace 10.0.0.0/8 via 192.0.2.254 dev d0 proto 157\n");
    close_host(&fixture);
}

/* ---- uplinks and rules ----------------------------------------------------------------------------- */

/* An answer to a local container must not leave by the uplink (DESIGN section 5). */
static void an_uplinks_table_knows_internal_interfaces(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(
        &fixture,
        "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\"]},"
        "\"docker0\": {\"kind\": \"bridge\", \"addresses\": [\"172.17.0.1/16\"]}},"
        "\"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\", \"protocol\": \"dhcp\"}]}");
    plan(&fixture,
         "{\"uplinks\": {\"isp\": {\"interface\": \"d0\", \"gateway\": {\"ipv4\": \"auto\"}}},"
         "\"rules\": {\"g\": {\"from\": \"192.0.2.64/26\", \"uplink\": \"isp\", \"priority\": 3}}}");
    expect_steps(&fixture, "ip route add 192.0.2.0/24 dev d0 table 5202 proto 157\n"
                           "ip route add 172.17.0.0/16 dev docker0 table 5202 proto 157\n"
                           "ip route add default via 192.0.2.254 dev d0 proto 157 metric 100\n"
                           "ip route add default via 192.0.2.254 dev d0 table 5202 proto 157\n"
                           "ip rule add from 192.0.2.64/26 lookup 5202 priority 5203 protocol 157\n");
    carry_out(&fixture);
    plan(&fixture, "{}");
    expect_steps(&fixture,
                 "ip rule delete from 192.0.2.64/26 lookup 5202 priority 5203 protocol 157\n"
                 "ip route delete 192.0.2.0/24 dev d0 table 5202 proto 157 scope link\n"
                 "ip route delete 172.17.0.0/16 dev docker0 table 5202 proto 157 scope link\n"
                 "ip route delete default via 192.0.2.254 dev d0 table 5202 proto 157 scope global\n"
                 "ip route delete default via 192.0.2.254 dev d0 proto 157 scope global metric 100\n");
    close_host(&fixture);
}

static void a_rule_waits_for_its_uplink(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, TWO_LINKS);
    plan(&fixture, "{\"uplinks\": {\"isp\": {\"interface\": \"d0\", \"gateway\": {\"ipv4\": \"auto\"}}},"
                   "\"rules\": {\"g\": {\"from\": \"192.0.2.64/26\", \"uplink\": \"isp\"}}}");
    expect_steps(&fixture, "");
    expect_pending(&fixture, "/uplinks/isp: No IPv4 default gateway is known on d0.\n"
                             "/rules/g: The uplink isp has no IPv4 gateway yet.\n");
    close_host(&fixture);
}

/* ---- settings -------------------------------------------------------------------------------------- */

static void a_setting_comes_back_as_it_was(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\"],"
                        "\"settings\": {\"ipv4\": {\"arp_ignore\": 8}}}}}");
    plan(&fixture, "{\"arp\": {\"reply\": \"interface\"}}");
    expect_steps(&fixture, "sysctl -w net.ipv4.conf.d0.arp_ignore=1\n");
    expect_undo(&fixture, 0, "sysctl -w net.ipv4.conf.d0.arp_ignore=8\n");
    assert_string_equal(fixture.plan->steps[0].member, "/arp/reply");
    carry_out(&fixture);
    plan(&fixture, "{\"interfaces\": {\"d0\": {\"ipv4\": {\"arp\": {\"reply\": \"subnet\"}}}}}");
    expect_steps(&fixture, "sysctl -w net.ipv4.conf.d0.arp_ignore=2\n");
    assert_string_equal(fixture.plan->steps[0].member, "/interfaces/d0/ipv4/arp/reply");
    carry_out(&fixture);
    plan(&fixture, "{}");
    expect_steps(&fixture, "sysctl -w net.ipv4.conf.d0.arp_ignore=8\n");
    carry_out(&fixture);
    assert_int_equal(fixture.ledger.setting_count, 0);
    close_host(&fixture);
}

static void a_setting_that_somebody_changed_is_theirs(void **state)
{
    (void)state;
    struct fixture fixture;
    struct mh_failure failure;
    open_host(&fixture, TWO_LINKS);
    plan(&fixture, "{\"interfaces\": {\"d0\": {\"ipv4\": {\"reverse_path\": \"loose\"}}}}");
    expect_steps(&fixture, "sysctl -w net.ipv4.conf.d0.rp_filter=2\n");
    carry_out(&fixture);
    struct mh_op op = fixture.plan->steps[0].op;
    op.of.setting.value = 1;
    assert_int_equal(sim_test_apply(&fixture.test, &op, &failure), MH_OK);
    plan(&fixture, "{}");
    expect_steps(&fixture, "");
    assert_int_equal(fixture.plan->ledger.setting_count, 0);
    close_host(&fixture);
}

#define ALL_STRICT                                                                                           \
    "{\"system\": \"linux\", \"settings\": {\"all\": {\"ipv4\": {\"rp_filter\": 1}}}, \"interfaces\": {"     \
    "\"d0\": {\"addresses\": [\"192.0.2.1/24\"]}}}"

/* The kernel takes the greater of the two values (Documentation/networking/ip-sysctl.rst). */
static void all_outvotes_an_interface(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, ALL_STRICT);
    plan(&fixture, "{\"reverse_path\": \"loose\"}");
    expect_pending(&fixture, "");
    plan(&fixture, "{\"reverse_path\": \"off\"}");
    expect_pending(&fixture,
                   "/reverse_path: net.ipv4.conf.all.rp_filter is 1, which outvotes the value of d0: "
                   "only \"host_wide\": true changes it.\n");
    close_host(&fixture);
}

static void all_is_changed_with_consent(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, ALL_STRICT);
    plan(&fixture, "{\"reverse_path\": \"off\", \"host_wide\": true}");
    expect_steps(&fixture, "sysctl -w net.ipv4.conf.all.rp_filter=0\n");
    expect_warnings(&fixture,
                    "/host_wide: net.ipv4.conf.all.rp_filter is 0 instead of 1: interfaces that the "
                    "configuration does not name go by their own value.\n");
    carry_out(&fixture);
    plan(&fixture, "{\"reverse_path\": \"off\", \"host_wide\": true}");
    expect_steps(&fixture, "");
    plan(&fixture, "{\"reverse_path\": \"off\"}");
    expect_steps(&fixture, "sysctl -w net.ipv4.conf.all.rp_filter=1\n");
    close_host(&fixture);
}

/* ---- effect ---------------------------------------------------------------------------------------- */

static void the_effect_names_what_is_cut_off(void **state)
{
    (void)state;
    struct fixture fixture;
    struct mh_snapshot snapshot;
    struct mh_plan_effect effect;
    char text[MH_ADDRESS_TEXT_SIZE];
    open_host(&fixture, TWO_LINKS);
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d0\", \"address\": \"192.0.2.9/24\"}},"
                   "\"routes\": {\"r\": {\"to\": \"0.0.0.0/0\", \"via\": \"192.0.2.254\"}}}");
    carry_out(&fixture);
    plan(&fixture, "{}");
    mh_host_snapshot(fixture.test.host, &snapshot);
    const struct mh_plan_input input = {fixture.config,  &snapshot,        fixture.test.routes,
                                        &fixture.ledger, MH_DIALECT_LINUX, NULL};
    assert_int_equal(mh_plan_effect(&input, fixture.plan, &effect), MH_OK);
    assert_int_equal(effect.lost_count, 1);
    assert_string_equal(mh_address_format(&effect.lost[0].address, text), "192.0.2.9");
    assert_int_equal(effect.cut_count, 1);
    assert_string_equal(mh_address_format(&effect.cut[0].gateway, text), "192.0.2.254");
    assert_int_equal(effect.gained_count, 0);
    assert_true(effect.scenario_changes);
    mh_plan_effect_clear(&effect);
    mh_snapshot_clear(&snapshot);
    close_host(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_wanted_is_nothing_done),
        cmocka_unit_test(an_address_comes_and_goes),
        cmocka_unit_test(a_moving_address_is_added_before_it_goes),
        cmocka_unit_test(an_address_of_somebody_else_is_left),
        cmocka_unit_test(what_is_not_there_is_pending),
        cmocka_unit_test(what_goes_with_a_primary_is_put_back),
        cmocka_unit_test(what_goes_with_the_last_address_is_put_back),
        cmocka_unit_test(what_goes_comes_back_whole),
        cmocka_unit_test(the_first_of_the_document_is_primary),
        cmocka_unit_test(routes_wait_for_their_gateway),
        cmocka_unit_test(another_programs_route_stays),
        cmocka_unit_test(an_own_route_is_replaced),
        cmocka_unit_test(an_uplinks_table_knows_internal_interfaces),
        cmocka_unit_test(a_rule_waits_for_its_uplink),
        cmocka_unit_test(a_setting_comes_back_as_it_was),
        cmocka_unit_test(a_setting_that_somebody_changed_is_theirs),
        cmocka_unit_test(all_outvotes_an_interface),
        cmocka_unit_test(all_is_changed_with_consent),
        cmocka_unit_test(the_effect_names_what_is_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
