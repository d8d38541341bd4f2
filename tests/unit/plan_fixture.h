/* What tests of plans share: a simulated host, a document for it, the plan, and words for what it does
 * and says. Steps are compared as the native commands that the host describes them with. */
#ifndef MH_TEST_PLAN_FIXTURE_H
#define MH_TEST_PLAN_FIXTURE_H

#include "test_sim.h"

#include "core/plan.h"

enum { TEXT_SIZE = 8192 };

struct fixture {
    struct sim_test test;
    struct mh_ledger ledger;
    struct mh_plan *plan;
    struct mh_config *config;
    const struct mh_capability *capabilities; /* NULL: nothing is lacking */
    char text[TEXT_SIZE];
};

/* ---- making ---------------------------------------------------------------------------------------- */

static inline void open_host(struct fixture *fixture, const char *host)
{
    *fixture = (struct fixture){.plan = NULL};
    sim_test_open_text(&fixture->test, host);
}

static inline void plan(struct fixture *fixture, const char *document)
{
    struct mh_config_problem problem;
    struct mh_snapshot snapshot;
    struct mh_identity identity;
    mh_backend_sim.identity(fixture->test.platform, &identity);
    mh_plan_free(fixture->plan);
    mh_config_release(fixture->config);
    fixture->config = mh_config_parse(document, strlen(document), &problem);
    if (fixture->config == NULL)
        fail_msg("%s at %s", problem.title, problem.pointer);
    mh_host_snapshot(fixture->test.host, &snapshot);
    const struct mh_plan_input input = {fixture->config,  &snapshot,        fixture->test.routes,
                                        &fixture->ledger, identity.dialect, fixture->capabilities};
    assert_int_equal(mh_plan_make(&input, &fixture->plan), MH_OK);
    mh_snapshot_clear(&snapshot);
}

static inline void carry_out(struct fixture *fixture)
{
    struct mh_failure failure = {0};
    for (size_t i = 0; i < fixture->plan->step_count; i++)
        if (mh_backend_sim.apply(fixture->test.platform, &fixture->plan->steps[i].op, &failure) != MH_OK)
            fail_msg("%s", failure.detail);
    mh_ledger_clear(&fixture->ledger);
    assert_int_equal(mh_ledger_copy(&fixture->plan->ledger, &fixture->ledger), MH_OK);
    sim_test_read(&fixture->test);
}

static inline void close_host(struct fixture *fixture)
{
    mh_plan_free(fixture->plan);
    mh_config_release(fixture->config);
    mh_ledger_clear(&fixture->ledger);
    sim_test_close(&fixture->test);
}

/* ---- words ----------------------------------------------------------------------------------------- */

static inline void add(struct fixture *fixture, const char *prefix, const char *line)
{
    size_t length = strlen(fixture->text);
    int written = snprintf(fixture->text + length, TEXT_SIZE - length, "%s%s\n", prefix, line);
    assert_true(written > 0 && (size_t)written < TEXT_SIZE - length);
}

static inline void add_op(struct fixture *fixture, const char *prefix, const struct mh_op *op)
{
    struct mh_snapshot snapshot;
    char line[MH_DESCRIPTION_SIZE];
    mh_host_snapshot(fixture->test.host, &snapshot);
    add(fixture, prefix, mh_backend_sim.describe(fixture->test.platform, &snapshot, op, line, sizeof line));
    mh_snapshot_clear(&snapshot);
}

static inline void expect_steps(struct fixture *fixture, const char *expected)
{
    fixture->text[0] = '\0';
    for (size_t i = 0; i < fixture->plan->step_count; i++)
        add_op(fixture, "", &fixture->plan->steps[i].op);
    assert_string_equal(fixture->text, expected);
}

static inline void expect_undo(struct fixture *fixture, size_t step, const char *expected)
{
    fixture->text[0] = '\0';
    assert_in_range(step, 0, fixture->plan->step_count - 1);
    for (size_t i = 0; i < fixture->plan->steps[step].undo_count; i++)
        add_op(fixture, "", &fixture->plan->steps[step].undo[i]);
    assert_string_equal(fixture->text, expected);
}

static inline void expect_notes(struct fixture *fixture, const struct mh_plan_note *notes, size_t count,
                                const char *expected)
{
    fixture->text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        char line[1024];
        (void)snprintf(line, sizeof line, "%s: %s", notes[i].member, notes[i].text);
        add(fixture, "", line);
    }
    assert_string_equal(fixture->text, expected);
}

static inline void expect_pending(struct fixture *fixture, const char *expected)
{
    expect_notes(fixture, fixture->plan->pending, fixture->plan->pending_count, expected);
}

static inline void expect_unsupported(struct fixture *fixture, const char *expected)
{
    expect_notes(fixture, fixture->plan->unsupported, fixture->plan->unsupported_count, expected);
}

static inline void expect_warnings(struct fixture *fixture, const char *expected)
{
    expect_notes(fixture, fixture->plan->warnings, fixture->plan->warning_count, expected);
}

#endif
