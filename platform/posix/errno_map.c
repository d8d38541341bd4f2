#define _DEFAULT_SOURCE
#include "common/errno_map.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* POSIX's codes (IEEE 1003.1-2008, <errno.h>) that networking, files and processes can give. */
#define ERRNO_TABLE(X)                                                                                       \
    X(E2BIG, INVALID)                                                                                        \
    X(EACCES, PERMISSION)                                                                                    \
    X(EADDRINUSE, BUSY)                                                                                      \
    X(EADDRNOTAVAIL, NOT_FOUND)                                                                              \
    X(EAFNOSUPPORT, UNSUPPORTED)                                                                             \
    X(EAGAIN, BUSY)                                                                                          \
    X(EALREADY, BUSY)                                                                                        \
    X(EBADF, INVALID)                                                                                        \
    X(EBADMSG, MALFORMED)                                                                                    \
    X(EBUSY, BUSY)                                                                                           \
    X(ECANCELED, IO)                                                                                         \
    X(ECHILD, NOT_FOUND)                                                                                     \
    X(ECONNABORTED, IO)                                                                                      \
    X(ECONNREFUSED, UNREACHABLE)                                                                             \
    X(ECONNRESET, IO)                                                                                        \
    X(EDEADLK, BUSY)                                                                                         \
    X(EDESTADDRREQ, INVALID)                                                                                 \
    X(EDOM, INVALID)                                                                                         \
    X(EDQUOT, LIMIT)                                                                                         \
    X(EEXIST, EXISTS)                                                                                        \
    X(EFAULT, INVALID)                                                                                       \
    X(EFBIG, LIMIT)                                                                                          \
    X(EHOSTDOWN, UNREACHABLE)                                                                                \
    X(EHOSTUNREACH, UNREACHABLE)                                                                             \
    X(EINPROGRESS, BUSY)                                                                                     \
    X(EINTR, IO)                                                                                             \
    X(EINVAL, INVALID)                                                                                       \
    X(EIO, IO)                                                                                               \
    X(EISCONN, EXISTS)                                                                                       \
    X(EISDIR, IO)                                                                                            \
    X(ELOOP, INVALID)                                                                                        \
    X(EMFILE, LIMIT)                                                                                         \
    X(EMLINK, LIMIT)                                                                                         \
    X(EMSGSIZE, LIMIT)                                                                                       \
    X(ENAMETOOLONG, LIMIT)                                                                                   \
    X(ENETDOWN, UNREACHABLE)                                                                                 \
    X(ENETRESET, IO)                                                                                         \
    X(ENETUNREACH, UNREACHABLE)                                                                              \
    X(ENFILE, LIMIT)                                                                                         \
    X(ENOBUFS, LOST)                                                                                         \
    X(ENODEV, NOT_FOUND)                                                                                     \
    X(ENOENT, NOT_FOUND)                                                                                     \
    X(ENOEXEC, INVALID)                                                                                      \
    X(ENOLCK, LIMIT)                                                                                         \
    X(ENOMEM, NO_MEMORY)                                                                                     \
    X(ENOPROTOOPT, UNSUPPORTED)                                                                              \
    X(ENOSPC, LIMIT)                                                                                         \
    X(ENOSYS, UNSUPPORTED)                                                                                   \
    X(ENOTCONN, UNREACHABLE)                                                                                 \
    X(ENOTDIR, INVALID)                                                                                      \
    X(ENOTEMPTY, EXISTS)                                                                                     \
    X(ENOTSOCK, INVALID)                                                                                     \
    X(ENOTTY, INVALID)                                                                                       \
    X(ENXIO, NOT_FOUND)                                                                                      \
    X(EOPNOTSUPP, UNSUPPORTED)                                                                               \
    X(EOVERFLOW, LIMIT)                                                                                      \
    X(EPERM, PERMISSION)                                                                                     \
    X(EPFNOSUPPORT, UNSUPPORTED)                                                                             \
    X(EPIPE, IO)                                                                                             \
    X(EPROTO, MALFORMED)                                                                                     \
    X(EPROTONOSUPPORT, UNSUPPORTED)                                                                          \
    X(EPROTOTYPE, UNSUPPORTED)                                                                               \
    X(ERANGE, INVALID)                                                                                       \
    X(EROFS, PERMISSION)                                                                                     \
    X(ESPIPE, INVALID)                                                                                       \
    X(ESRCH, NOT_FOUND)                                                                                      \
    X(ESTALE, IO)                                                                                            \
    X(ETIMEDOUT, TIMEOUT)                                                                                    \
    X(ETXTBSY, BUSY)                                                                                         \
    X(EXDEV, INVALID)

struct row {
    int value;
    enum mh_error error;
    const char *name;
};

static const struct row rows[] = {
#define ERRNO_ROW(value, error) {value, MH_##error, #value},
    ERRNO_TABLE(ERRNO_ROW)
#undef ERRNO_ROW
};

static const struct row *find(int errno_value)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].value == errno_value)
            return &rows[i];
    return NULL;
}

enum mh_error mh_errno_error(int errno_value)
{
    if (errno_value == 0)
        return MH_OK;
    const struct row *row = find(errno_value);
    return row != NULL ? row->error : MH_IO;
}

const char *mh_errno_name(int errno_value)
{
    const struct row *row = find(errno_value);
    return row != NULL ? row->name : NULL;
}

static void append_system_text(struct mh_failure *failure, int errno_value)
{
    size_t used = strlen(failure->detail);
    (void)snprintf(failure->detail + used, sizeof failure->detail - used, ": %s", strerror(errno_value));
    const char *name = mh_errno_name(errno_value);
    failure->native_code = errno_value;
    if (name != NULL)
        (void)snprintf(failure->native_name, sizeof failure->native_name, "%s", name);
    else
        (void)snprintf(failure->native_name, sizeof failure->native_name, "errno %d", errno_value);
}

enum mh_error mh_fail_errno(struct mh_failure *failure, int errno_value, const char *format, ...)
{
    int saved = errno;
    enum mh_error error = mh_errno_error(errno_value);
    if (error == MH_OK)
        error = MH_IO;
    if (failure == NULL)
        return error;
    *failure = (struct mh_failure){.code = error};
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(failure->detail, sizeof failure->detail, format, arguments);
    va_end(arguments);
    if (errno_value != 0)
        append_system_text(failure, errno_value);
    errno = saved;
    return error;
}
