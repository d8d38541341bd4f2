/* What a client wants changed, and what came of it: the loop's side of PUT, PATCH, DELETE, plan, confirm,
 * revert and reload. Made by an API thread, written to by the loop thread only, and read again when the
 * command is done. */
#ifndef MH_DAEMON_CHANGE_H
#define MH_DAEMON_CHANGE_H

#include "core/config_document.h"
#include "core/error.h"

enum mh_change_kind {
    MH_CHANGE_MERGE,   /* a merge patch of the whole document */
    MH_CHANGE_SET,     /* a member's value; without names the whole document */
    MH_CHANGE_REMOVE,  /* a member goes */
    MH_CHANGE_PLAN,    /* nothing: what is missing or too much now (always a dry run) */
    MH_CHANGE_CONFIRM, /* of a transaction */
    MH_CHANGE_REVERT,
    MH_CHANGE_RELOAD /* the configuration file is read anew, and applied */
};

enum mh_change_outcome {
    MH_CHANGE_DONE,      /* it is so: confirmed, reverted, or there was nothing to do */
    MH_CHANGE_WAITS,     /* applied, and waits to be confirmed */
    MH_CHANGE_SHOWN,     /* a dry run: `body` is the plan */
    MH_CHANGE_STALE,     /* If-Match names another revision */
    MH_CHANGE_REFUSED,   /* `problem` says what is wrong with the document */
    MH_CHANGE_STRICT,    /* ?strict=true, and `failure` names a member that is pending or unsupported */
    MH_CHANGE_BUSY,      /* another transaction waits to be confirmed, or could not be taken back */
    MH_CHANGE_EDITED,    /* the file was edited since it was read */
    MH_CHANGE_UNKNOWN,   /* there is no such transaction */
    MH_CHANGE_FORBIDDEN, /* not the token of that transaction */
    MH_CHANGE_LATE,      /* the deadline has come: it is reverted */
    MH_CHANGE_SETTLED,   /* to be reverted, but it is confirmed */
    MH_CHANGE_FAILED     /* `failure`; with a body: of the transaction that was taken back */
};

enum { MH_CHANGE_REVISIONS_MAX = 8, MH_CHANGE_TOKEN_SIZE = 96 };

struct mh_change {
    enum mh_change_kind kind;
    const char *const *names; /* as mh_config_set */
    size_t name_count;
    const char *text; /* JSON, not NUL-terminated */
    size_t length;
    /* If-Match: one of the revisions; none and `any_revision`: whatever it is. MERGE, SET, REMOVE. */
    bool any_revision;
    uint64_t revisions[MH_CHANGE_REVISIONS_MAX];
    size_t revision_count;
    bool dry_run, strict;
    int64_t confirm_timeout; /* milliseconds; 0: confirmed at once */
    int64_t transaction;     /* CONFIRM, REVERT */
    char token[MH_CHANGE_TOKEN_SIZE];

    enum mh_change_outcome outcome;
    struct mh_config_problem problem;
    struct mh_failure failure;
    int64_t id;        /* of the transaction that was begun, confirmed or reverted; 0: none was */
    uint64_t revision; /* of the confirmed document, afterwards */
    char *body;        /* JSON of the plan or the transaction; NULL: none. Its reader frees it */
    size_t body_length;
};

#endif
