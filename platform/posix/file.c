/* Files: bounded reading, durable replacing, making directories, and the state directory's lock. */
#define _DEFAULT_SOURCE
#include "common/errno_map.h"
#include "common/read_buffer.h"
#include "platform.h"
#include "posix/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- reading --------------------------------------------------------------------------------------- */

/* "/dev/stdin" and "/dev/fd/N" are descriptors that the caller handed over: pipes are welcome there.
 * Duplicated, not opened: opening fails where it is a socket. -1: `path` is neither. */
static int handed_over_descriptor(const char *path)
{
    if (strcmp(path, "/dev/stdin") == 0)
        return STDIN_FILENO;
    if (strncmp(path, "/dev/fd/", 8) != 0 || path[8] < '0' || path[8] > '9')
        return -1;
    char *end;
    errno = 0;
    long number = strtol(path + 8, &end, 10);
    return errno == 0 && *end == '\0' && number <= 65535 ? (int)number : -1;
}

/* Anything else must be a regular file. Opened without waiting: a FIFO would hold us until somebody
 * writes to it. */
static enum mh_error open_to_read(const char *path, int *descriptor, struct mh_failure *failure)
{
    int given = handed_over_descriptor(path);
    *descriptor =
        given >= 0 ? fcntl(given, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (*descriptor < 0 || fstat(*descriptor, &status) != 0)
        return mh_fail_errno(failure, errno, "cannot open %s", path);
    if (given < 0 && !S_ISREG(status.st_mode))
        return mh_fail(failure, MH_IO, "%s is %s, not a regular file", path,
                       S_ISDIR(status.st_mode) ? "a directory" : "a device, a pipe or a socket");
    return MH_OK;
}

/* To the end of the file and not by its size: files of /proc say 0. */
static enum mh_error read_whole(int descriptor, const char *path, size_t limit, struct mh_read_buffer *buffer,
                                struct mh_failure *failure)
{
    for (;;) {
        if (!mh_read_buffer_grow(buffer, limit))
            return mh_fail(failure, MH_NO_MEMORY, "no memory to read %s", path);
        ssize_t got = read(descriptor, buffer->bytes + buffer->length, buffer->size - buffer->length - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return mh_fail_errno(failure, errno, "cannot read %s", path);
        buffer->length += (size_t)got;
        if (buffer->length > limit)
            return mh_fail(failure, MH_LIMIT, "%s has more than %zu octets", path, limit);
        if (got == 0)
            return MH_OK;
    }
}

enum mh_error mh_file_read(const char *path, size_t limit, char **text, size_t *length,
                           struct mh_failure *failure)
{
    *text = NULL;
    *length = 0;
    struct mh_read_buffer buffer = {0};
    int descriptor;
    enum mh_error error = open_to_read(path, &descriptor, failure);
    if (error == MH_OK)
        error = read_whole(descriptor, path, limit, &buffer, failure);
    if (descriptor >= 0)
        (void)close(descriptor);
    if (error != MH_OK) {
        free(buffer.bytes);
        return error;
    }
    buffer.bytes[buffer.length] = '\0';
    *text = buffer.bytes;
    *length = buffer.length;
    return MH_OK;
}

/* ---- replacing ------------------------------------------------------------------------------------- */

static bool write_whole(int descriptor, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

/* The new name is durable only when the directory is flushed too, fsync(2). Some file systems do not
 * flush directories (EINVAL) and order such changes themselves. */
static bool flush_directory(const char *path)
{
    char directory[MH_TEMPORARY_SIZE];
    if (!mh_directory_of(path, directory))
        return false;
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    bool good = fsync(descriptor) == 0 || errno == EINVAL;
    int saved = errno;
    (void)close(descriptor);
    errno = saved;
    return good;
}

static bool write_temporary(int descriptor, const void *bytes, size_t length, unsigned mode)
{
    return fchmod(descriptor, (mode_t)mode) == 0 && write_whole(descriptor, bytes, length) &&
           fsync(descriptor) == 0;
}

/* Takes the descriptor. Network file systems tell of a full disk at close(2). */
static bool close_all_good(int descriptor, bool good)
{
    int saved = errno;
    if (close(descriptor) != 0 && good)
        return false;
    errno = saved;
    return good;
}

enum mh_error mh_file_replace(const char *path, const void *bytes, size_t length, unsigned mode,
                              struct mh_failure *failure)
{
    char temporary[MH_TEMPORARY_SIZE];
    if (!mh_temporary_name(path, temporary))
        return mh_fail(failure, MH_LIMIT, "cannot write %s: the path is too long", path);
    int descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return mh_fail_errno(failure, errno, "cannot make a file beside %s", path);
    bool good = close_all_good(descriptor, write_temporary(descriptor, bytes, length, mode));
    if (!good || rename(temporary, path) != 0) {
        int saved = errno;
        (void)unlink(temporary);
        return mh_fail_errno(failure, saved, "cannot write %s", path);
    }
    if (!flush_directory(path))
        return mh_fail_errno(failure, errno, "%s is written, but its directory cannot be flushed", path);
    return MH_OK;
}

/* ---- renaming and removing ------------------------------------------------------------------------- */

enum mh_error mh_file_rename(const char *from, const char *to, struct mh_failure *failure)
{
    if (rename(from, to) != 0)
        return mh_fail_errno(failure, errno, "cannot rename %s to %s", from, to);
    if (!flush_directory(to))
        return mh_fail_errno(failure, errno, "%s is renamed, but its directory cannot be flushed", from);
    return MH_OK;
}

enum mh_error mh_file_remove(const char *path, struct mh_failure *failure)
{
    if (unlink(path) != 0)
        return errno == ENOENT ? MH_OK : mh_fail_errno(failure, errno, "cannot remove %s", path);
    if (!flush_directory(path))
        return mh_fail_errno(failure, errno, "%s is removed, but its directory cannot be flushed", path);
    return MH_OK;
}

enum mh_error mh_file_mode(const char *path, unsigned *mode, struct mh_failure *failure)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return mh_fail_errno(failure, errno, "cannot look at %s", path);
    *mode = (unsigned)status.st_mode & 07777U;
    return MH_OK;
}

/* ---- symbolic links -------------------------------------------------------------------------------- */

enum { LINKS_MOST = 40 }; /* as the kernel's, path_resolution(7) */

/* Puts what the link names in place of the path's last component, or of the whole. */
static bool put_link(char path[MH_PATH_SIZE], const char *link, size_t length)
{
    const char *slash = strrchr(path, '/');
    size_t kept = link[0] == '/' || slash == NULL ? 0 : (size_t)(slash - path) + 1;
    if (length >= MH_PATH_SIZE - kept)
        return false;
    memcpy(path + kept, link, length);
    path[kept + length] = '\0';
    return true;
}

enum mh_error mh_file_follow(const char *path, char target[MH_PATH_SIZE], struct mh_failure *failure)
{
    char link[MH_PATH_SIZE];
    size_t length = strlen(path);
    bool fits = length < MH_PATH_SIZE;
    target[0] = '\0';
    if (fits)
        memcpy(target, path, length + 1);
    for (int i = 0; fits && i < LINKS_MOST; i++) {
        ssize_t got = readlink(target, link, sizeof link);
        if (got <= 0) /* no link, or not there: the last one is reached */
            return MH_OK;
        fits = put_link(target, link, (size_t)got);
    }
    return mh_fail(failure, MH_LIMIT, "%.200s: %s", path,
                   fits ? "too many symbolic links" : "the path is too long");
}

/* ---- directories ----------------------------------------------------------------------------------- */

/* The process's umask does not count: the mode is the caller's decision. */
static enum mh_error make_one(const char *path, unsigned mode, struct mh_failure *failure)
{
    if (mkdir(path, (mode_t)mode) == 0)
        return chmod(path, (mode_t)mode) == 0
                   ? MH_OK
                   : mh_fail_errno(failure, errno, "cannot set the mode of the directory %s", path);
    int reason = errno;
    struct stat status;
    if (stat(path, &status) != 0)
        return mh_fail_errno(failure, reason, "cannot make the directory %s", path);
    if (!S_ISDIR(status.st_mode))
        return mh_fail_errno(failure, ENOTDIR, "cannot make the directory %s", path);
    return MH_OK;
}

/* Where the last slash of the first `length` octets stands; 0 when there is none. */
static size_t last_slash(const char *part, size_t length)
{
    while (length > 0 && part[length - 1] != '/')
        length--;
    return length > 0 ? length - 1 : 0;
}

static bool is_directory(char *part, size_t length)
{
    struct stat status;
    part[length] = '\0';
    bool there = stat(part, &status) == 0 && S_ISDIR(status.st_mode);
    part[length] = '/';
    return there;
}

/* Makes the directories that the slashes of `part` end, below the last one that is there: those above that
 * one may be out of the service's sight (mh_service_confine). */
static enum mh_error make_above(char *part, unsigned mode, struct mh_failure *failure)
{
    enum mh_error error = MH_OK;
    size_t there = last_slash(part, strlen(part));
    while (there > 0 && !is_directory(part, there))
        there = last_slash(part, there);
    for (size_t i = there + 1; part[i] != '\0' && error == MH_OK; i++) {
        if (part[i] != '/' || part[i - 1] == '/')
            continue;
        part[i] = '\0';
        error = make_one(part, mode, failure);
        part[i] = '/';
    }
    return error;
}

static bool copy_path(const char *path, char part[MH_TEMPORARY_SIZE])
{
    size_t length = strlen(path);
    if (length == 0 || length >= MH_TEMPORARY_SIZE)
        return false;
    memcpy(part, path, length + 1);
    return true;
}

enum mh_error mh_directory_make_above(const char *path, unsigned mode, struct mh_failure *failure)
{
    char part[MH_TEMPORARY_SIZE];
    if (!copy_path(path, part))
        return mh_fail(failure, MH_LIMIT, "the path is empty or too long");
    return make_above(part, mode, failure);
}

enum mh_error mh_directory_make(const char *path, unsigned mode, struct mh_failure *failure)
{
    char part[MH_TEMPORARY_SIZE];
    if (!copy_path(path, part))
        return mh_fail(failure, MH_LIMIT, "the path of the directory is empty or too long");
    enum mh_error error = make_above(part, mode, failure);
    return error == MH_OK ? make_one(part, mode, failure) : error;
}

/* ---- the lock -------------------------------------------------------------------------------------- */

static enum mh_error fail_locked(int descriptor, const char *directory, struct mh_failure *failure)
{
    char text[24] = "";
    ssize_t length = pread(descriptor, text, sizeof text - 1, 0);
    text[length > 0 ? (size_t)length : 0] = '\0';
    long pid = strtol(text, NULL, 10);
    if (pid <= 0)
        return mh_fail(failure, MH_BUSY, "another multihomed uses the state directory %s", directory);
    return mh_fail(failure, MH_BUSY, "another multihomed, process %ld, uses the state directory %s", pid,
                   directory);
}

static bool write_pid(int descriptor)
{
    char text[24];
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    return ftruncate(descriptor, 0) == 0 && write_whole(descriptor, text, (size_t)length);
}

/* The descriptor stays open on purpose: the lock lives exactly as long as the process, however it ends.
 * The file stays too: removing it would let two processes lock two files of one name. */
enum mh_error mh_state_lock(const char *directory, struct mh_failure *failure)
{
    char path[MH_TEMPORARY_SIZE];
    int length = snprintf(path, sizeof path, "%s/lock", directory);
    if (length < 0 || (size_t)length >= sizeof path)
        return mh_fail(failure, MH_LIMIT, "the path of the state directory is too long");
    int descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (descriptor < 0)
        return mh_fail_errno(failure, errno, "cannot open %s", path);
    enum mh_error error = MH_OK;
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0)
        error = errno == EWOULDBLOCK ? fail_locked(descriptor, directory, failure)
                                     : mh_fail_errno(failure, errno, "cannot lock %s", path);
    else if (!write_pid(descriptor))
        error = mh_fail_errno(failure, errno, "cannot write %s", path);
    if (error != MH_OK)
        (void)close(descriptor);
    return error;
}
