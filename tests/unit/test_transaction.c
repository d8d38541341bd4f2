/* Transactions as a client and an administrator meet them: who may confirm, what is too late, full disks,
 * edited and damaged files, other boots and namespaces, clocks that are set. */
#include "unit/transaction_world.h"

#include "common/errno_map.h"

#include "daemon/journal_seal.h"
#include "unit/support.h"

/* ---- a fixture ------------------------------------------------------------------------------------- */

struct fixture {
    struct world world;
    struct mh_transactions *engine;
    struct world_plan *plan;
    const struct mh_transaction *transaction;
    char token[MH_TRANSACTION_TOKEN_SIZE];
    struct mh_failure failure;
    char *before;
};

static void open_fixture(struct fixture *fixture, size_t steps)
{
    *fixture = (struct fixture){0};
    world_open(&fixture->world);
    fixture->before = world_fingerprint(&fixture->world);
    fixture->plan = plan_make(&fixture->world, steps);
    fixture->engine = world_engine(&fixture->world);
    assert_int_equal(mh_transactions_start(fixture->engine, &fixture->failure), MH_OK);
}

static void close_fixture(struct fixture *fixture)
{
    mh_transactions_free(fixture->engine);
    plan_free(fixture->plan);
    world_close(&fixture->world);
    free(fixture->before);
}

static enum mh_error begin_with(struct fixture *fixture, const struct mh_config_change *config,
                                int64_t timeout)
{
    struct mh_transaction_request request = world_request(&fixture->world, fixture->plan, config, timeout);
    fixture->failure = (struct mh_failure){0};
    return mh_transactions_begin(fixture->engine, &request, fixture->token, &fixture->transaction,
                                 &fixture->failure);
}

static enum mh_error begin(struct fixture *fixture, int64_t timeout)
{
    return begin_with(fixture, &world_change, timeout);
}

/* The process ends, and another starts. */
static enum mh_error restart(struct fixture *fixture)
{
    mh_transactions_free(fixture->engine);
    world_revive(&fixture->world);
    fixture->failure = (struct mh_failure){0};
    fixture->engine = world_engine(&fixture->world);
    return mh_transactions_start(fixture->engine, &fixture->failure);
}

static void assert_host(struct fixture *fixture, bool as_before)
{
    char *host = world_fingerprint(&fixture->world);
    if ((strcmp(host, fixture->before) == 0) != as_before)
        fail_msg("the host is %s before:\n%s", as_before ? "not as" : "as", host);
    free(host);
    assert_string_equal(world_text(&fixture->world, WORLD_CONFIG), as_before ? WORLD_BEFORE : WORLD_AFTER);
    assert_null(world_find(&fixture->world, WORLD_CONFIG ".next"));
}

/* ---- the usual ways -------------------------------------------------------------------------------- */

static void at_once(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 0), MH_OK);
    assert_int_equal(fixture.transaction->state, MH_TRANSACTION_CONFIRMED);
    assert_int_equal(fixture.transaction->record->id, 1);
    assert_int_equal(fixture.transaction->ended, fixture.world.wall);
    assert_string_equal(fixture.token, "");
    assert_string_equal(fixture.transaction->record->native[1], "do address-delete");
    assert_string_equal(fixture.transaction->record->notes[MH_RECORD_PENDING][0].text,
                        "there is no interface eth7");
    for (size_t i = 0; i < fixture.transaction->record->step_count; i++)
        assert_int_equal(fixture.transaction->steps[i], MH_STEP_APPLIED);
    assert_int_equal(mh_transactions_deadline(fixture.engine), -1);
    assert_int_equal(mh_transactions_ledger(fixture.engine)->setting_count, 1);
    assert_true(fixture.world.changes > 0);
    assert_host(&fixture, false);
    assert_int_equal(restart(&fixture), MH_OK);
    assert_int_equal(mh_transactions_count(fixture.engine), 1);
    assert_int_equal(mh_transactions_at(fixture.engine, 0)->state, MH_TRANSACTION_CONFIRMED);
    assert_string_equal(mh_transactions_at(fixture.engine, 0)->record->native[1], "do address-delete");
    assert_int_equal(mh_transactions_ledger(fixture.engine)->setting_count, 1);
    close_fixture(&fixture);
}

static void confirmed_in_time(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    const int64_t id = fixture.transaction->record->id;
    assert_int_equal(fixture.transaction->state, MH_TRANSACTION_PENDING);
    assert_int_equal(strlen(fixture.token), MH_TRANSACTION_TOKEN_SIZE - 1);
    assert_ptr_equal(mh_transactions_pending(fixture.engine), fixture.transaction);
    assert_int_equal(mh_transactions_deadline(fixture.engine), fixture.world.boot + 60000);
    assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), WORLD_BEFORE);
    assert_string_equal(world_text(&fixture.world, WORLD_CONFIG ".next"), WORLD_AFTER);
    assert_null(strstr(world_text(&fixture.world, "/state/journal"), fixture.token));

    assert_int_equal(mh_transactions_confirm(fixture.engine, id, "", NULL), MH_PERMISSION);
    assert_int_equal(mh_transactions_confirm(fixture.engine, id, "wrong", NULL), MH_PERMISSION);
    assert_int_equal(mh_transactions_confirm(fixture.engine, id + 1, fixture.token, NULL), MH_NOT_FOUND);
    fixture.world.boot += 59999;
    mh_transactions_tick(fixture.engine);
    assert_int_equal(mh_transactions_confirm(fixture.engine, id, fixture.token, NULL), MH_OK);
    assert_int_equal(mh_transactions_confirm(fixture.engine, id, fixture.token, NULL), MH_OK);
    assert_int_equal(mh_transactions_confirm(fixture.engine, id, "wrong", NULL), MH_PERMISSION);
    assert_int_equal(mh_transactions_revert(fixture.engine, id, NULL), MH_CONFLICT);
    assert_int_equal(mh_transactions_deadline(fixture.engine), -1);
    fixture.world.boot += 60000;
    mh_transactions_tick(fixture.engine);
    assert_host(&fixture, false);
    close_fixture(&fixture);
}

/* The moment of the deadline is too late, whether the timer or the client comes first. */
static void the_deadline_is_too_late(void **state)
{
    (void)state;
    for (int timer_first = 0; timer_first < 2; timer_first++) {
        struct fixture fixture;
        open_fixture(&fixture, 10);
        assert_int_equal(begin(&fixture, 60000), MH_OK);
        fixture.world.boot += 60000;
        if (timer_first)
            mh_transactions_tick(fixture.engine);
        assert_int_equal(mh_transactions_confirm(fixture.engine, 1, fixture.token, NULL), MH_TIMEOUT);
        assert_int_equal(fixture.transaction->state, MH_TRANSACTION_REVERTED);
        assert_string_equal(fixture.transaction->problem.detail, "it was not confirmed in time");
        assert_int_equal(mh_transactions_confirm(fixture.engine, 1, "wrong", NULL), MH_TIMEOUT);
        assert_int_equal(mh_transactions_revert(fixture.engine, 1, NULL), MH_OK);
        assert_int_equal(mh_transactions_ledger(fixture.engine)->setting_count, 0);
        assert_host(&fixture, true);
        close_fixture(&fixture);
    }
}

/* An hour back or forth on the wall: the deadline stays where it was. */
static void clocks_that_are_set_change_nothing(void **state)
{
    (void)state;
    const int64_t steps[] = {-3600000, 3600000};
    for (size_t i = 0; i < 2; i++) {
        struct fixture fixture;
        open_fixture(&fixture, 1);
        assert_int_equal(begin(&fixture, 5000), MH_OK);
        fixture.world.wall += steps[i];
        fixture.world.boot += 4999;
        mh_transactions_tick(fixture.engine);
        assert_int_equal(fixture.transaction->state, MH_TRANSACTION_PENDING);
        fixture.world.boot += 1;
        mh_transactions_tick(fixture.engine);
        assert_int_equal(fixture.transaction->state, MH_TRANSACTION_REVERTED);
        assert_host(&fixture, true);
        close_fixture(&fixture);
    }
}

static void one_at_a_time(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 1);
    assert_int_equal(begin(&fixture, 5000), MH_OK);
    const struct mh_transaction *first = fixture.transaction;
    assert_int_equal(begin(&fixture, 5000), MH_BUSY);
    assert_string_equal(fixture.failure.detail, "transaction 1 waits to be confirmed or reverted");
    assert_null(fixture.transaction);
    assert_string_equal(fixture.token, "");
    assert_int_equal(first->state, MH_TRANSACTION_PENDING);
    assert_int_equal(mh_transactions_revert(fixture.engine, 1, NULL), MH_OK);
    assert_int_equal(first->state, MH_TRANSACTION_REVERTED);
    assert_host(&fixture, true);
    assert_int_equal(begin(&fixture, 0), MH_OK);
    assert_int_equal(fixture.transaction->record->id, 2);
    close_fixture(&fixture);
}

static void only_so_many_are_kept(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 1);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(begin(&fixture, 5000), MH_OK);
        assert_int_equal(mh_transactions_revert(fixture.engine, i + 1, NULL), MH_OK);
    }
    assert_int_equal(mh_transactions_count(fixture.engine), 32);
    assert_int_equal(mh_transactions_at(fixture.engine, 0)->record->id, 40);
    assert_non_null(mh_transactions_find(fixture.engine, 9));
    assert_null(mh_transactions_find(fixture.engine, 8));
    assert_host(&fixture, true);
    assert_int_equal(restart(&fixture), MH_OK);
    assert_int_equal(mh_transactions_count(fixture.engine), 1);
    assert_int_equal(begin(&fixture, 0), MH_OK);
    assert_int_equal(fixture.transaction->record->id, 41);
    close_fixture(&fixture);
}

static void verification_reverts_the_whole(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    fixture.world.verify_fails = true;
    assert_int_equal(begin(&fixture, 60000), MH_CONFLICT);
    assert_string_equal(fixture.token, "");
    assert_string_equal(fixture.failure.detail, "the host is not as planned");
    assert_int_equal(fixture.transaction->state, MH_TRANSACTION_REVERTED);
    assert_host(&fixture, true);
    close_fixture(&fixture);
}

static void without_steps_there_is_nothing_to_confirm(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 1);
    fixture.plan->plan.step_count = 0;
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    assert_int_equal(fixture.transaction->state, MH_TRANSACTION_CONFIRMED);
    assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), WORLD_AFTER);
    close_fixture(&fixture);
}

/* ---- starts ---------------------------------------------------------------------------------------- */

static void a_restart_reverts_what_was_pending(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    char token[MH_TRANSACTION_TOKEN_SIZE];
    memcpy(token, fixture.token, sizeof token);
    assert_int_equal(restart(&fixture), MH_OK);
    assert_host(&fixture, true);
    const struct mh_transaction *found = mh_transactions_find(fixture.engine, 1);
    assert_non_null(found);
    assert_int_equal(found->state, MH_TRANSACTION_REVERTED);
    assert_string_equal(found->problem.detail, "the service ended before it was confirmed");
    assert_int_equal(mh_transactions_confirm(fixture.engine, 1, token, NULL), MH_TIMEOUT);
    close_fixture(&fixture);
}

/* A process that ended behind so many ops: the next takes back just these, and touches nothing else. */
static void what_was_never_applied_is_not_undone(void **state)
{
    (void)state;
    for (size_t applied = 0; applied <= 10; applied++) {
        struct fixture fixture;
        long expected = 0;
        open_fixture(&fixture, 10);
        for (size_t i = 0; i < applied; i++)
            expected += (long)fixture.plan->steps[i].undo_count;
        /* The calls of a begin before its first op: see a_full_disk_is_met_before_anything_is_applied. */
        fixture.world.fate.crash_behind = fixture.world.calls + 3 + (long)applied;
        (void)begin(&fixture, 60000);
        assert_true(fixture.world.dead);
        assert_int_equal(fixture.world.ops, applied);
        assert_int_equal(restart(&fixture), MH_OK);
        assert_int_equal(fixture.world.ops, expected);
        assert_host(&fixture, true);
        close_fixture(&fixture);
    }
}

/* Numbers begin anew when somebody has moved the journal away; the outcome of the old number 1 is not that of
 * the new one. */
static void an_outcome_belongs_to_its_journal(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 1);
    assert_int_equal(begin_with(&fixture, NULL, 0), MH_OK);
    struct mh_op undo = plan_address(&fixture.world, MH_OP_ADDRESS_ADD, "d0", "192.0.2.1/24");
    assert_int_equal(mh_backend_sim.apply(fixture.world.sim.platform, &undo, NULL), MH_OK);
    world_drop(world_find(&fixture.world, "/state/journal"));
    assert_int_equal(restart(&fixture), MH_OK);
    assert_int_equal(mh_transactions_count(fixture.engine), 0);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    assert_int_equal(fixture.transaction->record->id, 1);
    assert_int_equal(restart(&fixture), MH_OK);
    assert_int_equal(mh_transactions_at(fixture.engine, 0)->state, MH_TRANSACTION_REVERTED);
    assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), WORLD_BEFORE);
    close_fixture(&fixture);
}

/* A new kernel has nothing of what was applied, and may have other things at the same places: not one op. */
static void another_boot_or_namespace_restores_nothing(void **state)
{
    (void)state;
    for (int space = 0; space < 2; space++) {
        struct fixture fixture;
        open_fixture(&fixture, 10);
        assert_int_equal(begin(&fixture, 60000), MH_OK);
        char *changed = world_fingerprint(&fixture.world);
        fixture.world.incarnation = space ? (struct mh_incarnation){"boot-1", "cookie-2"}
                                          : (struct mh_incarnation){"boot-2", "cookie-1"};
        assert_int_equal(restart(&fixture), MH_OK);
        assert_int_equal(fixture.world.ops, 0);
        char *host = world_fingerprint(&fixture.world);
        assert_string_equal(host, changed);
        assert_int_equal(mh_transactions_at(fixture.engine, 0)->state, MH_TRANSACTION_REVERTED);
        assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), WORLD_BEFORE);
        assert_null(world_find(&fixture.world, WORLD_CONFIG ".next"));
        free(changed);
        free(host);
        close_fixture(&fixture);
    }
}

/* What was confirmed stays confirmed over a reboot; earlier values of a kernel that is gone do not. */
static void a_reboot_keeps_the_document_and_drops_the_ledger(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    /* The outcome is written, and nothing behind it. */
    fixture.world.calls = 0;
    fixture.world.fate.crash_behind = 1;
    (void)mh_transactions_confirm(fixture.engine, 1, fixture.token, NULL);
    assert_true(fixture.world.dead);
    assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), WORLD_BEFORE);
    fixture.world.incarnation = (struct mh_incarnation){"boot-2", "cookie-1"};
    assert_int_equal(restart(&fixture), MH_OK);
    assert_int_equal(mh_transactions_at(fixture.engine, 0)->state, MH_TRANSACTION_CONFIRMED);
    assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), WORLD_AFTER);
    assert_int_equal(mh_transactions_ledger(fixture.engine)->setting_count, 0);
    close_fixture(&fixture);
}

/* An interface that is gone makes its undo moot; the rest is taken back. */
static void interfaces_that_are_gone_are_no_failure(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    mh_backend_sim.close(fixture.world.sim.platform);
    const char *path = "/tmp/mh-test-gone.json";
    const char *host = "{\"system\": \"linux\", \"interfaces\": {\"d2\": {\"index\": 3, \"addresses\": "
                       "[\"203.0.113.1/24\"]}}}";
    sim_test_write(path, host, strlen(host));
    assert_int_equal(mh_backend_sim.open(path, &fixture.world.sim.platform, NULL), MH_OK);
    assert_int_equal(unlink(path), 0);
    if (restart(&fixture) != MH_OK)
        fail_msg("%s", fixture.failure.detail);
    assert_int_equal(mh_transactions_at(fixture.engine, 0)->state, MH_TRANSACTION_REVERTED);
    close_fixture(&fixture);
}

static void somebody_else_changed_things_meanwhile(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    struct mh_failure failure;
    struct mh_op rule = plan_rule(MH_OP_RULE_DELETE, 5202);
    assert_int_equal(mh_backend_sim.apply(fixture.world.sim.platform, &rule, &failure), MH_OK);
    struct mh_op setting = plan_setting(&fixture.world, "d0", MH_SETTING_ARP_IGNORE, 2);
    assert_int_equal(mh_backend_sim.apply(fixture.world.sim.platform, &setting, &failure), MH_OK);
    struct mh_op address = plan_address(&fixture.world, MH_OP_ADDRESS_ADD, "d2", "203.0.113.99/24");
    assert_int_equal(mh_backend_sim.apply(fixture.world.sim.platform, &address, &failure), MH_OK);
    assert_int_equal(restart(&fixture), MH_OK);
    address.kind = MH_OP_ADDRESS_DELETE; /* it is not ours, and was left alone */
    assert_int_equal(mh_backend_sim.apply(fixture.world.sim.platform, &address, &failure), MH_OK);
    assert_host(&fixture, true);
    close_fixture(&fixture);
}

/* ---- reverts that fail ----------------------------------------------------------------------------- */

static void a_failed_revert_is_tried_again(void **state)
{
    (void)state;
    for (int by = 0; by < 4; by++) {
        struct fixture fixture;
        open_fixture(&fixture, 10);
        assert_int_equal(begin(&fixture, 60000), MH_OK);
        fixture.world.boot += 60000;
        fixture.world.deny = MH_OP_ROUTE_ADD;
        mh_transactions_tick(fixture.engine);
        assert_int_equal(fixture.transaction->state, MH_TRANSACTION_FAILED);
        assert_non_null(strstr(fixture.transaction->problem.detail, "it was not confirmed in time; and"));
        assert_int_equal(mh_transactions_deadline(fixture.engine), fixture.world.boot + 1000);
        assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), WORLD_BEFORE);
        assert_int_equal(begin(&fixture, 0), MH_BUSY);
        assert_non_null(strstr(fixture.failure.detail, "transaction 1 failed"));
        assert_int_equal(mh_transactions_deadline(fixture.engine), fixture.world.boot + 2000);
        if (by == 0) {
            assert_int_not_equal(restart(&fixture), MH_OK);
            assert_int_equal(mh_transactions_at(fixture.engine, 0)->state, MH_TRANSACTION_FAILED);
        }
        fixture.world.deny = MH_OP_KIND_COUNT;
        if (by == 0)
            assert_int_equal(restart(&fixture), MH_OK);
        else if (by == 1)
            assert_int_equal(mh_transactions_revert(fixture.engine, 1, NULL), MH_OK);
        else if (by == 2)
            fixture.world.boot += 2000, mh_transactions_tick(fixture.engine);
        else
            assert_int_equal(begin(&fixture, 60000), MH_OK);
        assert_int_equal(mh_transactions_find(fixture.engine, 1)->state, MH_TRANSACTION_REVERTED);
        if (by == 3)
            assert_int_equal(mh_transactions_revert(fixture.engine, 2, NULL), MH_OK);
        assert_host(&fixture, true);
        close_fixture(&fixture);
    }
}

static void a_failed_one_can_be_given_up(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    assert_int_equal(mh_transactions_abandon(fixture.engine, 1, NULL), MH_CONFLICT);
    fixture.world.deny = MH_OP_ROUTE_ADD;
    assert_int_not_equal(mh_transactions_revert(fixture.engine, 1, NULL), MH_OK);
    assert_int_equal(mh_transactions_abandon(fixture.engine, 1, NULL), MH_OK);
    assert_int_equal(mh_transactions_deadline(fixture.engine), -1);
    assert_int_equal(restart(&fixture), MH_OK);
    assert_int_equal(mh_transactions_at(fixture.engine, 0)->state, MH_TRANSACTION_FAILED);
    assert_int_equal(fixture.world.ops, 0);
    fixture.plan->plan.step_count = 1;
    assert_int_equal(begin(&fixture, 0), MH_OK);
    close_fixture(&fixture);
}

/* A host that cannot be read is taken back by what the platform said of each op. */
static void blind_reverts(void **state)
{
    (void)state;
    for (long blind = 1; blind < 6; blind++) {
        struct fixture fixture;
        open_fixture(&fixture, 10);
        fixture.world.fate.blind = blind;
        fixture.world.verify_fails = true;
        assert_int_equal(begin(&fixture, 0), MH_CONFLICT);
        assert_int_equal(fixture.transaction->state, MH_TRANSACTION_REVERTED);
        fixture.world.fate.blind = 0;
        assert_host(&fixture, true);
        close_fixture(&fixture);
    }
}

/* ---- files ----------------------------------------------------------------------------------------- */

/* Nothing is applied, and what was there stays, whichever of the writes before has no room. */
static void a_full_disk_is_met_before_anything_is_applied(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    long ops = fixture.world.ops;
    assert_int_equal(mh_transactions_revert(fixture.engine, 1, NULL), MH_OK);
    for (int write = 0; write < 2; write++) {
        /* The calls of a begin: reads the file, asks for its mode, writes the journal, writes the new file.
         */
        long reverted = fixture.world.ops;
        fixture.world.fate.fail_call = fixture.world.calls + 2 + write;
        fixture.world.fate.fail_on = true;
        assert_int_equal(begin(&fixture, 60000), MH_LIMIT);
        assert_non_null(strstr(fixture.failure.detail, "no space left on device"));
        assert_int_equal(fixture.failure.native_code, 28);
        assert_int_equal(fixture.world.ops, reverted);
        fixture.world.fate = no_fate;
        assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), WORLD_BEFORE);
    }
    assert_int_equal(restart(&fixture), MH_OK);
    assert_host(&fixture, true);
    assert_true(ops > 0);
    close_fixture(&fixture);
}

static void confirming_on_a_full_disk_can_be_repeated(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    fixture.world.fate.fail_call = fixture.world.calls + 1;
    fixture.world.fate.fail_on = true;
    assert_int_equal(mh_transactions_confirm(fixture.engine, 1, fixture.token, &fixture.failure), MH_LIMIT);
    assert_int_equal(fixture.transaction->state, MH_TRANSACTION_PENDING);
    fixture.world.fate = no_fate;
    assert_int_equal(mh_transactions_confirm(fixture.engine, 1, fixture.token, NULL), MH_OK);
    assert_host(&fixture, false);
    close_fixture(&fixture);
}

/* Confirmed, but the file cannot be put in place: tried again until it can, and nobody begins before. */
static void files_are_finished_later(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    fixture.world.fate.fail_call = fixture.world.calls + 2;
    fixture.world.fate.fail_on = true;
    assert_int_equal(mh_transactions_confirm(fixture.engine, 1, fixture.token, &fixture.failure), MH_OK);
    assert_int_equal(fixture.transaction->state, MH_TRANSACTION_CONFIRMED);
    assert_non_null(strstr(fixture.transaction->problem.detail, "no space left on device"));
    assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), WORLD_BEFORE);
    assert_int_equal(mh_transactions_deadline(fixture.engine), fixture.world.boot + 1000);
    assert_int_equal(begin(&fixture, 60000), MH_LIMIT);
    fixture.world.fate = no_fate;
    fixture.world.boot += 2000;
    mh_transactions_tick(fixture.engine);
    assert_int_equal(mh_transactions_deadline(fixture.engine), -1);
    assert_string_equal(mh_transactions_find(fixture.engine, 1)->problem.detail, "");
    assert_host(&fixture, false);
    close_fixture(&fixture);
}

static void an_edited_file_is_a_conflict(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    world_put_text(&fixture.world, WORLD_CONFIG, "edited");
    assert_int_equal(begin(&fixture, 0), MH_CONFLICT);
    assert_string_equal(fixture.failure.detail, WORLD_CONFIG " was edited since it was read");
    assert_null(fixture.transaction);
    assert_int_equal(fixture.world.ops, 0);
    assert_null(world_find(&fixture.world, "/state/journal"));

    world_put_text(&fixture.world, WORLD_CONFIG, WORLD_BEFORE);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    world_put_text(&fixture.world, WORLD_CONFIG, "edited");
    assert_int_equal(mh_transactions_confirm(fixture.engine, 1, fixture.token, NULL), MH_CONFLICT);
    assert_int_equal(fixture.transaction->state, MH_TRANSACTION_PENDING);
    assert_int_equal(mh_transactions_revert(fixture.engine, 1, NULL), MH_OK);
    assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), "edited");
    world_put_text(&fixture.world, WORLD_CONFIG, WORLD_BEFORE);
    assert_host(&fixture, true);
    close_fixture(&fixture);
}

/* Between the outcome and the rename: the edit is not overwritten, and what was confirmed is kept. */
static void an_edit_behind_the_outcome_is_kept(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 1);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    fixture.world.fate.crash_behind = fixture.world.calls + 1;
    (void)mh_transactions_confirm(fixture.engine, 1, fixture.token, NULL);
    world_put_text(&fixture.world, WORLD_CONFIG, "edited");
    assert_int_equal(restart(&fixture), MH_OK);
    assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), "edited");
    assert_string_equal(world_text(&fixture.world, WORLD_CONFIG ".confirmed"), WORLD_AFTER);
    assert_non_null(strstr(mh_transactions_at(fixture.engine, 0)->problem.detail, "was edited meanwhile"));
    assert_int_equal(restart(&fixture), MH_OK);
    assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), "edited");
    close_fixture(&fixture);
}

static void a_file_that_was_not_there(void **state)
{
    (void)state;
    for (int confirm = 0; confirm < 2; confirm++) {
        struct fixture fixture;
        const struct mh_config_change made = {WORLD_CONFIG, NULL, 0, WORLD_AFTER, sizeof WORLD_AFTER - 1};
        open_fixture(&fixture, 1);
        assert_int_equal(begin_with(&fixture, &made, 60000), MH_CONFLICT);
        world_drop(world_find(&fixture.world, WORLD_CONFIG));
        assert_int_equal(begin_with(&fixture, &made, 60000), MH_OK);
        if (confirm)
            assert_int_equal(mh_transactions_confirm(fixture.engine, 1, fixture.token, NULL), MH_OK);
        else
            assert_int_equal(mh_transactions_revert(fixture.engine, 1, NULL), MH_OK);
        assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), confirm ? WORLD_AFTER : "");
        assert_null(world_find(&fixture.world, WORLD_CONFIG ".next"));
        close_fixture(&fixture);
    }
}

static void without_a_file_none_is_written(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 1);
    assert_int_equal(begin_with(&fixture, NULL, 0), MH_OK);
    assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), WORLD_BEFORE);
    assert_int_equal(restart(&fixture), MH_OK);
    assert_string_equal(world_text(&fixture.world, WORLD_CONFIG), WORLD_BEFORE);
    close_fixture(&fixture);
}

static void an_administrators_mode_is_kept(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 1);
    world_put(&fixture.world, WORLD_CONFIG, WORLD_BEFORE, sizeof WORLD_BEFORE - 1, 0640);
    assert_int_equal(begin(&fixture, 0), MH_OK);
    assert_int_equal(world_find(&fixture.world, WORLD_CONFIG)->mode, 0640);
    assert_int_equal(world_find(&fixture.world, "/state/journal")->mode, 0600);
    assert_int_equal(world_find(&fixture.world, "/state/ledger")->mode, 0600);
    close_fixture(&fixture);
}

/* ---- damage ---------------------------------------------------------------------------------------- */

/* Writing is refused in clear words; host and files stay as they are. */
static void assert_refused(struct fixture *fixture, const char *path, const char *words)
{
    char *host = world_fingerprint(&fixture->world);
    struct world_file *file = world_find(&fixture->world, path);
    char *bytes = malloc(file->length + 1);
    size_t length = file->length;
    assert_non_null(bytes);
    memcpy(bytes, file->bytes, length);
    assert_int_equal(restart(fixture), MH_MALFORMED);
    if (strstr(fixture->failure.detail, path) == NULL || strstr(fixture->failure.detail, words) == NULL)
        fail_msg("%s", fixture->failure.detail);
    assert_int_equal(begin(fixture, 0), MH_MALFORMED);
    assert_non_null(strstr(fixture->failure.detail, path));
    assert_null(fixture->transaction);
    assert_int_equal(fixture->world.ops, 0);
    char *now = world_fingerprint(&fixture->world);
    assert_string_equal(now, host);
    file = world_find(&fixture->world, path);
    assert_int_equal(file->length, length);
    assert_memory_equal(file->bytes, bytes, length);
    free(bytes);
    free(host);
    free(now);
}

static void damage(struct fixture *fixture, const char *path, const char *bytes, size_t length)
{
    world_put(&fixture->world, path, bytes, length, 0600);
}

static void damaged_journals_are_refused(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    size_t length = world_find(&fixture.world, "/state/journal")->length;
    char *whole = malloc(length + 1), *wrong = calloc(1, length + 2);
    assert_non_null(whole);
    assert_non_null(wrong);
    memcpy(whole, world_text(&fixture.world, "/state/journal"), length + 1);

    damage(&fixture, "/state/journal", "", 0);
    assert_refused(&fixture, "/state/journal", "cut off");
    damage(&fixture, "/state/journal", whole, length / 2);
    assert_refused(&fixture, "/state/journal", "cut off");
    damage(&fixture, "/state/journal", "hello", 5);
    assert_refused(&fixture, "/state/journal", "the first line is another's");
    memcpy(wrong, whole, length);
    wrong[length] = ' ';
    damage(&fixture, "/state/journal", wrong, length + 1);
    assert_refused(&fixture, "/state/journal", "more behind its end");
    memcpy(wrong, whole, length);
    wrong[length - 10] ^= 1;
    damage(&fixture, "/state/journal", wrong, length);
    assert_refused(&fixture, "/state/journal", "checksum");
    memcpy(wrong, whole, length);
    wrong[length] = '\0';
    *strchr(wrong, '2') = '3';
    damage(&fixture, "/state/journal", wrong, length);
    assert_refused(&fixture, "/state/journal", "another version of multihomed (format 3");

    /* The whole one again: everything goes on where it was. */
    damage(&fixture, "/state/journal", whole, length);
    assert_int_equal(restart(&fixture), MH_OK);
    assert_host(&fixture, true);
    free(whole);
    free(wrong);
    close_fixture(&fixture);
}

/* A sealed file whose JSON is not what it should be: written by something else with our seal. */
static void wrong_contents_are_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "[]",
        "{}",
        "{\"transaction\": {}, \"steps\": [], \"pending\": [], \"unsupported\": [], \"warnings\": [], "
        "\"interfaces\": [], \"ledger\": {}}",
        "{\"transaction\": {\"id\": 1, \"boot\": \"boot-1\", \"namespace\": \"cookie-1\", \"begun\": 0}, "
        "\"steps\": [], \"pending\": [], \"unsupported\": [], \"warnings\": [], \"interfaces\": [], "
        "\"ledger\": {\"settings\": [], \"addresses\": []}, \"config\": 1}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct fixture fixture;
        char digest[MH_SHA256_TEXT_SIZE];
        size_t length;
        char *sealed = mh_journal_seal("multihomed-journal", bodies[i], strlen(bodies[i]), &length, digest);
        open_fixture(&fixture, 1);
        damage(&fixture, "/state/journal", sealed, length);
        assert_refused(&fixture, "/state/journal", "cannot be used");
        free(sealed);
        close_fixture(&fixture);
    }
}

static void damaged_ledgers_are_refused(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    damage(&fixture, "/state/ledger", "hello", 5);
    assert_refused(&fixture, "/state/ledger", "the first line is another's");
    close_fixture(&fixture);

    /* The newest record is confirmed and has the ledger in it: it is written again. */
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 0), MH_OK);
    damage(&fixture, "/state/ledger", "hello", 5);
    assert_int_equal(restart(&fixture), MH_OK);
    assert_int_equal(mh_transactions_ledger(fixture.engine)->setting_count, 1);
    assert_int_equal(restart(&fixture), MH_OK);
    assert_int_equal(mh_transactions_ledger(fixture.engine)->setting_count, 1);

    /* A reverted one has not: what is half-done is taken back, and then writing is refused. */
    fixture.world.fate = no_fate;
    world_put_text(&fixture.world, WORLD_CONFIG, WORLD_BEFORE);
    fixture.plan->plan.step_count = 1;
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    damage(&fixture, "/state/ledger", "hello", 5);
    assert_int_equal(restart(&fixture), MH_MALFORMED);
    assert_int_equal(mh_transactions_at(fixture.engine, 0)->state, MH_TRANSACTION_REVERTED);
    assert_refused(&fixture, "/state/ledger", "the first line is another's");
    close_fixture(&fixture);
}

static void a_damaged_outcome_is_not_guessed(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    damage(&fixture, "/state/outcome", "hello", 5);
    assert_refused(&fixture, "/state/outcome", "the first line is another's");
    assert_int_equal(mh_transactions_count(fixture.engine), 1);
    assert_int_equal(mh_transactions_at(fixture.engine, 0)->state, MH_TRANSACTION_FAILED);
    close_fixture(&fixture);
}

/* Random octets, and random changes of real files: never taken for something else, never a bad read. */
static void random_damage(void **state)
{
    (void)state;
    static const char *const paths[] = {"/state/journal", "/state/outcome", "/state/ledger"};
    uint64_t seed = 17;
    for (int i = 0; i < 1500; i++) {
        struct fixture fixture;
        open_fixture(&fixture, 1);
        assert_int_equal(begin(&fixture, 0), MH_OK);
        struct world_file *file = world_find(&fixture.world, paths[i % 3]);
        assert_non_null(file);
        size_t changes = 1 + mh_test_random(&seed) % 4;
        for (size_t change = 0; change < changes; change++)
            file->bytes[mh_test_random(&seed) % file->length] ^= (char)(1 + mh_test_random(&seed) % 255);
        if (i % 7 == 0)
            for (size_t at = 0; at < file->length; at++)
                file->bytes[at] = (char)mh_test_random(&seed);
        if (i % 5 == 0)
            file->length = mh_test_random(&seed) % file->length;
        enum mh_error error = restart(&fixture);
        if (error == MH_OK)
            assert_true(fixture.world.ops == 0 || i % 3 == 1);
        else
            assert_int_equal(error, MH_MALFORMED);
        close_fixture(&fixture);
    }
}

/* The record's JSON with random octets in it, whatever its seal would say: read or refused, never a bad read;
 * what is read can be written and read again. */
static void random_contents(void **state)
{
    (void)state;
    static const char octets[] = "0123456789-\"{}[]:,.aeflnrstu";
    struct fixture fixture;
    uint64_t seed = 19;
    unsigned taken = 0;
    open_fixture(&fixture, 10);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    const char *body = strchr(world_text(&fixture.world, "/state/journal"), '\n') + 1;
    size_t length = strlen(body);
    char *wrong = malloc(length);
    assert_non_null(wrong);
    for (int i = 0; i < 5000; i++) {
        struct mh_record *record;
        struct mh_failure failure = {0};
        memcpy(wrong, body, length);
        for (uint64_t changes = 1 + mh_test_random(&seed) % 2; changes > 0; changes--)
            wrong[mh_test_random(&seed) % length] = octets[mh_test_random(&seed) % (sizeof octets - 1)];
        json_t *json = json_loadb(wrong, length, JSON_REJECT_DUPLICATES, NULL), *again;
        if (json == NULL)
            continue;
        if (mh_record_from_json(json, &record, &failure) == MH_OK) {
            taken++;
            again = mh_record_to_json(record);
            mh_record_free(record);
            assert_non_null(again);
            assert_int_equal(mh_record_from_json(again, &record, &failure), MH_OK);
            mh_record_free(record);
            json_decref(again);
        } else {
            assert_int_equal(failure.code, MH_MALFORMED);
        }
        json_decref(json);
    }
    assert_true(taken > 100);
    free(wrong);
    close_fixture(&fixture);
}

/* What waits beside the old file is damaged: the record has the text too. */
static void a_damaged_file_beside_is_written_again(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 1);
    assert_int_equal(begin(&fixture, 60000), MH_OK);
    world_put_text(&fixture.world, WORLD_CONFIG ".next", "{\"ver");
    assert_int_equal(mh_transactions_confirm(fixture.engine, 1, fixture.token, NULL), MH_OK);
    assert_host(&fixture, false);
    close_fixture(&fixture);
}

/* On real files: one transaction that is confirmed, one that a new start takes back, and a directory that is
 * not there. */
static void real_files(void **state)
{
    (void)state;
    struct fixture fixture;
    char directory[64], config[96], *text;
    size_t length;
    unsigned mode;
    open_fixture(&fixture, 1);
    (void)snprintf(directory, sizeof directory, "/tmp/mh-transaction-%ld", (long)getpid());
    assert_int_equal(mh_directory_make(directory, 0700, NULL), MH_OK);
    (void)snprintf(config, sizeof config, "%s/config.json", directory);
    const struct mh_config_change first = {config, NULL, 0, WORLD_BEFORE, sizeof WORLD_BEFORE - 1};
    const struct mh_config_change second = {config, WORLD_BEFORE, sizeof WORLD_BEFORE - 1, WORLD_AFTER,
                                            sizeof WORLD_AFTER - 1};
    mh_transactions_free(fixture.engine);
    fixture.engine = world_engine_on(&fixture.world, mh_storage_files(), directory);
    assert_int_equal(mh_transactions_start(fixture.engine, &fixture.failure), MH_OK);
    fixture.plan->plan.step_count = 0;
    assert_int_equal(begin_with(&fixture, &first, 0), MH_OK);
    fixture.plan->plan.step_count = 1;
    assert_int_equal(begin_with(&fixture, &second, 60000), MH_OK);
    mh_transactions_free(fixture.engine);
    fixture.engine = world_engine_on(&fixture.world, mh_storage_files(), directory);
    assert_int_equal(mh_transactions_start(fixture.engine, &fixture.failure), MH_OK);
    assert_int_equal(mh_transactions_at(fixture.engine, 0)->state, MH_TRANSACTION_REVERTED);
    assert_int_equal(mh_transactions_at(fixture.engine, 0)->record->id, 2);
    assert_host(&fixture, true);
    assert_int_equal(mh_file_read(config, 100, &text, &length, NULL), MH_OK);
    assert_string_equal(text, WORLD_BEFORE);
    assert_int_equal(mh_file_mode(config, &mode, NULL), MH_OK);
    assert_int_equal(mode, 0644);
    free(text);
    static const char *const names[] = {"config.json", "journal", "outcome", "ledger"};
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(config, sizeof config, "%s/%s", directory, names[i]);
        assert_int_equal(unlink(config), 0);
    }
    assert_int_equal(rmdir(directory), 0); /* nothing else was left in it */
    long ops = fixture.world.ops;
    assert_int_equal(begin_with(&fixture, NULL, 0), MH_NOT_FOUND);
    assert_string_equal(fixture.failure.native_name, mh_errno_name(fixture.failure.native_code));
    assert_int_equal(mh_errno_error(fixture.failure.native_code), MH_NOT_FOUND);
    assert_int_equal(fixture.world.ops, ops);
    close_fixture(&fixture);
}

static void words(void **state)
{
    (void)state;
    assert_string_equal(mh_transaction_state_word(MH_TRANSACTION_PENDING), "pending");
    assert_string_equal(mh_transaction_state_word(MH_TRANSACTION_FAILED), "failed");
    assert_string_equal(mh_transaction_state_word((enum mh_transaction_state)9), "unknown");
    assert_string_equal(mh_step_state_word(MH_STEP_REVERTED), "reverted");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_once),
        cmocka_unit_test(confirmed_in_time),
        cmocka_unit_test(the_deadline_is_too_late),
        cmocka_unit_test(clocks_that_are_set_change_nothing),
        cmocka_unit_test(one_at_a_time),
        cmocka_unit_test(only_so_many_are_kept),
        cmocka_unit_test(verification_reverts_the_whole),
        cmocka_unit_test(without_steps_there_is_nothing_to_confirm),
        cmocka_unit_test(a_restart_reverts_what_was_pending),
        cmocka_unit_test(what_was_never_applied_is_not_undone),
        cmocka_unit_test(an_outcome_belongs_to_its_journal),
        cmocka_unit_test(another_boot_or_namespace_restores_nothing),
        cmocka_unit_test(a_reboot_keeps_the_document_and_drops_the_ledger),
        cmocka_unit_test(interfaces_that_are_gone_are_no_failure),
        cmocka_unit_test(somebody_else_changed_things_meanwhile),
        cmocka_unit_test(a_failed_revert_is_tried_again),
        cmocka_unit_test(a_failed_one_can_be_given_up),
        cmocka_unit_test(blind_reverts),
        cmocka_unit_test(a_full_disk_is_met_before_anything_is_applied),
        cmocka_unit_test(confirming_on_a_full_disk_can_be_repeated),
        cmocka_unit_test(files_are_finished_later),
        cmocka_unit_test(an_edited_file_is_a_conflict),
        cmocka_unit_test(an_edit_behind_the_outcome_is_kept),
        cmocka_unit_test(a_file_that_was_not_there),
        cmocka_unit_test(without_a_file_none_is_written),
        cmocka_unit_test(an_administrators_mode_is_kept),
        cmocka_unit_test(damaged_journals_are_refused),
        cmocka_unit_test(wrong_contents_are_refused),
        cmocka_unit_test(damaged_ledgers_are_refused),
        cmocka_unit_test(a_damaged_outcome_is_not_guessed),
        cmocka_unit_test(random_damage),
        cmocka_unit_test(random_contents),
        cmocka_unit_test(a_damaged_file_beside_is_written_again),
        cmocka_unit_test(real_files),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
