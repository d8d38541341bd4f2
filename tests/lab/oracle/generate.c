/* Random hosts, as lines of ip(8) and sysctl settings. */
#include "oracle.h"

#include <stdarg.h>
#include <string.h>

struct making {
    struct oracle_random *random;
    struct oracle_host *host;
    unsigned interfaces;
    bool goes_down; /* some interface does, in the end */
    bool is_cut;    /* some interface loses its carrier: nexthop objects by it go then */
    bool has_home;  /* some addresses are home addresses: what that means depends on how Linux was built */
    enum mh_family family;
    struct mh_address own[64]; /* of the family */
    size_t own_count;
    unsigned nexthops; /* objects of the family, made or refused */
};

static __attribute__((format(printf, 3, 4))) void say(struct making *making, enum oracle_stage stage,
                                                      const char *format, ...)
{
    struct oracle_host *host = making->host;
    va_list arguments;
    if (host->count == ORACLE_LINES)
        return;
    struct oracle_line *line = &host->lines[host->count++];
    line->stage = stage;
    va_start(arguments, format);
    (void)vsnprintf(line->text, sizeof line->text, format, arguments);
    va_end(arguments);
}

static unsigned below(struct making *making, unsigned bound)
{
    return oracle_below(making->random, bound);
}

static bool chance(struct making *making, unsigned percent)
{
    return oracle_chance(making->random, percent);
}

static enum oracle_stage stage_of(const struct making *making)
{
    return making->family == MH_IPV4 ? STAGE_IPV4 : STAGE_IPV6;
}

static const char *name_of(unsigned interface, char name[16])
{
    (void)snprintf(name, 16, interface == 0 ? "lo" : "eth%u", interface - 1);
    return name;
}

/* lo rarely. */
static const char *any_interface(struct making *making, char name[16])
{
    return name_of(chance(making, 5) ? 0 : 1 + below(making, making->interfaces), name);
}

static struct mh_address any_address(struct making *making)
{
    return making->family == MH_IPV4 ? oracle_address4(making->random) : oracle_address6(making->random);
}

static const char *text_of(struct mh_address address, char text[MH_ADDRESS_TEXT_SIZE])
{
    return mh_address_format(&address, text);
}

static void add(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(char *text, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text + used, ORACLE_LINE - used, format, arguments);
    va_end(arguments);
}

/* ---- links and settings ---------------------------------------------------------------------------- */

static void make_settings(struct making *making)
{
    static const char *const settings[] = {"accept_ra", "router_solicitations", "accept_dad",
                                           "dad_transmits"};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        say(making, STAGE_SETTING, "net/ipv6/conf/default/%s 0", settings[i]);
    if (chance(making, 40))
        say(making, STAGE_SETTING, "net/ipv6/conf/all/forwarding 1");
    if (chance(making, 20))
        say(making, STAGE_SETTING, "net/ipv4/conf/all/route_localnet 1");
    if (chance(making, 30))
        say(making, STAGE_SETTING, "net/ipv4/conf/all/promote_secondaries 1");
}

static void tune_interface(struct making *making, const char *name)
{
    if (chance(making, 40))
        say(making, STAGE_TUNE, "net/ipv4/conf/%s/ignore_routes_with_linkdown 1", name);
    if (chance(making, 40))
        say(making, STAGE_TUNE, "net/ipv6/conf/%s/ignore_routes_with_linkdown 1", name);
    if (chance(making, 10))
        say(making, STAGE_TUNE, "net/ipv4/conf/%s/route_localnet 1", name);
    if (chance(making, 15))
        say(making, STAGE_TUNE, "net/ipv6/conf/%s/use_oif_addrs_only 1", name);
    if (chance(making, 50))
        say(making, STAGE_TUNE, "net/ipv6/conf/%s/use_tempaddr %u", name, 1 + below(making, 2));
    if (chance(making, 15))
        say(making, STAGE_TUNE, "net/ipv6/conf/%s/keep_addr_on_down 1", name);
}

/* Duplicate address detection that never ends: the addresses stay tentative, or optimistic. */
static void tune_detection(struct making *making, const char *name)
{
    say(making, STAGE_TUNE, "net/ipv6/conf/%s/accept_dad 1", name);
    say(making, STAGE_TUNE, "net/ipv6/conf/%s/dad_transmits 1000", name);
    if (chance(making, 60))
        say(making, STAGE_TUNE, "net/ipv6/conf/%s/optimistic_dad 1", name);
    if (chance(making, 30))
        say(making, STAGE_TUNE, "net/ipv6/conf/%s/use_optimistic 1", name);
}

static void make_link(struct making *making, unsigned i)
{
    char name[16];
    name_of(i + 1, name);
    say(making, STAGE_LINK,
        "link add %s address 02:00:00:00:00:%02x type veth peer name p@N@x%u netns @PEER@", name, i + 1, i);
    if (chance(making, 20))
        say(making, STAGE_LINK, "link set %s group %u", name, below(making, 3));
    tune_interface(making, name);
    if (!chance(making, 8))
        say(making, STAGE_LINK, "link set %s up", name);
    bool carrier = chance(making, 85);
    if (carrier)
        say(making, STAGE_PEER, "link set p@N@x%u up", i);
    if (chance(making, carrier ? 8 : 50))
        tune_detection(making, name);
    if (chance(making, 8)) {
        say(making, STAGE_LATE_PEER, "link set p@N@x%u down", i);
        making->is_cut = true;
    }
    if (chance(making, 6)) {
        say(making, STAGE_LATE_LINK, "link set %s down", name);
        making->goes_down = true;
    }
}

static void make_links(struct making *making)
{
    making->interfaces = 1 + below(making, ORACLE_INTERFACES);
    if (chance(making, 96))
        say(making, STAGE_LINK, "link set lo up");
    for (unsigned i = 0; i < making->interfaces; i++)
        make_link(making, i);
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static unsigned any_length4(struct making *making)
{
    static const unsigned lengths[] = {24, 24, 24, 24, 16, 32, 30, 31, 8, 25};
    return lengths[below(making, sizeof lengths / sizeof lengths[0])];
}

static unsigned any_length6(struct making *making)
{
    static const unsigned lengths[] = {64, 64, 64, 64, 128, 48, 126, 32};
    return lengths[below(making, sizeof lengths / sizeof lengths[0])];
}

static void make_address4(struct making *making, const char *device)
{
    static const char *const scopes[] = {
        "", "", "", "", "", "", " scope link", " scope host", " scope site", " scope 100"};
    char text[MH_ADDRESS_TEXT_SIZE], peer[MH_ADDRESS_TEXT_SIZE] = "";
    struct mh_address address = any_address(making);
    const char *scope = scopes[below(making, 10)];
    making->own[making->own_count++] = address;
    if (chance(making, 10))
        say(making, STAGE_IPV4, "address add %s peer %s/%u dev %s%s", text_of(address, text),
            text_of(any_address(making), peer), chance(making, 60) ? 32 : any_length4(making), device, scope);
    else if (strcmp(device, "lo") == 0 && chance(making, 80))
        say(making, STAGE_IPV4, "address add %s/32 dev lo%s", text_of(address, text), scope);
    else
        say(making, STAGE_IPV4, "address add %s/%u brd + dev %s%s%s", text_of(address, text),
            any_length4(making), device, scope, chance(making, 5) ? " noprefixroute" : "");
}

static void make_address6(struct making *making, const char *device)
{
    static const char *const lifetimes[] = {
        "", "", "", "", " valid_lft 7200 preferred_lft 0", " valid_lft 7200 preferred_lft 3600"};
    static const char *const flags[] = {" nodad", " noprefixroute", " home"};
    char text[MH_ADDRESS_TEXT_SIZE], peer[MH_ADDRESS_TEXT_SIZE];
    struct mh_address address = any_address(making);
    making->own[making->own_count++] = address;
    if (chance(making, 6))
        say(making, STAGE_IPV6, "address add %s peer %s/128 dev %s", text_of(address, text),
            text_of(any_address(making), peer), device);
    else if (chance(making, 10))
        say(making, STAGE_IPV6, "address add %s/64 dev %s mngtmpaddr", text_of(address, text), device);
    else if (chance(making, 8))
        say(making, STAGE_IPV6, "address add %s/%u dev %s optimistic", text_of(address, text),
            any_length6(making), device);
    else
        say(making, STAGE_IPV6, "address add %s/%u dev %s%s%s", text_of(address, text), any_length6(making),
            device, lifetimes[below(making, 6)],
            chance(making, 30) ? flags[below(making, making->has_home ? 3 : 2)] : "");
}

static void make_addresses(struct making *making)
{
    unsigned count = chance(making, 5) ? 0 : 1 + below(making, 20);
    char name[16];
    making->own_count = 0;
    making->has_home = chance(making, 2);
    for (unsigned i = 0; i < count; i++) {
        any_interface(making, name);
        if (making->family == MH_IPV4)
            make_address4(making, name);
        else
            make_address6(making, name);
    }
}

/* ---- labels ---------------------------------------------------------------------------------------- */

static void add_label_row(struct making *making)
{
    static const unsigned lengths[] = {0, 7, 16, 32, 48, 64, 128};
    char line[ORACLE_LINE] = "addrlabel add prefix", text[MH_PREFIX_TEXT_SIZE], name[16];
    struct mh_address address = making->own_count > 0 && chance(making, 50)
                                    ? making->own[below(making, (unsigned)making->own_count)]
                                    : any_address(making);
    struct mh_prefix prefix = mh_prefix_of(&address, lengths[below(making, 7)]);
    add(line, " %s", mh_prefix_format(&prefix, text));
    if (chance(making, 25))
        add(line, " dev %s", any_interface(making, name));
    add(line, " label %u", below(making, 8));
    say(making, STAGE_IPV6, "%s", line);
}

/* Few labels, so that they meet; the kernel's own may be gone. */
static void make_labels(struct making *making)
{
    static const char *const own[] = {"::/0 label 1", "fc00::/7 label 5", "2002::/16 label 2",
                                      "2001::/32 label 6"};
    if (making->family != MH_IPV6 || !chance(making, 35))
        return;
    if (chance(making, 15))
        say(making, STAGE_IPV6, "addrlabel flush");
    else if (chance(making, 30))
        say(making, STAGE_IPV6, "addrlabel del prefix %s", own[below(making, 4)]);
    for (unsigned i = below(making, 9); i > 0; i--)
        add_label_row(making);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

/* In the neighbourhood of an own address, so that the kernel takes it for a gateway; seldom anything. */
static struct mh_address any_gateway(struct making *making)
{
    if (making->own_count == 0 || chance(making, 10))
        return any_address(making);
    struct mh_address gateway = making->own[below(making, (unsigned)making->own_count)];
    unsigned last = making->family == MH_IPV4 ? 3 : 15;
    if (!chance(making, 5))
        gateway.bytes[last] = (uint8_t)(30 + below(making, 4));
    return gateway;
}

static void add_gateway(struct making *making, char *line)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    if (making->family == MH_IPV4 && chance(making, 3))
        add(line, " via inet6 fe80::%u", 1 + below(making, 9));
    else if (making->family == MH_IPV6 && chance(making, 30))
        add(line, " via fe80::%u", 1 + below(making, 4));
    else
        add(line, " via %s", text_of(any_gateway(making), text));
}

static void add_multipath(struct making *making, char *line)
{
    unsigned count = 2 + below(making, 3);
    char name[16];
    for (unsigned i = 0; i < count; i++) {
        add(line, " nexthop");
        if (making->family == MH_IPV6 || chance(making, 85))
            add_gateway(making, line);
        add(line, " dev %s weight %u%s", any_interface(making, name), 1 + below(making, 5),
            chance(making, 30) ? " onlink" : "");
    }
}

static void add_single(struct making *making, char *line, bool gateway)
{
    char name[16];
    if (gateway)
        add_gateway(making, line);
    if (!gateway || chance(making, 70))
        add(line, " dev %s%s", any_interface(making, name), gateway && chance(making, 30) ? " onlink" : "");
}

static void add_prefix(struct making *making, char *line, bool few)
{
    static const unsigned lengths4[] = {0, 0, 8, 15, 16, 16, 20, 24, 24, 28, 30, 32, 32};
    static const unsigned lengths6[] = {0, 0, 7, 16, 32, 32, 48, 48, 64, 64, 120, 126, 128};
    char text[MH_PREFIX_TEXT_SIZE];
    struct mh_address address = any_address(making);
    unsigned length =
        (making->family == MH_IPV4 ? lengths4 : lengths6)[few ? 10 + below(making, 3) : below(making, 13)];
    struct mh_prefix prefix = mh_prefix_of(&address, length);
    add(line, " %s", mh_prefix_format(&prefix, text));
}

static const char *any_table(struct making *making)
{
    static const char *const tables[] = {"main", "main", "main", "main",    "main",  "100", "100",
                                         "101",  "102",  "103",  "default", "local", "5200"};
    return tables[below(making, chance(making, 15) ? 13 : 11)];
}

static void add_source_prefix(struct making *making, char *line)
{
    static const unsigned lengths[] = {1, 3, 16, 32, 48, 64, 128};
    char text[MH_PREFIX_TEXT_SIZE];
    struct mh_address address = any_address(making);
    struct mh_prefix prefix = mh_prefix_of(&address, lengths[below(making, 7)]);
    add(line, " from %s", mh_prefix_format(&prefix, text));
}

/* The kernel's list of IPv6 routes does not tell all: those by gateways with one metric stand there as one,
 * with the source, preference and type of the first, and what was added between them is left out. So those
 * that have such get a metric of their own, and those without gateway get odd ones. */
static void add_metric6(struct making *making, char *line, bool gateway, bool own)
{
    if (gateway && own)
        add(line, " metric %zu", 100 + making->host->count);
    else if (!gateway || chance(making, 50))
        add(line, " metric %u", 10 * (1 + below(making, 3)) + (gateway ? 0 : 1));
}

static void add_options(struct making *making, char *line, bool gateway, bool typed)
{
    static const char *const preferences[] = {"low", "medium", "high"};
    char text[MH_ADDRESS_TEXT_SIZE];
    bool source = making->own_count > 0 && chance(making, 15);
    bool preference = making->family == MH_IPV6 && chance(making, 25);
    if (making->family == MH_IPV6)
        add_metric6(making, line, gateway, source || preference || typed);
    else if (chance(making, 50))
        add(line, " metric %u", 10 * (1 + below(making, 3)));
    if (making->family == MH_IPV4 && chance(making, 12))
        add(line, " tos 0x%x", 4 * (1 + below(making, 10)));
    if (source)
        add(line, " src %s", text_of(making->own[below(making, (unsigned)making->own_count)], text));
    if (preference)
        add(line, " pref %s", preferences[below(making, 3)]);
    if (making->family == MH_IPV4 && chance(making, 7))
        add(line, " scope %s", chance(making, 70) ? "link" : "host");
}

/* (Source-specific IPv6 routes beside which others were removed depend on what was there before.) True for a
 * route that belongs to few addresses, lest it hides all others. */
static bool add_type(struct making *making, char *line, const char *table, bool *typed)
{
    static const char *const types[] = {"local", "local", "broadcast", "multicast", "anycast"};
    bool local = strcmp(table, "local") == 0 && chance(making, 50);
    *typed = local || chance(making, 5);
    if (local)
        add(line, " local");
    else if (*typed)
        add(line, " %s", types[below(making, making->family == MH_IPV4 ? 4 : 5)]);
    return local;
}

/* The kernel's list leaves out IPv6 routes between those by gateways: see add_metric6. */
static void add_nexthop(struct making *making, char *line)
{
    add(line, " nhid %u", (making->family == MH_IPV4 ? 1 : 101) + below(making, making->nexthops));
    add(line, " metric %u", 10 * (1 + below(making, 3)) + (making->family == MH_IPV4 ? 0 : 1));
}

static void make_route_by_nexthop(struct making *making)
{
    char line[ORACLE_LINE] = "route append";
    add_prefix(making, line, false);
    add(line, " table %s", any_table(making));
    add_nexthop(making, line);
    say(making, stage_of(making), "%s", line);
}

static void make_route(struct making *making)
{
    static const char *const refusals[] = {"blackhole", "unreachable", "prohibit", "throw"};
    char line[ORACLE_LINE] = "";
    const char *table = any_table(making);
    bool refuses = chance(making, 12), local = false, typed = false;
    add(line, "route %s", chance(making, 75) ? "add" : chance(making, 70) ? "append" : "prepend");
    if (refuses)
        add(line, " %s", refusals[below(making, 4)]);
    else
        local = add_type(making, line, table, &typed);
    add_prefix(making, line, local);
    bool removed = making->goes_down || (making->is_cut && making->nexthops > 0);
    if (making->family == MH_IPV6 && !removed && chance(making, 12))
        add_source_prefix(making, line);
    add(line, " table %s", table);
    bool several = chance(making, 15), gateway = several || chance(making, 60);
    add_options(making, line, gateway && !refuses, typed);
    if (!refuses && several)
        add_multipath(making, line);
    else if (!refuses)
        add_single(making, line, gateway);
    say(making, stage_of(making), "%s", line);
}

/* Several default gateways of one metric. */
static void make_equal_defaults(struct making *making)
{
    const char *table = chance(making, 70) ? "main" : "100";
    char name[16];
    for (unsigned i = 2 + below(making, 3); i > 0; i--) {
        char line[ORACLE_LINE] = "route append default";
        add_gateway(making, line);
        add(line, " table %s dev %s metric 20 onlink", table, any_interface(making, name));
        if (making->family == MH_IPV4 && chance(making, 20))
            add(line, " tos 0x10");
        say(making, stage_of(making), "%s", line);
    }
}

static void add_group(struct making *making, char *line, unsigned first, unsigned made)
{
    unsigned at = below(making, made), count = 1 + below(making, 3);
    for (unsigned i = 0; i < count && i < made; i++)
        add(line, "%s%u,%u", i == 0 ? " group " : "/", first + (at + i) % made, 1 + below(making, 5));
}

/* Nexthop objects of ip-nexthop(8): next hops, blackholes and groups of them. */
static void make_nexthops(struct making *making)
{
    unsigned first = making->family == MH_IPV4 ? 1 : 101;
    making->nexthops = chance(making, 25) ? 1 + below(making, 8) : 0;
    for (unsigned i = 0; i < making->nexthops; i++) {
        char line[ORACLE_LINE] = "nexthop add", name[16];
        add(line, " id %u", first + i);
        if (i > 0 && chance(making, 30))
            add_group(making, line, first, i);
        else if (chance(making, 8))
            add(line, " blackhole");
        else if (chance(making, 15))
            add(line, " dev %s", any_interface(making, name));
        else {
            char text[MH_ADDRESS_TEXT_SIZE];
            add(line, " via %s dev %s%s", text_of(any_gateway(making), text), any_interface(making, name),
                chance(making, 40) ? " onlink" : "");
        }
        say(making, stage_of(making), "%s", line);
    }
}

static void make_routes(struct making *making)
{
    unsigned count = chance(making, 30) ? below(making, 100) : below(making, 25);
    make_nexthops(making);
    for (unsigned i = 0; i < count; i++) {
        if (making->nexthops > 0 && chance(making, 20))
            make_route_by_nexthop(making);
        else
            make_route(making);
    }
    if (chance(making, 30))
        make_equal_defaults(making);
}

static void make_neighbors(struct making *making)
{
    static const char *const states[] = {"permanent", "stale", "reachable", "failed"};
    char name[16], text[MH_ADDRESS_TEXT_SIZE];
    if (!chance(making, 50))
        return;
    for (unsigned i = below(making, 25); i > 0; i--) {
        const char *state = states[below(making, 4)];
        if (making->family == MH_IPV6 && chance(making, 50))
            (void)snprintf(text, sizeof text, "fe80::%u", 1 + below(making, 4));
        else
            text_of(any_gateway(making), text);
        say(making, stage_of(making), "neigh replace %s dev %s%s nud %s", text, any_interface(making, name),
            strcmp(state, "failed") == 0 ? "" : " lladdr 02:00:00:00:00:99", state);
    }
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static void add_rule_prefix(struct making *making, char *line, const char *selector)
{
    static const unsigned lengths4[] = {1, 8, 16, 24, 32};
    static const unsigned lengths6[] = {3, 16, 32, 64, 128};
    char text[MH_PREFIX_TEXT_SIZE];
    struct mh_address address = making->own_count > 0 && chance(making, 50)
                                    ? making->own[below(making, (unsigned)making->own_count)]
                                    : any_address(making);
    struct mh_prefix prefix =
        mh_prefix_of(&address, (making->family == MH_IPV4 ? lengths4 : lengths6)[below(making, 5)]);
    if (making->family == MH_IPV4 && chance(making, 5)) /* it holds what is not given */
        prefix = mh_prefix_of(&(struct mh_address){.family = MH_IPV4}, 8);
    add(line, " %s %s", selector, mh_prefix_format(&prefix, text));
}

static void add_selectors(struct making *making, char *line)
{
    char name[16];
    if (chance(making, 40))
        add_rule_prefix(making, line, "from");
    if (chance(making, 20))
        add_rule_prefix(making, line, "to");
    if (chance(making, 8))
        add(line, " iif %s", chance(making, 60) ? "lo" : any_interface(making, name));
    if (chance(making, 12))
        add(line, " oif %s", chance(making, 90) ? any_interface(making, name) : "eth9");
    if (chance(making, 15))
        add(line, " fwmark %u%s", below(making, 4), chance(making, 40) ? "/0x1" : "");
    if (chance(making, 10))
        add(line, " tos 0x%x",
            making->family == MH_IPV4 ? 4 * (1 + below(making, 7)) : 4 * (1 + below(making, 20)));
    if (chance(making, 10))
        add(line, " ipproto %s", chance(making, 50) ? "tcp" : "udp");
    if (chance(making, 8))
        add(line, " sport %u", 1000 + below(making, 3));
    if (chance(making, 8))
        add(line, " dport %u-%u", 1000 + below(making, 3), 1002 + below(making, 3));
    if (chance(making, 8))
        add(line, " uidrange %u-%u", below(making, 2) * 1000, 1000 + below(making, 2));
}

static void add_action(struct making *making, char *line, unsigned priority)
{
    static const char *const refusals[] = {"blackhole", "unreachable", "prohibit"};
    if (chance(making, 8)) {
        add(line, " %s", refusals[below(making, 3)]);
    } else if (chance(making, 8)) {
        add(line, " goto %u", priority + 1 + below(making, 60));
    } else if (chance(making, 4)) {
        add(line, " nop");
    } else {
        add(line, " lookup %s", any_table(making));
        if (chance(making, 20))
            add(line, " suppress_prefixlength %u", below(making, 3) * 8);
        if (chance(making, 8))
            add(line, " suppress_ifgroup %u", below(making, 3));
    }
}

static void make_rules(struct making *making)
{
    unsigned count = chance(making, 40) ? 0 : below(making, 16);
    for (unsigned i = 0; i < count; i++) {
        char line[ORACLE_LINE] = "rule add";
        unsigned priority = chance(making, 90) ? 100 + below(making, 80) : 32766 + below(making, 3);
        add(line, "%s pref %u", chance(making, 15) ? " not" : "", priority);
        add_selectors(making, line);
        add_action(making, line, priority);
        say(making, stage_of(making), "%s", line);
    }
    if (count > 0 && chance(making, 6))
        say(making, stage_of(making), "rule del pref 32766");
    if (count > 0 && chance(making, 4))
        say(making, stage_of(making), "rule del pref 0");
}

void oracle_generate(struct oracle_random *random, struct oracle_host *host)
{
    struct making making = {.random = random, .host = host};
    host->count = 0;
    make_settings(&making);
    make_links(&making);
    for (int i = 0; i < 2; i++) {
        making.family = i == 0 ? MH_IPV4 : MH_IPV6;
        make_addresses(&making);
        make_labels(&making);
        make_routes(&making);
        make_neighbors(&making);
        make_rules(&making);
    }
}

void oracle_print_host(FILE *out, const struct oracle_host *host)
{
    static const char *const prefixes[] = {"sysctl ", "ip ",    "ip -n peer ", "sysctl ",
                                           "ip ",     "ip -6 ", "ip ",         "ip -n peer "};
    for (int stage = STAGE_SETTING; stage <= STAGE_LATE_PEER; stage++)
        for (size_t i = 0; i < host->count; i++)
            if ((int)host->lines[i].stage == stage)
                (void)fprintf(out, "    %s%s\n", prefixes[stage], host->lines[i].text);
}
