/* Sockets and who holds them. */
#include "bsd.h"

enum mh_error mh_bsd_endpoints(struct mh_platform *platform, unsigned states, struct mh_endpoints *endpoints,
                               struct mh_failure *failure)
{
    (void)platform;
    (void)states;
    (void)endpoints;
    return mh_fail(failure, MH_UNSUPPORTED, "this version does not list the sockets of a BSD");
}

void mh_bsd_holders(struct mh_platform *platform, struct mh_endpoint *endpoints, size_t count)
{
    (void)platform;
    (void)endpoints;
    (void)count;
}

void mh_bsd_ancestry(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints, size_t count)
{
    (void)platform;
    (void)pid;
    (void)endpoints;
    (void)count;
}
