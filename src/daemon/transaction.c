/* DOC: A transaction is durable before it acts and decided by one write. First a record with the plan, what
 * undoes each step, and the ledger and configuration file as they will be; then the steps; then the kernel is
 * read again; then, at once or when a client confirms, the outcome. A process that finds a record without an
 * outcome takes the steps back, wherever between nothing and everything the host stands; one that finds it
 * confirmed puts files in place that are not there yet. docs/transactions.md goes through every moment. */
#include "daemon/transaction_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *mh_transaction_state_word(enum mh_transaction_state state)
{
    static const char *const words[] = {"pending", "confirmed", "reverted", "failed"};
    return (size_t)state < sizeof words / sizeof words[0] ? words[state] : "unknown";
}

const char *mh_step_state_word(enum mh_step_state state)
{
    static const char *const words[] = {"planned", "applied", "failed", "reverted"};
    return (size_t)state < sizeof words / sizeof words[0] ? words[state] : "unknown";
}

/* ---- life ------------------------------------------------------------------------------------------ */

struct mh_transactions *mh_transactions_new(const struct mh_transaction_parts *parts)
{
    struct mh_transactions *transactions = calloc(1, sizeof *transactions);
    if (transactions == NULL)
        return NULL;
    transactions->parts = *parts;
    /* Compared whole later: nothing may be left behind the ends. */
    struct mh_incarnation *own = &transactions->parts.incarnation;
    *own = (struct mh_incarnation){0};
    (void)snprintf(own->boot, sizeof own->boot, "%s", parts->incarnation.boot);
    (void)snprintf(own->space, sizeof own->space, "%s", parts->incarnation.space);
    if (mh_journal_init(&transactions->journal, &transactions->parts.storage, parts->state_directory))
        return transactions;
    free(transactions);
    return NULL;
}

static void free_entry(struct mh_transaction_entry *entry)
{
    if (entry == NULL)
        return;
    mh_record_free(entry->record);
    free(entry->steps);
    free(entry);
}

void mh_transactions_free(struct mh_transactions *transactions)
{
    if (transactions == NULL)
        return;
    for (size_t i = 0; i < transactions->count; i++)
        free_entry(transactions->entries[i]);
    mh_ledger_clear(&transactions->ledger);
    mh_revision_clear(&transactions->revision);
    free(transactions);
}

struct mh_transaction_entry *mh_transactions_add(struct mh_transactions *transactions,
                                                 struct mh_record *record)
{
    struct mh_transaction_entry *entry = calloc(1, sizeof *entry);
    uint8_t *steps = calloc(record->step_count + 1, sizeof *steps);
    if (entry == NULL || steps == NULL) {
        free(entry);
        free(steps);
        mh_record_free(record);
        return NULL;
    }
    entry->record = record;
    entry->steps = steps;
    entry->public.record = record;
    entry->public.steps = steps;
    if (transactions->count == MH_TRANSACTIONS_KEPT)
        free_entry(transactions->entries[--transactions->count]);
    memmove(transactions->entries + 1, transactions->entries,
            transactions->count++ * sizeof(struct mh_transaction_entry *));
    transactions->entries[0] = entry;
    if (record->id > transactions->last_id)
        transactions->last_id = record->id;
    return entry;
}

void mh_transactions_changed(const struct mh_transactions *transactions)
{
    if (transactions->parts.changed != NULL)
        transactions->parts.changed(transactions->parts.context);
}

/* ---- beginning ------------------------------------------------------------------------------------- */

static int64_t now(const struct mh_transactions *transactions)
{
    return transactions->parts.clock_boot(transactions->parts.context);
}

static enum mh_error fail_busy(const struct mh_transaction_entry *entry, struct mh_failure *failure)
{
    return mh_fail(failure, MH_BUSY, "transaction %" PRId64 " waits to be confirmed or reverted",
                   entry->record->id);
}

static enum mh_error fail_stuck(const struct mh_transaction_entry *entry, struct mh_failure *failure)
{
    return mh_fail(failure, MH_BUSY, "transaction %" PRId64 " failed, and the host stands between: %.220s",
                   entry->record->id, entry->public.problem.detail);
}

enum mh_error mh_transactions_ready(struct mh_transactions *transactions, struct mh_failure *failure)
{
    if (transactions->pending != NULL)
        return fail_busy(transactions->pending, failure);
    enum mh_error error = mh_transactions_settle(transactions, failure);
    return transactions->stuck != NULL ? fail_stuck(transactions->stuck, failure) : error;
}

static enum mh_error may_begin(struct mh_transactions *transactions, struct mh_failure *failure)
{
    if (transactions->blocked.code == MH_OK)
        return mh_transactions_ready(transactions, failure);
    if (failure != NULL)
        *failure = transactions->blocked;
    return transactions->blocked.code;
}

static bool make_token(const struct mh_transactions *transactions, char token[MH_TRANSACTION_TOKEN_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char octets[(MH_TRANSACTION_TOKEN_SIZE - 1) / 2];
    if (!transactions->parts.random(transactions->parts.context, octets, sizeof octets))
        return false;
    for (size_t i = 0; i < sizeof octets; i++) {
        token[2 * i] = digits[octets[i] >> 4];
        token[2 * i + 1] = digits[octets[i] & 15];
    }
    token[MH_TRANSACTION_TOKEN_SIZE - 1] = '\0';
    return true;
}

/* The old file's mode; that of configuration files when there is none. */
static void note_mode(const struct mh_transactions *transactions, struct mh_record *record)
{
    enum { USUAL_MODE = 0644 };
    const struct mh_storage *storage = &transactions->parts.storage;
    unsigned mode;
    if (storage->mode(storage->context, record->config.path, &mode, NULL) != MH_OK)
        mode = USUAL_MODE;
    record->config.mode = mode;
}

static bool fill_config(struct mh_transactions *transactions, struct mh_record *record,
                        const struct mh_config_change *config)
{
    if (config == NULL)
        return true;
    if (!mh_record_set_config(record, config->path, config->after, config->after_length))
        return false;
    if (config->before != NULL)
        mh_revision_of(&transactions->revision, config->before, config->before_length,
                       record->config.revision);
    note_mode(transactions, record);
    return true;
}

static bool name_interfaces(const struct mh_transactions *transactions, struct mh_record *record)
{
    const struct mh_transaction_parts *parts = &transactions->parts;
    const struct mh_snapshot *snapshot = parts->known != NULL ? parts->known(parts->context) : NULL;
    return snapshot == NULL || mh_record_name_interfaces(record, snapshot);
}

static enum mh_error fill_record(struct mh_transactions *transactions,
                                 const struct mh_transaction_request *request, struct mh_record *record,
                                 char token[MH_TRANSACTION_TOKEN_SIZE], struct mh_failure *failure)
{
    record->id = transactions->last_id + 1;
    record->incarnation = transactions->parts.incarnation;
    record->begun = transactions->parts.clock_wall(transactions->parts.context);
    if (!fill_config(transactions, record, request->config) || !name_interfaces(transactions, record))
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    if (request->confirm_timeout <= 0 || record->step_count == 0)
        return MH_OK;
    if (!make_token(transactions, token))
        return mh_fail(failure, MH_IO, "the system has no random numbers");
    mh_sha256_text(token, strlen(token), record->token_hash);
    record->timeout = request->confirm_timeout;
    record->deadline = now(transactions) + request->confirm_timeout;
    return MH_OK;
}

static enum mh_error make_record(struct mh_transactions *transactions,
                                 const struct mh_transaction_request *request, struct mh_record **record,
                                 char token[MH_TRANSACTION_TOKEN_SIZE], struct mh_failure *failure)
{
    const struct mh_transaction_parts *parts = &transactions->parts;
    *record = mh_record_of_plan(request->plan, parts->describe, parts->context);
    if (*record == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    enum mh_error error = fill_record(transactions, request, *record, token, failure);
    if (error == MH_OK)
        error = mh_transaction_check_file(transactions, *record, failure);
    if (error == MH_OK)
        return MH_OK;
    mh_record_free(*record);
    *record = NULL;
    return error;
}

/* From here on the record is durable. Nothing is applied before the new file is written beside the old. */
static enum mh_error apply(struct mh_transactions *transactions, struct mh_transaction_entry *entry,
                           const struct mh_transaction_request *request, struct mh_failure *failure)
{
    enum mh_error error = mh_transaction_stage(transactions, entry->record, failure);
    if (error != MH_OK) {
        mh_transaction_close(transactions, entry, MH_TRANSACTION_REVERTED, failure);
        return error;
    }
    error = mh_transaction_apply(transactions, entry, failure);
    if (error == MH_OK && request->verify != NULL)
        error = request->verify(request->verify_context, failure);
    if (error == MH_OK && entry->record->deadline == 0)
        error = mh_transaction_commit(transactions, entry, failure);
    if (error != MH_OK)
        (void)mh_transaction_take_back(transactions, entry, failure, NULL);
    return error;
}

enum mh_error mh_transactions_begin(struct mh_transactions *transactions,
                                    const struct mh_transaction_request *request,
                                    char token[MH_TRANSACTION_TOKEN_SIZE],
                                    const struct mh_transaction **transaction, struct mh_failure *failure)
{
    struct mh_record *record;
    struct mh_failure own = {0};
    *transaction = NULL;
    token[0] = '\0';
    enum mh_error error = may_begin(transactions, failure);
    if (error == MH_OK)
        error = make_record(transactions, request, &record, token, failure);
    if (error != MH_OK) {
        token[0] = '\0';
        return error;
    }
    error = mh_journal_write_record(&transactions->journal, record, &own);
    struct mh_transaction_entry *entry = NULL;
    if (error != MH_OK)
        mh_record_free(record);
    else if ((entry = mh_transactions_add(transactions, record)) == NULL)
        error = mh_fail(&own, MH_NO_MEMORY, "out of memory");
    else
        error = apply(transactions, entry, request, &own);
    if (error == MH_OK && entry->record->deadline != 0)
        transactions->pending = entry;
    else
        token[0] = '\0';
    if (error != MH_OK && failure != NULL)
        *failure = own;
    *transaction = entry != NULL ? &entry->public : NULL;
    if (transactions->pending != NULL) /* those that have ended have told so */
        mh_transactions_changed(transactions);
    return error;
}

/* ---- deciding -------------------------------------------------------------------------------------- */

static struct mh_transaction_entry *find(const struct mh_transactions *transactions, int64_t id)
{
    for (size_t i = 0; i < transactions->count; i++)
        if (transactions->entries[i]->record->id == id)
            return transactions->entries[i];
    return NULL;
}

static enum mh_error fail_unknown(int64_t id, struct mh_failure *failure)
{
    return mh_fail(failure, MH_NOT_FOUND, "there is no transaction %" PRId64, id);
}

static enum mh_error fail_late(int64_t id, struct mh_failure *failure)
{
    return mh_fail(failure, MH_TIMEOUT, "it is too late to confirm transaction %" PRId64, id);
}

static bool is_token_of(const struct mh_record *record, const char *token)
{
    char hash[MH_SHA256_TEXT_SIZE];
    mh_sha256_text(token, strlen(token), hash);
    return record->token_hash[0] != '\0' && mh_sha256_text_equal(hash, record->token_hash);
}

static void expire(struct mh_transactions *transactions)
{
    const struct mh_failure why = {.code = MH_TIMEOUT, .detail = "it was not confirmed in time"};
    (void)mh_transaction_take_back(transactions, transactions->pending, &why, NULL);
}

enum mh_error mh_transactions_confirm(struct mh_transactions *transactions, int64_t id, const char *token,
                                      struct mh_failure *failure)
{
    struct mh_transaction_entry *entry = find(transactions, id);
    if (entry == NULL)
        return fail_unknown(id, failure);
    if (entry->public.state != MH_TRANSACTION_PENDING && entry->public.state != MH_TRANSACTION_CONFIRMED)
        return fail_late(id, failure);
    if (!is_token_of(entry->record, token))
        return mh_fail(failure, MH_PERMISSION, "this is not the token of transaction %" PRId64, id);
    if (entry->public.state == MH_TRANSACTION_CONFIRMED)
        return MH_OK;
    if (now(transactions) < entry->record->deadline)
        return mh_transaction_commit(transactions, entry, failure);
    expire(transactions);
    return fail_late(id, failure);
}

enum mh_error mh_transactions_revert(struct mh_transactions *transactions, int64_t id,
                                     struct mh_failure *failure)
{
    struct mh_transaction_entry *entry = find(transactions, id);
    const struct mh_failure why = {.detail = "it was reverted by request"};
    if (entry == NULL)
        return fail_unknown(id, failure);
    if (entry == transactions->pending)
        return mh_transaction_take_back(transactions, entry, &why, failure);
    if (entry == transactions->stuck)
        return mh_transactions_settle(transactions, failure);
    if (entry->public.state == MH_TRANSACTION_REVERTED)
        return MH_OK;
    return mh_fail(failure, MH_CONFLICT, "transaction %" PRId64 " is %s", id,
                   mh_transaction_state_word(entry->public.state));
}

enum mh_error mh_transactions_abandon(struct mh_transactions *transactions, int64_t id,
                                      struct mh_failure *failure)
{
    struct mh_transaction_entry *entry = find(transactions, id);
    if (entry == NULL)
        return fail_unknown(id, failure);
    if (entry != transactions->stuck)
        return mh_fail(failure, MH_CONFLICT, "transaction %" PRId64 " is %s", id,
                       mh_transaction_state_word(entry->public.state));
    const struct mh_outcome outcome = {.id = id,
                                       .kind = MH_OUTCOME_FAILED,
                                       .abandoned = true,
                                       .ended = entry->public.ended,
                                       .problem = entry->public.problem};
    enum mh_error error = mh_journal_write_outcome(&transactions->journal, &outcome, failure);
    if (error != MH_OK)
        return error;
    transactions->stuck = NULL;
    mh_transactions_changed(transactions);
    return MH_OK;
}

int64_t mh_transactions_deadline(const struct mh_transactions *transactions)
{
    if (transactions->pending != NULL)
        return transactions->pending->record->deadline;
    return transactions->stuck != NULL || transactions->unfinished != NULL ? transactions->retry_at : -1;
}

void mh_transactions_tick(struct mh_transactions *transactions)
{
    int64_t deadline = mh_transactions_deadline(transactions);
    if (deadline < 0 || now(transactions) < deadline)
        return;
    if (transactions->pending != NULL)
        expire(transactions);
    else
        (void)mh_transactions_settle(transactions, NULL);
}

/* ---- looking --------------------------------------------------------------------------------------- */

size_t mh_transactions_count(const struct mh_transactions *transactions)
{
    return transactions->count;
}

const struct mh_transaction *mh_transactions_at(const struct mh_transactions *transactions, size_t index)
{
    return &transactions->entries[index]->public;
}

const struct mh_transaction *mh_transactions_find(const struct mh_transactions *transactions, int64_t id)
{
    const struct mh_transaction_entry *entry = find(transactions, id);
    return entry != NULL ? &entry->public : NULL;
}

const struct mh_transaction *mh_transactions_pending(const struct mh_transactions *transactions)
{
    return transactions->pending != NULL ? &transactions->pending->public : NULL;
}

const struct mh_transaction *mh_transactions_in_the_way(const struct mh_transactions *transactions)
{
    const struct mh_transaction_entry *entry =
        transactions->pending != NULL ? transactions->pending : transactions->stuck;
    return entry != NULL ? &entry->public : NULL;
}

const struct mh_ledger *mh_transactions_ledger(const struct mh_transactions *transactions)
{
    return transactions->pending != NULL ? &transactions->pending->record->ledger : &transactions->ledger;
}
