/* Making the decider's blocks: edges, spans, outcomes. */
#include "core/decider_parts.h"

#include "core/forward_parts.h"
#include "core/route_bits.h"
#include "core/select_linux4.h"

#include <stdlib.h>
#include <string.h>

/* ---- edges ----------------------------------------------------------------------------------------- */

static void set_edge(struct mh_decider *decider, uint32_t address, uint32_t block)
{
    uint32_t word = address % MH_BLOCK_ADDRESSES / 64;
    if (address >> MH_BLOCK_SHIFT != block)
        return;
    decider->edges[word] |= UINT64_C(1) << address % 64;
    decider->edge_words[word / 64] |= UINT64_C(1) << word % 64;
}

/* Where a prefix begins, and what lies behind it. (Behind the last address comes 0, which is an edge.) */
static void set_edges(struct mh_decider *decider, uint32_t first, unsigned length, uint32_t block)
{
    uint32_t host = length >= 32 ? 0 : UINT32_MAX >> length;
    set_edge(decider, first & ~host, block);
    set_edge(decider, (first | host) + 1, block);
}

/* Prefixes of the block that are longer than itself; edges of the others are edges of blocks. */
static void set_route_edges(struct mh_decider *decider, const struct mh_route_root *root, uint32_t block)
{
    const struct mh_route_table *routes = decider->routes;
    struct mh_route_key key = {(uint64_t)block << (32 + MH_BLOCK_SHIFT), 0};
    unsigned length = 32 - MH_BLOCK_SHIFT;
    uint32_t number;
    while ((number = mh_route_trie_next(&routes->trie, &root->node, key, length, false)) != 0) {
        const struct mh_route_entry *entry = mh_route_entries_at(&routes->entries[0], number);
        if (entry->key[0] >> MH_BLOCK_SHIFT != block)
            break;
        length = entry->length;
        key.high = (uint64_t)entry->key[0] << 32;
        set_edges(decider, entry->key[0], length, block);
    }
}

/* Of all tables, whether a rule leads there or not. */
static void find_edges(struct mh_decider *decider, uint32_t block)
{
    set_edge(decider, block << MH_BLOCK_SHIFT, block);
    for (size_t i = 0; i < decider->routes->root_count; i++)
        if (mh_root_family(&decider->routes->roots[i]) == MH_IPV4)
            set_route_edges(decider, &decider->routes->roots[i], block);
    for (size_t i = 0; i < decider->snapshot->rule_count; i++) {
        const struct mh_prefix *to = &decider->snapshot->rules[i].to;
        if (to->address.family == MH_IPV4)
            set_edges(decider, mh_linux4_number(&to->address), to->length, block);
    }
    set_edges(decider, 0, 32, block);          /* 0.0.0.0: oneself */
    set_edges(decider, 0xe0000000, 24, block); /* 224.0.0.0/24: the link's multicasts */
    set_edges(decider, UINT32_MAX, 32, block); /* 255.255.255.255 */
}

/* ---- outcomes -------------------------------------------------------------------------------------- */

/* Of what tells most outcomes apart. */
static uint16_t *bucket_of(struct mh_decider *decider, const struct mh_outcome *outcome)
{
    struct mh_route_key next_hop = mh_route_key_of(&outcome->next_hop);
    uint64_t hash = (uint64_t)outcome->interface << 32 | outcome->table;
    hash = hash * UINT64_C(0x9e3779b97f4a7c15) ^ mh_linux4_number(&outcome->source);
    hash = hash * UINT64_C(0x9e3779b97f4a7c15) ^ next_hop.high ^ next_hop.low;
    return &decider->buckets[hash * UINT64_C(0x9e3779b97f4a7c15) >> (64 - MH_OUTCOME_BUCKET_BITS)];
}

static bool outcomes_grow(struct mh_decider *decider)
{
    size_t capacity = decider->outcome_capacity * 2 + 16;
    struct mh_kept_outcome *outcomes = realloc(decider->outcomes, capacity * sizeof *outcomes);
    if (outcomes == NULL)
        return false;
    decider->outcomes = outcomes;
    decider->outcome_capacity = capacity;
    return true;
}

static uint16_t outcome_add(struct mh_decider *decider, const struct mh_outcome *outcome, bool own,
                            uint16_t *bucket)
{
    if (decider->outcome_count == 0)
        decider->outcome_count = 1;
    if (decider->outcome_count > MH_OUTCOMES_MAX)
        return 0;
    if (decider->outcome_count >= decider->outcome_capacity && !outcomes_grow(decider))
        return 0;
    uint16_t number = (uint16_t)decider->outcome_count++;
    decider->outcomes[number] = (struct mh_kept_outcome){*outcome, own, *bucket};
    *bucket = number;
    return number;
}

/* The number of what is decided at the address; 0 when there are too many. */
static uint16_t outcome_at(struct mh_decider *decider, uint32_t address)
{
    const uint8_t bytes[4] = {(uint8_t)(address >> 24), (uint8_t)(address >> 16), (uint8_t)(address >> 8),
                              (uint8_t)address};
    const struct mh_address destination = mh_address_from_bytes(MH_IPV4, bytes);
    struct mh_outcome outcome;
    bool own;
    mh_decider_select(decider, &destination, &outcome, &own);
    if (own)
        outcome.source = (struct mh_address){0};
    uint16_t *bucket = bucket_of(decider, &outcome);
    uint16_t number = *bucket;
    for (; number != 0; number = decider->outcomes[number].next)
        if (decider->outcomes[number].source_is_destination == own &&
            mh_outcome_equal(&decider->outcomes[number].outcome, &outcome))
            return number;
    return outcome_add(decider, &outcome, own, bucket);
}

/* ---- spans ----------------------------------------------------------------------------------------- */

/* Appends the span that begins at `start` to the draft; neighbours that came out alike are one. */
static uint32_t draft_span(struct mh_decider *decider, uint32_t block, uint32_t start, uint32_t count)
{
    uint16_t number = outcome_at(decider, block << MH_BLOCK_SHIFT | start);
    if (count > 0 && (uint16_t)decider->draft[count - 1] == number)
        return count;
    decider->draft[count] = start << 16 | number;
    return count + 1;
}

/* Those of the edges, which are cleared. Returns how many they are. */
static uint32_t draft_spans(struct mh_decider *decider, uint32_t block)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < MH_EDGE_WORDS / 64; i++) {
        for (uint64_t words = decider->edge_words[i]; words != 0; words &= words - 1) {
            uint32_t word = i * 64 + mh_bits_lowest(words);
            for (uint64_t edges = decider->edges[word]; edges != 0; edges &= edges - 1)
                count = draft_span(decider, block, word * 64 + mh_bits_lowest(edges), count);
            decider->edges[word] = 0;
        }
        decider->edge_words[i] = 0;
    }
    return count;
}

static bool spans_grow(struct mh_decider *decider, size_t needed)
{
    size_t capacity = needed + needed / 2 + 1024;
    void *memory = malloc(capacity * sizeof *decider->spans + MH_SPANS_ALIGNMENT);
    if (memory == NULL)
        return false;
    size_t beyond = (uintptr_t)memory % MH_SPANS_ALIGNMENT;
    uint32_t *spans = (void *)((unsigned char *)memory + (beyond == 0 ? 0 : MH_SPANS_ALIGNMENT - beyond));
    if (decider->span_count > 0)
        memcpy(spans, decider->spans, decider->span_count * sizeof *spans);
    free(decider->span_memory);
    decider->span_memory = memory;
    decider->spans = spans;
    decider->span_capacity = capacity;
    return true;
}

/* Stores `count` of them, the last one repeated up to the size. */
static bool keep_spans(struct mh_decider *decider, uint32_t block, uint32_t count)
{
    unsigned shift = mh_bits_highest(count * UINT64_C(2) - 1);
    size_t size = (size_t)1 << shift;
    size_t first = (decider->span_count + size - 1) / size * size;
    if (first + size > MH_SPANS_MAX ||
        (first + size > decider->span_capacity && !spans_grow(decider, first + size)))
        return false;
    for (size_t i = 0; i < size; i++)
        decider->spans[first + i] = decider->draft[i < count ? i : count - 1];
    decider->span_count = first + size;
    decider->blocks[block] = MH_BLOCK_MADE | (uint32_t)first << MH_BLOCK_SIZE_BITS | shift;
    return true;
}

bool mh_decider_make_block(struct mh_decider *decider, uint32_t number)
{
    find_edges(decider, number);
    uint32_t count = draft_spans(decider, number);
    if (count > 1)
        return keep_spans(decider, number, count);
    decider->blocks[number] = MH_BLOCK_MADE | (uint32_t)(uint16_t)decider->draft[0] << MH_BLOCK_SIZE_BITS;
    return true;
}
