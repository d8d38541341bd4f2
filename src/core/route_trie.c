#include "core/route_trie.h"

#include "core/route_trie_node.h"

#include <string.h>

void mh_route_trie_init(struct mh_route_trie *trie)
{
    mh_route_arena_init(&trie->nodes, sizeof(struct mh_trie_node));
    mh_route_arena_init(&trie->leaves, sizeof(struct mh_trie_set));
    mh_route_arena_init(&trie->results, sizeof(uint32_t));
}

void mh_route_trie_clear(struct mh_route_trie *trie)
{
    mh_route_arena_clear(&trie->nodes);
    mh_route_arena_clear(&trie->leaves);
    mh_route_arena_clear(&trie->results);
}

size_t mh_route_trie_memory(const struct mh_route_trie *trie)
{
    return mh_route_arena_memory(&trie->nodes) + mh_route_arena_memory(&trie->leaves) +
           mh_route_arena_memory(&trie->results);
}

/* A put makes one run of children longer (a page at most) and adds a few runs of one node: where a path is
 * split, and where a path to the new prefix needs more than one node. It makes one run of leaves longer and
 * one of results. */
bool mh_route_trie_reserve(struct mh_route_trie *trie)
{
    return mh_route_arena_reserve(&trie->nodes, 2) && mh_route_arena_reserve(&trie->leaves, 1) &&
           mh_route_arena_reserve(&trie->results, 1);
}

/* ---- put ------------------------------------------------------------------------------------------- */

/* How many bits of the node's path the key shares, in whole strides, if it leads to depth `target`. */
static unsigned shared_path(const struct mh_trie_node *node, uint64_t window, int depth, int target)
{
    unsigned shared = mh_trie_path_length(node);
    uint64_t difference = node->path ^ window;
    if (shared > 0 && (difference >> (64 - shared)) != 0)
        shared = (63 - mh_bits_highest(difference)) / MH_TRIE_STRIDE * MH_TRIE_STRIDE;
    unsigned room = (unsigned)(target - depth);
    return shared < room ? shared : room;
}

static struct mh_trie_node *add_child(struct mh_route_trie *trie, struct mh_trie_node *node, unsigned chunk)
{
    unsigned count = mh_bits_count(node->children);
    unsigned place = mh_bits_below(node->children, chunk);
    node->first_child = mh_route_arena_extend(&trie->nodes, node->first_child, count);
    node->children |= UINT64_C(1) << chunk;
    struct mh_trie_node *child = mh_trie_child(trie, node, chunk);
    memmove(child + 1, child, (count - place) * sizeof *child);
    *child = (struct mh_trie_node){0};
    return child;
}

static void drop_child(struct mh_route_trie *trie, struct mh_trie_node *node, unsigned chunk)
{
    unsigned count = mh_bits_count(node->children);
    unsigned place = mh_bits_below(node->children, chunk);
    struct mh_trie_node *child = mh_trie_child(trie, node, chunk);
    memmove(child, child + 1, (count - place - 1) * sizeof *child);
    node->children &= ~(UINT64_C(1) << chunk);
    mh_route_arena_give(&trie->nodes, node->first_child + count - 1, 1);
}

static struct mh_trie_set *add_leaf(struct mh_route_trie *trie, struct mh_trie_node *node, unsigned chunk)
{
    unsigned count = mh_bits_count(node->leaves);
    unsigned place = mh_bits_below(node->leaves, chunk);
    node->first_leaf = mh_route_arena_extend(&trie->leaves, node->first_leaf, count);
    node->leaves |= UINT64_C(1) << chunk;
    struct mh_trie_set *leaf = mh_trie_leaf(trie, node, chunk);
    memmove(leaf + 1, leaf, (count - place) * sizeof *leaf);
    *leaf = (struct mh_trie_set){0};
    return leaf;
}

static void drop_leaf(struct mh_route_trie *trie, struct mh_trie_node *node, unsigned chunk)
{
    unsigned count = mh_bits_count(node->leaves);
    unsigned place = mh_bits_below(node->leaves, chunk);
    struct mh_trie_set *leaf = mh_trie_leaf(trie, node, chunk);
    memmove(leaf, leaf + 1, (count - place - 1) * sizeof *leaf);
    node->leaves &= ~(UINT64_C(1) << chunk);
    mh_route_arena_give(&trie->leaves, node->first_leaf + count - 1, 1);
}

/* Adds a prefix with its number. */
static void add_result(struct mh_route_trie *trie, struct mh_trie_set *set, unsigned position,
                       uint32_t number)
{
    uint64_t prefixes = mh_trie_prefixes(set);
    unsigned count = mh_bits_count(prefixes);
    unsigned place = mh_bits_below(prefixes, position);
    uint32_t only = set->result;
    mh_trie_set_prefixes(set, prefixes | UINT64_C(1) << position);
    if (count == 0) {
        set->result = number;
        return;
    }
    set->result = count == 1 ? mh_route_arena_take(&trie->results, 2)
                             : mh_route_arena_extend(&trie->results, set->result, count);
    uint32_t *run = mh_trie_run(trie, set);
    if (count == 1)
        run[0] = only;
    memmove(run + place + 1, run + place, (count - place) * sizeof *run);
    run[place] = number;
}

static void drop_result(struct mh_route_trie *trie, struct mh_trie_set *set, unsigned position)
{
    uint64_t prefixes = mh_trie_prefixes(set);
    unsigned count = mh_bits_count(prefixes);
    unsigned place = mh_bits_below(prefixes, position);
    mh_trie_set_prefixes(set, prefixes & ~(UINT64_C(1) << position));
    if (count == 1)
        return;
    uint32_t first = set->result;
    uint32_t *run = mh_trie_run(trie, set);
    memmove(run + place, run + place + 1, (count - place - 1) * sizeof *run);
    if (count == 2)
        set->result = run[0];
    unsigned kept = count == 2 ? 0 : count - 1;
    mh_route_arena_give(&trie->results, first + kept, count - kept);
}

static void set_result(struct mh_route_trie *trie, struct mh_trie_set *set, unsigned position,
                       uint32_t number)
{
    uint64_t prefixes = mh_trie_prefixes(set);
    if (!mh_trie_has(prefixes, position))
        add_result(trie, set, position, number);
    else if ((prefixes & (prefixes - 1)) == 0)
        set->result = number;
    else
        mh_trie_run(trie, set)[mh_bits_below(prefixes, position)] = number;
}

/* Turns a leaf into a node. */
static struct mh_trie_node *promote(struct mh_route_trie *trie, struct mh_trie_node *node, unsigned chunk)
{
    struct mh_trie_set set = *mh_trie_leaf(trie, node, chunk);
    drop_leaf(trie, node, chunk);
    struct mh_trie_node *child = add_child(trie, node, chunk);
    child->set = set;
    return child;
}

/* Turns a node that leads nowhere into a leaf. Without memory it stays what it is, which does no harm. */
static void demote(struct mh_route_trie *trie, struct mh_trie_node *node, unsigned chunk)
{
    if (!mh_route_arena_reserve(&trie->leaves, 1))
        return;
    struct mh_trie_set set = mh_trie_child(trie, node, chunk)->set;
    drop_child(trie, node, chunk);
    *add_leaf(trie, node, chunk) = set;
}

/* Puts a node without prefixes in the middle of the node's path, `length` bits down, that leads to what was
 * there. */
static void split_path(struct mh_route_trie *trie, struct mh_trie_node *node, unsigned length)
{
    struct mh_trie_node below = *node;
    uint64_t rest = node->path << length;
    unsigned rest_length = mh_trie_path_length(node) - length - MH_TRIE_STRIDE;
    below.path = mh_trie_path(rest << MH_TRIE_STRIDE, rest_length);
    *node = (struct mh_trie_node){.path = mh_trie_path(node->path, length)};
    if (rest_length == 0 && (below.children | below.leaves) == 0)
        *add_leaf(trie, node, mh_trie_chunk(rest)) = below.set;
    else
        *add_child(trie, node, mh_trie_chunk(rest)) = below;
}

/* The path of a new node at `depth` on the way to `target`. */
static uint64_t path_towards(struct mh_route_key key, int depth, int target)
{
    unsigned length = (unsigned)(target - depth);
    if (length > MH_TRIE_PATH_MAX)
        length = MH_TRIE_PATH_MAX;
    return mh_trie_path(mh_trie_window(key, depth), length);
}

/* The node that `chunk` leads to; a new one gets the path. */
static struct mh_trie_node *obtain_child(struct mh_route_trie *trie, struct mh_trie_node *node,
                                         unsigned chunk, uint64_t path)
{
    if (mh_trie_has(node->children, chunk))
        return mh_trie_child(trie, node, chunk);
    if (mh_trie_has(node->leaves, chunk))
        return promote(trie, node, chunk);
    struct mh_trie_node *child = add_child(trie, node, chunk);
    child->path = path;
    return child;
}

/* Where prefixes of this key and target depth are; it is made when it is not there. */
static struct mh_trie_set *obtain_set(struct mh_route_trie *trie, struct mh_trie_node *node,
                                      struct mh_route_key key, int target)
{
    int depth = MH_TRIE_ROOT_DEPTH;
    for (;;) {
        unsigned shared = shared_path(node, mh_trie_window(key, depth), depth, target);
        if (shared < mh_trie_path_length(node))
            split_path(trie, node, shared);
        depth += (int)shared;
        if (depth == target)
            return &node->set;
        unsigned chunk = mh_trie_chunk(mh_trie_window(key, depth));
        depth += MH_TRIE_STRIDE;
        if (depth == target && mh_trie_has(node->leaves, chunk))
            return mh_trie_leaf(trie, node, chunk);
        if (depth == target && !mh_trie_has(node->children, chunk))
            return add_leaf(trie, node, chunk);
        node = obtain_child(trie, node, chunk, path_towards(key, depth, target));
    }
}

void mh_route_trie_put(struct mh_route_trie *trie, struct mh_trie_node *root, struct mh_route_key key,
                       unsigned length, uint32_t number)
{
    int target = mh_trie_depth_of(length);
    struct mh_trie_set *set = obtain_set(trie, root, key, target);
    unsigned position = mh_trie_position(mh_trie_window(key, target), (unsigned)((int)length - target));
    set_result(trie, set, position, number);
}

/* ---- remove ---------------------------------------------------------------------------------------- */

/* A node on the way down, and which way leads on. */
struct step {
    struct mh_trie_node *node;
    unsigned chunk;
};

static bool holds_nothing(const struct mh_trie_set *set)
{
    return mh_trie_prefixes(set) == 0;
}

/* Puts the only one that a node leads to in the place of the node, which holds nothing, if their paths fit
 * into one. */
static void join_path(struct mh_route_trie *trie, struct mh_trie_node *node)
{
    unsigned chunk = mh_bits_lowest(node->children | node->leaves);
    struct mh_trie_node next = {0};
    if (node->children != 0)
        next = *mh_trie_child(trie, node, chunk);
    else
        next.set = *mh_trie_leaf(trie, node, chunk);
    unsigned above = mh_trie_path_length(node);
    unsigned length = above + MH_TRIE_STRIDE + mh_trie_path_length(&next);
    if (length > MH_TRIE_PATH_MAX)
        return;
    uint64_t bits = node->path & ~(uint64_t)MH_TRIE_PATH_LENGTH;
    bits |= (uint64_t)chunk << (64 - MH_TRIE_STRIDE - above);
    bits |= next.path >> (above + MH_TRIE_STRIDE);
    next.path = mh_trie_path(bits, length);
    if (node->children != 0)
        drop_child(trie, node, chunk);
    else
        drop_leaf(trie, node, chunk);
    *node = next;
}

/* Makes a node simpler that something below was removed from. True when nothing is left of it. */
static bool simplify(struct mh_route_trie *trie, const struct step *above, struct mh_trie_node *node)
{
    uint64_t ways = node->children | node->leaves;
    bool empty = holds_nothing(&node->set);
    if (ways == 0 && empty) {
        drop_child(trie, above->node, above->chunk);
        return true;
    }
    if (ways == 0 && mh_trie_path_length(node) == 0)
        demote(trie, above->node, above->chunk);
    else if (empty && (ways & (ways - 1)) == 0)
        join_path(trie, node);
    return false;
}

/* From the lowest step up; the root stays. */
static void tidy_up(struct mh_route_trie *trie, const struct step *steps, size_t count, bool drops_leaf)
{
    if (drops_leaf)
        drop_leaf(trie, steps[count - 1].node, steps[count - 1].chunk);
    for (size_t i = count - 1; i > 0; i--)
        if (!simplify(trie, &steps[i - 1], steps[i].node))
            return;
}

/* Goes down to the prefixes of this key and target depth, which are there; *leaf is set if a leaf does it. */
static size_t steps_to(struct mh_route_trie *trie, struct mh_trie_node *node, struct mh_route_key key,
                       int target, struct step *steps, struct mh_trie_set **leaf)
{
    size_t count = 0;
    int depth = MH_TRIE_ROOT_DEPTH;
    for (;;) {
        depth += (int)mh_trie_path_length(node);
        unsigned chunk = depth < target ? mh_trie_chunk(mh_trie_window(key, depth)) : 0;
        steps[count++] = (struct step){node, chunk};
        if (depth >= target)
            return count;
        if (mh_trie_has(node->leaves, chunk)) {
            *leaf = mh_trie_leaf(trie, node, chunk);
            return count;
        }
        node = mh_trie_child(trie, node, chunk);
        depth += MH_TRIE_STRIDE;
    }
}

void mh_route_trie_remove(struct mh_route_trie *trie, struct mh_trie_node *root, struct mh_route_key key,
                          unsigned length)
{
    struct step steps[MH_TRIE_LEVELS];
    struct mh_trie_set *leaf = NULL;
    int target = mh_trie_depth_of(length);
    size_t count = steps_to(trie, root, key, target, steps, &leaf);
    const struct step *last = &steps[count - 1];
    drop_result(trie, leaf != NULL ? leaf : &last->node->set,
                mh_trie_position(mh_trie_window(key, target), (unsigned)((int)length - target)));
    if (leaf == NULL || holds_nothing(leaf))
        tidy_up(trie, steps, count, leaf != NULL);
    mh_route_arena_trim(&trie->nodes);
    mh_route_arena_trim(&trie->leaves);
    mh_route_arena_trim(&trie->results);
}
