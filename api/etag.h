/* Entity tags: RFC 9110 sections 8.8.3 and 13.1.2. Pure; any thread. */
#ifndef MH_API_ETAG_H
#define MH_API_ETAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MH_ETAG_SIZE = 48, MH_IF_MATCH_MAX = 8 };

/* "INSTANCE-GENERATION" with its quotes; returns `tag`. */
const char *mh_etag_format(const char *instance, uint64_t generation, char tag[MH_ETAG_SIZE]);

/* The tag of a document that is told apart by its content (mh_hash, mh_config_revision); returns `tag`. */
const char *mh_etag_of_content(uint64_t revision, char tag[MH_ETAG_SIZE]);

/* If-None-Match holds `tag` (weak comparison) or is "*". What follows a malformed entry counts for nothing.
 */
bool mh_etag_matches(const char *if_none_match, const char *tag);

/* What If-Match says of documents that are told apart by their content. */
struct mh_if_match {
    bool any; /* "*" */
    size_t count;
    uint64_t revisions[MH_IF_MATCH_MAX];
};

/* Reads If-Match (RFC 9110 section 13.1.1). False when it is not well-formed, or names more than
 * MH_IF_MATCH_MAX revisions. Weak tags, and those that are no revision's, match nothing and are left out. */
bool mh_if_match_parse(const char *text, struct mh_if_match *match);

#endif
