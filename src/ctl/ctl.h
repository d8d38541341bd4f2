/* multihomectl: a thin client of the service's API. What its files share. One thread. */
#ifndef MH_CTL_CTL_H
#define MH_CTL_CTL_H

#include "client.h"
#include "core/exit_status.h"
#include "options.h"
#include "screen.h"

/* What a command works with. */
struct mh_ctl {
    const struct mh_ctl_options *options;
    struct mh_client *client; /* NULL for commands that do not speak to the service */
    struct mh_screen *screen; /* standard output */
    /* What was read to be sent: problems are told with their place in it. NULL: nothing was. */
    const struct mh_document *document;
};

/* Prints "multihomectl: ..." on standard error and returns `status`. What comes from outside is escaped. */
enum mh_exit mh_ctl_complain(enum mh_exit status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
