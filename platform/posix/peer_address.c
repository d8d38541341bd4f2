#include "common/errno_map.h"
#include "platform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum mh_error mh_peer_address(int descriptor, struct mh_address *address, uint16_t *port)
{
    struct sockaddr_storage peer = {0};
    socklen_t length = sizeof peer;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    uint8_t bytes[16];
    if (getpeername(descriptor, (struct sockaddr *)&peer, &length) != 0)
        return mh_errno_error(errno);
    if (peer.ss_family == AF_INET) {
        memcpy(&four, &peer, sizeof four);
        memcpy(bytes, &four.sin_addr, sizeof four.sin_addr);
        *address = mh_address_from_bytes(MH_IPV4, bytes);
        *port = ntohs(four.sin_port);
        return MH_OK;
    }
    if (peer.ss_family != AF_INET6)
        return MH_NOT_FOUND;
    memcpy(&six, &peer, sizeof six);
    memcpy(bytes, &six.sin6_addr, sizeof bytes);
    *address = mh_address_from_bytes(MH_IPV6, bytes);
    *port = ntohs(six.sin6_port);
    return MH_OK;
}
