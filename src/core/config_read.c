/* Reads a document by the tables of its members.
 *
 * A document is read into a configuration of its own and thrown away whole when anything in it is wrong, so a
 * refusal changes nothing. The parser keeps no positions: whoever refuses has the member's pointer, and the
 * text is searched for that once more. */
#include "core/config_parts.h"

#include "core/json_position.h"
#include "core/json_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- places ---------------------------------------------------------------------------------------- */

bool mh_pointer_append(char pointer[MH_CONFIG_POINTER_SIZE], const char *name)
{
    size_t used = strlen(pointer);
    if (used + 1 < MH_CONFIG_POINTER_SIZE)
        pointer[used++] = '/';
    for (; *name != '\0' && used + 2 < MH_CONFIG_POINTER_SIZE; name++) {
        bool escaped = *name == '~' || *name == '/';
        pointer[used++] = escaped ? '~' : *name;
        if (escaped)
            pointer[used++] = *name == '~' ? '0' : '1';
    }
    pointer[used] = '\0';
    return *name == '\0';
}

const char *mh_place_pointer(const struct mh_place *place, char pointer[MH_CONFIG_POINTER_SIZE])
{
    if (place == NULL) {
        pointer[0] = '\0';
        return pointer;
    }
    (void)mh_place_pointer(place->outer, pointer); /* as deep as the tables, no deeper */
    (void)mh_pointer_append(pointer, place->name);
    return pointer;
}

/* ---- refusing -------------------------------------------------------------------------------------- */

static void fill_problem(struct mh_reading *reading, const char *pointer, const char *title,
                         const char *expected, const char *got)
{
    struct mh_config_problem *problem = reading->problem;
    *problem = (struct mh_config_problem){.kind = MH_CONFIG_INVALID};
    (void)snprintf(problem->pointer, sizeof problem->pointer, "%s", pointer);
    (void)snprintf(problem->title, sizeof problem->title, "%s", title);
    (void)snprintf(problem->expected, sizeof problem->expected, "%s", expected);
    (void)snprintf(problem->got, sizeof problem->got, "%s", got == NULL ? "" : got);
    if (reading->text == NULL)
        return;
    problem->line = problem->column = 1;
    mh_json_position(reading->text, reading->length, pointer, got == NULL, &problem->line, &problem->column);
}

bool mh_refuse_at(struct mh_reading *reading, const char *pointer, const char *title, const char *expected,
                  const char *got)
{
    fill_problem(reading, pointer, title, expected, got);
    return false;
}

/* `got` is shown as a person would look for it in the file, cut to the size. */
bool mh_refuse(struct mh_reading *reading, const struct mh_place *place, const char *title,
               const char *expected, const json_t *got)
{
    char pointer[MH_CONFIG_POINTER_SIZE];
    char *text = got == NULL ? NULL : json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT);
    const char *shown = text == NULL && got != NULL ? "" : text;
    fill_problem(reading, mh_place_pointer(place, pointer), title, expected, shown);
    free(text);
    return false;
}

bool mh_refuse_memory(struct mh_reading *reading)
{
    fill_problem(reading, "", "out of memory", "", NULL);
    reading->problem->kind = MH_CONFIG_NO_MEMORY;
    return false;
}

/* ---- objects, things and lists --------------------------------------------------------------------- */

static bool has_type(const json_t *value, unsigned types)
{
    return (types & 1U << json_typeof(value)) != 0;
}

static const struct mh_member *find_member(const struct mh_member *members, const char *name)
{
    for (; members->name != NULL; members++)
        if (strcmp(members->name, name) == 0)
            return members;
    return NULL;
}

static bool read_member(struct mh_reading *reading, const struct mh_place *place,
                        const struct mh_member *members, const json_t *value, void *target)
{
    const struct mh_member *member = find_member(members, place->name);
    if (member == NULL)
        return mh_refuse(reading, place, "unknown member", "", NULL);
    if (!has_type(value, member->types))
        return mh_refuse(reading, place, "wrong type", member->expected, value);
    return member->read(reading, place, member, value, (char *)target + member->offset);
}

static bool check_required(struct mh_reading *reading, const struct mh_place *place,
                           const struct mh_member *members, const json_t *object)
{
    char expected[MH_CONFIG_WORD_SIZE];
    for (; members->name != NULL; members++) {
        if (!members->required || json_object_get(object, members->name) != NULL)
            continue;
        (void)snprintf(expected, sizeof expected, "\"%s\": %s", members->name, members->expected);
        return mh_refuse(reading, place, "missing member", expected, NULL);
    }
    return true;
}

bool mh_read_object(struct mh_reading *reading, const struct mh_place *place, const struct mh_member *member,
                    const json_t *value, void *target)
{
    const char *name;
    json_t *inner;
    json_object_foreach((json_t *)(uintptr_t)value, name, inner)
    {
        if (!read_member(reading, &(struct mh_place){place, name}, member->detail, inner, target))
            return false;
    }
    return check_required(reading, place, member->detail, value);
}

/* Room for `count` items, each as it is before it is read. `outer` learns of them. */
static char *make_items(struct mh_reading *reading, const struct mh_items *kind, size_t count, char *outer)
{
    char *items = mh_config_allocate(reading->held, count, kind->size);
    if (items == NULL)
        return NULL;
    for (size_t i = 0; kind->initial != NULL && i < count; i++)
        memcpy(items + i * kind->size, kind->initial, kind->size);
    memcpy(outer + kind->count, &count, sizeof count);
    memcpy(outer + kind->items, &items, sizeof items); /* all pointers to structs are alike */
    return items;
}

static bool read_item(struct mh_reading *reading, const struct mh_place *place, const struct mh_items *kind,
                      const json_t *value, void *item)
{
    const struct mh_member member = {place->name, kind->expected, kind->types, kind->read,
                                     0,           kind->detail,   false};
    if (!has_type(value, kind->types))
        return mh_refuse(reading, place, "wrong type", kind->expected, value);
    return kind->read(reading, place, &member, value, item);
}

static bool read_thing(struct mh_reading *reading, const struct mh_place *place, const struct mh_items *kind,
                       const json_t *value, char *item)
{
    if (!kind->is_name(place->name))
        return mh_refuse(reading, place, "not a name", kind->name_expected, NULL);
    memcpy(item, place->name, strlen(place->name) + 1);
    return read_item(reading, place, kind, value, item);
}

static bool refuse_count(struct mh_reading *reading, const struct mh_place *place)
{
    char expected[MH_CONFIG_WORD_SIZE];
    (void)snprintf(expected, sizeof expected, "at most %d", (int)MH_CONFIG_ENTRIES_MAX);
    return mh_refuse(reading, place, "too many", expected, NULL);
}

bool mh_read_things(struct mh_reading *reading, const struct mh_place *place, const struct mh_member *member,
                    const json_t *value, void *target)
{
    const struct mh_items *kind = member->detail;
    const char *name;
    json_t *inner;
    if (json_object_size(value) > MH_CONFIG_ENTRIES_MAX)
        return refuse_count(reading, place);
    char *item = make_items(reading, kind, json_object_size(value), target);
    if (item == NULL)
        return mh_refuse_memory(reading);
    json_object_foreach((json_t *)(uintptr_t)value, name, inner)
    {
        if (!read_thing(reading, &(struct mh_place){place, name}, kind, inner, item))
            return false;
        item += kind->size;
    }
    return true;
}

bool mh_read_list(struct mh_reading *reading, const struct mh_place *place, const struct mh_member *member,
                  const json_t *value, void *target)
{
    const struct mh_items *kind = member->detail;
    size_t count = json_array_size(value);
    if (count == 0)
        return mh_refuse(reading, place, "empty list", member->expected, value);
    if (count > MH_CONFIG_ENTRIES_MAX)
        return refuse_count(reading, place);
    char *items = make_items(reading, kind, count, target);
    if (items == NULL)
        return mh_refuse_memory(reading);
    for (size_t i = 0; i < count; i++) {
        char position[24];
        (void)snprintf(position, sizeof position, "%zu", i);
        if (!read_item(reading, &(struct mh_place){place, position}, kind, json_array_get(value, i),
                       items + i * kind->size))
            return false;
    }
    return true;
}

/* ---- the document ---------------------------------------------------------------------------------- */

/* The format has six levels; the parser calls itself for each. */
enum { DEPTH_LIMIT = 32 };

static json_t *refuse_text(struct mh_config_problem *problem, const char *title, const char *text,
                           size_t length, size_t offset)
{
    *problem = (struct mh_config_problem){.kind = MH_CONFIG_SYNTAX};
    (void)snprintf(problem->title, sizeof problem->title, "%.120s", title); /* the parser's are longer */
    mh_json_position_at(text, length, offset, &problem->line, &problem->column);
    return NULL;
}

/* The parser stops behind the second of two equal names. */
static json_t *refuse_duplicate(struct mh_config_problem *problem, const char *text, size_t length,
                                size_t offset)
{
    (void)refuse_text(problem, "the name is there twice", text, length, offset);
    if (mh_json_pointer_at(text, length, offset, problem->pointer, sizeof problem->pointer, &offset))
        mh_json_position_at(text, length, offset, &problem->line, &problem->column);
    return NULL;
}

json_t *mh_config_load(const char *text, size_t length, struct mh_config_problem *problem)
{
    json_error_t error;
    if (length > MH_CONFIG_TEXT_LIMIT)
        return refuse_text(problem, "the text is too long", text, 0, 0);
    if (mh_json_depth(text, length) > DEPTH_LIMIT)
        return refuse_text(problem, "it is nested too deep", text, 0, 0);
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (document != NULL)
        return document;
    size_t offset = error.position > 0 ? (size_t)error.position - 1 : 0;
    if (json_error_code(&error) == json_error_out_of_memory || error.text[0] == '\0') {
        (void)refuse_text(problem, "out of memory", text, length, 0);
        problem->kind = MH_CONFIG_NO_MEMORY;
        return NULL;
    }
    if (json_error_code(&error) == json_error_duplicate_key)
        return refuse_duplicate(problem, text, length, offset);
    return refuse_text(problem, error.text, text, length, offset);
}

static bool keep_text(struct mh_reading *reading, const json_t *document)
{
    struct mh_config_held *held = reading->held;
    held->text = json_dumps(document, JSON_COMPACT);
    if (held->text == NULL)
        return mh_refuse_memory(reading);
    held->text_length = strlen(held->text);
    return held->text_length <= MH_CONFIG_CANONICAL_LIMIT ||
           mh_refuse(reading, NULL, "the document is too long", "at most 1 MiB without white space", NULL);
}

/* A newer version may have members that are unknown here: it is told before they are. */
static bool check_version(struct mh_reading *reading, const json_t *document)
{
    static const struct mh_place place = {NULL, "version"};
    const json_t *version = json_object_get(document, place.name);
    return json_integer_value(version) <= MH_CONFIG_VERSION ||
           mh_refuse(reading, &place, "newer version", "1", version);
}

static bool read_document(struct mh_reading *reading, const json_t *document)
{
    static const struct mh_member whole = {.detail = mh_document_members};
    if (!json_is_object(document))
        return mh_refuse(reading, NULL, "wrong type", "an object", document);
    return check_version(reading, document) &&
           mh_read_object(reading, NULL, &whole, document, &reading->held->config) &&
           mh_config_check(reading) && mh_config_note_unsupported(reading, document) &&
           keep_text(reading, document);
}

struct mh_config *mh_config_from_json(json_t *document, const char *text, size_t length,
                                      struct mh_config_problem *problem)
{
    struct mh_config_held *held = calloc(1, sizeof *held);
    struct mh_reading reading = {text, length, held, problem};
    if (held != NULL)
        atomic_init(&held->references, 1);
    bool good = held == NULL ? mh_refuse_memory(&reading) : read_document(&reading, document);
    json_decref(document);
    if (good)
        return &held->config;
    mh_config_release(held == NULL ? NULL : &held->config);
    return NULL;
}

struct mh_config *mh_config_parse(const char *text, size_t length, struct mh_config_problem *problem)
{
    json_t *document = mh_config_load(text, length, problem);
    return document == NULL ? NULL : mh_config_from_json(document, text, length, problem);
}
