#include "daemon/journal.h"

#include "core/field_json.h"
#include "core/ledger_json.h"
#include "daemon/journal_seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_MAGIC "multihomed-journal"
#define OUTCOME_MAGIC "multihomed-outcome"
#define LEDGER_MAGIC "multihomed-ledger"

enum { MODE = 0600 };

static bool set_path(char path[MH_JOURNAL_PATH_SIZE], const char *directory, const char *name)
{
    int length = snprintf(path, MH_JOURNAL_PATH_SIZE, "%s/%s", directory, name);
    return length > 0 && length < MH_JOURNAL_PATH_SIZE;
}

bool mh_journal_init(struct mh_journal *journal, const struct mh_storage *storage, const char *directory)
{
    *journal = (struct mh_journal){.storage = storage};
    return set_path(journal->record_path, directory, "journal") &&
           set_path(journal->outcome_path, directory, "outcome") &&
           set_path(journal->ledger_path, directory, "ledger");
}

/* ---- files ----------------------------------------------------------------------------------------- */

static enum mh_error fail_memory(struct mh_failure *failure)
{
    return mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

/* Empties `body`, whose failure is what could not be written as JSON. */
static enum mh_error write_sealed(const struct mh_journal *journal, const char *path, const char *magic,
                                  struct mh_text *body, char digest[MH_SHA256_TEXT_SIZE],
                                  struct mh_failure *failure)
{
    size_t length = 0;
    bool failed = body->failed;
    char *text = failed ? NULL : mh_journal_seal(magic, body->bytes, body->length, &length, digest);
    mh_text_clear(body);
    enum mh_error error =
        text != NULL ? journal->storage->replace(journal->storage->context, path, text, length, MODE, failure)
        : !failed    ? fail_memory(failure)
                     : mh_fail(failure, MH_INVALID,
                               "%s cannot be written: out of memory, or a name is not "
                                  "UTF-8",
                               path);
    free(text);
    return error;
}

/* "/var/lib/multihomed/journal cannot be used: it is damaged (its checksum is wrong)" */
static enum mh_error fail_about(const char *path, enum mh_error error, const struct mh_failure *why,
                                struct mh_failure *failure)
{
    char reason[MH_DETAIL_SIZE];
    (void)snprintf(reason, sizeof reason, "%s", why->detail);
    return mh_fail(failure, error, "%s cannot be used: %s", path, reason);
}

/* MH_NOT_FOUND, MH_MORE (cut off), MH_MALFORMED, ... */
static enum mh_error read_sealed(const struct mh_journal *journal, const char *path, const char *magic,
                                 json_t **body, char digest[MH_SHA256_TEXT_SIZE], struct mh_failure *failure)
{
    char *text;
    size_t length;
    struct mh_failure why = {0};
    enum mh_error error = journal->storage->read(journal->storage->context, path, &text, &length, failure);
    if (error != MH_OK)
        return error;
    error = mh_journal_unseal(magic, text, length, body, digest, &why);
    free(text);
    return error == MH_OK ? MH_OK : fail_about(path, error, &why, failure);
}

/* What is cut off was never durable where files are replaced whole: then it is damaged like any other. */
static enum mh_error no_cuts(enum mh_error error, struct mh_failure *failure)
{
    if (error != MH_MORE)
        return error;
    if (failure != NULL)
        failure->code = MH_MALFORMED;
    return MH_MALFORMED;
}

/* ---- the record ------------------------------------------------------------------------------------ */

enum mh_error mh_journal_write_record(struct mh_journal *journal, const struct mh_record *record,
                                      struct mh_failure *failure)
{
    struct mh_text body = {0};
    mh_record_write(&body, record);
    return write_sealed(journal, journal->record_path, RECORD_MAGIC, &body, journal->digest, failure);
}

enum mh_error mh_journal_read_record(struct mh_journal *journal, struct mh_record **record,
                                     struct mh_failure *failure)
{
    json_t *body;
    struct mh_failure why = {0};
    enum mh_error error = no_cuts(
        read_sealed(journal, journal->record_path, RECORD_MAGIC, &body, journal->digest, failure), failure);
    if (error != MH_OK)
        return error;
    error = mh_record_from_json(body, record, &why);
    json_decref(body);
    return error == MH_OK ? MH_OK : fail_about(journal->record_path, error, &why, failure);
}

/* ---- the outcome ----------------------------------------------------------------------------------- */

struct outcome_parts {
    int64_t id, ended;
    char digest[MH_SHA256_TEXT_SIZE]; /* of the journal, as it stands in its first line */
    char sha256[MH_SHA256_TEXT_SIZE]; /* the same, as version 1 calls it */
    uint8_t kind;
    bool abandoned;
    int32_t code, native_code;
    char native_name[MH_NATIVE_NAME_SIZE], detail[MH_DETAIL_SIZE];
};

static const struct mh_field outcome_fields[] = {
    MH_FIELD_ROW(struct outcome_parts, "id", id, MH_FIELD_I64, true),
    MH_FIELD_ROW(struct outcome_parts, "journal_checksum", digest, MH_FIELD_TEXT, false),
    MH_FIELD_ROW(struct outcome_parts, "journal_sha256", sha256, MH_FIELD_TEXT, false),
    {"outcome", MH_FIELD_U8, true, offsetof(struct outcome_parts, kind), 0, 0, MH_OUTCOME_KIND_COUNT - 1},
    MH_FIELD_ROW(struct outcome_parts, "abandoned", abandoned, MH_FIELD_BOOL, false),
    MH_FIELD_ROW(struct outcome_parts, "ended", ended, MH_FIELD_I64, true),
    MH_FIELD_ROW(struct outcome_parts, "problem", code, MH_FIELD_I32, false),
    MH_FIELD_ROW(struct outcome_parts, "native_code", native_code, MH_FIELD_I32, false),
    MH_FIELD_ROW(struct outcome_parts, "native_name", native_name, MH_FIELD_TEXT, false),
    MH_FIELD_ROW(struct outcome_parts, "detail", detail, MH_FIELD_TEXT, false),
    MH_FIELDS_END,
};

static void write_outcome(struct mh_text *text, const struct outcome_parts *parts)
{
    mh_text_add(text, "{");
    mh_fields_write(text, outcome_fields, parts);
    mh_text_add(text, "}");
}

enum mh_error mh_journal_write_outcome(struct mh_journal *journal, const struct mh_outcome *outcome,
                                       struct mh_failure *failure)
{
    char digest[MH_SHA256_TEXT_SIZE];
    const struct mh_failure *problem = &outcome->problem;
    struct outcome_parts parts = {.id = outcome->id,
                                  .ended = outcome->ended,
                                  .kind = (uint8_t)outcome->kind,
                                  .abandoned = outcome->abandoned,
                                  .code = problem->code,
                                  .native_code = problem->native_code};
    memcpy(parts.digest, journal->digest, sizeof parts.digest);
    memcpy(parts.native_name, problem->native_name, sizeof parts.native_name);
    memcpy(parts.detail, problem->detail, sizeof parts.detail);
    struct mh_text body = {0};
    write_outcome(&body, &parts);
    if (body.failed) {
        /* A sentence that was cut in the midst of a letter is not worth the outcome. */
        parts.detail[0] = '\0';
        mh_text_clear(&body);
        write_outcome(&body, &parts);
    }
    return write_sealed(journal, journal->outcome_path, OUTCOME_MAGIC, &body, digest, failure);
}

static void take_outcome(const struct outcome_parts *parts, struct mh_outcome *outcome)
{
    *outcome = (struct mh_outcome){
        .id = parts->id,
        .kind = (enum mh_outcome_kind)parts->kind,
        .abandoned = parts->abandoned,
        .ended = parts->ended,
        .problem = {.code = (enum mh_error)parts->code, .native_code = parts->native_code}};
    memcpy(outcome->problem.native_name, parts->native_name, sizeof parts->native_name);
    memcpy(outcome->problem.detail, parts->detail, sizeof parts->detail);
}

enum mh_error mh_journal_read_outcome(struct mh_journal *journal, int64_t id, struct mh_outcome *outcome,
                                      struct mh_failure *failure)
{
    json_t *body;
    char digest[MH_SHA256_TEXT_SIZE];
    struct mh_failure why = {0};
    struct outcome_parts parts = {0};
    enum mh_error error = read_sealed(journal, journal->outcome_path, OUTCOME_MAGIC, &body, digest, failure);
    if (error == MH_MORE)
        return mh_fail(failure, MH_NOT_FOUND, "the outcome was not written to its end");
    if (error != MH_OK)
        return error;
    error = mh_fields_take(body, outcome_fields, &parts, &why);
    json_decref(body);
    if (error != MH_OK)
        return fail_about(journal->outcome_path, error, &why, failure);
    const char *told = parts.digest[0] != '\0' ? parts.digest : parts.sha256;
    if (parts.id != id || strcmp(told, journal->digest) != 0)
        return mh_fail(failure, MH_NOT_FOUND, "the outcome is that of another transaction");
    take_outcome(&parts, outcome);
    return MH_OK;
}

/* ---- the ledger ------------------------------------------------------------------------------------ */

struct ledger_parts {
    struct mh_incarnation incarnation;
    const json_t *ledger;
};

static const struct mh_field ledger_fields[] = {
    MH_FIELD_ROW(struct ledger_parts, "boot", incarnation.boot, MH_FIELD_TEXT, true),
    MH_FIELD_ROW(struct ledger_parts, "namespace", incarnation.space, MH_FIELD_TEXT, true),
    MH_FIELD_ROW(struct ledger_parts, "ledger", ledger, MH_FIELD_JSON, true),
    MH_FIELDS_END,
};

enum mh_error mh_journal_write_ledger(struct mh_journal *journal, const struct mh_incarnation *incarnation,
                                      const struct mh_ledger *ledger, struct mh_failure *failure)
{
    char digest[MH_SHA256_TEXT_SIZE];
    const struct ledger_parts parts = {*incarnation, NULL};
    struct mh_text body = {0};
    mh_text_add(&body, "{");
    mh_fields_write(&body, ledger_fields, &parts);
    mh_json_write_name(&body, "ledger");
    mh_ledger_write(&body, ledger);
    mh_text_add(&body, "}");
    return write_sealed(journal, journal->ledger_path, LEDGER_MAGIC, &body, digest, failure);
}

enum mh_error mh_journal_read_ledger(struct mh_journal *journal, struct mh_incarnation *incarnation,
                                     struct mh_ledger *ledger, struct mh_failure *failure)
{
    json_t *body;
    char digest[MH_SHA256_TEXT_SIZE];
    struct mh_failure why = {0};
    struct ledger_parts parts;
    *ledger = (struct mh_ledger){0};
    enum mh_error error =
        no_cuts(read_sealed(journal, journal->ledger_path, LEDGER_MAGIC, &body, digest, failure), failure);
    if (error != MH_OK)
        return error;
    error = mh_fields_take(body, ledger_fields, &parts, &why);
    if (error == MH_OK)
        error = mh_ledger_from_json(parts.ledger, ledger, &why);
    if (error == MH_OK)
        *incarnation = parts.incarnation;
    json_decref(body);
    return error == MH_OK ? MH_OK : fail_about(journal->ledger_path, error, &why, failure);
}
