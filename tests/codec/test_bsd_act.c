/* Ops on BSDs, against a kernel that follows a script: requests are those of the recordings, or are written
 * out here octet by octet as the systems' headers have their structures. */
#include "bsd/act.h"
#include "bsd/rtmsg_encode.h"
#include "unit/support.h"

#include "codec/rtmsg_fixture.h"
#include "codec/scripted_calls.h"

enum { FREEBSD12, FREEBSD13, NETBSD7, OPENBSD7, OPENBSD8 };
enum { OWN = 157, PROTO2 = 0x4000, NOT_CHANGED = 0 };

static struct mh_address address(const char *text)
{
    struct mh_address value = {0};
    if (text != NULL && text[0] != '\0')
        assert_true(mh_address_parse(text, strlen(text), &value));
    return value;
}

static struct mh_prefix prefix(const char *text)
{
    struct mh_prefix value = {0};
    assert_true(mh_prefix_parse(text, strlen(text), &value));
    return value;
}

static size_t flags_at(const struct mh_rt_layout *layout)
{
    return layout->system == MH_RT_OPENBSD ? 16 : 8;
}

static size_t sequence_at(const struct mh_rt_layout *layout)
{
    return layout->system == MH_RT_OPENBSD ? 28 : 20;
}

/* ---- routes: what is written and told -------------------------------------------------------------- */

/* A route with up to three gateways, for as long as the test. */
struct wanted {
    struct mh_next_hop hops[3];
    struct mh_op op;
};

static struct mh_op *want(struct wanted *wanted, enum mh_op_kind kind, const char *destination,
                          uint8_t protocol, const char *first, const char *second)
{
    *wanted = (struct wanted){.hops = {{.gateway = address(first), .weight = 1}, {.weight = 1}}};
    wanted->hops[1].gateway = address(second);
    wanted->op.kind = kind;
    wanted->op.of.route = (struct mh_route){.destination = prefix(destination),
                                            .type = first == NULL ? MH_ROUTE_BLACKHOLE : MH_ROUTE_UNICAST,
                                            .protocol = protocol,
                                            .next_hops = wanted->hops,
                                            .next_hop_count = second != NULL  ? 2
                                                              : first != NULL ? 1
                                                                              : 0};
    return &wanted->op;
}

/* The message for one next hop, as the codec writes it (test_rtmsg_encode holds that against recordings). */
static size_t compose(const struct mh_rt_layout *layout, enum mh_op_kind kind, const struct mh_route *route,
                      size_t hop, uint32_t sequence, bool beside, uint8_t bytes[MH_RT_REQUEST_SIZE])
{
    const struct mh_op op = {.kind = kind, .of.route = *route};
    const struct mh_rt_request request = {.sequence = (int32_t)sequence, .hop = hop, .beside = beside};
    size_t length;
    assert_int_equal(mh_rt_encode_route(layout, &op, &request, bytes, MH_RT_REQUEST_SIZE, &length, NULL),
                     MH_OK);
    return length;
}

static void add_route_write(struct script *script, enum mh_op_kind kind, const struct mh_route *route,
                            size_t hop, uint32_t sequence, int native)
{
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length = compose(script->host.layout, kind, route, hop, sequence, false, bytes);
    add_bytes(script, CALL_WRITE, 0, bytes, length, native);
}

/* The question for exactly this destination. */
static void add_lookup(struct script *script, const struct mh_route *route, uint32_t sequence, int native)
{
    const struct mh_rt_request request = {
        .sequence = (int32_t)sequence, .priority = route->metric, .route = true};
    const struct mh_rt_layout *layout = script->host.layout;
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length;
    bool host =
        route->destination.length == mh_family_bits((enum mh_family)route->destination.address.family);
    enum mh_error code = host && layout->system != MH_RT_OPENBSD
                             ? mh_rt_encode_question(layout, &route->destination.address, route->table,
                                                     &request, bytes, sizeof bytes, &length, NULL)
                             : mh_rt_encode_lookup(layout, &route->destination, route->table, &request, bytes,
                                                   sizeof bytes, &length, NULL);
    assert_int_equal(code, MH_OK);
    add_bytes(script, CALL_WRITE, 0, bytes, length, native);
}

/* The kernel tells a route that is there: the request that makes it, as an RTM_GET. */
static void add_told(struct script *script, const struct mh_route *route, uint32_t sequence)
{
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length = compose(script->host.layout, MH_OP_ROUTE_ADD, route, 0, sequence, false, bytes);
    bytes[3] = (uint8_t)mh_rt_type_meaning(script->host.layout, MH_RT_MEANS_GET)->number;
    add_message(script, bytes, length);
}

/* What NET_RT_DUMP answers: routes with a priority where the system has any. */
static void add_dump(struct script *script, const struct mh_route *routes, size_t count)
{
    const struct mh_rt_layout *layout = script->host.layout;
    uint8_t bytes[4096];
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t hop = 0; hop < (routes[i].next_hop_count == 0 ? 1 : routes[i].next_hop_count); hop++) {
            struct mh_route route = routes[i];
            if (layout->system == MH_RT_OPENBSD && route.metric == 0)
                route.metric = 8;
            size_t more = compose(layout, MH_OP_ROUTE_ADD, &route, hop, 0, false, bytes + length);
            bytes[length + 3] = (uint8_t)mh_rt_type_meaning(layout, MH_RT_MEANS_GET)->number;
            length += more;
        }
    add_bytes(script, CALL_SYSCTL, layout->numbers->dump, bytes, length, 0);
}

static void expect(struct script *script, const struct mh_op *op, enum mh_error expected, int native)
{
    struct mh_failure failure = {0};
    add_close(script);
    enum mh_error code = mh_bsd_apply(&script->host.base, op, &failure);
    if (code != expected)
        fail_msg("%s instead of %s: %s", mh_error_word(code), mh_error_word(expected), failure.detail);
    assert_int_equal(failure.native_code, native);
    assert_int_equal(code != MH_OK, failure.detail[0] != '\0');
    assert_int_equal(failure.code, code);
    script_end(script);
}

/* ---- routes: one message --------------------------------------------------------------------------- */

struct recorded {
    const char *step;
    enum mh_op_kind kind;
    const char *destination, *gateway; /* gateway NULL: a blackhole */
    int native;
    enum mh_error error;
};

static const struct recorded recorded[] = {
    {"radd-net", MH_OP_ROUTE_ADD, "198.51.100.0/24", "192.0.2.254", 0, MH_OK},
    {"radd-host", MH_OP_ROUTE_ADD, "203.0.113.7/32", "192.0.2.254", 0, MH_OK},
    {"radd-blackhole", MH_OP_ROUTE_ADD, "10.99.0.0/16", NULL, 0, MH_OK},
    {"radd-inet6", MH_OP_ROUTE_ADD, "2001:db8:2::/48", "2001:db8:1::fe", 0, MH_OK},
    {"radd-dup", MH_OP_ROUTE_ADD, "198.51.100.0/24", "192.0.2.254", 17, MH_EXISTS},
    {"radd-unreach", MH_OP_ROUTE_ADD, "10.96.0.0/16", "198.18.0.1", 51, MH_UNREACHABLE},
    {"radd-net", MH_OP_ROUTE_ADD, "198.51.100.0/24", "192.0.2.254", 1, MH_PERMISSION},
    {"radd-net", MH_OP_ROUTE_ADD, "198.51.100.0/24", "192.0.2.254", 13, MH_PERMISSION},
    {"radd-net", MH_OP_ROUTE_ADD, "198.51.100.0/24", "192.0.2.254", 55, MH_NO_MEMORY},
};

/* FreeBSD is asked first whether something is there. */
static void try_recorded(size_t kernel, const struct recordings *recordings, const struct recorded *test)
{
    struct script *script = script_new(kernels[kernel].layout, 0);
    char name[96];
    (void)snprintf(name, sizeof name, "%s-request-RTM_ADD", test->step);
    const struct recording *request = recording_named(recordings, name);
    uint32_t sequence = (uint32_t)mh_rt_read_number(script->host.layout,
                                                    request->octets + sequence_at(script->host.layout), 4);
    struct wanted wanted;
    const struct mh_op *op = want(&wanted, test->kind, test->destination, 0, test->gateway, NULL);
    bool looks = script->host.layout->system == MH_RT_FREEBSD;
    script->host.question_number = sequence - looks;
    add_route_socket(script, 0);
    if (looks)
        add_lookup(script, &op->of.route, sequence - 1, 3);
    add_bytes(script, CALL_WRITE, 0, request->octets, request->length, test->native);
    expect(script, op, test->error, test->native);
}

static void test_recorded_requests_are_made(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct recordings recordings = recordings_of(kernels[kernel].name);
        for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++)
            try_recorded(kernel, &recordings, &recorded[i]);
        recordings_free(&recordings);
    }
}

/* The mark is in the request's flags. */
static void test_own_routes_are_marked(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 40);
        struct wanted wanted;
        const struct mh_op *op = want(&wanted, MH_OP_ROUTE_ADD, "10.0.0.0/8", OWN, "192.0.2.254", NULL);
        bool looks = script->host.layout->system == MH_RT_FREEBSD;
        add_route_socket(script, 0);
        if (looks)
            add_lookup(script, &op->of.route, 40, 3);
        add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, looks ? 41 : 40, 0);
        const uint8_t *written = script->steps[script->count - 1].bytes;
        assert_int_equal(mh_rt_read_number(script->host.layout, written + flags_at(script->host.layout), 4) &
                             PROTO2,
                         PROTO2);
        expect(script, op, MH_OK, 0);
    }
}

/* The connection's errors: nobody knows what came of it. */
static void test_lost_answers_are_told(void **state)
{
    static const enum mh_error errors[] = {MH_TIMEOUT, MH_LOST, MH_MALFORMED, MH_IO};
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct script *script = script_new("netbsd-10-amd64", 1);
        struct wanted wanted;
        const struct mh_op *op = want(&wanted, MH_OP_ROUTE_ADD, "10.0.0.0/8", OWN, "192.0.2.254", NULL);
        add_route_socket(script, 0);
        add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 1, 0);
        script->steps[script->count - 1].error = errors[i];
        expect(script, op, errors[i], 0);
    }
}

/* FreeBSD would join the new route to the other's. */
static void test_nothing_is_added_beside_a_route_of_freebsd(void **state)
{
    struct script *script = script_new("freebsd-14-amd64", 9);
    struct wanted wanted, there;
    const struct mh_op *op = want(&wanted, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.253", NULL);
    (void)state;
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 9, 0);
    add_told(script, &want(&there, MH_OP_ROUTE_ADD, "0.0.0.0/0", 0, "192.0.2.254", NULL)->of.route, 9);
    expect(script, op, MH_EXISTS, 17);
}

static void test_tables_are_named(void **state)
{
    struct wanted wanted;
    struct mh_op *op = want(&wanted, MH_OP_ROUTE_ADD, "10.0.0.0/8", OWN, "192.0.2.254", NULL);
    (void)state;
    op->of.route.table = 3;
    struct script *script = script_new("freebsd-14-amd64", 9);
    add_route_socket(script, 3); /* SO_SETFIB */
    add_lookup(script, &op->of.route, 9, 3);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 10, 0);
    expect(script, op, MH_OK, 0);

    script = script_new("freebsd-14-amd64", 9);
    add_route_socket(script, 3);
    script->steps[script->count - 1].native = 22; /* net.fibs is less */
    expect(script, op, MH_UNSUPPORTED, NOT_CHANGED);

    script = script_new("openbsd-8-amd64", 9);
    add_route_socket(script, 3);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 9, 0);
    assert_int_equal(mh_rt_read_number(script->host.layout, script->steps[1].bytes + 8, 2),
                     3); /* rtm_tableid */
    expect(script, op, MH_OK, 0);

    struct mh_failure failure = {0};
    script = script_new("netbsd-10-amd64", 9);
    assert_int_equal(mh_bsd_apply(&script->host.base, op, &failure), MH_UNSUPPORTED);
    script_end(script);
}

/* ---- routes: whose they are ------------------------------------------------------------------------ */

static void test_only_routes_of_the_same_maker_are_deleted(void **state)
{
    static const char *const layouts[] = {"freebsd-14-amd64", "netbsd-10-amd64", "openbsd-8-amd64"};
    (void)state;
    for (size_t i = 0; i < 12; i++) {
        bool ours = i / 3 % 2, there_ours = i / 6;
        struct script *script = script_new(layouts[i % 3], 5);
        struct wanted wanted, there;
        const struct mh_op *op =
            want(&wanted, MH_OP_ROUTE_DELETE, "10.0.0.0/8", ours ? OWN : 0, "192.0.2.254", NULL);
        const struct mh_route *found =
            &want(&there, MH_OP_ROUTE_ADD, "10.0.0.0/8", there_ours ? OWN : 0, "192.0.2.254", NULL)->of.route;
        bool dumps = i % 3 == 2;
        add_route_socket(script, 0);
        if (dumps)
            add_dump(script, found, 1);
        else {
            add_lookup(script, &op->of.route, 5, 0);
            add_told(script, found, 5);
        }
        if (ours == there_ours)
            add_route_write(script, MH_OP_ROUTE_DELETE, &op->of.route, 0, dumps ? 5 : 6, 0);
        expect(script, op, ours == there_ours ? MH_OK : MH_NOT_FOUND, ours == there_ours ? 0 : 3);
    }
}

/* ESRCH, an answer that covers the destination (NetBSD), or a dump without it. */
static void test_what_is_not_there_is_not_deleted(void **state)
{
    struct wanted wanted, there;
    const struct mh_op *op = want(&wanted, MH_OP_ROUTE_DELETE, "10.0.0.0/8", OWN, "192.0.2.254", NULL);
    const struct mh_route *cover =
        &want(&there, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", NULL)->of.route;
    (void)state;
    struct script *script = script_new("freebsd-14-amd64", 5);
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 5, 3);
    expect(script, op, MH_NOT_FOUND, 3);

    script = script_new("netbsd-10-amd64", 5);
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 5, 0);
    add_told(script, cover, 5);
    expect(script, op, MH_NOT_FOUND, 3);

    script = script_new("openbsd-8-amd64", 5);
    add_route_socket(script, 0);
    add_dump(script, cover, 1);
    expect(script, op, MH_NOT_FOUND, 3);
}

/* Of OpenBSD's priorities it is the one that the op names. */
static void test_a_priority_is_asked_for(void **state)
{
    struct wanted wanted;
    struct mh_op *op = want(&wanted, MH_OP_ROUTE_DELETE, "10.0.0.0/8", OWN, "192.0.2.254", NULL);
    struct script *script = script_new("openbsd-7-i386", 5);
    (void)state;
    op->of.route.metric = 40;
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 5, 0);
    assert_int_equal(script->steps[1].bytes[10], 40); /* rtm_priority */
    add_told(script, &op->of.route, 5);
    add_route_write(script, MH_OP_ROUTE_DELETE, &op->of.route, 0, 6, 0);
    expect(script, op, MH_OK, 0);
}

static void test_another_programs_route_is_not_replaced(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 5);
        struct wanted wanted, there;
        const struct mh_op *op = want(&wanted, MH_OP_ROUTE_REPLACE, "10.0.0.0/8", OWN, "192.0.2.253", NULL);
        add_route_socket(script, 0);
        add_dump(script, &want(&there, MH_OP_ROUTE_ADD, "10.0.0.0/8", 0, "192.0.2.254", NULL)->of.route, 1);
        expect(script, op, MH_CONFLICT, 0);
    }
}

/* A dump that a real kernel told: its route is not ours, and everything else is no obstacle. */
static void test_recorded_tables_are_searched(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct recordings recordings = recordings_of(kernels[kernel].name);
        const struct recording *dump = recording_named(&recordings, "full-dump-inet");
        for (int i = 0; i < 2; i++) {
            struct script *script = script_new(kernels[kernel].layout, 5);
            struct wanted wanted;
            const struct mh_op *op =
                want(&wanted, MH_OP_ROUTE_REPLACE, i == 0 ? "10.32.16.0/20" : "10.32.17.0/24", OWN,
                     "192.0.2.254", NULL);
            add_route_socket(script, 0);
            add_bytes(script, CALL_SYSCTL, script->host.layout->numbers->dump, dump->octets, dump->length, 0);
            if (i == 1)
                add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 5, 0);
            expect(script, op, i == 0 ? MH_CONFLICT : MH_OK, 0);
        }
        recordings_free(&recordings);
    }
}

static void test_one_message_replaces_one_next_hop(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 5);
        struct wanted wanted, there;
        const struct mh_op *op = want(&wanted, MH_OP_ROUTE_REPLACE, "10.0.0.0/8", OWN, "192.0.2.253", NULL);
        add_route_socket(script, 0);
        add_dump(script, &want(&there, MH_OP_ROUTE_ADD, "10.0.0.0/8", OWN, "192.0.2.254", NULL)->of.route, 1);
        add_route_write(script, MH_OP_ROUTE_REPLACE, &op->of.route, 0, 5, 0);
        expect(script, op, MH_OK, 0);
    }
}

/* A blackhole in place of a way: what kind of route it is cannot be changed. */
static void test_another_kind_of_route_replaces_in_two_steps(void **state)
{
    struct script *script = script_new("netbsd-10-amd64", 5);
    struct wanted wanted, there;
    const struct mh_op *op = want(&wanted, MH_OP_ROUTE_REPLACE, "10.0.0.0/8", OWN, NULL, NULL);
    const struct mh_route *found =
        &want(&there, MH_OP_ROUTE_ADD, "10.0.0.0/8", OWN, "192.0.2.254", NULL)->of.route;
    (void)state;
    add_route_socket(script, 0);
    add_dump(script, found, 1);
    add_route_write(script, MH_OP_ROUTE_DELETE, found, 0, 5, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 6, 0);
    expect(script, op, MH_OK, 0);

    script = script_new("netbsd-10-amd64", 5);
    add_route_socket(script, 0);
    add_dump(script, found, 1);
    add_route_write(script, MH_OP_ROUTE_DELETE, found, 0, 5, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 6, 55);
    expect(script, op, MH_LOST, 55);
}

/* ---- routes: several next hops --------------------------------------------------------------------- */

static void test_each_next_hop_is_a_message(void **state)
{
    struct wanted wanted;
    const struct mh_op *op = want(&wanted, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", "192.0.2.253");
    struct script *script = script_new("freebsd-14-amd64", 5);
    (void)state;
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 5, 3);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 6, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 1, 7, 0);
    expect(script, op, MH_OK, 0);

    script = script_new("openbsd-8-amd64", 5);
    add_route_socket(script, 0);
    add_dump(script, NULL, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 5, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 1, 6, 0);
    assert_int_equal(mh_rt_read_number(script->host.layout, script->steps[2].bytes + 16, 4) & 0x40000,
                     0x40000);
    expect(script, op, MH_OK, 0); /* RTF_MPATH */

    struct mh_failure failure = {0};
    script = script_new("netbsd-10-amd64", 5);
    assert_int_equal(mh_bsd_apply(&script->host.base, op, &failure), MH_UNSUPPORTED);
    script_end(script);
}

/* FreeBSD 12, or net.route.multipath=0; and a gateway that is not to be reached. */
static void test_an_addition_that_fails_midway_is_taken_back(void **state)
{
    static const int natives[] = {17, 51, 51};
    static const enum mh_error errors[] = {MH_UNSUPPORTED, MH_UNREACHABLE, MH_LOST};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct wanted wanted;
        const struct mh_op *op =
            want(&wanted, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", "192.0.2.253");
        struct script *script = script_new("freebsd-12-amd64", 5);
        add_route_socket(script, 0);
        add_lookup(script, &op->of.route, 5, 3);
        add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 6, 0);
        add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 1, 7, natives[i]);
        add_route_write(script, MH_OP_ROUTE_DELETE, &op->of.route, 0, 8, i == 2 ? 1 : 0);
        expect(script, op, errors[i], i == 0 ? 0 : natives[i]);
    }
}

/* The one that is missing is added before the other goes. */
static void test_next_hops_are_exchanged(void **state)
{
    static const char *const layouts[] = {"freebsd-14-amd64", "openbsd-8-amd64"};
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct wanted wanted, there, old;
        const struct mh_op *op =
            want(&wanted, MH_OP_ROUTE_REPLACE, "0.0.0.0/0", OWN, "192.0.2.253", "192.0.2.252");
        const struct mh_route *found =
            &want(&there, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", "192.0.2.253")->of.route;
        const struct mh_route *gone =
            &want(&old, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", NULL)->of.route;
        struct script *script = script_new(layouts[i % 2], 5);
        add_route_socket(script, 0);
        add_dump(script, found, 1);
        add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 1, 5, 0);
        add_route_write(script, MH_OP_ROUTE_DELETE, gone, 0, 6, i < 2 ? 0 : 3);
        expect(script, op, i < 2 ? MH_OK : MH_LOST, i < 2 ? 0 : 3);
    }
}

/* Nothing was changed yet. */
static void test_a_kernel_with_one_next_hop_says_so(void **state)
{
    struct wanted wanted, there;
    const struct mh_op *op =
        want(&wanted, MH_OP_ROUTE_REPLACE, "0.0.0.0/0", OWN, "192.0.2.254", "192.0.2.253");
    struct script *script = script_new("freebsd-12-amd64", 5);
    (void)state;
    add_route_socket(script, 0);
    add_dump(script, &want(&there, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", NULL)->of.route, 1);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 1, 5, 17);
    expect(script, op, MH_UNSUPPORTED, 0);
}

static void test_a_weight_is_changed_by_adding_anew(void **state)
{
    struct wanted wanted, there, old;
    struct mh_op *op = want(&wanted, MH_OP_ROUTE_REPLACE, "0.0.0.0/0", OWN, "192.0.2.254", "192.0.2.253");
    const struct mh_route *found =
        &want(&there, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", "192.0.2.253")->of.route;
    const struct mh_route *gone =
        &want(&old, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.253", NULL)->of.route;
    struct script *script = script_new("freebsd-14-amd64", 5);
    (void)state;
    wanted.hops[1].weight = 3;
    add_route_socket(script, 0);
    add_dump(script, found, 1);
    add_route_write(script, MH_OP_ROUTE_DELETE, gone, 0, 5, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 1, 6, 0);
    expect(script, op, MH_OK, 0);
}

static void test_hostile_tables_do_no_harm(void **state)
{
    struct recordings recordings = recordings_of("freebsd13");
    const struct recording *dump = recording_named(&recordings, "full-dump-inet");
    (void)state;
    for (size_t at = 0; at < dump->length; at += 7) {
        struct script *script = script_new("freebsd-13-amd64", 5);
        struct wanted wanted;
        const struct mh_op *op =
            want(&wanted, MH_OP_ROUTE_REPLACE, "10.32.16.0/20", OWN, "192.0.2.254", NULL);
        add_route_socket(script, 0);
        add_bytes(script, CALL_SYSCTL, script->host.layout->numbers->dump, dump->octets, dump->length, 0);
        script->octets[script->used - dump->length + at] ^= 0xff;
        add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 5, 1);
        script->steps[script->count - 1].optional = true;
        add_close(script);
        assert_int_not_equal(mh_bsd_apply(&script->host.base, op, NULL), MH_OK);
        free(script);
    }
    recordings_free(&recordings);
}

/* ---- interfaces ------------------------------------------------------------------------------------ */

/* The interface under test and its addresses: 192.0.2.1/24, 192.0.2.77/32, 2001:db8:1::1/64. */
static void add_interfaces(struct script *script, size_t kernel)
{
    struct recordings recordings = recordings_of(kernels[kernel].name);
    bool is_long = script->host.layout->numbers->long_interfaces != 0;
    const struct recording *list = recording_named(&recordings, is_long ? "full-iflistl" : "full-iflist");
    add_bytes(script, CALL_SYSCTL,
              is_long ? script->host.layout->numbers->long_interfaces
                      : script->host.layout->numbers->interfaces,
              list->octets, list->length, 0);
    recordings_free(&recordings);
}

static const uint32_t interfaces[KERNELS] = {3, 2, 2, 3, 3};
static const char *const names[KERNELS] = {"bridge0", "bridge0", "shmif0", "vether0", "vether0"};

/* Octets as digits; spaces between them. */
static size_t digits(const char *text, uint8_t *bytes)
{
    size_t length = 0;
    for (; *text != '\0'; text++)
        if (*text != ' ') {
            bytes[length++] = (uint8_t)(mh_hexadecimal_value(text[0]) << 4 | mh_hexadecimal_value(text[1]));
            text++;
        }
    return length;
}

/* A structure of `size` octets that begins with the interface's name, and these octets behind it. */
static void add_ioctl(struct script *script, size_t kernel, int family, uint32_t request, const char *text,
                      int native)
{
    uint8_t bytes[MH_IOCTL_SIZE_MAX] = {0};
    size_t size = request >> 16 & 0x1fff;
    assert_true(size <= sizeof bytes);
    memcpy(bytes, names[kernel], strlen(names[kernel]));
    assert_true(16 + digits(text, bytes + 16) <= size);
    add_step(script, (struct step){.call = CALL_SOCKET, .argument = family * 100 + 2});
    add_bytes(script, CALL_IOCTL, request, bytes, size, native);
}

static struct mh_op address_op(size_t kernel, enum mh_op_kind kind, const char *text)
{
    const struct mh_prefix parsed = prefix(text);
    const char *slash = strchr(text, '/');
    return (struct mh_op){.kind = kind,
                          .of.address = {.interface = interfaces[kernel],
                                         .address = (struct mh_address){.family = parsed.address.family},
                                         .prefix_length = (uint8_t)atoi(slash + 1),
                                         .valid_lifetime = MH_LIFETIME_FOREVER,
                                         .preferred_lifetime = MH_LIFETIME_FOREVER}};
}

static struct mh_op with_address(size_t kernel, enum mh_op_kind kind, const char *plain, const char *text)
{
    struct mh_op op = address_op(kernel, kind, text);
    op.of.address.address = address(plain);
    return op;
}

#define ADDRESS_9 "10020000c0000209 0000000000000000"
#define MASK_24 "10020000ffffff00 0000000000000000"
#define BROADCAST "10020000c00002ff 0000000000000000"
#define NOTHING "0000000000000000 0000000000000000"

static const uint32_t add_requests[] = {0x8044692b, 0x8044692b, 0x8040691a, 0x8040691a, 0x8040691a};
static const uint32_t delete_requests[] = {0x80206919, 0x80206919, 0x80906919, 0x80206919, 0x80206919};
static const uint32_t add6_requests[] = {0x8088691b, 0x8088691b, 0x8080696b, 0x8080691a, 0x8080691a};
static const int families6[] = {28, 28, 24, 24, 24};

static void test_an_ipv4_address_is_added(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 1);
        struct mh_op op = with_address(kernel, MH_OP_ADDRESS_ADD, "192.0.2.9", "192.0.2.0/24");
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, 2, add_requests[kernel], ADDRESS_9 NOTHING MASK_24, 0);
        expect(script, &op, MH_OK, 0);

        script = script_new(kernels[kernel].layout, 1);
        op.of.address.broadcast = address("192.0.2.255");
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, 2, add_requests[kernel], ADDRESS_9 BROADCAST MASK_24, 1);
        expect(script, &op, MH_PERMISSION, 1);

        script = script_new(kernels[kernel].layout, 1);
        op.of.address.peer = address("192.0.2.255"); /* goes where a broadcast address goes */
        op.of.address.broadcast = address("");
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, 2, add_requests[kernel], ADDRESS_9 BROADCAST MASK_24, 55);
        expect(script, &op, MH_NO_MEMORY, 55);
    }
}

static void test_an_ipv4_address_is_deleted(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 1);
        const struct mh_op op = with_address(kernel, MH_OP_ADDRESS_DELETE, "192.0.2.1", "192.0.2.0/24");
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, 2, delete_requests[kernel], "10020000c0000201 0000000000000000", 0);
        expect(script, &op, MH_OK, 0);
    }
}

/* Without IPv6 flags, valid and preferred for ever; deprecated; for a while, and known to be unique. */
static void test_an_ipv6_address_is_added(void **state)
{
    static const char *const plain = "00000000 0000000000000000 0000000000000000 ffffffff ffffffff";
    static const char *const deprecated = "10000000 0000000000000000 0000000000000000 ffffffff 00000000";
    static const char *const passing[] = {"20000000 0000000000000000 0000000000000000 100e0000 08070000",
                                          "00000000 0000000000000000 0000000000000000 100e0000 08070000"};
    (void)state;
    for (size_t i = 0; i < 3 * KERNELS; i++) {
        size_t kernel = i / 3;
        struct script *script = script_new(kernels[kernel].layout, 1);
        struct mh_op op = with_address(kernel, MH_OP_ADDRESS_ADD, "2001:db8:1::9", "2001:db8:1::/64");
        struct mh_interface_address *added = &op.of.address;
        bool openbsd = script->host.layout->system == MH_RT_OPENBSD;
        char text[400];
        if (i % 3 == 1)
            added->flags = MH_ADDRESS_DEPRECATED;
        if (i % 3 == 2) {
            added->flags = MH_ADDRESS_KNOWN_UNIQUE;
            added->valid_lifetime = 3600;
            added->preferred_lifetime = 1800;
        }
        (void)snprintf(text, sizeof text,
                       "1c%02x0000 00000000 20010db80001000000000000000000 09 00000000"
                       "00000000 00000000 00000000000000000000000000000000 00000000"
                       "1c%02x0000 00000000 ffffffffffffffff0000000000000000 00000000 %s",
                       (unsigned)families6[kernel], (unsigned)families6[kernel],
                       i % 3 == 0   ? plain
                       : i % 3 == 1 ? deprecated
                                    : passing[openbsd]);
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, families6[kernel], add6_requests[kernel], text, 0);
        expect(script, &op, MH_OK, 0);
    }
}

/* A link-local address has its zone; systems of KAME's line want it inside. */
static void test_a_link_local_address_names_its_zone(void **state)
{
    static const char *const zones[] = {
        "fe80000000000000 0000000000000009 03000000", "fe80000000000000 0000000000000009 02000000",
        "fe80000200000000 0000000000000009 02000000", "fe80000300000000 0000000000000009 03000000",
        "fe80000300000000 0000000000000009 03000000"};
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 1);
        const struct mh_op op = with_address(kernel, MH_OP_ADDRESS_ADD, "fe80::9", "fe80::/64");
        char text[400];
        (void)snprintf(text, sizeof text,
                       "1c%02x0000 00000000 %s 00000000 00000000 00000000000000000000000000000000 00000000"
                       "1c%02x0000 00000000 ffffffffffffffff0000000000000000 00000000"
                       "00000000 0000000000000000 0000000000000000 ffffffff ffffffff",
                       (unsigned)families6[kernel], zones[kernel], (unsigned)families6[kernel]);
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, families6[kernel], add6_requests[kernel], text, 0);
        expect(script, &op, MH_OK, 0);
    }
}

/* i386 of FreeBSD counts time in 32 bits: the lifetimes stand nearer. */
static void test_lifetimes_stand_behind_times(void **state)
{
    struct script *script = script_new("freebsd-14-i386", 1);
    const struct mh_ioctl_request *request = mh_ioctl_request_of(script->host.layout, MH_IOCTL_ADDRESS_ADD6);
    (void)state;
    assert_int_equal(request->size, 124);
    assert_int_equal(request->number, 0x807c691b);
    assert_int_equal(mh_ioctl_time_size(script->host.layout), 4);
    script_end(script);
}

static void test_ipv6_flags_are_changed(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 1);
        struct mh_op op = with_address(kernel, MH_OP_ADDRESS_FLAGS, "2001:db8:1::1", "2001:db8:1::/64");
        char text[400];
        op.of.address.flags = MH_ADDRESS_DEPRECATED;
        (void)snprintf(text, sizeof text,
                       "1c%02x0000 00000000 20010db8000100000000000000000001 00000000"
                       "00000000 00000000 00000000000000000000000000000000 00000000"
                       "1c%02x0000 00000000 ffffffffffffffff0000000000000000 00000000"
                       "10000000 0000000000000000 0000000000000000 ffffffff 00000000",
                       (unsigned)families6[kernel], (unsigned)families6[kernel]);
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, families6[kernel], add6_requests[kernel], text, 0);
        expect(script, &op, MH_OK, 0);
    }
}

static void test_an_ipv6_address_is_deleted(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 1);
        const struct mh_op op =
            with_address(kernel, MH_OP_ADDRESS_DELETE, "2001:db8:1::1", "2001:db8:1::/64");
        char text[80];
        (void)snprintf(text, sizeof text, "1c%02x0000 00000000 20010db8000100000000000000000001 00000000",
                       (unsigned)families6[kernel]);
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, families6[kernel], 0x81206919, text, 49);
        expect(script, &op, MH_NOT_FOUND, 49);
    }
}

/* Without asking: what is there is not altered, and what is not there is not made. */
static void expect_unasked(size_t kernel, struct mh_op op, bool looks, enum mh_error expected, int native)
{
    struct script *script = script_new(kernels[kernel].layout, 1);
    struct mh_failure failure = {0};
    if (looks)
        add_interfaces(script, kernel);
    assert_int_equal(mh_bsd_apply(&script->host.base, &op, &failure), expected);
    assert_int_equal(failure.native_code, native);
    script_end(script);
}

static void test_addresses_are_looked_at_before(void **state)
{
    (void)state;
    for (size_t i = 0; i < KERNELS; i++) {
        struct mh_op op = with_address(i, MH_OP_ADDRESS_ADD, "192.0.2.1", "192.0.2.0/24");
        expect_unasked(i, op, true, MH_EXISTS, 17);
        expect_unasked(i, with_address(i, MH_OP_ADDRESS_ADD, "192.0.2.1", "192.0.0.0/16"), true, MH_EXISTS,
                       17);
        expect_unasked(i, with_address(i, MH_OP_ADDRESS_DELETE, "192.0.2.9", "192.0.2.0/24"), true,
                       MH_NOT_FOUND, 49);
        expect_unasked(i, with_address(i, MH_OP_ADDRESS_DELETE, "192.0.2.1", "192.0.0.0/16"), true,
                       MH_NOT_FOUND, 49);
        expect_unasked(i, with_address(i, MH_OP_ADDRESS_FLAGS, "2001:db8:1::9", "2001:db8:1::/64"), true,
                       MH_NOT_FOUND, 49);
        expect_unasked(i, with_address(i, MH_OP_ADDRESS_FLAGS, "192.0.2.1", "192.0.2.0/24"), false,
                       MH_UNSUPPORTED, 0);
        op.of.address.flags = MH_ADDRESS_NO_PREFIX_ROUTE;
        expect_unasked(i, op, false, MH_UNSUPPORTED, 0);
        op = with_address(i, MH_OP_ADDRESS_ADD, "192.0.2.9", "192.0.2.0/24");
        op.of.address.interface = 99;
        expect_unasked(i, op, true, MH_NOT_FOUND, 6);
    }
}

/* ---- hardware addresses, proxies, labels ----------------------------------------------------------- */

static void test_a_hardware_address_is_set(void **state)
{
    static const uint32_t requests[] = {0x8020693c, 0x8020693c, 0x8118691c, 0x8020691f, 0x8020691f};
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 1);
        const struct mh_op op = {.kind = MH_OP_LINK_ADDRESS_SET,
                                 .of.link = {.interface = interfaces[kernel],
                                             .hardware_address_length = 6,
                                             .hardware_address = {2, 0, 0, 0, 0, 1}}};
        bool netbsd = script->host.layout->system == MH_RT_NETBSD;
        char text[80];
        if (netbsd)
            (void)snprintf(text, sizeof text, "00400000 00000000 %02x120000 00000600 020000000001",
                           script->host.layout->link_size);
        else
            (void)snprintf(text, sizeof text, "0612 020000000001");
        add_interfaces(script, kernel);
        add_ioctl(script, kernel, netbsd ? 18 : 2, requests[kernel], text, 0);
        expect(script, &op, MH_OK, 0);
    }
    struct mh_op op = {.kind = MH_OP_LINK_ADDRESS_SET,
                       .of.link = {.interface = 3, .hardware_address_length = 20}};
    expect_unasked(FREEBSD13, op, false, MH_INVALID, 0);
}

static struct mh_neighbor proxy_of(size_t kernel, const char *text, const char *mac)
{
    struct mh_neighbor proxy = {.interface = interfaces[kernel], .address = address(text), .proxy = true};
    proxy.hardware_address_length = (uint8_t)mh_hardware_address_parse(mac, proxy.hardware_address);
    return proxy;
}

/* Without a hardware address it is the interface's own. */
static void test_proxies_are_published_neighbours(void **state)
{
    static const char *const own[] = {"58:9c:fc:00:60:5b", "58:9c:fc:10:ff:a3", "b2:a0:0d:2c:c7:a4",
                                      "fe:e1:ba:d0:5b:c0", "fe:e1:ba:d0:d3:c4"};
    (void)state;
    for (size_t i = 0; i < 3 * KERNELS; i++) {
        size_t kernel = i / 3, length;
        struct script *script = script_new(kernels[kernel].layout, 77);
        struct mh_op op = {.kind = i % 3 == 2 ? MH_OP_PROXY_DELETE : MH_OP_PROXY_ADD};
        struct mh_neighbor full =
            proxy_of(kernel, "192.0.2.200", i % 3 == 1 ? own[kernel] : "02:00:00:00:00:01");
        uint8_t bytes[MH_RT_REQUEST_SIZE];
        op.of.proxy = full;
        if (i % 3 == 1) {
            op.of.proxy.hardware_address_length = 0;
            add_interfaces(script, kernel);
        }
        assert_int_equal(mh_rt_encode_neighbor(script->host.layout, &full, i % 3 == 2, 77, bytes,
                                               sizeof bytes, &length, NULL),
                         MH_OK);
        add_route_socket(script, 0);
        add_bytes(script, CALL_WRITE, 0, bytes, length, i % 3 == 2 ? 3 : 0);
        expect(script, &op, i % 3 == 2 ? MH_NOT_FOUND : MH_OK, i % 3 == 2 ? 3 : 0);
    }
}

/* in6_addrpolicy: address, mask, precedence, label, use. */
static size_t policy(int family, const char *address_digits, const char *mask_digits, const char *numbers,
                     uint8_t *bytes)
{
    char text[300];
    (void)snprintf(text, sizeof text,
                   "1c%02x000000000000%s00000000 1c%02x000000000000%s00000000 %s0000000000000000",
                   (unsigned)family, address_digits, (unsigned)family, mask_digits, numbers);
    return digits(text, bytes);
}

#define ZEROS "00000000000000000000000000000000"

static void test_labels_keep_precedences(void **state)
{
    static const size_t systems[] = {FREEBSD13, NETBSD7};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        size_t kernel = systems[i % 2];
        int family = families6[kernel];
        bool adds = i < 2;
        struct script *script = script_new(kernels[kernel].layout, 1);
        const struct mh_op op = {.kind = adds ? MH_OP_LABEL_ADD : MH_OP_LABEL_DELETE,
                                 .of.label = {.prefix = prefix("2001:db8::/32"), .label = 99}};
        uint8_t table[4 * 72], wanted[72];
        size_t length = policy(family, ZEROS, ZEROS, "28000000 01000000", table);
        length += policy(family, "20010000000000000000000000000000", "ffff0000000000000000000000000000",
                         "2d000000 05000000", table + length);
        length += policy(family, "20020000000000000000000000000000", "ffff0000000000000000000000000000",
                         "1e000000 02000000", table + length);
        if (adds)
            add_bytes(script, CALL_SYSCTL, 0, table, length, 0);
        add_step(script, (struct step){.call = CALL_SOCKET, .argument = family * 100 + 2});
        assert_int_equal(policy(family, "20010db8000000000000000000000000",
                                "ffffffff000000000000000000000000",
                                adds ? "2d000000 63000000" : "00000000 63000000", wanted),
                         72);
        add_bytes(script, CALL_IOCTL, adds ? 0x8048756c : 0x8048756d, wanted, 72, adds ? 17 : 0);
        expect(script, &op, adds ? MH_EXISTS : MH_OK, adds ? 17 : 0);
    }
    struct mh_op op = {.kind = MH_OP_LABEL_ADD, .of.label = {.prefix = prefix("2001:db8::/32"), .label = 99}};
    expect_unasked(OPENBSD8, op, false, MH_UNSUPPORTED, 0);
    op.of.label.interface = 2;
    expect_unasked(FREEBSD13, op, false, MH_UNSUPPORTED, 0);
}

/* ---- many ops -------------------------------------------------------------------------------------- */

static void test_nothing_is_tried_behind_a_failure(void **state)
{
    struct script *script = script_new("netbsd-10-amd64", 1);
    struct wanted first, second, third;
    struct mh_op ops[] = {*want(&first, MH_OP_ROUTE_ADD, "10.1.0.0/16", OWN, "192.0.2.254", NULL),
                          *want(&second, MH_OP_ROUTE_ADD, "10.2.0.0/16", OWN, "192.0.2.254", NULL),
                          *want(&third, MH_OP_ROUTE_ADD, "10.3.0.0/16", OWN, "192.0.2.254", NULL)};
    struct mh_failure failure = {0};
    size_t applied = 9;
    (void)state;
    add_route_socket(script, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &ops[0].of.route, 0, 1, 0);
    add_close(script);
    add_route_socket(script, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &ops[1].of.route, 0, 2, 17);
    add_close(script);
    assert_int_equal(mh_bsd_apply_all(&script->host.base, ops, 3, &applied, &failure), MH_EXISTS);
    assert_int_equal(applied, 1);
    assert_int_equal(mh_bsd_apply_all(&script->host.base, ops, 0, &applied, &failure), MH_OK);
    assert_int_equal(applied, 0);
    script_end(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded_requests_are_made),
        cmocka_unit_test(test_own_routes_are_marked),
        cmocka_unit_test(test_lost_answers_are_told),
        cmocka_unit_test(test_nothing_is_added_beside_a_route_of_freebsd),
        cmocka_unit_test(test_tables_are_named),
        cmocka_unit_test(test_only_routes_of_the_same_maker_are_deleted),
        cmocka_unit_test(test_what_is_not_there_is_not_deleted),
        cmocka_unit_test(test_a_priority_is_asked_for),
        cmocka_unit_test(test_another_programs_route_is_not_replaced),
        cmocka_unit_test(test_recorded_tables_are_searched),
        cmocka_unit_test(test_one_message_replaces_one_next_hop),
        cmocka_unit_test(test_another_kind_of_route_replaces_in_two_steps),
        cmocka_unit_test(test_each_next_hop_is_a_message),
        cmocka_unit_test(test_an_addition_that_fails_midway_is_taken_back),
        cmocka_unit_test(test_next_hops_are_exchanged),
        cmocka_unit_test(test_a_kernel_with_one_next_hop_says_so),
        cmocka_unit_test(test_a_weight_is_changed_by_adding_anew),
        cmocka_unit_test(test_hostile_tables_do_no_harm),
        cmocka_unit_test(test_an_ipv4_address_is_added),
        cmocka_unit_test(test_an_ipv4_address_is_deleted),
        cmocka_unit_test(test_an_ipv6_address_is_added),
        cmocka_unit_test(test_a_link_local_address_names_its_zone),
        cmocka_unit_test(test_lifetimes_stand_behind_times),
        cmocka_unit_test(test_ipv6_flags_are_changed),
        cmocka_unit_test(test_an_ipv6_address_is_deleted),
        cmocka_unit_test(test_addresses_are_looked_at_before),
        cmocka_unit_test(test_a_hardware_address_is_set),
        cmocka_unit_test(test_proxies_are_published_neighbours),
        cmocka_unit_test(test_labels_keep_precedences),
        cmocka_unit_test(test_nothing_is_tried_behind_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
