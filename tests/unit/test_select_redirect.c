/* Rules behind the look-up of routes (pf's anchor on FreeBSD and OpenBSD): the main table gives the source,
 * the rule for the source the way. */
#include "selection.h"

/* em0 192.0.2.1/24 with the default gateway, em1 198.51.100.1/24 with a table of its own, 5201, and a rule.
 */
static struct selection_host *source_routed(enum mh_dialect dialect)
{
    struct selection_host *host = selection_host_new(dialect);
    (void)device(&host->builder, "em0", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "em1", MH_KIND_PHYSICAL);
    (void)address(&host->builder, "em0", "192.0.2.1/24");
    (void)address(&host->builder, "em1", "198.51.100.1/24");
    route_from(host, "192.0.2.0/24", NULL, "em0", NULL);
    route_from(host, "198.51.100.0/24", NULL, "em1", NULL);
    route_from(host, "0.0.0.0/0", "192.0.2.254", "em0", NULL);
    route(&host->builder, 5201, "198.51.100.0/24", NULL, "em1", 0);
    route(&host->builder, 5201, "0.0.0.0/0", "198.51.100.254", "em1", 0);
    (void)add_rule(host, 5260, "198.51.100.1/32", 5201);
    return host;
}

static const enum mh_dialect redirecting[] = {MH_DIALECT_FREEBSD, MH_DIALECT_OPENBSD};

static void goes_by(const struct selection_host *host, uint32_t table, uint32_t priority)
{
    assert_true(host->selection.redirected);
    assert_int_equal(host->selection.forwarding.route.table, table);
    assert_non_null(host->selection.forwarding.rule);
    assert_int_equal(host->selection.forwarding.rule->priority, priority);
}

/* ---- which way -------------------------------------------------------------------------------------- */

static void a_bound_source_goes_by_its_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct selection_host *host = source_routed(redirecting[i]);
        host->question.source = parse_address("198.51.100.1");
        ask(host, "203.0.113.9");
        answers(host, "198.51.100.1", "em1", "198.51.100.254", NULL);
        goes_by(host, 5201, 5260);
        assert_false(host->selection.source_owner_differs);
        selection_host_free(host);
    }
}

/* The main table chooses it, by its own interface. */
static void a_chosen_source_is_that_of_before(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct selection_host *host = source_routed(redirecting[i]);
        ask(host, "203.0.113.9");
        answers(host, "192.0.2.1", "em0", "192.0.2.254", i == 0 ? "freebsd4-4" : "openbsd4-4");
        assert_false(host->selection.redirected);
        assert_null(host->selection.forwarding.rule);
        (void)add_rule(host, 5259, "192.0.2.1/32", 5201);
        ask(host, "203.0.113.9");
        answers(host, "192.0.2.1", "em1", "198.51.100.254", i == 0 ? "freebsd4-4" : "openbsd4-4");
        goes_by(host, 5201, 5259);
        assert_true(host->selection.candidates[0].chosen);
        drops(host, "198.51.100.1", i == 0 ? "freebsd4-4" : "openbsd4-4");
        selection_host_free(host);
    }
}

/* IPv6: its candidates were compared for the interface of before. */
static void candidates_are_judged_by_the_way_of_before(void **state)
{
    (void)state;
    struct selection_host *host = selection_host_new(MH_DIALECT_FREEBSD);
    (void)device(&host->builder, "em0", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "em1", MH_KIND_PHYSICAL);
    (void)address(&host->builder, "em0", "2001:db8:0:1::1/64");
    (void)address(&host->builder, "em1", "2001:db8:0:2::1/64");
    route_from(host, "::/0", "2001:db8:0:1::fe", "em0", NULL);
    route(&host->builder, 5202, "::/0", "2001:db8:0:2::fe", "em1", 0);
    (void)add_rule(host, 5260, "2001:db8:0:1::1/128", 5202);
    ask(host, "2001:db8:ffff::9");
    answers(host, "2001:db8:0:1::1", "em1", "2001:db8:0:2::fe", "freebsd6-5");
    drops(host, "2001:db8:0:2::1", "freebsd6-5");
    const struct mh_address chosen = parse_address("2001:db8:0:1::1");
    assert_true(mh_address_equal(&host->selection.advice, &chosen));
    selection_host_free(host);
}

static void a_table_without_a_way_leaves_it_to_the_next_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct selection_host *host = source_routed(redirecting[i]);
        host->question.source = parse_address("192.0.2.1");
        (void)add_rule(host, 5258, "192.0.2.1/32", 5203);
        route(&host->builder, 5203, "10.0.0.0/8", "192.0.2.253", "em0", 0);
        ask(host, "203.0.113.9");
        answers(host, "192.0.2.1", "em0", "192.0.2.254", NULL);
        assert_false(host->selection.redirected);
        assert_int_equal(host->selection.forwarding.route.table, 0);
        ask(host, "10.1.1.1");
        answers(host, "192.0.2.1", "em0", "192.0.2.253", NULL);
        goes_by(host, 5203, 5258);
        (void)add_rule(host, 5261, "192.0.2.1/32", 0);
        ask(host, "203.0.113.9");
        refuses(host, MH_WAY_PROHIBITED);
        assert_true(host->selection.redirected);
        assert_int_equal(host->selection.forwarding.rule->priority, 5261);
        for (size_t j = 0; j < host->selection.candidate_count; j++)
            assert_false(host->selection.candidates[j].chosen);
        ask(host, "10.1.1.1");
        goes_by(host, 5203, 5258);
        selection_host_free(host);
    }
}

static void the_longest_prefix_of_the_table_counts(void **state)
{
    (void)state;
    struct selection_host *host = source_routed(MH_DIALECT_FREEBSD);
    host->question.source = parse_address("198.51.100.1");
    route(&host->builder, 5201, "203.0.113.0/24", "198.51.100.253", "em1", 20);
    route(&host->builder, 5201, "203.0.113.0/24", "198.51.100.252", "em1", 10);
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.1", "em1", "198.51.100.252", NULL);
    put_route(host, "203.0.114.0/24", (struct mh_route){.table = 5201, .type = MH_ROUTE_UNREACHABLE});
    ask(host, "203.0.114.9");
    refuses(host, MH_WAY_PROHIBITED);
    selection_host_free(host);
}

/* ---- what is left alone ----------------------------------------------------------------------------- */

/* pf sees no packet that the routes have refused. */
static void what_has_no_way_is_not_redirected(void **state)
{
    (void)state;
    struct selection_host *host = source_routed(MH_DIALECT_OPENBSD);
    host->question.source = parse_address("198.51.100.1");
    named(&host->builder, "em0")->carrier = false;
    ask(host, "203.0.113.9");
    refuses(host, MH_WAY_HOST_UNREACHABLE);
    assert_false(host->selection.redirected);
    selection_host_free(host);
}

static void what_stays_here_is_not_redirected(void **state)
{
    (void)state;
    struct selection_host *host = source_routed(MH_DIALECT_FREEBSD);
    (void)add_rule(host, 5261, "198.51.100.0/24", 0);
    (void)add_rule(host, 5261, "192.0.2.0/24", 0);
    host->question.source = parse_address("192.0.2.1");
    ask(host, "198.51.100.1");
    assert_true(host->selection.local);
    assert_false(host->selection.redirected);
    route_from(host, "224.0.0.0/4", NULL, "em0", NULL);
    ask(host, "224.0.0.251");
    answers(host, "192.0.2.1", "em0", NULL, NULL);
    ask(host, "203.0.113.9");
    refuses(host, MH_WAY_PROHIBITED);
    selection_host_free(host);
}

static void others_have_no_such_rules(void **state)
{
    (void)state;
    struct selection_host *host = source_routed(MH_DIALECT_NETBSD);
    host->question.source = parse_address("198.51.100.1");
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.1", "em0", "192.0.2.254", NULL);
    assert_false(host->selection.redirected);
    selection_host_free(host);
}

/* Routes of another table than 0 count behind a rule only. */
static void tables_of_the_anchor_are_not_the_domains(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct selection_host *host = source_routed(redirecting[i]);
        route(&host->builder, 5201, "203.0.113.0/24", "198.51.100.254", "em1", 0);
        route(&host->builder, 1, "203.0.113.0/24", "198.51.100.254", "em1", 0);
        ask(host, "203.0.113.9");
        answers(host, "192.0.2.1", "em0", "192.0.2.254", i == 0 ? "freebsd4-4" : "openbsd4-4");
        selection_host_free(host);
    }
}

/* ---- what is not known ------------------------------------------------------------------------------ */

static void several_sources_and_a_rule_for_one(void **state)
{
    (void)state;
    struct selection_host *host = source_routed(MH_DIALECT_FREEBSD);
    route_from(host, "203.0.113.0/24", "192.0.2.254", "em0", NULL);
    route_from(host, "203.0.113.0/24", "198.51.100.253", "em1", NULL);
    ask(host, "203.0.113.9");
    is_indeterminate(host, "several next hops");
    host->rule_count = 0;
    ask(host, "203.0.113.9");
    answers(host, NULL, "em0", "192.0.2.254", "freebsd4-4");
    selection_host_free(host);
}

static void a_rule_by_what_is_not_known(void **state)
{
    (void)state;
    struct selection_host *host = source_routed(MH_DIALECT_FREEBSD);
    host->question.source = parse_address("198.51.100.1");
    host->rules[0].ip_protocol = 17;
    ask(host, "203.0.113.9");
    is_indeterminate(host, "protocol");
    host->question.known = MH_KNOWN_PROTOCOL;
    host->question.protocol = 6;
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.1", "em0", "192.0.2.254", NULL);
    selection_host_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bound_source_goes_by_its_table),
        cmocka_unit_test(a_chosen_source_is_that_of_before),
        cmocka_unit_test(candidates_are_judged_by_the_way_of_before),
        cmocka_unit_test(a_table_without_a_way_leaves_it_to_the_next_rule),
        cmocka_unit_test(the_longest_prefix_of_the_table_counts),
        cmocka_unit_test(what_has_no_way_is_not_redirected),
        cmocka_unit_test(what_stays_here_is_not_redirected),
        cmocka_unit_test(others_have_no_such_rules),
        cmocka_unit_test(tables_of_the_anchor_are_not_the_domains),
        cmocka_unit_test(several_sources_and_a_rule_for_one),
        cmocka_unit_test(a_rule_by_what_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
