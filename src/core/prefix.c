#include "core/prefix.h"

#include <stdio.h>
#include <string.h>

/* The bits of octet `index` that a prefix of `length` bits fixes. */
static uint8_t octet_mask(unsigned length, unsigned index)
{
    if (length >= 8 * (index + 1))
        return 0xff;
    if (length <= 8 * index)
        return 0;
    return (uint8_t)(0xff00U >> (length - 8 * index));
}

struct mh_prefix mh_prefix_of(const struct mh_address *address, unsigned length)
{
    unsigned bits = mh_family_bits((enum mh_family)address->family);
    struct mh_prefix prefix = {.address = *address, .length = (uint8_t)(length < bits ? length : bits)};
    for (unsigned i = 0; i < sizeof prefix.address.bytes; i++)
        prefix.address.bytes[i] &= octet_mask(prefix.length, i);
    return prefix;
}

/* One to three decimal digits without leading zeros, at most `limit`. */
static bool read_length(const char *text, size_t digits, unsigned limit, uint8_t *length)
{
    unsigned value = 0;
    if (digits == 0 || digits > 3 || (digits > 1 && text[0] == '0'))
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    *length = (uint8_t)value;
    return value <= limit;
}

bool mh_interface_address_parse(const char *text, size_t length, struct mh_address *address,
                                uint8_t *prefix_length)
{
    const char *slash = memchr(text, '/', length);
    size_t host = slash == NULL ? length : (size_t)(slash - text);
    struct mh_address parsed;
    if (!mh_address_parse(text, host, &parsed))
        return false;
    unsigned bits = mh_family_bits((enum mh_family)parsed.family);
    uint8_t parsed_length = (uint8_t)bits;
    if (slash != NULL && !read_length(slash + 1, length - host - 1, bits, &parsed_length))
        return false;
    *address = parsed;
    *prefix_length = parsed_length;
    return true;
}

bool mh_prefix_parse(const char *text, size_t length, struct mh_prefix *prefix)
{
    struct mh_address address;
    uint8_t bits;
    if (!mh_interface_address_parse(text, length, &address, &bits))
        return false;
    struct mh_prefix parsed = mh_prefix_of(&address, bits);
    if (!mh_address_equal(&parsed.address, &address))
        return false;
    *prefix = parsed;
    return true;
}

const char *mh_prefix_format(const struct mh_prefix *prefix, char text[MH_PREFIX_TEXT_SIZE])
{
    size_t length = strlen(mh_address_format(&prefix->address, text));
    (void)snprintf(text + length, MH_PREFIX_TEXT_SIZE - length, "/%u", (unsigned)prefix->length);
    return text;
}

bool mh_prefix_contains(const struct mh_prefix *prefix, const struct mh_address *address)
{
    if (prefix->address.family != address->family)
        return false;
    unsigned whole = prefix->length / 8U;
    /* Few octets, asked often: a call costs more than the loop. */
    for (unsigned i = 0; i < whole; i++)
        if (prefix->address.bytes[i] != address->bytes[i])
            return false;
    if (prefix->length % 8 == 0)
        return true;
    return ((prefix->address.bytes[whole] ^ address->bytes[whole]) & octet_mask(prefix->length, whole)) == 0;
}

bool mh_prefix_covers(const struct mh_prefix *outer, const struct mh_prefix *inner)
{
    return outer->length <= inner->length && mh_prefix_contains(outer, &inner->address);
}

int mh_prefix_compare(const struct mh_prefix *a, const struct mh_prefix *b)
{
    int order = mh_address_compare(&a->address, &b->address);
    return order != 0 ? order : (int)a->length - (int)b->length;
}

bool mh_prefix_equal(const struct mh_prefix *a, const struct mh_prefix *b)
{
    return a->length == b->length && mh_address_equal(&a->address, &b->address);
}
