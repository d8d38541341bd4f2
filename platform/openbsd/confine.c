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
static void nearest_directory(char path[MH_PATH_SIZE])
{
    for (;;) {
        char *slash = strrchr(path, '/');
        if (slash == NULL) {
            memcpy(path, ".", 2);
            return;
        }
        slash[slash == path] = '\0';
        if (slash == path || access(path, F_OK) == 0)
            return;
    }
}

/* The configuration may be a link to another place. Both are looked for before the veil falls. */
static enum mh_error show_configuration(const char *path, struct mh_failure *failure)
{
    char directory[MH_PATH_SIZE], target[MH_PATH_SIZE];
    enum mh_error code = mh_file_follow(path, target, failure);
    if (code != MH_OK)
        return code;
    memcpy(directory, path, strlen(path) + 1); /* it fits: it has been followed */
    nearest_directory(directory);
    nearest_directory(target);
    code = show(directory, "rwc", failure);
    return code == MH_OK ? show(target, "rwc", failure) : code;
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
