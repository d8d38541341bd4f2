/* Being told to end by the console. */
#include "support.h"

#include "platform.h"
#include "windows/host/console.h"

#include <stdatomic.h>

static void count_stop(void *context, enum mh_service_control control)
{
    assert_int_equal(control, MH_SERVICE_STOP);
    atomic_fetch_add((atomic_int *)context, 1);
}

static DWORD WINAPI deliver(void *event)
{
    return (DWORD)mh_console_handle(*(const DWORD *)event);
}

static void keys_ask_for_an_end(void **state)
{
    (void)state;
    atomic_int stops = 0;
    mh_service_hear(count_stop, &stops);
    assert_true(mh_console_handle(CTRL_C_EVENT));
    assert_true(mh_console_handle(CTRL_BREAK_EVENT));
    assert_int_equal(stops, 2);
    assert_false(mh_console_handle(77));
    assert_int_equal(stops, 2);
    mh_service_hear(NULL, NULL);
    assert_true(mh_console_handle(CTRL_C_EVENT)); /* it ends already */
    assert_int_equal(stops, 2);
}

static void nobody_is_told_twice_over(void **state)
{
    (void)state;
    atomic_int stops = 0;
    mh_service_hear(count_stop, &stops);
    mh_service_hear(NULL, NULL);
    assert_false(mh_console_handle(CTRL_C_EVENT));
    assert_false(mh_console_handle(CTRL_CLOSE_EVENT));
    assert_int_equal(stops, 0);
}

/* The process would be gone with the handler's return. */
static void what_ends_the_process_waits(void **state)
{
    (void)state;
    static atomic_int stops;
    static const DWORD events[] = {CTRL_CLOSE_EVENT, CTRL_SHUTDOWN_EVENT};
    mh_service_hear(count_stop, &stops);
    for (int i = 0; i < 2; i++) {
        HANDLE thread = CreateThread(NULL, 0, deliver, (void *)(uintptr_t)&events[i], 0, NULL);
        assert_non_null(thread);
        assert_int_equal(WaitForSingleObject(thread, 200), WAIT_TIMEOUT);
        assert_int_equal(stops, i + 1);
        (void)CloseHandle(thread);
    }
    mh_service_hear(NULL, NULL);
}

/* Where there is a console: the system calls the handler. */
static void the_system_delivers(void **state)
{
    (void)state;
    atomic_int stops = 0;
    (void)FreeConsole();
    if (!AllocConsole())
        skip_because("no console can be made here");
    mh_service_hear(count_stop, &stops);
    if (!GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0)) {
        mh_service_hear(NULL, NULL);
        skip_because("GenerateConsoleCtrlEvent does not work here");
    }
    for (int i = 0; i < 100 && stops == 0; i++)
        Sleep(20);
    mh_service_hear(NULL, NULL);
    assert_int_equal(stops, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_ask_for_an_end),
        cmocka_unit_test(nobody_is_told_twice_over),
        cmocka_unit_test(what_ends_the_process_waits),
        cmocka_unit_test(the_system_delivers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
