/* What the transaction_*.c share. */
#ifndef MH_DAEMON_TRANSACTION_PARTS_H
#define MH_DAEMON_TRANSACTION_PARTS_H

#include "daemon/journal.h"
#include "daemon/revision.h"
#include "daemon/transaction.h"

enum { MH_TRANSACTIONS_KEPT = 32 };

struct mh_transaction_entry {
    struct mh_transaction public; /* first */
    struct mh_record *record;
    uint8_t *steps;
    struct mh_failure reason; /* why it is to be taken back, whatever becomes of that */
};

struct mh_transactions {
    struct mh_transaction_parts parts;
    struct mh_journal journal;
    struct mh_ledger ledger;                                    /* the confirmed one */
    bool ledger_written;                                        /* the file says the same */
    struct mh_transaction_entry *entries[MH_TRANSACTIONS_KEPT]; /* the newest first */
    size_t count;
    struct mh_revision revision; /* of the configuration file, as it was read last */
    /* At most one of these three, and it is the newest. */
    struct mh_transaction_entry *pending;
    struct mh_transaction_entry *stuck;      /* failed, and to be tried again */
    struct mh_transaction_entry *unfinished; /* confirmed, but its files are not all written */
    struct mh_failure blocked;               /* begin is refused because of this; MH_OK: it is not */
    int64_t last_id;
    int64_t retry_at, retry_delay; /* of what is stuck or unfinished: milliseconds on the clock that counts
                                      sleep */
};

/* ---- transaction.c ---------------------------------------------------------------------------------- */

/* Takes the record; NULL when out of memory, and the record is freed. */
struct mh_transaction_entry *mh_transactions_add(struct mh_transactions *transactions,
                                                 struct mh_record *record);
void mh_transactions_changed(const struct mh_transactions *transactions);

/* ---- transaction_host.c ----------------------------------------------------------------------------- */

/* Applies all steps; the first failure, or MH_OK. */
enum mh_error mh_transaction_apply(struct mh_transactions *transactions, struct mh_transaction_entry *entry,
                                   struct mh_failure *failure);
/* Brings the host back to what it was before the steps, wherever it stands between. */
enum mh_error mh_transaction_undo(struct mh_transactions *transactions, struct mh_transaction_entry *entry,
                                  struct mh_failure *failure);

/* ---- transaction_files.c ---------------------------------------------------------------------------- */

/* MH_CONFLICT when the configuration file is not what the record says it was. */
enum mh_error mh_transaction_check_file(struct mh_transactions *transactions, const struct mh_record *record,
                                        struct mh_failure *failure);
/* Writes the file beside the old one; takes it away again. */
enum mh_error mh_transaction_stage(const struct mh_transactions *transactions, struct mh_record *record,
                                   struct mh_failure *failure);
void mh_transaction_unstage(const struct mh_transactions *transactions, const struct mh_record *record);
/* Puts configuration file and ledger in place; may be repeated. What it says is kept as the transaction's
 * problem. */
enum mh_error mh_transaction_finish(struct mh_transactions *transactions, struct mh_transaction_entry *entry);

/* ---- transaction_end.c ------------------------------------------------------------------------------ */

/* Makes it durable: from here on it is confirmed. */
enum mh_error mh_transaction_commit(struct mh_transactions *transactions, struct mh_transaction_entry *entry,
                                    struct mh_failure *failure);
/* Undoes it; *why becomes its problem. MH_OK: it is reverted. */
enum mh_error mh_transaction_take_back(struct mh_transactions *transactions,
                                       struct mh_transaction_entry *entry, const struct mh_failure *why,
                                       struct mh_failure *failure);
/* Ends it without touching the host. */
void mh_transaction_close(struct mh_transactions *transactions, struct mh_transaction_entry *entry,
                          enum mh_transaction_state state, const struct mh_failure *why);
/* Finishes what earlier ones left undone, so that another may begin. */
enum mh_error mh_transactions_settle(struct mh_transactions *transactions, struct mh_failure *failure);

#endif
