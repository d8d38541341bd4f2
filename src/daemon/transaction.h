/* Transactions: a plan is written down, applied, verified by reading the kernel again, and then confirmed or
 * taken back whole (DESIGN section 7; docs/transactions.md says what is on disk at each moment). One at a
 * time. Everything that it touches is given to it. Loop thread; nothing here blocks but the storage and the
 * platform. */
#ifndef MH_DAEMON_TRANSACTION_H
#define MH_DAEMON_TRANSACTION_H

#include "daemon/journal_record.h"
#include "daemon/storage.h"

struct mh_transactions;

/* The host as it is read now; valid until the next call of the same function, or its release. */
struct mh_observed {
    const struct mh_snapshot *snapshot;
    const struct mh_route_table *routes;
};

/* What it works with; everything outlives it. */
struct mh_transaction_parts {
    void *context; /* handed to every function below */
    /* Carries out the ops in their order and sets the code of every result: MH_OK, an error, or MH_MORE when
     * it was not tried because one before it failed. Going on behind a failure is allowed as well. */
    void (*apply)(void *context, const struct mh_op *const *ops, size_t count, struct mh_failure *results);
    /* Reads everything anew. */
    enum mh_error (*observe)(void *context, struct mh_observed *observed, struct mh_failure *failure);
    /* After each observe that was MH_OK; may be NULL. */
    void (*release)(void *context);
    /* What is known of the host without reading it anew, or NULL; valid during the call that asks. It names
     * interfaces in the journal, for people. May be NULL. */
    const struct mh_snapshot *(*known)(void *context);
    /* Adds what an administrator would type; may be NULL. */
    void (*describe)(void *context, const struct mh_op *op, struct mh_text *text);
    int64_t (*clock_boot)(void *context); /* as mh_clock_boot */
    int64_t (*clock_wall)(void *context); /* as mh_clock_wall */
    bool (*random)(void *context, void *bytes, size_t length);
    /* A transaction's state has changed, or the deadline has: for events and the timer. May be NULL. */
    void (*changed)(void *context);
    struct mh_storage storage;
    const char *state_directory;
    struct mh_incarnation incarnation;
};

enum mh_transaction_state {
    MH_TRANSACTION_PENDING,   /* applied, and waits to be confirmed */
    MH_TRANSACTION_CONFIRMED, /* for good */
    MH_TRANSACTION_REVERTED,  /* the host is as it was before */
    MH_TRANSACTION_FAILED     /* neither: taking it back failed */
};
enum mh_step_state { MH_STEP_PLANNED, MH_STEP_APPLIED, MH_STEP_FAILED, MH_STEP_REVERTED };

/* Read only; valid until the next call that is not const. */
struct mh_transaction {
    const struct mh_record *record; /* id, steps with native commands, notes, when it was begun */
    enum mh_transaction_state state;
    const uint8_t *steps; /* enum mh_step_state, one for each of the record's */
    int64_t ended;        /* milliseconds since 1970; 0 while pending */
    /* Why it was reverted or failed; its code is MH_OK when that was asked for. Confirmed: what is still to
     * be done, or was left so. */
    struct mh_failure problem;
};

/* "pending", "applied"; static. */
const char *mh_transaction_state_word(enum mh_transaction_state state);
const char *mh_step_state_word(enum mh_step_state state);

/* ---- life ------------------------------------------------------------------------------------------ */

/* NULL when out of memory or when the directory's name is too long. */
struct mh_transactions *mh_transactions_new(const struct mh_transaction_parts *parts);
/* Leaves the host and the files as they are: a pending transaction is reverted by the next start. NULL is
 * allowed. */
void mh_transactions_free(struct mh_transactions *transactions);

/* Recovery, before the API listens: takes an unconfirmed transaction back, finishes a confirmed one, and
 * reads the ledger. MH_OK, or why writing is refused from now on (begin answers the same): MH_MALFORMED for
 * files that are damaged or of another version, which are left as they are; an error of the storage; or what
 * the revert failed with (tried again by begin and revert). Reading the host is not concerned. */
enum mh_error mh_transactions_start(struct mh_transactions *transactions, struct mh_failure *failure);

/* Finishes, or takes back, what earlier ones left undone. MH_BUSY: one waits to be confirmed, or failed and
 * could not be taken back now either (mh_transactions_in_the_way); else what the storage said. Begin does the
 * same; who plans, or reads the file, does it before. */
enum mh_error mh_transactions_ready(struct mh_transactions *transactions, struct mh_failure *failure);

/* ---- changing -------------------------------------------------------------------------------------- */

/* The configuration file is to be replaced. */
struct mh_config_change {
    const char *path;
    const char *before; /* what was read; NULL: there was no file */
    size_t before_length;
    const char *after; /* UTF-8 */
    size_t after_length;
};

struct mh_transaction_request {
    const struct mh_plan *plan;            /* copied */
    int64_t confirm_timeout;               /* milliseconds; 0: confirmed at once. A plan without steps, too */
    const struct mh_config_change *config; /* NULL: the file is left alone */
    /* Whether the host is as it should be: makes the plan again, which must be empty. MH_OK, or why not. May
     * be NULL. */
    enum mh_error (*verify)(void *context, struct mh_failure *failure);
    void *verify_context;
};

enum { MH_TRANSACTION_TOKEN_SIZE = 65 };

/* *transaction (never NULL with MH_OK, NULL when nothing was begun) is pending or confirmed with MH_OK; with
 * an error it is reverted or failed, or NULL. `token` is "" unless it is pending: whoever has it may confirm.
 * MH_BUSY: another is pending, or failed and could not be taken back now either. MH_CONFLICT: the file was
 * edited since it was read. MH_MALFORMED: as mh_transactions_start. Else what storage, platform or
 * verification said. */
enum mh_error mh_transactions_begin(struct mh_transactions *transactions,
                                    const struct mh_transaction_request *request,
                                    char token[MH_TRANSACTION_TOKEN_SIZE],
                                    const struct mh_transaction **transaction, struct mh_failure *failure);

/* MH_OK, also when it is confirmed already. MH_NOT_FOUND: there is no such transaction. MH_PERMISSION: not
 * its token. MH_TIMEOUT: the deadline has come or it is reverted. MH_CONFLICT: the file was edited meanwhile;
 * an error of the storage: in both cases it is still pending. */
enum mh_error mh_transactions_confirm(struct mh_transactions *transactions, int64_t id, const char *token,
                                      struct mh_failure *failure);

/* Takes a pending one back, and tries a failed one again. MH_OK: it is reverted, now or already.
 * MH_NOT_FOUND; MH_CONFLICT: it is confirmed; else what failed. */
enum mh_error mh_transactions_revert(struct mh_transactions *transactions, int64_t id,
                                     struct mh_failure *failure);

/* Gives a failed one up: the host stays as it is, and others may begin. MH_NOT_FOUND; MH_CONFLICT: it is not
 * a failed one; an error of the storage. */
enum mh_error mh_transactions_abandon(struct mh_transactions *transactions, int64_t id,
                                      struct mh_failure *failure);

/* When mh_transactions_tick wants to be called, on the clock that counts sleep; -1: not at all. */
int64_t mh_transactions_deadline(const struct mh_transactions *transactions);
/* Reverts what was not confirmed in time, and finishes what could not be finished before. Does nothing when
 * it is called early. */
void mh_transactions_tick(struct mh_transactions *transactions);

/* ---- looking --------------------------------------------------------------------------------------- */

/* The newest first; the newest of the time before the start is among them. */
size_t mh_transactions_count(const struct mh_transactions *transactions);
const struct mh_transaction *mh_transactions_at(const struct mh_transactions *transactions, size_t index);
/* NULL when there is none (any more). */
const struct mh_transaction *mh_transactions_find(const struct mh_transactions *transactions, int64_t id);
const struct mh_transaction *mh_transactions_pending(const struct mh_transactions *transactions);
/* The pending one, or the failed one that is still to be taken back; NULL: none keeps others from beginning.
 */
const struct mh_transaction *mh_transactions_in_the_way(const struct mh_transactions *transactions);
/* What plans start from: the pending transaction's ledger, else the confirmed one. */
const struct mh_ledger *mh_transactions_ledger(const struct mh_transactions *transactions);

#endif
