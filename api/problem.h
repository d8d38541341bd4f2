/* Errors as RFC 9457 problem documents. Every type is in the one table below. Pure; any thread. */
#ifndef MH_API_PROBLEM_H
#define MH_API_PROBLEM_H

#include "api/json_text.h"
#include "core/error.h"

#define MH_PROBLEM_BASE "https://multihomed.invalid/problems/"

/* X(name, last part of the type, status, title) */
#define MH_PROBLEM_TABLE(X)                                                                                  \
    X(MALFORMED_REQUEST, "malformed-request", 400, "The request is malformed")                               \
    X(INVALID_PATH, "invalid-path", 400, "The path is not valid")                                            \
    X(UNKNOWN_PARAMETER, "unknown-parameter", 400, "There is no such query parameter")                       \
    X(REPEATED_PARAMETER, "repeated-parameter", 400, "A query parameter is given more than once")            \
    X(INVALID_PARAMETER, "invalid-parameter", 400, "The value of a query parameter is not valid")            \
    X(UNKNOWN_INTERFACE, "unknown-interface", 400, "There is no such interface")                             \
    X(MISSING_PARAMETER, "missing-parameter", 400, "A query parameter is needed")                            \
    X(CONFLICTING_PARAMETERS, "conflicting-parameters", 400, "Two query parameters contradict each other")   \
    X(ZONE_NEEDED, "zone-needed", 400, "A link-local address needs its interface")                           \
    X(UNEXPECTED_BODY, "unexpected-body", 400, "This request takes no body")                                 \
    X(INVALID_BODY, "invalid-body", 400, "The body is not valid")                                            \
    X(UNAUTHORIZED, "unauthorized", 401, "A bearer token is needed")                                         \
    X(FORBIDDEN, "forbidden", 403, "The caller may not do that")                                             \
    X(WRONG_TOKEN, "wrong-token", 403, "That is not the token of this transaction")                          \
    X(ORIGIN_NOT_ALLOWED, "origin-not-allowed", 403, "Requests of web pages are refused")                    \
    X(HOST_NOT_ALLOWED, "host-not-allowed", 403, "The Host header names another host")                       \
    X(NOT_FOUND, "not-found", 404, "There is no such resource")                                              \
    X(METHOD_NOT_ALLOWED, "method-not-allowed", 405, "The resource does not know this method")               \
    X(NOT_ACCEPTABLE, "not-acceptable", 406, "None of the accepted media types can be had")                  \
    X(TRANSACTION_PENDING, "transaction-pending", 409, "Another transaction is in the way")                  \
    X(TRANSACTION_CONFIRMED, "transaction-confirmed", 409, "The transaction is confirmed already")           \
    X(FILE_EDITED, "file-edited", 409, "The configuration file was edited meanwhile")                        \
    X(TRANSACTION_OVER, "transaction-over", 410, "It is too late to confirm the transaction")                \
    X(EVENTS_GONE, "events-gone", 410, "The events after that one are not kept any more")                    \
    X(PRECONDITION_FAILED, "precondition-failed", 412, "The configuration is another one by now")            \
    X(BODY_TOO_LARGE, "body-too-large", 413, "The body is too large")                                        \
    X(TARGET_TOO_LONG, "target-too-long", 414, "The request target is too long")                             \
    X(UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", 415, "The body is of a media type not taken here")   \
    X(INVALID_CONFIG, "invalid-config", 422, "The configuration is not valid")                               \
    X(MEMBER_PENDING, "member-pending", 422, "A member waits for something that is not there")               \
    X(MEMBER_UNSUPPORTED, "member-unsupported", 422, "A member asks for what is not supported here")         \
    X(PRECONDITION_REQUIRED, "precondition-required", 428, "If-Match is needed")                             \
    X(TOO_MANY_STREAMS, "too-many-streams", 429, "Too many event streams are open")                          \
    X(INTERNAL, "internal", 500, "The service failed")                                                       \
    X(OPERATION_FAILED, "operation-failed", 500, "The system refused or failed")                             \
    X(JOURNAL_DAMAGED, "journal-damaged", 500, "The journal cannot be read: nothing is changed")             \
    X(BUSY, "busy", 503, "The service cannot do that now")

enum mh_problem_type {
#define MH_PROBLEM_ENUM(name, word, status, title) MH_PROBLEM_##name,
    MH_PROBLEM_TABLE(MH_PROBLEM_ENUM)
#undef MH_PROBLEM_ENUM
        MH_PROBLEM_TYPE_COUNT
};

enum {
    MH_PROBLEM_WORD_SIZE = 160,
    MH_PROBLEM_POINTER_SIZE = 640,
    MH_ALLOW_SIZE = sizeof "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
};

/* Texts are copied; empty ones are left out of the document. */
struct mh_problem {
    enum mh_problem_type type;
    char detail[MH_DETAIL_SIZE];
    char parameter[MH_PROBLEM_WORD_SIZE];  /* the query parameter it is about */
    char pointer[MH_PROBLEM_POINTER_SIZE]; /* RFC 6901, into the body; given when has_pointer */
    char expected[MH_PROBLEM_WORD_SIZE];
    char got[MH_PROBLEM_WORD_SIZE];
    bool has_pointer;
    int native_code; /* 0: the system was not asked */
    char native_name[MH_NATIVE_NAME_SIZE];
    char allow[MH_ALLOW_SIZE]; /* of 405: the methods */
    int64_t transaction;       /* that it is about; 0: none */
    const char *state;         /* of that transaction; static; NULL: not told */
};

/* Fills *problem and returns false, so that a check can `return mh_problem_set(...)`. Long texts are cut at a
 * character. */
bool mh_problem_set(struct mh_problem *problem, enum mh_problem_type type, const char *detail, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds what was expected and what came; returns false. */
bool mh_problem_expected(struct mh_problem *problem, const char *expected, const char *got);

unsigned mh_problem_status(enum mh_problem_type type);
const char *mh_problem_word(enum mh_problem_type type);
const char *mh_problem_title(enum mh_problem_type type);

/* Writes the document. `system` is the platform's word for "native" ("linux"). */
void mh_problem_render(const struct mh_problem *problem, const char *system, struct mh_json *json);

#endif
