/* Who is at the other end of a local socket: LOCAL_PEERCRED, unix(4). The process is told since FreeBSD 13.
 */
#include "common/errno_map.h"
#include "platform.h"

#include <errno.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/ucred.h>
#include <sys/un.h>

/* Of an IP socket, level and option mean something else, of another length. */
enum mh_error mh_peer_of(int descriptor, struct mh_peer *peer)
{
    struct xucred credentials;
    socklen_t length = sizeof credentials;
    *peer = (struct mh_peer){.uid = UINT32_MAX};
    if (getsockopt(descriptor, SOL_LOCAL, LOCAL_PEERCRED, &credentials, &length) != 0)
        return mh_errno_error(errno);
    if (length != sizeof credentials || credentials.cr_version != XUCRED_VERSION)
        return MH_NOT_FOUND;
    *peer = (struct mh_peer){.uid = credentials.cr_uid, .pid = (uint32_t)credentials.cr_pid};
    return MH_OK;
}
