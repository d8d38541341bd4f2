/* Documents from documents: merge patches, members by their path, text and revision. */
#include "unit/configuration.h"

#include "core/config_document.h"

#include <stdlib.h>

static void same_text(const struct mh_config *config, const char *text)
{
    size_t length;
    const char *got = mh_config_text(config, &length);
    assert_string_equal(got, text);
    assert_int_equal(length, strlen(text));
}

/* Splits "a/b" at its slashes; "" has no names. */
struct path {
    char text[256];
    const char *names[8];
    size_t count;
};

static struct path *split(const char *text, struct path *path)
{
    path->count = 0;
    (void)snprintf(path->text, sizeof path->text, "%s", text);
    for (char *at = strtok(path->text, "/"); at != NULL; at = strtok(NULL, "/"))
        path->names[path->count++] = at;
    return path;
}

static struct mh_config *set(const struct mh_config *old, const char *where, const char *value,
                             struct mh_config_problem *problem)
{
    struct path path;
    split(where, &path);
    return mh_config_set(old, path.names, path.count, value, strlen(value), problem);
}

static struct mh_config *without(const struct mh_config *old, const char *where,
                                 struct mh_config_problem *problem)
{
    struct path path;
    split(where, &path);
    return mh_config_remove(old, path.names, path.count, problem);
}

/* Goes from one document to the next; the old one must be as it was. */
static struct mh_config *step(struct mh_config *old, struct mh_config *made, const char *expected)
{
    assert_non_null(made);
    same_text(made, expected);
    mh_config_release(old);
    return made;
}

static void canonical_text_and_revision(void **state)
{
    (void)state;
    struct mh_config *a = mh_test_parse("{ \"version\" :1,\n \"arp\": {\"reply\":\"\\u0061ny\"} }");
    struct mh_config *b = mh_test_parse("{\"version\": 1, \"arp\": {\"reply\": \"any\"}}");
    struct mh_config *c = mh_test_parse("{\"version\": 1, \"arp\": {\"reply\": \"subnet\"}}");
    same_text(a, "{\"version\":1,\"arp\":{\"reply\":\"any\"}}");
    assert_true(mh_config_revision(a) == mh_config_revision(b));
    assert_true(mh_config_revision(a) != mh_config_revision(c));
    mh_config_release(a);
    mh_config_release(b);
    mh_config_release(c);
}

static void file_text_reads_back(void **state)
{
    char text[MH_TEST_EXAMPLE_SIZE];
    size_t length;
    (void)state;
    struct mh_config *config = mh_test_parse(mh_test_example(text));
    char *file = mh_config_file_text(config, &length);
    assert_non_null(file);
    assert_int_equal(length, strlen(file));
    assert_int_equal(file[length - 1], '\n');
    assert_non_null(strstr(file, "\n  \"arp\": {\n    \"reply\": \"interface\",\n"));
    struct mh_config *again = mh_test_parse(file);
    assert_true(mh_config_revision(config) == mh_config_revision(again));
    free(file);
    mh_config_release(config);
    mh_config_release(again);
}

static void members_by_path(void **state)
{
    static const struct {
        const char *path, *text;
    } rows[] = {
        {"", "{\"arp\":{\"reply\":\"any\"},\"groups\":{\"g\":{\"interfaces\":[\"a\",\"b\"],\"addresses\":["
             "\"192.0.2.1\"]}}}"},
        {"arp", "{\"reply\":\"any\"}"},
        {"arp/reply", "\"any\""},
        {"groups/g/interfaces/1", "\"b\""},
        {"groups/g/interfaces/2", NULL},
        {"groups/h", NULL},
        {"arp/reply/x", NULL},
    };
    (void)state;
    struct mh_config *config = mh_test_parse(rows[0].text);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mh_config_problem problem = {0};
        struct path path;
        size_t length;
        split(rows[i].path, &path);
        const char *text = mh_config_member(config, path.names, path.count, &length, &problem);
        assert_int_equal(text == NULL, rows[i].text == NULL);
        if (text != NULL) {
            assert_int_equal(length, strlen(rows[i].text));
            assert_memory_equal(text, rows[i].text, length);
            continue;
        }
        assert_int_equal(problem.kind, MH_CONFIG_ABSENT);
        assert_string_equal(problem.pointer + 1, rows[i].path);
    }
    mh_config_release(config);
}

/* A name longer than any member's must not be cut to one that is there. */
static void long_names_are_absent(void **state)
{
    char name[MH_CONFIG_POINTER_SIZE + 16];
    const char *names[] = {"interfaces", name};
    struct mh_config_problem problem;
    size_t length;
    (void)state;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct mh_config *config = mh_config_empty();
    assert_null(mh_config_member(config, names, 2, &length, &problem));
    assert_null(mh_config_set(config, names, 2, "{}", 2, &problem));
    assert_int_equal(problem.kind, MH_CONFIG_INVALID);
    assert_null(mh_config_remove(config, names, 2, &problem));
    assert_int_equal(problem.kind, MH_CONFIG_ABSENT);
    mh_config_release(config);
}

static void members_are_set_and_removed(void **state)
{
    struct mh_config_problem problem = {0};
    (void)state;
    struct mh_config *config = mh_config_empty();
    config = step(config, set(config, "arp/reply", "\"any\"", &problem), "{\"arp\":{\"reply\":\"any\"}}");
    config =
        step(config, set(config, "arp/reply", " \"subnet\" ", &problem), "{\"arp\":{\"reply\":\"subnet\"}}");
    config =
        step(config,
             set(config, "groups/g", "{\"interfaces\": [\"a\"], \"addresses\": [\"192.0.2.1\"]}", &problem),
             "{\"arp\":{\"reply\":\"subnet\"},\"groups\":{\"g\":{\"interfaces\":[\"a\"],"
             "\"addresses\":[\"192.0.2.1\"]}}}");
    config = step(config, without(config, "arp", &problem),
                  "{\"groups\":{\"g\":{\"interfaces\":[\"a\"],\"addresses\":[\"192.0.2.1\"]}}}");
    config = step(config, set(config, "groups/g/interfaces/-", "\"b\"", &problem),
                  "{\"groups\":{\"g\":{\"interfaces\":[\"a\",\"b\"],\"addresses\":[\"192.0.2.1\"]}}}");
    config = step(config, set(config, "groups/g/interfaces/0", "\"c\"", &problem),
                  "{\"groups\":{\"g\":{\"interfaces\":[\"c\",\"b\"],\"addresses\":[\"192.0.2.1\"]}}}");
    config = step(config, without(config, "groups/g/interfaces/1", &problem),
                  "{\"groups\":{\"g\":{\"interfaces\":[\"c\"],\"addresses\":[\"192.0.2.1\"]}}}");
    config = step(config, without(config, "", &problem), "{}");
    config = step(config, set(config, "", "{\"version\": 1}", &problem), "{\"version\":1}");
    mh_config_release(config);
}

static void wrong_changes_change_nothing(void **state)
{
    static const struct {
        const char *path, *value; /* NULL: remove */
        enum mh_config_problem_kind kind;
        const char *pointer;
        unsigned line, column;
    } rows[] = {
        {"arp/reply", "\"all\"", MH_CONFIG_INVALID, "/arp/reply", 1, 1},
        {"arp", "{\n \"replies\": 1}", MH_CONFIG_INVALID, "/arp/replies", 2, 2},
        {"arp/reply/x", "1", MH_CONFIG_INVALID, "/arp/reply", 0, 0},
        {"arp/reply", "\"any", MH_CONFIG_SYNTAX, "", 1, 4},
        {"arp/reply", "null", MH_CONFIG_INVALID, "/arp/reply", 1, 1},
        {"arp/announce", NULL, MH_CONFIG_ABSENT, "/arp/announce", 0, 0},
        {"nothing/at/all", NULL, MH_CONFIG_ABSENT, "/nothing/at/all", 0, 0},
        {"groups/g/interfaces/2", "\"x\"", MH_CONFIG_INVALID, "/groups/g/interfaces", 0, 0},
        {"groups/g/interfaces/01", NULL, MH_CONFIG_ABSENT, "/groups/g/interfaces/01", 0, 0},
        {"groups/g/interfaces/0", NULL, MH_CONFIG_INVALID, "/groups/g/interfaces", 0, 0},
        {"groups/g/interfaces", NULL, MH_CONFIG_INVALID, "/groups/g", 0, 0},
        {"groups/h", "{\"interfaces\": [\"b\"],\n\"addresses\": [\"192.0.2.1\"]}", MH_CONFIG_INVALID,
         "/groups/h/addresses/0", 2, 15},
    };
    static const char text[] = "{\"arp\":{\"reply\":\"any\"},\"groups\":{\"g\":{\"interfaces\":[\"a\"],"
                               "\"addresses\":[\"192.0.2.1\"]}}}";
    (void)state;
    struct mh_config *config = mh_test_parse(text);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mh_config_problem problem = {0};
        assert_null(rows[i].value == NULL ? without(config, rows[i].path, &problem)
                                          : set(config, rows[i].path, rows[i].value, &problem));
        assert_string_equal(problem.pointer, rows[i].pointer);
        assert_int_equal(problem.kind, rows[i].kind);
        assert_int_equal(problem.line, rows[i].line);
        assert_int_equal(problem.column, rows[i].column);
        same_text(config, text);
    }
    mh_config_release(config);
}

static struct mh_config *merge(const struct mh_config *old, const char *patch,
                               struct mh_config_problem *problem)
{
    return mh_config_merge(old, patch, strlen(patch), problem);
}

static void merge_patches(void **state)
{
    struct mh_config_problem problem = {0};
    (void)state;
    struct mh_config *config =
        mh_test_parse("{\"arp\": {\"reply\": \"any\", \"filter\": true}, \"host_wide\": true}");
    config = step(config, merge(config, "{\"arp\": {\"reply\": null, \"proxy\": false}}", &problem),
                  "{\"arp\":{\"filter\":true,\"proxy\":false},\"host_wide\":true}");
    config = step(config, merge(config, "{}", &problem),
                  "{\"arp\":{\"filter\":true,\"proxy\":false},\"host_wide\":true}");
    config =
        step(config,
             merge(config, "{\"arp\": null, \"health\": {\"listen\": null}, \"monitor\": {\"udp\": true}}",
                   &problem),
             "{\"host_wide\":true,\"health\":{},\"monitor\":{\"udp\":true}}");
    assert_null(merge(config, "{\"monitor\": {\"udp\": false,\n  \"tcp\": 1}}", &problem));
    assert_string_equal(problem.pointer, "/monitor/tcp");
    assert_int_equal(problem.line, 2);
    assert_int_equal(problem.column, 3);
    assert_null(merge(config, "[]", &problem)); /* replaces the document, which is then none */
    assert_string_equal(problem.pointer, "");
    assert_null(merge(config, "{\"monitor\": ", &problem));
    assert_int_equal(problem.kind, MH_CONFIG_SYNTAX);
    same_text(config, "{\"host_wide\":true,\"health\":{},\"monitor\":{\"udp\":true}}");
    mh_config_release(config);
}

/* What is taken out of the old document may be what the contradiction is with. */
static void changes_are_checked_as_a_whole(void **state)
{
    struct mh_config_problem problem = {0};
    (void)state;
    struct mh_config *config =
        mh_test_parse("{\"uplinks\": {\"a\": {\"interface\": \"x\"}}, \"rules\": {\"r\":"
                      " {\"from\": \"192.0.2.0/24\", \"uplink\": \"a\"}}}");
    assert_null(without(config, "uplinks/a", &problem));
    assert_string_equal(problem.pointer, "/rules/r/uplink");
    assert_int_equal(problem.line, 0);
    struct mh_config *less = merge(config, "{\"uplinks\": {\"a\": null}, \"rules\": null}", &problem);
    assert_non_null(less);
    same_text(less, "{\"uplinks\":{}}");
    mh_config_release(less);
    mh_config_release(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_text_and_revision),
        cmocka_unit_test(file_text_reads_back),
        cmocka_unit_test(members_by_path),
        cmocka_unit_test(long_names_are_absent),
        cmocka_unit_test(members_are_set_and_removed),
        cmocka_unit_test(wrong_changes_change_nothing),
        cmocka_unit_test(merge_patches),
        cmocka_unit_test(changes_are_checked_as_a_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
