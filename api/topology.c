#include "api/topology.h"

#include "api/topology_model.h"

char *mh_topology_render(const struct mh_view *view, const struct mh_route_table *routes,
                         const char *hostname, enum mh_topology_format format)
{
    struct mh_topology topology;
    char *text = NULL;
    if (mh_topology_init(&topology, view, routes, hostname)) {
        switch (format) {
        case MH_TOPOLOGY_JSON:
            text = mh_topology_json(&topology);
            break;
        case MH_TOPOLOGY_DOT:
            text = mh_topology_dot(&topology);
            break;
        case MH_TOPOLOGY_SVG:
            text = mh_topology_svg(&topology);
            break;
        case MH_TOPOLOGY_TEXT:
            text = mh_topology_text(&topology);
            break;
        }
    }
    mh_topology_clear(&topology);
    return text;
}

bool mh_topology_alive(const struct mh_interface *interface)
{
    return interface->up && interface->carrier;
}

const char *mh_topology_state(const struct mh_interface *interface)
{
    return !interface->up ? "down" : interface->carrier ? "up" : "no carrier";
}

bool mh_topology_gateway_dead(const struct mh_topology *topology, const struct mh_topology_gateway *gateway)
{
    if (gateway->neighbor != NULL && gateway->neighbor->state == MH_NEIGHBOR_FAILED)
        return true;
    for (size_t i = 0; i < gateway->default_count; i++) {
        int interface = topology->defaults[gateway->first_default + i].interface;
        if (mh_topology_alive(topology->interfaces[interface].interface))
            return false;
    }
    return true;
}

void mh_topology_add_kinds(struct mh_text *text, const struct mh_scenario_list *list)
{
    bool first = true;
    for (int kind = MH_SINGLE_HOMED; kind <= MH_SIMPLE_MULTIHOMING; kind++)
        for (size_t i = 0; i < list->count; i++) {
            if ((int)list->items[i].kind != kind)
                continue;
            mh_text_format(text, "%s%s", first ? "" : " + ", mh_scenario_kind_name(list->items[i].kind));
            first = false;
            break;
        }
}

void mh_topology_add_address(struct mh_text *text, const struct mh_interface_address *address)
{
    char words[MH_ADDRESS_TEXT_SIZE];
    mh_text_add(text, mh_address_format(&address->address, words));
    if (address->peer.family != MH_FAMILY_NONE)
        mh_text_format(text, " peer %s", mh_address_format(&address->peer, words));
    mh_text_format(text, "/%u", (unsigned)address->prefix_length);
}

void mh_topology_add_default(struct mh_text *text, const struct mh_topology *topology,
                             const struct mh_topology_default *at)
{
    mh_text_add(text,
                at->gateway.family == MH_FAMILY_NONE && at->family == MH_IPV6 ? "IPv6 default" : "default");
    if (at->metric != 0)
        mh_text_format(text, ", metric %u", (unsigned)at->metric);
    if (topology->several_tables)
        mh_text_format(text, ", table %u", (unsigned)at->table);
}

void mh_topology_add_nature(struct mh_text *text, const struct mh_topology *topology,
                            const struct mh_topology_interface *interface)
{
    enum mh_kind kind = (enum mh_kind)interface->interface->kind;
    if (kind != MH_KIND_PHYSICAL)
        mh_text_add(text, kind == MH_KIND_VLAN ? "VLAN" : kind == MH_KIND_VRF ? "VRF" : mh_kind_name(kind));
    if (interface->lower == MH_TOPOLOGY_NONE)
        return;
    mh_text_format(text, "%s%s", kind == MH_KIND_VETH ? " to " : " on ",
                   topology->interfaces[interface->lower].interface->name);
}
