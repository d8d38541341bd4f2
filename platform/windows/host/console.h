/* What the console tells this process. Private to platform/windows. */
#ifndef MH_WINDOWS_CONSOLE_H
#define MH_WINDOWS_CONSOLE_H

#include <windows.h>

/* The handler of mh_service_on_stop. False: nobody here has to do with it, and the system goes on as usual.
 * Does not return from what ends the process anyway once `stop` was called. */
BOOL WINAPI mh_console_handle(DWORD event);

#endif
