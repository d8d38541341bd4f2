/* The host's own policy table (RFC 6724 section 2.1), as it was told. Pure; any thread. */
#ifndef MH_CORE_HOST_POLICY_H
#define MH_CORE_HOST_POLICY_H

#include "core/rfc6724.h"
#include "core/snapshot.h"

/* Its rows, but for those of one interface, which RFC 6724 does not know; *count of them. The caller frees
 * the array. NULL: out of memory. */
struct mh_policy *mh_host_policy(const struct mh_snapshot *snapshot, size_t *count);

#endif
