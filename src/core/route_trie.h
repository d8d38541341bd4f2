/* A multibit trie from prefixes to numbers: the index of the route table.
 *
 * A node looks at six bits. It holds the prefixes that end within its first five (63 of them: a bit each,
 * numbered like a heap, so that a higher number among those that cover an address is a longer prefix) and
 * leads to others by all six: to nodes, or to leaves, which are nodes that lead nowhere and so take a quarter
 * of the memory. The nodes it leads to lie side by side in one run of units, and so do the leaves, and the
 * numbers of its prefixes; the place in the run is the count of the bits below. Nodes stand at depths 1, 7,
 * 13, 19, ...: a /24 or /48 ends inside a node that shorter prefixes share, instead of opening one of its
 * own. The root stands at depth -5, as if every key began with five zero bits, and holds the default route.
 *
 * Where a node would lead to one other and hold nothing, its bits become part of the other's `path` instead.
 *
 * All roots of one trie share its memory. A prefix is a masked key and its length; numbers are not 0. Pure;
 * one writer or many readers. */
#ifndef MH_CORE_ROUTE_TRIE_H
#define MH_CORE_ROUTE_TRIE_H

#include "core/route_arena.h"
#include "core/route_key.h"

/* Prefixes that end in one node or leaf. */
struct mh_trie_set {
    uint32_t prefixes[2]; /* bit 1 << length | value of 64, the lower half first; bit 0 is not used */
    uint32_t result;      /* of one prefix: its number; of several: the run of their numbers */
};

struct mh_trie_node {
    uint64_t children; /* a bit for each value of the six that leads to a node */
    uint64_t leaves;   /* a bit for each value that leads to a leaf */
    uint64_t path;     /* bits to match before this node, from the top; how many in the lowest six bits */
    uint32_t first_child, first_leaf;
    struct mh_trie_set set;
};

struct mh_route_trie {
    struct mh_route_arena nodes;
    struct mh_route_arena leaves; /* struct mh_trie_set */
    struct mh_route_arena results;
};

void mh_route_trie_init(struct mh_route_trie *trie);
void mh_route_trie_clear(struct mh_route_trie *trie);
size_t mh_route_trie_memory(const struct mh_route_trie *trie);

/* A root without prefixes is all zero. It may be moved. */

/* Makes sure that one put succeeds. False when out of memory. */
bool mh_route_trie_reserve(struct mh_route_trie *trie);
/* Sets the prefix's number; reserve comes before, unless the prefix is there. */
void mh_route_trie_put(struct mh_route_trie *trie, struct mh_trie_node *root, struct mh_route_key key,
                       unsigned length, uint32_t number);
/* Removes a prefix that is there. */
void mh_route_trie_remove(struct mh_route_trie *trie, struct mh_trie_node *root, struct mh_route_key key,
                          unsigned length);

/* The number of exactly this prefix; 0 when it is not there. */
uint32_t mh_route_trie_find(const struct mh_route_trie *trie, const struct mh_trie_node *root,
                            struct mh_route_key key, unsigned length);
/* The number of the longest prefix of at most `longest` bits that contains `key` (which is not masked); 0:
 * none. */
uint32_t mh_route_trie_match(const struct mh_route_trie *trie, const struct mh_trie_node *root,
                             struct mh_route_key key, int longest);
/* The number of the first prefix behind this one (or at it, with `inclusive`) by key, then length; 0 at the
 * end. */
uint32_t mh_route_trie_next(const struct mh_route_trie *trie, const struct mh_trie_node *root,
                            struct mh_route_key key, unsigned length, bool inclusive);

#endif
