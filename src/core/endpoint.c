#include "core/endpoint.h"

#include <string.h>

static bool parse_port(const char *text, uint16_t *port)
{
    unsigned value = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits] != '\0' || text[0] == '0')
        return false;
    for (; *text != '\0'; text++)
        value = value * 10 + (unsigned)(*text - '0');
    *port = (uint16_t)value;
    return value <= UINT16_MAX;
}

bool mh_endpoint_parse(const char *text, struct mh_address *address, uint16_t *port)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL)
        return false;
    size_t length = (size_t)(colon - text);
    bool bracketed = length >= 2 && text[0] == '[' && colon[-1] == ']';
    struct mh_address parsed;
    uint16_t number;
    if (!mh_address_parse(text + bracketed, length - 2 * bracketed, &parsed) ||
        bracketed != (parsed.family == MH_IPV6) || mh_address_is_multicast(&parsed) ||
        !parse_port(colon + 1, &number))
        return false;
    *address = parsed;
    *port = number;
    return true;
}
