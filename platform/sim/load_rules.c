/* Policy rules of the file, with the members that the API shows. */
#include "check.h"
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct draft {
    struct mh_rule rule;
    bool has_priority, has_owner, has_table;
    struct {
        uint32_t first, last;
    } source_port, destination_port, uid;
};

/* ---- the members ----------------------------------------------------------------------------------- */

static bool read_priority(struct sim_reader *reader, const json_t *value, void *field,
                          const struct sim_member *member)
{
    struct draft *draft = field;
    draft->has_priority = true;
    return sim_u32(reader, value, &draft->rule.priority, member);
}

static bool read_table(struct sim_reader *reader, const json_t *value, void *field,
                       const struct sim_member *member)
{
    struct draft *draft = field;
    draft->has_table = true;
    return sim_table(reader, value, &draft->rule.table, member);
}

static const char *action_word(unsigned number)
{
    return mh_rule_action_name((enum mh_rule_action)number);
}

static bool read_action(struct sim_reader *reader, const json_t *value, void *field,
                        const struct sim_member *member)
{
    (void)member;
    unsigned number;
    if (!sim_read_word(reader, value, action_word, MH_RULE_OTHER, &number))
        return false;
    *(uint8_t *)field = (uint8_t)number;
    return true;
}

static bool read_owner(struct sim_reader *reader, const json_t *value, void *field,
                       const struct sim_member *member)
{
    struct draft *draft = field;
    draft->has_owner = true;
    return sim_owner(reader, value, &draft->rule.owner, member);
}

/* "0x10" or 16; *end is behind it. */
static bool parse_mark(const char *text, const char **end, uint32_t *mark)
{
    char *behind;
    if (*text < '0' || *text > '9')
        return false;
    unsigned long long number = strtoull(text, &behind, 0);
    *end = behind;
    *mark = (uint32_t)number;
    return number <= UINT32_MAX;
}

static bool parse_mark_and_mask(const char *text, struct mh_rule *rule)
{
    const char *end;
    rule->mark_mask = UINT32_MAX;
    if (text == NULL || !parse_mark(text, &end, &rule->mark))
        return false;
    if (*end == '/' && !parse_mark(end + 1, &end, &rule->mark_mask))
        return false;
    return *end == '\0';
}

static bool read_mark(struct sim_reader *reader, const json_t *value, void *field,
                      const struct sim_member *member)
{
    (void)member;
    if (parse_mark_and_mask(json_string_value(value), field))
        return true;
    return sim_refuse(reader, value, "a mark, \"0x10\" or \"0x10/0xff\"", "the value is not valid");
}

static bool read_ip_protocol(struct sim_reader *reader, const json_t *value, void *field,
                             const struct sim_member *member)
{
    static const struct sim_word words[] = {{1, "icmp", 0},  {6, "tcp", 0},        {17, "udp", 0},
                                            {33, "dccp", 0}, {58, "ipv6-icmp", 0}, {132, "sctp", 0},
                                            {0, NULL, 0}};
    static const struct sim_member limits = {"", NULL, 0, 1, UINT8_MAX};
    (void)member;
    uint32_t number;
    if (!json_is_string(value))
        return sim_u8(reader, value, field, &limits);
    if (!sim_word_parse(words, json_string_value(value), &number) || number > UINT8_MAX)
        return sim_refuse(reader, value, "icmp, tcp, udp, dccp, ipv6-icmp, sctp or a number",
                          "the value is not valid");
    *(uint8_t *)field = (uint8_t)number;
    return true;
}

/* {"first": 1000, "last": 2000}, or one number for both. */
static bool read_range(struct sim_reader *reader, const json_t *value, void *field,
                       const struct sim_member *member)
{
    uint32_t *ends = field;
    const struct sim_member members[] = {{"first", sim_u32, 0, member->least, member->most},
                                         {"last", sim_u32, sizeof *ends, member->least, member->most},
                                         {NULL, NULL, 0, 0, 0}};
    if (json_is_object(value)) {
        if (!sim_read_members(reader, value, members, ends))
            return false;
        return ends[0] <= ends[1] ||
               sim_refuse(reader, value, "\"first\" up to \"last\"", "the range is the wrong way round");
    }
    if (!sim_u32(reader, value, &ends[0], member))
        return false;
    ends[1] = ends[0];
    return true;
}

#define FIELD(name) offsetof(struct draft, name)

static const struct sim_member members[] = {
    {"priority", read_priority, 0, 0, UINT32_MAX},
    {"family", sim_family, FIELD(rule.family), 0, 0},
    {"action", read_action, FIELD(rule.action), 0, 0},
    {"table", read_table, 0, 0, 0},
    {"target", sim_u32, FIELD(rule.target), 0, UINT32_MAX},
    {"not", sim_bool, FIELD(rule.invert), 0, 0},
    {"from", sim_prefix, FIELD(rule.from), 0, 0},
    {"to", sim_prefix, FIELD(rule.to), 0, 0},
    {"input", sim_text, FIELD(rule.input), 0, MH_SELECTOR_NAME_SIZE},
    {"output", sim_text, FIELD(rule.output), 0, MH_SELECTOR_NAME_SIZE},
    {"mark", read_mark, FIELD(rule), 0, 0},
    {"tos", sim_u8, FIELD(rule.tos), 0, UINT8_MAX},
    {"ip_protocol", read_ip_protocol, FIELD(rule.ip_protocol), 0, 0},
    {"source_port", read_range, FIELD(source_port), 1, UINT16_MAX},
    {"destination_port", read_range, FIELD(destination_port), 1, UINT16_MAX},
    {"uid", read_range, FIELD(uid), 0, UINT32_MAX - 1LL},
    {"tunnel_id", sim_u64, FIELD(rule.tunnel_id), 0, INT64_MAX},
    {"l3mdev", sim_bool, FIELD(rule.l3mdev), 0, 0},
    {"suppress_prefix_length", sim_i32, FIELD(rule.suppress_prefix_length), 0, 128},
    {"suppress_interface_group", sim_i32, FIELD(rule.suppress_interface_group), 0, INT32_MAX},
    {"unknown_selector", sim_bool, FIELD(rule.unknown_selector), 0, 0},
    {"protocol", sim_protocol, FIELD(rule.protocol), 0, 0},
    {"owner", read_owner, 0, 0, 0},
    {NULL, NULL, 0, 0, 0},
};

/* ---- one rule -------------------------------------------------------------------------------------- */

static void complete(const struct sim_reader *reader, const json_t *value, struct draft *draft)
{
    struct mh_rule *rule = &draft->rule;
    rule->source_port_first = (uint16_t)draft->source_port.first;
    rule->source_port_last = (uint16_t)draft->source_port.last;
    rule->destination_port_first = (uint16_t)draft->destination_port.first;
    rule->destination_port_last = (uint16_t)draft->destination_port.last;
    rule->has_uid_range = json_object_get(value, "uid") != NULL;
    rule->uid_first = draft->uid.first;
    rule->uid_last = draft->uid.last;
    if (rule->family == MH_FAMILY_NONE)
        rule->family =
            rule->from.address.family != MH_FAMILY_NONE ? rule->from.address.family : rule->to.address.family;
    if (rule->family == MH_FAMILY_NONE)
        rule->family = MH_IPV4;
    if (!draft->has_owner)
        rule->owner = (uint8_t)sim_protocol_owner(reader->host->personality, rule->protocol);
}

static bool check(struct sim_reader *reader, const json_t *value, const struct draft *draft)
{
    struct sim_refusal refusal;
    if (!draft->has_priority)
        return sim_refuse(reader, NULL, "a number", "\"priority\" is missing");
    bool needs_table = draft->rule.action == MH_RULE_TO_TABLE && !draft->rule.l3mdev;
    if (needs_table && !draft->has_table)
        return sim_refuse(reader, NULL, "\"table\", \"l3mdev\": true or another \"action\"",
                          "the rule leads nowhere");
    return sim_check_rule(&draft->rule, &refusal) || sim_refuse_refusal(reader, value, &refusal);
}

static bool is_there(const struct sim_host *host, const struct mh_rule *rule)
{
    for (size_t i = 0; i < sim_count(host, MH_SECTION_RULES); i++)
        if (mh_rule_equal(&sim_rules(host)[i], rule))
            return true;
    return false;
}

static bool read_rule(struct sim_reader *reader, const json_t *value, void *context)
{
    (void)context;
    struct draft draft = {.rule = {.suppress_prefix_length = -1, .suppress_interface_group = -1}};
    draft.rule.protocol = reader->host->personality->static_protocol;
    if (!sim_read_members(reader, value, members, &draft))
        return false;
    complete(reader, value, &draft);
    if (!check(reader, value, &draft))
        return false;
    if (is_there(reader->host, &draft.rule))
        return sim_refuse(reader, value, "each rule once", "the same rule stands before this one");
    return sim_add_rule(reader->host, &draft.rule) || sim_refuse_memory(reader);
}

bool sim_load_rules(struct sim_reader *reader, const json_t *rules)
{
    if (!reader->host->personality->has_rules)
        return sim_refuse_name(reader, "rules", "another system", "this system has no policy rules");
    return sim_read_items(reader, rules, read_rule, NULL);
}
