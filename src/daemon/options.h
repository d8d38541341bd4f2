/* The command line of multihomed (DESIGN section 9). */
#ifndef MH_DAEMON_OPTIONS_H
#define MH_DAEMON_OPTIONS_H

#include "daemon/log.h"

#include <stdint.h>

struct mh_options {
    const char *config; /* NULL: the default path */
    const char *socket;
    const char *state;
    const char *token_file; /* NULL: STATE/token */
    const char *platform;   /* NULL: the system's own */
    char listen[64];        /* address of the TCP listener; "" for none */
    uint16_t listen_port;
    bool foreground;
    bool release;
    bool help, version;
    enum mh_log_level log_level;
};

/* Strings point into argv. False after one line on standard error. */
bool mh_options_parse(int argc, char **argv, struct mh_options *options);

/* "ADDR:PORT", "[::1]:8642", "ADDR" or "PORT" into its parts; the default port is 8642. False when it is
 * neither. */
bool mh_options_split_listen(const char *text, char address[64], uint16_t *port);

extern const char mh_options_usage[];
/* The options whose value is a path in the file system, without "--"; ends with NULL. */
extern const char *const mh_options_with_paths[];

#endif
