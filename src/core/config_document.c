/* Documents from documents. A change is made to a tree read from the old one's canonical text, and the result
 * is read like any other document: nothing that a file could not say comes in by a change. */
#include "core/config_document.h"

#include "core/config_parts.h"
#include "core/hash.h"
#include "core/json_change.h"
#include "core/json_position.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *mh_config_text(const struct mh_config *config, size_t *length)
{
    *length = mh_config_held(config)->text_length;
    return mh_config_held(config)->text;
}

uint64_t mh_config_revision(const struct mh_config *config)
{
    size_t length;
    const char *text = mh_config_text(config, &length);
    return mh_hash(text, length);
}

enum { INDENT = 2 };

static void break_line(struct mh_text *text, size_t depth)
{
    static const char blanks[] = "                ";
    mh_text_add_bytes(text, "\n", 1);
    for (size_t left = depth * INDENT, part; left > 0; left -= part) {
        part = left < sizeof blanks - 1 ? left : sizeof blanks - 1;
        mh_text_add_bytes(text, blanks, part);
    }
}

/* Behind the string that begins at `at`. */
static size_t skip_string(const char *json, size_t at)
{
    for (at++; json[at] != '"'; at++)
        at += json[at] == '\\';
    return at + 1;
}

/* A bracket, with the line that it begins or ends; one that is empty stays together. */
static size_t lay_out_bracket(struct mh_text *text, const char *json, size_t at, size_t *depth)
{
    bool opens = json[at] == '{' || json[at] == '[';
    bool is_empty = opens && (json[at + 1] == '}' || json[at + 1] == ']');
    *depth += opens && !is_empty;
    if (!opens)
        break_line(text, --*depth);
    mh_text_add_bytes(text, json + at, is_empty ? 2 : 1);
    if (opens && !is_empty)
        break_line(text, *depth);
    return at + (is_empty ? 2 : 1);
}

/* What stands between brackets, commas and colons: strings, numbers, words. */
static size_t token_end(const char *json, size_t at)
{
    if (json[at] == '"')
        return skip_string(json, at);
    return at + strcspn(json + at, "{}[],:\"");
}

/* Compact JSON that the library wrote, as the library would indent it. */
static void lay_out(struct mh_text *text, const char *json, size_t length)
{
    for (size_t at = 0, depth = 0, end; at < length;) {
        if (strchr("{}[]", json[at]) != NULL) {
            at = lay_out_bracket(text, json, at, &depth);
        } else if (json[at] == ',') {
            mh_text_add_bytes(text, ",", 1);
            break_line(text, depth);
            at++;
        } else if (json[at] == ':') {
            mh_text_add_bytes(text, ": ", 2);
            at++;
        } else {
            end = token_end(json, at);
            mh_text_add_bytes(text, json + at, end - at);
            at = end;
        }
    }
}

char *mh_config_file_text(const struct mh_config *config, size_t *length)
{
    const struct mh_config_held *held = mh_config_held(config);
    struct mh_text text = {0};
    lay_out(&text, held->text, held->text_length);
    mh_text_add(&text, "\n");
    *length = text.length;
    return mh_text_take(&text);
}

/* ---- problems -------------------------------------------------------------------------------------- */

/* The pointer of a path; false when it is longer than any member's. */
static bool point_to(const char *const *names, size_t count, char pointer[MH_CONFIG_POINTER_SIZE])
{
    pointer[0] = '\0';
    for (size_t i = 0; i < count; i++)
        if (!mh_pointer_append(pointer, names[i]))
            return false;
    return true;
}

static void fill(struct mh_config_problem *problem, enum mh_config_problem_kind kind, const char *title)
{
    *problem = (struct mh_config_problem){.kind = kind};
    (void)snprintf(problem->title, sizeof problem->title, "%s", title);
}

static void fill_absent(struct mh_config_problem *problem, const char *const *names, size_t count)
{
    fill(problem, MH_CONFIG_ABSENT, "no such member");
    (void)point_to(names, count, problem->pointer);
}

/* What is wrong came with `text`, the value at `base`: then it has a place there. */
static void locate(struct mh_config_problem *problem, const char *text, size_t length, const char *base)
{
    size_t skipped = strlen(base);
    if (problem->kind == MH_CONFIG_INVALID && strncmp(problem->pointer, base, skipped) == 0)
        (void)mh_json_position(text, length, problem->pointer + skipped, problem->got[0] == '\0',
                               &problem->line, &problem->column);
}

/* ---- reading --------------------------------------------------------------------------------------- */

const char *mh_config_member(const struct mh_config *config, const char *const *names, size_t count,
                             size_t *length, struct mh_config_problem *problem)
{
    const struct mh_config_held *held = mh_config_held(config);
    char pointer[MH_CONFIG_POINTER_SIZE];
    const char *value = !point_to(names, count, pointer)
                            ? NULL
                            : mh_json_slice(held->text, held->text_length, pointer, length);
    if (value == NULL)
        fill_absent(problem, names, count);
    return value;
}

/* ---- changing -------------------------------------------------------------------------------------- */

static json_t *load_old(const struct mh_config *old, struct mh_config_problem *problem)
{
    const struct mh_config_held *held = mh_config_held(old);
    return mh_config_load(held->text, held->text_length, problem);
}

struct mh_config *mh_config_merge(const struct mh_config *old, const char *patch, size_t length,
                                  struct mh_config_problem *problem)
{
    json_t *change = mh_config_load(patch, length, problem);
    if (change == NULL)
        return NULL;
    json_t *document = load_old(old, problem);
    json_t *merged = document == NULL ? NULL : mh_json_merge(document, change);
    json_decref(change);
    if (merged == NULL) {
        fill(problem, MH_CONFIG_NO_MEMORY, "out of memory");
        return NULL;
    }
    struct mh_config *config = mh_config_from_json(merged, NULL, 0, problem);
    if (config == NULL)
        locate(problem, patch, length, "");
    return config;
}

/* A path that cannot be followed: the value in the way is what is wrong. */
static void fill_no_way(struct mh_config_problem *problem, const char *const *names, size_t depth)
{
    fill(problem, MH_CONFIG_INVALID, "it has no such member");
    (void)point_to(names, depth, problem->pointer);
}

/* Consumes document and value. */
static struct mh_config *put(json_t *document, const char *const *names, size_t count, json_t *value,
                             struct mh_config_problem *problem)
{
    size_t depth;
    enum mh_json_change change = mh_json_put(document, names, count, value, &depth);
    if (change == MH_JSON_DONE)
        return mh_config_from_json(document, NULL, 0, problem);
    json_decref(document);
    if (change == MH_JSON_NO_WAY)
        fill_no_way(problem, names, depth);
    else
        fill(problem, MH_CONFIG_NO_MEMORY, "out of memory");
    return NULL;
}

struct mh_config *mh_config_set(const struct mh_config *old, const char *const *names, size_t count,
                                const char *value, size_t length, struct mh_config_problem *problem)
{
    char base[MH_CONFIG_POINTER_SIZE];
    if (count == 0)
        return mh_config_parse(value, length, problem);
    json_t *member = mh_config_load(value, length, problem);
    json_t *document = member == NULL ? NULL : load_old(old, problem);
    if (document == NULL) {
        json_decref(member);
        return NULL;
    }
    struct mh_config *config = put(document, names, count, member, problem);
    if (config == NULL && point_to(names, count, base))
        locate(problem, value, length, base);
    return config;
}

struct mh_config *mh_config_remove(const struct mh_config *old, const char *const *names, size_t count,
                                   struct mh_config_problem *problem)
{
    if (count == 0)
        return mh_config_parse("{}", 2, problem);
    json_t *document = load_old(old, problem);
    if (document == NULL)
        return NULL;
    if (mh_json_remove(document, names, count) == MH_JSON_DONE)
        return mh_config_from_json(document, NULL, 0, problem);
    json_decref(document);
    fill_absent(problem, names, count);
    return NULL;
}
