/* Which intents a Windows cannot carry out that lacks a function, each function in turn. */
#include "support.h"

#include "windows/able.h"

#include <stdio.h>
#include <string.h>

static const char all_settings[] = "interfaces.metric host_model.receive host_model.send source_routing ";
static const char all_addresses[] = "addresses addresses.skip_as_source ";
static const char all_routes[] = "routes uplinks sharing ";
static const char skip[] = "addresses.skip_as_source ";

/* What goes with each; without the others nothing does. */
static const struct {
    const char *function, *intents;
} rows_of[] = {
    {"InitializeUnicastIpAddressEntry", all_addresses},
    {"CreateUnicastIpAddressEntry", all_addresses},
    {"DeleteUnicastIpAddressEntry", all_addresses},
    {"GetUnicastIpAddressEntry", skip},
    {"SetUnicastIpAddressEntry", skip},
    {"InitializeIpForwardEntry", all_routes},
    {"CreateIpForwardEntry2", all_routes},
    {"GetIpForwardEntry2", all_routes},
    {"SetIpForwardEntry2", all_routes},
    {"DeleteIpForwardEntry2", all_routes},
    {"InitializeIpInterfaceEntry", all_settings},
    {"GetIpInterfaceEntry", all_settings},
    {"SetIpInterfaceEntry", all_settings},
};

/* One for all members: nothing is called. */
static DWORD WINAPI is_there(void)
{
    return ERROR_CALL_NOT_IMPLEMENTED;
}

static struct mh_iphlp whole(void)
{
    struct mh_iphlp iphlp = {0};
#define PUT(name) iphlp.name = (__typeof__(iphlp.name))(void *)is_there;
    MH_IPHLP_FUNCTIONS(PUT)
#undef PUT
    return iphlp;
}

static const char *intents_with(const char *function)
{
    for (size_t i = 0; i < sizeof rows_of / sizeof rows_of[0]; i++)
        if (strcmp(rows_of[i].function, function) == 0)
            return rows_of[i].intents;
    return "";
}

static bool names(const char *intents, const char *intent)
{
    char word[64];
    (void)snprintf(word, sizeof word, " %s ", intent);
    return strncmp(intents, word + 1, strlen(word + 1)) == 0 || strstr(intents, word) != NULL;
}

/* Every row is the system's own but for those of `intents`, which name the function. */
static void expect_without(const struct mh_iphlp *iphlp, const char *function, const char *intents)
{
    struct mh_capability rows[MH_WINDOWS_CAPABILITIES_MAX] = {0};
    char reason[128];
    size_t i = 0;
    (void)snprintf(reason, sizeof reason, "This Windows has no %s.", function);
    mh_windows_learn_capabilities(iphlp, NULL, rows);
    for (; mh_windows_capability_rows[i].intent != NULL; i++) {
        const struct mh_capability *usual = &mh_windows_capability_rows[i];
        bool is_lacking = names(intents, usual->intent);
        assert_string_equal(rows[i].intent, usual->intent);
        assert_int_equal(rows[i].family, usual->family);
        assert_int_equal(rows[i].support, is_lacking ? MH_NOT_SUPPORTED : usual->support);
        assert_string_equal(rows[i].reason, is_lacking ? reason : usual->reason);
    }
    assert_null(rows[i].intent);
}

static void each_function_takes_its_intents_along(void **state)
{
    size_t count = 0;
    (void)state;
#define EXPECT(name)                                                                                         \
    {                                                                                                        \
        struct mh_iphlp iphlp = whole();                                                                     \
        iphlp.name = NULL;                                                                                   \
        expect_without(&iphlp, #name, intents_with(#name));                                                  \
        count += intents_with(#name)[0] != '\0';                                                             \
    }
    MH_IPHLP_FUNCTIONS(EXPECT)
#undef EXPECT
    assert_int_equal(count, sizeof rows_of / sizeof rows_of[0]);
}

static void with_all_functions_everything_is_as_usual(void **state)
{
    const struct mh_iphlp iphlp = whole();
    (void)state;
    expect_without(&iphlp, "", "");
}

static void the_first_that_is_missing_is_named(void **state)
{
    static const struct mh_iphlp nothing;
    struct mh_capability rows[MH_WINDOWS_CAPABILITIES_MAX] = {0};
    (void)state;
    mh_windows_learn_capabilities(&nothing, NULL, rows);
    assert_string_equal(rows[0].intent, "addresses");
    assert_string_equal(rows[0].reason, "This Windows has no InitializeUnicastIpAddressEntry.");
}

static void a_policy_table_that_is_not_known_is_none(void **state)
{
    const struct mh_iphlp iphlp = whole();
    struct mh_capability rows[MH_WINDOWS_CAPABILITIES_MAX] = {0};
    int count = 0;
    (void)state;
    mh_windows_learn_capabilities(&iphlp, "Why.", rows);
    for (size_t i = 0; rows[i].intent != NULL; i++)
        if (strcmp(rows[i].intent, "address_policy") == 0) {
            assert_int_equal(rows[i].support, MH_NOT_SUPPORTED);
            assert_string_equal(rows[i].reason, "Why.");
            count++;
        } else {
            assert_string_equal(rows[i].reason, mh_windows_capability_rows[i].reason);
        }
    assert_int_equal(count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_function_takes_its_intents_along),
        cmocka_unit_test(with_all_functions_everything_is_as_usual),
        cmocka_unit_test(the_first_that_is_missing_is_named),
        cmocka_unit_test(a_policy_table_that_is_not_known_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
