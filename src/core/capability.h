/* What a system can do about an intent (DESIGN section 5), said by its backend, and what becomes of it on
 * this host and on one of its interfaces. Pure. */
#ifndef MH_CORE_CAPABILITY_H
#define MH_CORE_CAPABILITY_H

#include "core/address.h"

enum mh_support { MH_SUPPORTED, MH_HOST_WIDE, MH_BUILT_IN, MH_EMULATED, MH_NOT_SUPPORTED };

/* A row of a backend's table: what this system can, by which means, whether or not this version does it. */
struct mh_capability {
    const char *intent;    /* the configuration's path, "host_model.receive", or a value, "sharing.balance" */
    enum mh_family family; /* MH_FAMILY_NONE: both */
    enum mh_support support;
    const char *reason; /* a sentence */
};

/* "supported", "host-wide", "built-in", "emulated", "unsupported". */
const char *mh_support_name(enum mh_support support);

/* The pointer of an intent's member: of "interfaces.metric" that of any interface; returns `pointer`. */
enum { MH_INTENT_POINTER_SIZE = 128 };
const char *mh_capability_pointer(const struct mh_capability *row, char pointer[MH_INTENT_POINTER_SIZE]);

struct mh_snapshot;
struct mh_interface;
struct mh_setting;

/* What is to be said of a row. */
enum { MH_CAPABILITY_REASON_SIZE = 512 };
struct mh_capability_here {
    enum mh_support support;
    char reason[MH_CAPABILITY_REASON_SIZE];
};

/* Of the host: a row that this version does not act on is unsupported; where net.ipv4.conf.all stands against
 * the values of an interface, it is host-wide (Linux). On a BSD, what is done by pf's anchor is unsupported
 * where that cannot be used (MH_SETTING_OWN_TABLE), and strong receive on a host that forwards, or whose
 * kernel has no switch for it. */
void mh_capability_of_host(const struct mh_capability *row, bool acts, const struct mh_snapshot *snapshot,
                           struct mh_capability_here *here);
/* Why pf's anchor cannot be used: what follows is a part of a sentence, static. NULL: it can. The setting is
 * MH_SETTING_OWN_TABLE's, NULL when it is not known. */
const char *mh_capability_anchor_reason(const struct mh_setting *setting);
/* Of an interface and family: false when it is as for the host, or the intent is none of an interface. */
bool mh_capability_of_interface(const struct mh_capability *row, const struct mh_snapshot *snapshot,
                                const struct mh_interface *interface, enum mh_family family,
                                struct mh_capability_here *here);

#endif
