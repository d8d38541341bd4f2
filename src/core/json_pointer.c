/* From an offset in a JSON text to the pointer of the member that it is in. */
#include "core/json_position.h"

#include "core/json_scan.h"

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
static bool walk_string(struct mh_scan *cursor, struct path *path)
{
    size_t start = cursor->at;
    if (!mh_scan_string(cursor))
        return false;
    mh_scan_space(cursor);
    if (mh_scan_peek(cursor) == ':' && path->depth > 0)
        path->levels[path->depth - 1] = (struct level){.named = true, .at = start};
    return true;
}

/* One step of the walk; false at an end that no text in good order has. */
static bool walk_on(struct mh_scan *cursor, struct path *path)
{
    int c = mh_scan_peek(cursor);
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
static bool write_name(struct writer *writer, struct mh_scan cursor, size_t at)
{
    cursor.at = at;
    if (!mh_scan_string(&cursor))
        return false;
    struct mh_scan_name reader = {.text = cursor.text + at + 1, .length = cursor.at - at - 2};
    int byte;
    while ((byte = mh_scan_name_byte(&reader)) >= 0) {
        bool escaped = byte == '~' || byte == '/';
        if (!write_byte(writer, escaped ? '~' : (char)byte))
            return false;
        if (escaped && !write_byte(writer, byte == '~' ? '0' : '1'))
            return false;
    }
    return byte == MH_SCAN_END;
}

static bool write_path(struct writer *writer, struct mh_scan cursor, const struct path *path)
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
    struct mh_scan cursor = {.text = text, .length = length};
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
