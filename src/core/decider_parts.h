/* What the files of the decider share; not for others. */
#ifndef MH_CORE_DECIDER_PARTS_H
#define MH_CORE_DECIDER_PARTS_H

#include "core/decider.h"

enum {
    MH_BLOCK_SHIFT = 14, /* a block is a /18 of destinations */
    MH_BLOCK_ADDRESSES = 1 << MH_BLOCK_SHIFT,
    MH_BLOCK_COUNT = 1 << (32 - MH_BLOCK_SHIFT),
    MH_EDGE_WORDS = MH_BLOCK_ADDRESSES / 64,
    MH_SPANS_ALIGNMENT = 64, /* octets: the usual cache line */
    MH_OUTCOMES_MAX = UINT16_MAX
};

/* A block is one number. One that is not made: how often it was asked for. One that is made: MH_BLOCK_MADE,
 * the number of its first span, and how many it has, which is a power of two, so that a search takes equal
 * steps; they lie at a multiple of that, so that few of them lie in one cache line. A block of a single span
 * has its outcome in place of the span's number. */
#define MH_BLOCK_MADE (UINT32_C(1) << 31)
enum { MH_BLOCK_SIZE_BITS = 4 };
#define MH_SPANS_MAX (MH_BLOCK_MADE >> MH_BLOCK_SIZE_BITS)

static inline unsigned mh_block_size_shift(uint32_t block)
{
    return block & ((1U << MH_BLOCK_SIZE_BITS) - 1);
}

static inline uint32_t mh_block_value(uint32_t block)
{
    return (block & ~MH_BLOCK_MADE) >> MH_BLOCK_SIZE_BITS;
}

/* What may come out of a decision; spans name it by its number. */
struct mh_kept_outcome {
    struct mh_outcome outcome;
    bool source_is_destination; /* a route to this host itself that names no source */
    uint16_t next;              /* with the same hash; 0: the last */
};

enum { MH_OUTCOME_BUCKET_BITS = 10 };

struct mh_decider {
    const struct mh_snapshot *snapshot;
    const struct mh_route_table *routes;
    enum mh_dialect dialect;
    struct mh_question question; /* the destination changes */
    uint64_t revision;           /* of the routes that the blocks were made of */
    size_t late_asks;            /* since the routes changed, the blocks being as they were */
    uint32_t *blocks;            /* NULL: this dialect is left to mh_select */
    void *span_memory;
    uint32_t *spans; /* in it, aligned: where it begins in the block << 16 | outcome; ascending in a block */
    size_t span_count, span_capacity;
    struct mh_kept_outcome *outcomes; /* number 0 is none: mh_select is asked */
    size_t outcome_count, outcome_capacity;
    uint16_t buckets[1 << MH_OUTCOME_BUCKET_BITS]; /* by hash: the first outcome */
    /* The block that is being made: where its spans may begin, a bit an address; which words of these are not
     * 0; the spans. */
    uint64_t edges[MH_EDGE_WORDS], edge_words[MH_EDGE_WORDS / 64];
    uint32_t draft[MH_BLOCK_ADDRESSES];
    struct mh_selection selection;
};

/* Asks mh_select. *source_is_destination: the answer's source is nothing but the destination again. */
void mh_decider_select(struct mh_decider *decider, const struct mh_address *destination,
                       struct mh_outcome *outcome, bool *source_is_destination);
/* Makes a block that is not made. False when out of memory: nothing is changed. */
bool mh_decider_make_block(struct mh_decider *decider, uint32_t number);

#endif
