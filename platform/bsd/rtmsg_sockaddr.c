/* Sockaddrs as they stand in routing messages: they may be shorter than the C structure, and empty. */
#include "rtmsg.h"

#include <string.h>

enum {
    PORT_OFFSET = 2,
    INET_ADDRESS = 4,
    INET6_FLOW = 4,
    INET6_ADDRESS = 8,
    INET6_SCOPE = 24,
    LINK_DATA = 8, /* behind length, family, index, type and three lengths */
    TEXT = 2
};

uint64_t mh_rt_read_number(const struct mh_rt_layout *layout, const uint8_t *bytes, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++)
        value = value << 8 | bytes[layout->big_endian ? i : width - 1 - i];
    return value;
}

void mh_rt_write_number(const struct mh_rt_layout *layout, uint8_t *bytes, unsigned width, uint64_t value)
{
    for (unsigned i = 0; i < width; i++, value >>= 8)
        bytes[layout->big_endian ? width - 1 - i : i] = (uint8_t)value;
}

size_t mh_rt_step(const struct mh_rt_layout *layout, size_t length)
{
    size_t unit = layout->alignment;
    return length == 0 ? unit : (length + unit - 1) / unit * unit;
}

/* `count` octets at `offset` of the sockaddr; those that it lacks are 0. */
static void take(const struct mh_rt_sockaddr *sockaddr, size_t offset, void *out, size_t count)
{
    size_t there = sockaddr->length > offset ? sockaddr->length - offset : 0;
    memset(out, 0, count);
    if (there > 0)
        memcpy(out, sockaddr->bytes + offset, there < count ? there : count);
}

static uint16_t take_network_u16(const struct mh_rt_sockaddr *sockaddr, size_t offset)
{
    uint8_t bytes[2];
    take(sockaddr, offset, bytes, sizeof bytes);
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void take_inet(struct mh_rt_sockaddr *sockaddr)
{
    uint8_t bytes[4];
    take(sockaddr, INET_ADDRESS, bytes, sizeof bytes);
    sockaddr->kind = MH_RT_INET;
    sockaddr->address = mh_address_from_bytes(MH_IPV4, bytes);
    sockaddr->port = take_network_u16(sockaddr, PORT_OFFSET);
}

/* Addresses that mean something on one link only: fe80::/10, and multicast of scope 1 and 2 (RFC 4291 2.7).
 * The kernels of KAME's line keep the zone inside of them. */
static bool has_zone(const uint8_t bytes[16])
{
    if (bytes[0] == 0xfe)
        return (bytes[1] & 0xc0) == 0x80;
    return bytes[0] == 0xff && ((bytes[1] & 0x0f) == 1 || (bytes[1] & 0x0f) == 2);
}

uint32_t mh_rt_take_zone(uint8_t bytes[16])
{
    if (!has_zone(bytes))
        return 0;
    uint32_t zone = (uint32_t)(bytes[2] << 8 | bytes[3]);
    bytes[2] = bytes[3] = 0;
    return zone;
}

static void take_inet6(const struct mh_rt_layout *layout, struct mh_rt_sockaddr *sockaddr)
{
    uint8_t bytes[16], scope[4];
    take(sockaddr, INET6_ADDRESS, bytes, sizeof bytes);
    take(sockaddr, INET6_SCOPE, scope, sizeof scope);
    sockaddr->kind = MH_RT_INET6;
    sockaddr->port = take_network_u16(sockaddr, PORT_OFFSET);
    sockaddr->flow = (uint32_t)take_network_u16(sockaddr, INET6_FLOW) << 16 | take_network_u16(sockaddr, 6);
    sockaddr->scope_id = (uint32_t)mh_rt_read_number(layout, scope, 4);
    sockaddr->embedded = mh_rt_take_zone(bytes);
    sockaddr->zone = sockaddr->embedded != 0 ? sockaddr->embedded : sockaddr->scope_id;
    sockaddr->address = mh_address_from_bytes(MH_IPV6, bytes);
}

/* Cuts *count to what is left behind *offset, and moves behind it. */
static const uint8_t *take_part(struct mh_rt_sockaddr *sockaddr, size_t *offset, uint8_t *count)
{
    const uint8_t *part = sockaddr->bytes + *offset;
    size_t left = sockaddr->length - *offset;
    if (*count > left) {
        *count = (uint8_t)left;
        sockaddr->damaged = true;
    }
    *offset += *count;
    return part;
}

static void take_link(const struct mh_rt_layout *layout, struct mh_rt_sockaddr *sockaddr)
{
    size_t offset = LINK_DATA;
    if (sockaddr->length < LINK_DATA) {
        sockaddr->kind = MH_RT_OTHER;
        sockaddr->damaged = true;
        return;
    }
    sockaddr->kind = MH_RT_LINK;
    sockaddr->index = (uint16_t)mh_rt_read_number(layout, sockaddr->bytes + 2, 2);
    sockaddr->type = sockaddr->bytes[4];
    sockaddr->name_length = sockaddr->bytes[5];
    sockaddr->hardware_length = sockaddr->bytes[6];
    sockaddr->selector_length = sockaddr->bytes[7];
    sockaddr->name = take_part(sockaddr, &offset, &sockaddr->name_length);
    sockaddr->hardware = take_part(sockaddr, &offset, &sockaddr->hardware_length);
    sockaddr->selector = take_part(sockaddr, &offset, &sockaddr->selector_length);
}

bool mh_rt_decode_sockaddr(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t left,
                           struct mh_rt_sockaddr *sockaddr)
{
    memset(sockaddr, 0, sizeof *sockaddr);
    if (bytes[0] > left)
        return false;
    sockaddr->bytes = bytes;
    sockaddr->length = bytes[0];
    sockaddr->family = sockaddr->length > 1 ? bytes[1] : 0;
    sockaddr->kind = sockaddr->length == 0 ? MH_RT_EMPTY : MH_RT_OTHER;
    if (sockaddr->family == MH_RT_AF_INET)
        take_inet(sockaddr);
    else if (sockaddr->family == layout->inet6)
        take_inet6(layout, sockaddr);
    else if (sockaddr->family == MH_RT_AF_LINK)
        take_link(layout, sockaddr);
    return true;
}

/* The octets at the place of the address count: the family octet may be 0 or 0xff, the length may stop behind
 * the last octet that is not 0, and FreeBSD 12 writes 0xff over the port. */
void mh_rt_decode_mask(struct mh_rt_sockaddr *sockaddr, enum mh_family family)
{
    uint8_t bytes[16];
    unsigned bits = mh_family_bits(family), ones = 0;
    if (sockaddr->kind == MH_RT_ABSENT)
        return;
    struct mh_rt_sockaddr mask = {.kind = MH_RT_MASK,
                                  .length = sockaddr->length,
                                  .family = sockaddr->family,
                                  .bytes = sockaddr->bytes,
                                  .mask_of = (uint8_t)family};
    take(&mask, family == MH_IPV6 ? INET6_ADDRESS : INET_ADDRESS, bytes, sizeof bytes);
    while (ones < bits && (bytes[ones / 8] & 0x80 >> ones % 8) != 0)
        ones++;
    mask.prefix_length = (uint8_t)ones;
    mask.contiguous = true;
    for (unsigned i = ones; i < bits; i++)
        mask.contiguous = mask.contiguous && (bytes[i / 8] & 0x80 >> i % 8) == 0;
    *sockaddr = mask;
}
