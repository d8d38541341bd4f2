/* Many decisions of one kind: what mh_select answers to questions that differ in nothing but the destination,
 * for whoever has a lot of them (every endpoint of a host, a table of flows).
 *
 * To Linux' IPv4 a destination is where it lies among prefixes: those of all routes, the `to` of rules, and
 * the few that have a meaning of their own. Between two edges of prefixes all decisions are the same. So a
 * block of destinations (a /18) that is asked for again and again is cut into spans at these edges, mh_select
 * decides once for each, and neighbours that came out alike become one; from then on a decision is a search
 * among the spans. A block is made when it was asked for some times, so that few questions cost little more
 * than mh_select, or beforehand by mh_decider_prepare. All else (IPv6, whose sources depend on the
 * destination's bits; the other dialects) is handed to mh_select. The answers are its answers, always.
 *
 * Memory: 1.2 MiB, and 4 octets a span of the blocks that were made, with some room between: 12 octets a
 * route of a full table. A decider is for one snapshot, and is made anew with it; it notices by
 * mh_route_table_revision that routes changed, and forgets all blocks. Not synchronised: one thread at a
 * time, and the caller holds the route table still during a call. */
#ifndef MH_CORE_DECIDER_H
#define MH_CORE_DECIDER_H

#include "core/select.h"

struct mh_decider;

/* What was decided; as in mh_selection. */
struct mh_outcome {
    const char *reason;           /* of MH_WAY_INDETERMINATE; static */
    const struct mh_rule *policy; /* the rule that led to the route or to the refusal; into the snapshot */
    const struct mh_select_rule *rule; /* by which the source was chosen */
    uint32_t interface;                /* the packet leaves by it; 0: no way */
    uint32_t table;                    /* of the route; 0: none took part */
    struct mh_address source, next_hop;
    uint8_t way, first_way; /* enum mh_way */
    uint8_t route_type;     /* enum mh_route_type; 0: no route took part */
    uint16_t choice_count;  /* above 1: the system spreads flows over several; mh_select names them */
    uint16_t matching_choice_count;
    bool local, source_given, source_owner_differs, gateway_unused, on_link_assumed;
};

/* For questions like this one, whose destination does not count. Snapshot and routes are only referred to:
 * they must outlive the decider, and the snapshot stay what it is. NULL when out of memory; the caller frees
 * it. */
struct mh_decider *mh_decider_new(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                                  enum mh_dialect dialect, const struct mh_question *question);
/* NULL is allowed. */
void mh_decider_free(struct mh_decider *decider);
/* Octets that it holds. */
size_t mh_decider_memory(const struct mh_decider *decider);

/* Makes the blocks that `within` (NULL: everything) touches; half a microsecond a route, so that who shares
 * the routes does it in parts. MH_OK, also where there is nothing to make; MH_NO_MEMORY: some are not made,
 * and are decided by mh_select. */
enum mh_error mh_decider_prepare(struct mh_decider *decider, const struct mh_prefix *within);

/* Decides into *outcome. MH_WAY_INVALID where mh_select says MH_INVALID: the destination has no family, or
 * another one than the question's source. Cannot fail otherwise: without memory it is slower. */
void mh_decider_ask(struct mh_decider *decider, const struct mh_address *destination,
                    struct mh_outcome *outcome);
/* The same for `count` destinations at once, outcomes[i] for destinations[i]; faster than one after the
 * other, because their ways through memory overlap. */
void mh_decider_ask_batch(struct mh_decider *decider, const struct mh_address *destinations, size_t count,
                          struct mh_outcome *outcomes);

/* What a selection comes to. */
void mh_outcome_of(const struct mh_selection *selection, struct mh_outcome *outcome);
bool mh_outcome_equal(const struct mh_outcome *a, const struct mh_outcome *b);

#endif
