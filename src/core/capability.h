/* What a system can do about an intent (DESIGN section 5), said by its backend. */
#ifndef MH_CORE_CAPABILITY_H
#define MH_CORE_CAPABILITY_H

#include "core/address.h"

enum mh_support { MH_SUPPORTED, MH_HOST_WIDE, MH_BUILT_IN, MH_EMULATED, MH_NOT_SUPPORTED };

/* A row of a backend's static table. */
struct mh_capability {
    const char *intent;    /* the configuration's path, "host_model.receive" */
    enum mh_family family; /* MH_FAMILY_NONE: both */
    enum mh_support support;
    const char *reason; /* a sentence */
};

/* "supported", "host-wide", "built-in", "emulated", "unsupported". */
const char *mh_support_name(enum mh_support support);

#endif
