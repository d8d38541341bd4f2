/* What this process can do on this host: nft may be missing, and so may the privilege to change anything. */
#define _GNU_SOURCE
#include "common/capability_linux.h"
#include "linux.h"
#include "posix/run.h"

#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* proc(5): CapEff, the effective capabilities as a number. */
static bool may_administer(void)
{
    static const char name[] = "CapEff:";
    char line[256];
    bool may = false;
    FILE *file = fopen("/proc/self/status", "re");
    if (file == NULL)
        return true; /* not known: trying will tell */
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, sizeof name - 1) == 0)
            may = (strtoull(line + sizeof name - 1, NULL, 16) >> CAP_NET_ADMIN & 1) != 0;
    (void)fclose(file);
    return may;
}

void mh_linux_learn_capabilities(struct mh_capability rows[MH_LINUX_CAPABILITIES_MAX])
{
    bool may = may_administer(), has_nft = mh_run_finds("nft");
    for (size_t i = 0; i + 1 < MH_LINUX_CAPABILITIES_MAX && mh_linux_capabilities[i].intent != NULL; i++) {
        rows[i] = mh_linux_capabilities[i];
        if (!may) {
            rows[i].support = MH_NOT_SUPPORTED;
            rows[i].reason = "The service runs without the privilege to change the network (CAP_NET_ADMIN).";
        } else if (!has_nft && mh_linux_needs_nft(&rows[i])) {
            rows[i].support = MH_NOT_SUPPORTED;
            rows[i].reason = "The nft program is not installed (package nftables).";
        }
    }
}
