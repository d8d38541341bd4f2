/* A system without a way to give up what is not needed any more, or with one that a privileged service cannot
 * use: FreeBSD's capsicum(4) refuses sysctl(3) and routing sockets. */
#include "platform.h"

enum mh_error mh_service_confine(const struct mh_paths *paths, struct mh_failure *failure)
{
    (void)paths;
    (void)failure;
    return MH_OK;
}
