/* What a client wants changed, and what came of it: the loop's side of PUT, PATCH, DELETE, plan, confirm,
 * revert and reload. Made by an API thread, written to by the loop thread only, and read again when the
 * command is done. */
#ifndef MH_DAEMON_EDIT_H
#define MH_DAEMON_EDIT_H

#include "core/address.h"
#include "core/config_document.h"
#include "core/error.h"

enum mh_edit_kind {
    MH_EDIT_MERGE,   /* a merge patch of the whole document */
    MH_EDIT_SET,     /* a member's value; without names the whole document */
    MH_EDIT_REMOVE,  /* a member goes */
    MH_EDIT_PLAN,    /* nothing: what is missing or too much now (always a dry run) */
    MH_EDIT_CONFIRM, /* of a transaction */
    MH_EDIT_REVERT,
    MH_EDIT_RELOAD /* the configuration file is read anew, and applied */
};

enum mh_edit_outcome {
    MH_EDIT_DONE,      /* it is so: confirmed, reverted, or there was nothing to do */
    MH_EDIT_WAITS,     /* applied, and waits to be confirmed */
    MH_EDIT_SHOWN,     /* a dry run: `body` is the plan */
    MH_EDIT_STALE,     /* If-Match names another revision */
    MH_EDIT_REFUSED,   /* `problem` says what is wrong with the document */
    MH_EDIT_STRICT,    /* ?strict=true, and `failure` names a member that is pending or unsupported */
    MH_EDIT_BUSY,      /* another transaction waits to be confirmed, or could not be taken back */
    MH_EDIT_EDITED,    /* the file was edited since it was read */
    MH_EDIT_UNKNOWN,   /* there is no such transaction */
    MH_EDIT_FORBIDDEN, /* not the token of that transaction */
    MH_EDIT_LATE,      /* the deadline has come: it is reverted */
    MH_EDIT_SETTLED,   /* to be reverted, but it is confirmed */
    MH_EDIT_FAILED     /* `failure`; with a body: of the transaction that was taken back */
};

/* Who asks: their own session is to be told apart from others. */
struct mh_asker {
    uint32_t pid;              /* of the process at the local socket's other end; 0: not known, or TCP */
    struct mh_address address; /* of a client over TCP; family none otherwise */
    uint16_t port;
    uint16_t api_port; /* by which the API listens on loopback; 0: it does not */
};

enum { MH_EDIT_REVISIONS_MAX = 8, MH_EDIT_TOKEN_SIZE = 96 };

struct mh_edit {
    enum mh_edit_kind kind;
    const char *const *names; /* as mh_config_set */
    size_t name_count;
    const char *text; /* JSON, not NUL-terminated */
    size_t length;
    /* If-Match: one of the revisions; none and `any_revision`: whatever it is. MERGE, SET, REMOVE. */
    bool any_revision;
    uint64_t revisions[MH_EDIT_REVISIONS_MAX];
    size_t revision_count;
    bool dry_run, strict;
    int64_t confirm_timeout; /* milliseconds; 0: confirmed at once */
    int64_t transaction;     /* CONFIRM, REVERT: its id */
    char token[MH_EDIT_TOKEN_SIZE];
    struct mh_asker asker; /* mh_serve_edit fills it in */

    enum mh_edit_outcome outcome;
    struct mh_config_problem problem;
    struct mh_failure failure;
    const char *state; /* of that transaction; static; NULL: there is none */
    int64_t id;        /* of the transaction that was begun, confirmed or reverted; 0: none was */
    uint64_t revision; /* of the confirmed document, afterwards */
    char *body;        /* JSON of the plan or the transaction; NULL: none. Its reader frees it */
    size_t body_length;
};

#endif
