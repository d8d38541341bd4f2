/* The simulator's watch on its file, and the faults that a file asks for. */
#define _DEFAULT_SOURCE /* uv.h needs the types of POSIX */
#include "test_sim.h"

#include <uv.h>

#define HOST(addresses)                                                                                      \
    "{\"system\": \"linux\", \"interfaces\": {\"eth0\": {\"addresses\": [" addresses "]}}}"

struct watched {
    struct sim_test test;
    uv_loop_t loop;
    uv_timer_t limit;
    bool reads; /* the reader answers a wake */
    unsigned wakes, stop_after;
    enum mh_error result;
    struct mh_failure failure;
};

static void woken(void *context)
{
    struct watched *watched = context;
    watched->wakes++;
    if (watched->reads) {
        struct mh_feed feed = sim_test_feed(&watched->test);
        watched->failure = (struct mh_failure){0};
        watched->result = mh_backend_sim.read_changes(watched->test.platform, &feed, &watched->failure);
    }
    if (watched->wakes >= watched->stop_after)
        uv_stop(&watched->loop);
}

static void too_late(uv_timer_t *limit)
{
    uv_stop(limit->loop);
}

/* Runs the loop until it was woken `wakes` times, or for `milliseconds`. Returns how often it was. */
static unsigned run(struct watched *watched, unsigned wakes, uint64_t milliseconds)
{
    watched->wakes = 0;
    watched->stop_after = wakes;
    uv_update_time(&watched->loop); /* writing a file may have taken longer than the limit */
    assert_int_equal(uv_timer_start(&watched->limit, too_late, milliseconds, 0), 0);
    (void)uv_run(&watched->loop, UV_RUN_DEFAULT);
    (void)uv_timer_stop(&watched->limit);
    return watched->wakes;
}

static void start(struct watched *watched, const char *text)
{
    struct mh_failure failure = {0};
    *watched = (struct watched){.reads = true};
    sim_test_open_text(&watched->test, text);
    assert_int_equal(uv_loop_init(&watched->loop), 0);
    assert_int_equal(uv_timer_init(&watched->loop, &watched->limit), 0);
    if (mh_backend_sim.watch(watched->test.platform, &watched->loop, woken, watched, &failure) != MH_OK)
        fail_msg("%s", failure.detail);
    sim_test_read(&watched->test);
}

static void stop(struct watched *watched)
{
    sim_test_close(&watched->test);
    uv_close((uv_handle_t *)&watched->limit, NULL);
    (void)uv_run(&watched->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&watched->loop), 0);
}

static void write_file(const struct watched *watched, const char *text)
{
    sim_test_write(watched->test.path, text, strlen(text));
}

static void replace_file(const struct watched *watched, const char *text)
{
    char beside[160];
    (void)snprintf(beside, sizeof beside, "%s.new", watched->test.path);
    sim_test_write(beside, text, strlen(text));
    assert_int_equal(rename(beside, watched->test.path), 0);
}

/* ---- the watch ------------------------------------------------------------------------------------- */

static void a_file_that_is_replaced_is_read(void **state)
{
    (void)state;
    struct watched watched;
    start(&watched, HOST("\"192.0.2.1/24\""));
    for (int round = 0; round < 3; round++) {
        replace_file(&watched, HOST("\"192.0.2.1/24\", \"198.51.100.1/24\""));
        assert_int_equal(run(&watched, 1, 5000), 1);
        assert_int_equal(watched.result, MH_OK);
        sim_test_expect_addresses(&watched.test,
                                  "lo 127.0.0.1/8\nlo ::1/128\neth0 192.0.2.1/24\neth0 198.51.100.1/24\n");
        sim_test_expect_route(&watched.test, "unicast 198.51.100.0/24 table main dev eth0 src 198.51.100.1",
                              true);
        write_file(&watched, HOST("\"203.0.113.1/24\""));
        assert_int_equal(run(&watched, 1, 5000), 1);
        sim_test_expect_addresses(&watched.test, "lo 127.0.0.1/8\nlo ::1/128\neth0 203.0.113.1/24\n");
        sim_test_expect_route(&watched.test, "unicast 198.51.100.0/24 table main dev eth0 src 198.51.100.1",
                              false);
    }
    stop(&watched);
}

static void only_what_differs_is_fed(void **state)
{
    (void)state;
    struct watched watched;
    start(&watched, HOST("\"192.0.2.1/24\""));
    memset(watched.test.begun, 0, sizeof watched.test.begun);
    write_file(&watched, HOST("\"192.0.2.1/24\", \"192.0.2.2/24\""));
    assert_int_equal(run(&watched, 1, 5000), 1);
    assert_int_equal(watched.test.begun[MH_SECTION_ADDRESSES], 1);
    assert_int_equal(watched.test.begun[MH_SECTION_ROUTES], 1);
    assert_int_equal(watched.test.begun[MH_SECTION_RULES], 0);
    assert_int_equal(watched.test.begun[MH_SECTION_SETTINGS], 0);
    stop(&watched);
}

static void a_broken_edit_is_reported_and_keeps_the_host(void **state)
{
    (void)state;
    struct watched watched;
    char expected[256];
    start(&watched, HOST("\"192.0.2.1/24\""));
    write_file(&watched, HOST("\n\"192.0.2.400/24\""));
    assert_int_equal(run(&watched, 1, 5000), 1);
    assert_int_equal(watched.result, MH_INVALID);
    (void)snprintf(
        expected, sizeof expected,
        "%s:2:1: the value is not valid (expected an address with its prefix length, \"192.0.2.1/24\", "
        "got \"192.0.2.400/24\")",
        watched.test.path);
    assert_string_equal(watched.failure.detail, expected);
    sim_test_read(&watched.test);
    sim_test_expect_addresses(&watched.test, "lo 127.0.0.1/8\nlo ::1/128\neth0 192.0.2.1/24\n");
    assert_int_equal(run(&watched, 1, 5000), 1); /* the reading met the broken file again */
    assert_int_equal(watched.result, MH_INVALID);
    assert_int_equal(unlink(watched.test.path), 0);
    assert_int_equal(run(&watched, 1, 5000), 1);
    assert_int_equal(watched.result, MH_INVALID);
    write_file(&watched, "{\"system\": \"freebsd\"}");
    assert_int_equal(run(&watched, 1, 5000), 1);
    (void)snprintf(expected, sizeof expected,
                   "%s:1:12: a running host cannot become another (expected Linux, got FreeBSD)",
                   watched.test.path);
    assert_string_equal(watched.failure.detail, expected);
    write_file(&watched, HOST("\"192.0.2.2/24\""));
    assert_int_equal(run(&watched, 1, 5000), 1);
    assert_int_equal(watched.result, MH_OK);
    sim_test_expect_addresses(&watched.test, "lo 127.0.0.1/8\nlo ::1/128\neth0 192.0.2.2/24\n");
    stop(&watched);
}

static void an_edit_before_the_watch_is_found_by_reading(void **state)
{
    (void)state;
    struct sim_test test;
    sim_test_open_text(&test, HOST("\"192.0.2.1/24\""));
    sim_test_write(test.path, HOST("\"192.0.2.9/24\""), strlen(HOST("\"192.0.2.9/24\"")));
    sim_test_read(&test);
    sim_test_expect_addresses(&test, "lo 127.0.0.1/8\nlo ::1/128\neth0 192.0.2.9/24\n");
    sim_test_close(&test);
}

static void other_files_do_not_wake(void **state)
{
    (void)state;
    struct watched watched;
    char beside[160];
    start(&watched, HOST("\"192.0.2.1/24\""));
    (void)snprintf(beside, sizeof beside, "%s.other", watched.test.path);
    sim_test_write(beside, "x", 1);
    assert_int_equal(unlink(beside), 0);
    assert_int_equal(run(&watched, 1, 100), 0);
    stop(&watched);
}

static void an_op_is_seen_like_any_change(void **state)
{
    (void)state;
    struct watched watched;
    start(&watched, HOST("\"192.0.2.1/24\""));
    struct mh_op op = sim_test_address_op(&watched.test, MH_OP_ADDRESS_ADD, "eth0", "198.51.100.1/24");
    assert_int_equal(mh_backend_sim.apply(watched.test.platform, &op, NULL), MH_OK);
    assert_int_equal(watched.wakes, 0); /* not from within the op */
    assert_int_equal(run(&watched, 1, 5000), 1);
    sim_test_expect_addresses(&watched.test,
                              "lo 127.0.0.1/8\nlo ::1/128\neth0 192.0.2.1/24\neth0 198.51.100.1/24\n");
    assert_int_equal(run(&watched, 1, 50), 0);
    stop(&watched);
}

/* A reader that does not read is woken again. */
static void the_wake_is_level_triggered(void **state)
{
    (void)state;
    struct watched watched;
    start(&watched, HOST("\"192.0.2.1/24\""));
    watched.reads = false;
    write_file(&watched, HOST("\"192.0.2.2/24\""));
    assert_int_equal(run(&watched, 3, 5000), 3);
    watched.reads = true;
    assert_int_equal(run(&watched, 1, 5000), 1);
    sim_test_expect_addresses(&watched.test, "lo 127.0.0.1/8\nlo ::1/128\neth0 192.0.2.2/24\n");
    assert_int_equal(run(&watched, 1, 50), 0);
    stop(&watched);
}

static void an_unwatchable_directory_is_an_error(void **state)
{
    (void)state;
    struct watched watched;
    struct mh_failure failure = {0};
    start(&watched, HOST(""));
    assert_int_equal(mh_backend_sim.watch(watched.test.platform, &watched.loop, woken, &watched, &failure),
                     MH_BUSY);
    stop(&watched);
}

/* ---- faults ---------------------------------------------------------------------------------------- */

static void the_nth_op_fails(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_failure failure;
    sim_test_open_text(&test, "{\"system\": \"linux\", \"interfaces\": {\"eth0\": {}}, \"faults\": [{\"op\": "
                              "\"address-add\", \"at\": 2, \"error\": \"ENOBUFS\"}]}");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "eth0", "192.0.2.1/24", "");
    sim_test_address(&test, MH_OP_ADDRESS_DELETE, "eth0", "192.0.2.1/24", "");
    struct mh_op op = sim_test_address_op(&test, MH_OP_ADDRESS_ADD, "eth0", "192.0.2.2/24");
    assert_int_equal(sim_test_apply(&test, &op, &failure), MH_NO_MEMORY);
    assert_string_equal(failure.native_name, "ENOBUFS");
    assert_int_equal(failure.native_code, 105);
    sim_test_read(&test);
    sim_test_expect_addresses(&test, "lo 127.0.0.1/8\nlo ::1/128\n");
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "eth0", "192.0.2.2/24", "");
    sim_test_close(&test);
}

static void the_nth_reading_is_lost(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_failure failure;
    sim_test_open_text(
        &test, "{\"system\": \"linux\", \"interfaces\": {\"eth0\": {}}, \"faults\": [{\"read\": "
               "\"routes\", \"at\": 2, \"lost\": true}, {\"read\": \"all\", \"at\": 3, \"lost\": true}]}");
    struct mh_feed feed = sim_test_feed(&test);
    memset(test.ended, 0, sizeof test.ended);
    memset(test.begun, 0, sizeof test.begun);
    assert_int_equal(mh_backend_sim.read_all(test.platform, &feed, &failure), MH_LOST);
    assert_int_equal(failure.code, MH_LOST);
    assert_int_equal(test.begun[MH_SECTION_ROUTES], 1);
    assert_int_equal(test.ended[MH_SECTION_ROUTES], 0);
    assert_int_equal(test.ended[MH_SECTION_ADDRESSES], 1);
    assert_int_equal(mh_backend_sim.read_all(test.platform, &feed, &failure), MH_LOST);
    assert_int_equal(test.begun[MH_SECTION_ADDRESSES], 1);
    assert_int_equal(mh_backend_sim.read_all(test.platform, &feed, &failure), MH_OK);
    assert_int_equal(test.ended[MH_SECTION_ROUTES], 1);
    sim_test_close(&test);
}

static void the_nth_changes_are_lost(void **state)
{
    (void)state;
    struct sim_test test;
    sim_test_open_text(&test,
                       "{\"system\": \"linux\", \"interfaces\": {\"eth0\": {}}, \"faults\": [{\"changes\": "
                       "\"lost\", \"at\": 2}]}");
    struct mh_feed feed = sim_test_feed(&test);
    sim_test_address(&test, MH_OP_ADDRESS_ADD, "eth0", "192.0.2.1/24", "");
    struct mh_op op = sim_test_address_op(&test, MH_OP_ADDRESS_ADD, "eth0", "192.0.2.2/24");
    assert_int_equal(mh_backend_sim.apply(test.platform, &op, NULL), MH_OK);
    assert_int_equal(mh_backend_sim.read_changes(test.platform, &feed, NULL), MH_LOST);
    sim_test_expect_addresses(&test, "lo 127.0.0.1/8\nlo ::1/128\neth0 192.0.2.1/24\n");
    sim_test_read(&test);
    sim_test_expect_addresses(&test,
                              "lo 127.0.0.1/8\nlo ::1/128\neth0 192.0.2.1/24\neth0 192.0.2.2/24 secondary\n");
    assert_int_equal(mh_backend_sim.read_changes(test.platform, &feed, NULL), MH_OK);
    sim_test_close(&test);
}

/* What the receiver answers ends the reading, and what was not fed is still there to feed. */
static enum mh_error refuse(void *context, enum mh_section section)
{
    (void)context;
    return section == MH_SECTION_ADDRESSES ? MH_NO_MEMORY : MH_OK;
}

static void a_receiver_can_refuse(void **state)
{
    (void)state;
    struct sim_test test;
    struct mh_failure failure;
    sim_test_open_text(&test, HOST("\"192.0.2.1/24\""));
    struct mh_feed feed = sim_test_feed(&test), refusing = feed;
    refusing.begin = refuse;
    struct mh_op op = sim_test_address_op(&test, MH_OP_ADDRESS_ADD, "eth0", "192.0.2.2/24");
    assert_int_equal(mh_backend_sim.apply(test.platform, &op, NULL), MH_OK);
    assert_int_equal(mh_backend_sim.read_changes(test.platform, &refusing, &failure), MH_NO_MEMORY);
    assert_int_equal(mh_backend_sim.read_changes(test.platform, &feed, &failure), MH_OK);
    sim_test_expect_addresses(&test,
                              "lo 127.0.0.1/8\nlo ::1/128\neth0 192.0.2.1/24\neth0 192.0.2.2/24 secondary\n");
    sim_test_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_is_replaced_is_read),
        cmocka_unit_test(only_what_differs_is_fed),
        cmocka_unit_test(a_broken_edit_is_reported_and_keeps_the_host),
        cmocka_unit_test(an_edit_before_the_watch_is_found_by_reading),
        cmocka_unit_test(other_files_do_not_wake),
        cmocka_unit_test(an_op_is_seen_like_any_change),
        cmocka_unit_test(the_wake_is_level_triggered),
        cmocka_unit_test(an_unwatchable_directory_is_an_error),
        cmocka_unit_test(the_nth_op_fails),
        cmocka_unit_test(the_nth_reading_is_lost),
        cmocka_unit_test(the_nth_changes_are_lost),
        cmocka_unit_test(a_receiver_can_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
