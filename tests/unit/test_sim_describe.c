/* Ops in the words of each simulated system, and lists of ops. */
#include "test_sim.h"

#include "platform.h"

static struct mh_address address_of(const char *text)
{
    struct mh_address address;
    assert_true(mh_address_parse(text, strlen(text), &address));
    return address;
}

static struct mh_op address_op(enum mh_op_kind kind, uint32_t interface, const char *address, uint32_t flags)
{
    return (struct mh_op){.kind = kind,
                          .of.address = {.interface = interface,
                                         .address = address_of(address),
                                         .prefix_length = 24,
                                         .flags = flags,
                                         .valid_lifetime = MH_LIFETIME_FOREVER,
                                         .preferred_lifetime = MH_LIFETIME_FOREVER}};
}

static struct mh_op route_op(enum mh_op_kind kind, const struct mh_next_hop *hop)
{
    const struct mh_address ten = address_of("10.0.0.0");
    return (struct mh_op){.kind = kind,
                          .of.route = {.destination = mh_prefix_of(&ten, 8),
                                       .metric = 100,
                                       .type = MH_ROUTE_UNICAST,
                                       .next_hop_count = 1,
                                       .next_hops = hop}};
}

static struct mh_op setting_op(uint32_t interface, enum mh_setting_id id, int32_t value)
{
    return (struct mh_op){.kind = MH_OP_SETTING_SET, .of.setting = {interface, value, MH_IPV4, (uint8_t)id}};
}

struct expected {
    const char *add_address, *delete_address, *flags, *add_route, *replace_route, *forwarding, *link;
};

static void expect(const struct sim_test *test, const struct mh_op *op, const char *expected)
{
    struct mh_snapshot snapshot;
    char text[MH_DESCRIPTION_SIZE];
    mh_host_snapshot(test->host, &snapshot);
    assert_ptr_equal(mh_platform_describe(test->platform, &snapshot, op, text, sizeof text), text);
    assert_string_equal(text, expected);
    mh_snapshot_clear(&snapshot);
}

static void expect_all(const char *example, const char *name, uint32_t setting_interface,
                       const struct expected *expected)
{
    struct sim_test test;
    sim_test_open_example(&test, example);
    uint32_t interface = sim_test_index(&test, name);
    const struct mh_next_hop hop = {
        .gateway = address_of("192.0.2.254"), .interface = interface, .weight = 1};
    struct mh_op op = address_op(MH_OP_ADDRESS_ADD, interface, "192.0.2.9", 0);
    expect(&test, &op, expected->add_address);
    op = address_op(MH_OP_ADDRESS_DELETE, interface, "192.0.2.9", 0);
    expect(&test, &op, expected->delete_address);
    op = address_op(MH_OP_ADDRESS_FLAGS, interface, "2001:db8::9", MH_ADDRESS_DEPRECATED);
    expect(&test, &op, expected->flags);
    op = route_op(MH_OP_ROUTE_ADD, &hop);
    expect(&test, &op, expected->add_route);
    op = route_op(MH_OP_ROUTE_REPLACE, &hop);
    expect(&test, &op, expected->replace_route);
    op = setting_op(setting_interface != 0 ? interface : MH_SETTING_ALL, MH_SETTING_FORWARDING, 1);
    expect(&test, &op, expected->forwarding);
    op = (struct mh_op){.kind = MH_OP_LINK_ADDRESS_SET, .of.link = {interface, 6, {2, 0, 0, 0, 0, 1}}};
    expect(&test, &op, expected->link);
    sim_test_close(&test);
}

static void each_system_has_its_words(void **state)
{
    (void)state;
    expect_all("freebsd", "em0", 0,
               &(struct expected){"ifconfig em0 inet 192.0.2.9/24 alias",
                                  "ifconfig em0 inet 192.0.2.9 -alias",
                                  "ifconfig em0 inet6 2001:db8::9/24 deprecated",
                                  "route add -inet 10.0.0.0/8 192.0.2.254 -ifp em0",
                                  "route change -inet 10.0.0.0/8 192.0.2.254 -ifp em0",
                                  "sysctl net.inet.ip.forwarding=1", "ifconfig em0 ether 02:00:00:00:00:01"});
    expect_all(
        "openbsd", "em0", 0,
        &(struct expected){"ifconfig em0 inet 192.0.2.9/24 alias", "ifconfig em0 inet 192.0.2.9 -alias",
                           "ifconfig em0 inet6 2001:db8::9/24 pltime 0",
                           "route add -inet 10.0.0.0/8 192.0.2.254 -ifp em0 -priority 100",
                           "route change -inet 10.0.0.0/8 192.0.2.254 -ifp em0 -priority 100",
                           "sysctl net.inet.ip.forwarding=1", "ifconfig em0 lladdr 02:00:00:00:00:01"});
    expect_all(
        "windows", "Ethernet", 1,
        &(struct expected){
            "netsh interface ipv4 add address name=\"Ethernet\" address=192.0.2.9/24 store=active",
            "netsh interface ipv4 delete address name=\"Ethernet\" address=192.0.2.9 store=active",
            "netsh interface ipv6 set address interface=\"Ethernet\" address=2001:db8::9 skipassource=false "
            "store=active",
            "netsh interface ipv4 add route interface=\"Ethernet\" prefix=10.0.0.0/8 nexthop=192.0.2.254 "
            "metric=100 store=active",
            "netsh interface ipv4 set route interface=\"Ethernet\" prefix=10.0.0.0/8 nexthop=192.0.2.254 "
            "metric=100 store=active",
            "netsh interface ipv4 set interface interface=\"Ethernet\" forwarding=enabled store=active",
            "# there is no command for link-address-set"});
}

/* What is done beside the usual is in the words too. */
static void words_of_bsds_leave_nothing_out(void **state)
{
    (void)state;
    struct sim_test test;
    sim_test_open_example(&test, "freebsd");
    uint32_t interface = sim_test_index(&test, "em0");
    const struct mh_next_hop hops[] = {
        {.gateway = address_of("192.0.2.254"), .weight = 1},
        {.gateway = address_of("192.0.2.253"), .interface = interface, .weight = 3}};
    struct mh_op op = route_op(MH_OP_ROUTE_ADD, hops);
    op.of.route.protocol = 157;
    op.of.route.table = 2;
    op.of.route.next_hop_count = 2;
    op.of.route.preferred_source = address_of("192.0.2.1");
    expect(&test, &op,
           "route add -inet 10.0.0.0/8 192.0.2.254 -proto2 -ifa 192.0.2.1 -fib 2 && "
           "route add -inet 10.0.0.0/8 192.0.2.253 -ifp em0 -proto2 -weight 3 -ifa 192.0.2.1 -fib 2");
    op.kind = MH_OP_ROUTE_DELETE;
    op.of.route.next_hop_count = 1;
    expect(&test, &op, "route delete -inet 10.0.0.0/8 192.0.2.254 -fib 2");
    op = address_op(MH_OP_ADDRESS_ADD, interface, "2001:db8::9", 0);
    op.of.address.preferred_lifetime = 600;
    op.of.address.valid_lifetime = 1200;
    expect(&test, &op, "ifconfig em0 inet6 2001:db8::9/24 alias pltime 600 vltime 1200");
    op = address_op(MH_OP_ADDRESS_ADD, interface, "192.0.2.9", 0);
    op.of.address.broadcast = address_of("192.0.2.255");
    expect(&test, &op, "ifconfig em0 inet 192.0.2.9/24 broadcast 192.0.2.255 alias");
    const struct mh_address prefix = address_of("2001:db8::");
    op = (struct mh_op){.kind = MH_OP_LABEL_ADD,
                        .of.label = {.prefix = mh_prefix_of(&prefix, 32), .label = 9}};
    expect(&test, &op, "ip6addrctl add 2001:db8::/32 PRECEDENCE 9 # that of the row which covers it");
    op.of.label.precedence = 30;
    expect(&test, &op, "ip6addrctl add 2001:db8::/32 30 9");
    op.kind = MH_OP_LABEL_DELETE;
    expect(&test, &op, "ip6addrctl delete 2001:db8::/32");
    sim_test_close(&test);
}

static void linux_has_the_words_of_linux(void **state)
{
    (void)state;
    struct sim_test test;
    char text[16];
    sim_test_open_example(&test, "simple-multihoming");
    const struct mh_op op = address_op(MH_OP_ADDRESS_ADD, sim_test_index(&test, "eth0"), "192.0.2.9", 0);
    expect(&test, &op, "ip address add 192.0.2.9/24 dev eth0");
    assert_string_equal(mh_platform_describe(test.platform, NULL, &op, text, sizeof text), "# the command f");
    sim_test_close(&test);
}

static void a_list_ends_at_the_first_failure(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_failure failure = {0};
    size_t applied = 77;
    sim_test_open_example(&test, "simple-multihoming");
    uint32_t interface = sim_test_index(&test, "eth0");
    const struct mh_op ops[] = {address_op(MH_OP_ADDRESS_ADD, interface, "10.0.0.1", 0),
                                address_op(MH_OP_ADDRESS_ADD, interface, "10.0.0.1", 0),
                                address_op(MH_OP_ADDRESS_ADD, interface, "10.0.0.2", 0)};
    assert_int_equal(mh_platform_apply_all(test.platform, ops, 3, &applied, &failure), MH_EXISTS);
    assert_int_equal(applied, 1);
    assert_string_equal(failure.native_name, "EEXIST");
    assert_int_equal(mh_platform_apply_all(test.platform, ops + 2, 1, &applied, &failure), MH_OK);
    assert_int_equal(applied, 1);
    assert_int_equal(mh_platform_apply_all(test.platform, ops, 0, &applied, &failure), MH_OK);
    assert_int_equal(applied, 0);
    sim_test_close(&test);
}

/* What another protocol made is not replaced. */
static void only_own_routes_are_replaced(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_failure failure = {0};
    sim_test_open_example(&test, "simple-multihoming");
    const struct mh_next_hop hop = {.interface = sim_test_index(&test, "eth0"), .weight = 1};
    struct mh_op op = route_op(MH_OP_ROUTE_ADD, &hop);
    op.of.route.table = 254;
    op.of.route.protocol = 4;
    assert_int_equal(mh_platform_apply(test.platform, &op, &failure), MH_OK);
    op.kind = MH_OP_ROUTE_REPLACE;
    assert_int_equal(mh_platform_apply(test.platform, &op, &failure), MH_OK);
    op.of.route.protocol = 157;
    assert_int_equal(mh_platform_apply(test.platform, &op, &failure), MH_CONFLICT);
    assert_string_equal(failure.detail, "the route to 10.0.0.0/8 is another program's (protocol static)");
    sim_test_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_system_has_its_words),    cmocka_unit_test(words_of_bsds_leave_nothing_out),
        cmocka_unit_test(linux_has_the_words_of_linux), cmocka_unit_test(a_list_ends_at_the_first_failure),
        cmocka_unit_test(only_own_routes_are_replaced),
    };
    return cmocka_run_group_tests_name("sim_describe", tests, NULL, NULL);
}
