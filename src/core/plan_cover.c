/* Which interfaces' addresses are bound to their interface, in which family: by `source_routing`, by strong
 * `host_model.send`, or because uplinks share the traffic and a source that was chosen must keep to its own.
 * Each of them has a routing table (plan_uplink.c) and rules that lead its addresses there
 * (plan_source_rules.c). */
#include "core/config_roles.h"
#include "core/plan_builder.h"

/* Where strong send is asked for: at the interface, else for the host. */
static const char *strong_member(struct mh_plan_builder *builder, const struct mh_interface *interface,
                                 enum mh_family family)
{
    const struct mh_config_interface *entry = mh_config_interface(builder->input->config, interface);
    uint8_t own = entry == NULL ? 0 : family == MH_IPV4 ? entry->ipv4.send : entry->ipv6.send;
    if (own == MH_HOST_MODEL_UNSET)
        return "/host_model/send";
    const char *member =
        mh_arena_print(builder->memory, "%s/%s/host_model/send",
                       mh_plan_member(builder, "interfaces", entry->interface), mh_family_name(family));
    if (member == NULL)
        builder->error = MH_NO_MEMORY;
    return member == NULL ? "" : member;
}

static bool is_uplink(const struct mh_config *config, const struct mh_interface *interface,
                      enum mh_family family)
{
    for (size_t i = 0; i < config->uplink_count; i++)
        if (mh_plan_gateway_of(&config->uplinks[i], family)->kind != MH_GATEWAY_ABSENT &&
            mh_config_selects(config->uplinks[i].interface, interface))
            return true;
    return false;
}

static void cover(struct mh_plan_builder *builder, const struct mh_interface *interface, enum mh_role role,
                  enum mh_family family)
{
    const struct mh_config *config = builder->input->config;
    struct mh_plan_cover item = {.interface = interface->index, .family = (uint8_t)family};
    item.strong = mh_config_intents(config, interface, role, family).send == MH_HOST_MODEL_STRONG;
    if (item.strong)
        item.member = strong_member(builder, interface, family);
    else if (config->source_routing == MH_SWITCH_ON && role == MH_ROLE_EXTERNAL)
        item.member = "/source_routing";
    else if (mh_plan_balances(builder) && is_uplink(config, interface, family))
        item.member = "/sharing";
    else
        return;
    if (interface->domain != 0)
        mh_plan_note(builder, &builder->warnings, item.member,
                     "%s is in a VRF, whose table decides: its addresses are left to that.", interface->name);
    else
        mh_plan_push(builder, &builder->covers, &item);
}

/* Ports of a bridge or bond have no way of their own; what is theirs to send leaves by their master. */
static bool is_port(const struct mh_interface *interface)
{
    return interface->master != 0 && interface->domain == 0;
}

void mh_plan_find_covers(struct mh_plan_builder *builder)
{
    const struct mh_plan_input *input = builder->input;
    const struct mh_role_source source = mh_config_roles(input->config);
    for (size_t i = 0; i < input->snapshot->interface_count && builder->error == MH_OK; i++) {
        const struct mh_interface *interface = &input->snapshot->interfaces[i];
        if (interface->kind == MH_KIND_LOOPBACK || is_port(interface))
            continue;
        enum mh_role role = mh_role_of(input->snapshot, interface, &source).role;
        cover(builder, interface, role, MH_IPV4);
        cover(builder, interface, role, MH_IPV6);
    }
}

const struct mh_plan_cover *mh_plan_cover_of(const struct mh_plan_builder *builder, uint32_t interface,
                                             enum mh_family family)
{
    const struct mh_plan_cover *items = mh_list_items(builder->covers);
    for (size_t i = 0; i < mh_list_count(builder->covers); i++)
        if (items[i].interface == interface && items[i].family == (uint8_t)family)
            return &items[i];
    return NULL;
}
