/* Ops as the commands of FreeBSD, NetBSD and OpenBSD: ifconfig(8), route(8), sysctl(8), arp(8), ndp(8). */
#include "describe.h"

#include <stdio.h>
#include <string.h>

struct words {
    const char *link_address;  /* ifconfig's word for it */
    const char *table_option;  /* route's, for another table than 0; NULL: there are none */
    const char *metric_option; /* route's; NULL: it has none */
    const char *check;         /* sysctl of the strong model's half */
    const char *set;           /* how sysctl is told to write */
};

static const char *inet(uint8_t family)
{
    return family == MH_IPV6 ? "inet6" : "inet";
}

static bool is_openbsd(const struct words *words)
{
    return words->metric_option != NULL;
}

/* ---- addresses ------------------------------------------------------------------------------------- */

/* IPv6. OpenBSD has no word for a deprecated address but the lifetime that makes it one. */
static void add_lifetimes(struct mh_description *out, enum mh_op_kind kind,
                          const struct mh_interface_address *address, const struct words *words)
{
    bool deprecated = (address->flags & MH_ADDRESS_DEPRECATED) != 0;
    uint32_t valid = address->valid_lifetime == 0 ? MH_LIFETIME_FOREVER : address->valid_lifetime;
    uint32_t preferred = address->preferred_lifetime == 0 ? valid : address->preferred_lifetime;
    if (!is_openbsd(words) && (deprecated || kind == MH_OP_ADDRESS_FLAGS))
        mh_describe_add(out, deprecated ? " deprecated" : " -deprecated");
    if (is_openbsd(words) && (deprecated || kind == MH_OP_ADDRESS_FLAGS))
        mh_describe_add(out, " pltime %u", deprecated ? 0 : preferred);
    else if (!deprecated && preferred != MH_LIFETIME_FOREVER)
        mh_describe_add(out, " pltime %u", preferred);
    if (valid != MH_LIFETIME_FOREVER)
        mh_describe_add(out, " vltime %u", valid);
}

/* OpenBSD. The table's source, where it is what the op changes: without the flag there shall be none. */
static bool is_about_source(const struct mh_description *out, const struct mh_interface_address *address)
{
    const struct mh_interface_address *is = mh_snapshot_address(out->snapshot, address);
    uint32_t before = is != NULL ? is->flags : 0;
    return address->address.family == MH_IPV4 ||
           ((before ^ address->flags) & MH_ADDRESS_PREFERRED_SOURCE) != 0;
}

static void describe_source(struct mh_description *out, const struct mh_interface_address *address)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    if ((address->flags & MH_ADDRESS_PREFERRED_SOURCE) != 0)
        mh_describe_add(out, "route sourceaddr %s", mh_address_format(&address->address, text));
    else
        mh_describe_add(out, "route sourceaddr %s", address->address.family == MH_IPV6 ? "::" : "0.0.0.0");
}

static bool describe_address(struct mh_description *out, enum mh_op_kind kind,
                             const struct mh_interface_address *address, const struct words *words)
{
    char text[MH_ADDRESS_TEXT_SIZE], name[MH_NAME_SIZE];
    bool ipv6 = address->address.family == MH_IPV6;
    if (is_openbsd(words) && kind == MH_OP_ADDRESS_FLAGS && is_about_source(out, address)) {
        describe_source(out, address);
        return true;
    }
    if (!ipv6 && (kind == MH_OP_ADDRESS_FLAGS || (address->flags & MH_ADDRESS_DEPRECATED) != 0))
        return false;
    mh_describe_add(out, "ifconfig ");
    mh_describe_word(out, mh_describe_interface(out, address->interface, name));
    mh_describe_add(out, " %s %s", inet(address->address.family), mh_address_format(&address->address, text));
    if (kind == MH_OP_ADDRESS_DELETE) {
        mh_describe_add(out, " -alias");
        return true;
    }
    mh_describe_add(out, "/%u", address->prefix_length);
    if (address->peer.family != MH_FAMILY_NONE)
        mh_describe_add(out, " %s", mh_address_format(&address->peer, text));
    else if (address->broadcast.family == MH_IPV4)
        mh_describe_add(out, " broadcast %s", mh_address_format(&address->broadcast, text));
    if (kind == MH_OP_ADDRESS_ADD)
        mh_describe_add(out, " alias");
    if (ipv6)
        add_lifetimes(out, kind, address, words);
    if (kind == MH_OP_ADDRESS_ADD && (address->flags & MH_ADDRESS_PREFERRED_SOURCE) != 0) {
        mh_describe_add(out, " && ");
        describe_source(out, address);
    }
    return true;
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static bool is_link_local(const struct mh_address *address)
{
    return address->family == MH_IPV6 && mh_address_is_link_local(address);
}

static void add_target(struct mh_description *out, const struct mh_route *route,
                       const struct mh_next_hop *hop)
{
    char text[MH_ADDRESS_TEXT_SIZE], name[MH_NAME_SIZE];
    bool reaches = route->type == MH_ROUTE_UNICAST || route->type == MH_ROUTE_UNSPECIFIED;
    if (!reaches) {
        const char *loopback = route->destination.address.family == MH_IPV6 ? "::1" : "127.0.0.1";
        mh_describe_add(out, " %s %s", loopback,
                        route->type == MH_ROUTE_BLACKHOLE ? "-blackhole" : "-reject");
    } else if (hop != NULL && hop->gateway.family != MH_FAMILY_NONE) {
        mh_describe_add(out, " %s", mh_address_format(&hop->gateway, text));
        if (is_link_local(&hop->gateway))
            mh_describe_add(out, "%%%s", mh_describe_interface(out, hop->interface, name));
        else if (hop->interface != 0)
            mh_describe_name(out, "-ifp", hop->interface);
    } else if (hop != NULL) {
        mh_describe_name(out, "-interface", hop->interface);
    }
}

/* The flag that marks our routes is RTF_PROTO2. */
static void add_properties(struct mh_description *out, const struct mh_route *route,
                           const struct mh_next_hop *hop, const struct words *words)
{
    enum { OWN_PROTOCOL = 157 };
    char text[MH_ADDRESS_TEXT_SIZE];
    if (route->protocol == OWN_PROTOCOL)
        mh_describe_add(out, " -proto2");
    if (route->next_hop_count > 1 && is_openbsd(words))
        mh_describe_add(out, " -mpath");
    if (hop != NULL && hop->weight > 1 && words->table_option != NULL && !is_openbsd(words))
        mh_describe_add(out, " -weight %u", hop->weight);
    if (route->preferred_source.family != MH_FAMILY_NONE)
        mh_describe_add(out, " -ifa %s", mh_address_format(&route->preferred_source, text));
}

static void describe_hop(struct mh_description *out, const char *verb, const struct mh_route *route,
                         const struct mh_next_hop *hop, const struct words *words)
{
    char text[MH_PREFIX_TEXT_SIZE];
    mh_describe_add(out, "route ");
    if (route->table != 0 && is_openbsd(words))
        mh_describe_add(out, "%s %u ", words->table_option, route->table);
    mh_describe_add(out, "%s -%s %s", verb, inet(route->destination.address.family),
                    route->destination.length == 0 ? "default" : mh_prefix_format(&route->destination, text));
    add_target(out, route, hop);
    if (strcmp(verb, "delete") != 0)
        add_properties(out, route, hop, words);
    if (route->metric != 0 && words->metric_option != NULL)
        mh_describe_add(out, " %s %u", words->metric_option, route->metric);
    if (route->table != 0 && words->table_option != NULL && !is_openbsd(words))
        mh_describe_add(out, " %s %u", words->table_option, route->table);
}

/* One command for each next hop. Which of them a replacement has to add and to delete depends on those that
 * are there. */
static bool describe_route(struct mh_description *out, enum mh_op_kind kind, const struct mh_route *route,
                           const struct words *words)
{
    bool several = route->next_hop_count > 1;
    const char *verb = kind == MH_OP_ROUTE_DELETE                ? "delete"
                       : kind == MH_OP_ROUTE_REPLACE && !several ? "change"
                                                                 : "add";
    if (several && words->table_option == NULL)
        return false; /* NetBSD has one next hop for a destination */
    describe_hop(out, verb, route, route->next_hop_count > 0 ? &route->next_hops[0] : NULL, words);
    for (uint16_t i = 1; i < route->next_hop_count; i++) {
        mh_describe_add(out, " && ");
        describe_hop(out, verb, route, &route->next_hops[i], words);
    }
    if (several && kind == MH_OP_ROUTE_REPLACE)
        mh_describe_add(out, " # unless it is there; others are deleted then");
    return true;
}

/* ---- everything else ------------------------------------------------------------------------------- */

static const char *sysctl_name(const struct mh_setting *setting, const struct words *words)
{
    bool is_ipv6 = setting->family == MH_IPV6;
    switch (setting->id) {
    case MH_SETTING_FORWARDING:
        return is_ipv6 ? "net.inet6.ip6.forwarding" : "net.inet.ip.forwarding";
    case MH_SETTING_PROXY_ARP:
        return "net.link.ether.inet.proxyall";
    case MH_SETTING_STRONG_END_SYSTEM:
        return "net.inet.ip.rfc1122_strong_es";
    case MH_SETTING_CHECK_INTERFACE:
        return words->check;
    case MH_SETTING_USE_TEMPADDR:
        return "net.inet6.ip6.use_tempaddr";
    case MH_SETTING_SOURCE_VALIDATION:
        return is_ipv6 ? "net.inet6.ip6.source_address_validation" : "net.inet.ip.source_address_validation";
    default:
        return NULL;
    }
}

static bool describe_setting(struct mh_description *out, const struct mh_setting *setting,
                             const struct words *words)
{
    const char *name = sysctl_name(setting, words);
    if (name == NULL || setting->interface != MH_SETTING_ALL)
        return false;
    mh_describe_add(out, "%s %s=%d", words->set, name, setting->value);
    return true;
}

static bool describe_link(struct mh_description *out, const struct mh_link_address *link,
                          const struct words *words)
{
    char text[MH_HARDWARE_TEXT_SIZE], name[MH_NAME_SIZE];
    mh_describe_add(out, "ifconfig ");
    mh_describe_word(out, mh_describe_interface(out, link->interface, name));
    mh_describe_add(out, " %s %s", words->link_address,
                    mh_hardware_address_format(link->hardware_address, link->hardware_address_length, text));
    return true;
}

static bool describe_proxy(struct mh_description *out, enum mh_op_kind kind, const struct mh_neighbor *proxy)
{
    char text[MH_ADDRESS_TEXT_SIZE], mac[MH_HARDWARE_TEXT_SIZE];
    bool is_ipv4 = proxy->address.family == MH_IPV4, adds = kind == MH_OP_PROXY_ADD;
    (void)mh_address_format(&proxy->address, text);
    (void)mh_hardware_address_format(proxy->hardware_address, proxy->hardware_address_length, mac);
    if (adds && mac[0] == '\0')
        (void)snprintf(mac, sizeof mac, "auto");
    if (!adds)
        mh_describe_add(out, "%s -d %s", is_ipv4 ? "arp" : "ndp", text);
    else
        mh_describe_add(out, is_ipv4 ? "arp -s %s %s pub" : "ndp -s %s %s proxy", text, mac);
    return true;
}

/* A row has a precedence too, which depends on the rows that are there. */
static bool describe_label(struct mh_description *out, enum mh_op_kind kind,
                           const struct mh_address_label *label, const struct words *words)
{
    char text[MH_PREFIX_TEXT_SIZE];
    (void)mh_prefix_format(&label->prefix, text);
    if (is_openbsd(words) || label->interface != 0)
        return false;
    if (kind == MH_OP_LABEL_DELETE)
        mh_describe_add(out, "ip6addrctl delete %s", text);
    else if (label->precedence != 0)
        mh_describe_add(out, "ip6addrctl add %s %u %u", text, label->precedence, label->label);
    else
        mh_describe_add(out, "ip6addrctl add %s PRECEDENCE %u # that of the row which covers it", text,
                        label->label);
    return true;
}

static bool describe(struct mh_description *out, const struct mh_op *op, const struct words *words)
{
    switch (op->kind) {
    case MH_OP_ADDRESS_ADD:
    case MH_OP_ADDRESS_DELETE:
    case MH_OP_ADDRESS_FLAGS:
        return describe_address(out, op->kind, &op->of.address, words);
    case MH_OP_ROUTE_ADD:
    case MH_OP_ROUTE_REPLACE:
    case MH_OP_ROUTE_DELETE:
        return describe_route(out, op->kind, &op->of.route, words);
    case MH_OP_SETTING_SET:
        return describe_setting(out, &op->of.setting, words);
    case MH_OP_LINK_ADDRESS_SET:
        return describe_link(out, &op->of.link, words);
    case MH_OP_PROXY_ADD:
    case MH_OP_PROXY_DELETE:
        return describe_proxy(out, op->kind, &op->of.proxy);
    case MH_OP_LABEL_ADD:
    case MH_OP_LABEL_DELETE:
        return describe_label(out, op->kind, &op->of.label, words);
    default:
        return false;
    }
}

bool mh_describe_freebsd(struct mh_description *description, const struct mh_op *op)
{
    static const struct words words = {"ether", "-fib", NULL, "net.inet.ip.check_interface", "sysctl"};
    return mh_describe_is_pf(op) ? mh_describe_pf(description, op) : describe(description, op, &words);
}

bool mh_describe_netbsd(struct mh_description *description, const struct mh_op *op)
{
    static const struct words words = {"link", NULL, NULL, "net.inet.ip.checkinterface", "sysctl -w"};
    return describe(description, op, &words);
}

bool mh_describe_openbsd(struct mh_description *description, const struct mh_op *op)
{
    static const struct words words = {"lladdr", "-T", "-priority", NULL, "sysctl"};
    return mh_describe_is_pf(op) ? mh_describe_pf(description, op) : describe(description, op, &words);
}
