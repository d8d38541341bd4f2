/* The subnet an address is counted in. For scenario.c and for pictures of the host. */
#ifndef MH_CORE_SCENARIO_SUBNET_H
#define MH_CORE_SCENARIO_SUBNET_H

#include "core/scenario_count.h"

struct mh_cover;

/* The on-link prefixes of one family that can take in a /32 or /128 address, by interface. */
struct mh_cover_list {
    struct mh_cover *covers;
    size_t count;
    bool lengths[129]; /* which lengths occur at all */
    uint32_t *tables;  /* kernel tables that hold routes of this family */
    size_t table_count;
    const struct mh_route_table *routes; /* may be NULL */
};

/* False when out of memory; clear it in any case. */
bool mh_cover_list_init(struct mh_cover_list *list, const struct mh_snapshot *snapshot,
                        const struct mh_route_table *routes, enum mh_family family);
void mh_cover_list_clear(struct mh_cover_list *list);

/* The prefix that the address brings along: its own, or its peer's when it has one. */
struct mh_prefix mh_address_prefix(const struct mh_interface_address *address);
/* Whether that subnet has the other address in it; without making the prefix, for those who ask a million
 * times. */
bool mh_address_shares(const struct mh_interface_address *of, const struct mh_address *address);
/* Sets counted->subnet and counted->origin. */
void mh_subnet_find(const struct mh_cover_list *list, struct mh_counted *counted);

#endif
