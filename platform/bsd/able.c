/* What this kernel can do about each intent. */
#include "bsd.h"
#include "common/capability_intents.h"

#define LATER(intent)                                                                                        \
    {                                                                                                        \
        intent, MH_FAMILY_NONE, MH_NOT_SUPPORTED, "This version only reads BSDs, and changes nothing there." \
    }

const struct mh_capability *mh_bsd_capabilities(const struct mh_platform *platform)
{
    static const struct mh_capability rows[] = {
        LATER("addresses"),
        MH_INTENTS_BESIDES_ADDRESSES(LATER),
        {NULL, MH_FAMILY_NONE, MH_NOT_SUPPORTED, NULL},
    };
    (void)platform;
    return rows;
}
