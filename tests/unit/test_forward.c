/* Policy rules and forwarding, by small cases. That it is what the kernel does is shown by
 * tests/lab/test_oracle.py. */
#include "host_builder.h"

#include "core/forward_parts.h"

enum { RULES = 8, TABLE_MAIN = 254, TABLE_LOCAL = 255, TABLE_DEFAULT = 253 };

struct forward_host {
    struct host_builder builder;
    struct mh_rule rules[RULES];
    size_t rule_count;
    struct mh_setting settings[4];
    size_t setting_count;
    struct mh_question question;
    struct mh_forwarding forwarding;
};

static struct forward_host *host_new(void)
{
    struct forward_host *host = calloc(1, sizeof *host);
    assert_non_null(host);
    host->builder.routes = mh_route_table_new();
    assert_non_null(host->builder.routes);
    (void)device(&host->builder, "lo", MH_KIND_LOOPBACK);
    (void)device(&host->builder, "eth0", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "eth1", MH_KIND_PHYSICAL);
    host->question.known = MH_KNOWN_ALL;
    return host;
}

static void host_free(struct forward_host *host)
{
    builder_clear(&host->builder);
    free(host);
}

static struct mh_rule *rule_of(struct forward_host *host, enum mh_family family, uint32_t priority,
                               uint32_t table)
{
    assert_true(host->rule_count < RULES);
    struct mh_rule *rule = &host->rules[host->rule_count++];
    *rule = (struct mh_rule){.family = (uint8_t)family,
                             .priority = priority,
                             .table = table,
                             .suppress_prefix_length = -1,
                             .suppress_interface_group = -1};
    return rule;
}

static struct mh_rule *rule(struct forward_host *host, uint32_t priority, uint32_t table)
{
    return rule_of(host, MH_IPV4, priority, table);
}

static struct mh_prefix prefix(const char *text)
{
    struct mh_prefix parsed;
    assert_true(mh_prefix_parse(text, strlen(text), &parsed));
    return parsed;
}

static struct mh_next_hop hop(struct forward_host *host, const char *gateway, const char *interface)
{
    struct mh_next_hop made = {.interface = named(&host->builder, interface)->index, .weight = 1};
    if (gateway != NULL)
        made.gateway = parse_address(gateway);
    return made;
}

static void put(struct forward_host *host, uint32_t table, const char *destination, struct mh_route route)
{
    route.table = table;
    route.destination = prefix(destination);
    assert_int_equal(mh_route_table_put(host->builder.routes, &route, MH_APPEND), MH_OK);
}

static void refusal(struct forward_host *host, uint32_t table, const char *destination,
                    enum mh_route_type type)
{
    const struct mh_next_hop by = hop(host, NULL, "lo");
    put(host, table, destination,
        (struct mh_route){.type = (uint8_t)type, .next_hop_count = 1, .next_hops = &by});
}

static void ask(struct forward_host *host, const char *destination)
{
    build_with(&host->builder, &(struct builder_more){.rules = host->rules,
                                                      .rule_count = host->rule_count,
                                                      .settings = host->settings,
                                                      .setting_count = host->setting_count});
    host->question.destination = parse_address(destination);
    mh_forward(&host->builder.snapshot, host->builder.routes, &host->question, &host->forwarding);
}

/* By this table's route, whose first choice leaves by this interface. */
static void goes(struct forward_host *host, const char *destination, uint32_t table, const char *interface)
{
    ask(host, destination);
    if (host->forwarding.way == MH_WAY_INDETERMINATE)
        fail_msg("%s: indeterminate: %s", destination, host->forwarding.reason);
    assert_string_equal(mh_way_word(host->forwarding.way), "found");
    assert_int_equal(host->forwarding.route.table, table);
    struct mh_route route;
    mh_route_table_get(host->builder.routes, host->forwarding.choices[0].route, &route);
    assert_string_equal(
        mh_snapshot_interface_name(&host->builder.snapshot,
                                   route.next_hops[host->forwarding.choices[0].hop].interface),
        interface);
}

static void ends(struct forward_host *host, const char *destination, enum mh_way way)
{
    ask(host, destination);
    assert_string_equal(mh_way_word(host->forwarding.way), mh_way_word(way));
    assert_int_equal(host->forwarding.choice_count, 0);
}

static void is_unknown(struct forward_host *host, const char *destination)
{
    ends(host, destination, MH_WAY_INDETERMINATE);
    assert_non_null(host->forwarding.reason);
}

/* Table 100 by eth1, main by eth0, and a rule for 100 that the caller narrows. */
static struct mh_rule *two_tables(struct forward_host *host)
{
    struct mh_rule *narrow = rule(host, 100, 100);
    (void)rule(host, 32766, TABLE_MAIN);
    route(&host->builder, 100, "0.0.0.0/0", NULL, "eth1", 0);
    route(&host->builder, TABLE_MAIN, "0.0.0.0/0", NULL, "eth0", 0);
    return narrow;
}

/* ---- selectors ------------------------------------------------------------------------------------- */

static void selects_by_prefixes(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    struct mh_rule *narrow = two_tables(host);
    narrow->from = prefix("192.0.2.0/24");
    narrow->to = prefix("203.0.113.0/24");
    goes(host, "203.0.113.1", TABLE_MAIN, "eth0"); /* no source yet */
    host->question.source = parse_address("192.0.2.1");
    goes(host, "203.0.113.1", 100, "eth1");
    goes(host, "203.0.114.1", TABLE_MAIN, "eth0");
    narrow->invert = true;
    goes(host, "203.0.113.1", TABLE_MAIN, "eth0");
    goes(host, "203.0.114.1", 100, "eth1");
    narrow->invert = false;
    narrow->from = prefix("0.0.0.0/8"); /* holds the source that is not there */
    host->question.source = (struct mh_address){0};
    goes(host, "203.0.113.1", 100, "eth1");
    host_free(host);
}

static void selects_by_interfaces(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    struct mh_rule *narrow = two_tables(host);
    (void)snprintf(narrow->output, sizeof narrow->output, "eth1");
    goes(host, "203.0.113.1", TABLE_MAIN, "eth0");
    host->question.output = named(&host->builder, "eth1")->index;
    goes(host, "203.0.113.1", 100, "eth1");
    host->question.output = 0;
    narrow->output[0] = '\0';
    (void)snprintf(narrow->input, sizeof narrow->input, "lo"); /* this host's own */
    goes(host, "203.0.113.1", 100, "eth1");
    host->question.input = named(&host->builder, "eth0")->index;
    goes(host, "203.0.113.1", TABLE_MAIN, "eth0");
    host_free(host);
}

struct packet_case {
    const char *name;
    enum mh_known known;
    struct mh_rule rule; /* its selectors */
    struct mh_question fits, misses;
};

static void copy_selectors(struct mh_rule *to, const struct mh_rule *from)
{
    struct mh_rule made = *from;
    made.family = to->family;
    made.priority = to->priority;
    made.table = to->table;
    made.suppress_prefix_length = made.suppress_interface_group = -1;
    *to = made;
}

static const struct packet_case packet_cases[] = {
    {"mark", MH_KNOWN_MARK, {.mark = 1, .mark_mask = 0xff}, {.mark = 0x101}, {.mark = 2}},
    {"mark 0", MH_KNOWN_MARK, {.mark = 0, .mark_mask = 1}, {.mark = 2}, {.mark = 3}},
    {"tos", MH_KNOWN_TOS, {.tos = 0x10}, {.tos = 0x10}, {.tos = 0x08}},
    {"tos, the lower three bits", MH_KNOWN_TOS, {.tos = 0x10}, {.tos = 0xb0}, {.tos = 0}},
    {"protocol", MH_KNOWN_PROTOCOL, {.ip_protocol = 6}, {.protocol = 6}, {.protocol = 17}},
    {"source port",
     MH_KNOWN_PORTS,
     {.source_port_first = 5, .source_port_last = 7},
     {.source_port = 7},
     {.source_port = 8}},
    {"destination port",
     MH_KNOWN_PORTS,
     {.destination_port_first = 5, .destination_port_last = 5},
     {.destination_port = 5},
     {.destination_port = 4}},
    {"user", MH_KNOWN_UID, {.has_uid_range = true, .uid_first = 5, .uid_last = 6}, {.uid = 6}, {.uid = 7}},
};

static void selects_by_the_packet(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof packet_cases / sizeof packet_cases[0]; i++) {
        const struct packet_case *at = &packet_cases[i];
        struct forward_host *host = host_new();
        copy_selectors(two_tables(host), &at->rule);
        print_message("%s\n", at->name);
        host->question = at->fits;
        host->question.known = MH_KNOWN_ALL;
        goes(host, "203.0.113.1", 100, "eth1");
        host->question = at->misses;
        host->question.known = MH_KNOWN_ALL;
        goes(host, "203.0.113.1", TABLE_MAIN, "eth0");
        host->question.known = (uint8_t)(MH_KNOWN_ALL & ~(unsigned)at->known);
        is_unknown(host, "203.0.113.1");
        host->rules[0].to = prefix("198.51.100.0/24"); /* another selector says no: nothing need be known */
        goes(host, "203.0.113.1", TABLE_MAIN, "eth0");
        host_free(host);
    }
}

static void selectors_that_are_not_known(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    struct mh_rule *narrow = two_tables(host);
    narrow->unknown_selector = true;
    is_unknown(host, "203.0.113.1");
    narrow->unknown_selector = false;
    narrow->tunnel_id = 7; /* what this host sends has none */
    goes(host, "203.0.113.1", TABLE_MAIN, "eth0");
    narrow->tunnel_id = 0;
    narrow->l3mdev = true; /* for interfaces of a VRF only */
    goes(host, "203.0.113.1", TABLE_MAIN, "eth0");
    named(&host->builder, "eth0")->domain = 9;
    host->question.output = named(&host->builder, "eth0")->index;
    is_unknown(host, "203.0.113.1");
    host_free(host);
}

/* ---- actions --------------------------------------------------------------------------------------- */

static void acts(void **state)
{
    (void)state;
    static const struct {
        enum mh_rule_action action;
        enum mh_way way;
    } cases[] = {{MH_RULE_BLACKHOLE, MH_WAY_INVALID},
                 {MH_RULE_UNREACHABLE, MH_WAY_UNREACHABLE},
                 {MH_RULE_PROHIBIT, MH_WAY_PROHIBITED}};
    struct forward_host *host = host_new();
    struct mh_rule *first = two_tables(host);
    for (size_t i = 0; i < 3; i++) {
        first->action = (uint8_t)cases[i].action;
        ends(host, "203.0.113.1", cases[i].way);
        assert_int_equal(host->forwarding.rule->priority, 100);
    }
    first->action = MH_RULE_NOP;
    goes(host, "203.0.113.1", TABLE_MAIN, "eth0");
    host_free(host);
}

static void jumps(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    struct mh_rule *jump = rule(host, 50, 0);
    (void)two_tables(host);
    jump->action = MH_RULE_GOTO;
    jump->target = 32766; /* over the rule for 100 */
    goes(host, "203.0.113.1", TABLE_MAIN, "eth0");
    jump->target = 100;
    goes(host, "203.0.113.1", 100, "eth1");
    jump->target = 7777; /* there is none: as if the rule were not there */
    goes(host, "203.0.113.1", 100, "eth1");
    jump->target = 50; /* itself, which the kernel refuses */
    goes(host, "203.0.113.1", 100, "eth1");
    host_free(host);
}

static void suppresses(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    struct mh_rule *narrow = two_tables(host);
    route(&host->builder, 100, "203.0.113.0/24", NULL, "eth1", 0);
    narrow->suppress_prefix_length = 0; /* no default route */
    goes(host, "198.51.100.1", TABLE_MAIN, "eth0");
    goes(host, "203.0.113.1", 100, "eth1");
    narrow->suppress_prefix_length = -1;
    narrow->suppress_interface_group = 5;
    goes(host, "203.0.113.1", 100, "eth1");
    named(&host->builder, "eth1")->group = 5;
    goes(host, "203.0.113.1", TABLE_MAIN, "eth0");
    refusal(host, 100, "192.0.2.0/24", MH_ROUTE_UNREACHABLE); /* what refuses is not suppressed */
    ends(host, "192.0.2.1", MH_WAY_HOST_UNREACHABLE);
    host_free(host);
}

static void does_not_suppress_objects_by_length(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    const struct mh_next_hop by = hop(host, "fe80::1", "eth0");
    struct mh_route made = {.type = MH_ROUTE_UNICAST, .next_hop_count = 1, .next_hops = &by};
    struct mh_rule *narrow = rule_of(host, MH_IPV6, 100, 100);
    (void)rule_of(host, MH_IPV6, 200, TABLE_MAIN);
    put(host, 100, "2001:db8::/32", made);
    narrow->suppress_prefix_length = 0;
    goes(host, "2001:db8::1", 100, "eth0");
    made.next_hop_id = 7;
    put(host, 100, "2001:db8:1::/48", made);
    ask(host, "2001:db8:1::1");
    assert_string_equal(mh_way_word(host->forwarding.way), "indeterminate");
    narrow->suppress_prefix_length = -1;
    goes(host, "2001:db8:1::1", 100, "eth0");
    host_free(host);
}

static void without_rules_there_is_table_0(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    route(&host->builder, 0, "0.0.0.0/0", NULL, "eth0", 0);
    goes(host, "203.0.113.1", 0, "eth0");
    assert_null(host->forwarding.rule);
    host_free(host);
}

static void local_and_main_may_be_one(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    const struct mh_next_hop by = hop(host, NULL, "lo");
    (void)rule(host, 0, TABLE_LOCAL);
    (void)rule(host, 32766, TABLE_MAIN);
    (void)rule(host, 32767, TABLE_DEFAULT);
    put(host, TABLE_LOCAL, "127.0.0.0/8",
        (struct mh_route){.type = MH_ROUTE_LOCAL, .next_hop_count = 1, .next_hops = &by});
    goes(host, "127.5.0.1", TABLE_LOCAL, "lo");
    route(&host->builder, TABLE_MAIN, "127.5.0.0/16", NULL, "eth0", 0);
    is_unknown(host, "127.5.0.1");
    struct mh_next_hop dead = hop(host, NULL, "eth1");
    dead.flags = MH_NEXT_HOP_DEAD; /* an object's: it hides what has the same network */
    route(&host->builder, TABLE_MAIN, "0.0.0.0/0", NULL, "eth0", 0);
    goes(host, "203.0.113.1", TABLE_MAIN, "eth0");
    put(host, TABLE_LOCAL, "0.0.0.0/0",
        (struct mh_route){
            .type = MH_ROUTE_UNICAST, .next_hop_id = 7, .next_hop_count = 1, .next_hops = &dead});
    is_unknown(host, "203.0.113.1");
    (void)rule(host, 40000, 77); /* a rule more, and they are apart */
    goes(host, "127.5.0.1", TABLE_LOCAL, "lo");
    goes(host, "203.0.113.1", TABLE_MAIN, "eth0");
    host_free(host);
}

/* ---- IPv4 routes ----------------------------------------------------------------------------------- */

static void longest_prefix_and_metric(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    route(&host->builder, 0, "203.0.113.0/24", NULL, "eth0", 20);
    route(&host->builder, 0, "203.0.113.0/24", NULL, "eth1", 10);
    route(&host->builder, 0, "203.0.0.0/16", NULL, "eth0", 0);
    goes(host, "203.0.113.1", 0, "eth1");
    goes(host, "203.0.112.1", 0, "eth0");
    host->question.output = named(&host->builder, "eth0")->index; /* the worse metric leaves by it */
    goes(host, "203.0.113.1", 0, "eth0");
    assert_int_equal(host->forwarding.route.metric, 20);
    ends(host, "198.51.100.1", MH_WAY_UNREACHABLE);
    host_free(host);
}

static void falls_back_to_shorter_prefixes(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    struct mh_next_hop dead = hop(host, NULL, "eth1");
    dead.flags = MH_NEXT_HOP_DEAD;
    put(host, 0, "203.0.113.0/24",
        (struct mh_route){.type = MH_ROUTE_UNICAST, .next_hop_count = 1, .next_hops = &dead});
    route(&host->builder, 0, "203.0.0.0/16", NULL, "eth0", 0);
    goes(host, "203.0.113.1", 0, "eth0");
    assert_int_equal(host->forwarding.route.destination.length, 16);
    dead.flags = MH_NEXT_HOP_LINK_DOWN;
    put(host, 0, "203.0.114.0/24",
        (struct mh_route){.type = MH_ROUTE_UNICAST, .next_hop_count = 1, .next_hops = &dead});
    goes(host, "203.0.114.1", 0, "eth1"); /* link loss counts where the setting says so */
    host->settings[host->setting_count++] = (struct mh_setting){.interface = dead.interface,
                                                                .family = MH_IPV4,
                                                                .id = MH_SETTING_IGNORE_ROUTES_WITH_LINKDOWN,
                                                                .value = 1};
    goes(host, "203.0.114.1", 0, "eth0");
    host_free(host);
}

static void routes_refuse(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    (void)rule(host, 100, 100);
    (void)rule(host, 200, 200);
    route(&host->builder, 200, "0.0.0.0/0", NULL, "eth0", 0);
    refusal(host, 100, "192.0.2.0/24", MH_ROUTE_BLACKHOLE);
    refusal(host, 100, "198.51.100.0/24", MH_ROUTE_UNREACHABLE);
    refusal(host, 100, "203.0.113.0/24", MH_ROUTE_PROHIBIT);
    refusal(host, 100, "203.0.114.0/24", MH_ROUTE_THROW);
    route(&host->builder, 100, "203.0.0.0/16", NULL, "eth1", 0); /* not reached behind the throw */
    ends(host, "192.0.2.1", MH_WAY_INVALID);
    ends(host, "198.51.100.1", MH_WAY_HOST_UNREACHABLE);
    ends(host, "203.0.113.1", MH_WAY_PROHIBITED);
    goes(host, "203.0.114.1", 200, "eth0");
    assert_string_equal(mh_way_native(MH_WAY_PROHIBITED), "EACCES");
    host_free(host);
}

static void type_of_service(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    const struct mh_next_hop by = hop(host, NULL, "eth1");
    route(&host->builder, 0, "203.0.113.0/24", NULL, "eth0", 0);
    put(host, 0, "203.0.113.0/24",
        (struct mh_route){
            .type = MH_ROUTE_UNICAST, .metric = 50, .tos = 0x10, .next_hop_count = 1, .next_hops = &by});
    goes(host, "203.0.113.1", 0, "eth0");
    host->question.tos = 0x10;
    goes(host, "203.0.113.1", 0, "eth1"); /* whatever the metric */
    host->question.known = MH_KNOWN_ALL & ~MH_KNOWN_TOS;
    is_unknown(host, "203.0.113.1");
    host_free(host);
}

static void spreads_over_living_hops(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    struct mh_next_hop hops[] = {hop(host, "192.0.2.1", "eth0"), hop(host, "192.0.2.2", "eth0"),
                                 hop(host, "192.0.2.3", "eth1")};
    hops[1].flags = MH_NEXT_HOP_DEAD;
    hops[2].weight = 7;
    put(host, 0, "0.0.0.0/0",
        (struct mh_route){.type = MH_ROUTE_UNICAST, .next_hop_count = 3, .next_hops = hops});
    goes(host, "203.0.113.1", 0, "eth0");
    assert_int_equal(host->forwarding.choice_count, 2);
    assert_int_equal(host->forwarding.choices[1].hop, 2);
    host->question.output = named(&host->builder, "eth1")->index;
    goes(host, "203.0.113.1", 0, "eth1");
    assert_int_equal(host->forwarding.choice_count, 1);
    host_free(host);
}

static void equal_defaults_follow_neighbours(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    route(&host->builder, 0, "0.0.0.0/0", "192.0.2.1", "eth0", 10);
    route(&host->builder, 0, "0.0.0.0/0", "192.0.2.2", "eth1", 10);
    goes(host, "203.0.113.1", 0, "eth0"); /* nothing is known of the first */
    assert_int_equal(host->forwarding.choice_count, 1);
    named(&host->builder, "eth0")->point_to_point = true; /* nothing ever is */
    goes(host, "203.0.113.1", 0, "eth0");
    assert_int_equal(host->forwarding.choice_count, 2);
    named(&host->builder, "eth0")->point_to_point = false;
    neighbor(&host->builder, "eth0", "192.0.2.1", 1);
    host->builder.neighbors[0].state = MH_NEIGHBOR_FAILED;
    goes(host, "203.0.113.1", 0, "eth1");
    assert_int_equal(host->forwarding.choice_count, 1);
    host->builder.neighbors[0].state = MH_NEIGHBOR_STALE; /* one or the other, by what went before */
    goes(host, "203.0.113.1", 0, "eth0");
    assert_int_equal(host->forwarding.choice_count, 2);
    host->builder.neighbors[0].state = MH_NEIGHBOR_REACHABLE;
    goes(host, "203.0.113.1", 0, "eth0");
    assert_int_equal(host->forwarding.choice_count, 1);
    host_free(host);
}

/* The route for the packet's type of service goes first; that the other's link is down is not looked at once
 * there is something to choose from. */
static void equal_defaults_need_no_carrier(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    const struct mh_next_hop silent = hop(host, "192.0.2.1", "eth0");
    struct mh_next_hop unplugged = hop(host, "192.0.2.2", "eth1");
    unplugged.flags = MH_NEXT_HOP_LINK_DOWN | MH_NEXT_HOP_DEAD; /* ignore_routes_with_linkdown */
    put(host, 0, "0.0.0.0/0",
        (struct mh_route){
            .type = MH_ROUTE_UNICAST, .tos = 0x10, .metric = 20, .next_hop_count = 1, .next_hops = &silent});
    put(host, 0, "0.0.0.0/0",
        (struct mh_route){
            .type = MH_ROUTE_UNICAST, .metric = 20, .next_hop_count = 1, .next_hops = &unplugged});
    neighbor(&host->builder, "eth0", "192.0.2.1", 1);
    host->builder.neighbors[0].state = MH_NEIGHBOR_FAILED;
    host->question.tos = 0x10;
    goes(host, "203.0.113.1", 0, "eth1");
    assert_int_equal(host->forwarding.choice_count, 1);
    host->builder.neighbors[0].state = MH_NEIGHBOR_REACHABLE;
    goes(host, "203.0.113.1", 0, "eth0");
    host->question.tos = 0; /* the other one alone: it is not alive */
    ask(host, "203.0.113.1");
    assert_string_equal(mh_way_word(host->forwarding.way), "unreachable");
    host_free(host);
}

/* Of those that may answer the first two take turns; those that do not answer take turns with the first. */
static void equal_defaults_take_turns(void **state)
{
    (void)state;
    static const char *const gateways[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"};
    struct forward_host *host = host_new();
    for (size_t i = 0; i < 4; i++) {
        route(&host->builder, 0, "0.0.0.0/0", gateways[i], i % 2 == 0 ? "eth0" : "eth1", 10);
        neighbor(&host->builder, i % 2 == 0 ? "eth0" : "eth1", gateways[i], 1);
        host->builder.neighbors[i].state = MH_NEIGHBOR_STALE;
    }
    goes(host, "203.0.113.1", 0, "eth0");
    assert_int_equal(host->forwarding.choice_count, 2);
    host->builder.neighbors[0].state = MH_NEIGHBOR_INCOMPLETE;
    host->builder.neighbors[2].state = MH_NEIGHBOR_FAILED;
    goes(host, "203.0.113.1", 0, "eth1");
    assert_int_equal(host->forwarding.choice_count, 2);
    host->builder.neighbors[1].state = host->builder.neighbors[3].state = MH_NEIGHBOR_FAILED;
    goes(host, "203.0.113.1", 0, "eth1");
    assert_int_equal(host->forwarding.choice_count, 4); /* the first one, too, when all others were tried */
    host->builder.neighbors[3].state = MH_NEIGHBOR_STALE;
    goes(host, "203.0.113.1", 0, "eth1");
    assert_int_equal(host->forwarding.choice_count, 1);
    host_free(host);
}

/* A gateway that is an address of the interface itself is no gateway, unless another route led to it when its
 * own was made. */
static void own_gateway(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    const struct mh_next_hop out = hop(host, NULL, "eth0"), by = hop(host, "10.0.0.30", "eth0");
    const struct mh_route made = {.type = MH_ROUTE_UNICAST, .table = TABLE_MAIN};
    const struct mh_route link = {
        .type = MH_ROUTE_UNICAST, .scope = MH_ROUTE_SCOPE_LINK, .next_hop_count = 1, .next_hops = &out};
    assert_int_equal(mh_gateway_owner(host->builder.routes, &made, &by), MH_GATEWAY_FOREIGN);
    put(host, TABLE_LOCAL, "10.0.0.0/8",
        (struct mh_route){.type = MH_ROUTE_LOCAL,
                          .owner = MH_OWNER_KERNEL,
                          .scope = MH_ROUTE_SCOPE_HOST,
                          .next_hop_count = 1,
                          .next_hops = &out});
    put(host, TABLE_MAIN, "10.0.0.0/8", link);
    assert_int_equal(mh_gateway_owner(host->builder.routes, &made, &by), MH_GATEWAY_OWN);
    put(host, TABLE_MAIN, "10.0.0.0/15", link); /* longer: it led there if both tables were one then */
    assert_int_equal(mh_gateway_owner(host->builder.routes, &made, &by), MH_GATEWAY_DOUBTFUL);
    const struct mh_next_hop other = hop(host, "10.9.0.1", "eth0");
    assert_int_equal(mh_gateway_owner(host->builder.routes, &made, &other), MH_GATEWAY_OWN);
    host_free(host);
}

/* What others made that leads to a gateway may be younger than the route by it. */
static void gateway_by_made_route(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    const struct mh_next_hop out = hop(host, NULL, "eth0"), by = hop(host, "10.0.0.30", "eth0");
    const struct mh_route made = {.type = MH_ROUTE_UNICAST, .table = TABLE_MAIN};
    struct mh_route link = {.type = MH_ROUTE_UNICAST,
                            .owner = MH_OWNER_STATIC,
                            .scope = MH_ROUTE_SCOPE_HOST,
                            .next_hop_count = 1,
                            .next_hops = &out};
    put(host, TABLE_DEFAULT, "0.0.0.0/0", link);
    assert_int_equal(mh_gateway_owner(host->builder.routes, &made, &by), MH_GATEWAY_OWN);
    link.scope = MH_ROUTE_SCOPE_LINK;
    put(host, TABLE_MAIN, "10.0.0.0/8", link);
    assert_int_equal(mh_gateway_owner(host->builder.routes, &made, &by), MH_GATEWAY_DOUBTFUL);
    link.owner = MH_OWNER_KERNEL;
    put(host, TABLE_MAIN, "10.0.0.0/24", link); /* that is as old as the addresses */
    assert_int_equal(mh_gateway_owner(host->builder.routes, &made, &by), MH_GATEWAY_FOREIGN);
    link.type = MH_ROUTE_LOCAL;
    link.owner = MH_OWNER_STATIC;
    put(host, 100, "10.0.0.0/8", link);
    assert_int_equal(mh_gateway_owner(host->builder.routes, &made, &by), MH_GATEWAY_FOREIGN);
    host_free(host);
}

/* ---- IPv6 routes ----------------------------------------------------------------------------------- */

static void put6(struct forward_host *host, const char *destination, const char *gateway,
                 const char *interface, enum mh_router_preference preference, const char *source)
{
    const struct mh_next_hop by = hop(host, gateway, interface);
    struct mh_route made = {
        .type = MH_ROUTE_UNICAST, .preference = (uint8_t)preference, .next_hop_count = 1, .next_hops = &by};
    if (source != NULL)
        made.source = prefix(source);
    put(host, 0, destination, made);
}

static void router_preference(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    put6(host, "::/0", "fe80::1", "eth0", MH_ROUTER_LOW, NULL);
    put6(host, "::/0", "fe80::2", "eth1", MH_ROUTER_HIGH, NULL);
    goes(host, "2001:db8::1", 0, "eth1");
    neighbor(&host->builder, "eth1", "fe80::2", 1);
    host->builder.neighbors[0].state = MH_NEIGHBOR_FAILED;
    goes(host, "2001:db8::1", 0, "eth0"); /* the better one does not answer */
    host->settings[host->setting_count++] = (struct mh_setting){
        .interface = MH_SETTING_ALL, .family = MH_IPV6, .id = MH_SETTING_FORWARDING, .value = 1};
    goes(host, "2001:db8::1", 0, "eth1"); /* a router does not look at that */
    host_free(host);
}

static void failed_gateways_are_the_last_resort(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    put6(host, "2001:db8::/32", "fe80::1", "eth0", MH_ROUTER_MEDIUM, NULL);
    neighbor(&host->builder, "eth0", "fe80::1", 1);
    host->builder.neighbors[0].state = MH_NEIGHBOR_FAILED;
    goes(host, "2001:db8::1", 0, "eth0");
    put6(host, "::/0", "fe80::2", "eth1", MH_ROUTER_MEDIUM, NULL);
    goes(host, "2001:db8::1", 0, "eth1"); /* even a shorter prefix goes before */
    host_free(host);
}

static void given_interface6(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    put6(host, "::/0", "fe80::1", "eth0", MH_ROUTER_HIGH, NULL);
    put6(host, "::/0", "fe80::2", "eth1", MH_ROUTER_LOW, NULL);
    host->question.output = named(&host->builder, "eth1")->index;
    goes(host, "2001:db8::1", 0, "eth1");
    host->question.source = parse_address("2001:db8:1::1"); /* preference goes before a mere wish */
    goes(host, "2001:db8::1", 0, "eth0");
    host->question.output_is_bound = true;
    goes(host, "2001:db8::1", 0, "eth1");
    host_free(host);
}

static void source_specific(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    put6(host, "2001:db8::/32", NULL, "eth0", MH_ROUTER_MEDIUM, NULL);
    put6(host, "2001:db8::/32", NULL, "eth1", MH_ROUTER_MEDIUM, "2001:db8:1::/48");
    put6(host, "::/0", NULL, "lo", MH_ROUTER_MEDIUM, NULL);
    host->question.source = parse_address("2001:db8:1::1");
    goes(host, "2001:db8::1", 0, "eth1");
    host->question.source = parse_address("2001:db8:2::1"); /* Linux passes the whole destination over */
    goes(host, "2001:db8::1", 0, "lo");
    host_free(host);
}

static void hidden_removal_of_rules(void **state)
{
    (void)state;
    struct forward_host *host = host_new();
    (void)rule_of(host, MH_IPV6, 0, TABLE_LOCAL);
    is_unknown(host, "2001:db8::1"); /* the one for main was removed: Linux may look there all the same */
    (void)rule_of(host, MH_IPV6, 32766, TABLE_MAIN);
    ends(host, "2001:db8::1", MH_WAY_UNREACHABLE);
    host_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selects_by_prefixes),
        cmocka_unit_test(selects_by_interfaces),
        cmocka_unit_test(selects_by_the_packet),
        cmocka_unit_test(selectors_that_are_not_known),
        cmocka_unit_test(acts),
        cmocka_unit_test(jumps),
        cmocka_unit_test(suppresses),
        cmocka_unit_test(does_not_suppress_objects_by_length),
        cmocka_unit_test(without_rules_there_is_table_0),
        cmocka_unit_test(local_and_main_may_be_one),
        cmocka_unit_test(longest_prefix_and_metric),
        cmocka_unit_test(falls_back_to_shorter_prefixes),
        cmocka_unit_test(routes_refuse),
        cmocka_unit_test(type_of_service),
        cmocka_unit_test(spreads_over_living_hops),
        cmocka_unit_test(equal_defaults_follow_neighbours),
        cmocka_unit_test(equal_defaults_need_no_carrier),
        cmocka_unit_test(equal_defaults_take_turns),
        cmocka_unit_test(own_gateway),
        cmocka_unit_test(gateway_by_made_route),
        cmocka_unit_test(router_preference),
        cmocka_unit_test(failed_gateways_are_the_last_resort),
        cmocka_unit_test(given_interface6),
        cmocka_unit_test(source_specific),
        cmocka_unit_test(hidden_removal_of_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
