#define _GNU_SOURCE
#include "dump.h"

#include "codec.h"
#include "common/errno_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Since Linux 4.20: dumps may be filtered, and wrong requests are refused instead of misread. */
#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK 12
#endif

static enum mh_error bind_socket(struct mh_netlink *netlink, struct mh_failure *failure)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    socklen_t length = sizeof address;
    int one = 1;
    if (bind(netlink->descriptor, (const struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(netlink->descriptor, (struct sockaddr *)&address, &length) != 0)
        return mh_fail_errno(failure, errno, "cannot bind a netlink socket");
    (void)setsockopt(netlink->descriptor, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof one);
    netlink->port = address.nl_pid;
    return MH_OK;
}

static enum mh_error open_socket(struct mh_netlink *netlink, struct mh_failure *failure)
{
    netlink->descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, netlink->protocol);
    if (netlink->descriptor < 0)
        return mh_fail_errno(failure, errno, "cannot open a netlink socket");
    enum mh_error code = bind_socket(netlink, failure);
    if (code != MH_OK) {
        (void)close(netlink->descriptor);
        netlink->descriptor = -1;
    }
    return code;
}

enum mh_error mh_netlink_open(struct mh_netlink *netlink, struct mh_failure *failure)
{
    return mh_netlink_open_protocol(netlink, NETLINK_ROUTE, failure);
}

enum mh_error mh_netlink_open_protocol(struct mh_netlink *netlink, int protocol, struct mh_failure *failure)
{
    *netlink = (struct mh_netlink){.descriptor = -1, .protocol = protocol, .buffer = malloc(MH_DUMP_BUFFER)};
    if (netlink->buffer == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    enum mh_error code = open_socket(netlink, failure);
    if (code != MH_OK)
        mh_netlink_close(netlink);
    return code;
}

void mh_netlink_close(struct mh_netlink *netlink)
{
    if (netlink->descriptor >= 0)
        (void)close(netlink->descriptor);
    free(netlink->buffer);
    netlink->descriptor = -1;
    netlink->buffer = NULL;
}

static enum mh_error send_request(struct mh_netlink *netlink, struct nlmsghdr *request,
                                  struct mh_failure *failure)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    ssize_t sent;
    request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request->nlmsg_seq = ++netlink->sequence;
    request->nlmsg_pid = 0;
    do
        sent = sendto(netlink->descriptor, request, request->nlmsg_len, 0, (const struct sockaddr *)&kernel,
                      sizeof kernel);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? mh_fail_errno(failure, errno, "cannot ask the kernel") : MH_OK;
}

/* ENOBUFS, with the native code. */
static enum mh_error lost(struct mh_failure *failure, const char *text)
{
    (void)mh_fail_errno(failure, ENOBUFS, "%s", text);
    if (failure != NULL)
        failure->code = MH_LOST;
    return MH_LOST;
}

/* One datagram into the buffer. *length is 0 for one that did not come from the kernel. */
static enum mh_error receive(struct mh_netlink *netlink, size_t *length, struct mh_failure *failure)
{
    struct sockaddr_nl sender = {0};
    struct iovec piece = {netlink->buffer, MH_DUMP_BUFFER};
    struct msghdr message = {
        .msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &piece, .msg_iovlen = 1};
    ssize_t received;
    do
        received = recvmsg(netlink->descriptor, &message, 0);
    while (received < 0 && errno == EINTR);
    if (received < 0 && errno == ENOBUFS)
        return lost(failure, "the kernel dropped part of its answer");
    if (received < 0)
        return mh_fail_errno(failure, errno, "cannot read the kernel's answer");
    if (message.msg_flags & MSG_TRUNC)
        return mh_fail(failure, MH_LOST, "the kernel's answer was cut off");
    *length = sender.nl_pid == 0 ? (size_t)received : 0;
    return MH_OK;
}

/* NLMSG_ERROR and NLMSG_DONE begin with an error: 0 or a negative errno. */
static enum mh_error end_of_dump(const struct nlmsghdr *message, size_t length, struct mh_failure *failure)
{
    int32_t native = 0;
    if (length >= sizeof *message + sizeof native)
        memcpy(&native, (const uint8_t *)message + sizeof *message, sizeof native);
    else if (message->nlmsg_type == NLMSG_ERROR)
        return mh_fail(failure, MH_MALFORMED, "the kernel answered with a malformed error");
    if (native == 0)
        return MH_OK;
    if (native == -EOPNOTSUPP || native == -EAFNOSUPPORT || native == -EPROTONOSUPPORT) {
        (void)mh_fail_errno(failure, -native, "the kernel has no such table");
        if (failure != NULL)
            failure->code = MH_UNSUPPORTED;
        return MH_UNSUPPORTED;
    }
    if (native > 0 || native == INT32_MIN)
        return mh_fail(failure, MH_MALFORMED, "the kernel answered with a malformed error");
    return mh_fail_errno(failure, -native, "the kernel refused to list a table");
}

struct dump {
    struct mh_netlink *netlink;
    mh_netlink_take take;
    void *context;
    bool done, interrupted;
};

static enum mh_error take_message(struct dump *dump, const struct nlmsghdr *message, size_t length,
                                  struct mh_failure *failure)
{
    if (message->nlmsg_seq != dump->netlink->sequence || message->nlmsg_pid != dump->netlink->port)
        return MH_OK; /* no part of this answer */
    dump->interrupted |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
    switch (message->nlmsg_type) {
    case NLMSG_DONE:
    case NLMSG_ERROR:
        dump->done = true;
        return end_of_dump(message, length, failure);
    case NLMSG_NOOP:
        return MH_OK;
    case NLMSG_OVERRUN:
        return mh_fail(failure, MH_LOST, "the kernel dropped part of its answer");
    default:
        return dump->take(dump->context, message, length);
    }
}

static enum mh_error take_datagram(struct dump *dump, size_t length, struct mh_failure *failure)
{
    struct mh_messages walk = {dump->netlink->buffer, length, false};
    const struct nlmsghdr *message;
    enum mh_error code = MH_OK;
    while (code == MH_OK && !dump->done && mh_messages_next(&walk, &message, &length))
        code = take_message(dump, message, length, failure);
    if (code == MH_OK && walk.malformed)
        return mh_fail(failure, MH_MALFORMED, "the kernel answered with a malformed message");
    return code;
}

static enum mh_error read_answer(struct dump *dump, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    while (code == MH_OK && !dump->done) {
        size_t length = 0;
        code = receive(dump->netlink, &length, failure);
        if (code == MH_OK)
            code = take_datagram(dump, length, failure);
    }
    if (code != MH_OK || !dump->interrupted)
        return code;
    dump->netlink->interrupted = true;
    return mh_fail(failure, MH_LOST, "a table changed again and again while it was read");
}

enum mh_error mh_netlink_dump(struct mh_netlink *netlink, struct nlmsghdr *request, mh_netlink_take take,
                              void *context, struct mh_failure *failure)
{
    struct dump dump = {.netlink = netlink, .take = take, .context = context};
    netlink->interrupted = false;
    enum mh_error code = netlink->descriptor < 0 ? open_socket(netlink, failure) : MH_OK;
    if (code == MH_OK)
        code = send_request(netlink, request, failure);
    if (code == MH_OK)
        code = read_answer(&dump, failure);
    if (!dump.done && netlink->descriptor >= 0) {
        (void)close(netlink->descriptor);
        netlink->descriptor = -1; /* opened again by the next dump */
    }
    return code;
}
