/* Runs a program and takes what it writes: no shell, a clean environment, bounded in time and size. Any
 * thread; the program runs in the calling thread's namespaces. The process must ignore SIGPIPE
 * (mh_process_prepare). */
#ifndef MH_PLATFORM_POSIX_RUN_H
#define MH_PLATFORM_POSIX_RUN_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

struct mh_run {
    /* Ends with NULL. The first is the program: a path, or a name that is looked for in the system's own
     * directories for programs, not in PATH. */
    const char *const *arguments;
    const char *input; /* what it reads; NULL: nothing */
    size_t input_length;
    size_t output_limit; /* octets */
    int timeout;         /* milliseconds */
};

enum { MH_RUN_ERROR_SIZE = 256 };

struct mh_run_result {
    int status; /* exit status, or 128 and the number of the signal that ended it */
    char *output;
    size_t output_length;          /* a NUL follows */
    char error[MH_RUN_ERROR_SIZE]; /* the first line that it wrote to standard error, cut; "" for none */
};

/* MH_OK: it ran and ended, whatever its status. MH_NOT_FOUND: there is no such program; MH_TIMEOUT and
 * MH_LIMIT: it was killed; MH_NO_MEMORY; MH_IO. With MH_OK only, *result is to be cleared. */
enum mh_error mh_run(const struct mh_run *run, struct mh_run_result *result, struct mh_failure *failure);
void mh_run_clear(struct mh_run_result *result);
/* Whether there is such a program, where mh_run looks. */
bool mh_run_finds(const char *name);

#endif
