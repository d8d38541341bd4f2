/* The system's error numbers (errno(2); on Windows those of GetLastError) → enum mh_error, with the code's
 * name: one table for every file that makes system calls. Any thread. */
#ifndef MH_PLATFORM_COMMON_ERRNO_MAP_H
#define MH_PLATFORM_COMMON_ERRNO_MAP_H

#include "core/error.h"

/* MH_OK for 0, MH_IO for a code that is not in the table. */
enum mh_error mh_errno_error(int errno_value);

/* "ENOBUFS"; static. NULL for a code that is not in the table. */
const char *mh_errno_name(int errno_value);

/* Fills `failure` (which may be NULL) with the code, its name, and the sentence followed by the system's
 * own text ("cannot open /x: Permission denied"). Returns the mapped error, never MH_OK: 0 is MH_IO.
 * errno is left as it was. */
enum mh_error mh_fail_errno(struct mh_failure *failure, int errno_value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
