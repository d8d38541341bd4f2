/* Addresses and routes of this service's own that bear no mark of it: a copy of what the ledger knows, for
 * those who show them. Immutable, and shared by references; any thread. */
#ifndef MH_CORE_OURS_H
#define MH_CORE_OURS_H

#include "core/ledger.h"

struct mh_ours;

/* NULL when the ledger has none of both, or out of memory. The caller releases it. */
struct mh_ours *mh_ours_new(const struct mh_ledger *ledger);
/* NULL is allowed. */
struct mh_ours *mh_ours_retain(struct mh_ours *ours);
void mh_ours_release(struct mh_ours *ours);
/* It has what the ledger has. NULL has nothing. */
bool mh_ours_are_of(const struct mh_ours *ours, const struct mh_ledger *ledger);

/* Whose it is: the owner that the system tells, or MH_OWNER_MULTIHOMED. NULL knows of nothing. */
enum mh_owner mh_owner_of_address(const struct mh_ours *ours, const struct mh_interface_address *address);
enum mh_owner mh_owner_of_route(const struct mh_ours *ours, const struct mh_route *route);

#endif
