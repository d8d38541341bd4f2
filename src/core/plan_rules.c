/* Rules: a source prefix selects an uplink's table. They are ours by their protocol (FRA_PROTOCOL 157). */
#include "core/plan_builder.h"

static enum mh_gateway_kind gateway_kind(const struct mh_config_uplink *uplink, uint8_t family)
{
    return (enum mh_gateway_kind)(family == MH_IPV4 ? uplink->ipv4.kind : uplink->ipv6.kind);
}

static bool is_there(const struct mh_plan_builder *builder, const struct mh_route *route)
{
    size_t count;
    const struct mh_route *routes = mh_predicted_routes(&builder->now, &count);
    for (size_t i = 0; i < count; i++)
        if (mh_route_equal(&routes[i], route))
            return true;
    return false;
}

/* A rule whose table has no gateway yet would do harm: what falls through goes by main. One that is there but
 * not wanted any more is about to go. */
static bool leads_somewhere(const struct mh_plan_builder *builder, const struct mh_list *routes,
                            uint32_t table, uint8_t family)
{
    const struct mh_wanted_route *items = mh_list_items(routes);
    for (size_t i = 0; i < mh_list_count(routes); i++)
        if (items[i].route.table == table && items[i].route.destination.address.family == family &&
            items[i].route.destination.length == 0)
            return is_there(builder, &items[i].route);
    return false;
}

static const struct mh_interface *interface_of(const struct mh_plan_builder *builder,
                                               const struct mh_config_uplink *uplink)
{
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    for (size_t i = 0; i < snapshot->interface_count; i++)
        if (mh_config_selects(uplink->interface, &snapshot->interfaces[i]))
            return &snapshot->interfaces[i];
    return NULL;
}

static void want(struct mh_plan_builder *builder, const struct mh_config_rule *entry,
                 const struct mh_list *routes, struct mh_list **wanted)
{
    const struct mh_config_uplink *uplink = &builder->input->config->uplinks[entry->uplink];
    const struct mh_interface *interface = interface_of(builder, uplink);
    uint8_t family = entry->from.address.family;
    const char *member = mh_plan_member(builder, "rules", entry->name);
    uint32_t table = interface == NULL ? 0 : mh_plan_uplink_table(builder, uplink, interface);
    if (interface == NULL || !leads_somewhere(builder, routes, table, family)) {
        bool never = gateway_kind(uplink, family) == MH_GATEWAY_ABSENT;
        mh_plan_note(builder, &builder->pending, member, "The uplink %s has no %s gateway%s.",
                     entry->uplink_name, family == MH_IPV4 ? "IPv4" : "IPv6", never ? "" : " yet");
        return;
    }
    const struct mh_rule rule = {.priority = MH_PLAN_RULE_PRIORITY + entry->priority,
                                 .table = table,
                                 .family = family,
                                 .action = MH_RULE_TO_TABLE,
                                 .protocol = MH_PLAN_PROTOCOL,
                                 .owner = MH_OWNER_MULTIHOMED,
                                 .from = entry->from,
                                 .suppress_prefix_length = -1,
                                 .suppress_interface_group = -1};
    const struct mh_op op = {.kind = MH_OP_RULE_ADD, .of.rule = rule};
    const struct mh_plan_step item = {.op = op, .member = member};
    mh_plan_push(builder, wanted, &item);
}

static bool has_rule(const struct mh_prediction *host, const struct mh_rule *rule)
{
    size_t count;
    const struct mh_rule *rules = mh_predicted_rules(host, &count);
    for (size_t i = 0; i < count; i++)
        if (mh_rule_equal(&rules[i], rule))
            return true;
    return false;
}

static bool is_wanted(const struct mh_list *wanted, const struct mh_rule *rule)
{
    const struct mh_plan_step *items = mh_list_items(wanted);
    for (size_t i = 0; i < mh_list_count(wanted); i++)
        if (mh_rule_equal(&items[i].op.of.rule, rule))
            return true;
    return false;
}

static void take_unwanted_away(struct mh_plan_builder *builder, const struct mh_list *wanted)
{
    struct mh_prediction earlier;
    size_t count;
    mh_prediction_copy(&builder->now, &earlier);
    const struct mh_rule *rules = mh_predicted_rules(&earlier, &count);
    for (size_t i = count; i > 0 && builder->error == MH_OK; i--) /* what ends a way goes before it */
        if (rules[i - 1].owner == MH_OWNER_MULTIHOMED && !is_wanted(wanted, &rules[i - 1]))
            mh_plan_emit_rule(builder, MH_OP_RULE_DELETE, &rules[i - 1], "");
    mh_prediction_clear(&earlier);
}

static bool has_priority(const struct mh_list *wanted, const struct mh_rule *rule)
{
    const struct mh_plan_step *items = mh_list_items(wanted);
    for (size_t i = 0; i < mh_list_count(wanted); i++)
        if (items[i].op.of.rule.priority == rule->priority && items[i].op.of.rule.family == rule->family)
            return true;
    return false;
}

/* Other programs' rules among ours, as they come about when somebody has the system choose a priority: they
 * stay, and may decide before ours. */
static void note_foreign(struct mh_plan_builder *builder, const struct mh_list *wanted)
{
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    for (size_t i = 0; i < snapshot->rule_count && mh_list_count(wanted) > 0; i++) {
        const struct mh_rule *rule = &snapshot->rules[i];
        if (rule->owner == MH_OWNER_MULTIHOMED || rule->priority < MH_PLAN_RULE_PRIORITY ||
            rule->priority > MH_PLAN_RULE_PRIORITY_LAST)
            continue;
        mh_plan_note(builder, &builder->warnings, "",
                     "Another program's %s rule stands at priority %u, %s: it is left, and may decide before "
                     "those of this service.",
                     rule->family == MH_IPV4 ? "IPv4" : "IPv6", rule->priority,
                     has_priority(wanted, rule) ? "where one of this service belongs"
                                                : "among those of this service");
    }
}

void mh_plan_rules(struct mh_plan_builder *builder, const struct mh_list *routes)
{
    const struct mh_config *config = builder->input->config;
    struct mh_list *wanted = mh_list_new(sizeof(struct mh_plan_step));
    if (wanted == NULL) {
        builder->error = MH_NO_MEMORY;
        return;
    }
    for (size_t i = 0; i < config->rule_count && builder->error == MH_OK; i++)
        want(builder, &config->rules[i], routes, &wanted);
    mh_plan_want_preference_rules(builder, routes, &wanted);
    mh_plan_want_source_rules(builder, &wanted);
    note_foreign(builder, wanted);
    const struct mh_plan_step *items = mh_list_items(wanted);
    for (size_t i = 0; i < mh_list_count(wanted) && builder->error == MH_OK; i++)
        if (!has_rule(&builder->now, &items[i].op.of.rule))
            mh_plan_emit_rule(builder, MH_OP_RULE_ADD, &items[i].op.of.rule, items[i].member);
    take_unwanted_away(builder, wanted);
    mh_list_release(wanted);
}
