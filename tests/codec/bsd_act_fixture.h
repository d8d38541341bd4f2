/* What the tests of ops on BSDs share: values, and the steps of a script that ops about routes take. */
#ifndef MH_TESTS_BSD_ACT_FIXTURE_H
#define MH_TESTS_BSD_ACT_FIXTURE_H

#include "bsd/act.h"
#include "bsd/rtmsg_encode.h"
#include "unit/support.h"

#include "codec/rtmsg_fixture.h"
#include "codec/scripted_calls.h"

enum { FREEBSD12, FREEBSD13, NETBSD7, OPENBSD7, OPENBSD8 };
enum { OWN = 157, PROTO2 = 0x4000, NOT_CHANGED = 0 };

static inline struct mh_address address(const char *text)
{
    struct mh_address value = {0};
    if (text != NULL && text[0] != '\0')
        assert_true(mh_address_parse(text, strlen(text), &value));
    return value;
}

static inline struct mh_prefix prefix(const char *text)
{
    struct mh_prefix value = {0};
    assert_true(mh_prefix_parse(text, strlen(text), &value));
    return value;
}

static inline size_t flags_at(const struct mh_rt_layout *layout)
{
    return layout->system == MH_RT_OPENBSD ? 16 : 8;
}

static inline size_t sequence_at(const struct mh_rt_layout *layout)
{
    return layout->system == MH_RT_OPENBSD ? 28 : 20;
}

/* ---- interfaces ------------------------------------------------------------------------------------ */

/* The interface under test and its addresses: 192.0.2.1/24, 192.0.2.77/32, 2001:db8:1::1/64. */
static inline void add_interfaces(struct script *script, size_t kernel)
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
static const int families6[] = {28, 28, 24, 24, 24};

/* Octets as digits; spaces between them. */
static inline size_t digits(const char *text, uint8_t *bytes)
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
static inline void add_ioctl(struct script *script, size_t kernel, int family, uint32_t request,
                             const char *text, int native)
{
    uint8_t bytes[MH_IOCTL_SIZE_MAX] = {0};
    size_t size = request >> 16 & 0x1fff;
    assert_true(size <= sizeof bytes);
    memcpy(bytes, names[kernel], strlen(names[kernel]));
    assert_true(16 + digits(text, bytes + 16) <= size);
    add_step(script, (struct step){.call = CALL_SOCKET, .argument = family * 100 + 2});
    add_bytes(script, CALL_IOCTL, request, bytes, size, native);
}

/* ---- routes: what is written and told -------------------------------------------------------------- */

/* A route with up to three gateways, for as long as the test. */
struct wanted {
    struct mh_next_hop hops[3];
    struct mh_op op;
};

static inline struct mh_op *want(struct wanted *wanted, enum mh_op_kind kind, const char *destination,
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
static inline size_t compose(const struct mh_rt_layout *layout, enum mh_op_kind kind,
                             const struct mh_route *route, size_t hop, uint32_t sequence, bool beside,
                             uint8_t bytes[MH_RT_REQUEST_SIZE])
{
    const struct mh_op op = {.kind = kind, .of.route = *route};
    const struct mh_rt_request request = {.sequence = (int32_t)sequence, .hop = hop, .beside = beside};
    size_t length;
    assert_int_equal(mh_rt_encode_route(layout, &op, &request, bytes, MH_RT_REQUEST_SIZE, &length, NULL),
                     MH_OK);
    return length;
}

static inline void add_route_write(struct script *script, enum mh_op_kind kind, const struct mh_route *route,
                                   size_t hop, uint32_t sequence, int native)
{
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length = compose(script->host.layout, kind, route, hop, sequence, false, bytes);
    add_bytes(script, CALL_WRITE, 0, bytes, length, native);
}

/* The question for exactly this destination. */
static inline void add_lookup(struct script *script, const struct mh_route *route, uint32_t sequence,
                              int native)
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
static inline void add_told(struct script *script, const struct mh_route *route, uint32_t sequence)
{
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length = compose(script->host.layout, MH_OP_ROUTE_ADD, route, 0, sequence, false, bytes);
    bytes[3] = (uint8_t)mh_rt_type_meaning(script->host.layout, MH_RT_MEANS_GET)->number;
    add_message(script, bytes, length);
}

/* What NET_RT_DUMP answers: routes with a priority where the system has any. */
static inline void add_dump(struct script *script, const struct mh_route *routes, size_t count)
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

static inline void expect(struct script *script, const struct mh_op *op, enum mh_error expected, int native)
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

/* Without asking: what is there is not altered, and what is not there is not made. */
static inline void expect_unasked(size_t kernel, struct mh_op op, bool looks, enum mh_error expected,
                                  int native)
{
    struct script *script = script_new(kernels[kernel].layout, 1);
    struct mh_failure failure = {0};
    if (looks)
        add_interfaces(script, kernel);
    assert_int_equal(mh_bsd_apply(&script->host.base, &op, &failure), expected);
    assert_int_equal(failure.native_code, native);
    script_end(script);
}

#endif
