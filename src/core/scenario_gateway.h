/* Default gateways with their hardware addresses: what tells two networks with the same numbers apart. Inside
 * of scenario.c. */
#ifndef MH_CORE_SCENARIO_GATEWAY_H
#define MH_CORE_SCENARIO_GATEWAY_H

#include "core/route_table.h"
#include "core/snapshot.h"

struct mh_gateway {
    uint32_t interface;
    struct mh_address address;
    const struct mh_neighbor *neighbor; /* NULL: its hardware address is not known */
};

/* Of one family's default routes in all tables; by interface and address, each once. */
struct mh_gateway_list {
    struct mh_gateway *items;
    size_t count;
};

/* `routes` may be NULL. False when out of memory; clear it in any case. */
bool mh_gateway_list_init(struct mh_gateway_list *list, const struct mh_snapshot *snapshot,
                          const struct mh_route_table *routes, enum mh_family family);
void mh_gateway_list_clear(struct mh_gateway_list *list);

/* The interface's gateways: returns the first and sets *count. */
const struct mh_gateway *mh_gateways_of(const struct mh_gateway_list *list, uint32_t interface,
                                        size_t *count);
bool mh_same_hardware_address(const struct mh_neighbor *a, const struct mh_neighbor *b);

/* What speaks against two interfaces being on one link although their subnet is the same. */
struct mh_gateway_conflict {
    bool same_address; /* one address with two hardware addresses: two networks, unless somebody lies */
    struct mh_gateway a, b;
};

/* True when what answers to a gateway's address on one interface and on the other differs in hardware
 * address, or when the gateways differ in address and hardware address and none is common. */
bool mh_gateways_conflict(const struct mh_snapshot *snapshot, const struct mh_gateway_list *list,
                          uint32_t interface_a, uint32_t interface_b, struct mh_gateway_conflict *conflict);

#endif
