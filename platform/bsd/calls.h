/* DOC: The system calls that the BSD backend makes, as one small table. What stands above it is built from
 * our own layouts and numbers, never from a system's headers; so the backend runs on any system, against the
 * kernel that the table leads to: the one below (calls_host.c, on a BSD only), or another one at the far end
 * of a UNIX socket (calls_unix.c, docs/bsd-calls.md).
 *
 * Numbers (levels, options, requests, flags, errno) are the BSD's. Byte order and widths are the layout's.
 *
 * Every call: MH_OK, or an error with the BSD's errno in failure->native_code; `failure` may be NULL. Beside
 * what the system says: MH_IO, the connection is gone and nothing was asked; MH_LOST, it went away before the
 * answer came; MH_TIMEOUT, the answer did not come in time; MH_MALFORMED, it was not understood. After the
 * last three nobody knows whether the call was carried out. Any thread, several at a time. */
#ifndef MH_BSD_CALLS_H
#define MH_BSD_CALLS_H

#include "core/error.h"
#include "posix/run.h"

#include <stdint.h>

enum { MH_CALL_IN = 1, MH_CALL_OUT = 4 };        /* POLLIN, POLLOUT: alike on all systems */
enum { MH_CALL_DESCRIPTOR_ERROR = 8 | 16 | 32 }; /* POLLERR, POLLHUP, POLLNVAL */
enum { MH_CALL_NAME_MAX = 24 };                  /* CTL_MAXNAME, the largest */

/* One buffer may lie outside of `data`, which then holds its address (struct ifconf, bpf_program). */
struct mh_call_ioctl {
    uint64_t request;
    void *data; /* read and written, `length` octets */
    size_t length;
    void *buffer; /* read and written; NULL: there is none */
    size_t buffer_length;
    size_t buffer_at; /* where in `data` the address of `buffer` goes */
};

struct mh_call_sysctl {
    const int32_t *numbers; /* sysctl: `count` of them, MH_CALL_NAME_MAX at most */
    size_t count;
    const char *name;  /* sysctlbyname */
    void *old;         /* NULL: how much there is, is asked */
    size_t capacity;   /* of `old`, octets */
    size_t length;     /* set: octets in `old`, or what there is */
    const void *value; /* what to set; NULL: nothing */
    size_t value_length;
};

struct mh_calls {
    const struct mh_calls_table *table;
};

struct mh_calls_table {
    /* Frees `calls`; what is still open is closed. No call may be under way. */
    void (*end)(struct mh_calls *calls);
    /* Each poll that waits, and each that comes, ends with MH_INTERRUPTED: before `end`, from another thread.
     */
    void (*stop)(struct mh_calls *calls);
    /* Makes a connection that is gone anew: every descriptor is gone with the old one. MH_EXISTS: it is
     * there; else why not. Calls under way have ended, or end before it goes on. NULL: there is no connection
     * to lose. */
    enum mh_error (*renew)(struct mh_calls *calls, struct mh_failure *failure);
    /* Who makes the calls in the kernel's eyes (rtm_pid); greater than 0. NULL: nobody here knows. */
    uint32_t (*process)(struct mh_calls *calls);
    enum mh_error (*open)(struct mh_calls *calls, const char *path, int flags, int *descriptor,
                          struct mh_failure *failure);
    enum mh_error (*close)(struct mh_calls *calls, int descriptor, struct mh_failure *failure);
    /* Reading from it never waits: EAGAIN. */
    enum mh_error (*socket)(struct mh_calls *calls, int domain, int type, int protocol, int *descriptor,
                            struct mh_failure *failure);
    enum mh_error (*setsockopt)(struct mh_calls *calls, int descriptor, int level, int option,
                                const void *value, size_t length, struct mh_failure *failure);
    enum mh_error (*ioctl)(struct mh_calls *calls, int descriptor, const struct mh_call_ioctl *call,
                           struct mh_failure *failure);
    enum mh_error (*sysctl)(struct mh_calls *calls, struct mh_call_sysctl *call, struct mh_failure *failure);
    /* OpenBSD has no such call: MH_UNSUPPORTED. */
    enum mh_error (*sysctlbyname)(struct mh_calls *calls, struct mh_call_sysctl *call,
                                  struct mh_failure *failure);
    /* *length 0: the end. */
    enum mh_error (*read)(struct mh_calls *calls, int descriptor, void *bytes, size_t capacity,
                          size_t *length, struct mh_failure *failure);
    /* All of it, or an error. */
    enum mh_error (*write)(struct mh_calls *calls, int descriptor, const void *bytes, size_t length,
                           struct mh_failure *failure);
    /* Waits until one of `events` is there, or `timeout` milliseconds (-1: for ever) have passed: then *ready
     * is 0. */
    enum mh_error (*poll)(struct mh_calls *calls, int descriptor, int events, int timeout, int *ready,
                          struct mh_failure *failure);
    /* As mh_run. */
    enum mh_error (*run)(struct mh_calls *calls, const struct mh_run *run, struct mh_run_result *result,
                         struct mh_failure *failure);
};

/* ---- tables ---------------------------------------------------------------------------------------- */

/* The calls of the agent that listens on the UNIX socket `path`. The caller ends *calls. MH_NOT_FOUND,
 * MH_UNREACHABLE: nobody listens there. An answer is waited for `timeout` milliseconds. */
enum { MH_CALLS_TIMEOUT = 10000 };
enum mh_error mh_calls_unix(const char *path, int timeout, struct mh_calls **calls,
                            struct mh_failure *failure);
/* The same over a connection that is there; it is closed at the end, also of a failure. */
enum mh_error mh_calls_connected(int connection, int timeout, struct mh_calls **calls,
                                 struct mh_failure *failure);
/* This system's own. MH_UNSUPPORTED on one that is no BSD. */
enum mh_error mh_calls_host(struct mh_calls **calls, struct mh_failure *failure);

/* ---- helpers --------------------------------------------------------------------------------------- */

/* The whole answer of a sysctl, in *bytes, which the caller frees; it is asked again while it grows
 * (ENOMEM), some times, then MH_LOST. MH_LIMIT: more than MH_CALLS_ANSWER_MAX. */
enum { MH_CALLS_ANSWER_MAX = 512 << 20 };
enum mh_error mh_calls_read_table(struct mh_calls *calls, const int32_t *numbers, size_t count,
                                  uint8_t **bytes, size_t *length, struct mh_failure *failure);

/* The same by name (sysctlbyname). */
enum mh_error mh_calls_read_named(struct mh_calls *calls, const char *name, uint8_t **bytes, size_t *length,
                                  struct mh_failure *failure);

/* errno of 4.4BSD's descendants, whose numbers agree up to ENOSYS, as mh_fail_errno does it. Also for
 * rtm_errno. */
enum mh_error mh_bsd_fail(struct mh_failure *failure, int native, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
