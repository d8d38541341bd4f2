#include "core/address.h"

#include "core/digit.h"

#include <stdio.h>
#include <string.h>

struct mh_address mh_address_from_bytes(enum mh_family family, const uint8_t *bytes)
{
    struct mh_address address = {.family = (uint8_t)family};
    memcpy(address.bytes, bytes, mh_family_bits(family) / 8);
    return address;
}

unsigned mh_family_bits(enum mh_family family)
{
    switch (family) {
    case MH_IPV4:
        return 32;
    case MH_IPV6:
        return 128;
    case MH_FAMILY_NONE:
        break;
    }
    return 0;
}

const char *mh_family_name(enum mh_family family)
{
    switch (family) {
    case MH_IPV4:
        return "ipv4";
    case MH_IPV6:
        return "ipv6";
    case MH_FAMILY_NONE:
        break;
    }
    return "none";
}

/* ---- reading --------------------------------------------------------------------------------------- */

/* A cursor over text that need not end with NUL. */
struct reader {
    const char *at, *end;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* One number of a dotted quad. Leading zeros are refused: some read them as octal. */
static bool read_octet(struct reader *reader, uint8_t *octet)
{
    unsigned value = 0;
    const char *start = reader->at;
    while (reader->at < reader->end && is_digit(*reader->at) && reader->at - start < 3)
        value = value * 10 + (unsigned)(*reader->at++ - '0');
    size_t digits = (size_t)(reader->at - start);
    if (digits == 0 || value > 255 || (digits > 1 && *start == '0'))
        return false;
    *octet = (uint8_t)value;
    return true;
}

/* Four octets up to the end of the text. */
static bool read_dotted_quad(struct reader *reader, uint8_t octets[4])
{
    for (int i = 0; i < 4; i++) {
        if (i > 0 && (reader->at == reader->end || *reader->at++ != '.'))
            return false;
        if (!read_octet(reader, &octets[i]))
            return false;
    }
    return reader->at == reader->end;
}

/* One to four hexadecimal digits. */
static bool read_group(struct reader *reader, uint8_t group[2])
{
    unsigned value = 0;
    const char *start = reader->at;
    while (reader->at < reader->end && reader->at - start < 4 && mh_hexadecimal_value(*reader->at) >= 0)
        value = value * 16 + (unsigned)mh_hexadecimal_value(*reader->at++);
    group[0] = (uint8_t)(value >> 8);
    group[1] = (uint8_t)value;
    return reader->at > start;
}

/* What has been read of an IPv6 address: octets in order, and where "::" stood among them (-1: nowhere). */
struct groups {
    uint8_t octets[16];
    unsigned count;
    int gap;
};

static bool take_gap(struct reader *reader, struct groups *groups)
{
    if (reader->end - reader->at < 2 || reader->at[0] != ':' || reader->at[1] != ':')
        return false;
    if (groups->gap >= 0)
        return false;
    reader->at += 2;
    groups->gap = (int)groups->count;
    return true;
}

/* A group, or the dotted quad that may end the text. */
static bool read_piece(struct reader *reader, struct groups *groups)
{
    const struct reader before = *reader;
    if (groups->count + 2 > sizeof groups->octets || !read_group(reader, groups->octets + groups->count))
        return false;
    if (reader->at == reader->end || *reader->at != '.') {
        groups->count += 2;
        return true;
    }
    *reader = before;
    if (groups->count + 4 > sizeof groups->octets ||
        !read_dotted_quad(reader, groups->octets + groups->count))
        return false;
    groups->count += 4;
    return true;
}

static bool read_groups(struct reader *reader, struct groups *groups)
{
    if (take_gap(reader, groups) && reader->at == reader->end)
        return true;
    while (read_piece(reader, groups)) {
        if (reader->at == reader->end)
            return true;
        if (take_gap(reader, groups)) {
            if (reader->at == reader->end)
                return true;
        } else if (*reader->at++ != ':') {
            return false;
        }
    }
    return false;
}

/* Moves what stood behind "::" to the end; a gap stands for at least one group of zeros (RFC 4291 2.2). */
static bool close_gap(const struct groups *groups, uint8_t bytes[16])
{
    if (groups->gap < 0) {
        memcpy(bytes, groups->octets, 16);
        return groups->count == 16;
    }
    if (groups->count > 14)
        return false;
    size_t head = (size_t)groups->gap, tail = groups->count - head;
    memset(bytes, 0, 16);
    memcpy(bytes, groups->octets, head);
    memcpy(bytes + 16 - tail, groups->octets + head, tail);
    return true;
}

bool mh_address_parse(const char *text, size_t length, struct mh_address *address)
{
    struct mh_address result = {.family = MH_IPV4};
    struct reader reader = {text, text + length};
    if (memchr(text, ':', length) == NULL) {
        if (!read_dotted_quad(&reader, result.bytes))
            return false;
    } else {
        struct groups groups = {.gap = -1};
        result.family = MH_IPV6;
        if (!read_groups(&reader, &groups) || !close_gap(&groups, result.bytes))
            return false;
    }
    *address = result;
    return true;
}

/* ---- writing --------------------------------------------------------------------------------------- */

static unsigned group_at(const struct mh_address *address, unsigned index)
{
    return (unsigned)address->bytes[2 * index] << 8 | address->bytes[2 * index + 1];
}

/* The first of the longest runs of at least two zero groups (RFC 5952 4.2); *length 0 when there is none. */
static unsigned longest_zeros(const struct mh_address *address, unsigned *length)
{
    unsigned best = 0;
    *length = 0;
    for (unsigned start = 0; start < 8; start++) {
        unsigned end = start;
        while (end < 8 && group_at(address, end) == 0)
            end++;
        if (end - start > *length && end - start >= 2) {
            best = start;
            *length = end - start;
        }
    }
    return best;
}

/* ::ffff:192.0.2.1 (RFC 5952 5). */
static bool is_v4_mapped(const struct mh_address *address)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    return memcmp(address->bytes, prefix, sizeof prefix) == 0;
}

static void format_v6(const struct mh_address *address, char text[MH_ADDRESS_TEXT_SIZE])
{
    unsigned zeros, start = longest_zeros(address, &zeros);
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < 8; i++) {
        if (zeros > 0 && i == start) {
            used += (size_t)snprintf(text + used, MH_ADDRESS_TEXT_SIZE - used, "::");
            i += zeros - 1;
            continue;
        }
        const char *colon = used > 0 && text[used - 1] != ':' ? ":" : "";
        used +=
            (size_t)snprintf(text + used, MH_ADDRESS_TEXT_SIZE - used, "%s%x", colon, group_at(address, i));
    }
}

/* Behind what it wrote. Journals hold thousands of addresses: snprintf(3) would take ten times as long. */
static char *format_octet(uint8_t octet, char *text)
{
    if (octet >= 100)
        *text++ = (char)('0' + octet / 100);
    if (octet >= 10)
        *text++ = (char)('0' + octet / 10 % 10);
    *text++ = (char)('0' + octet % 10);
    return text;
}

static void format_v4(const struct mh_address *address, char *text)
{
    for (size_t i = 0; i < 4; i++) {
        text = format_octet(address->bytes[i], text);
        *text++ = i < 3 ? '.' : '\0';
    }
}

const char *mh_address_format(const struct mh_address *address, char text[MH_ADDRESS_TEXT_SIZE])
{
    const uint8_t *b = address->bytes;
    if (address->family == MH_IPV4)
        format_v4(address, text);
    else if (address->family == MH_IPV6 && is_v4_mapped(address))
        (void)snprintf(text, MH_ADDRESS_TEXT_SIZE, "::ffff:%d.%d.%d.%d", b[12], b[13], b[14], b[15]);
    else if (address->family == MH_IPV6)
        format_v6(address, text);
    else
        text[0] = '\0';
    return text;
}

/* ---- comparing and classifying --------------------------------------------------------------------- */

int mh_address_compare(const struct mh_address *a, const struct mh_address *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

bool mh_address_equal(const struct mh_address *a, const struct mh_address *b)
{
    return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool mh_address_is_unspecified(const struct mh_address *address)
{
    static const uint8_t zeros[16];
    return address->family != MH_FAMILY_NONE && memcmp(address->bytes, zeros, sizeof zeros) == 0;
}

bool mh_address_is_loopback(const struct mh_address *address)
{
    static const uint8_t one[16] = {[15] = 1};
    if (address->family == MH_IPV4)
        return address->bytes[0] == 127;
    return address->family == MH_IPV6 && memcmp(address->bytes, one, sizeof one) == 0;
}

bool mh_address_is_multicast(const struct mh_address *address)
{
    if (address->family == MH_IPV4)
        return (address->bytes[0] & 0xf0) == 0xe0;
    return address->family == MH_IPV6 && address->bytes[0] == 0xff;
}

bool mh_address_is_link_local(const struct mh_address *address)
{
    if (address->family == MH_IPV4)
        return address->bytes[0] == 169 && address->bytes[1] == 254;
    return address->family == MH_IPV6 && address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;
}

bool mh_address_is_unicast(const struct mh_address *address)
{
    if (address->family == MH_IPV4)
        return address->bytes[0] != 0 && address->bytes[0] < 0xe0;
    return address->family == MH_IPV6 && !mh_address_is_unspecified(address) &&
           !mh_address_is_multicast(address);
}

/* fec0::/10, deprecated by RFC 3879 but still in RFC 6724's table. */
static bool is_site_local(const struct mh_address *address)
{
    return address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0xc0;
}

enum mh_scope mh_address_scope(const struct mh_address *address)
{
    if (address->family == MH_FAMILY_NONE)
        return MH_SCOPE_NONE;
    if (address->family == MH_IPV6 && mh_address_is_multicast(address))
        return (enum mh_scope)(address->bytes[1] & 0x0f);
    if (mh_address_is_link_local(address) || mh_address_is_loopback(address))
        return MH_SCOPE_LINK_LOCAL;
    if (address->family == MH_IPV6 && is_site_local(address))
        return MH_SCOPE_SITE_LOCAL;
    return MH_SCOPE_GLOBAL;
}

const char *mh_scope_name(enum mh_scope scope)
{
    switch (scope) {
    case MH_SCOPE_INTERFACE_LOCAL:
        return "interface-local";
    case MH_SCOPE_LINK_LOCAL:
        return "link-local";
    case MH_SCOPE_ADMIN_LOCAL:
        return "admin-local";
    case MH_SCOPE_SITE_LOCAL:
        return "site-local";
    case MH_SCOPE_ORGANISATION_LOCAL:
        return "organisation-local";
    case MH_SCOPE_GLOBAL:
        return "global";
    case MH_SCOPE_NONE:
        break;
    }
    return "unknown";
}
