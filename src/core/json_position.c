/* Finds the place of a JSON pointer in a text that was parsed before. */
#include "core/json_position.h"

#include "core/json_scan.h"

#include <stdint.h>
#include <string.h>

/* Where a value begins and, when it is a member's, its name. */
struct place {
    size_t name;
    size_t value;
};

/* The next byte of a pointer's token, whose ~0 is ~ and ~1 is / (RFC 6901 section 4). */
static int next_token_byte(const char **token)
{
    char c = **token;
    if (c == '\0' || c == '/')
        return MH_SCAN_END;
    (*token)++;
    if (c != '~')
        return (unsigned char)c;
    c = **token;
    if (c != '0' && c != '1')
        return MH_SCAN_BAD;
    (*token)++;
    return c == '0' ? '~' : '/';
}

/* `name` is what stands between the quotes. */
static bool name_is(const char *name, size_t length, const char *token)
{
    struct mh_scan_name reader = {.text = name, .length = length};
    int a, b;
    do {
        a = mh_scan_name_byte(&reader);
        b = next_token_byte(&token);
    } while (a == b && a >= 0);
    return a == MH_SCAN_END && b == MH_SCAN_END;
}

/* In an object or array behind an item: moves behind the comma, false at its end. */
static bool next_item(struct mh_scan *cursor)
{
    mh_scan_space(cursor);
    if (mh_scan_peek(cursor) != ',')
        return false;
    cursor->at++;
    return true;
}

/* Reads `"name":` and stops at the value. */
static bool read_name(struct mh_scan *cursor, struct place *member, size_t *name_length)
{
    mh_scan_space(cursor);
    member->name = cursor->at;
    if (!mh_scan_string(cursor))
        return false;
    *name_length = cursor->at - member->name - 2;
    mh_scan_space(cursor);
    if (mh_scan_peek(cursor) != ':')
        return false;
    cursor->at++;
    mh_scan_space(cursor);
    member->value = cursor->at;
    return true;
}

/* The cursor is at '{'. */
static bool find_member(struct mh_scan cursor, const char *token, struct place *found)
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
    } while (mh_scan_value(&cursor) && next_item(&cursor));
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
static bool find_item(struct mh_scan cursor, const char *token, struct place *found)
{
    size_t index;
    if (!read_index(token, &index))
        return false;
    cursor.at++;
    for (;; index--) {
        mh_scan_space(&cursor);
        if (index == 0)
            break;
        if (!mh_scan_value(&cursor) || !next_item(&cursor))
            return false;
    }
    *found = (struct place){.name = cursor.at, .value = cursor.at};
    return mh_scan_peek(&cursor) != MH_SCAN_END && mh_scan_peek(&cursor) != ']';
}

static bool find_child(struct mh_scan cursor, const char *token, struct place *found)
{
    switch (mh_scan_peek(&cursor)) {
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
static bool find(struct mh_scan *cursor, const char *pointer, struct place *place)
{
    mh_scan_space(cursor);
    if (mh_scan_peek(cursor) == MH_SCAN_END)
        return false;
    *place = (struct place){.name = cursor->at, .value = cursor->at};
    while (*pointer == '/') {
        pointer++;
        if (!find_child(*cursor, pointer, place))
            return false;
        cursor->at = place->value;
        pointer += strcspn(pointer, "/");
    }
    return *pointer == '\0' && mh_scan_peek(cursor) != MH_SCAN_END;
}

bool mh_json_position(const char *text, size_t length, const char *pointer, bool of_name, unsigned *line,
                      unsigned *column)
{
    struct mh_scan cursor = {.text = text, .length = length};
    struct place place;
    if (!find(&cursor, pointer, &place))
        return false;
    mh_json_position_at(text, length, of_name ? place.name : place.value, line, column);
    return true;
}

const char *mh_json_slice(const char *text, size_t length, const char *pointer, size_t *size)
{
    struct mh_scan cursor = {.text = text, .length = length};
    struct place place;
    if (!find(&cursor, pointer, &place) || !mh_scan_value(&cursor))
        return NULL;
    *size = cursor.at - place.value;
    return text + place.value;
}
