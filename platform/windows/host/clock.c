/* Clocks, randomness, and who we are. */
#include "platform.h"

#include <windows.h>

/* These need what stands before them. */
#include <bcrypt.h>

/* 100 ns since 1601 between then and 1970. */
static const int64_t epoch = INT64_C(116444736000000000);

int64_t mh_clock_wall(void)
{
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    uint64_t ticks = (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
    return ((int64_t)ticks - epoch) / 10000;
}

/* Counts sleep and hibernation (GetTickCount64, learn.microsoft.com); steps of 10 to 16 ms. */
int64_t mh_clock_boot(void)
{
    return (int64_t)GetTickCount64();
}

bool mh_random(void *bytes, size_t length)
{
    return length <= UINT32_MAX &&
           BCryptGenRandom(NULL, bytes, (ULONG)length, BCRYPT_USE_SYSTEM_PREFERRED_RNG) >= 0;
}

uint32_t mh_own_uid(void)
{
    return 0;
}
