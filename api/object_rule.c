#include "api/ip_protocol.h"
#include "api/objects.h"

#include <stdio.h>

static void put_range(struct mh_json *json, const char *name, uint32_t first, uint32_t last)
{
    mh_json_put_open(json, name, '{');
    mh_json_put_unsigned(json, "first", first);
    mh_json_put_unsigned(json, "last", last);
    mh_json_close(json, '}');
}

/* "0x10", "0x10/0xff": as ip-rule(8) writes it. */
static void put_mark(struct mh_json *json, const struct mh_rule *rule)
{
    char text[32];
    if (rule->mark_mask == 0)
        return;
    if (rule->mark_mask == UINT32_MAX)
        (void)snprintf(text, sizeof text, "0x%x", (unsigned)rule->mark);
    else
        (void)snprintf(text, sizeof text, "0x%x/0x%x", (unsigned)rule->mark, (unsigned)rule->mark_mask);
    mh_json_put_string(json, "mark", text);
}

static void put_ip_protocol(struct mh_json *json, uint8_t number)
{
    char text[MH_IP_PROTOCOL_SIZE];
    if (number != 0)
        mh_json_put_string(json, "ip_protocol", mh_ip_protocol_name(number, text));
}

static void put_addresses(struct mh_json *json, const struct mh_rule *rule)
{
    if (rule->from.address.family != MH_FAMILY_NONE)
        mh_put_prefix(json, "from", &rule->from);
    if (rule->to.address.family != MH_FAMILY_NONE)
        mh_put_prefix(json, "to", &rule->to);
    if (rule->input[0] != '\0')
        mh_json_put_string(json, "input", rule->input);
    if (rule->output[0] != '\0')
        mh_json_put_string(json, "output", rule->output);
}

static void put_packet_selectors(struct mh_json *json, const struct mh_rule *rule)
{
    put_mark(json, rule);
    if (rule->tos != 0)
        mh_json_put_unsigned(json, "tos", rule->tos);
    put_ip_protocol(json, rule->ip_protocol);
    if (rule->source_port_first != 0 || rule->source_port_last != 0)
        put_range(json, "source_port", rule->source_port_first, rule->source_port_last);
    if (rule->destination_port_first != 0 || rule->destination_port_last != 0)
        put_range(json, "destination_port", rule->destination_port_first, rule->destination_port_last);
    if (rule->has_uid_range)
        put_range(json, "uid", rule->uid_first, rule->uid_last);
    if (rule->tunnel_id != 0)
        mh_json_put_unsigned(json, "tunnel_id", rule->tunnel_id);
}

static void put_suppressors(struct mh_json *json, const struct mh_rule *rule)
{
    if (rule->suppress_prefix_length >= 0)
        mh_json_put_integer(json, "suppress_prefix_length", rule->suppress_prefix_length);
    if (rule->suppress_interface_group >= 0)
        mh_json_put_integer(json, "suppress_interface_group", rule->suppress_interface_group);
}

static void put_action(struct mh_json *json, const struct mh_platform *platform, const struct mh_rule *rule)
{
    char word[MH_WORD_SIZE];
    mh_json_put_string(json, "action", mh_rule_action_name(rule->action));
    if (rule->action == MH_RULE_TO_TABLE)
        mh_json_put_string(json, "table",
                           rule->table == 0 ? NULL : mh_platform_table_name(platform, rule->table, word));
    if (rule->action == MH_RULE_GOTO)
        mh_json_put_unsigned(json, "target", rule->target);
}

void mh_put_rule(struct mh_json *json, const struct mh_platform *platform, const struct mh_rule *rule)
{
    char word[MH_WORD_SIZE];
    mh_json_open(json, '{');
    mh_json_put_unsigned(json, "priority", rule->priority);
    mh_json_put_string(json, "family", mh_family_name(rule->family));
    put_action(json, platform, rule);
    if (rule->invert)
        mh_json_put_boolean(json, "not", true);
    put_addresses(json, rule);
    put_packet_selectors(json, rule);
    if (rule->l3mdev)
        mh_json_put_boolean(json, "l3mdev", true);
    put_suppressors(json, rule);
    if (rule->unknown_selector)
        mh_json_put_boolean(json, "unknown_selector", true);
    mh_json_put_string(json, "protocol", mh_platform_protocol_name(platform, rule->protocol, word));
    mh_json_put_string(json, "owner", mh_owner_word(platform, rule->owner, rule->protocol, word));
    mh_json_put_null(json, "domain"); /* rules stand before all domains; l3mdev leads into one */
    mh_json_close(json, '}');
}
