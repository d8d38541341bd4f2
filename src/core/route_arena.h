/* Memory for many short runs of equal units (the nodes and results of the trie of routes), addressed by
 * 32-bit numbers. Runs have 1 to 64 units and lie within a page of 64; a page knows its free units by a bit
 * each, so that neighbours that become free grow together by themselves. Pages are kept in lists by their
 * longest free run, and the tightest that fits is taken.
 *
 * Only `reserve` can fail. Units do not move, but where `extend` says so. */
#ifndef MH_CORE_ROUTE_ARENA_H
#define MH_CORE_ROUTE_ARENA_H

#include "core/route_segments.h"

enum { MH_ARENA_PAGE = 64 };

struct mh_arena_page {
    uint64_t free;           /* a bit for each free unit */
    uint32_t previous, next; /* in the list of pages with the same longest free run */
    uint32_t run;            /* the longest free run, 0..64 */
};

struct mh_route_arena {
    struct mh_route_segments units;
    struct mh_arena_page *pages;
    uint32_t page_count, page_capacity;
    uint32_t units_used;
    uint64_t runs;                     /* bit r - 1: there are pages whose longest free run is r */
    uint32_t heads[MH_ARENA_PAGE + 1]; /* by longest free run: the first page */
};

void mh_route_arena_init(struct mh_route_arena *arena, uint32_t unit_size);
void mh_route_arena_clear(struct mh_route_arena *arena);

/* Makes sure that the next takes succeed, as long as they fit into `pages` empty pages. False when out of
 * memory. */
bool mh_route_arena_reserve(struct mh_route_arena *arena, uint32_t pages);
/* The first of `count` (1..64) units; they are not initialised. */
uint32_t mh_route_arena_take(struct mh_route_arena *arena, unsigned count);
/* Makes the run of `count` (0..63) units at `first` one longer, in place or elsewhere: returns where it is
 * now. */
uint32_t mh_route_arena_extend(struct mh_route_arena *arena, uint32_t first, unsigned count);
/* Gives `count` (1..64) units of one run back. */
void mh_route_arena_give(struct mh_route_arena *arena, uint32_t first, unsigned count);
/* Gives memory at the end that is not needed back to the system. */
void mh_route_arena_trim(struct mh_route_arena *arena);
/* Octets allocated. */
size_t mh_route_arena_memory(const struct mh_route_arena *arena);

/* The units of one run lie side by side. `unit_size` is that of the arena. */
static inline void *mh_route_arena_at(const struct mh_route_arena *arena, uint32_t unit, size_t unit_size)
{
    return mh_route_segments_at(&arena->units, unit, unit_size);
}

#endif
