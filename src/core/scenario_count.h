/* First step of the scenario: which addresses count, in which subnet, and which were left out, and why.
 * For scenario.c and
 * for pictures of the host. */
#ifndef MH_CORE_SCENARIO_COUNT_H
#define MH_CORE_SCENARIO_COUNT_H

#include "core/role.h"
#include "core/route_table.h"
#include "core/snapshot.h"

enum mh_subnet_origin { MH_SUBNET_OWN, MH_SUBNET_OF_SIBLING, MH_SUBNET_OF_ROUTE };

/* An address that counts. Pointers go into the snapshot. */
struct mh_counted {
    const struct mh_interface *interface;
    const struct mh_interface_address *address;
    struct mh_prefix subnet;
    enum mh_subnet_origin origin;
    size_t link; /* set by scenario_link.c: addresses of one link have the same number */
};

/* In the order in which an address is asked; the first that holds is the reason. */
enum mh_left_out_reason {
    MH_LEFT_OUT_BY_NATURE, /* loopback addresses and IPv6 link-local ones: not worth a word */
    MH_LEFT_OUT_PORT,
    MH_LEFT_OUT_INTERNAL,
    MH_LEFT_OUT_DOWN,
    MH_LEFT_OUT_NOT_UNICAST,
    MH_LEFT_OUT_DUPLICATE,
    MH_LEFT_OUT_TENTATIVE,
    MH_LEFT_OUT_TEMPORARY,
    MH_COUNTS
};

struct mh_left_out {
    const struct mh_interface *interface;
    const struct mh_interface_address *address;
    enum mh_left_out_reason reason;
};

/* Of one family. */
struct mh_count {
    struct mh_counted *counted; /* by interface and address; an address counts once on an interface */
    size_t counted_count;
    struct mh_left_out *left_out; /* by interface, reason and address */
    size_t left_out_count;
};

/* `roles` has one verdict for each of the snapshot's interfaces; `routes` may be NULL. False when out of
 * memory; clear it in any case. */
bool mh_count_addresses(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                        const struct mh_role_verdict *roles, enum mh_family family, struct mh_count *count);
void mh_count_clear(struct mh_count *count);

#endif
