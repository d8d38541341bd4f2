/* Asks sock_diag(7) for the sockets of this network namespace: a dump for each family and protocol. */
#define _GNU_SOURCE
#include "endpoint.h"

#include "codec.h"
#include "dump.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

enum { TRIES = 4 };

/* One dump. */
struct listing {
    uint8_t protocol;
    struct mh_endpoints *endpoints;
    struct mh_failure *failure;
};

struct request {
    struct nlmsghdr header;
    struct inet_diag_req_v2 fixed;
};

static uint32_t native_states(unsigned states, uint8_t protocol)
{
    uint32_t native = 0;
    if (states & MH_ENDPOINT_CONNECTED)
        native |= 1U << TCP_ESTABLISHED;
    if (states & MH_ENDPOINT_LISTENING)
        native |= 1U << (protocol == MH_ENDPOINT_TCP ? TCP_LISTEN : TCP_CLOSE);
    return native;
}

static struct request compose(unsigned states, uint8_t protocol, uint8_t native_family)
{
    return (struct request){
        .header = {.nlmsg_len = sizeof(struct request), .nlmsg_type = SOCK_DIAG_BY_FAMILY},
        .fixed = {.sdiag_family = native_family,
                  .sdiag_protocol = protocol,
                  .idiag_ext = 1U << (INET_DIAG_TOS - 1) | 1U << (INET_DIAG_TCLASS - 1),
                  .idiag_states = native_states(states, protocol)}};
}

static enum mh_error take(void *context, const struct nlmsghdr *message, size_t length)
{
    const struct listing *listing = context;
    struct mh_endpoint endpoint;
    if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return MH_OK;
    enum mh_error code = mh_decode_endpoint(message, length, listing->protocol, &endpoint);
    if (code == MH_NOT_FOUND)
        return MH_OK;
    if (code != MH_OK)
        return mh_fail(listing->failure, code, "the kernel told of a socket in a malformed message");
    code = mh_endpoints_add(listing->endpoints, &endpoint);
    return code == MH_NO_MEMORY ? mh_fail(listing->failure, code, "out of memory") : code;
}

/* The module that lists a protocol's sockets is loaded when it is asked for, if there is one. */
static enum mh_error explain(enum mh_error code, uint8_t protocol, struct mh_failure *failure)
{
    if (code != MH_NOT_FOUND && code != MH_UNSUPPORTED)
        return code;
    return mh_fail(failure, MH_UNSUPPORTED, "this kernel cannot list %s sockets (module %s_diag)",
                   protocol == MH_ENDPOINT_TCP ? "TCP" : "UDP", protocol == MH_ENDPOINT_TCP ? "tcp" : "udp");
}

static enum mh_error dump(struct mh_netlink *netlink, struct listing *listing, unsigned states,
                          uint8_t native_family)
{
    size_t before = listing->endpoints->count;
    enum mh_error code = MH_LOST;
    for (int i = 0; i < TRIES; i++) {
        struct request request = compose(states, listing->protocol, native_family);
        listing->endpoints->count = before;
        code = mh_netlink_dump(netlink, &request.header, take, listing, listing->failure);
        if (code != MH_LOST)
            break;
    }
    return explain(code, listing->protocol, listing->failure);
}

static enum mh_error dump_all(struct mh_netlink *netlink, unsigned states, struct mh_endpoints *endpoints,
                              struct mh_failure *failure)
{
    static const uint8_t protocols[] = {MH_ENDPOINT_TCP, MH_ENDPOINT_UDP}, families[] = {AF_INET, AF_INET6};
    enum mh_error code = MH_OK;
    for (int i = 0; i < 4 && code == MH_OK; i++) {
        struct listing listing = {protocols[i / 2], endpoints, failure};
        code = dump(netlink, &listing, states, families[i % 2]);
    }
    return code == MH_LIMIT ? MH_OK : code; /* `truncated` says so */
}

enum mh_error mh_linux_endpoints(struct mh_platform *platform, unsigned states,
                                 struct mh_endpoints *endpoints, struct mh_failure *failure)
{
    struct mh_netlink netlink;
    (void)platform;
    enum mh_error code = mh_netlink_open_protocol(&netlink, NETLINK_SOCK_DIAG, failure);
    if (code == MH_OK)
        code = dump_all(&netlink, states, endpoints, failure);
    mh_netlink_close(&netlink);
    if (code != MH_OK)
        mh_endpoints_clear(endpoints);
    return code;
}
