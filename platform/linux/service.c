/* What the service is to Linux: the only one in its network namespace, and a unit of systemd's where it was
 * started by it. */
#define _GNU_SOURCE
#include "common/errno_map.h"
#include "platform.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* An abstract name (unix(7)) belongs to the network namespace and goes with the process. It is bound and
 * never listened on: connecting to it is refused. The descriptor stays open without a trace on purpose. */
enum mh_error mh_namespace_lock(struct mh_failure *failure)
{
    static const char name[] = "multihomed";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return mh_fail_errno(failure, errno, "cannot open a socket");
    memcpy(address.sun_path + 1, name, sizeof name - 1);
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof name);
    if (bind(descriptor, (const struct sockaddr *)&address, length) == 0)
        return MH_OK;
    int native = errno;
    (void)close(descriptor);
    if (native == EADDRINUSE)
        return mh_fail(failure, MH_BUSY,
                       "another multihomed runs in this network namespace (it holds the socket @multihomed)");
    return mh_fail_errno(failure, native, "cannot take the socket @multihomed");
}

/* sd_notify(3): one datagram to the socket that NOTIFY_SOCKET names; '@' stands for the zero of an abstract
 * name. */
static void notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = path == NULL ? 0 : strlen(path);
    if (length < 2 || length >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(address.sun_path, path, length);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return;
    (void)sendto(descriptor, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    (void)close(descriptor);
}

void mh_service_ready(void)
{
    notify("READY=1");
}

void mh_service_stopping(void)
{
    notify("STOPPING=1");
}
