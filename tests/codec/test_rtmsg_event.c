/* What single messages mean, as a listener gets them. The recordings say what was done when they came
 * (fixtures/bsd/KERNEL.txt); what no recorded kernel said is composed. */
#include "bsd/rtmsg_encode.h"
#include "bsd/rtmsg_event.h"

#include "codec/rtmsg_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { FREEBSD12, FREEBSD13, NETBSD7, OPENBSD73, OPENBSD80 };

static enum mh_error decode(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length,
                            const struct mh_rt_context *context, struct mh_rt_event *event)
{
    struct mh_rt_walk walk = {layout, bytes, length, 0, false};
    struct mh_rt_message message;
    struct mh_failure failure;
    assert_int_equal(mh_rt_next(&walk, &message, &failure), MH_OK);
    assert_int_equal(walk.offset, length);
    return mh_rt_event_of(&message, context, event, &failure);
}

/* The event of the first message of a recording, as a listener gets it, or with `answer` as an answer. */
static enum mh_error event_of(size_t kernel, const char *name, bool answer, struct mh_rt_event *event)
{
    struct recordings found = recordings_of(kernels[kernel].name);
    const struct recording *recording = recording_named(&found, name);
    struct mh_rt_context context = {.table = 2, .answer = answer};
    enum mh_error code = decode(mh_rt_layout_find(kernels[kernel].layout), recording->octets,
                                recording->length, &context, event);
    recordings_free(&found);
    return code;
}

static void expect_address(const struct mh_address *address, const char *text)
{
    char got[MH_ADDRESS_TEXT_SIZE];
    assert_string_equal(mh_address_format(address, got), text);
}

static void expect_prefix(const struct mh_prefix *prefix, const char *text)
{
    char got[MH_PREFIX_TEXT_SIZE];
    assert_string_equal(mh_prefix_format(prefix, got), text);
}

static void expect_fact(size_t kernel, const char *name, enum mh_section section, enum mh_change change,
                        struct mh_rt_event *event)
{
    assert_int_equal(event_of(kernel, name, false, event), MH_OK);
    assert_int_equal(event->outcome, MH_RT_FACT);
    assert_int_equal(event->section, section);
    assert_int_equal(event->change, change);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static void test_routes_come_change_and_go(void **state)
{
    struct mh_rt_event event;
    (void)state;
    for (size_t i = 0; i < KERNELS; i++) {
        expect_fact(i, "radd-net-monitor00-RTM_ADD", MH_SECTION_ROUTES, MH_PRESENT, &event);
        expect_prefix(&event.of.route.destination, "198.51.100.0/24");
        expect_address(&event.next_hop.gateway, "192.0.2.254");
        assert_ptr_equal(event.of.route.next_hops, &event.next_hop);
        assert_int_equal(event.of.route.table, i >= OPENBSD73 ? 0 : 2);
        assert_int_equal(event.of.route.metric, i >= OPENBSD73 ? 8 : 0);
        expect_fact(i, "rchange-monitor00-RTM_CHANGE", MH_SECTION_ROUTES, MH_REPLACE, &event);
        expect_address(&event.next_hop.gateway, "192.0.2.253");
        expect_fact(i, "rdel-monitor00-RTM_DELETE", MH_SECTION_ROUTES, MH_GONE, &event);
        expect_prefix(&event.of.route.destination, "198.51.100.0/24");
        expect_fact(i, "radd-blackhole-monitor00-RTM_ADD", MH_SECTION_ROUTES, MH_PRESENT, &event);
        assert_int_equal(event.of.route.type, MH_ROUTE_BLACKHOLE);
        assert_int_equal(event.of.route.next_hop_count, 0);
    }
}

static void test_requests_that_failed_change_nothing(void **state)
{
    static const char *const failed[] = {"radd-dup-monitor00-RTM_ADD", "rdel-missing-monitor00-RTM_DELETE"};
    struct mh_rt_event event;
    (void)state;
    for (size_t i = 0; i < 2 * KERNELS; i++) {
        assert_int_equal(event_of(i / 2, failed[i % 2], false, &event), MH_OK);
        assert_int_equal(event.outcome, MH_RT_NO_EVENT);
    }
    assert_int_equal(event_of(OPENBSD80, "nic-radd-inet6-ll2-monitor00-RTM_ADD", false, &event), MH_OK);
    assert_int_equal(event.outcome, MH_RT_NO_EVENT);
}

static void test_answers_are_facts_for_who_asked(void **state)
{
    struct mh_rt_event event;
    (void)state;
    for (size_t i = 0; i < KERNELS; i++) {
        assert_int_equal(event_of(i, "rget-net-monitor00-RTM_GET", false, &event), MH_OK);
        assert_int_equal(event.outcome, MH_RT_NO_EVENT);
        assert_int_equal(event_of(i, "rget-net-monitor00-RTM_GET", true, &event), MH_OK);
        assert_int_equal(event.outcome, MH_RT_FACT);
        expect_prefix(&event.of.route.destination, "198.51.100.0/24");
        expect_address(&event.next_hop.gateway, "192.0.2.254");
        expect_address(&event.of.route.preferred_source, "192.0.2.1");
        assert_true(event.next_hop.interface > 1);
    }
    /* NetBSD, not asked for the interface: index 0 */
    assert_int_equal(event_of(NETBSD7, "rget-default-monitor00-RTM_GET", true, &event), MH_OK);
    assert_int_equal(event.next_hop.interface, 0);
}

static void test_another_version_is_not_read(void **state)
{
    struct mh_rt_event event;
    (void)state;
    for (size_t i = FREEBSD12; i <= NETBSD7; i++)
        assert_int_equal(event_of(i, "badver-monitor00-RTM_ADD", false, &event), MH_UNSUPPORTED);
}

/* The gateway that FreeBSD 13 shortened leaves the mask at a place where nobody looks. */
static void test_a_route_that_cannot_be_trusted_is_read_anew(void **state)
{
    struct mh_rt_event event;
    (void)state;
    assert_int_equal(event_of(FREEBSD13, "radd-iface-monitor00-RTM_ADD", false, &event), MH_OK);
    assert_int_equal(event.outcome, MH_RT_DOUBT);
    assert_int_equal(event.section, MH_SECTION_ROUTES);
    assert_int_equal(event_of(FREEBSD13, "radd-iface-monitor00-RTM_ADD", true, &event), MH_MALFORMED);
}

static void test_zones_are_not_part_of_addresses(void **state)
{
    struct mh_rt_event event;
    (void)state;
    for (size_t i = NETBSD7; i < KERNELS; i++) {
        expect_fact(i, i == NETBSD7 ? "radd-inet6-ll-monitor00-RTM_ADD" : "radd-inet6-ll-monitor01-RTM_ADD",
                    MH_SECTION_ROUTES, MH_PRESENT, &event);
        expect_prefix(&event.of.route.destination, "::/0");
        expect_address(&event.next_hop.gateway, "fe80::fe");
        assert_int_equal(event.next_hop.interface, i == NETBSD7 ? 2 : 3);
    }
}

static void test_openbsd_paths_labels_and_tables(void **state)
{
    struct mh_rt_event event;
    (void)state;
    for (size_t i = OPENBSD73; i <= OPENBSD80; i++) {
        expect_fact(i, "radd-mpath-monitor00-RTM_ADD", MH_SECTION_ROUTES, MH_PRESENT, &event);
        assert_true(event.multipath);
        expect_fact(i, "radd-label-monitor00-RTM_ADD", MH_SECTION_ROUTES, MH_PRESENT, &event);
        assert_string_equal(event.label, "wan1");
        assert_false(event.multipath);
        expect_fact(i, "radd-priority-monitor00-RTM_ADD", MH_SECTION_ROUTES, MH_PRESENT, &event);
        assert_int_equal(event.of.route.metric, 40);
    }
}

static void test_neighbors(void **state)
{
    static const uint8_t hardware[6] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x09};
    struct mh_rt_event event;
    (void)state;
    for (size_t i = 0; i < KERNELS; i++) {
        expect_fact(i, "arp-static-monitor00-RTM_ADD", MH_SECTION_NEIGHBORS, MH_PRESENT, &event);
        expect_address(&event.of.neighbor.address, "192.0.2.9");
        assert_memory_equal(event.of.neighbor.hardware_address, hardware, sizeof hardware);
        assert_int_equal(event.of.neighbor.state, MH_NEIGHBOR_PERMANENT);
        assert_true(event.of.neighbor.interface >= 2);
        assert_false(event.of.neighbor.proxy);
    }
}

/* ---- interfaces and addresses ---------------------------------------------------------------------- */

static void test_interfaces_change(void **state)
{
    struct mh_rt_event event;
    (void)state;
    for (size_t i = 0; i < KERNELS; i++) {
        expect_fact(i, "down-monitor00-RTM_IFINFO", MH_SECTION_INTERFACES, MH_PRESENT, &event);
        assert_false(event.of.interface.up);
        assert_false(event.of.interface.carrier);
        assert_int_equal(event.partial, i <= NETBSD7);
        assert_int_equal(event.routes_follow, i >= OPENBSD73);
        assert_int_equal(event_of(i, "create-monitor00-RTM_IFANNOUNCE", false, &event), MH_OK);
        assert_int_equal(event.outcome, MH_RT_DOUBT);
        assert_int_equal(event.section, MH_SECTION_INTERFACES);
        assert_true(event.of.interface.name[0] != '\0');
    }
    expect_fact(OPENBSD80, "destroy-monitor07-RTM_IFANNOUNCE", MH_SECTION_INTERFACES, MH_GONE, &event);
    assert_string_equal(event.of.interface.name, "vether0");
    expect_fact(FREEBSD12, "destroy-monitor01-RTM_IFANNOUNCE", MH_SECTION_INTERFACES, MH_GONE, &event);
    assert_int_equal(event.of.interface.index, 3);
    expect_fact(OPENBSD80, "nic-link-off-monitor00-RTM_IFINFO", MH_SECTION_INTERFACES, MH_PRESENT, &event);
    assert_true(event.of.interface.up && !event.of.interface.carrier);
    expect_fact(OPENBSD80, "nic-link-on-monitor00-RTM_IFINFO", MH_SECTION_INTERFACES, MH_PRESENT, &event);
    assert_true(event.of.interface.up && event.of.interface.carrier);
}

static void test_addresses_come_and_go(void **state)
{
    static const char *const gone[KERNELS] = {"daddr4-monitor01-RTM_DELADDR", "daddr4-monitor00-RTM_DELADDR",
                                              "daddr4-monitor02-RTM_DELADDR", "daddr4-monitor05-RTM_DELADDR",
                                              "daddr4-monitor05-RTM_DELADDR"};
    struct mh_rt_event event;
    (void)state;
    for (size_t i = 0; i < KERNELS; i++) {
        expect_fact(i, "addr4-monitor00-RTM_NEWADDR", MH_SECTION_ADDRESSES, MH_PRESENT, &event);
        expect_address(&event.of.address.address, "192.0.2.1");
        assert_int_equal(event.of.address.prefix_length, 24);
        assert_int_equal(event.of.address.peer.family, MH_FAMILY_NONE);
        assert_false(event.partial);
        expect_fact(i, gone[i], MH_SECTION_ADDRESSES, MH_GONE, &event);
        expect_address(&event.of.address.address, "192.0.2.1");
    }
    expect_fact(OPENBSD80, "addr6-monitor-late01-RTM_CHGADDRATTR", MH_SECTION_ADDRESSES, MH_PRESENT, &event);
    expect_address(&event.of.address.address, "2001:db8:1::1");
    assert_true(event.partial);
    assert_int_equal(event.of.address.interface, 3);
}

static void test_losses(void **state)
{
    struct mh_rt_event event;
    (void)state;
    for (size_t i = OPENBSD73; i <= OPENBSD80; i++) {
        assert_int_equal(event_of(i, "overflow-monitor08-RTM_DESYNC", false, &event), MH_OK);
        assert_int_equal(event.outcome, MH_RT_ALL_LOST);
    }
}

/* ---- composed -------------------------------------------------------------------------------------- */

struct composition {
    struct mh_rt_writer writer;
    uint8_t bytes[512];
};

static void begin(struct composition *composition, const char *layout, enum mh_rt_meaning meaning)
{
    const struct mh_rt_layout *found = mh_rt_layout_find(layout);
    mh_rt_begin(&composition->writer, found, mh_rt_type_meaning(found, meaning)->number, composition->bytes,
                sizeof composition->bytes);
    mh_rt_set(&composition->writer, MH_RT_INDEX, 5);
}

static void add(struct composition *composition, enum mh_rt_slot slot, const char *text)
{
    struct mh_address address;
    assert_true(mh_address_parse(text, strlen(text), &address));
    struct mh_rt_sockaddr sockaddr = mh_rt_sockaddr_of(composition->writer.layout, &address, 5);
    mh_rt_add(&composition->writer, slot, &sockaddr);
}

static void add_mask(struct composition *composition, const char *text)
{
    struct mh_prefix prefix;
    assert_true(mh_prefix_parse(text, strlen(text), &prefix));
    struct mh_rt_sockaddr sockaddr = mh_rt_mask_of(composition->writer.layout, &prefix);
    mh_rt_add(&composition->writer, MH_RT_NETMASK, &sockaddr);
}

static enum mh_error end(struct composition *composition, bool point_to_point, struct mh_rt_event *event)
{
    struct mh_rt_context context = {.point_to_point = point_to_point};
    size_t length = mh_rt_finish(&composition->writer);
    uint8_t *copy = need(malloc(length));
    memcpy(copy, composition->bytes, length);
    enum mh_error code = decode(composition->writer.layout, copy, length, &context, event);
    free(copy);
    return code;
}

/* NetBSD 8 and later tell the state of an address; big-endian here. */
static void test_netbsd_tells_the_state_of_addresses(void **state)
{
    struct composition composition;
    struct mh_rt_event event;
    (void)state;
    begin(&composition, "netbsd-10-sparc64", MH_RT_MEANS_NEW_ADDRESS);
    mh_rt_set(&composition.writer, MH_RT_ADDRFLAGS, 0x02 | 0x10 | 0x80);
    add_mask(&composition, "fe80::/64");
    add(&composition, MH_RT_IFA, "fe80::1");
    assert_int_equal(end(&composition, false, &event), MH_OK);
    assert_int_equal(event.outcome, MH_RT_FACT);
    assert_false(event.partial);
    assert_int_equal(event.of.address.flags,
                     MH_ADDRESS_TENTATIVE | MH_ADDRESS_DEPRECATED | MH_ADDRESS_TEMPORARY);
    expect_address(&event.of.address.address, "fe80::1");
    assert_int_equal(event.of.address.prefix_length, 64);
    assert_int_equal(event.of.address.interface, 5);
    begin(&composition, "netbsd-10-amd64", MH_RT_MEANS_NEW_ADDRESS);
    mh_rt_set(&composition.writer, MH_RT_ADDRFLAGS, 0x01);
    add(&composition, MH_RT_IFA, "192.0.2.1");
    assert_int_equal(end(&composition, false, &event), MH_OK);
    assert_int_equal(event.of.address.flags, MH_ADDRESS_TENTATIVE);
    assert_int_equal(event.of.address.prefix_length, 32);
}

static void test_the_other_end_of_a_point_to_point_address(void **state)
{
    struct composition composition;
    struct mh_rt_event event;
    (void)state;
    for (int point_to_point = 0; point_to_point < 2; point_to_point++) {
        begin(&composition, "freebsd-14-i386", MH_RT_MEANS_NEW_ADDRESS);
        add(&composition, MH_RT_IFA, "192.0.2.1");
        add(&composition, MH_RT_BRD, "192.0.2.2");
        assert_int_equal(end(&composition, point_to_point != 0, &event), MH_OK);
        expect_address(&event.of.address.peer, point_to_point != 0 ? "192.0.2.2" : "");
    }
}

static void test_changes_that_are_not_told_well_enough(void **state)
{
    struct composition composition;
    struct mh_rt_event event;
    (void)state;
    begin(&composition, "freebsd-14-arm64", MH_RT_MEANS_REDIRECT);
    add(&composition, MH_RT_DST, "192.0.2.1");
    assert_int_equal(end(&composition, false, &event), MH_OK);
    assert_int_equal(event.outcome, MH_RT_DOUBT);
    begin(&composition, "openbsd-7-sparc64", MH_RT_MEANS_SOURCE);
    assert_int_equal(end(&composition, false, &event), MH_OK);
    assert_int_equal(event.outcome, MH_RT_DOUBT);
    assert_int_equal(event.section, MH_SECTION_ADDRESSES);
}

static void test_messages_without_what_they_promise(void **state)
{
    struct composition composition;
    struct mh_rt_event event;
    (void)state;
    begin(&composition, "freebsd-14-powerpc64", MH_RT_MEANS_ADD);
    add(&composition, MH_RT_GATEWAY, "192.0.2.1");
    assert_int_equal(end(&composition, false, &event), MH_MALFORMED);
    begin(&composition, "openbsd-8-riscv64", MH_RT_MEANS_NEW_ADDRESS);
    assert_int_equal(end(&composition, false, &event), MH_MALFORMED);
    begin(&composition, "openbsd-8-powerpc", MH_RT_MEANS_INTERFACE);
    mh_rt_set(&composition.writer, MH_RT_INDEX, 0);
    assert_int_equal(end(&composition, false, &event), MH_MALFORMED);
}

/* FreeBSD's weights of several paths. */
static void test_weights(void **state)
{
    struct composition composition;
    struct mh_rt_event event;
    (void)state;
    begin(&composition, "freebsd-14-amd64", MH_RT_MEANS_ADD);
    mh_rt_set(&composition.writer, MH_RT_FLAGS, 0x803);
    mh_rt_set(&composition.writer, MH_RT_RMX_WEIGHT, 30);
    add(&composition, MH_RT_DST, "198.51.100.0");
    add(&composition, MH_RT_GATEWAY, "192.0.2.254");
    add_mask(&composition, "198.51.100.0/24");
    assert_int_equal(end(&composition, false, &event), MH_OK);
    assert_int_equal(event.next_hop.weight, 30);
    assert_int_equal(event.of.route.owner, MH_OWNER_STATIC);
}

/* RTF_PROTO2. The same bit of a neighbour means on FreeBSD and OpenBSD that this host answers for it. */
static void test_our_mark(void **state)
{
    static const char *const layouts[] = {"freebsd-12-amd64", "freebsd-14-arm64", "netbsd-7-amd64",
                                          "netbsd-10-sparc64", "openbsd-8-amd64"};
    struct composition composition;
    struct mh_rt_event event;
    (void)state;
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        for (unsigned mark = 0; mark < 2; mark++) {
            begin(&composition, layouts[i], MH_RT_MEANS_ADD);
            mh_rt_set(&composition.writer, MH_RT_FLAGS, 0x803 | mark << 14);
            add(&composition, MH_RT_DST, "198.51.100.0");
            add(&composition, MH_RT_GATEWAY, "192.0.2.254");
            add_mask(&composition, "198.51.100.0/24");
            assert_int_equal(end(&composition, false, &event), MH_OK);
            assert_int_equal(event.of.route.protocol, mark ? 157 : 4);
            assert_int_equal(event.of.route.owner, mark ? MH_OWNER_MULTIHOMED : MH_OWNER_STATIC);
        }
}

static void protocol_is(const char *layout, uint32_t flags, uint8_t protocol, enum mh_owner owner)
{
    struct composition composition;
    struct mh_rt_event event;
    begin(&composition, layout, MH_RT_MEANS_ADD);
    mh_rt_set(&composition.writer, MH_RT_FLAGS, flags);
    add(&composition, MH_RT_DST, "::");
    add(&composition, MH_RT_GATEWAY, "2001:db8::fe");
    add_mask(&composition, "::/0");
    assert_int_equal(end(&composition, false, &event), MH_OK);
    assert_int_equal(event.of.route.protocol, protocol);
    assert_int_equal(event.of.route.owner, owner);
}

static void test_flags_stand_for_protocols(void **state)
{
    (void)state;
    protocol_is("freebsd-14-amd64", 0x13, MH_RT_PROTOCOL_REDIRECT, MH_OWNER_KERNEL);
    protocol_is("freebsd-14-amd64", 0x1, MH_RT_PROTOCOL_KERNEL, MH_OWNER_KERNEL);
    protocol_is("freebsd-14-amd64", 0x3, MH_RT_PROTOCOL_RA, MH_OWNER_RA);
    protocol_is("netbsd-10-amd64", 0x8003, 0, MH_OWNER_MANAGER);
}

static void test_kinds_of_interfaces(void **state)
{
    (void)state;
    assert_int_equal(mh_rt_kind_of("vlan", 6), MH_KIND_VLAN);
    assert_int_equal(mh_rt_kind_of("em", 6), MH_KIND_PHYSICAL);
    assert_int_equal(mh_rt_kind_of("xyz", 0x47), MH_KIND_WIRELESS);
    assert_int_equal(mh_rt_kind_of("xyz", 0x18), MH_KIND_LOOPBACK);
    assert_int_equal(mh_rt_kind_of("", 0xfe), MH_KIND_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routes_come_change_and_go),
        cmocka_unit_test(test_requests_that_failed_change_nothing),
        cmocka_unit_test(test_answers_are_facts_for_who_asked),
        cmocka_unit_test(test_another_version_is_not_read),
        cmocka_unit_test(test_a_route_that_cannot_be_trusted_is_read_anew),
        cmocka_unit_test(test_zones_are_not_part_of_addresses),
        cmocka_unit_test(test_openbsd_paths_labels_and_tables),
        cmocka_unit_test(test_neighbors),
        cmocka_unit_test(test_interfaces_change),
        cmocka_unit_test(test_addresses_come_and_go),
        cmocka_unit_test(test_losses),
        cmocka_unit_test(test_netbsd_tells_the_state_of_addresses),
        cmocka_unit_test(test_the_other_end_of_a_point_to_point_address),
        cmocka_unit_test(test_changes_that_are_not_told_well_enough),
        cmocka_unit_test(test_messages_without_what_they_promise),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_our_mark),
        cmocka_unit_test(test_flags_stand_for_protocols),
        cmocka_unit_test(test_kinds_of_interfaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
