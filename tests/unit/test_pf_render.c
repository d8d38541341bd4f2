/* Models as pf rules: against golden files (tests/bsd/golden), which MH_UPDATE_GOLDEN=1 writes anew, and read
 * back. */
#define _GNU_SOURCE
#include "pf_model.h"

#include "common/describe.h"

static const char two_uplinks[] = "route 5202 192.0.2.0/24 dev em1 scope 253\n"
                                  "route 5202 0.0.0.0/0 via 192.0.2.1 dev em1\n"
                                  "route 5203 198.51.100.0/24 dev em2 scope 253\n"
                                  "route 5203 0.0.0.0/0 via 198.51.100.1 dev em2\n"
                                  "rule 5260 inet table 5202 from 192.0.2.10/32\n"
                                  "rule 5260 inet table 5203 from 198.51.100.10/32\n"
                                  "route 5202 2001:db8:1::/64 dev em1 metric 1024 scope 253\n"
                                  "route 5202 ::/0 via 2001:db8:1::1 dev em1 metric 1024\n"
                                  "route 5203 2001:db8:2::/64 dev em2 metric 1024 scope 253\n"
                                  "route 5203 ::/0 via 2001:db8:2::1 dev em2 metric 1024\n"
                                  "rule 5260 inet6 table 5202 from 2001:db8:1::10/128\n"
                                  "rule 5260 inet6 table 5203 from 2001:db8:2::10/128\n";

/* And a network of containers, whose way is in both tables. */
static const char strong_send[] = "route 5202 192.0.2.0/24 dev em1 scope 253\n"
                                  "route 5202 172.17.0.0/16 dev bridge0 scope 253\n"
                                  "route 5202 10.9.0.0/16 via 172.17.0.2 dev bridge0\n"
                                  "route 5202 0.0.0.0/0 via 192.0.2.1 dev em1\n"
                                  "route 5203 198.51.100.0/24 dev em2 scope 253\n"
                                  "route 5203 172.17.0.0/16 dev bridge0 scope 253\n"
                                  "rule 5260 inet table 5202 from 192.0.2.10/32\n"
                                  "rule 5261 inet unreachable from 192.0.2.10/32\n"
                                  "rule 5260 inet table 5203 from 198.51.100.10/32\n"
                                  "rule 5261 inet unreachable from 198.51.100.10/32\n";

static const char link_local_gateways[] =
    "route 5202 2001:db8:1::/64 dev em1 metric 1024 scope 253\n"
    "route 5202 ::/0 via fe80::1 dev em1 metric 1024\n"
    "route 5203 ::/0 via fe80::1111:2222:3333:4444 dev em2 src 2001:db8:1111:2222:3333:4444:5555:6666 metric "
    "1024\n"
    "rule 5260 inet6 table 5202 from 2001:db8:1::10/128\n"
    "rule 5260 inet6 table 5203 from 2001:db8:1111:2222:3333:4444:5555:6666/128\n";

/* Also a rule whose table is empty, and routes that no rule leads to. */
static const char user_rules[] = "rule 5210 inet table 5203 from 192.0.2.64/26\n"
                                 "rule 5205 inet table 5202 from 192.0.2.0/24 to 203.0.113.0/24\n"
                                 "rule 5206 inet table 5202 to 198.18.0.0/15\n"
                                 "rule 5220 inet table 5700\n"
                                 "rule 5230 inet prohibit from 192.0.2.99/32 to 203.0.113.128/25\n"
                                 "route 5202 0.0.0.0/0 via 192.0.2.1 dev em1 flags 1\n"
                                 "route 5202 203.0.113.64/26 via 192.0.2.2 dev em1\n"
                                 "route 5202 203.0.113.0/26 type 7\n"
                                 "route 5203 0.0.0.0/0 via 198.51.100.1 dev em2 weight 7\n"
                                 "route 5203 10.0.0.0/8 type 6\n"
                                 "route 5555 10.0.0.0/8 via 192.0.2.7 dev em1 metric 5\n";

static char *many_addresses(void)
{
    struct mh_text text = {0};
    mh_text_add(&text, "route 5202 192.0.2.0/24 dev em1 scope 253\nroute 5202 0.0.0.0/0 via 192.0.2.1 dev "
                       "em1\n");
    for (unsigned i = 10; i < 30; i++)
        mh_text_format(&text, "rule 5260 inet table 5202 from 192.0.2.%u/32\n", i);
    char *taken = mh_text_take(&text);
    assert_non_null(taken);
    return taken;
}

/* ---- golden files ---------------------------------------------------------------------------------- */

static char *read_file(const char *path)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return strdup("");
    if (getdelim(&bytes, &size, EOF, file) < 0) {
        free(bytes);
        bytes = strdup("");
    }
    (void)fclose(file);
    return bytes;
}

static void hold_against(const char *name, enum mh_pf_grammar grammar, const char *text)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/bsd/golden/%s.%s.pf", MH_TEST_DIRECTORY, name,
                   grammar == MH_PF_OPENBSD ? "openbsd" : "freebsd");
    if (getenv("MH_UPDATE_GOLDEN") != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
    }
    char *expected = read_file(path);
    assert_non_null(expected);
    assert_string_equal(text, expected);
    free(expected);
}

static void read_back(const struct mh_anchor_model *model, const char *text)
{
    struct mh_anchor_model read;
    enum mh_pf_condition condition;
    assert_int_equal(mh_anchor_init(&read), MH_OK);
    assert_int_equal(mh_pf_read(text, strlen(text), &read, &condition), MH_OK);
    assert_int_equal(condition, MH_PF_WHOLE);
    assert_true(mh_anchor_same(model, &read));
    mh_anchor_clear(&read);
}

static void expect(const char *name, const char *records)
{
    struct mh_anchor_model model;
    pf_model(&model, records);
    for (int grammar = MH_PF_FREEBSD; grammar <= MH_PF_OPENBSD; grammar++) {
        char *text = pf_render(&model, (enum mh_pf_grammar)grammar);
        hold_against(name, (enum mh_pf_grammar)grammar, text);
        read_back(&model, text);
        free(text);
    }
    mh_anchor_clear(&model);
}

static void golden_files_hold(void **state)
{
    (void)state;
    char *many = many_addresses();
    expect("two-uplinks", two_uplinks);
    expect("strong-send", strong_send);
    expect("link-local-gateways", link_local_gateways);
    expect("user-rules", user_rules);
    expect("many-addresses", many);
    free(many);
}

/* ---- every rule ------------------------------------------------------------------------------------ */

static bool has(const char *line, const char *words)
{
    return strstr(line, words) != NULL;
}

/* Nothing is let in but what the administrator has tagged; what passes by itself goes out from a source. */
static void check_line(const char *line, enum mh_pf_grammar grammar)
{
    const char *label = strstr(line, " label \"");
    assert_non_null(label);
    size_t length = strcspn(label + 8, "\"");
    assert_true(length > 4 && length <= 63 && strspn(label + 8, " ") == 0);
    if (has(line, "block drop on multihomed all ")) {
        assert_true(has(line, " tagged multihomed_record"));
        return;
    }
    assert_true(has(line, " out quick on ") ||
                (has(line, "pass in quick on ") && has(line, " tagged multihomed")));
    assert_true(has(line, " inet from ") || has(line, " inet6 from "));
    assert_false(has(line, "$") || has(line, "%"));
    if (has(line, "route-to") || has(line, "reply-to"))
        assert_int_equal(has(line, "-to (em") || has(line, "-to em") || has(line, "-to (bridge0") ||
                             has(line, "-to bridge0"),
                         grammar == MH_PF_FREEBSD);
}

static void rules_open_nothing(void **state)
{
    static const char *const all[] = {two_uplinks, strong_send, link_local_gateways, user_rules};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        for (int grammar = MH_PF_FREEBSD; grammar <= MH_PF_OPENBSD; grammar++) {
            struct mh_anchor_model model;
            pf_model(&model, all[i]);
            char *text = pf_render(&model, (enum mh_pf_grammar)grammar), *rest = text;
            for (char *line = strtok_r(rest, "\n", &rest); line != NULL; line = strtok_r(rest, "\n", &rest))
                check_line(line, (enum mh_pf_grammar)grammar);
            free(text);
            mh_anchor_clear(&model);
        }
}

/* ---- limits ---------------------------------------------------------------------------------------- */

static void nothing_is_no_text(void **state)
{
    (void)state;
    struct mh_anchor_model model;
    pf_model(&model, "");
    char *text = pf_render(&model, MH_PF_FREEBSD);
    assert_string_equal(text, "");
    read_back(&model, text);
    free(text);
    mh_anchor_clear(&model);
}

static void too_many_are_refused(void **state)
{
    (void)state;
    struct mh_anchor_model model;
    struct mh_text text = {0};
    struct mh_failure failure;
    char record[80];
    pf_model(&model, "");
    for (unsigned i = 0; i < 100; i++) {
        (void)snprintf(record, sizeof record, "route 5202 10.0.%u.0/24 via 192.0.2.1 dev em1", i);
        pf_add(&model, record);
        (void)snprintf(record, sizeof record, "rule 5260 inet table 5202 from 192.0.2.%u/32", i);
        pf_add(&model, record);
    }
    assert_int_equal(mh_pf_render(&model, MH_PF_FREEBSD, pf_index_of, NULL, &text, &failure), MH_LIMIT);
    mh_text_clear(&text);
    mh_anchor_clear(&model);
}

/* ---- in words -------------------------------------------------------------------------------------- */

static void ops_are_described(void **state)
{
    static const struct mh_next_hop hop = {.gateway = {MH_IPV4, {192, 0, 2, 1}}, .interface = 2};
    struct mh_op op = {
        .kind = MH_OP_ROUTE_REPLACE,
        .of.route = {
            .destination = {{MH_IPV4, {10}}, 8}, .table = 5202, .next_hop_count = 1, .next_hops = &hop}};
    char text[256];
    (void)state;
    assert_string_equal(mh_describe(mh_describe_freebsd, NULL, &op, text, sizeof text),
                        "pfctl -a multihomed -f - # replace route in table 5202 to 10.0.0.0/8 via 192.0.2.1 "
                        "on if2");
    op.of.route.table = 0;
    assert_string_equal(mh_describe(mh_describe_openbsd, NULL, &op, text, sizeof text),
                        "route change -inet 10.0.0.0/8 192.0.2.1 -ifp if2");
    op = (struct mh_op){.kind = MH_OP_RULE_DELETE,
                        .of.rule = {.priority = 5261,
                                    .family = MH_IPV4,
                                    .action = MH_RULE_UNREACHABLE,
                                    .from = {{MH_IPV4, {192, 0, 2, 10}}, 32}}};
    assert_string_equal(mh_describe(mh_describe_openbsd, NULL, &op, text, sizeof text),
                        "pfctl -a multihomed -f - # delete rule 5261 inet from 192.0.2.10/32 block");
    assert_string_equal(mh_describe(mh_describe_netbsd, NULL, &op, text, sizeof text),
                        "# there is no command for rule-delete");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_files_hold),  cmocka_unit_test(rules_open_nothing),
        cmocka_unit_test(nothing_is_no_text), cmocka_unit_test(too_many_are_refused),
        cmocka_unit_test(ops_are_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
