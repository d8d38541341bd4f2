/* The monotonic clock of POSIX, clock_gettime(2). Whether it counts sleep is the system's decision: OpenBSD's
 * does, those of FreeBSD and NetBSD stand still, and these have no other that does not step. A system whose
 * own clock does better has a file of its own (platform/linux/clock.c). */
#include "platform.h"

#include <time.h>

int64_t mh_clock_boot(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
