/* What an op is about and what it leaves behind, so that it can be compared with what is observed instead of
 * being trusted. Pure; any thread. */
#ifndef MH_CORE_OP_EFFECT_H
#define MH_CORE_OP_EFFECT_H

#include "core/op.h"
#include "core/route_table.h"
#include "core/snapshot.h"

/* Total order of the objects that ops are about: 0 when both speak of one address, route, rule, setting, link
 * address or proxy entry, whatever they do to it. */
int mh_op_compare_object(const struct mh_op *a, const struct mh_op *b);

/* The host is as the op leaves it: what it adds or sets is there (a route with its next hops, in any order),
 * what it deletes is not. What the system fills in or counts down itself is not compared: lifetimes, scopes,
 * owners, states of links; a protocol of 0 and a next hop without interface are anything. */
bool mh_op_holds(const struct mh_op *op, const struct mh_snapshot *snapshot,
                 const struct mh_route_table *routes);

/* Nobody can want the op any more: its interface is gone (a rename keeps the index), the system does not have
 * the setting there, there is no address whose flags it would set, or the route's preferred source is on no
 * interface. */
bool mh_op_is_moot(const struct mh_op *op, const struct mh_snapshot *snapshot);

#endif
