/* A decision beside the system's answer, where rules of the packet filter come behind the routes: the answer
 * is of the routes alone. */
#include "selection.h"

#include "api/decision.h"

static struct mh_decision decision;

/* em1's address has a table of its own. */
static struct selection_host *redirecting(void)
{
    struct selection_host *host = selection_host_new(MH_DIALECT_OPENBSD);
    (void)device(&host->builder, "em0", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "em1", MH_KIND_PHYSICAL);
    (void)address(&host->builder, "em0", "192.0.2.1/24");
    (void)address(&host->builder, "em1", "198.51.100.1/24");
    route_from(host, "0.0.0.0/0", "192.0.2.254", "em0", NULL);
    route(&host->builder, 5201, "0.0.0.0/0", "198.51.100.254", "em1", 0);
    (void)add_rule(host, 5260, "198.51.100.1/32", 5201);
    host->question.source = parse_address("198.51.100.1");
    return host;
}

static void compare(struct selection_host *host, const char *interface, const char *next_hop)
{
    ask(host, "203.0.113.9");
    decision = (struct mh_decision){.question = host->question, .selection = host->selection};
    decision.kernel = (struct mh_kernel_answer){.found = true,
                                                .source = parse_address("198.51.100.1"),
                                                .interface = named(&host->builder, interface)->index,
                                                .next_hop = parse_address(next_hop),
                                                .type = MH_ROUTE_UNICAST};
    assert_int_equal(
        mh_decision_compare(&decision, &host->builder.snapshot, host->builder.routes, host->dialect), MH_OK);
    assert_true(decision.compared);
    assert_non_null(decision.note);
}

static void agrees_with_the_way_of_before(void **state)
{
    (void)state;
    struct selection_host *host = redirecting();
    compare(host, "em0", "192.0.2.254");
    assert_true(decision.agrees);
    assert_string_equal(mh_snapshot_interface_name(&host->builder.snapshot, decision.selection.interface),
                        "em1");
    compare(host, "em1", "198.51.100.254");
    assert_false(decision.agrees);
    assert_string_equal(decision.difference, "interface");
    selection_host_free(host);
}

static void agrees_where_a_rule_refuses(void **state)
{
    (void)state;
    struct selection_host *host = redirecting();
    host->rules[0].action = MH_RULE_UNREACHABLE;
    compare(host, "em0", "192.0.2.254");
    assert_true(decision.agrees);
    assert_int_equal(decision.selection.way, MH_WAY_PROHIBITED);
    selection_host_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_way_of_before),
        cmocka_unit_test(agrees_where_a_rule_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
