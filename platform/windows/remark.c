/* Remarks: what this Windows lacks or refuses and the backend does without, kept until somebody writes them
 * to the log. They are never forgotten, so that each is made once. */
#include "windows/ip_helper.h"

#include <stdio.h>
#include <string.h>

static bool is_known(const struct mh_windows *host, const char *detail)
{
    for (size_t i = 0; i < host->remark_count; i++)
        if (strcmp(host->remarks[i].detail, detail) == 0)
            return true;
    return false;
}

void mh_windows_remark(struct mh_windows *host, const struct mh_failure *failure, const char *consequence)
{
    struct mh_failure remark = *failure;
    size_t length = strlen(remark.detail);
    (void)snprintf(remark.detail + length, sizeof remark.detail - length, " (%d): %s", remark.native_code,
                   consequence);
    if (host->remark_count < MH_WINDOWS_REMARKS && !is_known(host, remark.detail))
        host->remarks[host->remark_count++] = remark;
}

bool mh_windows_take_remark(struct mh_platform *platform, struct mh_failure *remark)
{
    struct mh_windows *host = mh_windows_of(platform);
    if (host->remarks_taken == host->remark_count)
        return false;
    *remark = host->remarks[host->remarks_taken++];
    return true;
}
