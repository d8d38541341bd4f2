/* Right sides: one value, a range, or a set, each read as a set of ranges; and maps. A named set is read when
 * a rule refers to it, because only the rule's keys say for sure what its elements are. */
#include "nft.h"

#include <stdio.h>
#include <string.h>

/* ---- verdicts -------------------------------------------------------------------------------------- */

static bool find_chain(const struct mh_nft *nft, const struct mh_nft_place *place, const json_t *target,
                       uint32_t *index)
{
    char key[MH_NFT_KEY_SIZE];
    const char *name = json_string_value(json_object_get(target, "target"));
    if (name == NULL || !mh_nft_name_key(place, name, key))
        return false;
    const json_t *number = json_object_get(nft->chains, key);
    *index = (uint32_t)json_integer_value(number);
    return number != NULL;
}

bool mh_nft_read_verdict(const struct mh_nft *nft, const struct mh_nft_place *place, const json_t *json,
                         struct mh_filter_data *data)
{
    static const struct {
        const char *word;
        enum mh_filter_action action;
    } verdicts[] = {{"accept", MH_FILTER_ACCEPT},     {"drop", MH_FILTER_DROP}, {"return", MH_FILTER_RETURN},
                    {"continue", MH_FILTER_CONTINUE}, {"jump", MH_FILTER_JUMP}, {"goto", MH_FILTER_GOTO},
                    {"queue", MH_FILTER_QUEUE}};
    json_t *value;
    const char *kind = mh_nft_kind(json, &value);
    *data = (struct mh_filter_data){.understood = true, .is_verdict = true};
    for (size_t i = 0; kind != NULL && i < sizeof verdicts / sizeof *verdicts; i++) {
        if (strcmp(verdicts[i].word, kind) != 0)
            continue;
        data->action = (uint8_t)verdicts[i].action;
        return (data->action != MH_FILTER_JUMP && data->action != MH_FILTER_GOTO) ||
               find_chain(nft, place, value, &data->target);
    }
    return false;
}

/* What cannot be read is in the map as not understood. */
static void read_data(const struct mh_nft *nft, const struct mh_nft_place *place, const json_t *json,
                      struct mh_filter_data *data)
{
    json_t *value;
    if (mh_nft_kind(json, &value) != NULL) {
        data->understood = mh_nft_read_verdict(nft, place, json, data);
        return;
    }
    *data = (struct mh_filter_data){0};
    data->understood = mh_nft_read_value(MH_NFT_NUMBER, json, &data->value);
}

/* ---- elements -------------------------------------------------------------------------------------- */

struct reader {
    struct mh_nft *nft;
    const struct mh_nft_place *place;
    const struct mh_nft_left *left;
    struct mh_filter_set *set;
};

/* {"elem": {"val": …, "timeout": …}} is an element with more to say of it. */
static const json_t *unwrap(const json_t *json)
{
    const json_t *element = json_object_get(json, "elem");
    return element != NULL ? json_object_get(element, "val") : json;
}

static bool read_fields(const struct mh_nft_left *left, const json_t *json, struct mh_filter_range *ranges)
{
    const json_t *parts = json_object_get(json, "concat");
    if (left->count == 1 && parts == NULL)
        return mh_nft_read_range((enum mh_nft_type)left->types[0], json, &ranges[0]);
    if (json_array_size(parts) != left->count)
        return false;
    for (size_t i = 0; i < left->count; i++)
        if (!mh_nft_read_range((enum mh_nft_type)left->types[i], json_array_get(parts, i), &ranges[i]))
            return false;
    return true;
}

static bool is_rest(const json_t *json)
{
    return json_is_string(json) && strcmp(json_string_value(json), "*") == 0;
}

static bool read_element(struct reader *reader, const json_t *json)
{
    struct mh_filter_range ranges[MH_FILTER_FIELDS_MAX];
    struct mh_filter_data data = {0};
    const json_t *key = unwrap(reader->set->is_map ? json_array_get(json, 0) : json);
    if (reader->set->is_map)
        read_data(reader->nft, reader->place, json_array_get(json, 1), &data);
    if (is_rest(key)) {
        reader->set->has_rest = true;
        reader->set->rest = data;
        return true;
    }
    if (!read_fields(reader->left, key, ranges)) {
        reader->set->open = true;
        return true;
    }
    return mh_filter_set_add(reader->set, ranges, &data);
}

static bool read_elements(struct reader *reader, const json_t *elements)
{
    for (size_t i = 0; i < json_array_size(elements); i++)
        if (!read_element(reader, json_array_get(elements, i)))
            return false;
    return true;
}

/* ---- named sets ------------------------------------------------------------------------------------ */

/* A set that was read for keys of these types need not be read again. */
static bool compiled_key(const char *name_key, const struct mh_nft_left *left, bool is_map,
                         char out[MH_NFT_KEY_SIZE + 40])
{
    int used = snprintf(out, MH_NFT_KEY_SIZE + 40, "%s %d", name_key, is_map);
    for (size_t i = 0; i < left->count; i++)
        used += snprintf(out + used, (size_t)(MH_NFT_KEY_SIZE + 40 - used), " %u", (unsigned)left->types[i]);
    return used < MH_NFT_KEY_SIZE + 40;
}

static bool read_named(struct reader *reader, const char *key, uint32_t index)
{
    const json_t *named = json_object_get(reader->nft->sets, key);
    const json_t *elements = json_object_get(named, "elem");
    bool is_map = json_object_get(named, "map") != NULL;
    reader->set = mh_filter_set_at(reader->nft->filter, index);
    reader->set->changes = json_object_get(reader->nft->changing, key) != NULL;
    reader->set->open =
        named == NULL || is_map != reader->set->is_map || (elements != NULL && !json_is_array(elements));
    return reader->set->open || read_elements(reader, elements);
}

static bool use_named(struct reader *reader, const char *name, bool is_map, uint32_t *index)
{
    struct mh_nft *nft = reader->nft;
    char key[MH_NFT_KEY_SIZE] = "", compiled[MH_NFT_KEY_SIZE + 40];
    if (!mh_nft_name_key(reader->place, name, key) || !compiled_key(key, reader->left, is_map, compiled)) {
        if (!mh_filter_add_set(nft->filter, reader->left->count, is_map, index))
            return false;
        mh_filter_set_at(nft->filter, *index)->open = true;
        return true;
    }
    const json_t *known = json_object_get(nft->compiled, compiled);
    *index = (uint32_t)json_integer_value(known);
    if (known != NULL)
        return true;
    return mh_filter_add_set(nft->filter, reader->left->count, is_map, index) &&
           read_named(reader, key, *index) &&
           json_object_set_new(nft->compiled, compiled, json_integer(*index)) == 0;
}

/* ---- right sides ----------------------------------------------------------------------------------- */

bool mh_nft_read_set(struct mh_nft *nft, const struct mh_nft_place *place, const struct mh_nft_left *left,
                     const json_t *right, bool is_map, uint32_t *index)
{
    struct reader reader = {nft, place, left, NULL};
    const char *text = json_string_value(right);
    const json_t *elements = json_object_get(right, "set");
    if (text != NULL && text[0] == '@')
        return use_named(&reader, text + 1, is_map, index);
    if (!mh_filter_add_set(nft->filter, left->count, is_map, index))
        return false;
    reader.set = mh_filter_set_at(nft->filter, *index);
    if (json_is_array(elements))
        return read_elements(&reader, elements);
    if (elements == NULL && right != NULL && !is_map)
        return read_element(&reader, right);
    reader.set->open = true;
    return true;
}

bool mh_nft_number_set(struct mh_nft *nft, uint32_t number, uint32_t *index)
{
    struct mh_filter_value value = mh_filter_number(number);
    struct mh_filter_range range = {value, value};
    return mh_filter_add_set(nft->filter, 1, false, index) &&
           mh_filter_set_add(mh_filter_set_at(nft->filter, *index), &range, NULL);
}
