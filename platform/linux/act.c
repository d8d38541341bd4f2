/* DOC: Ops on Linux. Each is one rtnetlink(7) message, encoded by encode_*.c, which the kernel acknowledges
 * before the next is sent: whoever applies several stops at the first that fails and knows that nothing
 * behind it was tried. (Messages sent in one go save little, and the kernel carries out those behind a failed
 * one.) Settings are files of /proc/sys. The kernel carries a message out within sendto(2), so the answer is
 * there when that returns; the time limit is for a kernel that forgets to answer. */
#define _GNU_SOURCE
#include "act.h"

#include "ack.h"
#include "codec.h"
#include "common/errno_map.h"
#include "linux.h"
#include "setting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { ANSWER_SECONDS = 5, MANY = 256 };

/* ---- the socket ------------------------------------------------------------------------------------ */

void mh_actor_init(struct mh_actor *actor)
{
    *actor = (struct mh_actor){.netlink = {.descriptor = -1}};
}

void mh_actor_clear(struct mh_actor *actor)
{
    mh_netlink_close(&actor->netlink);
    mh_rule_list_clear(&actor->rules[0]);
    mh_rule_list_clear(&actor->rules[1]);
    free(actor->message.header);
    actor->message.header = NULL;
}

/* Without the extended acknowledgement (Linux before 4.12) a failure has its errno only. */
static void set_options(int descriptor)
{
    const struct timeval limit = {.tv_sec = ANSWER_SECONDS};
    int one = 1;
    (void)setsockopt(descriptor, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof one);
    (void)setsockopt(descriptor, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one);
    (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

static enum mh_error prepare(struct mh_actor *actor, struct mh_failure *failure)
{
    if (actor->message.header == NULL)
        actor->message = (struct mh_message){.header = calloc(1, MH_MESSAGE_SIZE), .size = MH_MESSAGE_SIZE};
    if (actor->message.header == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    if (actor->netlink.descriptor >= 0)
        return MH_OK;
    enum mh_error code = mh_netlink_open(&actor->netlink, failure);
    if (code == MH_OK)
        set_options(actor->netlink.descriptor);
    return code;
}

/* ---- the answer ------------------------------------------------------------------------------------ */

static enum mh_error refused(const struct mh_ack *ack, const struct mh_op *op, struct mh_failure *failure)
{
    bool has_text = ack->text[0] != '\0';
    enum mh_error code = mh_fail_errno(failure, ack->native, "the kernel refused %s%s%s",
                                       mh_op_word(op->kind), has_text ? ": " : "", ack->text);
    if (ack->native != ENOBUFS) /* elsewhere it means that notifications were lost */
        return code;
    if (failure != NULL)
        failure->code = MH_NO_MEMORY;
    return MH_NO_MEMORY;
}

/* After these it is not known whether the op was carried out. */
static enum mh_error fail_unknown(int native, const struct mh_op *op, struct mh_failure *failure)
{
    bool late = native == EAGAIN || native == EWOULDBLOCK;
    return mh_fail_errno(failure, late ? ETIMEDOUT : native,
                         "the kernel's answer to %s is missing; it may have been carried out",
                         mh_op_word(op->kind));
}

static bool is_answer(const struct mh_netlink *netlink, const struct nlmsghdr *message)
{
    return message->nlmsg_type == NLMSG_ERROR && message->nlmsg_seq == netlink->sequence &&
           message->nlmsg_pid == netlink->port;
}

/* One datagram; *length is 0 for one that did not come from the kernel. False: errno. */
static bool receive(struct mh_netlink *netlink, size_t *length)
{
    struct sockaddr_nl sender = {0};
    socklen_t sender_length = sizeof sender;
    ssize_t received;
    do
        received = recvfrom(netlink->descriptor, netlink->buffer, MH_DUMP_BUFFER, 0,
                            (struct sockaddr *)&sender, &sender_length);
    while (received < 0 && errno == EINTR);
    *length = received < 0 || sender.nl_pid != 0 ? 0 : (size_t)received;
    return received >= 0;
}

static enum mh_error await(struct mh_netlink *netlink, const struct mh_op *op, struct mh_failure *failure)
{
    struct mh_ack ack;
    size_t length;
    const struct nlmsghdr *message;
    while (receive(netlink, &length)) {
        struct mh_messages walk = {netlink->buffer, length, false};
        while (mh_messages_next(&walk, &message, &length)) {
            if (!is_answer(netlink, message))
                continue;
            if (mh_decode_ack(message, length, &ack) != MH_OK)
                return fail_unknown(EBADMSG, op, failure);
            return ack.native == 0 ? MH_OK : refused(&ack, op, failure);
        }
    }
    return fail_unknown(errno, op, failure);
}

static bool send_octets(const struct mh_netlink *netlink, const void *octets, size_t length)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    ssize_t sent;
    do
        sent =
            sendto(netlink->descriptor, octets, length, 0, (const struct sockaddr *)&kernel, sizeof kernel);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

static bool send_message(struct mh_netlink *netlink, struct nlmsghdr *message)
{
    message->nlmsg_flags |= NLM_F_ACK;
    message->nlmsg_seq = ++netlink->sequence;
    return send_octets(netlink, message, message->nlmsg_len);
}

/* What is left of an answer that was not understood must not be taken for the next one's. */
enum mh_error mh_linux_exchange(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure)
{
    struct mh_actor *actor = &host->actor;
    if (!send_message(&actor->netlink, actor->message.header))
        return mh_fail_errno(failure, errno, "cannot ask the kernel for %s", mh_op_word(op->kind));
    enum mh_error code = await(&actor->netlink, op, failure);
    if (code == MH_LOST || code == MH_TIMEOUT || code == MH_MALFORMED)
        mh_netlink_close(&actor->netlink);
    return code;
}

/* Numbers the messages; how many there are. */
static uint32_t number_row(const struct mh_netlink *netlink, void *octets, size_t length)
{
    uint32_t count = 0;
    for (size_t at = 0; at < length;) {
        struct nlmsghdr *message = (struct nlmsghdr *)((uint8_t *)octets + at);
        message->nlmsg_flags |= NLM_F_ACK;
        message->nlmsg_seq = netlink->sequence + ++count;
        at += message->nlmsg_len;
    }
    return count;
}

enum mh_error mh_linux_exchange_row(struct mh_linux *host, const struct mh_op *op, size_t length,
                                    struct mh_failure *failure)
{
    struct mh_netlink *netlink = &host->actor.netlink;
    enum mh_error result = MH_OK;
    uint32_t count = number_row(netlink, host->actor.message.header, length);
    if (!send_octets(netlink, host->actor.message.header, length))
        return mh_fail_errno(failure, errno, "cannot ask the kernel for %s", mh_op_word(op->kind));
    for (uint32_t i = 0; i < count; i++) {
        netlink->sequence++;
        enum mh_error code = await(netlink, op, result == MH_OK ? failure : NULL);
        if (result == MH_OK)
            result = code;
        if (code != MH_LOST && code != MH_TIMEOUT && code != MH_MALFORMED)
            continue;
        mh_netlink_close(netlink);
        break;
    }
    return result;
}

/* ---- ops ------------------------------------------------------------------------------------------- */

static enum mh_error encode_flags(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure)
{
    struct mh_address_natives natives;
    enum mh_error code = mh_guard_flags(host, &op->of.address, &natives, failure);
    return code == MH_OK
               ? mh_encode_address(op->kind, &op->of.address, &natives, &host->actor.message, failure)
               : code;
}

/* Where there is nothing to replace the route is added: should another program be faster, its route stays. */
static enum mh_error encode_replace(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure)
{
    bool found = false;
    enum mh_error code = mh_guard_replace(host, &op->of.route, &found, failure);
    return code == MH_OK ? mh_encode_route(found ? MH_OP_ROUTE_REPLACE : MH_OP_ROUTE_ADD, &op->of.route,
                                           &host->actor.message, failure)
                         : code;
}

static enum mh_error encode(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure)
{
    struct mh_message *message = &host->actor.message;
    switch (op->kind) {
    case MH_OP_ADDRESS_ADD:
    case MH_OP_ADDRESS_DELETE:
        return mh_encode_address(op->kind, &op->of.address, NULL, message, failure);
    case MH_OP_ADDRESS_FLAGS:
        return encode_flags(host, op, failure);
    case MH_OP_ROUTE_ADD:
    case MH_OP_ROUTE_DELETE:
        return mh_encode_route(op->kind, &op->of.route, message, failure);
    case MH_OP_ROUTE_REPLACE:
        return encode_replace(host, op, failure);
    case MH_OP_LINK_ADDRESS_SET:
        return mh_encode_link_address(&op->of.link, message, failure);
    case MH_OP_PROXY_ADD:
    case MH_OP_PROXY_DELETE:
        return mh_encode_proxy(op->kind, &op->of.proxy, message, failure);
    case MH_OP_LABEL_ADD:
    case MH_OP_LABEL_DELETE:
        return mh_encode_label(op->kind, &op->of.label, message, failure);
    default:
        return mh_fail(failure, MH_UNSUPPORTED, "Linux does not know %s", mh_op_word(op->kind));
    }
}

/* The flag `nodad` stays with an address: once detection was left out it goes again (inet6_addr_modify). */
static enum mh_error drop_nodad(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure)
{
    struct mh_op change = *op;
    change.kind = MH_OP_ADDRESS_FLAGS;
    change.of.address.flags &= ~(uint32_t)MH_ADDRESS_KNOWN_UNIQUE;
    enum mh_error code =
        mh_encode_address(change.kind, &change.of.address, NULL, &host->actor.message, failure);
    return code == MH_OK ? mh_linux_exchange(host, &change, failure) : code;
}

static bool is_known_unique(const struct mh_op *op)
{
    return op->kind == MH_OP_ADDRESS_ADD && op->of.address.address.family == MH_IPV6 &&
           (op->of.address.flags & MH_ADDRESS_KNOWN_UNIQUE);
}

/* Where that is no help, the kernel's first answer stands. */
static enum mh_error add_by_own_gateway(struct mh_linux *host, const struct mh_op *op,
                                        struct mh_failure *failure)
{
    struct mh_failure why = {0};
    enum mh_error code = mh_gateway_add(host, op, &why);
    if (code == MH_NOT_FOUND)
        return MH_INVALID;
    if (failure != NULL)
        *failure = why;
    return code;
}

static enum mh_error apply(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure)
{
    if (op->kind == MH_OP_SETTING_SET)
        return mh_setting_write(&op->of.setting, failure);
    enum mh_error code = prepare(&host->actor, failure);
    if (code == MH_OK && op->kind == MH_OP_RULE_ADD)
        return mh_linux_add_rule(host, op, failure);
    if (code == MH_OK && op->kind == MH_OP_RULE_DELETE)
        return mh_linux_delete_rule(host, op, failure);
    if (code == MH_OK)
        code = encode(host, op, failure);
    if (code == MH_OK)
        code = mh_linux_exchange(host, op, failure);
    if (code == MH_INVALID && mh_gateway_may_be_own(op))
        code = add_by_own_gateway(host, op, failure);
    if (code == MH_OK && is_known_unique(op))
        code = drop_nodad(host, op, failure);
    return code;
}

static bool is_filter_op(const struct mh_op *op)
{
    return op->kind == MH_OP_SETTING_SET && mh_own_holds(&op->of.setting);
}

/* Consecutive ops on our own table of the packet filter are one run of nft. */
static enum mh_error apply_some(struct mh_linux *host, const struct mh_op *ops, size_t count, size_t *applied,
                                struct mh_failure *failure)
{
    if (is_filter_op(&ops[0]))
        return mh_own_apply(host, ops, count, applied, failure);
    enum mh_error code = apply(host, &ops[0], failure);
    *applied = code == MH_OK;
    return code;
}

/* ---- many ops -------------------------------------------------------------------------------------- */

/* The kernel would tell of each change while nobody can listen: thousands of words that are made, queued and,
 * as everything is read afterwards, thrown away. So nobody is told, and reading everything is made a must.
 * The last op is told again: that wakes whoever watches. Should returning fail, read_all tries again. */
static bool stop_listening(struct mh_linux *host, size_t count)
{
    if (count < MANY || host->monitor.descriptor < 0)
        return false;
    host->must_resync = true;
    mh_monitor_leave(&host->monitor);
    return true;
}

enum mh_error mh_linux_apply_all(struct mh_platform *platform, const struct mh_op *ops, size_t count,
                                 size_t *applied, struct mh_failure *failure)
{
    struct mh_linux *host = (struct mh_linux *)platform;
    enum mh_error code = MH_OK;
    bool deaf = stop_listening(host, count);
    host->actor.many = count >= MANY;
    for (*applied = 0; *applied < count && code == MH_OK;) {
        size_t done = 0;
        if (deaf && *applied + 1 == count)
            (void)mh_monitor_return(&host->monitor, NULL);
        code = apply_some(host, &ops[*applied], count - *applied, &done, failure);
        *applied += done;
    }
    if (deaf)
        (void)mh_monitor_return(&host->monitor, NULL);
    mh_linux_forget_rules(host);
    return code;
}

enum mh_error mh_linux_apply(struct mh_platform *platform, const struct mh_op *op, struct mh_failure *failure)
{
    size_t applied;
    return mh_linux_apply_all(platform, op, 1, &applied, failure);
}
