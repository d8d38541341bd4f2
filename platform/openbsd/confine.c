/* DOC: After its start the service sees no files but its own: unveil(2). A program that it runs sees all
 * again, execve(2) ends the veil; only pfctl can be run.
 *
 * pledge(2) is not for this service. What it is there for is what pledge forbids whatever is promised:
 * sysctl(2) with a new value (forwarding), opening a routing socket (a reading after a loss, another table's
 * SO_RTABLE), ioctl(2) with SIOCSIFLLADDR, and bpf(4) beyond statistics (announcing an address). */
#include "common/errno_map.h"
#include "platform.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static enum mh_error show(const char *path, const char *permissions, struct mh_failure *failure)
{
    if (unveil(path, permissions) == 0 || errno == ENOENT)
        return MH_OK;
    return mh_fail_errno(failure, errno, "unveil %s", path);
}

/* The directory of a file: replacing the file needs room beside it. Where it is not there yet it will be
 * made: the nearest one above that is there then. */
static enum mh_error show_directory_of(const char *file, struct mh_failure *failure)
{
    char directory[MH_PATH_SIZE];
    if (strlen(file) >= sizeof directory)
        return mh_fail(failure, MH_LIMIT, "%.100s...: too long", file);
    memcpy(directory, file, strlen(file) + 1);
    for (;;) {
        char *slash = strrchr(directory, '/');
        if (slash == NULL)
            return show(".", "rwc", failure);
        slash[slash == directory] = '\0';
        if (access(directory, F_OK) == 0 || slash == directory)
            return show(directory, "rwc", failure);
    }
}

/* The configuration may be a link to another place. */
static enum mh_error show_configuration(const char *path, struct mh_failure *failure)
{
    char target[MH_PATH_SIZE];
    enum mh_error code = mh_file_follow(path, target, failure);
    if (code == MH_OK)
        code = show_directory_of(path, failure);
    return code == MH_OK ? show_directory_of(target, failure) : code;
}

enum mh_error mh_service_confine(const struct mh_paths *paths, struct mh_failure *failure)
{
    enum mh_error code = show_configuration(paths->config, failure);
    if (code == MH_OK)
        code = show(paths->state, "rwc", failure);
    if (code == MH_OK)
        code = show(paths->socket, "rwc", failure); /* removed at the end */
    if (code == MH_OK)
        code = show("/dev/null", "rw", failure);
    if (code == MH_OK)
        code = show("/dev/bpf", "rw", failure);
    if (code == MH_OK)
        code = show("/sbin/pfctl", "rx", failure);
    if (code == MH_OK && unveil(NULL, NULL) != 0)
        code = mh_fail_errno(failure, errno, "unveil");
    return code;
}
