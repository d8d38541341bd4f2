/* Settings of one interface together with those for all. */
#include "unit/support.h"

#include "core/effective.h"
#include "core/host.h"

struct fixture {
    struct mh_host *host;
    struct mh_snapshot snapshot;
};

static void set(struct fixture *fixture, uint32_t interface, enum mh_setting_id id, int32_t value)
{
    const struct mh_setting setting = {
        .interface = interface, .family = MH_IPV4, .id = (uint8_t)id, .value = value};
    const struct mh_fact fact = {
        .section = MH_SECTION_SETTINGS, .change = MH_PRESENT, .of.setting = &setting};
    assert_int_equal(mh_host_fact(fixture->host, &fact), MH_OK);
}

/* The effective value with `own` on interface 2 and `all`. */
static int32_t combine(enum mh_setting_id id, int32_t own, int32_t all)
{
    struct fixture fixture = {.host = mh_host_new()};
    int32_t value = -1;
    set(&fixture, 2, id, own);
    set(&fixture, MH_SETTING_ALL, id, all);
    mh_host_snapshot(fixture.host, &fixture.snapshot);
    assert_true(mh_setting_effective(&fixture.snapshot, 2, id, &value));
    mh_snapshot_clear(&fixture.snapshot);
    mh_host_free(fixture.host);
    return value;
}

static void test_greater(void **state)
{
    (void)state;
    static const enum mh_setting_id ids[] = {MH_SETTING_ARP_IGNORE, MH_SETTING_ARP_ANNOUNCE,
                                             MH_SETTING_RP_FILTER};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(combine(ids[i], 0, 0), 0);
        assert_int_equal(combine(ids[i], 2, 1), 2);
        assert_int_equal(combine(ids[i], 1, 2), 2);
    }
}

static void test_either(void **state)
{
    (void)state;
    static const enum mh_setting_id ids[] = {MH_SETTING_ARP_FILTER, MH_SETTING_PROXY_ARP};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(combine(ids[i], 0, 0), 0);
        assert_int_equal(combine(ids[i], 1, 0), 1);
        assert_int_equal(combine(ids[i], 0, 1), 1);
        assert_int_equal(combine(ids[i], 1, 1), 1);
    }
}

static void test_not_known(void **state)
{
    (void)state;
    struct fixture fixture = {.host = mh_host_new()};
    int32_t value = 77;
    set(&fixture, 2, MH_SETTING_ARP_IGNORE, 1);
    set(&fixture, MH_SETTING_ALL, MH_SETTING_RP_FILTER, 1);
    set(&fixture, 2, MH_SETTING_FORWARDING, 1);
    set(&fixture, MH_SETTING_ALL, MH_SETTING_FORWARDING, 1);
    mh_host_snapshot(fixture.host, &fixture.snapshot);
    assert_false(mh_setting_effective(&fixture.snapshot, 2, MH_SETTING_ARP_IGNORE, &value));
    assert_false(mh_setting_effective(&fixture.snapshot, 2, MH_SETTING_RP_FILTER, &value));
    assert_false(mh_setting_effective(&fixture.snapshot, 2, MH_SETTING_FORWARDING, &value));
    assert_false(mh_setting_combines(MH_SETTING_FORWARDING));
    assert_int_equal(value, 77);
    mh_snapshot_clear(&fixture.snapshot);
    mh_host_free(fixture.host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greater),
        cmocka_unit_test(test_either),
        cmocka_unit_test(test_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
