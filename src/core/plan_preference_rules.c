/* Rules that lead to the table of preferred sources (plan_preferences.c), before main, whatever has no source
 * yet. */
#include "core/plan_builder.h"

static void push(struct mh_plan_builder *builder, struct mh_list **rules, const struct mh_rule *rule,
                 const char *member)
{
    const struct mh_plan_step item = {.op = {.kind = MH_OP_RULE_ADD, .of.rule = *rule}, .member = member};
    mh_plan_push(builder, rules, &item);
}

static struct mh_rule make_rule(uint32_t priority, enum mh_family family, enum mh_rule_action action)
{
    return (struct mh_rule){.priority = priority,
                            .family = (uint8_t)family,
                            .action = (uint8_t)action,
                            .protocol = MH_PLAN_PROTOCOL,
                            .owner = MH_OWNER_MULTIHOMED,
                            .suppress_prefix_length = -1,
                            .suppress_interface_group = -1};
}

/* To IPv4's rules a source that is not chosen yet is 0.0.0.0. */
static void want_rule4(struct mh_plan_builder *builder, const char *member, struct mh_list **rules)
{
    struct mh_rule rule = make_rule(MH_PLAN_PREFERENCE_PRIORITY, MH_IPV4, MH_RULE_TO_TABLE);
    rule.from = (struct mh_prefix){{.family = MH_IPV4}, 32};
    rule.table = MH_PLAN_PREFERENCE_TABLE;
    push(builder, rules, &rule, member);
}

/* To IPv6's it is in no prefix, not even in ::/1 (fib6_rule_match): chosen ones, which are in one half or in
 * the other, jump over the table; so does what stays on a link, which every interface leads to. Where they
 * jump to comes first, and the table last: a jump to nowhere is none. */
static void want_rules6(struct mh_plan_builder *builder, const char *member, struct mh_list **rules)
{
    struct mh_rule jump = make_rule(MH_PLAN_PREFERENCE_PRIORITY, MH_IPV6, MH_RULE_GOTO);
    jump.target = MH_PLAN_PREFERENCE_PRIORITY + 2;
    jump.from = (struct mh_prefix){{.family = MH_IPV6}, 1};
    const struct mh_rule end = make_rule(MH_PLAN_PREFERENCE_PRIORITY + 2, MH_IPV6, MH_RULE_NOP);
    push(builder, rules, &end, member);
    push(builder, rules, &jump, member);
    jump.from.address.bytes[0] = 0x80;
    push(builder, rules, &jump, member);
    jump.from = (struct mh_prefix){0};
    jump.to = (struct mh_prefix){{.family = MH_IPV6, .bytes = {0xfe, 0x80}}, 10};
    push(builder, rules, &jump, member);
    struct mh_rule rule = make_rule(MH_PLAN_PREFERENCE_PRIORITY + 1, MH_IPV6, MH_RULE_TO_TABLE);
    rule.table = MH_PLAN_PREFERENCE_TABLE;
    push(builder, rules, &rule, member);
}

/* Who asks for the table in a family; NULL: nobody. */
static const char *member_of_table(const struct mh_list *routes, enum mh_family family)
{
    const struct mh_wanted_route *items = mh_list_items(routes);
    for (size_t i = 0; i < mh_list_count(routes); i++)
        if (items[i].route.table == MH_PLAN_PREFERENCE_TABLE &&
            items[i].route.destination.address.family == (uint8_t)family)
            return items[i].member;
    return NULL;
}

void mh_plan_want_preference_rules(struct mh_plan_builder *builder, const struct mh_list *routes,
                                   struct mh_list **rules)
{
    const char *member = member_of_table(routes, MH_IPV4);
    if (member != NULL)
        want_rule4(builder, member, rules);
    member = member_of_table(routes, MH_IPV6);
    if (member != NULL)
        want_rules6(builder, member, rules);
}
