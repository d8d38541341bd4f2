/* Names of interfaces that are not their own: what is one, what two of them mean the same, and whom they
 * mean.
 */
#include "unit/support.h"

#include "core/selector.h"

#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct mh_interface ethernet = {.name = "Ethernet",
                                             .index = 12,
                                             .luid = 0x6008000000000,
                                             .guid = "{6B29FC40-CA47-1067-B31D-00DD010662DA}",
                                             .hardware_address_length = 6,
                                             .hardware_address = {2, 0, 0, 0, 0, 0xa}};

static void luids(void **state)
{
    static const struct {
        const char *text;
        uint64_t luid;
    } good[] = {{"0x6008000000000", 0x6008000000000},
                {"0x0006008000000000", 0x6008000000000},
                {"0xaBcD", 0xabcd},
                {"0x0", 0},
                {"0xffffffffffffffff", UINT64_MAX}};
    static const char *const bad[] = {"",
                                      "0x",
                                      "x6",
                                      "6008",
                                      "0X6",
                                      "-0x6",
                                      "+0x6",
                                      "0x-6",
                                      " 0x6",
                                      "0x6 ",
                                      "0xg",
                                      "0x6g",
                                      "0x0x6",
                                      "0x6\n",
                                      "0x1ffffffffffffffff",
                                      "0x00000000000000001"};
    uint64_t luid = 77;
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(mh_luid_parse(bad[i], &luid));
        assert_int_equal(luid, 77);
    }
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(mh_luid_parse(good[i].text, &luid));
        assert_true(luid == good[i].luid);
    }
}

static void sound_ones(void **state)
{
    static const char *const good[] = {"eth0",
                                       "Ethernet 2",
                                       "luid:0x6",
                                       "index:1",
                                       "index:999999999",
                                       "macaddr",
                                       "index",
                                       "mac:02:00:00:00:00:01",
                                       "Luid:zz",
                                       "{not a GUID}"};
    static const char *const bad[] = {"mac:",
                                      "mac:zz",
                                      "luid:",
                                      "luid:6",
                                      "luid:0x",
                                      "index:",
                                      "index:0",
                                      "index:01",
                                      "index:-1",
                                      "index:+1",
                                      "index: 1",
                                      "index:1 ",
                                      "index:1a",
                                      "index:0x1",
                                      "index:4294967297",
                                      "index:1000000000"};
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(mh_selector_is_sound(good[i]));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(mh_selector_is_sound(bad[i]));
}

static void one_spelling(void **state)
{
    char text[MH_NAME_SIZE];
    (void)state;
    assert_string_equal(mh_selector_spelling("luid:0x000A", text), "luid:0xa");
    assert_string_equal(mh_selector_spelling("mac:02-00-00-00-00-0A", text), "mac:02:00:00:00:00:0a");
    assert_string_equal(mh_selector_spelling("luid:zz", text), "luid:zz");
    assert_string_equal(mh_selector_spelling("Ethernet 2", text), "Ethernet 2");
}

static void whom_they_mean(void **state)
{
    static const char *const good[] = {"luid:0x6008000000000", "luid:0x06008000000000", "index:12",
                                       "mac:02-00-00-00-00-0A", "{6b29fc40-ca47-1067-b31d-00dd010662da}"};
    static const char *const bad[] = {"luid:0x6008000000001",
                                      "luid:0",
                                      "luid:0x0",
                                      "luid:",
                                      "index:1",
                                      "index:120",
                                      "index:",
                                      "index:012",
                                      "index:4294967308",
                                      "mac:02:00",
                                      "mac:",
                                      "{6B29FC40",
                                      "",
                                      "Ethernet"};
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(mh_selector_means(good[i], &ethernet));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(mh_selector_means(bad[i], &ethernet));
}

/* Without a LUID there is nothing that an index or a LUID of zeros could mean. */
static void nobody_elsewhere(void **state)
{
    const struct mh_interface eth0 = {.name = "eth0", .index = 12};
    static const char *const words[] = {"luid:0x0", "luid:0x6008000000000", "index:12", "", "mac:"};
    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        assert_false(mh_selector_means(words[i], &eth0));
        assert_false(mh_selector_is_windows_id(words[i], &eth0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(luids),          cmocka_unit_test(sound_ones),       cmocka_unit_test(one_spelling),
        cmocka_unit_test(whom_they_mean), cmocka_unit_test(nobody_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
