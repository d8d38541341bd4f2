/* Line and column of a JSON pointer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/json_position.h"

struct position {
    const char *text, *pointer;
    unsigned line, column;           /* of the value */
    unsigned name_line, name_column; /* of the name */
};

/* Copies to the heap, so that a read beyond the end is seen by the sanitizer. */
static bool locate(const char *text, size_t length, const char *pointer, bool of_name, unsigned *line,
                   unsigned *column)
{
    char *copy = malloc(length == 0 ? 1 : length);
    assert_non_null(copy);
    memcpy(copy, text, length);
    bool found = mh_json_position(length == 0 ? copy + 1 : copy, length, pointer, of_name, line, column);
    free(copy);
    return found;
}

static void check(const struct position *expected)
{
    unsigned line = 0, column = 0;
    if (!locate(expected->text, strlen(expected->text), expected->pointer, false, &line, &column))
        fail_msg("%s not found in %s", expected->pointer, expected->text);
    if (line != expected->line || column != expected->column)
        fail_msg("%s in %s: value at %u:%u, not %u:%u", expected->pointer, expected->text, line, column,
                 expected->line, expected->column);
    assert_true(locate(expected->text, strlen(expected->text), expected->pointer, true, &line, &column));
    if (line != expected->name_line || column != expected->name_column)
        fail_msg("%s in %s: name at %u:%u, not %u:%u", expected->pointer, expected->text, line, column,
                 expected->name_line, expected->name_column);
}

static void finds_values_and_names(void **state)
{
    (void)state;
    static const struct position cases[] = {
        {"{}", "", 1, 1, 1, 1},
        {" \n\t7", "", 2, 2, 2, 2},
        {"{\"a\": 1}", "/a", 1, 7, 1, 2},
        {"{\"a\":\n\n  1}", "/a", 3, 3, 1, 2},
        {"{\n  \"a\": {\n    \"b\" : [1, {\"c\": null}]\n  }\n}\n", "/a/b/1/c", 3, 21, 3, 16},
        {"{\n  \"a\": {\n    \"b\" : [1, {\"c\": null}]\n  }\n}\n", "/a/b/1", 3, 15, 3, 15},
        {"[[[[]]], 5 , \"x\"]", "/1", 1, 10, 1, 10},
        {"[[[[]]], 5 , \"x\"]", "/2", 1, 14, 1, 14},
        {"[0,1,2,3,4,5,6,7,8,9,10]", "/10", 1, 22, 1, 22},
        {"{\"s\": \"}]{[\\\"\", \"t\": true}", "/t", 1, 22, 1, 17},
        {"{\"\": 1}", "/", 1, 6, 1, 2},
        {"{\"a/b\": 1}", "/a~1b", 1, 9, 1, 2},
        {"{\"m~n\": 1}", "/m~0n", 1, 9, 1, 2},
        {"{\"~1\": 1}", "/~01", 1, 8, 1, 2},
        {"{\"x\": 1, \"\\u0061\\n\": 2}", "/a\n", 1, 22, 1, 10},
        {"{\"\\u00e9\": 2}", "/\xc3\xa9", 1, 12, 1, 2},
        {"{\"\\ud83d\\ude00\": 2}", "/\xf0\x9f\x98\x80", 1, 18, 1, 2},
        {"{\"\xc3\xa9\": 2}", "/\xc3\xa9", 1, 8, 1, 2},
        {"{\"a\": {\"b\": 1}, \"a\": {\"b\": 2}}", "/a/b", 1, 28, 1, 23},
        {"{\"0\": 3}", "/0", 1, 7, 1, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void answers_false_for_what_is_not_there(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"   ", ""},
        {"{}", "/a"},
        {"{\"a\": 1}", "/b"},
        {"{\"a\": 1}", "a"},
        {"[]", "/0"},
        {"[1]", "/1"},
        {"[1,2]", "/01"},
        {"[1]", "/-"},
        {"[1]", "/"},
        {"[1]", "/0/0"},
        {"1", "/0"},
        {"{\"a\": 1}", "/a/b"},
        {"{\"ab\": 1}", "/a"},
        {"{\"a\": 1}", "/ab"},
        {"{\"a\"", "/a"},
        {"{\"a\":", "/a"},
        {"{\"a", "/a"},
        {"[1,", "/1"},
        {"{\"~\":1}", "/~"},
        {"[1]", "/99999999999999999999999"},
        {"{\"a\\u0000\": 1}", "/a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned line = 77, column = 78;
        if (locate(cases[i][0], strlen(cases[i][0]), cases[i][1], false, &line, &column))
            fail_msg("%s found in %s", cases[i][1], cases[i][0]);
        assert_int_equal(line, 77);
        assert_int_equal(column, 78);
    }
}

static void deep_nesting_takes_no_stack(void **state)
{
    (void)state;
    enum { DEPTH = 4000000 };
    char *text = malloc(2 * DEPTH + 2);
    assert_non_null(text);
    memset(text, '[', DEPTH);
    memset(text + DEPTH, ']', DEPTH);
    text[2 * DEPTH] = ',';
    text[2 * DEPTH + 1] = '1';
    unsigned line, column;
    assert_true(mh_json_position(text, 2 * DEPTH, "/0", false, &line, &column));
    assert_int_equal(column, 2);
    assert_false(mh_json_position(text, 2 * DEPTH, "/1", false, &line, &column));
    free(text);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Any bytes: an answer inside the text or none, and no read beyond it (the sanitizer watches). */
static void any_bytes_are_survived(void **state)
{
    (void)state;
    static const char alphabet[] = "{}[]\"\\:,u0a1 \n\xc3\xa9"
                                   "d8/~\0\xff";
    static const char *const pointers[] = {"", "/a", "/0", "/a/0", "/\\", "/0/0/0/a", "/~0", "/~", "//"};
    uint32_t seed = 157;
    for (unsigned round = 0; round < 200000; round++) {
        char text[24];
        size_t length = next_random(&seed) % sizeof text;
        for (size_t i = 0; i < length; i++)
            text[i] = alphabet[next_random(&seed) % (sizeof alphabet - 1)];
        const char *pointer = pointers[next_random(&seed) % (sizeof pointers / sizeof pointers[0])];
        unsigned line = 0, column = 0;
        if (locate(text, length, pointer, round % 2 == 0, &line, &column))
            assert_true(line >= 1 && column >= 1 && line + column <= length + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_values_and_names),
        cmocka_unit_test(answers_false_for_what_is_not_there),
        cmocka_unit_test(deep_nesting_takes_no_stack),
        cmocka_unit_test(any_bytes_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
