#include "ack.h"

#include "attribute.h"

/* Where the attributes begin: behind the error, the refused message's header and, unless it was left out
 * (NETLINK_CAP_ACK), the rest of that message. */
static size_t end_of_echo(const struct nlmsghdr *header, const struct nlmsgerr *error)
{
    size_t end = sizeof *header + sizeof *error;
    if (!(header->nlmsg_flags & NLM_F_CAPPED) && error->error != 0 &&
        error->msg.nlmsg_len > sizeof error->msg)
        end += mh_netlink_align(error->msg.nlmsg_len - sizeof error->msg);
    return end;
}

static void take_text(struct mh_attributes walk, struct mh_ack *ack)
{
    struct mh_attribute attribute;
    size_t length;
    while (mh_attributes_next(&walk, &attribute))
        if (attribute.type == NLMSGERR_ATTR_MSG &&
            !mh_attribute_text(&attribute, ack->text, sizeof ack->text))
            ack->text[0] = '\0';
    length = strlen(ack->text);
    if (length > 0 && ack->text[length - 1] == '.') /* more follows */
        ack->text[length - 1] = '\0';
}

enum mh_error mh_decode_ack(const void *message, size_t length, struct mh_ack *ack)
{
    struct nlmsghdr header;
    struct nlmsgerr error;
    ack->text[0] = '\0';
    if (length < sizeof header + sizeof error)
        return MH_MALFORMED;
    memcpy(&header, message, sizeof header);
    memcpy(&error, (const uint8_t *)message + sizeof header, sizeof error);
    if (header.nlmsg_len > length || error.error > 0 || error.error == INT32_MIN)
        return MH_MALFORMED;
    ack->native = -error.error;
    size_t begin = end_of_echo(&header, &error);
    if ((header.nlmsg_flags & NLM_F_ACK_TLVS) && begin < header.nlmsg_len)
        take_text(mh_attributes_of((const uint8_t *)message + begin, header.nlmsg_len - begin), ack);
    return MH_OK;
}
