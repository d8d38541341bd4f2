/* Whether a policy rule's selectors fit a question (fib_rule_match, fib4_rule_match, fib6_rule_match). */
#include "core/forward_parts.h"

#include <string.h>

/* A selector's verdict joins those before it: one "no" decides, then one "unknown". */
struct matching {
    bool no;
    const char *unknown;
};

static void require(struct matching *matching, bool holds)
{
    matching->no = matching->no || !holds;
}

static void unknown(struct matching *matching, const char *reason)
{
    if (matching->unknown == NULL)
        matching->unknown = reason;
}

static void require_known(struct matching *matching, const struct mh_question *question, enum mh_known what,
                          const char *reason, bool holds)
{
    if (question->known & what)
        require(matching, holds);
    else
        unknown(matching, reason);
}

/* No source yet is all zeros to Linux' IPv4 rules (0.0.0.0/8 holds it), while IPv6 rules from a prefix do not
 * match. */
static bool prefix_matches(const struct mh_prefix *prefix, const struct mh_address *address)
{
    static const struct mh_address zeros = {.family = MH_IPV4};
    if (prefix->address.family == MH_FAMILY_NONE || prefix->length == 0)
        return true;
    if (address->family == MH_FAMILY_NONE)
        return prefix->address.family == MH_IPV4 && mh_prefix_contains(prefix, &zeros);
    return mh_prefix_contains(prefix, address);
}

static bool interface_matches(const struct mh_snapshot *snapshot, const char *name, uint32_t index)
{
    const struct mh_interface *interface = mh_snapshot_interface(snapshot, index);
    return interface != NULL && strcmp(interface->name, name) == 0;
}

static void match_interfaces(struct matching *matching, const struct mh_snapshot *snapshot,
                             const struct mh_rule *rule, const struct mh_question *question)
{
    if (rule->input[0] != '\0') {
        uint32_t input = question->input != 0 ? question->input : mh_loopback_index(snapshot);
        require(matching, interface_matches(snapshot, rule->input, input));
    }
    if (rule->output[0] != '\0')
        require(matching, interface_matches(snapshot, rule->output, question->output));
}

/* Of a VRF's rule: it is for packets of any VRF, that is by an interface of one (l3mdev_fib_rule_match). */
static void match_domain(struct matching *matching, const struct mh_snapshot *snapshot,
                         const struct mh_question *question)
{
    const struct mh_interface *output = mh_snapshot_interface(snapshot, question->output);
    const struct mh_interface *input = mh_snapshot_interface(snapshot, question->input);
    if ((output == NULL || output->domain == 0) && (input == NULL || input->domain == 0))
        require(matching, false);
    else
        unknown(matching, "the table of a VRF is not known");
}

/* Of the upper six bits, which IPv6 compares whole. IPv4 looks at three of them for a "tos" selector, and at
 * all for a "dscp" one, which may have more. */
static bool tos_matches(const struct mh_rule *rule, uint8_t tos)
{
    uint8_t mask = rule->family == MH_IPV4 && (rule->tos & 0xe0) == 0 ? 0x1c : 0xfc;
    return rule->tos == (tos & mask);
}

static bool port_matches(uint16_t first, uint16_t last, uint16_t port)
{
    return port >= first && port <= last;
}

static void match_ports(struct matching *matching, const struct mh_rule *rule,
                        const struct mh_question *question)
{
    static const char reason[] = "a rule selects by ports, which are not known";
    if (rule->source_port_last != 0)
        require_known(matching, question, MH_KNOWN_PORTS, reason,
                      port_matches(rule->source_port_first, rule->source_port_last, question->source_port));
    if (rule->destination_port_last != 0)
        require_known(matching, question, MH_KNOWN_PORTS, reason,
                      port_matches(rule->destination_port_first, rule->destination_port_last,
                                   question->destination_port));
}

static void match_packet(struct matching *matching, const struct mh_rule *rule,
                         const struct mh_question *question)
{
    if (rule->mark_mask != 0)
        require_known(matching, question, MH_KNOWN_MARK, "a rule selects by the mark, which is not known",
                      ((rule->mark ^ question->mark) & rule->mark_mask) == 0);
    if (rule->tos != 0)
        require_known(matching, question, MH_KNOWN_TOS,
                      "a rule selects by the type of service, which is not known",
                      tos_matches(rule, question->tos));
    if (rule->ip_protocol != 0)
        require_known(matching, question, MH_KNOWN_PROTOCOL,
                      "a rule selects by the IP protocol, which is not known",
                      rule->ip_protocol == question->protocol);
    if (rule->has_uid_range)
        require_known(matching, question, MH_KNOWN_UID, "a rule selects by the user, who is not known",
                      question->uid >= rule->uid_first && question->uid <= rule->uid_last);
    match_ports(matching, rule, question);
}

bool mh_rule_selects(const struct mh_rule *rule)
{
    return ((unsigned)rule->from.length | rule->to.length | (unsigned char)rule->input[0] |
            (unsigned char)rule->output[0] | rule->mark_mask | rule->tos | rule->ip_protocol | rule->invert |
            rule->l3mdev | rule->has_uid_range | rule->unknown_selector | rule->source_port_last |
            rule->destination_port_last | (unsigned)(rule->tunnel_id != 0)) != 0;
}

enum mh_match mh_rule_match(const struct mh_snapshot *snapshot, const struct mh_rule *rule,
                            const struct mh_question *question, const char **reason)
{
    struct matching matching = {false, NULL};
    /* Hosts with many rules have one for each source: most end here. */
    if (!prefix_matches(&rule->from, &question->source))
        return rule->invert ? MH_MATCH_YES : MH_MATCH_NO;
    require(&matching, prefix_matches(&rule->to, &question->destination));
    match_interfaces(&matching, snapshot, rule, question);
    match_packet(&matching, rule, question);
    if (rule->l3mdev)
        match_domain(&matching, snapshot, question);
    if (rule->tunnel_id != 0) /* what this host sends itself has none */
        require(&matching, false);
    if (rule->unknown_selector)
        unknown(&matching, "a rule has a selector that this version does not know");
    if (!matching.no && matching.unknown != NULL) {
        *reason = matching.unknown;
        return MH_MATCH_UNKNOWN;
    }
    return matching.no == rule->invert ? MH_MATCH_YES : MH_MATCH_NO;
}
