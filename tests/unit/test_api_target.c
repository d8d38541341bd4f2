/* The request target: split before it is decoded, and nothing slips through decoding. */
#include "unit/support.h"

#include "api/target.h"

#include <stdio.h>
#include <string.h>

struct split {
    char text[8192];
    struct mh_target target;
    struct mh_problem problem;
    bool good;
};

static void split(struct split *split, const char *text)
{
    memset(split, 0, sizeof *split);
    (void)snprintf(split->text, sizeof split->text, "%s", text);
    split->good = mh_target_split(split->text, &split->target, &split->problem);
}

static void expect_problem(const char *text, enum mh_problem_type type)
{
    struct split result;
    split(&result, text);
    if (result.good)
        fail_msg("%s was accepted", text);
    assert_int_equal(result.problem.type, type);
    assert_true(result.problem.detail[0] != '\0');
}

static void expect_segments(const char *text, size_t count, const char *last)
{
    struct split result;
    split(&result, text);
    assert_true(result.good);
    assert_int_equal(result.target.segment_count, count);
    if (count > 0)
        assert_string_equal(result.target.segments[count - 1], last);
}

static void test_segments(void **state)
{
    (void)state;
    expect_segments("/", 0, NULL);
    expect_segments("/version", 1, "version");
    expect_segments("/v1/interfaces/eth0", 3, "eth0");
    expect_segments("/v1/interfaces/Local%20Area%20Connection", 3, "Local Area Connection");
    expect_segments("/v1/interfaces/%c3%A4", 3, "\xc3\xa4");
    expect_segments("/v1/interfaces/a+b", 3, "a+b");
    expect_segments("/v1/interfaces/...", 3, "...");
}

static void test_slash_stays_inside(void **state)
{
    (void)state;
    expect_segments("/v1/interfaces/a%2Fb", 3, "a/b");
    expect_segments("/v1/interfaces/%2e%2e%2fetc", 3, "../etc");
    expect_segments("/v1%2Fstatus", 1, "v1/status");
    expect_segments("/v1/interfaces/a%3Fb", 3, "a?b");
    expect_segments("/v1/interfaces/%2541", 3, "%41");
}

static void test_bad_paths(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "//",      "/v1//status", "/v1/status/",   "/v1/./status", "/v1/../status", "/%2e",  "/%2E%2e",
        "/a%00b",  "/%",          "/%4",           "/%zz",         "/%4g",          "/%c3",  "/%ff",
        "/%c0%af", "/%ed%a0%80",  "/%f5%80%80%80", "/%e2%28%a1",   "/a%",           "/%%41",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        expect_problem(paths[i], MH_PROBLEM_INVALID_PATH);
    expect_problem("/a/b/c/d/e/f/g/h/i", MH_PROBLEM_NOT_FOUND);
}

static void test_malformed(void **state)
{
    (void)state;
    static const char *const targets[] = {"",
                                          "version",
                                          "/a b",
                                          "/a\tb",
                                          "/a\x7f",
                                          "/\xc3\xa4",
                                          "/a#b",
                                          "?a=b",
                                          "http://localhost",
                                          "ftp://localhost/version",
                                          "**"};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        expect_problem(targets[i], MH_PROBLEM_MALFORMED_REQUEST);
}

static void test_other_forms(void **state)
{
    (void)state;
    struct split result;
    split(&result, "*");
    assert_true(result.good && result.target.asterisk);
    split(&result, "HTTP://localhost:8642/v1/status?limit=1");
    assert_true(result.good);
    assert_string_equal(result.target.authority, "localhost:8642");
    assert_int_equal(result.target.segment_count, 2);
    assert_string_equal(result.target.segments[0], "v1");
    assert_string_equal(result.target.pairs[0].value, "1");
    split(&result, "http:///version");
    assert_true(result.good);
    assert_string_equal(result.target.authority, "");
}

static void test_query(void **state)
{
    (void)state;
    struct split result;
    split(&result, "/v1/routes?interface=a%26b%3dc&&family&owner=x+y%2B&=z&a=b=c");
    assert_true(result.good);
    assert_int_equal(result.target.pair_count, 5);
    assert_string_equal(result.target.pairs[0].name, "interface");
    assert_string_equal(result.target.pairs[0].value, "a&b=c");
    assert_string_equal(result.target.pairs[1].name, "family");
    assert_string_equal(result.target.pairs[1].value, "");
    assert_string_equal(result.target.pairs[2].value, "x y+");
    assert_string_equal(result.target.pairs[3].name, "");
    assert_string_equal(result.target.pairs[4].value, "b=c");
    split(&result, "/v1/routes?a=/../%2f?");
    assert_true(result.good);
    assert_string_equal(result.target.pairs[0].value, "/..//?");
}

static void test_bad_queries(void **state)
{
    (void)state;
    struct split result;
    expect_problem("/v1/routes?owner=%00", MH_PROBLEM_INVALID_PARAMETER);
    expect_problem("/v1/routes?owner=%f", MH_PROBLEM_INVALID_PARAMETER);
    expect_problem("/v1/routes?%ff=1", MH_PROBLEM_MALFORMED_REQUEST);
    expect_problem("/x?a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a", MH_PROBLEM_MALFORMED_REQUEST);
    split(&result, "/v1/routes?owner=%ff");
    assert_string_equal(result.problem.parameter, "owner");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments),    cmocka_unit_test(test_slash_stays_inside),
        cmocka_unit_test(test_bad_paths),   cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_other_forms), cmocka_unit_test(test_query),
        cmocka_unit_test(test_bad_queries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
