/* multihomectl's text: what could harm a terminal is escaped, widths are a terminal's, sentences break
 * between words. */
#include "ctl/moment.h"
#include "ctl/prose.h"
#include "ctl/safe_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef void (*adder)(struct mh_text *text, const char *bytes, size_t length);

static void assert_becomes(adder add, const char *given, size_t length, const char *expected)
{
    struct mh_text text = {0};
    add(&text, given, length);
    char *taken = mh_text_take(&text);
    assert_non_null(taken);
    assert_string_equal(taken, expected);
    free(taken);
}

static void assert_safe(const char *given, const char *expected)
{
    assert_becomes(mh_safe_add_bytes, given, strlen(given), expected);
}

static void test_harmless_text_stays(void **state)
{
    (void)state;
    assert_safe("", "");
    assert_safe("eth0 ~ \\ \"", "eth0 ~ \\ \"");
    assert_safe("WLAN-Schlüssel 網路 🙂", "WLAN-Schlüssel 網路 🙂");
}

static void test_controls_are_escaped(void **state)
{
    (void)state;
    assert_safe("\x1b]0;x\x07", "\\x1b]0;x\\x07");
    assert_safe("a\nb\tc\r", "a\\x0ab\\x09c\\x0d");
    assert_safe("\x7f", "\\x7f");
    assert_safe("\xc2\x9b"
                "31m",
                "\\x9b31m"); /* CSI as one character of C1 */
    assert_becomes(mh_safe_add_bytes, "a\0b", 3, "a\\x00b");
}

static void test_invisible_characters_are_escaped(void **state)
{
    (void)state;
    assert_safe("a\xe2\x80\xae"
                "b",
                "a\\u{202e}b"); /* right-to-left override */
    assert_safe("\xe2\x80\x8b", "\\u{200b}");
    assert_safe("\xe2\x81\xa6", "\\u{2066}");
    assert_safe("\xef\xbb\xbf", "\\u{feff}");
    assert_safe("\xf3\xa0\x81\x81", "\\u{e0041}");
}

/* RFC 3629: overlong forms, surrogates, beyond U+10FFFF, cut off. */
static void test_what_is_not_utf8(void **state)
{
    (void)state;
    assert_safe("\xff", "\\xff");
    assert_safe("\xc0\xaf", "\\xc0\\xaf");
    assert_safe("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
    assert_safe("\xed\xa0\x80", "\\xed\\xa0\\x80");
    assert_safe("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
    assert_safe("x\xe2\x80", "x\\xe2\\x80");
    assert_safe("\xc3"
                "A",
                "\\xc3"
                "A");
}

static void test_documents_keep_lines(void **state)
{
    (void)state;
    assert_becomes(mh_safe_add_document, "a\n\tb\x1b[2J", 8, "a\n\tb\\x1b[2J");
}

static void test_json_escapes(void **state)
{
    (void)state;
    assert_becomes(mh_safe_add_json, "{\n\"a\x7f\"}", 7, "{\n\"a\\u007f\"}");
    assert_becomes(mh_safe_add_json, "\xe2\x80\xae", 3, "\\u202e");
    assert_becomes(mh_safe_add_json, "\xf3\xa0\x81\x81", 4, "\\udb40\\udc41");
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(mh_text_width("eth0", 4), 4);
    assert_int_equal(mh_text_width("é", 2), 1);
    assert_int_equal(mh_text_width("e\xcc\x81", 3), 1); /* with a combining accent */
    assert_int_equal(mh_text_width("網路", 6), 4);
    assert_int_equal(mh_text_width("🙂", 4), 2);
    assert_int_equal(mh_text_width("", 0), 0);
}

static void assert_wrapped(const char *sentence, size_t at, size_t indent, size_t width, const char *expected)
{
    struct mh_text text = {0};
    mh_prose_add(&text, sentence, at, indent, width);
    assert_string_equal(text.bytes, expected);
    mh_text_clear(&text);
}

static void test_prose(void **state)
{
    (void)state;
    assert_wrapped("one two three", 0, 0, 80, "one two three\n");
    assert_wrapped("one two three", 0, 2, 7, "one two\n  three\n"); /* exactly fits */
    assert_wrapped("one two three", 0, 2, 6, "one\n  two\n  three\n");
    assert_wrapped("one two", 4, 4, 8, "one\n    two\n"); /* begins in the fifth column */
    assert_wrapped("  lengthyword  x ", 0, 1, 4, "lengthyword\n x\n");
    assert_wrapped("", 0, 0, 80, "\n");
}

static void test_fields_line_up(void **state)
{
    (void)state;
    struct mh_text text = {0};
    mh_prose_field(&text, 0, "host", "a b", 80);
    mh_prose_field(&text, 2, "a-very-long-label", "x", 80);
    assert_string_equal(text.bytes, "host      a b\n  a-very-long-label x\n");
    mh_text_clear(&text);
}

static void test_ages(void **state)
{
    (void)state;
    char age[MH_AGE_SIZE];
    assert_string_equal(mh_prose_age(-5, age), "0 s"); /* a clock that was set back */
    assert_string_equal(mh_prose_age(119999, age), "119 s");
    assert_string_equal(mh_prose_age(120000, age), "2 min");
    assert_string_equal(mh_prose_age(7200000, age), "2 h");
    assert_string_equal(mh_prose_age(172800000, age), "2 days");
}

static void test_moments(void **state)
{
    (void)state;
    int64_t wall = 7;
    assert_true(mh_moment_parse("1970-01-01T00:00:00Z", &wall));
    assert_true(wall == 0);
    assert_true(mh_moment_parse("2024-02-29T12:34:56.789Z", &wall));
    assert_true(wall == INT64_C(1709210096789));
    assert_true(mh_moment_parse("2026-11-23T04:00:00.5Z", &wall));
    assert_true(wall == INT64_C(1795406400500));
    static const char *const wrong[] = {"",
                                        "2026",
                                        "2026-11-23T04:00:00",
                                        "2026-13-23T04:00:00Z",
                                        "2026-11-23T24:00:00Z",
                                        "2026-11-23 04:00:00Z",
                                        "2026-11-23T04:00:00Zx"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(mh_moment_parse(wrong[i], &wall));
    assert_true(wall == INT64_C(1795406400500));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_harmless_text_stays),
        cmocka_unit_test(test_controls_are_escaped),
        cmocka_unit_test(test_invisible_characters_are_escaped),
        cmocka_unit_test(test_what_is_not_utf8),
        cmocka_unit_test(test_documents_keep_lines),
        cmocka_unit_test(test_json_escapes),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_prose),
        cmocka_unit_test(test_fields_line_up),
        cmocka_unit_test(test_ages),
        cmocka_unit_test(test_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
