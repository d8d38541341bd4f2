/* Documents from documents: the whole of what PUT, PATCH and DELETE on /v1/config do, without HTTP. Each
 * function leaves the old document as it is and gives a whole, checked one with a reference of the caller's,
 * or NULL and a problem. Pointers of a problem are those of the resulting document. Pure; any thread. */
#ifndef MH_CORE_CONFIG_DOCUMENT_H
#define MH_CORE_CONFIG_DOCUMENT_H

#include "core/config.h"

/* A merge patch (RFC 7386): objects are merged, null takes a member out, everything else replaces. Line and
 * column are given when the patch itself is no JSON. */
struct mh_config *mh_config_merge(const struct mh_config *old, const char *patch, size_t length,
                                  struct mh_config_problem *problem);

/* A member by its path: `count` names from the outside to the inside, unescaped ("uplinks", "isp1"); of a
 * list a position, or "-" behind its last (RFC 6901 4). Objects on the way are made. No names: the whole
 * document. `value` is any JSON value. MH_CONFIG_INVALID too when the way leads through something that has no
 * members. */
struct mh_config *mh_config_set(const struct mh_config *old, const char *const *names, size_t count,
                                const char *value, size_t length, struct mh_config_problem *problem);
/* Takes the member out; MH_CONFIG_ABSENT when it is not there. No names: gives the empty document. */
struct mh_config *mh_config_remove(const struct mh_config *old, const char *const *names, size_t count,
                                   struct mh_config_problem *problem);

/* The document's canonical text: compact JSON with the members in the order in which they were written; valid
 * as long as the configuration. */
const char *mh_config_text(const struct mh_config *config, size_t *length);
/* The part of it that is this member's value, not NUL-terminated; NULL when it is not there. */
const char *mh_config_member(const struct mh_config *config, const char *const *names, size_t count,
                             size_t *length, struct mh_config_problem *problem);
/* The same document as people keep it in a file: indented, with a line end. The caller frees it; NULL when
 * out of memory. */
char *mh_config_file_text(const struct mh_config *config, size_t *length);

/* Tells contents apart: equal for equal canonical texts. FNV-1a, 64 bits; no defence against forgery. */
uint64_t mh_config_revision(const struct mh_config *config);

#endif
