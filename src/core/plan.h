/* The plan: what must be done so that the host is as the configuration says, in order, each step with what
 * undoes it (DESIGN section 7). One representation for a dry run, /v1/plan, transactions and the CLI: what it
 * shows is what is executed. Pure: the same input gives the same plan, and a host that is as it should be
 * gives an empty one. */
#ifndef MH_CORE_PLAN_H
#define MH_CORE_PLAN_H

#include "core/config.h"
#include "core/ledger.h"
#include "core/op.h"
#include "core/route_table.h"
#include "core/select.h"
#include "core/snapshot.h"

/* One change. `undo`: what takes it back, to be executed in this order; more than one op where the system
 * does more than it is asked (deleting a primary address takes its secondaries and routes with it). Reverting
 * a plan means the steps' undo from the last step to the first. */
struct mh_plan_step {
    struct mh_op op;
    const struct mh_op *undo;
    size_t undo_count;
    const char
        *member; /* pointer into the configuration (RFC 6901) that wants it; "" when none does any more */
};

/* A member that is not, or not wholly, acted on, or whose effect needs a word. */
struct mh_plan_note {
    const char *member;
    const char *text;         /* "there is no interface eth7" */
    bool is_refused_strictly; /* of a warning: ?strict=true refuses it */
};

/* Everything it points to is its own. */
struct mh_plan {
    const struct mh_plan_step *steps;
    size_t step_count;
    const struct mh_plan_note *pending; /* acted on when what they need appears */
    size_t pending_count;
    const struct mh_plan_note *unsupported; /* this system cannot */
    size_t unsupported_count;
    const struct mh_plan_note *warnings;
    size_t warning_count;
    struct mh_ledger ledger;  /* as it is when the plan has been executed */
    struct mh_snapshot after; /* the host, likewise, as predicted */
    void *memory;             /* private to plan.c */
};

struct mh_capability;

struct mh_plan_input {
    const struct mh_config *config;
    const struct mh_snapshot *snapshot;
    const struct mh_route_table *routes; /* held still during the call */
    const struct mh_ledger *ledger;
    enum mh_dialect dialect; /* what the system does beside what it is asked, and the means it has */
    /* What this host can (mh_platform_capabilities), where single functions of the system may be missing;
     * NULL: all of them are there. */
    const struct mh_capability *capabilities;
};

/* The caller frees *plan. MH_OK, also when there is nothing to do; MH_NO_MEMORY. */
enum mh_error mh_plan_make(const struct mh_plan_input *input, struct mh_plan **plan);
/* NULL is allowed. */
void mh_plan_free(struct mh_plan *plan);

#endif
