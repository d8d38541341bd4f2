/* multihomectl's tables. What is printed is caught in a file that stands in for standard output. */
#include "ctl/screen.h"

#include "ctl/safe_text.h"
#include "ctl/table.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct mh_column columns[] = {{"NAME", false}, {"COUNT", true}, {"NOTE", false}, {NULL, false}};

static struct mh_table *new_table(void)
{
    struct mh_table *table = mh_table_new(columns);
    assert_non_null(table);
    return table;
}

static void add_cells(struct mh_table *table, const char *name, const char *count, const char *note)
{
    mh_table_cell(table, MH_STYLE_PLAIN, name);
    mh_table_cell(table, MH_STYLE_PLAIN, count);
    mh_table_cell(table, MH_STYLE_BAD, note);
}

/* Prints with standard output led into a file, and reads what came. */
static void assert_prints(struct mh_table *table, struct mh_screen screen, const char *expected)
{
    char path[] = "/tmp/mh-ctl-table-XXXXXX", got[2048];
    int file = mkstemp(path), saved = dup(STDOUT_FILENO);
    assert_true(file >= 0 && saved >= 0);
    (void)unlink(path);
    (void)fflush(stdout);
    (void)dup2(file, STDOUT_FILENO);
    bool good = mh_table_print(table, &screen);
    (void)fflush(stdout);
    (void)dup2(saved, STDOUT_FILENO);
    ssize_t length = pread(file, got, sizeof got - 1, 0);
    (void)close(file);
    (void)close(saved);
    assert_true(good && length >= 0);
    got[length] = '\0';
    assert_string_equal(got, expected);
}

static void test_aligned_without_trailing_spaces(void **state)
{
    (void)state;
    struct mh_table *table = new_table();
    add_cells(table, "é網", "7", "x");
    add_cells(table, "longer-name", "1234567", "");
    add_cells(table, "", "", "");
    assert_prints(table, (struct mh_screen){0},
                  "NAME           COUNT  NOTE\n"
                  "é網                7  x\n"
                  "longer-name  1234567\n"
                  "\n");
    mh_table_free(table);
}

static void test_empty_prints_nothing(void **state)
{
    (void)state;
    struct mh_table *table = new_table();
    assert_prints(table, (struct mh_screen){0}, "");
    mh_table_free(table);
}

static void test_pages_line_up(void **state)
{
    (void)state;
    struct mh_table *table = new_table();
    add_cells(table, "lengthy", "1", "a");
    assert_prints(table, (struct mh_screen){0}, "NAME     COUNT  NOTE\nlengthy      1  a\n");
    add_cells(table, "b", "2", "b");
    assert_prints(table, (struct mh_screen){0}, "b            2  b\n");
    mh_table_free(table);
}

static void test_narrow_screen(void **state)
{
    (void)state;
    struct mh_table *table = new_table();
    add_cells(table, "first", "1", "a note that is long");
    add_cells(table, "second", "2", "");
    assert_prints(table, (struct mh_screen){.width = 30},
                  "NAME    COUNT\n    NOTE\n"
                  "first       1\n    a note that is long\n"
                  "second      2\n");
    mh_table_free(table);
}

static void test_columns_move_together(void **state)
{
    (void)state;
    struct mh_table *table = new_table();
    add_cells(table, "first", "1", "a note");
    assert_prints(table, (struct mh_screen){.width = 18}, "NAME  COUNT NOTE\nfirst     1 a note\n");
    mh_table_free(table);
}

static void test_colour(void **state)
{
    (void)state;
    struct mh_table *table = new_table();
    add_cells(table, "a", "1", "x");
    assert_prints(table, (struct mh_screen){.colour = true},
                  "\033[1mNAME\033[0m  \033[1mCOUNT\033[0m  \033[1mNOTE\033[0m\n"
                  "a         1  \033[31mx\033[0m\n");
    mh_table_free(table);
}

static void test_hostile_cells(void **state)
{
    (void)state;
    struct mh_table *table = new_table();
    add_cells(table, "a\nb", "1", "\x1b[31m");
    assert_prints(table, (struct mh_screen){0}, "NAME    COUNT  NOTE\na\\x0ab      1  \\x1b[31m\n");
    mh_table_free(table);
}

static void test_failed_screen_stays_failed(void **state)
{
    (void)state;
    struct mh_table *table = new_table();
    struct mh_screen screen = {.error = EPIPE};
    add_cells(table, "a", "1", "x");
    assert_false(mh_table_print(table, &screen));
    mh_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aligned_without_trailing_spaces),
        cmocka_unit_test(test_empty_prints_nothing),
        cmocka_unit_test(test_pages_line_up),
        cmocka_unit_test(test_narrow_screen),
        cmocka_unit_test(test_columns_move_together),
        cmocka_unit_test(test_colour),
        cmocka_unit_test(test_hostile_cells),
        cmocka_unit_test(test_failed_screen_stays_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
