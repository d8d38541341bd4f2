/* Durations, endpoints and hashes: small texts and numbers that several parts share. */
#include "unit/support.h"

#include "core/duration.h"
#include "core/endpoint.h"
#include "core/hash.h"

#include <string.h>

static void durations(void **state)
{
    static const struct {
        const char *text;
        uint64_t milliseconds;
        const char *shortest;
    } rows[] = {
        {"0ms", 0, "0ms"},         {"0s", 0, "0ms"},
        {"250ms", 250, "250ms"},   {"1000ms", 1000, "1s"},
        {"90s", 90000, "90s"},     {"60s", 60000, "1m"},
        {"1h", 3600000, "1h"},     {"007s", 7000, "7s"},
        {"36h", 129600000, "36h"}, {"18446744073709551615ms", UINT64_MAX, "18446744073709551615ms"},
    };
    char text[MH_DURATION_TEXT_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t milliseconds = 1;
        assert_true(mh_duration_parse(rows[i].text, &milliseconds));
        assert_true(milliseconds == rows[i].milliseconds);
        assert_string_equal(mh_duration_format(milliseconds, text), rows[i].shortest);
    }
}

static void no_durations(void **state)
{
    static const char *const texts[] = {"",
                                        "5",
                                        "s",
                                        "-5s",
                                        "+5s",
                                        "1.5s",
                                        "5 s",
                                        " 5s",
                                        "5s ",
                                        "5S",
                                        "5d",
                                        "5ms5",
                                        "18446744073709551616ms",
                                        "5124095576030432h"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint64_t milliseconds = 77;
        assert_false(mh_duration_parse(texts[i], &milliseconds));
        assert_int_equal(milliseconds, 77);
    }
}

static void endpoints(void **state)
{
    struct mh_address address;
    uint16_t port;
    char text[MH_ADDRESS_TEXT_SIZE];
    (void)state;
    assert_true(mh_endpoint_parse("192.0.2.1:8643", &address, &port));
    assert_string_equal(mh_address_format(&address, text), "192.0.2.1");
    assert_int_equal(port, 8643);
    assert_true(mh_endpoint_parse("[2001:db8::1]:65535", &address, &port));
    assert_string_equal(mh_address_format(&address, text), "2001:db8::1");
    assert_int_equal(port, 65535);
    assert_true(mh_endpoint_parse("[::]:1", &address, &port));
}

static void no_endpoints(void **state)
{
    static const char *const texts[] = {"",
                                        ":",
                                        "192.0.2.1",
                                        "192.0.2.1:",
                                        "192.0.2.1:0",
                                        "192.0.2.1:65536",
                                        "192.0.2.1:080",
                                        "192.0.2.1:99999999999",
                                        "2001:db8::1:80",
                                        "[192.0.2.1]:80",
                                        "[2001:db8::1]80",
                                        "[]:80",
                                        "[:80",
                                        "]:80",
                                        "224.0.0.1:80",
                                        "host:80",
                                        "192.0.2.1:80x",
                                        "[fe80::1%eth0]:80"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct mh_address address;
        uint16_t port;
        if (mh_endpoint_parse(texts[i], &address, &port))
            fail_msg("taken: %s", texts[i]);
    }
}

/* Vectors of draft-eastlake-fnv. */
static void hashes(void **state)
{
    (void)state;
    assert_true(mh_hash("", 0) == 0xcbf29ce484222325U);
    assert_true(mh_hash("a", 1) == 0xaf63dc4c8601ec8cU);
    assert_true(mh_hash("foobar", 6) == 0x85944171f73967e8U);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations),    cmocka_unit_test(no_durations), cmocka_unit_test(endpoints),
        cmocka_unit_test(no_endpoints), cmocka_unit_test(hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
