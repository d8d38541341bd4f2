/* What a service of Windows tells of itself, step by step, and how long one waits for it. */
#include "unit/support.h"

#include "common/service_status_windows.h"

static void test_a_life(void **state)
{
    struct mh_service_status status = {.state = MH_SERVICE_STOPPED};
    (void)state;
    assert_true(mh_service_status_start(&status));
    assert_int_equal(status.state, MH_SERVICE_START_PENDING);
    assert_int_equal(status.checkpoint, 1);
    assert_true(status.wait_hint > 0);
    assert_int_equal(status.accepted, 0);
    assert_true(mh_service_status_progress(&status));
    assert_int_equal(status.checkpoint, 2);
    assert_true(mh_service_status_ready(&status));
    assert_int_equal(status.state, MH_SERVICE_RUNNING);
    assert_int_equal(status.checkpoint, 0);
    assert_int_equal(status.wait_hint, 0);
    assert_int_equal(status.accepted, 0x14d); /* stop, shutdown, paramchange, power events, preshutdown */
    assert_true(mh_service_status_stop(&status));
    assert_int_equal(status.state, MH_SERVICE_STOP_PENDING);
    assert_int_equal(status.checkpoint, 1);
    assert_int_equal(status.accepted, 0);
    assert_true(mh_service_status_stop(&status));
    assert_int_equal(status.checkpoint, 2);
    assert_true(mh_service_status_end(&status, 0));
    assert_int_equal(status.state, MH_SERVICE_STOPPED);
    assert_int_equal(status.error, 0);
    assert_int_equal(status.checkpoint, 0);
}

static void test_an_error(void **state)
{
    struct mh_service_status status = {.state = MH_SERVICE_STOPPED};
    (void)state;
    (void)mh_service_status_start(&status);
    assert_true(mh_service_status_end(&status, 2));
    assert_int_equal(status.error, 1066);
    assert_int_equal(status.own_error, 2);
}

static void assert_nothing_but(bool (*allowed)(struct mh_service_status *status),
                               const struct mh_service_status *before)
{
    bool (*const steps[])(struct mh_service_status * status) = {
        mh_service_status_progress, mh_service_status_ready, mh_service_status_stop};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct mh_service_status status = *before;
        if (steps[i] == allowed)
            continue;
        assert_false(steps[i](&status));
        assert_memory_equal(&status, before, sizeof status);
    }
}

static void test_out_of_order(void **state)
{
    struct mh_service_status status = {.state = MH_SERVICE_STOPPED};
    (void)state;
    assert_nothing_but(NULL, &status);
    assert_false(mh_service_status_end(&status, 1));
    (void)mh_service_status_start(&status);
    (void)mh_service_status_ready(&status);
    assert_nothing_but(mh_service_status_stop, &status);
    (void)mh_service_status_stop(&status);
    assert_false(mh_service_status_ready(&status)); /* stopped before it was ready */
    assert_int_equal(status.state, MH_SERVICE_STOP_PENDING);
}

static bool lasts(struct mh_service_patience *patience, uint32_t checkpoint, uint32_t hint, uint64_t now)
{
    const struct mh_service_status seen = {.checkpoint = checkpoint, .wait_hint = hint};
    return mh_service_patience_lasts(patience, &seen, now);
}

static void test_patience(void **state)
{
    struct mh_service_patience patience = {0};
    (void)state;
    assert_true(lasts(&patience, 1, 5000, 100));
    assert_true(lasts(&patience, 1, 5000, 5100));
    assert_false(lasts(&patience, 1, 5000, 5101));
    assert_true(lasts(&patience, 2, 5000, 5101));
    assert_true(lasts(&patience, 2, 5000, 10101));
    assert_false(lasts(&patience, 1, 5000, 10102)); /* back is no progress */
}

static void test_hints_that_make_no_sense(void **state)
{
    struct mh_service_patience patience = {0};
    (void)state;
    assert_true(lasts(&patience, 0, 0, 0));
    assert_true(lasts(&patience, 0, 0, 1000));
    assert_false(lasts(&patience, 0, 0, 1001));
    assert_true(lasts(&patience, 0, UINT32_MAX, 120000));
    assert_false(lasts(&patience, 0, UINT32_MAX, 120001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_life),
        cmocka_unit_test(test_an_error),
        cmocka_unit_test(test_out_of_order),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_hints_that_make_no_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
