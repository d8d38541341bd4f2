/* How transactions end. */
#include "daemon/transaction_parts.h"

#include <stdio.h>

enum { RETRY_FIRST = 1000, RETRY_LAST = 300000 }; /* milliseconds */

static int64_t wall(const struct mh_transactions *transactions)
{
    return transactions->parts.clock_wall(transactions->parts.context);
}

static void plan_retry(struct mh_transactions *transactions)
{
    transactions->retry_delay = transactions->retry_delay == 0               ? RETRY_FIRST
                                : transactions->retry_delay < RETRY_LAST / 2 ? transactions->retry_delay * 2
                                                                             : RETRY_LAST;
    transactions->retry_at =
        transactions->parts.clock_boot(transactions->parts.context) + transactions->retry_delay;
}

static enum mh_error write_outcome(struct mh_transactions *transactions,
                                   const struct mh_transaction_entry *entry, enum mh_outcome_kind kind,
                                   struct mh_failure *failure)
{
    const struct mh_outcome outcome = {.id = entry->record->id,
                                       .kind = kind,
                                       .ended = entry->public.ended,
                                       .problem = entry->public.problem};
    return mh_journal_write_outcome(&transactions->journal, &outcome, failure);
}

/* ---- confirmed ------------------------------------------------------------------------------------- */

/* A write that failed may have come through all the same (the file is there, its directory could not be
 * flushed). What is read is what counts: it is what the next start would read. */
static bool was_written_all_the_same(struct mh_transactions *transactions,
                                     const struct mh_transaction_entry *entry)
{
    struct mh_outcome outcome;
    return mh_journal_read_outcome(&transactions->journal, entry->record->id, &outcome, NULL) == MH_OK &&
           outcome.kind == MH_OUTCOME_CONFIRMED;
}

enum mh_error mh_transaction_commit(struct mh_transactions *transactions, struct mh_transaction_entry *entry,
                                    struct mh_failure *failure)
{
    enum mh_error error = mh_transaction_check_file(transactions, entry->record, failure);
    if (error != MH_OK)
        return error;
    entry->public.ended = wall(transactions);
    error = write_outcome(transactions, entry, MH_OUTCOME_CONFIRMED, failure);
    if (error != MH_OK && !was_written_all_the_same(transactions, entry)) {
        entry->public.ended = 0;
        return error;
    }
    entry->public.state = MH_TRANSACTION_CONFIRMED;
    transactions->pending = NULL;
    transactions->retry_delay = 0;
    if (mh_transaction_finish(transactions, entry) != MH_OK)
        plan_retry(transactions);
    mh_transactions_changed(transactions);
    return MH_OK;
}

/* ---- reverted, failed ------------------------------------------------------------------------------ */

void mh_transaction_close(struct mh_transactions *transactions, struct mh_transaction_entry *entry,
                          enum mh_transaction_state state, const struct mh_failure *why)
{
    bool failed = state == MH_TRANSACTION_FAILED;
    entry->public.state = state;
    entry->public.problem = *why;
    entry->public.ended = wall(transactions);
    transactions->pending = NULL;
    transactions->stuck = failed ? entry : NULL;
    /* Without its outcome the next start takes it back once more, which changes nothing. */
    (void)write_outcome(transactions, entry, failed ? MH_OUTCOME_FAILED : MH_OUTCOME_REVERTED, NULL);
    mh_transaction_unstage(transactions, entry->record);
    mh_transactions_changed(transactions);
}

enum mh_error mh_transaction_take_back(struct mh_transactions *transactions,
                                       struct mh_transaction_entry *entry, const struct mh_failure *why,
                                       struct mh_failure *failure)
{
    struct mh_failure trouble = {0}, both = *why;
    const struct mh_failure first = both;
    entry->reason = first;
    enum mh_error error = mh_transaction_undo(transactions, entry, &trouble);
    if (error == MH_OK) {
        transactions->retry_delay = 0;
        mh_transaction_close(transactions, entry, MH_TRANSACTION_REVERTED, &both);
        return MH_OK;
    }
    plan_retry(transactions);
    if (first.code == MH_OK) /* somebody asked for it */
        both = trouble;
    (void)snprintf(both.detail, sizeof both.detail, "%.130s; and it could not be taken back: %.150s",
                   first.detail, trouble.detail[0] != '\0' ? trouble.detail : mh_error_text(error));
    mh_transaction_close(transactions, entry, MH_TRANSACTION_FAILED, &both);
    if (failure != NULL)
        *failure = trouble;
    return error;
}

/* ---- what is left over ----------------------------------------------------------------------------- */

enum mh_error mh_transactions_settle(struct mh_transactions *transactions, struct mh_failure *failure)
{
    struct mh_transaction_entry *stuck = transactions->stuck, *unfinished = transactions->unfinished;
    if (stuck != NULL)
        return mh_transaction_take_back(transactions, stuck, &stuck->reason, failure);
    if (unfinished == NULL)
        return MH_OK;
    enum mh_error error = mh_transaction_finish(transactions, unfinished);
    if (error == MH_OK)
        transactions->retry_delay = 0;
    else
        plan_retry(transactions);
    if (error != MH_OK && failure != NULL)
        *failure = unfinished->public.problem;
    mh_transactions_changed(transactions);
    return error;
}
