#include "core/selector.h"

#include "core/digit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LUID_DIGITS = 16, INDEX_DIGITS = 9 };

/* What stands behind the prefix; NULL without it. */
static const char *behind(const char *selector, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(selector, prefix, length) == 0 ? selector + length : NULL;
}

/* ---- numbers --------------------------------------------------------------------------------------- */

bool mh_luid_parse(const char *text, uint64_t *luid)
{
    const char *digit = behind(text, "0x");
    uint64_t value = 0;
    if (digit == NULL || *digit == '\0' || strlen(digit) > LUID_DIGITS)
        return false;
    for (; *digit != '\0'; digit++) {
        int figure = mh_hexadecimal_value(*digit);
        if (figure < 0)
            return false;
        value = value << 4 | (unsigned)figure;
    }
    *luid = value;
    return true;
}

static bool parse_index(const char *text, uint32_t *index)
{
    size_t length = strspn(text, "0123456789");
    uint32_t value = 0;
    if (length == 0 || length > INDEX_DIGITS || text[length] != '\0' || text[0] == '0')
        return false;
    for (; *text != '\0'; text++)
        value = value * 10 + (uint32_t)(*text - '0');
    *index = value;
    return true;
}

/* ---- text ------------------------------------------------------------------------------------------ */

bool mh_selector_is_sound(const char *selector)
{
    uint8_t bytes[MH_HARDWARE_ADDRESS_SIZE];
    uint64_t luid;
    uint32_t index;
    const char *rest = behind(selector, MH_SELECTOR_MAC);
    if (rest != NULL)
        return mh_hardware_address_parse(rest, bytes) > 0;
    if ((rest = behind(selector, MH_SELECTOR_LUID)) != NULL)
        return mh_luid_parse(rest, &luid);
    if ((rest = behind(selector, MH_SELECTOR_INDEX)) != NULL)
        return parse_index(rest, &index);
    return true;
}

static const char *mac_spelling(const char *mac, char text[MH_NAME_SIZE])
{
    uint8_t bytes[MH_HARDWARE_ADDRESS_SIZE];
    char hardware[MH_HARDWARE_TEXT_SIZE];
    size_t length = mh_hardware_address_parse(mac, bytes);
    (void)snprintf(text, MH_NAME_SIZE, MH_SELECTOR_MAC "%s",
                   mh_hardware_address_format(bytes, length, hardware));
    return text;
}

const char *mh_selector_spelling(const char *selector, char text[MH_NAME_SIZE])
{
    uint64_t luid;
    const char *rest = behind(selector, MH_SELECTOR_MAC);
    if (rest != NULL)
        return mac_spelling(rest, text);
    if ((rest = behind(selector, MH_SELECTOR_LUID)) == NULL || !mh_luid_parse(rest, &luid))
        return selector;
    (void)snprintf(text, MH_NAME_SIZE, MH_SELECTOR_LUID "0x%" PRIx64, luid);
    return text;
}

/* ---- interfaces ------------------------------------------------------------------------------------ */

static bool has_mac(const char *mac, const struct mh_interface *interface)
{
    uint8_t bytes[MH_HARDWARE_ADDRESS_SIZE];
    size_t count = mh_hardware_address_parse(mac, bytes);
    return count > 0 && count == interface->hardware_address_length &&
           memcmp(bytes, interface->hardware_address, count) == 0;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Programs write the hexadecimal digits of a GUID in either case. */
static bool has_guid(const char *selector, const struct mh_interface *interface)
{
    const char *guid = interface->guid;
    if (*guid == '\0')
        return false;
    while (*selector != '\0' && upper(*selector) == upper(*guid)) {
        selector++;
        guid++;
    }
    return *selector == '\0' && *guid == '\0';
}

bool mh_selector_is_windows_id(const char *selector, const struct mh_interface *interface)
{
    const char *rest = behind(selector, MH_SELECTOR_LUID);
    uint64_t luid;
    if (rest == NULL)
        return has_guid(selector, interface);
    return interface->luid != 0 && mh_luid_parse(rest, &luid) && luid == interface->luid;
}

bool mh_selector_means(const char *selector, const struct mh_interface *interface)
{
    const char *rest = behind(selector, MH_SELECTOR_MAC);
    uint32_t index;
    if (rest != NULL)
        return has_mac(rest, interface);
    if ((rest = behind(selector, MH_SELECTOR_INDEX)) != NULL)
        return interface->luid != 0 && parse_index(rest, &index) && index == interface->index;
    return mh_selector_is_windows_id(selector, interface);
}
