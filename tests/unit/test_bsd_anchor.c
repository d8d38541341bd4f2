/* The anchor through pfctl: a pfctl that keeps what it is given, on recorded interfaces of FreeBSD (vtnet0 is
 * 1, bridge0 is 3) and OpenBSD (vio0 is 1, vether0 is 3). */
#define _GNU_SOURCE
#include "pf_model.h"

#include "bsd/anchor.h"
#include "codec/rtmsg_fixture.h"
#include "core/text.h"

struct fake_pf {
    struct mh_calls calls;
    const struct recording *interfaces;
    char anchor[16384], main_rules[256];
    const char *info, *error; /* error: what every pfctl says, and fails */
    const char *list_error;   /* what listing the anchor says, and succeeds */
    const char *load_error;
    bool missing, no_anchor;
    size_t runs, loads;
};

struct host_of_pf {
    struct fake_pf pf;
    struct recordings recordings;
    struct mh_bsd host;
    struct mh_text told; /* facts, one a line */
};

/* ---- the system ------------------------------------------------------------------------------------ */

static enum mh_error answer(struct mh_run_result *result, const char *text, const char *error)
{
    memset(result, 0, sizeof *result);
    result->output = strdup(text);
    assert_non_null(result->output);
    result->output_length = strlen(text);
    result->status = error != NULL;
    if (error != NULL)
        (void)snprintf(result->error, sizeof result->error, "%s", error);
    return MH_OK;
}

static enum mh_error take_rules(struct fake_pf *pf, const struct mh_run *run, struct mh_run_result *result)
{
    pf->loads++;
    if (pf->load_error != NULL)
        return answer(result, "", pf->load_error);
    assert_true(run->input_length < sizeof pf->anchor);
    if (run->input_length > 0)
        memcpy(pf->anchor, run->input, run->input_length);
    pf->anchor[run->input_length] = '\0';
    pf->no_anchor = false;
    return answer(result, "", NULL);
}

static enum mh_error fake_run(struct mh_calls *calls, const struct mh_run *run, struct mh_run_result *result,
                              struct mh_failure *failure)
{
    struct fake_pf *pf = (struct fake_pf *)calls;
    struct mh_text line = {0};
    char command[128];
    pf->runs++;
    if (pf->missing)
        return mh_fail(failure, MH_NOT_FOUND, "no such program");
    for (size_t i = 0; run->arguments[i] != NULL; i++)
        mh_text_format(&line, i > 0 ? " %s" : "%s", run->arguments[i]);
    (void)snprintf(command, sizeof command, "%s", line.bytes);
    mh_text_clear(&line);
    if (pf->error != NULL)
        return answer(result, "", pf->error);
    if (strcmp(command, "pfctl -q -s info") == 0)
        return answer(result, pf->info, NULL);
    if (strcmp(command, "pfctl -q -s rules") == 0)
        return answer(result, pf->main_rules, NULL);
    if (strcmp(command, "pfctl -q -a multihomed -s rules") == 0 && pf->list_error != NULL) {
        (void)answer(result, "", pf->list_error);
        result->status = 0;
        return MH_OK;
    }
    if (strcmp(command, "pfctl -q -a multihomed -s rules") == 0)
        return answer(result, pf->anchor, pf->no_anchor ? "pfctl: Anchor 'multihomed' not found." : NULL);
    if (strcmp(command, "pfctl -q -a multihomed -f -") == 0 && run->input_length > 0)
        return take_rules(pf, run, result);
    assert_string_equal(command, "pfctl -q -a multihomed -F rules");
    return take_rules(pf, run, result);
}

static enum mh_error fake_sysctl(struct mh_calls *calls, struct mh_call_sysctl *call,
                                 struct mh_failure *failure)
{
    const struct fake_pf *pf = (const struct fake_pf *)calls;
    (void)failure;
    call->length = pf->interfaces->length;
    if (call->old != NULL) {
        assert_true(call->capacity >= call->length);
        memcpy(call->old, pf->interfaces->octets, call->length);
    }
    return MH_OK;
}

static const struct mh_calls_table fake_table = {.run = fake_run, .sysctl = fake_sysctl};

static void open_host(struct host_of_pf *test, const char *kernel, const char *layout, const char *interfaces)
{
    memset(test, 0, sizeof *test);
    test->recordings = recordings_of(kernel);
    test->pf.interfaces = recording_named(&test->recordings, interfaces);
    test->pf.calls.table = &fake_table;
    test->pf.info = "Status: Enabled for 0 days 00:00:07           Debug: Urgent\n";
    (void)snprintf(test->pf.main_rules, sizeof test->pf.main_rules,
                   "block drop all\nanchor \"multihomed\" all\n");
    test->host.calls = &test->pf.calls;
    test->host.layout = mh_rt_layout_find(layout);
    assert_non_null(test->host.layout);
}

static void open_freebsd(struct host_of_pf *test)
{
    open_host(test, "freebsd12", "freebsd-12-amd64", "full-iflistl");
}

static void open_openbsd(struct host_of_pf *test)
{
    open_host(test, "openbsd80", "openbsd-8-amd64", "full-iflist");
}

static void close_host(struct host_of_pf *test)
{
    mh_bsd_anchor_close(&test->host);
    mh_text_clear(&test->told);
    recordings_free(&test->recordings);
}

/* ---- facts ----------------------------------------------------------------------------------------- */

static void tell_route(struct mh_text *told, const struct mh_route *route)
{
    char to[MH_PREFIX_TEXT_SIZE], via[MH_ADDRESS_TEXT_SIZE];
    mh_text_format(told, "route %u %s", route->table, mh_prefix_format(&route->destination, to));
    if (route->next_hop_count > 0)
        mh_text_format(told, " via %s dev %u", mh_address_format(&route->next_hops[0].gateway, via),
                       route->next_hops[0].interface);
    mh_text_add(told, "\n");
}

static enum mh_error take_fact(void *context, const struct mh_fact *fact)
{
    struct mh_text *told = context;
    char from[MH_PREFIX_TEXT_SIZE];
    if (fact->section == MH_SECTION_RULES)
        mh_text_format(told, "rule %u %s %u\n", fact->of.rule->priority,
                       mh_prefix_format(&fact->of.rule->from, from), fact->of.rule->table);
    else if (fact->section == MH_SECTION_ROUTES)
        tell_route(told, fact->of.route);
    else
        mh_text_format(told, "%s %d\n", mh_setting_name((enum mh_setting_id)fact->of.setting->id),
                       fact->of.setting->value);
    return MH_OK;
}

static void expect_told(struct host_of_pf *test, const char *expected)
{
    const struct mh_feed feed = {.context = &test->told, .fact = take_fact};
    struct mh_failure failure = {0};
    assert_int_equal(mh_bsd_anchor_feed_rules(&test->host, &feed, &failure), MH_OK);
    assert_int_equal(mh_bsd_anchor_feed_routes(&test->host, &feed, &failure), MH_OK);
    assert_int_equal(mh_bsd_anchor_feed_state(&test->host, &feed, &failure), MH_OK);
    char *told = mh_text_take(&test->told);
    assert_non_null(told);
    assert_string_equal(told, expected);
    free(told);
}

static void expect_state(struct host_of_pf *test, enum mh_own_table_state state)
{
    char expected[64];
    mh_bsd_anchor_doubt(&test->host);
    (void)snprintf(expected, sizeof expected, "own-filter-table %d\n", state);
    expect_told(test, expected);
}

/* ---- ops ------------------------------------------------------------------------------------------- */

static struct mh_prefix prefix(const char *text)
{
    struct mh_prefix parsed;
    assert_true(mh_prefix_parse(text, strlen(text), &parsed));
    return parsed;
}

static struct mh_op rule_op(enum mh_op_kind kind, const char *from)
{
    return (struct mh_op){.kind = kind,
                          .of.rule = {.priority = 5260,
                                      .table = 5201,
                                      .family = MH_IPV4,
                                      .protocol = 157,
                                      .owner = MH_OWNER_MULTIHOMED,
                                      .from = prefix(from),
                                      .suppress_prefix_length = -1,
                                      .suppress_interface_group = -1}};
}

static struct mh_op route_op(enum mh_op_kind kind, const char *to, const struct mh_next_hop *hop)
{
    return (struct mh_op){.kind = kind,
                          .of.route = {.destination = prefix(to),
                                       .table = 5201,
                                       .type = MH_ROUTE_UNICAST,
                                       .protocol = 157,
                                       .owner = MH_OWNER_MULTIHOMED,
                                       .next_hop_count = hop != NULL,
                                       .next_hops = hop}};
}

static const struct mh_next_hop gateway = {.gateway = {MH_IPV4, {192, 0, 2, 1}}, .interface = 1, .weight = 1};
static const struct mh_next_hop link = {.interface = 3, .weight = 1};

static enum mh_error apply(struct host_of_pf *test, const struct mh_op *ops, size_t count,
                           struct mh_failure *failure)
{
    memset(failure, 0, sizeof *failure);
    return mh_bsd_anchor_apply(&test->host, ops, count, failure);
}

static void bring(struct host_of_pf *test)
{
    struct mh_failure failure;
    const struct mh_op ops[] = {route_op(MH_OP_ROUTE_ADD, "0.0.0.0/0", &gateway),
                                route_op(MH_OP_ROUTE_ADD, "10.5.0.0/16", &link),
                                rule_op(MH_OP_RULE_ADD, "192.0.2.10/32")};
    if (apply(test, ops, 3, &failure) != MH_OK)
        fail_msg("%s", failure.detail);
}

static const char brought[] = "rule 5260 192.0.2.10/32 5201\n"
                              "route 5201 10.5.0.0/16 via  dev 3\n"
                              "route 5201 0.0.0.0/0 via 192.0.2.1 dev 1\n"
                              "own-filter-table 0\n";

static void ops_are_one_load_and_come_back(void **state)
{
    struct host_of_pf test;
    (void)state;
    open_freebsd(&test);
    test.pf.no_anchor = true;
    expect_told(&test, "own-filter-table 0\n");
    bring(&test);
    assert_int_equal(test.pf.loads, 1);
    assert_true(test.host.stale[MH_SECTION_RULES] && test.host.stale[MH_SECTION_ROUTES]);
    assert_non_null(strstr(test.pf.anchor, "pass out quick on ! lo0 route-to (vtnet0 192.0.2.1) inet from "
                                           "192.0.2.10 to any "));
    expect_told(&test, brought);
    close_host(&test);
    open_openbsd(&test);
    bring(&test);
    assert_non_null(strstr(test.pf.anchor, " label \"mh1 use 5260 5201\" route-to 192.0.2.1\n"));
    assert_non_null(strstr(test.pf.anchor, "pass out quick on vether0 inet from 192.0.2.10 to 10.5.0.0/16 "));
    expect_told(&test, brought);
    close_host(&test);
}

static void deleting_all_flushes(void **state)
{
    struct host_of_pf test;
    struct mh_failure failure;
    (void)state;
    open_freebsd(&test);
    bring(&test);
    const struct mh_op ops[] = {rule_op(MH_OP_RULE_DELETE, "192.0.2.10/32"),
                                route_op(MH_OP_ROUTE_DELETE, "10.5.0.0/16", &link),
                                route_op(MH_OP_ROUTE_DELETE, "0.0.0.0/0", &gateway)};
    assert_int_equal(apply(&test, ops, 3, &failure), MH_OK);
    assert_string_equal(test.pf.anchor, "");
    expect_told(&test, "own-filter-table 0\n");
    close_host(&test);
}

/* All or none. */
static void what_cannot_be_changes_nothing(void **state)
{
    struct host_of_pf test;
    struct mh_failure failure;
    (void)state;
    open_freebsd(&test);
    bring(&test);
    struct mh_op ops[] = {rule_op(MH_OP_RULE_ADD, "192.0.2.11/32"), rule_op(MH_OP_RULE_ADD, "192.0.2.10/32")};
    assert_int_equal(apply(&test, ops, 2, &failure), MH_EXISTS);
    ops[1] = rule_op(MH_OP_RULE_DELETE, "192.0.2.12/32");
    assert_int_equal(apply(&test, ops, 2, &failure), MH_NOT_FOUND);
    ops[1].kind = MH_OP_RULE_ADD;
    ops[1].of.rule.mark_mask = 1;
    assert_int_equal(apply(&test, ops, 2, &failure), MH_UNSUPPORTED);
    ops[1] =
        route_op(MH_OP_ROUTE_ADD, "10.0.0.0/8", &(const struct mh_next_hop){.interface = 99, .weight = 1});
    assert_int_equal(apply(&test, ops, 2, &failure), MH_NOT_FOUND);
    ops[1] = route_op(MH_OP_ROUTE_ADD, "10.0.0.0/8", &link);
    ops[1].of.route.table = 0;
    assert_false(mh_bsd_is_anchored(&ops[1]));
    assert_int_equal(apply(&test, ops, 2, &failure), MH_INVALID);
    assert_int_equal(test.pf.loads, 1);
    expect_told(&test, brought);
    test.pf.load_error = "stdin:3: syntax error";
    assert_int_equal(apply(&test, ops, 1, &failure), MH_IO);
    assert_non_null(strstr(failure.detail, "syntax error"));
    test.pf.load_error = NULL;
    expect_told(&test, brought);
    close_host(&test);
}

static void replacing_a_route(void **state)
{
    struct host_of_pf test;
    struct mh_failure failure;
    (void)state;
    open_freebsd(&test);
    bring(&test);
    const struct mh_next_hop other = {.gateway = {MH_IPV4, {192, 0, 2, 9}}, .interface = 3, .weight = 1};
    const struct mh_op op = route_op(MH_OP_ROUTE_REPLACE, "0.0.0.0/0", &other);
    assert_true(mh_bsd_is_anchored(&op));
    assert_int_equal(apply(&test, &op, 1, &failure), MH_OK);
    expect_told(&test, "rule 5260 192.0.2.10/32 5201\n"
                       "route 5201 10.5.0.0/16 via  dev 3\n"
                       "route 5201 0.0.0.0/0 via 192.0.2.9 dev 3\n"
                       "own-filter-table 0\n");
    close_host(&test);
}

/* ---- reading --------------------------------------------------------------------------------------- */

static void pfctl_runs_when_in_doubt_only(void **state)
{
    struct host_of_pf test;
    (void)state;
    open_freebsd(&test);
    bring(&test);
    size_t runs = test.pf.runs;
    expect_told(&test, brought); /* after an own write */
    assert_int_equal(test.pf.runs, runs + 3);
    expect_told(&test, brought);
    assert_int_equal(test.pf.runs, runs + 3);
    mh_bsd_anchor_doubt(&test.host);
    memset(test.host.stale, 0, sizeof test.host.stale);
    expect_told(&test, brought);
    assert_int_equal(test.pf.runs, runs + 6);
    assert_false(test.host.stale[MH_SECTION_RULES] || test.host.stale[MH_SECTION_ROUTES]);
    test.pf.anchor[0] = '\0'; /* somebody has flushed it */
    expect_state(&test, MH_OWN_TABLE_USABLE);
    assert_true(test.host.stale[MH_SECTION_RULES] && test.host.stale[MH_SECTION_ROUTES]);
    close_host(&test);
}

static void states_say_what_is_missing(void **state)
{
    struct host_of_pf test;
    struct mh_failure failure;
    const struct mh_op op = rule_op(MH_OP_RULE_ADD, "192.0.2.10/32");
    (void)state;
    open_freebsd(&test);
    test.pf.missing = true;
    expect_state(&test, MH_OWN_TABLE_NO_PROGRAM);
    assert_int_equal(apply(&test, &op, 1, &failure), MH_UNSUPPORTED);
    test.pf.missing = false;
    test.pf.error = "pfctl: /dev/pf: Permission denied";
    expect_state(&test, MH_OWN_TABLE_NOT_PERMITTED);
    assert_int_equal(apply(&test, &op, 1, &failure), MH_PERMISSION);
    test.pf.error = "pfctl: /dev/pf: No such file or directory";
    expect_state(&test, MH_OWN_TABLE_OFF);
    test.pf.error = "pfctl: something else";
    expect_state(&test, MH_OWN_TABLE_UNREADABLE);
    test.pf.error = NULL;
    test.pf.info = "Status: Disabled                              Debug: err\n";
    expect_state(&test, MH_OWN_TABLE_OFF);
    assert_int_equal(apply(&test, &op, 1, &failure), MH_UNSUPPORTED);
    test.pf.info = "Status: Enabled for 0 days 00:00:07           Debug: err\n";
    (void)snprintf(test.pf.main_rules, sizeof test.pf.main_rules, "pass all flags S/SA\n");
    expect_state(&test, MH_OWN_TABLE_NOT_NAMED);
    assert_int_equal(apply(&test, &op, 1, &failure), MH_UNSUPPORTED);
    assert_non_null(strstr(failure.detail, "anchor \"multihomed\""));
    (void)snprintf(test.pf.main_rules, sizeof test.pf.main_rules, "anchor \"*\" all\n");
    test.pf.list_error = "pfctl: DIOCGETRULES: Device busy";
    expect_state(&test, MH_OWN_TABLE_UNREADABLE);
    assert_int_equal(apply(&test, &op, 1, &failure), MH_UNSUPPORTED);
    test.pf.list_error = "pfctl: DIOCGETRULES: Invalid argument";
    expect_state(&test, MH_OWN_TABLE_USABLE);
    test.pf.list_error = NULL;
    (void)snprintf(test.pf.anchor, sizeof test.pf.anchor, "pass in all flags S/SA keep state\n");
    expect_state(&test, MH_OWN_TABLE_FOREIGN);
    assert_int_equal(apply(&test, &op, 1, &failure), MH_UNSUPPORTED);
    assert_int_equal(test.pf.loads, 0);
    close_host(&test);
}

/* What somebody has altered is not there: the plan brings it anew, whole. */
static void altered_rules_are_made_anew(void **state)
{
    struct host_of_pf test;
    (void)state;
    open_freebsd(&test);
    bring(&test);
    test.pf.anchor[strlen(test.pf.anchor) - 1] = '\0';
    strrchr(test.pf.anchor, '\n')[1] = '\0'; /* the last rule is gone */
    expect_state(&test, MH_OWN_TABLE_USABLE);
    bring(&test);
    expect_told(&test, brought);
    close_host(&test);
}

static void own_rules_go_where_the_anchor_is_not_named(void **state)
{
    struct host_of_pf test;
    struct mh_failure failure;
    const struct mh_op op = rule_op(MH_OP_RULE_DELETE, "192.0.2.10/32");
    (void)state;
    open_freebsd(&test);
    bring(&test);
    test.pf.main_rules[0] = '\0';
    expect_state(&test, MH_OWN_TABLE_NOT_NAMED);
    assert_int_equal(apply(&test, &op, 1, &failure), MH_OK);
    assert_null(strstr(test.pf.anchor, "rule 5260"));
    close_host(&test);
}

static void interfaces_that_are_gone_take_routes_along(void **state)
{
    struct host_of_pf test;
    struct mh_failure failure;
    const struct mh_op op = rule_op(MH_OP_RULE_ADD, "192.0.2.11/32");
    (void)state;
    open_freebsd(&test);
    bring(&test);
    for (char *at = test.pf.anchor; (at = strstr(at, "bridge0")) != NULL;)
        memcpy(at, "bridge9", 7);
    mh_bsd_anchor_doubt(&test.host);
    expect_told(&test, "rule 5260 192.0.2.10/32 5201\n"
                       "route 5201 0.0.0.0/0 via 192.0.2.1 dev 1\n"
                       "own-filter-table 0\n");
    assert_int_equal(apply(&test, &op, 1, &failure), MH_OK);
    assert_null(strstr(test.pf.anchor, "bridge"));
    close_host(&test);
}

static void netbsd_has_none(void **state)
{
    struct host_of_pf test;
    struct mh_failure failure;
    const struct mh_op op = rule_op(MH_OP_RULE_ADD, "192.0.2.10/32");
    (void)state;
    open_host(&test, "netbsd7", "netbsd-7-amd64", "full-iflist");
    mh_text_add(&test.told, "");
    expect_told(&test, "");
    assert_int_equal(apply(&test, &op, 1, &failure), MH_UNSUPPORTED);
    assert_int_equal(test.pf.runs, 0);
    close_host(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ops_are_one_load_and_come_back),
        cmocka_unit_test(deleting_all_flushes),
        cmocka_unit_test(what_cannot_be_changes_nothing),
        cmocka_unit_test(replacing_a_route),
        cmocka_unit_test(pfctl_runs_when_in_doubt_only),
        cmocka_unit_test(states_say_what_is_missing),
        cmocka_unit_test(altered_rules_are_made_anew),
        cmocka_unit_test(own_rules_go_where_the_anchor_is_not_named),
        cmocka_unit_test(interfaces_that_are_gone_take_routes_along),
        cmocka_unit_test(netbsd_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
