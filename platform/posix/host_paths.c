/* Default paths: the system's for root, those of the XDG Base Directory Specification 0.8 for anybody
 * else.
 *
 * The specification leaves open where a socket goes when XDG_RUNTIME_DIR is not set. /tmp is no place:
 * whoever comes first owns the name there. The state directory, which is the user's own, takes its
 * place; the same when XDG_RUNTIME_DIR belongs to somebody else, as after su(1). */
#define _DEFAULT_SOURCE
#include "posix/paths.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = sizeof(((struct mh_paths *)NULL)->state) };

/* A path that does not fit is no path: never a shortened one. */
static void join(char path[PATH_SIZE], const char *directory, const char *rest)
{
    int length = directory[0] != '\0' ? snprintf(path, PATH_SIZE, "%s%s", directory, rest) : 0;
    if (length <= 0 || length >= PATH_SIZE)
        path[0] = '\0';
}

/* The specification: a relative path is invalid and ignored. */
static const char *absolute_variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] == '/' ? value : NULL;
}

static const char *home_directory(void)
{
    const char *home = absolute_variable("HOME");
    if (home != NULL)
        return home;
    const struct passwd *user = getpwuid(geteuid());
    return user != NULL && user->pw_dir != NULL && user->pw_dir[0] == '/' ? user->pw_dir : "";
}

static void base_directory(char path[PATH_SIZE], const char *variable, const char *below_home)
{
    const char *value = absolute_variable(variable);
    if (value != NULL)
        join(path, value, "");
    else
        join(path, home_directory(), below_home);
}

static bool is_own_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid();
}

void mh_host_paths(struct mh_paths *paths)
{
    if (geteuid() == 0) {
        *paths = mh_system_paths;
        return;
    }
    char base[PATH_SIZE];
    base_directory(base, "XDG_CONFIG_HOME", "/.config");
    join(paths->config, base, "/multihomed/config.json");
    base_directory(base, "XDG_STATE_HOME", "/.local/state");
    join(paths->state, base, "/multihomed");
    const char *runtime = absolute_variable("XDG_RUNTIME_DIR");
    if (runtime != NULL && is_own_directory(runtime))
        join(paths->socket, runtime, "/multihomed/api.sock");
    else
        join(paths->socket, paths->state, "/api.sock");
}

const char *mh_host_system_socket(void)
{
    return mh_system_paths.socket;
}

const char *mh_host_system_url(void)
{
    return "";
}
