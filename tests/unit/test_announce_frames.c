/* Frames that announce an address, octet by octet as RFC 826, RFC 5227 and RFC 4861 lay them out. */
#include "common/announce_frames.h"
#include "core/digit.h"

#include <string.h>

#include "unit/support.h"

static const uint8_t hardware[] = {0x02, 0x00, 0x00, 0x00, 0x00, 0x01};

static struct mh_address address(const char *text)
{
    struct mh_address value;
    assert_true(mh_address_parse(text, strlen(text), &value));
    return value;
}

/* What is expected, as digits; spaces between them. */
static void expect(const uint8_t *frame, size_t length, const char *text)
{
    size_t at = 0;
    for (; *text != '\0'; text++)
        if (*text != ' ') {
            assert_true(at < length);
            assert_int_equal(frame[at++], mh_hexadecimal_value(text[0]) << 4 | mh_hexadecimal_value(text[1]));
            text++;
        }
    assert_int_equal(at, length);
}

/* RFC 5227 2.3: both addresses are the announced one. */
static void test_an_arp_request_has_no_target_hardware(void **state)
{
    const struct mh_address announced = address("192.0.2.9");
    uint8_t frame[MH_ARP_FRAME_SIZE];
    (void)state;
    memset(frame, 0xa5, sizeof frame);
    assert_int_equal(mh_arp_frame(frame, MH_ARP_REQUEST, hardware, &announced), 42);
    expect(frame, sizeof frame,
           "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 "
           "020000000001 c0000209 000000000000 c0000209");
}

static void test_an_arp_reply_names_the_sender_as_target(void **state)
{
    const struct mh_address announced = address("192.0.2.9");
    uint8_t frame[MH_ARP_FRAME_SIZE];
    (void)state;
    memset(frame, 0xa5, sizeof frame);
    assert_int_equal(mh_arp_frame(frame, MH_ARP_REPLY, hardware, &announced), 42);
    expect(frame, sizeof frame,
           "ffffffffffff 020000000001 0806 0001 0800 06 04 0002 "
           "020000000001 c0000209 020000000001 c0000209");
}

/* Checksum (RFC 8200 8.1), in words of 16 bits: 2001 0db8 0001 0001 (from), ff02 0001 (to), 0020 (length),
 * 003a (next header), 8800 2000 (type, override), 2001 0db8 0001 0001 (target), 0201 0200 0000 0001 (option)
 * are 206d5; with what overflows 06d7; its complement is f928. A router's flag adds 8000: 86d7, 7928. */
static void test_an_advertisement_overrides(void **state)
{
    const struct mh_address announced = address("2001:db8:1::1");
    uint8_t frame[MH_ADVERTISEMENT_FRAME_SIZE];
    (void)state;
    memset(frame, 0xa5, sizeof frame);
    assert_int_equal(mh_advertisement_frame(frame, hardware, &announced, false), 86);
    expect(frame, sizeof frame,
           "333300000001 020000000001 86dd 60000000 0020 3a ff "
           "20010db8000100000000000000000001 ff020000000000000000000000000001 "
           "88 00 f928 20000000 20010db8000100000000000000000001 02 01 020000000001");
    assert_int_equal(mh_advertisement_frame(frame, hardware, &announced, true), 86);
    expect(frame, sizeof frame,
           "333300000001 020000000001 86dd 60000000 0020 3a ff "
           "20010db8000100000000000000000001 ff020000000000000000000000000001 "
           "88 00 7928 a0000000 20010db8000100000000000000000001 02 01 020000000001");
}

/* Words that overflow more than once: the sum over the message as it was sent, with its checksum, is ffff. */
static void test_checksums_of_large_words(void **state)
{
    static const uint8_t loud[] = {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff};
    const struct mh_address announced = address("fe80:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    uint8_t frame[MH_ADVERTISEMENT_FRAME_SIZE];
    uint32_t total = 32 + 58;
    (void)state;
    (void)mh_advertisement_frame(frame, loud, &announced, false);
    for (size_t i = 22; i < sizeof frame; i += 2)
        total += (uint32_t)frame[i] << 8 | frame[i + 1];
    assert_int_equal(total % 0xffff, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_arp_request_has_no_target_hardware),
        cmocka_unit_test(test_an_arp_reply_names_the_sender_as_target),
        cmocka_unit_test(test_an_advertisement_overrides),
        cmocka_unit_test(test_checksums_of_large_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
