/* Changes that clients ask for: each becomes a document, a plan and a transaction, or an answer that says why
 * not. */
#include "daemon/config_file.h"
#include "daemon/keeper_parts.h"

#include <stdlib.h>
#include <string.h>

static void answer(struct mh_change *change, enum mh_change_outcome outcome)
{
    change->outcome = outcome;
}

static void fail_memory(struct mh_change *change)
{
    (void)mh_fail(&change->failure, MH_NO_MEMORY, "out of memory");
    answer(change, MH_CHANGE_FAILED);
}

/* ---- the document ---------------------------------------------------------------------------------- */

static bool is_current(const struct mh_keeper *keeper, const struct mh_change *change)
{
    uint64_t revision = mh_config_revision(keeper->config);
    for (size_t i = 0; i < change->revision_count; i++)
        if (change->revisions[i] == revision)
            return true;
    return change->any_revision || change->kind == MH_CHANGE_PLAN;
}

static struct mh_config *make_document(const struct mh_keeper *keeper, struct mh_change *change)
{
    const struct mh_config *old = keeper->config;
    struct mh_config_problem *problem = &change->problem;
    switch (change->kind) {
    case MH_CHANGE_MERGE: return mh_config_merge(old, change->text, change->length, problem);
    case MH_CHANGE_SET:
        return mh_config_set(old, change->names, change->name_count, change->text, change->length, problem);
    case MH_CHANGE_REMOVE: return mh_config_remove(old, change->names, change->name_count, problem);
    case MH_CHANGE_PLAN:
    case MH_CHANGE_CONFIRM:
    case MH_CHANGE_REVERT:
    case MH_CHANGE_RELOAD: break;
    }
    return mh_config_retain(keeper->config);
}

/* ---- carrying out ---------------------------------------------------------------------------------- */

static bool refuse_strictly(const struct mh_plan *plan, struct mh_change *change)
{
    const struct mh_plan_note *note = plan->pending_count > 0       ? &plan->pending[0]
                                      : plan->unsupported_count > 0 ? &plan->unsupported[0]
                                                                    : NULL;
    if (!change->strict || note == NULL)
        return false;
    (void)mh_fail(&change->failure, plan->pending_count > 0 ? MH_NOT_FOUND : MH_UNSUPPORTED, "%s", note->text);
    (void)snprintf(change->problem.pointer, sizeof change->problem.pointer, "%s", note->member);
    answer(change, MH_CHANGE_STRICT);
    return true;
}

static enum mh_change_outcome outcome_of(enum mh_error error, const struct mh_transaction *begun)
{
    if (error == MH_OK)
        return begun->state == MH_TRANSACTION_PENDING ? MH_CHANGE_WAITS : MH_CHANGE_DONE;
    return error == MH_BUSY && begun == NULL       ? MH_CHANGE_BUSY
           : error == MH_CONFLICT && begun == NULL ? MH_CHANGE_EDITED
                                                   : MH_CHANGE_FAILED;
}

/* What the file holds from now on. */
static void remember_file(struct mh_keeper *keeper, char *text, size_t length)
{
    free(keeper->file);
    keeper->file = text;
    keeper->file_length = length;
}

static void settle(struct mh_keeper *keeper, struct mh_config *config, char *text, size_t length,
                   struct mh_change *change)
{
    if (change->outcome == MH_CHANGE_DONE) {
        mh_keeper_adopt(keeper, mh_config_retain(config));
        remember_file(keeper, text, length);
        return;
    }
    if (change->outcome == MH_CHANGE_WAITS) {
        mh_config_release(keeper->proposed);
        keeper->proposed = mh_config_retain(config);
    }
    free(text);
}

static void carry_out(struct mh_keeper *keeper, struct mh_config *config, const struct mh_plan *plan,
                      struct mh_change *change)
{
    char token[MH_TRANSACTION_TOKEN_SIZE] = "";
    const struct mh_transaction *begun = NULL;
    size_t length;
    char *text = mh_config_file_text(config, &length);
    if (text == NULL) {
        fail_memory(change);
        return;
    }
    enum mh_error error = mh_keeper_begin(keeper, config, plan, text, length, change->confirm_timeout, token,
                                          &begun, &change->failure);
    answer(change, outcome_of(error, begun));
    if (begun != NULL) {
        change->id = begun->record->id;
        change->body = mh_keeper_show_transaction(keeper, begun, token[0] == '\0' ? NULL : token,
                                                  &change->body_length);
    }
    settle(keeper, config, text, length, change);
}

static bool is_same_document(const struct mh_config *a, const struct mh_config *b)
{
    size_t length, other;
    const char *text = mh_config_text(a, &length), *against = mh_config_text(b, &other);
    return length == other && memcmp(text, against, length) == 0;
}

static void act(struct mh_keeper *keeper, struct mh_config *config, struct mh_change *change)
{
    struct mh_plan *plan;
    if (mh_keeper_plan(keeper, config, &plan) != MH_OK) {
        fail_memory(change);
        return;
    }
    if (refuse_strictly(plan, change)) {
        mh_plan_free(plan);
        return;
    }
    bool is_idle = plan->step_count == 0 && is_same_document(config, keeper->config);
    if (change->dry_run || change->kind == MH_CHANGE_PLAN || is_idle) {
        change->body = mh_keeper_show_plan(keeper, config, plan, &change->body_length);
        answer(change, is_idle && !change->dry_run && change->kind != MH_CHANGE_PLAN ? MH_CHANGE_DONE
                                                                                    : MH_CHANGE_SHOWN);
    } else {
        carry_out(keeper, config, plan, change);
    }
    mh_plan_free(plan);
}

static void change_document(struct mh_keeper *keeper, struct mh_change *change)
{
    if (!is_current(keeper, change)) {
        answer(change, MH_CHANGE_STALE);
        return;
    }
    bool shows = change->dry_run || change->kind == MH_CHANGE_PLAN;
    if (!shows && mh_transactions_pending(keeper->transactions) != NULL) {
        (void)mh_fail(&change->failure, MH_BUSY, "transaction %lld waits to be confirmed",
                      (long long)mh_transactions_pending(keeper->transactions)->record->id);
        answer(change, MH_CHANGE_BUSY);
        return;
    }
    struct mh_config *config = make_document(keeper, change);
    if (config == NULL) {
        answer(change, MH_CHANGE_REFUSED);
        return;
    }
    act(keeper, config, change);
    mh_config_release(config);
}

/* ---- confirm and revert ---------------------------------------------------------------------------- */

static void show(const struct mh_keeper *keeper, struct mh_change *change)
{
    const struct mh_transaction *transaction =
        mh_transactions_find(keeper->transactions, change->transaction);
    if (transaction == NULL)
        return;
    change->id = change->transaction;
    change->body = mh_keeper_show_transaction(keeper, transaction, NULL, &change->body_length);
}

static void confirm(struct mh_keeper *keeper, struct mh_change *change)
{
    static const struct {
        enum mh_error error;
        enum mh_change_outcome outcome;
    } outcomes[] = {{MH_OK, MH_CHANGE_DONE},
                    {MH_NOT_FOUND, MH_CHANGE_UNKNOWN},
                    {MH_PERMISSION, MH_CHANGE_FORBIDDEN},
                    {MH_TIMEOUT, MH_CHANGE_LATE},
                    {MH_CONFLICT, MH_CHANGE_EDITED}};
    bool was_pending = mh_transactions_pending(keeper->transactions) != NULL;
    enum mh_error error = mh_transactions_confirm(keeper->transactions, change->transaction, change->token,
                                                  &change->failure);
    answer(change, MH_CHANGE_FAILED);
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        if (outcomes[i].error == error)
            answer(change, outcomes[i].outcome);
    if (error == MH_OK && was_pending && keeper->proposed != NULL) {
        size_t length;
        char *text = mh_config_file_text(keeper->proposed, &length);
        struct mh_config *config = keeper->proposed;
        keeper->proposed = NULL;
        remember_file(keeper, text, length);
        mh_keeper_adopt(keeper, config);
    }
    if (error == MH_OK)
        show(keeper, change);
}

static void revert(struct mh_keeper *keeper, struct mh_change *change)
{
    keeper->acting = true;
    enum mh_error error =
        mh_transactions_revert(keeper->transactions, change->transaction, &change->failure);
    keeper->acting = false;
    answer(change, error == MH_OK          ? MH_CHANGE_DONE
                   : error == MH_NOT_FOUND ? MH_CHANGE_UNKNOWN
                   : error == MH_CONFLICT  ? MH_CHANGE_SETTLED
                                           : MH_CHANGE_FAILED);
    if (mh_transactions_pending(keeper->transactions) == NULL) {
        mh_config_release(keeper->proposed);
        keeper->proposed = NULL;
    }
    show(keeper, change);
}

/* ---- the file -------------------------------------------------------------------------------------- */

static void reload(struct mh_keeper *keeper, struct mh_change *change)
{
    char *text;
    size_t length;
    struct mh_config *config =
        mh_config_file_load(keeper->parts.config_path, &text, &length, &change->failure);
    if (config == NULL) {
        answer(change, change->failure.code == MH_INVALID ? MH_CHANGE_REFUSED : MH_CHANGE_FAILED);
        change->problem = (struct mh_config_problem){.kind = MH_CONFIG_INVALID};
        return;
    }
    if (mh_transactions_pending(keeper->transactions) != NULL) {
        (void)mh_fail(&change->failure, MH_BUSY, "transaction %lld waits to be confirmed",
                      (long long)mh_transactions_pending(keeper->transactions)->record->id);
        answer(change, MH_CHANGE_BUSY);
        free(text);
    } else {
        mh_keeper_apply_file(keeper, config, text, length, change);
    }
    mh_config_release(config);
}

/* The file is the document already: only the host is changed. */
void mh_keeper_apply_file(struct mh_keeper *keeper, struct mh_config *config, char *text, size_t length,
                          struct mh_change *change)
{
    char token[MH_TRANSACTION_TOKEN_SIZE];
    const struct mh_transaction *begun = NULL;
    struct mh_plan *plan;
    enum mh_error error = mh_keeper_plan(keeper, config, &plan);
    if (error != MH_OK) {
        free(text);
        fail_memory(change);
        return;
    }
    if (plan->step_count > 0)
        error = mh_keeper_begin(keeper, config, plan, NULL, 0, 0, token, &begun, &change->failure);
    mh_plan_free(plan);
    if (error == MH_OK) {
        mh_keeper_adopt(keeper, mh_config_retain(config));
        remember_file(keeper, text, length);
        answer(change, MH_CHANGE_DONE);
    } else {
        free(text);
        answer(change, outcome_of(error, begun));
    }
    if (begun != NULL) {
        change->id = begun->record->id;
        change->body = mh_keeper_show_transaction(keeper, begun, NULL, &change->body_length);
    }
}

void mh_keeper_change(struct mh_keeper *keeper, struct mh_change *change)
{
    switch (change->kind) {
    case MH_CHANGE_CONFIRM: confirm(keeper, change); break;
    case MH_CHANGE_REVERT: revert(keeper, change); break;
    case MH_CHANGE_RELOAD: reload(keeper, change); break;
    case MH_CHANGE_MERGE:
    case MH_CHANGE_SET:
    case MH_CHANGE_REMOVE:
    case MH_CHANGE_PLAN: change_document(keeper, change); break;
    }
    change->revision = mh_config_revision(keeper->config);
    mh_keeper_set_timers(keeper);
}
