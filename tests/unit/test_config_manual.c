/* docs/configuration.md has a row for each member of the validator's tables, and no other, and lists those
 * that nothing is done about. That the schema has the same members is tests/api/test_config_schema.py's. */
#include "unit/configuration.h"

#include "core/config_parts.h"

#include <stdlib.h>

enum { MANUAL_SIZE = 65536, PATTERN_SIZE = 128, PATTERNS_MAX = 256 };

struct patterns {
    size_t count;
    char items[PATTERNS_MAX][PATTERN_SIZE];
};

static void add(struct patterns *patterns, const char *pattern)
{
    assert_in_range(patterns->count, 0, PATTERNS_MAX - 1);
    assert_true(strlen(pattern) < PATTERN_SIZE);
    memcpy(patterns->items[patterns->count++], pattern, strlen(pattern) + 1);
}

static void add_members(struct patterns *patterns, const struct mh_member *members, const char *outer);

/* What is within one, by its reader. */
static void add_inner(struct patterns *patterns, const struct mh_member *member, const char *pattern)
{
    char star[PATTERN_SIZE];
    assert_in_range(snprintf(star, sizeof star, "%s/*", pattern), 3, PATTERN_SIZE - 1);
    if (member->read == mh_read_object || member->read == mh_read_probe)
        add_members(patterns, member->detail, pattern);
    if (member->read == mh_read_things || member->read == mh_read_labels)
        add(patterns, star);
    if (member->read == mh_read_things)
        add_members(patterns, ((const struct mh_items *)member->detail)->detail, star);
}

static void add_members(struct patterns *patterns, const struct mh_member *members, const char *outer)
{
    for (; members->name != NULL; members++) {
        char pattern[PATTERN_SIZE];
        assert_in_range(snprintf(pattern, sizeof pattern, "%s/%s", outer, members->name), 2,
                        PATTERN_SIZE - 1);
        add(patterns, pattern);
        add_inner(patterns, members, pattern);
    }
}

/* Those in the text of the manual that follow on `before`, which ends with "`/". */
static void read_manual(struct patterns *patterns, const char *before)
{
    char *text = malloc(MANUAL_SIZE);
    assert_non_null(text);
    const char *at = mh_test_file(MH_SOURCE_DIRECTORY "/docs/configuration.md", text, MANUAL_SIZE);
    while ((at = strstr(at, before)) != NULL) {
        char pattern[PATTERN_SIZE];
        at += strlen(before) - 1;
        (void)snprintf(pattern, sizeof pattern, "%.*s", (int)strcspn(at, "`"), at);
        add(patterns, pattern);
    }
    free(text);
}

static void each_is_in(const struct patterns *these, const struct patterns *those, const char *where)
{
    for (size_t i = 0; i < these->count; i++) {
        size_t j = 0;
        while (j < those->count && strcmp(these->items[i], those->items[j]) != 0)
            j++;
        if (j == those->count)
            fail_msg("%s is not in %s", these->items[i], where);
    }
}

static void tables_and_manual_agree(void **state)
{
    static struct patterns tables, manual;
    (void)state;
    add_members(&tables, mh_document_members, "");
    read_manual(&manual, "\n| `/");
    each_is_in(&tables, &manual, "docs/configuration.md");
    each_is_in(&manual, &tables, "the validator's tables");
    assert_int_equal(tables.count, manual.count);
    assert_true(tables.count > 70);
}

static bool is_at_or_below(const char *pattern, const char *outer)
{
    size_t length = strlen(outer);
    return strncmp(pattern, outer, length) == 0 && (pattern[length] == '\0' || pattern[length] == '/');
}

static bool acts_below(const struct patterns *tables, const char *outer)
{
    for (size_t i = 0; i < tables->count; i++)
        if (is_at_or_below(tables->items[i], outer) && mh_config_acts_on(tables->items[i], MH_FAMILY_NONE))
            return true;
    return false;
}

static bool is_listed(const struct patterns *listed, const char *pattern)
{
    for (size_t i = 0; i < listed->count; i++)
        if (is_at_or_below(pattern, listed->items[i]))
            return true;
    return false;
}

static void what_does_not_act_is_listed(void **state)
{
    static struct patterns tables, listed;
    (void)state;
    add_members(&tables, mh_document_members, "");
    read_manual(&listed, "\n- not acted on: `/");
    each_is_in(&listed, &tables, "the validator's tables");
    for (size_t i = 0; i < tables.count; i++) {
        bool acts = acts_below(&tables, tables.items[i]);
        if (acts == is_listed(&listed, tables.items[i]))
            fail_msg("%s %s", tables.items[i],
                     acts ? "acts, and docs/configuration.md says it does not"
                          : "does not act: docs/configuration.md has to say so");
    }
}

/* A member's word for people goes into problems, whose texts are cut. */
static void check_words(const struct mh_member *members)
{
    for (; members->name != NULL; members++) {
        assert_non_null(members->expected);
        assert_non_null(members->read);
        assert_true(strlen(members->name) + strlen(members->expected) + 5 < MH_CONFIG_WORD_SIZE);
        if (members->read == mh_read_object || members->read == mh_read_probe)
            check_words(members->detail);
        if (members->read == mh_read_things)
            check_words(((const struct mh_items *)members->detail)->detail);
    }
}

static void words_fit(void **state)
{
    (void)state;
    check_words(mh_document_members);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_and_manual_agree),
        cmocka_unit_test(what_does_not_act_is_listed),
        cmocka_unit_test(words_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
