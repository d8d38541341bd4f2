/* The few things that transactions do to files, as a table: tests cut writes off and let calls fail where no
 * disk would. Loop thread. */
#ifndef MH_DAEMON_STORAGE_H
#define MH_DAEMON_STORAGE_H

#include "core/error.h"

#include <stddef.h>

/* Each function answers as the one of platform.h that is named beside it. */
struct mh_storage {
    void *context;
    enum mh_error (*read)(void *context, const char *path, char **text, size_t *length,
                          struct mh_failure *failure); /* mh_file_read, with a limit of its own */
    enum mh_error (*replace)(void *context, const char *path, const void *bytes, size_t length, unsigned mode,
                             struct mh_failure *failure); /* mh_file_replace */
    enum mh_error (*rename)(void *context, const char *from, const char *to,
                            struct mh_failure *failure);                                  /* mh_file_rename */
    enum mh_error (*remove)(void *context, const char *path, struct mh_failure *failure); /* mh_file_remove */
    enum mh_error (*mode)(void *context, const char *path, unsigned *mode,
                          struct mh_failure *failure); /* mh_file_mode */
};

/* The files of this system. */
struct mh_storage mh_storage_files(void);

#endif
