/* Random hosts, as lines of ip(8) and sysctl settings: links, addresses, labels and rules. */
#include "generate.h"

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
        oracle_make_routes(&making);
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
