/* What a transaction writes down before it changes anything: all that is needed to take it back, or to finish
 * it, by a process that knows nothing else. Loop thread. */
#ifndef MH_DAEMON_JOURNAL_RECORD_H
#define MH_DAEMON_JOURNAL_RECORD_H

#include "core/plan.h"
#include "core/sha256.h"
#include "core/text.h"
#include "platform.h"

#include <jansson.h>

/* An interface that the steps speak of, for people: an index alone says little. */
struct mh_record_interface {
    uint32_t index;
    char name[MH_NAME_SIZE];
};

/* The configuration file, when the transaction replaces it. */
struct mh_record_config {
    const char *path;                   /* "": it does not */
    char revision[MH_SHA256_TEXT_SIZE]; /* SHA-256 of what was read; "": there was no file */
    const char *text;                   /* what it will be */
    size_t length;
    uint32_t mode; /* as chmod(2) */
};

/* Everything it points to is its own. */
struct mh_record {
    int64_t id; /* 1 and up */
    struct mh_incarnation incarnation;
    int64_t begun;    /* milliseconds since 1970, for people */
    int64_t deadline; /* on the clock that counts sleep, milliseconds; 0: it does not wait to be confirmed */
    int64_t timeout;  /* milliseconds between the two; 0 */
    char token_hash[MH_SHA256_TEXT_SIZE]; /* "" without a deadline */
    struct mh_plan_step *steps;
    const char **native; /* for each step, what an administrator would type; "" when not known */
    size_t step_count;
    struct mh_plan_note *notes[3]; /* pending, unsupported, warnings */
    size_t note_counts[3];
    struct mh_record_interface *interfaces;
    size_t interface_count;
    struct mh_ledger ledger; /* as it is once confirmed */
    struct mh_record_config config;
    void *memory; /* private to journal_record.c */
};

enum mh_record_notes { MH_RECORD_PENDING, MH_RECORD_UNSUPPORTED, MH_RECORD_WARNINGS };

/* A record with everything of the plan, and with the rest zero. NULL: out of memory. `describe` (may be NULL)
 * adds an op's native command to the text. */
struct mh_record *mh_record_of_plan(const struct mh_plan *plan,
                                    void (*describe)(void *context, const struct mh_op *op,
                                                     struct mh_text *text),
                                    void *context);
/* Copies into the record's memory. False: out of memory. */
bool mh_record_set_config(struct mh_record *record, const char *path, const char *text, size_t length);
/* Names the interfaces that the steps speak of. */
bool mh_record_name_interfaces(struct mh_record *record, const struct mh_snapshot *snapshot);
/* NULL is allowed. */
void mh_record_free(struct mh_record *record);

/* Adds the record's JSON to the text. text->failed: out of memory, or a text in it is not UTF-8. */
void mh_record_write(struct mh_text *text, const struct mh_record *record);
/* The same as a value; a reference that the caller owns, NULL for a failure. */
json_t *mh_record_to_json(const struct mh_record *record);
/* Strict; the caller frees *record. MH_MALFORMED, MH_NO_MEMORY. */
enum mh_error mh_record_from_json(const json_t *json, struct mh_record **record, struct mh_failure *failure);

#endif
