/* Finds the place of a JSON pointer in a text.
 *
 * The text was parsed before; this walks over it once more, because the parser does not keep positions. A
 * value is skipped by counting brackets outside of strings, so nesting costs no stack. Every step either
 * moves the cursor on or ends the walk, whatever the bytes are. */
#include "core/json_position.h"

#include "core/digit.h"

#include <stdint.h>
#include <string.h>

struct cursor {
    const char *text;
    size_t length;
    size_t at;
};

/* Where a value begins and, when it is a member's, its name. */
struct place {
    size_t name;
    size_t value;
};

/* Gives a name's bytes one by one, escapes resolved. */
struct name_reader {
    const char *text;
    size_t length;
    size_t at;
    unsigned char waiting[4]; /* UTF-8 of a \u escape */
    unsigned waiting_count, waiting_at;
};

enum { END = -1, BAD = -2 };

static int peek(const struct cursor *cursor)
{
    return cursor->at < cursor->length ? (unsigned char)cursor->text[cursor->at] : END;
}

static void skip_space(struct cursor *cursor)
{
    int c;
    while ((c = peek(cursor)) == ' ' || c == '\t' || c == '\n' || c == '\r')
        cursor->at++;
}

/* At the opening quote; moves behind the closing one. */
static bool skip_string(struct cursor *cursor)
{
    if (peek(cursor) != '"')
        return false;
    cursor->at++;
    int c;
    while ((c = peek(cursor)) != END && c != '"')
        cursor->at += c == '\\' && cursor->length - cursor->at >= 2 ? 2 : 1;
    if (c == END)
        return false;
    cursor->at++;
    return true;
}

static bool is_delimiter(int c)
{
    return c == END || strchr(" \t\r\n,:]}[{\"", c) != NULL;
}

/* A number, true, false or null: everything up to a delimiter. */
static bool skip_word(struct cursor *cursor)
{
    size_t start = cursor->at;
    while (!is_delimiter(peek(cursor)))
        cursor->at++;
    return cursor->at > start;
}

/* At an opening bracket; moves behind its closing one. */
static bool skip_brackets(struct cursor *cursor)
{
    size_t depth = 0;
    do {
        int c = peek(cursor);
        if (c == END)
            return false;
        if (c == '"') {
            if (!skip_string(cursor))
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

static bool skip_value(struct cursor *cursor)
{
    switch (peek(cursor)) {
    case '{':
    case '[':
        return skip_brackets(cursor);
    case '"':
        return skip_string(cursor);
    default:
        return skip_word(cursor);
    }
}

/* The four digits of a \u escape at `at`. */
static bool read_unit(const struct name_reader *reader, size_t at, uint32_t *unit)
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

static void wait_utf8(struct name_reader *reader, uint32_t point)
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
static bool read_point(struct name_reader *reader)
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
    return found == NULL ? BAD : (unsigned char)to[found - from];
}

/* The next byte of a name; END behind the last, BAD for an escape that is none. */
static int next_name_byte(struct name_reader *reader)
{
    if (reader->waiting_at < reader->waiting_count)
        return reader->waiting[reader->waiting_at++];
    if (reader->at >= reader->length)
        return END;
    char c = reader->text[reader->at++];
    if (c != '\\')
        return (unsigned char)c;
    if (reader->at >= reader->length)
        return BAD;
    c = reader->text[reader->at++];
    if (c != 'u')
        return simple_escape(c);
    return read_point(reader) ? reader->waiting[reader->waiting_at++] : BAD;
}

/* The next byte of a pointer's token, whose ~0 is ~ and ~1 is / (RFC 6901 section 4). */
static int next_token_byte(const char **token)
{
    char c = **token;
    if (c == '\0' || c == '/')
        return END;
    (*token)++;
    if (c != '~')
        return (unsigned char)c;
    c = **token;
    if (c != '0' && c != '1')
        return BAD;
    (*token)++;
    return c == '0' ? '~' : '/';
}

/* `name` is what stands between the quotes. */
static bool name_is(const char *name, size_t length, const char *token)
{
    struct name_reader reader = {.text = name, .length = length};
    int a, b;
    do {
        a = next_name_byte(&reader);
        b = next_token_byte(&token);
    } while (a == b && a >= 0);
    return a == END && b == END;
}

/* In an object or array behind an item: moves behind the comma, false at its end. */
static bool next_item(struct cursor *cursor)
{
    skip_space(cursor);
    if (peek(cursor) != ',')
        return false;
    cursor->at++;
    return true;
}

/* Reads `"name":` and stops at the value. */
static bool read_name(struct cursor *cursor, struct place *member, size_t *name_length)
{
    skip_space(cursor);
    member->name = cursor->at;
    if (!skip_string(cursor))
        return false;
    *name_length = cursor->at - member->name - 2;
    skip_space(cursor);
    if (peek(cursor) != ':')
        return false;
    cursor->at++;
    skip_space(cursor);
    member->value = cursor->at;
    return true;
}

/* The cursor is at '{'. */
static bool find_member(struct cursor cursor, const char *token, struct place *found)
{
    bool any = false;
    cursor.at++;
    do {
        struct place member;
        size_t length;
        if (!read_name(&cursor, &member, &length))
            break;
        if (name_is(cursor.text + member.name + 1, length, token)) {
            *found = member;
            any = true;
        }
    } while (skip_value(&cursor) && next_item(&cursor));
    return any;
}

/* Digits without leading zeros up to the token's end. */
static bool read_index(const char *token, size_t *index)
{
    if (*token == '0' && token[1] != '\0' && token[1] != '/')
        return false;
    const char *p = token;
    for (*index = 0; *p >= '0' && *p <= '9'; p++) {
        size_t digit = (size_t)(*p - '0');
        if (*index > (SIZE_MAX - digit) / 10)
            return false;
        *index = *index * 10 + digit;
    }
    return p > token && (*p == '\0' || *p == '/');
}

/* The cursor is at '['. */
static bool find_item(struct cursor cursor, const char *token, struct place *found)
{
    size_t index;
    if (!read_index(token, &index))
        return false;
    cursor.at++;
    for (;; index--) {
        skip_space(&cursor);
        if (index == 0)
            break;
        if (!skip_value(&cursor) || !next_item(&cursor))
            return false;
    }
    *found = (struct place){.name = cursor.at, .value = cursor.at};
    return peek(&cursor) != END && peek(&cursor) != ']';
}

static bool find_child(struct cursor cursor, const char *token, struct place *found)
{
    switch (peek(&cursor)) {
    case '{':
        return find_member(cursor, token, found);
    case '[':
        return find_item(cursor, token, found);
    default:
        return false;
    }
}

void mh_json_position_at(const char *text, size_t length, size_t offset, unsigned *line, unsigned *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset && i < length; i++) {
        bool ends = text[i] == '\n';
        *line += ends;
        *column = ends ? 1 : *column + 1;
    }
}

/* Leaves the cursor at the value that `pointer` names. */
static bool find(struct cursor *cursor, const char *pointer, struct place *place)
{
    skip_space(cursor);
    if (peek(cursor) == END)
        return false;
    *place = (struct place){.name = cursor->at, .value = cursor->at};
    while (*pointer == '/') {
        pointer++;
        if (!find_child(*cursor, pointer, place))
            return false;
        cursor->at = place->value;
        pointer += strcspn(pointer, "/");
    }
    return *pointer == '\0' && peek(cursor) != END;
}

bool mh_json_position(const char *text, size_t length, const char *pointer, bool of_name, unsigned *line,
                      unsigned *column)
{
    struct cursor cursor = {.text = text, .length = length};
    struct place place;
    if (!find(&cursor, pointer, &place))
        return false;
    mh_json_position_at(text, length, of_name ? place.name : place.value, line, column);
    return true;
}

const char *mh_json_slice(const char *text, size_t length, const char *pointer, size_t *size)
{
    struct cursor cursor = {.text = text, .length = length};
    struct place place;
    if (!find(&cursor, pointer, &place) || !skip_value(&cursor))
        return NULL;
    *size = cursor.at - place.value;
    return text + place.value;
}

size_t mh_json_depth(const char *text, size_t length)
{
    struct cursor cursor = {.text = text, .length = length};
    size_t depth = 0, deepest = 0;
    int c;
    while ((c = peek(&cursor)) != END) {
        if (c == '"') {
            if (!skip_string(&cursor))
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

/* ---- the other way: from an offset to a pointer ---------------------------------------------------- */

enum { LEVELS_MAX = 64 };

/* A bracket that is open: the member or item where the cursor is. */
struct level {
    bool list;
    bool named;
    size_t at; /* the opening quote of the member's name, or the item's position */
};

struct path {
    size_t depth;
    struct level levels[LEVELS_MAX];
};

/* A string is a name when a colon follows it. */
static bool walk_string(struct cursor *cursor, struct path *path)
{
    size_t start = cursor->at;
    if (!skip_string(cursor))
        return false;
    skip_space(cursor);
    if (peek(cursor) == ':' && path->depth > 0)
        path->levels[path->depth - 1] = (struct level){.named = true, .at = start};
    return true;
}

/* One step of the walk; false at an end that no text in good order has. */
static bool walk_on(struct cursor *cursor, struct path *path)
{
    int c = peek(cursor);
    if (c == '"')
        return walk_string(cursor, path);
    if (c == '{' || c == '[') {
        if (path->depth == LEVELS_MAX)
            return false;
        path->levels[path->depth++] = (struct level){.list = c == '['};
    } else if (c == '}' || c == ']') {
        if (path->depth == 0)
            return false;
        path->depth--;
    } else if (c == ',' && path->depth > 0) {
        path->levels[path->depth - 1].at += path->levels[path->depth - 1].list;
    }
    cursor->at++;
    return true;
}

/* A pointer that is written. */
struct writer {
    char *text;
    size_t length, size;
};

static bool write_byte(struct writer *writer, char byte)
{
    if (writer->size - writer->length < 2)
        return false;
    writer->text[writer->length++] = byte;
    writer->text[writer->length] = '\0';
    return true;
}

static bool write_position(struct writer *writer, size_t position)
{
    char digits[24];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + position % 10);
        position /= 10;
    } while (position > 0);
    while (count > 0)
        if (!write_byte(writer, digits[--count]))
            return false;
    return true;
}

/* The name whose opening quote is at `at`. */
static bool write_name(struct writer *writer, struct cursor cursor, size_t at)
{
    cursor.at = at;
    if (!skip_string(&cursor))
        return false;
    struct name_reader reader = {.text = cursor.text + at + 1, .length = cursor.at - at - 2};
    int byte;
    while ((byte = next_name_byte(&reader)) >= 0) {
        bool escaped = byte == '~' || byte == '/';
        if (!write_byte(writer, escaped ? '~' : (char)byte))
            return false;
        if (escaped && !write_byte(writer, byte == '~' ? '0' : '1'))
            return false;
    }
    return byte == END;
}

static bool write_path(struct writer *writer, struct cursor cursor, const struct path *path)
{
    for (size_t i = 0; i < path->depth; i++) {
        const struct level *level = &path->levels[i];
        if (!write_byte(writer, '/'))
            return false;
        if (!(level->list ? write_position(writer, level->at)
                          : level->named && write_name(writer, cursor, level->at)))
            return false;
    }
    return path->depth > 0;
}

bool mh_json_pointer_at(const char *text, size_t length, size_t offset, char *pointer, size_t size,
                        size_t *name)
{
    struct cursor cursor = {.text = text, .length = length};
    struct path path = {0};
    while (cursor.at < offset && cursor.at < length)
        if (!walk_on(&cursor, &path))
            return false;
    struct writer writer = {pointer, 0, size};
    if (size == 0 || !write_path(&writer, cursor, &path))
        return false;
    const struct level *last = &path.levels[path.depth - 1];
    if (last->named)
        *name = last->at;
    return true;
}
