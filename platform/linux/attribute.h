/* Walking netlink attributes (netlink(7)) in bytes that are not trusted. Pure; any thread.
 *
 * A walk ends with `malformed` set when a length is too small or runs beyond the end, so that a decoder looks
 * at that once, behind its loop. Inline, because a dump of a million routes walks ten million attributes. */
#ifndef MH_LINUX_ATTRIBUTE_H
#define MH_LINUX_ATTRIBUTE_H

#include "core/address.h"

#include <linux/netlink.h>
#include <string.h>

struct mh_attributes {
    const uint8_t *next;
    size_t left;
    bool malformed;
};

/* Points into the bytes that are walked. */
struct mh_attribute {
    uint16_t type; /* without NLA_F_NESTED and NLA_F_NET_BYTEORDER */
    uint16_t length;
    const uint8_t *data;
};

/* Messages and attributes begin at multiples of four octets. */
static inline size_t mh_netlink_align(size_t length)
{
    return (length + 3U) & ~(size_t)3U;
}

static inline struct mh_attributes mh_attributes_of(const void *bytes, size_t length)
{
    return (struct mh_attributes){bytes, length, false};
}

/* What an attribute holds, to be walked itself. */
static inline struct mh_attributes mh_attributes_in(const struct mh_attribute *attribute)
{
    return mh_attributes_of(attribute->data, attribute->length);
}

/* The next attribute; false at the end. Up to three octets of padding may be missing behind the last one. */
static inline bool mh_attributes_next(struct mh_attributes *walk, struct mh_attribute *attribute)
{
    struct nlattr header;
    if (walk->left == 0)
        return false;
    if (walk->left < sizeof header) {
        walk->malformed = true;
        return false;
    }
    memcpy(&header, walk->next, sizeof header);
    if (header.nla_len < sizeof header || header.nla_len > walk->left) {
        walk->malformed = true;
        return false;
    }
    attribute->type = (uint16_t)(header.nla_type & (unsigned)NLA_TYPE_MASK);
    attribute->length = (uint16_t)(header.nla_len - sizeof header);
    attribute->data = walk->next + sizeof header;
    size_t step = mh_netlink_align(header.nla_len);
    step = step < walk->left ? step : walk->left;
    walk->next += step;
    walk->left -= step;
    return true;
}

/* Numbers in host order. Longer attributes are taken by their first octets, as the kernel's own readers do; a
 * shorter one is false, and *value untouched. */
static inline bool mh_attribute_u8(const struct mh_attribute *attribute, uint8_t *value)
{
    if (attribute->length < sizeof *value)
        return false;
    *value = attribute->data[0];
    return true;
}

static inline bool mh_attribute_u16(const struct mh_attribute *attribute, uint16_t *value)
{
    if (attribute->length < sizeof *value)
        return false;
    memcpy(value, attribute->data, sizeof *value);
    return true;
}

static inline bool mh_attribute_u32(const struct mh_attribute *attribute, uint32_t *value)
{
    if (attribute->length < sizeof *value)
        return false;
    memcpy(value, attribute->data, sizeof *value);
    return true;
}

/* An address of exactly the family's length. */
static inline bool mh_attribute_address(const struct mh_attribute *attribute, enum mh_family family,
                                        struct mh_address *address)
{
    size_t size = family == MH_IPV4 ? 4 : 16;
    if (attribute->length != size)
        return false;
    memset(address, 0, sizeof *address);
    address->family = (uint8_t)family;
    memcpy(address->bytes, attribute->data, size);
    return true;
}

/* MH_FAMILY_NONE for anything but AF_INET and AF_INET6. */
enum mh_family mh_family_of_native(unsigned native);

/* Copies text that may lack its end; octets that are no UTF-8 become '?'. False when it is empty or does not
 * fit. */
bool mh_attribute_text(const struct mh_attribute *attribute, char *text, size_t size);

/* A gateway of another family than the route's: struct rtvia (RFC 5549). */
bool mh_attribute_via(const struct mh_attribute *attribute, struct mh_address *gateway);

#endif
