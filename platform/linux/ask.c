/* RTM_GETROUTE (rtnetlink(7)): which way and which source the kernel would take. The request says what
 * ip-route(8) can say after `get`. */
#define _GNU_SOURCE
#include "ask.h"

#include "attribute.h"
#include "common/errno_map.h"
#include "linux.h"
#include "message.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_SIZE = 256, ANSWER_SIZE = 4096 };

/* ---- the socket ------------------------------------------------------------------------------------ */

void mh_asker_init(struct mh_asker *asker)
{
    *asker = (struct mh_asker){.descriptor = -1};
    (void)pthread_mutex_init(&asker->lock, NULL);
}

static void close_socket(struct mh_asker *asker)
{
    if (asker->descriptor >= 0)
        (void)close(asker->descriptor);
    asker->descriptor = -1;
}

void mh_asker_clear(struct mh_asker *asker)
{
    close_socket(asker);
    (void)pthread_mutex_destroy(&asker->lock);
}

static enum mh_error open_socket(struct mh_asker *asker, struct mh_failure *failure)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    socklen_t length = sizeof address;
    if (asker->descriptor >= 0)
        return MH_OK;
    asker->descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (asker->descriptor < 0)
        return mh_fail_errno(failure, errno, "cannot open a netlink socket");
    if (bind(asker->descriptor, (const struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(asker->descriptor, (struct sockaddr *)&address, &length) != 0) {
        int native = errno;
        close_socket(asker);
        return mh_fail_errno(failure, native, "cannot bind a netlink socket");
    }
    asker->port = address.nl_pid;
    return MH_OK;
}

/* ---- the question ---------------------------------------------------------------------------------- */

static void put_number(struct mh_message *request, uint16_t type, uint32_t number)
{
    if (number != 0)
        mh_message_put_u32(request, type, number);
}

static void put_port(struct mh_message *request, uint16_t type, uint16_t port)
{
    uint16_t wire = htons(port);
    if (port != 0)
        mh_message_put(request, type, &wire, sizeof wire);
}

static void put_selectors(struct mh_message *request, const struct mh_question *question)
{
    put_number(request, RTA_OIF, question->output);
    put_number(request, RTA_IIF, question->input);
    if (question->known & MH_KNOWN_MARK)
        put_number(request, RTA_MARK, question->mark);
    if (question->known & MH_KNOWN_UID)
        mh_message_put_u32(request, RTA_UID, question->uid);
    if ((question->known & MH_KNOWN_PROTOCOL) && question->protocol != 0)
        mh_message_put_u8(request, RTA_IP_PROTO, question->protocol);
    if ((question->known & MH_KNOWN_PORTS) == 0)
        return;
    put_port(request, RTA_SPORT, question->source_port);
    put_port(request, RTA_DPORT, question->destination_port);
}

static void compose(struct mh_message *request, const struct mh_question *question, uint32_t sequence)
{
    bool four = question->destination.family == MH_IPV4;
    uint8_t bits = four ? 32 : 128;
    struct rtmsg route = {.rtm_family = four ? AF_INET : AF_INET6,
                          .rtm_dst_len = bits,
                          .rtm_src_len = question->source.family != MH_FAMILY_NONE ? bits : 0,
                          .rtm_flags = four ? RTM_F_LOOKUP_TABLE : 0};
    if (question->known & MH_KNOWN_TOS)
        route.rtm_tos = question->tos & 0xfc;
    mh_message_begin(request, RTM_GETROUTE, 0, &route, sizeof route);
    request->header->nlmsg_seq = sequence;
    mh_message_put_address(request, RTA_DST, &question->destination);
    mh_message_put_address(request, RTA_SRC, &question->source);
    put_selectors(request, question);
}

/* ---- the answer ------------------------------------------------------------------------------------ */

static bool take_attribute(const struct mh_attribute *attribute, enum mh_family family,
                           struct mh_kernel_answer *answer)
{
    switch (attribute->type) {
    case RTA_OIF:
        return mh_attribute_u32(attribute, &answer->interface);
    case RTA_TABLE:
        return mh_attribute_u32(attribute, &answer->table);
    case RTA_GATEWAY:
        return mh_attribute_address(attribute, family, &answer->next_hop);
    case RTA_VIA:
        return mh_attribute_via(attribute, &answer->next_hop);
    case RTA_PREFSRC:
        return mh_attribute_address(attribute, family, &answer->source);
    default:
        return true;
    }
}

/* The kernel names a source only when it is not the given one, or names what it would choose without. */
static bool take_route(const void *bytes, size_t length, const struct mh_question *question,
                       struct mh_kernel_answer *answer)
{
    struct rtmsg route;
    struct mh_attributes walk;
    struct mh_attribute attribute;
    enum mh_family family = (enum mh_family)question->destination.family;
    if (!mh_message_parts(bytes, length, &route, sizeof route, &walk))
        return false;
    answer->found = true;
    answer->type = route.rtm_type;
    while (mh_attributes_next(&walk, &attribute))
        if (!take_attribute(&attribute, family, answer))
            return false;
    if (question->source.family != MH_FAMILY_NONE)
        answer->source = question->source;
    return !walk.malformed;
}

static bool take_error(const void *bytes, size_t length, struct mh_kernel_answer *answer)
{
    int32_t native;
    if (length < sizeof(struct nlmsghdr) + sizeof native)
        return false;
    memcpy(&native, (const uint8_t *)bytes + sizeof(struct nlmsghdr), sizeof native);
    if (native >= 0 || native == INT32_MIN)
        return false;
    const char *name = mh_errno_name(-native);
    answer->native_code = -native;
    if (name != NULL)
        (void)snprintf(answer->native_name, sizeof answer->native_name, "%s", name);
    return true;
}

/* One datagram; *length is 0 for one that is no part of the answer. */
static enum mh_error receive(const struct mh_asker *asker, void *bytes, size_t size, size_t *length,
                             struct mh_failure *failure)
{
    struct sockaddr_nl sender = {0};
    socklen_t sender_length = sizeof sender;
    ssize_t received;
    do
        received =
            recvfrom(asker->descriptor, bytes, size, MSG_TRUNC, (struct sockaddr *)&sender, &sender_length);
    while (received < 0 && errno == EINTR);
    if (received < 0)
        return mh_fail_errno(failure, errno, "cannot read the kernel's answer");
    if ((size_t)received > size)
        return mh_fail(failure, MH_MALFORMED, "the kernel's answer to one route is too long");
    *length = sender.nl_pid == 0 ? (size_t)received : 0;
    return MH_OK;
}

static enum mh_error take_answer(const struct mh_asker *asker, const void *bytes, size_t length,
                                 const struct mh_question *question, struct mh_kernel_answer *answer,
                                 bool *done)
{
    struct mh_messages walk = {bytes, length, false};
    const struct nlmsghdr *message;
    while (!*done && mh_messages_next(&walk, &message, &length)) {
        if (message->nlmsg_seq != asker->sequence || message->nlmsg_pid != asker->port)
            continue;
        *done = message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == RTM_NEWROUTE;
        if (*done && !(message->nlmsg_type == NLMSG_ERROR ? take_error(message, length, answer)
                                                          : take_route(message, length, question, answer)))
            return MH_MALFORMED;
    }
    return walk.malformed ? MH_MALFORMED : MH_OK;
}

static enum mh_error ask(struct mh_asker *asker, const struct mh_question *question,
                         struct mh_kernel_answer *answer, struct mh_failure *failure)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    _Alignas(struct nlmsghdr) uint8_t room[REQUEST_SIZE];
    struct mh_message request = {.header = (struct nlmsghdr *)(void *)room, .size = sizeof room};
    _Alignas(struct nlmsghdr) uint8_t bytes[ANSWER_SIZE];
    enum mh_error code = MH_OK;
    compose(&request, question, ++asker->sequence);
    if (sendto(asker->descriptor, room, request.header->nlmsg_len, 0, (const struct sockaddr *)&kernel,
               sizeof kernel) < 0)
        return mh_fail_errno(failure, errno, "cannot ask the kernel");
    for (bool done = false; !done && code == MH_OK;) {
        size_t length = 0;
        code = receive(asker, bytes, sizeof bytes, &length, failure);
        if (code == MH_OK && take_answer(asker, bytes, length, question, answer, &done) != MH_OK)
            code = mh_fail(failure, MH_MALFORMED, "the kernel's answer to one route is malformed");
    }
    return code;
}

enum mh_error mh_linux_ask(struct mh_platform *platform, const struct mh_question *question,
                           struct mh_kernel_answer *answer, struct mh_failure *failure)
{
    struct mh_asker *asker = &((struct mh_linux *)platform)->asker;
    *answer = (struct mh_kernel_answer){0};
    (void)pthread_mutex_lock(&asker->lock);
    enum mh_error code = open_socket(asker, failure);
    if (code == MH_OK) {
        code = ask(asker, question, answer, failure);
        if (code != MH_OK) /* no rest of an answer is to be taken for the next one's */
            close_socket(asker);
    }
    (void)pthread_mutex_unlock(&asker->lock);
    return code;
}
