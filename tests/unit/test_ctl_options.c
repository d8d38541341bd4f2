/* multihomectl's command line. */
#include "ctl/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MAX = 8 };

/* Splits at spaces; "multihomectl" goes before. */
static bool parse(const char *line, struct mh_ctl_options *options, char complaint[MH_CTL_COMPLAINT_SIZE])
{
    static char copy[256]; /* options point into it */
    char *words[WORDS_MAX] = {"multihomectl"};
    int count = 1;
    assert_true(strlen(line) < sizeof copy);
    strcpy(copy, line);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        assert_true(count < WORDS_MAX);
        words[count++] = word;
    }
    return mh_ctl_options_parse(count, words, options, complaint);
}

static struct mh_ctl_options parsed(const char *line)
{
    struct mh_ctl_options options;
    char complaint[MH_CTL_COMPLAINT_SIZE];
    assert_true(parse(line, &options, complaint));
    return options;
}

static void assert_refused(const char *line, const char *part)
{
    struct mh_ctl_options options;
    char complaint[MH_CTL_COMPLAINT_SIZE] = "";
    assert_false(parse(line, &options, complaint));
    if (strstr(complaint, part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", part, complaint);
}

static void test_options_before_and_behind(void **state)
{
    (void)state;
    struct mh_ctl_options options = parsed("--socket /s routes --table=main -6 --json");
    assert_string_equal(options.command, "routes");
    assert_string_equal(options.socket, "/s");
    assert_string_equal(options.table, "main");
    assert_string_equal(options.family, "ipv6");
    assert_int_equal(options.given, MH_OPTION_SOCKET | MH_OPTION_TABLE | MH_OPTION_IPV6 | MH_OPTION_JSON);
    assert_int_equal(options.argument_count, 0);
}

static void test_confirm(void **state)
{
    (void)state;
    struct mh_ctl_options options = parsed("apply f --confirm 60s -y --strict");
    assert_string_equal(options.confirm, "60s");
    assert_int_equal(options.confirm_milliseconds, 60000);
    assert_int_equal(options.given, MH_OPTION_CONFIRM | MH_OPTION_YES | MH_OPTION_STRICT);
    assert_int_equal(parsed("apply f --confirm=250ms").confirm_milliseconds, 250);
    assert_int_equal(parsed("apply f").confirm_milliseconds, 0);
    assert_refused("apply f --confirm 60", "such as 60s");
    assert_refused("apply f --confirm 0s", "such as 60s");
    assert_refused("apply f --confirm -1s", "such as 60s");
    assert_refused("apply f --confirm", "needs a value");
}

static void test_arguments(void **state)
{
    (void)state;
    struct mh_ctl_options options = parsed("interfaces -- -strange-");
    assert_string_equal(options.command, "interfaces");
    assert_int_equal(options.argument_count, 1);
    assert_string_equal(options.arguments[0], "-strange-");
    assert_string_equal(parsed("interfaces -").arguments[0], "-");
    assert_null(parsed("").command);
}

static void test_families(void **state)
{
    (void)state;
    assert_string_equal(parsed("routes --family 4").family, "ipv4");
    assert_string_equal(parsed("routes --family ipv6").family, "ipv6");
    assert_string_equal(parsed("routes -4").family, "ipv4");
    assert_refused("routes --family inet", "inet");
    assert_refused("routes -4 -6", "exclude");
}

static void test_refusals(void **state)
{
    (void)state;
    assert_refused("--nonsense", "--nonsense");
    assert_refused("-x", "-x");
    assert_refused("--sock /s", "--sock"); /* no abbreviations: a later option would make them ambiguous */
    assert_refused("status --socket", "needs a value");
    assert_refused("status --socket=", "empty");
    assert_refused("status --json=1", "takes no value");
    assert_refused("events --since x", "number");
    assert_refused("events --since 99999999999999999999", "number");
    assert_refused("--socket /s --url http://x status", "exclude");
    assert_refused("--token-file t status", "--url");
    assert_refused("topology --dot --json", "exclude");
}

/* How many a command takes is for its row to say; 32 is what there is room for. */
static void test_too_many_words(void **state)
{
    (void)state;
    char *words[MH_CTL_ARGUMENTS_MAX + 3] = {"multihomectl", "explain"};
    struct mh_ctl_options options;
    char complaint[MH_CTL_COMPLAINT_SIZE] = "";
    for (int i = 0; i <= MH_CTL_ARGUMENTS_MAX; i++)
        words[2 + i] = "::1";
    assert_true(mh_ctl_options_parse(MH_CTL_ARGUMENTS_MAX + 2, words, &options, complaint));
    assert_int_equal(options.argument_count, MH_CTL_ARGUMENTS_MAX);
    assert_false(mh_ctl_options_parse(MH_CTL_ARGUMENTS_MAX + 3, words, &options, complaint));
    assert_non_null(strstr(complaint, "a word too many: ::1"));
}

static void test_rows_are_whole(void **state)
{
    (void)state;
    uint32_t seen = 0;
    for (const struct mh_ctl_option_row *row = mh_ctl_option_rows(); row->name != NULL; row++) {
        assert_int_equal(seen & (uint32_t)row->id, 0);
        assert_non_null(row->help);
        assert_true(row->values == NULL || row->argument != NULL);
        seen |= (uint32_t)row->id;
    }
    assert_int_equal(seen, (MH_OPTION_YES << 1) - 1); /* every option has a row */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_before_and_behind),
        cmocka_unit_test(test_confirm),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_too_many_words),
        cmocka_unit_test(test_rows_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
