#include "api/address_hint.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define DIGITS "0123456789"
#define HEXADECIMAL DIGITS "abcdefABCDEF"

static bool consists_of(const char *text, const char *characters)
{
    return text[strspn(text, characters)] == '\0';
}

/* 192.0.2.1:80, 192.0.2.1:http */
static bool has_port(const char *text)
{
    size_t length = strspn(text, DIGITS ".");
    return memchr(text, '.', length) != NULL && text[length] == ':' && strchr(text + length + 1, ':') == NULL;
}

static size_t count_numbers(const char *text)
{
    size_t count = 1;
    for (; *text != '\0'; text++)
        count += *text == '.';
    return count;
}

static bool has_leading_zero(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (at[0] == '0' && (at == text || at[-1] == '.') && at[1] >= '0' && at[1] <= '9')
            return true;
    return false;
}

/* Digits and dots only. */
static const char *hint_of_numbers(const char *text)
{
    if (has_leading_zero(text))
        return "an IPv4 address without leading zeros: some programs read 010 as 8";
    if (count_numbers(text) < 4)
        return "an IPv4 address with all its four numbers (127.0.0.1, not 127.1)";
    return "an IPv4 address: four numbers from 0 to 255 with dots between them";
}

/* Neither colons nor what an IPv6 address has, but letters. */
static bool looks_like_name(const char *text)
{
    return strchr(text, ':') == NULL && !consists_of(text, HEXADECIMAL "%") &&
           strpbrk(text, "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ-_") != NULL;
}

const char *mh_address_hint(const char *text)
{
    if (strpbrk(text, " \t\r\n") != NULL)
        return "an IPv4 or IPv6 address without white space";
    if (strchr(text, '/') != NULL)
        return "an IPv4 or IPv6 address without a prefix length";
    if (text[0] == '[')
        return "an IPv6 address without brackets; a port is a parameter of its own";
    if (has_port(text))
        return "an IPv4 address without a port, which is a parameter of its own";
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        return "an IPv4 address as four decimal numbers";
    if (text[0] != '\0' && consists_of(text, DIGITS "."))
        return hint_of_numbers(text);
    if (looks_like_name(text))
        return "an IPv4 or IPv6 address; names are not looked up";
    return "an IPv4 or IPv6 address; a link-local one may have a zone (fe80::1%eth0)";
}
