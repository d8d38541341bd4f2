/* The picture for graphviz. Nodes are called by kind and number; names are only in labels, where they are
 * escaped. */
#include "api/topology_escape.h"
#include "api/topology_model.h"

enum { NAME_MAX_WIDTH = 40, ADDRESSES_MAX = 8 };

static void add_name(struct mh_text *text, const char *name)
{
    mh_escape(text, name, MH_MARKUP_DOT, NAME_MAX_WIDTH);
}

static void add_label_addresses(struct mh_text *text, const struct mh_topology *topology,
                                const struct mh_topology_interface *at)
{
    for (size_t i = 0; i < at->address_count && i < ADDRESSES_MAX; i++) {
        mh_topology_add_address(text, topology->addresses[at->first_address + i].address);
        mh_text_add(text, "\\l");
    }
    if (at->address_count > ADDRESSES_MAX)
        mh_text_format(text, "and %zu more\\l", at->address_count - ADDRESSES_MAX);
}

static void add_label_nature(struct mh_text *text, const struct mh_topology *topology,
                             const struct mh_topology_interface *at)
{
    struct mh_text nature = {0};
    mh_topology_add_nature(&nature, topology, at);
    text->failed = text->failed || nature.failed;
    if (nature.length > 0) {
        mh_text_add(text, "  (");
        mh_escape(text, nature.bytes, MH_MARKUP_DOT, 2 * NAME_MAX_WIDTH);
        mh_text_add(text, ")");
    }
    mh_text_clear(&nature);
}

static void add_interface(struct mh_text *text, const struct mh_topology *topology, size_t position)
{
    const struct mh_topology_interface *at = &topology->interfaces[position];
    bool alive = mh_topology_alive(at->interface), internal = at->role->role == MH_ROLE_INTERNAL;
    mh_text_format(text, "        if%u [label=\"", (unsigned)at->interface->index);
    add_name(text, at->interface->name);
    add_label_nature(text, topology, at);
    mh_text_format(text, "%s%s\\l", alive ? "" : ": ", alive ? "" : mh_topology_state(at->interface));
    add_label_addresses(text, topology, at);
    mh_text_format(text, "\", style=\"rounded,filled%s\", color=\"%s\", fillcolor=\"%s\"%s];\n",
                   internal ? ",dashed" : "",
                   !alive     ? "#b91c1c"
                   : internal ? "#64748b"
                              : "#1d4ed8",
                   !alive     ? "#fef2f2"
                   : internal ? "#f8fafc"
                              : "#ffffff",
                   alive ? "" : ", fontcolor=\"#991b1b\"");
}

/* Ports are in no order of their own. */
static bool is_drawn_later(const struct mh_topology_interface *at)
{
    return !at->hidden && at->port && at->network == MH_TOPOLOGY_NONE;
}

static void add_host(struct mh_text *text, const struct mh_topology *topology)
{
    mh_text_add(text, "    subgraph cluster_host {\n        label=\"");
    add_name(text, topology->hostname);
    mh_text_add(text, "\"; labeljust=l; fontsize=16; style=\"rounded,filled\"; color=\"#334155\"; "
                      "fillcolor=\"#f1f5f9\";\n");
    for (size_t i = 0; i < topology->order_count; i++)
        add_interface(text, topology, topology->order[i]);
    for (size_t i = 0; i < topology->interface_count; i++)
        if (is_drawn_later(&topology->interfaces[i]))
            add_interface(text, topology, i);
    mh_text_add(text, "    }\n");
}

static void add_networks(struct mh_text *text, const struct mh_topology *topology)
{
    char words[MH_PREFIX_TEXT_SIZE];
    mh_text_add(text, "    {\n        rank=same;\n");
    for (size_t i = 0; i < topology->network_count; i++) {
        const struct mh_topology_network *network = &topology->networks[i];
        mh_text_format(text, "        net%zu [label=\"", i);
        for (size_t j = 0; j < network->subnet_count && j < ADDRESSES_MAX; j++)
            mh_text_format(text, "%s\\n", mh_prefix_format(&network->subnets[j], words));
        if (network->subnet_count > ADDRESSES_MAX)
            mh_text_format(text, "and %zu more\\n", network->subnet_count - ADDRESSES_MAX);
        mh_text_add(text, network->subnet_count == 0 ? "no subnet" : "");
        mh_text_add(text, "\", shape=box, style=filled, color=\"#0369a1\", fillcolor=\"#e0f2fe\"];\n");
    }
    mh_text_add(text, "    }\n");
}

static void add_gateways(struct mh_text *text, const struct mh_topology *topology)
{
    char words[MH_ADDRESS_TEXT_SIZE], hardware[MH_HARDWARE_TEXT_SIZE];
    for (size_t i = 0; i < topology->gateway_count; i++) {
        const struct mh_topology_gateway *gateway = &topology->gateways[i];
        bool dead = mh_topology_gateway_dead(topology, gateway);
        mh_text_format(text, "    gw%zu [label=\"", i);
        if (gateway->address.family == MH_FAMILY_NONE)
            mh_text_add(text, "no gateway\\n(on link)");
        else
            mh_text_format(text, "gateway\\n%s", mh_address_format(&gateway->address, words));
        if (gateway->neighbor != NULL && gateway->neighbor->state == MH_NEIGHBOR_FAILED)
            mh_text_add(text, "\\ndoes not answer");
        else if (gateway->neighbor != NULL && gateway->neighbor->hardware_address_length > 0)
            mh_text_format(text, "\\n%s",
                           mh_hardware_address_format(gateway->neighbor->hardware_address,
                                                      gateway->neighbor->hardware_address_length, hardware));
        mh_text_format(text, "\", shape=box, style=\"rounded,filled\", color=\"%s\", fillcolor=\"%s\"];\n",
                       dead ? "#b91c1c" : "#b45309", dead ? "#fef2f2" : "#fef3c7");
    }
    if (topology->gateway_count > 0)
        mh_text_add(text, "    internet [label=\"internet\", shape=ellipse, style=filled, color=\"#6d28d9\", "
                          "fillcolor=\"#ede9fe\"];\n");
}

static void add_interface_edges(struct mh_text *text, const struct mh_topology *topology, size_t position)
{
    const struct mh_topology_interface *at = &topology->interfaces[position];
    unsigned index = (unsigned)at->interface->index;
    if (at->port && !topology->interfaces[at->master].hidden)
        mh_text_format(text, "    if%u -> if%u [label=\"port\", color=\"%s\"];\n", index,
                       (unsigned)topology->interfaces[at->master].interface->index,
                       mh_topology_alive(at->interface) ? "#475569" : "#b91c1c\", style=\"dashed");
    bool pair = at->interface->kind == MH_KIND_VETH;
    bool said = pair && at->lower < (int)position && at->lower != MH_TOPOLOGY_NONE &&
                topology->interfaces[at->lower].lower == (int)position;
    if (at->lower != MH_TOPOLOGY_NONE && !said && !topology->interfaces[at->lower].hidden)
        mh_text_format(text, "    if%u -> if%u [style=dotted, label=\"%s\"];\n",
                       (unsigned)topology->interfaces[at->lower].interface->index, index,
                       pair ? "veth pair" : "");
    /* Keeps the networks to the right of all of the host. */
    if (at->network == MH_TOPOLOGY_NONE && !at->port && topology->network_count > 0)
        mh_text_format(text, "    if%u -> net0 [style=invis, weight=0];\n", index);
    if (at->network == MH_TOPOLOGY_NONE)
        return;
    mh_text_format(text, "    if%u -> net%d", index, at->network);
    if (mh_topology_alive(at->interface))
        mh_text_add(text, " [color=\"#334155\", penwidth=2];\n");
    else
        mh_text_format(text, " [color=\"#b91c1c\", style=dashed, fontcolor=\"#991b1b\", label=\"%s\"];\n",
                       mh_topology_state(at->interface));
}

static void add_gateway_edges(struct mh_text *text, const struct mh_topology *topology, size_t number)
{
    const struct mh_topology_gateway *gateway = &topology->gateways[number];
    bool dead = mh_topology_gateway_dead(topology, gateway);
    const char *look = dead ? "color=\"#b91c1c\", style=dashed" : "color=\"#334155\"";
    mh_text_format(text, "    net%d -> gw%zu [%s];\n", gateway->network, number, look);
    for (size_t i = 0; i < gateway->default_count; i++) {
        const struct mh_topology_default *at = &topology->defaults[gateway->first_default + i];
        mh_text_format(text, "    gw%zu -> internet [%s, label=\"", number, look);
        mh_topology_add_default(text, topology, at);
        if (topology->networks[gateway->network].interface_count > 1) {
            mh_text_add(text, "\\nby ");
            add_name(text, topology->interfaces[at->interface].interface->name);
        }
        mh_text_add(text, "\"];\n");
    }
}

static void add_caption(struct mh_text *text, const struct mh_topology *topology)
{
    mh_text_add(text, "    label=\"IPv4: ");
    mh_topology_add_kinds(text, &topology->view->scenario->ipv4);
    mh_text_add(text, "\\lIPv6: ");
    mh_topology_add_kinds(text, &topology->view->scenario->ipv6);
    mh_text_add(text, "\\l\"; labelloc=t; labeljust=l;\n");
}

char *mh_topology_dot(const struct mh_topology *topology)
{
    struct mh_text text = {0};
    mh_text_add(&text,
                "digraph multihomed {\n"
                "    graph [rankdir=LR, newrank=true, bgcolor=\"#ffffff\", fontname=\"Helvetica\", "
                "fontcolor=\"#0f172a\", "
                "nodesep=0.25, ranksep=0.7];\n"
                "    node [shape=box, fontname=\"Helvetica\", fontsize=11, fontcolor=\"#0f172a\"];\n"
                "    edge [fontname=\"Helvetica\", fontsize=10, arrowhead=none, fontcolor=\"#334155\"];\n");
    add_caption(&text, topology);
    add_host(&text, topology);
    add_networks(&text, topology);
    add_gateways(&text, topology);
    for (size_t i = 0; i < topology->interface_count; i++)
        if (!topology->interfaces[i].hidden)
            add_interface_edges(&text, topology, i);
    for (size_t i = 0; i < topology->gateway_count; i++)
        add_gateway_edges(&text, topology, i);
    mh_text_add(&text, "}\n");
    return mh_text_take(&text);
}
