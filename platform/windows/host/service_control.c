/* Starting and stopping the service, and waiting until it has happened. */
#include "common/errno_map.h"
#include "windows/host/service.h"

#include <stdio.h>

enum { POLL = 200, PROCESS_WAIT = 10000 /* milliseconds */ };

static enum mh_error fail_last(struct mh_failure *failure, const char *what)
{
    return mh_fail_errno(failure, (int)GetLastError(), "cannot %s", what);
}

/* ---- handles --------------------------------------------------------------------------------------- */

enum mh_error mh_service_open(const struct mh_scm *scm, DWORD manager_access, DWORD access,
                              struct mh_service_handles *handles, struct mh_failure *failure)
{
    *handles = (struct mh_service_handles){0};
    handles->manager = scm->OpenSCManagerW(NULL, NULL, manager_access);
    if (handles->manager == NULL)
        return fail_last(failure, "open the service manager (are you an administrator?)");
    handles->service = scm->OpenServiceW(handles->manager, MH_SERVICE_NAME, access);
    if (handles->service != NULL)
        return MH_OK;
    if (GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST)
        return mh_fail(failure, MH_NOT_FOUND, "the service is not installed");
    return fail_last(failure, "open the service (are you an administrator?)");
}

void mh_service_close(const struct mh_scm *scm, struct mh_service_handles *handles)
{
    if (handles->service != NULL)
        (void)scm->CloseServiceHandle(handles->service);
    if (handles->manager != NULL)
        (void)scm->CloseServiceHandle(handles->manager);
    *handles = (struct mh_service_handles){0};
}

/* ---- waiting --------------------------------------------------------------------------------------- */

static bool query(const struct mh_scm *scm, SC_HANDLE service, SERVICE_STATUS_PROCESS *status)
{
    DWORD size;
    return scm->QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)status, sizeof *status, &size);
}

/* Until the state is no longer `pending`. */
static enum mh_error wait_while(const struct mh_scm *scm, SC_HANDLE service, DWORD pending,
                                SERVICE_STATUS_PROCESS *status, struct mh_failure *failure)
{
    struct mh_service_patience patience = {0};
    for (;;) {
        if (!query(scm, service, status))
            return fail_last(failure, "ask the service for its state");
        if (status->dwCurrentState != pending)
            return MH_OK;
        const struct mh_service_status seen = {.checkpoint = status->dwCheckPoint,
                                               .wait_hint = status->dwWaitHint};
        if (!mh_service_patience_lasts(&patience, &seen, scm->GetTickCount64()))
            return mh_fail(failure, MH_TIMEOUT, "the service makes no progress");
        scm->Sleep(POLL);
    }
}

/* ---- start ----------------------------------------------------------------------------------------- */

static enum mh_error judge_start(const SERVICE_STATUS_PROCESS *status, struct mh_failure *failure)
{
    if (status->dwCurrentState == SERVICE_RUNNING)
        return MH_OK;
    bool own = status->dwWin32ExitCode == ERROR_SERVICE_SPECIFIC_ERROR;
    return mh_fail(failure, MH_IO, "the service has ended with %s %lu: the event log says why",
                   own ? "exit status" : "error",
                   own ? status->dwServiceSpecificExitCode : status->dwWin32ExitCode);
}

enum mh_error mh_service_start(const struct mh_scm *scm, struct mh_failure *failure)
{
    struct mh_service_handles handles;
    SERVICE_STATUS_PROCESS status;
    enum mh_error code =
        mh_service_open(scm, SC_MANAGER_CONNECT, SERVICE_START | SERVICE_QUERY_STATUS, &handles, failure);
    if (code == MH_OK && !scm->StartServiceW(handles.service, 0, NULL))
        code = GetLastError() == ERROR_SERVICE_ALREADY_RUNNING
                   ? mh_fail(failure, MH_CONFLICT, "the service is running already")
                   : fail_last(failure, "start the service");
    if (code == MH_OK)
        code = wait_while(scm, handles.service, SERVICE_START_PENDING, &status, failure);
    if (code == MH_OK)
        code = judge_start(&status, failure);
    mh_service_close(scm, &handles);
    return code;
}

/* ---- stop ------------------------------------------------------------------------------------------ */

/* To be opened while the service runs: its number may be another's once it has ended.
 * ERROR_INVALID_PARAMETER: there is none of that number any more; *process is NULL. */
static enum mh_error open_process(const struct mh_scm *scm, DWORD number, HANDLE *process,
                                  struct mh_failure *failure)
{
    *process = number == 0 ? NULL : scm->OpenProcess(SYNCHRONIZE, FALSE, number);
    if (*process != NULL || number == 0 || GetLastError() == ERROR_INVALID_PARAMETER)
        return MH_OK;
    return fail_last(failure, "watch the service's process");
}

/* STOPPED is told before the process has ended, and its files and names are in use until then. */
static enum mh_error wait_for_process(const struct mh_scm *scm, HANDLE process, struct mh_failure *failure)
{
    switch (process == NULL ? WAIT_OBJECT_0 : scm->WaitForSingleObject(process, PROCESS_WAIT)) {
    case WAIT_OBJECT_0:
        return MH_OK;
    case WAIT_TIMEOUT:
        return mh_fail(failure, MH_TIMEOUT,
                       "the service has stopped, but its process has not ended within %d seconds",
                       PROCESS_WAIT / 1000);
    default:
        return fail_last(failure, "wait for the service's process to end");
    }
}

/* ERROR_SERVICE_NOT_ACTIVE: it has ended meanwhile. */
static bool ask_to_stop(const struct mh_scm *scm, SC_HANDLE service)
{
    SERVICE_STATUS status;
    return scm->ControlService(service, SERVICE_CONTROL_STOP, &status) ||
           GetLastError() == ERROR_SERVICE_NOT_ACTIVE;
}

static enum mh_error stop_running(const struct mh_scm *scm, SC_HANDLE service, SERVICE_STATUS_PROCESS *status,
                                  struct mh_failure *failure)
{
    if (status->dwCurrentState != SERVICE_STOP_PENDING && !ask_to_stop(scm, service))
        return fail_last(failure, "stop the service");
    enum mh_error code = wait_while(scm, service, SERVICE_STOP_PENDING, status, failure);
    if (code != MH_OK)
        return code;
    return status->dwCurrentState == SERVICE_STOPPED ? MH_OK : mh_fail(failure, MH_IO, "the service runs on");
}

enum mh_error mh_service_stop_opened(const struct mh_scm *scm, SC_HANDLE service, bool *stopped,
                                     struct mh_failure *failure)
{
    SERVICE_STATUS_PROCESS status;
    *stopped = false;
    enum mh_error code = wait_while(scm, service, SERVICE_START_PENDING, &status, failure);
    if (code != MH_OK || status.dwCurrentState == SERVICE_STOPPED)
        return code;
    HANDLE process;
    code = open_process(scm, status.dwProcessId, &process, failure);
    if (code == MH_OK)
        code = stop_running(scm, service, &status, failure);
    if (code == MH_OK)
        code = wait_for_process(scm, process, failure);
    if (process != NULL)
        (void)scm->CloseHandle(process);
    *stopped = code == MH_OK;
    return code;
}

enum mh_error mh_service_stop(const struct mh_scm *scm, bool *stopped, struct mh_failure *failure)
{
    struct mh_service_handles handles;
    *stopped = false;
    enum mh_error code =
        mh_service_open(scm, SC_MANAGER_CONNECT, SERVICE_STOP | SERVICE_QUERY_STATUS, &handles, failure);
    if (code == MH_OK)
        code = mh_service_stop_opened(scm, handles.service, stopped, failure);
    mh_service_close(scm, &handles);
    return code;
}
