#include "windows/iphlp.h"

#include "common/errno_map.h"
#include "windows/system_library.h"

#include <string.h>

/* ---- loading --------------------------------------------------------------------------------------- */

/* The pointers of one library are those of one size, whatever they point to. */
static void find(const struct mh_iphlp *iphlp, const char *name, void *member, size_t size)
{
    FARPROC found = GetProcAddress(iphlp->library, name);
    memcpy(member, &found, size);
}

static void find_all(struct mh_iphlp *iphlp)
{
#define FIND(function) find(iphlp, #function, &iphlp->function, sizeof iphlp->function);
    MH_IPHLP_FUNCTIONS(FIND)
#undef FIND
}

static enum mh_error load_system(HMODULE *library, struct mh_failure *failure)
{
    *library = mh_windows_system_library(L"iphlpapi.dll");
    if (*library != NULL)
        return MH_OK;
    return mh_fail_errno(failure, (int)GetLastError(), "cannot load iphlpapi.dll");
}

enum mh_error mh_iphlp_open(const char *argument, struct mh_iphlp *iphlp, struct mh_failure *failure)
{
    *iphlp = (struct mh_iphlp){0};
    enum mh_error code = argument == NULL || argument[0] == '\0'
                             ? load_system(&iphlp->library, failure)
                             : mh_iphlp_load(argument, &iphlp->library, failure);
    if (code == MH_OK)
        find_all(iphlp);
    return code;
}

void mh_iphlp_close(struct mh_iphlp *iphlp)
{
    if (iphlp->library != NULL)
        (void)FreeLibrary(iphlp->library);
    *iphlp = (struct mh_iphlp){0};
}

/* ---- calling --------------------------------------------------------------------------------------- */

void mh_iphlp_free(const struct mh_iphlp *iphlp, void *table)
{
    if (table != NULL && iphlp->FreeMibTable != NULL)
        iphlp->FreeMibTable(table);
}

enum mh_error mh_iphlp_fail(struct mh_failure *failure, DWORD code, const char *function)
{
    if (code == ERROR_PROC_NOT_FOUND)
        return mh_fail_errno(failure, (int)code, "this Windows has no %s", function);
    return mh_fail_errno(failure, (int)code, "%s", function);
}
