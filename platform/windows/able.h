/* What this Windows can do about each intent. Private to platform/windows. */
#ifndef MH_WINDOWS_ABLE_H
#define MH_WINDOWS_ABLE_H

#include "windows/iphlp.h"

/* This needs what stands before it. */
#include "common/capability_windows.h"

/* Fills the rows, up to their end, which the caller has zeroed. `no_policies` says why the policy table is
 * not known, a sentence that lives as long as the rows; NULL: it is known. Reasons are static but for that.
 */
void mh_windows_learn_capabilities(const struct mh_iphlp *iphlp, const char *no_policies,
                                   struct mh_capability rows[MH_WINDOWS_CAPABILITIES_MAX]);

#endif
