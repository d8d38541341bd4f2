/* The host that a kernel's answers describe, against what was configured when they were recorded (the steps
 * before "full" in fixtures/bsd/KERNEL.txt): addresses with prefix lengths, gateways, interfaces, flags,
 * zones. */
#include "bsd/rtmsg_event.h"
#include "core/text.h"

#include "codec/rtmsg_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* ---- facts as lines -------------------------------------------------------------------------------- */

static void write_interface(struct mh_text *text, const struct mh_interface *interface)
{
    mh_text_format(text, "%u %s %s mtu %u%s%s", interface->index, interface->name, interface->native_kind,
                   interface->mtu, interface->up ? " up" : "", interface->carrier ? " carrier" : "");
    for (size_t i = 0; i < interface->hardware_address_length; i++)
        mh_text_format(text, i > 0 ? ":%02x" : " %02x", interface->hardware_address[i]);
    mh_text_add(text, interface->kind == MH_KIND_LOOPBACK ? " loopback\n" : "\n");
}

static void write_address(struct mh_text *text, const struct mh_interface_address *address)
{
    char own[MH_ADDRESS_TEXT_SIZE], peer[MH_ADDRESS_TEXT_SIZE];
    mh_text_format(text, "%u %s/%u%s%s\n", address->interface, mh_address_format(&address->address, own),
                   address->prefix_length, address->peer.family != MH_FAMILY_NONE ? " peer " : "",
                   mh_address_format(&address->peer, peer));
}

static void write_next_hop(struct mh_text *text, const struct mh_next_hop *hop)
{
    char gateway[MH_ADDRESS_TEXT_SIZE];
    if (hop->gateway.family != MH_FAMILY_NONE)
        mh_text_format(text, " via %s", mh_address_format(&hop->gateway, gateway));
    mh_text_format(text, " dev %u%s", hop->interface, (hop->flags & MH_NEXT_HOP_DEAD) != 0 ? " dead" : "");
}

static void write_route(struct mh_text *text, const struct mh_route *route)
{
    static const char *const types[] = {"", "",           "local ",     "broadcast ",
                                        "", "multicast ", "blackhole ", "unreachable "};
    static const char *const owners[] = {"", "own", "kernel", "dhcp", "ra", "static", "manager"};
    char destination[MH_PREFIX_TEXT_SIZE], source[MH_ADDRESS_TEXT_SIZE];
    mh_text_format(text, "%s%s", types[route->type], mh_prefix_format(&route->destination, destination));
    for (size_t i = 0; i < route->next_hop_count; i++)
        write_next_hop(text, &route->next_hops[i]);
    if (route->preferred_source.family != MH_FAMILY_NONE)
        mh_text_format(text, " src %s", mh_address_format(&route->preferred_source, source));
    if (route->metric != 0)
        mh_text_format(text, " priority %u", route->metric);
    if (route->table != 0)
        mh_text_format(text, " table %u", route->table);
    mh_text_format(text, " %s\n", owners[route->owner]);
}

static void write_neighbor(struct mh_text *text, const struct mh_neighbor *neighbor)
{
    char address[MH_ADDRESS_TEXT_SIZE];
    mh_text_format(text, "%u %s", neighbor->interface, mh_address_format(&neighbor->address, address));
    for (size_t i = 0; i < neighbor->hardware_address_length; i++)
        mh_text_format(text, i > 0 ? ":%02x" : " %02x", neighbor->hardware_address[i]);
    mh_text_format(text, " %s\n",
                   neighbor->state == MH_NEIGHBOR_PERMANENT    ? "permanent"
                   : neighbor->state == MH_NEIGHBOR_INCOMPLETE ? "incomplete"
                                                               : "reachable");
}

static enum mh_error write_fact(void *context, const struct mh_fact *fact)
{
    assert_int_equal(fact->change, MH_PRESENT);
    if (fact->section == MH_SECTION_INTERFACES)
        write_interface(context, fact->of.interface);
    else if (fact->section == MH_SECTION_ADDRESSES)
        write_address(context, fact->of.address);
    else if (fact->section == MH_SECTION_ROUTES)
        write_route(context, fact->of.route);
    else
        write_neighbor(context, fact->of.neighbor);
    return MH_OK;
}

typedef enum mh_error (*reader)(const struct mh_rt_answer *answer, const struct mh_feed *feed,
                                struct mh_failure *failure);

/* What `read` makes of a recording; the caller frees it. */
static char *state_of(const struct kernel *kernel, const char *name, reader read)
{
    struct recordings found = recordings_of(kernel->name);
    const struct recording *recording = recording_named(&found, name);
    struct mh_text text = {0};
    struct mh_feed feed = {.context = &text, .fact = write_fact};
    struct mh_failure failure;
    struct mh_rt_answer answer = {mh_rt_layout_find(kernel->layout),
                                  recording->octets,
                                  recording->length,
                                  ends_with(name, "iflistl"),
                                  0,
                                  NULL};
    enum mh_error code = read(&answer, &feed, &failure);
    if (code != MH_OK)
        fail_msg("%s: %s", name, failure.detail);
    recordings_free(&found);
    return need(mh_text_take(&text));
}

static void check(const struct kernel *kernel, const char *name, reader read, const char *expected)
{
    char *got = state_of(kernel, name, read);
    assert_string_equal(got, expected);
    free(got);
}

/* ---- tests ----------------------------------------------------------------------------------------- */

enum { FREEBSD12, FREEBSD13, NETBSD7, OPENBSD73, OPENBSD80 };

/* Everything that a kernel told when all was configured. */
static char *whole_state(size_t index)
{
    static const struct {
        const char *recording;
        reader read;
    } parts[] = {{"full-iflist", mh_rt_feed_interfaces},
                 {"full-iflist", mh_rt_feed_addresses},
                 {"full-dump-all", mh_rt_feed_routes},
                 {"full-flags-llinfo-inet", mh_rt_feed_neighbors}};
    struct mh_text text = {0};
    mh_text_format(&text, "== %s\n", kernels[index].name);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].read == mh_rt_feed_neighbors && index == NETBSD7) /* nothing was recorded */
            continue;
        char *part = state_of(&kernels[index], parts[i].recording, parts[i].read);
        mh_text_add(&text, part);
        free(part);
    }
    return need(mh_text_take(&text));
}

static char *read_file(const char *path)
{
    struct mh_text text = {0};
    char line[512];
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        mh_text_add(&text, line);
    if (file != NULL)
        (void)fclose(file);
    return need(mh_text_take(&text));
}

static void write_file(const char *path, const char *text)
{
    FILE *file = need(fopen(path, "w"));
    (void)fputs(text, file);
    (void)fclose(file);
}

/* After a deliberate change write it anew with MH_UPDATE_GOLDEN=1, and read its diff. */
static void test_the_whole_state_of_each_kernel(void **state)
{
    char path[512];
    struct mh_text text = {0};
    (void)state;
    (void)snprintf(path, sizeof path, "%s/codec/fixtures/bsd/state.golden", MH_TEST_DIRECTORY);
    for (size_t i = 0; i < KERNELS; i++) {
        char *part = whole_state(i);
        mh_text_add(&text, part);
        free(part);
    }
    char *got = need(mh_text_take(&text)), *expected;
    if (getenv("MH_UPDATE_GOLDEN") != NULL)
        write_file(path, got);
    expected = read_file(path);
    assert_string_equal(got, expected);
    free(expected);
    free(got);
}

static void expect_line(const char *text, const char *start, const char *rest)
{
    char line[256];
    (void)snprintf(line, sizeof line, "\n%s%s", start, rest);
    if (strstr(text, line) == NULL)
        fail_msg("no line that begins with %s in:\n%s", line + 1, text);
}

/* The commands of the steps: ifconfig IF inet 192.0.2.1/24; inet 192.0.2.77/32 alias; inet6 2001:db8:1::1/64;
 * ifconfig lo0 inet 127.0.0.1/8; ifconfig IF mtu 1400; and the routes. */
static void test_what_was_configured_is_there(void **state)
{
    static const char *const routes[] = {"10.32.16.0/20 via 192.0.2.253 dev ",
                                         "10.97.0.0/16 via 192.0.2.254 dev ",
                                         "198.51.100.0/24 via 192.0.2.254 dev ",
                                         "203.0.113.7/32 via 192.0.2.254 dev ",
                                         "0.0.0.0/0 via 192.0.2.254 dev ",
                                         "2001:db8:2::/48 via 2001:db8:1::fe dev ",
                                         "10.95.0.0/16 dev ",
                                         "2001:db8:3::7/128 via 2001:db8:1::fe dev ",
                                         "unreachable 10.98.0.0/16 ",
                                         "blackhole 10.99.0.0/16 "};
    static const char *const indexes[KERNELS] = {"3", "2", "2", "3", "3"};
    static const char *const names[KERNELS] = {" bridge0 ", " bridge0 ", " shmif0 ", " vether0 ",
                                               " vether0 "};
    static const char *const addresses[] = {" 192.0.2.1/24\n", " 192.0.2.77/32\n", " 2001:db8:1::1/64\n"};
    static const char *const loopbacks[KERNELS] = {"2", "1", "1", "2", "2"};
    (void)state;
    for (size_t i = 0; i < KERNELS; i++) {
        char *text = whole_state(i);
        expect_line(text, indexes[i], names[i]);
        for (size_t j = 0; j < sizeof addresses / sizeof addresses[0]; j++)
            expect_line(text, indexes[i], addresses[j]);
        expect_line(text, loopbacks[i], " 127.0.0.1/8\n");
        expect_line(text, loopbacks[i], " fe80::1/64\n");
        for (size_t j = 0; j < sizeof routes / sizeof routes[0]; j++)
            expect_line(text, routes[j], "");
        assert_non_null(strstr(text, " mtu 1400 up carrier "));
        free(text);
    }
}

static void test_long_records_say_the_same(void **state)
{
    static const char *const steps[] = {"lo0up", "full", "after"};
    static const reader readers[] = {mh_rt_feed_interfaces, mh_rt_feed_addresses};
    (void)state;
    for (size_t kernel = FREEBSD12; kernel <= FREEBSD13; kernel++)
        for (size_t i = 0; i < 6; i++) {
            char name[32], long_name[32];
            (void)snprintf(name, sizeof name, "%s-iflist", steps[i / 2]);
            (void)snprintf(long_name, sizeof long_name, "%s-iflistl", steps[i / 2]);
            char *expected = state_of(&kernels[kernel], name, readers[i % 2]);
            assert_true(strlen(expected) > 20);
            check(&kernels[kernel], long_name, readers[i % 2], expected);
            free(expected);
        }
}

/* OpenBSD, the cable of vio0 pulled: no carrier, and its routes are not usable. */
static void test_a_lost_link(void **state)
{
    (void)state;
    for (size_t kernel = OPENBSD73; kernel <= OPENBSD80; kernel++) {
        char *interfaces = state_of(&kernels[kernel], "nic-link-off-iflist", mh_rt_feed_interfaces);
        char *routes = state_of(&kernels[kernel], "nic-link-off-dump-inet", mh_rt_feed_routes);
        assert_non_null(strstr(interfaces, "1 vio0 vio mtu 1500 up 52:54:00:12:34:56\n"));
        assert_non_null(
            strstr(routes, "10.92.0.0/16 via 198.18.5.1 dev 1 dead src 198.18.5.2 priority 8 static\n"));
        assert_non_null(strstr(routes, "blackhole 10.99.0.0/16 src 127.0.0.1 priority 8 static\n"));
        free(interfaces);
        free(routes);
    }
    check(&kernels[OPENBSD80], "radd-rtable1-dump-inet-rtable1", mh_rt_feed_routes,
          "blackhole 10.93.0.0/16 src 127.0.0.1 priority 8 table 1 static\n");
}

static void test_openbsd_keeps_neighbors_among_routes(void **state)
{
    (void)state;
    check(&kernels[OPENBSD80], "full-dump-inet", mh_rt_feed_neighbors,
          "3 192.0.2.9 02:00:5e:10:00:09 permanent\n3 192.0.2.253 incomplete\n3 192.0.2.254 incomplete\n");
}

static enum mh_error refuse(void *context, const struct mh_fact *fact)
{
    size_t *count = context;
    (void)fact;
    return ++*count == 3 ? MH_NO_MEMORY : MH_OK;
}

static void test_reading_ends_when_the_reader_says_so(void **state)
{
    struct recordings found = recordings_of("openbsd80");
    const struct recording *recording = recording_named(&found, "full-dump-all");
    size_t count = 0;
    struct mh_feed feed = {.context = &count, .fact = refuse};
    struct mh_rt_answer answer = {
        mh_rt_layout_find("openbsd-8-amd64"), recording->octets, recording->length, false, 0, NULL};
    (void)state;
    assert_int_equal(mh_rt_feed_routes(&answer, &feed, NULL), MH_NO_MEMORY);
    assert_int_equal(count, 3);
    answer.length--; /* the last message is cut: an answer like that is not to be believed */
    count = 10;
    assert_int_equal(mh_rt_feed_routes(&answer, &feed, NULL), MH_MALFORMED);
    recordings_free(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_whole_state_of_each_kernel),
        cmocka_unit_test(test_what_was_configured_is_there),
        cmocka_unit_test(test_long_records_say_the_same),
        cmocka_unit_test(test_a_lost_link),
        cmocka_unit_test(test_openbsd_keeps_neighbors_among_routes),
        cmocka_unit_test(test_reading_ends_when_the_reader_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
