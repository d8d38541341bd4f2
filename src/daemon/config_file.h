/* The configuration file. Loop thread. */
#ifndef MH_DAEMON_CONFIG_FILE_H
#define MH_DAEMON_CONFIG_FILE_H

#include "core/config.h"
#include "core/error.h"

/* Reads and checks the file; a missing one is the empty document. NULL: `failure->detail` is one line that
 * begins with FILE:LINE:COLUMN. The caller releases the configuration. */
struct mh_config *mh_config_file_read(const char *path, struct mh_failure *failure);

/* The same, with the text as it is in the file: *text (caller frees) is NULL when there is no file. */
struct mh_config *mh_config_file_load(const char *path, char **text, size_t *length,
                                      struct mh_failure *failure);

#endif
