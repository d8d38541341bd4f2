/* Rules and routes as words, from which they are read back exactly. What is as it mostly is, is left out. */
#include "pf.h"

#include <inttypes.h>
#include <string.h>

enum { DIGITS_MAX = 10 };

/* ---- writing --------------------------------------------------------------------------------------- */

static const char *const rule_words[] = {[MH_RULE_TO_TABLE] = "table",
                                         [MH_RULE_BLACKHOLE] = "blackhole",
                                         [MH_RULE_UNREACHABLE] = "unreachable",
                                         [MH_RULE_PROHIBIT] = "prohibit"};

static void write_prefix(struct mh_text *text, const char *word, const struct mh_prefix *prefix)
{
    char digits[MH_PREFIX_TEXT_SIZE];
    if (prefix->address.family != MH_FAMILY_NONE)
        mh_text_format(text, " %s %s", word, mh_prefix_format(prefix, digits));
}

static void write_address(struct mh_text *text, const char *word, const struct mh_address *address)
{
    char digits[MH_ADDRESS_TEXT_SIZE];
    if (address->family != MH_FAMILY_NONE)
        mh_text_format(text, " %s %s", word, mh_address_format(address, digits));
}

static void write_number(struct mh_text *text, const char *word, uint32_t number, uint32_t usual)
{
    if (number != usual)
        mh_text_format(text, " %s %" PRIu32, word, number);
}

void mh_pf_write_rule(struct mh_text *text, const struct mh_rule *rule)
{
    mh_text_format(text, "rule %" PRIu32 " %s %s", rule->priority, rule->family == MH_IPV6 ? "inet6" : "inet",
                   rule_words[rule->action]);
    if (rule->action == MH_RULE_TO_TABLE)
        mh_text_format(text, " %" PRIu32, rule->table);
    write_prefix(text, "from", &rule->from);
    write_prefix(text, "to", &rule->to);
    write_number(text, "protocol", rule->protocol, MH_ANCHOR_PROTOCOL);
}

static void write_hop(struct mh_text *text, const struct mh_anchor_route *route)
{
    write_address(text, "via", &route->hop.gateway);
    mh_text_format(text, " dev %s", route->interface);
    write_number(text, "weight", route->hop.weight, 1);
    write_number(text, "flags", route->hop.flags, 0);
}

void mh_pf_write_route(struct mh_text *text, const struct mh_anchor_route *item)
{
    const struct mh_route *route = &item->route;
    char digits[MH_PREFIX_TEXT_SIZE];
    mh_text_format(text, "route %" PRIu32 " %s", route->table, mh_prefix_format(&route->destination, digits));
    if (item->has_hop)
        write_hop(text, item);
    write_address(text, "src", &route->preferred_source);
    write_number(text, "metric", route->metric, 0);
    write_number(text, "type", route->type, MH_ROUTE_UNICAST);
    write_number(text, "scope", route->scope, 0);
    write_number(text, "preference", route->preference, 0);
    write_number(text, "protocol", route->protocol, MH_ANCHOR_PROTOCOL);
}

/* ---- reading --------------------------------------------------------------------------------------- */

struct words {
    const char *at, *end;
};

struct word {
    const char *text;
    size_t length; /* 0: none is left */
};

static struct word next_word(struct words *words)
{
    struct word word;
    while (words->at < words->end && *words->at == ' ')
        words->at++;
    word.text = words->at;
    while (words->at < words->end && *words->at != ' ')
        words->at++;
    word.length = (size_t)(words->at - word.text);
    return word;
}

static bool is(struct word word, const char *wanted)
{
    return word.length == strlen(wanted) && memcmp(word.text, wanted, word.length) == 0;
}

static bool take_number(struct words *words, uint32_t largest, uint32_t *number)
{
    struct word word = next_word(words);
    uint64_t value = 0;
    if (word.length == 0 || word.length > DIGITS_MAX || (word.text[0] == '0' && word.length > 1))
        return false;
    for (size_t i = 0; i < word.length; i++) {
        if (word.text[i] < '0' || word.text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(word.text[i] - '0');
    }
    *number = (uint32_t)value;
    return value <= largest;
}

static bool take_octet(struct words *words, uint8_t *octet)
{
    uint32_t number;
    if (!take_number(words, UINT8_MAX, &number))
        return false;
    *octet = (uint8_t)number;
    return true;
}

static bool take_prefix(struct words *words, struct mh_prefix *prefix)
{
    struct word word = next_word(words);
    return prefix->address.family == MH_FAMILY_NONE && mh_prefix_parse(word.text, word.length, prefix);
}

static bool take_address(struct words *words, struct mh_address *address)
{
    struct word word = next_word(words);
    return address->family == MH_FAMILY_NONE && mh_address_parse(word.text, word.length, address);
}

static bool take_action(struct words *words, struct mh_rule *rule)
{
    struct word word = next_word(words);
    for (size_t i = 0; i < sizeof rule_words / sizeof rule_words[0]; i++)
        if (rule_words[i] != NULL && is(word, rule_words[i])) {
            rule->action = (uint8_t)i;
            return i != MH_RULE_TO_TABLE || take_number(words, UINT32_MAX, &rule->table);
        }
    return false;
}

static bool take_rule_part(struct words *words, struct word word, struct mh_rule *rule)
{
    if (is(word, "from"))
        return take_prefix(words, &rule->from);
    if (is(word, "to"))
        return take_prefix(words, &rule->to);
    return is(word, "protocol") && take_octet(words, &rule->protocol);
}

static enum mh_error read_rule(struct words *words, struct mh_anchor_model *model)
{
    struct mh_rule rule;
    memset(&rule, 0, sizeof rule);
    rule.protocol = MH_ANCHOR_PROTOCOL;
    rule.owner = MH_OWNER_MULTIHOMED;
    rule.suppress_prefix_length = rule.suppress_interface_group = -1;
    if (!take_number(words, UINT32_MAX, &rule.priority))
        return MH_MALFORMED;
    struct word word = next_word(words);
    rule.family = is(word, "inet6") ? MH_IPV6 : MH_IPV4;
    if ((!is(word, "inet6") && !is(word, "inet")) || !take_action(words, &rule))
        return MH_MALFORMED;
    while ((word = next_word(words)).length > 0)
        if (!take_rule_part(words, word, &rule))
            return MH_MALFORMED;
    return mh_anchor_add_rule(model, &rule, NULL);
}

static bool take_interface(struct words *words, struct mh_anchor_route *route)
{
    struct word word = next_word(words);
    if (route->has_hop || word.length == 0 || word.length >= sizeof route->interface)
        return false;
    memcpy(route->interface, word.text, word.length);
    route->has_hop = true;
    return strlen(route->interface) == word.length;
}

static bool take_weight(struct words *words, struct mh_next_hop *hop)
{
    uint32_t number;
    if (!take_number(words, UINT16_MAX, &number))
        return false;
    hop->weight = (uint16_t)number;
    return true;
}

static bool take_route_part(struct words *words, struct word word, struct mh_anchor_route *route)
{
    struct mh_route *to = &route->route;
    if (is(word, "via"))
        return take_address(words, &route->hop.gateway);
    if (is(word, "dev"))
        return take_interface(words, route);
    if (is(word, "weight"))
        return take_weight(words, &route->hop);
    if (is(word, "flags"))
        return take_octet(words, &route->hop.flags);
    if (is(word, "src"))
        return take_address(words, &to->preferred_source);
    if (is(word, "metric"))
        return take_number(words, UINT32_MAX, &to->metric);
    if (is(word, "type"))
        return take_octet(words, &to->type);
    if (is(word, "scope"))
        return take_octet(words, &to->scope);
    if (is(word, "preference"))
        return take_octet(words, &to->preference);
    return is(word, "protocol") && take_octet(words, &to->protocol);
}

static enum mh_error read_route(struct words *words, struct mh_anchor_model *model)
{
    struct mh_anchor_route route;
    struct word word;
    memset(&route, 0, sizeof route);
    route.route.type = MH_ROUTE_UNICAST;
    route.route.protocol = MH_ANCHOR_PROTOCOL;
    route.route.owner = MH_OWNER_MULTIHOMED;
    route.hop.weight = 1;
    if (!take_number(words, UINT32_MAX, &route.route.table) || !take_prefix(words, &route.route.destination))
        return MH_MALFORMED;
    while ((word = next_word(words)).length > 0)
        if (!take_route_part(words, word, &route))
            return MH_MALFORMED;
    return mh_anchor_add_route(model, &route, NULL);
}

enum mh_error mh_pf_read_record(const char *record, size_t length, struct mh_anchor_model *model)
{
    struct words words = {record, record + length};
    struct word word = next_word(&words);
    if (is(word, "rule"))
        return read_rule(&words, model);
    return is(word, "route") ? read_route(&words, model) : MH_MALFORMED;
}
