/* What is said of texts that are no addresses. */
#include "support.h"

#include "api/address_hint.h"
#include "core/address.h"

#include <string.h>

static const struct {
    const char *text, *part;
} hints[] = {
    {"", "zone"},
    {" ", "white space"},
    {"192.0.2.1\t", "white space"},
    {"192.0.2.0/24", "prefix length"},
    {"/", "prefix length"},
    {"[::1]", "brackets"},
    {"[", "brackets"},
    {"192.0.2.1:80", "a port"},
    {"192.0.2.1:", "a port"},
    {"192.0.2.1:http", "a port"},
    {"80:192.0.2.1", "zone"},
    {"0x7f000001", "decimal"},
    {"0X7f.1", "decimal"},
    {"127.1", "four numbers (127"},
    {"2130706433", "four numbers (127"},
    {"1.2.3", "four numbers (127"},
    {"192.0.2.01", "leading zeros"},
    {"00.0.0.0", "leading zeros"},
    {"192.0.2.256", "from 0 to 255"},
    {"1.2.3.4.5", "from 0 to 255"},
    {"....", "from 0 to 255"},
    {"eth0", "names"},
    {"example.org", "names"},
    {"my-host", "names"},
    {"cafe", "zone"},
    {"1::2::3", "zone"},
    {"fe80::1%", "zone"},
    {"::g", "zone"},
};

static void each_has_its_hint(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        const char *hint = mh_address_hint(hints[i].text);
        if (strstr(hint, hints[i].part) == NULL)
            fail_msg("\"%s\": %s", hints[i].text, hint);
        assert_true(strlen(hint) <= 120);
    }
}

/* Whatever the octets. */
static void any_text_has_one(void **state)
{
    (void)state;
    static const char few[] = "0123456789abcdefxg.:/%[] -\n\x80";
    uint64_t random = 6943;
    for (int round = 0; round < 100000; round++) {
        char text[12] = "";
        size_t length = mh_test_random(&random) % (sizeof text - 1);
        for (size_t i = 0; i < length; i++)
            text[i] = few[mh_test_random(&random) % (sizeof few - 1)];
        assert_true(strncmp(mh_address_hint(text), "an IPv", 6) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_hint),
        cmocka_unit_test(any_text_has_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
