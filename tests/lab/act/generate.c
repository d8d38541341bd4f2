/* Ops that meet: few addresses, few destinations, few priorities. Half of what is deleted is there. */
#include "act.h"
#include "linux/act_rule.h"

#include <string.h>

enum {
    TABLE_MAIN = 254,
    FIRST_TABLE = 5200,
    OURS = 157,
    STATIC = 4,
    FIRST_PRIORITY = 5200,
    NO_INTERFACE = 77,
    TRIES = 8
};

static struct mh_address parse(const char *text)
{
    struct mh_address address = {0};
    (void)mh_address_parse(text, strlen(text), &address);
    return address;
}

static enum mh_family family_of(struct oracle_random *random)
{
    return oracle_chance(random, 60) ? MH_IPV4 : MH_IPV6;
}

/* 10.0.{0,1}.{1..5}, 2001:db8:0:{0,1}::{1..5} */
static struct mh_address near(struct oracle_random *random, enum mh_family family)
{
    struct mh_address address = parse(family == MH_IPV4 ? "10.0.0.0" : "2001:db8::");
    address.bytes[family == MH_IPV4 ? 2 : 7] = (uint8_t)oracle_below(random, 2);
    address.bytes[family == MH_IPV4 ? 3 : 15] = (uint8_t)(1 + oracle_below(random, 5));
    return address;
}

/* Not the loopback interface, which is the first. */
static uint32_t interface_of(struct oracle_random *random, const struct oracle_world *world)
{
    unsigned count = (unsigned)world->snapshot.interface_count;
    return oracle_chance(random, 2) ? NO_INTERFACE
                                    : world->snapshot.interfaces[1 + oracle_below(random, count - 1)].index;
}

static uint8_t protocol_of(struct oracle_random *random)
{
    return oracle_chance(random, 85) ? OURS : STATIC;
}

/* ---- addresses ------------------------------------------------------------------------------------- */

/* IPv6 addresses of one subnet are alike in this: where they differ the kernel leaves routes behind when one
 * goes (check_cleanup_prefix_route), which is not simulated. */
static void add_prefix_route(struct oracle_random *random, struct mh_interface_address *address)
{
    bool is_ipv6 = address->address.family == MH_IPV6;
    unsigned subnet = address->interface * 2 + address->address.bytes[7];
    if (is_ipv6 ? subnet == 5 : oracle_chance(random, 8))
        address->flags |= MH_ADDRESS_NO_PREFIX_ROUTE;
    if (is_ipv6 ? subnet == 6 : oracle_chance(random, 10))
        address->metric = 50 + (is_ipv6 ? 0 : oracle_below(random, 2));
}

static struct mh_interface_address new_address(struct oracle_random *random, const struct oracle_world *world)
{
    static const uint8_t lengths4[] = {24, 24, 24, 25, 32, 16}, lengths6[] = {64, 64, 64, 128};
    struct mh_interface_address address = {.interface = interface_of(random, world),
                                           .address = near(random, family_of(random)),
                                           .valid_lifetime = MH_LIFETIME_FOREVER,
                                           .preferred_lifetime = MH_LIFETIME_FOREVER,
                                           .owner = MH_OWNER_MULTIHOMED};
    address.prefix_length = address.address.family == MH_IPV4 ? lengths4[oracle_below(random, 6)]
                                                              : lengths6[oracle_below(random, 4)];
    if (oracle_chance(random, 8)) { /* of loopback; a subnet there would be local as a whole */
        address.interface = 1;
        address.prefix_length = (uint8_t)mh_family_bits((enum mh_family)address.address.family);
    }
    if (oracle_chance(random, 15))
        address.owner = MH_OWNER_STATIC;
    if (oracle_chance(random, 8)) {
        address.flags |= MH_ADDRESS_DEPRECATED;
        address.preferred_lifetime = 0;
    }
    add_prefix_route(random, &address);
    if (address.address.family == MH_IPV4 && oracle_chance(random, 5))
        address.scope = MH_ROUTE_SCOPE_LINK;
    return address;
}

static const struct mh_interface_address *any_address(struct oracle_random *random,
                                                      const struct oracle_world *world)
{
    return &world->snapshot.addresses[oracle_below(random, (unsigned)world->snapshot.address_count)];
}

static struct mh_interface_address address_there(struct oracle_random *random,
                                                 const struct oracle_world *world)
{
    const struct mh_interface_address *found = any_address(random, world);
    return mh_address_is_loopback(&found->address) ? new_address(random, world) : *found;
}

static void toggle(struct oracle_random *random, struct mh_interface_address *address)
{
    if (address->address.family == MH_IPV4 && oracle_chance(random, 5))
        address->flags ^= MH_ADDRESS_NO_PREFIX_ROUTE;
    if (oracle_chance(random, 70))
        address->flags ^= MH_ADDRESS_DEPRECATED;
    address->preferred_lifetime = address->flags & MH_ADDRESS_DEPRECATED ? 0 : MH_LIFETIME_FOREVER;
}

static void address_op(struct oracle_random *random, const struct oracle_world *world, struct mh_op *op)
{
    unsigned what = oracle_below(random, 100);
    op->kind = what < 55 ? MH_OP_ADDRESS_ADD : what < 88 ? MH_OP_ADDRESS_DELETE : MH_OP_ADDRESS_FLAGS;
    bool there = op->kind == MH_OP_ADDRESS_ADD ? oracle_chance(random, 10) : oracle_chance(random, 85);
    op->of.address = there ? address_there(random, world) : new_address(random, world);
    if (op->kind == MH_OP_ADDRESS_FLAGS)
        toggle(random, &op->of.address);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static struct mh_prefix destination_of(struct oracle_random *random, enum mh_family family)
{
    static const char *const four[] = {"10.8.0.0/16", "10.9.0.0/16", "10.9.1.0/24",
                                       "10.0.1.0/24", "10.7.7.7/32", "0.0.0.0/0"};
    static const char *const six[] = {"2001:db8:8::/48", "2001:db8:9::/48", "2001:db8:9:1::/64",
                                      "2001:db8:7::7/128", "::/0"};
    struct mh_prefix prefix = {0};
    const char *text = family == MH_IPV4 ? four[oracle_below(random, 6)] : six[oracle_below(random, 5)];
    (void)mh_prefix_parse(text, strlen(text), &prefix);
    return prefix;
}

static struct mh_next_hop new_hop(struct oracle_random *random, const struct oracle_world *world,
                                  enum mh_family family, bool several)
{
    struct mh_next_hop hop = {.weight = (uint16_t)(several ? 1 + oracle_below(random, 3) : 1)};
    if (several || oracle_chance(random, 80))
        hop.gateway = near(random, family);
    if (hop.gateway.family != MH_FAMILY_NONE) /* not an address of the host's own */
        hop.gateway.bytes[family == MH_IPV4 ? 3 : 15] += 10;
    /* Always there: which of several equal routes leads to a gateway is not simulated. */
    hop.interface = interface_of(random, world);
    if (hop.interface == NO_INTERFACE && several)
        hop.interface = world->snapshot.interfaces[1].index;
    if (hop.interface == NO_INTERFACE) /* nothing else is wrong then */
        hop.gateway = (struct mh_address){0};
    if (hop.gateway.family != MH_FAMILY_NONE && oracle_chance(random, 20))
        hop.flags = MH_NEXT_HOP_ON_LINK;
    return hop;
}

/* One that is there; or any, but then nothing else is wrong: which of two errors is found first is not
 * simulated. */
static void add_source(struct oracle_random *random, const struct oracle_world *world, struct mh_route *route)
{
    enum mh_family family = (enum mh_family)route->destination.address.family;
    struct mh_address source = any_address(random, world)->address;
    bool is_plain = route->next_hop_count == 1 && route->next_hops[0].gateway.family == MH_FAMILY_NONE &&
                    route->next_hops[0].interface != NO_INTERFACE;
    if (is_plain && oracle_chance(random, 10))
        route->preferred_source = near(random, family);
    else if (oracle_chance(random, 30) && source.family == family && !mh_address_is_loopback(&source))
        route->preferred_source = source;
}

static void new_route(struct oracle_random *random, const struct oracle_world *world, struct act_op *out)
{
    static const uint8_t types[] = {MH_ROUTE_BLACKHOLE, MH_ROUTE_UNREACHABLE, MH_ROUTE_PROHIBIT,
                                    MH_ROUTE_THROW};
    enum mh_family family = family_of(random);
    struct mh_route *route = &out->op.of.route;
    *route = (struct mh_route){.destination = destination_of(random, family),
                               .table = oracle_chance(random, 40) ? TABLE_MAIN
                                                                  : FIRST_TABLE + oracle_below(random, 2),
                               .metric = oracle_below(random, 2) * 100,
                               .protocol = protocol_of(random),
                               .type = MH_ROUTE_UNICAST,
                               .next_hops = out->hops};
    if (family == MH_IPV6 && route->metric == 0)
        route->metric = 1024;
    if (oracle_chance(random, 12)) {
        route->type = types[oracle_below(random, 4)];
        return;
    }
    route->next_hop_count = (uint16_t)(oracle_chance(random, 80) ? 1 : 2);
    for (size_t i = 0; i < route->next_hop_count; i++)
        out->hops[i] = new_hop(random, world, family, route->next_hop_count > 1);
    if (out->hops[1].gateway.family != MH_FAMILY_NONE &&
        mh_address_equal(&out->hops[0].gateway, &out->hops[1].gateway)) /* EEXIST, but not in the simulator */
        out->hops[1].gateway.bytes[family == MH_IPV4 ? 3 : 15] += 10;
    if (family == MH_IPV4 && route->next_hop_count == 1 && out->hops[0].gateway.family == MH_FAMILY_NONE)
        route->scope = MH_ROUTE_SCOPE_LINK;
    add_source(random, world, route);
    if (family == MH_IPV4 && oracle_chance(random, 5))
        route->tos = 0x10;
}

/* A route that a program made, picked at random; false when there is none. */
static bool route_there(struct oracle_random *random, const struct oracle_world *world, struct act_op *out)
{
    struct mh_route_place place = {0};
    struct mh_route route;
    unsigned seen = 0;
    for (mh_route_handle handle; (handle = mh_route_table_walk(world->routes, &place)) != 0;) {
        mh_route_table_get(world->routes, handle, &route);
        if ((route.protocol != OURS && route.protocol != STATIC) || oracle_below(random, ++seen) != 0 ||
            route.next_hop_count > 4)
            continue;
        if (route.next_hop_count > 0)
            memcpy(out->hops, route.next_hops, route.next_hop_count * sizeof *out->hops);
        out->op.of.route = route;
        out->op.of.route.next_hops = out->hops;
    }
    return seen > 0;
}

static void route_op(struct oracle_random *random, const struct oracle_world *world, struct act_op *out)
{
    unsigned what = oracle_below(random, 100);
    out->op.kind = what < 60 ? MH_OP_ROUTE_ADD : what < 80 ? MH_OP_ROUTE_DELETE : MH_OP_ROUTE_REPLACE;
    if (!oracle_chance(random, out->op.kind == MH_OP_ROUTE_ADD ? 10 : 70) ||
        !route_there(random, world, out)) {
        new_route(random, world, out);
        /* Of an IPv6 route with several next hops the kernel would delete those that match. */
        if (out->op.kind == MH_OP_ROUTE_DELETE && out->op.of.route.destination.address.family == MH_IPV6)
            (void)mh_prefix_parse("2001:db8:de::/48", 16, &out->op.of.route.destination);
        return;
    }
    if (out->op.kind != MH_OP_ROUTE_REPLACE)
        return;
    const struct mh_route there = out->op.of.route; /* its place, with another way */
    do
        new_route(random, world, out);
    while (out->op.of.route.destination.address.family != there.destination.address.family);
    out->op.of.route.destination = there.destination;
    out->op.of.route.table = there.table;
    out->op.of.route.metric = there.metric;
    out->op.of.route.tos = there.tos;
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static void add_selector(struct oracle_random *random, struct mh_rule *rule)
{
    switch (oracle_below(random, 9)) {
    case 0:
        rule->mark = 0x10;
        rule->mark_mask = oracle_chance(random, 50) ? 0xff : UINT32_MAX;
        break;
    case 1:
        memcpy(rule->input, "eth0", 5);
        break;
    case 2:
        memcpy(rule->output, "eth.1", 6);
        break;
    case 3:
        rule->tos = 0x10;
        break;
    case 4:
        rule->ip_protocol = 6;
        rule->destination_port_first = 80;
        rule->destination_port_last = (uint16_t)(80 + oracle_below(random, 2));
        break;
    case 5:
        rule->has_uid_range = true;
        rule->uid_last = 1000;
        break;
    case 6:
        rule->suppress_prefix_length = 0;
        break;
    case 7:
        rule->to = mh_prefix_of(&rule->from.address, 16);
        break;
    default:
        rule->source_port_first = rule->source_port_last = 53;
    }
}

/* Each has a `from`, so that none matches what the kernel looks gateways up with: the simulator does not
 * follow rules there. */
static struct mh_rule new_rule(struct oracle_random *random)
{
    enum mh_family family = family_of(random);
    struct mh_address source = near(random, family);
    struct mh_rule rule = {.priority = FIRST_PRIORITY + oracle_below(random, 4),
                           .table = FIRST_TABLE + oracle_below(random, 2),
                           .family = (uint8_t)family,
                           .protocol = protocol_of(random),
                           .from = mh_prefix_of(&source, oracle_chance(random, 70) ? 128 : 24),
                           .suppress_prefix_length = -1,
                           .suppress_interface_group = -1};
    if (oracle_chance(random, 50))
        add_selector(random, &rule);
    if (oracle_chance(random, 15)) {
        static const uint8_t actions[] = {MH_RULE_GOTO, MH_RULE_NOP, MH_RULE_BLACKHOLE, MH_RULE_UNREACHABLE,
                                          MH_RULE_PROHIBIT};
        rule.action = actions[oracle_below(random, 5)];
        rule.table = 0;
        rule.suppress_prefix_length = -1;
        if (rule.action == MH_RULE_GOTO)
            rule.target = FIRST_PRIORITY + 50;
    }
    if (rule.action == MH_RULE_NOP && oracle_chance(random, 50))
        rule.invert = true;
    return rule;
}

static bool rule_there(struct oracle_random *random, const struct oracle_world *world, struct mh_rule *rule)
{
    unsigned seen = 0;
    for (size_t i = 0; i < world->snapshot.rule_count; i++)
        if (world->snapshot.rules[i].protocol != 2 && oracle_below(random, ++seen) == 0)
            *rule = world->snapshot.rules[i];
    return seen > 0;
}

/* Whether the kernel would delete another rule in its place, or call this one there because of it:
 * mh_platform_apply sees to that, a command does not. */
static bool is_ambiguous(const struct oracle_world *world, const struct mh_rule *rule)
{
    struct mh_rule_list list = {0};
    for (size_t i = 0; i < world->snapshot.rule_count; i++)
        if (world->snapshot.rules[i].family == rule->family &&
            !mh_rule_list_append(&list, &world->snapshot.rules[i]))
            break;
    bool ambiguous = mh_rule_list_victim(&list, rule) != mh_rule_list_find(&list, rule);
    mh_rule_list_clear(&list);
    return ambiguous;
}

static void rule_op(struct oracle_random *random, const struct oracle_world *world, struct mh_op *op)
{
    op->kind = oracle_chance(random, 60) ? MH_OP_RULE_ADD : MH_OP_RULE_DELETE;
    bool there = oracle_chance(random, op->kind == MH_OP_RULE_ADD ? 15 : 80);
    if (!there || !rule_there(random, world, &op->of.rule))
        op->of.rule = new_rule(random);
    else if (op->kind == MH_OP_RULE_ADD && oracle_chance(random, 40))
        op->of.rule.protocol = op->of.rule.protocol == OURS ? STATIC : OURS; /* both are there then */
    for (int i = 0; i < TRIES && is_ambiguous(world, &op->of.rule); i++)
        op->of.rule = new_rule(random);
}

/* ---- everything else ------------------------------------------------------------------------------- */

/* An IPv4 default reaches interfaces that never had an address, which is not simulated. */
static void setting_op(struct oracle_random *random, const struct oracle_world *world, struct mh_op *op)
{
    static const struct {
        uint8_t id, family, bound;
    } rows[] = {{MH_SETTING_ARP_IGNORE, MH_IPV4, 3},          {MH_SETTING_ARP_ANNOUNCE, MH_IPV4, 3},
                {MH_SETTING_ARP_FILTER, MH_IPV4, 2},          {MH_SETTING_RP_FILTER, MH_IPV4, 3},
                {MH_SETTING_PROXY_ARP, MH_IPV4, 2},           {MH_SETTING_ACCEPT_LOCAL, MH_IPV4, 2},
                {MH_SETTING_PROXY_NDP, MH_IPV6, 2},           {MH_SETTING_PROMOTE_SECONDARIES, MH_IPV4, 2},
                {MH_SETTING_PROMOTE_SECONDARIES, MH_IPV4, 2}, {MH_SETTING_STRONG_END_SYSTEM, MH_IPV4, 2}};
    unsigned which = oracle_below(random, 10);
    uint32_t interface = oracle_chance(random, 20) ? MH_SETTING_ALL
                         : oracle_chance(random, 20) && rows[which].family == MH_IPV6
                             ? MH_SETTING_DEFAULT
                             : interface_of(random, world);
    op->kind = MH_OP_SETTING_SET;
    op->of.setting = (struct mh_setting){.interface = interface,
                                         .id = rows[which].id,
                                         .family = rows[which].family,
                                         .value = (int32_t)oracle_below(random, rows[which].bound)};
}

static void proxy_op(struct oracle_random *random, const struct oracle_world *world, struct mh_op *op)
{
    op->kind = oracle_chance(random, 60) ? MH_OP_PROXY_ADD : MH_OP_PROXY_DELETE;
    op->of.proxy = (struct mh_neighbor){
        .interface = interface_of(random, world), .address = near(random, family_of(random)), .proxy = true};
}

static void link_op(struct oracle_random *random, const struct oracle_world *world, struct mh_op *op)
{
    op->kind = MH_OP_LINK_ADDRESS_SET;
    op->of.link =
        (struct mh_link_address){.interface = interface_of(random, world), .hardware_address_length = 6};
    op->of.link.hardware_address[0] = 2;
    op->of.link.hardware_address[5] = (uint8_t)oracle_below(random, 20);
    if (oracle_chance(random, 10))
        op->of.link.hardware_address[0] = 3; /* a group's */
}

/* Of each length one prefix: the kernel does not find a row behind another one of the same length, and takes
 * it twice (__ip6addrlbl_add). Its delete takes any label for the right one. */
static void label_op(struct oracle_random *random, const struct oracle_world *world, struct mh_op *op)
{
    static const char *const prefixes[] = {"2001:db8::", "2001:db8::", "fc00::", "::"};
    static const uint8_t lengths[] = {48, 33, 7, 0};
    unsigned which = oracle_below(random, 4);
    struct mh_address address = parse(prefixes[which]);
    op->kind = oracle_chance(random, 60) ? MH_OP_LABEL_ADD : MH_OP_LABEL_DELETE;
    op->of.label =
        (struct mh_address_label){.prefix = mh_prefix_of(&address, lengths[which]),
                                  .label = oracle_below(random, 20),
                                  .interface = oracle_chance(random, 30) ? interface_of(random, world) : 0};
}

void act_generate(struct oracle_random *random, const struct oracle_world *world, struct act_op *op)
{
    unsigned what = oracle_below(random, 100);
    *op = (struct act_op){0};
    if (what < 35)
        address_op(random, world, &op->op);
    else if (what < 68)
        route_op(random, world, op);
    else if (what < 85)
        rule_op(random, world, &op->op);
    else if (what < 93)
        setting_op(random, world, &op->op);
    else if (what < 96)
        proxy_op(random, world, &op->op);
    else if (what < 98)
        label_op(random, world, &op->op);
    else
        link_op(random, world, &op->op);
}
