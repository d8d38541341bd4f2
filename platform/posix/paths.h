/* Where a system service keeps its things: one constant for each system, in the file that CMake picks. */
#ifndef MH_PLATFORM_POSIX_PATHS_H
#define MH_PLATFORM_POSIX_PATHS_H

#include "platform.h"

extern const struct mh_paths mh_system_paths;

#endif
