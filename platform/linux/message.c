#include "message.h"

#include "attribute.h"

/* `size` octets and what pads them to a multiple of four; NULL when there is no room. */
static uint8_t *extend(struct mh_message *message, size_t size)
{
    size_t used = message->header->nlmsg_len, padded = mh_netlink_align(size);
    if (message->full || padded > message->size - used) {
        message->full = true;
        return NULL;
    }
    uint8_t *place = (uint8_t *)message->header + used;
    memset(place + size, 0, padded - size);
    message->header->nlmsg_len += (uint32_t)padded;
    return place;
}

void mh_message_begin(struct mh_message *message, uint16_t type, uint16_t flags, const void *fixed,
                      size_t fixed_size)
{
    *message->header = (struct nlmsghdr){
        .nlmsg_len = sizeof(struct nlmsghdr), .nlmsg_type = type, .nlmsg_flags = flags | NLM_F_REQUEST};
    message->full = false;
    uint8_t *place = extend(message, fixed_size);
    if (place != NULL)
        memcpy(place, fixed, fixed_size);
}

void mh_message_put(struct mh_message *message, uint16_t type, const void *data, size_t size)
{
    struct nlattr attribute = {.nla_type = type, .nla_len = (uint16_t)(sizeof attribute + size)};
    uint8_t *place = extend(message, sizeof attribute + size);
    if (place == NULL)
        return;
    memcpy(place, &attribute, sizeof attribute);
    memcpy(place + sizeof attribute, data, size);
}

void mh_message_put_u8(struct mh_message *message, uint16_t type, uint8_t value)
{
    mh_message_put(message, type, &value, sizeof value);
}

void mh_message_put_u32(struct mh_message *message, uint16_t type, uint32_t value)
{
    mh_message_put(message, type, &value, sizeof value);
}

void mh_message_put_text(struct mh_message *message, uint16_t type, const char *text)
{
    mh_message_put(message, type, text, strlen(text) + 1);
}

void mh_message_put_address(struct mh_message *message, uint16_t type, const struct mh_address *address)
{
    if (address->family != MH_FAMILY_NONE)
        mh_message_put(message, type, address->bytes, address->family == MH_IPV4 ? 4 : 16);
}

size_t mh_message_open(struct mh_message *message, const void *head, size_t size)
{
    size_t place = message->header->nlmsg_len;
    uint8_t *bytes = extend(message, size);
    if (bytes != NULL)
        memcpy(bytes, head, size);
    return place;
}

size_t mh_message_open_nest(struct mh_message *message, uint16_t type)
{
    const struct nlattr attribute = {.nla_type = type};
    return mh_message_open(message, &attribute, sizeof attribute);
}

void mh_message_close(struct mh_message *message, size_t place)
{
    uint16_t length = (uint16_t)(message->header->nlmsg_len - place);
    if (!message->full)
        memcpy((uint8_t *)message->header + place, &length, sizeof length);
}
