/* What Linux can do about each intent. */
#ifndef MH_COMMON_CAPABILITY_LINUX_H
#define MH_COMMON_CAPABILITY_LINUX_H

#include "core/capability.h"

/* Ends with a row whose intent is NULL. */
extern const struct mh_capability mh_linux_capabilities[];
enum { MH_LINUX_CAPABILITIES_MAX = 32 }; /* with the row at the end */

/* The means is the packet filter. */
bool mh_linux_needs_nft(const struct mh_capability *row);

#endif
