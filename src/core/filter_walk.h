/* One packet's walk through a base chain. Private to src/core/filter*.c. */
#ifndef MH_CORE_FILTER_WALK_H
#define MH_CORE_FILTER_WALK_H

#include "core/filter_parts.h"

/* The rule that it is not known of whether the packet takes it, or what it does. */
struct mh_filter_doubt {
    const char *chain, *rule, *why;
};

/* What may become of the packet in a base chain. Exactly one way through the rules is free of doubt, unless
 * the walk was given up: `sure`. */
struct mh_filter_outcome {
    bool passes, drops; /* may */
    bool sure_pass, sure_drop;
    struct mh_filter_doubt pass_doubt, drop_doubt; /* the first that led there */
    const char *chain, *rule;                      /* of the sure drop */
    bool rejects;
};

struct mh_filter_walk {
    const struct mh_filter *filter;
    struct mh_filter_view view;
    struct mh_filter_outcome outcome;
    struct mh_filter_facts passed; /* when the packet passes: what holds then */
    bool given_up;                 /* anything may happen; the outcome says so */
    size_t steps;                  /* statements that may still be looked at */
};

/* Runs a base chain, in doubt when `doubt` is not NULL. */
void mh_filter_walk_base(struct mh_filter_walk *walk, uint32_t chain, const struct mh_filter_doubt *doubt);

#endif
