/* nftables over netlink (linux/netfilter/nf_tables.h), as far as it is worth while: whether the table of this
 * service is there, and that something in it has changed. Its contents are nft's business. */
#define _GNU_SOURCE
#include "attribute.h"
#include "codec.h"
#include "common/errno_map.h"
#include "message.h"
#include "own_host.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <uv.h>

enum {
    BUFFER = 1 << 20,   /* octets of notifications that may wait: a lost one is as good as one that came */
    DATAGRAM = 1 << 14, /* what is longer than that is taken to be about us */
    FAMILY_INET = 1,    /* NFPROTO_INET; linux/netfilter.h does not go with netinet/in.h */
    DRAIN_MOST = 10000
};

/* In every message about tables, chains, rules, sets and elements the table's name is attribute 1
 * (NFTA_TABLE_NAME, NFTA_RULE_TABLE, ...). */
_Static_assert((int)NFTA_TABLE_NAME == 1 && (int)NFTA_CHAIN_TABLE == 1 && (int)NFTA_RULE_TABLE == 1 &&
                   (int)NFTA_SET_TABLE == 1 && (int)NFTA_SET_ELEM_LIST_TABLE == 1,
               "one attribute names the table");

static bool is_ours(const struct nlmsghdr *message, size_t length)
{
    struct mh_attribute attribute;
    size_t fixed = sizeof *message + sizeof(struct nfgenmsg);
    if (length < fixed || ((const uint8_t *)message)[sizeof *message] != FAMILY_INET)
        return false;
    struct mh_attributes walk = mh_attributes_of((const uint8_t *)message + fixed, length - fixed);
    while (mh_attributes_next(&walk, &attribute))
        if (attribute.type == NFTA_TABLE_NAME)
            return attribute.length == sizeof "multihomed" &&
                   memcmp(attribute.data, "multihomed", sizeof "multihomed") == 0;
    return false;
}

static bool speaks_of_ours(const void *bytes, size_t size)
{
    struct mh_messages walk = {bytes, size, false};
    const struct nlmsghdr *message;
    size_t length;
    while (mh_messages_next(&walk, &message, &length))
        if (message->nlmsg_type >> 8 == NFNL_SUBSYS_NFTABLES && is_ours(message, length))
            return true;
    return walk.malformed;
}

bool mh_own_watch_read(struct mh_own_host *own)
{
    _Alignas(struct nlmsghdr) uint8_t datagram[DATAGRAM];
    bool heard = false;
    for (int i = 0; i < DRAIN_MOST && own->watch.descriptor >= 0; i++) {
        ssize_t got = recv(own->watch.descriptor, datagram, sizeof datagram, MSG_DONTWAIT | MSG_TRUNC);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (got < 0 && errno == EINTR)
            continue;
        heard = heard || got < 0 || got > DATAGRAM || speaks_of_ours(datagram, (size_t)got);
        if (got < 0 && errno != ENOBUFS)
            break;
    }
    return heard;
}

/* ---- watching -------------------------------------------------------------------------------------- */

static void on_readable(uv_poll_t *poll, int status, int events)
{
    const struct mh_own_host *own = poll->data;
    (void)events;
    if (status < 0) /* an overflow: libuv stops watching because of it */
        (void)uv_poll_start(poll, UV_READABLE, on_readable);
    own->watch.wake(own->watch.context);
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static int join(void)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    int group = NFNLGRP_NFTABLES, size = BUFFER;
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);
    if (descriptor < 0)
        return -1;
    (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (bind(descriptor, (const struct sockaddr *)&address, sizeof address) == 0 &&
        setsockopt(descriptor, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0)
        return descriptor;
    (void)close(descriptor);
    return -1;
}

void mh_own_watch_open(struct mh_own_host *own, struct uv_loop_s *loop, mh_wake wake, void *context)
{
    uv_poll_t *poll = calloc(1, sizeof *poll);
    int descriptor = poll != NULL ? join() : -1;
    if (descriptor < 0 || uv_poll_init(loop, poll, descriptor) != 0) {
        if (descriptor >= 0)
            (void)close(descriptor);
        free(poll);
        return;
    }
    own->watch = (struct mh_own_watch){descriptor, poll, wake, context};
    own->doubted = true; /* nobody told of what came before */
    poll->data = own;
    (void)uv_poll_start(poll, UV_READABLE, on_readable);
}

/* ---- life ------------------------------------------------------------------------------------------ */

void mh_own_host_init(struct mh_own_host *own)
{
    *own = (struct mh_own_host){.watch = {.descriptor = -1}, .doubted = true};
}

void mh_own_host_clear(struct mh_own_host *own)
{
    if (own->watch.poll != NULL)
        uv_close((uv_handle_t *)own->watch.poll, free_handle);
    if (own->watch.descriptor >= 0)
        (void)close(own->watch.descriptor);
    mh_own_clear(&own->table);
    mh_list_release(own->exempt_links);
    mh_own_host_init(own);
}

/* ---- asking ---------------------------------------------------------------------------------------- */

static int ask(int descriptor, struct nlmsghdr *request)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    const struct timeval limit = {.tv_sec = 5};
    _Alignas(struct nlmsghdr) uint8_t answer[4096];
    struct nlmsgerr error;
    (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (sendto(descriptor, request, request->nlmsg_len, 0, (const struct sockaddr *)&kernel, sizeof kernel) <
        0)
        return errno;
    ssize_t got = recv(descriptor, answer, sizeof answer, 0);
    if (got < (ssize_t)sizeof(struct nlmsghdr))
        return got < 0 ? errno : EBADMSG;
    if (((const struct nlmsghdr *)(const void *)answer)->nlmsg_type != NLMSG_ERROR)
        return 0;
    if (got < (ssize_t)(sizeof(struct nlmsghdr) + sizeof error))
        return EBADMSG;
    memcpy(&error, answer + sizeof(struct nlmsghdr), sizeof error);
    return -error.error;
}

enum mh_error mh_own_find(void)
{
    _Alignas(struct nlmsghdr) uint8_t octets[256];
    const struct nfgenmsg fixed = {.nfgen_family = FAMILY_INET, .version = NFNETLINK_V0};
    struct mh_message request = {.header = (void *)octets, .size = sizeof octets};
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (descriptor < 0)
        return MH_UNSUPPORTED;
    memset(octets, 0, sizeof octets);
    mh_message_begin(&request, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE, 0, &fixed, sizeof fixed);
    mh_message_put_text(&request, NFTA_TABLE_NAME, "multihomed");
    int native = ask(descriptor, request.header);
    (void)close(descriptor);
    /* A kernel without nftables takes the subsystem for a wrong number. */
    return native == EINVAL || native == EOPNOTSUPP ? MH_UNSUPPORTED : mh_errno_error(native);
}
