/* The ledger as JSON, without loss, as the journal keeps it. Pure; any thread. */
#ifndef MH_CORE_LEDGER_JSON_H
#define MH_CORE_LEDGER_JSON_H

#include "core/ledger.h"
#include "core/text.h"

#include <jansson.h>

/* Adds its JSON to the text. text->failed: out of memory, or names inside are not UTF-8. */
void mh_ledger_write(struct mh_text *text, const struct mh_ledger *ledger);
/* The same as a value; a reference that the caller owns, NULL for a failure. */
json_t *mh_ledger_to_json(const struct mh_ledger *ledger);
/* Strict: the bytes may come from anywhere. MH_MALFORMED (`failure` says what is wrong) or MH_NO_MEMORY leave
 * *ledger empty; otherwise mh_ledger_clear frees it. */
enum mh_error mh_ledger_from_json(const json_t *json, struct mh_ledger *ledger, struct mh_failure *failure);

#endif
