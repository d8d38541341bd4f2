/* Plans for OpenBSD's preferred source of the routing table, one rule a test. */
#include "core/op_effect.h"
#include "plan_fixture.h"

/* `first` and `second`: more members of em0's and em1's IPv4 address. */
#define HOST(first, second, more)                                                                            \
    "{\"system\": \"openbsd\", \"interfaces\": {"                                                            \
    "\"em0\": {\"addresses\": [{\"address\": \"192.0.2.1/24\"" first "}, \"2001:db8:1::1/64\"]},"            \
    "\"em1\": {\"addresses\": [{\"address\": \"198.51.100.1/24\"" second "}, \"2001:db8:2::1/64\"]}}" more   \
    "}"
#define SET ", \"flags\": [\"preferred-source\"]"
#define ROUTES                                                                                               \
    ", \"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\", \"preferred_source\": "         \
    "\"198.51.100.1\"}, {\"destination\": \"10.0.0.0/8\", \"via\": \"192.0.2.253\", \"protocol\": "          \
    "\"multihomed\", \"preferred_source\": \"198.51.100.1\"}]"
#define PREFER(to, source)                                                                                   \
    "\"source_preferences\": {\"all\": {\"to\": \"" to "\", \"source\": \"" source "\"}}"
#define EARLY ", \"addresses\": {\"a\": {\"interface\": \"em1\", \"address\": \"203.0.113.9/24\"}}"

static struct mh_ledger_source *ledger_of(struct fixture *fixture, size_t family)
{
    return &fixture->plan->ledger.sources[family];
}

static void expect_done(struct fixture *fixture, const char *document)
{
    carry_out(fixture);
    plan(fixture, document);
    expect_steps(fixture, "");
}

static void it_is_set_and_taken_away(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("", "", ""));
    plan(&fixture, "{" PREFER("0.0.0.0/0", "198.51.100.1") "}");
    expect_steps(&fixture, "route sourceaddr 198.51.100.1\n");
    expect_undo(&fixture, 0, "route sourceaddr 0.0.0.0\n");
    expect_unsupported(&fixture, "");
    assert_string_equal(fixture.plan->steps[0].member, "/source_preferences/all");
    assert_int_equal(ledger_of(&fixture, 0)->value.bytes[0], 198);
    assert_int_equal(ledger_of(&fixture, 0)->earlier.family, MH_FAMILY_NONE);
    expect_done(&fixture, "{" PREFER("0.0.0.0/0", "198.51.100.1") "}");
    plan(&fixture, "{" PREFER("::/0", "2001:db8:1::1") "}");
    expect_steps(&fixture, "route sourceaddr 0.0.0.0\nroute sourceaddr 2001:db8:1::1\n");
    expect_undo(&fixture, 0, "route sourceaddr 198.51.100.1\n");
    assert_int_equal(ledger_of(&fixture, 0)->value.family, MH_FAMILY_NONE);
    expect_done(&fixture, "{" PREFER("::/0", "2001:db8:1::1") "}");
    plan(&fixture, "{}");
    expect_steps(&fixture, "route sourceaddr ::\n");
    expect_done(&fixture, "{}");
    close_host(&fixture);
}

/* The one before it comes back first, so that there is always one. */
static void the_earlier_one_is_kept(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST(SET, "", ""));
    plan(&fixture, "{" PREFER("0.0.0.0/0", "198.51.100.1") "}");
    expect_steps(&fixture, "route sourceaddr 198.51.100.1\n");
    expect_undo(&fixture, 0, "route sourceaddr 192.0.2.1\nroute sourceaddr 0.0.0.0\n");
    assert_int_equal(ledger_of(&fixture, 0)->earlier.bytes[0], 192);
    expect_done(&fixture, "{" PREFER("0.0.0.0/0", "198.51.100.1") "}");
    assert_int_equal(ledger_of(&fixture, 0)->earlier.bytes[0], 192);
    plan(&fixture, "{}");
    expect_steps(&fixture, "route sourceaddr 192.0.2.1\n");
    expect_done(&fixture, "{}");
    plan(&fixture, "{" PREFER("0.0.0.0/0", "192.0.2.1") "}");
    expect_steps(&fixture, "");
    assert_int_equal(ledger_of(&fixture, 0)->value.family, MH_FAMILY_NONE);
    close_host(&fixture);
}

/* Who changed it meanwhile keeps what he has. */
static void anothers_is_left_alone(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST(SET, "", ""));
    fixture.ledger.sources[0].value = (struct mh_address){.family = MH_IPV4, .bytes = {198, 51, 100, 1}};
    plan(&fixture, "{}");
    expect_steps(&fixture, "");
    assert_int_equal(ledger_of(&fixture, 0)->value.family, MH_FAMILY_NONE);
    close_host(&fixture);
    open_host(&fixture, HOST("", "", ""));
    fixture.ledger.sources[0].value = (struct mh_address){.family = MH_IPV4, .bytes = {198, 51, 100, 1}};
    fixture.ledger.sources[0].earlier = (struct mh_address){.family = MH_IPV4, .bytes = {192, 0, 2, 1}};
    plan(&fixture, "{}");
    expect_steps(&fixture, "");
    fixture.ledger.sources[0].value.bytes[3] = 9; /* with its address it went by itself */
    plan(&fixture, "{}");
    expect_steps(&fixture, "route sourceaddr 192.0.2.1\n");
    close_host(&fixture);
}

/* The address comes before and goes behind; while it is not there the member waits. */
static void it_follows_its_address(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("", "", ""));
    plan(&fixture, "{" PREFER("0.0.0.0/0", "203.0.113.9") EARLY "}");
    expect_steps(&fixture, "ifconfig em1 inet 203.0.113.9/24 alias\nroute sourceaddr 203.0.113.9\n");
    expect_done(&fixture, "{" PREFER("0.0.0.0/0", "203.0.113.9") EARLY "}");
    plan(&fixture, "{" PREFER("0.0.0.0/0", "203.0.113.9") "}");
    expect_steps(&fixture, "route sourceaddr 0.0.0.0\nifconfig em1 inet 203.0.113.9 -alias\n");
    expect_pending(&fixture,
                   "/source_preferences/all: The source 203.0.113.9 is not an address of this host.\n");
    close_host(&fixture);
}

/* An administrator's choice of an address that is renewed. */
static void it_comes_back_with_its_address(void **state)
{
    (void)state;
    struct fixture fixture;
    static const char narrow[] = "{\"addresses\": {\"a\": {\"interface\": \"em1\", \"address\": "
                                 "\"203.0.113.9/25\"}}}";
    open_host(&fixture, HOST("", "", ""));
    plan(&fixture, "{\"version\": 1" EARLY "}");
    carry_out(&fixture);
    struct mh_op op = sim_test_address_op(&fixture.test, MH_OP_ADDRESS_FLAGS, "em1", "203.0.113.9/24");
    op.of.address.flags = MH_ADDRESS_PREFERRED_SOURCE;
    assert_int_equal(mh_backend_sim.apply(fixture.test.platform, &op, NULL), MH_OK);
    sim_test_read(&fixture.test);
    plan(&fixture, narrow);
    expect_steps(&fixture, "ifconfig em1 inet 203.0.113.9 -alias\nifconfig em1 inet 203.0.113.9/25 alias\n"
                           "route sourceaddr 203.0.113.9\n");
    expect_undo(&fixture, 0, "ifconfig em1 inet 203.0.113.9/24 alias && route sourceaddr 203.0.113.9\n");
    expect_done(&fixture, narrow);
    close_host(&fixture);
}

/* While it is set, all routes are told with it: ours are as they shall be, and those of others stay when the
 * address goes, but for those that the system bound to it. */
static void what_is_not_told_is_no_difference(void **state)
{
    (void)state;
    struct fixture fixture;
    static const char document[] =
        "{" PREFER("0.0.0.0/0", "198.51.100.1") ", \"routes\": {\"corp\": {\"to\": \"10.0.0.0/8\", \"via\": "
                                                "\"192.0.2.253\", \"source\": \"192.0.2.1\"}}}";
    open_host(&fixture, HOST("", SET, ROUTES));
    plan(&fixture, document);
    expect_steps(&fixture, "");
    close_host(&fixture);
    open_host(&fixture, HOST("", SET, ROUTES));
    struct mh_ledger_address entry = {.interface = sim_test_index(&fixture.test, "em1"),
                                      .interface_name = "em1",
                                      .address = {.family = MH_IPV4, .bytes = {198, 51, 100, 1}},
                                      .prefix_length = 24};
    assert_int_equal(mh_ledger_put_address(&fixture.ledger, &entry), MH_OK);
    plan(&fixture, "{\"routes\": {\"corp\": {\"to\": \"10.0.0.0/8\", \"via\": \"192.0.2.253\"}}}");
    expect_steps(&fixture, "ifconfig em1 inet 198.51.100.1 -alias\n");
    expect_warnings(&fixture, "");
    close_host(&fixture);
}

static void it_cannot_be_everything(void **state)
{
    (void)state;
    struct fixture fixture;
    open_host(&fixture, HOST("", "", ROUTES));
    plan(&fixture, "{" PREFER("::/0", "fe80::1") "}");
    expect_unsupported(&fixture,
                       "/source_preferences/all: A link-local address is not taken for all destinations.\n");
    plan(&fixture, "{" PREFER("2001:db8:9::/48", "2001:db8:1::1") "}");
    expect_unsupported(&fixture,
                       "/source_preferences/all: OpenBSD chooses IPv6 sources by RFC 6724, whatever "
                       "a route says.\n");
    plan(&fixture, "{\"source_preferences\": {\"all\": {\"to\": \"0.0.0.0/0\", \"source\": \"192.0.2.1\"}, "
                   "\"lab\": {\"to\": \"172.16.0.0/12\", \"source\": \"192.0.2.1\"}}}");
    expect_warnings(&fixture,
                    "/source_preferences/lab: What goes through a gateway has the source of \"all\" "
                    "here, whatever its route says.\n");
    close_host(&fixture);
}

/* Comparing with the host, for taking a plan back. */
static void ops_hold_as_far_as_is_told(void **state)
{
    (void)state;
    struct fixture fixture;
    struct mh_snapshot snapshot;
    const struct mh_next_hop hop = {.gateway = {.family = MH_IPV4, .bytes = {192, 0, 2, 253}}, .weight = 1};
    struct mh_op op = {
        .kind = MH_OP_ROUTE_ADD,
        .of.route = {.destination = {.address = {.family = MH_IPV4, .bytes = {10}}, .length = 8},
                     .metric = 8,
                     .preferred_source = {.family = MH_IPV4, .bytes = {192, 0, 2, 1}},
                     .next_hops = &hop,
                     .next_hop_count = 1}};
    open_host(&fixture, HOST("", SET, ROUTES));
    mh_host_snapshot(fixture.test.host, &snapshot);
    assert_true(mh_op_holds(&op, &snapshot, fixture.test.routes));
    op.kind = MH_OP_ROUTE_DELETE;
    assert_false(mh_op_holds(&op, &snapshot, fixture.test.routes));
    op = sim_test_address_op(&fixture.test, MH_OP_ADDRESS_FLAGS, "em1", "198.51.100.1/24");
    assert_false(mh_op_holds(&op, &snapshot, fixture.test.routes));
    op.of.address.flags = MH_ADDRESS_PREFERRED_SOURCE;
    assert_true(mh_op_holds(&op, &snapshot, fixture.test.routes));
    assert_false(mh_op_is_moot(&op, &snapshot));
    op.of.address.address.bytes[3] = 77;
    assert_true(mh_op_is_moot(&op, &snapshot));
    op = sim_test_address_op(&fixture.test, MH_OP_ADDRESS_ADD, "em0", "192.0.2.1/24");
    assert_true(mh_op_holds(&op, &snapshot, fixture.test.routes));
    op.of.address.flags = MH_ADDRESS_PREFERRED_SOURCE;
    assert_false(mh_op_holds(&op, &snapshot, fixture.test.routes));
    mh_snapshot_clear(&snapshot);
    close_host(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_set_and_taken_away),       cmocka_unit_test(the_earlier_one_is_kept),
        cmocka_unit_test(anothers_is_left_alone),         cmocka_unit_test(it_follows_its_address),
        cmocka_unit_test(it_comes_back_with_its_address), cmocka_unit_test(what_is_not_told_is_no_difference),
        cmocka_unit_test(it_cannot_be_everything),        cmocka_unit_test(ops_hold_as_far_as_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
