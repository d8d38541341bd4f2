/* FreeBSD's list of next hops: entries composed as its kernel writes them, whole, cut anywhere and altered
 * anywhere. */
#include "bsd/rtmsg_nexthop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ENTRY_MAX = 512 };

/* By 192.0.2.254, from 192.0.2.1. Returns the entry's length. */
static size_t compose(const struct mh_rt_layout *layout, uint8_t *bytes, uint32_t index)
{
    static const uint8_t gateway[16] = {16, 2, 0, 0, 192, 0, 2, 254},
                         source[16] = {16, 2, 0, 0, 192, 0, 2, 1};
    bool narrow = strcmp(layout->target, "x86-freebsd") == 0;
    size_t external = (size_t)(layout->records[MH_RT_ROUTE].size + 7) / 8 * 8 - (narrow ? 4 : 0);
    size_t container = external + (narrow ? 116 : 120), length = container + 8 + 32;
    memset(bytes, 0, ENTRY_MAX);
    mh_rt_write_number(layout, bytes, 2, length);
    bytes[2] = layout->version;
    bytes[3] = 4; /* RTM_GET */
    mh_rt_write_number(layout, bytes + 8, 4, 0x803);
    mh_rt_write_number(layout, bytes + external, 4, container - external);
    mh_rt_write_number(layout, bytes + external + 4, 4, index);
    mh_rt_write_number(layout, bytes + external + 12, 4, 3);
    bytes[external + 21] = 2;
    mh_rt_write_number(layout, bytes + external + 24, 2, 1400);
    mh_rt_write_number(layout, bytes + container - 8, 8, 5); /* references */
    mh_rt_write_number(layout, bytes + container, 4, 40);
    mh_rt_write_number(layout, bytes + container + 4, 2, 8);
    mh_rt_write_number(layout, bytes + container + 6, 2, 24);
    memcpy(bytes + container + 8, gateway, 16);
    memcpy(bytes + container + 24, source, 16);
    return length;
}

static const char *const layouts[] = {"freebsd-13-amd64", "freebsd-14-armv7", "freebsd-14-i386",
                                      "freebsd-14-powerpc64"};

static void test_entries(void **state)
{
    uint8_t bytes[2 * ENTRY_MAX];
    char text[MH_ADDRESS_TEXT_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        const struct mh_rt_layout *layout = mh_rt_layout_find(layouts[i]);
        struct mh_rt_nexthop nexthop;
        size_t length = compose(layout, bytes, 1), offset = 0;
        length += compose(layout, bytes + length, 2);
        for (unsigned index = 1; index <= 2; index++) {
            assert_int_equal(mh_rt_next_nexthop(layout, bytes, length, &offset, &nexthop, NULL), MH_OK);
            assert_int_equal(nexthop.nh_idx, index);
            assert_int_equal(nexthop.flags, 0x803);
            assert_int_equal(nexthop.ifindex, 3);
            assert_int_equal(nexthop.nh_mtu, 1400);
            assert_int_equal(nexthop.nh_refcount, 5);
            assert_string_equal(mh_address_format(&nexthop.gateway.address, text), "192.0.2.254");
            assert_string_equal(mh_address_format(&nexthop.source.address, text), "192.0.2.1");
        }
        assert_int_equal(mh_rt_next_nexthop(layout, bytes, length, &offset, &nexthop, NULL), MH_NOT_FOUND);
    }
}

/* In a copy of exactly that size. Every call moves on. */
static unsigned read_copy(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length > 0 ? length : 1);
    struct mh_rt_nexthop nexthop;
    struct mh_failure failure;
    unsigned refused = 0;
    enum mh_error code = MH_OK;
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    for (size_t offset = 0, before = 0; code != MH_NOT_FOUND; before = offset) {
        code = mh_rt_next_nexthop(layout, copy, length, &offset, &nexthop, &failure);
        assert_true(offset <= length && (offset > before || code == MH_NOT_FOUND));
        refused += code == MH_MALFORMED;
    }
    free(copy);
    return refused;
}

static void test_hostile_entries(void **state)
{
    uint8_t bytes[ENTRY_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        const struct mh_rt_layout *layout = mh_rt_layout_find(layouts[i]);
        size_t length = compose(layout, bytes, 1);
        unsigned refused = 0;
        assert_int_equal(read_copy(layout, bytes, length), 0);
        for (size_t cut = 1; cut < length; cut++)
            assert_int_equal(read_copy(layout, bytes, cut), 1);
        for (size_t at = 0; at < length; at++)
            for (unsigned value = 0; value < 256; value++) {
                (void)compose(layout, bytes, 1);
                bytes[at] = (uint8_t)value;
                refused += read_copy(layout, bytes, length);
            }
        assert_true(refused > 1000);
    }
}

static void test_who_has_none(void **state)
{
    const uint8_t bytes[4] = {4};
    struct mh_rt_nexthop nexthop;
    size_t offset = 0;
    (void)state;
    assert_int_equal(
        mh_rt_next_nexthop(mh_rt_layout_find("openbsd-8-amd64"), bytes, 4, &offset, &nexthop, NULL),
        MH_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_hostile_entries),
        cmocka_unit_test(test_who_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
