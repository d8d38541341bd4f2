/* The configuration document: what is read, what is listed as unsupported, and how refusals are worded. */
#include "unit/support.h"

#include "core/config.h"

#include <stdio.h>
#include <string.h>

static struct mh_config *parse(const char *text)
{
    struct mh_config_problem problem;
    struct mh_config *config = mh_config_parse(text, strlen(text), &problem);
    if (config == NULL)
        fail_msg("%s: %s", problem.pointer, problem.title);
    return config;
}

static struct mh_config_problem refusal(const char *text)
{
    struct mh_config_problem problem = {0};
    assert_null(mh_config_parse(text, strlen(text), &problem));
    return problem;
}

static struct mh_interface named(const char *name, uint8_t last)
{
    struct mh_interface made = {
        .index = 1, .hardware_address_length = 6, .hardware_address = {2, 0, 0, 0, 0, last}};
    (void)snprintf(made.name, sizeof made.name, "%s", name);
    return made;
}

static void roles_by_name_and_mac(void **state)
{
    (void)state;
    struct mh_config *config = parse("{\"version\": 1, \"interfaces\": {\"eth0\": {\"role\": \"internal\"},"
                                     " \"mac:02:00:00:00:00:07\": {\"role\": \"external\"}}}");
    struct mh_interface eth0 = named("eth0", 1), other = named("eth1", 7), third = named("eth2", 8);
    assert_int_equal(mh_config_role(config, &eth0), MH_ROLE_INTERNAL);
    assert_int_equal(mh_config_role(config, &other), MH_ROLE_EXTERNAL);
    assert_int_equal(mh_config_role(config, &third), MH_ROLE_AUTO);
    mh_config_release(config);
}

static void the_whole_example_is_accepted(void **state)
{
    static const char example[] =
        "{\"version\":1,\"host_model\":{},\"arp\":{},\"reverse_path\":\"loose\",\"host_wide\":false,"
        "\"interfaces\":{\"eth0\":{\"role\":\"auto\",\"ipv4\":{},\"ipv6\":{},\"metric\":10}},\"addresses\":{}"
        ","
        "\"routes\":{},\"uplinks\":{},\"sharing\":\"failover\",\"source_routing\":true,\"rules\":{},"
        "\"source_preferences\":{},\"address_policy\":{},\"groups\":{},\"monitor\":{},\"health\":{}}";
    (void)state;
    struct mh_config *config = parse(example);
    assert_int_equal(mh_config_unsupported_count(config), 18);
    assert_string_equal(mh_config_unsupported(config, 0), "/host_model");
    assert_string_equal(mh_config_unsupported(config, 4), "/interfaces/eth0/ipv4");
    mh_config_release(config);
}

static void refusals_name_place_and_value(void **state)
{
    static const struct {
        const char *text, *pointer, *title, *got;
        unsigned line, column;
    } rows[] = {
        {"{\n  \"verson\": 1\n}", "/verson", "unknown member", "", 2, 3},
        {"{\"version\": 2}", "/version", "unknown version", "2", 1, 13},
        {"{\"version\": \"1\"}", "/version", "wrong type", "\"1\"", 1, 13},
        {"{\"interfaces\": []}", "/interfaces", "wrong type", "[]", 1, 16},
        {"{\"interfaces\":\n {\"a/b\": {\"role\":\n   \"outside\"}}}", "/interfaces/a~1b/role",
         "unknown role", "\"outside\"", 3, 4},
        {"{\"interfaces\": {\"mac:zz\": {}}}", "/interfaces/mac:zz", "not an interface's name", "", 1, 17},
        {"{\"interfaces\": {\"eth0\": 5}}", "/interfaces/eth0", "wrong type", "5", 1, 25},
        {"[]", "", "wrong type", "[]", 1, 1},
        {"{\"source_routing\": 1}", "/source_routing", "wrong type", "1", 1, 20},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mh_config_problem problem = refusal(rows[i].text);
        assert_string_equal(problem.pointer, rows[i].pointer);
        assert_string_equal(problem.title, rows[i].title);
        assert_string_equal(problem.got, rows[i].got);
        assert_int_equal(problem.line, rows[i].line);
        assert_int_equal(problem.column, rows[i].column);
    }
}

static void syntax_errors_have_a_place(void **state)
{
    (void)state;
    struct mh_config_problem problem = refusal("{\n \"version\": 1,\n}");
    assert_int_equal(problem.line, 3);
    problem = refusal("{\"version\": 1, \"version\": 1}");
    assert_int_equal(problem.line, 1);
    assert_string_not_equal(problem.title, "");
    problem = refusal("");
    assert_int_equal(problem.line, 1);
}

static void every_truncation_is_refused(void **state)
{
    static const char text[] = "{\"version\": 1, \"interfaces\": {\"eth0\": {\"role\": \"internal\"}}}";
    (void)state;
    for (size_t length = 0; length < strlen(text); length++) {
        struct mh_config_problem problem;
        assert_null(mh_config_parse(text, length, &problem));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_by_name_and_mac),         cmocka_unit_test(the_whole_example_is_accepted),
        cmocka_unit_test(refusals_name_place_and_value), cmocka_unit_test(syntax_errors_have_a_place),
        cmocka_unit_test(every_truncation_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
