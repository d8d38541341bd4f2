/* For tests: any library that has the functions. */
#include "windows/iphlp.h"

#include "common/errno_map.h"
#include "windows/host/wide.h"

#include <stdlib.h>
#include <string.h>

static HMODULE load(const char *path)
{
    wchar_t *wide = mh_wide_path(path);
    HMODULE library =
        wide != NULL
            ? LoadLibraryExW(wide, NULL, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32)
            : NULL;
    free(wide);
    return library;
}

enum mh_error mh_iphlp_load(const char *argument, HMODULE *library, struct mh_failure *failure)
{
    static const char option[] = "iphlpapi=";
    *library = NULL;
    if (strncmp(argument, option, sizeof option - 1) != 0)
        return mh_fail(failure, MH_INVALID, "\"%.100s\" is not understood; expected iphlpapi=PATH", argument);
    *library = load(argument + sizeof option - 1);
    if (*library != NULL)
        return MH_OK;
    return mh_fail_errno(failure, (int)GetLastError(), "cannot load %.200s", argument + sizeof option - 1);
}
