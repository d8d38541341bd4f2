/* Who is at the other end of a local socket: getpeereid(3), which does not tell the process. */
#include "common/errno_map.h"
#include "platform.h"

#include <errno.h>
#include <sys/socket.h> /* declares it on OpenBSD; unistd.h elsewhere */
#include <sys/types.h>
#include <unistd.h>

enum mh_error mh_peer_of(int descriptor, struct mh_peer *peer)
{
    uid_t user;
    gid_t group;
    *peer = (struct mh_peer){.uid = UINT32_MAX};
    if (getpeereid(descriptor, &user, &group) != 0)
        return mh_errno_error(errno);
    *peer = (struct mh_peer){.uid = (uint32_t)user};
    return MH_OK;
}
