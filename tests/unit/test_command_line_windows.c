/* Command lines for Windows: what was put together is what is taken apart. */
#include "unit/support.h"

#include "common/command_line_windows.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 4096, WORDS = 8, WORD = 64, ROUNDS = 20000 };

/* ---- Windows's rules, read the other way round ----------------------------------------------------- */

/* CommandLineToArgvW: the first word ends at the next quote; of others 2n backslashes before a quote are n
 * and the quote is special, 2n + 1 are n and the quote is an octet. */
static const char *split_first(const char *line, char word[LINE])
{
    size_t length = 0;
    assert_int_equal(*line, '"');
    for (line++; *line != '"'; line++)
        word[length++] = *line;
    word[length] = '\0';
    return line + 1;
}

static const char *split_next(const char *line, char word[LINE])
{
    size_t length = 0, backslashes = 0;
    bool quoted = false;
    for (; *line != '\0' && (quoted || (*line != ' ' && *line != '\t')); line++) {
        if (*line == '\\') {
            backslashes++;
            continue;
        }
        size_t plain = *line == '"' ? backslashes / 2 : backslashes;
        while (plain-- > 0)
            word[length++] = '\\';
        if (*line == '"' && backslashes % 2 == 0)
            quoted = !quoted;
        else
            word[length++] = *line;
        backslashes = 0;
    }
    while (backslashes-- > 0)
        word[length++] = '\\';
    word[length] = '\0';
    return line;
}

static void assert_round_trip(const char *program, const char *const *words, size_t count)
{
    char line[LINE], word[LINE];
    assert_int_equal(mh_windows_command_line(program, words, count, line, sizeof line, NULL), MH_OK);
    const char *rest = split_first(line, word);
    assert_string_equal(word, program);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(*rest, ' ');
        rest = split_next(rest + 1, word);
        assert_string_equal(word, words[i]);
    }
    assert_int_equal(*rest, '\0');
}

/* ---- tests ----------------------------------------------------------------------------------------- */

static void assert_line(const char *expected, const char *program, const char *word)
{
    char line[LINE];
    assert_int_equal(mh_windows_command_line(program, &word, word != NULL, line, sizeof line, NULL), MH_OK);
    assert_string_equal(line, expected);
}

static void test_examples(void **state)
{
    (void)state;
    assert_line("\"C:\\Program Files\\multihomed\\multihomed.exe\" run",
                "C:\\Program Files\\multihomed\\multihomed.exe", "run");
    assert_line("\"C:\\multihomed.exe\"", "C:\\multihomed.exe", NULL); /* in quotes without a space too */
    assert_line("\"\\\\?\\C:\\d\\x.exe\" run", "\\\\?\\C:\\d\\x.exe", "run");
    assert_line("\"x\" \"\"", "x", "");
    assert_line("\"x\" C:\\d\\", "x", "C:\\d\\");
    assert_line("\"x\" \"C:\\a b\\\\\"", "x", "C:\\a b\\");
    assert_line("\"x\" \"a\\\"b\"", "x", "a\"b");
    assert_line("\"x\" \"a\\\\\\\"b\"", "x", "a\\\"b");
    assert_line("\"x\" 100%", "x", "100%");
}

static void test_random_words_come_back(void **state)
{
    static const char alphabet[] = "ab\\\\\\\"\" \t-\xc3\xa4";
    char texts[WORDS][WORD];
    const char *words[WORDS];
    (void)state;
    srand(1);
    for (int round = 0; round < ROUNDS; round++) {
        size_t count = (size_t)rand() % WORDS;
        for (size_t i = 0; i < count; i++) {
            size_t length = (size_t)rand() % 12;
            for (size_t j = 0; j < length; j++)
                texts[i][j] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
            texts[i][length] = '\0';
            words[i] = texts[i];
        }
        assert_round_trip("C:\\Program Files\\\xc3\xa4\\", words, count);
    }
}

static void assert_refused(enum mh_error expected, const char *program, const char *word, size_t size)
{
    char line[LINE] = "x";
    struct mh_failure failure = {0};
    assert_int_equal(mh_windows_command_line(program, &word, 1, line, size, &failure), expected);
    assert_string_equal(line, "");
    assert_true(failure.detail[0] != '\0');
}

static void test_what_is_refused(void **state)
{
    (void)state;
    assert_refused(MH_INVALID, "", "run", LINE);
    assert_refused(MH_INVALID, "C:\\a\" b\\x.exe", "run", LINE);
    assert_refused(MH_INVALID, "C:\\a\nb.exe", "run", LINE);
    assert_refused(MH_INVALID, "C:\\%PATH%\\x.exe", "run", LINE);
    assert_refused(MH_INVALID, "C:\\50%\\x.exe", "--config=C:\\50%\\c.json", LINE);
}

/* Not an octet behind the end, and nothing cut: a shorter line would be another program's. */
static void test_every_size(void **state)
{
    const char *word = "a \"b\\";
    char line[LINE];
    (void)state;
    assert_int_equal(mh_windows_command_line("C:\\x y.exe", &word, 1, line, sizeof line, NULL), MH_OK);
    size_t whole = strlen(line) + 1;
    for (size_t size = 1; size < whole; size++) {
        char *small = malloc(size);
        assert_non_null(small);
        assert_int_equal(mh_windows_command_line("C:\\x y.exe", &word, 1, small, size, NULL), MH_LIMIT);
        assert_string_equal(small, "");
        free(small);
    }
    assert_int_equal(mh_windows_command_line("C:\\x y.exe", &word, 1, line, whole, NULL), MH_OK);
    assert_int_equal(mh_windows_command_line("C:\\x y.exe", &word, 1, line, 0, NULL), MH_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_random_words_come_back),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
