/* Slices, depths, and the way from an offset back to a pointer. */
#include "unit/support.h"

#include "core/json_position.h"
#include "core/json_scan.h"

#include <stdlib.h>
#include <string.h>

static void slices(void **state)
{
    static const struct {
        const char *text, *pointer, *value; /* NULL: none */
    } rows[] = {
        {"{\"a\": [1, {\"b\":\"}\"}], \"c\": null}", "", "{\"a\": [1, {\"b\":\"}\"}], \"c\": null}"},
        {"{\"a\": [1, {\"b\":\"}\"}], \"c\": null}", "/a", "[1, {\"b\":\"}\"}]"},
        {"{\"a\": [1, {\"b\":\"}\"}], \"c\": null}", "/a/1/b", "\"}\""},
        {"{\"a\": [1, {\"b\":\"}\"}], \"c\": null}", "/c", "null"},
        {"{\"a\": [1, {\"b\":\"}\"}], \"c\": null}", "/d", NULL},
        {"{\"a\": \"open", "/a", NULL},
        {" 12 ", "", "12"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t size = 0;
        const char *value = mh_json_slice(rows[i].text, strlen(rows[i].text), rows[i].pointer, &size);
        assert_int_equal(value == NULL, rows[i].value == NULL);
        if (value == NULL)
            continue;
        assert_int_equal(size, strlen(rows[i].value));
        assert_memory_equal(value, rows[i].value, size);
    }
}

static void depths(void **state)
{
    static const struct {
        const char *text;
        size_t depth;
    } rows[] = {
        {"", 0},    {"1", 0},    {"{}", 1},  {"[[], {}]", 2}, {"{\"[[[\": \"{{\\\"{\"}", 1},
        {"[[[", 3}, {"]]]]", 0}, {"[\"", 1}, {"[]]]][[", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(mh_json_depth(rows[i].text, strlen(rows[i].text)), rows[i].depth);
}

/* The offset is where the sign # stands in the text; it is taken out. */
static void pointers(void **state)
{
    static const struct {
        const char *text, *pointer;
        size_t name;
    } rows[] = {
        {"{\"a\"#: 1}", "/a", 1},
        {"{\"a\": {\"b\"#: 1}}", "/a/b", 7},
        {"{\"a\": {\"b\": 1}, \"c\"#: 1}", "/c", 16},
        {"{\"a\": [0, {\"x\": 1}, {\"y\"#: 1}]}", "/a/2/y", 21},
        {"{\"a\": [0, 1#]}", "/a/1", 77},
        {"{\"~/\"#: 1}", "/~0~1", 1},
        {"{\"\\u00e4\\n\"#: 1}", "/\xc3\xa4\n", 1},
        {"{\"a\": \"x:y\"#}", "/a", 1},
        {"{\"a\": [\"{\", \"b\"#]}", "/a/1", 77},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[128], pointer[32];
        size_t name = 77, offset = strcspn(rows[i].text, "#");
        memcpy(text, rows[i].text, offset);
        memcpy(text + offset, rows[i].text + offset + 1, strlen(rows[i].text) - offset);
        assert_true(mh_json_pointer_at(text, strlen(text), offset, pointer, sizeof pointer, &name));
        assert_string_equal(pointer, rows[i].pointer);
        assert_int_equal(name, rows[i].name);
    }
}

static void no_pointers(void **state)
{
    char pointer[8], deep[200];
    size_t name;
    (void)state;
    assert_false(mh_json_pointer_at("", 0, 0, pointer, sizeof pointer, &name));
    assert_false(mh_json_pointer_at("{}", 2, 2, pointer, sizeof pointer, &name));
    assert_false(mh_json_pointer_at("{ ", 2, 2, pointer, sizeof pointer, &name));
    assert_false(mh_json_pointer_at("{\"open", 6, 6, pointer, sizeof pointer, &name));
    assert_false(mh_json_pointer_at("}", 1, 1, pointer, sizeof pointer, &name));
    assert_false(mh_json_pointer_at("{\"longer than\": 1}", 18, 16, pointer, sizeof pointer, &name));
    assert_true(mh_json_pointer_at("{\"sixsix\": 1}", 13, 11, pointer, sizeof pointer, &name));
    memset(deep, '[', sizeof deep);
    assert_false(mh_json_pointer_at(deep, sizeof deep, sizeof deep, pointer, sizeof pointer, &name));
}

static void random_octets(void **state)
{
    static const char some[] = "{}[]\",:\\u0a1 ";
    uint64_t random = 5227;
    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        size_t length = mh_test_random(&random) % 40, size, name;
        char pointer[16], *text = malloc(length + 1); /* exact: the sanitizer sees over-reads */
        assert_non_null(text);
        for (size_t j = 0; j < length; j++)
            text[j] = some[mh_test_random(&random) % (sizeof some - 1)];
        (void)mh_json_depth(text, length);
        (void)mh_json_slice(text, length, "/u", &size);
        if (mh_json_pointer_at(text, length, length, pointer, sizeof pointer, &name))
            assert_true(strlen(pointer) < sizeof pointer);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices),      cmocka_unit_test(depths),        cmocka_unit_test(pointers),
        cmocka_unit_test(no_pointers), cmocka_unit_test(random_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
