/* Ops as ip(8) and sysctl(8) commands. What ip adds by itself when a word is missing (scope, table) is part
 * of each decision here, so that the command does exactly what the op does. */
#include "describe.h"

#include <stdio.h>
#include <string.h>

enum { TABLE_DEFAULT = 253, TABLE_MAIN = 254, TABLE_LOCAL = 255 };

/* ---- words ----------------------------------------------------------------------------------------- */

/* A host's prefix is written as its address. */
static const char *format_prefix(const struct mh_prefix *prefix, char text[MH_PREFIX_TEXT_SIZE])
{
    if (prefix->length != mh_family_bits((enum mh_family)prefix->address.family))
        return mh_prefix_format(prefix, text);
    return mh_address_format(&prefix->address, text);
}

static void add_address(struct mh_description *out, const char *before, const struct mh_address *address)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    if (address->family != MH_FAMILY_NONE)
        mh_describe_add(out, " %s %s", before, mh_address_format(address, text));
}

/* Names that ip knows without a file. */
static void add_table(struct mh_description *out, const char *before, uint32_t table)
{
    static const char *const names[] = {"default", "main", "local"};
    if (table >= TABLE_DEFAULT && table <= TABLE_LOCAL)
        mh_describe_add(out, " %s %s", before, names[table - TABLE_DEFAULT]);
    else
        mh_describe_add(out, " %s %u", before, table);
}

static void add_scope(struct mh_description *out, uint8_t scope)
{
    switch (scope) {
    case MH_ROUTE_SCOPE_UNIVERSE:
        mh_describe_add(out, " scope global");
        break;
    case MH_ROUTE_SCOPE_LINK:
        mh_describe_add(out, " scope link");
        break;
    case MH_ROUTE_SCOPE_HOST:
        mh_describe_add(out, " scope host");
        break;
    default:
        mh_describe_add(out, " scope %u", scope);
    }
}

static void begin(struct mh_description *out, uint8_t family, const char *object, const char *verb)
{
    mh_describe_add(out, "ip %s%s %s", family == MH_IPV6 ? "-6 " : "", object, verb);
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static void add_lifetime(struct mh_description *out, const char *name, uint32_t seconds)
{
    if (seconds == MH_LIFETIME_FOREVER)
        mh_describe_add(out, " %s forever", name);
    else
        mh_describe_add(out, " %s %u", name, seconds);
}

/* As encode_address.c reads them. */
static void add_lifetimes(struct mh_description *out, const struct mh_interface_address *address, bool always)
{
    uint32_t valid = address->valid_lifetime == 0 ? MH_LIFETIME_FOREVER : address->valid_lifetime;
    uint32_t preferred = address->preferred_lifetime == 0 ? valid : address->preferred_lifetime;
    if (address->flags & MH_ADDRESS_DEPRECATED)
        preferred = 0;
    if (preferred > valid)
        preferred = valid;
    if (!always && valid == MH_LIFETIME_FOREVER && preferred == MH_LIFETIME_FOREVER)
        return;
    add_lifetime(out, "valid_lft", valid);
    add_lifetime(out, "preferred_lft", preferred);
}

static uint8_t usual_scope(const struct mh_address *address)
{
    return mh_address_is_loopback(address) ? MH_ROUTE_SCOPE_HOST : MH_ROUTE_SCOPE_UNIVERSE;
}

/* ip(8) takes the interface's name for the label of its own accord. */
static void add_names(struct mh_description *out, const struct mh_interface_address *address)
{
    add_address(out, "broadcast", &address->broadcast);
    char name[MH_NAME_SIZE];
    if (address->label[0] != '\0' &&
        strcmp(mh_describe_interface(out, address->interface, name), address->label) != 0) {
        mh_describe_add(out, " label ");
        mh_describe_word(out, address->label);
    }
}

static void add_properties(struct mh_description *out, const struct mh_interface_address *address,
                           bool changes)
{
    if (address->address.family == MH_IPV4 && address->scope != usual_scope(&address->address))
        add_scope(out, address->scope);
    if (!changes)
        add_names(out, address);
    if (address->metric != 0)
        mh_describe_add(out, " metric %u", address->metric);
    add_lifetimes(out, address, changes);
    if (address->flags & MH_ADDRESS_NO_PREFIX_ROUTE)
        mh_describe_add(out, " noprefixroute");
    if (address->flags & MH_ADDRESS_HOME)
        mh_describe_add(out, " home");
}

static void describe_address(struct mh_description *out, enum mh_op_kind kind,
                             const struct mh_interface_address *address)
{
    const char *verb = kind == MH_OP_ADDRESS_ADD ? "add" : kind == MH_OP_ADDRESS_DELETE ? "delete" : "change";
    char text[MH_ADDRESS_TEXT_SIZE];
    begin(out, MH_IPV4, "address", verb); /* the address says its family */
    mh_describe_add(out, " %s", mh_address_format(&address->address, text));
    add_address(out, "peer", &address->peer);
    mh_describe_add(out, "/%u", address->prefix_length);
    mh_describe_name(out, "dev", address->interface);
    if (kind != MH_OP_ADDRESS_DELETE)
        add_properties(out, address, kind == MH_OP_ADDRESS_FLAGS);
    if (kind == MH_OP_ADDRESS_ADD && address->flags & MH_ADDRESS_KNOWN_UNIQUE)
        mh_describe_add(out, " nodad");
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static const char *type_word(uint8_t type)
{
    return type == MH_ROUTE_UNICAST || type == MH_ROUTE_UNSPECIFIED
               ? NULL
               : mh_route_type_name((enum mh_route_type)type);
}

/* ip takes these types for routes of table local. */
static bool usually_local(uint8_t type)
{
    return type == MH_ROUTE_LOCAL || type == MH_ROUTE_BROADCAST || type == MH_ROUTE_ANYCAST ||
           type == MH_ROUTE_NAT;
}

static bool is_direct(const struct mh_route *route)
{
    return route->next_hop_id == 0 && route->next_hop_count <= 1 &&
           (route->next_hop_count == 0 || route->next_hops[0].gateway.family == MH_FAMILY_NONE);
}

/* What ip says of an IPv4 route that it adds. */
static uint8_t usual_route_scope(const struct mh_route *route)
{
    switch (route->type) {
    case MH_ROUTE_LOCAL:
    case MH_ROUTE_NAT:
        return MH_ROUTE_SCOPE_HOST;
    case MH_ROUTE_BROADCAST:
    case MH_ROUTE_MULTICAST:
    case MH_ROUTE_ANYCAST:
        return MH_ROUTE_SCOPE_LINK;
    case MH_ROUTE_UNICAST:
    case MH_ROUTE_UNSPECIFIED:
        return is_direct(route) ? MH_ROUTE_SCOPE_LINK : MH_ROUTE_SCOPE_UNIVERSE;
    default:
        return MH_ROUTE_SCOPE_UNIVERSE;
    }
}

static void add_protocol(struct mh_description *out, const char *before, uint8_t protocol)
{
    static const struct {
        uint8_t number;
        const char *name;
    } names[] = {{2, "kernel"}, {3, "boot"}, {4, "static"}, {9, "ra"}, {16, "dhcp"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].number == protocol) {
            mh_describe_add(out, " %s %s", before, names[i].name);
            return;
        }
    mh_describe_add(out, " %s %u", before, protocol);
}

static void add_hop(struct mh_description *out, const struct mh_route *route, const struct mh_next_hop *hop)
{
    bool same = hop->gateway.family == route->destination.address.family;
    add_address(out, same ? "via" : hop->gateway.family == MH_IPV6 ? "via inet6" : "via inet", &hop->gateway);
    if (hop->interface != 0)
        mh_describe_name(out, "dev", hop->interface);
}

static void add_next_hops(struct mh_description *out, const struct mh_route *route)
{
    if (route->next_hop_id != 0) {
        mh_describe_add(out, " nhid %u", route->next_hop_id);
        return;
    }
    for (size_t i = 0; i < route->next_hop_count; i++) {
        const struct mh_next_hop *hop = &route->next_hops[i];
        if (route->next_hop_count > 1)
            mh_describe_add(out, " nexthop");
        add_hop(out, route, hop);
        if (route->next_hop_count > 1 && hop->weight > 1)
            mh_describe_add(out, " weight %u", hop->weight);
        if (hop->flags & MH_NEXT_HOP_ON_LINK)
            mh_describe_add(out, " onlink");
    }
}

static void add_destination(struct mh_description *out, const struct mh_route *route)
{
    char text[MH_PREFIX_TEXT_SIZE];
    const char *type = type_word(route->type);
    if (type != NULL)
        mh_describe_add(out, " %s", type);
    if (route->destination.length == 0)
        mh_describe_add(out, " default");
    else
        mh_describe_add(out, " %s", format_prefix(&route->destination, text));
    if (route->source.length > 0)
        mh_describe_add(out, " from %s", format_prefix(&route->source, text));
    if (route->tos != 0)
        mh_describe_add(out, " tos 0x%02x", route->tos);
}

static void describe_route(struct mh_description *out, enum mh_op_kind kind, const struct mh_route *route)
{
    bool deletes = kind == MH_OP_ROUTE_DELETE, is_ipv4 = route->destination.address.family == MH_IPV4;
    /* Next hops that follow each other come last, everything else behind a single one. */
    bool hops_last = route->next_hop_count > 1 && route->next_hop_id == 0;
    unsigned unsaid = 0;
    begin(out, route->destination.address.family, "route",
          deletes                       ? "delete"
          : kind == MH_OP_ROUTE_REPLACE ? "replace"
                                        : "add");
    add_destination(out, route);
    if (!hops_last)
        add_next_hops(out, route);
    if (route->table != TABLE_MAIN || usually_local(route->type))
        add_table(out, "table", route->table);
    add_protocol(out, "proto", route->protocol);
    if (is_ipv4 && route->scope != (deletes ? MH_ROUTE_SCOPE_NOWHERE : usual_route_scope(route)))
        add_scope(out, route->scope);
    if (route->metric != 0)
        mh_describe_add(out, " metric %u", route->metric);
    add_address(out, "src", &route->preferred_source);
    if (route->preference != MH_ROUTER_MEDIUM)
        mh_describe_add(out, " pref %s",
                        mh_router_preference_name((enum mh_router_preference)route->preference));
    if (!deletes)
        unsaid = mh_describe_native(out, route);
    if (hops_last)
        add_next_hops(out, route);
    if (unsaid > 0)
        mh_describe_add(out, " # and %u more %s", unsaid, unsaid == 1 ? "property" : "properties");
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static void add_ports(struct mh_description *out, const char *name, uint16_t first, uint16_t last)
{
    if (first == 0 && last == 0)
        return;
    mh_describe_add(out, " %s %u", name, first);
    if (last != first)
        mh_describe_add(out, "-%u", last);
}

static void add_rule_interface(struct mh_description *out, const char *before, const char *name)
{
    if (name[0] == '\0')
        return;
    mh_describe_add(out, " %s ", before);
    mh_describe_word(out, name);
}

static void add_prefixes(struct mh_description *out, const struct mh_rule *rule)
{
    char text[MH_PREFIX_TEXT_SIZE];
    if (rule->invert)
        mh_describe_add(out, " not");
    if (rule->from.length > 0)
        mh_describe_add(out, " from %s", format_prefix(&rule->from, text));
    else
        mh_describe_add(out, " from all");
    if (rule->to.length > 0)
        mh_describe_add(out, " to %s", format_prefix(&rule->to, text));
}

static void add_selectors(struct mh_description *out, const struct mh_rule *rule)
{
    if (rule->tos != 0)
        mh_describe_add(out, " tos 0x%02x", rule->tos);
    if (rule->mark_mask != 0)
        mh_describe_add(out, " fwmark 0x%x/0x%x", rule->mark, rule->mark_mask);
    add_rule_interface(out, "iif", rule->input);
    add_rule_interface(out, "oif", rule->output);
    if (rule->has_uid_range)
        mh_describe_add(out, " uidrange %u-%u", rule->uid_first, rule->uid_last);
    if (rule->ip_protocol != 0)
        mh_describe_add(out, " ipproto %u", rule->ip_protocol);
    add_ports(out, "sport", rule->source_port_first, rule->source_port_last);
    add_ports(out, "dport", rule->destination_port_first, rule->destination_port_last);
    if (rule->tunnel_id != 0)
        mh_describe_add(out, " tun_id %llu", (unsigned long long)rule->tunnel_id);
}

static void add_action(struct mh_description *out, const struct mh_rule *rule)
{
    if (rule->l3mdev)
        mh_describe_add(out, " l3mdev");
    else if (rule->action == MH_RULE_TO_TABLE)
        add_table(out, "lookup", rule->table);
    else if (rule->action == MH_RULE_GOTO)
        mh_describe_add(out, " goto %u", rule->target);
    else
        mh_describe_add(out, " %s", mh_rule_action_name((enum mh_rule_action)rule->action));
}

static bool describe_rule(struct mh_description *out, enum mh_op_kind kind, const struct mh_rule *rule)
{
    if (rule->unknown_selector || rule->action >= MH_RULE_OTHER)
        return false;
    begin(out, rule->family, "rule", kind == MH_OP_RULE_ADD ? "add" : "delete");
    add_prefixes(out, rule);
    add_selectors(out, rule);
    add_action(out, rule);
    mh_describe_add(out, " priority %u", rule->priority);
    add_protocol(out, "protocol", rule->protocol);
    if (rule->suppress_prefix_length >= 0)
        mh_describe_add(out, " suppress_prefixlength %d", rule->suppress_prefix_length);
    if (rule->suppress_interface_group >= 0)
        mh_describe_add(out, " suppress_ifgroup %d", rule->suppress_interface_group);
    return true;
}

/* ---- everything else ------------------------------------------------------------------------------- */

static const char *setting_group(const struct mh_description *out, uint32_t interface,
                                 char name[MH_NAME_SIZE])
{
    return interface == MH_SETTING_ALL       ? "all"
           : interface == MH_SETTING_DEFAULT ? "default"
                                             : mh_describe_interface(out, interface, name);
}

/* sysctl(8) takes a dot for a slash and a slash for a dot. Names with what it gives another meaning ("=",
 * "*") are for echo. */
static void describe_setting(struct mh_description *out, const struct mh_setting *setting)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@+.-";
    char name[MH_NAME_SIZE], word[MH_NAME_SIZE + 64];
    const char *group = setting_group(out, setting->interface, name);
    const char *family = mh_family_name((enum mh_family)setting->family);
    const char *setting_name = mh_setting_name((enum mh_setting_id)setting->id);
    if (setting->id == MH_SETTING_FIB_MULTIPATH_HASH_POLICY) {
        mh_describe_add(out, "sysctl -w net.%s.%s=%d", family, setting_name, setting->value);
        return;
    }
    if (group[strspn(group, plain)] != '\0') {
        (void)snprintf(word, sizeof word, "/proc/sys/net/%s/conf/%s/%s", family, group, setting_name);
        mh_describe_add(out, "echo %d > ", setting->value);
        mh_describe_word(out, word);
        return;
    }
    mh_describe_add(out, "sysctl -w net.%s.conf.", family);
    for (; *group != '\0'; group++)
        mh_describe_add(out, "%c", *group == '.' ? '/' : *group);
    mh_describe_add(out, ".%s=%d", setting_name, setting->value);
}

/* ---- the own table of the packet filter ------------------------------------------------------------- */

static const char *filter_set(const struct mh_setting *setting, int32_t value)
{
    if (setting->id == MH_SETTING_STRONG_RECEIVE)
        return setting->family == MH_IPV4 ? "strong_receive_ipv4" : "strong_receive_ipv6";
    return value == MH_FILTER_STRICT ? "reverse_strict_ipv6" : "reverse_loose_ipv6";
}

/* What it is now, when that is known. */
static int32_t value_now(const struct mh_description *out, const struct mh_setting *setting)
{
    const struct mh_setting *is =
        out->snapshot == NULL
            ? NULL
            : mh_snapshot_setting(out->snapshot, setting->interface, (enum mh_family)setting->family,
                                  (enum mh_setting_id)setting->id);
    return is == NULL || is->value < 0 ? MH_FILTER_OUT : is->value;
}

static void describe_element(struct mh_description *out, const char *verb, const char *set,
                             uint32_t interface)
{
    char name[MH_NAME_SIZE], element[MH_NAME_SIZE + 8];
    (void)snprintf(element, sizeof element, "{ \"%s\" }", mh_describe_interface(out, interface, name));
    mh_describe_add(out, "nft %s element inet multihomed %s ", verb, set);
    mh_describe_word(out, element);
}

/* The table must be there. Which of two sets an interface leaves depends on what it is in now; where that is
 * not known, it is the one of loose checks. */
static void describe_filter(struct mh_description *out, const struct mh_setting *setting)
{
    bool is_reverse = setting->id == MH_SETTING_REVERSE_FILTER;
    int32_t now = value_now(out, setting);
    bool leaves =
        setting->value == MH_FILTER_OUT || (is_reverse && now != MH_FILTER_OUT && now != setting->value);
    if (leaves)
        describe_element(out, "delete", filter_set(setting, now), setting->interface);
    if (leaves && setting->value != MH_FILTER_OUT)
        mh_describe_add(out, " && ");
    if (setting->value != MH_FILTER_OUT)
        describe_element(out, "add", filter_set(setting, setting->value), setting->interface);
}

static void describe_link(struct mh_description *out, const struct mh_link_address *link)
{
    char text[MH_HARDWARE_TEXT_SIZE];
    mh_describe_add(out, "ip link set");
    mh_describe_name(out, "dev", link->interface);
    mh_describe_add(out, " address %s",
                    mh_hardware_address_format(link->hardware_address, link->hardware_address_length, text));
}

static bool describe_proxy(struct mh_description *out, enum mh_op_kind kind, const struct mh_neighbor *proxy)
{
    if (proxy->interface == 0) /* ip wants to know the interface */
        return false;
    mh_describe_add(out, "ip neighbour %s", kind == MH_OP_PROXY_ADD ? "add" : "delete");
    add_address(out, "proxy", &proxy->address);
    mh_describe_name(out, "dev", proxy->interface);
    return true;
}

static void describe_label(struct mh_description *out, enum mh_op_kind kind,
                           const struct mh_address_label *label)
{
    char text[MH_PREFIX_TEXT_SIZE];
    mh_describe_add(out, "ip addrlabel %s prefix %s", kind == MH_OP_LABEL_ADD ? "add" : "delete",
                    mh_prefix_format(&label->prefix, text));
    if (label->interface != 0)
        mh_describe_name(out, "dev", label->interface);
    mh_describe_add(out, " label %u", label->label);
}

bool mh_describe_linux(struct mh_description *description, const struct mh_op *op)
{
    switch (op->kind) {
    case MH_OP_ADDRESS_ADD:
    case MH_OP_ADDRESS_DELETE:
    case MH_OP_ADDRESS_FLAGS:
        describe_address(description, op->kind, &op->of.address);
        return true;
    case MH_OP_ROUTE_ADD:
    case MH_OP_ROUTE_REPLACE:
    case MH_OP_ROUTE_DELETE:
        describe_route(description, op->kind, &op->of.route);
        return true;
    case MH_OP_RULE_ADD:
    case MH_OP_RULE_DELETE:
        return describe_rule(description, op->kind, &op->of.rule);
    case MH_OP_SETTING_SET:
        if (op->of.setting.id == MH_SETTING_STRONG_RECEIVE || op->of.setting.id == MH_SETTING_REVERSE_FILTER)
            describe_filter(description, &op->of.setting);
        else
            describe_setting(description, &op->of.setting);
        return true;
    case MH_OP_LINK_ADDRESS_SET:
        describe_link(description, &op->of.link);
        return true;
    case MH_OP_PROXY_ADD:
    case MH_OP_PROXY_DELETE:
        return describe_proxy(description, op->kind, &op->of.proxy);
    case MH_OP_LABEL_ADD:
    case MH_OP_LABEL_DELETE:
        describe_label(description, op->kind, &op->of.label);
        return true;
    default:
        return false;
    }
}
