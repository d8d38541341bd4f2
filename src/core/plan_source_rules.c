/* Sources that are bound to their interface: its table, and a rule for each of its addresses that leads
 * there. Where the table knows no way, source routing goes on with main; strong send ends (RFC 1122
 * 3.3.4.2). */
#include "core/plan_builder.h"

/* ---- tables ---------------------------------------------------------------------------------------- */

/* The uplink whose gateway is the interface's: the first that serves the family. */
static const struct mh_config_uplink *uplink_of(const struct mh_plan_builder *builder,
                                                const struct mh_interface *interface, enum mh_family family)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < config->uplink_count; i++)
        if (mh_plan_gateway_of(&config->uplinks[i], family)->kind != MH_GATEWAY_ABSENT &&
            mh_config_selects(config->uplinks[i].interface, interface))
            return &config->uplinks[i];
    return NULL;
}

/* `*member` becomes the uplink's, where it is its gateway. */
static bool find_way(struct mh_plan_builder *builder, const struct mh_interface *interface,
                     enum mh_family family, struct mh_next_hop *way, const char **member)
{
    const struct mh_config_uplink *uplink = uplink_of(builder, interface, family);
    if (uplink == NULL)
        return mh_plan_foreign_way(builder, interface, family, way);
    *member = mh_plan_member(builder, "uplinks", uplink->name);
    return mh_plan_uplink_way(builder, uplink, interface, family, *member, way);
}

/* A source of the family that packets leave with. */
static bool is_source(const struct mh_interface_address *address, const struct mh_plan_cover *cover)
{
    return address->interface == cover->interface && address->address.family == cover->family &&
           !mh_address_is_link_local(&address->address) && !(address->flags & MH_ADDRESS_DUPLICATE);
}

static bool has_source(const struct mh_plan_builder *builder, const struct mh_plan_cover *cover)
{
    const struct mh_interface_address *items = mh_list_items(builder->target);
    for (size_t i = 0; i < mh_list_count(builder->target); i++)
        if (is_source(&items[i], cover))
            return true;
    return false;
}

static void want_table(struct mh_plan_builder *builder, const struct mh_plan_cover *cover,
                       struct mh_list **wanted)
{
    const struct mh_interface *interface = mh_snapshot_interface(builder->input->snapshot, cover->interface);
    enum mh_family family = (enum mh_family)cover->family;
    struct mh_next_hop way;
    const char *way_member = cover->member;
    bool leads = find_way(builder, interface, family, &way, &way_member);
    const struct mh_plan_table table = {mh_plan_interface_table(builder, interface),
                                        family,
                                        interface,
                                        leads ? &way : NULL,
                                        cover->member,
                                        way_member};
    mh_plan_want_table(builder, wanted, &table);
    if (!leads && cover->strong)
        mh_plan_note(
            builder, &builder->warnings, cover->member,
            "%s has no %s gateway now: its addresses reach its own networks and this host's internal "
            "ones only.",
            interface->name, family == MH_IPV4 ? "IPv4" : "IPv6");
}

void mh_plan_want_source_tables(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    const struct mh_plan_cover *covers = mh_list_items(builder->covers);
    for (size_t i = 0; i < mh_list_count(builder->covers) && builder->error == MH_OK; i++)
        if (has_source(builder, &covers[i]))
            want_table(builder, &covers[i], wanted);
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static void push(struct mh_plan_builder *builder, struct mh_list **wanted, const struct mh_rule *rule,
                 const char *member)
{
    const struct mh_plan_step item = {.op = {.kind = MH_OP_RULE_ADD, .of.rule = *rule}, .member = member};
    mh_plan_push(builder, wanted, &item);
}

static void want_rules(struct mh_plan_builder *builder, const struct mh_plan_cover *cover,
                       const struct mh_address *source, uint32_t table, struct mh_list **wanted)
{
    struct mh_rule rule = {.priority = MH_PLAN_SOURCE_PRIORITY,
                           .table = table,
                           .family = cover->family,
                           .action = MH_RULE_TO_TABLE,
                           .protocol = MH_PLAN_PROTOCOL,
                           .owner = MH_OWNER_MULTIHOMED,
                           .from = mh_prefix_of(source, mh_family_bits((enum mh_family)cover->family)),
                           .suppress_prefix_length = -1,
                           .suppress_interface_group = -1};
    push(builder, wanted, &rule, cover->member);
    if (!cover->strong)
        return;
    rule.priority = MH_PLAN_END_PRIORITY;
    rule.table = 0;
    rule.action = MH_RULE_UNREACHABLE;
    push(builder, wanted, &rule, cover->member);
}

/* An address may be on several interfaces: the first of them that is covered has it. */
static bool is_first(const struct mh_plan_builder *builder, size_t position)
{
    const struct mh_interface_address *items = mh_list_items(builder->target);
    if (mh_plan_host_address(builder, &items[position].address) == &items[position])
        return true; /* as nearly always; found without looking through all before it */
    for (size_t i = 0; i < position; i++)
        if (mh_address_equal(&items[i].address, &items[position].address) &&
            mh_plan_cover_of(builder, items[i].interface, (enum mh_family)items[i].address.family) != NULL)
            return false;
    return true;
}

static void want_rules_of(struct mh_plan_builder *builder, const struct mh_plan_cover *cover,
                          struct mh_list **wanted)
{
    const struct mh_interface *interface = mh_snapshot_interface(builder->input->snapshot, cover->interface);
    const struct mh_interface_address *items = mh_list_items(builder->target);
    uint32_t table = mh_plan_interface_table(builder, interface);
    for (size_t i = 0; i < mh_list_count(builder->target); i++)
        if (is_source(&items[i], cover) && is_first(builder, i))
            want_rules(builder, cover, &items[i].address, table, wanted);
}

void mh_plan_want_source_rules(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    const struct mh_plan_cover *covers = mh_list_items(builder->covers);
    for (size_t i = 0; i < mh_list_count(builder->covers) && builder->error == MH_OK; i++)
        want_rules_of(builder, &covers[i], wanted);
}
