/* Requests as bytes. Each request that was recorded is written again from what was decoded of it, and those
 * that an op or a question of ours stands for are made from that: both must be equal octet by octet. */
#include "bsd/rtmsg_encode.h"
#include "bsd/rtmsg_event.h"

#include "codec/rtmsg_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* ---- decoded and written again --------------------------------------------------------------------- */

static size_t write_again(const struct mh_rt_message *message, uint8_t *bytes, size_t size)
{
    struct mh_rt_writer writer;
    mh_rt_begin(&writer, message->layout, message->type->number, bytes, size);
    for (size_t i = 0; i < message->record->place_count; i++) {
        enum mh_rt_field field = (enum mh_rt_field)message->record->places[i].field;
        if (field != MH_RT_TYPE)
            mh_rt_set(&writer, field, mh_rt_value(message, field));
    }
    for (unsigned slot = 0; slot < message->layout->slots; slot++)
        if (message->addresses[slot].kind != MH_RT_ABSENT)
            mh_rt_add(&writer, (enum mh_rt_slot)slot, &message->addresses[slot]);
    return mh_rt_finish(&writer);
}

static void rewrite(const struct mh_rt_layout *layout, const struct recording *recording)
{
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    struct mh_rt_walk walk = {layout, recording->octets, recording->length, 0, false};
    struct mh_rt_message message;
    assert_int_equal(mh_rt_next(&walk, &message, NULL), MH_OK);
    assert_int_equal(message.length, recording->length);
    if (write_again(&message, bytes, sizeof bytes) != recording->length ||
        memcmp(bytes, recording->octets, recording->length) != 0)
        fail_msg("%s: %s is written otherwise", layout->name, recording->name);
    for (size_t size = 0; size < recording->length; size++)
        assert_int_equal(write_again(&message, bytes, size), 0);
}

static void test_every_recorded_request_is_written_again_alike(void **state)
{
    size_t requests = 0;
    (void)state;
    for (size_t i = 0; i < KERNELS; i++) {
        struct recordings found = recordings_of(kernels[i].name);
        for (size_t j = 0; j < found.count; j++)
            if (strstr(found.all[j].name, "-request") != NULL) {
                rewrite(mh_rt_layout_find(kernels[i].layout), &found.all[j]);
                requests++;
            }
        recordings_free(&found);
    }
    assert_int_equal(requests, 131);
}

/* ---- ops ------------------------------------------------------------------------------------------- */

enum { FREEBSD = 1, NETBSD = 2, OPENBSD = 4, ALL = 7 };

struct expectation {
    const char *recording;
    int systems;
    enum mh_op_kind kind;
    const char *destination, *gateway; /* gateway NULL: the interface under test, "": none */
    enum mh_route_type type;
    uint32_t mtu, metric, table;
    bool beside;
    const char *label;
};

static const struct expectation expectations[] = {
    {"radd-default", ALL, MH_OP_ROUTE_ADD, "0.0.0.0/0", "192.0.2.254", MH_ROUTE_UNICAST, 0, 0, 0, false,
     NULL},
    {"radd-net", ALL, MH_OP_ROUTE_ADD, "198.51.100.0/24", "192.0.2.254", MH_ROUTE_UNICAST, 0, 0, 0, false,
     NULL},
    {"radd-net20", ALL, MH_OP_ROUTE_ADD, "10.32.16.0/20", "192.0.2.253", MH_ROUTE_UNICAST, 0, 0, 0, false,
     NULL},
    {"radd-dup", ALL, MH_OP_ROUTE_ADD, "198.51.100.0/24", "192.0.2.254", MH_ROUTE_UNICAST, 0, 0, 0, false,
     NULL},
    {"radd-host", ALL, MH_OP_ROUTE_ADD, "203.0.113.7/32", "192.0.2.254", MH_ROUTE_UNICAST, 0, 0, 0, false,
     NULL},
    {"radd-blackhole", ALL, MH_OP_ROUTE_ADD, "10.99.0.0/16", "", MH_ROUTE_BLACKHOLE, 0, 0, 0, false, NULL},
    {"radd-reject", ALL, MH_OP_ROUTE_ADD, "10.98.0.0/16", "", MH_ROUTE_UNREACHABLE, 0, 0, 0, false, NULL},
    {"radd-mtu", ALL, MH_OP_ROUTE_ADD, "10.97.0.0/16", "192.0.2.254", MH_ROUTE_UNICAST, 1300, 0, 0, false,
     NULL},
    {"radd-unreach", ALL, MH_OP_ROUTE_ADD, "10.96.0.0/16", "198.18.0.1", MH_ROUTE_UNICAST, 0, 0, 0, false,
     NULL},
    {"radd-iface", ALL, MH_OP_ROUTE_ADD, "10.95.0.0/16", NULL, MH_ROUTE_UNICAST, 0, 0, 0, false, NULL},
    {"radd-inet6", ALL, MH_OP_ROUTE_ADD, "2001:db8:2::/48", "2001:db8:1::fe", MH_ROUTE_UNICAST, 0, 0, 0,
     false, NULL},
    {"radd-inet6-host", ALL, MH_OP_ROUTE_ADD, "2001:db8:3::7/128", "2001:db8:1::fe", MH_ROUTE_UNICAST, 0, 0,
     0, false, NULL},
    {"radd-inet6-ll", NETBSD | OPENBSD, MH_OP_ROUTE_ADD, "::/0", "fe80::fe", MH_ROUTE_UNICAST, 0, 0, 0, false,
     NULL},
    {"radd-inet6-ll:2", FREEBSD, MH_OP_ROUTE_ADD, "::/0", "fe80::fe", MH_ROUTE_UNICAST, 0, 0, 0, false, NULL},
    {"radd-priority", OPENBSD, MH_OP_ROUTE_ADD, "198.51.100.0/24", "192.0.2.253", MH_ROUTE_UNICAST, 0, 40, 0,
     true, NULL},
    {"radd-mpath", OPENBSD, MH_OP_ROUTE_ADD, "0.0.0.0/0", "192.0.2.253", MH_ROUTE_UNICAST, 0, 0, 0, true,
     NULL},
    {"radd-label", OPENBSD, MH_OP_ROUTE_ADD, "10.94.0.0/16", "192.0.2.254", MH_ROUTE_UNICAST, 0, 0, 0, false,
     "wan1"},
    {"radd-rtable1", OPENBSD, MH_OP_ROUTE_ADD, "10.93.0.0/16", "", MH_ROUTE_BLACKHOLE, 0, 0, 1, false, NULL},
    {"rchange", ALL, MH_OP_ROUTE_REPLACE, "198.51.100.0/24", "192.0.2.253", MH_ROUTE_UNICAST, 0, 0, 0, false,
     NULL},
    {"rdel", ALL, MH_OP_ROUTE_DELETE, "198.51.100.0/24", "192.0.2.253", MH_ROUTE_UNICAST, 0, 0, 0, false,
     NULL},
    {"rdel-missing", ALL, MH_OP_ROUTE_DELETE, "198.51.100.0/24", "192.0.2.253", MH_ROUTE_UNICAST, 0, 0, 0,
     false, NULL},
};

static int system_of(const struct mh_rt_layout *layout)
{
    static const int bits[] = {FREEBSD, NETBSD, OPENBSD};
    return bits[layout->system];
}

static struct mh_prefix prefix(const char *text)
{
    struct mh_prefix value = {0};
    assert_true(mh_prefix_parse(text, strlen(text), &value));
    return value;
}

static struct mh_address address(const char *text)
{
    struct mh_address value = {0};
    assert_true(mh_address_parse(text, strlen(text), &value));
    return value;
}

/* The interface that the recordings are of. */
static uint32_t interface_of(size_t kernel)
{
    static const uint32_t indexes[KERNELS] = {3, 2, 2, 3, 3};
    return indexes[kernel];
}

static int32_t sequence_of(const struct mh_rt_layout *layout, const struct recording *recording)
{
    struct mh_rt_walk walk = {layout, recording->octets, recording->length, 0, false};
    struct mh_rt_message message;
    assert_int_equal(mh_rt_next(&walk, &message, NULL), MH_OK);
    return (int32_t)mh_rt_value(&message, MH_RT_SEQ);
}

static void expect_equal(const struct mh_rt_layout *layout, const struct recording *recording,
                         const uint8_t *bytes, size_t length)
{
    if (length != recording->length || memcmp(bytes, recording->octets, length) != 0)
        fail_msg("%s: %s is written otherwise", layout->name, recording->name);
}

static void check_op(size_t kernel, const struct recordings *found, const struct expectation *expectation)
{
    static const char *const words[] = {
        [MH_OP_ROUTE_ADD] = "ADD", [MH_OP_ROUTE_REPLACE] = "CHANGE", [MH_OP_ROUTE_DELETE] = "DELETE"};
    const struct mh_rt_layout *layout = mh_rt_layout_find(kernels[kernel].layout);
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    char name[96];
    size_t length = 0, base = strcspn(expectation->recording, ":");
    struct mh_next_hop hop = {.weight = 1};
    struct mh_op op = {.kind = expectation->kind};
    (void)snprintf(name, sizeof name, "%.*s-request%s-RTM_%s", (int)base, expectation->recording,
                   expectation->recording[base] == ':' ? expectation->recording + base + 1 : "",
                   words[expectation->kind]);
    const struct recording *recording = recording_named(found, name);
    op.of.route = (struct mh_route){.destination = prefix(expectation->destination),
                                    .type = (uint8_t)expectation->type,
                                    .metric = expectation->metric,
                                    .table = expectation->table};
    if (expectation->gateway == NULL || strncmp(expectation->gateway, "fe80", 4) == 0)
        hop.interface = interface_of(kernel);
    if (expectation->gateway != NULL && expectation->gateway[0] != '\0')
        hop.gateway = address(expectation->gateway);
    if (expectation->gateway == NULL || expectation->gateway[0] != '\0') {
        op.of.route.next_hop_count = 1;
        op.of.route.next_hops = &hop;
    }
    struct mh_rt_request request = {.sequence = sequence_of(layout, recording),
                                    .mtu = expectation->mtu,
                                    .beside = expectation->beside,
                                    .label = expectation->label};
    struct mh_failure failure;
    if (mh_rt_encode_route(layout, &op, &request, bytes, sizeof bytes, &length, &failure) != MH_OK)
        fail_msg("%s: %s: %s", layout->name, name, failure.detail);
    expect_equal(layout, recording, bytes, length);
}

static void test_ops_are_what_route_writes(void **state)
{
    (void)state;
    for (size_t i = 0; i < KERNELS; i++) {
        struct recordings found = recordings_of(kernels[i].name);
        for (size_t j = 0; j < sizeof expectations / sizeof expectations[0]; j++)
            if ((expectations[j].systems & system_of(mh_rt_layout_find(kernels[i].layout))) != 0)
                check_op(i, &found, &expectations[j]);
        recordings_free(&found);
    }
}

/* OpenBSD, a gateway on a named interface. */
static void test_a_gateway_on_an_interface(void **state)
{
    (void)state;
    for (size_t i = 3; i < KERNELS; i++) {
        struct recordings found = recordings_of(kernels[i].name);
        const struct mh_rt_layout *layout = mh_rt_layout_find(kernels[i].layout);
        const struct recording *recording = recording_named(&found, "nic-radd-ifscope-request-RTM_ADD");
        struct mh_next_hop hop = {.gateway = address("198.18.5.1"), .interface = 1, .weight = 1};
        struct mh_op op = {.kind = MH_OP_ROUTE_ADD};
        struct mh_rt_request request = {.sequence = sequence_of(layout, recording)};
        uint8_t bytes[MH_RT_REQUEST_SIZE];
        size_t length = 0;
        op.of.route = (struct mh_route){.destination = prefix("10.92.0.0/16"),
                                        .type = MH_ROUTE_UNICAST,
                                        .next_hop_count = 1,
                                        .next_hops = &hop};
        assert_int_equal(mh_rt_encode_route(layout, &op, &request, bytes, sizeof bytes, &length, NULL),
                         MH_OK);
        expect_equal(layout, recording, bytes, length);
        recordings_free(&found);
    }
}

static void check_questions(const struct mh_rt_layout *layout, const struct recordings *found)
{
    static const struct {
        const char *recording, *destination;
    } questions[] = {{"rget-connected-request-RTM_GET", "192.0.2.40"},
                     {"rget-inet6-request-RTM_GET", "2001:db8:2:3::1"}};
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length = 0;
    struct mh_prefix all = prefix("0.0.0.0/0");
    for (size_t i = 0; i < 2; i++) {
        const struct recording *recording = recording_named(found, questions[i].recording);
        struct mh_rt_request request = {.sequence = sequence_of(layout, recording)};
        struct mh_address destination = address(questions[i].destination);
        assert_int_equal(
            mh_rt_encode_question(layout, &destination, 0, &request, bytes, sizeof bytes, &length, NULL),
            MH_OK);
        expect_equal(layout, recording, bytes, length);
    }
    const struct recording *recording = recording_named(found, "rget-default-request-RTM_GET");
    struct mh_rt_request request = {.sequence = sequence_of(layout, recording)};
    assert_int_equal(mh_rt_encode_lookup(layout, &all, 0, &request, bytes, sizeof bytes, &length, NULL),
                     MH_OK);
    expect_equal(layout, recording, bytes, length);
}

static void check_neighbor(const struct mh_rt_layout *layout, const struct recordings *found,
                           uint32_t interface)
{
    struct mh_neighbor neighbor = {.interface = interface,
                                   .address = address("192.0.2.9"),
                                   .hardware_address_length = 6,
                                   .hardware_address = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x09}};
    const struct recording *recording = recording_named(found, "arp-static-request-RTM_ADD");
    int32_t sequence = sequence_of(layout, recording);
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length = 0;
    assert_int_equal(
        mh_rt_encode_neighbor(layout, &neighbor, false, sequence, bytes, sizeof bytes, &length, NULL), MH_OK);
    expect_equal(layout, recording, bytes, length);
}

static void test_questions_and_neighbors(void **state)
{
    (void)state;
    for (size_t i = 0; i < KERNELS; i++) {
        struct recordings found = recordings_of(kernels[i].name);
        check_questions(mh_rt_layout_find(kernels[i].layout), &found);
        check_neighbor(mh_rt_layout_find(kernels[i].layout), &found, interface_of(i));
        recordings_free(&found);
    }
}

/* ---- other machines -------------------------------------------------------------------------------- */

/* What is written for any layout is read as the same, whatever the machine's order of octets. */
static void test_every_layout_reads_what_it_writes(void **state)
{
    const struct mh_rt_layout *layout;
    (void)state;
    for (size_t i = 0; (layout = mh_rt_layout_at(i)) != NULL; i++) {
        uint8_t bytes[MH_RT_REQUEST_SIZE];
        size_t length = 0;
        struct mh_next_hop hop = {.gateway = address("fe80::fe"), .interface = 259, .weight = 1};
        struct mh_op op = {.kind = MH_OP_ROUTE_ADD};
        struct mh_rt_request request = {.sequence = -7, .mtu = 1280};
        struct mh_rt_message message;
        op.of.route = (struct mh_route){.destination = prefix("2001:db8::/33"),
                                        .type = MH_ROUTE_UNICAST,
                                        .next_hop_count = 1,
                                        .next_hops = &hop};
        assert_int_equal(mh_rt_encode_route(layout, &op, &request, bytes, sizeof bytes, &length, NULL),
                         MH_OK);
        struct mh_rt_walk walk = {layout, bytes, length, 0, false};
        assert_int_equal(mh_rt_next(&walk, &message, NULL), MH_OK);
        assert_int_equal(mh_rt_next(&walk, &message, NULL), MH_NOT_FOUND);
        assert_string_equal(message.type->name, "RTM_ADD");
        assert_int_equal((int32_t)mh_rt_value(&message, MH_RT_SEQ), -7);
        assert_int_equal(mh_rt_value(&message, MH_RT_RMX_MTU), 1280);
        assert_int_equal(message.addresses[MH_RT_GATEWAY].zone, 259);
        assert_true(mh_address_equal(&message.addresses[MH_RT_GATEWAY].address, &hop.gateway));
        assert_int_equal(message.addresses[MH_RT_NETMASK].prefix_length, 33);
        assert_int_equal(message.trailing_length, 0);
        assert_int_equal(bytes[layout->big_endian ? 1 : 0], length & 0xff);
    }
}

/* Read again, it is ours. On OpenBSD the flag of a route without a gateway would make it a proxy. */
static void marked_is(const struct mh_rt_layout *layout, const struct mh_next_hop *hop, bool flagged)
{
    static const struct mh_rt_context context = {0};
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length = 0;
    struct mh_op op = {.kind = MH_OP_ROUTE_ADD};
    struct mh_rt_request request = {0};
    struct mh_rt_message message;
    struct mh_rt_event event;
    op.of.route = (struct mh_route){.destination = prefix("198.51.100.0/24"),
                                    .type = MH_ROUTE_UNICAST,
                                    .protocol = 157,
                                    .next_hop_count = 1,
                                    .next_hops = hop};
    assert_int_equal(mh_rt_encode_route(layout, &op, &request, bytes, sizeof bytes, &length, NULL), MH_OK);
    struct mh_rt_walk walk = {layout, bytes, length, 0, false};
    assert_int_equal(mh_rt_next(&walk, &message, NULL), MH_OK);
    assert_int_equal((mh_rt_value(&message, MH_RT_FLAGS) & 0x4000) != 0, flagged);
    assert_int_equal(mh_rt_event_of(&message, &context, &event, NULL), MH_OK);
    assert_int_equal(event.of.route.owner, MH_OWNER_MULTIHOMED);
    assert_int_equal(event.of.route.protocol, 157);
}

/* RTM_SOURCE is 22, RTA_IFA 0x20; OpenBSD alone has it. */
static void test_a_preferred_source_is_one_address(void **state)
{
    static const uint8_t ipv4[] = {16, 2, 0, 0, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t none6[28] = {28, 24};
    static const struct mh_address wanted = {.family = MH_IPV4, .bytes = {192, 0, 2, 1}},
                                   nothing = {.family = MH_IPV6};
    static const struct mh_rt_request seventh = {.sequence = 7};
    (void)state;
    for (size_t i = 0; i < KERNELS; i++) {
        const struct mh_rt_layout *layout = mh_rt_layout_find(kernels[i].layout);
        bool is_known = layout->system == MH_RT_OPENBSD;
        uint8_t bytes[MH_RT_REQUEST_SIZE];
        size_t length = 0;
        assert_int_equal(
            mh_rt_encode_source(layout, &wanted, 0, &seventh, bytes, sizeof bytes, &length, NULL),
            is_known ? MH_OK : MH_UNSUPPORTED);
        if (!is_known)
            continue;
        assert_int_equal(bytes[3], 22);
        assert_int_equal(bytes[12], 0x20);
        assert_int_equal(bytes[28], 7);
        assert_int_equal(bytes[0], length);
        assert_int_equal(bytes[4], length - sizeof ipv4);
        assert_memory_equal(bytes + bytes[4], ipv4, sizeof ipv4);
        assert_int_equal(
            mh_rt_encode_source(layout, &nothing, 3, &seventh, bytes, sizeof bytes, &length, NULL), MH_OK);
        assert_int_equal(bytes[8], 3);
        assert_memory_equal(bytes + bytes[4], none6, sizeof none6);
        assert_int_equal(mh_rt_encode_source(layout, &wanted, 0, &seventh, bytes, 80, &length, NULL),
                         MH_LIMIT);
    }
}

static void test_our_mark(void **state)
{
    const struct mh_next_hop by_gateway = {.gateway = address("192.0.2.254"), .interface = 3, .weight = 1};
    const struct mh_next_hop by_interface = {.interface = 3, .weight = 1};
    const struct mh_rt_layout *layout;
    (void)state;
    for (size_t i = 0; (layout = mh_rt_layout_at(i)) != NULL; i++) {
        marked_is(layout, &by_gateway, true);
        marked_is(layout, &by_interface, layout->system != MH_RT_OPENBSD);
    }
}

/* ---- refusals -------------------------------------------------------------------------------------- */

static enum mh_error encode(const char *layout, const struct mh_route *route, enum mh_op_kind kind)
{
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length = 0;
    struct mh_failure failure = {.code = MH_OK};
    struct mh_op op = {.kind = kind, .of.route = *route};
    struct mh_rt_request request = {0};
    enum mh_error code =
        mh_rt_encode_route(mh_rt_layout_find(layout), &op, &request, bytes, sizeof bytes, &length, &failure);
    assert_true(code == MH_OK || (failure.code == code && failure.detail[0] != '\0' && length == 0));
    return code;
}

static void test_what_a_system_cannot_do_is_refused(void **state)
{
    struct mh_next_hop hops[2] = {{.gateway = address("192.0.2.254"), .weight = 1},
                                  {.gateway = address("192.0.2.253"), .weight = 1}};
    struct mh_route good = {.destination = prefix("10.0.0.0/8"),
                            .type = MH_ROUTE_UNICAST,
                            .next_hop_count = 1,
                            .next_hops = hops};
    struct mh_route route = good;
    (void)state;
    assert_int_equal(encode("netbsd-10-amd64", &route, MH_OP_ROUTE_ADD), MH_OK);
    assert_int_equal(encode("netbsd-10-amd64", &route, MH_OP_ADDRESS_ADD), MH_INVALID);
    route.metric = 5;
    assert_int_equal(encode("netbsd-10-amd64", &route, MH_OP_ROUTE_ADD), MH_UNSUPPORTED);
    assert_int_equal(encode("openbsd-8-amd64", &route, MH_OP_ROUTE_ADD), MH_OK);
    route.metric = 64;
    assert_int_equal(encode("openbsd-8-amd64", &route, MH_OP_ROUTE_ADD), MH_UNSUPPORTED);
    route = good;
    route.next_hop_count = 2;
    assert_int_equal(encode("netbsd-10-amd64", &route, MH_OP_ROUTE_ADD), MH_UNSUPPORTED);
    assert_int_equal(encode("freebsd-14-amd64", &route, MH_OP_ROUTE_ADD), MH_OK);
    route.next_hop_count = 0;
    assert_int_equal(encode("freebsd-14-amd64", &route, MH_OP_ROUTE_ADD), MH_INVALID);
    assert_int_equal(encode("freebsd-14-amd64", &route, MH_OP_ROUTE_DELETE), MH_OK);
    route = good;
    route.destination = prefix("2001:db8::/32");
    assert_int_equal(encode("freebsd-14-amd64", &route, MH_OP_ROUTE_ADD), MH_UNSUPPORTED);
    route = good;
    route.type = MH_ROUTE_LOCAL;
    assert_int_equal(encode("freebsd-14-amd64", &route, MH_OP_ROUTE_ADD), MH_UNSUPPORTED);
    route = good;
    route.tos = 4;
    assert_int_equal(encode("openbsd-8-amd64", &route, MH_OP_ROUTE_ADD), MH_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_recorded_request_is_written_again_alike),
        cmocka_unit_test(test_ops_are_what_route_writes),
        cmocka_unit_test(test_a_gateway_on_an_interface),
        cmocka_unit_test(test_questions_and_neighbors),
        cmocka_unit_test(test_every_layout_reads_what_it_writes),
        cmocka_unit_test(test_a_preferred_source_is_one_address),
        cmocka_unit_test(test_our_mark),
        cmocka_unit_test(test_what_a_system_cannot_do_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
