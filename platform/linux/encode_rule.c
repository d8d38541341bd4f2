/* RTM_NEWRULE, RTM_DELRULE: struct fib_rule_hdr and FRA_* (linux/fib_rules.h). */
#include "attribute.h"
#include "encode.h"

#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>

static uint8_t native_action(const struct mh_rule *rule)
{
    static const uint8_t natives[] = {
        [MH_RULE_TO_TABLE] = FR_ACT_TO_TBL,
        [MH_RULE_GOTO] = FR_ACT_GOTO,
        [MH_RULE_NOP] = FR_ACT_NOP,
        [MH_RULE_BLACKHOLE] = FR_ACT_BLACKHOLE,
        [MH_RULE_UNREACHABLE] = FR_ACT_UNREACHABLE,
        [MH_RULE_PROHIBIT] = FR_ACT_PROHIBIT,
        [MH_RULE_OTHER] = FR_ACT_UNSPEC,
    };
    return rule->action <= MH_RULE_OTHER ? natives[rule->action] : FR_ACT_UNSPEC;
}

static bool is_of(const struct mh_prefix *prefix, uint8_t family)
{
    return prefix->address.family == MH_FAMILY_NONE ||
           (prefix->address.family == family && prefix->length <= mh_family_bits((enum mh_family)family));
}

static enum mh_error check(enum mh_op_kind kind, const struct mh_rule *rule, struct mh_failure *failure)
{
    if (mh_native_of_family(rule->family) == 0 || !is_of(&rule->from, rule->family) ||
        !is_of(&rule->to, rule->family))
        return mh_fail(failure, MH_INVALID, "a rule and its prefixes need one family");
    if (rule->unknown_selector || native_action(rule) == FR_ACT_UNSPEC)
        return mh_fail(failure, MH_UNSUPPORTED,
                       "the rule of priority %u carries something that this version does not know",
                       rule->priority);
    if (strlen(rule->input) >= IFNAMSIZ || strlen(rule->output) >= IFNAMSIZ)
        return mh_fail(failure, MH_INVALID, "a rule names an interface in more than %d octets", IFNAMSIZ - 1);
    if (kind == MH_OP_RULE_DELETE && rule->protocol == RTPROT_UNSPEC)
        return mh_fail(failure, MH_INVALID, "a rule is deleted by its protocol, and this one has none");
    return MH_OK;
}

static void put_name(struct mh_message *message, uint16_t type, const char *name)
{
    if (name[0] != '\0')
        mh_message_put_text(message, type, name);
}

static void put_ports(struct mh_message *message, uint16_t type, uint16_t first, uint16_t last)
{
    const struct fib_rule_port_range range = {first, last};
    if (first != 0 || last != 0)
        mh_message_put(message, type, &range, sizeof range);
}

static void put_tunnel(struct mh_message *message, uint64_t id)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) /* in network order */
        bytes[i] = (uint8_t)(id >> (56 - 8 * i));
    if (id != 0)
        mh_message_put(message, FRA_TUN_ID, bytes, sizeof bytes);
}

static void put_selectors(const struct mh_rule *rule, struct mh_message *message)
{
    const struct fib_rule_uid_range uids = {rule->uid_first, rule->uid_last};
    if (rule->to.length > 0)
        mh_message_put_address(message, FRA_DST, &rule->to.address);
    if (rule->from.length > 0)
        mh_message_put_address(message, FRA_SRC, &rule->from.address);
    put_name(message, FRA_IIFNAME, rule->input);
    put_name(message, FRA_OIFNAME, rule->output);
    if (rule->mark_mask != 0) {
        mh_message_put_u32(message, FRA_FWMARK, rule->mark);
        mh_message_put_u32(message, FRA_FWMASK, rule->mark_mask);
    }
    put_tunnel(message, rule->tunnel_id);
    if (rule->has_uid_range)
        mh_message_put(message, FRA_UID_RANGE, &uids, sizeof uids);
    if (rule->ip_protocol != 0)
        mh_message_put_u8(message, FRA_IP_PROTO, rule->ip_protocol);
    put_ports(message, FRA_SPORT_RANGE, rule->source_port_first, rule->source_port_last);
    put_ports(message, FRA_DPORT_RANGE, rule->destination_port_first, rule->destination_port_last);
}

static void put_action(const struct mh_rule *rule, struct mh_message *message)
{
    if (rule->table >= 256)
        mh_message_put_u32(message, FRA_TABLE, rule->table);
    if (rule->action == MH_RULE_GOTO)
        mh_message_put_u32(message, FRA_GOTO, rule->target);
    if (rule->l3mdev)
        mh_message_put_u8(message, FRA_L3MDEV, 1);
    if (rule->suppress_prefix_length >= 0)
        mh_message_put_u32(message, FRA_SUPPRESS_PREFIXLEN, (uint32_t)rule->suppress_prefix_length);
    if (rule->suppress_interface_group >= 0)
        mh_message_put_u32(message, FRA_SUPPRESS_IFGROUP, (uint32_t)rule->suppress_interface_group);
}

enum mh_error mh_encode_rule(enum mh_op_kind kind, const struct mh_rule *rule, struct mh_message *message,
                             struct mh_failure *failure)
{
    bool adds = kind == MH_OP_RULE_ADD;
    enum mh_error code = check(kind, rule, failure);
    if (code != MH_OK)
        return code;
    const struct fib_rule_hdr fixed = {.family = mh_native_of_family(rule->family),
                                       .dst_len = rule->to.length,
                                       .src_len = rule->from.length,
                                       .tos = rule->tos,
                                       .table = (uint8_t)(rule->table < 256 ? rule->table : RT_TABLE_UNSPEC),
                                       .action = native_action(rule),
                                       .flags = rule->invert ? FIB_RULE_INVERT : 0};
    mh_message_begin(message, adds ? RTM_NEWRULE : RTM_DELRULE, adds ? NLM_F_CREATE | NLM_F_EXCL : 0, &fixed,
                     sizeof fixed);
    mh_message_put_u32(message, FRA_PRIORITY, rule->priority);
    mh_message_put_u8(message, FRA_PROTOCOL, rule->protocol);
    put_selectors(rule, message);
    put_action(rule, message);
    return mh_encode_end(message, failure);
}
