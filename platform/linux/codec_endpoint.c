/* SOCK_DIAG_BY_FAMILY: struct inet_diag_msg and INET_DIAG_* (sock_diag(7), linux/inet_diag.h). */
#include "attribute.h"
#include "codec.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <netinet/tcp.h>

/* An unconnected UDP socket is in the state that TCP calls closed (net/ipv4/udp_diag.c). */
static uint8_t state_of_native(uint8_t native, uint8_t protocol)
{
    if (native == TCP_ESTABLISHED)
        return MH_ENDPOINT_CONNECTED;
    return native == (protocol == MH_ENDPOINT_TCP ? TCP_LISTEN : TCP_CLOSE) ? MH_ENDPOINT_LISTENING : 0;
}

/* The first word alone holds an IPv4 address; the others are not always zero. */
static struct mh_address address_of_native(enum mh_family family, const uint32_t words[4])
{
    uint8_t bytes[16];
    memcpy(bytes, words, sizeof bytes);
    const struct mh_address address = mh_address_from_bytes(family, bytes);
    return mh_address_unmapped(&address);
}

static bool take_attribute(const struct mh_attribute *attribute, struct mh_endpoint *endpoint)
{
    uint8_t flag = 0;
    switch (attribute->type) {
    case INET_DIAG_MARK:
        endpoint->has_mark = true;
        return mh_attribute_u32(attribute, &endpoint->mark);
    case INET_DIAG_TOS:
        return endpoint->local.family != MH_IPV4 || mh_attribute_u8(attribute, &endpoint->tos);
    case INET_DIAG_TCLASS:
        return endpoint->local.family != MH_IPV6 || mh_attribute_u8(attribute, &endpoint->tos);
    case INET_DIAG_SKV6ONLY:
        if (!mh_attribute_u8(attribute, &flag))
            return false;
        endpoint->ipv6_only = flag != 0;
        return true;
    default:
        return true;
    }
}

static void take_ends(const struct inet_diag_msg *message, enum mh_family family,
                      struct mh_endpoint *endpoint)
{
    endpoint->local = address_of_native(family, message->id.idiag_src);
    endpoint->local_port = ntohs(message->id.idiag_sport);
    if (endpoint->state != MH_ENDPOINT_CONNECTED)
        return;
    endpoint->remote = address_of_native(family, message->id.idiag_dst);
    endpoint->remote_port = ntohs(message->id.idiag_dport);
}

enum mh_error mh_decode_endpoint(const void *bytes, size_t length, uint8_t protocol,
                                 struct mh_endpoint *endpoint)
{
    struct inet_diag_msg message;
    struct mh_attributes walk;
    struct mh_attribute attribute;
    if (!mh_message_parts(bytes, length, &message, sizeof message, &walk))
        return MH_MALFORMED;
    enum mh_family family = mh_family_of_native(message.idiag_family);
    uint8_t state = state_of_native(message.idiag_state, protocol);
    if (family == MH_FAMILY_NONE || state == 0)
        return MH_NOT_FOUND;
    *endpoint = (struct mh_endpoint){.protocol = protocol,
                                     .state = state,
                                     .interface = message.id.idiag_if,
                                     .uid = message.idiag_uid,
                                     .inode = message.idiag_inode};
    take_ends(&message, family, endpoint);
    while (mh_attributes_next(&walk, &attribute))
        if (!take_attribute(&attribute, endpoint))
            return MH_MALFORMED;
    return walk.malformed ? MH_MALFORMED : MH_OK;
}
