/* Where the reader is, what it refuses, and the shapes of JSON. */
#include "reader.h"

#include "core/json_position.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- place ----------------------------------------------------------------------------------------- */

/* A pointer that grows too long stays at the object that still fits. */
static void push(struct sim_reader *reader, char c)
{
    if (reader->depth + 1 < sizeof reader->pointer)
        reader->pointer[reader->depth++] = c;
    reader->pointer[reader->depth] = '\0';
}

static size_t escaped_length(const char *name)
{
    size_t length = 0;
    for (; *name != '\0'; name++)
        length += *name == '~' || *name == '/' ? 2 : 1;
    return length;
}

size_t sim_enter(struct sim_reader *reader, const char *name)
{
    size_t depth = reader->depth;
    if (depth + 1 + escaped_length(name) >= sizeof reader->pointer)
        return depth;
    push(reader, '/');
    for (; *name != '\0'; name++) {
        if (*name == '~' || *name == '/')
            push(reader, '~');
        push(reader, *name == '~' ? '0' : *name == '/' ? '1' : *name);
    }
    return depth;
}

size_t sim_enter_item(struct sim_reader *reader, size_t index)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%zu", index);
    return sim_enter(reader, digits);
}

void sim_leave(struct sim_reader *reader, size_t depth)
{
    reader->depth = depth;
    reader->pointer[depth] = '\0';
}

/* ---- refusing -------------------------------------------------------------------------------------- */

enum { GOT_SIZE = 64, FILE_SIZE = 120 };

/* Cuts at a character, not inside of one. */
static void copy_cut(char *out, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length >= size) {
        length = size - 4;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--;
        (void)snprintf(out, size, "%.*s...", (int)length, text);
        return;
    }
    memcpy(out, text, length + 1);
}

/* What a person sees of a value, on one line. */
static const char *describe(const json_t *value, char out[GOT_SIZE])
{
    if (value == NULL || json_is_object(value) || json_is_array(value)) {
        (void)snprintf(out, GOT_SIZE, "%s",
                       value == NULL           ? "nothing"
                       : json_is_object(value) ? "an object"
                                               : "an array");
        return out;
    }
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    copy_cut(out, GOT_SIZE, text != NULL ? text : "?");
    free(text);
    return out;
}

/* The end of a long path says more than its beginning. */
static const char *file_name(const struct sim_reader *reader, char out[FILE_SIZE])
{
    size_t length = strlen(reader->file);
    bool fits = length < FILE_SIZE;
    (void)snprintf(out, FILE_SIZE, "%s%s", fits ? "" : "...",
                   fits ? reader->file : reader->file + length - 100);
    return out;
}

static bool refuse_at(struct sim_reader *reader, bool of_name, const char *got, const char *expected,
                      const char *message)
{
    unsigned line = 1, column = 1;
    char file[FILE_SIZE];
    (void)mh_json_position(reader->text, reader->length, reader->pointer, of_name, &line, &column);
    (void)mh_fail(reader->failure, MH_INVALID, "%s:%u:%u: %s (expected %s, got %s)", file_name(reader, file),
                  line, column, message, expected, got);
    return false;
}

bool sim_refuse(struct sim_reader *reader, const json_t *value, const char *expected, const char *format, ...)
{
    char message[160], got[GOT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return refuse_at(reader, false, describe(value, got), expected, message);
}

bool sim_refuse_name(struct sim_reader *reader, const char *name, const char *expected, const char *message)
{
    char got[GOT_SIZE];
    json_t *text = json_string(name);
    (void)describe(text, got);
    json_decref(text);
    return refuse_at(reader, true, got, expected, message);
}

bool sim_refuse_refusal(struct sim_reader *reader, const json_t *value, const struct sim_refusal *refusal)
{
    const json_t *member = json_object_get(value, refusal->member);
    size_t depth = reader->depth;
    if (member != NULL)
        (void)sim_enter(reader, refusal->member);
    (void)sim_refuse(reader, member != NULL ? member : value, refusal->expected, "%s", refusal->text);
    sim_leave(reader, depth);
    return false;
}

bool sim_refuse_memory(struct sim_reader *reader)
{
    (void)mh_fail(reader->failure, MH_NO_MEMORY, "out of memory");
    return false;
}

/* The parser stops behind the token that it cannot take. */
bool sim_refuse_text(struct sim_reader *reader, const json_error_t *error)
{
    unsigned line, column;
    char file[FILE_SIZE], got[128];
    size_t offset = error->position > 0 ? (size_t)error->position - 1 : 0;
    mh_json_position_at(reader->text, reader->length, offset, &line, &column);
    copy_cut(got, sizeof got, error->text);
    for (char *p = got; *p != '\0'; p++)
        if ((unsigned char)*p < ' ')
            *p = ' ';
    (void)mh_fail(reader->failure, MH_INVALID, "%s:%u:%u: this is not JSON (expected a document, got: %s)",
                  file_name(reader, file), line, column, got);
    return false;
}

/* ---- objects and arrays ---------------------------------------------------------------------------- */

static const struct sim_member *find_member(const struct sim_member *members, const char *name)
{
    for (; members->name != NULL; members++)
        if (strcmp(members->name, name) == 0)
            return members;
    return NULL;
}

static bool refuse_unknown(struct sim_reader *reader, const struct sim_member *members, const char *name)
{
    char expected[160] = "";
    size_t used = 0;
    for (; members->name != NULL && used < sizeof expected; members++)
        used += (size_t)snprintf(expected + used, sizeof expected - used, "%s%s", used > 0 ? ", " : "",
                                 members->name);
    if (used >= sizeof expected)
        memcpy(expected + sizeof expected - 4, "...", 4);
    return sim_refuse_name(reader, name, expected, "unknown member");
}

bool sim_read_members(struct sim_reader *reader, const json_t *value, const struct sim_member *members,
                      void *into)
{
    if (!json_is_object(value))
        return sim_refuse(reader, value, "an object", "the value has the wrong type");
    bool done = true;
    /* jansson iterates over const objects all the same. */
    for (void *at = json_object_iter((json_t *)value); at != NULL && done;
         at = json_object_iter_next((json_t *)value, at)) {
        const char *name = json_object_iter_key(at);
        const struct sim_member *member = find_member(members, name);
        size_t depth = sim_enter(reader, name);
        done = member == NULL
                   ? refuse_unknown(reader, members, name)
                   : member->read(reader, json_object_iter_value(at), (char *)into + member->offset, member);
        sim_leave(reader, depth);
    }
    return done;
}

bool sim_read_each(struct sim_reader *reader, const json_t *object,
                   bool (*read)(struct sim_reader *reader, const char *name, const json_t *value,
                                void *context),
                   void *context)
{
    if (!json_is_object(object))
        return sim_refuse(reader, object, "an object", "the value has the wrong type");
    bool done = true;
    for (void *at = json_object_iter((json_t *)object); at != NULL && done;
         at = json_object_iter_next((json_t *)object, at)) {
        const char *name = json_object_iter_key(at);
        size_t depth = sim_enter(reader, name);
        done = read(reader, name, json_object_iter_value(at), context);
        sim_leave(reader, depth);
    }
    return done;
}

bool sim_read_items(struct sim_reader *reader, const json_t *array,
                    bool (*read)(struct sim_reader *reader, const json_t *value, void *context),
                    void *context)
{
    if (!json_is_array(array))
        return sim_refuse(reader, array, "an array", "the value has the wrong type");
    bool done = true;
    for (size_t i = 0; i < json_array_size(array) && done; i++) {
        size_t depth = sim_enter_item(reader, i);
        done = read(reader, json_array_get(array, i), context);
        sim_leave(reader, depth);
    }
    return done;
}
