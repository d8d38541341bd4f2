/* JSON text and problem documents, read back by another implementation. */
#include "unit/support.h"

#include "api/problem.h"
#include "api/utf8.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *take(struct mh_json *json)
{
    size_t length = 0;
    json_error_t error;
    char *text = mh_json_take(json, &length);
    assert_non_null(text);
    assert_int_equal(text[length - 1], '\n');
    json_t *parsed =
        json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (parsed == NULL)
        fail_msg("%s in %.*s", error.text, (int)length, text);
    free(text);
    return parsed;
}

static void test_json_structure(void **state)
{
    (void)state;
    struct mh_json json;
    mh_json_init(&json);
    mh_json_open(&json, '{');
    mh_json_put_open(&json, "empty", '{');
    mh_json_close(&json, '}');
    mh_json_put_open(&json, "list", '[');
    mh_json_integer(&json, INT64_MIN);
    mh_json_unsigned(&json, 7);
    mh_json_null(&json);
    mh_json_open(&json, '[');
    mh_json_close(&json, ']');
    mh_json_boolean(&json, true);
    mh_json_close(&json, ']');
    mh_json_put_string(&json, "none", NULL);
    mh_json_close(&json, '}');
    json_t *parsed = take(&json), *list = json_object_get(parsed, "list");
    assert_int_equal(json_object_size(parsed), 3);
    assert_int_equal(json_array_size(list), 5);
    assert_true(json_integer_value(json_array_get(list, 0)) == INT64_MIN);
    assert_true(json_is_null(json_object_get(parsed, "none")));
    json_decref(parsed);
}

static void expect_text(const char *text, const char *expected)
{
    struct mh_json json;
    mh_json_init(&json);
    mh_json_string(&json, text);
    json_t *parsed = take(&json);
    assert_string_equal(json_string_value(parsed), expected);
    json_decref(parsed);
}

static void test_json_strings(void **state)
{
    (void)state;
    expect_text("", "");
    expect_text("a\"b\\c/\n\t\x01\x7f", "a\"b\\c/\n\t\x01\x7f");
    expect_text("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    expect_text("a\xff\xc3z", "a\xef\xbf\xbd\xef\xbf\xbdz");
    expect_text("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

static void test_utf8(void **state)
{
    (void)state;
    assert_true(mh_utf8_valid("\xf4\x8f\xbf\xbf", 4));
    assert_false(mh_utf8_valid("\xf4\x90\x80\x80", 4));
    assert_false(mh_utf8_valid("\xc1\xbf", 2));
    assert_false(mh_utf8_valid("\xe0\x9f\xbf", 3));
    assert_false(mh_utf8_valid("\xe2\x82", 2));
    assert_true(mh_utf8_valid("", 0));
}

static void test_problem_document(void **state)
{
    (void)state;
    struct mh_problem problem;
    struct mh_json json;
    assert_false(mh_problem_set(&problem, MH_PROBLEM_OPERATION_FAILED, "it %s", "failed"));
    assert_false(mh_problem_expected(&problem, "this", "that"));
    problem.native_code = 105;
    strcpy(problem.native_name, "ENOBUFS");
    problem.has_pointer = true;
    mh_json_init(&json);
    mh_problem_render(&problem, "linux", &json);
    json_t *parsed = take(&json), *native = json_object_get(parsed, "native");
    assert_string_equal(json_string_value(json_object_get(parsed, "type")),
                        "https://multihomed.invalid/problems/operation-failed");
    assert_int_equal(json_integer_value(json_object_get(parsed, "status")), 500);
    assert_string_equal(json_string_value(json_object_get(parsed, "detail")), "it failed");
    assert_string_equal(json_string_value(json_object_get(parsed, "expected")), "this");
    assert_string_equal(json_string_value(json_object_get(parsed, "got")), "that");
    assert_string_equal(json_string_value(json_object_get(parsed, "pointer")), "");
    assert_null(json_object_get(parsed, "parameter"));
    assert_string_equal(json_string_value(json_object_get(native, "text")), "ENOBUFS");
    assert_int_equal(json_integer_value(json_object_get(native, "code")), 105);
    json_decref(parsed);
}

static void test_problem_is_cut_at_a_character(void **state)
{
    (void)state;
    struct mh_problem problem;
    char longest[1024];
    memset(longest, 0, sizeof longest);
    for (size_t i = 0; i + 3 < sizeof longest; i += 3)
        memcpy(longest + i, "\xe2\x82\xac", 3);
    for (size_t skip = 0; skip < 3; skip++) {
        (void)mh_problem_set(&problem, MH_PROBLEM_NOT_FOUND, "%s%s", &"xx"[skip], longest);
        assert_true(mh_utf8_valid(problem.detail, strlen(problem.detail)));
        assert_true(strlen(problem.detail) > sizeof problem.detail - 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_structure),
        cmocka_unit_test(test_json_strings),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_problem_document),
        cmocka_unit_test(test_problem_is_cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
