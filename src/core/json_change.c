#include "core/json_change.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- merge patches --------------------------------------------------------------------------------- */

static bool merge_member(json_t *target, const char *name, const json_t *patch)
{
    if (json_is_null(patch)) {
        (void)json_object_del(target, name); /* it need not be there */
        return true;
    }
    json_t *merged = mh_json_merge(json_incref(json_object_get(target, name)), patch);
    return merged != NULL && json_object_set_new(target, name, merged) == 0;
}

json_t *mh_json_merge(json_t *target, const json_t *patch)
{
    const char *name;
    json_t *inner;
    if (!json_is_object(patch)) {
        json_decref(target);
        return json_deep_copy(patch);
    }
    if (!json_is_object(target)) {
        json_decref(target);
        target = json_object();
    }
    json_object_foreach((json_t *)(uintptr_t)patch, name, inner)
    {
        if (target == NULL || !merge_member(target, name, inner)) {
            json_decref(target);
            return NULL;
        }
    }
    return target;
}

/* ---- members by path ------------------------------------------------------------------------------- */

/* A position in a list of `count` items, or `count` itself for the one behind the last. */
static bool read_position(const char *name, size_t count, size_t *position)
{
    size_t digits = strspn(name, "0123456789");
    *position = count;
    if (strcmp(name, "-") == 0)
        return true;
    if (digits == 0 || digits > 9 || name[digits] != '\0' || (name[0] == '0' && digits > 1))
        return false;
    *position = (size_t)strtoul(name, NULL, 10);
    return *position <= count;
}

static json_t *child_of(const json_t *value, const char *name)
{
    size_t position;
    if (json_is_object(value))
        return json_object_get(value, name);
    if (json_is_array(value) && read_position(name, json_array_size(value), &position))
        return json_array_get(value, position);
    return NULL;
}

static enum mh_json_change put_child(json_t *outer, const char *name, json_t *value)
{
    size_t position, count = json_array_size(outer);
    int failed;
    if (json_is_object(outer)) {
        failed = json_object_set_new(outer, name, value);
    } else if (json_is_array(outer) && read_position(name, count, &position)) {
        failed = position == count ? json_array_append_new(outer, value)
                                   : json_array_set_new(outer, position, value);
    } else {
        json_decref(value);
        return MH_JSON_NO_WAY;
    }
    return failed == 0 ? MH_JSON_DONE : MH_JSON_NO_MEMORY;
}

enum mh_json_change mh_json_put(json_t *document, const char *const *names, size_t count, json_t *value,
                                size_t *depth)
{
    json_t *outer = document;
    for (*depth = 0; *depth + 1 < count; ++*depth) {
        json_t *inner = child_of(outer, names[*depth]);
        enum mh_json_change change = MH_JSON_DONE;
        if (inner == NULL) {
            inner = json_object();
            change = put_child(outer, names[*depth], inner);
        }
        if (change != MH_JSON_DONE) {
            json_decref(value);
            return change;
        }
        outer = inner;
    }
    return put_child(outer, names[count - 1], value);
}

enum mh_json_change mh_json_remove(json_t *document, const char *const *names, size_t count)
{
    json_t *outer = document;
    size_t position;
    for (size_t i = 0; i + 1 < count; i++)
        outer = child_of(outer, names[i]);
    if (child_of(outer, names[count - 1]) == NULL)
        return MH_JSON_NO_MEMBER;
    if (json_is_object(outer))
        (void)json_object_del(outer, names[count - 1]);
    else if (read_position(names[count - 1], json_array_size(outer), &position))
        (void)json_array_remove(outer, position);
    return MH_JSON_DONE;
}
