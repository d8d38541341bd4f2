/* Every recording from a BSD kernel, cut at every octet and with every octet changed, read as its own
 * system's and as another's: the codec must come to an end, read nothing beyond the bytes that it was given
 * (each copy is exactly as large as it says; AddressSanitizer watches), account for every octet, and give
 * values in their ranges. */
#include "bsd/rtmsg_event.h"

#include "codec/rtmsg_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct tally {
    size_t messages, refused, events, facts;
};

static void check_sockaddr(const struct mh_rt_message *message, const struct mh_rt_sockaddr *sockaddr)
{
    const uint8_t *end = message->bytes + message->length;
    if (sockaddr->kind == MH_RT_ABSENT)
        return;
    assert_true(sockaddr->bytes >= message->bytes && sockaddr->bytes + sockaddr->length <= end);
    assert_true(sockaddr->address.family == MH_FAMILY_NONE || sockaddr->kind == MH_RT_INET ||
                sockaddr->kind == MH_RT_INET6);
    if (sockaddr->kind == MH_RT_LINK) {
        const uint8_t *own_end = sockaddr->bytes + sockaddr->length;
        assert_true(sockaddr->name + sockaddr->name_length <= own_end);
        assert_true(sockaddr->hardware + sockaddr->hardware_length <= own_end);
        assert_true(sockaddr->selector + sockaddr->selector_length <= own_end);
    }
    if (sockaddr->kind == MH_RT_MASK)
        assert_true(sockaddr->prefix_length <= mh_family_bits((enum mh_family)sockaddr->mask_of));
    if (sockaddr->kind == MH_RT_TEXT)
        assert_true(sockaddr->text_length + 2 <= sockaddr->length);
}

/* Header, addresses and what is left over are the whole message. */
static void check_message(const struct mh_rt_message *message)
{
    assert_true(message->header_length <= message->length);
    assert_true(message->trailing_offset >= message->header_length);
    assert_int_equal(message->trailing_offset + message->trailing_length, message->length);
    for (unsigned slot = 0; slot < MH_RT_SLOTS; slot++)
        check_sockaddr(message, &message->addresses[slot]);
    for (unsigned field = 0; field < MH_RT_FIELD_COUNT; field++)
        (void)mh_rt_value(message, (enum mh_rt_field)field);
}

static void check_route(const struct mh_route *route)
{
    enum mh_family family = (enum mh_family)route->destination.address.family;
    struct mh_prefix clean = mh_prefix_of(&route->destination.address, route->destination.length);
    assert_true(family != MH_FAMILY_NONE && route->destination.length <= mh_family_bits(family));
    assert_true(mh_prefix_equal(&clean, &route->destination));
    for (size_t i = 0; i < route->next_hop_count; i++)
        assert_true(route->next_hops[i].weight > 0);
}

static void check_event(const struct mh_rt_event *event)
{
    if (event->outcome != MH_RT_FACT)
        return;
    if (event->section == MH_SECTION_INTERFACES) {
        assert_true(event->of.interface.index > 0 && event->of.interface.kind < MH_KIND_COUNT);
        assert_true(event->of.interface.hardware_address_length <= MH_HARDWARE_ADDRESS_SIZE);
    } else if (event->section == MH_SECTION_ADDRESSES) {
        const struct mh_interface_address *address = &event->of.address;
        assert_true(address->interface > 0 && address->address.family != MH_FAMILY_NONE);
        assert_true(address->prefix_length <= mh_family_bits((enum mh_family)address->address.family));
    } else if (event->section == MH_SECTION_ROUTES) {
        check_route(&event->of.route);
    } else {
        assert_int_equal(event->section, MH_SECTION_NEIGHBORS);
        assert_true(event->of.neighbor.hardware_address_length <= MH_HARDWARE_ADDRESS_SIZE);
    }
}

static void check_events(const struct mh_rt_message *message, struct tally *tally)
{
    struct mh_rt_event event;
    struct mh_failure failure;
    for (int answer = 0; answer < 2; answer++) {
        struct mh_rt_context context = {.table = 3, .answer = answer != 0, .point_to_point = answer != 0};
        enum mh_error code = mh_rt_event_of(message, &context, &event, &failure);
        assert_true(code == MH_OK || code == MH_MALFORMED || code == MH_UNSUPPORTED);
        if (code == MH_OK)
            check_event(&event);
        tally->events += code == MH_OK && event.outcome == MH_RT_FACT;
    }
}

static void read_all(const struct mh_rt_layout *layout, const uint8_t *octets, size_t length,
                     bool long_records, struct tally *tally)
{
    struct mh_rt_walk walk = {layout, octets, length, 0, long_records};
    struct mh_rt_message message;
    struct mh_failure failure;
    for (;;) {
        size_t before = walk.offset;
        enum mh_error code = mh_rt_next(&walk, &message, &failure);
        if (code == MH_NOT_FOUND)
            break;
        assert_true(walk.offset > before && walk.offset <= length);
        if (code == MH_OK) {
            check_message(&message);
            check_events(&message, tally);
            tally->messages++;
            continue;
        }
        assert_int_equal(code, MH_MALFORMED);
        assert_true(failure.detail[0] != '\0');
        tally->refused++;
    }
    assert_int_equal(walk.offset, length);
}

static void read_lists(const struct mh_rt_layout *layout, const uint8_t *octets, size_t length)
{
    struct mh_rt_name name;
    uint16_t table, domain;
    enum mh_error code = MH_OK;
    for (size_t offset = 0; code != MH_NOT_FOUND;) {
        size_t before = offset;
        code = mh_rt_next_name(layout, octets, length, &offset, &name);
        assert_true(code == MH_NOT_FOUND || offset > before);
    }
    (void)mh_rt_decode_table(layout, octets, length, &table, &domain);
    (void)mh_rt_looks_long(layout, octets, length);
}

static enum mh_error count_fact(void *context, const struct mh_fact *fact)
{
    struct tally *tally = context;
    assert_int_equal(fact->change, MH_PRESENT);
    tally->facts++;
    return MH_OK;
}

/* As the whole answer of a sysctl. */
static void read_answer(const struct mh_rt_layout *layout, const uint8_t *octets, size_t length,
                        bool long_records, struct tally *tally)
{
    static enum mh_error (*const feeders[])(const struct mh_rt_answer *, const struct mh_feed *,
                                            struct mh_failure *) = {
        mh_rt_feed_interfaces, mh_rt_feed_addresses, mh_rt_feed_routes, mh_rt_feed_neighbors};
    const struct mh_feed feed = {.context = tally, .fact = count_fact};
    const struct mh_rt_answer answer = {layout, octets, length, long_records, 0, NULL};
    for (size_t i = 0; i < sizeof feeders / sizeof *feeders; i++) {
        struct mh_failure failure = {0};
        enum mh_error code = feeders[i](&answer, &feed, &failure);
        assert_true(code == MH_OK || failure.detail[0] != '\0');
        assert_true(code == MH_OK || code == MH_MALFORMED || code == MH_UNSUPPORTED);
    }
}

/* In a copy of exactly that size. */
static void read_copy(const struct mh_rt_layout *layout, const uint8_t *octets, size_t length,
                      bool long_records, struct tally *tally)
{
    uint8_t *copy = need(malloc(length > 0 ? length : 1));
    memcpy(copy, octets, length);
    read_all(layout, copy, length, long_records, tally);
    read_answer(layout, copy, length, long_records, tally);
    if (length <= 128)
        read_lists(layout, copy, length);
    free(copy);
}

/* Whole answers repeat themselves: their beginning stands for them, but in a full run. */
static size_t limit_of(const struct recording *recording)
{
    size_t limit = getenv("MH_TEST_FULL") != NULL ? SIZE_MAX : 512;
    return recording->length < limit ? recording->length : limit;
}

static bool is_answer(const struct recording *recording)
{
    return strstr(recording->name, "iflist") != NULL || strstr(recording->name, "dump") != NULL ||
           strstr(recording->name, "flags") != NULL;
}

typedef void (*treat)(const struct mh_rt_layout *layout, const struct recording *recording,
                      struct tally *tally);

static void each_recording(treat treat_one, struct tally *tally)
{
    for (size_t i = 0; i < KERNELS; i++) {
        struct recordings found = recordings_of(kernels[i].name);
        assert_true(found.count >= 100);
        for (size_t j = 0; j < found.count; j++)
            treat_one(mh_rt_layout_find(kernels[i].layout), &found.all[j], tally);
        recordings_free(&found);
    }
}

static bool is_long(const struct recording *recording)
{
    return ends_with(recording->name, "iflistl");
}

static void cut(const struct mh_rt_layout *layout, const struct recording *recording, struct tally *tally)
{
    for (size_t length = 0; length < limit_of(recording); length++)
        read_copy(layout, recording->octets, length, is_long(recording), tally);
}

static void test_every_recording_cut_at_every_octet(void **state)
{
    struct tally tally = {0};
    (void)state;
    each_recording(cut, &tally);
    assert_true(tally.refused > 10000 && tally.messages > 1000 && tally.facts > 1000);
}

static void change(const struct mh_rt_layout *layout, const struct recording *recording, struct tally *tally)
{
    static const uint8_t changes[] = {0x01, 0x80, 0xff, 0x14};
    size_t length = limit_of(recording);
    uint8_t *copy = need(malloc(length > 0 ? length : 1));
    memcpy(copy, recording->octets, length);
    for (size_t i = 0; i < length; i++)
        for (size_t j = 0; j < sizeof changes; j++) {
            copy[i] ^= changes[j];
            read_all(layout, copy, length, is_long(recording), tally);
            if (is_answer(recording) && j == i % (sizeof changes)) /* one of them each time */
                read_answer(layout, copy, length, is_long(recording), tally);
            copy[i] ^= changes[j];
        }
    free(copy);
}

static void test_every_octet_of_every_recording_changed(void **state)
{
    struct tally tally = {0};
    (void)state;
    each_recording(change, &tally);
    assert_true(tally.refused > 10000 && tally.events > 100000 && tally.facts > 10000);
}

/* Bytes of one system read by the tables of all others, whose octets may stand the other way round. */
static void mistake(const struct mh_rt_layout *layout, const struct recording *recording, struct tally *tally)
{
    const struct mh_rt_layout *other;
    for (size_t i = 0; (other = mh_rt_layout_at(i)) != NULL; i++)
        if (other != layout) {
            read_copy(other, recording->octets, recording->length, false, tally);
            read_copy(other, recording->octets, recording->length, true, tally);
        }
}

static void test_every_recording_as_another_system(void **state)
{
    struct tally tally = {0};
    (void)state;
    each_recording(mistake, &tally);
    assert_true(tally.refused > 1000);
}

static void keep(const struct mh_rt_layout *layout, const struct recording *recording, struct tally *tally)
{
    bool list = strstr(recording->name, "ifnames") != NULL || strstr(recording->name, "-table-") != NULL;
    size_t refused = tally->refused;
    if (list)
        read_lists(layout, recording->octets, recording->length);
    else
        read_all(layout, recording->octets, recording->length, is_long(recording), tally);
    assert_int_equal(tally->refused, refused);
    assert_true(mh_rt_looks_long(layout, recording->octets, recording->length) == is_long(recording));
}

static void test_every_recording_as_it_is(void **state)
{
    struct tally tally = {0};
    (void)state;
    each_recording(keep, &tally);
    assert_int_equal(tally.refused, 0);
    assert_true(tally.messages > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_recording_as_it_is),
        cmocka_unit_test(test_every_recording_cut_at_every_octet),
        cmocka_unit_test(test_every_octet_of_every_recording_changed),
        cmocka_unit_test(test_every_recording_as_another_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
