/* The Linux backend against the running kernel, in network namespaces of its own. The oracle is the kernel:
 * after every change, what was learnt from notifications must equal what a second, fresh reading says.
 * Skipped, with the reason, where no namespace can be made. */
#define _GNU_SOURCE
#include "core/address_label.h"
#include "core/host.h"
#include "core/route_table.h"
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

static char skip_reason[160];

/* ---- a receiver, as the service has one ------------------------------------------------------------ */

struct receiver {
    struct mh_platform *platform;
    struct mh_host *host;
    struct mh_route_table *routes, *coming;
    uv_loop_t loop;
    bool woken, lost_touch;
    unsigned readings[MH_SECTION_COUNT]; /* ends of sections */
    unsigned route_facts, resyncs;
};

static enum mh_error begin(void *context, enum mh_section section)
{
    struct receiver *receiver = context;
    if (section != MH_SECTION_ROUTES)
        return mh_host_begin(receiver->host, section);
    mh_route_table_free(receiver->coming);
    receiver->coming = mh_route_table_new();
    return MH_OK;
}

static enum mh_error take_route(struct receiver *receiver, const struct mh_fact *fact)
{
    struct mh_route_table *table = receiver->coming != NULL ? receiver->coming : receiver->routes;
    enum mh_error code;
    receiver->route_facts++;
    if (fact->change == MH_GONE)
        code = mh_route_table_remove(table, fact->of.route);
    else
        code = mh_route_table_put(table, fact->of.route, fact->change);
    receiver->lost_touch |= code == MH_NOT_FOUND && !fact->uncertain;
    return code == MH_EXISTS || code == MH_NOT_FOUND ? MH_OK : code;
}

static enum mh_error take(void *context, const struct mh_fact *fact)
{
    struct receiver *receiver = context;
    return fact->section == MH_SECTION_ROUTES ? take_route(receiver, fact)
                                              : mh_host_fact(receiver->host, fact);
}

static enum mh_error end(void *context, enum mh_section section)
{
    struct receiver *receiver = context;
    receiver->readings[section]++;
    if (section != MH_SECTION_ROUTES)
        return mh_host_end(receiver->host, section);
    mh_route_table_free(receiver->routes);
    receiver->routes = receiver->coming;
    receiver->coming = NULL;
    return MH_OK;
}

static struct mh_feed feed_of(struct receiver *receiver)
{
    return (struct mh_feed){receiver, begin, take, end};
}

static void wake(void *context)
{
    ((struct receiver *)context)->woken = true;
}

static void receiver_open(struct receiver *receiver, const char *spec, bool watch)
{
    struct mh_failure failure = {0};
    *receiver = (struct receiver){.host = mh_host_new(), .routes = mh_route_table_new()};
    assert_int_equal(uv_loop_init(&receiver->loop), 0);
    assert_int_equal(mh_platform_open(spec, &receiver->platform, &failure), MH_OK);
    if (watch)
        assert_int_equal(mh_platform_watch(receiver->platform, &receiver->loop, wake, receiver, &failure),
                         MH_OK);
}

static void receiver_close(struct receiver *receiver)
{
    mh_platform_close(receiver->platform);
    uv_run(&receiver->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&receiver->loop), 0);
    mh_host_free(receiver->host);
    mh_route_table_free(receiver->routes);
    mh_route_table_free(receiver->coming);
}

static void read_all(struct receiver *receiver)
{
    struct mh_feed feed = feed_of(receiver);
    struct mh_failure failure = {0};
    enum mh_error code = mh_platform_read_all(receiver->platform, &feed, &failure);
    if (code != MH_OK)
        fail_msg("read_all: %s: %s", mh_error_word(code), failure.detail);
    receiver->lost_touch = false;
}

/* Reads what the loop says is there, as the service does. */
static void follow(struct receiver *receiver)
{
    struct mh_feed feed = feed_of(receiver);
    struct mh_failure failure = {0};
    do {
        receiver->woken = false;
        uv_run(&receiver->loop, UV_RUN_NOWAIT);
        enum mh_error code = receiver->woken ? MH_MORE : MH_OK;
        while (code == MH_MORE)
            code = mh_platform_read_changes(receiver->platform, &feed, &failure);
        if (code != MH_OK && code != MH_LOST)
            fail_msg("read_changes: %s: %s", mh_error_word(code), failure.detail);
        if (code == MH_LOST || receiver->lost_touch) {
            receiver->resyncs++;
            read_all(receiver);
        }
    } while (receiver->woken);
}

/* ---- the oracle ------------------------------------------------------------------------------------ */

/* Lifetimes pass while one looks. */
static bool same_addresses(const struct mh_snapshot *a, const struct mh_snapshot *b)
{
    if (a->address_count != b->address_count)
        return false;
    for (size_t i = 0; i < a->address_count; i++) {
        struct mh_interface_address left = a->addresses[i], right = b->addresses[i];
        left.valid_lifetime = right.valid_lifetime = left.preferred_lifetime = right.preferred_lifetime = 0;
        if (memcmp(&left, &right, sizeof left) != 0)
            return false;
    }
    return true;
}

static bool same_items(const void *a, size_t count_a, const void *b, size_t count_b, size_t size)
{
    return count_a == count_b && (count_a == 0 || memcmp(a, b, count_a * size) == 0);
}

/* mh_route_table_equal leaves flags out: whether a next hop is dead must be known too. */
static bool same_dead_hops(const struct mh_route_table *a, const struct mh_route_table *b)
{
    struct mh_route_place place_a = {0}, place_b = {0};
    mh_route_handle left, right;
    while ((left = mh_route_table_walk(a, &place_a)) != 0 &&
           (right = mh_route_table_walk(b, &place_b)) != 0) {
        struct mh_route route_a, route_b;
        mh_route_table_get(a, left, &route_a);
        mh_route_table_get(b, right, &route_b);
        for (size_t i = 0; i < route_a.next_hop_count && i < route_b.next_hop_count; i++)
            if ((route_a.next_hops[i].flags ^ route_b.next_hops[i].flags) & MH_NEXT_HOP_DEAD)
                return false;
    }
    return true;
}

static bool same_settings(const struct mh_snapshot *a, const struct mh_snapshot *b)
{
    for (size_t i = 0; i < a->setting_count && i < b->setting_count; i++) {
        const struct mh_setting *left = &a->settings[i], *right = &b->settings[i];
        if (left->interface != right->interface || left->family != right->family || left->id != right->id ||
            left->value != right->value)
            return false;
    }
    return a->setting_count == b->setting_count;
}

/* The first section that differs, or NULL. Neighbours age, so their states are left out. */
static const char *difference(const struct receiver *a, const struct receiver *b)
{
    struct mh_snapshot left, right;
    const char *found = NULL;
    mh_host_snapshot(a->host, &left);
    mh_host_snapshot(b->host, &right);
    if (!same_items(left.interfaces, left.interface_count, right.interfaces, right.interface_count,
                    sizeof *left.interfaces))
        found = "interfaces";
    else if (!same_addresses(&left, &right))
        found = "addresses";
    else if (!same_items(left.rules, left.rule_count, right.rules, right.rule_count, sizeof *left.rules))
        found = "rules";
    else if (!same_settings(&left, &right))
        found = "settings";
    else if (!mh_route_table_equal(a->routes, b->routes))
        found = "routes";
    else if (!same_dead_hops(a->routes, b->routes))
        found = "dead next hops";
    mh_snapshot_clear(&left);
    mh_snapshot_clear(&right);
    return found;
}

static const char *difference_to_kernel(const struct receiver *receiver)
{
    struct receiver fresh;
    receiver_open(&fresh, "linux", false);
    read_all(&fresh);
    const char *found = difference(receiver, &fresh);
    receiver_close(&fresh);
    return found;
}

/* Links settle by themselves a moment later (carrier); what is wrong for good stays wrong. */
static void assert_true_picture(struct receiver *receiver, const char *after)
{
    const char *found = "";
    for (int i = 0; i < 40 && found != NULL; i++) {
        if (i > 0)
            usleep(25000);
        follow(receiver);
        found = difference_to_kernel(receiver);
    }
    if (found != NULL)
        fail_msg("after \"%s\" the %s differ from the kernel's", after, found);
}

/* ---- namespaces ------------------------------------------------------------------------------------ */

static void write_text(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return;
    if (write(file, text, strlen(text)) < 0)
        (void)snprintf(skip_reason, sizeof skip_reason, "cannot write %s: %s", path, strerror(errno));
    (void)close(file);
}

static bool make_namespace(void)
{
    char map[64];
    uid_t uid = geteuid();
    if (unshare(CLONE_NEWNET) == 0)
        return true;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        (void)snprintf(skip_reason, sizeof skip_reason, "unshare(2): %s", strerror(errno));
        return false;
    }
    (void)snprintf(map, sizeof map, "0 %u 1", uid);
    write_text("/proc/self/setgroups", "deny");
    write_text("/proc/self/uid_map", map);
    return skip_reason[0] == '\0';
}

static int run(const char *command)
{
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void must_run(const char *command)
{
    if (run(command) != 0)
        fail_msg("\"%s\" failed", command);
}

/* A fresh namespace with a veth pair, IPv6 without waiting for duplicates. */
static int set_up(void **state)
{
    (void)state;
    if (!make_namespace())
        return 0;
    if (run("ip link set lo up && ip link add v0 type veth peer name v1") != 0) {
        (void)snprintf(skip_reason, sizeof skip_reason, "\"ip\" cannot make a veth pair here");
        return 0;
    }
    must_run("sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.v0.accept_dad=0 "
             "net.ipv6.conf.v1.accept_dad=0 "
             "|| true");
    must_run("ip link set v0 up && ip link set v1 up");
    must_run("ip addr add 10.0.0.1/24 dev v0 && ip addr add 10.0.1.1/24 dev v1");
    must_run("ip addr add 2001:db8:1::1/64 dev v0 nodad && ip addr add 2001:db8:2::1/64 dev v1 nodad");
    return 0;
}

static void skip_without_namespace(void)
{
    if (skip_reason[0] == '\0')
        return;
    print_message("SKIPPED: %s\n", skip_reason);
    skip();
}

/* ---- tests ----------------------------------------------------------------------------------------- */

static void the_first_reading_is_whole(void **state)
{
    (void)state;
    struct receiver receiver;
    struct mh_snapshot snapshot;
    size_t count;
    skip_without_namespace();
    must_run("ip rule add priority 77 from 10.0.0.1 lookup 5201 && ip neigh add proxy 10.0.0.9 dev v0");
    must_run("ip neigh add 10.0.0.8 lladdr 02:00:00:00:00:08 dev v0");
    must_run("ip route add 10.5.0.0/16 via 10.0.0.2");
    receiver_open(&receiver, "linux", false);
    read_all(&receiver);
    mh_host_snapshot(receiver.host, &snapshot);
    const struct mh_interface *v0 = mh_snapshot_interface_named(&snapshot, "v0");
    assert_non_null(v0);
    assert_int_equal(v0->kind, MH_KIND_VETH);
    assert_true(v0->up);
    assert_int_equal(v0->lower, mh_snapshot_interface_named(&snapshot, "v1")->index);
    assert_non_null(mh_snapshot_addresses_of(&snapshot, v0->index, &count));
    assert_true(count >= 3);
    assert_int_equal(snapshot.rules[1].priority, 77);
    assert_non_null(mh_snapshot_setting(&snapshot, v0->index, MH_IPV4, MH_SETTING_ARP_IGNORE));
    assert_non_null(mh_snapshot_setting(&snapshot, MH_SETTING_ALL, MH_IPV4, MH_SETTING_RP_FILTER));
    assert_non_null(mh_snapshot_setting(&snapshot, MH_SETTING_DEFAULT, MH_IPV6, MH_SETTING_ACCEPT_RA));
    assert_null(mh_snapshot_setting(&snapshot, v0->index, MH_IPV4, MH_SETTING_STRONG_END_SYSTEM));
    assert_int_equal(snapshot.neighbor_count, 2);
    struct mh_prefix corporate;
    assert_true(mh_prefix_parse("10.5.0.0/16", 11, &corporate));
    assert_true(mh_route_table_exact(receiver.routes, 254, &corporate) != 0);
    mh_snapshot_clear(&snapshot);
    receiver_close(&receiver);
}

/* Each line ends in the kernel's own picture. `rereads`: the routes may be read anew because of it, or must
 * not be. */
static const struct {
    const char *command;
    bool rereads;
} steps[] = {
    {"ip addr add 10.0.2.1/24 dev v0", false},
    {"ip route add 20.0.0.0/24 via 10.0.0.2", false},
    {"ip route append 20.0.0.0/24 via 10.0.0.3", false},
    {"ip route prepend 20.0.0.0/24 via 10.0.0.4", false},
    {"ip route replace 20.0.0.0/24 via 10.0.0.5", false},
    {"ip route change 20.0.0.0/24 via 10.0.0.6", false},
    {"ip route del 20.0.0.0/24 via 10.0.0.3", false},
    {"ip route add 20.0.0.0/24 via 10.0.0.2 metric 9", false},
    {"ip route add 20.0.0.0/24 via 10.0.0.2 tos 0x10", false},
    {"ip route add 21.0.0.0/24 nexthop via 10.0.0.2 nexthop via 10.0.1.2 weight 3", false},
    {"ip route replace 21.0.0.0/24 via 10.0.0.7", false},
    {"ip route del 21.0.0.0/24", false},
    {"ip route add 21.0.0.0/24 nexthop via 10.0.0.2 nexthop via 10.0.1.2 weight 3", false},
    {"ip route add 22.0.0.0/24 via 10.0.1.2 src 10.0.2.1", false},
    {"ip addr del 10.0.2.1/24 dev v0", true}, /* the route with that source goes */
    {"ip route add 23.0.0.0/24 via 10.0.1.2", false},
    {"ip link set v1 down", true},
    {"ip link set v1 up", true},
    {"ip addr add 2001:db8:2::1/64 dev v1 nodad", false},
    {"ip route add 23.0.0.0/24 via 10.0.1.2", false},
    {"ip addr del 10.0.1.1/24 dev v1", true}, /* the last one: all of the interface's routes go */
    {"ip addr add 10.0.1.1/24 dev v1", true}, /* its dead next hops come back */
    {"ip nexthop add id 7 via 10.0.0.9 dev v0", false},
    {"ip nexthop add id 8 via 10.0.1.9 dev v1", false},
    {"ip nexthop add id 9 group 7,2/8", false},
    {"ip nexthop add id 10 blackhole", false},
    {"ip route add 25.0.0.0/24 nhid 7", false},
    {"ip route add 25.0.1.0/24 nhid 9", false},
    {"ip route add 25.0.2.0/24 nhid 10", false},
    {"ip nexthop replace id 7 via 10.0.0.11 dev v0", true},
    {"ip nexthop del id 8", true},
    {"ip nexthop del id 10", true},
    {"sysctl -qw net.ipv4.nexthop_compat_mode=0", false},
    {"ip nexthop add id 11 via 10.0.1.11 dev v1", false},
    {"ip route add 26.0.0.0/24 nhid 11", false},
    {"ip nexthop replace id 11 via 10.0.1.12 dev v1", true},
    {"ip -6 route add 2001:db8:10::/64 via 2001:db8:1::2", false},
    {"ip -6 route append 2001:db8:10::/64 via 2001:db8:1::3", true},
    {"ip -6 route append 2001:db8:10::/64 nexthop via 2001:db8:1::4 nexthop via 2001:db8:1::5", true},
    {"ip -6 route del 2001:db8:10::/64 via 2001:db8:1::3", true},
    {"ip -6 route replace 2001:db8:10::/64 nexthop via 2001:db8:1::4 nexthop via 2001:db8:2::5", false},
    {"ip -6 route replace 2001:db8:10::/64 via 2001:db8:1::6", false},
    {"ip -6 route add 2001:db8:11::/64 nexthop via 2001:db8:1::4 nexthop via 2001:db8:2::5", false},
    {"ip -6 route del 2001:db8:11::/64", false},
    {"ip -6 route append 2001:db8:10::/64 dev v1", false},
    {"ip -6 route replace 2001:db8:10::/64 via 2001:db8:1::8", true},
    {"ip -6 route replace 2001:db8:10::/64 dev v0", true},
    {"ip -6 route del 2001:db8:10::/64 dev v0", false},
    {"ip -6 route add 2001:db8:12::/64 via 2001:db8:1::5 src 2001:db8:2::1", false},
    {"ip -6 addr del 2001:db8:2::1/64 dev v1", true}, /* the preference goes, the route stays */
    {"ip -6 route add 2001:db8:13::/64 from 2001:db8:99::/48 via 2001:db8:1::5", false},
    {"ip -6 route add blackhole 2001:db8:14::/64", false},
    {"ip rule add priority 80 from 10.0.0.0/8 lookup 100", false},
    {"ip rule add priority 80 from 10.0.0.0/8 lookup 100 protocol 157", false},
    {"ip -6 rule add priority 81 iif v0 lookup 100", false},
    {"ip route add default via 10.0.0.2 table 100", false},
    {"ip rule del priority 80", false},
    {"sysctl -qw net.ipv4.conf.v0.forwarding=1", false},
    {"sysctl -qw net.ipv4.conf.all.rp_filter=2", false},
    {"sysctl -qw net.ipv6.conf.v0.proxy_ndp=1", false},
    {"sysctl -qw net.ipv4.ip_forward=1", false},
    {"ip link add b0 type bridge && ip link set b0 up && ip link set v1 master b0", false},
    {"ip link set v0 mtu 1400", false},
    {"ip link set v0 name w0", true}, /* kernels before 6.2 want it down */
    {"ip link add link w0 name mv0 type macvlan || true", false},
    {"ip link set v1 down", true},
    {"ip link del v1", true},
    {"ip link add x0 type veth peer name x1 && ip link set x0 up && ip link set x1 up && ip link del x0",
     true},
};

static uint32_t label_of(const struct receiver *receiver, const char *text)
{
    struct mh_snapshot snapshot;
    struct mh_address address;
    assert_true(mh_address_parse(text, strlen(text), &address));
    mh_host_snapshot(receiver->host, &snapshot);
    uint32_t label = mh_address_label_of(snapshot.labels, snapshot.label_count, &address, 0);
    mh_snapshot_clear(&snapshot);
    return label;
}

/* The kernel does not tell of address labels: a reading finds them, and each change of an IPv6 address. */
static void labels_are_read_with_the_addresses(void **state)
{
    (void)state;
    struct receiver receiver;
    skip_without_namespace();
    receiver_open(&receiver, "linux", true);
    read_all(&receiver);
    assert_int_equal(label_of(&receiver, "2001:db8::1"), 1);
    assert_int_equal(label_of(&receiver, "fc00::1"), 5);
    must_run("ip addrlabel add prefix 2001:db8::/32 label 99");
    read_all(&receiver);
    assert_int_equal(label_of(&receiver, "2001:db8::1"), 99);
    must_run("ip addrlabel flush");
    must_run("ip addr add 2001:db8:7::1/64 dev v0 nodad");
    assert_true_picture(&receiver, "ip addr add");
    assert_int_equal(label_of(&receiver, "2001:db8::1"), MH_ADDRESS_LABEL_NONE);
    receiver_close(&receiver);
}

static void every_change_is_followed(void **state)
{
    (void)state;
    struct receiver receiver;
    skip_without_namespace();
    receiver_open(&receiver, "linux", true);
    read_all(&receiver);
    usleep(120000); /* beyond settling, so that what needs no reading is seen to need none */
    must_run("ip route add 19.0.0.0/24 via 10.0.0.2 && ip route del 19.0.0.0/24");
    assert_true_picture(&receiver, "the first reading");
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        unsigned readings = receiver.readings[MH_SECTION_ROUTES];
        if (steps[i].rereads || i == 0 || steps[i - 1].rereads) { /* let the last reading settle */
            usleep(120000);
            must_run("ip route add 19.0.0.0/24 dev lo && ip route del 19.0.0.0/24");
            follow(&receiver);
            readings = receiver.readings[MH_SECTION_ROUTES];
        }
        must_run(steps[i].command);
        assert_true_picture(&receiver, steps[i].command);
        if (!steps[i].rereads && receiver.readings[MH_SECTION_ROUTES] != readings)
            fail_msg("\"%s\" made all routes be read anew", steps[i].command);
    }
    receiver_close(&receiver);
}

/* Many at once, then many gone, then many replaced. */
static void write_batch(FILE *file, unsigned routes)
{
    for (unsigned i = 0; i < routes; i++)
        (void)fprintf(file, "route add 30.%u.%u.0/24 via 10.0.0.2\n", i / 256, i % 256);
    for (unsigned i = 0; i < routes; i += 2)
        (void)fprintf(file, "route del 30.%u.%u.0/24\n", i / 256, i % 256);
    for (unsigned i = 0; i < routes; i += 3)
        (void)fprintf(file, "route replace 30.%u.%u.0/24 via 10.0.0.3\n", i / 256, i % 256);
}

/* Each comes and changes, and half of them go again at once. */
static void write_restless_batch(FILE *file, unsigned routes)
{
    for (unsigned i = 0; i < routes; i++) {
        (void)fprintf(file, "route add 30.%u.%u.0/24 via 10.0.0.2\n", i / 256, i % 256);
        (void)fprintf(file, "route replace 30.%u.%u.0/24 via 10.0.0.3\n", i / 256, i % 256);
        if (i % 2 == 0)
            (void)fprintf(file, "route del 30.%u.%u.0/24\n", i / 256, i % 256);
    }
}

/* What stands before them in the kernel's order, so that a reading takes its time to come to them. */
static void write_ballast(FILE *file, unsigned routes)
{
    for (unsigned i = 0; i < routes; i++)
        (void)fprintf(file, "route add 20.%u.%u.0/24 via 10.0.0.2\n", i / 256, i % 256);
}

/* A file of commands for `ip -batch`; the command to run it goes to `command`. */
static void make_batch(void (*write)(FILE *, unsigned), unsigned routes, char path[32], char command[64])
{
    (void)strcpy(path, "/tmp/mh-churn-XXXXXX");
    int descriptor = mkstemp(path);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    assert_non_null(file);
    write(file, routes);
    assert_int_equal(fclose(file), 0);
    (void)snprintf(command, 64, "ip -batch %s", path);
}

static pid_t run_aside(const char *command)
{
    pid_t child = fork();
    if (child == 0)
        _exit(run(command));
    assert_true(child > 0);
    return child;
}

static bool has_ended(pid_t child)
{
    int status;
    if (waitpid(child, &status, WNOHANG) == 0)
        return false;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return true;
}

/* As fast as ip(8) makes them: no reading of the table, and the kernel's picture in the end. */
static void churn_needs_no_reading(void **state)
{
    (void)state;
    char path[32], command[64];
    struct receiver receiver;
    skip_without_namespace();
    make_batch(write_batch, 12000, path, command);
    receiver_open(&receiver, "linux", true);
    read_all(&receiver);
    pid_t child = run_aside(command);
    while (!has_ended(child))
        follow(&receiver);
    assert_true_picture(&receiver, command);
    assert_int_equal(receiver.readings[MH_SECTION_ROUTES], 1);
    assert_int_equal(receiver.resyncs, 0);
    assert_true(receiver.route_facts > 20000);
    (void)unlink(path);
    receiver_close(&receiver);
}

/* Readings in the middle of changes see some of them, and hear of all. */
static void readings_amid_churn_end_well(void **state)
{
    (void)state;
    char path[32], command[64];
    struct receiver receiver;
    skip_without_namespace();
    make_batch(write_ballast, 20000, path, command);
    must_run(command);
    (void)unlink(path);
    make_batch(write_restless_batch, 8000, path, command);
    receiver_open(&receiver, "linux", true);
    read_all(&receiver);
    usleep(120000);
    read_all(&receiver);
    pid_t child = run_aside(command);
    while (!has_ended(child)) {
        read_all(&receiver);
        follow(&receiver);
    }
    assert_int_equal(receiver.resyncs, 0);
    assert_true_picture(&receiver, command);
    (void)unlink(path);
    receiver_close(&receiver);
}

/* The smallest buffer that the kernel grants. */
static void an_overflow_is_told_and_healed(void **state)
{
    (void)state;
    struct receiver receiver;
    skip_without_namespace();
    receiver_open(&receiver, "linux:receive-buffer=1", true);
    read_all(&receiver);
    must_run("for i in 1 2 3 4 5 6 7 8 9; do for j in 1 2 3 4 5; do ip route add 40.$i.$j.0/24 via 10.0.0.2; "
             "done; done");
    struct mh_feed feed = feed_of(&receiver);
    struct mh_failure failure = {0};
    enum mh_error code = MH_MORE;
    while (code == MH_MORE)
        code = mh_platform_read_changes(receiver.platform, &feed, &failure);
    assert_int_equal(code, MH_LOST);
    assert_int_equal(failure.code, MH_LOST);
    assert_string_equal(failure.native_name, "ENOBUFS");
    read_all(&receiver);
    must_run("ip route del 40.1.1.0/24");
    assert_true_picture(&receiver, "an overflow");
    receiver_close(&receiver);
}

/* Nobody is told of many ops at once: reading everything is a must, and afterwards all is told as before,
 * whether they were carried out or the first has failed. */
static void many_ops_are_read_afterwards(void **state)
{
    (void)state;
    enum { MANY = 300 };
    struct receiver receiver;
    struct mh_op ops[MANY];
    size_t applied;
    skip_without_namespace();
    receiver_open(&receiver, "linux", true);
    read_all(&receiver);
    for (uint32_t i = 0; i < MANY; i++)
        ops[i] = (struct mh_op){.kind = MH_OP_RULE_ADD,
                                .of.rule = {.priority = 5300 + i,
                                            .table = 5300,
                                            .family = MH_IPV4,
                                            .action = MH_RULE_TO_TABLE,
                                            .suppress_prefix_length = -1,
                                            .suppress_interface_group = -1}};
    for (int round = 0; round < 2; round++) {
        enum mh_error code = mh_platform_apply_all(receiver.platform, ops, MANY, &applied, NULL);
        assert_int_equal(code, round == 0 ? MH_OK : MH_EXISTS);
        assert_int_equal(applied, round == 0 ? MANY : 0);
        must_run("ip rule add from 10.9.0.0/24 lookup 5300 priority 5299");
        receiver.resyncs = 0;
        assert_true_picture(&receiver, "many ops");
        assert_int_equal(receiver.resyncs, 1);
        must_run("ip rule del priority 5299");
        assert_true_picture(&receiver, "one more change");
        assert_int_equal(receiver.resyncs, 1);
    }
    receiver_close(&receiver);
}

static void neighbours_are_followed(void **state)
{
    (void)state;
    struct receiver receiver;
    struct mh_snapshot snapshot;
    struct mh_address address;
    skip_without_namespace();
    receiver_open(&receiver, "linux", true);
    read_all(&receiver);
    must_run("ip neigh add 10.0.0.8 lladdr 02:00:00:00:00:08 dev v0");
    follow(&receiver);
    assert_true(mh_address_parse("10.0.0.8", 8, &address));
    mh_host_snapshot(receiver.host, &snapshot);
    uint32_t index = mh_snapshot_interface_named(&snapshot, "v0")->index;
    const struct mh_neighbor *neighbor = mh_snapshot_neighbor(&snapshot, index, &address);
    assert_non_null(neighbor);
    assert_int_equal(neighbor->state, MH_NEIGHBOR_PERMANENT);
    assert_int_equal(neighbor->hardware_address[5], 8);
    mh_snapshot_clear(&snapshot);
    must_run("ip neigh del 10.0.0.8 dev v0");
    follow(&receiver);
    mh_host_snapshot(receiver.host, &snapshot);
    assert_null(mh_snapshot_neighbor(&snapshot, index, &address));
    mh_snapshot_clear(&snapshot);
    receiver_close(&receiver);
}

static enum mh_error refuse(void *context, const struct mh_fact *fact)
{
    (void)context;
    return fact->section == MH_SECTION_ROUTES ? MH_NO_MEMORY : MH_OK;
}

/* An error of the feed ends the reading at once; the next one is whole all the same. */
static void a_refused_fact_ends_the_reading(void **state)
{
    (void)state;
    struct receiver receiver;
    struct mh_failure failure = {0};
    skip_without_namespace();
    receiver_open(&receiver, "linux", true);
    struct mh_feed feed = feed_of(&receiver);
    feed.fact = refuse;
    assert_int_equal(mh_platform_read_all(receiver.platform, &feed, &failure), MH_NO_MEMORY);
    assert_int_equal(receiver.readings[MH_SECTION_ROUTES], 0);
    assert_int_equal(mh_platform_read_changes(receiver.platform, &feed, &failure), MH_LOST);
    read_all(&receiver);
    assert_true_picture(&receiver, "a refused fact");
    receiver_close(&receiver);
}

static void one_daemon_in_a_namespace(void **state)
{
    (void)state;
    struct mh_failure failure = {0};
    skip_without_namespace();
    assert_int_equal(mh_namespace_lock(&failure), MH_OK);
    assert_int_equal(mh_namespace_lock(&failure), MH_BUSY);
    assert_true(make_namespace());
    assert_int_equal(mh_namespace_lock(&failure), MH_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_first_reading_is_whole, set_up),
        cmocka_unit_test_setup(labels_are_read_with_the_addresses, set_up),
        cmocka_unit_test_setup(every_change_is_followed, set_up),
        cmocka_unit_test_setup(churn_needs_no_reading, set_up),
        cmocka_unit_test_setup(readings_amid_churn_end_well, set_up),
        cmocka_unit_test_setup(an_overflow_is_told_and_healed, set_up),
        cmocka_unit_test_setup(many_ops_are_read_afterwards, set_up),
        cmocka_unit_test_setup(neighbours_are_followed, set_up),
        cmocka_unit_test_setup(a_refused_fact_ends_the_reading, set_up),
        cmocka_unit_test_setup(one_daemon_in_a_namespace, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
