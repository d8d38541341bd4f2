/* The picture as nodes and edges. Ids are made of names and addresses, so that they stay while the thing
 * stays. */
#include "api/json_text.h"
#include "api/topology_model.h"

#include <stdlib.h>

/* Puts a string that is built from parts as a member. */
static void put_text(struct mh_json *json, const char *name, struct mh_text *text)
{
    char *string = mh_text_take(text);
    if (string == NULL)
        json->failed = true;
    else
        mh_json_put_string(json, name, string);
    free(string);
}

static const char *name_of(const struct mh_topology *topology, int interface)
{
    return topology->interfaces[interface].interface->name;
}

static void put_interface_id(struct mh_json *json, const char *name, const struct mh_topology *topology,
                             int interface)
{
    struct mh_text text = {0};
    mh_text_format(&text, "interface:%s", name_of(topology, interface));
    put_text(json, name, &text);
}

static void put_network_id(struct mh_json *json, const char *name, const struct mh_topology *topology,
                           int network)
{
    struct mh_text text = {0};
    mh_text_format(&text, "network:%s", name_of(topology, topology->networks[network].first));
    put_text(json, name, &text);
}

static void put_gateway_id(struct mh_json *json, const char *name, const struct mh_topology *topology,
                           const struct mh_topology_gateway *gateway)
{
    char words[MH_ADDRESS_TEXT_SIZE];
    struct mh_text text = {0};
    bool direct = gateway->address.family == MH_FAMILY_NONE;
    mh_text_format(&text, "gateway:%s%%%s", direct ? "direct" : mh_address_format(&gateway->address, words),
                   name_of(topology, topology->networks[gateway->network].first));
    put_text(json, name, &text);
}

static void put_hardware(struct mh_json *json, const uint8_t *bytes, size_t length)
{
    char words[MH_HARDWARE_TEXT_SIZE];
    mh_json_put_string(json, "mac", length == 0 ? NULL : mh_hardware_address_format(bytes, length, words));
}

static void put_domain(struct mh_json *json, const struct mh_snapshot *snapshot, uint32_t domain)
{
    struct mh_text text = {0};
    const char *name = mh_snapshot_interface_name(snapshot, domain);
    if (domain == 0) {
        mh_json_put_null(json, "domain");
        return;
    }
    if (name[0] == '\0')
        mh_text_format(&text, "%u", (unsigned)domain);
    mh_text_add(&text, name);
    put_text(json, "domain", &text);
}

static void put_kinds(struct mh_json *json, const char *family, const struct mh_scenario_list *list)
{
    mh_json_put_open(json, family, '[');
    for (size_t i = 0; i < list->count; i++)
        mh_json_string(json, mh_scenario_kind_name(list->items[i].kind));
    mh_json_close(json, ']');
}

static void host_node(struct mh_json *json, const struct mh_topology *topology)
{
    mh_json_open(json, '{');
    mh_json_put_string(json, "id", "host");
    mh_json_put_string(json, "kind", "host");
    mh_json_put_string(json, "name", topology->hostname);
    mh_json_put_open(json, "scenarios", '{');
    put_kinds(json, "ipv4", &topology->view->scenario->ipv4);
    put_kinds(json, "ipv6", &topology->view->scenario->ipv6);
    mh_json_close(json, '}');
    mh_json_close(json, '}');
}

static void put_addresses(struct mh_json *json, const struct mh_topology *topology,
                          const struct mh_topology_interface *at)
{
    char words[MH_PREFIX_TEXT_SIZE];
    mh_json_put_open(json, "addresses", '[');
    for (size_t i = 0; i < at->address_count; i++) {
        const struct mh_topology_address *address = &topology->addresses[at->first_address + i];
        mh_json_open(json, '{');
        mh_json_put_string(json, "address", mh_address_format(&address->address->address, words));
        mh_json_put_unsigned(json, "prefix_length", address->address->prefix_length);
        mh_json_put_string(json, "subnet", mh_prefix_format(&address->subnet, words));
        mh_json_put_boolean(json, "counts", address->counts);
        mh_json_close(json, '}');
    }
    mh_json_close(json, ']');
}

static void interface_node(struct mh_json *json, const struct mh_topology *topology, size_t position)
{
    const struct mh_topology_interface *at = &topology->interfaces[position];
    mh_json_open(json, '{');
    put_interface_id(json, "id", topology, (int)position);
    mh_json_put_string(json, "kind", "interface");
    mh_json_put_string(json, "name", at->interface->name);
    mh_json_put_string(json, "interface_kind", mh_kind_name((enum mh_kind)at->interface->kind));
    mh_json_put_string(json, "role", mh_role_name(at->role->role));
    mh_json_put_string(json, "role_reason", at->role->reason);
    mh_json_put_boolean(json, "up", at->interface->up);
    mh_json_put_boolean(json, "carrier", at->interface->carrier);
    put_hardware(json, at->interface->hardware_address, at->interface->hardware_address_length);
    put_domain(json, &topology->view->snapshot, at->interface->domain);
    put_addresses(json, topology, at);
    mh_json_close(json, '}');
}

static void network_node(struct mh_json *json, const struct mh_topology *topology, size_t number)
{
    const struct mh_topology_network *network = &topology->networks[number];
    char words[MH_PREFIX_TEXT_SIZE];
    mh_json_open(json, '{');
    put_network_id(json, "id", topology, (int)number);
    mh_json_put_string(json, "kind", "network");
    mh_json_put_open(json, "subnets", '[');
    for (size_t i = 0; i < network->subnet_count; i++)
        mh_json_string(json, mh_prefix_format(&network->subnets[i], words));
    mh_json_close(json, ']');
    mh_json_close(json, '}');
}

static void gateway_node(struct mh_json *json, const struct mh_topology *topology,
                         const struct mh_topology_gateway *gateway)
{
    char words[MH_ADDRESS_TEXT_SIZE];
    bool direct = gateway->address.family == MH_FAMILY_NONE;
    mh_json_open(json, '{');
    put_gateway_id(json, "id", topology, gateway);
    mh_json_put_string(json, "kind", "gateway");
    mh_json_put_string(json, "address", direct ? NULL : mh_address_format(&gateway->address, words));
    if (gateway->neighbor == NULL)
        mh_json_put_null(json, "mac");
    else
        put_hardware(json, gateway->neighbor->hardware_address, gateway->neighbor->hardware_address_length);
    mh_json_put_boolean(json, "alive", !mh_topology_gateway_dead(topology, gateway));
    mh_json_close(json, '}');
}

static void put_nodes(struct mh_json *json, const struct mh_topology *topology)
{
    mh_json_put_open(json, "nodes", '[');
    host_node(json, topology);
    for (size_t i = 0; i < topology->interface_count; i++)
        interface_node(json, topology, i);
    for (size_t i = 0; i < topology->network_count; i++)
        network_node(json, topology, i);
    for (size_t i = 0; i < topology->gateway_count; i++)
        gateway_node(json, topology, &topology->gateways[i]);
    if (topology->gateway_count > 0) {
        mh_json_open(json, '{');
        mh_json_put_string(json, "id", "internet");
        mh_json_put_string(json, "kind", "internet");
        mh_json_close(json, '}');
    }
    mh_json_close(json, ']');
}

static void interface_edge(struct mh_json *json, const struct mh_topology *topology, const char *kind,
                           size_t from, int to)
{
    mh_json_open(json, '{');
    mh_json_put_string(json, "kind", kind);
    put_interface_id(json, "from", topology, (int)from);
    put_interface_id(json, "to", topology, to);
    mh_json_close(json, '}');
}

static void edges_of_interface(struct mh_json *json, const struct mh_topology *topology, size_t position)
{
    const struct mh_topology_interface *at = &topology->interfaces[position];
    mh_json_open(json, '{');
    mh_json_put_string(json, "kind", "interface");
    mh_json_put_string(json, "from", "host");
    put_interface_id(json, "to", topology, (int)position);
    mh_json_close(json, '}');
    if (at->port)
        interface_edge(json, topology, "port", position, at->master);
    if (at->lower != MH_TOPOLOGY_NONE)
        interface_edge(json, topology, at->interface->kind == MH_KIND_VETH ? "pair" : "lower", position,
                       at->lower);
    if (at->network == MH_TOPOLOGY_NONE)
        return;
    mh_json_open(json, '{');
    mh_json_put_string(json, "kind", "link");
    put_interface_id(json, "from", topology, (int)position);
    put_network_id(json, "to", topology, at->network);
    mh_json_put_boolean(json, "alive", mh_topology_alive(at->interface));
    mh_json_close(json, '}');
}

static void edges_of_gateway(struct mh_json *json, const struct mh_topology *topology,
                             const struct mh_topology_gateway *gateway)
{
    mh_json_open(json, '{');
    mh_json_put_string(json, "kind", "gateway");
    put_network_id(json, "from", topology, gateway->network);
    put_gateway_id(json, "to", topology, gateway);
    mh_json_close(json, '}');
    for (size_t i = 0; i < gateway->default_count; i++) {
        const struct mh_topology_default *at = &topology->defaults[gateway->first_default + i];
        mh_json_open(json, '{');
        mh_json_put_string(json, "kind", "default");
        put_gateway_id(json, "from", topology, gateway);
        mh_json_put_string(json, "to", "internet");
        mh_json_put_string(json, "interface", name_of(topology, at->interface));
        mh_json_put_string(json, "family", mh_family_name((enum mh_family)at->family));
        mh_json_put_unsigned(json, "metric", at->metric);
        mh_json_put_unsigned(json, "table_number", at->table);
        mh_json_close(json, '}');
    }
}

/* mh_json_take's text has no NUL at its end. */
static char *with_end(char *text, size_t length)
{
    char *longer = text == NULL ? NULL : realloc(text, length + 1);
    if (longer == NULL) {
        free(text);
        return NULL;
    }
    longer[length] = '\0';
    return longer;
}

char *mh_topology_json(const struct mh_topology *topology)
{
    struct mh_json json;
    size_t length = 0;
    mh_json_init(&json);
    mh_json_open(&json, '{');
    mh_json_put_unsigned(&json, "generation", topology->view->generation);
    put_nodes(&json, topology);
    mh_json_put_open(&json, "edges", '[');
    for (size_t i = 0; i < topology->interface_count; i++)
        edges_of_interface(&json, topology, i);
    for (size_t i = 0; i < topology->gateway_count; i++)
        edges_of_gateway(&json, topology, &topology->gateways[i]);
    mh_json_close(&json, ']');
    mh_json_close(&json, '}');
    char *text = mh_json_take(&json, &length);
    return with_end(text, length);
}
