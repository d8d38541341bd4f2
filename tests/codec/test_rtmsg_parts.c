/* What no recording shows: headers that have grown or were shorter, types and addresses of the future, odd
 * masks; and the layouts themselves. */
#include "bsd/rtmsg_encode.h"
#include "bsd/rtmsg_event.h"

#include "codec/rtmsg_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static enum mh_error read_one(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length,
                              bool long_records, struct mh_rt_message *message)
{
    struct mh_rt_walk walk = {layout, bytes, length, 0, long_records};
    enum mh_error code = mh_rt_next(&walk, message, NULL);
    assert_int_equal(walk.offset, length);
    return code;
}

static void put(const struct mh_rt_layout *layout, uint8_t *bytes, size_t offset, unsigned width,
                uint64_t value)
{
    mh_rt_write_number(layout, bytes + offset, width, value);
}

/* A sockaddr_dl with an index and nothing else. */
static void put_link(const struct mh_rt_layout *layout, uint8_t *bytes, unsigned index)
{
    bytes[0] = 8;
    bytes[1] = MH_RT_AF_LINK;
    put(layout, bytes, 2, 2, index);
}

/* FreeBSD says where its struct if_data begins and how long the header is, so that both can move. */
static void test_a_long_header_that_has_grown(void **state)
{
    const struct mh_rt_layout *layout = mh_rt_layout_find("freebsd-14-powerpc64");
    uint8_t bytes[192 + 8] = {0};
    struct mh_rt_message message;
    (void)state;
    put(layout, bytes, 0, 2, sizeof bytes);
    bytes[2] = 5;
    bytes[3] = 14;                   /* RTM_IFINFO */
    put(layout, bytes, 4, 4, 0x10);  /* RTA_IFP */
    put(layout, bytes, 12, 2, 7);    /* ifm_index */
    put(layout, bytes, 16, 2, 192);  /* ifm_len */
    put(layout, bytes, 18, 2, 32);   /* ifm_data_off */
    put(layout, bytes, 40, 4, 9000); /* ifi_mtu, eight octets later than now */
    put_link(layout, bytes + 192, 7);
    assert_int_equal(read_one(layout, bytes, sizeof bytes, true, &message), MH_OK);
    assert_int_equal(mh_rt_value(&message, MH_RT_IFI_MTU), 9000);
    assert_int_equal(message.addresses[MH_RT_IFP].index, 7);
    assert_int_equal(message.trailing_length, 0);
    put(layout, bytes, 18, 2, 193); /* behind the header */
    assert_int_equal(read_one(layout, bytes, sizeof bytes, true, &message), MH_MALFORMED);
    put(layout, bytes, 18, 2, 23); /* inside of it */
    assert_int_equal(read_one(layout, bytes, sizeof bytes, true, &message), MH_MALFORMED);
}

/* OpenBSD says how long each header is. */
static void test_openbsd_headers_of_other_lengths(void **state)
{
    static const uint16_t lengths[] = {32, 168, 200};
    const struct mh_rt_layout *layout = mh_rt_layout_find("openbsd-8-amd64");
    struct mh_rt_context context = {0};
    struct mh_rt_message message;
    struct mh_rt_event event;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        uint8_t bytes[208] = {0};
        size_t length = lengths[i] + 8;
        put(layout, bytes, 0, 2, length);
        bytes[2] = 5;
        bytes[3] = 14; /* RTM_IFINFO */
        put(layout, bytes, 4, 2, lengths[i]);
        put(layout, bytes, 6, 2, 7);
        put(layout, bytes, 12, 4, 0x10);
        put(layout, bytes, 28, 4, 1400); /* ifi_mtu */
        put_link(layout, bytes + lengths[i], 7);
        assert_int_equal(read_one(layout, bytes, length, false, &message), MH_OK);
        assert_int_equal(mh_rt_value(&message, MH_RT_IFI_MTU), 1400);
        assert_int_equal(mh_rt_has(&message, MH_RT_IFI_NOPROTO), lengths[i] >= 168);
        assert_int_equal(message.addresses[MH_RT_IFP].index, 7);
        assert_int_equal(mh_rt_event_of(&message, &context, &event, NULL), MH_OK);
        assert_int_equal(event.of.interface.mtu, 1400);
        put(layout, bytes, 4, 2, 20); /* shorter than what all messages have */
        assert_int_equal(read_one(layout, bytes, length, false, &message), MH_MALFORMED);
    }
}

static void test_types_and_addresses_of_the_future(void **state)
{
    const struct mh_rt_layout *layout = mh_rt_layout_find("netbsd-10-mips");
    const uint8_t unknown[8] = {0, 8, 4, 99, 1, 2, 3, 4};
    struct mh_rt_context context = {0};
    struct mh_rt_message message;
    struct mh_rt_event event;
    (void)state;
    assert_int_equal(read_one(layout, unknown, sizeof unknown, false, &message), MH_OK);
    assert_null(message.type);
    assert_int_equal(message.trailing_offset, 4);
    assert_int_equal(message.trailing_length, 4);
    assert_int_equal(mh_rt_event_of(&message, &context, &event, NULL), MH_OK);
    assert_int_equal(event.outcome, MH_RT_NO_EVENT);
    uint8_t bytes[120 + 8] = {0};
    put(layout, bytes, 0, 2, sizeof bytes);
    bytes[2] = 4;
    bytes[3] = 4;                       /* RTM_GET */
    put(layout, bytes, 12, 4, 1 << 20); /* an address of a kind that nobody knows */
    assert_int_equal(read_one(layout, bytes, sizeof bytes, false, &message), MH_OK);
    assert_int_equal(message.trailing_length, 8);
}

static void test_masks(void **state)
{
    static const struct {
        uint8_t bytes[8];
        unsigned ones;
        bool contiguous;
    } masks[] = {
        {{8, 2, 0, 0, 0xff, 0xff, 0x80, 0}, 17, true},
        {{5, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}, 8, true}, /* what lies beyond the length does not count */
        {{3, 0, 0, 0xff, 0xff, 0, 0, 0}, 0, true},
        {{0, 2, 0, 0, 0xff, 0, 0, 0}, 0, true},
        {{8, 255, 255, 255, 0xff, 0xff, 0xff, 0xff}, 32, true},
        {{8, 2, 0, 0, 0xff, 0, 0xff, 0}, 8, false}};
    const struct mh_rt_layout *layout = mh_rt_layout_find("openbsd-8-amd64");
    (void)state;
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        struct mh_rt_sockaddr sockaddr;
        assert_true(mh_rt_decode_sockaddr(layout, masks[i].bytes, 8, &sockaddr));
        mh_rt_decode_mask(&sockaddr, MH_IPV4);
        assert_int_equal(sockaddr.prefix_length, masks[i].ones);
        assert_int_equal(sockaddr.contiguous, masks[i].contiguous);
    }
}

static enum mh_error count_fact(void *context, const struct mh_fact *fact)
{
    size_t *count = context;
    assert_int_equal(fact->section, MH_SECTION_ROUTES);
    ++*count;
    return MH_OK;
}

/* One route of many that cannot be told must not hide the others. */
static void test_a_route_whose_mask_has_holes(void **state)
{
    struct recordings found = recordings_of("freebsd12");
    const struct recording *recording = recording_named(&found, "full-dump-inet");
    const struct mh_rt_layout *layout = mh_rt_layout_find("freebsd-12-amd64");
    size_t whole = 0, facts = 0, untold = 0;
    struct mh_feed feed = {.context = &whole, .fact = count_fact};
    struct mh_rt_answer answer = {layout, recording->octets, recording->length, false, 0, &untold};
    struct mh_rt_walk walk = {layout, recording->octets, recording->length, 0, false};
    struct mh_rt_message message;
    (void)state;
    assert_int_equal(mh_rt_feed_routes(&answer, &feed, NULL), MH_OK);
    assert_int_equal(untold, 0);
    do
        assert_int_equal(mh_rt_next(&walk, &message, NULL), MH_OK);
    while (message.addresses[MH_RT_NETMASK].prefix_length != 24);
    recording->octets[message.addresses[MH_RT_NETMASK].bytes - recording->octets + 5] =
        0xf0; /* 255.240.255.0 */
    feed.context = &facts;
    assert_int_equal(mh_rt_feed_routes(&answer, &feed, NULL), MH_OK);
    assert_int_equal(untold, 1);
    assert_int_equal(facts, whole - 1);
    recordings_free(&found);
}

static void test_link_addresses_whose_parts_do_not_fit(void **state)
{
    const struct mh_rt_layout *layout = mh_rt_layout_find("freebsd-14-amd64");
    const uint8_t bytes[12] = {12, 18, 1, 0, 6, 3, 6, 0, 'e', 'm', '0', 0x02};
    struct mh_rt_sockaddr sockaddr;
    (void)state;
    assert_true(mh_rt_decode_sockaddr(layout, bytes, sizeof bytes, &sockaddr));
    assert_int_equal(sockaddr.kind, MH_RT_LINK);
    assert_true(sockaddr.damaged);
    assert_int_equal(sockaddr.name_length, 3);
    assert_int_equal(sockaddr.hardware_length, 1);
    assert_false(mh_rt_decode_sockaddr(layout, bytes, sizeof bytes - 1, &sockaddr));
}

static void test_layouts(void **state)
{
    const struct mh_rt_layout *layout;
    size_t count = 0;
    (void)state;
    for (; (layout = mh_rt_layout_at(count)) != NULL; count++) {
        assert_ptr_equal(mh_rt_layout_find(layout->name), layout);
        for (unsigned meaning = MH_RT_MEANS_ADD; meaning <= MH_RT_MEANS_ANNOUNCE; meaning++)
            assert_true(mh_rt_type_meaning(layout, (enum mh_rt_meaning)meaning) != NULL ||
                        (meaning == MH_RT_MEANS_CHANGED_ADDRESS && layout->system == MH_RT_FREEBSD));
        for (const struct mh_rt_type *type = layout->types; type->name != NULL; type++)
            assert_true(type->form == MH_RT_OPAQUE || layout->records[type->form].size > 0);
    }
    assert_true(count >= 30);
    assert_ptr_equal(mh_rt_layout_find("openbsd-8-powerpc"), mh_rt_layout_find("openbsd-8-macppc"));
    assert_ptr_equal(mh_rt_layout_find("freebsd-14-aarch64"), mh_rt_layout_find("freebsd-14-arm64"));
    assert_null(mh_rt_layout_find("freebsd-14"));
    assert_null(mh_rt_layout_find("freebsd-14-"));
    assert_null(mh_rt_layout_find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_long_header_that_has_grown),
        cmocka_unit_test(test_openbsd_headers_of_other_lengths),
        cmocka_unit_test(test_types_and_addresses_of_the_future),
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_a_route_whose_mask_has_holes),
        cmocka_unit_test(test_link_addresses_whose_parts_do_not_fit),
        cmocka_unit_test(test_layouts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
