#include "safe_text.h"

#include <string.h>

struct range {
    uint32_t first, last;
};

static bool in_ranges(uint32_t character, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (character >= ranges[i].first && character <= ranges[i].last)
            return true;
    return false;
}

/* ---- UTF-8 ----------------------------------------------------------------------------------------- */

/* How many octets the first one announces, and the bits it carries; 0 for one that cannot be first. */
static size_t utf8_length(unsigned char first, uint32_t *bits)
{
    if (first < 0x80) {
        *bits = first;
        return 1;
    }
    size_t length = first >= 0xc2 && first < 0xe0   ? 2
                    : first >= 0xe0 && first < 0xf0 ? 3
                    : first >= 0xf0 && first < 0xf5 ? 4
                                                    : 0;
    *bits = length == 2 ? first & 0x1fU : length == 3 ? first & 0x0fU : first & 0x07U;
    return length;
}

size_t mh_utf8_read(const char *bytes, size_t length, uint32_t *character)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t value;
    size_t needed = utf8_length((unsigned char)bytes[0], &value);
    if (needed == 0 || needed > length)
        return 0;
    for (size_t i = 1; i < needed; i++) {
        unsigned char octet = (unsigned char)bytes[i];
        if ((octet & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (octet & 0x3fU);
    }
    if (value < smallest[needed] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *character = value;
    return needed;
}

/* ---- harm ------------------------------------------------------------------------------------------ */

static bool is_harmful(uint32_t character)
{
    static const struct range ranges[] = {
        {0x0000, 0x001f},   {0x007f, 0x009f}, /* C0, DEL, C1: ECMA-48 */
        {0x00ad, 0x00ad},   {0x061c, 0x061c}, /* soft hyphen, Arabic letter mark */
        {0x180e, 0x180e},   {0x200b, 0x200f}, /* zero width characters and marks */
        {0x2028, 0x202e},   {0x2060, 0x206f}, /* separators, embeddings, isolates */
        {0xfeff, 0xfeff},   {0xfff9, 0xfffb}, /* byte order mark, interlinear annotation */
        {0xe0000, 0xe0fff},                   /* tags and what is reserved beside them */
    };
    return in_ranges(character, ranges, sizeof ranges / sizeof ranges[0]);
}

static void add_escape(struct mh_text *text, uint32_t value)
{
    if (value < 0x100)
        mh_text_format(text, "\\x%02x", (unsigned)value);
    else
        mh_text_format(text, "\\u{%x}", (unsigned)value);
}

/* JSON escapes characters beyond the basic plane as surrogate pairs (RFC 8259 7). */
static void add_json_escape(struct mh_text *text, uint32_t value)
{
    if (value < 0x10000) {
        mh_text_format(text, "\\u%04x", (unsigned)value);
        return;
    }
    value -= 0x10000;
    mh_text_format(text, "\\u%04x\\u%04x", 0xd800U + (unsigned)(value >> 10),
                   0xdc00U + (unsigned)(value & 0x3ff));
}

static void add_harmless(struct mh_text *text, const char *bytes, size_t length, const char *spared,
                         void (*escape)(struct mh_text *text, uint32_t value))
{
    size_t plain = 0; /* octets before the current one that wait to be added as they are */
    for (size_t i = 0; i < length;) {
        uint32_t character = (unsigned char)bytes[i];
        size_t octets = mh_utf8_read(bytes + i, length - i, &character);
        bool is_spared = character != 0 && character < 0x80 && strchr(spared, (int)character) != NULL;
        if (octets > 0 && (is_spared || !is_harmful(character))) {
            plain += octets;
            i += octets;
            continue;
        }
        mh_text_add_bytes(text, bytes + i - plain, plain);
        plain = 0;
        escape(text, character);
        i += octets > 0 ? octets : 1;
    }
    mh_text_add_bytes(text, bytes + length - plain, plain);
}

void mh_safe_add_bytes(struct mh_text *text, const char *bytes, size_t length)
{
    add_harmless(text, bytes, length, "", add_escape);
}

void mh_safe_add(struct mh_text *text, const char *string)
{
    mh_safe_add_bytes(text, string, strlen(string));
}

void mh_safe_add_document(struct mh_text *text, const char *bytes, size_t length)
{
    add_harmless(text, bytes, length, "\n\t", add_escape);
}

void mh_safe_add_json(struct mh_text *text, const char *bytes, size_t length)
{
    add_harmless(text, bytes, length, "\n", add_json_escape);
}

/* ---- width ----------------------------------------------------------------------------------------- */

static bool is_combining(uint32_t character)
{
    static const struct range ranges[] = {
        {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a},   {0x064b, 0x065f},
        {0x0900, 0x0902}, {0x093c, 0x093c}, {0x0e31, 0x0e31}, {0x0e34, 0x0e3a},   {0x0e47, 0x0e4e},
        {0x1160, 0x11ff}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff},   {0x302a, 0x302d},
        {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0x1f3fb, 0x1f3ff},
    };
    return in_ranges(character, ranges, sizeof ranges / sizeof ranges[0]);
}

static bool is_wide(uint32_t character)
{
    static const struct range ranges[] = {
        {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x25fd, 0x25fe},   {0x2614, 0x2615},
        {0x26a1, 0x26a1},   {0x26d4, 0x26d4},   {0x2705, 0x2705},   {0x274c, 0x274c},   {0x2753, 0x2755},
        {0x2795, 0x2797},   {0x2b50, 0x2b50},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
        {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
        {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f004, 0x1f004}, {0x1f18e, 0x1f18e},
        {0x1f191, 0x1f19a}, {0x1f200, 0x1f320}, {0x1f32d, 0x1f3fa}, {0x1f400, 0x1f64f}, {0x1f680, 0x1f6ff},
        {0x1f7e0, 0x1f7eb}, {0x1f900, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
    };
    return in_ranges(character, ranges, sizeof ranges / sizeof ranges[0]);
}

size_t mh_text_width(const char *bytes, size_t length)
{
    size_t width = 0;
    for (size_t i = 0; i < length;) {
        uint32_t character;
        size_t octets = mh_utf8_read(bytes + i, length - i, &character);
        if (octets == 0) {
            width++;
            i++;
            continue;
        }
        width += is_combining(character) ? 0 : is_wide(character) ? 2 : 1;
        i += octets;
    }
    return width;
}
