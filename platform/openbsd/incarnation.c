/* This boot: the second in which the system was started, sysctl(2). A correction of the clock moves it. */
#include "platform.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/types.h>

void mh_host_incarnation(struct mh_incarnation *incarnation)
{
    const int name[] = {CTL_KERN, KERN_BOOTTIME};
    struct timeval start = {0};
    size_t length = sizeof start;
    int64_t second = (mh_clock_wall() - mh_clock_boot()) / 1000;
    if (sysctl(name, 2, &start, &length, NULL, 0) == 0 && length == sizeof start)
        second = start.tv_sec;
    (void)snprintf(incarnation->boot, sizeof incarnation->boot, "since-%" PRId64, second / 10);
    (void)snprintf(incarnation->space, sizeof incarnation->space, "host");
}
