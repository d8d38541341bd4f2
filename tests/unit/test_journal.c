/* The form of the files of transactions, and its versions: what an older service left is taken back or
 * finished by this one. */
#include "unit/transaction_world.h"

#include "daemon/journal_seal.h"
#include "daemon/revision.h"
#include "unit/support.h"

/* ---- as version 1 wrote it ------------------------------------------------------------------------- */

/* Each step says what undoes it. */
static void say_undo(json_t *step)
{
    struct mh_op op;
    enum mh_op_kind opposite;
    if (json_object_get(step, "undo") != NULL)
        return;
    assert_int_equal(mh_op_from_json(json_object_get(step, "op"), &op, NULL), MH_OK);
    assert_true(mh_op_opposite_kind(op.kind, &opposite));
    op.kind = opposite;
    assert_int_equal(json_object_set_new(step, "undo", json_pack("[o]", mh_op_to_json(&op))), 0);
    mh_op_clear(&op);
}

static json_t *open_body(struct world *world, const char *path, const char *magic)
{
    json_t *body;
    char digest[MH_SHA256_TEXT_SIZE];
    const struct world_file *file = world_find(world, path);
    assert_non_null(file);
    assert_int_equal(mh_journal_unseal(magic, file->bytes, file->length, &body, digest, NULL), MH_OK);
    return body;
}

/* Takes the body; `digest` is what stands in the line. */
static void write_version(struct world *world, const char *path, const char *magic, unsigned version,
                          json_t *body, char digest[MH_SHA256_TEXT_SIZE])
{
    struct mh_text text = {0};
    char *json = json_dumps(body, JSON_COMPACT);
    assert_non_null(json);
    (void)mh_sha256_text(json, strlen(json), digest);
    mh_text_format(&text, "%s %u %s %zu\n%s", magic, version, digest, strlen(json), json);
    world_put(world, path, text.bytes, text.length, 0600);
    mh_text_clear(&text);
    free(json);
    json_decref(body);
}

static void make_journal_old(struct world *world, char digest[MH_SHA256_TEXT_SIZE])
{
    size_t index;
    json_t *step, *body = open_body(world, "/state/journal", "multihomed-journal");
    json_array_foreach(json_object_get(body, "steps"), index, step)
    {
        say_undo(step);
    }
    write_version(world, "/state/journal", "multihomed-journal", 1, body, digest);
}

static void make_outcome_old(struct world *world, const char *journal_digest)
{
    char digest[MH_SHA256_TEXT_SIZE];
    json_t *body = open_body(world, "/state/outcome", "multihomed-outcome");
    (void)json_object_del(body, "journal_checksum"); /* it may be an old one already */
    assert_int_equal(json_object_set_new(body, "journal_sha256", json_string(journal_digest)), 0);
    write_version(world, "/state/outcome", "multihomed-outcome", 1, body, digest);
}

static void make_ledger_old(struct world *world)
{
    char digest[MH_SHA256_TEXT_SIZE];
    write_version(world, "/state/ledger", "multihomed-ledger", 1,
                  open_body(world, "/state/ledger", "multihomed-ledger"), digest);
}

/* ---- a change, and the next start ------------------------------------------------------------------ */

static void begin(struct world *world, int64_t timeout)
{
    char token[MH_TRANSACTION_TOKEN_SIZE];
    const struct mh_transaction *transaction;
    struct world_plan *plan = plan_make(world, 10);
    struct mh_transactions *engine = world_engine(world);
    const struct mh_transaction_request request = world_request(world, plan, &world_change, timeout);
    assert_int_equal(mh_transactions_start(engine, NULL), MH_OK);
    assert_int_equal(mh_transactions_begin(engine, &request, token, &transaction, NULL), MH_OK);
    mh_transactions_free(engine);
    plan_free(plan);
    world_revive(world);
}

static enum mh_transaction_state start(struct world *world)
{
    struct mh_transactions *engine = world_engine(world);
    assert_int_equal(mh_transactions_start(engine, NULL), MH_OK);
    assert_int_equal(mh_transactions_count(engine), 1);
    enum mh_transaction_state state = mh_transactions_at(engine, 0)->state;
    mh_transactions_free(engine);
    world_revive(world);
    return state;
}

static void old_journals_are_taken_back(void **state)
{
    (void)state;
    struct world world;
    char digest[MH_SHA256_TEXT_SIZE];
    world_open(&world);
    char *before = world_fingerprint(&world);
    begin(&world, 60000);
    char *applied = world_fingerprint(&world);
    assert_string_not_equal(before, applied);
    make_journal_old(&world, digest);
    assert_int_equal(start(&world), MH_TRANSACTION_REVERTED);
    char *after = world_fingerprint(&world);
    assert_string_equal(before, after);
    /* Its outcome is that of the old journal. */
    assert_non_null(strstr(world_text(&world, "/state/outcome"), digest));
    assert_int_equal(start(&world), MH_TRANSACTION_REVERTED);
    free(before);
    free(applied);
    free(after);
    world_close(&world);
}

static void old_outcomes_are_believed(void **state)
{
    (void)state;
    struct world world;
    char digest[MH_SHA256_TEXT_SIZE];
    world_open(&world);
    begin(&world, 0);
    char *applied = world_fingerprint(&world);
    make_journal_old(&world, digest);
    make_outcome_old(&world, digest);
    make_ledger_old(&world);
    assert_int_equal(start(&world), MH_TRANSACTION_CONFIRMED);
    char *after = world_fingerprint(&world);
    assert_string_equal(applied, after);
    /* That of another journal is none. */
    make_outcome_old(&world, "0123");
    free(after);
    assert_int_equal(start(&world), MH_TRANSACTION_REVERTED);
    free(applied);
    world_close(&world);
}

/* ---- the form -------------------------------------------------------------------------------------- */

static void first_line(void **state)
{
    (void)state;
    size_t length;
    char digest[MH_SHA256_TEXT_SIZE];
    char *text = mh_journal_seal("multihomed-ledger", "{}", 2, &length, digest);
    assert_string_equal(text, "multihomed-ledger 2 2e1472b57af294d1 2\n{}");
    assert_string_equal(digest, "2e1472b57af294d1");
    assert_int_equal(length, strlen(text));
    free(text);
}

static enum mh_error unseal(const char *text, struct mh_failure *failure)
{
    json_t *body;
    char digest[MH_SHA256_TEXT_SIZE];
    enum mh_error error = mh_journal_unseal("m", text, strlen(text), &body, digest, failure);
    if (error == MH_OK)
        json_decref(body);
    return error;
}

/* Each version has its own checksum, and no other. */
static void versions(void **state)
{
    (void)state;
    static const char sha[] = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    char text[160];
    struct mh_failure failure = {0};
    const struct {
        unsigned version;
        const char *digest;
        enum mh_error error;
    } cases[] = {
        {1, sha, MH_OK},
        {2, "2e1472b57af294d1", MH_OK},
        {1, "2e1472b57af294d1", MH_MALFORMED},
        {2, sha, MH_MALFORMED},
        {2, "2e1472b57af294d2", MH_MALFORMED},
        {0, sha, MH_MALFORMED},
        {3, "2e1472b57af294d1", MH_MALFORMED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(text, sizeof text, "m %u %s 2\n{}", cases[i].version, cases[i].digest);
        assert_int_equal(unseal(text, &failure), cases[i].error);
        for (size_t cut = 0; cases[i].error == MH_OK && cut < strlen(text); cut++) {
            char part[sizeof text] = "";
            memcpy(part, text, cut);
            assert_int_equal(unseal(part, NULL), MH_MORE);
        }
    }
    assert_non_null(strstr(failure.detail, "another version of multihomed (format 3, this one reads 2)"));
}

/* ---- what undoes a step ---------------------------------------------------------------------------- */

static void only_opposites_go_without_saying(void **state)
{
    (void)state;
    struct world world;
    size_t index, silent = 0, told = 0;
    enum mh_op_kind opposite;
    struct mh_op op;
    json_t *step;
    world_open(&world);
    begin(&world, 60000);
    json_t *body = open_body(&world, "/state/journal", "multihomed-journal");
    json_array_foreach(json_object_get(body, "steps"), index, step)
    {
        assert_int_equal(mh_op_from_json(json_object_get(step, "op"), &op, NULL), MH_OK);
        bool is_silent = json_object_get(step, "undo") == NULL;
        assert_true(!is_silent || mh_op_opposite_kind(op.kind, &opposite));
        silent += is_silent;
        told += !is_silent;
        mh_op_clear(&op);
    }
    assert_true(silent > 0);
    assert_true(told > 0);

    /* Nothing is guessed where an op has no opposite. */
    json_array_foreach(json_object_get(body, "steps"), index, step)
    {
        (void)json_object_del(step, "undo");
    }
    struct mh_record *record;
    struct mh_failure failure;
    assert_int_equal(mh_record_from_json(body, &record, &failure), MH_MALFORMED);
    assert_string_equal(failure.detail, "\"undo\" is missing");
    json_decref(body);
    world_close(&world);
}

static void opposites(void **state)
{
    (void)state;
    const struct mh_next_hop hop = {.interface = 2, .weight = 1}, other_hop = {.interface = 3, .weight = 1};
    const struct mh_op add = {.kind = MH_OP_ROUTE_ADD,
                              .of.route = {.table = 254, .next_hops = &hop, .next_hop_count = 1}};
    struct mh_op delete = add;
    assert_false(mh_op_is_opposite(&add, &delete));
    delete.kind = MH_OP_ROUTE_DELETE;
    assert_true(mh_op_is_opposite(&add, &delete));
    assert_true(mh_op_is_opposite(&delete, &add));
    assert_false(mh_op_equal(&add, &delete));
    delete.of.route.next_hops = &other_hop;
    assert_false(mh_op_is_opposite(&add, &delete));
    delete = add;
    delete.kind = MH_OP_ROUTE_DELETE;
    delete.of.route.native = (const uint8_t *)"x";
    delete.of.route.native_length = 1;
    assert_false(mh_op_is_opposite(&add, &delete));
    delete = add;
    delete.kind = MH_OP_RULE_DELETE;
    assert_false(mh_op_is_opposite(&add, &delete));
}

/* ---- revisions ------------------------------------------------------------------------------------- */

static void expect_revision(struct mh_revision *last, const char *text)
{
    char digest[MH_SHA256_TEXT_SIZE], expected[MH_SHA256_TEXT_SIZE];
    mh_revision_of(last, text, strlen(text), digest);
    assert_string_equal(digest, mh_sha256_text(text, strlen(text), expected));
}

static void revisions(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "", "a", "b", "b", "bc", "b", "", "x"};
    struct mh_revision last = {0};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect_revision(&last, texts[i]);
    mh_revision_clear(&last);
    expect_revision(&last, "");
    mh_revision_clear(&last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_journals_are_taken_back),
        cmocka_unit_test(old_outcomes_are_believed),
        cmocka_unit_test(first_line),
        cmocka_unit_test(versions),
        cmocka_unit_test(only_opposites_go_without_saying),
        cmocka_unit_test(opposites),
        cmocka_unit_test(revisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
