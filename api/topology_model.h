/* What a picture of the host shows, before anything is drawn. Inside of topology.c and its formats. */
#ifndef MH_API_TOPOLOGY_MODEL_H
#define MH_API_TOPOLOGY_MODEL_H

#include "api/topology.h"
#include "core/text.h"

enum { MH_TOPOLOGY_NONE = -1 };

/* One for each of snapshot.interfaces, in that order. The other numbers are positions in the model's arrays,
 * or MH_TOPOLOGY_NONE. */
struct mh_topology_interface {
    const struct mh_interface *interface;
    const struct mh_role_verdict *role;
    int master, lower, network;
    bool port;        /* its master speaks for it */
    bool hidden;      /* loopback with nothing but loopback addresses: drawn in no picture */
    bool has_default; /* a default route leads by it */
    size_t first_address, address_count;
};

/* One for each of snapshot.addresses, in that order. */
struct mh_topology_address {
    const struct mh_interface_address *address;
    struct mh_prefix subnet;
    bool counts; /* for the scenario */
};

/* A link: the interfaces whose `network` is its position are on it. */
struct mh_topology_network {
    int first;                              /* interface */
    size_t first_in_order, interface_count; /* its interfaces stand together in topology.order */
    struct mh_prefix *subnets; /* ascending, each once; without those of IPv6 link-local addresses */
    size_t subnet_count;
};

struct mh_topology_gateway {
    int network;
    struct mh_address address; /* family none: the default route says that everything is on the link */
    const struct mh_neighbor *neighbor; /* NULL: not known */
    size_t first_default, default_count;
};

/* One next hop of a default route. */
struct mh_topology_default {
    struct mh_address gateway;
    int interface;
    int network; /* of the interface */
    uint32_t metric, table;
    uint8_t family; /* enum mh_family, of the route */
};

struct mh_topology {
    const struct mh_view *view;
    const char *hostname;
    struct mh_topology_interface *interfaces;
    size_t interface_count;
    struct mh_topology_address *addresses;
    struct mh_topology_network *networks; /* by first interface */
    size_t network_count;
    struct mh_topology_gateway *gateways; /* by network and address */
    size_t gateway_count;
    struct mh_topology_default *defaults; /* by network, gateway, family, table, metric and interface */
    size_t default_count;
    bool several_tables; /* the default routes are in more than one table */
    size_t *order; /* interfaces that are not ports, as they are drawn: by network, then the rest, internal
                      ones last */
    size_t order_count;
};

/* False when out of memory; clear it in any case. */
bool mh_topology_init(struct mh_topology *topology, const struct mh_view *view,
                      const struct mh_route_table *routes, const char *hostname);
void mh_topology_clear(struct mh_topology *topology);

/* The formats. */
char *mh_topology_json(const struct mh_topology *topology);
char *mh_topology_dot(const struct mh_topology *topology);
char *mh_topology_svg(const struct mh_topology *topology);
char *mh_topology_text(const struct mh_topology *topology);

/* What they share. */

/* "up", "no carrier", "down"; static. */
const char *mh_topology_state(const struct mh_interface *interface);
bool mh_topology_alive(const struct mh_interface *interface);
/* The gateway was asked for and did not answer, or no interface that leads to it is alive. */
bool mh_topology_gateway_dead(const struct mh_topology *topology, const struct mh_topology_gateway *gateway);
/* "simple-multihoming" or several with " + ". */
void mh_topology_add_kinds(struct mh_text *text, const struct mh_scenario_list *list);
/* "192.0.2.1/24", with the peer where there is one: "192.0.2.1 peer 192.0.2.2/32". */
void mh_topology_add_address(struct mh_text *text, const struct mh_interface_address *address);
/* "default, metric 100, table 5201 by eth0" or less, as far as it tells something. */
void mh_topology_add_default(struct mh_text *text, const struct mh_topology *topology,
                             const struct mh_topology_default *at);
/* What an interface is made of: "VLAN on eth0", "bond"; "" when the name says it all. */
void mh_topology_add_nature(struct mh_text *text, const struct mh_topology *topology,
                            const struct mh_topology_interface *interface);

#endif
