/* XXH64 against sums of the reference implementation: every length about a stripe's. */
#include "core/checksum.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "unit/support.h"

static void expect(const char *bytes, uint64_t expected)
{
    assert_int_equal(mh_checksum(bytes, strlen(bytes)), expected);
}

static void examples(void **state)
{
    (void)state;
    expect("", UINT64_C(0xef46db3751d8e999));
    expect("a", UINT64_C(0xd24ec4f1a98c6e5b));
    expect("abc", UINT64_C(0x44bc2cf5ad770999));
    expect("Nobody inspects the spammish repetition", UINT64_C(0xfbcea83c8a378bf1));
}

/* The sum of the sums of 0 to 200 letters, one behind the other. */
static void every_length(void **state)
{
    (void)state;
    char letters[200], all[201 * MH_CHECKSUM_DIGITS + 1];
    memset(letters, 'a', sizeof letters);
    for (size_t i = 0; i <= sizeof letters; i++)
        (void)snprintf(all + i * MH_CHECKSUM_DIGITS, MH_CHECKSUM_DIGITS + 1, "%016" PRIx64,
                       mh_checksum(letters, i));
    expect(all, UINT64_C(0x6b3a5ac8e5e1e9f3));
}

static void every_bit_counts(void **state)
{
    (void)state;
    char octets[100] = {0};
    uint64_t sum = mh_checksum(octets, sizeof octets);
    for (size_t bit = 0; bit < 8 * sizeof octets; bit++) {
        octets[bit / 8] ^= (char)(1 << bit % 8);
        assert_true(mh_checksum(octets, sizeof octets) != sum);
        octets[bit / 8] ^= (char)(1 << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(every_length),
        cmocka_unit_test(every_bit_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
