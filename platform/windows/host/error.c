/* Error numbers of Windows: those of GetLastError, which Winsock and the IP Helper functions share (System
 * Error Codes and Windows Sockets Error Codes, learn.microsoft.com). */
#include "common/errno_map.h"
#include "windows/host/wide.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
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

struct row {
    int value;
    enum mh_error error;
    const char *name;
};

static const struct row rows[] = {
#define ERROR_ROW(value, error) {(int)value, MH_##error, #value},
    ERROR_TABLE(ERROR_ROW)
#undef ERROR_ROW
};

static const struct row *find(int value)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].value == value)
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

/* In the system's language; without the line end that it has. */
static void system_text(int value, char text[128])
{
    wchar_t wide[100] = L"";
    DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                                  (DWORD)value, 0, wide, 100, NULL);
    while (length > 0 && (wide[length - 1] <= L' ' || wide[length - 1] == L'.'))
        wide[--length] = L'\0';
    if (length == 0 || !mh_narrow(wide, text, 128))
        (void)snprintf(text, 128, "error %d", value);
}

static void append_system_text(struct mh_failure *failure, int value)
{
    char text[128];
    size_t used = strlen(failure->detail);
    const char *name = mh_errno_name(value);
    system_text(value, text);
    (void)snprintf(failure->detail + used, sizeof failure->detail - used, ": %s", text);
    failure->native_code = value;
    if (name != NULL)
        (void)snprintf(failure->native_name, sizeof failure->native_name, "%s", name);
    else
        (void)snprintf(failure->native_name, sizeof failure->native_name, "error %d", value);
}

enum mh_error mh_fail_errno(struct mh_failure *failure, int errno_value, const char *format, ...)
{
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
    return error;
}
