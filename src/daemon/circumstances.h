/* What a host is like apart from what this service does there: links, other programs' addresses and default
 * routes, and where there are not thousands of them their other routes of table main. When that changes, what
 * there is to do has changed with it, and is no fight with anybody. Pure. */
#ifndef MH_DAEMON_CIRCUMSTANCES_H
#define MH_DAEMON_CIRCUMSTANCES_H

#include "core/ledger.h"
#include "core/route_table.h"
#include "core/snapshot.h"

/* A number that is another one when they have changed. */
uint64_t mh_circumstances(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                          const struct mh_ledger *ledger);

#endif
