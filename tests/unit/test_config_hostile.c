/* Octets that nobody would write: refused with a reason, in little time, and without a trace. */
#include "unit/configuration.h"

#include "core/config_document.h"

#include <jansson.h>
#include <stdlib.h>

static void refused(const char *text, size_t length, enum mh_config_problem_kind kind)
{
    struct mh_config_problem problem = {0};
    char *exact = malloc(length + 1); /* a read beyond the end is seen */
    assert_non_null(exact);
    memcpy(exact, text, length);
    struct mh_config *config = mh_config_parse(exact, length, &problem);
    if (config != NULL)
        fail_msg("accepted: %.80s", text);
    assert_int_equal(problem.kind, kind);
    assert_string_not_equal(problem.title, "");
    assert_true(problem.line >= 1 && problem.column >= 1);
    free(exact);
}

static void no_json(void **state)
{
    static const char *const texts[] = {
        "{\"version\": NaN}",
        "{\"version\": Infinity}",
        "{\"version\": 0x1}",
        "{\"version\": 01}",
        "{\"version\": +1}",
        "{\"version\": 99999999999999999999999999}",
        "{\"version\": -99999999999999999999999999}",
        "{\"version\": 1e999}",
        "{\"sharing\": \"\\u0000\"}",
        "{\"\\u0000\": 1}",
        "{\"sharing\": \"\xff\"}",
        "{\"sharing\": \"\xc0\xaf\"}",
        "{\"sharing\": \"\xed\xa0\x80\"}",
        "{\"sharing\": \"\\ud800\"}",
        "{\"sharing\": \"\x01\"}",
        "{\"sharing\": 'failover'}",
        "{} {}",
        "\xef\xbb\xbf{}",
        "// comment\n{}",
        "{\"version\": 1,}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        refused(texts[i], strlen(texts[i]), MH_CONFIG_SYNTAX);
    refused("{\"sharing\": \"a\0b\"}", 18, MH_CONFIG_SYNTAX);
    refused("{}\0", 3, MH_CONFIG_SYNTAX);
}

static void numbers_out_of_range(void **state)
{
    static const char *const numbers[] = {
        "9223372036854775807", "-9223372036854775808", "4294967296", "-1", "0", "1e3", "1.5"};
    char text[128];
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        (void)snprintf(text, sizeof text, "{\"interfaces\": {\"a\": {\"metric\": %s}}}", numbers[i]);
        refused(text, strlen(text), MH_CONFIG_INVALID);
    }
}

/* `count` times `piece`, between two texts. */
static char *repeat(const char *head, const char *piece, size_t count, const char *tail)
{
    size_t before = strlen(head), each = strlen(piece), after = strlen(tail);
    char *text = malloc(before + each * count + after + 1);
    assert_non_null(text);
    memcpy(text, head, before);
    for (size_t i = 0; i < count; i++)
        memcpy(text + before + i * each, piece, each);
    memcpy(text + before + each * count, tail, after + 1);
    return text;
}

static void deep_nesting(void **state)
{
    (void)state;
    char *lists = repeat("{\"groups\": ", "[", 500000, ""),
         *objects = repeat("", "{\"groups\":", 100000, "1");
    refused(lists, strlen(lists), MH_CONFIG_SYNTAX);
    refused(objects, strlen(objects), MH_CONFIG_SYNTAX);
    struct mh_config_problem problem;
    struct mh_config *empty = mh_config_empty();
    const char *names[] = {"arp"};
    assert_null(mh_config_merge(empty, objects, strlen(objects), &problem));
    assert_null(mh_config_set(empty, names, 1, lists, strlen(lists), &problem));
    mh_config_release(empty);
    free(lists);
    free(objects);
}

static void long_texts(void **state)
{
    (void)state;
    char *name = repeat("{\"", "~", 1000000, "\": 1}"),
         *value = repeat("{\"sharing\": \"", "x", 1000000, "\"}");
    struct mh_config_problem problem = mh_test_refusal(name);
    assert_int_equal(problem.kind, MH_CONFIG_INVALID);
    assert_int_equal(strlen(problem.pointer), MH_CONFIG_POINTER_SIZE - 1);
    problem = mh_test_refusal(value);
    assert_string_equal(problem.pointer, "/sharing");
    assert_int_equal(strlen(problem.got), MH_CONFIG_WORD_SIZE - 1);
    free(name);
    free(value);
    char *spaces = repeat("", " ", 2000000, "{}"), *more = repeat("", " ", MH_CONFIG_TEXT_LIMIT, "{}");
    mh_config_release(mh_test_parse(spaces));
    refused(more, strlen(more), MH_CONFIG_SYNTAX);
    free(spaces);
    free(more);
}

/* Each thing is valid, there are too many of them. */
static void too_many(void **state)
{
    size_t size = 1024 * 1024, used;
    char *text = malloc(size + 64);
    (void)state;
    assert_non_null(text);
    used = (size_t)sprintf(text, "{\"interfaces\": {\"first\": {}");
    for (unsigned i = 0; used < size; i++)
        used += (size_t)sprintf(text + used, ",\"i%u\":{}", i);
    strcpy(text + used, "}}");
    struct mh_config_problem problem = mh_test_refusal(text);
    assert_string_equal(problem.pointer, "/interfaces");
    assert_string_equal(problem.title, "too many");
    free(text);
}

/* As many of everything as fit: the checks must not take the square of it. */
static void as_many_as_allowed(void **state)
{
    size_t size = 4 * 1024 * 1024, used;
    char *text = malloc(size);
    (void)state;
    assert_non_null(text);
    used = (size_t)sprintf(text, "{\"uplinks\": {\"u\": {\"interface\": \"i\"}");
    for (unsigned i = 1; i < MH_CONFIG_ENTRIES_MAX; i++)
        used += (size_t)sprintf(text + used, ",\"u%u\": {\"interface\": \"i%u\"}", i, i);
    used +=
        (size_t)sprintf(text + used, "}, \"rules\": {\"r\": {\"from\": \"10.0.0.0/24\", \"uplink\": \"u\"}");
    for (unsigned i = 1; i < MH_CONFIG_ENTRIES_MAX; i++)
        used += (size_t)sprintf(text + used, ",\"r%u\": {\"from\": \"10.%u.%u.0/24\", \"uplink\": \"u%u\"}",
                                i, i >> 8, i & 255, i);
    used += (size_t)sprintf(text + used, "}}");
    assert_true(used < size);
    struct mh_config *config = mh_test_parse(text);
    assert_int_equal(config->rule_count, MH_CONFIG_ENTRIES_MAX);
    assert_int_equal(config->rules[MH_CONFIG_ENTRIES_MAX - 1].uplink, MH_CONFIG_ENTRIES_MAX - 1);
    mh_config_release(config);
    free(text);
}

/* Any octet of the example in place of another: read or refused, never more. */
static void every_octet_replaced(void **state)
{
    char text[MH_TEST_EXAMPLE_SIZE];
    uint64_t random = 20261123;
    (void)state;
    size_t length = strlen(mh_test_example(text));
    for (size_t i = 0; i < length; i++) {
        struct mh_config_problem problem = {0};
        char kept = text[i];
        text[i] = (char)mh_test_random(&random);
        struct mh_config *config = mh_config_parse(text, length, &problem);
        assert_true(config != NULL || problem.title[0] != '\0');
        mh_config_release(config);
        text[i] = kept;
    }
}

/* ---- no memory ------------------------------------------------------------------------------------- */

/* jansson's allocations: how many may still succeed. */
static size_t allowed = SIZE_MAX;

static void *allocate(size_t size)
{
    if (allowed == 0)
        return NULL;
    allowed--;
    return malloc(size);
}

/* Whatever allocation fails: a whole configuration, or none and the reason. */
static void any_allocation_of_the_parser_fails(void **state)
{
    static const char patch[] = "{\"arp\": {\"reply\": null, \"filter\": true}, \"addresses\": null}";
    const char *const names[] = {"monitor", "udp"};
    char text[MH_TEST_EXAMPLE_SIZE];
    (void)state;
    size_t length = strlen(mh_test_example(text)), failures = 0, without_memory = 0;
    struct mh_config *base = mh_config_empty();
    json_set_alloc_funcs(allocate, free);
    for (size_t limit = 0, done = 0; done < 3; limit++) {
        struct mh_config_problem problems[3] = {{.kind = MH_CONFIG_NO_MEMORY}};
        allowed = limit;
        struct mh_config *made[3] = {mh_config_parse(text, length, &problems[0]), NULL, NULL};
        allowed = limit;
        made[1] = mh_config_merge(base, patch, sizeof patch - 1, &problems[1]);
        allowed = limit;
        made[2] = mh_config_set(base, names, 2, "true", 4, &problems[2]);
        done = 0;
        for (size_t i = 0; i < 3; i++) {
            /* jansson takes a token that it has no memory for for one that is wrong */
            assert_true(made[i] != NULL || problems[i].kind == MH_CONFIG_NO_MEMORY ||
                        problems[i].kind == MH_CONFIG_SYNTAX);
            assert_true(made[i] != NULL || problems[i].title[0] != '\0');
            without_memory += made[i] == NULL && problems[i].kind == MH_CONFIG_NO_MEMORY;
            failures += made[i] == NULL;
            done += made[i] != NULL;
            mh_config_release(made[i]);
        }
    }
    json_set_alloc_funcs(malloc, free);
    assert_true(failures > 100 && without_memory > 50);
    mh_config_release(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_json),
        cmocka_unit_test(numbers_out_of_range),
        cmocka_unit_test(deep_nesting),
        cmocka_unit_test(long_texts),
        cmocka_unit_test(too_many),
        cmocka_unit_test(as_many_as_allowed),
        cmocka_unit_test(every_octet_replaced),
        cmocka_unit_test(any_allocation_of_the_parser_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
