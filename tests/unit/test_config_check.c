/* Documents that contradict themselves, and near misses that do not. */
#include "unit/configuration.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define ADDRESS(name, interface, address)                                                                    \
    "\"" name "\": {\"interface\": \"" interface "\", \"address\": \"" address "\"}"
#define GROUP(name, interfaces, addresses)                                                                   \
    "\"" name "\": {\"interfaces\": [" interfaces "], \"addresses\": [" addresses "]}"
#define ROUTE(name, rest) "\"" name "\": {\"to\": \"10.0.0.0/8\", " rest "}"
#define RULE(name, from, uplink, priority)                                                                   \
    "\"" name "\": {\"from\": \"" from "\", \"uplink\": \"" uplink "\", \"priority\": " priority "}"
#define UPLINKS                                                                                              \
    "\"uplinks\": {\"four\": {\"interface\": \"a\", \"gateway\": {\"ipv4\": \"192.0.2.1\"}},"                \
    " \"any\": {\"interface\": \"b\"}}"

static void accepted(const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mh_config_release(mh_test_parse(texts[i]));
}

static void addresses(void **state)
{
    static const struct mh_test_refused bad[] = {
        {"{\"addresses\": {" ADDRESS("a", "x", "192.0.2.1/24") ",\n" ADDRESS("b", "y", "192.0.2.1/25") "}}",
         "/addresses/b/address", "the address is there twice", "\"192.0.2.1\"", 2, 36},
        {"{\"addresses\": {" ADDRESS("a", "x", "192.0.2.1/24") "}, \"groups\": {" GROUP(
             "g", "\"x\"", "\"192.0.2.9/24\", \"192.0.2.1/24\"") "}}",
         "/groups/g/addresses/1", "the address is there twice", NULL, 0, 0},
        {"{\"groups\": {" GROUP("g", "\"x\"", "\"2001:db8::1/64\"") ", " GROUP("h", "\"y\"",
                                                                               "\"2001:DB8:0::1/64\"") "}}",
         "/groups/h/addresses/0", "the address is there twice", "\"2001:db8::1\"", 0, 0},
        {"{\"groups\": {" GROUP("g", "\"x\"", "\"192.0.2.1/24\", \"192.0.2.1/24\"") "}}",
         "/groups/g/addresses/1", "the address is there twice", NULL, 0, 0},
        {"{\"addresses\": {" ADDRESS("a", "x", "fe80::1/64") "," ADDRESS("b", "x", "fe80::1/64") "}}",
         "/addresses/b/address", "the address is there twice", NULL, 0, 0},
        {"{\"groups\": {" GROUP("g", "\"x\", \"y\"", "\"fe80::1/64\"") ", " GROUP("h", "\"z\", \"y\"",
                                                                                  "\"fe80::1/64\"") "}}",
         "/groups/h/addresses/0", "the address is there twice", NULL, 0, 0},
    };
    static const char *const good[] = {
        "{\"addresses\": {" ADDRESS("a", "x", "192.0.2.1/24") "," ADDRESS("b", "x", "192.0.2.2/24") "}}",
        "{\"addresses\": {" ADDRESS("a", "x", "fe80::1/64") "," ADDRESS("b", "y", "fe80::1/64") "}}",
    };
    (void)state;
    mh_test_refusals(bad, COUNT(bad));
    accepted(good, COUNT(good));
}

static void routes(void **state)
{
    static const struct mh_test_refused bad[] = {
        {"{\"routes\": {" ROUTE("a", "\"metric\": 5") "}}", "/routes/a", "missing member", "", 1, 13},
        {"{\"routes\": {" ROUTE("a", "\"via\": \"2001:db8::1\"") "}}", "/routes/a/via",
         "an address of the other family", "\"2001:db8::1\"", 0, 0},
        {"{\"routes\": {" ROUTE("a", "\"interface\": \"x\", \"source\": \"2001:db8::1\"") "}}",
         "/routes/a/source", "an address of the other family", NULL, 0, 0},
        {"{\"routes\": {\"a\": {\"to\": \"::/0\", \"via\": \"fe80::1\"}}}", "/routes/a", "missing member", "",
         0, 0},
        {"{\"routes\": {" ROUTE("a", "\"via\": \"192.0.2.1\"") "," ROUTE("b", "\"via\": \"192.0.2.2\"") "}}",
         "/routes/b/to", "the destination is there twice", "\"10.0.0.0/8\"", 0, 0},
        {"{\"interfaces\": {\"x\": {\"metric\": 7}}, \"routes\": {" ROUTE(
             "a", "\"interface\": \"x\"") "," ROUTE("b", "\"via\": \"192.0.2.2\", \"metric\": 7") "}}",
         "/routes/b/to", "the destination is there twice", NULL, 0, 0},
    };
    static const char *const good[] = {
        "{\"routes\": {" ROUTE("a", "\"via\": \"192.0.2.1\", \"metric\": 1") "," ROUTE(
            "b", "\"via\": \"192.0.2.2\", \"metric\": 2") "}}",
        "{\"interfaces\": {\"x\": {\"metric\": 7}}, \"routes\": {" ROUTE(
            "a", "\"interface\": \"x\"") "," ROUTE("b", "\"interface\": \"y\"") "}}",
        "{\"routes\": {\"a\": {\"to\": \"::/0\", \"via\": \"fe80::1\", \"interface\": \"x\"}}}",
    };
    (void)state;
    mh_test_refusals(bad, COUNT(bad));
    accepted(good, COUNT(good));
}

static void uplinks_and_rules(void **state)
{
    static const struct mh_test_refused bad[] = {
        {"{" UPLINKS ", \"rules\": {" RULE("r", "192.0.2.0/24", "isp", "1") "}}", "/rules/r/uplink",
         "no such uplink", "\"isp\"", 0, 0},
        {"{\"rules\": {" RULE("r", "192.0.2.0/24", "isp", "1") "}}", "/rules/r/uplink", "no such uplink",
         NULL, 0, 0},
        {"{" UPLINKS ", \"rules\": {" RULE("r", "2001:db8::/64", "four", "1") "}}", "/rules/r/uplink",
         "an uplink of the other family", NULL, 0, 0},
        {"{" UPLINKS ", \"rules\": {" RULE("r", "192.0.2.0/24", "four", "40") "}}", "/rules/r/priority",
         "out of range", "40", 0, 0},
        {"{" UPLINKS ", \"rules\": {" RULE("r", "192.0.2.0/24", "four", "1") "," RULE("s", "192.0.2.64/26",
                                                                                      "any", "1") "}}",
         "/rules/s/from", "rules of one priority overlap", "\"192.0.2.64/26\"", 0, 0},
        {"{" UPLINKS ", \"rules\": {" RULE("s", "192.0.2.64/26", "any", "1") "," RULE(
             "m", "192.0.2.0/28", "any", "1") "," RULE("r", "192.0.2.0/24", "four", "1") "}}",
         "/rules/r/from", "rules of one priority overlap", NULL, 0, 0},
        {"{\"uplinks\": {\"a\": {\"interface\": \"x\", \"gateway\": {\"ipv6\": \"auto\"}},"
         " \"b\": {\"interface\": \"x\", \"gateway\": {\"ipv6\": \"auto\"}}}}",
         "/uplinks/b/gateway/ipv6", "the gateway is there twice", "\"auto\"", 0, 0},
    };
    static const char *const good[] = {
        "{" UPLINKS ", \"rules\": {" RULE("r", "192.0.2.0/24", "four", "1") "," RULE(
            "s", "192.0.2.64/26", "any", "0") "," RULE("t", "2001:db8::/64", "any", "1") "}}",
        "{\"uplinks\": {\"a\": {\"interface\": \"x\", \"gateway\": {\"ipv6\": \"auto\", \"ipv4\": \"auto\"}},"
        " \"b\": {\"interface\": \"y\", \"gateway\": {\"ipv6\": \"auto\"}}}}",
    };
    (void)state;
    mh_test_refusals(bad, COUNT(bad));
    accepted(good, COUNT(good));
}

static void preferences_and_labels(void **state)
{
    static const struct mh_test_refused bad[] = {
        {"{\"source_preferences\": {\"a\": {\"to\": \"192.0.2.0/24\", \"source\": \"2001:db8::1\"}}}",
         "/source_preferences/a/source", "an address of the other family", NULL, 0, 0},
        {"{\"source_preferences\": {\"a\": {\"to\": \"192.0.2.0/24\", \"source\": \"192.0.2.1\"},"
         " \"b\": {\"to\": \"192.0.2.0/24\", \"source\": \"192.0.2.1\"}}}",
         "/source_preferences/b/to", "the destination is there twice", NULL, 0, 0},
        {"{\"address_policy\": {\"labels\": {\"2001:db8::/32\": 1,\n \"2001:DB8::/32\": 1}}}",
         "/address_policy/labels/2001:DB8::~132", "the prefix is there twice", "", 2, 2},
    };
    static const char *const good[] = {
        "{\"source_preferences\": {\"a\": {\"to\": \"192.0.2.0/24\", \"source\": \"192.0.2.1\"},"
        " \"b\": {\"to\": \"192.0.2.0/25\", \"source\": \"192.0.2.2\"}}}",
    };
    (void)state;
    mh_test_refusals(bad, COUNT(bad));
    accepted(good, COUNT(good));
}

static void interfaces_and_groups(void **state)
{
    static const struct mh_test_refused bad[] = {
        {"{\"interfaces\": {\"luid:0x6\": {},\n\"luid:0x06\": {}}}", "/interfaces/luid:0x06",
         "the interface is there twice", "", 2, 1},
        {"{\"interfaces\": {\"mac:02:00:00:00:00:0a\": {},\n\"mac:02-00-00-00-00-0A\": {}}}",
         "/interfaces/mac:02-00-00-00-00-0A", "the interface is there twice", "", 2, 1},
        {"{\"groups\": {" GROUP("g", "\"x\", \"y\", \"x\"", "\"192.0.2.1/24\"") "}}",
         "/groups/g/interfaces/2", "the interface is there twice", NULL, 0, 0},
        {"{\"groups\": {\"g\": {\"interfaces\": [\"x\"], \"addresses\": [\"192.0.2.1\"], \"prefer\": "
         "\"y\"}}}",
         "/groups/g/prefer", "not in the group", "\"y\"", 0, 0},
    };
    static const char *const good[] = {
        "{\"groups\": {" GROUP("g", "\"x\", \"y\"", "\"192.0.2.1/24\"") "," GROUP("h", "\"x\", \"y\"",
                                                                                  "\"192.0.2.2/24\"") "}}",
    };
    (void)state;
    mh_test_refusals(bad, COUNT(bad));
    accepted(good, COUNT(good));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(routes),
        cmocka_unit_test(uplinks_and_rules),
        cmocka_unit_test(preferences_and_labels),
        cmocka_unit_test(interfaces_and_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
