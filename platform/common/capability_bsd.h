/* What FreeBSD, NetBSD and OpenBSD can do about each intent. */
#ifndef MH_COMMON_CAPABILITY_BSD_H
#define MH_COMMON_CAPABILITY_BSD_H

#include "core/capability.h"
#include "core/select.h"

/* The rows of a system, which end with one whose intent is NULL; static. `release` is the system's own, as
 * "14.0-RELEASE", or "" for a late one: FreeBSD has another switch for strong receive until 13. NULL: the
 * dialect is none of a BSD. */
const struct mh_capability *mh_bsd_capability_rows(enum mh_dialect dialect, const char *release);

#endif
