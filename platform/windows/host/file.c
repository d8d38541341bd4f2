/* Files: bounded reading, durable replacing, making directories, and the state directory's lock. */
#include "common/errno_map.h"
#include "common/read_buffer.h"
#include "platform.h"
#include "windows/host/rights.h"
#include "windows/host/wide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static enum mh_error fail_last(struct mh_failure *failure, const char *what, const char *path)
{
    return mh_fail_errno(failure, (int)GetLastError(), "cannot %s %.300s", what, path);
}

static enum mh_error fail_path(struct mh_failure *failure, const char *path)
{
    return mh_fail(failure, MH_INVALID, "%.300s is no path", path);
}

/* ---- reading --------------------------------------------------------------------------------------- */

/* "/dev/stdin", as elsewhere: what the caller handed over. */
static HANDLE open_to_read(const char *path, const wchar_t *wide)
{
    HANDLE file;
    if (strcmp(path, "/dev/stdin") != 0)
        return CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                           OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (!DuplicateHandle(GetCurrentProcess(), GetStdHandle(STD_INPUT_HANDLE), GetCurrentProcess(), &file, 0,
                         FALSE, DUPLICATE_SAME_ACCESS))
        return INVALID_HANDLE_VALUE;
    return file;
}

static enum mh_error read_whole(HANDLE file, const char *path, size_t limit, struct mh_read_buffer *buffer,
                                struct mh_failure *failure)
{
    for (;;) {
        DWORD got;
        if (!mh_read_buffer_grow(buffer, limit))
            return mh_fail(failure, MH_NO_MEMORY, "no memory to read %.300s", path);
        size_t room = buffer->size - buffer->length - 1;
        if (!ReadFile(file, buffer->bytes + buffer->length, room > 1U << 20 ? 1U << 20 : (DWORD)room, &got,
                      NULL)) {
            if (GetLastError() != ERROR_BROKEN_PIPE) /* the end of a pipe */
                return fail_last(failure, "read", path);
            got = 0;
        }
        buffer->length += got;
        if (buffer->length > limit)
            return mh_fail(failure, MH_LIMIT, "%.300s has more than %zu octets", path, limit);
        if (got == 0)
            return MH_OK;
    }
}

static enum mh_error read_file(HANDLE file, const char *path, size_t limit, char **text, size_t *length,
                               struct mh_failure *failure)
{
    struct mh_read_buffer buffer = {0};
    enum mh_error code = read_whole(file, path, limit, &buffer, failure);
    if (code != MH_OK) {
        free(buffer.bytes);
        return code;
    }
    buffer.bytes[buffer.length] = '\0';
    *text = buffer.bytes;
    *length = buffer.length;
    return MH_OK;
}

enum mh_error mh_file_read(const char *path, size_t limit, char **text, size_t *length,
                           struct mh_failure *failure)
{
    wchar_t *wide = mh_wide_path(path);
    *text = NULL;
    *length = 0;
    if (wide == NULL)
        return fail_path(failure, path);
    HANDLE file = open_to_read(path, wide);
    free(wide);
    if (file == INVALID_HANDLE_VALUE)
        return fail_last(failure, "open", path);
    enum mh_error code = read_file(file, path, limit, text, length, failure);
    CloseHandle(file);
    return code;
}

/* ---- replacing ------------------------------------------------------------------------------------- */

static bool write_whole(HANDLE file, const char *bytes, size_t length)
{
    while (length > 0) {
        DWORD written;
        if (!WriteFile(file, bytes, length > 1U << 20 ? 1U << 20 : (DWORD)length, &written, NULL))
            return false;
        bytes += written;
        length -= written;
    }
    return true;
}

/* A random name beside the path: in the same directory a file can be moved over another one. */
static wchar_t *temporary_beside(const char *path)
{
    unsigned char bytes[4];
    char beside[MH_PATH_SIZE];
    size_t before = strlen(path);
    while (before > 0 && path[before - 1] != '/' && path[before - 1] != '\\' && path[before - 1] != ':')
        before--;
    if (!mh_random(bytes, sizeof bytes))
        return NULL;
    int length = snprintf(beside, sizeof beside, "%.*s.mh-%02x%02x%02x%02x", (int)before, path, bytes[0],
                          bytes[1], bytes[2], bytes[3]);
    return length > 0 && (size_t)length < sizeof beside ? mh_wide_path(beside) : NULL;
}

static bool write_new(const wchar_t *path, const void *bytes, size_t length, unsigned mode)
{
    struct mh_rights rights;
    if (!mh_rights_of(mode, false, &rights))
        return false;
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, rights.given, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD reason = GetLastError();
    mh_rights_free(&rights);
    SetLastError(reason);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    bool good = write_whole(file, bytes, length) && FlushFileBuffers(file);
    reason = GetLastError();
    CloseHandle(file);
    if (!good)
        (void)DeleteFileW(path);
    SetLastError(reason);
    return good;
}

/* MOVEFILE_WRITE_THROUGH returns when the new name is on the disk. */
static bool move(const wchar_t *from, const wchar_t *to)
{
    return MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH);
}

static enum mh_error replace(const char *path, const wchar_t *wide, const wchar_t *temporary,
                             const void *bytes, size_t length, unsigned mode, struct mh_failure *failure)
{
    if (!write_new(temporary, bytes, length, mode))
        return fail_last(failure, "write a file beside", path);
    if (move(temporary, wide))
        return MH_OK;
    enum mh_error code = fail_last(failure, "write", path);
    (void)DeleteFileW(temporary);
    return code;
}

enum mh_error mh_file_replace(const char *path, const void *bytes, size_t length, unsigned mode,
                              struct mh_failure *failure)
{
    wchar_t *wide = mh_wide_path(path), *temporary = temporary_beside(path);
    enum mh_error code = wide == NULL || temporary == NULL
                             ? fail_path(failure, path)
                             : replace(path, wide, temporary, bytes, length, mode, failure);
    free(wide);
    free(temporary);
    return code;
}

/* ---- renaming and removing ------------------------------------------------------------------------- */

enum mh_error mh_file_rename(const char *from, const char *to, struct mh_failure *failure)
{
    wchar_t *wide_from = mh_wide_path(from), *wide_to = mh_wide_path(to);
    enum mh_error code = MH_OK;
    if (wide_from == NULL || wide_to == NULL)
        code = fail_path(failure, from);
    else if (!move(wide_from, wide_to))
        code = fail_last(failure, "rename", from);
    free(wide_from);
    free(wide_to);
    return code;
}

enum mh_error mh_file_remove(const char *path, struct mh_failure *failure)
{
    wchar_t *wide = mh_wide_path(path);
    if (wide == NULL)
        return fail_path(failure, path);
    bool gone = DeleteFileW(wide) || GetLastError() == ERROR_FILE_NOT_FOUND;
    enum mh_error code = gone ? MH_OK : fail_last(failure, "remove", path);
    free(wide);
    return code;
}

/* Rights are lists of access control here: the file that takes another's place gets its directory's. */
enum mh_error mh_file_mode(const char *path, unsigned *mode, struct mh_failure *failure)
{
    wchar_t *wide = mh_wide_path(path);
    if (wide == NULL)
        return fail_path(failure, path);
    DWORD attributes = GetFileAttributesW(wide);
    enum mh_error code = attributes != INVALID_FILE_ATTRIBUTES ? MH_OK : fail_last(failure, "look at", path);
    free(wide);
    *mode = 0644;
    return code;
}

/* ---- symbolic links -------------------------------------------------------------------------------- */

static bool final_path(const wchar_t *wide, char target[MH_PATH_SIZE])
{
    wchar_t final[MH_PATH_SIZE];
    HANDLE file = CreateFileW(wide, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    DWORD length = GetFinalPathNameByHandleW(file, final, MH_PATH_SIZE, FILE_NAME_NORMALIZED);
    CloseHandle(file);
    return length > 0 && length < MH_PATH_SIZE && mh_narrow(final, target, MH_PATH_SIZE);
}

/* What is no link, or leads nowhere, is its own target. */
enum mh_error mh_file_follow(const char *path, char target[MH_PATH_SIZE], struct mh_failure *failure)
{
    size_t length = strlen(path);
    wchar_t *wide = mh_wide_path(path);
    target[0] = '\0';
    if (wide == NULL || length >= MH_PATH_SIZE) {
        free(wide);
        return mh_fail(failure, MH_LIMIT, "%.200s: the path is too long, or none", path);
    }
    DWORD attributes = GetFileAttributesW(wide);
    bool link = attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
    if (!link || !final_path(wide, target))
        memcpy(target, path, length + 1);
    free(wide);
    return MH_OK;
}

/* ---- directories ----------------------------------------------------------------------------------- */

static bool is_directory(const wchar_t *wide)
{
    DWORD attributes = GetFileAttributesW(wide);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

static bool make_one(const char *path, unsigned mode)
{
    struct mh_rights rights;
    wchar_t *wide = mh_wide_path(path);
    if (wide == NULL || is_directory(wide) || !mh_rights_of(mode, true, &rights)) {
        bool there = wide != NULL && is_directory(wide);
        free(wide);
        return there;
    }
    bool good = CreateDirectoryW(wide, rights.given);
    DWORD reason = GetLastError();
    mh_rights_free(&rights);
    if (!good && is_directory(wide)) /* somebody else was faster */
        good = true;
    free(wide);
    SetLastError(reason);
    return good;
}

/* A drive ("C:") is no directory to make, and neither is what stands before a share's name. */
static enum mh_error make_above(const char *path, unsigned mode, struct mh_failure *failure)
{
    char part[MH_PATH_SIZE];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part)
        return mh_fail(failure, MH_LIMIT, "the path is empty or too long");
    memcpy(part, path, length + 1);
    for (size_t i = 1; part[i] != '\0'; i++) {
        if ((part[i] != '/' && part[i] != '\\') || part[i - 1] == ':' || part[i - 1] == '/' ||
            part[i - 1] == '\\')
            continue;
        char slash = part[i];
        part[i] = '\0';
        bool good = strncmp(part, "\\\\", 2) == 0 || strncmp(part, "//", 2) == 0 || make_one(part, mode);
        if (!good)
            return fail_last(failure, "make the directory", part);
        part[i] = slash;
    }
    return MH_OK;
}

enum mh_error mh_directory_make_above(const char *path, unsigned mode, struct mh_failure *failure)
{
    return make_above(path, mode, failure);
}

enum mh_error mh_directory_make(const char *path, unsigned mode, struct mh_failure *failure)
{
    enum mh_error code = make_above(path, mode, failure);
    if (code != MH_OK || make_one(path, mode))
        return code;
    return fail_last(failure, "make the directory", path);
}

/* ---- locks ----------------------------------------------------------------------------------------- */

static enum mh_error fail_locked(const char *path, const char *directory, struct mh_failure *failure)
{
    char *text;
    size_t length;
    long process = 0;
    if (mh_file_read(path, 24, &text, &length, NULL) == MH_OK) {
        process = strtol(text, NULL, 10);
        free(text);
    }
    if (process <= 0)
        return mh_fail(failure, MH_BUSY, "another multihomed uses the state directory %.300s", directory);
    return mh_fail(failure, MH_BUSY, "another multihomed, process %ld, uses the state directory %.300s",
                   process, directory);
}

/* The handle stays open on purpose: nobody else may write to the file as long as this process lives. */
enum mh_error mh_state_lock(const char *directory, struct mh_failure *failure)
{
    char path[MH_PATH_SIZE], text[24];
    int length = snprintf(path, sizeof path, "%s/lock", directory);
    wchar_t *wide = length > 0 && (size_t)length < sizeof path ? mh_wide_path(path) : NULL;
    if (wide == NULL)
        return mh_fail(failure, MH_LIMIT, "the path of the state directory is too long, or none");
    HANDLE file =
        CreateFileW(wide, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    free(wide);
    if (file == INVALID_HANDLE_VALUE)
        return GetLastError() == ERROR_SHARING_VIOLATION ? fail_locked(path, directory, failure)
                                                         : fail_last(failure, "open", path);
    length = snprintf(text, sizeof text, "%lu\n", (unsigned long)GetCurrentProcessId());
    if (!SetEndOfFile(file) || !write_whole(file, text, (size_t)length)) {
        enum mh_error code = fail_last(failure, "write", path);
        CloseHandle(file);
        return code;
    }
    return MH_OK;
}

/* A name that one process of the machine can have; it is free again when the process ends. */
enum mh_error mh_namespace_lock(struct mh_failure *failure)
{
    HANDLE mutex = CreateMutexW(NULL, TRUE, L"Global\\multihomed");
    if (mutex == NULL && GetLastError() != ERROR_ACCESS_DENIED)
        return mh_fail_errno(failure, (int)GetLastError(), "cannot take this machine's name \"multihomed\"");
    if (mutex != NULL && GetLastError() != ERROR_ALREADY_EXISTS)
        return MH_OK;
    if (mutex != NULL)
        CloseHandle(mutex);
    return mh_fail(failure, MH_BUSY, "another multihomed is running on this machine");
}
