/* Rules: a source prefix selects an uplink's table. They are ours by their protocol (FRA_PROTOCOL 157). */
#include "core/plan_builder.h"

/* The rules that are wanted (struct mh_plan_step), where they stand, and the last table that was asked about.
 */
struct wanted_rules {
    const struct mh_list *routes; /* that are wanted */
    struct mh_list *list;
    struct mh_place_index index;
    uint32_t table;
    uint8_t family; /* none: no table was */
    bool leads;
};

static enum mh_gateway_kind gateway_kind(const struct mh_config_uplink *uplink, uint8_t family)
{
    return (enum mh_gateway_kind)(family == MH_IPV4 ? uplink->ipv4.kind : uplink->ipv6.kind);
}

static bool is_there(const struct mh_plan_builder *builder, const struct mh_route *wanted)
{
    const struct mh_route *own = mh_plan_own_route(builder, wanted);
    return own != NULL && mh_plan_is_as_wanted(builder, own, wanted);
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

/* Thousands of rules have a few tables. */
static bool leads(const struct mh_plan_builder *builder, struct wanted_rules *wanted, uint32_t table,
                  uint8_t family)
{
    if (wanted->table == table && wanted->family == family)
        return wanted->leads;
    wanted->table = table;
    wanted->family = family;
    wanted->leads = leads_somewhere(builder, wanted->routes, table, family);
    return wanted->leads;
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
                 struct wanted_rules *wanted)
{
    const struct mh_config_uplink *uplink = &builder->input->config->uplinks[entry->uplink];
    const struct mh_interface *interface = interface_of(builder, uplink);
    uint8_t family = entry->from.address.family;
    /* The system lists a rule for all without a prefix. */
    const struct mh_prefix from = entry->from.length > 0 ? entry->from : (struct mh_prefix){.length = 0};
    const char *member = mh_plan_member(builder, "rules", entry->name);
    uint32_t table = interface == NULL ? 0 : mh_plan_uplink_table(builder, uplink, interface);
    if (interface == NULL || !leads(builder, wanted, table, family)) {
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
                                 .from = from,
                                 .suppress_prefix_length = -1,
                                 .suppress_interface_group = -1};
    const struct mh_op op = {.kind = MH_OP_RULE_ADD, .of.rule = rule};
    const struct mh_plan_step item = {.op = op, .member = member};
    mh_place_index_add(&wanted->index, mh_rule_number(&rule), mh_list_count(wanted->list));
    mh_plan_push(builder, &wanted->list, &item);
}

static bool is_rule_of(const void *item, const void *rule)
{
    const struct mh_plan_step *step = item;
    return mh_rule_equal(&step->op.of.rule, rule);
}

static bool is_wanted(struct wanted_rules *wanted, const struct mh_rule *rule)
{
    const struct mh_place_question question = {.items = mh_list_items(wanted->list),
                                               .count = mh_list_count(wanted->list),
                                               .size = sizeof(struct mh_plan_step),
                                               .key = mh_rule_number(rule),
                                               .wanted = rule,
                                               .matches = is_rule_of};
    return mh_place_index_find(&wanted->index, &question) < question.count;
}

static void take_unwanted_away(struct mh_plan_builder *builder, struct wanted_rules *wanted)
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

static void want_sources(struct mh_plan_builder *builder, struct wanted_rules *wanted)
{
    size_t at = mh_list_count(wanted->list);
    mh_plan_want_preference_rules(builder, wanted->routes, &wanted->list);
    mh_plan_want_source_rules(builder, &wanted->list);
    const struct mh_plan_step *items = mh_list_items(wanted->list);
    for (; at < mh_list_count(wanted->list); at++)
        mh_place_index_add(&wanted->index, mh_rule_number(&items[at].op.of.rule), at);
}

void mh_plan_rules(struct mh_plan_builder *builder, const struct mh_list *routes)
{
    const struct mh_config *config = builder->input->config;
    struct wanted_rules wanted = {.routes = routes, .list = mh_list_new(sizeof(struct mh_plan_step))};
    if (wanted.list == NULL) {
        builder->error = MH_NO_MEMORY;
        return;
    }
    for (size_t i = 0; i < config->rule_count && builder->no_rules == NULL && builder->error == MH_OK; i++)
        want(builder, &config->rules[i], &wanted);
    want_sources(builder, &wanted);
    note_foreign(builder, wanted.list);
    const struct mh_plan_step *items = mh_list_items(wanted.list);
    for (size_t i = 0; i < mh_list_count(wanted.list) && builder->error == MH_OK; i++)
        if (mh_predicted_rule(&builder->now, &items[i].op.of.rule) == NULL)
            mh_plan_emit_rule(builder, MH_OP_RULE_ADD, &items[i].op.of.rule, items[i].member);
    take_unwanted_away(builder, &wanted);
    mh_place_index_clear(&wanted.index);
    mh_list_release(wanted.list);
}
