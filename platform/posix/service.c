/* What the service is to a system without network namespaces and readiness protocol: the state directory's
 * lock stands for the host, and nobody waits for a word. */
#include "platform.h"

enum mh_error mh_namespace_lock(struct mh_failure *failure)
{
    (void)failure;
    return MH_OK;
}

void mh_service_ready(void)
{
}

void mh_service_stopping(void)
{
}
