/* An iphlpapi.dll that is not the system's: it says that it was loaded, and knows nothing. What libuv imports
 * is there, so that programs start (tests/wine/test_foreign_library.py). */
#include <winsock2.h>

/* This needs what stands before it. */
#include <windows.h>

DWORD WINAPI foreign_answer(void); /* foreign.def */

DWORD WINAPI foreign_answer(void)
{
    return ERROR_CALL_NOT_IMPLEMENTED;
}

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, void *unused); /* no header has it */

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, void *unused)
{
    static const char text[] = "a foreign iphlpapi.dll was loaded\n";
    DWORD written;
    (void)library;
    (void)unused;
    if (reason == DLL_PROCESS_ATTACH)
        (void)WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, sizeof text - 1, &written, NULL);
    return TRUE;
}
