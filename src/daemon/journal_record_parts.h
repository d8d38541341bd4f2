/* What journal_record.c and journal_record_json.c share: taking memory of a record. */
#ifndef MH_DAEMON_JOURNAL_RECORD_PARTS_H
#define MH_DAEMON_JOURNAL_RECORD_PARTS_H

#include "daemon/journal_record.h"

/* Zeroed, and the record's. NULL: out of memory. An array of 0 items is not NULL. */
void *mh_record_take_array(struct mh_record *record, size_t count, size_t size);
const char *mh_record_take_text(struct mh_record *record, const char *text, size_t length);
/* With next hops of the record's. False: out of memory. */
bool mh_record_copy_op(struct mh_record *record, const struct mh_op *op, struct mh_op *copy);
bool mh_record_make_steps(struct mh_record *record, size_t count);

#endif
