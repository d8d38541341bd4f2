/* Words for what a system can do. */
#include "core/capability.h"

const char *mh_support_name(enum mh_support support)
{
    switch (support) {
    case MH_SUPPORTED:
        return "supported";
    case MH_HOST_WIDE:
        return "host-wide";
    case MH_BUILT_IN:
        return "built-in";
    case MH_EMULATED:
        return "emulated";
    case MH_NOT_SUPPORTED:
        return "unsupported";
    }
    return "unknown";
}
