/* Plans for address labels, one rule a test. */
#include "plan_fixture.h"

#define HOST                                                                                                 \
    "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"2001:db8:1::1/64\"]}}, "            \
    "\"address_labels\": [{\"prefix\": \"::/0\", \"label\": 1}, {\"prefix\": \"2002::/16\", \"label\": 2}, " \
    "{\"prefix\": \"2001:db8::/32\", \"label\": 5, \"interface\": \"d0\"}]}"
#define LABELS(rows) "{\"address_policy\": {\"labels\": {" rows "}}}"

static void change_label(struct fixture *fixture, enum mh_op_kind kind, const char *prefix, uint32_t label)
{
    struct mh_failure failure = {0};
    struct mh_op op = {.kind = kind, .of.label.label = label};
    assert_true(mh_prefix_parse(prefix, strlen(prefix), &op.of.label.prefix));
    if (mh_backend_sim.apply(fixture->test.platform, &op, &failure) != MH_OK)
        fail_msg("%s", failure.detail);
    sim_test_read(&fixture->test);
}

static void rows_come_and_go(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, LABELS("\"2001:db8::/32\": 99, \"2002::/16\": 7"));
    expect_steps(&fixture, "ip addrlabel add prefix 2001:db8::/32 label 99\n"
                           "ip addrlabel delete prefix 2002::/16 label 2\n"
                           "ip addrlabel add prefix 2002::/16 label 7\n");
    assert_string_equal(fixture.plan->steps[0].member, "/address_policy/labels/2001:db8::~132");
    expect_undo(&fixture, 0, "ip addrlabel delete prefix 2001:db8::/32 label 99\n");
    expect_undo(&fixture, 1, "ip addrlabel add prefix 2002::/16 label 2\n");
    expect_undo(&fixture, 2, "ip addrlabel delete prefix 2002::/16 label 7\n");
    assert_true(fixture.plan->after.has_own_labels);
    carry_out(&fixture);
    plan(&fixture, LABELS("\"2001:db8::/32\": 99, \"2002::/16\": 7"));
    expect_steps(&fixture, "");
    plan(&fixture, "{}");
    expect_steps(&fixture, "ip addrlabel delete prefix 2002::/16 label 7\n"
                           "ip addrlabel add prefix 2002::/16 label 2\n"
                           "ip addrlabel delete prefix 2001:db8::/32 label 99\n");
    carry_out(&fixture);
    assert_int_equal(fixture.ledger.label_count, 0);
    plan(&fixture, "{}");
    expect_steps(&fixture, "");
    close_host(&fixture);
}

static void another_label_keeps_what_was_before(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, LABELS("\"2002::/16\": 7"));
    carry_out(&fixture);
    plan(&fixture, LABELS("\"2002::/16\": 8"));
    expect_steps(&fixture, "ip addrlabel delete prefix 2002::/16 label 7\n"
                           "ip addrlabel add prefix 2002::/16 label 8\n");
    carry_out(&fixture);
    assert_int_equal(fixture.ledger.labels[0].earlier, 2);
    plan(&fixture, LABELS("\"2002::/16\": 2"));
    carry_out(&fixture);
    assert_int_equal(fixture.ledger.label_count, 0); /* as it was before: nothing is ours */
    plan(&fixture, "{}");
    expect_steps(&fixture, "");
    close_host(&fixture);
}

static void a_row_that_was_there_stays(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, LABELS("\"2002::/16\": 2"));
    expect_steps(&fixture, "");
    carry_out(&fixture);
    plan(&fixture, "{}");
    expect_steps(&fixture, "");
    close_host(&fixture);
}

static void what_others_change_is_put_right_and_what_they_changed_last_is_theirs(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, LABELS("\"2001:db8::/32\": 99, \"2002::/16\": 7"));
    carry_out(&fixture);
    change_label(&fixture, MH_OP_LABEL_DELETE, "2001:db8::/32", 99);
    plan(&fixture, LABELS("\"2001:db8::/32\": 99, \"2002::/16\": 7"));
    expect_steps(&fixture, "ip addrlabel add prefix 2001:db8::/32 label 99\n");
    carry_out(&fixture);
    change_label(&fixture, MH_OP_LABEL_DELETE, "2001:db8::/32", 99);
    change_label(&fixture, MH_OP_LABEL_ADD, "2001:db8::/32", 50);
    plan(&fixture, "{}");
    expect_steps(&fixture, "ip addrlabel delete prefix 2002::/16 label 7\n"
                           "ip addrlabel add prefix 2002::/16 label 2\n");
    carry_out(&fixture);
    assert_int_equal(fixture.ledger.label_count, 0);
    close_host(&fixture);
}

static void what_cannot_be_is_said(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST);
    plan(&fixture, LABELS("\"::ffff:192.0.2.0/120\": 9"));
    expect_steps(&fixture, "");
    expect_notes(&fixture, fixture.plan->unsupported, fixture.plan->unsupported_count,
                 "/address_policy/labels/::ffff:192.0.2.0~1120: Linux has one label for all of "
                 "::ffff:0:0/96.\n");
    close_host(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_and_go),
        cmocka_unit_test(another_label_keeps_what_was_before),
        cmocka_unit_test(a_row_that_was_there_stays),
        cmocka_unit_test(what_others_change_is_put_right_and_what_they_changed_last_is_theirs),
        cmocka_unit_test(what_cannot_be_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
