/* Rules, and routes of the tables that they lead to, where the packet filter stands in for them. */
#ifndef MH_BSD_ANCHOR_H
#define MH_BSD_ANCHOR_H

#include "bsd.h"

/* Is it carried out by the packet filter: a rule, or a route of a table that only rules lead to? */
static inline bool mh_bsd_is_anchored(const struct mh_op *op)
{
    enum { FIRST_TABLE = 5200 };
    if (op->kind == MH_OP_RULE_ADD || op->kind == MH_OP_RULE_DELETE)
        return true;
    bool is_route =
        op->kind == MH_OP_ROUTE_ADD || op->kind == MH_OP_ROUTE_REPLACE || op->kind == MH_OP_ROUTE_DELETE;
    return is_route && op->of.route.table >= FIRST_TABLE;
}

/* Carries out `count` such ops, all or none. */
static inline enum mh_error mh_bsd_anchor_apply(struct mh_bsd *host, const struct mh_op *op, size_t count,
                                                struct mh_failure *failure)
{
    (void)host;
    (void)op;
    (void)count;
    return mh_fail(failure, MH_UNSUPPORTED, "the packet filter is not used for rules");
}

#endif
