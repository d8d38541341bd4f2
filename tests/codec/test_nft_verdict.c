/* What becomes of packets: verdicts, chains, marks, hooks; and what is known when a rule is in doubt. */
#include "nft_fixture.h"

/* ---- verdicts -------------------------------------------------------------------------------------- */

static void test_nothing_passes(void **state)
{
    (void)state;
    struct mh_filter *filter = nft_parse("{\"nftables\": []}");
    struct mh_filter_packet packet = nft_packet();
    struct mh_filter_result result;
    assert_true(mh_filter_is_empty(filter));
    for (int hook = 0; hook < MH_FILTER_HOOK_COUNT; hook++) {
        mh_filter_run(filter, (enum mh_filter_hook)hook, &packet, &result);
        assert_int_equal(result.verdict, MH_FILTER_PASSES);
    }
    mh_filter_free(filter);
    filter = nft_load("prefix");
    assert_false(mh_filter_is_empty(filter));
    mh_filter_free(filter);
    passes("nothing", nft_packet());
    at_hook("policy", OUTPUT, nft_udp(54), PASSES); /* another hook */
}

static void test_accept_and_policy(void **state)
{
    (void)state;
    passes("accept", nft_packet());
    passes("policy", nft_udp(53));
    struct mh_filter_result result = drops("policy", nft_udp(54));
    assert_string_equal(result.chain, "inet t c");
    assert_string_equal(result.rule, "policy drop");
    assert_false(result.rejects);
}

static void test_reject(void **state)
{
    (void)state;
    assert_true(drops("reject", nft_packet()).rejects);
    assert_true(drops("reject-icmp", nft_packet()).rejects);
    passes("reject-icmp", nft_from("2001:db8::5"));
    assert_true(drops("reject-reset", nft_tcp(22, true)).rejects);
    passes("reject-reset", nft_packet());
}

static void test_statements_without_effect(void **state)
{
    (void)state;
    assert_string_equal(drops("counter-log", nft_packet()).rule, "counter log drop");
    drops("comment", nft_udp(53));
    passes("comment", nft_udp(54));
    drops("change-dscp", nft_packet());
}

static void test_jump_goto_return_continue(void **state)
{
    (void)state;
    drops("jump", nft_packet()); /* the chain returns, the next rule drops */
    assert_string_equal(drops("jump", nft_udp(1)).chain, "inet t returning");
    passes("goto", nft_packet()); /* the chain's end is the base chain's */
    drops("goto", nft_udp(1));
    passes("return", nft_udp(53));
    drops("return", nft_udp(54));
    drops("continue", nft_udp(53));
}

static void test_verdict_maps(void **state)
{
    (void)state;
    assert_string_equal(drops("verdict-map", nft_state(MH_FILTER_STATE_NEW)).chain, "inet t dropping");
    assert_string_equal(drops("verdict-map", nft_state(MH_FILTER_STATE_INVALID)).chain, "inet t input");
    passes("verdict-map", nft_state(MH_FILTER_STATE_ESTABLISHED));
    passes("verdict-map", nft_state(MH_FILTER_STATE_UNTRACKED));
    drops("named-verdict-map", nft_udp(53));
    drops("named-verdict-map", nft_udp(150));
    passes("named-verdict-map", nft_udp(54));
    passes("catch-all-map", nft_from("10.0.0.1"));
    drops("catch-all-map", nft_from("10.0.0.2"));
    drops("wildcard-map", nft_by("eth9"));
    passes("wildcard-map", nft_by("lo"));
    struct mh_filter_packet packet = nft_packet();
    packet.state_unknown = true;
    unclear("verdict-map", packet);
}

/* ---- marks ----------------------------------------------------------------------------------------- */

static void test_marks_are_set(void **state)
{
    (void)state;
    struct mh_filter_packet packet = nft_packet();
    drops("set-mark", packet);
    assert_int_equal(nft_run("set-mark", MH_FILTER_INPUT, &packet).verdict, MH_FILTER_DROPS);
    drops("set-mark-bits", nft_mark(1));
    drops("set-mark-from-map", nft_udp(53));
    passes("set-mark-from-map", nft_udp(54));
    passes("set-mark-from-map", nft_udp(55)); /* not in the map: the rule ends, the mark stays */
    unclear("set-mark-shifted", nft_mark(1));
    unclear("set-mark-maybe", nft_mark(1));
    drops("set-mark-maybe", nft_mark(5)); /* whichever way it went */
    drops("set-connection-mark", nft_mark(9));
    passes("set-connection-mark", nft_mark(8));
}

static void test_marks_go_on_to_the_next_hook(void **state)
{
    (void)state;
    struct mh_filter_packet packet = nft_mark(7);
    struct mh_filter_result result = nft_run("set-connection-mark", MH_FILTER_INPUT, &packet);
    assert_int_equal(result.verdict, MH_FILTER_PASSES);
    assert_int_equal(packet.connection_mark, 7);
    packet = nft_udp(55);
    (void)nft_run("set-mark-maybe", MH_FILTER_INPUT, &packet);
    assert_true(packet.mark_unknown);
}

static void test_order_of_chains(void **state)
{
    (void)state;
    struct mh_filter_result result = drops("priorities", nft_packet());
    assert_string_equal(result.chain, "inet late c");
}

/* ---- three values ---------------------------------------------------------------------------------- */

static void test_doubt_that_does_not_matter(void **state)
{
    (void)state;
    drops("limit-drop", nft_packet());
    drops("limit-goto", nft_udp(1));
    assert_string_equal(drops("limit-drop", nft_packet()).reason, "");
}

static void test_doubt_that_matters(void **state)
{
    (void)state;
    static const char reason[] = "it has a limit, and whether that is reached is not known";
    static const char *const names[] = {"limit-accept", "limit-return", "limit-jump", "limit-goto"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct mh_filter_result result = unclear(names[i], nft_packet());
        assert_string_equal(result.reason, reason);
        assert_string_equal(result.chain, "inet t input");
        assert_memory_equal(result.rule, "limit ", 6);
    }
    unclear("quota", nft_packet());
    unclear("meter", nft_packet());
    unclear("connection-count", nft_packet());
}

static void test_statements_that_are_not_understood(void **state)
{
    (void)state;
    struct mh_filter_result result = unclear("change-destination", nft_packet());
    assert_string_equal(result.rule, "ip daddr set 10.9.9.9");
    unclear("anonymous-chain", nft_packet());
    unclear("synproxy", nft_tcp(22, true));
    passes("synproxy", nft_tcp(23, true)); /* does not get there */
}

static enum mh_filter_verdict run_json(const char *json)
{
    struct mh_filter *filter = nft_parse(json);
    struct mh_filter_packet packet = nft_packet();
    struct mh_filter_result result;
    mh_filter_run(filter, MH_FILTER_INPUT, &packet, &result);
    mh_filter_free(filter);
    return result.verdict;
}

/* ---- what runs when -------------------------------------------------------------------------------- */

static void test_dormant_tables(void **state)
{
    (void)state;
    static const struct {
        const char *flags;
        enum mh_filter_verdict verdict;
    } cases[] = {{"\"dormant\"", MH_FILTER_PASSES},  {"[\"owner\", \"dormant\"]", MH_FILTER_PASSES},
                 {"\"owner\"", MH_FILTER_DROPS},     {"[\"owner\", \"persist\"]", MH_FILTER_DROPS},
                 {"\"t\"", MH_FILTER_INDETERMINATE}, {"1", MH_FILTER_INDETERMINATE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char json[512];
        (void)snprintf(
            json, sizeof json,
            "{\"nftables\": [{\"table\": {\"family\": \"ip\", \"name\": \"t\", \"flags\": %s}},"
            "{\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\", \"hook\": \"input\","
            "\"type\": \"filter\", \"prio\": 0, \"policy\": \"drop\"}}]}",
            cases[i].flags);
        assert_int_equal(run_json(json), cases[i].verdict);
    }
    unclear("dormant", nft_packet()); /* as nft 1.0.6 writes it */
}

static void test_before_connection_tracking(void **state)
{
    (void)state;
    at_hook("untracked", PREROUTING, nft_udp(54), PASSES); /* no state, no mark yet */
    at_hook("untracked", PREROUTING, nft_udp(53), DROPS);
    struct mh_filter_packet packet = nft_udp(53);
    (void)nft_run("untracked", MH_FILTER_PREROUTING, &packet);
    assert_int_equal(packet.state, MH_FILTER_STATE_UNTRACKED);
    assert_false(packet.state_unknown);
}

static void test_zones(void **state)
{
    (void)state;
    struct mh_filter_packet packet = nft_by("eth1");
    packet.state = MH_FILTER_STATE_ESTABLISHED;
    at_hook("zones", PREROUTING, nft_state(MH_FILTER_STATE_ESTABLISHED), PASSES);
    at_hook("zones", PREROUTING, packet, INDETERMINATE); /* the state is of another zone */
    struct mh_filter_packet first = packet;
    (void)nft_run("zones", MH_FILTER_PREROUTING, &first);
    assert_int_equal(first.zone, 5);
    assert_true(first.state_unknown);
    packet.zone = first.zone;
    at_hook("zones", PREROUTING, packet, PASSES);
    packet.state = MH_FILTER_STATE_NEW;
    at_hook("zones", PREROUTING, packet, DROPS);
}

static void test_destination_nat(void **state)
{
    (void)state;
    struct mh_filter_packet packet = nft_udp(53);
    struct mh_filter_result result = nft_run("destination-nat", MH_FILTER_PREROUTING, &packet);
    assert_int_equal(result.verdict, MH_FILTER_INDETERMINATE);
    assert_string_equal(result.reason, "a rule translates the destination address");
    assert_true(packet.destination_translated);
    assert_false(packet.source_translated);
    packet = nft_from("10.0.0.66");
    at_hook("destination-nat", PREROUTING, packet, DROPS); /* its source is known */
    at_hook("destination-nat", PREROUTING, nft_udp(54), PASSES);
    at_hook("destination-nat", PREROUTING, nft_state(MH_FILTER_STATE_ESTABLISHED), PASSES);
}

static void test_source_nat(void **state)
{
    (void)state;
    struct mh_filter_packet packet = nft_packet();
    (void)nft_run("source-nat", MH_FILTER_POSTROUTING, &packet);
    assert_true(packet.source_translated);
    packet = nft_from("2001:db8::5");
    (void)nft_run("source-nat", MH_FILTER_POSTROUTING, &packet);
    assert_false(packet.source_translated);
}

static void test_nat_chains_see_first_packets_only(void **state)
{
    (void)state;
    at_hook("nat-drop", PREROUTING, nft_state(MH_FILTER_STATE_NEW), DROPS);
    at_hook("nat-drop", PREROUTING, nft_state(MH_FILTER_STATE_ESTABLISHED), PASSES);
    at_hook("nat-drop", PREROUTING, nft_state(MH_FILTER_STATE_INVALID), PASSES);
    at_hook("nat-drop", PREROUTING, nft_state(MH_FILTER_STATE_RELATED), INDETERMINATE);
}

/* ---- other filters --------------------------------------------------------------------------------- */

static void test_chains_of_devices(void **state)
{
    (void)state;
    struct mh_filter_result result = at_hook("device", PREROUTING, nft_packet(), INDETERMINATE);
    assert_string_equal(result.chain, "netdev t c");
    at_hook("device", INPUT, nft_packet(), PASSES);
    at_hook("device-accepts", PREROUTING, nft_packet(), PASSES);
    at_hook("device-policy", PREROUTING, nft_packet(), INDETERMINATE);
    passes("bridge", nft_packet());
}

/* Versions of nft that name the device: other interfaces are not concerned. */
static void test_device_by_name(void **state)
{
    (void)state;
    static const char json[] =
        "{\"nftables\": [{\"table\": {\"family\": \"netdev\", \"name\": \"t\"}},"
        "{\"chain\": {\"family\": \"netdev\", \"table\": \"t\", \"name\": \"c\", \"dev\": [\"eth1\", "
        "\"eth2\"],"
        " \"type\": \"filter\", \"hook\": \"ingress\", \"prio\": 0, \"policy\": \"drop\"}}]}";
    struct mh_filter *filter = nft_parse(json);
    struct mh_filter_packet packet = nft_by("eth2");
    struct mh_filter_result result;
    mh_filter_run(filter, MH_FILTER_PREROUTING, &packet, &result);
    assert_int_equal(result.verdict, MH_FILTER_INDETERMINATE);
    packet = nft_by("eth0");
    mh_filter_run(filter, MH_FILTER_PREROUTING, &packet, &result);
    assert_int_equal(result.verdict, MH_FILTER_PASSES);
    mh_filter_free(filter);
}

static void test_legacy_tables(void **state)
{
    (void)state;
    static const struct mh_nft_legacy legacy = {.ipv4 = MH_NFT_PRESENT};
    struct mh_filter *filter;
    struct mh_filter_result result;
    assert_int_equal(mh_nft_parse(NULL, 0, &legacy, &filter, NULL), MH_OK);
    assert_false(mh_filter_is_empty(filter));
    for (int hook = 0; hook < MH_FILTER_HOOK_COUNT; hook++) {
        struct mh_filter_packet packet = nft_packet(), other = nft_from("2001:db8::5");
        mh_filter_run(filter, (enum mh_filter_hook)hook, &packet, &result);
        assert_int_equal(result.verdict, MH_FILTER_INDETERMINATE);
        assert_string_equal(result.reason, "legacy iptables tables are in use, which nft does not show");
        mh_filter_run(filter, (enum mh_filter_hook)hook, &other, &result);
        assert_int_equal(result.verdict, MH_FILTER_PASSES);
    }
    mh_filter_free(filter);
    static const struct mh_nft_legacy not_told = {.ipv6 = MH_NFT_NOT_TOLD};
    struct mh_filter_packet packet = nft_from("2001:db8::5");
    assert_int_equal(mh_nft_parse(NULL, 0, &not_told, &filter, NULL), MH_OK);
    mh_filter_run(filter, MH_FILTER_FORWARD, &packet, &result);
    assert_int_equal(result.verdict, MH_FILTER_INDETERMINATE);
    assert_string_equal(result.reason, "whether legacy iptables tables are in use cannot be read");
    mh_filter_free(filter);
}

#define IPTABLES(statement)                                                                                  \
    "{\"nftables\": [{\"chain\": {\"family\": \"ip\", \"table\": \"filter\", \"name\": \"INPUT\", "          \
    "\"type\": "                                                                                             \
    "\"filter\", \"hook\": \"input\", \"prio\": 0, \"policy\": \"accept\"}}, {\"rule\": {\"family\": "       \
    "\"ip\", "                                                                                               \
    "\"table\": \"filter\", \"chain\": \"INPUT\", \"expr\": [" statement ", {\"drop\": null}]}}]}"

static void test_iptables_in_nft(void **state)
{
    (void)state;
    assert_int_equal(run_json(IPTABLES("{\"xt\": null}")), MH_FILTER_INDETERMINATE);
    assert_int_equal(run_json(IPTABLES("{\"xt\": {\"type\": \"match\", \"name\": \"addrtype\"}}")),
                     MH_FILTER_INDETERMINATE);
    assert_int_equal(run_json(IPTABLES("{\"xt\": {\"type\": \"target\", \"name\": \"MARK\"}}")),
                     MH_FILTER_INDETERMINATE);
    assert_int_equal(run_json(IPTABLES("{\"xt\": {\"type\": \"match\", \"name\": \"comment\"}}")),
                     MH_FILTER_DROPS);
    assert_int_equal(run_json(IPTABLES("{\"queue\": null}")), MH_FILTER_INDETERMINATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_passes),
        cmocka_unit_test(test_accept_and_policy),
        cmocka_unit_test(test_reject),
        cmocka_unit_test(test_statements_without_effect),
        cmocka_unit_test(test_jump_goto_return_continue),
        cmocka_unit_test(test_verdict_maps),
        cmocka_unit_test(test_marks_are_set),
        cmocka_unit_test(test_marks_go_on_to_the_next_hook),
        cmocka_unit_test(test_order_of_chains),
        cmocka_unit_test(test_doubt_that_does_not_matter),
        cmocka_unit_test(test_doubt_that_matters),
        cmocka_unit_test(test_statements_that_are_not_understood),
        cmocka_unit_test(test_dormant_tables),
        cmocka_unit_test(test_before_connection_tracking),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_destination_nat),
        cmocka_unit_test(test_source_nat),
        cmocka_unit_test(test_nat_chains_see_first_packets_only),
        cmocka_unit_test(test_chains_of_devices),
        cmocka_unit_test(test_device_by_name),
        cmocka_unit_test(test_legacy_tables),
        cmocka_unit_test(test_iptables_in_nft),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
