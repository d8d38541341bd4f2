#include "windows/system_library.h"

#include <wchar.h>

HMODULE mh_windows_system_library(const wchar_t *below)
{
    enum { NAME_MAX_LENGTH = 64 };
    wchar_t path[MAX_PATH + 1 + NAME_MAX_LENGTH + 1];
    UINT length = GetSystemDirectoryW(path, MAX_PATH);
    if (length == 0 || length >= MAX_PATH || wcslen(below) > NAME_MAX_LENGTH) {
        SetLastError(length == 0 ? GetLastError() : (DWORD)ERROR_FILENAME_EXCED_RANGE);
        return NULL;
    }
    path[length] = L'\\';
    wmemcpy(path + length + 1, below, wcslen(below) + 1);
    return LoadLibraryExW(path, NULL, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
}
