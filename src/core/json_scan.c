#include "core/json_scan.h"

#include "core/digit.h"

#include <string.h>

int mh_scan_peek(const struct mh_scan *cursor)
{
    return cursor->at < cursor->length ? (unsigned char)cursor->text[cursor->at] : MH_SCAN_END;
}

void mh_scan_space(struct mh_scan *cursor)
{
    int c;
    while ((c = mh_scan_peek(cursor)) == ' ' || c == '\t' || c == '\n' || c == '\r')
        cursor->at++;
}

/* At the opening quote; moves behind the closing one. */
bool mh_scan_string(struct mh_scan *cursor)
{
    if (mh_scan_peek(cursor) != '"')
        return false;
    cursor->at++;
    int c;
    while ((c = mh_scan_peek(cursor)) != MH_SCAN_END && c != '"')
        cursor->at += c == '\\' && cursor->length - cursor->at >= 2 ? 2 : 1;
    if (c == MH_SCAN_END)
        return false;
    cursor->at++;
    return true;
}

static bool is_delimiter(int c)
{
    return c == MH_SCAN_END || strchr(" \t\r\n,:]}[{\"", c) != NULL;
}

/* A number, true, false or null: everything up to a delimiter. */
static bool skip_word(struct mh_scan *cursor)
{
    size_t start = cursor->at;
    while (!is_delimiter(mh_scan_peek(cursor)))
        cursor->at++;
    return cursor->at > start;
}

/* At an opening bracket; moves behind its closing one. */
static bool skip_brackets(struct mh_scan *cursor)
{
    size_t depth = 0;
    do {
        int c = mh_scan_peek(cursor);
        if (c == MH_SCAN_END)
            return false;
        if (c == '"') {
            if (!mh_scan_string(cursor))
                return false;
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
        cursor->at++;
    } while (depth > 0);
    return true;
}

bool mh_scan_value(struct mh_scan *cursor)
{
    switch (mh_scan_peek(cursor)) {
    case '{':
    case '[':
        return skip_brackets(cursor);
    case '"':
        return mh_scan_string(cursor);
    default:
        return skip_word(cursor);
    }
}

size_t mh_json_depth(const char *text, size_t length)
{
    struct mh_scan cursor = {.text = text, .length = length};
    size_t depth = 0, deepest = 0;
    int c;
    while ((c = mh_scan_peek(&cursor)) != MH_SCAN_END) {
        if (c == '"') {
            if (!mh_scan_string(&cursor))
                break;
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
        deepest = depth > deepest ? depth : deepest;
        cursor.at++;
    }
    return deepest;
}

/* The four digits of a \u escape at `at`. */
static bool read_unit(const struct mh_scan_name *reader, size_t at, uint32_t *unit)
{
    if (at > reader->length || reader->length - at < 4)
        return false;
    *unit = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = mh_hexadecimal_value(reader->text[at + i]);
        if (digit < 0)
            return false;
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return true;
}

static void wait_utf8(struct mh_scan_name *reader, uint32_t point)
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    unsigned count = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (unsigned i = count - 1; i > 0; i--, point >>= 6)
        reader->waiting[i] = (unsigned char)(0x80 | (point & 0x3f));
    reader->waiting[0] = (unsigned char)(lead[count] | point);
    reader->waiting_count = count;
    reader->waiting_at = 0;
}

/* Behind "\u": one unit, or two that are a surrogate pair. */
static bool read_point(struct mh_scan_name *reader)
{
    uint32_t high, low;
    if (!read_unit(reader, reader->at, &high))
        return false;
    reader->at += 4;
    bool paired = high >= 0xd800 && high < 0xdc00 && reader->length - reader->at >= 6 &&
                  memcmp(reader->text + reader->at, "\\u", 2) == 0 &&
                  read_unit(reader, reader->at + 2, &low) && low >= 0xdc00 && low < 0xe000;
    if (paired)
        reader->at += 6;
    wait_utf8(reader, paired ? 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00) : high);
    return true;
}

static int simple_escape(char c)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found = c == '\0' ? NULL : strchr(from, c);
    return found == NULL ? MH_SCAN_BAD : (unsigned char)to[found - from];
}

/* The next byte of a name; MH_SCAN_END behind the last, MH_SCAN_BAD for an escape that is none. */
int mh_scan_name_byte(struct mh_scan_name *reader)
{
    if (reader->waiting_at < reader->waiting_count)
        return reader->waiting[reader->waiting_at++];
    if (reader->at >= reader->length)
        return MH_SCAN_END;
    char c = reader->text[reader->at++];
    if (c != '\\')
        return (unsigned char)c;
    if (reader->at >= reader->length)
        return MH_SCAN_BAD;
    c = reader->text[reader->at++];
    if (c != 'u')
        return simple_escape(c);
    return read_point(reader) ? reader->waiting[reader->waiting_at++] : MH_SCAN_BAD;
}
