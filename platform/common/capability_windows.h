/* What Windows can do about each intent. */
#ifndef MH_COMMON_CAPABILITY_WINDOWS_H
#define MH_COMMON_CAPABILITY_WINDOWS_H

#include "core/capability.h"

enum { MH_WINDOWS_CAPABILITIES_MAX = 32 }; /* the rows with their end */
/* Ends with a row whose intent is NULL. */
extern const struct mh_capability mh_windows_capability_rows[];

#endif
