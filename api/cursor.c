#include "api/cursor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *mh_cursor_format(const struct mh_cursor *cursor, char text[MH_CURSOR_SIZE])
{
    int used = snprintf(text, MH_CURSOR_SIZE, "%c%" PRIx64 "-%" PRIx64 "-%" PRIx64, cursor->kind,
                        cursor->numbers[0], cursor->numbers[1], cursor->numbers[2]);
    size_t bytes = mh_family_bits(cursor->address.family) / 8;
    if (bytes == 0)
        return text;
    used += snprintf(text + used, (size_t)(MH_CURSOR_SIZE - used), "-%x-", (unsigned)cursor->prefix_length);
    for (size_t i = 0; i < bytes; i++)
        used += snprintf(text + used, (size_t)(MH_CURSOR_SIZE - used), "%02x",
                         (unsigned)cursor->address.bytes[i]);
    return text;
}

static int digit_of(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* Reads 1 to 16 hexadecimal digits. */
static bool take_number(const char **text, uint64_t *number)
{
    size_t digits = 0;
    *number = 0;
    for (; digit_of(**text) >= 0 && digits < 16; (*text)++, digits++)
        *number = *number * 16 + (uint64_t)digit_of(**text);
    return digits > 0;
}

static bool take_dash(const char **text)
{
    if (**text != '-')
        return false;
    (*text)++;
    return true;
}

static bool take_address(const char *text, struct mh_address *address)
{
    size_t digits = strlen(text);
    uint8_t bytes[16];
    if (digits != 8 && digits != 32)
        return false;
    for (size_t i = 0; i < digits / 2; i++) {
        int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high * 16 + low);
    }
    *address = mh_address_from_bytes(digits == 8 ? MH_IPV4 : MH_IPV6, bytes);
    return true;
}

static bool take_prefix(const char *text, struct mh_cursor *cursor)
{
    uint64_t length;
    if (*text == '\0')
        return true;
    if (!take_dash(&text) || !take_number(&text, &length) || !take_dash(&text) ||
        !take_address(text, &cursor->address) || length > mh_family_bits(cursor->address.family))
        return false;
    cursor->prefix_length = (uint8_t)length;
    return true;
}

bool mh_cursor_parse(const char *text, char kind, struct mh_cursor *cursor)
{
    const char *at = text;
    char canonical[MH_CURSOR_SIZE];
    *cursor = (struct mh_cursor){.kind = kind};
    if (*at++ != kind)
        return false;
    for (size_t i = 0; i < MH_CURSOR_NUMBERS; i++)
        if ((i > 0 && !take_dash(&at)) || !take_number(&at, &cursor->numbers[i]))
            return false;
    return take_prefix(at, cursor) && strcmp(mh_cursor_format(cursor, canonical), text) == 0;
}
