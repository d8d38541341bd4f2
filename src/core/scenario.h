/* The host's RFC 1122 3.3.4.1 scenario, per address family, as DESIGN section 3 defines it. Pure. */
#ifndef MH_CORE_SCENARIO_H
#define MH_CORE_SCENARIO_H

#include "core/role.h"
#include "core/route_table.h"
#include "core/snapshot.h"

enum mh_scenario_kind {
    MH_SINGLE_HOMED,
    MH_MULTIPLE_LOGICAL_NETWORKS,
    MH_MULTIPLE_LOGICAL_HOSTS,
    MH_SIMPLE_MULTIHOMING
};

enum mh_scenario_layout { MH_LAYOUT_NONE, MH_LAYOUT_SAME_INTERFACE, MH_LAYOUT_DIFFERENT_INTERFACES };

struct mh_scenario_member {
    uint32_t interface;
    struct mh_address address;
    struct mh_prefix subnet; /* the one it was counted in: a /32 may belong to a wider on-link prefix */
};

struct mh_scenario {
    enum mh_scenario_kind kind;
    enum mh_scenario_layout layout; /* of MH_MULTIPLE_LOGICAL_HOSTS only */
    uint32_t domain;                /* 0: the default one */
    struct mh_prefix subnet;        /* of MH_MULTIPLE_LOGICAL_HOSTS only; family none otherwise */
    size_t member_count;
    struct mh_scenario_member *members;
    size_t evidence_count;
    char **evidence; /* sentences for a person, UTF-8 */
};

/* Of one family. There is always at least one scenario. */
struct mh_scenario_list {
    bool multihomed;
    size_t count;
    struct mh_scenario *items;
};

struct mh_scenario_report {
    struct mh_scenario_list ipv4, ipv6;
};

/* Assesses the host. `routes` (may be NULL) tells on-link prefixes and default gateways; the caller holds it
 * still during the call. `roles` (may be NULL) is the configuration's word. NULL when out of memory. The
 * caller frees the report; it points to nothing of its arguments. */
struct mh_scenario_report *mh_scenario_assess(const struct mh_snapshot *snapshot,
                                              const struct mh_route_table *routes,
                                              const struct mh_role_source *roles);
void mh_scenario_report_free(struct mh_scenario_report *report);

/* The same kinds with the same members and subnets. The evidence is not compared: it also speaks of
 * neighbours, which come and go without the host becoming another. */
bool mh_scenario_report_equal(const struct mh_scenario_report *a, const struct mh_scenario_report *b);

/* "multiple-logical-hosts", "different-interfaces" (NULL for none); static. */
const char *mh_scenario_kind_name(enum mh_scenario_kind kind);
const char *mh_scenario_layout_name(enum mh_scenario_layout layout);

#endif
