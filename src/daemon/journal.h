/* The files of transactions in the state directory (docs/transactions.md): `journal` holds the newest
 * transaction's record, `outcome` what became of it, `ledger` what is in force. Each is replaced whole, so
 * that at any moment each is the old or the new one. Loop thread. */
#ifndef MH_DAEMON_JOURNAL_H
#define MH_DAEMON_JOURNAL_H

#include "daemon/journal_record.h"
#include "daemon/storage.h"

enum { MH_JOURNAL_PATH_SIZE = 1100 };

/* A value. */
struct mh_journal {
    const struct mh_storage *storage;
    char record_path[MH_JOURNAL_PATH_SIZE];
    char outcome_path[MH_JOURNAL_PATH_SIZE];
    char ledger_path[MH_JOURNAL_PATH_SIZE];
    char
        digest[MH_SHA256_TEXT_SIZE]; /* of the record that was read or written last: its outcome repeats it */
};

/* `storage` outlives the journal. False: the directory's name is too long. */
bool mh_journal_init(struct mh_journal *journal, const struct mh_storage *storage, const char *directory);

/* Failures name the file. Any error of the storage; MH_NO_MEMORY; MH_INVALID: a name in the record is not
 * UTF-8. */
enum mh_error mh_journal_write_record(struct mh_journal *journal, const struct mh_record *record,
                                      struct mh_failure *failure);
/* The caller frees *record. MH_NOT_FOUND: there is none. MH_MALFORMED: it is damaged, cut off, or of another
 * version. */
enum mh_error mh_journal_read_record(struct mh_journal *journal, struct mh_record **record,
                                     struct mh_failure *failure);

/* How a transaction ended. */
enum mh_outcome_kind { MH_OUTCOME_CONFIRMED, MH_OUTCOME_REVERTED, MH_OUTCOME_FAILED, MH_OUTCOME_KIND_COUNT };
struct mh_outcome {
    int64_t id;
    enum mh_outcome_kind kind;
    bool abandoned; /* MH_OUTCOME_FAILED: not to be tried again */
    int64_t ended;  /* milliseconds since 1970 */
    struct mh_failure problem;
};

/* Of the record that was read or written last. */
enum mh_error mh_journal_write_outcome(struct mh_journal *journal, const struct mh_outcome *outcome,
                                       struct mh_failure *failure);
/* MH_NOT_FOUND: that record has none (the file is not there, is cut off, or speaks of another record). */
enum mh_error mh_journal_read_outcome(struct mh_journal *journal, int64_t id, struct mh_outcome *outcome,
                                      struct mh_failure *failure);

enum mh_error mh_journal_write_ledger(struct mh_journal *journal, const struct mh_incarnation *incarnation,
                                      const struct mh_ledger *ledger, struct mh_failure *failure);
/* The caller clears *ledger, which is empty when this fails. MH_NOT_FOUND: there is none. MH_MALFORMED as
 * above. */
enum mh_error mh_journal_read_ledger(struct mh_journal *journal, struct mh_incarnation *incarnation,
                                     struct mh_ledger *ledger, struct mh_failure *failure);

#endif
