/* How a program of the console is told to end (HandlerRoutine, SetConsoleCtrlHandler, learn.microsoft.com):
 * on a thread that the system makes. When the console closes, at logoff and at shutdown, the process is ended
 * as soon as the handler returns, or some seconds later: it does not return, and the process ends by itself.
 * The system may hold a lock meanwhile, so that the handler is registered once and never taken away. */
#include "windows/host/console.h"

/* The handler has no argument for it. */
static struct {
    SRWLOCK lock;
    mh_service_tell tell; /* NULL: nobody is told */
    void *context;
    bool is_registered, was_told;
} console = {.lock = SRWLOCK_INIT};

/* False when nobody ever was. */
static bool tell_stop(void)
{
    AcquireSRWLockExclusive(&console.lock);
    if (console.tell != NULL) {
        console.tell(console.context, MH_SERVICE_STOP);
        console.was_told = true;
    }
    bool was_told = console.was_told;
    ReleaseSRWLockExclusive(&console.lock);
    return was_told;
}

BOOL WINAPI mh_console_handle(DWORD event)
{
    switch (event) {
    case CTRL_C_EVENT:
    case CTRL_BREAK_EVENT:
        return tell_stop();
    case CTRL_LOGOFF_EVENT:
        if (GetConsoleWindow() == NULL) /* a service hears of everybody's */
            return FALSE;
        break;
    case CTRL_CLOSE_EVENT:
    case CTRL_SHUTDOWN_EVENT:
        break;
    default:
        return FALSE;
    }
    if (!tell_stop())
        return FALSE;
    Sleep(INFINITE);
    return TRUE;
}

void mh_console_hear(mh_service_tell tell, void *context)
{
    AcquireSRWLockExclusive(&console.lock);
    console.tell = tell;
    console.context = context;
    if (tell != NULL)
        console.was_told = false;
    bool registers = tell != NULL && !console.is_registered;
    console.is_registered |= registers;
    ReleaseSRWLockExclusive(&console.lock);
    if (registers)
        (void)SetConsoleCtrlHandler(mh_console_handle, TRUE);
}
