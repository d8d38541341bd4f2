/* Query parameters and cursors: what is accepted, and how a refusal is worded. */
#include "unit/support.h"

#include "api/cursor.h"
#include "api/query.h"

#include <stdio.h>
#include <string.h>

static struct mh_target target_of(const char *name, const char *value)
{
    return (struct mh_target){.pair_count = 1, .pairs = {{name, value}}};
}

static void test_collect(void **state)
{
    (void)state;
    struct mh_query query;
    struct mh_problem problem;
    struct mh_target target = {.pair_count = 2, .pairs = {{"limit", "5"}, {"owner", "static"}}};
    assert_true(mh_query_collect(&target, MH_TAKES_PAGE | MH_TAKES(OWNER), &query, &problem));
    assert_string_equal(query.value[MH_PARAMETER_LIMIT], "5");
    assert_string_equal(query.value[MH_PARAMETER_OWNER], "static");
    assert_null(query.value[MH_PARAMETER_CURSOR]);
}

static void test_unknown(void **state)
{
    (void)state;
    struct mh_query query;
    struct mh_problem problem;
    struct mh_target target = target_of("table", "main");
    assert_false(mh_query_collect(&target, MH_TAKES_PAGE, &query, &problem));
    assert_int_equal(problem.type, MH_PROBLEM_UNKNOWN_PARAMETER);
    assert_string_equal(problem.parameter, "table");
    assert_string_equal(problem.expected, "limit, cursor");
    target = target_of("Limit", "1");
    assert_false(mh_query_collect(&target, MH_TAKES_PAGE, &query, &problem));
    assert_false(mh_query_collect(&target, 0, &query, &problem));
    assert_string_equal(problem.expected, "no parameters");
}

static void test_repeated(void **state)
{
    (void)state;
    struct mh_query query;
    struct mh_problem problem;
    struct mh_target target = {.pair_count = 2, .pairs = {{"limit", "5"}, {"limit", "5"}}};
    assert_false(mh_query_collect(&target, MH_TAKES_PAGE, &query, &problem));
    assert_int_equal(problem.type, MH_PROBLEM_REPEATED_PARAMETER);
    assert_string_equal(problem.parameter, "limit");
}

static void test_limit(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",   "0",  "1001", "-1", "+1",
                                        "01", "1 ", "1x",   "x",  "99999999999999999999"};
    struct mh_query query = {0};
    struct mh_problem problem;
    size_t limit = 0;
    assert_true(mh_query_limit(&query, &limit, &problem));
    assert_int_equal(limit, 100);
    query.value[MH_PARAMETER_LIMIT] = "1000";
    assert_true(mh_query_limit(&query, &limit, &problem));
    assert_int_equal(limit, 1000);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        query.value[MH_PARAMETER_LIMIT] = wrong[i];
        assert_false(mh_query_limit(&query, &limit, &problem));
        assert_int_equal(problem.type, MH_PROBLEM_INVALID_PARAMETER);
        assert_string_equal(problem.got, wrong[i]);
        assert_string_equal(problem.expected, "a number from 1 to 1000");
    }
}

static void test_family(void **state)
{
    (void)state;
    struct mh_query query = {0};
    struct mh_problem problem;
    enum mh_family family;
    assert_true(mh_query_family(&query, &family, &problem));
    assert_int_equal(family, MH_FAMILY_NONE);
    query.value[MH_PARAMETER_FAMILY] = "ipv6";
    assert_true(mh_query_family(&query, &family, &problem));
    assert_int_equal(family, MH_IPV6);
    query.value[MH_PARAMETER_FAMILY] = "none";
    assert_false(mh_query_family(&query, &family, &problem));
    assert_string_equal(problem.parameter, "family");
}

static void test_numbers(void **state)
{
    (void)state;
    uint64_t number = 0;
    assert_true(mh_number_parse("0", 0, &number));
    assert_true(mh_number_parse("18446744073709551615", UINT64_MAX, &number));
    assert_true(number == UINT64_MAX);
    assert_false(mh_number_parse("18446744073709551616", UINT64_MAX, &number));
    assert_false(mh_number_parse("4294967296", UINT32_MAX, &number));
    assert_true(mh_number_parse("4294967295", UINT32_MAX, &number));
    assert_false(mh_number_parse("7", 5, &number));
    assert_false(mh_number_parse("00", 5, &number));
}

static struct mh_cursor cursor_of(const char *address, uint8_t length)
{
    struct mh_cursor cursor = {.kind = 'r', .numbers = {254, 3, UINT64_MAX}, .prefix_length = length};
    if (address != NULL)
        assert_true(mh_address_parse(address, strlen(address), &cursor.address));
    return cursor;
}

static void test_cursor_round_trip(void **state)
{
    (void)state;
    const struct mh_cursor cursors[] = {cursor_of(NULL, 0), cursor_of("192.0.2.0", 24),
                                        cursor_of("2001:db8::", 128)};
    for (size_t i = 0; i < 3; i++) {
        char text[MH_CURSOR_SIZE];
        struct mh_cursor back;
        mh_cursor_format(&cursors[i], text);
        assert_true(strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text));
        assert_true(mh_cursor_parse(text, 'r', &back));
        assert_int_equal(back.kind, 'r');
        assert_memory_equal(back.numbers, cursors[i].numbers, sizeof back.numbers);
        assert_true(mh_address_equal(&back.address, &cursors[i].address));
        assert_int_equal(back.prefix_length, cursors[i].prefix_length);
        assert_false(mh_cursor_parse(text, 'a', &back));
    }
}

static void test_bad_cursors(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "r",
        "r1",
        "r1-2",
        "r1-2-",
        "r1-2-3-",
        "r1-2-3-4",
        "r01-2-3",
        "rA-2-3",
        "r1-2-3 ",
        "r1--3",
        "x1-2-3",
        "r-1-2-3",
        "r1-2-3-18-c00002",
        "r1-2-3-21-c0000200",
        "r1-2-3-81-20010db8000000000000000000000000",
        "r11111111111111111-2-3",
        "r1-2-3-018-c0000200",
        "r1-2-3-18-c000020g",
        "r1-2-3-18-c00002000",
    };
    struct mh_cursor cursor;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (mh_cursor_parse(wrong[i], 'r', &cursor))
            fail_msg("%s was accepted", wrong[i]);
    assert_true(mh_cursor_parse("r1-2-3-18-c0000200", 'r', &cursor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collect),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_repeated),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_family),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_cursor_round_trip),
        cmocka_unit_test(test_bad_cursors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
