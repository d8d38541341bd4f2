/* Which interfaces count (DESIGN section 3): external ones connect the host to others, internal ones do not.
 * Pure. */
#ifndef MH_CORE_ROLE_H
#define MH_CORE_ROLE_H

#include "core/snapshot.h"

/* `reason` is a static sentence: "a bridge without a physical port". */
struct mh_role_verdict {
    enum mh_role role; /* never MH_ROLE_AUTO */
    const char *reason;
};

/* Looks up the configured role of an interface; MH_ROLE_AUTO when the configuration says nothing. */
struct mh_role_source {
    enum mh_role (*configured)(const void *context, const struct mh_interface *interface);
    const void *context;
};

/* `source` may be NULL: everything is auto. */
struct mh_role_verdict mh_role_of(const struct mh_snapshot *snapshot, const struct mh_interface *interface,
                                  const struct mh_role_source *source);

/* A port of a bridge, a bond or the like: its master speaks for it, and it never counts. A member of a VRF is
 * not a port. */
bool mh_interface_is_port(const struct mh_snapshot *snapshot, const struct mh_interface *interface);

#endif
