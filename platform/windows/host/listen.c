/* The API's listener: TCP on loopback. */
#include "common/errno_map.h"
#include "platform.h"

#include <stdio.h>
#include <string.h>
#include <winsock2.h>

/* These need what stands before them. */
#include <ws2tcpip.h>

enum mh_error mh_listen_local(const char *path, const char *group, int *descriptor, bool *shared,
                              struct mh_failure *failure)
{
    (void)path;
    (void)group;
    *descriptor = -1;
    *shared = false;
    return mh_fail(failure, MH_UNSUPPORTED,
                   "there are no local sockets with peer credentials on Windows; use --listen");
}

void mh_unlisten_local(const char *path)
{
    (void)path;
}

union place {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

static bool fill_place(const char *text, uint16_t port, union place *place, int *length)
{
    struct mh_address address;
    memset(place, 0, sizeof *place);
    if (!mh_address_parse(text, strlen(text), &address) || !mh_address_is_loopback(&address))
        return false;
    if (address.family == MH_IPV4) {
        place->four.sin_family = AF_INET;
        place->four.sin_port = htons(port);
        memcpy(&place->four.sin_addr, address.bytes, 4);
        *length = sizeof place->four;
    } else {
        place->six.sin6_family = AF_INET6;
        place->six.sin6_port = htons(port);
        memcpy(&place->six.sin6_addr, address.bytes, 16);
        *length = sizeof place->six;
    }
    return true;
}

/* Exclusive: else another program could bind the same port and take connections with their tokens
 * (SO_EXCLUSIVEADDRUSE, learn.microsoft.com). */
static bool begin(SOCKET sock, const union place *place, int length)
{
    BOOL on = TRUE;
    return setsockopt(sock, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&on, sizeof on) == 0 &&
           (place->any.sa_family != AF_INET6 ||
            setsockopt(sock, IPPROTO_IPV6, IPV6_V6ONLY, (const char *)&on, sizeof on) == 0) &&
           bind(sock, &place->any, length) == 0 && listen(sock, SOMAXCONN) == 0;
}

static uint16_t port_of(SOCKET sock)
{
    union place place;
    int length = sizeof place;
    if (getsockname(sock, &place.any, &length) != 0)
        return 0;
    return ntohs(place.any.sa_family == AF_INET6 ? place.six.sin6_port : place.four.sin_port);
}

/* A SOCKET is a handle, and handles have 32 significant bits. */
enum mh_error mh_listen_loopback(const char *address, uint16_t *port, int *descriptor,
                                 struct mh_failure *failure)
{
    union place place;
    int length;
    *descriptor = -1;
    if (!fill_place(address, *port, &place, &length))
        return mh_fail(failure, MH_INVALID, "\"%.60s\" is no loopback address", address);
    SOCKET sock = WSASocketW(place.any.sa_family, SOCK_STREAM, IPPROTO_TCP, NULL, 0,
                             WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (sock == INVALID_SOCKET)
        return mh_fail_errno(failure, WSAGetLastError(), "cannot make a socket");
    if (!begin(sock, &place, length)) {
        int reason = WSAGetLastError();
        (void)closesocket(sock);
        /* With SO_EXCLUSIVEADDRUSE a port in use may be told as one that is not permitted. */
        return mh_fail_errno(failure, reason == WSAEACCES ? WSAEADDRINUSE : reason,
                             "cannot listen on %s port %u", address, (unsigned)*port);
    }
    *port = port_of(sock);
    *descriptor = (int)sock;
    return MH_OK;
}
