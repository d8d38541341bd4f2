/* Entity tags: RFC 9110 sections 8.8.3 and 13.1.2. Pure; any thread. */
#ifndef MH_API_ETAG_H
#define MH_API_ETAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MH_ETAG_SIZE = 48 };

/* "INSTANCE-GENERATION" with its quotes; returns `tag`. */
const char *mh_etag_format(const char *instance, uint64_t generation, char tag[MH_ETAG_SIZE]);

/* The tag of a document that is told apart by its content (mh_hash, mh_config_revision); returns `tag`. */
const char *mh_etag_of_content(uint64_t revision, char tag[MH_ETAG_SIZE]);

/* If-None-Match holds `tag` (weak comparison) or is "*". What follows a malformed entry counts for nothing.
 */
bool mh_etag_matches(const char *if_none_match, const char *tag);

#endif
