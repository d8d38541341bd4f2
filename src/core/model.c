#include "core/model.h"

#include "core/digit.h"

#include <stdio.h>
#include <string.h>

/* The entry of a table of words, or `otherwise` beyond its end or in its holes. */
static const char *word_of(const char *const *words, size_t count, size_t index, const char *otherwise)
{
    return index < count && words[index] != NULL ? words[index] : otherwise;
}

#define WORD_OF(words, index, otherwise)                                                                     \
    word_of((words), sizeof(words) / sizeof(words)[0], (size_t)(index), (otherwise))

#define NAME_TEXT(name, text) text,

const char *mh_kind_name(enum mh_kind kind)
{
    static const char *const words[] = {MH_KIND_TABLE(NAME_TEXT)};
    return WORD_OF(words, kind, "other");
}

const char *mh_role_name(enum mh_role role)
{
    static const char *const words[] = {"auto", "internal", "external"};
    return WORD_OF(words, role, "auto");
}

const char *mh_owner_name(enum mh_owner owner)
{
    static const char *const words[] = {"unknown", "multihomed", "kernel", "dhcp", "ra", "static", "manager"};
    return WORD_OF(words, owner, "unknown");
}

const char *mh_route_type_name(enum mh_route_type type)
{
    static const char *const words[] = {
        "unspecified", "unicast",     "local",    "broadcast", "anycast", "multicast",
        "blackhole",   "unreachable", "prohibit", "throw",     "nat",
    };
    return WORD_OF(words, type, "other");
}

const char *mh_route_scope_name(enum mh_route_scope scope)
{
    switch (scope) {
    case MH_ROUTE_SCOPE_UNIVERSE:
        return "global";
    case MH_ROUTE_SCOPE_SITE:
        return "site";
    case MH_ROUTE_SCOPE_LINK:
        return "link";
    case MH_ROUTE_SCOPE_HOST:
        return "host";
    case MH_ROUTE_SCOPE_NOWHERE:
        return "nowhere";
    }
    return "other";
}

const char *mh_rule_action_name(enum mh_rule_action action)
{
    static const char *const words[] = {"table",       "goto",     "nop",  "blackhole",
                                        "unreachable", "prohibit", "other"};
    return WORD_OF(words, action, "other");
}

const char *mh_neighbor_state_name(enum mh_neighbor_state state)
{
    static const char *const words[] = {MH_NEIGHBOR_STATE_TABLE(NAME_TEXT)};
    return WORD_OF(words, state, "none");
}

const char *mh_setting_name(enum mh_setting_id id)
{
#define SETTING_TEXT(name, text, families) text,
    static const char *const words[] = {MH_SETTING_TABLE(SETTING_TEXT)};
#undef SETTING_TEXT
    return WORD_OF(words, id, "unknown");
}

const char *mh_router_preference_name(enum mh_router_preference preference)
{
    static const char *const words[] = {"medium", "high", NULL, "low"};
    return WORD_OF(words, preference, "medium");
}

const char *mh_hardware_address_format(const uint8_t *bytes, size_t length, char text[MH_HARDWARE_TEXT_SIZE])
{
    text[0] = '\0';
    if (length > MH_HARDWARE_ADDRESS_SIZE)
        length = MH_HARDWARE_ADDRESS_SIZE;
    for (size_t i = 0; i < length; i++)
        (void)snprintf(text + 3 * i - (i > 0), MH_HARDWARE_TEXT_SIZE - 3 * i + (i > 0), "%s%02x",
                       i > 0 ? ":" : "", bytes[i]);
    return text;
}

size_t mh_hardware_address_parse(const char *text, uint8_t bytes[MH_HARDWARE_ADDRESS_SIZE])
{
    size_t count = 0;
    while (count < MH_HARDWARE_ADDRESS_SIZE) {
        int high = mh_hexadecimal_value(text[0]);
        int low = high < 0 ? -1 : mh_hexadecimal_value(text[1]);
        if (low < 0)
            return 0;
        bytes[count++] = (uint8_t)(high * 16 + low);
        if (text[2] == '\0')
            return count;
        if (text[2] != ':' && text[2] != '-')
            return 0;
        text += 3;
    }
    return 0;
}

static bool selectors_equal(const struct mh_rule *a, const struct mh_rule *b)
{
    return a->invert == b->invert && a->l3mdev == b->l3mdev && mh_prefix_equal(&a->from, &b->from) &&
           mh_prefix_equal(&a->to, &b->to) && strcmp(a->input, b->input) == 0 &&
           strcmp(a->output, b->output) == 0 && a->mark == b->mark && a->mark_mask == b->mark_mask &&
           a->tos == b->tos && a->ip_protocol == b->ip_protocol && a->tunnel_id == b->tunnel_id &&
           a->source_port_first == b->source_port_first && a->source_port_last == b->source_port_last &&
           a->destination_port_first == b->destination_port_first &&
           a->destination_port_last == b->destination_port_last && a->has_uid_range == b->has_uid_range &&
           a->uid_first == b->uid_first && a->uid_last == b->uid_last;
}

bool mh_rule_equal(const struct mh_rule *a, const struct mh_rule *b)
{
    return a->family == b->family && a->priority == b->priority && a->action == b->action &&
           a->table == b->table && a->target == b->target && a->protocol == b->protocol &&
           a->suppress_prefix_length == b->suppress_prefix_length &&
           a->suppress_interface_group == b->suppress_interface_group &&
           a->unknown_selector == b->unknown_selector && selectors_equal(a, b);
}

bool mh_interface_address_same(const struct mh_interface_address *a, const struct mh_interface_address *b)
{
    return a->interface == b->interface && a->prefix_length == b->prefix_length &&
           mh_address_equal(&a->address, &b->address) && mh_address_equal(&a->peer, &b->peer);
}
