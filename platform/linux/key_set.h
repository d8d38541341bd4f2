/* A set of 64-bit keys that stays small: when it would outgrow its bound it answers "yes" to everything. For
 * cautions that are only worth having while they are rare. One thread. */
#ifndef MH_LINUX_KEY_SET_H
#define MH_LINUX_KEY_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MH_KEY_SET_BOUND = 1 << 17 };

/* All zero is the empty set. */
struct mh_key_set {
    uint64_t *slots; /* open addressing; 0 is a free slot */
    size_t count, capacity;
    uint64_t last; /* added last: routes come in rows that share much */
    bool everything;
};

void mh_key_set_add(struct mh_key_set *set, uint64_t key);
bool mh_key_set_has(const struct mh_key_set *set, uint64_t key);
bool mh_key_set_is_empty(const struct mh_key_set *set);
/* Adds all of `from`. */
void mh_key_set_merge(struct mh_key_set *set, const struct mh_key_set *from);
/* Gives the memory back; the set is empty then. */
void mh_key_set_clear(struct mh_key_set *set);

#endif
