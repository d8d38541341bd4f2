/* What rules look at, one construct of nft's recorded JSON a test. */
#include "nft_fixture.h"

/* ---- addresses ------------------------------------------------------------------------------------- */

static void test_prefixes(void **state)
{
    (void)state;
    drops("prefix", nft_from("10.255.255.255"));
    passes("prefix", nft_from("11.0.0.0"));
    passes("prefix", nft_from("2001:db8::5"));
    passes("not-prefix", nft_from("10.0.0.0"));
    drops("not-prefix", nft_from("9.255.255.255"));
    passes("not-prefix", nft_from("2001:db8::5"));
    drops("ipv6", nft_from("fe80::1"));
    drops("ipv6", nft_from("febf::1"));
    passes("ipv6", nft_from("fec0::1"));
    passes("ipv6", nft_packet());
}

static void test_anonymous_sets(void **state)
{
    (void)state;
    drops("address-set", nft_to("192.0.2.1"));
    drops("address-set", nft_to("198.51.100.77"));
    drops("address-set", nft_to("203.0.113.7"));
    passes("address-set", nft_to("203.0.113.8"));
    passes("not-address-set", nft_to("192.0.2.1"));
    drops("not-address-set", nft_to("192.0.2.2"));
}

static void test_order_and_masks(void **state)
{
    (void)state;
    drops("address-order", nft_from("10.0.0.6"));
    passes("address-order", nft_from("10.0.0.5"));
    drops("address-mask", nft_from("172.16.0.7"));
    passes("address-mask", nft_from("172.16.7.0"));
}

static void test_named_sets(void **state)
{
    (void)state;
    drops("named-set", nft_from("10.0.0.2"));
    passes("named-set", nft_from("10.0.0.3"));
    drops("not-named-set", nft_from("10.0.0.3"));
    passes("not-named-set", nft_from("10.0.0.2"));
    drops("named-intervals", nft_from("10.0.0.3"));
    drops("named-intervals", nft_from("10.0.0.9"));
    passes("named-intervals", nft_from("10.0.0.4"));
    passes("named-intervals", nft_from("10.0.0.10"));
    drops("catch-all-set", nft_from("172.16.0.1"));
    drops("timeout-set", nft_from("10.0.0.1"));
    passes("timeout-set", nft_from("10.0.0.2"));
}

static void test_sets_that_rules_change(void **state)
{
    (void)state;
    struct mh_filter_result result = unclear("changing-set", nft_packet());
    assert_string_equal(result.reason, "rules change the set's elements as packets pass");
    assert_string_equal(result.rule, "ip saddr @changing drop");
}

static void test_concatenations(void **state)
{
    (void)state;
    struct mh_filter_packet packet = nft_tcp(22, true);
    drops("named-concatenation", packet);
    drops("concatenation", packet);
    packet.destination_port = 81;
    passes("named-concatenation", packet);
    passes("concatenation", packet);
    drops("concatenation", nft_udp(53));
    passes("concatenation", nft_udp(22));
    drops("interval-concatenation", nft_udp(60));
    passes("interval-concatenation", nft_udp(61));
    passes("interval-concatenation", nft_from("11.0.0.1"));
}

/* ---- transport ------------------------------------------------------------------------------------- */

static void test_ports(void **state)
{
    (void)state;
    drops("port", nft_tcp(22, true));
    passes("port", nft_tcp(23, true));
    passes("port", nft_udp(22)); /* the rule is about TCP */
    drops("port-range", nft_udp(1024));
    drops("port-range", nft_udp(2047));
    passes("port-range", nft_udp(2048));
    drops("not-port-range", nft_udp(1023));
    passes("not-port-range", nft_tcp(1023, true));
    drops("port-order", nft_udp(1024));
    passes("port-order", nft_udp(1023));
    drops("port-set", nft_udp(200));
    passes("port-set", nft_udp(54));
    drops("any-transport", nft_tcp(53, true));
    drops("any-transport", nft_udp(53));
}

static void test_unknown_ports(void **state)
{
    (void)state;
    struct mh_filter_packet packet = nft_tcp(22, true);
    packet.destination_port_known = false;
    struct mh_filter_result result = unclear("port", packet);
    assert_string_equal(result.reason, "the packet's ports are not known");
    assert_string_equal(result.rule, "tcp dport 22 drop");
    assert_string_equal(result.chain, "inet t input");
    packet.protocol = 17;
    passes("port", packet);
    packet.protocol_known = false;
    unclear("port", packet);
}

static void test_protocols(void **state)
{
    (void)state;
    struct mh_filter_packet packet = nft_packet();
    drops("protocol", packet);
    drops("ip-protocol", packet);
    passes("next-header", packet);
    drops("next-header", nft_from("2001:db8::5"));
    packet.protocol = 200;
    passes("protocol", packet);
    drops("protocol-number", packet);
    packet.protocol_known = false;
    unclear("protocol", packet);
}

static void test_icmp_is_for_icmp(void **state)
{
    (void)state;
    struct mh_filter_packet packet = nft_packet();
    passes("icmp", packet);
    passes("icmpv6", packet);
    packet.protocol = 1;
    unclear("icmp", packet);
}

static void test_tcp_flags(void **state)
{
    (void)state;
    drops("syn", nft_tcp(22, true));
    passes("syn", nft_tcp(22, false)); /* every later segment has ACK */
    passes("syn", nft_udp(22));
    drops("syn-bit", nft_tcp(22, true));
    unclear("syn-bit", nft_tcp(22, false));
    unclear("syn-equals", nft_tcp(22, true)); /* it may ask for ECN */
    drops("no-ack", nft_tcp(22, true));
    passes("no-ack", nft_tcp(22, false));
}

static void test_families(void **state)
{
    (void)state;
    passes("nfproto", nft_packet());
    drops("nfproto", nft_from("2001:db8::5"));
    drops("ethertype", nft_packet());
    passes("ethertype", nft_from("2001:db8::5"));
    drops("families", nft_packet());
    passes("families", nft_from("2001:db8::5"));
}

/* ---- interfaces and marks -------------------------------------------------------------------------- */

static void test_interfaces(void **state)
{
    (void)state;
    drops("input-interface", nft_by("lo"));
    passes("input-interface", nft_by("eth0"));
    passes("input-index", nft_by("eth0"));
    unclear("input-index", nft_by("7"));
    drops("input-name", nft_by("eth0"));
    passes("input-name", nft_by("eth01"));
    passes("not-input-name", nft_by("eth0"));
    drops("not-input-name", nft_by("eth"));
    drops("input-wildcard", nft_by("eth"));
    drops("input-wildcard", nft_by("eth123456789012"));
    passes("input-wildcard", nft_by("et"));
    passes("input-escaped", nft_by("eth0"));
    drops("input-escaped", nft_by("eth*"));
    drops("input-set", nft_by("wlan0"));
    drops("input-set", nft_by("eth1"));
    passes("input-set", nft_by("eth10"));
    drops("no-output", nft_packet());
}

static void test_marks(void **state)
{
    (void)state;
    drops("mark", nft_mark(5));
    passes("mark", nft_mark(6));
    drops("mark-mask", nft_mark(0x710));
    passes("mark-mask", nft_mark(0x711));
    drops("mark-set", nft_mark(6));
    passes("mark-set", nft_mark(2));
    struct mh_filter_packet packet = nft_mark(6);
    packet.mark_unknown = true;
    unclear("mark", packet);
}

/* ---- connection tracking --------------------------------------------------------------------------- */

static void test_states(void **state)
{
    (void)state;
    assert_true(drops("state", nft_state(MH_FILTER_STATE_RELATED)).stateful);
    assert_true(passes("state", nft_state(MH_FILTER_STATE_NEW)).stateful);
    assert_false(drops("prefix", nft_packet()).stateful);
    drops("state-set", nft_state(MH_FILTER_STATE_ESTABLISHED));
    passes("state-set", nft_state(MH_FILTER_STATE_INVALID));
    drops("not-state", nft_state(MH_FILTER_STATE_UNTRACKED));
    passes("not-state", nft_state(MH_FILTER_STATE_NEW));
    drops("no-state-bit", nft_state(MH_FILTER_STATE_NEW));
    passes("no-state-bit", nft_state(MH_FILTER_STATE_ESTABLISHED));
    passes("state-equals-both", nft_state(MH_FILTER_STATE_ESTABLISHED)); /* no packet has two states */
    struct mh_filter_packet packet = nft_packet();
    packet.state_unknown = true;
    unclear("state", packet);
}

static void test_connections(void **state)
{
    (void)state;
    struct mh_filter_packet packet = nft_packet();
    passes("direction", packet);
    passes("connection-mark", packet);
    passes("zone", packet);
    packet.reply_direction = true;
    packet.connection_mark = 0x312;
    packet.zone = 5;
    drops("direction", packet);
    drops("connection-mark", packet);
    drops("zone", packet);
    unclear("connection-other", packet);
    unclear("connection-original", packet);
    packet.connection_mark_known = false;
    unclear("connection-mark", packet);
    packet.state = MH_FILTER_STATE_INVALID; /* of no connection: there is nothing to compare */
    passes("direction", packet);
    passes("connection-mark", packet);
    passes("connection-other", packet);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

struct routes {
    struct mh_filter_fib_question asked;
    struct mh_filter_fib_answer answer;
};

static void answer(void *context, const struct mh_filter_fib_question *question,
                   struct mh_filter_fib_answer *answer)
{
    struct routes *routes = context;
    routes->asked = *question;
    *answer = routes->answer;
}

static struct mh_filter_packet with(struct routes *routes, uint32_t interface, uint8_t type)
{
    struct mh_filter_packet packet = nft_packet();
    routes->answer = (struct mh_filter_fib_answer){.known = true, .interface = interface, .type = type};
    packet.fib = answer;
    packet.fib_context = routes;
    return packet;
}

static void test_reverse_path(void **state)
{
    (void)state;
    struct routes routes;
    drops("reverse-path", with(&routes, 0, MH_ROUTE_UNICAST));
    assert_int_equal(routes.asked.input, 2);
    assert_int_equal(routes.asked.output, 0);
    struct mh_address source = nft_address("10.0.0.1"), destination = nft_address("192.0.2.1");
    assert_true(mh_address_equal(&routes.asked.address, &source));
    assert_true(mh_address_equal(&routes.asked.from, &destination));
    passes("reverse-path", with(&routes, 2, MH_ROUTE_UNICAST));
    drops("reverse-path-zero", with(&routes, 0, MH_ROUTE_UNICAST));
    passes("reverse-path-zero", with(&routes, 2, MH_ROUTE_UNICAST));
    drops("reverse-path-exists", with(&routes, 9, MH_ROUTE_UNICAST));
    assert_int_equal(routes.asked.input, 0);
    passes("reverse-path-exists", with(&routes, 0, MH_ROUTE_UNICAST));
    unclear("reverse-path", nft_packet());
}

static void test_route_interfaces(void **state)
{
    (void)state;
    struct routes routes;
    struct mh_filter_packet packet = with(&routes, 3, MH_ROUTE_UNICAST);
    unclear("route-name", packet);
    routes.answer.interface_name = "eth1";
    drops("route-name", packet);
    passes("route-interface", packet);
    packet = with(&routes, 2, MH_ROUTE_UNICAST); /* the packet's own interface has a name */
    passes("route-name", packet);
}

static void test_address_types(void **state)
{
    (void)state;
    struct routes routes;
    drops("address-type", with(&routes, 2, MH_ROUTE_UNICAST));
    passes("address-type", with(&routes, 0, MH_ROUTE_LOCAL));
    passes("address-type", with(&routes, 0, MH_ROUTE_BROADCAST));
    struct mh_filter_packet packet = with(&routes, 0, MH_ROUTE_LOCAL);
    packet.mark = 77;
    drops("address-type-mark", packet);
    assert_int_equal(routes.asked.mark, 77);
    packet.mark_unknown = true;
    unclear("address-type-mark", packet);
}

/* ---- not understood -------------------------------------------------------------------------------- */

static void test_what_is_not_understood_is_said(void **state)
{
    (void)state;
    static const char *const names[] = {"unknown-key", "unknown-meta", "raw-octets", "random"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_not_equal(unclear(names[i], nft_packet()).reason, "");
    assert_string_equal(unclear("unknown-key", nft_packet()).reason,
                        "it looks at \"ip ttl\", which is not understood");
    passes("unknown-key", nft_from("2001:db8::5")); /* an IPv6 packet has no such thing */
    unclear("raw-octets", nft_from("2001:db8::5")); /* any packet has octets */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_anonymous_sets),
        cmocka_unit_test(test_order_and_masks),
        cmocka_unit_test(test_named_sets),
        cmocka_unit_test(test_sets_that_rules_change),
        cmocka_unit_test(test_concatenations),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_unknown_ports),
        cmocka_unit_test(test_protocols),
        cmocka_unit_test(test_icmp_is_for_icmp),
        cmocka_unit_test(test_tcp_flags),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_interfaces),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_connections),
        cmocka_unit_test(test_reverse_path),
        cmocka_unit_test(test_route_interfaces),
        cmocka_unit_test(test_address_types),
        cmocka_unit_test(test_what_is_not_understood_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
