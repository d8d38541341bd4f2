/* RFC 6724: the policy table, and one test for each rule. The worked examples of section 10 are in
 * test_rfc6724_examples.c. */
#include "rfc6724_source.h"

enum { OTHER = OUTPUT + 1 };

static struct mh_interface_address of_interface(const char *text, uint32_t interface)
{
    struct mh_interface_address address = source(text, 0);
    address.interface = interface;
    return address;
}

/* ---- the policy table ------------------------------------------------------------------------------ */

static void policy_is(const char *address, const char *prefix, uint32_t precedence, uint32_t label)
{
    size_t count = 0;
    const struct mh_policy *table = mh_rfc6724_default_policy(&count);
    const struct mh_address looked_up = parse(address);
    const struct mh_policy *row = mh_rfc6724_lookup(table, count, &looked_up);
    char text[MH_PREFIX_TEXT_SIZE];
    assert_non_null(row);
    assert_string_equal(mh_prefix_format(&row->prefix, text), prefix);
    assert_int_equal(row->precedence, precedence);
    assert_int_equal(row->label, label);
}

static void policy_table_of_section_2_1(void **state)
{
    (void)state;
    size_t count = 0;
    (void)mh_rfc6724_default_policy(&count);
    assert_int_equal(count, 9);
    policy_is("::1", "::1/128", 50, 0);
    policy_is("2a00::1", "::/0", 40, 1);
    policy_is("198.51.100.1", "::ffff:0.0.0.0/96", 35, 4);
    policy_is("::ffff:198.51.100.1", "::ffff:0.0.0.0/96", 35, 4);
    policy_is("2002:c633:6401::1", "2002::/16", 30, 2);
    policy_is("2001::1", "2001::/32", 5, 5);
    policy_is("fd00::1", "fc00::/7", 3, 13);
    policy_is("::2", "::/96", 1, 3);
    policy_is("fec0::1", "fec0::/10", 1, 11);
    policy_is("3ffe::1", "3ffe::/16", 1, 12);
    policy_is("2001:db8::1", "::/0", 40, 1);
    policy_is("fe80::1", "::/0", 40, 1);
}

static void longest_row_wins_in_any_order(void **state)
{
    (void)state;
    struct mh_policy table[3] = {{.precedence = 1, .label = 1}, {.precedence = 2}, {.precedence = 3}};
    const char *const prefixes[] = {"2001:db8::/32", "::/0", "2001:db8:1::/48"};
    for (size_t i = 0; i < 3; i++)
        assert_true(mh_prefix_parse(prefixes[i], strlen(prefixes[i]), &table[i].prefix));
    const struct mh_address inner = parse("2001:db8:1::1"), outer = parse("2001:db8:2::1"), none = {0};
    assert_ptr_equal(mh_rfc6724_lookup(table, 3, &inner), &table[2]);
    assert_ptr_equal(mh_rfc6724_lookup(table, 3, &outer), &table[0]);
    assert_null(mh_rfc6724_lookup(table, 3, &none));
    assert_null(mh_rfc6724_lookup(table, 0, &inner));
    assert_null(mh_rfc6724_lookup(table + 2, 1, &outer));
}

static void common_prefix_of_section_2_2(void **state)
{
    (void)state;
    const struct mh_address a = parse("fe80::1"), b = parse("fe80::2"), c = parse("192.0.2.1"),
                            d = parse("192.0.2.129");
    assert_int_equal(mh_rfc6724_common_prefix(&a, 64, &b), 64);
    assert_int_equal(mh_rfc6724_common_prefix(&a, 0, &b), 126);
    assert_int_equal(mh_rfc6724_common_prefix(&a, 128, &a), 128);
    assert_int_equal(mh_rfc6724_common_prefix(&c, 32, &d), 24);
    assert_int_equal(mh_rfc6724_common_prefix(&c, 16, &d), 16);
    assert_int_equal(mh_rfc6724_common_prefix(&c, 200, &c), 32);
    assert_int_equal(mh_rfc6724_common_prefix(&a, 64, &c), 0);
}

/* ---- section 5: sources ---------------------------------------------------------------------------- */

/* `better` beats `worse` by the rule, from both sides. */
static void source_wins_in(const struct mh_rfc6724_context *context, const char *number,
                           const char *destination, const struct mh_interface_address *better,
                           const struct mh_interface_address *worse)
{
    const struct mh_address to = parse(destination);
    const struct mh_select_rule *rule = NULL;
    assert_true(mh_rfc6724_compare_sources(context, &to, better, worse, &rule) < 0);
    assert_string_equal(rule->number, number);
    rule = NULL;
    assert_true(mh_rfc6724_compare_sources(context, &to, worse, better, &rule) > 0);
    assert_string_equal(rule->number, number);
}

static void source_wins(const char *number, const char *destination, struct mh_interface_address better,
                        struct mh_interface_address worse)
{
    const struct mh_rfc6724_context context = {.output = OUTPUT};
    source_wins_in(&context, number, destination, &better, &worse);
}

static void rfc6724_1(void **state)
{
    (void)state;
    source_wins("rfc6724-1", "2001:db8::1", source("2001:db8::1", MH_ADDRESS_DEPRECATED),
                source("2001:db8::2", 0));
    source_wins("rfc6724-1", "192.0.2.9", of_interface("192.0.2.9", OTHER), source("192.0.2.8", 0));
}

static void rfc6724_2(void **state)
{
    (void)state;
    /* both too small: the larger; both large enough: the smaller; else the large enough one */
    source_wins("rfc6724-2", "2001:db8::1", source("fec0::1", 0), source("fe80::1", 0));
    source_wins("rfc6724-2", "ff02::1", source("fe80::1", 0), source("2001:db8::1", 0));
    source_wins("rfc6724-2", "ff05::1", source("fec0::1", 0), source("2001:db8::1", 0));
    source_wins("rfc6724-2", "ff05::1", source("2001:db8::1", 0), source("fe80::1", 0));
    source_wins("rfc6724-2", "198.51.100.1", source("10.0.0.1", 0), source("169.254.1.1", 0));
    source_wins("rfc6724-2", "127.0.0.2", source("127.0.0.1", 0), source("10.0.0.1", 0));
}

static void rfc6724_3(void **state)
{
    (void)state;
    source_wins("rfc6724-3", "2001:db8::1", of_interface("2a00::1", OTHER),
                source("2001:db8::2", MH_ADDRESS_DEPRECATED | MH_ADDRESS_HOME));
}

static void rfc6724_4(void **state)
{
    (void)state;
    struct mh_interface_address home = of_interface("2a00::1", OTHER);
    home.flags = MH_ADDRESS_HOME;
    source_wins("rfc6724-4", "2001:db8::1", home, source("2001:db8::2", 0));
}

static void rfc6724_5(void **state)
{
    (void)state;
    source_wins("rfc6724-5", "2001:db8::1", source("2a00::1", 0), of_interface("2001:db8::2", OTHER));
    /* not known: it does not count */
    const struct mh_rfc6724_context unknown = {0};
    const struct mh_interface_address near = of_interface("2001:db8::2", OTHER), far = source("2a00::1", 0);
    source_wins_in(&unknown, "rfc6724-8", "2001:db8::1", &near, &far);
}

/* The context is the address that the next hop's prefix gave. */
static bool advertised(const void *context, const struct mh_interface_address *candidate,
                       const struct mh_address *next_hop)
{
    const struct mh_address router = parse("fe80::ff");
    assert_true(mh_address_equal(next_hop, &router));
    return mh_address_equal(&candidate->address, context);
}

static void rfc6724_5_5(void **state)
{
    (void)state;
    const struct mh_interface_address near = source("2001:db8::2", MH_ADDRESS_TEMPORARY),
                                      far = source("2a00::1", 0);
    struct mh_rfc6724_context context = {.output = OUTPUT,
                                         .next_hop = parse("fe80::ff"),
                                         .advertised_by = advertised,
                                         .context = &far.address};
    source_wins_in(&context, "rfc6724-5.5", "2001:db8::1", &far, &near);
    context.next_hop = (struct mh_address){0};
    source_wins_in(&context, "rfc6724-7", "2001:db8::1", &near, &far);
}

static void rfc6724_6(void **state)
{
    (void)state;
    source_wins("rfc6724-6", "2002:c633:6401::1", source("2002:1::1", 0),
                source("2001:db8::1", MH_ADDRESS_TEMPORARY));
}

static void rfc6724_7(void **state)
{
    (void)state;
    const struct mh_interface_address temporary = source("2a00::1", MH_ADDRESS_TEMPORARY),
                                      public = source("2001:db8::2", 0);
    source_wins("rfc6724-7", "2001:db8::1", temporary, public);
    const struct mh_rfc6724_context prefer_public = {.output = OUTPUT, .prefer_public = true};
    source_wins_in(&prefer_public, "rfc6724-7", "2001:db8::1", &public, &temporary);
}

static void rfc6724_8(void **state)
{
    (void)state;
    source_wins("rfc6724-8", "2001:db8:1::1", source("2001:db8:1::2", 0), source("2001:db8:3::2", 0));
    source_wins("rfc6724-8", "10.1.2.3", source("10.1.2.4", 0), source("10.1.7.3", 0));
    /* bits beyond the prefix do not count: ::1:2 has more in common with ::1:1, but not within its /64 */
    source_wins("rfc6724-tie", "2001:db8::1:1", source("2001:db8::5", 0), source("2001:db8::1:2", 0));
    struct mh_interface_address host = source("2001:db8::1:2", 0);
    host.prefix_length = 128;
    source_wins("rfc6724-8", "2001:db8::1:1", host, source("2001:db8::5", 0));
}

static void rfc6724_tie(void **state)
{
    (void)state;
    const struct mh_rfc6724_context context = {0};
    const struct mh_address to = parse("2001:db8::1");
    const struct mh_interface_address first = source("2001:db8::2", 0),
                                      second = of_interface("2001:db8::2", OTHER);
    const struct mh_select_rule *rule = NULL;
    source_wins("rfc6724-tie", "2001:db8::1", source("2001:db8::2", 0), source("2001:db8::3", 0));
    source_wins_in(&context, "rfc6724-tie", "2001:db8::1", &first, &second);
    assert_int_equal(mh_rfc6724_compare_sources(&context, &to, &first, &first, &rule), 0);
}

static void candidates_of_section_4(void **state)
{
    (void)state;
    const struct mh_rfc6724_context context = {.output = OUTPUT};
    const struct mh_address global = parse("2001:db8::1"), link = parse("fe80::1"), group = parse("ff05::1"),
                            v4 = parse("192.0.2.1");
    const struct mh_interface_address here = source("2001:db8::2", 0), there = of_interface("fe80::3", OTHER);
    assert_true(mh_rfc6724_is_candidate(&context, &global, &here));
    assert_true(mh_rfc6724_is_candidate(&context, &global, &there));
    assert_true(mh_rfc6724_is_candidate(&context, &link, &here));
    assert_false(mh_rfc6724_is_candidate(&context, &link, &there));
    assert_false(mh_rfc6724_is_candidate(&context, &group, &there));
    assert_false(mh_rfc6724_is_candidate(&context, &v4, &here));
    const uint32_t kept_out[] = {MH_ADDRESS_TENTATIVE, MH_ADDRESS_DUPLICATE, MH_ADDRESS_SKIP_AS_SOURCE};
    for (size_t i = 0; i < 3; i++) {
        const struct mh_interface_address address = source("2001:db8::2", kept_out[i]);
        assert_false(mh_rfc6724_is_candidate(&context, &global, &address));
    }
    const struct mh_interface_address optimistic =
        source("2001:db8::2", MH_ADDRESS_TENTATIVE | MH_ADDRESS_OPTIMISTIC);
    assert_true(mh_rfc6724_is_candidate(&context, &global, &optimistic));
}

static void best_source_names_what_beat_the_runner_up(void **state)
{
    (void)state;
    const struct mh_rfc6724_context context = {.output = OUTPUT};
    const struct mh_address to = parse("2001:db8:1::1");
    const struct mh_interface_address addresses[] = {
        source("fe80::1", 0), of_interface("2001:db8:1::3", OTHER), source("2001:db8:1::2", 0),
        source("2001:db8:1::1", MH_ADDRESS_DUPLICATE)};
    const struct mh_select_rule *rule = NULL;
    assert_ptr_equal(mh_rfc6724_best_source(&context, &to, addresses, 4, &rule), &addresses[2]);
    assert_string_equal(rule->number, "rfc6724-5");
    const struct mh_interface_address reversed[] = {addresses[2], addresses[1], addresses[0]};
    assert_ptr_equal(mh_rfc6724_best_source(&context, &to, reversed, 3, &rule), &reversed[0]);
    assert_string_equal(rule->number, "rfc6724-5");
    assert_ptr_equal(mh_rfc6724_best_source(&context, &to, addresses, 1, &rule), &addresses[0]);
    assert_null(rule);
    assert_null(mh_rfc6724_best_source(&context, &to, addresses + 3, 1, &rule));
}

/* ---- section 6: destinations ----------------------------------------------------------------------- */

static struct mh_rfc6724_destination reached(const char *address, const char *from, uint32_t flags)
{
    struct mh_rfc6724_destination destination = {.address = parse(address), .source_flags = flags};
    if (from != NULL)
        destination.source = parse(from);
    destination.source_prefix_length = destination.source.family == MH_IPV4 ? 24 : 64;
    return destination;
}

static void destination_wins(const char *number, struct mh_rfc6724_destination better,
                             struct mh_rfc6724_destination worse)
{
    const struct mh_select_rule *rule = NULL;
    better.order = 1; /* so that rule 10 would put it last */
    assert_true(mh_rfc6724_compare_destinations(NULL, 0, &better, &worse, &rule) < 0);
    assert_string_equal(rule->number, number);
    rule = NULL;
    assert_true(mh_rfc6724_compare_destinations(NULL, 0, &worse, &better, &rule) > 0);
    assert_string_equal(rule->number, number);
}

static void rfc6724_d1(void **state)
{
    (void)state;
    struct mh_rfc6724_destination dead = reached("2001:db8::1", "2001:db8::2", 0);
    dead.unreachable = true;
    destination_wins("rfc6724-d1", reached("198.51.100.1", "169.254.1.1", 0), dead);
    destination_wins("rfc6724-d1", reached("198.51.100.1", "169.254.1.1", 0),
                     reached("2001:db8::1", NULL, 0));
}

static void rfc6724_d2(void **state)
{
    (void)state;
    destination_wins("rfc6724-d2", reached("198.51.100.1", "10.0.0.1", MH_ADDRESS_DEPRECATED),
                     reached("2001:db8::1", "fe80::1", 0));
}

static void rfc6724_d3(void **state)
{
    (void)state;
    destination_wins("rfc6724-d3", reached("198.51.100.1", "10.0.0.1", 0),
                     reached("2001:db8::1", "2001:db8::2", MH_ADDRESS_DEPRECATED | MH_ADDRESS_HOME));
}

static void rfc6724_d4(void **state)
{
    (void)state;
    destination_wins("rfc6724-d4", reached("2002::1", "2001:db8::2", MH_ADDRESS_HOME),
                     reached("2001:db8::1", "2001:db8::2", 0));
}

static void rfc6724_d5(void **state)
{
    (void)state;
    destination_wins("rfc6724-d5", reached("2002::1", "2002::2", 0), reached("2001:db8::1", "2002::2", 0));
}

static void rfc6724_d6(void **state)
{
    (void)state;
    struct mh_rfc6724_destination native = reached("2001:db8::1", "2001:db8::2", 0);
    native.by_tunnel = true;
    destination_wins("rfc6724-d6", native, reached("198.51.100.1", "10.0.0.1", 0));
}

static void rfc6724_d7(void **state)
{
    (void)state;
    struct mh_rfc6724_destination tunnelled = reached("fe80::1", "fe80::2", 0);
    tunnelled.by_tunnel = true;
    destination_wins("rfc6724-d7", reached("2001:db8::1", "2001:db8::2", 0), tunnelled);
}

static void rfc6724_d8(void **state)
{
    (void)state;
    destination_wins("rfc6724-d8", reached("fe80::1", "fe80::2", 0),
                     reached("2001:db8::1", "2001:db8::2", 0));
}

static void rfc6724_d9(void **state)
{
    (void)state;
    destination_wins("rfc6724-d9", reached("2001:db8::1", "2001:db8::2", 0),
                     reached("2001:db9::1", "2001:db8::2", 0));
    destination_wins("rfc6724-d9", reached("10.0.0.1", "10.0.0.2", 0), reached("10.9.0.1", "10.0.0.2", 0));
}

static void rfc6724_d10(void **state)
{
    (void)state;
    struct mh_rfc6724_destination list[] = {reached("2001:db8::9", "2001:db8::2", 0),
                                            reached("2001:db8::8", "2001:db8::2", 0),
                                            reached("2001:db8::7", "2001:db8::2", 0)};
    const struct mh_select_rule *rule = NULL;
    mh_rfc6724_sort_destinations(NULL, 0, list, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(list[i].order, i);
        assert_int_equal(list[i].address.bytes[15], 9 - i);
    }
    assert_true(mh_rfc6724_compare_destinations(NULL, 0, &list[0], &list[1], &rule) < 0);
    assert_string_equal(rule->number, "rfc6724-d10");
}

/* With one precedence for both families, "as it came" between them and rule 9 within each would make a
 * circle. */
static void rfc6724_d10_between_families(void **state)
{
    (void)state;
    struct mh_policy all = {.precedence = 40, .label = 1};
    assert_true(mh_prefix_parse("::/0", 4, &all.prefix));
    struct mh_rfc6724_destination list[] = {reached("2001:db9::1", "2001:db8::2", 0),
                                            reached("10.0.0.1", "10.0.0.2", 0),
                                            reached("2001:db8::1", "2001:db8::2", 0)};
    mh_rfc6724_sort_destinations(&all, 1, list, 3);
    assert_int_equal(list[0].order, 2);
    assert_int_equal(list[1].order, 0);
    assert_int_equal(list[2].order, 1);
    /* however long the prefixes are */
    const struct mh_rfc6724_destination far = reached("fd00::1", "2001:db8::2", 0),
                                        near = reached("10.0.0.1", "10.0.0.2", 0);
    const struct mh_select_rule *rule = NULL;
    assert_true(mh_rfc6724_compare_destinations(&all, 1, &far, &near, &rule) < 0);
    assert_string_equal(rule->number, "rfc6724-d10");
}

/* ---- properties ------------------------------------------------------------------------------------ */

static struct mh_address random_address(uint64_t *random)
{
    static const char *const few[] = {"2001:db8:1::1", "2001:db8:1::2", "2001:db8:2::1", "fe80::1",
                                      "fd00::1",       "fec0::1",       "2002::1",       "::1",
                                      "10.0.0.1",      "10.0.0.2",      "169.254.0.1",   "127.0.0.1"};
    return parse(few[mh_test_random(random) % (sizeof few / sizeof few[0])]);
}

static struct mh_interface_address random_source(uint64_t *random)
{
    return (struct mh_interface_address){.interface = 1 + (uint32_t)(mh_test_random(random) % 3),
                                         .flags = (uint32_t)(mh_test_random(random) & 0xff),
                                         .address = random_address(random),
                                         .prefix_length = (uint8_t)(mh_test_random(random) % 129)};
}

static bool half_are_advertised(const void *context, const struct mh_interface_address *candidate,
                                const struct mh_address *next_hop)
{
    (void)context;
    (void)next_hop;
    return candidate->address.bytes[15] & 1;
}

/* Antisymmetric and transitive, 0 only for one and the same. */
static void sources_are_in_a_total_order(void **state)
{
    (void)state;
    uint64_t random = 6724;
    for (int round = 0; round < 100000; round++) {
        const struct mh_interface_address a = random_source(&random), b = random_source(&random),
                                          c = random_source(&random);
        const struct mh_rfc6724_context context = {.output = (uint32_t)(mh_test_random(&random) % 4),
                                                   .next_hop = random_address(&random),
                                                   .advertised_by = round % 2 ? half_are_advertised : NULL,
                                                   .prefer_public = round % 3 == 0};
        const struct mh_address to = random_address(&random);
        const struct mh_select_rule *rule = NULL, *back = NULL;
        int ab = mh_rfc6724_compare_sources(&context, &to, &a, &b, &rule);
        int ba = mh_rfc6724_compare_sources(&context, &to, &b, &a, &back);
        assert_true((ab < 0) == (ba > 0) && (ab == 0) == (ba == 0));
        assert_ptr_equal(rule, back);
        if (ab == 0)
            assert_true(mh_address_equal(&a.address, &b.address) && a.interface == b.interface);
        int bc = mh_rfc6724_compare_sources(&context, &to, &b, &c, &rule);
        if (ab < 0 && bc < 0)
            assert_true(mh_rfc6724_compare_sources(&context, &to, &a, &c, &rule) < 0);
    }
}

static struct mh_rfc6724_destination random_destination(uint64_t *random, size_t order)
{
    struct mh_rfc6724_destination destination = {.address = random_address(random),
                                                 .source = random_address(random),
                                                 .source_flags = (uint32_t)(mh_test_random(random) & 0xff),
                                                 .source_prefix_length =
                                                     (uint8_t)(mh_test_random(random) % 129),
                                                 .by_tunnel = mh_test_random(random) % 4 == 0,
                                                 .unreachable = mh_test_random(random) % 4 == 0,
                                                 .order = order};
    if (mh_test_random(random) % 8 == 0)
        destination.source = (struct mh_address){0};
    return destination;
}

static void destinations_are_in_a_total_order(void **state)
{
    (void)state;
    uint64_t random = 6725;
    struct mh_policy flat = {.precedence = 40, .label = 1};
    assert_true(mh_prefix_parse("::/0", 4, &flat.prefix));
    for (int round = 0; round < 100000; round++) {
        const struct mh_policy *table = round % 2 ? &flat : NULL;
        struct mh_rfc6724_destination d[3];
        for (size_t i = 0; i < 3; i++)
            d[i] = random_destination(&random, i);
        const struct mh_select_rule *rule = NULL, *back = NULL;
        int ab = mh_rfc6724_compare_destinations(table, 1, &d[0], &d[1], &rule);
        int ba = mh_rfc6724_compare_destinations(table, 1, &d[1], &d[0], &back);
        assert_true((ab < 0) == (ba > 0) && ab != 0);
        assert_ptr_equal(rule, back);
        int bc = mh_rfc6724_compare_destinations(table, 1, &d[1], &d[2], &rule);
        int ac = mh_rfc6724_compare_destinations(table, 1, &d[0], &d[2], &rule);
        if ((ab < 0) == (bc < 0))
            assert_true((ac < 0) == (ab < 0));
    }
}

static void rules_are_listed_in_order(void **state)
{
    (void)state;
    static const char *const sources[] = {"rfc6724-1", "rfc6724-2",   "rfc6724-3", "rfc6724-4",
                                          "rfc6724-5", "rfc6724-5.5", "rfc6724-6", "rfc6724-7",
                                          "rfc6724-8", "rfc6724-tie"};
    const struct mh_select_rule *rules = mh_rfc6724_source_rules();
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        assert_string_equal(rules[i].number, sources[i]);
    assert_null(rules[sizeof sources / sizeof sources[0]].number);
    size_t count = 0;
    while (mh_rfc6724_destination_rules()[count].number != NULL)
        count++;
    assert_int_equal(count, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policy_table_of_section_2_1),
        cmocka_unit_test(longest_row_wins_in_any_order),
        cmocka_unit_test(common_prefix_of_section_2_2),
        cmocka_unit_test(rfc6724_1),
        cmocka_unit_test(rfc6724_2),
        cmocka_unit_test(rfc6724_3),
        cmocka_unit_test(rfc6724_4),
        cmocka_unit_test(rfc6724_5),
        cmocka_unit_test(rfc6724_5_5),
        cmocka_unit_test(rfc6724_6),
        cmocka_unit_test(rfc6724_7),
        cmocka_unit_test(rfc6724_8),
        cmocka_unit_test(rfc6724_tie),
        cmocka_unit_test(candidates_of_section_4),
        cmocka_unit_test(best_source_names_what_beat_the_runner_up),
        cmocka_unit_test(rfc6724_d1),
        cmocka_unit_test(rfc6724_d2),
        cmocka_unit_test(rfc6724_d3),
        cmocka_unit_test(rfc6724_d4),
        cmocka_unit_test(rfc6724_d5),
        cmocka_unit_test(rfc6724_d6),
        cmocka_unit_test(rfc6724_d7),
        cmocka_unit_test(rfc6724_d8),
        cmocka_unit_test(rfc6724_d9),
        cmocka_unit_test(rfc6724_d10),
        cmocka_unit_test(rfc6724_d10_between_families),
        cmocka_unit_test(sources_are_in_a_total_order),
        cmocka_unit_test(destinations_are_in_a_total_order),
        cmocka_unit_test(rules_are_listed_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
