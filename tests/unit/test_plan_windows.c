/* Plans for Windows: each interface has switches for the host model and a metric, routes are told apart by
 * their way and bear no mark of ours. One rule a test. */
#include "plan_fixture.h"

#include "core/capability.h"

#define HOST_OF(more)                                                                                        \
    "{\"system\": \"windows\", \"interfaces\": {"                                                            \
    "\"Ethernet\": {\"addresses\": [\"192.0.2.1/24\", \"2001:db8:1::1/64\"]},"                               \
    "\"Wi-Fi\": {\"addresses\": [\"198.51.100.1/24\", \"2001:db8:2::1/64\"],"                                \
    "\"settings\": {\"ipv4\": {\"Metric\": 50}}}}" more "}"
#define HOST HOST_OF("")
#define ROUTE(more) "{\"routes\": {\"corp\": {\"to\": \"10.0.0.0/8\", \"via\": \"192.0.2.254\"" more "}}}"
#define CORP(verb, name, hop, metric)                                                                        \
    "netsh interface ipv4 " verb " route interface=\"" name "\" prefix=10.0.0.0/8 nexthop=" hop metric       \
    " store=active\n"
#define ADDRESS(more)                                                                                        \
    "{\"addresses\": {\"x\": {\"interface\": \"Ethernet\", \"address\": \"192.0.2.7/24\"" more "}}}"

static void expect_done(struct fixture *fixture, const char *document)
{
    carry_out(fixture);
    plan(fixture, document);
    expect_steps(fixture, "");
}

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

static void close_empty(struct fixture *fixture)
{
    plan(fixture, "{}");
    carry_out(fixture);
    assert_int_equal(
        fixture->ledger.route_count + fixture->ledger.setting_count + fixture->ledger.address_count, 0);
    close_host(fixture);
}

/* ---- settings -------------------------------------------------------------------------------------- */

static void the_host_model_is_of_each_external_interface(void **state)
{
    (void)state;
    static const char document[] = "{\"host_model\": {\"send\": \"weak\", \"receive\": \"strong\"}}";
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, document);
    expect_steps(
        &fixture,
        "netsh interface ipv4 set interface interface=\"Ethernet\" weakhostsend=enabled store=active\n"
        "netsh interface ipv6 set interface interface=\"Ethernet\" weakhostsend=enabled store=active\n"
        "netsh interface ipv4 set interface interface=\"Wi-Fi\" weakhostsend=enabled store=active\n"
        "netsh interface ipv6 set interface interface=\"Wi-Fi\" weakhostsend=enabled store=active\n");
    expect_undo(
        &fixture, 0,
        "netsh interface ipv4 set interface interface=\"Ethernet\" weakhostsend=disabled store=active\n");
    expect_unsupported(&fixture, "");
    expect_pending(&fixture, "");
    assert_int_equal(fixture.plan->ledger.setting_count, 4);
    expect_done(&fixture, document);
    plan(&fixture, "{}");
    assert_int_equal(fixture.plan->step_count, 4);
    assert_int_equal(fixture.plan->steps[0].op.of.setting.value, 0);
    close_empty(&fixture);
}

static void an_interface_overrides_the_host_model(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, "{\"host_model\": {\"receive\": \"weak\"}, \"interfaces\": {\"Wi-Fi\": {\"ipv4\": "
                   "{\"host_model\": {\"receive\": \"strong\"}}}}}");
    expect_steps(
        &fixture,
        "netsh interface ipv4 set interface interface=\"Ethernet\" weakhostreceive=enabled store=active\n"
        "netsh interface ipv6 set interface interface=\"Ethernet\" weakhostreceive=enabled store=active\n"
        "netsh interface ipv6 set interface interface=\"Wi-Fi\" weakhostreceive=enabled store=active\n");
    carry_out(&fixture);
    close_empty(&fixture);
}

static void a_metric_ends_the_automatic_one_and_gives_it_back(void **state)
{
    (void)state;
    static const char document[] = "{\"interfaces\": {\"Ethernet\": {\"metric\": 5}}}";
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, document);
    assert_int_equal(fixture.plan->step_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct mh_setting *setting = &fixture.plan->steps[i].op.of.setting;
        assert_int_equal(setting->family, i < 2 ? MH_IPV4 : MH_IPV6);
        assert_int_equal(setting->id, i % 2 ? MH_SETTING_INTERFACE_METRIC : MH_SETTING_AUTOMATIC_METRIC);
        assert_int_equal(setting->value, i % 2 ? 5 : 0);
    }
    expect_done(&fixture, document);
    plan(&fixture, "{}");
    assert_int_equal(fixture.plan->step_count, 4);
    assert_int_equal(fixture.plan->steps[0].op.of.setting.value, 25);
    assert_int_equal(fixture.plan->steps[1].op.of.setting.id, MH_SETTING_AUTOMATIC_METRIC);
    assert_int_equal(fixture.plan->steps[1].op.of.setting.value, 1);
    close_empty(&fixture);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static void a_route_comes_and_goes_by_the_ledger(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, ROUTE(""));
    expect_steps(&fixture, CORP("add", "Ethernet", "192.0.2.254", " metric=256"));
    expect_undo(&fixture, 0, CORP("delete", "Ethernet", "192.0.2.254", ""));
    assert_int_equal(fixture.plan->steps[0].op.of.route.protocol, 3);
    assert_int_equal(fixture.plan->ledger.route_count, 1);
    assert_string_equal(fixture.plan->ledger.routes[0].interface_name, "Ethernet");
    expect_done(&fixture, ROUTE(""));
    plan(&fixture, "{}");
    expect_steps(&fixture, CORP("delete", "Ethernet", "192.0.2.254", ""));
    assert_int_equal(fixture.plan->ledger.route_count, 0);
    close_empty(&fixture);
}

static void another_metric_changes_the_route(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, ROUTE(""));
    carry_out(&fixture);
    plan(&fixture, ROUTE(", \"metric\": 5"));
    expect_steps(&fixture, CORP("set", "Ethernet", "192.0.2.254", " metric=5"));
    expect_undo(&fixture, 0, CORP("set", "Ethernet", "192.0.2.254", " metric=256"));
    expect_done(&fixture, ROUTE(", \"metric\": 5"));
    close_empty(&fixture);
}

static void another_gateway_is_another_route(void **state)
{
    (void)state;
    static const char other[] =
        "{\"routes\": {\"corp\": {\"to\": \"10.0.0.0/8\", \"via\": \"198.51.100.9\"}}}";
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, ROUTE(""));
    carry_out(&fixture);
    plan(&fixture, other);
    expect_steps(&fixture, CORP("add", "Wi-Fi", "198.51.100.9", " metric=256")
                               CORP("delete", "Ethernet", "192.0.2.254", ""));
    struct mh_ledger earlier;
    assert_int_equal(mh_ledger_copy(&fixture.ledger, &earlier), MH_OK);
    carry_out(&fixture);
    assert_int_equal(fixture.ledger.route_count, 1);
    take_back(&fixture);
    mh_ledger_clear(&fixture.ledger);
    fixture.ledger = earlier;
    plan(&fixture, ROUTE(""));
    expect_steps(&fixture, "");
    plan(&fixture, other);
    assert_int_equal(fixture.plan->step_count, 2);
    expect_done(&fixture, other);
    close_empty(&fixture);
}

static void others_routes_stay(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture,
              HOST_OF(", \"routes\": [{\"destination\": \"10.0.0.0/8\", \"via\": \"192.0.2.254\"}]"));
    plan(&fixture, ROUTE(""));
    expect_steps(&fixture, "");
    expect_pending(&fixture, "/routes/corp: Another program (static) has a route to 10.0.0.0/8: it stays, "
                             "and this one waits for it to go.\n");
    assert_int_equal(fixture.plan->ledger.route_count, 0);
    plan(&fixture, "{\"routes\": {\"corp\": {\"to\": \"10.0.0.0/8\", \"via\": \"192.0.2.9\"}}}");
    expect_steps(&fixture, CORP("add", "Ethernet", "192.0.2.9", " metric=256"));
    carry_out(&fixture);
    plan(&fixture, "{}");
    expect_steps(&fixture, CORP("delete", "Ethernet", "192.0.2.9", ""));
    close_empty(&fixture);
}

static void a_route_that_went_is_made_again(void **state)
{
    (void)state;
    struct fixture fixture;
    struct mh_failure failure;
    open_host(&fixture, HOST);
    plan(&fixture, ROUTE(""));
    carry_out(&fixture);
    struct mh_op op = fixture.plan->steps[0].op;
    op.kind = MH_OP_ROUTE_DELETE;
    assert_int_equal(mh_backend_sim.apply(fixture.test.platform, &op, &failure), MH_OK);
    sim_test_read(&fixture.test);
    plan(&fixture, ROUTE(""));
    assert_int_equal(fixture.plan->step_count, 1);
    plan(&fixture, "{}");
    expect_steps(&fixture, "");
    assert_int_equal(fixture.plan->ledger.route_count, 0);
    close_host(&fixture);
}

static void a_source_of_a_route_is_unsupported(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, ROUTE(", \"source\": \"192.0.2.1\""));
    expect_steps(&fixture, CORP("add", "Ethernet", "192.0.2.254", " metric=256"));
    expect_unsupported(
        &fixture, "/routes/corp/source: Windows has no routes that name a source: it is made without.\n");
    expect_done(&fixture, ROUTE(", \"source\": \"192.0.2.1\""));
    close_empty(&fixture);
}

/* ---- uplinks --------------------------------------------------------------------------------------- */

/* Ethernet has a metric of 25, Wi-Fi one of 50. */
static void metrics_of_uplinks_make_up_for_those_of_interfaces(void **state)
{
    (void)state;
    static const char document[] =
        "{\"uplinks\": {\"a\": {\"interface\": \"Wi-Fi\", \"gateway\": {\"ipv4\": \"198.51.100.254\"}, "
        "\"priority\": 1}, \"b\": {\"interface\": \"Ethernet\", \"gateway\": {\"ipv4\": \"192.0.2.254\"}, "
        "\"priority\": 2}}}";
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, document);
    expect_steps(&fixture, "netsh interface ipv4 add route interface=\"Wi-Fi\" prefix=0.0.0.0/0 "
                           "nexthop=198.51.100.254 metric=1 store=active\n"
                           "netsh interface ipv4 add route interface=\"Ethernet\" prefix=0.0.0.0/0 "
                           "nexthop=192.0.2.254 metric=27 store=active\n");
    expect_done(&fixture, document);
    close_empty(&fixture);
}

static void an_uplink_goes_by_the_route_that_is_there(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST_OF(", \"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\", "
                                "\"protocol\": \"dhcp\", \"metric\": 0}]"));
    plan(&fixture, "{\"uplinks\": {\"a\": {\"interface\": \"Ethernet\", \"gateway\": {\"ipv4\": \"auto\"}}, "
                   "\"b\": {\"interface\": \"Wi-Fi\", \"gateway\": {\"ipv4\": \"198.51.100.254\"}, "
                   "\"priority\": 2}}}");
    expect_steps(&fixture, "netsh interface ipv4 add route interface=\"Wi-Fi\" prefix=0.0.0.0/0 "
                           "nexthop=198.51.100.254 metric=1 store=active\n");
    expect_pending(&fixture, "");
    close_host(&fixture);
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static void skip_as_source_is_a_flag(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, ADDRESS(", \"skip_as_source\": true"));
    expect_steps(&fixture, "netsh interface ipv4 add address name=\"Ethernet\" address=192.0.2.7/24 "
                           "skipassource=true store=active\n");
    expect_unsupported(&fixture, "");
    expect_done(&fixture, ADDRESS(", \"skip_as_source\": true"));
    plan(&fixture, ADDRESS(""));
    expect_steps(&fixture, "netsh interface ipv4 set address name=\"Ethernet\" address=192.0.2.7 "
                           "skipassource=false store=active\n");
    expect_undo(&fixture, 0,
                "netsh interface ipv4 set address name=\"Ethernet\" address=192.0.2.7 "
                "skipassource=true store=active\n");
    expect_done(&fixture, ADDRESS(""));
    close_empty(&fixture);
}

static void others_addresses_keep_their_flag(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, "{\"addresses\": {\"x\": {\"interface\": \"Ethernet\", \"address\": \"192.0.2.1/24\", "
                   "\"skip_as_source\": true}}}");
    expect_steps(&fixture, "");
    expect_unsupported(&fixture, "/addresses/x/skip_as_source: The address is not this service's: what it "
                                 "has is left as it is.\n");
    close_host(&fixture);
}

static void an_address_that_goes_leaves_routes(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, "{\"addresses\": {\"x\": {\"interface\": \"Ethernet\", \"address\": \"203.0.113.7/24\"}}, "
                   "\"routes\": {\"r\": {\"to\": \"10.0.0.0/8\", \"via\": \"203.0.113.9\"}}}");
    assert_int_equal(fixture.plan->step_count, 2);
    carry_out(&fixture);
    plan(&fixture, "{}");
    assert_int_equal(fixture.plan->step_count, 2);
    assert_int_equal(fixture.plan->steps[0].op.kind, MH_OP_ROUTE_DELETE);
    assert_int_equal(fixture.plan->steps[1].op.kind, MH_OP_ADDRESS_DELETE);
    carry_out(&fixture);
    take_back(&fixture);
    close_host(&fixture);
}

/* ---- what Windows has not --------------------------------------------------------------------------- */

static void labels_keep_their_precedence(void **state)
{
    (void)state;
    static const char document[] =
        "{\"address_policy\": {\"labels\": {\"2002::/16\": 9, \"2001:db8::/32\": 99}}}";
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, document);
    expect_steps(&fixture,
                 "netsh interface ipv6 delete prefixpolicy prefix=2002::/16 store=active\n"
                 "netsh interface ipv6 add prefixpolicy prefix=2002::/16 precedence=30 label=9 store=active\n"
                 "netsh interface ipv6 add prefixpolicy prefix=2001:db8::/32 precedence=PRECEDENCE label=99 "
                 "store=active # the precedence of the row which covers it\n");
    expect_undo(
        &fixture, 0,
        "netsh interface ipv6 add prefixpolicy prefix=2002::/16 precedence=30 label=2 store=active\n");
    expect_done(&fixture, document);
    close_empty(&fixture);
}

static void labels_need_a_table_that_is_known(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST_OF(", \"address_labels\": []"));
    plan(&fixture, "{\"address_policy\": {\"labels\": {\"2002::/16\": 9}}}");
    expect_steps(&fixture, "");
    assert_int_equal(fixture.plan->unsupported_count, 1);
    assert_string_equal(fixture.plan->unsupported[0].member, "/address_policy/labels/2002::~116");
    close_empty(&fixture);
}

static void the_rest_is_unsupported(void **state)
{
    (void)state;
    static const char document[] =
        "{\"uplinks\": {\"a\": {\"interface\": \"Ethernet\", \"gateway\": {\"ipv4\": \"192.0.2.254\"}}}, "
        "\"rules\": {\"g\": {\"from\": \"192.0.2.0/26\", \"uplink\": \"a\", \"priority\": 1}}, "
        "\"source_routing\": true, \"host_model\": {\"send\": \"strong\"}, \"sharing\": \"balance\", "
        "\"reverse_path\": \"strict\", \"arp\": {\"reply\": \"interface\", \"announce\": \"best\", "
        "\"filter\": "
        "true, \"proxy\": true}, \"source_preferences\": {\"p\": {\"to\": \"10.0.0.0/8\", \"source\": "
        "\"192.0.2.1\"}}}";
    static const char *const members[] = {
        "/sharing",   "/reverse_path", "/arp/reply",           "/arp/filter",
        "/arp/proxy", "/rules/g",      "/source_preferences/p"};
    enum { COUNT = sizeof members / sizeof members[0] };
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, document);
    assert_int_equal(fixture.plan->unsupported_count, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_string_equal(fixture.plan->unsupported[i].member, members[i]);
    assert_int_equal(fixture.plan->step_count, 1); /* the uplink */
    expect_done(&fixture, document);
    close_empty(&fixture);
}

/* ---- what this Windows lacks ----------------------------------------------------------------------- */

#define EVERYTHING                                                                                           \
    "{\"host_model\": {\"send\": \"weak\"}, \"interfaces\": {\"Wi-Fi\": {\"metric\": 9, \"ipv6\": "          \
    "{\"host_model\": "                                                                                      \
    "{\"receive\": \"weak\"}}}}, \"addresses\": {\"x\": {\"interface\": \"Ethernet\", \"address\": "         \
    "\"192.0.2.7/24\", \"skip_as_source\": true}}, \"routes\": {\"corp\": {\"to\": \"10.0.0.0/8\", "         \
    "\"via\": "                                                                                              \
    "\"192.0.2.254\"}}, \"uplinks\": {\"a\": {\"interface\": \"Ethernet\", \"gateway\": {\"ipv4\": "         \
    "\"192.0.2.254\"}}}}"
#define LACKING(name)                                                                                        \
    {                                                                                                        \
        name, MH_FAMILY_NONE, MH_NOT_SUPPORTED, "It has not."                                                \
    }

static const struct mh_capability no_settings[] = {LACKING("interfaces.metric"), LACKING("host_model.send"),
                                                   LACKING("host_model.receive"), LACKING(NULL)};
static const struct mh_capability no_addresses[] = {LACKING("addresses"), LACKING("addresses.skip_as_source"),
                                                    LACKING(NULL)};
static const struct mh_capability no_skips[] = {LACKING("addresses.skip_as_source"), LACKING(NULL)};
static const struct mh_capability no_routes[] = {LACKING("routes"), LACKING("uplinks"), LACKING(NULL)};

static bool is_of(const struct mh_op *op, enum mh_op_kind first, enum mh_op_kind last)
{
    return op->kind >= first && op->kind <= last;
}

static size_t count_steps(const struct fixture *fixture, enum mh_op_kind first, enum mh_op_kind last)
{
    size_t count = 0;
    for (size_t i = 0; i < fixture->plan->step_count; i++)
        count += is_of(&fixture->plan->steps[i].op, first, last);
    return count;
}

static void what_is_lacking_is_unsupported_and_the_rest_is_done(void **state)
{
    (void)state;
    static const struct {
        const struct mh_capability *rows;
        const char *notes;
        size_t settings, addresses, routes;
    } cases[] = {
        {NULL, "", 9, 1, 2},
        {no_settings,
         "/host_model/send: It has not.\n/interfaces/Wi-Fi/metric: It has not.\n"
         "/interfaces/Wi-Fi/ipv6/host_model/receive: It has not.\n",
         0, 1, 2},
        {no_addresses, "/addresses/x: It has not.\n", 9, 0, 2},
        {no_skips, "/addresses/x/skip_as_source: It has not.\n", 9, 1, 2},
        {no_routes, "/routes/corp: It has not.\n/uplinks/a: It has not.\n", 9, 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        open_host(&fixture, HOST);
        fixture.capabilities = cases[i].rows;
        plan(&fixture, EVERYTHING);
        expect_unsupported(&fixture, cases[i].notes);
        assert_int_equal(count_steps(&fixture, MH_OP_SETTING_SET, MH_OP_SETTING_SET), cases[i].settings);
        assert_int_equal(count_steps(&fixture, MH_OP_ADDRESS_ADD, MH_OP_ADDRESS_FLAGS), cases[i].addresses);
        assert_int_equal(count_steps(&fixture, MH_OP_ROUTE_ADD, MH_OP_ROUTE_DELETE), cases[i].routes);
        expect_done(&fixture, EVERYTHING);
        fixture.capabilities = NULL;
        close_empty(&fixture);
    }
}

static void an_address_is_made_without_its_flag(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST);
    fixture.capabilities = no_skips;
    plan(&fixture, ADDRESS(", \"skip_as_source\": true"));
    assert_int_equal(fixture.plan->step_count, 1);
    assert_int_equal(fixture.plan->steps[0].op.of.address.flags, 0);
    fixture.capabilities = NULL;
    close_empty(&fixture);
}

/* As after another start, in which functions were missing: the ledger goes on knowing it. */
static void what_was_made_before_stays(void **state)
{
    (void)state;
    static const struct mh_capability nothing[] = {LACKING("interfaces.metric"),
                                                   LACKING("host_model.send"),
                                                   LACKING("host_model.receive"),
                                                   LACKING("addresses"),
                                                   LACKING("routes"),
                                                   LACKING("uplinks"),
                                                   LACKING(NULL)};
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, EVERYTHING);
    carry_out(&fixture);
    size_t settings = fixture.ledger.setting_count;
    fixture.capabilities = nothing;
    plan(&fixture, "{}");
    expect_steps(&fixture, "");
    expect_unsupported(&fixture, "");
    assert_int_equal(fixture.plan->ledger.setting_count, settings);
    assert_int_equal(fixture.plan->ledger.address_count, 1);
    assert_int_equal(fixture.plan->ledger.route_count, 2);
    fixture.capabilities = NULL;
    close_empty(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_model_is_of_each_external_interface),
        cmocka_unit_test(an_interface_overrides_the_host_model),
        cmocka_unit_test(a_metric_ends_the_automatic_one_and_gives_it_back),
        cmocka_unit_test(a_route_comes_and_goes_by_the_ledger),
        cmocka_unit_test(another_metric_changes_the_route),
        cmocka_unit_test(another_gateway_is_another_route),
        cmocka_unit_test(others_routes_stay),
        cmocka_unit_test(a_route_that_went_is_made_again),
        cmocka_unit_test(a_source_of_a_route_is_unsupported),
        cmocka_unit_test(metrics_of_uplinks_make_up_for_those_of_interfaces),
        cmocka_unit_test(an_uplink_goes_by_the_route_that_is_there),
        cmocka_unit_test(skip_as_source_is_a_flag),
        cmocka_unit_test(others_addresses_keep_their_flag),
        cmocka_unit_test(an_address_that_goes_leaves_routes),
        cmocka_unit_test(labels_keep_their_precedence),
        cmocka_unit_test(labels_need_a_table_that_is_known),
        cmocka_unit_test(the_rest_is_unsupported),
        cmocka_unit_test(what_is_lacking_is_unsupported_and_the_rest_is_done),
        cmocka_unit_test(an_address_is_made_without_its_flag),
        cmocka_unit_test(what_was_made_before_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
