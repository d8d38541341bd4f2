/* Where in a list items stand, by a number that is equal for items that are looked for alike: a hash of what
 * they are told apart by. It is a hint that makes looking fast, and never the answer: whoever asks gives the
 * function that decides. Without memory everything is looked through, which finds the same. Pure; one owner.
 */
#ifndef MH_CORE_PLACE_INDEX_H
#define MH_CORE_PLACE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mh_place {
    uint64_t key;
    size_t count;    /* of items; 0: there was one */
    size_t position; /* of the first that was added, when it was added */
};

/* All zero is the index of an empty list. */
struct mh_place_index {
    struct mh_place *places; /* open addressing */
    size_t capacity, used;
    ptrdiff_t drift; /* how far from its position the last item was found: its neighbours are as far */
    bool shifted;    /* items are not where they were added any more */
    bool failed;     /* out of memory: it knows nothing */
};

void mh_place_index_clear(struct mh_place_index *index);
/* An item stands at `position`. Those of one key are added in their order, unless mh_place_index_shift is
 * called. */
void mh_place_index_add(struct mh_place_index *index, uint64_t key, size_t position);
/* One item of the key is gone. */
void mh_place_index_drop(struct mh_place_index *index, uint64_t key);
/* Items have moved: one was put between others, or taken from between them. */
void mh_place_index_shift(struct mh_place_index *index);

/* How many items have the key; SIZE_MAX when it is not known. */
size_t mh_place_index_count(const struct mh_place_index *index, uint64_t key);

/* A list and what is looked for in it. */
struct mh_place_question {
    const void *items;
    size_t count, size; /* of items; octets of each */
    uint64_t key;
    const void *wanted;
    bool (*matches)(const void *item, const void *wanted);
};
/* The position of the first item that matches, or the count. NULL for an index is allowed. */
size_t mh_place_index_find(struct mh_place_index *index, const struct mh_place_question *question);

/* Keys from parts: begin with any number, mix part by part. */
static inline uint64_t mh_key_mix(uint64_t key, uint64_t part)
{
    key = (key ^ part) * UINT64_C(0x9e3779b97f4a7c15);
    return key ^ key >> 32;
}

#endif
