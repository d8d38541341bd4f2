/* What the console tells this process. Private to platform/windows. */
#ifndef MH_WINDOWS_CONSOLE_H
#define MH_WINDOWS_CONSOLE_H

#include "platform.h"

#include <windows.h>

/* mh_service_hear's part of it. */
void mh_console_hear(mh_service_tell tell, void *context);

/* The handler. False: nobody here has to do with it, and the system goes on as usual.
 * Does not return from what ends the process anyway once `tell` was called. */
BOOL WINAPI mh_console_handle(DWORD event);

#endif
