/* What the files of the decider share; not for others. */
#ifndef MH_CORE_DECIDER_PARTS_H
#define MH_CORE_DECIDER_PARTS_H

#include "core/decider.h"

enum {
    MH_DECIDER_BLOCKS = 1 << 16, /* by the upper half of the destination */
    MH_DECIDER_EDGES = 1 << 16,  /* within a block, by the lower half */
    MH_OUTCOMES_MAX = UINT16_MAX
};

/* A /16 of destinations. */
struct mh_decider_block {
    uint32_t first; /* its first span; of one that is not made: how often it was asked for */
    uint32_t count; /* of its spans; 0: it is not made */
};

/* What may come out of a decision; spans name it by its number. */
struct mh_outcome {
    struct mh_decision decision;
    bool source_is_destination; /* a route to this host itself that names no source */
    uint16_t next;              /* with the same hash; 0: the last */
};

enum { MH_OUTCOME_BUCKETS = 1024 };

struct mh_decider {
    const struct mh_snapshot *snapshot;
    const struct mh_route_table *routes;
    enum mh_dialect dialect;
    struct mh_question question;     /* the destination changes */
    uint64_t revision;               /* of the routes that the blocks were made of */
    struct mh_decider_block *blocks; /* NULL: this dialect is left to mh_select */
    uint32_t *spans;                 /* first address, lower half, << 16 | outcome; ascending in a block */
    size_t span_count, span_capacity;
    struct mh_outcome *outcomes; /* number 0 is none: mh_select is asked */
    size_t outcome_count, outcome_capacity;
    uint16_t buckets[MH_OUTCOME_BUCKETS];  /* by hash: the first outcome */
    uint64_t edges[MH_DECIDER_EDGES / 64]; /* where the spans of the block begin that is being made */
    struct mh_selection selection;
};

/* Asks mh_select. *source_is_destination: the answer's source is nothing but the destination again. */
void mh_decider_ask(struct mh_decider *decider, const struct mh_address *destination,
                    struct mh_decision *decision, bool *source_is_destination);
/* Makes a block that is not made. False when out of memory: nothing is changed. */
bool mh_decider_make_block(struct mh_decider *decider, uint32_t number);

#endif
