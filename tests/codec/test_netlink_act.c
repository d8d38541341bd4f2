/* Ops on the running kernel, in network namespaces of its own: what the kernel does not see to by itself.
 * (What ops do otherwise is compared with ip and the simulator by tests/lab/test_act.py.) Skipped, with the
 * reason, where no namespace can be made. */
#define _GNU_SOURCE
#include "linux/act_rule.h"
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { OURS = 157, STATIC = 4, TABLE = 5201 };

/* ---- the namespace --------------------------------------------------------------------------------- */

static void write_text(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text, strlen(text)) < 0)
        print_message("cannot write %s: %s\n", path, strerror(errno));
    (void)close(file);
}

static bool make_namespace(void)
{
    char map[64];
    (void)snprintf(map, sizeof map, "0 %u 1", geteuid());
    if (unshare(CLONE_NEWNET) == 0)
        return true;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return false;
    write_text("/proc/self/setgroups", "deny");
    write_text("/proc/self/uid_map", map);
    return true;
}

static bool run(const char *command)
{
    int status = system(command);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Whether the command writes exactly this. */
static void expect_output(const char *command, const char *expected)
{
    char text[2048] = "";
    FILE *in = popen(command, "r");
    assert_non_null(in);
    size_t length = fread(text, 1, sizeof text - 1, in);
    text[length] = '\0';
    (void)pclose(in);
    assert_string_equal(text, expected);
}

struct fixture {
    struct mh_platform *platform;
    uint32_t interface;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    *state = NULL;
    if (!make_namespace() || !run("ip link add name eth.1 type veth peer name peer && ip link set lo up && "
                                  "ip link set eth.1 addrgenmode none up && ip link set peer up && "
                                  "ip address add 192.0.2.1/24 dev eth.1 && "
                                  "ip address add 2001:db8::1/64 dev eth.1 nodad"))
        return 0;
    fixture.interface = if_nametoindex("eth.1");
    *state = &fixture;
    return mh_platform_open("linux", &fixture.platform, NULL) == MH_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    if (*state != NULL)
        mh_platform_close(((struct fixture *)*state)->platform);
    return 0;
}

/* The test's namespace. */
static struct fixture *need(void **state)
{
    if (*state == NULL) {
        print_message("skipped: no namespace with a veth pair can be made here\n");
        skip();
    }
    return *state;
}

/* ---- ops ------------------------------------------------------------------------------------------- */

static struct mh_address address_of(const char *text)
{
    struct mh_address address = {0};
    assert_true(mh_address_parse(text, strlen(text), &address));
    return address;
}

static struct mh_prefix prefix_of(const char *text)
{
    struct mh_prefix prefix;
    assert_true(mh_prefix_parse(text, strlen(text), &prefix));
    return prefix;
}

static struct mh_op rule_op(enum mh_op_kind kind, const char *from, const char *to)
{
    struct mh_op op = {.kind = kind,
                       .of.rule = {.priority = 5260,
                                   .table = TABLE,
                                   .family = MH_IPV4,
                                   .protocol = OURS,
                                   .owner = MH_OWNER_MULTIHOMED,
                                   .from = prefix_of(from),
                                   .suppress_prefix_length = -1,
                                   .suppress_interface_group = -1}};
    if (to != NULL)
        op.of.rule.to = prefix_of(to);
    return op;
}

static struct mh_op route_op(enum mh_op_kind kind, const char *destination, const struct mh_next_hop *hop)
{
    return (struct mh_op){.kind = kind,
                          .of.route = {.destination = prefix_of(destination),
                                       .table = TABLE,
                                       .metric = 100,
                                       .protocol = OURS,
                                       .type = MH_ROUTE_UNICAST,
                                       .next_hop_count = 1,
                                       .next_hops = hop}};
}

static struct mh_op address_op(const struct fixture *fixture, enum mh_op_kind kind, const char *address,
                               uint8_t length)
{
    return (struct mh_op){.kind = kind,
                          .of.address = {.interface = fixture->interface,
                                         .address = address_of(address),
                                         .prefix_length = length,
                                         .valid_lifetime = MH_LIFETIME_FOREVER,
                                         .preferred_lifetime = MH_LIFETIME_FOREVER,
                                         .owner = MH_OWNER_MULTIHOMED}};
}

static void expect(const struct fixture *fixture, const struct mh_op *op, enum mh_error expected,
                   const char *native)
{
    struct mh_failure failure = {0};
    enum mh_error code = mh_platform_apply(fixture->platform, op, &failure);
    if (code != expected)
        fail_msg("%s: %s (%s)", mh_op_word(op->kind), mh_error_word(code), failure.detail);
    assert_int_equal(failure.code, expected);
    assert_string_equal(failure.native_name, native);
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static void a_rule_is_deleted_and_no_other(void **state)
{
    const struct fixture *fixture = need(state);
    const struct mh_op narrow = rule_op(MH_OP_RULE_ADD, "192.0.2.1/32", "10.0.0.0/8");
    const struct mh_op wide = rule_op(MH_OP_RULE_DELETE, "192.0.2.1/32", NULL);
    expect(fixture, &narrow, MH_OK, "");
    expect(fixture, &wide, MH_NOT_FOUND, "ENOENT");
    assert_true(run("ip rule delete priority 5260 && ip rule add from 192.0.2.1 lookup 5201 priority 5260 "
                    "protocol 157 && "
                    "ip rule add from 192.0.2.1 to 10.0.0.0/8 lookup 5201 priority 5260 protocol 157 && "
                    "ip rule add from 192.0.2.2 lookup 5201 priority 5260 protocol 157"));
    struct mh_op last = rule_op(MH_OP_RULE_DELETE, "192.0.2.2/32", NULL);
    expect(fixture, &last, MH_OK, "");
    expect(fixture, &wide, MH_OK, "");
    expect_output("ip rule list priority 5260",
                  "5260:\tfrom 192.0.2.1 to 10.0.0.0/8 lookup 5201 proto 157\n");
}

/* The kernel's first match is another rule: that is added again. */
static void a_rule_that_stands_in_the_way_is_added_again(void **state)
{
    const struct fixture *fixture = need(state);
    const struct mh_op wide = rule_op(MH_OP_RULE_DELETE, "192.0.2.1/32", NULL);
    assert_true(run("ip rule add from 192.0.2.1 lookup 5201 priority 5260 protocol 157 && "
                    "ip rule add from 192.0.2.1 iif peer lookup 5201 priority 5260 protocol 157 && "
                    "ip rule delete from 192.0.2.1 lookup 5201 priority 5260 protocol 157 && "
                    "ip rule add from 192.0.2.1 lookup 5201 priority 5260 protocol 157 && "
                    "ip rule add from 192.0.2.1 lookup 5201 priority 5260 protocol static"));
    expect_output("ip rule list priority 5260", "5260:\tfrom 192.0.2.1 iif peer lookup 5201 proto 157\n"
                                                "5260:\tfrom 192.0.2.1 lookup 5201 proto 157\n"
                                                "5260:\tfrom 192.0.2.1 lookup 5201 proto static\n");
    expect(fixture, &wide, MH_OK, "");
    expect_output("ip rule list priority 5260", "5260:\tfrom 192.0.2.1 lookup 5201 proto static\n"
                                                "5260:\tfrom 192.0.2.1 iif peer lookup 5201 proto 157\n");
    expect(fixture, &wide, MH_NOT_FOUND, "ENOENT");
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static void replace_in(const struct fixture *fixture, const char *destination, const char *gateway,
                       const char *list, const char *foreign, const char *before, const char *after)
{
    struct mh_next_hop hop = {.gateway = address_of(gateway), .interface = fixture->interface, .weight = 1};
    const struct mh_op op = route_op(MH_OP_ROUTE_REPLACE, destination, &hop);
    expect(fixture, &op, MH_OK, "");
    expect_output(list, before);
    hop.gateway.bytes[hop.gateway.family == MH_IPV4 ? 3 : 15]++;
    expect(fixture, &op, MH_OK, "");
    expect_output(list, after);
    assert_true(run(foreign));
    expect(fixture, &op, MH_CONFLICT, "");
}

static void only_own_routes_are_replaced(void **state)
{
    const struct fixture *fixture = need(state);
    static const char four[] = "ip route show table 5201", six[] = "ip -6 route show table 5201";
    replace_in(fixture, "10.0.0.0/8", "192.0.2.7", four,
               "ip route flush table 5201 && ip route add 10.0.0.0/8 via 192.0.2.9 table 5201 metric 100 "
               "proto static",
               "10.0.0.0/8 via 192.0.2.7 dev eth.1 proto 157 metric 100 \n",
               "10.0.0.0/8 via 192.0.2.8 dev eth.1 proto 157 metric 100 \n");
    expect_output(four, "10.0.0.0/8 via 192.0.2.9 dev eth.1 proto static metric 100 \n");
    replace_in(fixture, "2001:db8:1::/48", "2001:db8::7", six,
               "ip -6 route flush table 5201 && ip -6 route add 2001:db8:1::/48 via 2001:db8::9 table 5201 "
               "metric 100 "
               "proto static",
               "2001:db8:1::/48 via 2001:db8::7 dev eth.1 proto 157 metric 100 pref medium\n",
               "2001:db8:1::/48 via 2001:db8::8 dev eth.1 proto 157 metric 100 pref medium\n");
    expect_output(six, "2001:db8:1::/48 via 2001:db8::9 dev eth.1 proto static metric 100 pref medium\n");
    struct mh_next_hop hop = {
        .gateway = address_of("192.0.2.9"), .interface = fixture->interface, .weight = 1};
    const struct mh_op deletion = route_op(MH_OP_ROUTE_DELETE, "10.0.0.0/8", &hop);
    expect(fixture, &deletion, MH_NOT_FOUND, "ESRCH");
}

static void a_list_ends_at_the_first_failure(void **state)
{
    const struct fixture *fixture = need(state);
    const struct mh_next_hop hop = {.gateway = address_of("192.0.2.7"), .weight = 1};
    const struct mh_op ops[] = {route_op(MH_OP_ROUTE_ADD, "10.1.0.0/16", &hop),
                                route_op(MH_OP_ROUTE_ADD, "10.1.0.0/16", &hop),
                                route_op(MH_OP_ROUTE_ADD, "10.2.0.0/16", &hop)};
    const struct mh_next_hop astray = {.gateway = address_of("198.51.100.7"), .weight = 1};
    const struct mh_op lost = route_op(MH_OP_ROUTE_ADD, "10.3.0.0/16", &astray);
    struct mh_failure failure = {0};
    size_t applied = 77;
    assert_int_equal(mh_platform_apply_all(fixture->platform, ops, 3, &applied, &failure), MH_EXISTS);
    assert_int_equal(applied, 1);
    assert_string_equal(failure.native_name, "EEXIST");
    assert_int_equal(failure.native_code, EEXIST);
    expect_output("ip route show table 5201", "10.1.0.0/16 via 192.0.2.7 dev eth.1 proto 157 metric 100 \n");
    assert_int_equal(mh_platform_apply_all(fixture->platform, ops + 2, 1, &applied, NULL), MH_OK);
    assert_int_equal(applied, 1);
    assert_int_equal(mh_platform_apply(fixture->platform, &lost, &failure), MH_UNREACHABLE);
    assert_string_equal(failure.detail,
                        "the kernel refused route-add: Nexthop has invalid gateway: Network is unreachable");
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static void flags_are_for_addresses_that_are_there(void **state)
{
    const struct fixture *fixture = need(state);
    struct mh_op op = address_op(fixture, MH_OP_ADDRESS_FLAGS, "192.0.2.5", 24);
    expect(fixture, &op, MH_NOT_FOUND, "EADDRNOTAVAIL");
    op = address_op(fixture, MH_OP_ADDRESS_FLAGS, "192.0.2.1", 24);
    op.of.address.flags = MH_ADDRESS_NO_PREFIX_ROUTE;
    expect(fixture, &op, MH_UNSUPPORTED, "");
    op = address_op(fixture, MH_OP_ADDRESS_FLAGS, "2001:db8::1", 64);
    op.of.address.flags = MH_ADDRESS_NO_PREFIX_ROUTE | MH_ADDRESS_DEPRECATED;
    expect(fixture, &op, MH_OK, "");
    expect_output(
        "ip -o address show dev eth.1 | tr -s ' ' | cut -d ' ' -f 2-",
        "eth.1 inet 192.0.2.1/24 scope global eth.1\\ valid_lft forever preferred_lft forever\n"
        "eth.1 inet6 2001:db8::1/64 scope global nodad deprecated noprefixroute \\ valid_lft forever "
        "preferred_lft 0sec\n");
    expect_output("ip -6 route show 2001:db8::/64", "");
}

/* ---- ownership ------------------------------------------------------------------------------------- */

struct owned {
    unsigned addresses, routes, rules;
};

static enum mh_error pass(void *context, enum mh_section section)
{
    (void)context;
    (void)section;
    return MH_OK;
}

static enum mh_error count_owned(void *context, const struct mh_fact *fact)
{
    struct owned *owned = context;
    if (fact->section == MH_SECTION_ADDRESSES)
        owned->addresses += fact->of.address->owner == MH_OWNER_MULTIHOMED;
    else if (fact->section == MH_SECTION_ROUTES)
        owned->routes += fact->of.route->owner == MH_OWNER_MULTIHOMED;
    else if (fact->section == MH_SECTION_RULES)
        owned->rules += fact->of.rule->owner == MH_OWNER_MULTIHOMED;
    return MH_OK;
}

/* One rule carries the mark of another program. */
static void what_was_added_is_known_as_ours(void **state)
{
    const struct fixture *fixture = need(state);
    const struct mh_next_hop hop = {.interface = fixture->interface, .weight = 1};
    struct mh_op ops[] = {address_op(fixture, MH_OP_ADDRESS_ADD, "192.0.2.2", 24),
                          address_op(fixture, MH_OP_ADDRESS_ADD, "2001:db8::2", 64),
                          route_op(MH_OP_ROUTE_ADD, "10.0.0.0/8", &hop),
                          route_op(MH_OP_ROUTE_ADD, "2001:db8:1::/48", &hop),
                          rule_op(MH_OP_RULE_ADD, "192.0.2.2/32", NULL),
                          rule_op(MH_OP_RULE_ADD, "192.0.2.2/32", NULL)};
    size_t applied, count = sizeof ops / sizeof ops[0];
    struct owned owned = {0};
    const struct mh_feed feed = {&owned, pass, count_owned, pass};
    char word[MH_WORD_SIZE];
    ops[5].of.rule.protocol = STATIC;
    assert_int_equal(mh_platform_apply_all(fixture->platform, ops, count, &applied, NULL), MH_OK);
    assert_int_equal(mh_platform_read_all(fixture->platform, &feed, NULL), MH_OK);
    assert_int_equal(owned.addresses, 2);
    assert_int_equal(owned.routes, 2);
    assert_int_equal(owned.rules, 1);
    assert_string_equal(mh_platform_protocol_name(fixture->platform, OURS, word), "multihomed");
}

/* ---- everything else ------------------------------------------------------------------------------- */

static void settings_are_files(void **state)
{
    const struct fixture *fixture = need(state);
    struct mh_op op = {.kind = MH_OP_SETTING_SET,
                       .of.setting = {fixture->interface, 2, MH_IPV4, MH_SETTING_ARP_IGNORE}};
    if (geteuid() != 0 || access("/proc/sys/net/ipv4/conf/all/arp_ignore", W_OK) != 0)
        skip();
    expect(fixture, &op, MH_OK, "");
    expect_output("cat /proc/sys/net/ipv4/conf/eth.1/arp_ignore", "2\n");
    op.of.setting.interface = 4711;
    expect(fixture, &op, MH_NOT_FOUND, "ENODEV");
    op.of.setting = (struct mh_setting){fixture->interface, 1, MH_IPV4, MH_SETTING_WEAK_HOST_SEND};
    expect(fixture, &op, MH_UNSUPPORTED, "");
}

static void no_privilege_is_told(void **state)
{
    const struct fixture *fixture = need(state);
    const struct mh_op op = rule_op(MH_OP_RULE_ADD, "192.0.2.2/32", NULL);
    if (seteuid(65534) != 0)
        skip(); /* a namespace with one user */
    expect(fixture, &op, MH_PERMISSION, "EPERM");
    assert_int_equal(seteuid(0), 0);
}

static void the_kernels_choice_among_rules_is_known(void **state)
{
    (void)state;
    struct mh_rule_list list = {0};
    struct mh_rule narrow = rule_op(MH_OP_RULE_ADD, "192.0.2.1/32", "10.0.0.0/8").of.rule;
    struct mh_rule wide = rule_op(MH_OP_RULE_ADD, "192.0.2.1/32", NULL).of.rule;
    struct mh_rule later = wide;
    later.priority++;
    assert_true(mh_rule_list_insert(&list, &later));
    assert_true(mh_rule_list_insert(&list, &narrow));
    assert_true(mh_rule_list_insert(&list, &wide));
    assert_int_equal(mh_rule_list_victim(&list, &wide), 0);
    assert_int_equal(mh_rule_list_find(&list, &wide), 1);
    assert_int_equal(mh_rule_list_victim(&list, &narrow), 0);
    assert_int_equal(mh_rule_list_victim(&list, &later), 2);
    wide.from = (struct mh_prefix){.address = {.family = MH_IPV4}}; /* any, said in full */
    assert_int_equal(mh_rule_list_find(&list, &wide), 3);
    wide.mark_mask = 1;
    assert_int_equal(mh_rule_list_victim(&list, &wide), 3);
    mh_rule_list_remove(&list, 0);
    assert_int_equal(list.count, 2);
    mh_rule_list_clear(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_rule_is_deleted_and_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rule_that_stands_in_the_way_is_added_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_own_routes_are_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_ends_at_the_first_failure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(flags_are_for_addresses_that_are_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_added_is_known_as_ours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings_are_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_privilege_is_told, set_up, tear_down),
        cmocka_unit_test(the_kernels_choice_among_rules_is_known),
    };
    return cmocka_run_group_tests_name("netlink_act", tests, NULL, NULL);
}
