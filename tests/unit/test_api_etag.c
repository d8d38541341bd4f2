/* If-Match (RFC 9110 section 13.1.1). */
#include "unit/support.h"

#include "api/etag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t own = UINT64_C(0xcbf29ce484222325);
#define OWN "\"cbf29ce484222325\""

static bool parse(const char *text, struct mh_if_match *match)
{
    memset(match, 0xff, sizeof *match); /* whatever was there before is gone */
    return mh_if_match_parse(text, match);
}

static bool names_own(const char *text)
{
    struct mh_if_match match;
    assert_true(parse(text, &match));
    assert_false(match.any);
    for (size_t i = 0; i < match.count; i++)
        if (match.revisions[i] == own)
            return true;
    return false;
}

static void test_star(void **state)
{
    (void)state;
    struct mh_if_match match;
    static const char *const stars[] = {"*", " *", "*\t ", "\t* "};
    for (size_t i = 0; i < sizeof stars / sizeof stars[0]; i++) {
        assert_true(parse(stars[i], &match));
        assert_true(match.any);
        assert_int_equal(match.count, 0);
    }
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    static const uint64_t revisions[] = {0, 1, UINT64_MAX, UINT64_C(0x8000000000000000), own};
    for (size_t i = 0; i < sizeof revisions / sizeof revisions[0]; i++) {
        char tag[MH_ETAG_SIZE];
        struct mh_if_match match;
        assert_true(parse(mh_etag_of_content(revisions[i], tag), &match));
        assert_false(match.any);
        assert_int_equal(match.count, 1);
        assert_true(match.revisions[0] == revisions[i]);
    }
}

static void test_lists(void **state)
{
    (void)state;
    assert_true(names_own(OWN));
    assert_true(names_own(" " OWN "\t"));
    assert_true(names_own("\"x\", " OWN));
    assert_true(names_own(OWN ",\"x\""));
    assert_true(names_own(",, ,\"x\" ,\t" OWN " , ,"));
    assert_true(names_own("\"a,b\"," OWN));
    assert_true(names_own("\"\xc3\xa9!#~\"," OWN));
    assert_true(names_own("W/" OWN "," OWN));
}

/* A weak tag never matches, nor does one that no revision has. */
static void test_what_matches_nothing(void **state)
{
    (void)state;
    static const char *const others[] = {("W/" OWN),
                                         "\"\"",
                                         "\"x\"",
                                         "\"cbf29ce48422232\"",
                                         "\"cbf29ce4842223250\"",
                                         "\"CBF29CE484222325\"",
                                         "\"cbf29ce48422232g\"",
                                         "\"0xbf29ce484222325\"",
                                         "\"cbf29ce484222325,\"",
                                         "\"*\"",
                                         "\"0123456789abcdef-7\""};
    struct mh_if_match match;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_true(parse(others[i], &match));
        assert_false(match.any);
        assert_int_equal(match.count, 0);
    }
}

static void test_malformed(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        " ",
                                        ",",
                                        " , ,\t",
                                        "x",
                                        "cbf29ce484222325",
                                        "\"",
                                        "\"cbf29ce484222325",
                                        "cbf29ce484222325\"",
                                        "W/",
                                        "W/cbf29ce484222325",
                                        "w/" OWN,
                                        "W/*",
                                        "W /" OWN,
                                        OWN OWN,
                                        OWN " " OWN,
                                        OWN ";" OWN,
                                        OWN ", x",
                                        OWN ", *",
                                        "*, " OWN,
                                        ", *",
                                        "**",
                                        "* *",
                                        "\"a b\"",
                                        "\"a\tb\"",
                                        "\"a\x7f\"",
                                        "\"\x01\""};
    struct mh_if_match match;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (parse(texts[i], &match))
            fail_msg("\"%s\" was taken", texts[i]);
}

/* `count` revisions, with as many weak tags and tags of others between them, which do not count. */
static bool parse_many(size_t count, struct mh_if_match *match)
{
    char text[2048] = "", tag[MH_ETAG_SIZE];
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s,W/\"w\",\"other\",",
                                   mh_etag_of_content(i, tag));
    assert_true(length < sizeof text);
    return parse(text, match);
}

static void test_many(void **state)
{
    (void)state;
    struct mh_if_match match;
    assert_true(parse_many(MH_IF_MATCH_MAX, &match));
    assert_int_equal(match.count, MH_IF_MATCH_MAX);
    for (size_t i = 0; i < MH_IF_MATCH_MAX; i++)
        assert_true(match.revisions[i] == i);
    assert_false(parse_many(MH_IF_MATCH_MAX + 1, &match));
}

/* Of every beginning of a list it is known whether it is one; nothing is read behind its end. */
static void test_every_prefix(void **state)
{
    (void)state;
    static const char list[] = "\"x\", W/" OWN " ," OWN;
    size_t length = sizeof list - 1, taken = 0;
    for (size_t i = 0; i <= length; i++) {
        struct mh_if_match match;
        char *text = malloc(i + 1); /* for the sanitizer */
        assert_non_null(text);
        memcpy(text, list, i);
        text[i] = '\0';
        taken += parse(text, &match);
        free(text);
    }
    assert_int_equal(taken, 7); /* behind "x", "," and " "; behind the weak one, " " and ","; the whole */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_star),         cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_lists),        cmocka_unit_test(test_what_matches_nothing),
        cmocka_unit_test(test_malformed),    cmocka_unit_test(test_many),
        cmocka_unit_test(test_every_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
