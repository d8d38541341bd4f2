/* The router, and that the OpenAPI document says the same as its table. */
#include "unit/support.h"

#include "api/router.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

extern const unsigned char mh_openapi_json[];
extern const size_t mh_openapi_json_size;

static const struct mh_resource *find(const char *method, const char *path, const char **argument,
                                      struct mh_problem *problem)
{
    static char text[256];
    struct mh_target target;
    (void)snprintf(text, sizeof text, "%s", path);
    assert_true(mh_target_split(text, &target, problem));
    return mh_router_find(method, &target, argument, problem);
}

static void test_find(void **state)
{
    (void)state;
    const char *argument;
    struct mh_problem problem;
    const struct mh_resource *resource = find("GET", "/v1/interfaces/a%2Fb", &argument, &problem);
    assert_non_null(resource);
    assert_string_equal(resource->pattern, "/v1/interfaces/{name}");
    assert_string_equal(argument, "a/b");
    resource = find("HEAD", "/v1/interfaces", &argument, &problem);
    assert_non_null(resource);
    assert_null(argument);
    resource = find("GET", "/v1/config/uplinks/isp1/gateway/ipv4", &argument, &problem);
    assert_non_null(resource);
    assert_string_equal(resource->pattern, "/v1/config/{path}");
    assert_string_equal(argument, "uplinks");
    resource = find("GET", "/v1/config", &argument, &problem);
    assert_non_null(resource);
    assert_string_equal(resource->pattern, "/v1/config");
    resource = find("POST", "/v1/resync", &argument, &problem);
    assert_non_null(resource);
    assert_true((resource->flags & MH_RESOURCE_WRITE) != 0);
}

static void test_not_found(void **state)
{
    (void)state;
    static const char *const paths[] = {"/",       "/v1",       "/V1/status",  "/v1/interfaces/a/b",
                                        "/versio", "/versions", "/v1%2Fstatus"};
    const char *argument;
    struct mh_problem problem;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_null(find("GET", paths[i], &argument, &problem));
        assert_int_equal(problem.type, MH_PROBLEM_NOT_FOUND);
    }
}

static void test_wrong_method(void **state)
{
    (void)state;
    const char *argument;
    struct mh_problem problem;
    assert_null(find("DELETE", "/v1/status", &argument, &problem));
    assert_int_equal(problem.type, MH_PROBLEM_METHOD_NOT_ALLOWED);
    assert_string_equal(problem.allow, "GET, HEAD, OPTIONS");
    assert_null(find("get", "/v1/status", &argument, &problem));
    assert_null(find("GET", "/v1/resync", &argument, &problem));
    assert_string_equal(problem.allow, "POST, OPTIONS");
}

static json_t *load_document(void)
{
    json_error_t error;
    json_t *document = json_loadb((const char *)mh_openapi_json, mh_openapi_json_size, 0, &error);
    if (document == NULL)
        fail_msg("%s", error.text);
    return document;
}

/* A parameter of an operation, which may be a reference to a common one. */
static json_t *resolve(json_t *document, json_t *parameter)
{
    static const char prefix[] = "#/components/parameters/";
    const char *reference = json_string_value(json_object_get(parameter, "$ref"));
    if (reference == NULL)
        return parameter;
    assert_memory_equal(reference, prefix, sizeof prefix - 1);
    json_t *common = json_object_get(json_object_get(document, "components"), "parameters");
    return json_object_get(common, reference + sizeof prefix - 1);
}

static unsigned documented_parameters(json_t *document, json_t *operation)
{
    unsigned set = 0;
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(operation, "parameters"), index, item)
    {
        json_t *parameter = resolve(document, item);
        const char *name = json_string_value(json_object_get(parameter, "name"));
        if (strcmp(json_string_value(json_object_get(parameter, "in")), "query") != 0)
            continue;
        unsigned before = set;
        for (int i = 0; i < MH_PARAMETER_COUNT; i++)
            if (strcmp(mh_parameter_name((enum mh_parameter)i), name) == 0)
                set |= 1U << i;
        if (set == before)
            fail_msg("the document has the parameter %s, the server has not", name);
    }
    return set;
}

static void test_every_resource_is_documented(void **state)
{
    (void)state;
    json_t *document = load_document(), *paths = json_object_get(document, "paths");
    for (const struct mh_resource *resource = mh_resources; resource->pattern != NULL; resource++) {
        char method[16] = "";
        for (size_t i = 0; resource->method[i] != '\0'; i++)
            method[i] = (char)tolower((unsigned char)resource->method[i]);
        json_t *operation = json_object_get(json_object_get(paths, resource->pattern), method);
        if (operation == NULL)
            fail_msg("%s %s is not documented", resource->method, resource->pattern);
        if (documented_parameters(document, operation) != resource->parameters)
            fail_msg("%s has other query parameters than documented", resource->pattern);
        assert_true((resource->render != NULL) != (resource->serve != NULL));
    }
    json_decref(document);
}

static bool is_served(const char *path, const char *method)
{
    for (const struct mh_resource *resource = mh_resources; resource->pattern != NULL; resource++) {
        char lower[16] = "";
        for (size_t i = 0; resource->method[i] != '\0'; i++)
            lower[i] = (char)tolower((unsigned char)resource->method[i]);
        if (strcmp(resource->pattern, path) == 0 && strcmp(lower, method) == 0)
            return true;
    }
    return false;
}

static void test_everything_documented_is_served(void **state)
{
    (void)state;
    json_t *document = load_document(), *item, *operation;
    const char *path, *method;
    json_object_foreach(json_object_get(document, "paths"), path, item)
    {
        json_object_foreach(item, method, operation)
        {
            if (!is_served(path, method))
                fail_msg("%s %s is documented and not served", method, path);
        }
    }
    json_decref(document);
}

static void test_problem_types_are_documented(void **state)
{
    (void)state;
    json_t *document = load_document(), *schema = NULL, *value;
    assert_int_equal(json_unpack(document, "{s:{s:{s:{s:{s:{s:o}}}}}}", "components", "schemas", "Problem",
                                 "properties", "type", "enum", &schema),
                     0);
    assert_int_equal(json_array_size(schema), MH_PROBLEM_TYPE_COUNT);
    size_t index;
    json_array_foreach(schema, index, value)
    {
        char expected[256];
        (void)snprintf(expected, sizeof expected, MH_PROBLEM_BASE "%s",
                       mh_problem_word((enum mh_problem_type)index));
        assert_string_equal(json_string_value(value), expected);
    }
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_wrong_method),
        cmocka_unit_test(test_every_resource_is_documented),
        cmocka_unit_test(test_everything_documented_is_served),
        cmocka_unit_test(test_problem_types_are_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
