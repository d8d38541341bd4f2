/* What a plan does about strong receive and the reverse path of IPv6: who is covered, what undoes it, what is
 * said. On a simulated Linux host. */
#include "test_sim.h"

#include "core/plan.h"

#define HOST(settings, eth0)                                                                                 \
    "{\"system\": \"linux\", \"settings\": " settings ", \"interfaces\": {"                                  \
    "\"eth0\": {\"up\": true" eth0 "}, \"eth1\": {\"up\": true}, \"br0\": {\"kind\": \"bridge\"}}}"

struct fixture {
    struct sim_test test;
    struct mh_plan *plan;
};

static void open_host(struct fixture *fixture, const char *host)
{
    *fixture = (struct fixture){.plan = NULL};
    sim_test_open_text(&fixture->test, host);
}

static void close_host(struct fixture *fixture)
{
    mh_plan_free(fixture->plan);
    sim_test_close(&fixture->test);
}

static void plan(struct fixture *fixture, const char *document)
{
    static const struct mh_ledger none;
    struct mh_config_problem problem;
    struct mh_snapshot snapshot;
    struct mh_config *config = mh_config_parse(document, strlen(document), &problem);
    assert_non_null(config);
    mh_plan_free(fixture->plan);
    mh_host_snapshot(fixture->test.host, &snapshot);
    const struct mh_plan_input input = {config, &snapshot,        fixture->test.routes,
                                        &none,  MH_DIALECT_LINUX, NULL};
    assert_int_equal(mh_plan_make(&input, &fixture->plan), MH_OK);
    mh_snapshot_clear(&snapshot);
    mh_config_release(config);
}

static void carry_out(struct fixture *fixture)
{
    for (size_t i = 0; i < fixture->plan->step_count; i++)
        assert_int_equal(mh_backend_sim.apply(fixture->test.platform, &fixture->plan->steps[i].op, NULL),
                         MH_OK);
    sim_test_read(&fixture->test);
}

static void expect_step(struct fixture *fixture, size_t step, const char *native, const char *member)
{
    char line[MH_DESCRIPTION_SIZE];
    struct mh_snapshot snapshot;
    assert_true(step < fixture->plan->step_count);
    mh_host_snapshot(fixture->test.host, &snapshot);
    assert_string_equal(mh_backend_sim.describe(fixture->test.platform, &snapshot,
                                                &fixture->plan->steps[step].op, line, sizeof line),
                        native);
    assert_string_equal(fixture->plan->steps[step].member, member);
    mh_snapshot_clear(&snapshot);
}

static void test_covered(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("{}", ""));
    plan(&fixture, "{\"host_model\": {\"receive\": \"strong\"}, \"interfaces\": "
                   "{\"eth1\": {\"ipv6\": {\"host_model\": {\"receive\": \"weak\"}}}}}");
    assert_int_equal(fixture.plan->step_count, 3); /* br0 is internal, and not named */
    expect_step(&fixture, 0, "nft add element inet multihomed strong_receive_ipv4 '{ \"eth0\" }'",
                "/host_model/receive");
    expect_step(&fixture, 1, "nft add element inet multihomed strong_receive_ipv6 '{ \"eth0\" }'",
                "/host_model/receive");
    expect_step(&fixture, 2, "nft add element inet multihomed strong_receive_ipv4 '{ \"eth1\" }'",
                "/host_model/receive");
    assert_int_equal(fixture.plan->warning_count + fixture.plan->unsupported_count, 0);
    assert_int_equal(fixture.plan->ledger.setting_count, 0);
    carry_out(&fixture);
    plan(&fixture, "{\"interfaces\": {\"eth0\": {\"ipv4\": {\"host_model\": {\"receive\": \"strong\"}}}}}");
    assert_int_equal(fixture.plan->step_count, 2);
    expect_step(&fixture, 0, "nft delete element inet multihomed strong_receive_ipv6 '{ \"eth0\" }'", "");
    expect_step(&fixture, 1, "nft delete element inet multihomed strong_receive_ipv4 '{ \"eth1\" }'", "");
    assert_int_equal(fixture.plan->steps[0].undo[0].of.setting.value, MH_FILTER_COVERED);
    close_host(&fixture);
}

static void test_reverse(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("{}", ""));
    plan(&fixture, "{\"interfaces\": {\"eth0\": {\"ipv6\": {\"reverse_path\": \"loose\"}}}}");
    assert_int_equal(fixture.plan->step_count, 1);
    expect_step(&fixture, 0, "nft add element inet multihomed reverse_loose_ipv6 '{ \"eth0\" }'",
                "/interfaces/eth0/ipv6/reverse_path");
    carry_out(&fixture);
    plan(&fixture, "{\"interfaces\": {\"eth0\": {\"ipv6\": {\"reverse_path\": \"strict\"}}}}");
    expect_step(&fixture, 0,
                "nft delete element inet multihomed reverse_loose_ipv6 '{ \"eth0\" }' && "
                "nft add element inet multihomed reverse_strict_ipv6 '{ \"eth0\" }'",
                "/interfaces/eth0/ipv6/reverse_path");
    close_host(&fixture);
}

/* What somebody has made of the table is put right, and not what is gone back to. */
static void test_altered(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("{}", ", \"settings\": {\"ipv4\": {\"strong-receive\": -1}}"));
    plan(&fixture, "{\"interfaces\": {\"eth0\": {\"ipv4\": {\"host_model\": {\"receive\": \"strong\"}}}}}");
    assert_int_equal(fixture.plan->step_count, 1);
    assert_int_equal(fixture.plan->steps[0].op.of.setting.value, MH_FILTER_COVERED);
    assert_int_equal(fixture.plan->steps[0].undo_count, 1);
    assert_int_equal(fixture.plan->steps[0].undo[0].of.setting.value, MH_FILTER_OUT);
    plan(&fixture, "{}");
    assert_int_equal(fixture.plan->step_count, 1);
    assert_int_equal(fixture.plan->steps[0].op.of.setting.value, MH_FILTER_OUT);
    close_host(&fixture);
}

static void test_forwarding(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("{\"all\": {\"ipv4\": {\"forwarding\": 1}}}", ""));
    plan(&fixture, "{\"host_model\": {\"receive\": \"strong\"}}");
    assert_int_equal(fixture.plan->warning_count, 1); /* IPv4 alone */
    assert_non_null(strstr(fixture.plan->warnings[0].text, "by eth0, eth1 reaches"));
    assert_true(fixture.plan->warnings[0].is_refused_strictly);
    close_host(&fixture);
}

static void test_no_table(void **state)
{
    (void)state;
    static const char *const hosts[] = {HOST("{\"all\": {\"ipv4\": {\"own-filter-table\": 1}}}", ""),
                                        HOST("{\"all\": {\"ipv4\": {\"own-filter-table\": 2}}}", ""),
                                        HOST("{\"all\": {\"ipv4\": {\"own-filter-table\": 3}}}", "")};
    static const char *const reasons[] = {"not installed", "CAP_NET_ADMIN", "has not made"};
    for (size_t i = 0; i < 3; i++) {
        struct fixture fixture;
        open_host(&fixture, hosts[i]);
        plan(&fixture, "{\"host_model\": {\"receive\": \"strong\"}, \"interfaces\": {\"eth1\": {\"ipv6\": "
                       "{\"reverse_path\": \"off\"}}}}");
        assert_int_equal(fixture.plan->step_count, 0);
        assert_int_equal(fixture.plan->unsupported_count, 4);
        assert_non_null(strstr(fixture.plan->unsupported[0].text, reasons[i]));
        close_host(&fixture);
    }
}

static void test_loopback(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("{}", ""));
    plan(&fixture, "{\"interfaces\": {\"lo\": {\"ipv4\": {\"host_model\": {\"receive\": \"strong\"}}}}}");
    assert_int_equal(fixture.plan->step_count, 0);
    assert_int_equal(fixture.plan->unsupported_count, 1);
    close_host(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_covered),    cmocka_unit_test(test_reverse),  cmocka_unit_test(test_altered),
        cmocka_unit_test(test_forwarding), cmocka_unit_test(test_no_table), cmocka_unit_test(test_loopback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
