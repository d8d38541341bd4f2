#include "core/route_arena.h"

#include "core/route_bits.h"

#include <stdlib.h>
#include <string.h>

enum { PAGES_IN_SEGMENT = MH_SEGMENT_UNITS / MH_ARENA_PAGE };
#define NO_PAGE UINT32_MAX

static uint64_t run_mask(unsigned count)
{
    return (UINT64_C(2) << ((count - 1) % MH_ARENA_PAGE)) - 1;
}

/* A bit wherever `count` (1..64) bits in a row are set, at the lowest of them. */
static uint64_t run_starts(uint64_t bits, unsigned count)
{
    unsigned have = 1;
    while (have < count) {
        unsigned step = have < count - have ? have : count - have;
        bits &= bits >> step;
        have += step;
    }
    return bits;
}

/* The length of the longest row of set bits: doubled while that works, then refined. */
static unsigned longest_run(uint64_t bits)
{
    unsigned have = 1;
    if (bits == 0)
        return 0;
    if (bits == UINT64_MAX)
        return MH_ARENA_PAGE;
    while (have < 32 && (bits & bits >> have) != 0) {
        bits &= bits >> have;
        have *= 2;
    }
    for (unsigned step = have / 2; step > 0; step /= 2) {
        if ((bits & bits >> step) == 0)
            continue;
        bits &= bits >> step;
        have += step;
    }
    return have;
}

static void page_unlink(struct mh_route_arena *arena, uint32_t number)
{
    struct mh_arena_page *page = &arena->pages[number];
    if (page->run == 0)
        return;
    if (page->next != NO_PAGE)
        arena->pages[page->next].previous = page->previous;
    if (page->previous != NO_PAGE)
        arena->pages[page->previous].next = page->next;
    else
        arena->heads[page->run] = page->next;
    if (arena->heads[page->run] == NO_PAGE)
        arena->runs &= ~(UINT64_C(1) << (page->run - 1));
}

/* Full pages are in no list. */
static void page_link(struct mh_route_arena *arena, uint32_t number)
{
    struct mh_arena_page *page = &arena->pages[number];
    page->run = longest_run(page->free);
    if (page->run == 0)
        return;
    page->previous = NO_PAGE;
    page->next = arena->heads[page->run];
    if (page->next != NO_PAGE)
        arena->pages[page->next].previous = number;
    arena->heads[page->run] = number;
    arena->runs |= UINT64_C(1) << (page->run - 1);
}

static void page_set_free(struct mh_route_arena *arena, uint32_t number, uint64_t free_units)
{
    page_unlink(arena, number);
    arena->pages[number].free = free_units;
    page_link(arena, number);
}

void mh_route_arena_init(struct mh_route_arena *arena, uint32_t unit_size)
{
    *arena = (struct mh_route_arena){.units = {.unit_size = unit_size}};
    for (size_t run = 0; run <= MH_ARENA_PAGE; run++)
        arena->heads[run] = NO_PAGE;
}

void mh_route_arena_clear(struct mh_route_arena *arena)
{
    mh_route_segments_shrink(&arena->units, 0);
    free(arena->pages);
    mh_route_arena_init(arena, arena->units.unit_size);
}

static bool pages_resize(struct mh_route_arena *arena, uint32_t capacity)
{
    struct mh_arena_page *pages = realloc(arena->pages, capacity * sizeof *pages);
    if (pages == NULL)
        return false;
    arena->pages = pages;
    arena->page_capacity = capacity;
    return true;
}

bool mh_route_arena_reserve(struct mh_route_arena *arena, uint32_t pages)
{
    uint32_t needed = arena->page_count + pages;
    while (arena->units.count * PAGES_IN_SEGMENT < needed)
        if (!mh_route_segments_grow(&arena->units))
            return false;
    return needed <= arena->page_capacity || pages_resize(arena, needed + needed / 4 + PAGES_IN_SEGMENT / 4);
}

static uint32_t page_add(struct mh_route_arena *arena)
{
    uint32_t number = arena->page_count++;
    arena->pages[number] = (struct mh_arena_page){.free = UINT64_MAX};
    page_link(arena, number);
    return number;
}

uint32_t mh_route_arena_take(struct mh_route_arena *arena, unsigned count)
{
    uint64_t fitting = arena->runs >> (count - 1);
    uint32_t number = fitting != 0 ? arena->heads[count + mh_bits_lowest(fitting)] : page_add(arena);
    uint64_t free_units = arena->pages[number].free;
    unsigned start = mh_bits_lowest(run_starts(free_units, count));
    page_set_free(arena, number, free_units & ~(run_mask(count) << start));
    arena->units_used += count;
    return number * MH_ARENA_PAGE + start;
}

static bool extend_in_place(struct mh_route_arena *arena, uint32_t unit)
{
    uint32_t number = unit / MH_ARENA_PAGE;
    uint64_t bit = UINT64_C(1) << unit % MH_ARENA_PAGE;
    if (unit % MH_ARENA_PAGE == 0 || (arena->pages[number].free & bit) == 0)
        return false;
    page_set_free(arena, number, arena->pages[number].free & ~bit);
    arena->units_used++;
    return true;
}

uint32_t mh_route_arena_extend(struct mh_route_arena *arena, uint32_t first, unsigned count)
{
    if (count == 0)
        return mh_route_arena_take(arena, 1);
    if (extend_in_place(arena, first + count))
        return first;
    uint32_t moved = mh_route_arena_take(arena, count + 1);
    size_t unit_size = arena->units.unit_size;
    memcpy(mh_route_arena_at(arena, moved, unit_size), mh_route_arena_at(arena, first, unit_size),
           count * unit_size);
    mh_route_arena_give(arena, first, count);
    return moved;
}

void mh_route_arena_give(struct mh_route_arena *arena, uint32_t first, unsigned count)
{
    uint32_t number = first / MH_ARENA_PAGE;
    page_set_free(arena, number, arena->pages[number].free | run_mask(count) << first % MH_ARENA_PAGE);
    arena->units_used -= count;
}

void mh_route_arena_trim(struct mh_route_arena *arena)
{
    if (arena->units_used == 0) {
        mh_route_arena_clear(arena);
        return;
    }
    while (arena->pages[arena->page_count - 1].free == UINT64_MAX)
        page_unlink(arena, --arena->page_count);
    /* One segment more than needed stays, so that a change to and fro costs nothing. */
    mh_route_segments_shrink(&arena->units, arena->page_count / PAGES_IN_SEGMENT + 2);
    if (arena->page_capacity / 4 > arena->page_count + PAGES_IN_SEGMENT)
        (void)pages_resize(arena, arena->page_capacity / 2);
}

size_t mh_route_arena_memory(const struct mh_route_arena *arena)
{
    return mh_route_segments_memory(&arena->units) + arena->page_capacity * sizeof *arena->pages;
}
