/* Which members of the format this version acts on. Whoever makes a member act adds its pattern here; nothing
 * else has to change for /v1/status, /v1/capabilities and the log to tell. What a system cannot do is another
 * question, which plans answer. */
#include "core/config_parts.h"

#include <stdlib.h>
#include <string.h>

/* What this version does about members of a document. */
struct acting {
    const char *pattern; /* a star stands for any one name; a pattern speaks for everything below it */
    bool ipv4, ipv6;
};

static const struct acting acting[] = {
    {"/version", true, true},
    {"/host_wide", true, true},
    {"/host_model", true, true},
    {"/source_routing", true, true},
    {"/sharing", true, true},
    {"/arp", true, false},
    {"/reverse_path", true, true},
    {"/interfaces/*/role", true, true},
    {"/interfaces/*/metric", true, true},
    {"/interfaces/*/ipv4/host_model", true, false},
    {"/interfaces/*/ipv6/host_model", false, true},
    {"/interfaces/*/ipv4/arp", true, false},
    {"/interfaces/*/ipv4/reverse_path", true, false},
    {"/interfaces/*/ipv6/reverse_path", false, true},
    {"/addresses", true, true},
    {"/routes", true, true},
    {"/uplinks/*/interface", true, true},
    {"/uplinks/*/gateway", true, true},
    {"/uplinks/*/priority", true, true},
    {"/uplinks/*/weight", true, true},
    {"/rules", true, true},
    {"/source_preferences", true, true},
    {"/address_policy", false, true},
    {NULL, false, false},
};

enum match { NOTHING_ACTS, SOME_ACT, ALL_ACT };

static size_t token_length(const char *token)
{
    return 1 + strcspn(token + 1, "/");
}

static bool token_fits(const char *pattern, size_t length, const char *token)
{
    return (length == 2 && pattern[1] == '*') ||
           (length == token_length(token) && memcmp(pattern, token, length) == 0);
}

/* Compares step by step; both begin with a slash. */
static enum match compare(const char *pattern, const char *pointer)
{
    while (*pattern != '\0' && *pointer != '\0') {
        size_t length = token_length(pattern);
        if (!token_fits(pattern, length, pointer))
            return NOTHING_ACTS;
        pattern += length;
        pointer += token_length(pointer);
    }
    return *pattern == '\0' ? ALL_ACT : SOME_ACT;
}

static bool concerns(const struct acting *row, enum mh_family family)
{
    return family == MH_IPV4 ? row->ipv4 : family == MH_IPV6 ? row->ipv6 : row->ipv4 || row->ipv6;
}

static enum match match_of(const char *pointer, enum mh_family family)
{
    enum match best = NOTHING_ACTS;
    for (const struct acting *row = acting; row->pattern != NULL; row++) {
        enum match match = concerns(row, family) ? compare(row->pattern, pointer) : NOTHING_ACTS;
        best = match > best ? match : best;
    }
    return best;
}

bool mh_config_acts_on(const char *pointer, enum mh_family family)
{
    return match_of(pointer, family) == ALL_ACT;
}

/* ---- what is listed -------------------------------------------------------------------------------- */

static bool make_room(struct mh_config_held *held)
{
    if (held->unsupported_count < held->unsupported_capacity)
        return true;
    size_t capacity = held->unsupported_capacity == 0 ? 32 : 2 * held->unsupported_capacity;
    const char **grown = realloc(held->unsupported, capacity * sizeof *grown);
    if (grown == NULL)
        return false;
    held->unsupported = grown;
    held->unsupported_capacity = capacity;
    return true;
}

static bool note(struct mh_reading *reading, const char *pointer)
{
    struct mh_config_held *held = reading->held;
    size_t size = strlen(pointer) + 1;
    char *kept = mh_config_allocate(held, size, 1);
    if (kept == NULL || !make_room(held))
        return mh_refuse_memory(reading);
    memcpy(kept, pointer, size);
    held->unsupported[held->unsupported_count++] = kept;
    return true;
}

/* As deep as the longest pattern, no deeper. */
static bool note_below(struct mh_reading *reading, const struct mh_place *outer, const json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const struct mh_place place = {outer, name};
        char pointer[MH_CONFIG_POINTER_SIZE];
        enum match match = match_of(mh_place_pointer(&place, pointer), MH_FAMILY_NONE);
        if (match == NOTHING_ACTS && !note(reading, pointer))
            return false;
        if (match == SOME_ACT && !note_below(reading, &place, value))
            return false;
    }
    return true;
}

bool mh_config_note_unsupported(struct mh_reading *reading, const json_t *document)
{
    return note_below(reading, NULL, document);
}
