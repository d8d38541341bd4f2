/* A decision of source selection, with the system's own answer beside it, and its JSON. */
#ifndef MH_API_DECISION_H
#define MH_API_DECISION_H

#include "api/words.h"
#include "core/select_connect.h"

/* Large: some ten thousand octets. */
struct mh_decision {
    struct mh_question question;
    struct mh_selection selection;
    size_t connected_count; /* 0: a connected socket goes the same way */
    struct mh_connected connected[MH_CONNECTED_MAX];
    struct mh_kernel_answer kernel;
    struct mh_failure unasked; /* why the system was not asked; MH_OK: it was */
    bool compared;             /* both sides have an answer */
    bool agrees;
    const char *difference; /* what differs, when they do not agree; static */
    const char *note;       /* what a reader should know beside the answer; static or NULL */
};

/* Selects, with explanation, and compares with decision->kernel. The caller holds `routes` still, also while
 * it renders the decision, and gives it back with mh_selection_clear. MH_OK or MH_NO_MEMORY. Any thread. */
enum mh_error mh_decide(struct mh_decision *decision, const struct mh_snapshot *snapshot,
                        const struct mh_route_table *routes, enum mh_dialect dialect);

/* Compares decision->selection with decision->kernel, unless `unasked`. MH_OK or MH_NO_MEMORY. */
enum mh_error mh_decision_compare(struct mh_decision *decision, const struct mh_snapshot *snapshot,
                                  const struct mh_route_table *routes, enum mh_dialect dialect);

/* What a decision is told with. */
struct mh_decision_context {
    uint64_t generation;
    const struct mh_snapshot *snapshot;
    const struct mh_route_table *routes;
    const struct mh_platform *platform;
};

/* The whole object. */
void mh_put_decision(struct mh_json *json, const struct mh_decision_context *context,
                     const struct mh_decision *decision);
/* Members of it: source, interface, next_hop, local, error or indeterminate, table, route, rule,
 * on_link_assumed, choices; and kernel or kernel_unknown, agrees, difference, note. */
void mh_put_decision_way(struct mh_json *json, const struct mh_decision_context *context,
                         const struct mh_selection *selection);
void mh_put_decision_kernel(struct mh_json *json, const struct mh_decision_context *context,
                            const struct mh_decision *decision);

#endif
