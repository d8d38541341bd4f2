/* The request target: split first, percent-decoded after, so that "%2F" stays inside its segment. Octets are
 * hostile. Pure; any thread. */
#ifndef MH_API_TARGET_H
#define MH_API_TARGET_H

#include "api/problem.h"

enum { MH_TARGET_LIMIT = 4096, MH_SEGMENTS_MAX = 8, MH_PAIRS_MAX = 16 };

/* `value` is "" when there is no '='. */
struct mh_pair {
    const char *name, *value;
};

/* Everything points into the text that was split. */
struct mh_target {
    size_t segment_count;
    const char *segments[MH_SEGMENTS_MAX]; /* decoded: UTF-8 without NUL, never "", "." or ".." */
    size_t pair_count;
    struct mh_pair pairs[MH_PAIRS_MAX]; /* decoded likewise; '+' is a space, as forms write it */
    const char *authority;              /* of the absolute form (RFC 9112 section 3.2.2); NULL otherwise */
    bool asterisk;                      /* the target is "*" (section 3.2.4) */
};

/* Splits `text` in place. False, and *problem, when it is not a valid target. */
bool mh_target_split(char *text, struct mh_target *target, struct mh_problem *problem);

#endif
