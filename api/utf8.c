#include "api/utf8.h"

#include <stdint.h>

/* RFC 3629 section 4: how long a sequence is, and which second octets may follow its first. */
struct lead {
    uint8_t first, last, length, low, high;
};

static const struct lead leads[] = {
    {0x00, 0x7f, 1, 0, 0},       {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf}, {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

static const struct lead *find_lead(uint8_t octet)
{
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++)
        if (octet >= leads[i].first && octet <= leads[i].last)
            return &leads[i];
    return NULL;
}

size_t mh_utf8_character(const char *bytes, size_t length)
{
    if (length == 0)
        return 0;
    const struct lead *lead = find_lead((uint8_t)bytes[0]);
    if (lead == NULL || lead->length > length)
        return 0;
    for (size_t i = 1; i < lead->length; i++) {
        uint8_t octet = (uint8_t)bytes[i];
        uint8_t low = i == 1 ? lead->low : 0x80, high = i == 1 ? lead->high : 0xbf;
        if (octet < low || octet > high)
            return 0;
    }
    return lead->length;
}

bool mh_utf8_valid(const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t step = mh_utf8_character(bytes + at, length - at);
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}
