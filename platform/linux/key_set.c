#include "key_set.h"

#include <stdlib.h>

enum { CAPACITY_AT_FIRST = 64 };

/* 0 marks free slots: such a key is kept as another one, which costs no more than a false yes. */
static uint64_t stored(uint64_t key)
{
    return key == 0 ? UINT64_MAX : key;
}

static size_t slot_of(const struct mh_key_set *set, uint64_t key)
{
    size_t slot = (size_t)((key * 0x9e3779b97f4a7c15U) >> 20) & (set->capacity - 1);
    while (set->slots[slot] != 0 && set->slots[slot] != key)
        slot = (slot + 1) & (set->capacity - 1);
    return slot;
}

static bool grow(struct mh_key_set *set)
{
    struct mh_key_set larger = {.count = set->count,
                                .capacity = set->capacity == 0 ? CAPACITY_AT_FIRST : 2 * set->capacity};
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i] != 0)
            larger.slots[slot_of(&larger, set->slots[i])] = set->slots[i];
    free(set->slots);
    *set = larger;
    return true;
}

void mh_key_set_add(struct mh_key_set *set, uint64_t key)
{
    key = stored(key);
    if (set->everything || key == set->last)
        return;
    if (2 * set->count >= set->capacity && (set->count >= MH_KEY_SET_BOUND || !grow(set))) {
        set->everything = true;
        return;
    }
    size_t slot = slot_of(set, key);
    if (set->slots[slot] == 0)
        set->count++;
    set->slots[slot] = key;
    set->last = key;
}

bool mh_key_set_has(const struct mh_key_set *set, uint64_t key)
{
    if (set->everything)
        return true;
    return set->count > 0 && set->slots[slot_of(set, stored(key))] != 0;
}

bool mh_key_set_is_empty(const struct mh_key_set *set)
{
    return set->count == 0 && !set->everything;
}

void mh_key_set_merge(struct mh_key_set *set, const struct mh_key_set *from)
{
    for (size_t i = 0; i < from->capacity; i++)
        if (from->slots[i] != 0)
            mh_key_set_add(set, from->slots[i]);
    set->everything |= from->everything;
}

void mh_key_set_clear(struct mh_key_set *set)
{
    free(set->slots);
    *set = (struct mh_key_set){0};
}
