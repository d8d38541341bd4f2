/* Where a system service keeps its things (hier(7)): the configuration of packages is below /etc too. */
#include "posix/paths.h"

const struct mh_paths mh_system_paths = {
    .config = "/etc/multihomed/config.json",
    .socket = "/var/run/multihomed.sock",
    .state = "/var/db/multihomed",
};
