/* Errors: one table of codes for core, platform, API and CLI. Pure; any thread. */
#ifndef MH_CORE_ERROR_H
#define MH_CORE_ERROR_H

/* X(name, value, word for programs, sentence for people). Values are negative and never change meaning. */
#define MH_ERROR_TABLE(X)                                                                                    \
    X(OK, 0, "ok", "done")                                                                                   \
    X(MORE, 1, "more", "there is more to read")                                                              \
    X(INVALID, -1, "invalid", "the argument is not valid")                                                   \
    X(NO_MEMORY, -2, "no-memory", "out of memory")                                                           \
    X(UNSUPPORTED, -3, "unsupported", "this system cannot do that")                                          \
    X(NOT_FOUND, -4, "not-found", "there is no such thing")                                                  \
    X(EXISTS, -5, "exists", "it exists already")                                                             \
    X(PERMISSION, -6, "permission", "not permitted")                                                         \
    X(BUSY, -7, "busy", "something else holds it")                                                           \
    X(LOST, -8, "lost", "kernel data was lost; everything must be read anew")                                \
    X(MALFORMED, -9, "malformed", "the data is malformed")                                                   \
    X(IO, -10, "io", "input or output failed")                                                               \
    X(UNREACHABLE, -11, "unreachable", "the destination is unreachable")                                     \
    X(TIMEOUT, -12, "timeout", "it took too long")                                                           \
    X(CONFLICT, -13, "conflict", "it conflicts with what is there")                                          \
    X(LIMIT, -14, "limit", "a limit is reached")                                                             \
    X(INTERRUPTED, -15, "interrupted", "it was interrupted before its end")

enum mh_error {
#define MH_ERROR_ENUM(name, value, word, text) MH_##name = (value),
    MH_ERROR_TABLE(MH_ERROR_ENUM)
#undef MH_ERROR_ENUM
};

enum { MH_NATIVE_NAME_SIZE = 32, MH_DETAIL_SIZE = 320 };

/* What went wrong, with the system's own code where there is one. Callers own it; it holds no pointers. */
struct mh_failure {
    enum mh_error code;
    int native_code;                       /* errno, GetLastError(); 0: the system was not asked */
    char native_name[MH_NATIVE_NAME_SIZE]; /* "ENOBUFS"; empty when native_code is 0 */
    char detail[MH_DETAIL_SIZE];           /* one sentence for a person, UTF-8, cut at the size */
};

/* The code's word ("no-memory") and sentence; static strings, "unknown" for values outside the table. */
const char *mh_error_word(enum mh_error code);
const char *mh_error_text(enum mh_error code);

/* Fills `failure` (which may be NULL) and returns `code`, so that a caller can `return mh_fail(...)`. */
enum mh_error mh_fail(struct mh_failure *failure, enum mh_error code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
