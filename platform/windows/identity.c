/* What Windows says of itself. */
#include "windows/ip_helper.h"

#include "windows/host/wide.h"

#include <stdio.h>

/* GetVersionEx answers what a program's manifest lets it know; this one answers what is there. */
static void learn_version(OSVERSIONINFOW *version)
{
    union {
        FARPROC found;
        LONG(WINAPI *function)(OSVERSIONINFOW *);
    } get = {.found = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "RtlGetVersion")};
    if (get.found == NULL || get.function(version) != 0)
        *version = (OSVERSIONINFOW){0};
}

static void learn_name(char *name, size_t size)
{
    wchar_t wide[256];
    DWORD length = sizeof wide / sizeof wide[0];
    if (!GetComputerNameExW(ComputerNameDnsHostname, wide, &length) || !mh_narrow(wide, name, size))
        (void)snprintf(name, size, "localhost");
}

void mh_windows_learn_identity(struct mh_identity *identity)
{
    OSVERSIONINFOW version = {.dwOSVersionInfoSize = sizeof version};
    *identity = (struct mh_identity){.backend = "windows", .dialect = MH_DIALECT_WINDOWS};
    learn_version(&version);
    (void)snprintf(identity->system, sizeof identity->system, "Windows %lu.%lu.%lu", version.dwMajorVersion,
                   version.dwMinorVersion, version.dwBuildNumber);
    learn_name(identity->hostname, sizeof identity->hostname);
}
