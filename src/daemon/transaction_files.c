/* The configuration file and the ledger of a transaction. The new file waits beside the old one, so that a
 * full disk or a directory that cannot be written to is met before anything is applied; its rename is what
 * shows that it has been put in place. */
#include "core/ledger_json.h"
#include "core/text.h"
#include "daemon/transaction_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEW_FILE_MODE = 0644 };

/* ---- names and revisions --------------------------------------------------------------------------- */

/* The caller frees it; NULL: out of memory. */
static char *beside(const struct mh_record *record, const char *ending)
{
    struct mh_text text = {0};
    mh_text_add(&text, record->config.path);
    mh_text_add(&text, ending);
    return mh_text_take(&text);
}

#define STAGED ".next"

static enum mh_error fail_memory(struct mh_failure *failure)
{
    return mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

/* *text is NULL when there is no such file; the caller frees it. */
static enum mh_error read_file(const struct mh_storage *storage, const char *path, char **text,
                               size_t *length, struct mh_failure *failure)
{
    struct mh_failure own = {0};
    *text = NULL;
    *length = 0;
    enum mh_error error = storage->read(storage->context, path, text, length, &own);
    if (error == MH_NOT_FOUND)
        return MH_OK;
    if (error != MH_OK && failure != NULL)
        *failure = own;
    return error;
}

/* "" when there is no such file. */
static void revise(struct mh_transactions *transactions, const char *text, size_t length,
                   char revision[MH_SHA256_TEXT_SIZE])
{
    revision[0] = '\0';
    if (text != NULL)
        mh_revision_of(&transactions->revision, text, length, revision);
}

static bool is_wanted(const struct mh_record *record, const char *text, size_t length)
{
    return text != NULL && length == record->config.length &&
           (length == 0 || memcmp(text, record->config.text, length) == 0);
}

static bool has_file(const struct mh_record *record)
{
    return record->config.path[0] != '\0';
}

enum mh_error mh_transaction_check_file(struct mh_transactions *transactions, const struct mh_record *record,
                                        struct mh_failure *failure)
{
    char *text, revision[MH_SHA256_TEXT_SIZE];
    size_t length;
    if (!has_file(record))
        return MH_OK;
    enum mh_error error =
        read_file(&transactions->parts.storage, record->config.path, &text, &length, failure);
    if (error != MH_OK)
        return error;
    revise(transactions, text, length, revision);
    free(text);
    return strcmp(revision, record->config.revision) == 0
               ? MH_OK
               : mh_fail(failure, MH_CONFLICT, "%.200s was edited since it was read", record->config.path);
}

/* ---- the file beside ------------------------------------------------------------------------------- */

enum mh_error mh_transaction_stage(const struct mh_transactions *transactions, struct mh_record *record,
                                   struct mh_failure *failure)
{
    const struct mh_storage *storage = &transactions->parts.storage;
    if (!has_file(record))
        return MH_OK;
    char *path = beside(record, STAGED);
    enum mh_error error = path != NULL ? storage->replace(storage->context, path, record->config.text,
                                                          record->config.length, record->config.mode, failure)
                                       : fail_memory(failure);
    free(path);
    return error;
}

void mh_transaction_unstage(const struct mh_transactions *transactions, const struct mh_record *record)
{
    const struct mh_storage *storage = &transactions->parts.storage;
    char *path = has_file(record) ? beside(record, STAGED) : NULL;
    if (path != NULL)
        (void)storage->remove(storage->context, path, NULL);
    free(path);
}

/* ---- putting in place ------------------------------------------------------------------------------ */

/* Somebody edited the file after the transaction was confirmed: the edit stays, and so does what was
 * confirmed, under another name. */
static enum mh_error keep_both(const struct mh_storage *storage, const struct mh_record *record,
                               const char *staged, struct mh_failure *failure)
{
    char *kept = beside(record, ".confirmed");
    if (kept == NULL)
        return fail_memory(failure);
    enum mh_error error = storage->rename(storage->context, staged, kept, failure);
    if (error == MH_OK)
        (void)mh_fail(failure, MH_CONFLICT,
                      "%.120s was edited meanwhile and is left so; what was confirmed is %.140s",
                      record->config.path, kept);
    free(kept);
    return error;
}

/* The file beside is whole, or it was damaged: then it is written again from the record. */
static enum mh_error put_in_place(const struct mh_storage *storage, const struct mh_record *record,
                                  const char *staged, bool is_whole, struct mh_failure *failure)
{
    const struct mh_record_config *config = &record->config;
    if (is_whole)
        return storage->rename(storage->context, staged, config->path, failure);
    enum mh_error error =
        storage->replace(storage->context, config->path, config->text, config->length, config->mode, failure);
    return error == MH_OK ? storage->remove(storage->context, staged, failure) : error;
}

/* `is_whole`: the file beside is what is wanted. */
static enum mh_error finish_beside(struct mh_transactions *transactions, const struct mh_record *record,
                                   const char *staged, bool is_whole, struct mh_failure *failure)
{
    const struct mh_storage *storage = &transactions->parts.storage;
    char *there, revision[MH_SHA256_TEXT_SIZE];
    size_t length;
    enum mh_error error = read_file(storage, record->config.path, &there, &length, failure);
    if (error != MH_OK)
        return error;
    revise(transactions, there, length, revision);
    bool is_done = is_wanted(record, there, length);
    free(there);
    if (strcmp(revision, record->config.revision) == 0)
        return put_in_place(storage, record, staged, is_whole, failure);
    return is_done ? storage->remove(storage->context, staged, failure)
                   : keep_both(storage, record, staged, failure);
}

static enum mh_error finish_staged(struct mh_transactions *transactions, const struct mh_record *record,
                                   const char *staged, struct mh_failure *failure)
{
    char *waiting;
    size_t length;
    enum mh_error error = read_file(&transactions->parts.storage, staged, &waiting, &length, failure);
    if (error != MH_OK || waiting == NULL)
        return error; /* nothing waits: it has been put in place */
    bool is_whole = is_wanted(record, waiting, length);
    free(waiting);
    return finish_beside(transactions, record, staged, is_whole, failure);
}

static enum mh_error finish_file(struct mh_transactions *transactions, const struct mh_record *record,
                                 struct mh_failure *failure)
{
    if (!has_file(record))
        return MH_OK;
    char *staged = beside(record, STAGED);
    enum mh_error error =
        staged != NULL ? finish_staged(transactions, record, staged, failure) : fail_memory(failure);
    free(staged);
    return error;
}

static bool ledgers_equal(const struct mh_ledger *a, const struct mh_ledger *b)
{
    struct mh_text left = {0}, right = {0};
    mh_ledger_write(&left, a);
    mh_ledger_write(&right, b);
    bool equal = mh_text_equal(&left, &right);
    mh_text_clear(&left);
    mh_text_clear(&right);
    return equal;
}

static enum mh_error finish_ledger(struct mh_transactions *transactions, const struct mh_ledger *ledger,
                                   struct mh_failure *failure)
{
    if (!ledgers_equal(&transactions->ledger, ledger)) {
        struct mh_ledger copy;
        if (mh_ledger_copy(ledger, &copy) != MH_OK)
            return fail_memory(failure);
        mh_ledger_clear(&transactions->ledger);
        transactions->ledger = copy;
        transactions->ledger_written = false;
    }
    if (transactions->ledger_written)
        return MH_OK;
    enum mh_error error = mh_journal_write_ledger(&transactions->journal, &transactions->parts.incarnation,
                                                  &transactions->ledger, failure);
    transactions->ledger_written = error == MH_OK;
    return error;
}

static bool is_of_this_kernel(const struct mh_transactions *transactions, const struct mh_record *record)
{
    return memcmp(&transactions->parts.incarnation, &record->incarnation, sizeof record->incarnation) == 0;
}

enum mh_error mh_transaction_finish(struct mh_transactions *transactions, struct mh_transaction_entry *entry)
{
    struct mh_failure problem = {0};
    enum mh_error error = MH_OK, file_error;
    if (is_of_this_kernel(transactions, entry->record))
        error = finish_ledger(transactions, &entry->record->ledger, &problem);
    file_error = finish_file(transactions, entry->record, error == MH_OK ? &problem : NULL);
    entry->public.problem = problem;
    if (error == MH_OK)
        error = file_error;
    transactions->unfinished = error != MH_OK ? entry : NULL;
    return error;
}
