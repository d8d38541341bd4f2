/* RFC 6724 section 10: the worked examples, with the RFC's numbers ("10.5 (2)" is the second one of 10.5).
 * They were compared with the RFC's text one by one; where it contradicts itself, a comment says so. */
#include "rfc6724_source.h"

enum { EXAMPLE_ADDRESSES = 4, POLICY_CHANGES = 3 };

/* ---- the policy tables ----------------------------------------------------------------------------- */

/* Rows that a section adds to the default table, or puts in place of one. */
struct policy_change {
    const char *prefix;
    uint32_t precedence, label;
};

#define IPV4_FIRST                                                                                           \
    {                                                                                                        \
        {                                                                                                    \
            "::ffff:0.0.0.0/96", 100, 4                                                                      \
        }                                                                                                    \
    }
#define LINK_LOCAL_LATER                                                                                     \
    {                                                                                                        \
        {                                                                                                    \
            "fe80::/10", 33, 1                                                                               \
        }                                                                                                    \
    }

#define HIGH_PERFORMANCE_ISP                                                                                 \
    {                                                                                                        \
        {"2001:db8:1aaa::/48", 43, 6},                                                                       \
        {                                                                                                    \
            "2001:db8:1bbb::/48", 43, 6                                                                      \
        }                                                                                                    \
    }
#define OWN_ULA                                                                                              \
    {                                                                                                        \
        {                                                                                                    \
            "fd11:1111:1111::/48", 45, 14                                                                    \
        }                                                                                                    \
    }
#define OWN_6TO4                                                                                             \
    {                                                                                                        \
        {                                                                                                    \
            "2002:c633:6401::/48", 45, 14                                                                    \
        }                                                                                                    \
    }

enum { POLICY_ROWS = 16 };

static size_t changed_policy(const struct policy_change changes[POLICY_CHANGES],
                             struct mh_policy table[POLICY_ROWS])
{
    size_t count = 0;
    const struct mh_policy *defaults = mh_rfc6724_default_policy(&count);
    memcpy(table, defaults, count * sizeof *table);
    for (size_t i = 0; i < POLICY_CHANGES && changes[i].prefix != NULL; i++) {
        struct mh_policy row = {.precedence = changes[i].precedence, .label = changes[i].label};
        assert_true(mh_prefix_parse(changes[i].prefix, strlen(changes[i].prefix), &row.prefix));
        size_t place = 0;
        while (place < count && !mh_prefix_equal(&table[place].prefix, &row.prefix))
            place++;
        table[place] = row;
        count += place == count;
    }
    return count;
}

/* ---- sources --------------------------------------------------------------------------------------- */

struct example_source {
    const char *address;
    uint32_t flags;
};

struct source_example {
    const char *section;
    const char *destination;
    struct example_source candidates[2];
    const char *result, *rule;
    struct policy_change changes[POLICY_CHANGES];
};

/* In the RFC's order. The first result of 10.1 is printed as 2001:db8::1, which is no candidate:
 * 2001:db8:3::1 is meant. The destination of 10.6 (4) is printed as ff00:1, which is no address; it stands
 * behind both policy tables of 10.6, and holds with either. */
static const struct source_example source_examples[] = {
    {"10.1 (1)",
     "2001:db8:1::1",
     {{"2001:db8:3::1", 0}, {"fe80::1", 0}},
     "2001:db8:3::1",
     "rfc6724-2",
     {{0}}},
    {"10.1 (2)", "ff05::1", {{"2001:db8:3::1", 0}, {"fe80::1", 0}}, "2001:db8:3::1", "rfc6724-2", {{0}}},
    {"10.1 (3)",
     "2001:db8:1::1",
     {{"2001:db8:1::1", MH_ADDRESS_DEPRECATED}, {"2001:db8:2::1", 0}},
     "2001:db8:1::1",
     "rfc6724-1",
     {{0}}},
    {"10.1 (4)",
     "fe80::1",
     {{"fe80::2", MH_ADDRESS_DEPRECATED}, {"2001:db8:1::1", 0}},
     "fe80::2",
     "rfc6724-2",
     {{0}}},
    {"10.1 (5)",
     "2001:db8:1::1",
     {{"2001:db8:1::2", 0}, {"2001:db8:3::2", 0}},
     "2001:db8:1::2",
     "rfc6724-8",
     {{0}}},
    {"10.1 (6)",
     "2001:db8:1::1",
     {{"2001:db8:1::2", 0}, {"2001:db8:3::2", MH_ADDRESS_HOME}},
     "2001:db8:3::2",
     "rfc6724-4",
     {{0}}},
    {"10.1 (7)",
     "2002:c633:6401::1",
     {{"2002:c633:6401::d5e3:7953:13eb:22e8", MH_ADDRESS_TEMPORARY}, {"2001:db8:1::2", 0}},
     "2002:c633:6401::d5e3:7953:13eb:22e8",
     "rfc6724-6",
     {{0}}},
    {"10.1 (8)",
     "2001:db8:1::d5e3:0:0:1",
     {{"2001:db8:1::2", 0}, {"2001:db8:1::d5e3:7953:13eb:22e8", MH_ADDRESS_TEMPORARY}},
     "2001:db8:1::d5e3:7953:13eb:22e8",
     "rfc6724-7",
     {{0}}},
    {"10.6 (4), default table",
     "ff00::1",
     {{"2001:db8:1::1", 0}, {"fd11:1111:1111:1::1", 0}},
     "2001:db8:1::1",
     "rfc6724-6",
     {{0}}},
    {"10.6 (4), its own table",
     "ff00::1",
     {{"2001:db8:1::1", 0}, {"fd11:1111:1111:1::1", 0}},
     "2001:db8:1::1",
     "rfc6724-6",
     OWN_ULA},
};

static void section_10_source_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof source_examples / sizeof source_examples[0]; i++) {
        const struct source_example *example = &source_examples[i];
        struct mh_policy table[POLICY_ROWS];
        const struct mh_rfc6724_context context = {
            .policy = table, .policy_count = changed_policy(example->changes, table), .output = OUTPUT};
        struct mh_interface_address candidates[2];
        for (size_t j = 0; j < 2; j++)
            candidates[j] = source(example->candidates[j].address, example->candidates[j].flags);
        const struct mh_address to = parse(example->destination), expected = parse(example->result);
        const struct mh_select_rule *rule = NULL;
        const struct mh_interface_address *best = mh_rfc6724_best_source(&context, &to, candidates, 2, &rule);
        if (!mh_address_equal(&best->address, &expected) || strcmp(rule->number, example->rule) != 0)
            fail_msg("%s: by %s", example->section, rule->number);
    }
}

/* ---- destinations ---------------------------------------------------------------------------------- */

struct destination_example {
    const char *section;
    struct policy_change changes[POLICY_CHANGES];
    struct example_source candidates[EXAMPLE_ADDRESSES];
    const char *destinations[2];
    struct {
        const char *address, *source;
    } result[2];
    const char *rule;
};

/* 10.6 (2) is explained by "prefer higher precedence" (rule 6). But the table of 10.6 gives the source
 * another label (14) than the destination (13, of fc00::/7), so that rule 5 comes before; the order is the
 * same. */
static const struct destination_example destination_examples[] = {
    {"10.2 (1)",
     {{0}},
     {{"2001:db8:1::2", 0}, {"fe80::1", 0}, {"169.254.13.78", 0}},
     {"2001:db8:1::1", "198.51.100.121"},
     {{"2001:db8:1::1", "2001:db8:1::2"}, {"198.51.100.121", "169.254.13.78"}},
     "rfc6724-d2"},
    {"10.2 (2)",
     {{0}},
     {{"fe80::1", 0}, {"198.51.100.117", 0}},
     {"2001:db8:1::1", "198.51.100.121"},
     {{"198.51.100.121", "198.51.100.117"}, {"2001:db8:1::1", "fe80::1"}},
     "rfc6724-d2"},
    {"10.2 (3)",
     {{0}},
     {{"2001:db8:1::2", 0}, {"fe80::1", 0}, {"10.1.2.4", 0}},
     {"2001:db8:1::1", "10.1.2.3"},
     {{"2001:db8:1::1", "2001:db8:1::2"}, {"10.1.2.3", "10.1.2.4"}},
     "rfc6724-d6"},
    {"10.2 (4)",
     {{0}},
     {{"2001:db8:1::2", 0}, {"fe80::2", 0}},
     {"2001:db8:1::1", "fe80::1"},
     {{"fe80::1", "fe80::2"}, {"2001:db8:1::1", "2001:db8:1::2"}},
     "rfc6724-d8"},
    {"10.2 (5)",
     {{0}},
     {{"2001:db8:1::2", 0}, {"2001:db8:3::1", MH_ADDRESS_HOME}, {"fe80::2", 0}},
     {"2001:db8:1::1", "fe80::1"},
     {{"2001:db8:1::1", "2001:db8:3::1"}, {"fe80::1", "fe80::2"}},
     "rfc6724-d4"},
    {"10.2 (6)",
     {{0}},
     {{"2001:db8:1::2", 0}, {"fe80::2", MH_ADDRESS_DEPRECATED}},
     {"2001:db8:1::1", "fe80::1"},
     {{"2001:db8:1::1", "2001:db8:1::2"}, {"fe80::1", "fe80::2"}},
     "rfc6724-d3"},
    {"10.2 (7)",
     {{0}},
     {{"2001:db8:1::2", 0}, {"2001:db8:3f44::2", 0}, {"fe80::2", 0}},
     {"2001:db8:1::1", "2001:db8:3ffe::1"},
     {{"2001:db8:1::1", "2001:db8:1::2"}, {"2001:db8:3ffe::1", "2001:db8:3f44::2"}},
     "rfc6724-d9"},
    {"10.2 (8)",
     {{0}},
     {{"2002:c633:6401::2", 0}, {"fe80::2", 0}},
     {"2002:c633:6401::1", "2001:db8:1::1"},
     {{"2002:c633:6401::1", "2002:c633:6401::2"}, {"2001:db8:1::1", "2002:c633:6401::2"}},
     "rfc6724-d5"},
    {"10.2 (9)",
     {{0}},
     {{"2002:c633:6401::2", 0}, {"2001:db8:1::2", 0}, {"fe80::2", 0}},
     {"2002:c633:6401::1", "2001:db8:1::1"},
     {{"2001:db8:1::1", "2001:db8:1::2"}, {"2002:c633:6401::1", "2002:c633:6401::2"}},
     "rfc6724-d6"},
    {"10.3 (1)",
     IPV4_FIRST,
     {{"2001:db8::2", 0}, {"fe80::1", 0}, {"169.254.13.78", 0}},
     {"2001:db8::1", "198.51.100.121"},
     {{"2001:db8::1", "2001:db8::2"}, {"198.51.100.121", "169.254.13.78"}},
     "rfc6724-d2"},
    {"10.3 (2)",
     IPV4_FIRST,
     {{"fe80::1", 0}, {"198.51.100.117", 0}},
     {"2001:db8::1", "198.51.100.121"},
     {{"198.51.100.121", "198.51.100.117"}, {"2001:db8::1", "fe80::1"}},
     "rfc6724-d2"},
    {"10.3 (3)",
     IPV4_FIRST,
     {{"2001:db8::2", 0}, {"fe80::1", 0}, {"10.1.2.4", 0}},
     {"2001:db8::1", "10.1.2.3"},
     {{"10.1.2.3", "10.1.2.4"}, {"2001:db8::1", "2001:db8::2"}},
     "rfc6724-d6"},
    {"10.4 (1)",
     LINK_LOCAL_LATER,
     {{"2001:db8::2", 0}, {"fe80::2", 0}},
     {"2001:db8::1", "fe80::1"},
     {{"2001:db8::1", "2001:db8::2"}, {"fe80::1", "fe80::2"}},
     "rfc6724-d6"},
    {"10.4 (2)",
     LINK_LOCAL_LATER,
     {{"2001:db8::2", MH_ADDRESS_DEPRECATED}, {"fe80::2", 0}},
     {"2001:db8::1", "fe80::1"},
     {{"fe80::1", "fe80::2"}, {"2001:db8::1", "2001:db8::2"}},
     "rfc6724-d3"},
    {"10.5 (1)",
     {{0}},
     {{"2001:db8:1aaa::a", 0}, {"2001:db8:70aa::a", 0}, {"fe80::a", 0}},
     {"2001:db8:1bbb::b", "2001:db8:70bb::b"},
     {{"2001:db8:70bb::b", "2001:db8:70aa::a"}, {"2001:db8:1bbb::b", "2001:db8:1aaa::a"}},
     "rfc6724-d9"},
    {"10.5 (2)",
     {{0}},
     {{"2001:db8:1aaa::a", 0}, {"2001:db8:70aa::a", 0}, {"fe80::a", 0}},
     {"2001:db8:1ccc::c", "2001:db8:6ccc::c"},
     {{"2001:db8:1ccc::c", "2001:db8:1aaa::a"}, {"2001:db8:6ccc::c", "2001:db8:70aa::a"}},
     "rfc6724-d9"},
    {"10.5 (3)",
     HIGH_PERFORMANCE_ISP,
     {{"2001:db8:1aaa::a", 0}, {"2001:db8:70aa::a", 0}, {"fe80::a", 0}},
     {"2001:db8:1bbb::b", "2001:db8:70bb::b"},
     {{"2001:db8:1bbb::b", "2001:db8:1aaa::a"}, {"2001:db8:70bb::b", "2001:db8:70aa::a"}},
     "rfc6724-d6"},
    {"10.5 (4)",
     HIGH_PERFORMANCE_ISP,
     {{"2001:db8:1aaa::a", 0}, {"2001:db8:70aa::a", 0}, {"fe80::a", 0}},
     {"2001:db8:1ccc::c", "2001:db8:6ccc::c"},
     {{"2001:db8:6ccc::c", "2001:db8:70aa::a"}, {"2001:db8:1ccc::c", "2001:db8:70aa::a"}},
     "rfc6724-d9"},
    {"10.6 (1)",
     {{0}},
     {{"2001:db8:1::1", 0}, {"fd11:1111:1111:1::1", 0}},
     {"2001:db8:2::2", "fd22:2222:2222:2::2"},
     {{"2001:db8:2::2", "2001:db8:1::1"}, {"fd22:2222:2222:2::2", "fd11:1111:1111:1::1"}},
     "rfc6724-d6"},
    {"10.6 (2)",
     OWN_ULA,
     {{"2001:db8:1::1", 0}, {"fd11:1111:1111:1::1", 0}},
     {"2001:db8:2::2", "fd22:2222:2222:2::2"},
     {{"2001:db8:2::2", "2001:db8:1::1"}, {"fd22:2222:2222:2::2", "fd11:1111:1111:1::1"}},
     "rfc6724-d5"},
    {"10.6 (3)",
     OWN_ULA,
     {{"2001:db8:1::1", 0}, {"fd11:1111:1111:1::1", 0}},
     {"2001:db8:2::2", "fd11:1111:1111:2::2"},
     {{"fd11:1111:1111:2::2", "fd11:1111:1111:1::1"}, {"2001:db8:2::2", "2001:db8:1::1"}},
     "rfc6724-d6"},
    {"10.7 (1)",
     {{0}},
     {{"2002:c633:6401::2", 0}, {"10.1.2.3", 0}},
     {"2001:db8:1::1", "203.0.113.1"},
     {{"203.0.113.1", "10.1.2.3"}, {"2001:db8:1::1", "2002:c633:6401::2"}},
     "rfc6724-d5"},
    {"10.7 (2)",
     OWN_6TO4,
     {{"2002:c633:6401:1::1", 0}, {"10.1.2.3", 0}},
     {"2002:c633:6401:2::2", "203.0.113.1"},
     {{"2002:c633:6401:2::2", "2002:c633:6401:1::1"}, {"203.0.113.1", "10.1.2.3"}},
     "rfc6724-d6"},
    {"10.7 (2), default table: the order that the change is made for",
     {{0}},
     {{"2002:c633:6401:1::1", 0}, {"10.1.2.3", 0}},
     {"2002:c633:6401:2::2", "203.0.113.1"},
     {{"203.0.113.1", "10.1.2.3"}, {"2002:c633:6401:2::2", "2002:c633:6401:1::1"}},
     "rfc6724-d6"},
};

static struct mh_rfc6724_destination with_best_source(const struct mh_rfc6724_context *context,
                                                      const char *address,
                                                      const struct mh_interface_address *candidates,
                                                      size_t count)
{
    struct mh_rfc6724_destination destination = {.address = parse(address)};
    const struct mh_select_rule *rule = NULL;
    const struct mh_interface_address *best =
        mh_rfc6724_best_source(context, &destination.address, candidates, count, &rule);
    if (best != NULL) {
        destination.source = best->address;
        destination.source_flags = best->flags;
        destination.source_prefix_length = best->prefix_length;
    }
    return destination;
}

static void check_sorted(const struct destination_example *example, const struct mh_rfc6724_context *context,
                         struct mh_rfc6724_destination sorted[2])
{
    const struct mh_select_rule *rule = NULL;
    mh_rfc6724_sort_destinations(context->policy, context->policy_count, sorted, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct mh_address address = parse(example->result[i].address),
                                from = parse(example->result[i].source);
        if (!mh_address_equal(&sorted[i].address, &address) || !mh_address_equal(&sorted[i].source, &from))
            fail_msg("%s: place %zu", example->section, i);
    }
    (void)mh_rfc6724_compare_destinations(context->policy, context->policy_count, &sorted[0], &sorted[1],
                                          &rule);
    if (strcmp(rule->number, example->rule) != 0)
        fail_msg("%s: by %s", example->section, rule->number);
}

static void section_10_destinations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof destination_examples / sizeof destination_examples[0]; i++) {
        const struct destination_example *example = &destination_examples[i];
        struct mh_policy table[POLICY_ROWS];
        const struct mh_rfc6724_context context = {
            .policy = table, .policy_count = changed_policy(example->changes, table), .output = OUTPUT};
        struct mh_interface_address candidates[EXAMPLE_ADDRESSES];
        size_t count = 0;
        while (count < EXAMPLE_ADDRESSES && example->candidates[count].address != NULL) {
            candidates[count] = source(example->candidates[count].address, example->candidates[count].flags);
            count++;
        }
        struct mh_rfc6724_destination given[2], reversed[2];
        for (size_t j = 0; j < 2; j++)
            given[j] = reversed[1 - j] =
                with_best_source(&context, example->destinations[j], candidates, count);
        check_sorted(example, &context, given);
        check_sorted(example, &context, reversed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(section_10_source_addresses),
        cmocka_unit_test(section_10_destinations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
