/* Who is at the other end of a local socket: SO_PEERCRED, unix(7). */
#define _GNU_SOURCE
#include "common/errno_map.h"
#include "platform.h"

#include <errno.h>
#include <sys/socket.h>

enum mh_error mh_peer_of(int descriptor, struct mh_peer *peer)
{
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    *peer = (struct mh_peer){.uid = UINT32_MAX};
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0)
        return mh_errno_error(errno);
    /* The kernel says pid 0 and uid -1 for a socket that has no such peer (TCP). */
    if (length != sizeof credentials || credentials.uid == (uid_t)-1)
        return MH_NOT_FOUND;
    *peer = (struct mh_peer){.uid = credentials.uid, .pid = (uint32_t)credentials.pid};
    return MH_OK;
}
