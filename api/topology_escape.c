#include "api/topology_escape.h"

#include "api/utf8.h"

#include <stdint.h>
#include <string.h>

/* C0 and C1 controls, DEL, the marks that change the direction of writing (which can make a name look like
 * another), and U+FFFE and U+FFFF, which XML forbids. */
static bool is_unfit(const char *at, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)at;
    if (length == 1)
        return bytes[0] < 0x20 || bytes[0] == 0x7f;
    if (length == 2)
        return bytes[0] == 0xc2 && bytes[1] < 0xa0;
    if (length != 3)
        return false;
    if (bytes[0] == 0xe2 && bytes[1] == 0x80)
        return (bytes[2] >= 0x8e && bytes[2] <= 0x8f) || (bytes[2] >= 0xa8 && bytes[2] <= 0xae);
    if (bytes[0] == 0xe2 && bytes[1] == 0x81)
        return bytes[2] >= 0xa6 && bytes[2] <= 0xa9;
    return bytes[0] == 0xef && bytes[1] == 0xbf && bytes[2] >= 0xbe;
}

static const char *replacement(char c, enum mh_markup markup)
{
    if (markup == MH_MARKUP_NONE)
        return NULL;
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return markup == MH_MARKUP_XML ? "&#39;" : NULL;
    case '\\':
        return markup == MH_MARKUP_DOT ? "\\\\" : NULL;
    default:
        return NULL;
    }
}

static void add_character(struct mh_text *text, const char *at, size_t length, enum mh_markup markup)
{
    if (length == 0 || is_unfit(at, length)) {
        mh_text_add(text, "\xef\xbf\xbd");
        return;
    }
    const char *entity = length == 1 ? replacement(*at, markup) : NULL;
    if (entity != NULL)
        mh_text_add(text, entity);
    else
        mh_text_add_bytes(text, at, length);
}

/* Octets of the character, or whatever it is, at `at`; 0 at the end. */
static size_t step(const char *at, size_t left)
{
    size_t length = mh_utf8_character(at, left);
    return length == 0 && left > 0 ? 1 : length;
}

void mh_escape(struct mh_text *text, const char *string, enum mh_markup markup, size_t characters)
{
    size_t left = strlen(string);
    size_t fitting = mh_escape_width(string, SIZE_MAX) <= characters ? SIZE_MAX : characters - 1;
    for (size_t shown = 0; left > 0; shown++) {
        if (shown == fitting) {
            mh_text_add(text, "\xe2\x80\xa6");
            return;
        }
        size_t length = step(string, left);
        add_character(text, string, mh_utf8_character(string, left), markup);
        string += length;
        left -= length;
    }
}

size_t mh_escape_width(const char *string, size_t characters)
{
    size_t left = strlen(string), width = 0;
    while (left > 0 && width < characters) {
        size_t length = step(string, left);
        string += length;
        left -= length;
        width++;
    }
    return width;
}
