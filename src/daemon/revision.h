/* The revision of a file's text: its SHA-256. The same text is asked about several times in a transaction,
 * and comparing octets is a hundred times as fast as hashing them: the last one is remembered. Loop thread.
 */
#ifndef MH_DAEMON_REVISION_H
#define MH_DAEMON_REVISION_H

#include "core/sha256.h"

/* All zero remembers nothing. */
struct mh_revision {
    char *text; /* a copy */
    size_t length;
    char digest[MH_SHA256_TEXT_SIZE];
};

/* Writes the revision. Without memory it is made all the same, and nothing is remembered. */
void mh_revision_of(struct mh_revision *last, const char *text, size_t length,
                    char digest[MH_SHA256_TEXT_SIZE]);
void mh_revision_clear(struct mh_revision *last);

#endif
