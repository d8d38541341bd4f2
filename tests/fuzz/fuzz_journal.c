/* The files of transactions: any bytes as such a file, and any JSON as the body of one with a good seal. What
 * is taken must be written again, and read as the same. */
#include "core/ledger_json.h"
#include "daemon/journal_record.h"
#include "daemon/journal_seal.h"

#include <stdint.h>
#include <stdlib.h>

static void try_seal(const char *text, size_t length)
{
    json_t *body;
    char digest[MH_SHA256_TEXT_SIZE];
    struct mh_failure failure;
    if (mh_journal_unseal("multihomed-journal", text, length, &body, digest, &failure) == MH_OK)
        json_decref(body);
}

static void try_record(const json_t *json)
{
    struct mh_record *record, *again;
    struct mh_failure failure;
    if (mh_record_from_json(json, &record, &failure) != MH_OK)
        return;
    json_t *written = mh_record_to_json(record);
    if (written != NULL && mh_record_from_json(written, &again, &failure) != MH_OK)
        abort();
    if (written != NULL)
        mh_record_free(again);
    json_decref(written);
    mh_record_free(record);
}

static void try_ledger(const json_t *json)
{
    struct mh_ledger ledger;
    struct mh_failure failure;
    if (mh_ledger_from_json(json, &ledger, &failure) == MH_OK)
        mh_ledger_clear(&ledger);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    try_seal((const char *)bytes, length);
    json_t *json = json_loadb((const char *)bytes, length, JSON_REJECT_DUPLICATES, NULL);
    if (json != NULL) {
        try_record(json);
        try_ledger(json);
    }
    json_decref(json);
    return 0;
}
