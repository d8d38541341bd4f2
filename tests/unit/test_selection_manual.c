/* docs/selection.md lists every rule with the number, text and source that the code has. */
#include "support.h"

#include "core/select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole file, ended by NUL; the caller frees it. */
static char *read_manual(void)
{
    FILE *file = fopen(MH_SOURCE_DIRECTORY "/docs/selection.md", "rb");
    char *text = NULL;
    long size;
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = ftell(file);
    assert_true(size > 0);
    text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    rewind(file);
    assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
    (void)fclose(file);
    return text;
}

static void lists(const char *manual, const struct mh_select_rule *rules)
{
    for (; rules->number != NULL; rules++) {
        char row[1024];
        int length =
            snprintf(row, sizeof row, "\n| `%s` | %s | %s |\n", rules->number, rules->text, rules->source);
        assert_true(length > 0 && (size_t)length < sizeof row);
        if (strstr(manual, row) == NULL)
            fail_msg("docs/selection.md lacks this row:%s", row);
    }
}

static size_t rows_of(const char *manual)
{
    size_t rows = 0;
    for (const char *at = manual; (at = strstr(at, "\n| `")) != NULL; at++)
        rows++;
    return rows;
}

static size_t count_of(const struct mh_select_rule *rules)
{
    size_t count = 0;
    while (rules[count].number != NULL)
        count++;
    return count;
}

static void the_manual_lists_every_rule_and_no_other(void **state)
{
    (void)state;
    char *manual = read_manual();
    size_t count = count_of(mh_rfc6724_source_rules()) + count_of(mh_rfc6724_destination_rules());
    lists(manual, mh_rfc6724_source_rules());
    lists(manual, mh_rfc6724_destination_rules());
    for (int dialect = 0; dialect < MH_DIALECT_COUNT; dialect++)
        for (int family = MH_IPV4; family <= MH_IPV6; family += MH_IPV6 - MH_IPV4) {
            const struct mh_select_rule *rules =
                mh_select_rules((enum mh_dialect)dialect, (enum mh_family)family);
            lists(manual, rules);
            count += count_of(rules);
        }
    assert_int_equal(rows_of(manual), count);
    free(manual);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_manual_lists_every_rule_and_no_other)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
