/* The configuration document: every member as its type, refusals with pointer and place, what is asked of it.
 */
#include "unit/configuration.h"

#include "core/config_document.h"

#include <stdlib.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* ---- what is read ---------------------------------------------------------------------------------- */

static struct mh_config *example(void)
{
    char text[MH_TEST_EXAMPLE_SIZE];
    return mh_test_parse(mh_test_example(text));
}

static void example_host(void **state)
{
    (void)state;
    struct mh_config *config = example();
    assert_int_equal(config->intents.send, MH_HOST_MODEL_STRONG);
    assert_int_equal(config->intents.receive, MH_HOST_MODEL_STRONG);
    assert_int_equal(config->intents.arp_reply, MH_ARP_REPLY_INTERFACE);
    assert_int_equal(config->intents.arp_announce, MH_ARP_ANNOUNCE_BEST);
    assert_int_equal(config->intents.arp_filter, MH_SWITCH_OFF);
    assert_int_equal(config->intents.arp_proxy, MH_SWITCH_OFF);
    assert_int_equal(config->intents.reverse_path, MH_REVERSE_PATH_LOOSE);
    assert_false(config->host_wide);
    assert_int_equal(config->sharing, MH_SHARING_FAILOVER);
    assert_int_equal(config->source_routing, MH_SWITCH_ON);
    assert_int_equal(config->monitor_arp, MH_MONITOR_ARP_PASSIVE);
    assert_true(config->monitor_udp);
    struct mh_address listen = mh_test_address("192.0.2.1");
    assert_true(mh_address_equal(&config->health_address, &listen));
    assert_int_equal(config->health_port, 8643);
    mh_config_release(config);
}

static void example_interfaces(void **state)
{
    (void)state;
    struct mh_config *config = example();
    assert_int_equal(config->interface_count, 2);
    const struct mh_config_interface *eth0 = &config->interfaces[0];
    assert_string_equal(eth0->interface, "eth0");
    assert_int_equal(eth0->role, MH_ROLE_AUTO);
    assert_int_equal(eth0->metric, 10);
    assert_int_equal(eth0->ipv4.send, MH_HOST_MODEL_WEAK);
    assert_int_equal(eth0->ipv4.arp_reply, MH_ARP_REPLY_ANY);
    assert_int_equal(eth0->ipv4.arp_announce, MH_ARP_ANNOUNCE_SUBNET);
    assert_int_equal(eth0->ipv4.arp_filter, MH_SWITCH_ON);
    assert_int_equal(eth0->ipv4.reverse_path, MH_REVERSE_PATH_STRICT);
    assert_int_equal(eth0->ipv6.receive, MH_HOST_MODEL_WEAK);
    assert_int_equal(eth0->ipv6.reverse_path, MH_REVERSE_PATH_OFF);
    assert_int_equal(config->interfaces[1].role, MH_ROLE_INTERNAL);
    assert_int_equal(config->interfaces[1].metric, 0);
    mh_config_release(config);
}

static void example_addresses_and_routes(void **state)
{
    (void)state;
    struct mh_config *config = example();
    struct mh_address second = mh_test_address("192.0.2.2"), first = mh_test_address("192.0.2.1");
    assert_int_equal(config->address_count, 1);
    assert_string_equal(config->addresses[0].name, "second");
    assert_string_equal(config->addresses[0].interface, "eth0");
    assert_true(mh_address_equal(&config->addresses[0].address, &second));
    assert_int_equal(config->addresses[0].prefix_length, 24);
    assert_true(config->addresses[0].skip_as_source);
    assert_int_equal(config->route_count, 1);
    assert_string_equal(config->routes[0].name, "corp");
    assert_int_equal(config->routes[0].to.length, 8);
    assert_true(mh_address_equal(&config->routes[0].via, &first));
    assert_true(mh_address_equal(&config->routes[0].source, &second));
    assert_int_equal(config->routes[0].metric, 50);
    mh_config_release(config);
}

static void example_uplinks_and_rules(void **state)
{
    (void)state;
    struct mh_config *config = example();
    assert_int_equal(config->uplink_count, 1);
    const struct mh_config_uplink *isp1 = mh_config_uplink(config, "isp1");
    assert_ptr_equal(isp1, &config->uplinks[0]);
    assert_null(mh_config_uplink(config, "isp2"));
    struct mh_address gateway = mh_test_address("198.51.100.1"), target = mh_test_address("203.0.113.53");
    assert_int_equal(isp1->ipv4.kind, MH_GATEWAY_ADDRESS);
    assert_true(mh_address_equal(&isp1->ipv4.address, &gateway));
    assert_int_equal(isp1->ipv6.kind, MH_GATEWAY_AUTO);
    assert_int_equal(isp1->priority, 1);
    assert_int_equal(isp1->weight, 2);
    assert_int_equal(isp1->probe.target_count, 2);
    assert_true(isp1->probe.targets[0].gateway);
    assert_false(isp1->probe.targets[1].gateway);
    assert_true(mh_address_equal(&isp1->probe.targets[1].address, &target));
    assert_int_equal(isp1->probe.interval, 250);
    assert_int_equal(isp1->probe.fail_after, 3);
    assert_int_equal(isp1->probe.recover_after, 10);
    assert_int_equal(config->rule_count, 1);
    assert_string_equal(config->rules[0].name, "guests");
    assert_int_equal(config->rules[0].from.length, 26);
    assert_int_equal(config->rules[0].uplink, 0);
    assert_int_equal(config->rules[0].priority, 10);
    assert_int_equal(config->source_preference_count, 1);
    assert_int_equal(config->source_preferences[0].to.length, 24);
    assert_int_equal(config->source_preferences[0].source.bytes[3], 7);
    assert_int_equal(config->label_count, 1);
    assert_int_equal(config->labels[0].label, 99);
    assert_int_equal(config->labels[0].prefix.length, 32);
    mh_config_release(config);
}

static void example_groups(void **state)
{
    (void)state;
    struct mh_config *config = example();
    assert_int_equal(config->group_count, 1);
    const struct mh_config_group *group = &config->groups[0];
    assert_string_equal(group->name, "service");
    assert_int_equal(group->interface_count, 2);
    assert_string_equal(group->interfaces[1].interface, "eth1");
    assert_int_equal(group->address_count, 2);
    assert_int_equal(group->addresses[0].prefix_length, 24);
    assert_int_equal(group->addresses[1].address.family, MH_IPV6);
    assert_string_equal(group->prefer, "eth0");
    assert_false(group->move_mac);
    assert_int_equal(group->failback, MH_FAILBACK_AUTO);
    assert_int_equal(group->failback_after, 10000);
    assert_int_equal(group->conflict, MH_CONFLICT_REPORT);
    mh_config_release(config);
}

static void what_is_absent_is_unset(void **state)
{
    (void)state;
    struct mh_config *config = mh_config_empty();
    const struct mh_config nothing = {0};
    assert_memory_equal(&config->intents, &nothing.intents, sizeof nothing.intents);
    assert_int_equal(config->sharing, MH_SHARING_UNSET);
    assert_int_equal(config->source_routing, MH_SWITCH_UNSET);
    assert_int_equal(config->interface_count + config->address_count + config->group_count, 0);
    assert_int_equal(mh_config_unsupported_count(config), 0);
    mh_config_release(config);
}

static void defaults_of_entries(void **state)
{
    (void)state;
    struct mh_config *config = mh_test_parse(
        "{\"uplinks\": {\"a\": {\"interface\": \"x\"}, \"b\": {\"interface\": \"y\", \"probe\": {}}},"
        " \"rules\": {\"r\": {\"from\": \"192.0.2.0/24\", \"uplink\": \"b\"}},"
        " \"groups\": {\"g\": {\"interfaces\": [\"x\"], \"addresses\": [\"192.0.2.1\"]}},"
        " \"health\": {\"listen\": null}}");
    assert_int_equal(config->uplinks[0].priority, 100);
    assert_int_equal(config->uplinks[0].weight, 1);
    assert_int_equal(config->uplinks[0].ipv4.kind, MH_GATEWAY_ABSENT);
    assert_int_equal(config->uplinks[0].probe.target_count, 0);
    assert_int_equal(config->uplinks[1].probe.target_count, 1);
    assert_true(config->uplinks[1].probe.targets[0].gateway);
    assert_int_equal(config->uplinks[1].probe.interval, 1000);
    assert_int_equal(config->rules[0].priority, 20);
    assert_int_equal(config->rules[0].uplink, 1);
    assert_int_equal(config->groups[0].addresses[0].prefix_length, 32);
    assert_string_equal(config->groups[0].prefer, "");
    assert_int_equal(config->groups[0].failback_after, 10000);
    assert_int_equal(config->health_port, 0);
    mh_config_release(config);
}

/* ---- what is asked --------------------------------------------------------------------------------- */

static void roles_by_name_and_mac(void **state)
{
    (void)state;
    struct mh_config *config =
        mh_test_parse("{\"version\": 1, \"interfaces\": {\"mac:02:00:00:00:00:07\": {\"role\": \"external\"},"
                      " \"eth0\": {\"role\": \"internal\"}}}");
    struct mh_interface eth0 = mh_test_interface("eth0", 7), other = mh_test_interface("eth1", 7);
    struct mh_interface third = mh_test_interface("eth2", 8);
    assert_int_equal(mh_config_role(config, &eth0), MH_ROLE_INTERNAL); /* the name goes before the MAC */
    assert_int_equal(mh_config_role(config, &other), MH_ROLE_EXTERNAL);
    assert_int_equal(mh_config_role(config, &third), MH_ROLE_AUTO);
    assert_true(mh_config_selects("mac:02-00-00-00-00-08", &third));
    assert_false(mh_config_selects("mac:02:00:00:00:00", &third));
    struct mh_interface windows = {.name = "Ethernet", .guid = "{6B29FC40-CA47-1067-B31D-00DD010662DA}"};
    assert_true(mh_config_selects("{6b29fc40-ca47-1067-b31d-00dd010662da}", &windows));
    assert_false(mh_config_selects("{6B29FC40-CA47-1067-B31D-00DD010662DB}", &windows));
    assert_false(mh_config_selects("{6B29FC40", &windows));
    assert_false(mh_config_selects("{6B29FC40-CA47-1067-B31D-00DD010662DA}", &third));
    mh_config_release(config);
}

static void intents_of_an_interface(void **state)
{
    (void)state;
    struct mh_config *config = mh_test_parse(
        "{\"host_model\": {\"send\": \"strong\"}, \"arp\": {\"reply\": \"subnet\", \"filter\": true},"
        " \"interfaces\": {\"eth0\": {\"ipv4\": {\"host_model\": {\"send\": \"weak\"},"
        " \"arp\": {\"filter\": false}}}}}");
    struct mh_interface eth0 = mh_test_interface("eth0", 1), eth1 = mh_test_interface("eth1", 2);
    struct mh_intents intents = mh_config_intents(config, &eth0, MH_ROLE_EXTERNAL, MH_IPV4);
    assert_int_equal(intents.send, MH_HOST_MODEL_WEAK);
    assert_int_equal(intents.arp_reply, MH_ARP_REPLY_SUBNET);
    assert_int_equal(intents.arp_filter, MH_SWITCH_OFF);
    intents = mh_config_intents(config, &eth0, MH_ROLE_EXTERNAL, MH_IPV6);
    assert_int_equal(intents.send, MH_HOST_MODEL_STRONG);
    assert_int_equal(intents.arp_reply, MH_ARP_REPLY_UNSET); /* IPv6 has no ARP */
    intents = mh_config_intents(config, &eth0, MH_ROLE_INTERNAL, MH_IPV4);
    assert_int_equal(intents.send, MH_HOST_MODEL_WEAK);
    assert_int_equal(intents.arp_reply, MH_ARP_REPLY_UNSET); /* the host's values are for external ones */
    intents = mh_config_intents(config, &eth1, MH_ROLE_EXTERNAL, MH_IPV4);
    assert_int_equal(intents.send, MH_HOST_MODEL_STRONG);
    mh_config_release(config);
}

static void unsupported_members_are_listed(void **state)
{
    (void)state;
    struct mh_config *config = mh_test_parse(
        "{\"version\": 1, \"interfaces\": {\"a/b\": {\"role\": \"internal\", \"metric\": 3}, \"c\": {}},"
        " \"addresses\": {\"s\": {\"interface\": \"a/b\", \"address\": \"192.0.2.1/24\", \"skip_as_source\": "
        "true}},"
        " \"groups\": {}, \"monitor\": {\"udp\": true}, \"arp\": {\"reply\": \"any\"}}");
    assert_int_equal(mh_config_unsupported_count(config), 2);
    assert_string_equal(mh_config_unsupported(config, 0), "/groups");
    assert_string_equal(mh_config_unsupported(config, 1), "/monitor");
    mh_config_release(config);
}

static void pointers_of_entries(void **state)
{
    char pointer[MH_CONFIG_POINTER_SIZE], long_name[MH_NAME_SIZE];
    (void)state;
    assert_string_equal(mh_config_pointer("interfaces", "a/~b", pointer), "/interfaces/a~1~0b");
    memset(long_name, '/', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_int_equal(strlen(mh_config_pointer("interfaces", long_name, pointer)), 12 + 2 * 255);
}

/* ---- what is refused ------------------------------------------------------------------------------- */

static void refusals_name_place_and_value(void **state)
{
    static const struct mh_test_refused rows[] = {
        {"{\n  \"verson\": 1\n}", "/verson", "unknown member", "", 2, 3},
        {"{\"version\": 2}", "/version", "newer version", "2", 1, 13},
        {"{\"more\": 1, \"version\": 2}", "/version", "newer version", "2", 1, 24},
        {"{\"version\": 0}", "/version", "unknown version", "0", 1, 13},
        {"{\"version\": \"1\"}", "/version", "wrong type", "\"1\"", 1, 13},
        {"{\"interfaces\": []}", "/interfaces", "wrong type", "[]", 1, 16},
        {"{\"interfaces\":\n {\"a/b\": {\"role\":\n   \"outside\"}}}", "/interfaces/a~1b/role",
         "unknown value", "\"outside\"", 3, 4},
        {"{\"interfaces\": {\"luid:0x\": {}}}", "/interfaces/luid:0x", "not a name", "", 1, 17},
        {"{\"interfaces\": {\"index:-1\": {}}}", "/interfaces/index:-1", "not a name", "", 1, 17},
        {"{\"interfaces\": {\"mac:zz\": {}}}", "/interfaces/mac:zz", "not a name", "", 1, 17},
        {"{\"interfaces\": {\"eth0\": 5}}", "/interfaces/eth0", "wrong type", "5", 1, 25},
        {"[]", "", "wrong type", "[]", 1, 1},
        {"{\"source_routing\": 1}", "/source_routing", "wrong type", "1", 1, 20},
        {"{\"reverse_path\": \"\"}", "/reverse_path", "unknown value", "\"\"", 1, 18},
        {"{\"reverse_path\": null}", "/reverse_path", "wrong type", "null", 1, 18},
        {"{\"interfaces\": {\"eth0\": {\"ipv6\": {\"arp\": {}}}}}", "/interfaces/eth0/ipv6/arp",
         "unknown member", "", 1, 35},
        {"{\"interfaces\": {\"eth0\": {\"metric\": 0}}}", "/interfaces/eth0/metric", "out of range", "0", 0,
         0},
        {"{\"interfaces\": {\"eth0\": {\"metric\": 4294967296}}}", "/interfaces/eth0/metric", "out of range",
         "4294967296", 0, 0},
        {"{\"interfaces\": {\"eth0\": {\"metric\": 1.0}}}", "/interfaces/eth0/metric", "wrong type", "1.0", 0,
         0},
    };
    (void)state;
    mh_test_refusals(rows, COUNT(rows));
}

static void refusals_of_entries(void **state)
{
    static const struct mh_test_refused rows[] = {
        {"{\"addresses\": {\"a\": {\"address\": \"192.0.2.1/24\"}}}", "/addresses/a", "missing member", "", 1,
         16},
        {"{\"addresses\": {\"a b\": {}}}", "/addresses/a b", "not a name", "", 1, 16},
        {"{\"addresses\": {\"\": {}}}", "/addresses/", "not a name", "", 1, 16},
        {"{\"addresses\": {\"a\": {\"interface\": \"\", \"address\": \"192.0.2.1\"}}}",
         "/addresses/a/interface", "not an interface's name", "\"\"", 0, 0},
        {"{\"addresses\": {\"a\": {\"interface\": \"e\", \"address\": \"192.0.2\"}}}", "/addresses/a/address",
         "not a host's address", "\"192.0.2\"", 0, 0},
        {"{\"addresses\": {\"a\": {\"interface\": \"e\", \"address\": \"224.0.0.1/24\"}}}",
         "/addresses/a/address", "not a host's address", NULL, 0, 0},
        {"{\"addresses\": {\"a\": {\"interface\": \"e\", \"address\": \"192.0.2.1/33\"}}}",
         "/addresses/a/address", "not a host's address", NULL, 0, 0},
        {"{\"routes\": {\"a\": {\"to\": \"10.0.0.1/8\", \"interface\": \"e\"}}}", "/routes/a/to",
         "bits beyond the prefix are set", NULL, 0, 0},
        {"{\"routes\": {\"a\": {\"to\": \"default\", \"interface\": \"e\"}}}", "/routes/a/to", "not a prefix",
         NULL, 0, 0},
        {"{\"uplinks\": {\"a\": {\"interface\": \"e\", \"gateway\": {\"ipv4\": \"198.51.100\"}}}}",
         "/uplinks/a/gateway/ipv4", "not a gateway", "\"198.51.100\"", 0, 0},
        {"{\"uplinks\": {\"a\": {\"interface\": \"e\", \"gateway\": {\"ipv4\": \"2001:db8::1\"}}}}",
         "/uplinks/a/gateway/ipv4", "an address of the other family", NULL, 0, 0},
        {"{\"uplinks\": {\"a\": {\"interface\": \"e\", \"weight\": 257}}}", "/uplinks/a/weight",
         "out of range", "257", 0, 0},
        {"{\"uplinks\": {\"a\": {\"interface\": \"e\", \"probe\": {\"interval\": \"250\"}}}}",
         "/uplinks/a/probe/interval", "not a duration", NULL, 0, 0},
        {"{\"uplinks\": {\"a\": {\"interface\": \"e\", \"probe\": {\"interval\": \"49ms\"}}}}",
         "/uplinks/a/probe/interval", "out of range", NULL, 0, 0},
        {"{\"uplinks\": {\"a\": {\"interface\": \"e\", \"probe\": {\"targets\": []}}}}",
         "/uplinks/a/probe/targets", "empty list", "[]", 0, 0},
        {"{\"uplinks\": {\"a\": {\"interface\": \"e\", \"probe\": {\"targets\": [\"gateway\", 5]}}}}",
         "/uplinks/a/probe/targets/1", "wrong type", "5", 0, 0},
        {"{\"address_policy\": {\"labels\": {\"192.0.2.0/24\": 5}}}", "/address_policy/labels/192.0.2.0~124",
         "not an IPv6 prefix", "", 0, 0},
        {"{\"address_policy\": {\"labels\": {\"2001:db8::/32\": -1}}}",
         "/address_policy/labels/2001:db8::~132", "out of range", "-1", 0, 0},
        {"{\"health\": {\"listen\": \"192.0.2.1\"}}", "/health/listen", "not an address with a port", NULL, 0,
         0},
        {"{\"groups\": {\"g\": {\"interfaces\": [\"a\"]}}}", "/groups/g", "missing member", "", 0, 0},
    };
    (void)state;
    mh_test_refusals(rows, COUNT(rows));
}

static void syntax_errors_have_a_place(void **state)
{
    (void)state;
    struct mh_config_problem problem = mh_test_refusal("{\n \"version\": 1,\n}");
    assert_int_equal(problem.kind, MH_CONFIG_SYNTAX);
    assert_int_equal(problem.line, 3);
    assert_int_equal(problem.column, 1);
    problem = mh_test_refusal("");
    assert_int_equal(problem.line, 1);
    assert_int_equal(problem.column, 1);
}

static void duplicate_names_have_pointer_and_place(void **state)
{
    static const struct mh_test_refused rows[] = {
        {"{\"version\": 1,\n  \"version\": 1}", "/version", "the name is there twice", "", 2, 3},
        {"{\"interfaces\": {\"a/b\": {}, \"c\": {\"role\": \"auto\"},\n\"a\\/b\": {}}}", "/interfaces/a~1b",
         "the name is there twice", "", 2, 1},
        {"{\"x\": [{}, {\"y\": {\"z\": 1,\n \"z\" : 2}}]}", "/x/1/y/z", "the name is there twice", "", 2, 2},
    };
    (void)state;
    mh_test_refusals(rows, COUNT(rows));
    assert_int_equal(mh_test_refusal(rows[0].text).kind, MH_CONFIG_SYNTAX);
}

static void every_truncation_is_refused(void **state)
{
    char text[MH_TEST_EXAMPLE_SIZE];
    (void)state;
    size_t end = strlen(mh_test_example(text)) - 1; /* the line end may be missing */
    for (size_t length = 0; length < end; length++) {
        struct mh_config_problem problem;
        char *exact = malloc(length + 1);
        assert_non_null(exact);
        memcpy(exact, text, length);
        assert_null(mh_config_parse(exact, length, &problem));
        assert_int_equal(problem.kind, MH_CONFIG_SYNTAX);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_host),
        cmocka_unit_test(example_interfaces),
        cmocka_unit_test(example_addresses_and_routes),
        cmocka_unit_test(example_uplinks_and_rules),
        cmocka_unit_test(example_groups),
        cmocka_unit_test(what_is_absent_is_unset),
        cmocka_unit_test(defaults_of_entries),
        cmocka_unit_test(roles_by_name_and_mac),
        cmocka_unit_test(intents_of_an_interface),
        cmocka_unit_test(unsupported_members_are_listed),
        cmocka_unit_test(pointers_of_entries),
        cmocka_unit_test(refusals_name_place_and_value),
        cmocka_unit_test(refusals_of_entries),
        cmocka_unit_test(syntax_errors_have_a_place),
        cmocka_unit_test(duplicate_names_have_pointer_and_place),
        cmocka_unit_test(every_truncation_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
