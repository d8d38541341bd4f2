/* Who is at the other end of a local socket: LOCAL_PEEREID, unix(4). */
#include "common/errno_map.h"
#include "platform.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { LOCAL_LEVEL = 0 }; /* unix(4); the headers name it SOL_LOCAL in some releases only */

/* Of an IP socket, level and option mean something else, of another length. */
enum mh_error mh_peer_of(int descriptor, struct mh_peer *peer)
{
    struct unpcbid credentials;
    socklen_t length = sizeof credentials;
    *peer = (struct mh_peer){.uid = UINT32_MAX};
    if (getsockopt(descriptor, LOCAL_LEVEL, LOCAL_PEEREID, &credentials, &length) != 0)
        return mh_errno_error(errno);
    if (length != sizeof credentials)
        return MH_NOT_FOUND;
    *peer = (struct mh_peer){.uid = credentials.unp_euid, .pid = (uint32_t)credentials.unp_pid};
    return MH_OK;
}
