/* The clock that counts sleep, clock_gettime(2). */
#define _GNU_SOURCE
#include "platform.h"

#include <time.h>

int64_t mh_clock_boot(void)
{
    struct timespec now = {0};
    /* Fails only for clocks that the kernel does not know; this one came with Linux 2.6.39. */
    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
