/* What a host will look like when ops have been applied, and what they take with them that nobody asked for
 * (DESIGN section 2). Plans are made with it: each step's undo comes from the predicted effect. Pure. */
#ifndef MH_CORE_PREDICTION_H
#define MH_CORE_PREDICTION_H

#include "core/arena.h"
#include "core/dialect_traits.h"
#include "core/error.h"
#include "core/op.h"
#include "core/select.h"
#include "core/snapshot.h"

/* The lists are counted references: a copy costs nothing until one of the two changes. */
struct mh_prediction {
    enum mh_dialect dialect;
    struct mh_list *lists[MH_SNAPSHOT_SECTIONS]; /* ordered as in a snapshot */
    /* struct mh_route, in the order of the walk, then of arrival: those that ops may touch or take along, not
     * all of the host, and none that the kernel makes by itself. Their next hops are `memory`'s. */
    struct mh_list *routes;
    struct mh_arena *memory;           /* outlives the prediction */
    struct mh_prediction_index *index; /* of what is in the lists; NULL in copies, which are looked through */
};

/* The host as it is; without routes. MH_NO_MEMORY. The caller clears it. */
enum mh_error mh_prediction_init(struct mh_prediction *prediction, const struct mh_snapshot *snapshot,
                                 enum mh_dialect dialect, struct mh_arena *memory);
void mh_prediction_clear(struct mh_prediction *prediction);
/* Another one that is equal, and slower to ask; the caller clears it. */
void mh_prediction_copy(const struct mh_prediction *prediction, struct mh_prediction *copy);

/* Puts a route behind the others. Its next hops are copied. MH_NO_MEMORY. */
enum mh_error mh_prediction_put_route(struct mh_prediction *prediction, const struct mh_route *route);

/* Carries the op out, with what the system does beside it: Linux takes the secondaries of a primary IPv4
 * address along, or promotes one, and the routes that lose their source or their interface
 * (net/ipv4/devinet.c, net/ipv4/fib_semantics.c, net/ipv6/addrconf.c); of other systems see
 * dialect_traits.h. MH_EXISTS, MH_NOT_FOUND: the system
 * would refuse it, nothing is changed; MH_NO_MEMORY leaves it half done. */
enum mh_error mh_prediction_apply(struct mh_prediction *prediction, const struct mh_op *op);

/* Reading. */
const struct mh_interface_address *mh_predicted_addresses(const struct mh_prediction *prediction,
                                                          size_t *count);
const struct mh_route *mh_predicted_routes(const struct mh_prediction *prediction, size_t *count);
const struct mh_rule *mh_predicted_rules(const struct mh_prediction *prediction, size_t *count);
/* The row of the label's prefix and interface, or NULL; *position: its place, or where it belongs. */
const struct mh_address_label *mh_predicted_label(const struct mh_prediction *prediction,
                                                  const struct mh_address_label *label, size_t *position);
/* A snapshot of what is predicted; the caller clears it. */
void mh_prediction_snapshot(const struct mh_prediction *prediction, struct mh_snapshot *snapshot);

/* ---- looking up (prediction_index.c): the first in the list, or NULL --------------------------------- */

const struct mh_interface_address *mh_predicted_address(const struct mh_prediction *prediction,
                                                        const struct mh_address *address);
/* One of which `matches(item, address)` is true; only those with the same address are asked. */
const struct mh_interface_address *
mh_predicted_address_like(const struct mh_prediction *prediction, const struct mh_interface_address *address,
                          bool (*matches)(const void *item, const void *address));
/* The one of the IPv4 subnet that is no secondary. */
const struct mh_interface_address *mh_predicted_primary(const struct mh_prediction *prediction,
                                                        const struct mh_interface_address *address);
bool mh_predicted_has_ipv4(const struct mh_prediction *prediction, uint32_t interface);
/* Of the routes with the key of `route`. */
const struct mh_route *mh_predicted_route_like(const struct mh_prediction *prediction,
                                               const struct mh_route *route,
                                               bool (*matches)(const void *item, const void *route));
const struct mh_rule *mh_predicted_rule(const struct mh_prediction *prediction, const struct mh_rule *rule);
/* The system takes nothing along with the address and leaves all others as they are. False: it may. */
bool mh_predicted_goes_alone(const struct mh_prediction *prediction,
                             const struct mh_interface_address *address);

/* The same interface and IPv4 subnet: one of the two is, or may become, the other's secondary. */
bool mh_same_subnet(const struct mh_interface_address *a, const struct mh_interface_address *b);
/* What the system tells routes apart by when one is added: family, table, destination, source prefix, tos
 * and metric. */
bool mh_route_same_key(const struct mh_route *a, const struct mh_route *b);
/* One and the same row of the system's table: where interface and gateway are the key, they are compared in
 * place of the metric. */
bool mh_route_same_place(const struct mh_dialect_traits *traits, const struct mh_route *a,
                         const struct mh_route *b);
/* The route at this place, or NULL. */
const struct mh_route *mh_predicted_route_at(const struct mh_prediction *prediction,
                                             const struct mh_route *route);
/* Numbers that are equal where these are: a route's key, an address, an IPv4 subnet of an interface. */
uint64_t mh_route_key_number(const struct mh_dialect_traits *traits, const struct mh_route *route);
uint64_t mh_address_number(const struct mh_address *address);
uint64_t mh_subnet_number(const struct mh_interface_address *address);
uint64_t mh_rule_number(const struct mh_rule *rule);
/* The address of its interface that a route gets as its source where the system gives one to each that names
 * none (rt_getifa of FreeBSD and NetBSD, rtm_getifa of OpenBSD): one that has the gateway in its subnet, else
 * the first. NULL: there is none. */
const struct mh_interface_address *mh_route_source_among(const struct mh_interface_address *items,
                                                         size_t count, const struct mh_route *route);
/* A next hop is by a gateway: such routes need others, or an address, to be there first. */
bool mh_route_has_gateway(const struct mh_route *route);

#endif
