#define _DEFAULT_SOURCE
#include "common/errno_rows.h"

#include <errno.h>
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

const struct mh_errno_row mh_errno_rows[] = {
#define ERRNO_ROW(value, error) {value, MH_##error, #value},
    ERRNO_TABLE(ERRNO_ROW)
#undef ERRNO_ROW
        {0, MH_OK, NULL},
};

void mh_errno_text(int value, char text[MH_ERRNO_TEXT_SIZE])
{
    (void)snprintf(text, MH_ERRNO_TEXT_SIZE, "%s", strerror(value));
}
