/* RTM_NEWRULE, RTM_DELRULE: struct fib_rule_hdr and FRA_* (linux/fib_rules.h).
 *
 * A rule may carry a selector that is newer than this program. Such a rule would look wider than it is, so
 * every attribute that is not known to be harmless sets `unknown_selector`. */
#include "attribute.h"
#include "codec.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

enum {
    ATTRIBUTE_DSCP = 25,       /* FRA_DSCP, since Linux 6.12 */
    ATTRIBUTE_SPORT_MASK = 28, /* FRA_SPORT_MASK, FRA_DPORT_MASK, FRA_DSCP_MASK: since Linux 6.15 */
    ATTRIBUTE_DPORT_MASK = 29,
    ATTRIBUTE_DSCP_MASK = 30,
    DSCP_BITS = 0x3f
};

static bool take_prefix(const struct mh_attribute *attribute, unsigned length, struct mh_rule *rule,
                        struct mh_prefix *prefix)
{
    struct mh_address address;
    if (!mh_attribute_address(attribute, (enum mh_family)rule->family, &address))
        return false;
    *prefix = mh_prefix_of(&address, length);
    return true;
}

static bool take_ports(const struct mh_attribute *attribute, uint16_t *first, uint16_t *last)
{
    struct fib_rule_port_range range;
    if (attribute->length < sizeof range)
        return false;
    memcpy(&range, attribute->data, sizeof range);
    *first = range.start;
    *last = range.end;
    return true;
}

static bool take_uids(const struct mh_attribute *attribute, struct mh_rule *rule)
{
    struct fib_rule_uid_range range;
    if (attribute->length < sizeof range)
        return false;
    memcpy(&range, attribute->data, sizeof range);
    rule->has_uid_range = true;
    rule->uid_first = range.start;
    rule->uid_last = range.end;
    return true;
}

/* -1 is "off" in the kernel too. */
static bool take_suppressor(const struct mh_attribute *attribute, int32_t *value)
{
    uint32_t number;
    if (!mh_attribute_u32(attribute, &number))
        return false;
    memcpy(value, &number, sizeof *value);
    return true;
}

static bool take_tunnel(const struct mh_attribute *attribute, struct mh_rule *rule)
{
    if (attribute->length < 8)
        return false;
    rule->tunnel_id = 0;
    for (size_t i = 0; i < 8; i++) /* in network order */
        rule->tunnel_id = rule->tunnel_id << 8 | attribute->data[i];
    return true;
}

/* The upper six bits of the octet that `tos` is. "DSCP 0", which is a selector here, cannot be told from
 * "any" there. */
static bool take_dscp(const struct mh_attribute *attribute, struct mh_rule *rule)
{
    uint8_t dscp;
    if (!mh_attribute_u8(attribute, &dscp))
        return false;
    rule->tos = (uint8_t)((dscp & DSCP_BITS) << 2);
    if (dscp == 0 || dscp > DSCP_BITS)
        rule->unknown_selector = true;
    return true;
}

/* The kernel tells the mask of a single port or DSCP too, where all bits count and the mask says nothing new.
 */
static bool take_port_mask(const struct mh_attribute *attribute, struct mh_rule *rule)
{
    uint16_t mask;
    if (!mh_attribute_u16(attribute, &mask))
        return false;
    if (mask != UINT16_MAX)
        rule->unknown_selector = true;
    return true;
}

static bool take_dscp_mask(const struct mh_attribute *attribute, struct mh_rule *rule)
{
    uint8_t mask;
    if (!mh_attribute_u8(attribute, &mask))
        return false;
    if (mask != DSCP_BITS)
        rule->unknown_selector = true;
    return true;
}

/* What selects. */
static bool take_selector(const struct mh_attribute *attribute, const struct fib_rule_hdr *header,
                          struct mh_rule *rule)
{
    switch (attribute->type) {
    case FRA_DST:
        return take_prefix(attribute, header->dst_len, rule, &rule->to);
    case FRA_SRC:
        return take_prefix(attribute, header->src_len, rule, &rule->from);
    case FRA_IIFNAME:
        return mh_attribute_text(attribute, rule->input, sizeof rule->input);
    case FRA_OIFNAME:
        return mh_attribute_text(attribute, rule->output, sizeof rule->output);
    case FRA_FWMARK:
        return mh_attribute_u32(attribute, &rule->mark);
    case FRA_FWMASK:
        return mh_attribute_u32(attribute, &rule->mark_mask);
    case FRA_TUN_ID:
        return take_tunnel(attribute, rule);
    case FRA_UID_RANGE:
        return take_uids(attribute, rule);
    case FRA_IP_PROTO:
        return mh_attribute_u8(attribute, &rule->ip_protocol);
    case FRA_SPORT_RANGE:
        return take_ports(attribute, &rule->source_port_first, &rule->source_port_last);
    case FRA_DPORT_RANGE:
        return take_ports(attribute, &rule->destination_port_first, &rule->destination_port_last);
    case ATTRIBUTE_DSCP:
        return take_dscp(attribute, rule);
    case ATTRIBUTE_DSCP_MASK:
        return take_dscp_mask(attribute, rule);
    case ATTRIBUTE_SPORT_MASK:
    case ATTRIBUTE_DPORT_MASK:
        return take_port_mask(attribute, rule);
    default:
        rule->unknown_selector = true;
        return true;
    }
}

static bool take_l3mdev(const struct mh_attribute *attribute, struct mh_rule *rule)
{
    uint8_t value;
    if (!mh_attribute_u8(attribute, &value))
        return false;
    rule->l3mdev = value != 0;
    return true;
}

/* What says where the rule stands and what it does, or nothing that matters here (FRA_FLOW is a realm for
 * accounting). */
static bool take_attribute(const struct mh_attribute *attribute, const struct fib_rule_hdr *header,
                           struct mh_rule *rule)
{
    switch (attribute->type) {
    case FRA_PRIORITY:
        return mh_attribute_u32(attribute, &rule->priority);
    case FRA_TABLE:
        return mh_attribute_u32(attribute, &rule->table);
    case FRA_GOTO:
        return mh_attribute_u32(attribute, &rule->target);
    case FRA_PROTOCOL:
        return mh_attribute_u8(attribute, &rule->protocol);
    case FRA_L3MDEV:
        return take_l3mdev(attribute, rule);
    case FRA_SUPPRESS_PREFIXLEN:
        return take_suppressor(attribute, &rule->suppress_prefix_length);
    case FRA_SUPPRESS_IFGROUP:
        return take_suppressor(attribute, &rule->suppress_interface_group);
    case FRA_FLOW:
    case FRA_PAD:
        return true;
    default:
        return take_selector(attribute, header, rule);
    }
}

static enum mh_rule_action action_of_native(uint8_t native)
{
    switch (native) {
    case FR_ACT_TO_TBL:
        return MH_RULE_TO_TABLE;
    case FR_ACT_GOTO:
        return MH_RULE_GOTO;
    case FR_ACT_NOP:
        return MH_RULE_NOP;
    case FR_ACT_BLACKHOLE:
        return MH_RULE_BLACKHOLE;
    case FR_ACT_UNREACHABLE:
        return MH_RULE_UNREACHABLE;
    case FR_ACT_PROHIBIT:
        return MH_RULE_PROHIBIT;
    default:
        return MH_RULE_OTHER;
    }
}

/* A length without its address would make the rule look wider than it is. */
static bool lengths_fit(const struct fib_rule_hdr *header, const struct mh_rule *rule)
{
    unsigned bits = mh_family_bits((enum mh_family)rule->family);
    if (header->dst_len > bits || header->src_len > bits)
        return false;
    return (header->dst_len == 0 || rule->to.address.family != MH_FAMILY_NONE) &&
           (header->src_len == 0 || rule->from.address.family != MH_FAMILY_NONE);
}

static void finish(struct mh_rule *rule, bool has_mark, bool has_mask)
{
    if (has_mark && !has_mask)
        rule->mark_mask = UINT32_MAX;
    if (rule->action != MH_RULE_TO_TABLE)
        rule->table = 0;
    rule->owner = (uint8_t)mh_owner_of_protocol(rule->protocol);
}

enum mh_error mh_decode_rule(const void *bytes, size_t length, struct mh_rule *rule)
{
    struct fib_rule_hdr header;
    struct mh_attributes walk;
    struct mh_attribute attribute;
    bool has_mark = false, has_mask = false;
    if (!mh_message_parts(bytes, length, &header, sizeof header, &walk))
        return MH_MALFORMED;
    enum mh_family family = mh_family_of_native(header.family);
    if (family == MH_FAMILY_NONE) /* multicast forwarding has rules of its own */
        return MH_NOT_FOUND;
    *rule = (struct mh_rule){.family = (uint8_t)family,
                             .action = (uint8_t)action_of_native(header.action),
                             .table = header.table,
                             .tos = header.tos,
                             .invert = (header.flags & FIB_RULE_INVERT) != 0,
                             .suppress_prefix_length = -1,
                             .suppress_interface_group = -1};
    while (mh_attributes_next(&walk, &attribute)) {
        if (!take_attribute(&attribute, &header, rule))
            return MH_MALFORMED;
        has_mark |= attribute.type == FRA_FWMARK;
        has_mask |= attribute.type == FRA_FWMASK;
    }
    if (walk.malformed || !lengths_fit(&header, rule))
        return MH_MALFORMED;
    finish(rule, has_mark, has_mask);
    return MH_OK;
}
