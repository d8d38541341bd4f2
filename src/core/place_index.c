#include "core/place_index.h"

#include <stdlib.h>

enum { CAPACITY_AT_FIRST = 64 };

void mh_place_index_clear(struct mh_place_index *index)
{
    free(index->places);
    *index = (struct mh_place_index){0};
}

/* ---- slots ----------------------------------------------------------------------------------------- */

static bool is_free(const struct mh_place *place)
{
    return place->count == 0 && place->position == SIZE_MAX;
}

/* That of the key, or the free one where it belongs. */
static struct mh_place *slot_of(const struct mh_place_index *index, uint64_t key)
{
    size_t slot = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (index->capacity - 1);
    while (!is_free(&index->places[slot]) && index->places[slot].key != key)
        slot = (slot + 1) & (index->capacity - 1);
    return &index->places[slot];
}

/* What is there no more is left behind. */
static bool grow(struct mh_place_index *index)
{
    size_t capacity = index->capacity == 0 ? CAPACITY_AT_FIRST : 2 * index->capacity;
    struct mh_place_index larger = *index;
    larger.places = malloc(capacity * sizeof *larger.places);
    if (larger.places == NULL)
        return false;
    larger.capacity = capacity;
    larger.used = 0;
    for (size_t i = 0; i < capacity; i++)
        larger.places[i] = (struct mh_place){.position = SIZE_MAX};
    for (size_t i = 0; i < index->capacity; i++)
        if (index->places[i].count > 0) {
            *slot_of(&larger, index->places[i].key) = index->places[i];
            larger.used++;
        }
    free(index->places);
    *index = larger;
    return true;
}

static const struct mh_place *look_up(const struct mh_place_index *index, uint64_t key)
{
    const struct mh_place *place = index->capacity > 0 ? slot_of(index, key) : NULL;
    return place == NULL || place->count == 0 ? NULL : place;
}

/* ---- changing -------------------------------------------------------------------------------------- */

void mh_place_index_add(struct mh_place_index *index, uint64_t key, size_t position)
{
    if (index->failed)
        return;
    if (2 * index->used >= index->capacity && !grow(index)) {
        index->failed = true;
        return;
    }
    struct mh_place *place = slot_of(index, key);
    index->used += is_free(place);
    if (place->count == 0)
        *place = (struct mh_place){.key = key, .position = position};
    place->count++;
}

void mh_place_index_drop(struct mh_place_index *index, uint64_t key)
{
    if (!index->failed && look_up(index, key) != NULL)
        slot_of(index, key)->count--;
}

void mh_place_index_shift(struct mh_place_index *index)
{
    index->shifted = true;
}

/* ---- looking --------------------------------------------------------------------------------------- */

size_t mh_place_index_count(const struct mh_place_index *index, uint64_t key)
{
    const struct mh_place *place = index->failed ? NULL : look_up(index, key);
    return index->failed ? SIZE_MAX : place == NULL ? 0 : place->count;
}

static bool is_at(const struct mh_place_question *question, size_t position)
{
    return position < question->count &&
           question->matches((const unsigned char *)question->items + position * question->size,
                             question->wanted);
}

static size_t look_from(const struct mh_place_question *question, size_t first)
{
    while (first < question->count && !is_at(question, first))
        first++;
    return first;
}

/* The only one, at the hint or on either side of it. */
static size_t look_around(const struct mh_place_question *question, size_t hint)
{
    if (hint >= question->count)
        hint = question->count == 0 ? 0 : question->count - 1;
    for (size_t distance = 0; distance <= hint || distance < question->count - hint; distance++) {
        if (is_at(question, hint + distance))
            return hint + distance;
        if (distance > 0 && distance <= hint && is_at(question, hint - distance))
            return hint - distance;
    }
    return question->count;
}

size_t mh_place_index_find(struct mh_place_index *index, const struct mh_place_question *question)
{
    if (index == NULL || index->failed)
        return look_from(question, 0);
    const struct mh_place *place = look_up(index, question->key);
    if (place == NULL)
        return question->count;
    if (!index->shifted)
        return look_from(question, place->position);
    if (place->count > 1)
        return look_from(question, 0);
    ptrdiff_t hint = (ptrdiff_t)place->position + index->drift;
    size_t found = look_around(question, hint < 0 ? 0 : (size_t)hint);
    if (found < question->count)
        index->drift = (ptrdiff_t)found - (ptrdiff_t)place->position;
    return found;
}
