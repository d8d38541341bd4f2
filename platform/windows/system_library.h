/* Libraries of the system. Private to platform/windows. */
#ifndef MH_WINDOWS_SYSTEM_LIBRARY_H
#define MH_WINDOWS_SYSTEM_LIBRARY_H

#include <winsock2.h>

/* This needs what stands before it. */
#include <windows.h>

/* Loads a library by its full path: `below` is that below System32, L"iphlpapi.dll". By its name alone, one
 * of the same name that is loaded already would do (LoadLibraryExW, "Remarks"), wherever it came from. What
 * it needs itself is looked for beside it, and in System32. NULL: GetLastError says why. The caller frees it.
 */
HMODULE mh_windows_system_library(const wchar_t *below);

#endif
