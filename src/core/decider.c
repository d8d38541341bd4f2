/* The decider's front: finding the span of a destination, one by one or many at once. */
#include "core/decider_parts.h"

#include "core/prefetch.h"
#include "core/select_linux4.h"

#include <stdlib.h>
#include <string.h>

enum {
    ASKS_BEFORE_MAKING = 8, /* making a block costs about as much as so many questions */
    ASKS_BEFORE_ANEW = 64,  /* and so does forgetting all blocks */
    GROUP = 64              /* destinations whose ways through memory overlap */
};

struct mh_decider *mh_decider_new(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                                  enum mh_dialect dialect, const struct mh_question *question)
{
    struct mh_decider *decider = calloc(1, sizeof *decider);
    if (decider == NULL)
        return NULL;
    decider->snapshot = snapshot;
    decider->routes = routes;
    decider->dialect = dialect;
    decider->question = *question;
    decider->revision = mh_route_table_revision(routes);
    if (dialect != MH_DIALECT_LINUX || question->source.family == MH_IPV6)
        return decider;
    decider->blocks = calloc(MH_BLOCK_COUNT, sizeof *decider->blocks);
    if (decider->blocks != NULL)
        return decider;
    free(decider);
    return NULL;
}

void mh_decider_free(struct mh_decider *decider)
{
    if (decider == NULL)
        return;
    free(decider->blocks);
    free(decider->span_memory);
    free(decider->outcomes);
    free(decider);
}

size_t mh_decider_memory(const struct mh_decider *decider)
{
    size_t blocks = decider->blocks == NULL ? 0 : MH_BLOCK_COUNT * sizeof *decider->blocks;
    return sizeof *decider + blocks + decider->span_capacity * sizeof *decider->spans +
           decider->outcome_capacity * sizeof *decider->outcomes;
}

static void forget(struct mh_decider *decider)
{
    decider->revision = mh_route_table_revision(decider->routes);
    decider->late_asks = 0;
    decider->span_count = decider->outcome_count = 0;
    memset(decider->buckets, 0, sizeof decider->buckets);
    memset(decider->blocks, 0, MH_BLOCK_COUNT * sizeof *decider->blocks);
}

/* Whether blocks may be used for `asks` questions. When routes changed they are forgotten, but not before it
 * is worth it: routes may change all the time. */
static bool has_blocks(struct mh_decider *decider, size_t asks)
{
    if (decider->blocks == NULL)
        return false;
    if (decider->revision == mh_route_table_revision(decider->routes))
        return true;
    decider->late_asks += asks;
    if (decider->late_asks < ASKS_BEFORE_ANEW)
        return false;
    forget(decider);
    return true;
}

/* ---- outcomes -------------------------------------------------------------------------------------- */

void mh_outcome_of(const struct mh_selection *selection, struct mh_outcome *outcome)
{
    const struct mh_forwarding *forwarding = &selection->forwarding;
    bool routed = forwarding->handle != 0;
    *outcome = (struct mh_outcome){.reason = selection->reason,
                                   .policy = forwarding->rule,
                                   .rule = selection->rule,
                                   .interface = selection->interface,
                                   .table = routed ? forwarding->route.table : 0,
                                   .source = selection->source,
                                   .next_hop = selection->next_hop,
                                   .way = (uint8_t)selection->way,
                                   .first_way = (uint8_t)selection->first_way,
                                   .route_type = routed ? forwarding->route.type : 0,
                                   .choice_count = (uint16_t)forwarding->choice_count,
                                   .matching_choice_count = (uint16_t)selection->matching_choice_count,
                                   .local = selection->local,
                                   .source_given = selection->source_given,
                                   .source_owner_differs = selection->source_owner_differs,
                                   .gateway_unused = selection->gateway_unused,
                                   .on_link_assumed = selection->on_link_assumed};
}

bool mh_outcome_equal(const struct mh_outcome *a, const struct mh_outcome *b)
{
    return a->reason == b->reason && a->policy == b->policy && a->rule == b->rule &&
           a->interface == b->interface && a->table == b->table && mh_address_equal(&a->source, &b->source) &&
           mh_address_equal(&a->next_hop, &b->next_hop) && a->way == b->way && a->first_way == b->first_way &&
           a->route_type == b->route_type && a->choice_count == b->choice_count &&
           a->matching_choice_count == b->matching_choice_count && a->local == b->local &&
           a->source_given == b->source_given && a->source_owner_differs == b->source_owner_differs &&
           a->gateway_unused == b->gateway_unused && a->on_link_assumed == b->on_link_assumed;
}

void mh_decider_select(struct mh_decider *decider, const struct mh_address *destination,
                       struct mh_outcome *outcome, bool *source_is_destination)
{
    struct mh_selection *selection = &decider->selection;
    const struct mh_route *route = &selection->forwarding.route;
    decider->question.destination = *destination;
    *source_is_destination = false;
    if (mh_select(decider->snapshot, decider->routes, decider->dialect, &decider->question, false,
                  selection) != MH_OK) {
        *outcome = (struct mh_outcome){.way = MH_WAY_INVALID, .first_way = MH_WAY_INVALID};
        return;
    }
    mh_outcome_of(selection, outcome);
    *source_is_destination = selection->local && selection->forwarding.handle != 0 &&
                             selection->rule == &mh_linux4_rules[MH_LINUX4_ROUTE] &&
                             route->preferred_source.family == MH_FAMILY_NONE;
}

/* ---- finding --------------------------------------------------------------------------------------- */

/* One step of the search for the last span that begins at or before what is sought: `half` of those left are
 * behind. Without a branch: which way it goes cannot be foreseen. */
static inline const uint32_t *halve(const uint32_t *spans, uint32_t half, uint32_t sought)
{
    return spans + (half & -(uint32_t)(spans[half] <= sought));
}

/* The outcome in a made block. Four steps are always made, though some may stay at the place: how many are
 * needed cannot be foreseen either, and 16 spans are enough for most blocks. */
static inline uint16_t outcome_in(const struct mh_decider *decider, uint32_t block, uint32_t address)
{
    uint32_t size = 1U << mh_block_size_shift(block);
    uint32_t sought = address % MH_BLOCK_ADDRESSES << 16 | 0xffff;
    if (size == 1)
        return (uint16_t)mh_block_value(block);
    const uint32_t *at = decider->spans + mh_block_value(block);
    at = halve(at, size / 2, sought);
    at = halve(at, size / 4, sought);
    at = halve(at, size / 8, sought);
    at = halve(at, size / 16, sought);
    for (uint32_t half = size / 32; half > 0; half /= 2)
        at = halve(at, half, sought);
    return (uint16_t)*at;
}

static void tell(const struct mh_decider *decider, uint16_t number, const struct mh_address *destination,
                 struct mh_outcome *outcome)
{
    *outcome = decider->outcomes[number].outcome;
    if (decider->outcomes[number].source_is_destination)
        outcome->source = *destination;
}

static uint32_t block_of(uint32_t address)
{
    return address >> MH_BLOCK_SHIFT;
}

/* Makes the block when it was asked for often enough. */
static bool is_made(struct mh_decider *decider, uint32_t number)
{
    uint32_t *block = &decider->blocks[number];
    if (*block >= MH_BLOCK_MADE)
        return true;
    if (++*block < ASKS_BEFORE_MAKING)
        return false;
    *block = 0;
    return mh_decider_make_block(decider, number);
}

/* By its block, where that is made. */
static void decide(struct mh_decider *decider, const struct mh_address *destination,
                   struct mh_outcome *outcome)
{
    uint32_t address = mh_linux4_number(destination);
    bool source_is_destination;
    if (destination->family == MH_IPV4 && is_made(decider, block_of(address))) {
        uint16_t number = outcome_in(decider, decider->blocks[block_of(address)], address);
        if (number != 0) {
            tell(decider, number, destination, outcome);
            return;
        }
    }
    mh_decider_select(decider, destination, outcome, &source_is_destination);
}

void mh_decider_ask(struct mh_decider *decider, const struct mh_address *destination,
                    struct mh_outcome *outcome)
{
    bool source_is_destination;
    if (has_blocks(decider, 1))
        decide(decider, destination, outcome);
    else
        mh_decider_select(decider, destination, outcome, &source_is_destination);
}

/* ---- many at once ---------------------------------------------------------------------------------- */

/* The middle of its spans, where the search begins; those of most blocks lie in one cache line. */
static inline const uint32_t *middle_of(const struct mh_decider *decider, uint32_t block)
{
    return decider->spans + mh_block_value(block) + (1U << mh_block_size_shift(block)) / 2;
}

static void decide_group(struct mh_decider *decider, const struct mh_address *destinations, size_t count,
                         struct mh_outcome *outcomes)
{
    uint32_t addresses[GROUP], blocks[GROUP];
    uint16_t numbers[GROUP];
    for (size_t i = 0; i < count; i++) {
        addresses[i] = mh_linux4_number(&destinations[i]);
        MH_PREFETCH(&decider->blocks[block_of(addresses[i])]);
    }
    for (size_t i = 0; i < count; i++) {
        blocks[i] = decider->blocks[block_of(addresses[i])];
        if (blocks[i] >= MH_BLOCK_MADE && mh_block_size_shift(blocks[i]) > 0)
            MH_PREFETCH(middle_of(decider, blocks[i]));
    }
    for (size_t i = 0; i < count; i++)
        numbers[i] = blocks[i] >= MH_BLOCK_MADE ? outcome_in(decider, blocks[i], addresses[i]) : 0;
    for (size_t i = 0; i < count; i++)
        if (numbers[i] != 0 && destinations[i].family == MH_IPV4)
            tell(decider, numbers[i], &destinations[i], &outcomes[i]);
        else
            decide(decider, &destinations[i], &outcomes[i]);
}

void mh_decider_ask_batch(struct mh_decider *decider, const struct mh_address *destinations, size_t count,
                          struct mh_outcome *outcomes)
{
    bool source_is_destination;
    if (!has_blocks(decider, count)) {
        for (size_t i = 0; i < count; i++)
            mh_decider_select(decider, &destinations[i], &outcomes[i], &source_is_destination);
        return;
    }
    for (size_t i = 0; i < count; i += GROUP)
        decide_group(decider, destinations + i, count - i < GROUP ? count - i : GROUP, outcomes + i);
}

/* ---- beforehand ------------------------------------------------------------------------------------ */

enum mh_error mh_decider_prepare(struct mh_decider *decider, const struct mh_prefix *within)
{
    uint32_t first = 0, last = MH_BLOCK_COUNT - 1;
    if (decider->blocks == NULL || (within != NULL && within->address.family != MH_IPV4))
        return MH_OK;
    if (decider->revision != mh_route_table_revision(decider->routes))
        forget(decider);
    if (within != NULL) {
        first = block_of(mh_linux4_number(&within->address));
        last = first | (uint32_t)((UINT64_C(1) << (32 - within->length)) - 1) >> MH_BLOCK_SHIFT;
    }
    for (uint32_t number = first; number <= last; number++)
        if (decider->blocks[number] < MH_BLOCK_MADE && !mh_decider_make_block(decider, number))
            return MH_NO_MEMORY;
    return MH_OK;
}
