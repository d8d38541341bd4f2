/* Listening sockets: the UNIX socket in the file system, and TCP on loopback.
 *
 * The UNIX socket is bound under a temporary name beside its own and gets its owner and modes there; it
 * listens before it is renamed. So the name is never a socket with wrong rights, and never one that does
 * not answer. */
#define _DEFAULT_SOURCE
#include "common/errno_map.h"
#include "platform.h"
#include "posix/temporary.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 128 };

/* For close-on-exec that SOCK_CLOEXEC gives at once, and for accept(2) that must not wait. */
static int new_socket(int family, int type)
{
    return socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static bool fill_name(struct sockaddr_un *name, const char *path)
{
    size_t length = strlen(path);
    *name = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length == 0 || length >= sizeof name->sun_path)
        return false;
    memcpy(name->sun_path, path, length + 1);
    return true;
}

/* 0: somebody answers; else errno. EAGAIN, a full queue, is an answer as well. */
static int try_connect(const struct sockaddr_un *name)
{
    int descriptor = new_socket(AF_UNIX, SOCK_STREAM);
    if (descriptor < 0)
        return errno;
    int reason = connect(descriptor, (const struct sockaddr *)name, sizeof *name) == 0 ? 0 : errno;
    (void)close(descriptor);
    return reason == EAGAIN || reason == EINPROGRESS ? 0 : reason;
}

/* MH_OK: the name is free, or a socket that nobody answers on stands there and may be replaced. */
static enum mh_error check_place(const struct sockaddr_un *name, struct mh_failure *failure)
{
    const char *path = name->sun_path;
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT ? MH_OK : mh_fail_errno(failure, errno, "cannot make the socket %s", path);
    if (!S_ISSOCK(status.st_mode))
        return mh_fail(failure, MH_EXISTS, "%s is there and is not a socket; it is left alone", path);
    int reason = try_connect(name);
    if (reason == ECONNREFUSED || reason == ENOENT)
        return MH_OK;
    if (reason == 0 || reason == EPROTOTYPE)
        return mh_fail(failure, MH_BUSY, "another service answers on %s", path);
    return mh_fail_errno(failure, reason, "cannot tell whether a service answers on %s", path);
}

/* The group first: the modes must not open the socket to the group that it was made with. */
static bool give_to_group(const char *path, const char *group)
{
    const struct group *entry = group != NULL ? getgrnam(group) : NULL;
    return entry != NULL && lchown(path, (uid_t)-1, entry->gr_gid) == 0;
}

static enum mh_error bind_and_rename(int descriptor, const char *path, const char *group, bool *shared,
                                     struct mh_failure *failure)
{
    char temporary[MH_TEMPORARY_SIZE];
    struct sockaddr_un name;
    if (!mh_temporary_name(path, temporary) || !fill_name(&name, temporary))
        return mh_fail(failure, MH_LIMIT, "the path of the socket is too long");
    if (bind(descriptor, (const struct sockaddr *)&name, sizeof name) != 0)
        return mh_fail_errno(failure, errno, "cannot make a socket beside %s", path);
    *shared = give_to_group(temporary, group);
    if (chmod(temporary, *shared ? 0660 : 0600) != 0 || listen(descriptor, BACKLOG) != 0 ||
        rename(temporary, path) != 0) {
        int saved = errno;
        (void)unlink(temporary);
        return mh_fail_errno(failure, saved, "cannot make the socket %s", path);
    }
    return MH_OK;
}

/* The temporary name has to fit as well, which only matters when it is longer than the socket's own. */
static enum mh_error check_length(const char *path, struct mh_failure *failure)
{
    const char *slash = strrchr(path, '/');
    size_t before = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    size_t own = strlen(path) - before;
    size_t longest = sizeof((struct sockaddr_un *)NULL)->sun_path - 1;
    size_t needed = before + (own > MH_TEMPORARY_NAME_LENGTH ? own : MH_TEMPORARY_NAME_LENGTH);
    if (own == 0)
        return mh_fail(failure, MH_INVALID, "\"%s\" is no name for a socket", path);
    if (needed <= longest)
        return MH_OK;
    return mh_fail(failure, MH_LIMIT,
                   "the path of the socket is %zu octets too long for this system: %.*s...", needed - longest,
                   120, path);
}

enum mh_error mh_listen_local(const char *path, const char *group, int *descriptor, bool *shared,
                              struct mh_failure *failure)
{
    *descriptor = -1;
    *shared = false;
    struct sockaddr_un name;
    enum mh_error error = check_length(path, failure);
    if (error == MH_OK && !fill_name(&name, path))
        error = mh_fail(failure, MH_LIMIT, "the path of the socket is too long");
    if (error == MH_OK)
        error = check_place(&name, failure);
    if (error != MH_OK)
        return error;
    int made = new_socket(AF_UNIX, SOCK_STREAM);
    if (made < 0)
        return mh_fail_errno(failure, errno, "cannot make a socket");
    error = bind_and_rename(made, path, group, shared, failure);
    if (error != MH_OK)
        (void)close(made);
    else
        *descriptor = made;
    return error;
}

void mh_unlisten_local(const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
        (void)unlink(path);
}

/* ---- loopback -------------------------------------------------------------------------------------- */

union name {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
};

/* 127.0.0.0/8 (RFC 1122 3.2.1.3 g) or ::1; 0 for anything else, names too: a name may come to mean
 * another address. */
static socklen_t loopback_name(const char *address, uint16_t port, union name *name)
{
    memset(name, 0, sizeof *name);
    struct in_addr ipv4;
    struct in6_addr ipv6;
    if (inet_pton(AF_INET, address, &ipv4) == 1 && ntohl(ipv4.s_addr) >> 24 == 127) {
        name->ipv4.sin_family = AF_INET;
        name->ipv4.sin_addr = ipv4;
        name->ipv4.sin_port = htons(port);
        return sizeof name->ipv4;
    }
    if (inet_pton(AF_INET6, address, &ipv6) == 1 && IN6_IS_ADDR_LOOPBACK(&ipv6)) {
        name->ipv6.sin6_family = AF_INET6;
        name->ipv6.sin6_addr = ipv6;
        name->ipv6.sin6_port = htons(port);
        return sizeof name->ipv6;
    }
    return 0;
}

static bool bind_loopback(int descriptor, union name *name, socklen_t length, uint16_t *port)
{
    int on = 1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(descriptor, &name->any, length) != 0 || listen(descriptor, BACKLOG) != 0 ||
        getsockname(descriptor, &name->any, &length) != 0)
        return false;
    *port = ntohs(name->any.sa_family == AF_INET ? name->ipv4.sin_port : name->ipv6.sin6_port);
    return true;
}

enum mh_error mh_listen_loopback(const char *address, uint16_t *port, int *descriptor,
                                 struct mh_failure *failure)
{
    *descriptor = -1;
    union name name;
    socklen_t length = loopback_name(address, *port, &name);
    if (length == 0)
        return mh_fail(failure, MH_INVALID,
                       "%s is not a loopback address; only 127.0.0.1 and ::1 are listened on", address);
    int made = new_socket(name.any.sa_family, SOCK_STREAM);
    if (made < 0)
        return mh_fail_errno(failure, errno, "cannot make a socket");
    if (!bind_loopback(made, &name, length, port)) {
        enum mh_error error =
            mh_fail_errno(failure, errno, "cannot listen on %s port %u", address, (unsigned)*port);
        (void)close(made);
        return error;
    }
    *descriptor = made;
    return MH_OK;
}
