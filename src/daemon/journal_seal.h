/* The form of every file that transactions keep: one line that says what it is, then JSON.
 *
 *     multihomed-journal 2 d24ec4f1a98c6e5b 1234
 *     {"id": 41, ...}
 *
 * The line has the magic word, the version of the format, the checksum (core/checksum.h) and the number of
 * the octets that follow it. Version 1, which is read too, has their SHA-256 in that place; it says what
 * undoes a step in each, version 2 only where that is not the exact opposite. Loop thread. */
#ifndef MH_DAEMON_JOURNAL_SEAL_H
#define MH_DAEMON_JOURNAL_SEAL_H

#include "core/error.h"
#include "core/sha256.h"

#include <jansson.h>

enum { MH_JOURNAL_VERSION = 2, MH_JOURNAL_OLDEST = 1 };

/* The whole file (caller frees) and its *length; `digest` is the checksum of the JSON, which has `octets`
 * octets, as it stands in the line.
 * NULL: out of memory. */
char *mh_journal_seal(const char *magic, const char *json, size_t octets, size_t *length,
                      char digest[MH_SHA256_TEXT_SIZE]);

/* Checks and reads such a file; the caller owns *body. Any bytes may come. MH_MORE: they are the beginning of
 * such a file, cut off. MH_MALFORMED: they are something else, damaged, or of an unknown version;
 * MH_NO_MEMORY. `failure` says what is wrong in each case, without the file's name. */
enum mh_error mh_journal_unseal(const char *magic, const char *text, size_t length, json_t **body,
                                char digest[MH_SHA256_TEXT_SIZE], struct mh_failure *failure);

#endif
