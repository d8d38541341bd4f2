/* What becomes of a BSD's capabilities on the host as it is: pf, forwarding, and the switches that the kernel
 * has. */
#include "support.h"

#include "common/capability_bsd.h"
#include "core/snapshot.h"

#include <string.h>

struct asked {
    struct mh_setting settings[4];
    struct mh_snapshot snapshot;
    struct mh_capability_here here;
};

static const struct mh_capability *row_of(enum mh_dialect dialect, const char *release, const char *intent,
                                          enum mh_family family)
{
    for (const struct mh_capability *row = mh_bsd_capability_rows(dialect, release); row->intent != NULL;
         row++)
        if (strcmp(row->intent, intent) == 0 && (row->family == MH_FAMILY_NONE || row->family == family))
            return row;
    fail_msg("no row %s", intent);
    return NULL;
}

/* In the snapshot's order: by family, then by id. */
static void set(struct asked *asked, enum mh_family family, enum mh_setting_id id, int32_t value)
{
    struct mh_setting *setting = &asked->settings[asked->snapshot.setting_count++];
    *setting = (struct mh_setting){.family = (uint8_t)family, .id = (uint8_t)id, .value = value};
    asked->snapshot.settings = asked->settings;
}

static void says(struct asked *asked, const struct mh_capability *row, enum mh_support support,
                 const char *part)
{
    mh_capability_of_host(row, true, &asked->snapshot, &asked->here);
    assert_string_equal(mh_support_name(asked->here.support), mh_support_name(support));
    if (strstr(asked->here.reason, part) == NULL)
        fail_msg("%s: %s", row->intent, asked->here.reason);
}

/* ---- pf --------------------------------------------------------------------------------------------- */

static void rules_need_the_anchor(void **state)
{
    (void)state;
    static const struct {
        int32_t value;
        const char *part;
    } states[] = {{MH_OWN_TABLE_NO_PROGRAM, "pfctl is not installed"},
                  {MH_OWN_TABLE_NOT_PERMITTED, "without the privilege"},
                  {MH_OWN_TABLE_FOREIGN, "has not made"},
                  {MH_OWN_TABLE_UNREADABLE, "cannot be read"},
                  {MH_OWN_TABLE_OFF, "multihomed: pf is not enabled (pfctl -e)."},
                  {MH_OWN_TABLE_NOT_NAMED, "does not name the anchor; add: anchor \"multihomed\"."}};
    static const char *const intents[] = {"rules", "host_model.send", "source_routing"};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        for (size_t j = 0; j < sizeof intents / sizeof intents[0]; j++) {
            struct asked asked = {.snapshot = {0}};
            set(&asked, MH_IPV4, MH_SETTING_OWN_TABLE, states[i].value);
            says(&asked, row_of(MH_DIALECT_FREEBSD, "", intents[j], MH_IPV4), MH_NOT_SUPPORTED,
                 states[i].part);
            says(&asked, row_of(MH_DIALECT_OPENBSD, "", intents[j], MH_IPV6), MH_NOT_SUPPORTED,
                 states[i].part);
            says(&asked, row_of(MH_DIALECT_NETBSD, "", intents[j], MH_IPV4), MH_NOT_SUPPORTED, "npf");
            says(&asked, row_of(MH_DIALECT_FREEBSD, "", "source_preferences", MH_IPV4), MH_EMULATED, "-ifa");
        }
}

static void rules_are_emulated_where_pf_can(void **state)
{
    (void)state;
    struct asked asked = {.snapshot = {0}};
    const struct mh_capability *row = row_of(MH_DIALECT_FREEBSD, "14.0-RELEASE", "rules", MH_IPV4);
    says(&asked, row, MH_NOT_SUPPORTED, "cannot be read"); /* not known */
    set(&asked, MH_IPV4, MH_SETTING_OWN_TABLE, MH_OWN_TABLE_USABLE);
    says(&asked, row, MH_EMULATED, "route-to");
}

/* ---- strong receive --------------------------------------------------------------------------------- */

static void freebsd_has_one_switch_or_the_other(void **state)
{
    (void)state;
    struct asked late = {.snapshot = {0}}, early = {.snapshot = {0}}, none = {.snapshot = {0}};
    const struct mh_capability *row =
        row_of(MH_DIALECT_FREEBSD, "14.1-RELEASE", "host_model.receive", MH_IPV4);
    const struct mh_capability *old =
        row_of(MH_DIALECT_FREEBSD, "13.2-RELEASE", "host_model.receive", MH_IPV4);
    set(&late, MH_IPV4, MH_SETTING_STRONG_END_SYSTEM, 0);
    says(&late, row, MH_HOST_WIDE, "net.inet.ip.rfc1122_strong_es");
    set(&early, MH_IPV4, MH_SETTING_CHECK_INTERFACE, 0);
    says(&early, old, MH_HOST_WIDE, "net.inet.ip.check_interface");
    says(&none, row, MH_NOT_SUPPORTED, "no switch");
    says(&late, row_of(MH_DIALECT_FREEBSD, "", "host_model.receive", MH_IPV6), MH_NOT_SUPPORTED, "IPv6");
}

static void forwarding_ends_strong_receive(void **state)
{
    (void)state;
    struct asked asked = {.snapshot = {0}};
    set(&asked, MH_IPV4, MH_SETTING_FORWARDING, 1);
    set(&asked, MH_IPV4, MH_SETTING_CHECK_INTERFACE, 1);
    set(&asked, MH_IPV6, MH_SETTING_FORWARDING, 0);
    says(&asked, row_of(MH_DIALECT_NETBSD, "", "host_model.receive", MH_IPV4), MH_NOT_SUPPORTED,
         "this host forwards");
    says(&asked, row_of(MH_DIALECT_OPENBSD, "", "host_model.receive", MH_IPV4), MH_NOT_SUPPORTED,
         "this host forwards");
    says(&asked, row_of(MH_DIALECT_OPENBSD, "", "host_model.receive", MH_IPV6), MH_BUILT_IN, "no other");
}

/* ---- the tables ------------------------------------------------------------------------------------- */

static void reasons_are_sentences(void **state)
{
    (void)state;
    static const enum mh_dialect dialects[] = {MH_DIALECT_FREEBSD, MH_DIALECT_NETBSD, MH_DIALECT_OPENBSD};
    for (size_t i = 0; i < 3; i++) {
        size_t count = 0;
        const struct mh_capability *row = mh_bsd_capability_rows(dialects[i], "");
        for (; row->intent != NULL; row++, count++)
            assert_int_equal(row->reason[strlen(row->reason) - 1], '.');
        assert_true(count >= 19);
    }
    assert_null(mh_bsd_capability_rows(MH_DIALECT_LINUX, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_need_the_anchor),
        cmocka_unit_test(rules_are_emulated_where_pf_can),
        cmocka_unit_test(freebsd_has_one_switch_or_the_other),
        cmocka_unit_test(forwarding_ends_strong_receive),
        cmocka_unit_test(reasons_are_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
