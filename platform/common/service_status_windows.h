/* What a service tells Windows's service manager of itself, and how long to wait for one (SERVICE_STATUS,
 * winsvc.h, learn.microsoft.com). Pure; the caller sees to it that one thread at a time uses a status. */
#ifndef MH_COMMON_SERVICE_STATUS_WINDOWS_H
#define MH_COMMON_SERVICE_STATUS_WINDOWS_H

#include <stdbool.h>
#include <stdint.h>

/* dwCurrentState. */
enum mh_service_state {
    MH_SERVICE_STOPPED = 1,
    MH_SERVICE_START_PENDING = 2,
    MH_SERVICE_STOP_PENDING = 3,
    MH_SERVICE_RUNNING = 4
};

struct mh_service_status {
    enum mh_service_state state;
    uint32_t accepted;   /* SERVICE_ACCEPT_...: which controls it takes now */
    uint32_t error;      /* dwWin32ExitCode: 0, or ERROR_SERVICE_SPECIFIC_ERROR */
    uint32_t own_error;  /* dwServiceSpecificExitCode: how the program ended (enum mh_exit) */
    uint32_t checkpoint; /* counts up while a state is pending, else 0 */
    uint32_t wait_hint;  /* milliseconds until the next checkpoint, at most; 0 when nothing is pending */
};

/* Of each: true when there is something to tell. Out of order they change nothing: what is STOPPED stays so,
 * and what is ending cannot become ready any more. */
bool mh_service_status_start(struct mh_service_status *status);
bool mh_service_status_progress(struct mh_service_status *status);
bool mh_service_status_ready(struct mh_service_status *status);
bool mh_service_status_stop(struct mh_service_status *status);
bool mh_service_status_end(struct mh_service_status *status, int exit_status);

/* Waiting for another's pending state to end. Zero it before the first question. */
struct mh_service_patience {
    bool asked;
    uint32_t checkpoint;
    uint64_t since; /* when the checkpoint was seen first */
};
/* Whether to wait on, at `now` (milliseconds that never step back): while checkpoints move within their wait
 * hints, which count as 1 s at least and 2 min at most. */
bool mh_service_patience_lasts(struct mh_service_patience *patience, const struct mh_service_status *seen,
                               uint64_t now);

#endif
