/* What the files of the trie share: the shape of a node. Private to route_trie*.c. */
#ifndef MH_CORE_ROUTE_TRIE_NODE_H
#define MH_CORE_ROUTE_TRIE_NODE_H

#include "core/route_bits.h"
#include "core/route_trie.h"

enum {
    MH_TRIE_STRIDE = 6,
    MH_TRIE_ROOT_DEPTH = -5,
    MH_TRIE_PATH_MAX = 54, /* bits: nine strides */
    MH_TRIE_PATH_LENGTH = 63,
    MH_TRIE_LEVELS = 24 /* nodes from the root to a /128, and one */
};

/* Where the node stands that holds prefixes of this length. */
static inline int mh_trie_depth_of(unsigned length)
{
    return (int)((length + 5) / MH_TRIE_STRIDE * MH_TRIE_STRIDE) + MH_TRIE_ROOT_DEPTH;
}

/* 64 bits of the key from `depth` (-5..127) on. */
static inline uint64_t mh_trie_window(struct mh_route_key key, int depth)
{
    if (depth <= 0)
        return key.high >> -depth;
    if (depth < 64)
        return key.high << depth | key.low >> (64 - depth);
    return key.low << (depth - 64);
}

static inline unsigned mh_trie_chunk(uint64_t window)
{
    return (unsigned)(window >> (64 - MH_TRIE_STRIDE));
}

static inline unsigned mh_trie_path_length(const struct mh_trie_node *node)
{
    return (unsigned)(node->path & MH_TRIE_PATH_LENGTH);
}

/* The first `length` (0..54) bits of `bits` as a path. */
static inline uint64_t mh_trie_path(uint64_t bits, unsigned length)
{
    return length == 0 ? 0 : (bits & UINT64_MAX << (64 - length)) | length;
}

/* The bit of a prefix whose last `length` (0..5) bits are the first of `window`. */
static inline unsigned mh_trie_position(uint64_t window, unsigned length)
{
    return 1U << length | mh_trie_chunk(window) >> (MH_TRIE_STRIDE - length);
}

static inline bool mh_trie_has(uint64_t bits, unsigned position)
{
    return (bits >> position & 1) != 0;
}

static inline struct mh_trie_node *mh_trie_child(const struct mh_route_trie *trie,
                                                 const struct mh_trie_node *node, unsigned chunk)
{
    struct mh_trie_node *run = mh_route_arena_at(&trie->nodes, node->first_child, sizeof *run);
    return run + mh_bits_below(node->children, chunk);
}

static inline struct mh_trie_set *mh_trie_leaf(const struct mh_route_trie *trie,
                                               const struct mh_trie_node *node, unsigned chunk)
{
    struct mh_trie_set *run = mh_route_arena_at(&trie->leaves, node->first_leaf, sizeof *run);
    return run + mh_bits_below(node->leaves, chunk);
}

static inline uint64_t mh_trie_prefixes(const struct mh_trie_set *set)
{
    return (uint64_t)set->prefixes[1] << 32 | set->prefixes[0];
}

static inline void mh_trie_set_prefixes(struct mh_trie_set *set, uint64_t prefixes)
{
    set->prefixes[0] = (uint32_t)prefixes;
    set->prefixes[1] = (uint32_t)(prefixes >> 32);
}

/* Where the numbers of a set of several prefixes are. */
static inline uint32_t *mh_trie_run(const struct mh_route_trie *trie, const struct mh_trie_set *set)
{
    return mh_route_arena_at(&trie->results, set->result, sizeof(uint32_t));
}

/* The number of one of the set's prefixes. */
static inline uint32_t mh_trie_number(const struct mh_route_trie *trie, const struct mh_trie_set *set,
                                      unsigned position)
{
    uint64_t prefixes = mh_trie_prefixes(set);
    if ((prefixes & (prefixes - 1)) == 0)
        return set->result;
    return mh_trie_run(trie, set)[mh_bits_below(prefixes, position)];
}

#endif
