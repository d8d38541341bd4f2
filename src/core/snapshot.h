/* The host at one moment, without its routes: small, immutable, shared by counted references. Pure; any
 * thread. */
#ifndef MH_CORE_SNAPSHOT_H
#define MH_CORE_SNAPSHOT_H

#include "core/list.h"
#include "core/model.h"

enum mh_section {
    MH_SECTION_INTERFACES,
    MH_SECTION_ADDRESSES,
    MH_SECTION_RULES,
    MH_SECTION_NEIGHBORS,
    MH_SECTION_SETTINGS,
    MH_SECTION_LABELS,
    MH_SECTION_ROUTES, /* not in a snapshot: route_table.h */
    MH_SECTION_COUNT
};

enum { MH_SNAPSHOT_SECTIONS = MH_SECTION_ROUTES };

struct mh_ours;

struct mh_snapshot {
    const struct mh_interface *interfaces; /* by index */
    size_t interface_count;
    const struct mh_interface_address *addresses; /* by interface, then as the system lists them */
    size_t address_count;
    const struct mh_rule *rules; /* by family and priority, then as the system lists them */
    size_t rule_count;
    const struct mh_neighbor *neighbors; /* by interface, proxy flag and address */
    size_t neighbor_count;
    const struct mh_setting *settings; /* by interface, family, id */
    size_t setting_count;
    const struct mh_address_label *labels; /* in the order in which they are looked at: address_label.h */
    size_t label_count;
    bool has_own_labels;                         /* they are known, and not those that Linux begins with */
    struct mh_list *lists[MH_SNAPSHOT_SECTIONS]; /* what the pointers above point into */
    const struct mh_ours *ours; /* what bears no mark of this service, of a published view; NULL: nothing */
};

/* Makes *snapshot of the six lists, taking a reference of each; has_own_labels is false, ours NULL. */
void mh_snapshot_init(struct mh_snapshot *snapshot, struct mh_list *const lists[MH_SNAPSHOT_SECTIONS]);
/* Gives the references back. */
void mh_snapshot_clear(struct mh_snapshot *snapshot);

/* Binary search; NULL when there is none. */
const struct mh_interface *mh_snapshot_interface(const struct mh_snapshot *snapshot, uint32_t index);
/* By exact name. */
const struct mh_interface *mh_snapshot_interface_named(const struct mh_snapshot *snapshot, const char *name);
/* The name, or "" when there is no such interface. */
const char *mh_snapshot_interface_name(const struct mh_snapshot *snapshot, uint32_t index);
/* The interface's addresses: returns the first and sets *count. */
const struct mh_interface_address *mh_snapshot_addresses_of(const struct mh_snapshot *snapshot,
                                                            uint32_t interface, size_t *count);
/* The address of that interface that is the same (mh_interface_address_same), or NULL. */
const struct mh_interface_address *mh_snapshot_address(const struct mh_snapshot *snapshot,
                                                       const struct mh_interface_address *address);
/* Whether any interface has it; all are looked through. */
bool mh_snapshot_has_address(const struct mh_snapshot *snapshot, const struct mh_address *address);
/* NULL when unknown. `interface` may be MH_SETTING_ALL or MH_SETTING_DEFAULT. */
const struct mh_setting *mh_snapshot_setting(const struct mh_snapshot *snapshot, uint32_t interface,
                                             enum mh_family family, enum mh_setting_id id);
const struct mh_neighbor *mh_snapshot_neighbor(const struct mh_snapshot *snapshot, uint32_t interface,
                                               const struct mh_address *address);

#endif
