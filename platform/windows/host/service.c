/* Being a service: the service manager starts the process, calls service_main in a thread of its own, and
 * tells of controls in the thread that waits in mh_service_dispatch. When STOPPED has been told the process
 * may be ended at any moment, so everything is given back before. */
#include "windows/host/service.h"

#include "common/errno_map.h"
#include "windows/host/console.h"
#include "windows/host/event_source.h"

#include <messages.h>
#include <stdio.h>

enum { PREDECESSOR_TRIES = 50, PREDECESSOR_WAIT = 100 /* milliseconds */ };

/* There is one service in a process, and the service manager's functions have no room for an object of
 * ours. */
static struct {
    SRWLOCK lock;             /* for what follows */
    const struct mh_scm *scm; /* NULL: this process is no service */
    const struct mh_program *program;
    int argc, exit_status;
    char **argv;
    SERVICE_STATUS_HANDLE handle;
    struct mh_service_status status;
    mh_service_tell tell;
    void *context;
} own = {.lock = SRWLOCK_INIT};

/* ---- telling the service manager ------------------------------------------------------------------- */

/* The lock is held. */
static void report(void)
{
    SERVICE_STATUS status = {.dwServiceType = SERVICE_WIN32_OWN_PROCESS,
                             .dwCurrentState = (DWORD)own.status.state,
                             .dwControlsAccepted = own.status.accepted,
                             .dwWin32ExitCode = own.status.error,
                             .dwServiceSpecificExitCode = own.status.own_error,
                             .dwCheckPoint = own.status.checkpoint,
                             .dwWaitHint = own.status.wait_hint};
    if (own.handle != NULL)
        (void)own.scm->SetServiceStatus(own.handle, &status);
}

static void advance(bool (*step)(struct mh_service_status *status))
{
    AcquireSRWLockExclusive(&own.lock);
    if (own.scm != NULL && step(&own.status))
        report();
    ReleaseSRWLockExclusive(&own.lock);
}

static void finish(int exit_status)
{
    AcquireSRWLockExclusive(&own.lock);
    own.exit_status = exit_status;
    if (mh_service_status_end(&own.status, exit_status))
        report();
    ReleaseSRWLockExclusive(&own.lock);
}

void mh_service_ready(void)
{
    if (own.scm == NULL)
        return;
    mh_event_write(own.scm, MH_EVENT_READY, "");
    advance(mh_service_status_ready);
}

void mh_service_progress(void)
{
    advance(mh_service_status_progress);
}

void mh_service_stopping(void)
{
    advance(mh_service_status_stop);
}

void mh_system_log(int level, const char *text)
{
    if (own.scm != NULL && level <= 1)
        mh_event_write(own.scm, level < 1 ? MH_EVENT_ERROR : MH_EVENT_WARNING, text);
}

/* ---- being told ------------------------------------------------------------------------------------ */

void mh_service_hear(mh_service_tell tell, void *context)
{
    mh_console_hear(tell, context);
    AcquireSRWLockExclusive(&own.lock);
    own.tell = tell;
    own.context = context;
    ReleaseSRWLockExclusive(&own.lock);
}

/* Under the lock, so that nobody is told any more once mh_service_hear has returned. */
static void tell(enum mh_service_control control)
{
    AcquireSRWLockExclusive(&own.lock);
    if (control == MH_SERVICE_STOP && mh_service_status_stop(&own.status))
        report();
    if (own.tell != NULL)
        own.tell(own.context, control);
    ReleaseSRWLockExclusive(&own.lock);
}

/* HandlerEx (winsvc.h). Before a shutdown there is time to end in order; what is left of it then is none. */
static DWORD WINAPI handle_control(DWORD control, DWORD event, void *data, void *context)
{
    (void)data;
    (void)context;
    switch (control) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_SHUTDOWN:
    case SERVICE_CONTROL_PRESHUTDOWN:
        tell(MH_SERVICE_STOP);
        return NO_ERROR;
    case SERVICE_CONTROL_PARAMCHANGE:
        tell(MH_SERVICE_RELOAD);
        return NO_ERROR;
    case SERVICE_CONTROL_POWEREVENT:
        if (event == PBT_APMRESUMEAUTOMATIC)
            tell(MH_SERVICE_RESYNC);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

/* ---- the service ----------------------------------------------------------------------------------- */

static void report_end(int exit_status)
{
    char text[40] = "";
    if (exit_status != MH_EXIT_DONE)
        (void)snprintf(text, sizeof text, "Exit status: %d.", exit_status);
    mh_event_write(own.scm, MH_EVENT_ENDED, text);
}

/* What StartService was given is not taken: whoever may start the service need not be one who may choose
 * its configuration. */
static void WINAPI service_main(DWORD count, wchar_t **words)
{
    (void)count;
    (void)words;
    AcquireSRWLockExclusive(&own.lock);
    own.handle = own.scm->RegisterServiceCtrlHandlerExW(MH_SERVICE_NAME, handle_control, NULL);
    bool started = own.handle != NULL && mh_service_status_start(&own.status);
    report();
    ReleaseSRWLockExclusive(&own.lock);
    if (!started)
        return;
    int exit_status = own.program->run(own.argc, own.argv);
    advance(mh_service_status_stop);
    report_end(exit_status);
    finish(exit_status);
}

enum mh_error mh_service_dispatch(const struct mh_scm *scm, const struct mh_program *program, int argc,
                                  char **argv, struct mh_failure *failure)
{
    wchar_t name[] = MH_SERVICE_NAME;
    const SERVICE_TABLE_ENTRYW table[] = {{name, service_main}, {NULL, NULL}};
    own.scm = scm;
    own.program = program;
    own.argc = argc;
    own.argv = argv;
    own.exit_status = MH_EXIT_DONE;
    own.status = (struct mh_service_status){.state = MH_SERVICE_STOPPED};
    bool served = scm->StartServiceCtrlDispatcherW(table) != 0;
    DWORD error = served ? NO_ERROR : GetLastError();
    AcquireSRWLockExclusive(&own.lock); /* service_main may still be on its way out */
    own.scm = NULL;
    own.handle = NULL;
    ReleaseSRWLockExclusive(&own.lock);
    if (served)
        return MH_OK;
    if (error == ERROR_FAILED_SERVICE_CONTROLLER_CONNECT)
        return mh_fail(failure, MH_UNSUPPORTED,
                       "`run` is for the service manager: use `multihomed start`, or --foreground");
    return mh_fail_errno(failure, (int)error, "the service manager cannot be reached");
}

/* ---- leaving the terminal -------------------------------------------------------------------------- */

/* A service that was STOPPED is started again at once by some, while its process still holds its name. */
static void wait_for_predecessor(void)
{
    for (int i = 0; i < PREDECESSOR_TRIES; i++) {
        HANDLE mutex = OpenMutexW(SYNCHRONIZE, FALSE, L"Global\\multihomed");
        if (mutex == NULL)
            return;
        CloseHandle(mutex);
        Sleep(PREDECESSOR_WAIT);
    }
}

enum mh_error mh_service_detach(struct mh_failure *failure)
{
    if (own.scm == NULL)
        return mh_fail(failure, MH_UNSUPPORTED,
                       "the service manager does that on Windows: use `multihomed start`, or --foreground");
    mh_service_progress();
    wait_for_predecessor();
    mh_service_progress();
    return MH_OK;
}

void mh_service_detached(int exit_status)
{
    (void)exit_status;
}

enum mh_error mh_service_confine(const struct mh_paths *paths, struct mh_failure *failure)
{
    (void)paths;
    (void)failure;
    return MH_OK;
}
