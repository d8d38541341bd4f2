#define _GNU_SOURCE
#include "monitor.h"

#include "common/errno_map.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

/* More than the buffer can hold; whoever fills it faster than this empties it does not keep us here. */
enum { DRAIN_MOST = 1000000, DRAIN_BATCH = 64 };

/* Older kernels lack the last ones; `needed` says without which there is nothing to watch. */
static const struct {
    int group;
    bool needed;
} groups[] = {
    {RTNLGRP_LINK, true},          {RTNLGRP_NEIGH, true},      {RTNLGRP_IPV4_IFADDR, true},
    {RTNLGRP_IPV4_ROUTE, true},    {RTNLGRP_IPV4_RULE, true},  {RTNLGRP_IPV6_IFADDR, false},
    {RTNLGRP_IPV6_ROUTE, false},   {RTNLGRP_IPV6_RULE, false}, {RTNLGRP_IPV4_NETCONF, false},
    {RTNLGRP_IPV6_NETCONF, false}, {RTNLGRP_NEXTHOP, false},
};

static enum mh_error join_groups(int descriptor, struct mh_failure *failure)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        int joined = setsockopt(descriptor, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i].group,
                                sizeof groups[i].group);
        if (joined != 0 && groups[i].needed)
            return mh_fail_errno(failure, errno, "cannot join netlink group %d", groups[i].group);
    }
    return MH_OK;
}

void mh_monitor_leave(struct mh_monitor *monitor)
{
    monitor->left = true;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        (void)setsockopt(monitor->descriptor, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &groups[i].group,
                         sizeof groups[i].group);
}

enum mh_error mh_monitor_return(struct mh_monitor *monitor, struct mh_failure *failure)
{
    enum mh_error code = monitor->left ? join_groups(monitor->descriptor, failure) : MH_OK;
    monitor->left = code != MH_OK;
    return code;
}

/* Without CAP_NET_ADMIN the system's limit (net.core.rmem_max) holds: then there are more losses, not less
 * truth. */
static void size_buffer(int descriptor, int octets)
{
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets) != 0)
        (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
}

static enum mh_error open_socket(struct mh_monitor *monitor, int receive_buffer, struct mh_failure *failure)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    monitor->descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (monitor->descriptor < 0)
        return mh_fail_errno(failure, errno, "cannot open a netlink socket");
    size_buffer(monitor->descriptor, receive_buffer);
    if (bind(monitor->descriptor, (const struct sockaddr *)&address, sizeof address) != 0)
        return mh_fail_errno(failure, errno, "cannot bind a netlink socket");
    return join_groups(monitor->descriptor, failure);
}

/* ---- the loop -------------------------------------------------------------------------------------- */

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct mh_monitor *monitor = poll->data;
    (void)events;
    /* An overflow is an error of the socket until it is read; libuv stops watching because of it. */
    if (status < 0)
        (void)uv_poll_start(poll, UV_READABLE, on_readable);
    monitor->wake(monitor->context);
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static enum mh_error start_polling(struct mh_monitor *monitor, struct uv_loop_s *loop,
                                   struct mh_failure *failure)
{
    uv_poll_t *poll = calloc(1, sizeof *poll);
    if (poll == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    int error = uv_poll_init(loop, poll, monitor->descriptor);
    if (error != 0) {
        free(poll);
        return mh_fail_errno(failure, -error, "cannot watch a netlink socket");
    }
    poll->data = monitor;
    monitor->poll = poll;
    error = uv_poll_start(poll, UV_READABLE, on_readable);
    return error == 0 ? MH_OK : mh_fail_errno(failure, -error, "cannot watch a netlink socket");
}

enum mh_error mh_monitor_open(struct mh_monitor *monitor, struct uv_loop_s *loop, mh_wake wake, void *context,
                              int receive_buffer, struct mh_failure *failure)
{
    *monitor = (struct mh_monitor){.descriptor = -1, .wake = wake, .context = context};
    monitor->buffer = malloc((size_t)MH_MONITOR_BATCH * MH_MONITOR_DATAGRAM);
    if (monitor->buffer == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    enum mh_error code = open_socket(monitor, receive_buffer, failure);
    if (code == MH_OK)
        code = start_polling(monitor, loop, failure);
    if (code != MH_OK)
        mh_monitor_close(monitor);
    return code;
}

void mh_monitor_close(struct mh_monitor *monitor)
{
    if (monitor->poll != NULL)
        uv_close((uv_handle_t *)monitor->poll, free_handle);
    if (monitor->descriptor >= 0)
        (void)close(monitor->descriptor);
    free(monitor->buffer);
    *monitor = (struct mh_monitor){.descriptor = -1};
}

/* ---- receiving ------------------------------------------------------------------------------------- */

const uint8_t *mh_monitor_datagram(const struct mh_monitor *monitor, size_t position)
{
    return monitor->buffer + position * MH_MONITOR_DATAGRAM;
}

static int receive_batch(struct mh_monitor *monitor, struct mmsghdr batch[MH_MONITOR_BATCH],
                         struct sockaddr_nl senders[MH_MONITOR_BATCH])
{
    struct iovec pieces[MH_MONITOR_BATCH];
    int received;
    for (size_t i = 0; i < MH_MONITOR_BATCH; i++) {
        pieces[i] = (struct iovec){monitor->buffer + i * MH_MONITOR_DATAGRAM, MH_MONITOR_DATAGRAM};
        batch[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &senders[i],
                                                .msg_namelen = sizeof senders[i],
                                                .msg_iov = &pieces[i],
                                                .msg_iovlen = 1}};
    }
    do
        received = recvmmsg(monitor->descriptor, batch, MH_MONITOR_BATCH, MSG_DONTWAIT, NULL);
    while (received < 0 && errno == EINTR);
    return received;
}

static enum mh_error lost(struct mh_failure *failure)
{
    (void)mh_fail_errno(failure, ENOBUFS, "the kernel dropped notifications");
    if (failure != NULL)
        failure->code = MH_LOST;
    return MH_LOST;
}

enum mh_error mh_monitor_receive(struct mh_monitor *monitor, size_t *count, struct mh_failure *failure)
{
    struct mmsghdr batch[MH_MONITOR_BATCH];
    struct sockaddr_nl senders[MH_MONITOR_BATCH];
    int received = receive_batch(monitor, batch, senders);
    *count = 0;
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return MH_OK;
    if (received < 0)
        return errno == ENOBUFS ? lost(failure) : mh_fail_errno(failure, errno, "cannot read notifications");
    for (size_t i = 0; i < (size_t)received; i++) {
        if (batch[i].msg_hdr.msg_flags & MSG_TRUNC)
            return mh_fail(failure, MH_LOST, "a notification was cut off");
        monitor->lengths[i] = senders[i].nl_pid == 0 ? batch[i].msg_len : 0;
    }
    *count = (size_t)received;
    return MH_OK;
}

/* Of datagrams that nobody reads, none has a place to go to. */
void mh_monitor_drain(struct mh_monitor *monitor)
{
    struct mmsghdr batch[DRAIN_BATCH] = {{.msg_len = 0}};
    for (long i = 0; i < DRAIN_MOST; i += DRAIN_BATCH)
        if (recvmmsg(monitor->descriptor, batch, DRAIN_BATCH, MSG_DONTWAIT, NULL) < 0 && errno != ENOBUFS &&
            errno != EINTR)
            return;
}

bool mh_monitor_is_empty(const struct mh_monitor *monitor)
{
    uint8_t octet;
    return recv(monitor->descriptor, &octet, sizeof octet, MSG_DONTWAIT | MSG_PEEK) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}
