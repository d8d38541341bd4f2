/* Sockets. */
#include "windows/ip_helper.h"

enum mh_error mh_windows_endpoints(struct mh_platform *platform, unsigned states,
                                   struct mh_endpoints *endpoints, struct mh_failure *failure)
{
    (void)platform;
    (void)states;
    (void)endpoints;
    return mh_fail(failure, MH_UNSUPPORTED, "this version does not list the sockets of Windows");
}

void mh_windows_holders(struct mh_platform *platform, struct mh_endpoint *endpoints, size_t count)
{
    (void)platform;
    for (size_t i = 0; i < count; i++)
        if (endpoints[i].pid == 0)
            endpoints[i].process_unknown = "this version does not list the sockets of Windows";
}

void mh_windows_ancestry(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints,
                         size_t count)
{
    (void)platform;
    (void)pid;
    (void)endpoints;
    (void)count;
}
