/* Accept, If-None-Match and Host. */
#include "unit/support.h"

#include "api/accept.h"
#include "api/etag.h"
#include "api/host_check.h"

static const char *const offers[] = {"application/json", "text/vnd.graphviz", "image/svg+xml", "text/plain"};

static int pick(const char *accept)
{
    return mh_accept_pick(accept, offers, 4);
}

static void test_accept(void **state)
{
    (void)state;
    assert_int_equal(pick(NULL), 0);
    assert_int_equal(pick(""), 0);
    assert_int_equal(pick(" , "), 0);
    assert_int_equal(pick("*/*"), 0);
    assert_int_equal(pick("image/svg+xml"), 2);
    assert_int_equal(pick("IMAGE/SVG+XML"), 2);
    assert_int_equal(pick("image/*"), 2);
    assert_int_equal(pick("text/*"), 1);
    assert_int_equal(pick("text/html, image/png"), -1);
    assert_int_equal(pick("text/plain;charset=utf-8"), 3);
}

static void test_accept_quality(void **state)
{
    (void)state;
    assert_int_equal(pick("application/json;q=0.5, image/svg+xml"), 2);
    assert_int_equal(pick("application/json ; q=0.501 , image/svg+xml; Q=0.5"), 0);
    assert_int_equal(pick("*/*;q=0.1, text/plain"), 3);
    assert_int_equal(pick("text/html,application/xhtml+xml,image/svg+xml,*/*;q=0.8"), 2);
    assert_int_equal(pick("image/svg+xml, */*"), 2);
    assert_int_equal(pick("application/json;q=0, */*"), 1);
    assert_int_equal(pick("text/*, text/vnd.graphviz;q=0"), 3);
    assert_int_equal(pick("application/json;q=0"), -1);
    assert_int_equal(pick("application/json;q=2"), -1);
    assert_int_equal(pick("application/json;q=x, text/plain;q=0.001"), 3);
    assert_int_equal(pick("application/json;a=\",image/svg+xml\";q=0, text/plain"), 3);
}

static void test_etag(void **state)
{
    (void)state;
    char tag[MH_ETAG_SIZE];
    assert_string_equal(mh_etag_format("0123456789abcdef", UINT64_MAX, tag),
                        "\"0123456789abcdef-18446744073709551615\"");
    mh_etag_format("0123456789abcdef", 7, tag);
    assert_true(mh_etag_matches("\"0123456789abcdef-7\"", tag));
    assert_true(mh_etag_matches("W/\"0123456789abcdef-7\"", tag));
    assert_true(mh_etag_matches("\"a\", W/\"b,c\" ,\"0123456789abcdef-7\"", tag));
    assert_true(mh_etag_matches(" * ", tag));
    assert_false(mh_etag_matches("", tag));
    assert_false(mh_etag_matches("\"0123456789abcdef-70\"", tag));
    assert_false(mh_etag_matches("\"0123456789abcdef-\"", tag));
    assert_false(mh_etag_matches("0123456789abcdef-7", tag));
    assert_false(mh_etag_matches("\"0123456789abcdef-7", tag));
    assert_false(mh_etag_matches("*, \"x\"", tag));
    assert_false(mh_etag_matches("x \"0123456789abcdef-7\"", tag));
}

static void test_local_host(void **state)
{
    (void)state;
    assert_true(mh_host_allowed("localhost", true, 0));
    assert_true(mh_host_allowed("LocalHost:80", true, 0));
    assert_false(mh_host_allowed("", true, 0));
    assert_false(mh_host_allowed("localhost.", true, 0));
    assert_false(mh_host_allowed("localhost:", true, 0));
    assert_false(mh_host_allowed("localhost:80x", true, 0));
    assert_false(mh_host_allowed("127.0.0.1", true, 0));
    assert_false(mh_host_allowed("localhost.evil.example", true, 0));
}

static void test_tcp_host(void **state)
{
    (void)state;
    static const char *const good[] = {"localhost",      "127.0.0.1",      "[::1]",
                                       "localhost:8642", "127.0.0.1:8642", "[::1]:8642"};
    static const char *const bad[] = {
        "",          "::1",  "127.0.0.1:8643", "localhost:08642", "127.0.0.1.evil.example",
        "evil:8642", "[::1", "127.0.0.2",      "localhost:8642 "};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(mh_host_allowed(good[i], false, 8642));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(mh_host_allowed(bad[i], false, 8642));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept),     cmocka_unit_test(test_accept_quality), cmocka_unit_test(test_etag),
        cmocka_unit_test(test_local_host), cmocka_unit_test(test_tcp_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
