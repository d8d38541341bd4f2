/* What Windows does, against tables made from Microsoft's documentation: one test a rule, named alike. */
#include "selection.h"

enum { ETHERNET_METRIC = 25, WIRELESS_METRIC = 50 };

static void metrics(struct selection_host *host, const char *interface, int32_t metric)
{
    set(host, interface, MH_IPV4, MH_SETTING_INTERFACE_METRIC, metric);
    set(host, interface, MH_IPV6, MH_SETTING_INTERFACE_METRIC, metric);
}

static void route_with_metric(struct selection_host *host, const char *destination, const char *gateway,
                              const char *interface, uint32_t metric)
{
    const struct mh_next_hop by = hop(host, gateway, interface);
    put_route(
        host, destination,
        (struct mh_route){.type = MH_ROUTE_UNICAST, .metric = metric, .next_hop_count = 1, .next_hops = &by});
}

/* Ethernet 192.0.2.10/24, Wi-Fi 198.51.100.10/24, a default gateway on each. */
static struct selection_host *two_adapters(void)
{
    struct selection_host *host = selection_host_new(MH_DIALECT_WINDOWS);
    (void)device(&host->builder, "Ethernet", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "Wi-Fi", MH_KIND_WIRELESS);
    metrics(host, "Ethernet", ETHERNET_METRIC);
    metrics(host, "Wi-Fi", WIRELESS_METRIC);
    (void)address(&host->builder, "lo0", "127.0.0.1/8");
    (void)address(&host->builder, "Ethernet", "192.0.2.10/24");
    (void)address(&host->builder, "Wi-Fi", "198.51.100.10/24");
    route_with_metric(host, "192.0.2.0/24", NULL, "Ethernet", 256);
    route_with_metric(host, "198.51.100.0/24", NULL, "Wi-Fi", 256);
    route_with_metric(host, "0.0.0.0/0", "192.0.2.1", "Ethernet", 0);
    route_with_metric(host, "0.0.0.0/0", "198.51.100.1", "Wi-Fi", 0);
    return host;
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static void smallest_sum_of_metrics(void **state)
{
    (void)state;
    struct selection_host *host = two_adapters();
    ask(host, "203.0.113.9");
    answers(host, "192.0.2.10", "Ethernet", "192.0.2.1", "windows4-0");
    ask(host, "198.51.100.77"); /* the longest prefix goes first */
    answers(host, "198.51.100.10", "Wi-Fi", NULL, "windows4-0");
    host->settings[0].value = 60; /* Ethernet, IPv4 */
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.10", "Wi-Fi", "198.51.100.1", "windows4-0");
    route_with_metric(host, "203.0.113.0/24", "192.0.2.1", "Ethernet", 0);
    route_with_metric(host, "203.0.113.0/24", "198.51.100.1", "Wi-Fi", 11);
    ask(host, "203.0.113.9"); /* 60 + 0 against 50 + 11 */
    answers(host, "192.0.2.10", "Ethernet", "192.0.2.1", "windows4-0");
    selection_host_free(host);
}

static void equal_metrics_are_choices(void **state)
{
    (void)state;
    struct selection_host *host = two_adapters();
    host->settings[0].value = WIRELESS_METRIC;
    ask(host, "203.0.113.9");
    assert_int_equal(host->selection.way, MH_WAY_FOUND);
    assert_int_equal(host->selection.forwarding.choice_count, 2);
    assert_int_equal(host->selection.source.family, MH_FAMILY_NONE);
    selection_host_free(host);
}

static void unknown_metric(void **state)
{
    (void)state;
    struct selection_host *host = two_adapters();
    host->setting_count = 2; /* Wi-Fi's are not known */
    ask(host, "203.0.113.9");
    is_indeterminate(host, "metric");
    ask(host, "192.0.2.77"); /* one route only */
    answers(host, "192.0.2.10", "Ethernet", NULL, "windows4-0");
    selection_host_free(host);
}

static void routes_without_carrier_are_not_active(void **state)
{
    (void)state;
    struct selection_host *host = two_adapters();
    named(&host->builder, "Ethernet")->carrier = false;
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.10", "Wi-Fi", "198.51.100.1", "windows4-0");
    ask(host, "192.0.2.77"); /* the shorter prefix steps in */
    answers(host, "198.51.100.10", "Wi-Fi", "198.51.100.1", "windows4-0");
    named(&host->builder, "Wi-Fi")->up = false;
    ask(host, "203.0.113.9");
    refuses(host, MH_WAY_UNREACHABLE);
    selection_host_free(host);
}

/* ---- strong and weak hosts ------------------------------------------------------------------------- */

static void windows4_bound(void **state)
{
    (void)state;
    struct selection_host *host = two_adapters();
    host->question.source = parse_address("198.51.100.10");
    ask(host, "203.0.113.9"); /* strong: only routes of Wi-Fi */
    answers(host, "198.51.100.10", "Wi-Fi", "198.51.100.1", NULL);
    assert_false(host->selection.source_owner_differs);
    drops(host, "192.0.2.10", "windows4-bound");
    ask(host, "192.0.2.77");
    answers(host, "198.51.100.10", "Wi-Fi", "198.51.100.1", NULL);
    set(host, "Wi-Fi", MH_IPV4, MH_SETTING_WEAK_HOST_SEND, 1);
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.10", "Ethernet", "192.0.2.1", NULL);
    assert_true(host->selection.source_owner_differs);
    selection_host_free(host);
}

static void strong_host_without_route(void **state)
{
    (void)state;
    struct selection_host *host = two_adapters();
    (void)device(&host->builder, "VPN", MH_KIND_TUNNEL);
    (void)address(&host->builder, "VPN", "10.0.0.10/24");
    host->question.source = parse_address("10.0.0.10");
    ask(host, "203.0.113.9");
    refuses(host, MH_WAY_UNREACHABLE);
    host->question.source = parse_address("198.51.100.10");
    host->question.output = named(&host->builder, "Ethernet")->index;
    ask(host, "203.0.113.9"); /* bound to both, and they do not fit */
    refuses(host, MH_WAY_UNREACHABLE);
    set(host, "Wi-Fi", MH_IPV4, MH_SETTING_WEAK_HOST_SEND, 1);
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.10", "Ethernet", "192.0.2.1", NULL);
    host->question.source = parse_address("203.0.113.1");
    ask(host, "203.0.113.9");
    refuses(host, MH_WAY_NO_SOURCE);
    selection_host_free(host);
}

static void bound_interface(void **state)
{
    (void)state;
    struct selection_host *host = two_adapters();
    host->question.output = named(&host->builder, "Wi-Fi")->index;
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.10", "Wi-Fi", "198.51.100.1", "windows4-0");
    selection_host_free(host);
}

/* ---- IPv4 rules ------------------------------------------------------------------------------------ */

static void windows4_0(void **state)
{
    (void)state;
    struct selection_host *host = two_adapters();
    address(&host->builder, "Ethernet", "192.0.2.2/24")->flags = MH_ADDRESS_SKIP_AS_SOURCE;
    address(&host->builder, "Ethernet", "192.0.2.3/24")->flags = MH_ADDRESS_TENTATIVE;
    ask(host, "203.0.113.9"); /* .2 and .3 match the gateway better */
    answers(host, "192.0.2.10", "Ethernet", "192.0.2.1", "windows4-0");
    drops(host, "192.0.2.2", "windows4-0");
    drops(host, "192.0.2.3", "windows4-0");
    drops(host, "198.51.100.10", "windows4-0");
    host->builder.addresses[1].flags = MH_ADDRESS_SKIP_AS_SOURCE; /* 192.0.2.10: none is left */
    ask(host, "203.0.113.9");
    refuses(host, MH_WAY_NO_SOURCE);
    host->question.source = parse_address("192.0.2.2"); /* it can still be bound */
    ask(host, "203.0.113.9");
    answers(host, "192.0.2.2", "Ethernet", "192.0.2.1", NULL);
    selection_host_free(host);
}

static void windows4_1(void **state)
{
    (void)state;
    struct selection_host *host = two_adapters();
    ask(host, "198.51.100.10");
    answers(host, "198.51.100.10", "lo0", NULL, "windows4-1");
    assert_true(host->selection.local);
    drops(host, "192.0.2.10", "windows4-1");
    selection_host_free(host);
}

static void windows4_2(void **state)
{
    (void)state;
    struct selection_host *host = two_adapters();
    set(host, "Wi-Fi", MH_IPV4, MH_SETTING_WEAK_HOST_SEND, 1); /* its addresses are candidates */
    ask(host, "203.0.113.9");
    answers(host, "192.0.2.10", "Ethernet", "192.0.2.1", "windows4-2");
    drops(host, "198.51.100.10", "windows4-2");
    selection_host_free(host);
}

/* The example of the Microsoft Networking Blog, April 2009. */
static void windows4_3(void **state)
{
    (void)state;
    struct selection_host *host = selection_host_new(MH_DIALECT_WINDOWS);
    (void)device(&host->builder, "Ethernet", MH_KIND_PHYSICAL);
    (void)address(&host->builder, "Ethernet", "192.168.1.14/24");
    (void)address(&host->builder, "Ethernet", "192.168.1.68/24");
    route_with_metric(host, "0.0.0.0/0", "192.168.1.127", "Ethernet", 0);
    route_with_metric(host, "192.168.1.0/24", NULL, "Ethernet", 256);
    ask(host, "203.0.113.9");
    answers(host, "192.168.1.68", "Ethernet", "192.168.1.127", "windows4-3");
    drops(host, "192.168.1.14", "windows4-3");
    ask(host, "192.168.1.9"); /* on link the destination is the next hop */
    answers(host, "192.168.1.14", "Ethernet", NULL, "windows4-3");
    selection_host_free(host);
}

static void windows4_4(void **state)
{
    (void)state;
    struct selection_host *host = selection_host_new(MH_DIALECT_WINDOWS);
    (void)device(&host->builder, "Ethernet", MH_KIND_PHYSICAL);
    (void)address(&host->builder, "Ethernet", "10.0.0.1/8");
    (void)address(&host->builder, "Ethernet", "10.1.0.1/8");
    route_with_metric(host, "0.0.0.0/0", "10.128.0.1", "Ethernet", 0);
    ask(host, "10.1.7.7");
    answers(host, "10.1.0.1", "Ethernet", "10.128.0.1", "windows4-4");
    drops(host, "10.0.0.1", "windows4-4");
    ask(host, "203.0.113.9"); /* alike by all four */
    is_indeterminate(host, "every documented rule");
    selection_host_free(host);
}

/* ---- IPv6 rules ------------------------------------------------------------------------------------ */

static struct selection_host *ipv6_host(void)
{
    struct selection_host *host = selection_host_new(MH_DIALECT_WINDOWS);
    (void)device(&host->builder, "Ethernet", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "Wi-Fi", MH_KIND_WIRELESS);
    metrics(host, "Ethernet", ETHERNET_METRIC);
    metrics(host, "Wi-Fi", WIRELESS_METRIC);
    (void)address(&host->builder, "Ethernet", "fe80::1/64");
    (void)address(&host->builder, "Wi-Fi", "fe80::2/64");
    route_with_metric(host, "::/0", "fe80::ff", "Ethernet", 0);
    route_with_metric(host, "fe80::/64", NULL, "Ethernet", 256);
    route_with_metric(host, "fe80::/64", NULL, "Wi-Fi", 256);
    return host;
}

/* `better` wins over `worse`, both on Ethernet, by the rule. */
static void ethernet_wins(const char *better, uint32_t better_flags, const char *worse, uint32_t worse_flags,
                          const char *destination, const char *rule)
{
    struct selection_host *host = ipv6_host();
    char loser[MH_ADDRESS_TEXT_SIZE], winner[MH_ADDRESS_TEXT_SIZE];
    struct mh_interface_address *first = address(&host->builder, "Ethernet", worse);
    first->flags = worse_flags;
    (void)mh_address_format(&first->address, loser);
    struct mh_interface_address *second = address(&host->builder, "Ethernet", better);
    second->flags = better_flags;
    (void)mh_address_format(&second->address, winner);
    ask(host, destination);
    answers(host, winner, "Ethernet", "fe80::ff", rule);
    drops(host, loser, rule);
    selection_host_free(host);
}

static void windows6_bound(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host();
    (void)address(&host->builder, "Wi-Fi", "2001:db8::2/64");
    host->question.source = parse_address("2001:db8::2");
    ask(host, "2001:db8:9::9");
    refuses(host, MH_WAY_UNREACHABLE);
    set(host, "Wi-Fi", MH_IPV6, MH_SETTING_WEAK_HOST_SEND, 1);
    ask(host, "2001:db8:9::9");
    answers(host, "2001:db8::2", "Ethernet", "fe80::ff", NULL);
    drops(host, "fe80::1", "windows6-bound");
    selection_host_free(host);
}

static void windows6_0(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host();
    address(&host->builder, "Ethernet", "2001:db8::2/64")->flags = MH_ADDRESS_SKIP_AS_SOURCE;
    (void)address(&host->builder, "Wi-Fi", "2001:db8::3/64");
    ask(host, "2001:db8:9::9");
    answers(host, "fe80::1", "Ethernet", "fe80::ff", "windows6-0");
    drops(host, "2001:db8::2", "windows6-0");
    drops(host, "2001:db8::3", "windows6-0"); /* Wi-Fi is a strong host */
    drops(host, "fe80::2", "windows6-0");
    selection_host_free(host);
}

static void windows6_1(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host();
    ask(host, "fe80::2");
    answers(host, "fe80::2", "lo0", NULL, "windows6-1");
    drops(host, "fe80::1", "windows6-1");
    selection_host_free(host);
}

static void windows6_2(void **state)
{
    (void)state;
    ethernet_wins("2001:db8::2/64", MH_ADDRESS_DEPRECATED, "fec0::2/64", 0, "2001:db8:9::9", "windows6-2");
    struct selection_host *host = ipv6_host();
    (void)address(&host->builder, "Ethernet", "2001:db8::2/64");
    ask(host, "fe80::77"); /* no zone: the interface with the smallest metric */
    answers(host, "fe80::1", "Ethernet", NULL, "windows6-2");
    host->question.output = named(&host->builder, "Wi-Fi")->index;
    ask(host, "fe80::77");
    answers(host, "fe80::2", "Wi-Fi", NULL, "windows6-0");
    selection_host_free(host);
}

static void windows6_3(void **state)
{
    (void)state;
    ethernet_wins("2a00::2/64", 0, "2001:db8:9::2/64", MH_ADDRESS_DEPRECATED, "2001:db8:9::9", "windows6-3");
}

static void windows6_5(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host();
    (void)address(&host->builder, "Ethernet", "2a00::2/64");
    (void)address(&host->builder, "Wi-Fi", "2001:db8:9::2/64");
    set(host, "Wi-Fi", MH_IPV6, MH_SETTING_WEAK_HOST_SEND, 1);
    ask(host, "2001:db8:9::9");
    answers(host, "2a00::2", "Ethernet", "fe80::ff", "windows6-5");
    drops(host, "2001:db8:9::2", "windows6-5");
    selection_host_free(host);
}

static void windows6_6(void **state)
{
    (void)state;
    ethernet_wins("2002:c633::2/64", 0, "2001:db8::2/64", MH_ADDRESS_TEMPORARY, "2002:1::1", "windows6-6");
}

/* The host's own table goes before the default one, which is named where it had to do. */
static void windows6_6_by_the_hosts_table(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host();
    (void)address(&host->builder, "Ethernet", "2001:db8:9::2/64");
    (void)address(&host->builder, "Ethernet", "2a00:1::2/64");
    ask(host, "2002:1::1");
    answers(host, "2001:db8:9::2", "Ethernet", "fe80::ff", "windows6-8");
    set_label(host, "2a00:1::/32", NULL, 9);
    set_label(host, "2002::/16", NULL, 9);
    set_label(host, "::/0", NULL, 1);
    ask(host, "2002:1::1");
    answers(host, "2a00:1::2", "Ethernet", "fe80::ff", "windows6-6");
    assert_null(strstr(host->selection.rule->text, "not known"));
    drops(host, "2001:db8:9::2", "windows6-6");
    selection_host_free(host);
    host = ipv6_host();
    (void)address(&host->builder, "Ethernet", "2001:db8:9::2/64");
    (void)address(&host->builder, "Ethernet", "2002:c633::2/64");
    ask(host, "2002:1::1");
    answers(host, "2002:c633::2", "Ethernet", "fe80::ff", "windows6-6");
    assert_non_null(strstr(host->selection.rule->text, "policy table of this host is not known"));
    selection_host_free(host);
}

static void windows6_7(void **state)
{
    (void)state;
    ethernet_wins("2a00::2/64", MH_ADDRESS_TEMPORARY, "2001:db8:9::2/64", 0, "2001:db8:9::9", "windows6-7");
}

static void windows6_8a(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host();
    (void)address(&host->builder, "Ethernet", "2001:db8:9::2/64");
    (void)address(&host->builder, "Ethernet", "2001:db8:a::2/64");
    route_with_metric(host, "2001:db8:9::/48", "2001:db8:a::1", "Ethernet", 0);
    ask(host, "2001:db8:9::9");
    answers(host, "2001:db8:a::2", "Ethernet", "2001:db8:a::1", "windows6-8a");
    drops(host, "2001:db8:9::2", "windows6-8a");
    selection_host_free(host);
}

static void windows6_8(void **state)
{
    (void)state;
    ethernet_wins("2001:db8:9::2/64", 0, "2001:db8:a::2/64", 0, "2001:db8:9::9", "windows6-8");
}

static void rules_are_listed(void **state)
{
    (void)state;
    rules_are_whole(MH_DIALECT_WINDOWS, MH_IPV4, "windows4-");
    rules_are_whole(MH_DIALECT_WINDOWS, MH_IPV6, "windows6-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smallest_sum_of_metrics),
        cmocka_unit_test(equal_metrics_are_choices),
        cmocka_unit_test(unknown_metric),
        cmocka_unit_test(routes_without_carrier_are_not_active),
        cmocka_unit_test(windows4_bound),
        cmocka_unit_test(strong_host_without_route),
        cmocka_unit_test(bound_interface),
        cmocka_unit_test(windows4_0),
        cmocka_unit_test(windows4_1),
        cmocka_unit_test(windows4_2),
        cmocka_unit_test(windows4_3),
        cmocka_unit_test(windows4_4),
        cmocka_unit_test(windows6_bound),
        cmocka_unit_test(windows6_0),
        cmocka_unit_test(windows6_1),
        cmocka_unit_test(windows6_2),
        cmocka_unit_test(windows6_3),
        cmocka_unit_test(windows6_5),
        cmocka_unit_test(windows6_6),
        cmocka_unit_test(windows6_6_by_the_hosts_table),
        cmocka_unit_test(windows6_7),
        cmocka_unit_test(windows6_8a),
        cmocka_unit_test(windows6_8),
        cmocka_unit_test(rules_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
