/* Error numbers of Windows: those of GetLastError, which Winsock and the IP Helper functions share (System
 * Error Codes and Windows Sockets Error Codes, learn.microsoft.com). */
#include "common/errno_rows.h"
#include "windows/host/wide.h"

#include <stdio.h>
#include <windows.h>
#include <winsock2.h>

#define ERROR_TABLE(X)                                                                                       \
    X(ERROR_INVALID_FUNCTION, UNSUPPORTED)                                                                   \
    X(ERROR_FILE_NOT_FOUND, NOT_FOUND)                                                                       \
    X(ERROR_PATH_NOT_FOUND, NOT_FOUND)                                                                       \
    X(ERROR_TOO_MANY_OPEN_FILES, LIMIT)                                                                      \
    X(ERROR_ACCESS_DENIED, PERMISSION)                                                                       \
    X(ERROR_INVALID_HANDLE, INVALID)                                                                         \
    X(ERROR_NOT_ENOUGH_MEMORY, NO_MEMORY)                                                                    \
    X(ERROR_OUTOFMEMORY, NO_MEMORY)                                                                          \
    X(ERROR_WRITE_PROTECT, PERMISSION)                                                                       \
    X(ERROR_NOT_READY, BUSY)                                                                                 \
    X(ERROR_GEN_FAILURE, IO)                                                                                 \
    X(ERROR_SHARING_VIOLATION, BUSY)                                                                         \
    X(ERROR_LOCK_VIOLATION, BUSY)                                                                            \
    X(ERROR_HANDLE_DISK_FULL, LIMIT)                                                                         \
    X(ERROR_NOT_SUPPORTED, UNSUPPORTED)                                                                      \
    X(ERROR_DEV_NOT_EXIST, NOT_FOUND)                                                                        \
    X(ERROR_FILE_EXISTS, EXISTS)                                                                             \
    X(ERROR_INVALID_PARAMETER, INVALID)                                                                      \
    X(ERROR_OPEN_FAILED, IO)                                                                                 \
    X(ERROR_DISK_FULL, LIMIT)                                                                                \
    X(ERROR_CALL_NOT_IMPLEMENTED, UNSUPPORTED)                                                               \
    X(ERROR_INSUFFICIENT_BUFFER, LIMIT)                                                                      \
    X(ERROR_INVALID_NAME, INVALID)                                                                           \
    X(ERROR_MOD_NOT_FOUND, UNSUPPORTED)                                                                      \
    X(ERROR_PROC_NOT_FOUND, UNSUPPORTED)                                                                     \
    X(ERROR_DIR_NOT_EMPTY, EXISTS)                                                                           \
    X(ERROR_BAD_PATHNAME, INVALID)                                                                           \
    X(ERROR_BUSY, BUSY)                                                                                      \
    X(ERROR_ALREADY_EXISTS, EXISTS)                                                                          \
    X(ERROR_FILENAME_EXCED_RANGE, LIMIT)                                                                     \
    X(ERROR_MORE_DATA, LIMIT)                                                                                \
    X(ERROR_NO_DATA, NOT_FOUND)                                                                              \
    X(ERROR_DIRECTORY, INVALID)                                                                              \
    X(ERROR_NOT_FOUND, NOT_FOUND)                                                                            \
    X(ERROR_CANCELLED, IO)                                                                                   \
    X(ERROR_NETWORK_UNREACHABLE, UNREACHABLE)                                                                \
    X(ERROR_HOST_UNREACHABLE, UNREACHABLE)                                                                   \
    X(ERROR_PRIVILEGE_NOT_HELD, PERMISSION)                                                                  \
    X(ERROR_TIMEOUT, TIMEOUT)                                                                                \
    X(ERROR_OBJECT_ALREADY_EXISTS, EXISTS)                                                                   \
    X(ERROR_SERVICE_REQUEST_TIMEOUT, TIMEOUT)                                                                \
    X(ERROR_SERVICE_ALREADY_RUNNING, CONFLICT)                                                               \
    X(ERROR_SERVICE_DISABLED, CONFLICT)                                                                      \
    X(ERROR_SERVICE_DOES_NOT_EXIST, NOT_FOUND)                                                               \
    X(ERROR_SERVICE_CANNOT_ACCEPT_CTRL, BUSY)                                                                \
    X(ERROR_SERVICE_NOT_ACTIVE, NOT_FOUND)                                                                   \
    X(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT, UNSUPPORTED)                                                  \
    X(ERROR_SERVICE_MARKED_FOR_DELETE, BUSY)                                                                 \
    X(ERROR_SERVICE_EXISTS, EXISTS)                                                                          \
    X(ERROR_INVALID_LEVEL, UNSUPPORTED)                                                                      \
    X(WSAEINTR, IO)                                                                                          \
    X(WSAEACCES, PERMISSION)                                                                                 \
    X(WSAEINVAL, INVALID)                                                                                    \
    X(WSAEMFILE, LIMIT)                                                                                      \
    X(WSAEWOULDBLOCK, BUSY)                                                                                  \
    X(WSAEADDRINUSE, BUSY)                                                                                   \
    X(WSAEADDRNOTAVAIL, NOT_FOUND)                                                                           \
    X(WSAEAFNOSUPPORT, UNSUPPORTED)                                                                          \
    X(WSAENETDOWN, UNREACHABLE)                                                                              \
    X(WSAENETUNREACH, UNREACHABLE)                                                                           \
    X(WSAECONNABORTED, IO)                                                                                   \
    X(WSAECONNRESET, IO)                                                                                     \
    X(WSAENOBUFS, NO_MEMORY)                                                                                 \
    X(WSAENOTCONN, UNREACHABLE)                                                                              \
    X(WSAETIMEDOUT, TIMEOUT)                                                                                 \
    X(WSAECONNREFUSED, UNREACHABLE)                                                                          \
    X(WSAEHOSTUNREACH, UNREACHABLE)

const struct mh_errno_row mh_errno_rows[] = {
#define ERROR_ROW(value, error) {(int)value, MH_##error, #value},
    ERROR_TABLE(ERROR_ROW)
#undef ERROR_ROW
        {0, MH_OK, NULL},
};

/* In the system's language; without the line end that it has. */
void mh_errno_text(int value, char text[MH_ERRNO_TEXT_SIZE])
{
    wchar_t wide[100] = L"";
    DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                                  (DWORD)value, 0, wide, 100, NULL);
    while (length > 0 && (wide[length - 1] <= L' ' || wide[length - 1] == L'.'))
        wide[--length] = L'\0';
    if (length == 0 || !mh_narrow(wide, text, MH_ERRNO_TEXT_SIZE))
        (void)snprintf(text, MH_ERRNO_TEXT_SIZE, "error %d", value);
}
