/* Recovery: what a process finds that another one left. */
#include "daemon/transaction_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- what is found --------------------------------------------------------------------------------- */

struct found {
    struct mh_transaction_entry *entry; /* NULL: there is no record */
    struct mh_outcome outcome;
    bool has_outcome;
    bool same_kernel; /* the record's boot and namespace are these */
};

static enum mh_error read_record(struct mh_transactions *transactions, struct found *found,
                                 struct mh_failure *failure)
{
    struct mh_record *record;
    enum mh_error error = mh_journal_read_record(&transactions->journal, &record, failure);
    if (error != MH_OK)
        return error == MH_NOT_FOUND ? MH_OK : error;
    found->same_kernel =
        memcmp(&record->incarnation, &transactions->parts.incarnation, sizeof record->incarnation) == 0;
    found->entry = mh_transactions_add(transactions, record);
    return found->entry != NULL ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

static enum mh_error read_outcome(struct mh_transactions *transactions, struct found *found,
                                  struct mh_failure *failure)
{
    if (found->entry == NULL)
        return MH_OK;
    enum mh_error error =
        mh_journal_read_outcome(&transactions->journal, found->entry->record->id, &found->outcome, failure);
    found->has_outcome = error == MH_OK;
    return error == MH_NOT_FOUND ? MH_OK : error;
}

/* Of another boot or namespace it is nothing: what it speaks of is gone. A damaged one can be done without
 * when the newest record is of another kernel too, or holds the ledger itself. */
static enum mh_error read_ledger(struct mh_transactions *transactions, const struct found *found,
                                 struct mh_failure *failure)
{
    struct mh_incarnation incarnation = {0};
    enum mh_error error =
        mh_journal_read_ledger(&transactions->journal, &incarnation, &transactions->ledger, failure);
    bool is_confirmed = found->has_outcome && found->outcome.kind == MH_OUTCOME_CONFIRMED;
    if (error == MH_OK && memcmp(&incarnation, &transactions->parts.incarnation, sizeof incarnation) == 0) {
        transactions->ledger_written = true;
        return MH_OK;
    }
    mh_ledger_clear(&transactions->ledger);
    if (error == MH_MALFORMED && found->entry != NULL && (!found->same_kernel || is_confirmed))
        return MH_OK;
    return error == MH_NOT_FOUND ? MH_OK : error;
}

/* ---- what is done about it ------------------------------------------------------------------------- */

static void restore_entry(const struct found *found, enum mh_transaction_state state)
{
    found->entry->public.state = state;
    found->entry->public.ended = found->outcome.ended;
    found->entry->public.problem = found->outcome.problem;
}

static void mark_steps(const struct found *found, enum mh_step_state state)
{
    memset(found->entry->steps, (int)state, found->entry->record->step_count);
}

/* Nobody knows how far it came: everything may be applied. */
static enum mh_error take_back(struct mh_transactions *transactions, const struct found *found,
                               struct mh_failure *failure)
{
    struct mh_failure why = {.code = MH_INTERRUPTED, .detail = "the service ended before it was confirmed"};
    if (found->has_outcome)
        why = found->outcome.problem;
    mark_steps(found, MH_STEP_APPLIED);
    return mh_transaction_take_back(transactions, found->entry, &why, failure);
}

/* A new boot or namespace has nothing of it: only the files are put right. */
static void drop(struct mh_transactions *transactions, const struct found *found)
{
    const struct mh_failure why = {.code = MH_INTERRUPTED,
                                   .detail = "the system was started anew before it was confirmed"};
    mark_steps(found, MH_STEP_REVERTED);
    mh_transaction_close(transactions, found->entry, MH_TRANSACTION_REVERTED, &why);
}

static enum mh_error finish(struct mh_transactions *transactions, const struct found *found,
                            struct mh_failure *failure)
{
    restore_entry(found, MH_TRANSACTION_CONFIRMED);
    mark_steps(found, MH_STEP_APPLIED);
    transactions->unfinished = found->entry;
    return mh_transactions_settle(transactions, failure);
}

static enum mh_error recover(struct mh_transactions *transactions, const struct found *found,
                             struct mh_failure *failure)
{
    enum mh_outcome_kind kind = found->outcome.kind;
    if (found->has_outcome && kind == MH_OUTCOME_CONFIRMED)
        return finish(transactions, found, failure);
    if (found->has_outcome && (kind == MH_OUTCOME_REVERTED || found->outcome.abandoned)) {
        restore_entry(found, kind == MH_OUTCOME_REVERTED ? MH_TRANSACTION_REVERTED : MH_TRANSACTION_FAILED);
        mark_steps(found, kind == MH_OUTCOME_REVERTED ? MH_STEP_REVERTED : MH_STEP_FAILED);
        mh_transaction_unstage(transactions, found->entry->record);
        return MH_OK;
    }
    if (found->same_kernel)
        return take_back(transactions, found, failure);
    drop(transactions, found);
    return MH_OK;
}

static enum mh_error block(struct mh_transactions *transactions, const struct mh_failure *why,
                           struct mh_failure *failure)
{
    transactions->blocked = *why;
    if (failure != NULL)
        *failure = *why;
    return why->code;
}

enum mh_error mh_transactions_start(struct mh_transactions *transactions, struct mh_failure *failure)
{
    struct found found = {0};
    struct mh_failure why = {0};
    enum mh_error error = read_record(transactions, &found, &why);
    if (error == MH_OK)
        error = read_outcome(transactions, &found, &why);
    if (error != MH_OK) {
        /* Whether it is to be taken back or finished is not known: it is shown, and nothing is done. */
        found.outcome.problem = why;
        if (found.entry != NULL)
            restore_entry(&found, MH_TRANSACTION_FAILED);
        return block(transactions, &why, failure);
    }
    /* A ledger that cannot be read is no reason to leave the host as it is. */
    error = read_ledger(transactions, &found, &why);
    enum mh_error recovered = found.entry != NULL ? recover(transactions, &found, failure) : MH_OK;
    return error != MH_OK ? block(transactions, &why, failure) : recovered;
}
