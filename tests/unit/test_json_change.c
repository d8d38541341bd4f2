/* RFC 7386: the cases of its appendix A, and what they leave open. Members by path are tested with documents.
 */
#include "unit/support.h"

#include "core/json_change.h"

#include <stdlib.h>
#include <string.h>

static json_t *load(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    return value;
}

static void check(const char *original, const char *patch, const char *result)
{
    json_t *change = load(patch), *before = load(patch), *wanted = load(result);
    json_t *merged = mh_json_merge(original == NULL ? NULL : load(original), change);
    if (!json_equal(merged, wanted))
        fail_msg("%s and %s give %s", original, patch, json_dumps(merged, JSON_ENCODE_ANY));
    assert_true(json_equal(change, before));
    json_decref(merged);
    json_decref(wanted);
    json_decref(before);
    json_decref(change);
}

static void appendix_a(void **state)
{
    static const char *const rows[][3] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
        {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
        {"{\"a\":\"foo\"}", "null", "null"},
        {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check(rows[i][0], rows[i][1], rows[i][2]);
}

static void nothing_there_before(void **state)
{
    (void)state;
    check(NULL, "{\"a\":{\"b\":null,\"c\":1}}", "{\"a\":{\"c\":1}}");
    check(NULL, "5", "5");
}

/* Lists are replaced as they are: null in them stays. */
static void lists_are_values(void **state)
{
    (void)state;
    check("{\"a\":[1]}", "{\"a\":[null,{\"b\":null}]}", "{\"a\":[null,{\"b\":null}]}");
}

static void patches_share_nothing_with_the_result(void **state)
{
    (void)state;
    json_t *patch = load("{\"a\":{\"b\":[1]}}");
    json_t *merged = mh_json_merge(json_object(), patch);
    assert_int_equal(json_array_append_new(json_object_get(json_object_get(merged, "a"), "b"), json_null()),
                     0);
    assert_int_equal(json_array_size(json_object_get(json_object_get(patch, "a"), "b")), 1);
    json_decref(merged);
    json_decref(patch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appendix_a),
        cmocka_unit_test(nothing_there_before),
        cmocka_unit_test(lists_are_values),
        cmocka_unit_test(patches_share_nothing_with_the_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
