/* Where a system service keeps its things on Linux (FHS 3.0: 3.7, 3.15, 5.8). */
#include "posix/paths.h"

const struct mh_paths mh_system_paths = {
    .config = "/etc/multihomed/config.json",
    .socket = "/run/multihomed/api.sock",
    .state = "/var/lib/multihomed",
};
