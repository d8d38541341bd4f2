/* What changed between two snapshots, one difference at a time. Lifetimes and neighbours do not count: they
 * change all the time. Pure. */
#ifndef MH_CORE_DIFF_H
#define MH_CORE_DIFF_H

#include "core/snapshot.h"

/* `before` NULL: added. `after` NULL: removed. Both point into the snapshots, to the type that `section`
 * says. */
struct mh_difference {
    enum mh_section section;
    const void *before, *after;
};

typedef void (*mh_difference_handler)(void *context, const struct mh_difference *difference);

/* Calls `handler` for interfaces, then addresses, rules, settings and address labels. A rule is added or
 * removed, never changed. */
void mh_snapshot_diff(const struct mh_snapshot *before, const struct mh_snapshot *after,
                      mh_difference_handler handler, void *context);

#endif
