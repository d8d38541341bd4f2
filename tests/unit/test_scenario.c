#include "host_builder.h"

#include "core/text.h"

/* A host, its report, and the report as text: a line for each scenario. */
struct fixture {
    struct host_builder host;
    struct mh_scenario_report *report;
    char *text;
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state == NULL;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    mh_scenario_report_free(fixture->report);
    free(fixture->text);
    builder_clear(&fixture->host);
    free(fixture);
    return 0;
}

static void describe(struct mh_text *text, const struct mh_snapshot *snapshot,
                     const struct mh_scenario *scenario)
{
    char words[MH_PREFIX_TEXT_SIZE];
    mh_text_add(text, mh_scenario_kind_name(scenario->kind));
    if (scenario->layout != MH_LAYOUT_NONE)
        mh_text_format(text, " %s", mh_scenario_layout_name(scenario->layout));
    if (scenario->subnet.address.family != MH_FAMILY_NONE)
        mh_text_format(text, " %s", mh_prefix_format(&scenario->subnet, words));
    if (scenario->domain != 0)
        mh_text_format(text, " @%s", mh_snapshot_interface_name(snapshot, scenario->domain));
    for (size_t i = 0; i < scenario->member_count; i++)
        mh_text_format(text, "%s%s %s", i == 0 ? ": " : ", ",
                       mh_snapshot_interface_name(snapshot, scenario->members[i].interface),
                       mh_address_format(&scenario->members[i].address, words));
    mh_text_add(text, "\n");
}

static const struct mh_scenario_list *list_of(const struct fixture *fixture, enum mh_family family)
{
    return family == MH_IPV4 ? &fixture->report->ipv4 : &fixture->report->ipv6;
}

static void assess(struct fixture *fixture)
{
    build(&fixture->host);
    mh_scenario_report_free(fixture->report);
    fixture->report = mh_scenario_assess(&fixture->host.snapshot, fixture->host.routes, &fixture->host.roles);
    assert_non_null(fixture->report);
}

/* Assesses and compares; `multihomed` must be what the kinds say. */
static void expect(struct fixture *fixture, enum mh_family family, const char *expected)
{
    struct mh_text text = {0};
    assess(fixture);
    const struct mh_scenario_list *list = list_of(fixture, family);
    for (size_t i = 0; i < list->count; i++)
        describe(&text, &fixture->host.snapshot, &list->items[i]);
    free(fixture->text);
    fixture->text = mh_text_take(&text);
    assert_string_equal(fixture->text, expected);
    assert_int_equal(list->multihomed, strstr(expected, "multi") != NULL);
}

static bool says(const struct fixture *fixture, enum mh_family family, const char *words)
{
    const struct mh_scenario_list *list = list_of(fixture, family);
    for (size_t i = 0; i < list->count; i++)
        for (size_t j = 0; j < list->items[i].evidence_count; j++)
            if (strstr(list->items[i].evidence[j], words) != NULL)
                return true;
    return false;
}

static void expect_evidence(const struct fixture *fixture, enum mh_family family, const char *sentence)
{
    const struct mh_scenario_list *list = list_of(fixture, family);
    for (size_t i = 0; i < list->count; i++)
        for (size_t j = 0; j < list->items[i].evidence_count; j++)
            if (strcmp(list->items[i].evidence[j], sentence) == 0)
                return;
    for (size_t i = 0; i < list->count; i++)
        for (size_t j = 0; j < list->items[i].evidence_count; j++)
            print_error("said: %s\n", list->items[i].evidence[j]);
    fail_msg("not said: %s", sentence);
}

/* eth0 .. eth(count-1), physical, beside lo. */
static struct host_builder *host_with(void **state, int count)
{
    struct fixture *fixture = *state;
    device(&fixture->host, "lo", MH_KIND_LOOPBACK);
    address(&fixture->host, "lo", "127.0.0.1/8");
    address(&fixture->host, "lo", "::1/128");
    for (int i = 0; i < count; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "eth%d", i);
        device(&fixture->host, name, MH_KIND_PHYSICAL);
    }
    return &fixture->host;
}

/* ---- the kinds ------------------------------------------------------------------------------------- */

static void no_address_at_all(void **state)
{
    expect(*state, MH_IPV4, "single-homed\n");
    expect_evidence(*state, MH_IPV4, "no IPv4 address counts: there is none");
    host_with(state, 1);
    expect(*state, MH_IPV4, "single-homed\n");
    expect_evidence(*state, MH_IPV4, "no IPv4 address counts; loopback addresses never do");
    expect(*state, MH_IPV6, "single-homed\n");
    expect_evidence(*state, MH_IPV6, "no IPv6 address counts; loopback and link-local addresses never do");
}

static void one_address(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.0.2.1/24");
    expect(*state, MH_IPV4, "single-homed: eth0 192.0.2.1\n");
    expect_evidence(*state, MH_IPV4, "192.0.2.1 on eth0 is the only address that counts");
}

static void one_interface_two_subnets(void **state)
{
    struct host_builder *host = host_with(state, 1);
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth0", "198.51.100.1/24");
    expect(*state, MH_IPV4, "multiple-logical-networks: eth0 192.0.2.1, eth0 198.51.100.1\n");
    expect_evidence(*state, MH_IPV4, "eth0 has addresses in 2 subnets: 192.0.2.0/24 and 198.51.100.0/24");
}

static void two_addresses_of_one_subnet_on_one_interface(void **state)
{
    struct host_builder *host = host_with(state, 1);
    address(host, "eth0", "192.0.2.2/24")->flags = MH_ADDRESS_SECONDARY;
    address(host, "eth0", "192.0.2.1/24");
    expect(*state, MH_IPV4,
           "multiple-logical-hosts same-interface 192.0.2.0/24: eth0 192.0.2.1, eth0 192.0.2.2\n");
    expect_evidence(*state, MH_IPV4, "192.0.2.1 and 192.0.2.2 on eth0 are in one subnet, 192.0.2.0/24");
}

static void two_addresses_of_one_subnet_on_two_interfaces(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth1", "192.0.2.3/24");
    expect(*state, MH_IPV4,
           "multiple-logical-hosts different-interfaces 192.0.2.0/24: eth0 192.0.2.1, eth1 192.0.2.3\n");
    expect_evidence(*state, MH_IPV4,
                    "192.0.2.1 on eth0 and 192.0.2.3 on eth1 are in one subnet, 192.0.2.0/24");
    expect_evidence(*state, MH_IPV4,
                    "eth0 and eth1 are taken to be on one link: both have addresses in 192.0.2.0/24");
}

static void two_interfaces_in_two_subnets(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth1", "198.51.100.1/24");
    expect(*state, MH_IPV4, "simple-multihoming: eth0 192.0.2.1, eth1 198.51.100.1\n");
    expect_evidence(
        *state, MH_IPV4,
        "eth0 and eth1 are on 2 separate links: they share no subnet, and nothing seen here connects them");
}

static void combinations(void **state)
{
    struct host_builder *host = host_with(state, 3);
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth1", "192.0.2.3/24");
    address(host, "eth1", "10.0.0.1/8");
    address(host, "eth2", "198.51.100.1/24");
    address(host, "eth2", "198.51.100.2/24");
    expect(*state, MH_IPV4,
           "multiple-logical-networks: eth0 192.0.2.1, eth1 10.0.0.1, eth1 192.0.2.3\n"
           "multiple-logical-hosts different-interfaces 192.0.2.0/24: eth0 192.0.2.1, eth1 192.0.2.3\n"
           "multiple-logical-hosts same-interface 198.51.100.0/24: eth2 198.51.100.1, eth2 198.51.100.2\n"
           "simple-multihoming: eth0 192.0.2.1, eth1 10.0.0.1, eth1 192.0.2.3, eth2 198.51.100.1, eth2 "
           "198.51.100.2\n");
    expect_evidence(*state, MH_IPV4,
                    "the link of eth0 and eth1 carries 2 subnets: 10.0.0.0/8 and 192.0.2.0/24");
    expect_evidence(
        *state, MH_IPV4,
        "eth0 and eth2 are on 2 separate links: they share no subnet, and nothing seen here connects them");
}

/* ---- what counts ----------------------------------------------------------------------------------- */

static void an_address_on_loopback_does_not_count(void **state)
{
    struct host_builder *host = host_with(state, 1);
    address(host, "lo", "198.51.100.7/32");
    address(host, "eth0", "192.0.2.1/24");
    expect(*state, MH_IPV4, "single-homed: eth0 192.0.2.1\n");
    expect_evidence(*state, MH_IPV4, "lo is internal: the loopback interface; 198.51.100.7 does not count");
    assert_false(says(*state, MH_IPV4, "127.0.0.1"));
}

static void loopback_addresses_count_nowhere(void **state)
{
    struct host_builder *host = host_with(state, 1);
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth0", "127.1.2.3/8");
    expect(*state, MH_IPV4, "single-homed: eth0 192.0.2.1\n");
}

static void bridges_of_containers_and_virtual_machines(void **state)
{
    struct host_builder *host = host_with(state, 1);
    device(host, "docker0", MH_KIND_BRIDGE);
    device(host, "virbr0", MH_KIND_BRIDGE);
    device(host, "veth12ab", MH_KIND_VETH)->lower_is_elsewhere = true;
    device(host, "vnet0", MH_KIND_TAP);
    enslave(host, "veth12ab", "docker0");
    enslave(host, "vnet0", "virbr0");
    address(host, "eth0", "192.0.2.1/24");
    address(host, "docker0", "172.17.0.1/16");
    address(host, "virbr0", "192.168.122.1/24");
    expect(*state, MH_IPV4, "single-homed: eth0 192.0.2.1\n");
    expect_evidence(*state, MH_IPV4,
                    "docker0 is internal: a bridge without a physical port; 172.17.0.1 does not count");
    expect_evidence(*state, MH_IPV4,
                    "virbr0 is internal: a bridge without a physical port; 192.168.122.1 does not count");
}

static void ports_leave_the_address_to_their_master(void **state)
{
    struct host_builder *host = host_with(state, 4);
    device(host, "bond0", MH_KIND_BOND);
    device(host, "br0", MH_KIND_BRIDGE);
    enslave(host, "eth0", "bond0");
    enslave(host, "eth1", "bond0");
    enslave(host, "eth2", "br0");
    address(host, "bond0", "192.0.2.1/24");
    address(host, "eth0", "203.0.113.9/24");
    expect(*state, MH_IPV4, "single-homed: bond0 192.0.2.1\n");
    expect_evidence(*state, MH_IPV4, "eth0 is a port of bond0; 203.0.113.9 does not count");
    address(host, "br0", "198.51.100.1/24");
    expect(*state, MH_IPV4, "simple-multihoming: bond0 192.0.2.1, br0 198.51.100.1\n");
}

static void without_carrier_nothing_changes(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth1", "198.51.100.1/24");
    named(host, "eth1")->carrier = false;
    expect(*state, MH_IPV4, "simple-multihoming: eth0 192.0.2.1, eth1 198.51.100.1\n");
}

static void administratively_down_does_not_count(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth1", "198.51.100.1/24");
    address(host, "eth1", "198.51.100.2/24");
    named(host, "eth1")->up = false;
    expect(*state, MH_IPV4, "single-homed: eth0 192.0.2.1\n");
    expect_evidence(*state, MH_IPV4,
                    "eth1 is administratively down; 198.51.100.1 and 198.51.100.2 do not count");
}

static void flags_of_addresses(void **state)
{
    struct host_builder *host = host_with(state, 1);
    address(host, "eth0", "2001:db8:1::1/64")->flags = MH_ADDRESS_DEPRECATED;
    address(host, "eth0", "2001:db8:2::1/64")->flags = MH_ADDRESS_TENTATIVE;
    address(host, "eth0", "2001:db8:3::1/64")->flags = MH_ADDRESS_TENTATIVE | MH_ADDRESS_OPTIMISTIC;
    address(host, "eth0", "2001:db8:4::1/64")->flags = MH_ADDRESS_DUPLICATE | MH_ADDRESS_TENTATIVE;
    address(host, "eth0", "2001:db8:5::1/64")->flags = MH_ADDRESS_TEMPORARY;
    address(host, "eth0", "2001:db8:6::1/64")->flags = MH_ADDRESS_SKIP_AS_SOURCE | MH_ADDRESS_DYNAMIC;
    expect(*state, MH_IPV6,
           "multiple-logical-networks: eth0 2001:db8:1::1, eth0 2001:db8:3::1, eth0 2001:db8:6::1\n");
    expect_evidence(*state, MH_IPV6, "2001:db8:2::1 on eth0 is tentative and does not count yet");
    expect_evidence(*state, MH_IPV6,
                    "2001:db8:4::1 on eth0 is in use by another host (duplicate address detection failed) "
                    "and does not count");
    expect_evidence(*state, MH_IPV6, "2001:db8:5::1 on eth0 is a temporary address and does not count");
}

static void addresses_that_name_no_host(void **state)
{
    struct host_builder *host = host_with(state, 1);
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth0", "0.0.0.0/8");
    address(host, "eth0", "224.0.0.5/4");
    expect(*state, MH_IPV4, "single-homed: eth0 192.0.2.1\n");
    expect_evidence(*state, MH_IPV4,
                    "0.0.0.0 and 224.0.0.5 on eth0 are not unicast addresses and do not count");
}

static void ipv6_link_local_and_temporary_do_not_count(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "fe80::1/64");
    address(host, "eth1", "fe80::2/64");
    expect(*state, MH_IPV6, "single-homed\n");
    address(host, "eth0", "2001:db8:1::1/64");
    address(host, "eth0", "2001:db8:1::abcd/64")->flags = MH_ADDRESS_TEMPORARY;
    address(host, "eth0", "2001:db8:1::beef/64")->flags = MH_ADDRESS_TEMPORARY | MH_ADDRESS_DEPRECATED;
    expect(*state, MH_IPV6, "single-homed: eth0 2001:db8:1::1\n");
    expect_evidence(*state, MH_IPV6,
                    "2001:db8:1::abcd and 2001:db8:1::beef on eth0 are temporary addresses and do not count");
}

static void ipv6_with_several_global_addresses(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "2001:db8:1::1/64");
    address(host, "eth0", "2001:db8:1::2/64");
    address(host, "eth0", "fd00:1::1/64");
    address(host, "eth1", "2001:db8:9::1/64");
    expect(
        *state, MH_IPV6,
        "multiple-logical-networks: eth0 2001:db8:1::1, eth0 2001:db8:1::2, eth0 fd00:1::1\n"
        "multiple-logical-hosts same-interface 2001:db8:1::/64: eth0 2001:db8:1::1, eth0 2001:db8:1::2\n"
        "simple-multihoming: eth0 2001:db8:1::1, eth0 2001:db8:1::2, eth0 fd00:1::1, eth1 2001:db8:9::1\n");
    expect(*state, MH_IPV4, "single-homed\n");
}

static void ipv4_link_local_counts_but_joins_nothing(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "169.254.1.1/16");
    expect(*state, MH_IPV4, "single-homed: eth0 169.254.1.1\n");
    address(host, "eth1", "169.254.9.9/16");
    expect(*state, MH_IPV4, "simple-multihoming: eth0 169.254.1.1, eth1 169.254.9.9\n");
}

static void configured_roles(void **state)
{
    struct host_builder *host = host_with(state, 2);
    device(host, "wg0", MH_KIND_WIREGUARD);
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth1", "198.51.100.1/24");
    address(host, "wg0", "10.9.0.1/24");
    override(host, "eth1", MH_ROLE_INTERNAL);
    override(host, "wg0", MH_ROLE_EXTERNAL);
    expect(*state, MH_IPV4, "simple-multihoming: eth0 192.0.2.1, wg0 10.9.0.1\n");
    expect_evidence(*state, MH_IPV4,
                    "eth1 is internal: the configuration says so; 198.51.100.1 does not count");
}

static void an_address_counts_once_on_an_interface(void **state)
{
    struct host_builder *host = host_with(state, 1);
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth0", "192.0.2.1/25");
    expect(*state, MH_IPV4, "single-homed: eth0 192.0.2.1\n");
    assert_int_equal(((struct fixture *)*state)->report->ipv4.items[0].members[0].subnet.length, 24);
}

/* ---- subnets --------------------------------------------------------------------------------------- */

static void point_to_point(void **state)
{
    struct host_builder *host = host_with(state, 1);
    device(host, "ppp0", MH_KIND_PPP)->point_to_point = true;
    device(host, "ppp1", MH_KIND_PPP)->point_to_point = true;
    address(host, "ppp0", "203.0.113.5/32")->peer = parse_address("203.0.113.1");
    expect(*state, MH_IPV4, "single-homed: ppp0 203.0.113.5\n");
    /* Two sessions with one concentrator are two links all the same. */
    address(host, "ppp1", "203.0.113.77/32")->peer = parse_address("203.0.113.1");
    expect(*state, MH_IPV4, "simple-multihoming: ppp0 203.0.113.5, ppp1 203.0.113.77\n");
    const struct mh_scenario *scenario = &((struct fixture *)*state)->report->ipv4.items[0];
    char words[MH_PREFIX_TEXT_SIZE];
    assert_string_equal(mh_prefix_format(&scenario->members[0].subnet, words), "203.0.113.1/32");
}

static void point_to_point_interfaces_share_no_link(void **state)
{
    struct host_builder *host = host_with(state, 0);
    device(host, "ppp0", MH_KIND_PPP);
    device(host, "tun0", MH_KIND_TUN)->point_to_point = true;
    device(host, "tun1", MH_KIND_TUN)->point_to_point = true;
    override(host, "tun0", MH_ROLE_EXTERNAL);
    override(host, "tun1", MH_ROLE_EXTERNAL);
    address(host, "ppp0", "10.8.0.2/24");
    address(host, "tun0", "10.8.0.3/24");
    address(host, "tun1", "10.8.0.4/24")->peer = parse_address("10.8.0.1");
    expect(*state, MH_IPV4, "simple-multihoming: ppp0 10.8.0.2, tun0 10.8.0.3, tun1 10.8.0.4\n");
}

static void a_31_is_a_subnet_of_two(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.0.2.0/31");
    address(host, "eth1", "192.0.2.2/31");
    expect(*state, MH_IPV4, "simple-multihoming: eth0 192.0.2.0, eth1 192.0.2.2\n");
    address(host, "eth0", "192.0.2.1/31");
    expect(*state, MH_IPV4,
           "multiple-logical-hosts same-interface 192.0.2.0/31: eth0 192.0.2.0, eth0 192.0.2.1\n"
           "simple-multihoming: eth0 192.0.2.0, eth0 192.0.2.1, eth1 192.0.2.2\n");
}

static void a_32_belongs_to_the_prefix_of_another_address(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.0.2.9/32");
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth0", "192.0.0.1/16");
    expect(*state, MH_IPV4,
           "multiple-logical-networks: eth0 192.0.0.1, eth0 192.0.2.1, eth0 192.0.2.9\n"
           "multiple-logical-hosts same-interface 192.0.2.0/24: eth0 192.0.2.1, eth0 192.0.2.9\n");
    expect_evidence(*state, MH_IPV4,
                    "192.0.2.9/32 on eth0 belongs to 192.0.2.0/24, the prefix of another address on eth0");
}

static void a_32_does_not_belong_to_a_prefix_of_another_interface(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.0.2.9/32");
    address(host, "eth1", "192.0.2.1/24");
    expect(*state, MH_IPV4, "simple-multihoming: eth0 192.0.2.9, eth1 192.0.2.1\n");
}

static void one_32_on_two_interfaces_shows_no_link(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.0.2.9/32");
    address(host, "eth1", "192.0.2.9/32");
    expect(*state, MH_IPV4, "simple-multihoming: eth0 192.0.2.9, eth1 192.0.2.9\n");
}

static void a_128_from_dhcp_belongs_to_the_advertised_64(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "2001:db8:1::42/128");
    address(host, "eth1", "2001:db8:1::43/128");
    route(host, 254, "2001:db8:1::/64", NULL, "eth0", 256);
    expect(*state, MH_IPV6, "simple-multihoming: eth0 2001:db8:1::42, eth1 2001:db8:1::43\n");
    expect_evidence(
        *state, MH_IPV6,
        "2001:db8:1::42/128 on eth0 belongs to 2001:db8:1::/64, which a route says is on the link of eth0");
    /* The same prefix by the other interface, behind the first in the row: one link. */
    route(host, 254, "2001:db8:1::/64", NULL, "eth1", 512);
    expect(*state, MH_IPV6,
           "multiple-logical-hosts different-interfaces 2001:db8:1::/64: eth0 2001:db8:1::42, eth1 "
           "2001:db8:1::43\n");
}

static void only_on_link_routes_make_subnets(void **state)
{
    struct host_builder *host = host_with(state, 1);
    address(host, "eth0", "10.128.0.2/32");
    address(host, "eth0", "10.128.7.7/32");
    route(host, 254, "10.128.0.0/16", "10.128.0.1", "eth0", 100);
    route(host, 254, "0.0.0.0/0", NULL, "eth0", 100);
    expect(*state, MH_IPV4, "multiple-logical-networks: eth0 10.128.0.2, eth0 10.128.7.7\n");
    /* A wider one in another table, hidden in main by the route through the gateway. */
    route(host, 5201, "10.0.0.0/8", NULL, "eth0", 0);
    expect(*state, MH_IPV4,
           "multiple-logical-hosts same-interface 10.0.0.0/8: eth0 10.128.0.2, eth0 10.128.7.7\n");
    route(host, 254, "10.128.0.0/17", NULL, "eth0", 0);
    expect(*state, MH_IPV4,
           "multiple-logical-hosts same-interface 10.128.0.0/17: eth0 10.128.0.2, eth0 10.128.7.7\n");
}

/* ---- links ----------------------------------------------------------------------------------------- */

static void vlans_are_links_of_their_own(void **state)
{
    struct host_builder *host = host_with(state, 1);
    device(host, "eth0.10", MH_KIND_VLAN);
    stack(host, "eth0.10", "eth0");
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth0.10", "198.51.100.1/24");
    expect(*state, MH_IPV4, "simple-multihoming: eth0 192.0.2.1, eth0.10 198.51.100.1\n");
}

static void a_macvlan_is_on_the_link_below(void **state)
{
    struct host_builder *host = host_with(state, 1);
    device(host, "mac0", MH_KIND_MACVLAN);
    stack(host, "mac0", "eth0");
    address(host, "eth0", "192.0.2.1/24");
    address(host, "mac0", "198.51.100.1/24");
    expect(*state, MH_IPV4, "multiple-logical-networks: eth0 192.0.2.1, mac0 198.51.100.1\n");
    expect_evidence(*state, MH_IPV4, "eth0 and mac0 are on one link: mac0 is a macvlan on eth0");
    expect_evidence(*state, MH_IPV4,
                    "the link of eth0 and mac0 carries 2 subnets: 192.0.2.0/24 and 198.51.100.0/24");
}

static void a_veth_into_a_bridge_is_on_its_link(void **state)
{
    struct host_builder *host = host_with(state, 1);
    device(host, "br0", MH_KIND_BRIDGE);
    device(host, "v0", MH_KIND_VETH);
    device(host, "v1", MH_KIND_VETH);
    device(host, "vnet0", MH_KIND_TAP);
    pair(host, "v0", "v1");
    enslave(host, "eth0", "br0");
    enslave(host, "v1", "br0");
    enslave(host, "vnet0", "br0");
    address(host, "br0", "192.0.2.1/24");
    address(host, "v0", "198.51.100.1/24");
    expect(*state, MH_IPV4, "multiple-logical-networks: br0 192.0.2.1, v0 198.51.100.1\n");
    expect_evidence(*state, MH_IPV4, "br0 and v1 are on one link: v1 is a port of br0");
    expect_evidence(*state, MH_IPV4, "v1 and v0 are on one link: they are the two ends of a veth pair");
    /* Ports that lead to no address are not worth a word. */
    assert_false(says(*state, MH_IPV4, "vnet0"));
    assert_false(says(*state, MH_IPV4, "eth0 is a port"));
}

static void two_providers_with_the_same_numbers(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.168.1.10/24");
    address(host, "eth1", "192.168.1.20/24");
    address(host, "eth0", "2001:db8:a::1/64");
    address(host, "eth1", "2001:db8:b::1/64");
    route(host, 254, "0.0.0.0/0", "192.168.1.1", "eth0", 100);
    route(host, 5201, "0.0.0.0/0", "192.168.1.1", "eth1", 100);
    const char *grouped =
        "multiple-logical-hosts different-interfaces 192.168.1.0/24: eth0 192.168.1.10, eth1 192.168.1.20\n";
    expect(*state, MH_IPV4, grouped);
    /* One link, as far as is known, and so for IPv6 too. */
    expect(*state, MH_IPV6, "multiple-logical-networks: eth0 2001:db8:a::1, eth1 2001:db8:b::1\n");
    neighbor(host, "eth0", "192.168.1.1", 0xaa);
    neighbor(host, "eth1", "192.168.1.1", 0xaa);
    expect(*state, MH_IPV4, grouped);
    assert_false(says(*state, MH_IPV4, "MAC"));
    host->neighbors[1].hardware_address[5] = 0xbb;
    expect(*state, MH_IPV4, grouped);
    expect_evidence(*state, MH_IPV4,
                    "the gateways 192.168.1.1 on eth0 and eth1 have different MACs (02:00:00:00:01:aa and "
                    "02:00:00:00:01:bb): these may be two networks that use the same numbers");
    expect(*state, MH_IPV6, "simple-multihoming: eth0 2001:db8:a::1, eth1 2001:db8:b::1\n");
    host->neighbors[1].state = MH_NEIGHBOR_FAILED;
    expect(*state, MH_IPV6, "multiple-logical-networks: eth0 2001:db8:a::1, eth1 2001:db8:b::1\n");
}

static void two_routers_on_one_network(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.168.1.10/24");
    address(host, "eth1", "192.168.1.20/24");
    route(host, 254, "0.0.0.0/0", "192.168.1.1", "eth0", 100);
    route(host, 254, "0.0.0.0/0", "192.168.1.2", "eth1", 200);
    neighbor(host, "eth0", "192.168.1.1", 0xaa);
    neighbor(host, "eth1", "192.168.1.2", 0xbb);
    assess(*state);
    expect_evidence(*state, MH_IPV4,
                    "the gateways 192.168.1.1 on eth0 and 192.168.1.2 on eth1 have different MACs "
                    "(02:00:00:00:01:aa and 02:00:00:00:01:bb): two routers on one network, or two networks "
                    "that use the same numbers");
    /* The first router answers on the other interface too: one network. */
    neighbor(host, "eth1", "192.168.1.1", 0xaa);
    assess(*state);
    assert_false(says(*state, MH_IPV4, "different MACs"));
}

static void three_interfaces_of_which_two_agree(void **state)
{
    struct host_builder *host = host_with(state, 3);
    static const char *const names[] = {"eth0", "eth1", "eth2"};
    static const char *const ipv4[] = {"192.168.1.10/24", "192.168.1.11/24", "192.168.1.12/24"};
    static const char *const ipv6[] = {"2001:db8:a::1/64", "2001:db8:b::1/64", "2001:db8:c::1/64"};
    for (int i = 0; i < 3; i++) {
        address(host, names[i], ipv4[i]);
        address(host, names[i], ipv6[i]);
        route(host, (uint32_t)(5200 + i), "0.0.0.0/0", "192.168.1.1", names[i], 0);
        neighbor(host, names[i], "192.168.1.1", i == 1 ? 0xbb : 0xaa);
    }
    expect(*state, MH_IPV6,
           "multiple-logical-networks: eth0 2001:db8:a::1, eth2 2001:db8:c::1\n"
           "simple-multihoming: eth0 2001:db8:a::1, eth1 2001:db8:b::1, eth2 2001:db8:c::1\n");
    expect(*state, MH_IPV4,
           "multiple-logical-hosts different-interfaces 192.168.1.0/24: eth0 192.168.1.10, eth1 "
           "192.168.1.11, eth2 192.168.1.12\n");
}

static void the_same_gateway_mac_is_a_hint_only(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth1", "198.51.100.1/24");
    route(host, 254, "0.0.0.0/0", "192.0.2.254", "eth0", 100);
    route(host, 254, "0.0.0.0/0", "198.51.100.254", "eth1", 200);
    neighbor(host, "eth0", "192.0.2.254", 0xaa);
    neighbor(host, "eth1", "198.51.100.254", 0xaa);
    expect(*state, MH_IPV4, "simple-multihoming: eth0 192.0.2.1, eth1 198.51.100.1\n");
    expect_evidence(*state, MH_IPV4,
                    "the gateways 192.0.2.254 on eth0 and 198.51.100.254 on eth1 have the same MAC "
                    "(02:00:00:00:01:aa), which alone does not make them one link: routers use a MAC on "
                    "several networks");
}

static void one_family_shows_the_link_of_the_other(void **state)
{
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth1", "198.51.100.1/24");
    address(host, "eth0", "2001:db8:1::1/64");
    address(host, "eth1", "2001:db8:1::2/64");
    expect(*state, MH_IPV4, "multiple-logical-networks: eth0 192.0.2.1, eth1 198.51.100.1\n");
    expect_evidence(*state, MH_IPV4,
                    "eth0 and eth1 are taken to be on one link: both have addresses in 2001:db8:1::/64");
}

/* ---- domains --------------------------------------------------------------------------------------- */

static void put_into_domain(struct host_builder *host, const char *interface, const char *vrf)
{
    enslave(host, interface, vrf);
    named(host, interface)->domain = named(host, vrf)->index;
}

static void domains_are_assessed_apart(void **state)
{
    struct host_builder *host = host_with(state, 3);
    device(host, "blue", MH_KIND_VRF);
    put_into_domain(host, "eth1", "blue");
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth1", "192.0.2.1/24");
    address(host, "blue", "127.0.0.1/8");
    expect(*state, MH_IPV4,
           "single-homed: eth0 192.0.2.1\n"
           "single-homed @blue: eth1 192.0.2.1\n");
    put_into_domain(host, "eth2", "blue");
    address(host, "eth2", "198.51.100.1/24");
    expect(*state, MH_IPV4,
           "single-homed: eth0 192.0.2.1\n"
           "simple-multihoming @blue: eth1 192.0.2.1, eth2 198.51.100.1\n");
}

static void one_domain_shows_no_links_of_another(void **state)
{
    struct host_builder *host = host_with(state, 3);
    device(host, "blue", MH_KIND_VRF);
    put_into_domain(host, "eth2", "blue");
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth1", "198.51.100.1/24");
    address(host, "eth2", "192.0.2.1/24");
    address(host, "eth2", "198.51.100.1/24");
    expect(*state, MH_IPV4,
           "simple-multihoming: eth0 192.0.2.1, eth1 198.51.100.1\n"
           "multiple-logical-networks @blue: eth2 192.0.2.1, eth2 198.51.100.1\n");
}

static void a_domain_without_addresses_is_not_listed_but_told_of(void **state)
{
    struct host_builder *host = host_with(state, 1);
    device(host, "blue", MH_KIND_VRF);
    put_into_domain(host, "eth0", "blue");
    address(host, "eth0", "192.0.2.1/24");
    device(host, "dummy0", MH_KIND_DUMMY);
    address(host, "dummy0", "203.0.113.1/24");
    expect(*state, MH_IPV4, "single-homed @blue: eth0 192.0.2.1\n");
    expect_evidence(*state, MH_IPV4,
                    "dummy0 is internal: a dummy interface, which leads nowhere; 203.0.113.1 does not count");
}

/* ---- properties ------------------------------------------------------------------------------------ */

static uint64_t random_below(uint64_t *random, uint64_t limit)
{
    return mh_test_random(random) % limit;
}

static void random_address(struct host_builder *host, const char *interface, uint64_t *random)
{
    static const char *const lengths[] = {"24", "24", "24", "32", "31", "16"};
    static const uint32_t flags[] = {
        0, 0, 0, 0, 0, MH_ADDRESS_TENTATIVE, MH_ADDRESS_TEMPORARY, MH_ADDRESS_DEPRECATED};
    char text[64];
    if (random_below(random, 2) == 0)
        (void)snprintf(text, sizeof text, "10.0.%u.%u/%s", (unsigned)random_below(random, 4),
                       (unsigned)random_below(random, 200), lengths[random_below(random, 6)]);
    else
        (void)snprintf(text, sizeof text, "2001:db8:0:%x::%x/%s", (unsigned)random_below(random, 4),
                       (unsigned)random_below(random, 200), random_below(random, 4) == 0 ? "128" : "64");
    address(host, interface, text)->flags = flags[random_below(random, 8)];
}

static void random_host(struct host_builder *host, uint64_t *random)
{
    static const enum mh_kind kinds[] = {MH_KIND_PHYSICAL, MH_KIND_PHYSICAL, MH_KIND_BRIDGE, MH_KIND_VLAN,
                                         MH_KIND_MACVLAN,  MH_KIND_VETH,     MH_KIND_BOND,   MH_KIND_DUMMY,
                                         MH_KIND_TAP,      MH_KIND_VRF};
    uint32_t count = 1 + (uint32_t)random_below(random, 10);
    for (uint32_t i = 0; i < count; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "if%u", i);
        struct mh_interface *interface =
            device(host, name, kinds[random_below(random, sizeof kinds / sizeof kinds[0])]);
        interface->up = random_below(random, 6) != 0;
        interface->carrier = random_below(random, 3) != 0;
        interface->master = random_below(random, 5) == 0 ? 1 + (uint32_t)random_below(random, count) : 0;
        interface->lower = 1 + (uint32_t)random_below(random, count);
        interface->domain = random_below(random, 6) == 0 ? 1 : 0;
        for (uint64_t left = random_below(random, 5); left > 0; left--)
            random_address(host, name, random);
    }
    for (size_t i = 0; i < count; i++)
        if (random_below(random, 2) == 0) {
            route(host, 254, "0.0.0.0/0", "10.0.0.254", host->interfaces[i].name, (uint32_t)i);
            neighbor(host, host->interfaces[i].name, "10.0.0.254", (uint8_t)random_below(random, 2));
        }
}

/* The report without what depends on the numbers of interfaces: its lines in alphabetical order. */
static int compare_lines(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static char *line_of(const struct mh_snapshot *snapshot, const struct mh_scenario *scenario)
{
    struct mh_text text = {0};
    char words[MH_PREFIX_TEXT_SIZE];
    char **members = calloc(scenario->member_count + 1, sizeof *members);
    for (size_t i = 0; i < scenario->member_count; i++) {
        struct mh_text member = {0};
        const struct mh_scenario_member *at = &scenario->members[i];
        mh_text_format(&member, " %s %s", mh_snapshot_interface_name(snapshot, at->interface),
                       mh_address_format(&at->address, words));
        mh_text_format(&member, " in %s", mh_prefix_format(&at->subnet, words));
        members[i] = mh_text_take(&member);
    }
    qsort(members, scenario->member_count, sizeof *members, compare_lines);
    mh_text_format(&text, "%s %d %s", mh_scenario_kind_name(scenario->kind), (int)scenario->layout,
                   mh_snapshot_interface_name(snapshot, scenario->domain));
    for (size_t i = 0; i < scenario->member_count; i++) {
        mh_text_add(&text, members[i]);
        free(members[i]);
    }
    free(members);
    return mh_text_take(&text);
}

static char *essence(struct host_builder *host)
{
    build(host);
    struct mh_scenario_report *report = mh_scenario_assess(&host->snapshot, host->routes, NULL);
    assert_non_null(report);
    size_t count = 0;
    char **lines = calloc(report->ipv4.count + report->ipv6.count, sizeof *lines);
    for (size_t i = 0; i < report->ipv4.count; i++)
        lines[count++] = line_of(&host->snapshot, &report->ipv4.items[i]);
    for (size_t i = 0; i < report->ipv6.count; i++)
        lines[count++] = line_of(&host->snapshot, &report->ipv6.items[i]);
    qsort(lines, count, sizeof *lines, compare_lines);
    struct mh_text text = {0};
    for (size_t i = 0; i < count; i++) {
        mh_text_format(&text, "%s\n", lines[i]);
        free(lines[i]);
    }
    free(lines);
    mh_scenario_report_free(report);
    return mh_text_take(&text);
}

static void expect_same_essence(struct host_builder *a, struct host_builder *b)
{
    char *of_a = essence(a), *of_b = essence(b);
    assert_string_equal(of_a, of_b);
    free(of_a);
    free(of_b);
}

/* Gives every interface another number, upside down. */
static void renumber(struct host_builder *host)
{
    uint32_t top = (uint32_t)host->interface_count + 1;
    for (size_t i = 0; i < host->interface_count; i++) {
        struct mh_interface *at = &host->interfaces[i];
        at->index = top - at->index;
        at->lower = at->lower == 0 ? 0 : top - at->lower;
        at->master = at->master == 0 ? 0 : top - at->master;
        at->domain = at->domain == 0 ? 0 : top - at->domain;
    }
    for (size_t i = 0; i < host->address_count; i++)
        host->addresses[i].interface = top - host->addresses[i].interface;
    for (size_t i = 0; i < host->neighbor_count; i++)
        host->neighbors[i].interface = top - host->neighbors[i].interface;
}

enum { RANDOM_HOSTS = 400 };

static void random_hosts_in_another_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= RANDOM_HOSTS; seed++) {
        struct host_builder a = {0}, b = {0};
        uint64_t random_a = seed, random_b = seed;
        random_host(&a, &random_a);
        random_host(&b, &random_b);
        /* Which gateway is met first may differ with the numbers, so leave the neighbours out. */
        a.neighbor_count = b.neighbor_count = 0;
        mh_route_table_free(a.routes);
        mh_route_table_free(b.routes);
        a.routes = b.routes = NULL;
        renumber(&b);
        expect_same_essence(&a, &b);
        builder_clear(&a);
        builder_clear(&b);
    }
}

static void random_hosts_without_carrier(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= RANDOM_HOSTS; seed++) {
        struct host_builder host = {0};
        uint64_t random = seed;
        random_host(&host, &random);
        build(&host);
        struct mh_scenario_report *before = mh_scenario_assess(&host.snapshot, host.routes, NULL);
        for (size_t i = 0; i < host.interface_count; i++)
            host.interfaces[i].carrier = false;
        build(&host);
        struct mh_scenario_report *after = mh_scenario_assess(&host.snapshot, host.routes, NULL);
        assert_true(mh_scenario_report_equal(before, after));
        mh_scenario_report_free(before);
        mh_scenario_report_free(after);
        builder_clear(&host);
    }
}

static void random_hosts_with_an_internal_interface_more(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= RANDOM_HOSTS; seed++) {
        struct host_builder a = {0}, b = {0};
        uint64_t random_a = seed, random_b = seed;
        random_host(&a, &random_a);
        random_host(&b, &random_b);
        /* One that nothing stands on yet: the number is new. */
        device(&b, "docker0", MH_KIND_BRIDGE);
        for (int i = 0; i < 3; i++)
            random_address(&b, "docker0", &random_b);
        expect_same_essence(&a, &b);
        builder_clear(&a);
        builder_clear(&b);
    }
}

/* What holds for every report, whatever the host. */
static void random_hosts_keep_the_invariants(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= RANDOM_HOSTS; seed++) {
        struct host_builder host = {0};
        uint64_t random = seed;
        random_host(&host, &random);
        build(&host);
        struct mh_scenario_report *report = mh_scenario_assess(&host.snapshot, host.routes, NULL);
        for (int family = 0; family < 2; family++) {
            const struct mh_scenario_list *list = family == 0 ? &report->ipv4 : &report->ipv6;
            assert_true(list->count > 0);
            for (size_t i = 0; i < list->count; i++) {
                const struct mh_scenario *at = &list->items[i];
                assert_true(at->kind == MH_SINGLE_HOMED ? at->member_count <= 1 : at->member_count >= 2);
                assert_true(at->evidence_count > 0);
                assert_int_equal(at->layout != MH_LAYOUT_NONE, at->kind == MH_MULTIPLE_LOGICAL_HOSTS);
                for (size_t j = 0; j < at->member_count; j++) {
                    const struct mh_scenario_member *member = &at->members[j];
                    const struct mh_interface *interface =
                        mh_snapshot_interface(&host.snapshot, member->interface);
                    assert_true(interface->up && interface->domain == at->domain);
                    assert_int_equal(mh_role_of(&host.snapshot, interface, NULL).role, MH_ROLE_EXTERNAL);
                    assert_true(mh_prefix_contains(&member->subnet, &member->address));
                    if (at->kind == MH_MULTIPLE_LOGICAL_HOSTS)
                        assert_true(mh_prefix_equal(&member->subnet, &at->subnet));
                }
            }
        }
        mh_scenario_report_free(report);
        builder_clear(&host);
    }
}

static void reports_are_compared_by_what_they_say(void **state)
{
    struct fixture *fixture = *state;
    struct host_builder *host = host_with(state, 2);
    address(host, "eth0", "192.0.2.1/24");
    address(host, "eth1", "192.0.2.3/24");
    assess(fixture);
    struct mh_scenario_report *before = fixture->report;
    fixture->report = NULL;
    device(host, "dummy0", MH_KIND_DUMMY);
    address(host, "dummy0", "203.0.113.1/24");
    assess(fixture);
    assert_true(mh_scenario_report_equal(before, fixture->report));
    address(host, "eth0", "192.0.2.5/24");
    assess(fixture);
    assert_false(mh_scenario_report_equal(before, fixture->report));
    mh_scenario_report_free(before);
    mh_scenario_report_free(NULL);
}

static void ten_thousand_addresses(void **state)
{
    struct host_builder *host = host_with(state, 10);
    for (unsigned i = 0; i < 10000; i++) {
        char name[16], text[32];
        (void)snprintf(name, sizeof name, "eth%u", i % 10);
        (void)snprintf(text, sizeof text, "10.%u.%u.%u/%s", i % 10, i / 250, 1 + i % 250,
                       i < 10 ? "16" : "32");
        address(host, name, text);
    }
    assess(*state);
    const struct mh_scenario_list *list = list_of(*state, MH_IPV4);
    assert_int_equal(list->count, 11);
    assert_int_equal(list->items[10].kind, MH_SIMPLE_MULTIHOMING);
    assert_int_equal(list->items[10].member_count, 10000);
    assert_true(list->items[10].evidence_count < 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_address_at_all),
        TEST(one_address),
        TEST(one_interface_two_subnets),
        TEST(two_addresses_of_one_subnet_on_one_interface),
        TEST(two_addresses_of_one_subnet_on_two_interfaces),
        TEST(two_interfaces_in_two_subnets),
        TEST(combinations),
        TEST(an_address_on_loopback_does_not_count),
        TEST(loopback_addresses_count_nowhere),
        TEST(bridges_of_containers_and_virtual_machines),
        TEST(ports_leave_the_address_to_their_master),
        TEST(without_carrier_nothing_changes),
        TEST(administratively_down_does_not_count),
        TEST(flags_of_addresses),
        TEST(addresses_that_name_no_host),
        TEST(ipv6_link_local_and_temporary_do_not_count),
        TEST(ipv6_with_several_global_addresses),
        TEST(ipv4_link_local_counts_but_joins_nothing),
        TEST(configured_roles),
        TEST(an_address_counts_once_on_an_interface),
        TEST(point_to_point),
        TEST(point_to_point_interfaces_share_no_link),
        TEST(a_31_is_a_subnet_of_two),
        TEST(a_32_belongs_to_the_prefix_of_another_address),
        TEST(a_32_does_not_belong_to_a_prefix_of_another_interface),
        TEST(one_32_on_two_interfaces_shows_no_link),
        TEST(a_128_from_dhcp_belongs_to_the_advertised_64),
        TEST(only_on_link_routes_make_subnets),
        TEST(vlans_are_links_of_their_own),
        TEST(a_macvlan_is_on_the_link_below),
        TEST(a_veth_into_a_bridge_is_on_its_link),
        TEST(two_providers_with_the_same_numbers),
        TEST(two_routers_on_one_network),
        TEST(three_interfaces_of_which_two_agree),
        TEST(the_same_gateway_mac_is_a_hint_only),
        TEST(one_family_shows_the_link_of_the_other),
        TEST(domains_are_assessed_apart),
        TEST(one_domain_shows_no_links_of_another),
        TEST(a_domain_without_addresses_is_not_listed_but_told_of),
        TEST(random_hosts_in_another_order),
        TEST(random_hosts_without_carrier),
        TEST(random_hosts_with_an_internal_interface_more),
        TEST(random_hosts_keep_the_invariants),
        TEST(reports_are_compared_by_what_they_say),
        TEST(ten_thousand_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
