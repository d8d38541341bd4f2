/* Derives the model of a picture from a view. An interface is on a network when it has addresses that lead
 * out or a default route; the networks are the links that the scenario is assessed with, so that picture and
 * scenario say the same. */
#include "api/topology_model.h"

#include "core/scenario_link.h"
#include "core/scenario_subnet.h"

#include <stdlib.h>

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int position_of(const struct mh_snapshot *snapshot, uint32_t index)
{
    const struct mh_interface *interface = mh_snapshot_interface(snapshot, index);
    return interface == NULL ? MH_TOPOLOGY_NONE : (int)(interface - snapshot->interfaces);
}

/* ---- interfaces and addresses ---------------------------------------------------------------------- */

static bool only_loopback(const struct mh_snapshot *snapshot, const struct mh_topology_interface *interface)
{
    for (size_t i = 0; i < interface->address_count; i++)
        if (!mh_address_is_loopback(&snapshot->addresses[interface->first_address + i].address))
            return false;
    return interface->interface->kind == MH_KIND_LOOPBACK;
}

static void fill_interface(struct mh_topology *topology, size_t position)
{
    const struct mh_snapshot *snapshot = &topology->view->snapshot;
    const struct mh_interface *interface = &snapshot->interfaces[position];
    struct mh_topology_interface *at = &topology->interfaces[position];
    int lower = interface->lower_is_elsewhere ? MH_TOPOLOGY_NONE : position_of(snapshot, interface->lower);
    *at = (struct mh_topology_interface){
        .interface = interface,
        .role = &topology->view->roles[position],
        .master = position_of(snapshot, interface->master),
        .lower = lower == (int)position ? MH_TOPOLOGY_NONE : lower,
        .network = MH_TOPOLOGY_NONE,
    };
    at->port = at->master != MH_TOPOLOGY_NONE && at->master != (int)position &&
               mh_interface_is_port(snapshot, interface);
    const struct mh_interface_address *first =
        mh_snapshot_addresses_of(snapshot, interface->index, &at->address_count);
    at->first_address = first == NULL ? 0 : (size_t)(first - snapshot->addresses);
    at->hidden = only_loopback(snapshot, at);
}

/* Masters that are each other's ports would be drawn nowhere: who is its own master by some way is no port.
 */
static void break_circles(struct mh_topology *topology)
{
    for (size_t i = 0; i < topology->interface_count; i++) {
        size_t steps = 0;
        int at = (int)i;
        while (at != MH_TOPOLOGY_NONE && topology->interfaces[at].port && steps <= 8) {
            at = topology->interfaces[at].master;
            steps++;
        }
        if (steps > 8)
            topology->interfaces[i].port = false;
    }
}

static bool fill_interfaces(struct mh_topology *topology)
{
    const struct mh_snapshot *snapshot = &topology->view->snapshot;
    topology->interfaces = calloc(snapshot->interface_count + 1, sizeof *topology->interfaces);
    topology->addresses = calloc(snapshot->address_count + 1, sizeof *topology->addresses);
    if (topology->interfaces == NULL || topology->addresses == NULL)
        return false;
    topology->interface_count = snapshot->interface_count;
    for (size_t i = 0; i < snapshot->interface_count; i++)
        fill_interface(topology, i);
    break_circles(topology);
    for (size_t i = 0; i < snapshot->address_count; i++)
        topology->addresses[i] = (struct mh_topology_address){
            .address = &snapshot->addresses[i], .subnet = mh_address_prefix(&snapshot->addresses[i])};
    return true;
}

/* ---- default routes -------------------------------------------------------------------------------- */

static int compare_defaults(const void *left, const void *right)
{
    const struct mh_topology_default *a = left, *b = right;
    int order = compare_numbers(a->network, b->network);
    if (order == 0)
        order = mh_address_compare(&a->gateway, &b->gateway);
    if (order == 0)
        order = compare_numbers(a->family, b->family);
    if (order == 0)
        order = compare_numbers(a->table, b->table);
    if (order == 0)
        order = compare_numbers(a->metric, b->metric);
    return order != 0 ? order : compare_numbers(a->interface, b->interface);
}

static bool append_default(struct mh_topology *topology, const struct mh_route *route,
                           const struct mh_next_hop *hop)
{
    int interface = position_of(&topology->view->snapshot, hop->interface);
    if (interface == MH_TOPOLOGY_NONE)
        return true;
    size_t count = topology->default_count;
    if ((count & (count - 1)) == 0) {
        size_t capacity = count == 0 ? 1 : 2 * count;
        struct mh_topology_default *grown = realloc(topology->defaults, capacity * sizeof *grown);
        if (grown == NULL)
            return false;
        topology->defaults = grown;
    }
    topology->interfaces[interface].has_default = true;
    topology->interfaces[interface].hidden = false;
    topology->several_tables =
        topology->several_tables || (count > 0 && topology->defaults[0].table != route->table);
    topology->defaults[topology->default_count++] =
        (struct mh_topology_default){.gateway = hop->gateway,
                                     .interface = interface,
                                     .metric = route->metric,
                                     .table = route->table,
                                     .family = route->destination.address.family};
    return true;
}

static bool append_table(struct mh_topology *topology, const struct mh_route_table *routes,
                         enum mh_family family, uint32_t table)
{
    struct mh_prefix everything = {.address = {.family = (uint8_t)family}};
    mh_route_handle handle = mh_route_table_exact(routes, table, &everything);
    for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
        struct mh_route route;
        mh_route_table_get(routes, handle, &route);
        for (size_t i = 0; route.type == MH_ROUTE_UNICAST && i < route.next_hop_count; i++)
            if (!append_default(topology, &route, &route.next_hops[i]))
                return false;
    }
    return true;
}

static bool fill_defaults(struct mh_topology *topology, const struct mh_route_table *routes)
{
    static const enum mh_family families[] = {MH_IPV4, MH_IPV6};
    for (size_t i = 0; routes != NULL && i < 2; i++) {
        uint32_t id = 0;
        while (mh_route_table_next_id(routes, families[i], id, &id)) {
            if (!append_table(topology, routes, families[i], id))
                return false;
            if (id++ == UINT32_MAX)
                break;
        }
    }
    return true;
}

/* ---- networks -------------------------------------------------------------------------------------- */

/* What the scenario knows, for both families. */
struct knowledge {
    struct mh_count counts[2];
    struct mh_gateway_list gateways[2];
    struct mh_link_map maps[2];
};

static void note_subnets(struct mh_topology *topology, const struct mh_count *count)
{
    for (size_t i = 0; i < count->counted_count; i++) {
        struct mh_topology_address *address =
            &topology->addresses[count->counted[i].address - topology->view->snapshot.addresses];
        address->subnet = count->counted[i].subnet;
        address->counts = true;
    }
}

static bool learn(struct mh_topology *topology, const struct mh_route_table *routes,
                  struct knowledge *knowledge)
{
    const struct mh_snapshot *snapshot = &topology->view->snapshot;
    struct mh_link_source source = {snapshot,
                                    {&knowledge->counts[0], &knowledge->counts[1]},
                                    {&knowledge->gateways[0], &knowledge->gateways[1]}};
    static const enum mh_family families[] = {MH_IPV4, MH_IPV6};
    for (size_t i = 0; i < 2; i++) {
        if (!mh_count_addresses(snapshot, routes, topology->view->roles, families[i],
                                &knowledge->counts[i]) ||
            !mh_gateway_list_init(&knowledge->gateways[i], snapshot, routes, families[i]))
            return false;
        note_subnets(topology, &knowledge->counts[i]);
    }
    return mh_link_map_init(&knowledge->maps[0], &source, 0) &&
           mh_link_map_init(&knowledge->maps[1], &source, 1);
}

static void forget(struct knowledge *knowledge)
{
    for (size_t i = 0; i < 2; i++) {
        mh_count_clear(&knowledge->counts[i]);
        mh_gateway_list_clear(&knowledge->gateways[i]);
        mh_link_map_clear(&knowledge->maps[i]);
    }
}

/* An address with which the interface is on a network: not loopback, and IPv6 link-local ones alone show
 * nothing. */
static bool leads_out(const struct mh_address *address)
{
    return !mh_address_is_loopback(address) &&
           !(address->family == MH_IPV6 && mh_address_is_link_local(address));
}

static bool has_network(const struct mh_topology *topology, size_t position)
{
    const struct mh_topology_interface *at = &topology->interfaces[position];
    if (at->has_default)
        return true;
    if (at->port || at->role->role != MH_ROLE_EXTERNAL)
        return false;
    for (size_t i = 0; i < at->address_count; i++)
        if (leads_out(&topology->addresses[at->first_address + i].address->address))
            return true;
    return false;
}

/* Numbers the networks; numbers[link] is one more than the network's position. */
static bool number_networks(struct mh_topology *topology, const size_t *links)
{
    int *numbers = calloc(topology->interface_count + 1, sizeof *numbers);
    topology->networks = calloc(topology->interface_count + 1, sizeof *topology->networks);
    bool enough = numbers != NULL && topology->networks != NULL;
    for (size_t i = 0; enough && i < topology->interface_count; i++) {
        if (!has_network(topology, i))
            continue;
        if (numbers[links[i]] == 0) {
            topology->networks[topology->network_count].first = (int)i;
            numbers[links[i]] = (int)++topology->network_count;
        }
        topology->interfaces[i].network = numbers[links[i]] - 1;
        topology->networks[numbers[links[i]] - 1].interface_count++;
    }
    free(numbers);
    return enough;
}

/* First those on networks, then the rest, internal ones last. */
static int rank_of(const struct mh_topology_interface *at)
{
    return at->network != MH_TOPOLOGY_NONE ? 0 : at->role->role == MH_ROLE_EXTERNAL ? 1 : 2;
}

struct place {
    int rank, network;
    size_t interface;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order = compare_numbers(a->rank, b->rank);
    if (order == 0)
        order = compare_numbers(a->network, b->network);
    return order != 0 ? order : compare_numbers((int64_t)a->interface, (int64_t)b->interface);
}

static bool fill_order(struct mh_topology *topology)
{
    struct place *places = calloc(topology->interface_count + 1, sizeof *places);
    topology->order = calloc(topology->interface_count + 1, sizeof *topology->order);
    if (places == NULL || topology->order == NULL) {
        free(places);
        return false;
    }
    for (size_t i = 0; i < topology->interface_count; i++) {
        const struct mh_topology_interface *at = &topology->interfaces[i];
        if (at->network != MH_TOPOLOGY_NONE || (!at->port && !at->hidden))
            places[topology->order_count++] = (struct place){rank_of(at), at->network, i};
    }
    qsort(places, topology->order_count, sizeof *places, compare_places);
    for (size_t i = topology->order_count; i > 0; i--) {
        topology->order[i - 1] = places[i - 1].interface;
        if (places[i - 1].network != MH_TOPOLOGY_NONE)
            topology->networks[places[i - 1].network].first_in_order = i - 1;
    }
    free(places);
    return true;
}

static int compare_prefixes(const void *left, const void *right)
{
    return mh_prefix_compare(left, right);
}

static bool fill_subnets(struct mh_topology *topology, size_t number)
{
    struct mh_topology_network *network = &topology->networks[number];
    const size_t *members = topology->order + network->first_in_order;
    size_t room = 0, kept = 0;
    for (size_t i = 0; i < network->interface_count; i++)
        room += topology->interfaces[members[i]].address_count;
    network->subnets = calloc(room + 1, sizeof *network->subnets);
    if (network->subnets == NULL)
        return false;
    for (size_t i = 0; i < network->interface_count; i++) {
        const struct mh_topology_interface *at = &topology->interfaces[members[i]];
        for (size_t j = 0; j < at->address_count; j++) {
            const struct mh_topology_address *address = &topology->addresses[at->first_address + j];
            if (leads_out(&address->address->address))
                network->subnets[network->subnet_count++] = address->subnet;
        }
    }
    qsort(network->subnets, network->subnet_count, sizeof *network->subnets, compare_prefixes);
    for (size_t i = 0; i < network->subnet_count; i++)
        if (kept == 0 || !mh_prefix_equal(&network->subnets[kept - 1], &network->subnets[i]))
            network->subnets[kept++] = network->subnets[i];
    network->subnet_count = kept;
    return true;
}

static bool fill_networks(struct mh_topology *topology, const struct mh_route_table *routes)
{
    struct knowledge knowledge = {0};
    bool enough = learn(topology, routes, &knowledge);
    if (enough) {
        mh_link_map_merge(&knowledge.maps[0], &knowledge.maps[1], topology->interface_count);
        enough = number_networks(topology, knowledge.maps[0].links) && fill_order(topology);
    }
    forget(&knowledge);
    for (size_t i = 0; enough && i < topology->network_count; i++)
        enough = fill_subnets(topology, i);
    return enough;
}

/* ---- gateways -------------------------------------------------------------------------------------- */

static bool fill_gateways(struct mh_topology *topology)
{
    topology->gateways = calloc(topology->default_count + 1, sizeof *topology->gateways);
    if (topology->gateways == NULL)
        return false;
    for (size_t i = 0; i < topology->default_count; i++)
        topology->defaults[i].network = topology->interfaces[topology->defaults[i].interface].network;
    if (topology->default_count > 0)
        qsort(topology->defaults, topology->default_count, sizeof *topology->defaults, compare_defaults);
    for (size_t i = 0; i < topology->default_count; i++) {
        const struct mh_topology_default *at = &topology->defaults[i];
        struct mh_topology_gateway *last =
            topology->gateway_count == 0 ? NULL : &topology->gateways[topology->gateway_count - 1];
        if (last == NULL || last->network != at->network || !mh_address_equal(&last->address, &at->gateway)) {
            last = &topology->gateways[topology->gateway_count++];
            *last = (struct mh_topology_gateway){at->network, at->gateway, NULL, i, 0};
        }
        last->default_count++;
        if (last->neighbor == NULL && at->gateway.family != MH_FAMILY_NONE)
            last->neighbor =
                mh_snapshot_neighbor(&topology->view->snapshot,
                                     topology->interfaces[at->interface].interface->index, &at->gateway);
    }
    return true;
}

bool mh_topology_init(struct mh_topology *topology, const struct mh_view *view,
                      const struct mh_route_table *routes, const char *hostname)
{
    *topology = (struct mh_topology){.view = view, .hostname = hostname};
    return fill_interfaces(topology) && fill_defaults(topology, routes) && fill_networks(topology, routes) &&
           fill_gateways(topology);
}

void mh_topology_clear(struct mh_topology *topology)
{
    for (size_t i = 0; i < topology->network_count; i++)
        free(topology->networks[i].subnets);
    free(topology->networks);
    free(topology->interfaces);
    free(topology->addresses);
    free(topology->gateways);
    free(topology->defaults);
    free(topology->order);
    *topology = (struct mh_topology){0};
}
