/* How a program of the console is told to end (HandlerRoutine, SetConsoleCtrlHandler, learn.microsoft.com):
 * on a thread that the system makes. When the console closes, at logoff and at shutdown, the process is ended
 * as soon as the handler returns, or some seconds later: it does not return, and the process ends by itself.
 * The system may hold a lock meanwhile, so that the handler is registered once and never taken away. */
#include "windows/host/console.h"

#include "platform.h"

/* The handler has no argument for it. */
static struct {
    SRWLOCK lock;
    void (*stop)(void *context); /* NULL: nobody is told */
    void *context;
    bool is_registered, was_told;
} console = {.lock = SRWLOCK_INIT};

/* False when nobody ever was. */
static bool tell(void)
{
    AcquireSRWLockExclusive(&console.lock);
    if (console.stop != NULL) {
        console.stop(console.context);
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
        return tell();
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
    if (!tell())
        return FALSE;
    Sleep(INFINITE);
    return TRUE;
}

void mh_service_on_stop(void (*stop)(void *context), void *context)
{
    AcquireSRWLockExclusive(&console.lock);
    console.stop = stop;
    console.context = context;
    if (stop != NULL)
        console.was_told = false;
    bool registers = stop != NULL && !console.is_registered;
    console.is_registered |= registers;
    ReleaseSRWLockExclusive(&console.lock);
    if (registers)
        (void)SetConsoleCtrlHandler(mh_console_handle, TRUE);
}
