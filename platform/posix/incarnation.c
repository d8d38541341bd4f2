/* This boot, as the system's accounting has it: the entry is written once and does not follow the clock,
 * getutxent(3). A system without network namespaces has one. */
#define _XOPEN_SOURCE 700
#include "platform.h"

#include <inttypes.h>
#include <stdio.h>
#include <utmpx.h>

static int64_t boot_entry(void)
{
    const struct utmpx wanted = {.ut_type = BOOT_TIME};
    setutxent();
    const struct utmpx *entry = getutxid(&wanted);
    int64_t second = entry != NULL ? (int64_t)entry->ut_tv.tv_sec : 0;
    endutxent();
    return second;
}

void mh_host_incarnation(struct mh_incarnation *incarnation)
{
    int64_t second = boot_entry();
    /* No accounting: what the clocks say, which a clock that is set changes. */
    if (second == 0)
        second = (mh_clock_wall() - mh_clock_boot()) / 10000;
    (void)snprintf(incarnation->boot, sizeof incarnation->boot, "since-%" PRId64, second);
    (void)snprintf(incarnation->space, sizeof incarnation->space, "host");
}
