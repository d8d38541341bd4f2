/* Where a system service keeps its things on FreeBSD (hier(7)). */
#include "posix/paths.h"

const struct mh_paths mh_system_paths = {
    .config = "/usr/local/etc/multihomed/config.json",
    .socket = "/var/run/multihomed.sock",
    .state = "/var/db/multihomed",
};
