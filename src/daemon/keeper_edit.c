/* Changes that clients ask for: each becomes a document, a plan and a transaction, or an answer that says why
 * not. */
#include "daemon/config_file.h"
#include "daemon/keeper_parts.h"

#include <stdlib.h>
#include <string.h>

static void answer(struct mh_edit *edit, enum mh_edit_outcome outcome)
{
    edit->outcome = outcome;
}

static void fail_memory(struct mh_edit *edit)
{
    (void)mh_fail(&edit->failure, MH_NO_MEMORY, "out of memory");
    answer(edit, MH_EDIT_FAILED);
}

/* A plan or a dry run: nothing is changed. */
static bool only_shows(const struct mh_edit *edit)
{
    return edit->dry_run || edit->kind == MH_EDIT_PLAN;
}

/* What earlier transactions left undone is done first: plan and file are read behind it. One that is in the
 * way all the same is what the answer is about. */
static bool refuse_busy(struct mh_keeper *keeper, struct mh_edit *edit)
{
    if (mh_keeper_settle(keeper, &edit->failure) == MH_OK)
        return false;
    const struct mh_transaction *other = mh_transactions_in_the_way(keeper->transactions);
    if (other != NULL) {
        edit->id = other->record->id;
        edit->state = mh_transaction_state_word(other->state);
    }
    answer(edit, other != NULL ? MH_EDIT_BUSY : MH_EDIT_FAILED);
    return true;
}

/* ---- the document ---------------------------------------------------------------------------------- */

static bool is_current(const struct mh_keeper *keeper, const struct mh_edit *edit)
{
    uint64_t revision = mh_config_revision(keeper->config);
    for (size_t i = 0; i < edit->revision_count; i++)
        if (edit->revisions[i] == revision)
            return true;
    return edit->any_revision || edit->kind == MH_EDIT_PLAN;
}

static struct mh_config *make_document(const struct mh_keeper *keeper, struct mh_edit *edit)
{
    const struct mh_config *old = keeper->config;
    struct mh_config_problem *problem = &edit->problem;
    switch (edit->kind) {
    case MH_EDIT_MERGE:
        return mh_config_merge(old, edit->text, edit->length, problem);
    case MH_EDIT_SET:
        return mh_config_set(old, edit->names, edit->name_count, edit->text, edit->length, problem);
    case MH_EDIT_REMOVE:
        return mh_config_remove(old, edit->names, edit->name_count, problem);
    case MH_EDIT_PLAN:
    case MH_EDIT_CONFIRM:
    case MH_EDIT_REVERT:
    case MH_EDIT_RELOAD:
        break;
    }
    return mh_config_retain(keeper->config);
}

/* ---- carrying out ---------------------------------------------------------------------------------- */

/* The first that ?strict=true refuses; NULL: none. */
static const struct mh_plan_note *strict_note(const struct mh_plan *plan)
{
    if (plan->pending_count > 0 || plan->unsupported_count > 0)
        return plan->pending_count > 0 ? &plan->pending[0] : &plan->unsupported[0];
    for (size_t i = 0; i < plan->warning_count; i++)
        if (plan->warnings[i].is_refused_strictly)
            return &plan->warnings[i];
    return NULL;
}

static bool refuse_strictly(const struct mh_plan *plan, struct mh_edit *edit)
{
    const struct mh_plan_note *note = edit->strict ? strict_note(plan) : NULL;
    if (note == NULL)
        return false;
    (void)mh_fail(&edit->failure, plan->pending_count > 0 ? MH_NOT_FOUND : MH_UNSUPPORTED, "%s", note->text);
    (void)snprintf(edit->problem.pointer, sizeof edit->problem.pointer, "%s", note->member);
    answer(edit, MH_EDIT_STRICT);
    return true;
}

static enum mh_edit_outcome outcome_of(enum mh_error error, const struct mh_transaction *begun)
{
    if (error == MH_OK)
        return begun->state == MH_TRANSACTION_PENDING ? MH_EDIT_WAITS : MH_EDIT_DONE;
    return error == MH_BUSY && begun == NULL       ? MH_EDIT_BUSY
           : error == MH_CONFLICT && begun == NULL ? MH_EDIT_EDITED
                                                   : MH_EDIT_FAILED;
}

/* What the file holds from now on. */
static void remember_file(struct mh_keeper *keeper, char *text, size_t length)
{
    free(keeper->file);
    keeper->file = text;
    keeper->file_length = length;
}

static void settle(struct mh_keeper *keeper, struct mh_config *config, char *text, size_t length,
                   struct mh_edit *edit)
{
    if (edit->outcome == MH_EDIT_DONE) {
        mh_keeper_adopt(keeper, mh_config_retain(config));
        remember_file(keeper, text, length);
        mh_keeper_announce(keeper, MH_EVENT_CONFIG_CHANGED, "config", NULL);
        return;
    }
    if (edit->outcome == MH_EDIT_WAITS) {
        mh_config_release(keeper->proposed);
        keeper->proposed = mh_config_retain(config);
    }
    free(text);
}

/* A page is an object and a line end; it is freed. NULL: out of memory. */
static char *add_sessions(char *page, size_t *length, const struct mh_keeper_attempt *attempt)
{
    static const char name[] = ",\"sessions\":", end[] = "}\n";
    size_t told = attempt->sessions_length - 1; /* without its own line end */
    size_t at = *length - (sizeof end - 1), added = sizeof name - 1 + told;
    char *whole = realloc(page, *length + added + 1);
    if (whole == NULL) {
        free(page);
        return NULL;
    }
    memcpy(whole + at, name, sizeof name - 1);
    memcpy(whole + at + sizeof name - 1, attempt->sessions, told);
    memcpy(whole + at + added, end, sizeof end);
    *length += added;
    return whole;
}

/* What was published of the newest transaction when it ended is what the answer says too. NULL: it is to be
 * written anew. */
static char *answer_of_page(const struct mh_keeper *keeper, const struct mh_transaction *transaction,
                            const struct mh_keeper_attempt *attempt, size_t *length)
{
    if (attempt == NULL || attempt->token[0] != '\0' || transaction->state == MH_TRANSACTION_PENDING ||
        transaction != mh_transactions_at(keeper->transactions, 0))
        return NULL;
    char *page = mh_pages_copy(keeper->parts.pages, transaction->record->id, length);
    return page == NULL || attempt->sessions == NULL ? page : add_sessions(page, length, attempt);
}

/* Tells of the transaction, if there is one; `attempt` (NULL: none) as mh_keeper_show_transaction has it. */
static void show(const struct mh_keeper *keeper, const struct mh_transaction *transaction,
                 const struct mh_keeper_attempt *attempt, struct mh_edit *edit)
{
    if (transaction == NULL)
        return;
    edit->state = mh_transaction_state_word(transaction->state);
    edit->id = transaction->record->id;
    edit->body = answer_of_page(keeper, transaction, attempt, &edit->body_length);
    if (edit->body == NULL)
        edit->body = mh_keeper_show_transaction(keeper, transaction, attempt, &edit->body_length);
}

static void carry_out(struct mh_keeper *keeper, struct mh_config *config, const struct mh_plan *plan,
                      struct mh_edit *edit)
{
    struct mh_keeper_attempt attempt = {.config = config, .plan = plan, .timeout = edit->confirm_timeout};
    char *text = mh_config_file_text(config, &attempt.length);
    if (text == NULL) {
        fail_memory(edit);
        return;
    }
    attempt.text = text;
    attempt.sessions = mh_keeper_show_sessions(keeper, config, plan, &edit->asker, &attempt.sessions_length);
    enum mh_error error = mh_keeper_begin(keeper, &attempt, &edit->failure);
    answer(edit, outcome_of(error, attempt.begun));
    show(keeper, attempt.begun, &attempt, edit);
    free(attempt.sessions);
    settle(keeper, config, text, attempt.length, edit);
}

static bool is_same_document(const struct mh_config *a, const struct mh_config *b)
{
    size_t length, other;
    const char *text = mh_config_text(a, &length), *against = mh_config_text(b, &other);
    return length == other && memcmp(text, against, length) == 0;
}

static void act(struct mh_keeper *keeper, struct mh_config *config, struct mh_edit *edit)
{
    struct mh_plan *plan;
    mh_keeper_reread(keeper, config);
    if (mh_keeper_plan(keeper, config, &plan) != MH_OK) {
        fail_memory(edit);
        return;
    }
    if (refuse_strictly(plan, edit)) {
        mh_plan_free(plan);
        return;
    }
    bool is_idle = plan->step_count == 0 && is_same_document(config, keeper->config);
    if (only_shows(edit) || is_idle) {
        edit->body = mh_keeper_show_plan(keeper, config, plan, &edit->asker, &edit->body_length);
        answer(edit, only_shows(edit) ? MH_EDIT_SHOWN : MH_EDIT_DONE);
    } else {
        carry_out(keeper, config, plan, edit);
    }
    mh_plan_free(plan);
}

static void change_document(struct mh_keeper *keeper, struct mh_edit *edit)
{
    if (!is_current(keeper, edit)) {
        answer(edit, MH_EDIT_STALE);
        return;
    }
    if (!only_shows(edit) && refuse_busy(keeper, edit))
        return;
    /* Some change without a word: what stands against the document is to be said before anything is done. */
    mh_observer_reread(keeper->parts.observer, MH_SECTION_SETTINGS);
    struct mh_config *config = make_document(keeper, edit);
    if (config == NULL) {
        answer(edit, MH_EDIT_REFUSED);
        return;
    }
    act(keeper, config, edit);
    mh_config_release(config);
}

/* ---- confirm and revert ---------------------------------------------------------------------------- */

/* What was decided is over, or it was too late: the document that waited is not meant any more. */
static void end_deciding(struct mh_keeper *keeper, struct mh_edit *edit)
{
    mh_keeper_forget_proposed(keeper);
    show(keeper, mh_transactions_find(keeper->transactions, edit->transaction), NULL, edit);
    mh_keeper_look(keeper);
}

static void confirm(struct mh_keeper *keeper, struct mh_edit *edit)
{
    static const struct {
        enum mh_error error;
        enum mh_edit_outcome outcome;
    } outcomes[] = {{MH_OK, MH_EDIT_DONE},
                    {MH_NOT_FOUND, MH_EDIT_UNKNOWN},
                    {MH_PERMISSION, MH_EDIT_FORBIDDEN},
                    {MH_TIMEOUT, MH_EDIT_LATE},
                    {MH_CONFLICT, MH_EDIT_EDITED}};
    /* Confirmed once more while another one waits: that one's document is not meant. */
    const struct mh_transaction *pending = mh_transactions_pending(keeper->transactions);
    bool was_pending = pending != NULL && pending->record->id == edit->transaction;
    enum mh_error error =
        mh_transactions_confirm(keeper->transactions, edit->transaction, edit->token, &edit->failure);
    answer(edit, MH_EDIT_FAILED);
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        if (outcomes[i].error == error)
            answer(edit, outcomes[i].outcome);
    if (error == MH_OK && was_pending && keeper->proposed != NULL) {
        size_t length;
        char *text = mh_config_file_text(keeper->proposed, &length);
        struct mh_config *config = keeper->proposed;
        keeper->proposed = NULL;
        remember_file(keeper, text, length);
        mh_keeper_adopt(keeper, config);
        mh_keeper_announce(keeper, MH_EVENT_CONFIG_CHANGED, "config", NULL);
    }
    end_deciding(keeper, edit);
}

static void revert(struct mh_keeper *keeper, struct mh_edit *edit)
{
    keeper->acting = true;
    enum mh_error error = mh_transactions_revert(keeper->transactions, edit->transaction, &edit->failure);
    keeper->acting = false;
    answer(edit, error == MH_OK          ? MH_EDIT_DONE
                 : error == MH_NOT_FOUND ? MH_EDIT_UNKNOWN
                 : error == MH_CONFLICT  ? MH_EDIT_SETTLED
                                         : MH_EDIT_FAILED);
    end_deciding(keeper, edit);
}

/* ---- the file -------------------------------------------------------------------------------------- */

static void reload(struct mh_keeper *keeper, struct mh_edit *edit)
{
    char *text;
    size_t length;
    if (refuse_busy(keeper, edit)) /* a confirmed document may not be in the file yet */
        return;
    struct mh_config *config = mh_config_file_load(keeper->parts.config_path, &text, &length, &edit->failure);
    if (config == NULL) {
        answer(edit, edit->failure.code == MH_INVALID ? MH_EDIT_REFUSED : MH_EDIT_FAILED);
        edit->problem = (struct mh_config_problem){.kind = MH_CONFIG_INVALID};
        return;
    }
    mh_keeper_apply_file(keeper, config, text, length, edit);
    mh_config_release(config);
}

/* The file is the document already: only the host is changed. */
void mh_keeper_apply_file(struct mh_keeper *keeper, struct mh_config *config, char *text, size_t length,
                          struct mh_edit *edit)
{
    struct mh_plan *plan;
    mh_keeper_reread(keeper, config);
    enum mh_error error = mh_keeper_plan(keeper, config, &plan);
    if (error != MH_OK) {
        free(text);
        fail_memory(edit);
        return;
    }
    struct mh_keeper_attempt attempt = {.config = config, .plan = plan};
    if (plan->step_count > 0)
        error = mh_keeper_begin(keeper, &attempt, &edit->failure);
    else
        edit->body = mh_keeper_show_plan(keeper, config, plan, &edit->asker, &edit->body_length);
    show(keeper, attempt.begun, &attempt, edit);
    mh_plan_free(plan);
    if (error == MH_OK) {
        mh_keeper_adopt(keeper, mh_config_retain(config));
        remember_file(keeper, text, length);
        mh_keeper_announce(keeper, MH_EVENT_CONFIG_RELOADED, "config", NULL);
        answer(edit, MH_EDIT_DONE);
    } else {
        free(text);
        answer(edit, outcome_of(error, attempt.begun));
    }
}

void mh_keeper_edit(struct mh_keeper *keeper, struct mh_edit *edit)
{
    switch (edit->kind) {
    case MH_EDIT_CONFIRM:
        confirm(keeper, edit);
        break;
    case MH_EDIT_REVERT:
        revert(keeper, edit);
        break;
    case MH_EDIT_RELOAD:
        reload(keeper, edit);
        break;
    case MH_EDIT_MERGE:
    case MH_EDIT_SET:
    case MH_EDIT_REMOVE:
    case MH_EDIT_PLAN:
        change_document(keeper, edit);
        break;
    }
    edit->revision = mh_config_revision(keeper->config);
    mh_keeper_set_timers(keeper);
}
