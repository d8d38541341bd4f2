/* JSON that no nft writes: nothing crashes, and nothing that is not understood is taken to pass or to drop.
 */
#include "nft_fixture.h"

static const enum mh_filter_hook hooks[] = {MH_FILTER_PREROUTING, MH_FILTER_INPUT, MH_FILTER_FORWARD,
                                            MH_FILTER_OUTPUT, MH_FILTER_POSTROUTING};

static void run_all(const struct mh_filter *filter)
{
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
        struct mh_filter_packet packets[] = {nft_packet(), nft_tcp(22, true), nft_from("2001:db8::5")};
        for (size_t p = 0; p < sizeof packets / sizeof *packets; p++) {
            struct mh_filter_result result;
            mh_filter_run(filter, hooks[i], &packets[p], &result);
            assert_true(result.verdict != MH_FILTER_INDETERMINATE || result.reason[0] != '\0');
            assert_non_null(memchr(result.rule, '\0', sizeof result.rule));
        }
    }
}

static enum mh_error parse(const char *text, size_t length)
{
    static const struct mh_nft_legacy none;
    struct mh_filter *filter;
    struct mh_failure failure = {0};
    enum mh_error code = mh_nft_parse(text, length, &none, &filter, &failure);
    if (code == MH_OK)
        run_all(filter);
    else
        assert_null(filter);
    mh_filter_free(filter);
    return code;
}

static void test_not_json(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "{", "[]", "null", "{\"nftables\": {}}", "{\"a\": []}", "\x80", "{\"nftables\": [}", "1e999"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(parse(texts[i], strlen(texts[i])), MH_MALFORMED);
}

/* A list of anything: what it means is not known. */
static void test_unknown_items(void **state)
{
    (void)state;
    static const char *const items[] = {
        "1",
        "null",
        "\"x\"",
        "[]",
        "{}",
        "{\"new thing\": {}}",
        "{\"chain\": 5}",
        "{\"chain\": {}}",
        "{\"rule\": null}",
        "{\"rule\": {\"family\": \"ip\", \"table\": \"t\", \"chain\": \"none\", \"expr\": []}}",
        "{\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\", \"hook\": \"new hook\", "
        "\"type\": "
        "\"filter\", \"prio\": 0}}",
        "{\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\", \"hook\": \"input\", \"type\": "
        "\"filter\", \"prio\": 99999999999}}",
        "{\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\", \"hook\": \"input\", \"type\": "
        "\"new type\", \"prio\": 0}}",
        "{\"chain\": {\"family\": \"new\", \"table\": \"t\", \"name\": \"c\"}}",
        "{\"table\": {}, \"chain\": {}}"};
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        char json[512];
        struct mh_filter_packet packet = nft_packet();
        struct mh_filter_result result;
        (void)snprintf(json, sizeof json, "{\"nftables\": [%s]}", items[i]);
        struct mh_filter *filter = nft_parse(json);
        mh_filter_run(filter, MH_FILTER_INPUT, &packet, &result);
        if (result.verdict != MH_FILTER_INDETERMINATE)
            fail_msg("%s: not indeterminate", json);
        mh_filter_free(filter);
    }
}

#define RULE(expression)                                                                                     \
    "{\"nftables\": [{\"chain\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"c\", \"hook\": "       \
    "\"input\", \"type\": \"filter\", \"prio\": 0}}, {\"rule\": {\"family\": \"inet\", \"table\": \"t\", "   \
    "\"chain\": \"c\", \"expr\": " expression "}}]}"
#define MATCH(left, right)                                                                                   \
    RULE("[{\"match\": {\"op\": \"==\", \"left\": " left ", \"right\": " right "}}, {\"drop\": null}]")
#define SOURCE "{\"payload\": {\"protocol\": \"ip\", \"field\": \"saddr\"}}"
#define PORT "{\"payload\": {\"protocol\": \"udp\", \"field\": \"dport\"}}"

static void test_wrong_types_are_in_doubt(void **state)
{
    (void)state;
    static const char *const texts[] = {
        RULE("5"),
        RULE("null"),
        RULE("[null, {\"drop\": null}]"),
        RULE("[\"drop\"]"),
        RULE("[{}]"),
        RULE("[{\"drop\": null, \"accept\": null}]"),
        RULE("[{\"jump\": null}]"),
        RULE("[{\"jump\": {\"target\": \"nowhere\"}}]"),
        RULE("[{\"new statement\": {}}]"),
        RULE("[{\"match\": null}, {\"drop\": null}]"),
        RULE("[{\"vmap\": []}]"),
        RULE("[{\"vmap\": {\"key\": " SOURCE ", \"data\": 5}}]"),
        RULE("[{\"vmap\": {\"key\": " SOURCE ", \"data\": {\"set\": [5, [], [1, 2], [null, null]]}}}]"),
        RULE("[{\"vmap\": {\"key\": " SOURCE ", \"data\": \"@none\"}}]"),
        RULE("[{\"mangle\": {}}]"),
        MATCH("5", "5"),
        MATCH("{}", "5"),
        MATCH(SOURCE, "5"),
        MATCH(SOURCE, "\"10.0.0\""),
        MATCH(SOURCE, "\"::1\""),
        MATCH(SOURCE, "null"),
        MATCH(SOURCE, "{}"),
        MATCH(SOURCE, "[]"),
        MATCH(SOURCE, "{\"prefix\": {\"addr\": \"10.0.0.0\", \"len\": 33}}"),
        MATCH(SOURCE, "{\"prefix\": {\"addr\": \"10.0.0.0\", \"len\": -1}}"),
        MATCH(SOURCE, "{\"prefix\": 5}"),
        MATCH(SOURCE, "{\"range\": [\"10.0.0.0\"]}"),
        MATCH(SOURCE, "{\"set\": [{\"elem\": null}]}"),
        MATCH(SOURCE, "\"@none\""),
        MATCH(PORT, "65536"),
        MATCH(PORT, "-1"),
        MATCH(PORT, "\"domain\""),
        MATCH(PORT, "1.5"),
        MATCH(PORT, "true"),
        MATCH(PORT, "{\"range\": [1, 70000]}"),
        MATCH(PORT, "{\"prefix\": {\"addr\": 1, \"len\": 17}}"),
        MATCH("{\"&\": [" PORT "]}", "5"),
        MATCH("{\"&\": [" PORT ", \"x\"]}", "5"),
        MATCH("{\"&\": 5}", "5"),
        MATCH("{\"concat\": []}", "5"),
        MATCH("{\"concat\": [" SOURCE ", " PORT "]}", "{\"concat\": [\"10.0.0.1\"]}"),
        MATCH("{\"meta\": {\"key\": \"mark\"}}", "4294967296"),
        MATCH("{\"meta\": {\"key\": \"mark\"}}", "\"blue\""),
        MATCH("{\"meta\": {\"key\": \"l4proto\"}}", "\"new protocol\""),
        MATCH("{\"meta\": {}}", "5"),
        MATCH("{\"meta\": {\"key\": \"iifname\"}}", "\"a\\\\b\""),
        MATCH("{\"meta\": {\"key\": \"iifname\"}}", "5"),
        MATCH("{\"meta\": {\"key\": \"iifname\"}}", "\"a name that is longer than any\""),
        MATCH("{\"ct\": {\"key\": \"state\"}}", "\"new state\""),
        MATCH("{\"ct\": {\"key\": \"state\"}}", "{\"|\": []}"),
        MATCH("{\"fib\": {\"result\": \"oif\", \"flags\": []}}", "5"),
        MATCH("{\"fib\": {\"result\": \"new\", \"flags\": [\"saddr\"]}}", "5"),
        MATCH("{\"fib\": {\"result\": \"oif\", \"flags\": [\"saddr\", \"daddr\"]}}", "5"),
        RULE("[{\"match\": {\"op\": \"~\", \"left\": " PORT ", \"right\": 5}}, {\"drop\": null}]"),
        RULE("[{\"match\": {\"left\": " PORT ", \"right\": 5}}, {\"drop\": null}]"),
        RULE("[{\"match\": {\"op\": \"!\", \"left\": " PORT ", \"right\": 5}}, {\"drop\": null}]"),
        RULE("[{\"match\": {\"op\": \"<\", \"left\": " PORT
             ", \"right\": {\"set\": [5]}}}, {\"drop\": null}]"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct mh_filter *filter = nft_parse(texts[i]);
        struct mh_filter_packet packet = nft_packet();
        struct mh_filter_result result;
        mh_filter_run(filter, MH_FILTER_INPUT, &packet, &result);
        if (result.verdict != MH_FILTER_INDETERMINATE)
            fail_msg("%s: not indeterminate", texts[i]);
        mh_filter_free(filter);
        assert_int_equal(parse(texts[i], strlen(texts[i])), MH_OK);
    }
}

/* ---- size and depth -------------------------------------------------------------------------------- */

static void test_deep_nesting(void **state)
{
    (void)state;
    enum { DEPTH = 1500 };
    char *text = calloc(1, DEPTH * 16 + 1024);
    assert_non_null(text);
    static const char *const openings[] = {"{\"&\": [", "{\"concat\": [", "{\"|\": ["};
    for (size_t kind = 0; kind < sizeof openings / sizeof *openings; kind++) {
        size_t used =
            (size_t)sprintf(text, "%s",
                            "{\"nftables\": [{\"chain\": {\"family\": \"inet\", \"table\": \"t\", "
                            "\"name\": \"c\", \"hook\": \"input\", \"type\": \"filter\", \"prio\": 0}}, "
                            "{\"rule\": {\"family\": \"inet\", \"table\": \"t\", \"chain\": \"c\", "
                            "\"expr\": [{\"match\": {\"op\": \"==\", \"right\": 1, \"left\": ");
        for (size_t i = 0; i < DEPTH / 2; i++)
            used += (size_t)sprintf(text + used, "%s", openings[kind]);
        used += (size_t)sprintf(text + used, "5");
        for (size_t i = 0; i < DEPTH / 2; i++)
            used += (size_t)sprintf(text + used, "]}");
        used += (size_t)sprintf(text + used, "}}, {\"drop\": null}]}}]}");
        assert_int_equal(parse(text, used), MH_OK);
        memset(text, '[', DEPTH * 16);
        assert_int_equal(parse(text, DEPTH * 16), MH_MALFORMED);
    }
    free(text);
}

/* Chains that jump to each other, twice each: the work would double with every one of them. */
static char *jumping_chains(int count, bool to_itself)
{
    char *text = calloc(1, (size_t)count * 4096 + 1024);
    assert_non_null(text);
    size_t used = (size_t)sprintf(text, "{\"nftables\": [");
    for (int i = 0; i < count; i++)
        used += (size_t)sprintf(text + used,
                                "{\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c%d\"%s}},",
                                i, i == 0 ? ", \"hook\": \"input\", \"type\": \"filter\", \"prio\": 0" : "");
    for (int i = 0; i < count * 20; i++)
        used +=
            (size_t)sprintf(text + used,
                            "{\"rule\": {\"family\": \"ip\", \"table\": \"t\", \"chain\": \"c%d\", \"expr\": "
                            "[{\"jump\": {\"target\": \"c%d\"}}]}},",
                            i % count, to_itself ? i % count : (i % count + 1) % count);
    sprintf(text + used - 1, "]}");
    return text;
}

static void test_jump_loops_and_floods(void **state)
{
    (void)state;
    for (int to_itself = 0; to_itself < 2; to_itself++)
        for (int count = 2; count < 16; count += 6) {
            char *text = jumping_chains(count, to_itself != 0);
            struct mh_filter *filter = nft_parse(text);
            struct mh_filter_packet packet = nft_packet();
            struct mh_filter_result result;
            mh_filter_run(filter, MH_FILTER_INPUT, &packet, &result);
            assert_int_equal(result.verdict, MH_FILTER_INDETERMINATE);
            mh_filter_free(filter);
            free(text);
        }
}

/* Recorded rulesets with an octet changed, cut, or a value in place of another. */
static void test_damaged_rulesets(void **state)
{
    (void)state;
    static const char *const values[] = {"null", "-1", "[]", "{}", "\"\"", "true", "9223372036854775807"};
    uint64_t seed = 4;
    char *all = nft_read_all(), *rest = NULL;
    size_t rounds = getenv("MH_TEST_FULL") != NULL ? 600 : 40;
    for (char *line = strtok_r(all, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        const char *json = strchr(line, '\t') + 1;
        size_t length = strlen(json);
        char *copy = calloc(1, length + 32);
        assert_non_null(copy);
        for (size_t round = 0; round < rounds; round++) {
            memcpy(copy, json, length + 1);
            size_t at = mh_test_random(&seed) % length;
            const char *value = values[mh_test_random(&seed) % (sizeof values / sizeof *values)];
            char *colon = strchr(copy + at, ':');
            if (round % 2 == 0 && colon != NULL && colon[1] == ' ' && colon[2] != '{' && colon[2] != '[') {
                char *end = colon + 2 + strcspn(colon + 2, ",}]");
                memmove(colon + 2 + strlen(value), end, strlen(end) + 1);
                memcpy(colon + 2, value, strlen(value));
            } else {
                copy[at] = (char)mh_test_random(&seed);
            }
            (void)parse(copy, strlen(copy));
        }
        free(copy);
    }
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_not_json),
        cmocka_unit_test(test_unknown_items),
        cmocka_unit_test(test_wrong_types_are_in_doubt),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_jump_loops_and_floods),
        cmocka_unit_test(test_damaged_rulesets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
