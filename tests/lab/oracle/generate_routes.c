/* Routes of random hosts, the nexthop objects that they name, and neighbours. */
#include "generate.h"

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

void oracle_make_routes(struct making *making)
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
    make_neighbors(making);
}
