/* This service's own table: the text that makes it, and what is read from nft. */
#include "unit/support.h"

#include "linux/own_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDED MH_TEST_DIRECTORY "/codec/fixtures/nft/own.json"
#define GOLDEN MH_TEST_DIRECTORY "/codec/fixtures/nft/own.nft"

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 65536);
    assert_non_null(text);
    size_t length = fread(text, 1, 65535, file);
    assert_true(length > 0 && length < 65535);
    (void)fclose(file);
    return text;
}

static struct mh_setting setting_of(enum mh_setting_id id, enum mh_family family, int32_t value)
{
    return (struct mh_setting){.id = (uint8_t)id, .family = (uint8_t)family, .value = value};
}

static void put(struct mh_own_table *table, enum mh_setting_id id, enum mh_family family, int32_t value,
                const char *name)
{
    const struct mh_setting setting = setting_of(id, family, value);
    assert_int_equal(mh_own_set(table, &setting, name), MH_OK);
}

static int32_t value(const struct mh_own_table *table, enum mh_setting_id id, enum mh_family family,
                     const char *name)
{
    const struct mh_setting setting = setting_of(id, family, 0);
    return mh_own_value(table, &setting, name);
}

static void exempt(struct mh_own_table *table, const char *text)
{
    struct mh_address address;
    assert_true(mh_address_parse(text, strlen(text), &address));
    assert_true(mh_own_exempt(table, &address));
}

/* What tests/codec/fixtures/nft/own.json is the listing of. */
static struct mh_own_table sample(void)
{
    struct mh_own_table table;
    assert_int_equal(mh_own_init(&table), MH_OK);
    put(&table, MH_SETTING_STRONG_RECEIVE, MH_IPV4, 1, "eth0");
    put(&table, MH_SETTING_STRONG_RECEIVE, MH_IPV4, 1, "eth1.5");
    put(&table, MH_SETTING_STRONG_RECEIVE, MH_IPV6, 1, "eth0");
    put(&table, MH_SETTING_REVERSE_FILTER, MH_IPV6, 1, "eth0");
    put(&table, MH_SETTING_REVERSE_FILTER, MH_IPV6, 2, "eth1.5");
    exempt(&table, "203.0.113.80");
    exempt(&table, "2001:db8::80");
    return table;
}

static void test_script(void **state)
{
    (void)state;
    struct mh_own_table table = sample();
    char *golden = read_file(GOLDEN), *script = mh_own_script(&table, MH_OWN_ABSENT);
    assert_string_equal(script, golden);
    free(script);
    script = mh_own_script(&table, MH_OWN_WHOLE); /* rules, and their counters, stay */
    assert_null(strstr(script, "table inet multihomed {"));
    assert_null(strstr(script, "delete"));
    assert_non_null(strstr(script, "flush set inet multihomed reverse_strict_ipv6\n"));
    free(script);
    assert_true(mh_own_forget(&table, "eth0") && mh_own_forget(&table, "eth1.5"));
    script = mh_own_script(&table, MH_OWN_WHOLE);
    assert_string_equal(script, "add table inet multihomed\ndelete table inet multihomed\n");
    free(script);
    free(golden);
    mh_own_clear(&table);
}

static enum mh_own_condition condition_of(const char *text, struct mh_own_table *table)
{
    assert_int_equal(mh_own_init(table), MH_OK);
    assert_int_equal(mh_own_parse(text, strlen(text), table, NULL), MH_OK);
    return table->condition;
}

static void test_whole(void **state)
{
    (void)state;
    struct mh_own_table table, wanted = sample();
    char *text = read_file(RECORDED);
    assert_int_equal(condition_of(text, &table), MH_OWN_WHOLE);
    assert_true(mh_own_same(&table, &wanted));
    assert_int_equal(value(&table, MH_SETTING_REVERSE_FILTER, MH_IPV6, "eth1.5"), MH_FILTER_STRICT);
    assert_int_equal(value(&table, MH_SETTING_STRONG_RECEIVE, MH_IPV6, "eth1.5"), MH_FILTER_OUT);
    mh_own_clear(&table);
    mh_own_clear(&wanted);
    free(text);
}

/* Replaces the first `old`, which must be there. */
static char *altered(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    assert_non_null(at);
    size_t size = strlen(text) + strlen(new) + 1;
    char *other = calloc(1, size);
    assert_non_null(other);
    (void)snprintf(other, size, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    return other;
}

static void test_altered(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"{\"accept\": null}", "{\"drop\": null}"},
        {"\"comment\": \"link-local\", ", ""},
        {"\"policy\": \"accept\"", "\"policy\": \"drop\""},
        {"\"prio\": -10", "\"prio\": 10"},
        {"\"name\": \"multihomed\", ", "\"name\": \"multihomed\", \"flags\": \"dormant\", "},
        {"\"name\": \"exempt_ipv4\"", "\"name\": \"other\""},
        {"\"203.0.113.80\"", "{\"elem\": {\"val\": \"203.0.113.80\", \"timeout\": 5}}"},
        {"{\"chain\": ", "{\"flowtable\": {}}, {\"chain\": "},
    };
    char *text = read_file(RECORDED);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct mh_own_table table;
        char *other = altered(text, changes[i][0], changes[i][1]);
        if (condition_of(other, &table) != MH_OWN_ALTERED)
            fail_msg("not seen: %s", changes[i][1]);
        assert_int_equal(value(&table, MH_SETTING_STRONG_RECEIVE, MH_IPV4, "eth0"), MH_FILTER_ALTERED);
        assert_int_equal(value(&table, MH_SETTING_STRONG_RECEIVE, MH_IPV4, "eth7"), MH_FILTER_OUT);
        mh_own_clear(&table);
        free(other);
    }
    free(text);
}

static void test_foreign(void **state)
{
    (void)state;
    struct mh_own_table table;
    static const char bare[] =
        "{\"nftables\": [{\"table\": {\"family\": \"inet\", \"name\": \"multihomed\"}}]}";
    assert_int_equal(condition_of(bare, &table), MH_OWN_FOREIGN);
    mh_own_clear(&table);
    char *text = read_file(RECORDED);
    char *other = altered(text, "\"name\": \"strong_receive_ipv4\"", "\"name\": \"mine\"");
    assert_int_equal(condition_of(other, &table), MH_OWN_FOREIGN);
    assert_int_equal(mh_list_count(table.members), 0);
    mh_own_clear(&table);
    free(other);
    free(text);
}

static void test_hostile(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "[]", "{\"nftables\": 1}", "{\"nftables\": [", "null"};
    struct mh_own_table table;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(mh_own_init(&table), MH_OK);
        assert_int_equal(mh_own_parse(texts[i], strlen(texts[i]), &table, NULL), MH_MALFORMED);
        mh_own_clear(&table);
    }
    assert_int_equal(condition_of("{\"nftables\": [1, {}, {\"set\": 5}, {\"rule\": null}]}", &table),
                     MH_OWN_FOREIGN);
    mh_own_clear(&table);
}

static void test_names_and_values(void **state)
{
    (void)state;
    struct mh_own_table table;
    const struct mh_setting wrong[] = {setting_of(MH_SETTING_STRONG_RECEIVE, MH_IPV4, 2),
                                       setting_of(MH_SETTING_STRONG_RECEIVE, MH_IPV4, -1),
                                       setting_of(MH_SETTING_REVERSE_FILTER, MH_IPV6, 3)};
    assert_int_equal(mh_own_init(&table), MH_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(mh_own_set(&table, &wrong[i], "eth0"), MH_INVALID);
    mh_own_clear(&table);
    assert_true(mh_own_can_name("eth0.5@x") && mh_own_can_name("a-b_c+d"));
    assert_false(mh_own_can_name("eth*") || mh_own_can_name("a\"b") || mh_own_can_name("a\\b") ||
                 mh_own_can_name("") || mh_own_can_name("0123456789abcdef"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_script),  cmocka_unit_test(test_whole),
        cmocka_unit_test(test_altered), cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_names_and_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
