/* Plans for routes, uplinks and rules of FreeBSD, NetBSD and OpenBSD, one rule a test. */
#include "plan_fixture.h"

#define HOST_OF(system, carrier, more)                                                                       \
    "{\"system\": \"" system "\", \"interfaces\": {"                                                         \
    "\"em0\": {" carrier "\"addresses\": [\"192.0.2.1/24\", \"2001:db8:1::1/64\"]},"                         \
    "\"em1\": {\"addresses\": [\"198.51.100.1/24\", \"2001:db8:2::1/64\"]}}" more "}"
#define HOST(system) HOST_OF(system, "", "")

#define ROUTE(more) "{\"routes\": {\"corp\": {\"to\": \"10.0.0.0/8\", \"via\": \"192.0.2.254\"" more "}}}"

#define UPLINKS                                                                                              \
    "\"uplinks\": {\"a\": {\"interface\": \"em0\", \"gateway\": {\"ipv4\": \"192.0.2.254\"}},"               \
    "\"b\": {\"interface\": \"em1\", \"gateway\": {\"ipv4\": \"198.51.100.254\"}}}"

enum { SYSTEM_COUNT = 3 };

static void open_system(struct fixture *fixture, size_t system)
{
    static const char *const hosts[SYSTEM_COUNT] = {HOST("freebsd"), HOST("netbsd"), HOST("openbsd")};
    open_host(fixture, hosts[system]);
}

/* A plan that was carried out leaves nothing to do. */
static void expect_done(struct fixture *fixture, const char *document)
{
    carry_out(fixture);
    plan(fixture, document);
    expect_steps(fixture, "");
}

/* Takes the plan back that was carried out last. */
static void take_back(struct fixture *fixture)
{
    struct mh_failure failure = {0};
    for (size_t i = fixture->plan->step_count; i > 0; i--)
        for (size_t k = 0; k < fixture->plan->steps[i - 1].undo_count; k++)
            if (mh_backend_sim.apply(fixture->test.platform, &fixture->plan->steps[i - 1].undo[k],
                                     &failure) != MH_OK)
                fail_msg("%s", failure.detail);
    sim_test_read(&fixture->test);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static void a_route_comes_and_goes(void **state)
{
    (void)state;
    static const char *const added[] = {
        "route add -inet 10.0.0.0/8 192.0.2.254 -ifp em0 -proto2\n",
        "route add -inet 10.0.0.0/8 192.0.2.254 -ifp em0 -proto2\n",
        "route add -inet 10.0.0.0/8 192.0.2.254 -ifp em0 -proto2 -priority 8\n"};
    static const char *const deleted[] = {"route delete -inet 10.0.0.0/8 192.0.2.254 -ifp em0\n",
                                          "route delete -inet 10.0.0.0/8 192.0.2.254 -ifp em0\n",
                                          "route delete -inet 10.0.0.0/8 192.0.2.254 -ifp em0 -priority 8\n"};
    for (size_t i = 0; i < SYSTEM_COUNT; i++) {
        struct fixture fixture;
        open_system(&fixture, i);
        plan(&fixture, ROUTE(""));
        expect_steps(&fixture, added[i]);
        expect_unsupported(&fixture, "");
        assert_int_equal(fixture.plan->steps[0].op.of.route.protocol, 157);
        assert_int_equal(fixture.plan->steps[0].op.of.route.table, 0);
        expect_done(&fixture, ROUTE(""));
        plan(&fixture, "{}");
        expect_steps(&fixture, deleted[i]);
        close_host(&fixture);
    }
}

static void an_ipv6_route_by_an_interface_is_found_again(void **state)
{
    (void)state;
    static const char document[] =
        "{\"routes\": {\"corp\": {\"to\": \"2001:db8:9::/48\", \"interface\": \"em1\"}}}";
    for (size_t i = 0; i < SYSTEM_COUNT; i++) {
        struct fixture fixture;
        open_system(&fixture, i);
        plan(&fixture, document);
        assert_int_equal(fixture.plan->step_count, 1);
        assert_int_equal(fixture.plan->steps[0].op.of.route.scope, MH_ROUTE_SCOPE_LINK);
        expect_done(&fixture, document);
        close_host(&fixture);
    }
}

static void a_metric_is_what_the_system_has(void **state)
{
    (void)state;
    struct fixture fixture;
    open_system(&fixture, 0);
    plan(&fixture, ROUTE(", \"metric\": 20"));
    expect_steps(&fixture, "route add -inet 10.0.0.0/8 192.0.2.254 -ifp em0 -proto2\n");
    expect_warnings(&fixture, "/routes/corp: FreeBSD has no route metrics: the route is made without its "
                              "metric of 20.\n");
    close_host(&fixture);
    open_system(&fixture, 2);
    plan(&fixture, ROUTE(", \"metric\": 20"));
    expect_steps(&fixture, "route add -inet 10.0.0.0/8 192.0.2.254 -ifp em0 -proto2 -priority 20\n");
    expect_warnings(&fixture, "");
    plan(&fixture, ROUTE(", \"metric\": 1024"));
    expect_steps(&fixture, "route add -inet 10.0.0.0/8 192.0.2.254 -ifp em0 -proto2 -priority 55\n");
    expect_warnings(&fixture, "/routes/corp: OpenBSD has room for priorities of 5 to 55 here: the route gets "
                              "55 instead of 1024.\n");
    close_host(&fixture);
}

static void others_routes_stay(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST_OF("netbsd", "",
                                ", \"routes\": [{\"destination\": \"10.0.0.0/8\", \"via\": \"192.0.2.9\"}]"));
    plan(&fixture, ROUTE(""));
    expect_steps(&fixture, "");
    expect_pending(&fixture, "/routes/corp: Another program (static) has a route to 10.0.0.0/8: it stays, "
                             "and this one waits for it to go.\n");
    close_host(&fixture);
    open_host(&fixture, HOST_OF("openbsd", "",
                                ", \"routes\": [{\"destination\": \"10.0.0.0/8\", \"via\": \"192.0.2.9\"}]"));
    plan(&fixture, ROUTE(""));
    expect_steps(&fixture, "");
    plan(&fixture, ROUTE(", \"metric\": 9"));
    expect_steps(&fixture, "route add -inet 10.0.0.0/8 192.0.2.254 -ifp em0 -proto2 -priority 9\n");
    close_host(&fixture);
}

static void another_gateway_replaces_ours(void **state)
{
    (void)state;
    static const char other[] =
        "{\"routes\": {\"corp\": {\"to\": \"10.0.0.0/8\", \"via\": \"198.51.100.9\"}}}";
    for (size_t i = 0; i < SYSTEM_COUNT; i++) {
        struct fixture fixture;
        open_system(&fixture, i);
        plan(&fixture, ROUTE(""));
        carry_out(&fixture);
        plan(&fixture, other);
        assert_int_equal(fixture.plan->step_count, 1);
        assert_int_equal(fixture.plan->steps[0].op.kind, MH_OP_ROUTE_REPLACE);
        expect_done(&fixture, other);
        close_host(&fixture);
    }
}

/* ---- uplinks --------------------------------------------------------------------------------------- */

static void openbsd_has_a_default_route_for_each_uplink(void **state)
{
    (void)state;
    struct fixture fixture;
    open_system(&fixture, 2);
    plan(&fixture, "{" UPLINKS "}");
    expect_steps(&fixture, "route add -inet default 192.0.2.254 -ifp em0 -proto2 -priority 8\n"
                           "route add -inet default 198.51.100.254 -ifp em1 -proto2 -priority 9\n");
    expect_warnings(&fixture, "");
    expect_done(&fixture, "{" UPLINKS "}");
    plan(&fixture, "{\"interfaces\": {\"em1\": {\"metric\": 7}}, " UPLINKS "}");
    expect_steps(&fixture, "route add -inet default 198.51.100.254 -ifp em1 -proto2 -priority 7\n"
                           "route delete -inet default 198.51.100.254 -ifp em1 -priority 9\n");
    close_host(&fixture);
}

/* The second one keeps its priority when the first fails. */
static void openbsds_priorities_stay(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST_OF("openbsd", "\"carrier\": false, ", ""));
    plan(&fixture, "{" UPLINKS "}");
    expect_steps(&fixture, "route add -inet default 198.51.100.254 -ifp em1 -proto2 -priority 9\n");
    expect_pending(&fixture, "/uplinks/a: em0 has no carrier.\n");
    close_host(&fixture);
}

static void the_others_have_one_default_route(void **state)
{
    (void)state;
    struct fixture fixture;
    for (size_t i = 0; i < 2; i++) {
        open_system(&fixture, i);
        plan(&fixture, "{" UPLINKS "}");
        expect_steps(&fixture, "route add -inet default 192.0.2.254 -ifp em0 -proto2\n");
        assert_int_equal(fixture.plan->warning_count, 1);
        assert_string_equal(fixture.plan->warnings[0].member, "/uplinks/b");
        expect_done(&fixture, "{" UPLINKS "}");
        close_host(&fixture);
    }
    open_system(&fixture, 0);
    plan(&fixture, "{" UPLINKS "}");
    expect_warnings(&fixture, "/uplinks/b: FreeBSD has one IPv4 default route, which is by em0: this uplink "
                              "takes it over when that one fails.\n");
    close_host(&fixture);
}

#define SWAPPED                                                                                              \
    "{\"uplinks\": {\"a\": {\"interface\": \"em0\", \"gateway\": {\"ipv4\": \"192.0.2.254\"}, "              \
    "\"priority\": 9}, \"b\": {\"interface\": \"em1\", \"gateway\": {\"ipv4\": \"198.51.100.254\"}, "        \
    "\"priority\": 1}}}"

static void failover_replaces_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture fixture;
        open_system(&fixture, i);
        plan(&fixture, "{" UPLINKS "}");
        carry_out(&fixture);
        plan(&fixture, SWAPPED);
        expect_steps(&fixture, "route change -inet default 198.51.100.254 -ifp em1 -proto2\n");
        expect_undo(&fixture, 0, "route change -inet default 192.0.2.254 -ifp em0 -proto2 -ifa 192.0.2.1\n");
        expect_done(&fixture, SWAPPED);
        close_host(&fixture);
    }
}

static void anothers_default_route_stays(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST_OF("freebsd", "",
                                ", \"routes\": [{\"destination\": \"default\", \"via\": \"198.51.100.9\", "
                                "\"protocol\": \"dhcp\"}]"));
    plan(&fixture, "{" UPLINKS "}");
    expect_steps(&fixture, "");
    expect_warnings(&fixture,
                    "/uplinks/a: Another program (dhcp) has an IPv4 default route by em1: it stays, and this "
                    "one is not made while it is there.\n");
    plan(&fixture, "{\"uplinks\": {\"b\": {\"interface\": \"em1\", \"gateway\": {\"ipv4\": \"auto\"}}}}");
    expect_steps(&fixture, "");
    expect_warnings(&fixture, "");
    expect_pending(&fixture, "");
    close_host(&fixture);
}

static void traffic_is_not_shared(void **state)
{
    (void)state;
    struct fixture fixture;
    open_system(&fixture, 1);
    plan(&fixture, "{\"sharing\": \"balance\", \"host_wide\": true, " UPLINKS "}");
    expect_steps(&fixture, "route add -inet default 192.0.2.254 -ifp em0 -proto2\n");
    expect_unsupported(&fixture,
                       "/sharing: NetBSD has one default route of a family: the best uplink carries all.\n");
    close_host(&fixture);
}

/* ---- rules ----------------------------------------------------------------------------------------- */

#define RULES "\"rules\": {\"guests\": {\"from\": \"192.0.2.64/26\", \"uplink\": \"b\", \"priority\": 3}}"
#define STRONG "\"host_model\": {\"send\": \"strong\"}"

static size_t count_ops(const struct fixture *fixture, enum mh_op_kind kind, bool of_tables)
{
    size_t count = 0;
    for (size_t i = 0; i < fixture->plan->step_count; i++) {
        const struct mh_op *op = &fixture->plan->steps[i].op;
        bool is_of_table = kind == MH_OP_RULE_ADD || kind == MH_OP_RULE_DELETE || op->of.route.table >= 5200;
        count += op->kind == kind && is_of_table == of_tables;
    }
    return count;
}

/* The table of em1, an interface of index 2. */
static const struct mh_route *default_of(const struct fixture *fixture, uint32_t table)
{
    for (size_t i = 0; i < fixture->plan->step_count; i++) {
        const struct mh_op *op = &fixture->plan->steps[i].op;
        if (op->kind == MH_OP_ROUTE_ADD && op->of.route.table == table &&
            op->of.route.destination.length == 0)
            return &op->of.route;
    }
    fail_msg("no default route in table %u", table);
    return NULL;
}

static void pf_holds_rules(void **state)
{
    (void)state;
    static const size_t with_pf[] = {0, 2};
    for (size_t i = 0; i < 2; i++) {
        struct fixture fixture;
        open_system(&fixture, with_pf[i]);
        plan(&fixture, "{" RULES ", " UPLINKS "}");
        expect_unsupported(&fixture, "");
        assert_int_equal(count_ops(&fixture, MH_OP_RULE_ADD, true), 1);
        const struct mh_rule *rule = &fixture.plan->steps[fixture.plan->step_count - 1].op.of.rule;
        assert_int_equal(rule->priority, 5203);
        assert_int_equal(rule->action, MH_RULE_TO_TABLE);
        assert_int_equal(rule->protocol, 157);
        assert_int_equal(default_of(&fixture, rule->table)->metric, 0);
        expect_done(&fixture, "{" RULES ", " UPLINKS "}");
        plan(&fixture, "{" UPLINKS "}");
        assert_int_equal(count_ops(&fixture, MH_OP_RULE_DELETE, true), 1);
        assert_int_equal(count_ops(&fixture, MH_OP_ROUTE_DELETE, true), 2);
        assert_int_equal(fixture.plan->step_count, 3);
        expect_done(&fixture, "{" UPLINKS "}");
        close_host(&fixture);
    }
}

/* Both families of two interfaces: a rule that leads to the table, and one that ends there. */
static void strong_send_ends_in_its_table(void **state)
{
    (void)state;
    static const size_t with_pf[] = {0, 2};
    for (size_t i = 0; i < 2; i++) {
        struct fixture fixture;
        open_system(&fixture, with_pf[i]);
        plan(&fixture, "{" STRONG ", " UPLINKS "}");
        expect_unsupported(&fixture, "");
        assert_int_equal(count_ops(&fixture, MH_OP_RULE_ADD, true), 8);
        expect_done(&fixture, "{" STRONG ", " UPLINKS "}");
        plan(&fixture, "{\"source_routing\": true, " UPLINKS "}");
        assert_int_equal(count_ops(&fixture, MH_OP_RULE_DELETE, true), 4);
        assert_int_equal(count_ops(&fixture, MH_OP_RULE_ADD, true), 0);
        expect_done(&fixture, "{\"source_routing\": true, " UPLINKS "}");
        close_host(&fixture);
    }
}

#define PF_IS(state) ", \"settings\": {\"all\": {\"ipv4\": {\"own-filter-table\": " state "}}}"

static void without_pf_it_is_unsupported(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST_OF("openbsd", "", PF_IS("5")));
    plan(&fixture, "{" RULES ", " STRONG ", \"source_routing\": true, " UPLINKS "}");
    expect_steps(&fixture, "route add -inet default 192.0.2.254 -ifp em0 -proto2 -priority 8\n"
                           "route add -inet default 198.51.100.254 -ifp em1 -proto2 -priority 9\n");
    expect_unsupported(&fixture, "/rules/guests: pf holds these rules: pf is not enabled (pfctl -e).\n"
                                 "/source_routing: pf holds these rules: pf is not enabled (pfctl -e).\n"
                                 "/host_model/send: pf holds these rules: pf is not enabled (pfctl -e).\n");
    close_host(&fixture);
    open_host(&fixture, HOST_OF("freebsd", "", PF_IS("6")));
    plan(&fixture, "{\"interfaces\": {\"em0\": {\"ipv6\": {\"host_model\": {\"send\": \"strong\"}}}}}");
    expect_steps(&fixture, "");
    expect_unsupported(&fixture,
                       "/interfaces/em0/ipv6/host_model/send: pf holds these rules: pf.conf does not "
                       "name the anchor; add: anchor \"multihomed\".\n");
    close_host(&fixture);
    open_system(&fixture, 1);
    plan(&fixture, "{" RULES ", " UPLINKS "}");
    expect_steps(&fixture, "route add -inet default 192.0.2.254 -ifp em0 -proto2\n");
    expect_unsupported(&fixture,
                       "/rules/guests: NetBSD has no rules where the source selects the interface.\n");
    close_host(&fixture);
}

/* ---- preferred sources ----------------------------------------------------------------------------- */

#define SECOND "\"addresses\": {\"second\": {\"interface\": \"em0\", \"address\": \"192.0.2.2/24\"}}, "
#define PREFER(to, source)                                                                                   \
    "\"source_preferences\": {\"lab\": {\"to\": \"" to "\", \"source\": \"" source "\"}}"

static void a_route_names_the_preferred_source(void **state)
{
    (void)state;
    static const char document[] = "{" SECOND UPLINKS ", " PREFER("203.0.113.0/24", "192.0.2.2") "}";
    for (size_t i = 0; i < SYSTEM_COUNT; i++) {
        struct fixture fixture;
        open_system(&fixture, i);
        plan(&fixture, document);
        const struct mh_route *route = &fixture.plan->steps[fixture.plan->step_count - 1].op.of.route;
        assert_int_equal(route->destination.length, 24);
        assert_int_equal(route->preferred_source.bytes[3], 2);
        assert_int_equal(route->next_hops[0].gateway.bytes[3], 254);
        expect_unsupported(&fixture, "");
        expect_done(&fixture, document);
        plan(&fixture, "{" UPLINKS "}");
        assert_int_equal(fixture.plan->step_count, 2);
        expect_done(&fixture, "{" UPLINKS "}");
        close_host(&fixture);
    }
}

static void not_every_source_can_be_named(void **state)
{
    (void)state;
    struct fixture fixture;
    open_system(&fixture, 0);
    plan(&fixture, "{" UPLINKS ", " PREFER("203.0.113.0/24", "198.51.100.1") "}");
    expect_steps(&fixture, "route add -inet default 192.0.2.254 -ifp em0 -proto2\n");
    expect_unsupported(&fixture, "/source_preferences/lab: A route to 203.0.113.0/24 cannot name the source: "
                                 "the way there is by another interface than the source's.\n");
    plan(&fixture, "{" PREFER("203.0.113.0/24", "198.51.100.1") "}");
    expect_pending(&fixture, "/source_preferences/lab: There is no route to all of 203.0.113.0/24.\n");
    plan(&fixture, "{" PREFER("192.0.2.0/24", "192.0.2.1") "}");
    expect_unsupported(&fixture,
                       "/source_preferences/lab: A route to 192.0.2.0/24 cannot name the source: "
                       "another program has the very route there, which names its source itself.\n");
    plan(&fixture, "{" PREFER("2001:db8:9::/48", "2001:db8:1::1") "}");
    expect_unsupported(&fixture,
                       "/source_preferences/lab: FreeBSD chooses IPv6 sources by RFC 6724, whatever "
                       "a route says.\n");
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"em0\", \"address\": \"192.0.2.2/24\", "
                   "\"skip_as_source\": true}}}");
    expect_unsupported(&fixture,
                       "/addresses/a/skip_as_source: FreeBSD has no preference of single addresses.\n");
    close_host(&fixture);
}

/* ---- addresses ------------------------------------------------------------------------------------- */

#define ADDRESS "{\"addresses\": {\"second\": {\"interface\": \"em0\", \"address\": \"192.0.2.2/24\"}}}"

/* An administrator's route whose source is ours: FreeBSD and OpenBSD take it along, NetBSD does not. */
static void a_route_comes_back_with_another_source(void **state)
{
    (void)state;
    static const char *const expected[] = {"ifconfig em0 inet 192.0.2.2 -alias\n"
                                           "route add -inet 10.9.0.0/16 192.0.2.254 -ifp em0\n",
                                           "ifconfig em0 inet 192.0.2.2 -alias\n",
                                           "ifconfig em0 inet 192.0.2.2 -alias\n"
                                           "route add -inet 10.9.0.0/16 192.0.2.254 -ifp em0 -priority 8\n"};
    static const char *const undo[] = {"ifconfig em0 inet 192.0.2.2/24 alias\n"
                                       "route add -inet 10.9.0.0/16 192.0.2.254 -ifp em0 -ifa 192.0.2.2\n",
                                       "ifconfig em0 inet 192.0.2.2/24 alias\n",
                                       "ifconfig em0 inet 192.0.2.2/24 alias\n"
                                       "route add -inet 10.9.0.0/16 192.0.2.254 -ifp em0 -ifa 192.0.2.2 "
                                       "-priority 8\n"};
    for (size_t i = 0; i < SYSTEM_COUNT; i++) {
        struct fixture fixture;
        const struct sim_test_route route = {
            .destination = "10.9.0.0/16", .via = "192.0.2.254", .interface = "em0", .source = "192.0.2.2"};
        open_system(&fixture, i);
        plan(&fixture, ADDRESS);
        carry_out(&fixture);
        sim_test_route(&fixture.test, MH_OP_ROUTE_ADD, route, "");
        sim_test_read(&fixture.test);
        plan(&fixture, "{}");
        expect_steps(&fixture, expected[i]);
        expect_undo(&fixture, 0, undo[i]);
        expect_warnings(&fixture, "");
        expect_done(&fixture, "{}");
        close_host(&fixture);
    }
}

/* What the system chose as the source of a route that named none is known in advance. */
static void a_route_of_ours_survives_its_source(void **state)
{
    (void)state;
    static const char both[] =
        "{\"addresses\": {\"a\": {\"interface\": \"em0\", \"address\": \"203.0.113.1/24\"}},"
        "\"routes\": {\"corp\": {\"to\": \"10.0.0.0/8\", \"via\": \"203.0.113.254\"}}}";
    static const char next[] =
        "{\"addresses\": {\"b\": {\"interface\": \"em0\", \"address\": \"203.0.113.2/24\"}},"
        "\"routes\": {\"corp\": {\"to\": \"10.0.0.0/8\", \"via\": \"203.0.113.254\"}}}";
    for (size_t i = 0; i < SYSTEM_COUNT; i++) {
        struct fixture fixture;
        open_system(&fixture, i);
        plan(&fixture, both);
        carry_out(&fixture);
        plan(&fixture, next);
        assert_int_equal(fixture.plan->step_count, 3);
        expect_warnings(&fixture, "");
        expect_done(&fixture, next);
        close_host(&fixture);
    }
}

static void a_plan_is_taken_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < SYSTEM_COUNT; i++) {
        struct fixture fixture;
        open_system(&fixture, i);
        plan(&fixture, ROUTE(""));
        carry_out(&fixture);
        plan(&fixture, "{" RULES ", " STRONG ", " UPLINKS "}");
        assert_true(fixture.plan->step_count > 0);
        carry_out(&fixture);
        take_back(&fixture);
        plan(&fixture, ROUTE(""));
        expect_steps(&fixture, "");
        close_host(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_comes_and_goes),
        cmocka_unit_test(an_ipv6_route_by_an_interface_is_found_again),
        cmocka_unit_test(a_metric_is_what_the_system_has),
        cmocka_unit_test(others_routes_stay),
        cmocka_unit_test(another_gateway_replaces_ours),
        cmocka_unit_test(openbsd_has_a_default_route_for_each_uplink),
        cmocka_unit_test(openbsds_priorities_stay),
        cmocka_unit_test(the_others_have_one_default_route),
        cmocka_unit_test(failover_replaces_it),
        cmocka_unit_test(anothers_default_route_stays),
        cmocka_unit_test(traffic_is_not_shared),
        cmocka_unit_test(pf_holds_rules),
        cmocka_unit_test(strong_send_ends_in_its_table),
        cmocka_unit_test(without_pf_it_is_unsupported),
        cmocka_unit_test(a_route_names_the_preferred_source),
        cmocka_unit_test(not_every_source_can_be_named),
        cmocka_unit_test(a_route_comes_back_with_another_source),
        cmocka_unit_test(a_route_of_ours_survives_its_source),
        cmocka_unit_test(a_plan_is_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
