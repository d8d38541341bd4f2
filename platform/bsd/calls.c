/* What callers of the table share: tables read whole, and errno. */
#define _GNU_SOURCE
#include "calls.h"

#include "common/errno_map.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- errno ----------------------------------------------------------------------------------------- */

/* <sys/errno.h> of FreeBSD 14, NetBSD 10 and OpenBSD 7. */
#define BSD_ERRNO_TABLE(X)                                                                                   \
    X(1, EPERM)                                                                                              \
    X(2, ENOENT)                                                                                             \
    X(3, ESRCH)                                                                                              \
    X(4, EINTR)                                                                                              \
    X(5, EIO)                                                                                                \
    X(6, ENXIO)                                                                                              \
    X(7, E2BIG)                                                                                              \
    X(8, ENOEXEC)                                                                                            \
    X(9, EBADF)                                                                                              \
    X(10, ECHILD)                                                                                            \
    X(11, EDEADLK)                                                                                           \
    X(12, ENOMEM)                                                                                            \
    X(13, EACCES)                                                                                            \
    X(14, EFAULT)                                                                                            \
    X(16, EBUSY)                                                                                             \
    X(17, EEXIST)                                                                                            \
    X(18, EXDEV)                                                                                             \
    X(19, ENODEV)                                                                                            \
    X(20, ENOTDIR)                                                                                           \
    X(21, EISDIR)                                                                                            \
    X(22, EINVAL)                                                                                            \
    X(23, ENFILE)                                                                                            \
    X(24, EMFILE)                                                                                            \
    X(25, ENOTTY)                                                                                            \
    X(26, ETXTBSY)                                                                                           \
    X(27, EFBIG)                                                                                             \
    X(28, ENOSPC)                                                                                            \
    X(29, ESPIPE)                                                                                            \
    X(30, EROFS)                                                                                             \
    X(31, EMLINK)                                                                                            \
    X(32, EPIPE)                                                                                             \
    X(33, EDOM)                                                                                              \
    X(34, ERANGE)                                                                                            \
    X(35, EAGAIN)                                                                                            \
    X(36, EINPROGRESS)                                                                                       \
    X(37, EALREADY)                                                                                          \
    X(38, ENOTSOCK)                                                                                          \
    X(39, EDESTADDRREQ)                                                                                      \
    X(40, EMSGSIZE)                                                                                          \
    X(41, EPROTOTYPE)                                                                                        \
    X(42, ENOPROTOOPT)                                                                                       \
    X(43, EPROTONOSUPPORT)                                                                                   \
    X(45, EOPNOTSUPP)                                                                                        \
    X(46, EPFNOSUPPORT)                                                                                      \
    X(47, EAFNOSUPPORT)                                                                                      \
    X(48, EADDRINUSE)                                                                                        \
    X(49, EADDRNOTAVAIL)                                                                                     \
    X(50, ENETDOWN)                                                                                          \
    X(51, ENETUNREACH)                                                                                       \
    X(52, ENETRESET)                                                                                         \
    X(53, ECONNABORTED)                                                                                      \
    X(54, ECONNRESET)                                                                                        \
    X(55, ENOBUFS)                                                                                           \
    X(56, EISCONN)                                                                                           \
    X(57, ENOTCONN)                                                                                          \
    X(60, ETIMEDOUT)                                                                                         \
    X(61, ECONNREFUSED)                                                                                      \
    X(62, ELOOP)                                                                                             \
    X(63, ENAMETOOLONG)                                                                                      \
    X(64, EHOSTDOWN)                                                                                         \
    X(65, EHOSTUNREACH)                                                                                      \
    X(66, ENOTEMPTY)                                                                                         \
    X(69, EDQUOT)                                                                                            \
    X(70, ESTALE)                                                                                            \
    X(77, ENOLCK)                                                                                            \
    X(78, ENOSYS)

enum { BSD_ENOMEM = 12 };

static int host_errno(int native)
{
    static const struct {
        int native, host;
    } rows[] = {
#define BSD_ERRNO_ROW(number, name) {number, name},
        BSD_ERRNO_TABLE(BSD_ERRNO_ROW)
#undef BSD_ERRNO_ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].native == native)
            return rows[i].host;
    return 0;
}

enum mh_error mh_bsd_fail(struct mh_failure *failure, int native, const char *format, ...)
{
    char text[MH_DETAIL_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    int host = host_errno(native);
    if (host == 0) {
        enum mh_error code = mh_fail(failure, MH_IO, "%.280s: errno %d", text, native);
        if (failure != NULL) {
            failure->native_code = native;
            (void)snprintf(failure->native_name, sizeof failure->native_name, "errno %d", native);
        }
        return code;
    }
    enum mh_error code = mh_fail_errno(failure, host, "%s", text);
    if (failure != NULL)
        failure->native_code = native;
    return code;
}

/* ---- tables read whole ----------------------------------------------------------------------------- */

enum { TRIES = 8 };

static enum mh_error call_table(struct mh_calls *calls, struct mh_call_sysctl *call,
                                struct mh_failure *failure)
{
    return call->name != NULL ? calls->table->sysctlbyname(calls, call, failure)
                              : calls->table->sysctl(calls, call, failure);
}

/* One try. *grew: it was larger than it had said. */
static enum mh_error try_table(struct mh_calls *calls, struct mh_call_sysctl *call, bool *grew,
                               struct mh_failure *failure)
{
    call->old = NULL;
    call->capacity = 0;
    *grew = false;
    enum mh_error code = call_table(calls, call, failure);
    if (code != MH_OK)
        return code;
    if (call->length > MH_CALLS_ANSWER_MAX)
        return mh_fail(failure, MH_LIMIT, "a table of the kernel has %zu octets", call->length);
    call->capacity = call->length + call->length / 8 + 256;
    call->old = malloc(call->capacity);
    if (call->old == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    code = call_table(calls, call, failure);
    if (code != MH_OK) {
        free(call->old);
        *grew = failure->native_code == BSD_ENOMEM;
    }
    return code;
}

static enum mh_error read_whole(struct mh_calls *calls, struct mh_call_sysctl call, uint8_t **bytes,
                                size_t *length, struct mh_failure *failure)
{
    struct mh_failure native = {0};
    enum mh_error code;
    bool grew;
    int tries = 0;
    *bytes = NULL;
    *length = 0;
    do
        code = try_table(calls, &call, &grew, &native);
    while (grew && ++tries < TRIES);
    if (grew)
        return mh_fail(failure, MH_LOST, "a table of the kernel grew whenever it was read");
    if (code == MH_OK) {
        *bytes = call.old;
        *length = call.length;
    } else if (failure != NULL)
        *failure = native;
    return code;
}

enum mh_error mh_calls_read_table(struct mh_calls *calls, const int32_t *numbers, size_t count,
                                  uint8_t **bytes, size_t *length, struct mh_failure *failure)
{
    const struct mh_call_sysctl call = {.numbers = numbers, .count = count};
    return read_whole(calls, call, bytes, length, failure);
}

enum mh_error mh_calls_read_named(struct mh_calls *calls, const char *name, uint8_t **bytes, size_t *length,
                                  struct mh_failure *failure)
{
    const struct mh_call_sysctl call = {.name = name};
    return read_whole(calls, call, bytes, length, failure);
}
