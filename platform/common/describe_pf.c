/* Rules, and routes of tables 5200 to 5999, on systems that keep them in an anchor of pf(4). pfctl(8)
 * replaces an anchor's rules as a whole, so there is no command for one of them: shown is the command that is
 * run, and behind "#" what it changes. */
#include "describe.h"

#include <string.h>

enum { TABLE_FIRST = 5200, TABLE_LAST = 5999 };

static void add_prefix(struct mh_description *out, const char *word, const struct mh_prefix *prefix)
{
    char text[MH_PREFIX_TEXT_SIZE];
    if (prefix->address.family != MH_FAMILY_NONE)
        mh_describe_add(out, " %s %s", word, mh_prefix_format(prefix, text));
}

static bool describe_rule(struct mh_description *out, const struct mh_rule *rule)
{
    mh_describe_add(out, " rule %u %s", rule->priority, rule->family == MH_IPV6 ? "inet6" : "inet");
    add_prefix(out, "from", &rule->from);
    add_prefix(out, "to", &rule->to);
    switch (rule->action) {
    case MH_RULE_TO_TABLE:
        mh_describe_add(out, " table %u", rule->table);
        return true;
    case MH_RULE_BLACKHOLE:
    case MH_RULE_UNREACHABLE:
    case MH_RULE_PROHIBIT:
        mh_describe_add(out, " block");
        return true;
    default:
        return false;
    }
}

static void describe_hop(struct mh_description *out, const struct mh_next_hop *hop)
{
    char text[MH_ADDRESS_TEXT_SIZE], name[MH_NAME_SIZE];
    if (hop->gateway.family != MH_FAMILY_NONE)
        mh_describe_add(out, " via %s", mh_address_format(&hop->gateway, text));
    mh_describe_add(out, " on %s", mh_describe_interface(out, hop->interface, name));
}

static bool describe_route(struct mh_description *out, const struct mh_route *route)
{
    mh_describe_add(out, " route in table %u", route->table);
    add_prefix(out, "to", &route->destination);
    if (route->next_hop_count == 0)
        mh_describe_add(out, " block");
    else
        describe_hop(out, &route->next_hops[0]);
    return route->next_hop_count <= 1;
}

bool mh_describe_is_pf(const struct mh_op *op)
{
    bool is_rule = op->kind == MH_OP_RULE_ADD || op->kind == MH_OP_RULE_DELETE;
    bool is_route =
        op->kind == MH_OP_ROUTE_ADD || op->kind == MH_OP_ROUTE_REPLACE || op->kind == MH_OP_ROUTE_DELETE;
    return is_rule || (is_route && op->of.route.table >= TABLE_FIRST && op->of.route.table <= TABLE_LAST);
}

bool mh_describe_pf(struct mh_description *out, const struct mh_op *op)
{
    static const char *const verbs[MH_OP_KIND_COUNT] = {[MH_OP_RULE_ADD] = "add",
                                                        [MH_OP_RULE_DELETE] = "delete",
                                                        [MH_OP_ROUTE_ADD] = "add",
                                                        [MH_OP_ROUTE_REPLACE] = "replace",
                                                        [MH_OP_ROUTE_DELETE] = "delete"};
    if (!mh_describe_is_pf(op))
        return false;
    mh_describe_add(out, "pfctl -a multihomed -f - # %s", verbs[op->kind]);
    return op->kind == MH_OP_RULE_ADD || op->kind == MH_OP_RULE_DELETE ? describe_rule(out, &op->of.rule)
                                                                       : describe_route(out, &op->of.route);
}
