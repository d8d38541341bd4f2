/* Nothing is lost: a process ends behind every single call that it makes, every write is cut off at every
 * octet, every call fails, every op fails. Whatever happened, the next start finds the host, the ledger and
 * the configuration file exactly as they were before or, if it was confirmed, exactly as they are after. */
#include "unit/transaction_world.h"

#include "unit/support.h"

/* ---- a run ----------------------------------------------------------------------------------------- */

enum script { AT_ONCE, CONFIRMED, EXPIRED, SCRIPTS };

struct scenario {
    size_t steps;
    enum script script;
    char *before, *after;
    unsigned long runs; /* for the reader of the test's output */
};

struct result {
    bool told_confirmed; /* a client was told so */
    long calls;
    long ops;
};

static bool confirmed(struct mh_transactions *engine)
{
    return mh_transactions_count(engine) > 0 &&
           mh_transactions_at(engine, 0)->state == MH_TRANSACTION_CONFIRMED;
}

/* What a service does until it ends. */
static struct result play(struct world *world, const struct scenario *scenario)
{
    struct result result = {0};
    char token[MH_TRANSACTION_TOKEN_SIZE];
    const struct mh_transaction *transaction;
    struct world_plan *plan = plan_make(world, scenario->steps);
    struct mh_transaction_request request =
        world_request(world, plan, &world_change, scenario->script == AT_ONCE ? 0 : 60000);
    struct mh_transactions *engine = world_engine(world);
    (void)mh_transactions_start(engine, NULL);
    enum mh_error error = mh_transactions_begin(engine, &request, token, &transaction, NULL);
    if (error == MH_OK && scenario->script == CONFIRMED)
        error = mh_transactions_confirm(engine, transaction->record->id, token, NULL);
    world->boot += 60000;
    if (scenario->script != AT_ONCE)
        mh_transactions_tick(engine);
    result.told_confirmed = error == MH_OK && scenario->script != EXPIRED && !world->dead;
    if (result.told_confirmed)
        assert_true(confirmed(engine));
    result.calls = world->calls;
    result.ops = world->ops;
    mh_transactions_free(engine);
    plan_free(plan);
    return result;
}

static void assert_no_differences(const char *text, const char *expected)
{
    if (strcmp(text, expected) != 0)
        fail_msg("the host is:\n%s\nand not:\n%s", text, expected);
}

static void assert_ledger(const struct mh_transactions *engine, bool after)
{
    const struct mh_ledger *ledger = mh_transactions_ledger(engine);
    assert_int_equal(ledger->setting_count, after);
    assert_int_equal(ledger->address_count, 0);
}

/* The state of everything must be one or the other; `known`: which one it has to be (-1: either). */
static void check(struct world *world, const struct scenario *scenario, struct mh_transactions *engine,
                  int known)
{
    char *host = world_fingerprint(world);
    bool after = confirmed(engine);
    if (known >= 0)
        assert_int_equal(after, known);
    assert_no_differences(host, after ? scenario->after : scenario->before);
    assert_string_equal(world_text(world, WORLD_CONFIG), after ? WORLD_AFTER : WORLD_BEFORE);
    assert_int_equal(world_find(world, WORLD_CONFIG)->mode, 0644);
    assert_null(world_find(world, WORLD_CONFIG ".next"));
    assert_null(mh_transactions_pending(engine));
    assert_ledger(engine, after);
    free(host);
}

/* Starts anew and looks; then once more, which must change nothing and call no op. */
static void recover(struct world *world, struct scenario *scenario, int known)
{
    for (int again = 0; again < 2; again++) {
        struct mh_failure failure = {0};
        world_revive(world);
        struct mh_transactions *engine = world_engine(world);
        if (mh_transactions_start(engine, &failure) != MH_OK)
            fail_msg("start: %s", failure.detail);
        check(world, scenario, engine, known);
        if (again == 1)
            assert_int_equal(world->ops, 0);
        mh_transactions_free(engine);
    }
    scenario->runs++;
}

static void scenario_open(struct scenario *scenario, size_t steps, enum script script)
{
    struct world world;
    *scenario = (struct scenario){.steps = steps, .script = script};
    world_open(&world);
    scenario->before = world_fingerprint(&world);
    const struct scenario at_once = {.steps = steps};
    assert_true(play(&world, &at_once).told_confirmed);
    scenario->after = world_fingerprint(&world);
    assert_string_not_equal(scenario->before, scenario->after);
    world_close(&world);
}

static void scenario_close(struct scenario *scenario)
{
    print_message("[          ] %zu steps: %lu runs\n", scenario->steps, scenario->runs);
    free(scenario->before);
    free(scenario->after);
}

/* How many calls it makes when nothing goes wrong. */
static struct result undisturbed(const struct scenario *scenario)
{
    struct world world;
    world_open(&world);
    struct result result = play(&world, scenario);
    world_close(&world);
    return result;
}

static bool is_full(void)
{
    return getenv("MH_TEST_FULL") != NULL;
}

/* MH_TEST_FULL=all: every call, octet and op of 200 steps too; for release builds, which are fast enough. */
static bool is_all(void)
{
    const char *value = getenv("MH_TEST_FULL");
    return value != NULL && strcmp(value, "all") == 0;
}

/* ---- the process ends ------------------------------------------------------------------------------ */

static void crash_behind(struct scenario *scenario, long call)
{
    struct world world;
    world_open(&world);
    world.fate.crash_behind = call;
    struct result result = play(&world, scenario);
    recover(&world, scenario, result.told_confirmed ? true : -1);
    world_close(&world);
}

/* The start that takes it back is itself ended, behind its call `second`. */
static long crash_twice(struct scenario *scenario, long first, long second)
{
    struct world world;
    world_open(&world);
    world.fate.crash_behind = first;
    (void)play(&world, scenario);
    world_revive(&world);
    world.fate.crash_behind = second;
    struct mh_transactions *engine = world_engine(&world);
    (void)mh_transactions_start(engine, NULL);
    long calls = world.calls;
    mh_transactions_free(engine);
    recover(&world, scenario, -1);
    world_close(&world);
    return calls;
}

/* `stride` goes over the calls, but for the first and last ones, where files are written. */
static void crash_everywhere(size_t steps, long stride, long stride_of_pairs)
{
    for (int script = 0; script < SCRIPTS; script++) {
        struct scenario scenario;
        scenario_open(&scenario, steps, (enum script)script);
        long calls = undisturbed(&scenario).calls;
        for (long call = 0; call < calls; call += call < 12 || call + 12 > calls ? 1 : stride)
            crash_behind(&scenario, call);
        for (long first = script; first < calls; first += stride_of_pairs)
            for (long second = 0, end = 1; second < end; second += stride_of_pairs)
                end = crash_twice(&scenario, first, second);
        scenario_close(&scenario);
    }
}

static void the_process_ends_behind_any_call_1(void **state)
{
    (void)state;
    crash_everywhere(1, 1, 1);
}

static void the_process_ends_behind_any_call_10(void **state)
{
    (void)state;
    crash_everywhere(10, 1, is_full() ? 1 : 3);
}

static void the_process_ends_behind_any_call_200(void **state)
{
    (void)state;
    crash_everywhere(200, is_all() ? 1 : is_full() ? 2 : 29, is_full() ? 173 : 211);
}

/* ---- writes are cut off ---------------------------------------------------------------------------- */

/* Returns the length of the write; 0 when this call is none. A journal that is cut off under its own name is
 * damaged: the start says so, and leaves it as it is. */
static size_t cut_off(struct scenario *scenario, long call, size_t at, bool torn)
{
    struct world world;
    world_open(&world);
    world.fate.cut_call = call;
    world.fate.cut_at = at;
    world.fate.torn = torn;
    (void)play(&world, scenario);
    size_t length = world.cut_length;
    const struct world_file *journal = world_find(&world, "/state/journal");
    if (length > 0 && torn && at < length && journal != NULL && journal->length == at) {
        struct mh_failure failure = {0};
        world_revive(&world);
        struct mh_transactions *engine = world_engine(&world);
        assert_int_equal(mh_transactions_start(engine, &failure), MH_MALFORMED);
        assert_non_null(strstr(failure.detail, "/state/journal"));
        check(&world, scenario, engine, false);
        assert_int_equal(world_find(&world, "/state/journal")->length, at);
        mh_transactions_free(engine);
        scenario->runs++;
    } else if (length > 0) {
        recover(&world, scenario, -1);
    }
    world_close(&world);
    return length;
}

static void cut_everywhere(size_t steps, enum script script, size_t most_offsets)
{
    struct scenario scenario;
    scenario_open(&scenario, steps, script);
    long calls = undisturbed(&scenario).calls;
    for (long call = 0; call < calls; call++) {
        size_t length = cut_off(&scenario, call, 0, true);
        size_t stride = length > most_offsets ? length / most_offsets : 1;
        /* Of a large one some of the first line and of the end, and a sample between. */
        for (size_t at = 0; length > 0 && at <= length; at += stride == 1                    ? 1
                                                              : at < 100 || at + 20 > length ? 7
                                                                                             : stride)
            (void)cut_off(&scenario, call, at, true);
        for (size_t at = 0; length > 0 && at <= length; at += 1 + length / 10)
            (void)cut_off(&scenario, call, at, false);
    }
    scenario_close(&scenario);
}

static void writes_are_cut_off_1(void **state)
{
    (void)state;
    cut_everywhere(1, AT_ONCE, SIZE_MAX);
    cut_everywhere(1, EXPIRED, is_full() ? SIZE_MAX : 100);
}

static void writes_are_cut_off_10(void **state)
{
    (void)state;
    cut_everywhere(10, CONFIRMED, is_full() ? SIZE_MAX : 100);
}

static void writes_are_cut_off_200(void **state)
{
    (void)state;
    cut_everywhere(200, AT_ONCE, is_all() ? SIZE_MAX : is_full() ? 150 : 8);
}

/* ---- calls fail ------------------------------------------------------------------------------------ */

/* The process lives on: when it says that it is done, all must be one or the other, also without a new
 * start. A file that could not be put in place is, at the next start. */
static void fail_call(struct scenario *scenario, struct fate fate)
{
    struct world world;
    world_open(&world);
    world.fate = fate;
    struct result result = play(&world, scenario);
    recover(&world, scenario, result.told_confirmed ? true : -1);
    world_close(&world);
}

static void fail_everywhere(size_t steps)
{
    for (int script = 0; script < SCRIPTS; script++) {
        struct scenario scenario;
        scenario_open(&scenario, steps, (enum script)script);
        struct result calm = undisturbed(&scenario);
        for (long call = 0; call < calm.calls; call++)
            for (int kind = 0; kind < 3; kind++) {
                struct fate fate = no_fate;
                fate.fail_call = call;
                fate.fail_on = kind == 1;
                fate.fail_with_effect = kind == 2;
                fail_call(&scenario, fate);
            }
        scenario_close(&scenario);
    }
}

/* A write is told to have failed, but has come through; and then the process ends. */
static void failures_that_were_none_and_an_end(void **state)
{
    (void)state;
    for (int script = 0; script < SCRIPTS; script++) {
        struct scenario scenario;
        scenario_open(&scenario, 1, (enum script)script);
        long calls = undisturbed(&scenario).calls;
        for (long call = 0; call < calls; call++)
            for (long end = call; end < calls + 4; end++) {
                struct fate fate = no_fate;
                fate.fail_call = call;
                fate.fail_with_effect = true;
                fate.crash_behind = end;
                fail_call(&scenario, fate);
            }
        scenario_close(&scenario);
    }
}

static void every_call_on_files_fails(void **state)
{
    (void)state;
    fail_everywhere(1);
    fail_everywhere(10);
}

/* ---- ops fail -------------------------------------------------------------------------------------- */

/* A failed op reverts the whole at once, and the engine that lived through it says so. */
static void fail_op(struct scenario *scenario, struct fate fate)
{
    struct world world;
    struct mh_failure failure = {0};
    char token[MH_TRANSACTION_TOKEN_SIZE];
    const struct mh_transaction *transaction;
    world_open(&world);
    struct mh_transactions *engine = world_engine(&world);
    assert_int_equal(mh_transactions_start(engine, NULL), MH_OK);
    world.fate = fate;
    struct world_plan *plan = plan_make(&world, scenario->steps);
    struct mh_transaction_request request = world_request(&world, plan, &world_change, 0);
    assert_int_not_equal(mh_transactions_begin(engine, &request, token, &transaction, &failure), MH_OK);
    assert_int_equal(transaction->state, MH_TRANSACTION_REVERTED);
    assert_string_equal(failure.native_name, "ENOBUFS");
    assert_string_equal(transaction->problem.detail, failure.detail);
    assert_int_equal(transaction->steps[fate.fail_op], MH_STEP_FAILED);
    check(&world, scenario, engine, false);
    plan_free(plan);
    mh_transactions_free(engine);
    recover(&world, scenario, false);
    world_close(&world);
}

static void fail_each_op(size_t steps)
{
    struct scenario scenario;
    scenario_open(&scenario, steps, AT_ONCE);
    long stride = steps > 10 && !is_full() ? 31 : 1;
    for (long op = 0; op < (long)steps; op += stride)
        for (int kind = 0; kind < 4; kind++) {
            struct fate fate = no_fate;
            fate.fail_op = op;
            fate.op_has_effect = kind & 1;
            fate.go_on = kind & 2;
            fail_op(&scenario, fate);
        }
    scenario_close(&scenario);
}

static void every_op_fails(void **state)
{
    (void)state;
    fail_each_op(1);
    fail_each_op(10);
    fail_each_op(200);
}

/* An op of the revert fails once: the revert is done all the same. */
static void every_op_of_a_revert_fails(void **state)
{
    (void)state;
    const size_t sizes[] = {1, 10, 200};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct scenario scenario;
        scenario_open(&scenario, sizes[i], EXPIRED);
        long ops = undisturbed(&scenario).ops;
        long stride = sizes[i] <= 10 || is_all() ? 1 : is_full() ? 7 : 37;
        for (long op = (long)sizes[i]; op < ops; op += stride)
            for (int kind = 0; kind < 4; kind++) {
                struct fate fate = no_fate;
                fate.fail_op = op;
                fate.op_has_effect = kind & 1;
                fate.go_on = kind & 2;
                fail_call(&scenario, fate);
            }
        scenario_close(&scenario);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_process_ends_behind_any_call_1),
        cmocka_unit_test(the_process_ends_behind_any_call_10),
        cmocka_unit_test(the_process_ends_behind_any_call_200),
        cmocka_unit_test(writes_are_cut_off_1),
        cmocka_unit_test(writes_are_cut_off_10),
        cmocka_unit_test(writes_are_cut_off_200),
        cmocka_unit_test(every_call_on_files_fails),
        cmocka_unit_test(failures_that_were_none_and_an_end),
        cmocka_unit_test(every_op_fails),
        cmocka_unit_test(every_op_of_a_revert_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
