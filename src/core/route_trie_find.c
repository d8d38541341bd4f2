/* Looking things up in the trie of routes: exactly, by longest match, in order. */
#include "core/route_trie_node.h"

static uint32_t find_in(const struct mh_route_trie *trie, const struct mh_trie_set *set,
                        struct mh_route_key key, unsigned length)
{
    int depth = mh_trie_depth_of(length);
    unsigned position = mh_trie_position(mh_trie_window(key, depth), (unsigned)((int)length - depth));
    return mh_trie_has(mh_trie_prefixes(set), position) ? mh_trie_number(trie, set, position) : 0;
}

uint32_t mh_route_trie_find(const struct mh_route_trie *trie, const struct mh_trie_node *root,
                            struct mh_route_key key, unsigned length)
{
    const struct mh_trie_node *node = root;
    int target = mh_trie_depth_of(length);
    int depth = MH_TRIE_ROOT_DEPTH;
    for (;;) {
        unsigned path_length = mh_trie_path_length(node);
        if (path_length > 0 && (node->path ^ mh_trie_window(key, depth)) >> (64 - path_length) != 0)
            return 0;
        depth += (int)path_length;
        if (depth >= target)
            return depth == target ? find_in(trie, &node->set, key, length) : 0;
        unsigned chunk = mh_trie_chunk(mh_trie_window(key, depth));
        depth += MH_TRIE_STRIDE;
        if (mh_trie_has(node->leaves, chunk))
            return depth == target ? find_in(trie, mh_trie_leaf(trie, node, chunk), key, length) : 0;
        if (!mh_trie_has(node->children, chunk))
            return 0;
        node = mh_trie_child(trie, node, chunk);
    }
}

/* ---- longest match --------------------------------------------------------------------------------- */

#define COVER(v)                                                                                             \
    (UINT64_C(1) << 1 | UINT64_C(1) << (2 | (v) >> 4) | UINT64_C(1) << (4 | (v) >> 3) |                      \
     UINT64_C(1) << (8 | (v) >> 2) | UINT64_C(1) << (16 | (v) >> 1) | UINT64_C(1) << (32 | (v)))
#define COVER_4(v) COVER(v), COVER((v) + 1), COVER((v) + 2), COVER((v) + 3)

/* By the first five of a node's bits: its prefixes that contain them. */
static const uint64_t covering[32] = {COVER_4(0),  COVER_4(4),  COVER_4(8),  COVER_4(12),
                                      COVER_4(16), COVER_4(20), COVER_4(24), COVER_4(28)};

/* The prefixes of the set that contain an address, `chunk` being its bits there, and have at most `remaining`
 * (0 and up) of them. */
static inline uint64_t hits_of(const struct mh_trie_set *set, unsigned chunk, int remaining)
{
    uint64_t hits = mh_trie_prefixes(set) & covering[chunk >> 1];
    if (remaining < MH_TRIE_STRIDE - 1)
        hits &= (UINT64_C(1) << (2U << remaining)) - 1;
    return hits;
}

/* Descends with the key shifted along (`high` begins with the bits that come next), remembering the last set
 * that has a prefix that contains it; only that one's results are touched. */
uint32_t mh_route_trie_match(const struct mh_route_trie *trie, const struct mh_trie_node *root,
                             struct mh_route_key key, int longest)
{
    const struct mh_trie_node *node = root;
    const struct mh_trie_set *best = &root->set;
    uint64_t best_hits = longest >= 0 ? mh_trie_prefixes(&root->set) : 0;
    unsigned chunk = (unsigned)(key.high >> 63);
    uint64_t high = key.high << 1 | key.low >> 63;
    uint64_t low = key.low << 1;
    int remaining = longest - 1; /* how many more bits a prefix may have */
    while (remaining >= 0) {
        if (!mh_trie_has(node->children, chunk)) {
            if (!mh_trie_has(node->leaves, chunk))
                break;
            const struct mh_trie_set *leaf = mh_trie_leaf(trie, node, chunk);
            uint64_t hits = hits_of(leaf, mh_trie_chunk(high), remaining);
            best = hits != 0 ? leaf : best;
            best_hits = hits != 0 ? hits : best_hits;
            break;
        }
        node = mh_trie_child(trie, node, chunk);
        unsigned skip = mh_trie_path_length(node);
        if (skip > 0) {
            remaining -= (int)skip;
            if ((node->path ^ high) >> (64 - skip) != 0 || remaining < 0)
                break;
            high = high << skip | low >> (64 - skip);
            low <<= skip;
        }
        chunk = mh_trie_chunk(high);
        uint64_t hits = hits_of(&node->set, chunk, remaining);
        if (hits != 0) {
            best = &node->set;
            best_hits = hits;
        }
        high = high << MH_TRIE_STRIDE | low >> (64 - MH_TRIE_STRIDE);
        low <<= MH_TRIE_STRIDE;
        remaining -= MH_TRIE_STRIDE;
    }
    return best_hits == 0 ? 0 : mh_trie_number(trie, best, mh_bits_highest(best_hits));
}

/* ---- in order -------------------------------------------------------------------------------------- */

/* A node; or a leaf, with a node that leads nowhere. */
struct place {
    const struct mh_trie_set *set;
    const struct mh_trie_node *node;
};

static const struct mh_trie_node nowhere = {0};

/* In walk order prefixes and ways down are ranked by the value of their six bits, then by length, a way down
 * having all six: rank = value << 3 | length. */
enum { RANK_NONE = 1 << 9, WAY_LENGTH = MH_TRIE_STRIDE };

static unsigned rank_of(unsigned chunk, unsigned length)
{
    return chunk << 3 | length;
}

/* The bits of the prefixes of one length, or of the ways down, by value. */
static uint64_t level_bits(struct place place, unsigned length)
{
    if (length == WAY_LENGTH)
        return place.node->children | place.node->leaves;
    return mh_trie_prefixes(place.set) >> (1U << length) & ((UINT64_C(1) << (1U << length)) - 1);
}

/* The lowest rank that is there and not below `bound`. */
static unsigned first_rank(struct place place, unsigned bound)
{
    unsigned first = RANK_NONE;
    for (unsigned length = 0; length <= WAY_LENGTH; length++) {
        unsigned shift = 3 + MH_TRIE_STRIDE - length;
        unsigned value = bound > length ? (bound - length + (1U << shift) - 1) >> shift : 0;
        uint64_t bits = level_bits(place, length);
        if (value >= 1U << length || bits >> value == 0)
            continue;
        unsigned rank = (value + mh_bits_lowest(bits >> value)) << shift | length;
        first = rank < first ? rank : first;
    }
    return first;
}

/* Where a node leads to by `chunk`, which it does. */
static struct place place_below(const struct mh_route_trie *trie, const struct mh_trie_node *node,
                                unsigned chunk)
{
    if (mh_trie_has(node->leaves, chunk))
        return (struct place){mh_trie_leaf(trie, node, chunk), &nowhere};
    const struct mh_trie_node *child = mh_trie_child(trie, node, chunk);
    return (struct place){&child->set, child};
}

/* The number at a rank, or the first one below it. */
static uint32_t number_at(const struct mh_route_trie *trie, struct place place, unsigned rank)
{
    while ((rank & 7) == WAY_LENGTH) {
        place = place_below(trie, place.node, rank >> 3);
        rank = first_rank(place, 0);
    }
    unsigned length = rank & 7;
    return mh_trie_number(trie, place.set, 1U << length | rank >> 3 >> (MH_TRIE_STRIDE - length));
}

/* A place on the way down, and the lowest rank in it that is behind the way. */
struct turn {
    struct place place;
    unsigned bound;
};

/* <0: all of the place is before the key, by the path that leads to it; >0: behind it. */
static int compare_path(struct place place, uint64_t window)
{
    unsigned length = mh_trie_path_length(place.node);
    if (length == 0)
        return 0;
    uint64_t path = place.node->path >> (64 - length);
    uint64_t wanted = window >> (64 - length);
    return path < wanted ? -1 : path > wanted;
}

/* Follows the prefix down as far as it goes. What comes next is at the bound of the last turn, or else of the
 * one before it, and so on. Returns how many turns there are. */
static size_t descend(const struct mh_route_trie *trie, struct place place, struct mh_route_key key,
                      unsigned length, bool inclusive, struct turn *turns)
{
    size_t count = 0;
    int target = mh_trie_depth_of(length);
    int depth = MH_TRIE_ROOT_DEPTH;
    for (;;) {
        int order = compare_path(place, mh_trie_window(key, depth));
        depth += (int)mh_trie_path_length(place.node);
        if (order < 0)
            break;
        if (order > 0 || depth > target) {
            turns[count++] = (struct turn){place, 0};
            break;
        }
        unsigned chunk = mh_trie_chunk(mh_trie_window(key, depth));
        if (depth == target) {
            unsigned rank = rank_of(chunk, (unsigned)((int)length - target));
            turns[count++] = (struct turn){place, rank + (inclusive ? 0 : 1)};
            break;
        }
        turns[count++] = (struct turn){place, rank_of(chunk, WAY_LENGTH) + 1};
        if (!mh_trie_has(place.node->children | place.node->leaves, chunk))
            break;
        place = place_below(trie, place.node, chunk);
        depth += MH_TRIE_STRIDE;
    }
    return count;
}

uint32_t mh_route_trie_next(const struct mh_route_trie *trie, const struct mh_trie_node *root,
                            struct mh_route_key key, unsigned length, bool inclusive)
{
    struct turn turns[MH_TRIE_LEVELS];
    size_t count = descend(trie, (struct place){&root->set, root}, key, length, inclusive, turns);
    while (count-- > 0) {
        unsigned rank = first_rank(turns[count].place, turns[count].bound);
        if (rank != RANK_NONE)
            return number_at(trie, turns[count].place, rank);
    }
    return 0;
}
