/* What a host does about ARP on an interface (DESIGN section 5): which requests it answers, which address it
 * asks with, and for whom it answers beside itself. Linux combines each setting of the interface with that of
 * "all" (Documentation/networking/ip-sysctl.rst; IN_DEV_MAXCONF and IN_DEV_ORCONF in
 * include/linux/inetdevice.h). On other systems these are built in, or not known. Pure. */
#ifndef MH_CORE_ARP_H
#define MH_CORE_ARP_H

#include "core/aspect.h"
#include "core/config.h"
#include "core/select.h"

struct mh_arp {
    struct mh_aspect reply; /* "any", "interface", "subnet", or "other": a value without a word of its own */
    struct mh_aspect announce; /* "any", "subnet", "best" */
    struct mh_aspect filter;   /* "true", "false" */
    struct mh_aspect proxy;    /* "true", "false" */
};

/* Fills *arp. `role` is the interface's (mh_role_of). False: out of memory. Texts are static or in `memory`.
 */
bool mh_arp_assess(const struct mh_snapshot *snapshot, enum mh_dialect dialect,
                   const struct mh_config *config, const struct mh_interface *interface, enum mh_role role,
                   struct mh_arena *memory, struct mh_arp *arp);

#endif
