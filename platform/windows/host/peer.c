/* Who is at the other end of a connection. */
#include "common/errno_map.h"
#include "platform.h"

#include <string.h>
#include <winsock2.h>

/* These need what stands before them. */
#include <ws2tcpip.h>

enum mh_error mh_peer_of(int descriptor, struct mh_peer *peer)
{
    (void)descriptor;
    *peer = (struct mh_peer){.uid = UINT32_MAX};
    return MH_UNSUPPORTED;
}

enum mh_error mh_peer_address(int descriptor, struct mh_address *address, uint16_t *port)
{
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } peer;
    int length = sizeof peer;
    memset(&peer, 0, sizeof peer);
    if (getpeername((SOCKET)descriptor, &peer.any, &length) != 0)
        return mh_errno_error(WSAGetLastError());
    if (peer.any.sa_family == AF_INET) {
        *address = mh_address_from_bytes(MH_IPV4, (const uint8_t *)&peer.four.sin_addr);
        *port = ntohs(peer.four.sin_port);
        return MH_OK;
    }
    if (peer.any.sa_family != AF_INET6)
        return MH_NOT_FOUND;
    *address = mh_address_from_bytes(MH_IPV6, (const uint8_t *)&peer.six.sin6_addr);
    *port = ntohs(peer.six.sin6_port);
    return MH_OK;
}
