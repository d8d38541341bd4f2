#include "core/octets.h"

#include "core/digit.h"

#include <stdlib.h>
#include <string.h>

char *mh_octets_format(const uint8_t *octets, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    char *text = malloc(2 * length + 1);
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        text[2 * i] = digits[octets[i] >> 4];
        text[2 * i + 1] = digits[octets[i] & 15];
    }
    text[2 * length] = '\0';
    return text;
}

enum mh_error mh_octets_parse(const char *text, size_t longest, uint8_t **octets, size_t *length)
{
    size_t digits = strlen(text);
    if (digits == 0 || digits % 2 != 0 || digits / 2 > longest)
        return MH_MALFORMED;
    uint8_t *made = malloc(digits / 2);
    if (made == NULL)
        return MH_NO_MEMORY;
    for (size_t i = 0; i < digits / 2; i++) {
        int high = mh_hexadecimal_value(text[2 * i]), low = mh_hexadecimal_value(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            free(made);
            return MH_MALFORMED;
        }
        made[i] = (uint8_t)(high << 4 | low);
    }
    *octets = made;
    *length = digits / 2;
    return MH_OK;
}
