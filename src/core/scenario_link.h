/* Second step of the scenario: which interfaces are on one link. For scenario.c and for pictures of the host.
 */
#ifndef MH_CORE_SCENARIO_LINK_H
#define MH_CORE_SCENARIO_LINK_H

#include "core/scenario_count.h"
#include "core/scenario_gateway.h"

enum mh_join_kind {
    MH_JOIN_PORT,   /* b is a port of a */
    MH_JOIN_LOWER,  /* b stands on a and shares its link */
    MH_JOIN_VETH,   /* the two ends of one veth pair */
    MH_JOIN_SUBNET, /* both have addresses in `subnet` */
};

/* Why two interfaces are on one link. `a` and `b` are positions in snapshot.interfaces. */
struct mh_join {
    enum mh_join_kind kind;
    size_t a, b;
    struct mh_prefix subnet;
    bool conflicting; /* the gateways say otherwise */
    bool needed;      /* it connects interfaces with addresses that count, not just ports */
    struct mh_gateway_conflict conflict;
};

/* The links as one family sees them. */
struct mh_link_map {
    size_t *links;         /* for each of snapshot.interfaces the position of the link's first one */
    struct mh_join *joins; /* a spanning forest: what was joined by one is not joined again */
    size_t join_count;
};

/* What both families know. */
struct mh_link_source {
    const struct mh_snapshot *snapshot;
    struct mh_count *counts[2]; /* IPv4, IPv6 */
    const struct mh_gateway_list *gateways[2];
};

/* Groups the interfaces for one family (0: IPv4, 1: IPv6) and sets `link` of its counted addresses. False
 * when out of memory; clear it in any case. */
bool mh_link_map_init(struct mh_link_map *map, const struct mh_link_source *source, size_t family);
void mh_link_map_clear(struct mh_link_map *map);
/* Adds what another family's map of the same interfaces joins to map->links. */
void mh_link_map_merge(struct mh_link_map *map, const struct mh_link_map *other, size_t interface_count);

#endif
