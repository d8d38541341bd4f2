/* Several destinations in the order in which RFC 6724 section 6 tries them, each with what this system does
 * to reach it. */
#ifndef MH_API_DESTINATION_ORDER_H
#define MH_API_DESTINATION_ORDER_H

#include "api/decision.h"
#include "api/query.h"

enum { MH_DESTINATIONS_LEAST = 2, MH_DESTINATIONS_MAX = 32 };

/* One destination: what is asked, what the system itself says, and what came of it. */
struct mh_destination_answer {
    struct mh_question question;
    struct mh_kernel_answer kernel;
    struct mh_failure unasked; /* why the system was not asked; MH_OK: it was */
    enum mh_way way;
    const char *reason; /* of MH_WAY_INDETERMINATE; static */
    uint32_t interface; /* of several next hops, the first one's; 0: no way */
    struct mh_address next_hop;
    bool compared, agrees; /* as in struct mh_decision */
};

/* Large: some twenty thousand octets. Begins zeroed; mh_destination_order_clear frees what it points to. */
struct mh_destination_order {
    size_t count;
    struct mh_destination_answer answers[MH_DESTINATIONS_MAX]; /* in the order given */
    struct mh_rfc6724_destination
        destinations[MH_DESTINATIONS_MAX]; /* best first; `order` is the answer's place */
    struct mh_policy *policy;              /* the host's own table; NULL: RFC 6724's default */
    size_t policy_count;
};

/* The value of destination is a list: it has a comma. */
bool mh_query_has_destinations(const struct mh_query *query);

/* Reads the question to each destination of the list; the query's other parameters are those of all of them.
 * False, and *problem, for a list that is too long, and as mh_question_read for each item. */
bool mh_destination_order_read(const struct mh_query *query, const struct mh_snapshot *snapshot,
                               struct mh_destination_order *order, struct mh_problem *problem);

/* Decides and sorts. The kernel's answers are there; the caller holds `routes` still. *agrees: no answer is
 * another than the system's. MH_OK or MH_NO_MEMORY. Any thread. */
enum mh_error mh_destination_order_decide(struct mh_destination_order *order,
                                          const struct mh_snapshot *snapshot,
                                          const struct mh_route_table *routes, enum mh_dialect dialect,
                                          bool *agrees);

void mh_destination_order_clear(struct mh_destination_order *order);

/* The whole object. */
void mh_put_destination_order(struct mh_json *json, uint64_t generation, const struct mh_snapshot *snapshot,
                              enum mh_dialect dialect, const struct mh_destination_order *order);

#endif
