/* What pfctl prints: the forms of both systems, anchors that somebody has touched, and hostile bytes. */
#define _GNU_SOURCE
#include "pf_model.h"

static const char records[] = "route 5202 192.0.2.0/24 dev em1 scope 253\n"
                              "route 5202 0.0.0.0/0 via 192.0.2.1 dev em1\n"
                              "route 5203 ::/0 via fe80::1111:2222:3333:4444 dev em2 src "
                              "2001:db8:1111:2222:3333:4444:5555:6666 metric 1024 preference 1\n"
                              "rule 5260 inet table 5202 from 192.0.2.10/32\n"
                              "rule 5261 inet unreachable from 192.0.2.10/32\n"
                              "rule 5210 inet6 table 5203 to 2001:db8::/32\n";

static enum mh_pf_condition read_text(const char *text, size_t length, struct mh_anchor_model *model)
{
    enum mh_pf_condition condition;
    char *copy = malloc(length > 0 ? length : 1); /* exactly as large */
    assert_non_null(copy);
    memcpy(copy, text, length);
    assert_int_equal(mh_anchor_init(model), MH_OK);
    assert_int_equal(mh_pf_read(copy, length, model, &condition), MH_OK);
    free(copy);
    return condition;
}

static void expect_condition(const char *text, enum mh_pf_condition wanted)
{
    struct mh_anchor_model model;
    enum mh_pf_condition condition = read_text(text, strlen(text), &model);
    if (condition != wanted)
        fail_msg("condition %d instead of %d: %s", condition, wanted, text);
    if (wanted != MH_PF_WHOLE)
        assert_int_equal(mh_list_count(model.rules) + mh_list_count(model.routes), 0);
    mh_anchor_clear(&model);
}

/* OpenBSD does not print the state that is its default. */
static char *as_openbsd_prints(const char *text)
{
    static const char usual[] = " flags S/SA keep state";
    struct mh_text out = {0};
    for (const char *at = strstr(text, usual); at != NULL; at = strstr(text, usual)) {
        mh_text_add_bytes(&out, text, (size_t)(at - text));
        mh_text_add(&out, " flags S/SA");
        text = at + sizeof usual - 1;
    }
    mh_text_add(&out, text);
    char *taken = mh_text_take(&out);
    assert_non_null(taken);
    return taken;
}

static void both_print_forms_are_read(void **state)
{
    (void)state;
    struct mh_anchor_model model, read;
    pf_model(&model, records);
    for (int grammar = MH_PF_FREEBSD; grammar <= MH_PF_OPENBSD; grammar++) {
        char *text = pf_render(&model, (enum mh_pf_grammar)grammar);
        char *printed = grammar == MH_PF_OPENBSD ? as_openbsd_prints(text) : strdup(text);
        assert_int_equal(read_text(printed, strlen(printed), &read), MH_PF_WHOLE);
        assert_true(mh_anchor_same(&model, &read));
        mh_anchor_clear(&read);
        free(printed);
        free(text);
    }
    mh_anchor_clear(&model);
}

static void routes_come_back_in_every_part(void **state)
{
    (void)state;
    struct mh_anchor_model model;
    pf_model(&model, records);
    const struct mh_anchor_route *items = mh_list_items(model.routes);
    const struct mh_rule *rules = mh_list_items(model.rules);
    assert_int_equal(mh_list_count(model.routes), 3);
    assert_int_equal(items[0].route.scope, MH_ROUTE_SCOPE_LINK);
    assert_int_equal(items[0].route.owner, MH_OWNER_MULTIHOMED);
    assert_int_equal(items[0].route.protocol, 157);
    assert_int_equal(items[1].route.type, MH_ROUTE_UNICAST);
    assert_int_equal(items[2].route.metric, 1024);
    assert_int_equal(items[2].route.preference, MH_ROUTER_HIGH);
    assert_int_equal(items[2].route.preferred_source.bytes[15], 0x66);
    assert_int_equal(items[2].hop.gateway.bytes[15], 0x44);
    assert_string_equal(items[2].interface, "em2");
    assert_int_equal(rules[0].priority, 5210);
    assert_int_equal(rules[0].to.length, 32);
    assert_int_equal(rules[2].action, MH_RULE_UNREACHABLE);
    assert_int_equal(rules[2].suppress_prefix_length, -1);
    mh_anchor_clear(&model);
}

/* ---- touched --------------------------------------------------------------------------------------- */

static size_t line_count(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

/* The text with line `at` left out, or twice. */
static char *with_line(const char *text, size_t at, int times)
{
    struct mh_text out = {0};
    for (size_t i = 0; *text != '\0'; i++) {
        size_t length = strcspn(text, "\n") + 1;
        for (int j = 0; j < (i == at ? times : 1); j++)
            mh_text_add_bytes(&out, text, length);
        text += length;
    }
    char *taken = mh_text_take(&out);
    assert_non_null(taken);
    return taken;
}

static void a_line_less_or_more_is_altered(void **state)
{
    (void)state;
    struct mh_anchor_model model;
    pf_model(&model, records);
    char *text = pf_render(&model, MH_PF_FREEBSD);
    for (size_t i = 0; i < line_count(text); i++)
        for (int times = 0; times <= 2; times += 2) {
            char *other = with_line(text, i, times);
            expect_condition(other, MH_PF_ALTERED);
            free(other);
        }
    free(text);
    mh_anchor_clear(&model);
}

static void odd_records_are_altered(void **state)
{
    static const char *const odd[] = {
        "block drop on multihomed all label \"mh1 model 1 0 0\" tagged multihomed_record\n",
        "block drop on multihomed all label \"mh1+ rule 5200\" tagged multihomed_record\n",
        "pass all label \"mh1 model 0 0 0\"\n",
        "pass out quick all flags S/SA keep state label \"mh1 use 5260 5202\"\n",
        "block drop on multihomed all label \"mh1 nonsense\" tagged multihomed_record\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        expect_condition(odd[i], MH_PF_ALTERED);
}

static void what_is_not_ours_is_foreign(void **state)
{
    static const char *const foreign[] = {
        "pass all flags S/SA keep state\n",
        "block drop in on em0 all label \"admin\"\n",
        "block drop in on em0 all label \"mh\"\n",
        "pass all flags S/SA keep state label \"mh1 unfinished",
        "anchor \"other\" all\n",
        "match out on em0 inet all label \"mh1 use 5260\" nat-to 192.0.2.1\n",
        "pass label \"0123456789012345678901234567890123456789012345678901234567890123mh1 \"\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        expect_condition(foreign[i], MH_PF_FOREIGN);
    expect_condition("", MH_PF_WHOLE);
    expect_condition("\n \n", MH_PF_WHOLE);
}

static void records_that_say_nothing_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "rule",
        "rule 5260",
        "rule 5260 inet",
        "rule 5260 inet table",
        "rule 5260 inet table 254",
        "rule 5260 inet goto 5262",
        "rule 5260 inet table 5202 from 2001:db8::/32",
        "rule 5260 inet table 5202 from 192.0.2.1/24",
        "rule 5260 inet table 5202 from 192.0.2.0/24 from 192.0.2.0/24",
        "rule 05260 inet table 5202",
        "rule 99999999999 inet table 5202",
        "rule 5260 inet table 5202 protocol 256",
        "rule 5260 inet table 5202 odd",
        "route 5202",
        "route 254 10.0.0.0/8 dev em1",
        "route 5202 10.0.0.0/8",
        "route 5202 10.0.0.0/8 dev em1 dev em2",
        "route 5202 10.0.0.0/8 dev 0123456789abcdef",
        "route 5202 10.0.0.0/8 dev em1;reboot",
        "route 5202 10.0.0.0/8 via fe80::1 dev em1",
        "route 5202 10.0.0.0/8 dev em1 type 7",
        "route 5202 10.0.0.0/8 dev em1 type 9",
        "route 5202 10.0.0.0/8 dev em1 weight 65536",
    };
    (void)state;
    struct mh_anchor_model model;
    pf_model(&model, "");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (mh_pf_read_record(bad[i], strlen(bad[i]), &model) == MH_OK)
            fail_msg("\"%s\" was taken", bad[i]);
    mh_anchor_clear(&model);
}

/* Any byte may be anything. */
static void spoilt_texts_are_survived(void **state)
{
    (void)state;
    uint64_t random = 1;
    struct mh_anchor_model model, read;
    pf_model(&model, records);
    char *text = pf_render(&model, MH_PF_OPENBSD);
    size_t length = strlen(text), whole = 0;
    for (int round = 0; round < 3000; round++) {
        char *spoilt = strdup(text);
        assert_non_null(spoilt);
        for (int i = 0; i < 3; i++)
            spoilt[mh_test_random(&random) % length] = (char)mh_test_random(&random);
        whole += read_text(spoilt, mh_test_random(&random) % (length + 1), &read) == MH_PF_WHOLE;
        mh_anchor_clear(&read);
        free(spoilt);
    }
    assert_true(whole < 300); /* a cut that leaves all records and rules is rare */
    free(text);
    mh_anchor_clear(&model);
}

/* ---- the main rules, and pf ------------------------------------------------------------------------ */

static void anchors_are_found(void **state)
{
    static const char *const named[] = {
        "anchor \"multihomed\" all\n",
        "block drop all\nanchor \"multihomed\" out all\n",
        "pass all flags S/SA keep state\nanchor \"*\" all\n",
        "  anchor \"multihomed\"\n",
        "anchor \"/multihomed\" all",
        "anchor \"multihomed\" quick inet all\n",
    };
    static const char *const unnamed[] = {
        "",
        "anchor \"multihomed2\" all\n",
        "anchor \"multihomed/*\" all\n",
        "anchor \"multihomed\" in all\n",
        "nat-anchor \"multihomed\" all\n",
        "pass all label \"anchor \\\"multihomed\\\"\"\n",
        "anchor \"multihomed",
        "anchor \"ftp-proxy/*\" all\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (!mh_pf_names_anchor(named[i], strlen(named[i])))
            fail_msg("not found: %s", named[i]);
    for (size_t i = 0; i < sizeof unnamed / sizeof unnamed[0]; i++)
        if (mh_pf_names_anchor(unnamed[i], strlen(unnamed[i])))
            fail_msg("found: %s", unnamed[i]);
}

static void status_is_read(void **state)
{
    static const char on[] = "Status: Enabled for 0 days 00:00:07           Debug: Urgent\n\nState Table\n";
    static const char off[] = "Status: Disabled                              Debug: err\n";
    (void)state;
    assert_true(mh_pf_is_enabled(on, strlen(on)));
    assert_false(mh_pf_is_enabled(off, strlen(off)));
    assert_false(mh_pf_is_enabled("Status: Enab", 12));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_print_forms_are_read),
        cmocka_unit_test(routes_come_back_in_every_part),
        cmocka_unit_test(a_line_less_or_more_is_altered),
        cmocka_unit_test(odd_records_are_altered),
        cmocka_unit_test(what_is_not_ours_is_foreign),
        cmocka_unit_test(records_that_say_nothing_are_refused),
        cmocka_unit_test(spoilt_texts_are_survived),
        cmocka_unit_test(anchors_are_found),
        cmocka_unit_test(status_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
