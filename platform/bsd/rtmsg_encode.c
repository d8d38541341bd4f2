/* Writing messages: header fields and addresses. */
#include "rtmsg_encode.h"

#include <string.h>

enum { INET_SIZE = 16, INET6_SIZE = 28, LINK_DATA = 8, TEXT_DATA = 2, SOCKADDR_MAX = 255 };

/* ---- writer ---------------------------------------------------------------------------------------- */

void mh_rt_begin(struct mh_rt_writer *writer, const struct mh_rt_layout *layout, unsigned type,
                 uint8_t *bytes, size_t size)
{
    const struct mh_rt_type *known = mh_rt_type_find(layout, type);
    *writer = (struct mh_rt_writer){.layout = layout, .bytes = bytes, .size = size, .full = true};
    if (known == NULL || known->form == MH_RT_OPAQUE || layout->records[known->form].size > size)
        return;
    writer->full = false;
    writer->record = &layout->records[known->form];
    writer->length = writer->record->size;
    memset(bytes, 0, writer->length);
    mh_rt_set(writer, MH_RT_VERSION, layout->version);
    mh_rt_set(writer, MH_RT_TYPE, type);
    mh_rt_set(writer, MH_RT_HDRLEN, writer->length);
}

void mh_rt_set(struct mh_rt_writer *writer, enum mh_rt_field field, uint64_t value)
{
    for (size_t i = 0; !writer->full && i < writer->record->place_count; i++) {
        const struct mh_rt_place *place = &writer->record->places[i];
        if (place->field == field)
            mh_rt_write_number(writer->layout, writer->bytes + place->offset, place->width, value);
    }
}

size_t mh_rt_finish(struct mh_rt_writer *writer)
{
    if (writer->full || writer->length > UINT16_MAX)
        return 0;
    mh_rt_set(writer, MH_RT_MSGLEN, writer->length);
    mh_rt_set(writer, MH_RT_ADDRS, writer->listed);
    return writer->length;
}

/* ---- addresses ------------------------------------------------------------------------------------- */

/* Puts what fits into the sockaddr's length. */
static void put(uint8_t *to, size_t length, size_t offset, const void *from, size_t count)
{
    size_t there = length > offset ? length - offset : 0;
    if (there > 0 && count > 0)
        memcpy(to + offset, from, count < there ? count : there);
}

static void put_network_u16(uint8_t *to, size_t length, size_t offset, unsigned value)
{
    uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    put(to, length, offset, bytes, sizeof bytes);
}

static void put_inet6(const struct mh_rt_layout *layout, uint8_t *to, const struct mh_rt_sockaddr *sockaddr)
{
    uint8_t scope[4];
    mh_rt_write_number(layout, scope, 4, sockaddr->scope_id);
    put_network_u16(to, sockaddr->length, 2, sockaddr->port);
    put_network_u16(to, sockaddr->length, 4, sockaddr->flow >> 16);
    put_network_u16(to, sockaddr->length, 6, sockaddr->flow & 0xffff);
    put(to, sockaddr->length, 8, sockaddr->address.bytes, 16);
    if (sockaddr->embedded != 0)
        put_network_u16(to, sockaddr->length, 10, sockaddr->embedded);
    put(to, sockaddr->length, 24, scope, sizeof scope);
}

static void put_link(const struct mh_rt_layout *layout, uint8_t *to, const struct mh_rt_sockaddr *sockaddr)
{
    uint8_t index[2];
    const uint8_t fixed[4] = {sockaddr->type, sockaddr->name_length, sockaddr->hardware_length,
                              sockaddr->selector_length};
    size_t at = LINK_DATA;
    mh_rt_write_number(layout, index, 2, sockaddr->index);
    put(to, sockaddr->length, 2, index, sizeof index);
    put(to, sockaddr->length, 4, fixed, sizeof fixed);
    put(to, sockaddr->length, at, sockaddr->name, sockaddr->name_length);
    at += sockaddr->name_length;
    put(to, sockaddr->length, at, sockaddr->hardware, sockaddr->hardware_length);
    at += sockaddr->hardware_length;
    put(to, sockaddr->length, at, sockaddr->selector, sockaddr->selector_length);
}

static void put_mask(uint8_t *to, const struct mh_rt_sockaddr *sockaddr)
{
    uint8_t bytes[16] = {0};
    for (unsigned i = 0; i < sockaddr->prefix_length; i++)
        bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
    put(to, sockaddr->length, sockaddr->mask_of == MH_IPV6 ? 8 : 4, bytes,
        mh_family_bits(sockaddr->mask_of) / 8);
}

static void put_sockaddr(const struct mh_rt_layout *layout, uint8_t *to,
                         const struct mh_rt_sockaddr *sockaddr)
{
    put(to, sockaddr->length, 0, &sockaddr->length, 1);
    put(to, sockaddr->length, 1, &sockaddr->family, 1);
    switch ((enum mh_rt_kind)sockaddr->kind) {
    case MH_RT_INET:
        put_network_u16(to, sockaddr->length, 2, sockaddr->port);
        put(to, sockaddr->length, 4, sockaddr->address.bytes, 4);
        break;
    case MH_RT_INET6:
        put_inet6(layout, to, sockaddr);
        break;
    case MH_RT_LINK:
        put_link(layout, to, sockaddr);
        break;
    case MH_RT_MASK:
        if (sockaddr->mask_of != MH_FAMILY_NONE)
            put_mask(to, sockaddr);
        else
            put(to, sockaddr->length, 0, sockaddr->bytes, sockaddr->length);
        break;
    case MH_RT_TEXT:
        put(to, sockaddr->length, TEXT_DATA, sockaddr->text, sockaddr->text_length);
        break;
    case MH_RT_OTHER:
        put(to, sockaddr->length, 0, sockaddr->bytes, sockaddr->length);
        break;
    case MH_RT_EMPTY:
    case MH_RT_ABSENT:
        break;
    }
}

void mh_rt_encode_sockaddr(const struct mh_rt_layout *layout, const struct mh_rt_sockaddr *sockaddr,
                           uint8_t *bytes)
{
    memset(bytes, 0, sockaddr->length);
    put_sockaddr(layout, bytes, sockaddr);
}

void mh_rt_add(struct mh_rt_writer *writer, enum mh_rt_slot slot, const struct mh_rt_sockaddr *sockaddr)
{
    size_t step = mh_rt_step(writer->layout, sockaddr->length);
    uint32_t bit = (uint32_t)1 << slot;
    if (writer->full || writer->listed >= bit || step > writer->size - writer->length) {
        writer->full = true;
        return;
    }
    memset(writer->bytes + writer->length, 0, step);
    put_sockaddr(writer->layout, writer->bytes + writer->length, sockaddr);
    writer->length += step;
    writer->listed |= bit;
}

struct mh_rt_sockaddr mh_rt_sockaddr_of(const struct mh_rt_layout *layout, const struct mh_address *address,
                                        uint32_t zone)
{
    bool ipv6 = address->family == MH_IPV6;
    struct mh_rt_sockaddr sockaddr = {.kind = ipv6 ? MH_RT_INET6 : MH_RT_INET,
                                      .length = ipv6 ? INET6_SIZE : INET_SIZE,
                                      .family = ipv6 ? layout->inet6 : MH_RT_AF_INET,
                                      .address = *address};
    if (!ipv6 || !mh_address_is_link_local(address))
        return sockaddr;
    sockaddr.zone = sockaddr.scope_id = zone;
    sockaddr.embedded = layout->zone_in_address ? zone : 0;
    return sockaddr;
}

struct mh_rt_sockaddr mh_rt_mask_of(const struct mh_rt_layout *layout, const struct mh_prefix *prefix)
{
    struct mh_rt_sockaddr mask = mh_rt_sockaddr_of(layout, &prefix->address, 0);
    mask.kind = MH_RT_MASK;
    mask.mask_of = prefix->address.family;
    mask.prefix_length = prefix->length;
    mask.contiguous = true;
    return mask;
}

struct mh_rt_sockaddr mh_rt_link_of(const struct mh_rt_layout *layout, uint32_t interface)
{
    return (struct mh_rt_sockaddr){.kind = MH_RT_LINK,
                                   .length = layout->link_size,
                                   .family = MH_RT_AF_LINK,
                                   .index = (uint16_t)interface};
}
