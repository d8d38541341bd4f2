#include "windows/host/wide.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { LONG_PATH = 248 }; /* CreateDirectory's limit, the smallest */

wchar_t *mh_wide(const char *text)
{
    int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    wchar_t *wide = length > 0 ? malloc((size_t)length * sizeof *wide) : NULL;
    if (wide != NULL &&
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, length) != length) {
        free(wide);
        return NULL;
    }
    return wide;
}

static wchar_t *full_path(const wchar_t *path)
{
    DWORD size = GetFullPathNameW(path, 0, NULL, NULL);
    wchar_t *full = size > 0 ? malloc(size * sizeof *full) : NULL;
    if (full != NULL && GetFullPathNameW(path, size, full, NULL) >= size) {
        free(full);
        return NULL;
    }
    return full;
}

/* \\?\C:\... and \\?\UNC\server\share\...: taken as they stand, so they must be full already. */
static wchar_t *lengthened(const wchar_t *full)
{
    static const wchar_t local[] = L"\\\\?\\", unc[] = L"\\\\?\\UNC\\";
    bool is_share = full[0] == L'\\' && full[1] == L'\\';
    const wchar_t *before = is_share ? unc : local, *rest = is_share ? full + 2 : full;
    wchar_t *path = malloc((wcslen(before) + wcslen(rest) + 1) * sizeof *path);
    if (path == NULL)
        return NULL;
    wcscpy(path, before);
    wcscat(path, rest);
    return path;
}

wchar_t *mh_wide_path(const char *path)
{
    wchar_t *given = mh_wide(path);
    wchar_t *full = given != NULL ? full_path(given) : NULL;
    free(given);
    if (full == NULL || wcslen(full) < LONG_PATH || wcsncmp(full, L"\\\\?\\", 4) == 0 ||
        wcsncmp(full, L"\\\\.\\", 4) == 0)
        return full;
    wchar_t *path_of_any_length = lengthened(full);
    free(full);
    return path_of_any_length;
}

bool mh_narrow(const wchar_t *wide, char *text, size_t size)
{
    int room = size > INT_MAX ? INT_MAX : (int)size;
    if (WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, room, NULL, NULL) > 0)
        return true;
    text[0] = '\0';
    return false;
}
