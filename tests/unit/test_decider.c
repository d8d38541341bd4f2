/* A decider answers as mh_select does: random hosts with random questions of one kind, near all edges, asked
 * one by one, in a batch, before and after its blocks are made. */
#include "host_builder.h"

#include "core/decider.h"

enum { TABLE_DEFAULT = 253, TABLE_MAIN = 254, TABLE_LOCAL = 255, DESTINATIONS = 400 };

static uint64_t state;

static unsigned below(unsigned limit)
{
    return (unsigned)((mh_test_random(&state) >> 32) * limit >> 32);
}

static bool chance(unsigned percent)
{
    return below(100) < percent;
}

/* ---- random hosts ---------------------------------------------------------------------------------- */

static struct mh_address address4(uint32_t number)
{
    const uint8_t bytes[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                              (uint8_t)number};
    return mh_address_from_bytes(MH_IPV4, bytes);
}

static uint32_t number4(const struct mh_address *address)
{
    return (uint32_t)address->bytes[0] << 24 | (uint32_t)address->bytes[1] << 16 |
           (uint32_t)address->bytes[2] << 8 | address->bytes[3];
}

/* Few networks, so that prefixes nest and meet. */
static uint32_t random_number(void)
{
    static const uint32_t bases[] = {0x0a010000, 0x0a018000, 0xc0000200, 0xe0000000, 0x7f000000, 0};
    uint32_t number = bases[below(chance(85) ? 3 : 6)];
    for (unsigned flips = below(5); flips > 0; flips--)
        number ^= UINT32_C(1) << below(16);
    return number;
}

static struct mh_prefix random_prefix(void)
{
    static const uint8_t lengths[] = {0, 1, 4, 8, 15, 16, 17, 18, 19, 23, 24, 25, 28, 30, 31, 32};
    struct mh_address address = address4(random_number());
    return mh_prefix_of(&address, lengths[below(sizeof lengths)]);
}

static uint32_t random_table(void)
{
    static const uint32_t tables[] = {TABLE_MAIN, TABLE_MAIN, TABLE_LOCAL, 100, TABLE_DEFAULT};
    return tables[below(5)];
}

static void random_route(struct host_builder *host)
{
    static const uint8_t types[] = {MH_ROUTE_LOCAL,       MH_ROUTE_BROADCAST, MH_ROUTE_MULTICAST,
                                    MH_ROUTE_UNREACHABLE, MH_ROUTE_PROHIBIT,  MH_ROUTE_BLACKHOLE,
                                    MH_ROUTE_THROW};
    struct mh_next_hop hops[2];
    struct mh_route route = {.destination = random_prefix(),
                             .table = random_table(),
                             .metric = below(3),
                             .tos = chance(10) ? 8 : 0,
                             .type = chance(65) ? MH_ROUTE_UNICAST : types[below(sizeof types)],
                             .scope = chance(50) ? MH_ROUTE_SCOPE_UNIVERSE : MH_ROUTE_SCOPE_LINK,
                             .owner = chance(30) ? MH_OWNER_KERNEL : MH_OWNER_STATIC,
                             .next_hop_count = chance(80) ? 1 : 2,
                             .next_hops = hops};
    for (size_t i = 0; i < 2; i++) {
        hops[i] = (struct mh_next_hop){.interface = 1 + below(4), .weight = 1};
        hops[i].flags = chance(10) ? (uint8_t)below(8) : 0;
        if (chance(50))
            hops[i].gateway = address4(random_number());
    }
    if (chance(20))
        route.preferred_source = address4(random_number());
    enum mh_error code = mh_route_table_put(host->routes, &route, MH_APPEND);
    assert_true(code == MH_OK || code == MH_EXISTS);
}

static void random_rule(struct mh_rule *rule, uint32_t priority)
{
    *rule = (struct mh_rule){.family = MH_IPV4,
                             .priority = priority,
                             .table = random_table(),
                             .suppress_prefix_length = chance(10) ? (int32_t)below(20) : -1,
                             .suppress_interface_group = -1};
    if (chance(60))
        rule->to = random_prefix();
    if (chance(20))
        rule->from = random_prefix();
    rule->invert = chance(15);
    rule->mark_mask = chance(15);
    if (chance(15))
        rule->action = (uint8_t)below(MH_RULE_OTHER);
    rule->target = priority + below(3);
}

static void feed_rules(struct host_builder *host, bool random)
{
    static const uint32_t tables[] = {TABLE_LOCAL, TABLE_MAIN, TABLE_DEFAULT};
    static const uint32_t priorities[] = {0, 32766, 32767};
    struct mh_rule rule;
    for (uint32_t i = 0; random && i < 6; i++) {
        random_rule(&rule, 100 + i);
        builder_feed(host->host, &(struct mh_fact){.section = MH_SECTION_RULES, .of.rule = &rule});
    }
    for (size_t i = 0; i < 3; i++) {
        rule = (struct mh_rule){.family = MH_IPV4,
                                .priority = priorities[i],
                                .table = tables[i],
                                .suppress_prefix_length = -1,
                                .suppress_interface_group = -1};
        builder_feed(host->host, &(struct mh_fact){.section = MH_SECTION_RULES, .of.rule = &rule});
    }
}

/* The snapshot of the host with rules. */
static void build_with_rules(struct host_builder *host, bool random)
{
    build(host);
    feed_rules(host, random);
    mh_snapshot_clear(&host->snapshot);
    mh_host_snapshot(host->host, &host->snapshot);
}

static void begin_host(struct host_builder *host)
{
    memset(host, 0, sizeof *host);
    host->routes = mh_route_table_new();
    assert_non_null(host->routes);
    (void)device(host, "lo", MH_KIND_LOOPBACK);
    (void)device(host, "eth0", MH_KIND_PHYSICAL);
    (void)device(host, "eth1", MH_KIND_PHYSICAL);
    (void)device(host, "eth2", MH_KIND_PHYSICAL);
}

static void random_host(struct host_builder *host)
{
    static const char *const names[] = {"lo", "eth0", "eth1", "eth2"};
    begin_host(host);
    named(host, "eth2")->up = chance(70);
    for (unsigned count = 1 + below(8); count > 0; count--) {
        struct mh_interface_address *added = address(host, names[below(4)], "192.0.2.1/24");
        added->address = address4(random_number());
        added->flags = chance(30) ? MH_ADDRESS_SECONDARY : 0;
        added->scope = chance(20) ? MH_ROUTE_SCOPE_LINK : MH_ROUTE_SCOPE_UNIVERSE;
    }
    for (unsigned count = below(80); count > 0; count--)
        random_route(host);
    build_with_rules(host, chance(60));
}

/* ---- random questions ------------------------------------------------------------------------------ */

static struct mh_question random_question(const struct host_builder *host)
{
    struct mh_question question = {.known = chance(80) ? MH_KNOWN_ALL : (uint8_t)below(32),
                                   .mark = below(2),
                                   .tos = chance(20) ? 8 : 0,
                                   .protocol = chance(90) ? 17 : 2};
    if (chance(30))
        question.source = host->snapshot.addresses[below((unsigned)host->snapshot.address_count)].address;
    else if (chance(10))
        question.source = address4(random_number());
    if (chance(25))
        question.output = 1 + below(5);
    else if (chance(10))
        question.input = 2 + below(3);
    return question;
}

/* At and around the edges of routes and rules, and where addresses have a meaning of their own. */
static struct mh_address random_destination(const struct host_builder *host)
{
    static const uint32_t odd[] = {0,          1,          0xe0000000, 0xe00000ff,
                                   0xe0000100, 0x7f000001, UINT32_MAX, 0xf0000001};
    struct mh_route_place place = {0};
    struct mh_route route = {0};
    if (chance(15))
        return address4(odd[below(8)]);
    if (chance(30) || mh_route_table_count(host->routes) == 0)
        return address4(random_number());
    mh_route_handle handle = mh_route_table_walk(host->routes, &place);
    for (unsigned steps = below((unsigned)mh_route_table_count(host->routes)); steps > 0; steps--)
        handle = mh_route_table_walk(host->routes, &place);
    mh_route_table_get(host->routes, handle, &route);
    uint32_t first = number4(&route.destination.address);
    uint32_t last = route.destination.length == 32 ? first : first | UINT32_MAX >> route.destination.length;
    return address4((chance(50) ? first : last) + below(3) - 1);
}

/* "found by 2 from 192.0.2.1 via 192.0.2.254, ..." */
static void say(const struct mh_outcome *outcome, char *text, size_t size)
{
    char source[MH_ADDRESS_TEXT_SIZE], next_hop[MH_ADDRESS_TEXT_SIZE];
    (void)snprintf(
        text, size,
        "%s by %u from %s via %s, table %u, type %u, rule %s, policy %p, choices %u (%u), %d%d%d%d%d",
        mh_way_word((enum mh_way)outcome->way), outcome->interface,
        mh_address_format(&outcome->source, source), mh_address_format(&outcome->next_hop, next_hop),
        outcome->table, outcome->route_type, outcome->rule == NULL ? "-" : outcome->rule->number,
        (const void *)outcome->policy, outcome->choice_count, outcome->matching_choice_count, outcome->local,
        outcome->source_given, outcome->source_owner_differs, outcome->gateway_unused,
        outcome->on_link_assumed);
}

static void is_equal(const struct mh_outcome *outcome, const struct mh_outcome *expected,
                     const struct mh_address *destination, const char *how)
{
    char text[MH_ADDRESS_TEXT_SIZE], is[256], wanted[256];
    if (mh_outcome_equal(outcome, expected))
        return;
    say(outcome, is, sizeof is);
    say(expected, wanted, sizeof wanted);
    fail_msg("%s, to %s: %s; mh_select: %s", how, mh_address_format(destination, text), is, wanted);
}

static struct mh_outcome selected(const struct host_builder *host, enum mh_dialect dialect,
                                  const struct mh_question *like, const struct mh_address *destination)
{
    static struct mh_selection selection;
    struct mh_question question = *like;
    struct mh_outcome outcome;
    question.destination = *destination;
    assert_int_equal(mh_select(&host->snapshot, host->routes, dialect, &question, false, &selection), MH_OK);
    mh_outcome_of(&selection, &outcome);
    return outcome;
}

/* All ways to ask, blocks being made on the way, or before. */
static void ask_all_ways(const struct host_builder *host, enum mh_dialect dialect,
                         const struct mh_question *question, const struct mh_address *destinations,
                         size_t count, bool prepared)
{
    struct mh_decider *decider = mh_decider_new(&host->snapshot, host->routes, dialect, question);
    struct mh_outcome outcomes[DESTINATIONS];
    assert_non_null(decider);
    assert_true(count <= DESTINATIONS);
    for (size_t i = 0; i < count && prepared; i++) {
        const struct mh_prefix around = mh_prefix_of(&destinations[i], 20);
        assert_int_equal(mh_decider_prepare(decider, &around), MH_OK);
    }
    mh_decider_ask_batch(decider, destinations, count, outcomes);
    for (size_t i = 0; i < count; i++) {
        struct mh_outcome alone;
        struct mh_outcome expected = selected(host, dialect, question, &destinations[i]);
        is_equal(&outcomes[i], &expected, &destinations[i], prepared ? "a prepared batch" : "a batch");
        mh_decider_ask(decider, &destinations[i], &alone);
        is_equal(&alone, &expected, &destinations[i], "mh_decider_ask");
    }
    mh_decider_free(decider);
}

static void decides_as_mh_select(void **unused)
{
    (void)unused;
    struct mh_address destinations[DESTINATIONS];
    struct host_builder host;
    unsigned hosts = getenv("MH_TEST_FULL") != NULL ? 3000 : 150;
    state = 1122;
    for (unsigned number = 0; number < hosts; number++) {
        random_host(&host);
        for (unsigned kind = 0; kind < 3; kind++) {
            struct mh_question question = random_question(&host);
            for (size_t i = 0; i < DESTINATIONS; i++)
                destinations[i] = random_destination(&host);
            ask_all_ways(&host, MH_DIALECT_LINUX, &question, destinations, DESTINATIONS, chance(50));
        }
        builder_clear(&host);
    }
}

/* ---- small cases ----------------------------------------------------------------------------------- */

/* eth0 192.0.2.1/24 with the default gateway .254; all of 203.0.113.0/24 is this host's own. */
static void small_host(struct host_builder *host)
{
    begin_host(host);
    (void)address(host, "eth0", "192.0.2.1/24");
    (void)address(host, "eth0", "2001:db8::1/64");
    route(host, TABLE_MAIN, "192.0.2.0/24", NULL, "eth0", 0);
    route(host, TABLE_MAIN, "0.0.0.0/0", "192.0.2.254", "eth0", 0);
    route(host, TABLE_MAIN, "2001:db8::/64", NULL, "eth0", 0);
    struct mh_next_hop hop = {.interface = 1, .weight = 1};
    struct mh_route own = {
        .table = TABLE_LOCAL, .type = MH_ROUTE_LOCAL, .scope = 254, .next_hop_count = 1, .next_hops = &hop};
    assert_true(mh_prefix_parse("203.0.113.0/24", 14, &own.destination));
    assert_int_equal(mh_route_table_put(host->routes, &own, MH_PRESENT), MH_OK);
    build_with_rules(host, false);
}

static struct mh_decider *new_decider(const struct host_builder *host, enum mh_dialect dialect)
{
    const struct mh_question question = {.known = MH_KNOWN_ALL};
    struct mh_decider *decider = mh_decider_new(&host->snapshot, host->routes, dialect, &question);
    assert_non_null(decider);
    return decider;
}

static struct mh_outcome decide(struct mh_decider *decider, const char *destination)
{
    const struct mh_address address = parse_address(destination);
    struct mh_outcome outcome;
    mh_decider_ask(decider, &address, &outcome);
    return outcome;
}

static void comes_from(struct mh_decider *decider, const char *destination, const char *source,
                       const char *next_hop)
{
    struct mh_outcome outcome = decide(decider, destination);
    char text[MH_ADDRESS_TEXT_SIZE];
    assert_int_equal(outcome.way, MH_WAY_FOUND);
    assert_string_equal(mh_address_format(&outcome.source, text), source);
    assert_string_equal(mh_address_format(&outcome.next_hop, text), next_hop);
}

static void own_addresses_are_their_own_source(void **unused)
{
    (void)unused;
    struct host_builder host;
    small_host(&host);
    struct mh_decider *decider = new_decider(&host, MH_DIALECT_LINUX);
    for (int round = 0; round < 2; round++) {
        comes_from(decider, "203.0.113.7", "203.0.113.7", "");
        comes_from(decider, "203.0.113.8", "203.0.113.8", "");
        comes_from(decider, "203.0.112.8", "192.0.2.1", "192.0.2.254");
        assert_int_equal(mh_decider_prepare(decider, NULL), MH_OK);
    }
    mh_decider_free(decider);
    builder_clear(&host);
}

static void routes_that_change_are_noticed(void **unused)
{
    (void)unused;
    struct host_builder host;
    small_host(&host);
    struct mh_decider *decider = new_decider(&host, MH_DIALECT_LINUX);
    assert_int_equal(mh_decider_prepare(decider, NULL), MH_OK);
    comes_from(decider, "198.51.100.9", "192.0.2.1", "192.0.2.254");
    route(&host, TABLE_MAIN, "198.51.100.0/25", "192.0.2.77", "eth0", 0);
    for (int i = 0; i < 200; i++) { /* at first without blocks, then by new ones */
        comes_from(decider, "198.51.100.9", "192.0.2.1", "192.0.2.77");
        comes_from(decider, "198.51.100.129", "192.0.2.1", "192.0.2.254");
    }
    assert_int_equal(mh_decider_prepare(decider, NULL), MH_OK);
    comes_from(decider, "198.51.100.9", "192.0.2.1", "192.0.2.77");
    struct mh_next_hop hop = {.gateway = parse_address("192.0.2.77"), .interface = 2, .weight = 1};
    struct mh_route gone = {
        .table = TABLE_MAIN, .type = MH_ROUTE_UNICAST, .next_hop_count = 1, .next_hops = &hop};
    assert_true(mh_prefix_parse("198.51.100.0/25", 15, &gone.destination));
    assert_int_equal(mh_route_table_remove(host.routes, &gone), MH_OK);
    comes_from(decider, "198.51.100.9", "192.0.2.1", "192.0.2.254");
    mh_decider_free(decider);
    builder_clear(&host);
}

static void revision_counts_changes_only(void **unused)
{
    (void)unused;
    struct host_builder host;
    small_host(&host);
    uint64_t before = mh_route_table_revision(host.routes);
    struct mh_next_hop hop = {.interface = 2, .weight = 1};
    struct mh_route again = {
        .table = TABLE_MAIN, .type = MH_ROUTE_UNICAST, .next_hop_count = 1, .next_hops = &hop};
    assert_true(mh_prefix_parse("192.0.2.0/24", 12, &again.destination));
    assert_int_equal(mh_route_table_put(host.routes, &again, MH_PRESENT), MH_EXISTS);
    assert_true(mh_route_table_revision(host.routes) == before);
    hop.flags = MH_NEXT_HOP_LINK_DOWN; /* only in what makes no other route of it */
    assert_int_equal(mh_route_table_put(host.routes, &again, MH_PRESENT), MH_OK);
    assert_true(mh_route_table_revision(host.routes) > before);
    builder_clear(&host);
}

static void what_is_not_linux_ipv4_is_mh_selects(void **unused)
{
    (void)unused;
    struct host_builder host;
    small_host(&host);
    static const char *const texts[] = {"2001:db8::9", "2001:db8:1::9", "ff02::1", "198.51.100.9",
                                        "192.0.2.1"};
    const struct mh_question question = {.known = MH_KNOWN_ALL};
    struct mh_address destinations[5];
    for (size_t i = 0; i < 5; i++)
        destinations[i] = parse_address(texts[i]);
    for (int dialect = 0; dialect < MH_DIALECT_COUNT; dialect++)
        ask_all_ways(&host, (enum mh_dialect)dialect, &question, destinations, 5, true);
    builder_clear(&host);
}

static void what_makes_no_question_is_invalid(void **unused)
{
    (void)unused;
    struct host_builder host;
    small_host(&host);
    const struct mh_question bound = {.known = MH_KNOWN_ALL, .source = parse_address("2001:db8::1")};
    const struct mh_address nothing = {0};
    struct mh_outcome outcome;
    struct mh_decider *decider = new_decider(&host, MH_DIALECT_LINUX);
    mh_decider_ask(decider, &nothing, &outcome);
    assert_int_equal(outcome.way, MH_WAY_INVALID);
    mh_decider_ask_batch(decider, &nothing, 1, &outcome);
    assert_int_equal(outcome.way, MH_WAY_INVALID);
    mh_decider_free(decider);
    decider = mh_decider_new(&host.snapshot, host.routes, MH_DIALECT_LINUX, &bound);
    assert_non_null(decider);
    assert_int_equal(mh_decider_prepare(decider, NULL), MH_OK);
    assert_int_equal(decide(decider, "192.0.2.9").way, MH_WAY_INVALID);
    assert_int_equal(decide(decider, "2001:db8::9").way, MH_WAY_UNREACHABLE); /* there are no rules for it */
    mh_decider_free(decider);
    builder_clear(&host);
}

/* More next hops than spans have numbers for: the rest is left to mh_select. */
static void too_many_outcomes(void **unused)
{
    (void)unused;
    enum { ROUTES = 70000, BASE = 0x0a000000 };
    struct host_builder host;
    struct mh_address destinations[DESTINATIONS];
    const struct mh_question question = {.known = MH_KNOWN_ALL};
    const struct mh_prefix within = {{.family = MH_IPV4, .bytes = {10}}, 8};
    small_host(&host);
    for (uint32_t i = 0; i < ROUTES; i++) {
        struct mh_next_hop hop = {.gateway = address4(0x0b000000 + i), .interface = 2, .weight = 1};
        struct mh_route route = {.destination = {address4(BASE + i), 32},
                                 .table = TABLE_MAIN,
                                 .type = MH_ROUTE_UNICAST,
                                 .next_hop_count = 1,
                                 .next_hops = &hop};
        assert_int_equal(mh_route_table_put(host.routes, &route, MH_PRESENT), MH_OK);
    }
    state = 7;
    for (size_t i = 0; i < DESTINATIONS; i++)
        destinations[i] = address4(BASE + (i < 10 ? ROUTES - 5 + (uint32_t)i : below(ROUTES)));
    struct mh_decider *decider = new_decider(&host, MH_DIALECT_LINUX);
    size_t memory = mh_decider_memory(decider);
    assert_int_equal(mh_decider_prepare(decider, &within), MH_OK);
    assert_true(mh_decider_memory(decider) > memory + 4 * ROUTES);
    for (size_t i = 0; i < DESTINATIONS; i++) {
        struct mh_outcome outcome;
        struct mh_outcome expected = selected(&host, MH_DIALECT_LINUX, &question, &destinations[i]);
        mh_decider_ask(decider, &destinations[i], &outcome);
        is_equal(&outcome, &expected, &destinations[i], "a full decider");
    }
    mh_decider_free(decider);
    builder_clear(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_as_mh_select),
        cmocka_unit_test(own_addresses_are_their_own_source),
        cmocka_unit_test(routes_that_change_are_noticed),
        cmocka_unit_test(revision_counts_changes_only),
        cmocka_unit_test(what_is_not_linux_ipv4_is_mh_selects),
        cmocka_unit_test(what_makes_no_question_is_invalid),
        cmocka_unit_test(too_many_outcomes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
