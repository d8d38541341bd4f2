/* The service as a whole: what it is made of, started and ended in order (DESIGN sections 2 and 9). Loop
 * thread. */
#ifndef MH_DAEMON_SERVICE_H
#define MH_DAEMON_SERVICE_H

#include "core/config.h"
#include "core/exit_status.h"
#include "daemon/log.h"
#include "daemon/options.h"
#include "platform.h"

/* Everything that is settled before the loop is made. */
struct mh_startup {
    const struct mh_options *options;
    struct mh_paths paths;    /* options applied */
    struct mh_config *config; /* one reference */
    struct mh_platform *platform;
    struct mh_log log;
};

/* Runs the service until a signal ends it. Locks, listens, says that it is ready. */
enum mh_exit mh_service_run(struct mh_startup *startup);

#endif
