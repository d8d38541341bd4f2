#define _POSIX_C_SOURCE 200809L
#include "attribute.h"

#include <sys/socket.h>

enum mh_family mh_family_of_native(unsigned native)
{
    switch (native) {
    case AF_INET:
        return MH_IPV4;
    case AF_INET6:
        return MH_IPV6;
    default:
        return MH_FAMILY_NONE;
    }
}

/* How many octets follow a lead octet of UTF-8 (RFC 3629 section 3); -1 for what cannot begin a character. */
static int octets_behind(uint8_t lead)
{
    if (lead < 0x80)
        return 0;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 1;
    if (lead >= 0xe0 && lead <= 0xef)
        return 2;
    return lead >= 0xf0 && lead <= 0xf4 ? 3 : -1;
}

/* Overlong forms, surrogates and what lies beyond U+10FFFF show in the second octet. */
static bool second_octet_fits(uint8_t lead, uint8_t second)
{
    uint8_t least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    return second >= least && second <= most;
}

/* Octets of the character at `text`, 0 when there is none that is well-formed. */
static size_t character_length(const uint8_t *text, size_t left)
{
    int behind = octets_behind(text[0]);
    if (behind < 0 || (size_t)behind >= left)
        return 0;
    if (behind > 0 && !second_octet_fits(text[0], text[1]))
        return 0;
    for (int i = 2; i <= behind; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return (size_t)behind + 1;
}

bool mh_attribute_text(const struct mh_attribute *attribute, char *text, size_t size)
{
    size_t length = strnlen((const char *)attribute->data, attribute->length);
    if (length == 0 || length >= size)
        return false;
    for (size_t i = 0; i < length;) {
        size_t octets = character_length(attribute->data + i, length - i);
        if (octets == 0)
            text[i] = '?';
        else
            memcpy(text + i, attribute->data + i, octets);
        i += octets == 0 ? 1 : octets;
    }
    text[length] = '\0';
    return true;
}

bool mh_attribute_via(const struct mh_attribute *attribute, struct mh_address *gateway)
{
    uint16_t native;
    struct mh_attribute address = *attribute;
    if (!mh_attribute_u16(attribute, &native))
        return false;
    address.data += sizeof native;
    address.length = (uint16_t)(address.length - sizeof native);
    enum mh_family family = mh_family_of_native(native);
    return family != MH_FAMILY_NONE && mh_attribute_address(&address, family, gateway);
}
