/* Addresses and prefixes; the C library's inet_pton and inet_ntop are the oracle on random text. */
#include "unit/support.h"

#include "core/prefix.h"

#include <arpa/inet.h>
#include <string.h>

static struct mh_address address(const char *text)
{
    struct mh_address result = {0};
    assert_true(mh_address_parse(text, strlen(text), &result));
    return result;
}

static struct mh_prefix prefix(const char *text)
{
    struct mh_prefix result = {0};
    assert_true(mh_prefix_parse(text, strlen(text), &result));
    return result;
}

static void canonical_text_of_rfc_5952(void **state)
{
    static const char *const pairs[][2] = {
        {"192.0.2.1", "192.0.2.1"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"2001:0DB8::0001", "2001:db8::1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {"::ffff:c000:201", "::ffff:192.0.2.1"},
        {"fe80:0:0:0:0:0:0:0", "fe80::"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char text[MH_ADDRESS_TEXT_SIZE];
        struct mh_address parsed = address(pairs[i][0]);
        assert_string_equal(mh_address_format(&parsed, text), pairs[i][1]);
    }
}

static void wrong_text_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1..2.3",
        "1.2.3.4.",
        ":",
        ":::",
        "1:2",
        "1::2::3",
        "fe80::1%eth0",
        "12345::",
        "g::",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::8:9",
        "::1.2.3",
        "1:",
        ":1",
        "1:2:3:4:5:6:7:1.2.3.4",
        "0x1.2.3.4",
        "1.2.3.4/8",
        "::/0",
        "1:2:3:4:5:6:7:8:",
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct mh_address untouched = {.family = 99};
        assert_false(mh_address_parse(wrong[i], strlen(wrong[i]), &untouched));
        assert_int_equal(untouched.family, 99);
    }
}

static void a_nul_inside_is_refused(void **state)
{
    struct mh_address parsed;
    (void)state;
    assert_false(mh_address_parse("1.2.3.4\0", 8, &parsed));
    assert_false(mh_address_parse("::1\0", 4, &parsed));
}

/* Text that is close to an address, so that both accepting and refusing are tried. */
static size_t random_text(uint64_t *seed, char *text)
{
    static const char letters[] = "0123456789abcdef::::..";
    size_t length = mh_test_random(seed) % 24;
    for (size_t i = 0; i < length; i++)
        text[i] = letters[mh_test_random(seed) % (sizeof letters - 1)];
    text[length] = '\0';
    return length;
}

static void accepts_what_inet_pton_accepts(void **state)
{
    uint64_t seed = 1122;
    unsigned accepted = 0;
    (void)state;
    for (int i = 0; i < 400000; i++) {
        char text[32];
        uint8_t bytes[16] = {0};
        struct mh_address parsed;
        size_t length = random_text(&seed, text);
        bool v6 = strchr(text, ':') != NULL;
        bool expected = inet_pton(v6 ? AF_INET6 : AF_INET, text, bytes) == 1;
        assert_int_equal(mh_address_parse(text, length, &parsed), expected);
        if (expected)
            assert_memory_equal(parsed.bytes, bytes, 16);
        accepted += expected;
    }
    assert_true(accepted > 1000);
}

static void random_bytes(uint64_t *seed, uint8_t bytes[16])
{
    for (int i = 0; i < 16; i++)
        bytes[i] = mh_test_random(seed) % 3 == 0 ? (uint8_t)mh_test_random(seed) : 0;
}

static void text_comes_back(void **state)
{
    uint64_t seed = 5952;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        char text[MH_ADDRESS_TEXT_SIZE], theirs[INET6_ADDRSTRLEN];
        uint8_t bytes[16];
        random_bytes(&seed, bytes);
        struct mh_address six = mh_address_from_bytes(MH_IPV6, bytes),
                          four = mh_address_from_bytes(MH_IPV4, bytes);
        struct mh_address again = address(mh_address_format(&six, text));
        assert_true(mh_address_equal(&six, &again));
        assert_string_equal(mh_address_format(&four, text), inet_ntop(AF_INET, bytes, theirs, sizeof theirs));
    }
}

static void classes(void **state)
{
    (void)state;
    struct mh_address loopback = address("127.5.0.1"), loopback6 = address("::1");
    struct mh_address group = address("239.1.1.1"), group6 = address("ff02::1");
    struct mh_address local = address("169.254.9.9"), local6 = address("febf::1");
    struct mh_address broadcast = address("255.255.255.255"), zero = address("0.1.2.3"), any = address("::");
    assert_true(mh_address_is_loopback(&loopback) && mh_address_is_loopback(&loopback6));
    assert_true(mh_address_is_multicast(&group) && mh_address_is_multicast(&group6));
    assert_true(mh_address_is_link_local(&local) && mh_address_is_link_local(&local6));
    assert_false(mh_address_is_unicast(&broadcast) || mh_address_is_unicast(&zero));
    assert_false(mh_address_is_unicast(&any) || mh_address_is_unicast(&group6));
    assert_true(mh_address_is_unspecified(&any));
}

static void scopes_of_rfc_6724(void **state)
{
    static const struct {
        const char *text;
        enum mh_scope scope;
    } rows[] = {{"127.0.0.1", MH_SCOPE_LINK_LOCAL}, {"169.254.1.1", MH_SCOPE_LINK_LOCAL},
                {"10.0.0.1", MH_SCOPE_GLOBAL},      {"fe80::1", MH_SCOPE_LINK_LOCAL},
                {"fec0::1", MH_SCOPE_SITE_LOCAL},   {"ff02::1", MH_SCOPE_LINK_LOCAL},
                {"ff05::1", MH_SCOPE_SITE_LOCAL},   {"fd00::1", MH_SCOPE_GLOBAL},
                {"2001:db8::1", MH_SCOPE_GLOBAL},   {"::1", MH_SCOPE_LINK_LOCAL}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mh_address parsed = address(rows[i].text);
        assert_int_equal(mh_address_scope(&parsed), rows[i].scope);
    }
}

static void prefixes(void **state)
{
    struct mh_prefix refused;
    char text[MH_PREFIX_TEXT_SIZE];
    (void)state;
    struct mh_prefix net = prefix("192.0.2.0/25"), odd = prefix("2001:db8:8000::/33"),
                     all = prefix("0.0.0.0/0");
    struct mh_address in = address("192.0.2.127"), out = address("192.0.2.128"),
                      six = address("2001:db8:ffff::1");
    assert_true(mh_prefix_contains(&net, &in) && !mh_prefix_contains(&net, &out));
    assert_true(mh_prefix_contains(&odd, &six) && !mh_prefix_contains(&all, &six));
    assert_true(mh_prefix_covers(&all, &net) && !mh_prefix_covers(&net, &all) &&
                mh_prefix_covers(&net, &net));
    assert_string_equal(mh_prefix_format(&odd, text), "2001:db8:8000::/33");
    static const char *const wrong[] = {"192.0.2.1/24",  "192.0.2.0/33", "192.0.2.0/",
                                        "192.0.2.0/024", "::1/64",       "192.0.2.0/2x",
                                        "/24",           "::/129",       "192.0.2.0/-1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(mh_prefix_parse(wrong[i], strlen(wrong[i]), &refused));
}

static void interface_addresses(void **state)
{
    struct mh_address host;
    uint8_t length;
    (void)state;
    assert_true(mh_interface_address_parse("192.0.2.1/24", 12, &host, &length));
    assert_int_equal(length, 24);
    assert_true(mh_interface_address_parse("2001:db8::1", 11, &host, &length));
    assert_int_equal(length, 128);
}

static void prefix_of_clears_host_bits(void **state)
{
    uint64_t seed = 4632;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[16];
        for (int j = 0; j < 16; j++)
            bytes[j] = (uint8_t)mh_test_random(&seed);
        unsigned length = (unsigned)(mh_test_random(&seed) % 140);
        struct mh_address host = mh_address_from_bytes(MH_IPV6, bytes);
        struct mh_prefix made = mh_prefix_of(&host, length);
        assert_true(mh_prefix_contains(&made, &host));
        for (unsigned bit = made.length; bit < 128; bit++)
            assert_int_equal(made.address.bytes[bit / 8] >> (7 - bit % 8) & 1, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_text_of_rfc_5952),
        cmocka_unit_test(wrong_text_is_refused),
        cmocka_unit_test(a_nul_inside_is_refused),
        cmocka_unit_test(accepts_what_inet_pton_accepts),
        cmocka_unit_test(text_comes_back),
        cmocka_unit_test(classes),
        cmocka_unit_test(scopes_of_rfc_6724),
        cmocka_unit_test(prefixes),
        cmocka_unit_test(interface_addresses),
        cmocka_unit_test(prefix_of_clears_host_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
