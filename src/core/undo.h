/* Taking steps back without knowing how far they came. The steps' undo, from the last step to the first, is
 * one row of ops, and each place in it is a state that the host can be in: everything applied, some of it
 * taken back, nothing there any more. A host that was left in the midst of applying or reverting is in one of
 * them, which is found by comparing. Pure; one thread. */
#ifndef MH_CORE_UNDO_H
#define MH_CORE_UNDO_H

#include "core/op_effect.h"
#include "core/plan.h"

struct mh_undo;

/* Of steps that outlive it; the caller frees it. NULL when out of memory. */
struct mh_undo *mh_undo_new(const struct mh_plan_step *steps, size_t count);
/* NULL is allowed. */
void mh_undo_free(struct mh_undo *undo);

/* The row: `count` ops in the order in which they are executed. They belong to the steps. */
const struct mh_op *const *mh_undo_ops(const struct mh_undo *undo, size_t *count);
/* The step that the op at this place takes back. */
size_t mh_undo_step(const struct mh_undo *undo, size_t place);

/* The place whose state the host is in: the ops from there on have to be executed. Where the host is in none
 * of them exactly (something else changed it too), the one that differs least, and of several the first. */
size_t mh_undo_place(struct mh_undo *undo, const struct mh_snapshot *snapshot,
                     const struct mh_route_table *routes);
/* What is not as it was before the steps: fills `missing`, which has room for all of the row, with the last
 * op of the row about each such object, in the row's order. Moot ops are left out. Returns how many. */
size_t mh_undo_missing(struct mh_undo *undo, const struct mh_snapshot *snapshot,
                       const struct mh_route_table *routes, const struct mh_op **missing);

#endif
