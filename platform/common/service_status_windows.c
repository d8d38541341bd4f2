#include "common/service_status_windows.h"

enum {
    /* A start may finish a revert and apply a configuration first; an end closes what clients have open. */
    START_HINT = 60000,
    STOP_HINT = 30000,
    SHORTEST_WAIT = 1000,
    LONGEST_WAIT = 120000,
    SERVICE_SPECIFIC_ERROR = 1066, /* ERROR_SERVICE_SPECIFIC_ERROR, winerror.h */
    /* SERVICE_ACCEPT_STOP, _SHUTDOWN, _PARAMCHANGE, _POWEREVENT, _PRESHUTDOWN */
    ACCEPTED = 0x1 | 0x4 | 0x8 | 0x40 | 0x100
};

static bool pending(const struct mh_service_status *status)
{
    return status->state == MH_SERVICE_START_PENDING || status->state == MH_SERVICE_STOP_PENDING;
}

/* Nothing is accepted while a state is pending: there is nobody yet, or no longer, to do it. */
static bool enter_pending(struct mh_service_status *status, enum mh_service_state state, uint32_t hint)
{
    *status = (struct mh_service_status){.state = state, .checkpoint = 1, .wait_hint = hint};
    return true;
}

bool mh_service_status_start(struct mh_service_status *status)
{
    return enter_pending(status, MH_SERVICE_START_PENDING, START_HINT);
}

bool mh_service_status_progress(struct mh_service_status *status)
{
    if (!pending(status))
        return false;
    status->checkpoint++;
    return true;
}

bool mh_service_status_ready(struct mh_service_status *status)
{
    if (status->state != MH_SERVICE_START_PENDING)
        return false;
    *status = (struct mh_service_status){.state = MH_SERVICE_RUNNING, .accepted = ACCEPTED};
    return true;
}

bool mh_service_status_stop(struct mh_service_status *status)
{
    if (status->state == MH_SERVICE_STOP_PENDING)
        return mh_service_status_progress(status);
    if (status->state == MH_SERVICE_STOPPED)
        return false;
    return enter_pending(status, MH_SERVICE_STOP_PENDING, STOP_HINT);
}

bool mh_service_status_end(struct mh_service_status *status, int exit_status)
{
    if (status->state == MH_SERVICE_STOPPED)
        return false;
    *status = (struct mh_service_status){.state = MH_SERVICE_STOPPED};
    if (exit_status != 0) {
        status->error = SERVICE_SPECIFIC_ERROR;
        status->own_error = (uint32_t)exit_status;
    }
    return true;
}

bool mh_service_patience_lasts(struct mh_service_patience *patience, const struct mh_service_status *seen,
                               uint64_t now)
{
    uint32_t hint = seen->wait_hint < SHORTEST_WAIT ? SHORTEST_WAIT : seen->wait_hint;
    if (hint > LONGEST_WAIT)
        hint = LONGEST_WAIT;
    if (!patience->asked || seen->checkpoint > patience->checkpoint) {
        *patience = (struct mh_service_patience){true, seen->checkpoint, now};
        return true;
    }
    return now - patience->since <= hint;
}
