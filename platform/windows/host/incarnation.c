/* This boot: the number that Windows counts up with each start (BootId in the registry, where the prefetcher
 * keeps it), else the time of the start. */
#include "platform.h"

#include <inttypes.h>
#include <stdio.h>
#include <windows.h>

/* These need what stands before them. */
#include <winternl.h>

static bool boot_number(DWORD *number)
{
    static const wchar_t key[] =
        L"SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Memory Management\\PrefetchParameters";
    DWORD size = sizeof *number;
    return RegGetValueW(HKEY_LOCAL_MACHINE, key, L"BootId", RRF_RT_REG_DWORD, NULL, number, &size) ==
           ERROR_SUCCESS;
}

/* SYSTEM_TIMEOFDAY_INFORMATION begins with the time of the start, in 100 ns since 1601. */
static int64_t boot_time(void)
{
    int64_t information[6] = {0};
    ULONG length;
    if (NtQuerySystemInformation(SystemTimeOfDayInformation, information, sizeof information, &length) < 0)
        return (mh_clock_wall() - mh_clock_boot()) / 10000;
    return information[0] / 10000000;
}

void mh_host_incarnation(struct mh_incarnation *incarnation)
{
    DWORD number;
    if (boot_number(&number))
        (void)snprintf(incarnation->boot, sizeof incarnation->boot, "boot-%lu", (unsigned long)number);
    else
        (void)snprintf(incarnation->boot, sizeof incarnation->boot, "since-%" PRId64, boot_time());
    (void)snprintf(incarnation->space, sizeof incarnation->space, "host");
}
