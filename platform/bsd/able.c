/* What this kernel can do about each intent. */
#include "bsd.h"
#include "common/capability_bsd.h"

#include <string.h>

const struct mh_capability *mh_bsd_capabilities(const struct mh_platform *platform)
{
    const struct mh_identity *identity = &((const struct mh_bsd *)platform)->identity;
    const char *space = strchr(identity->system, ' '); /* "FreeBSD 13.2-RELEASE" */
    return mh_bsd_capability_rows(identity->dialect, space == NULL ? "" : space + 1);
}
