/* How long the guard waits before it looks: at once, however much goes wrong, and ever later when it is the
 * same again. */
#include "daemon/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { START = 1000 };

static void repair_one(struct mh_guard *guard, int64_t now, uint64_t key)
{
    mh_guard_note(guard, now, &key, 1);
}

static void different_things_are_no_fight(void **state)
{
    (void)state;
    struct mh_guard guard = {0};
    for (uint64_t i = 1; i <= 200; i++) {
        repair_one(&guard, START + (int64_t)i, i);
        assert_false(mh_guard_is_fight(&guard));
        assert_int_equal(mh_guard_delay(&guard, START + (int64_t)i), MH_GUARD_FIRST);
    }
}

static void the_same_again_waits_ever_longer(void **state)
{
    (void)state;
    struct mh_guard guard = {0};
    int64_t last = 0, now = START;
    for (int i = 1; i <= 30; i++, now += 10) {
        repair_one(&guard, now, 7);
        assert_true(mh_guard_is_fight(&guard) == (i == 5 || i == 10 || i == 20));
        int64_t delay = mh_guard_delay(&guard, now);
        assert_true(delay >= last && delay >= MH_GUARD_FIRST && delay <= MH_GUARD_LAST);
        last = delay;
    }
    assert_int_equal(last, MH_GUARD_LAST);
}

static void one_of_several_is_enough(void **state)
{
    (void)state;
    struct mh_guard guard = {0};
    for (uint64_t i = 0; i < 10; i++) {
        const uint64_t keys[] = {100 + i, 7};
        mh_guard_note(&guard, START, keys, 2);
    }
    assert_int_equal(guard.rounds, 10);
}

static void what_has_no_key_counts(void **state)
{
    (void)state;
    struct mh_guard guard = {0};
    for (int i = 0; i < 10; i++)
        mh_guard_note(&guard, START, NULL, 0);
    assert_int_equal(guard.rounds, 10);
}

static void quiet_ends_it(void **state)
{
    (void)state;
    struct mh_guard guard = {0};
    for (int i = 0; i < 10; i++)
        repair_one(&guard, START, 7);
    assert_true(mh_guard_delay(&guard, START + MH_GUARD_QUIET - 1) > MH_GUARD_FIRST);
    assert_int_equal(mh_guard_delay(&guard, START + MH_GUARD_QUIET), MH_GUARD_FIRST);
    repair_one(&guard, START + MH_GUARD_QUIET, 7);
    assert_int_equal(guard.rounds, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(different_things_are_no_fight),
        cmocka_unit_test(the_same_again_waits_ever_longer),
        cmocka_unit_test(one_of_several_is_enough),
        cmocka_unit_test(what_has_no_key_counts),
        cmocka_unit_test(quiet_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
