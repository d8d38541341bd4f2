/* Routes that systems make of their own accord: what the personalities share. */
#ifndef MH_SIM_DERIVE_H
#define MH_SIM_DERIVE_H

#include "sim_host.h"

/* The address whose routes are being made, and where they go. */
struct sim_source {
    const struct sim_host *host;
    const struct sim_interface *interface;
    const struct mh_interface_address *address;
    struct mh_list **routes;
};

/* Calls `make` for the host's addresses in order. False as soon as it does. */
bool sim_for_addresses(const struct sim_host *host, struct mh_list **routes,
                       bool (*make)(const struct sim_source *source));

/* The subnet: of the peer when there is one. */
struct mh_prefix sim_subnet(const struct mh_interface_address *address);
/* The address alone, as /32 or /128. */
struct mh_prefix sim_host_prefix(const struct mh_address *address);
/* The last address of an IPv4 prefix. */
struct mh_address sim_broadcast(const struct mh_prefix *prefix);
/* Every bit of the family is in the prefix. */
bool sim_is_host_prefix(const struct mh_prefix *prefix);
bool sim_is_loopback(const struct sim_interface *interface);

/* A route of the kernel's (protocol 2) to `destination` on the link of `interface`, next hop without gateway.
 */
struct mh_route sim_kernel_route(struct mh_prefix destination, enum mh_route_type type,
                                 enum mh_route_scope scope, uint32_t table, uint32_t metric);
bool sim_emit(const struct sim_source *source, const struct mh_route *route, uint32_t interface,
              uint8_t hop_flags);

/* struct sim_personality's functions of these names, where the system does nothing besides
 * (plain_addresses.c). */
enum mh_error sim_plain_add_address(struct sim_host *host, const struct mh_interface_address *address,
                                    struct sim_refusal *refusal);
bool sim_plain_remove_address(struct sim_host *host, size_t position);

#endif
