/* The decider's front: finding the span of a destination, one by one or many at once. */
#include "core/decider_parts.h"

#include "core/prefetch.h"
#include "core/select_linux4.h"

#include <stdlib.h>
#include <string.h>

enum {
    ASKS_BEFORE_MAKING = 8, /* making a block costs about so many questions */
    GROUP = 32,             /* destinations whose ways through memory overlap */
    LINE = 16               /* spans in a cache line */
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
    decider->blocks = calloc(MH_DECIDER_BLOCKS, sizeof *decider->blocks);
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
    free(decider->spans);
    free(decider->outcomes);
    free(decider);
}

size_t mh_decider_memory(const struct mh_decider *decider)
{
    size_t blocks = decider->blocks == NULL ? 0 : MH_DECIDER_BLOCKS * sizeof *decider->blocks;
    return sizeof *decider + blocks + decider->span_capacity * sizeof *decider->spans +
           decider->outcome_capacity * sizeof *decider->outcomes;
}

static void forget(struct mh_decider *decider)
{
    decider->revision = mh_route_table_revision(decider->routes);
    decider->span_count = decider->outcome_count = 0;
    memset(decider->buckets, 0, sizeof decider->buckets);
    if (decider->blocks != NULL)
        memset(decider->blocks, 0, MH_DECIDER_BLOCKS * sizeof *decider->blocks);
}

static void forget_what_is_old(struct mh_decider *decider)
{
    if (decider->revision != mh_route_table_revision(decider->routes))
        forget(decider);
}

/* ---- decisions ------------------------------------------------------------------------------------- */

void mh_decision_of(const struct mh_selection *selection, struct mh_decision *decision)
{
    const struct mh_forwarding *forwarding = &selection->forwarding;
    bool routed = forwarding->handle != 0;
    *decision = (struct mh_decision){.reason = selection->reason,
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

bool mh_decision_equal(const struct mh_decision *a, const struct mh_decision *b)
{
    return a->reason == b->reason && a->policy == b->policy && a->rule == b->rule &&
           a->interface == b->interface && a->table == b->table && mh_address_equal(&a->source, &b->source) &&
           mh_address_equal(&a->next_hop, &b->next_hop) && a->way == b->way && a->first_way == b->first_way &&
           a->route_type == b->route_type && a->choice_count == b->choice_count &&
           a->matching_choice_count == b->matching_choice_count && a->local == b->local &&
           a->source_given == b->source_given && a->source_owner_differs == b->source_owner_differs &&
           a->gateway_unused == b->gateway_unused && a->on_link_assumed == b->on_link_assumed;
}

void mh_decider_ask(struct mh_decider *decider, const struct mh_address *destination,
                    struct mh_decision *decision, bool *source_is_destination)
{
    struct mh_selection *selection = &decider->selection;
    const struct mh_route *route = &selection->forwarding.route;
    decider->question.destination = *destination;
    *source_is_destination = false;
    if (mh_select(decider->snapshot, decider->routes, decider->dialect, &decider->question, false,
                  selection) != MH_OK) {
        *decision = (struct mh_decision){.way = MH_WAY_INVALID, .first_way = MH_WAY_INVALID};
        return;
    }
    mh_decision_of(selection, decision);
    *source_is_destination =
        selection->local && !selection->source_given && selection->source.family != MH_FAMILY_NONE &&
        selection->forwarding.handle != 0 && route->preferred_source.family == MH_FAMILY_NONE;
}

/* ---- finding --------------------------------------------------------------------------------------- */

/* The outcome of a made block's last span that begins at or before the address. Without branches: which way
 * it goes cannot be foreseen. */
static uint16_t outcome_in(const struct mh_decider *decider, struct mh_decider_block block, uint32_t number)
{
    const uint32_t *at = decider->spans + block.first;
    uint32_t sought = number << 16 | 0xffff;
    for (uint32_t left = block.count; left > 1;) {
        uint32_t half = left / 2;
        at += half & -(uint32_t)(at[half] <= sought);
        left -= half;
    }
    return (uint16_t)*at;
}

static void tell(const struct mh_decider *decider, uint16_t outcome, const struct mh_address *destination,
                 struct mh_decision *decision)
{
    *decision = decider->outcomes[outcome].decision;
    if (decider->outcomes[outcome].source_is_destination)
        decision->source = *destination;
}

/* Makes the block when it was asked for often enough. */
static bool is_made(struct mh_decider *decider, uint32_t number)
{
    struct mh_decider_block *block = &decider->blocks[number];
    if (block->count > 0)
        return true;
    if (++block->first < ASKS_BEFORE_MAKING)
        return false;
    block->first = 0;
    return mh_decider_make_block(decider, number);
}

static bool is_indexed(const struct mh_decider *decider, const struct mh_address *destination)
{
    return destination->family == MH_IPV4 && decider->blocks != NULL;
}

static void decide(struct mh_decider *decider, const struct mh_address *destination,
                   struct mh_decision *decision)
{
    uint32_t number = mh_linux4_number(destination);
    bool source_is_destination;
    if (is_indexed(decider, destination) && is_made(decider, number >> 16)) {
        uint16_t outcome = outcome_in(decider, decider->blocks[number >> 16], number);
        if (outcome != 0) {
            tell(decider, outcome, destination, decision);
            return;
        }
    }
    mh_decider_ask(decider, destination, decision, &source_is_destination);
}

void mh_decide(struct mh_decider *decider, const struct mh_address *destination, struct mh_decision *decision)
{
    forget_what_is_old(decider);
    decide(decider, destination, decision);
}

/* ---- many at once ---------------------------------------------------------------------------------- */

/* Fetches the spans ahead; those of a block lie in a few lines. */
static void fetch_spans(const struct mh_decider *decider, struct mh_decider_block block)
{
    const uint32_t *spans = decider->spans + block.first;
    for (uint32_t i = 0; i < block.count && i < 8 * LINE; i += LINE)
        mh_prefetch(spans + i);
}

static void decide_group(struct mh_decider *decider, const struct mh_address *destinations, size_t count,
                         struct mh_decision *decisions)
{
    struct mh_decider_block blocks[GROUP];
    for (size_t i = 0; i < count; i++)
        mh_prefetch(&decider->blocks[mh_linux4_number(&destinations[i]) >> 16]);
    for (size_t i = 0; i < count; i++) {
        blocks[i] = decider->blocks[mh_linux4_number(&destinations[i]) >> 16];
        fetch_spans(decider, blocks[i]);
    }
    for (size_t i = 0; i < count; i++) {
        uint16_t outcome = 0;
        if (blocks[i].count > 0 && destinations[i].family == MH_IPV4)
            outcome = outcome_in(decider, blocks[i], mh_linux4_number(&destinations[i]));
        if (outcome != 0)
            tell(decider, outcome, &destinations[i], &decisions[i]);
        else
            decide(decider, &destinations[i], &decisions[i]);
    }
}

void mh_decide_batch(struct mh_decider *decider, const struct mh_address *destinations, size_t count,
                     struct mh_decision *decisions)
{
    size_t group = decider->blocks != NULL ? GROUP : 1;
    forget_what_is_old(decider);
    for (size_t i = 0; i < count; i += group) {
        size_t left = count - i;
        if (decider->blocks != NULL)
            decide_group(decider, destinations + i, left < group ? left : group, decisions + i);
        else
            decide(decider, &destinations[i], &decisions[i]);
    }
}

/* ---- beforehand ------------------------------------------------------------------------------------ */

enum mh_error mh_decider_prepare(struct mh_decider *decider, const struct mh_prefix *within)
{
    uint32_t first = 0, last = MH_DECIDER_BLOCKS - 1;
    if (decider->blocks == NULL || (within != NULL && within->address.family != MH_IPV4))
        return MH_OK;
    forget_what_is_old(decider);
    if (within != NULL) {
        first = mh_linux4_number(&within->address) >> 16;
        last = within->length >= 16 ? first : first | 0xffffU >> within->length;
    }
    for (uint32_t number = first; number <= last; number++)
        if (decider->blocks[number].count == 0 && !mh_decider_make_block(decider, number))
            return MH_NO_MEMORY;
    return MH_OK;
}
