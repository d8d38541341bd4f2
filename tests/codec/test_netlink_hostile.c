#define _POSIX_C_SOURCE 200809L
/* Every message of every fixture, cut at every octet and with every octet changed: the decoders must come
 * back, read nothing beyond the bytes that they were given (each copy is exactly as large as it says;
 * AddressSanitizer watches), and give values in their ranges. */
#include "linux/attribute.h"
#include "linux/codec.h"
#include "linux/nexthops.h"

#include "codec/netlink_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct decoders {
    struct mh_link link;
    struct mh_nexthops *objects;
    struct mh_route_decoder route;
    struct mh_nexthop nexthop;
    size_t decoded, refused;
};

static void count(struct decoders *decoders, enum mh_error code)
{
    assert_true(code == MH_OK || code == MH_MALFORMED || code == MH_NOT_FOUND || code == MH_LIMIT);
    if (code == MH_OK)
        decoders->decoded++;
    else
        decoders->refused++;
}

static void check_link(struct decoders *decoders, const uint8_t *octets, size_t length)
{
    enum mh_error code = mh_decode_link(octets, length, &decoders->link);
    count(decoders, code);
    if (code != MH_OK)
        return;
    const struct mh_interface *interface = &decoders->link.interface;
    assert_true(interface->index > 0 && interface->kind < MH_KIND_COUNT);
    assert_true(interface->hardware_address_length <= MH_HARDWARE_ADDRESS_SIZE);
    assert_true(strnlen(interface->name, MH_NAME_SIZE) < MH_NAME_SIZE && interface->name[0] != '\0');
    assert_true(decoders->link.setting_count <= MH_LINK_SETTINGS_MAX);
}

static void check_route(struct decoders *decoders, const uint8_t *octets, size_t length)
{
    struct mh_route route;
    enum mh_error code = mh_decode_route(octets, length, &decoders->route, &route);
    count(decoders, code);
    if (code != MH_OK)
        return;
    assert_true(route.destination.length <= mh_family_bits((enum mh_family)route.destination.address.family));
    assert_true(route.next_hop_count <= MH_NEXT_HOPS_MAX);
    for (size_t i = 0; i < route.next_hop_count; i++)
        assert_true(route.next_hops[i].weight > 0);
}

static void check_others(struct decoders *decoders, const uint8_t *octets, size_t length)
{
    struct mh_interface_address address;
    struct mh_rule rule;
    struct mh_neighbor neighbor;
    struct mh_address_label label;
    enum mh_error code = mh_decode_address(octets, length, &address);
    count(decoders, code);
    if (code == MH_OK)
        assert_true(address.prefix_length <= mh_family_bits((enum mh_family)address.address.family));
    code = mh_decode_rule(octets, length, &rule);
    count(decoders, code);
    if (code == MH_OK)
        assert_true(strnlen(rule.input, sizeof rule.input) < sizeof rule.input);
    code = mh_decode_neighbor(octets, length, &neighbor);
    count(decoders, code);
    if (code == MH_OK)
        assert_true(neighbor.hardware_address_length <= MH_HARDWARE_ADDRESS_SIZE);
    code = mh_decode_label(octets, length, &label);
    count(decoders, code);
    if (code == MH_OK)
        assert_true(label.prefix.address.family == MH_IPV6 && label.prefix.length <= 128);
}

static void check_nexthop(struct decoders *decoders, const uint8_t *octets, size_t length)
{
    bool replaced;
    enum mh_error code = mh_decode_nexthop(octets, length, &decoders->nexthop);
    count(decoders, code);
    if (code == MH_OK)
        assert_int_equal(mh_nexthops_put(decoders->objects, &decoders->nexthop, &replaced), MH_OK);
}

/* All decoders, whatever the message's type is. */
static void decode(struct decoders *decoders, const uint8_t *octets, size_t length)
{
    check_link(decoders, octets, length);
    check_route(decoders, octets, length);
    check_others(decoders, octets, length);
    check_nexthop(decoders, octets, length);
}

static uint8_t *exact_copy(const void *octets, size_t length)
{
    uint8_t *copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    if (length > 0)
        memcpy(copy, octets, length);
    return copy;
}

/* Cut as it is, and cut with a header that says so. */
static void cut(struct decoders *decoders, const uint8_t *octets, size_t length)
{
    for (size_t kept = 0; kept < length; kept++) {
        uint8_t *copy = exact_copy(octets, kept);
        decode(decoders, copy, kept);
        if (kept >= sizeof(uint32_t)) {
            uint32_t said = (uint32_t)kept;
            memcpy(copy, &said, sizeof said);
            decode(decoders, copy, kept);
        }
        free(copy);
    }
}

static void flip(struct decoders *decoders, const uint8_t *octets, size_t length)
{
    static const uint8_t masks[] = {0xff, 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80};
    uint8_t *copy = exact_copy(octets, length);
    for (size_t i = 0; i < length; i++) {
        for (size_t j = 0; j < sizeof masks; j++) {
            copy[i] = octets[i] ^ masks[j];
            decode(decoders, copy, length);
        }
        copy[i] = 0;
        decode(decoders, copy, length);
        copy[i] = octets[i];
    }
    free(copy);
}

/* The framing of a whole dump, cut at every octet: it ends, and says so when something is left over. */
static void cut_framing(const uint8_t *octets, size_t length)
{
    for (size_t kept = 0; kept <= length; kept++) {
        uint8_t *copy = exact_copy(octets, kept);
        struct mh_messages walk = {copy, kept, false};
        const struct nlmsghdr *message;
        size_t size, total = 0, messages = 0;
        while (mh_messages_next(&walk, &message, &size)) {
            total += mh_netlink_align(size);
            assert_true(++messages <= kept);
        }
        assert_true(walk.malformed == (total < kept));
        free(copy);
    }
}

/* Lengths of messages with one bit changed: what the walk gives out is inside of what it was given. */
static void flip_framing(const uint8_t *octets, size_t length)
{
    uint8_t *copy = exact_copy(octets, length);
    for (size_t i = 0; i < 8 * length; i++) {
        struct mh_messages walk = {copy, length, false};
        const struct nlmsghdr *message;
        size_t size;
        copy[i / 8] = (uint8_t)(copy[i / 8] ^ 1U << i % 8);
        while (mh_messages_next(&walk, &message, &size))
            assert_true(size >= sizeof *message && (const uint8_t *)message + size <= copy + length);
        copy[i / 8] = octets[i / 8];
    }
    free(copy);
}

static void a_fixture_does_no_harm(void **state)
{
    size_t left, length;
    uint8_t *octets = fixture_read(*state, &left);
    struct decoders *decoders = calloc(1, sizeof *decoders);
    struct mh_messages walk = {octets, left, false};
    const struct nlmsghdr *message;
    assert_non_null(decoders);
    decoders->objects = mh_nexthops_new();
    decoders->route.objects = decoders->objects;
    cut_framing(octets, left);
    flip_framing(octets, left < 4096 ? left : 4096);
    while (mh_messages_next(&walk, &message, &length)) {
        cut(decoders, (const uint8_t *)message, length);
        flip(decoders, (const uint8_t *)message, length);
    }
    assert_true(decoders->decoded > 0 && decoders->refused > 0);
    mh_nexthops_free(decoders->objects);
    free(decoders);
    free(octets);
}

/* More next hops than the model holds. */
static void too_many_next_hops_are_a_limit(void **state)
{
    (void)state;
    enum { HOPS = MH_NEXT_HOPS_MAX + 1, SIZE = 28 + 4 + 8 * HOPS };
    uint8_t *octets = calloc(1, SIZE);
    struct mh_route_decoder *decoder = calloc(1, sizeof *decoder);
    struct mh_route route;
    assert_non_null(octets);
    assert_non_null(decoder);
    memcpy(octets, &(uint32_t){SIZE}, 4);
    memcpy(octets + 4, &(uint16_t){24}, 2); /* RTM_NEWROUTE */
    octets[16] = 2;                         /* AF_INET */
    memcpy(octets + 28, &(uint16_t){4 + 8 * HOPS}, 2);
    memcpy(octets + 30, &(uint16_t){9}, 2); /* RTA_MULTIPATH */
    for (size_t i = 0; i < HOPS; i++)
        memcpy(octets + 32 + 8 * i, &(uint16_t){8}, 2);
    assert_int_equal(mh_decode_route(octets, SIZE, decoder, &route), MH_LIMIT);
    memcpy(octets + 28, &(uint16_t){4 + 8 * (HOPS - 1)}, 2);
    memcpy(octets, &(uint32_t){SIZE - 8}, 4);
    assert_int_equal(mh_decode_route(octets, SIZE - 8, decoder, &route), MH_OK);
    assert_int_equal(route.next_hop_count, MH_NEXT_HOPS_MAX);
    free(octets);
    free(decoder);
}

int main(void)
{
    struct CMUnitTest tests[NETLINK_FIXTURES + 1];
    for (size_t i = 0; i < NETLINK_FIXTURES; i++)
        tests[i] = (struct CMUnitTest){.name = netlink_fixtures[i],
                                       .test_func = a_fixture_does_no_harm,
                                       .initial_state = (void *)(uintptr_t)netlink_fixtures[i]};
    tests[NETLINK_FIXTURES] = (struct CMUnitTest)cmocka_unit_test(too_many_next_hops_are_a_limit);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
