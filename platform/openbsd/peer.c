/* Who is at the other end of a local socket: SO_PEERCRED, getsockopt(2). */
#include "common/errno_map.h"
#include "platform.h"

#include <errno.h>
#include <sys/socket.h>

enum mh_error mh_peer_of(int descriptor, struct mh_peer *peer)
{
    struct sockpeercred credentials;
    socklen_t length = sizeof credentials;
    *peer = (struct mh_peer){.uid = UINT32_MAX};
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0)
        return mh_errno_error(errno);
    if (length != sizeof credentials)
        return MH_NOT_FOUND;
    *peer = (struct mh_peer){.uid = credentials.uid, .pid = (uint32_t)credentials.pid};
    return MH_OK;
}
