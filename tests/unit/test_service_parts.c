/* What loop and readers share: views, the event log, the command queue; and the small parts of start-up. */
#include "unit/support.h"

#include "core/time_text.h"
#include "daemon/command_queue.h"
#include "daemon/event_log.h"
#include "daemon/options.h"
#include "daemon/token.h"
#include "daemon/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

/* ---- views ----------------------------------------------------------------------------------------- */

enum { READERS = 3, VIEWS = 2000 };

/* The smallest complete view; its resync_count says how manieth it is. */
static struct mh_view *make_view(uint64_t number)
{
    struct mh_view *view = calloc(1, sizeof *view);
    assert_non_null(view);
    view->resync_count = number;
    view->config = mh_config_empty();
    return view;
}

static void read_views(void *argument)
{
    struct mh_view_slot *slot = argument;
    uint64_t last = 0;
    while (last < VIEWS) {
        const struct mh_view *view = mh_view_acquire(slot);
        if (view->generation < last || view->resync_count != view->generation)
            abort();
        last = view->generation;
        mh_view_release(view);
    }
}

static void readers_see_whole_views_in_order(void **state)
{
    uv_thread_t threads[READERS];
    struct mh_view_slot *slot = mh_view_slot_new();
    (void)state;
    mh_view_publish(slot, make_view(1));
    for (int i = 0; i < READERS; i++)
        assert_int_equal(uv_thread_create(&threads[i], read_views, slot), 0);
    for (uint64_t number = 2; number <= VIEWS; number++)
        mh_view_publish(slot, make_view(number));
    for (int i = 0; i < READERS; i++)
        uv_thread_join(&threads[i]);
    mh_view_slot_free(slot);
}

static void a_view_outlives_its_successor(void **state)
{
    struct mh_view_slot *slot = mh_view_slot_new();
    (void)state;
    mh_view_publish(slot, make_view(1));
    const struct mh_view *held = mh_view_acquire(slot);
    mh_view_publish(slot, make_view(2));
    mh_view_slot_free(slot);
    assert_int_equal(held->resync_count, 1);
    mh_view_release(held);
}

/* ---- events ---------------------------------------------------------------------------------------- */

static void events_are_numbered_and_fall_out(void **state)
{
    struct mh_event_log *log = mh_event_log_new("0123456789abcdef", 3);
    uint64_t sequence;
    char *text;
    (void)state;
    assert_int_equal(mh_event_log_read(log, 0, &sequence, &text), MH_EVENT_NONE_YET);
    for (int i = 1; i <= 5; i++)
        mh_event_log_append(log, MH_EVENT_ADDRESS_ADDED, 7, "192.0.2.1/24", "{\"interface\": \"eth0\"}");
    assert_int_equal(mh_event_log_newest(log), 5);
    assert_int_equal(mh_event_log_read(log, 1, &sequence, &text), MH_EVENT_TOO_OLD);
    assert_int_equal(mh_event_log_read(log, 5, &sequence, &text), MH_EVENT_NONE_YET);
    assert_int_equal(mh_event_log_read(log, 2, &sequence, &text), MH_EVENT_FOUND);
    assert_int_equal(sequence, 3);
    assert_non_null(strstr(text, "\"type\":\"address-added\""));
    assert_non_null(strstr(text, "\"interface\":\"eth0\""));
    assert_non_null(strstr(text, "\"instance\":\"0123456789abcdef\""));
    assert_null(strchr(text, '\n'));
    free(text);
    mh_event_log_free(log);
}

static void a_detail_cannot_replace_the_events_own_members(void **state)
{
    struct mh_event_log *log = mh_event_log_new("0123456789abcdef", 3);
    uint64_t sequence;
    char *text;
    (void)state;
    mh_event_log_append(log, MH_EVENT_RESYNC, 1, "start", "{\"sequence\": 99, \"more\": 1}");
    assert_int_equal(mh_event_log_read(log, 0, &sequence, &text), MH_EVENT_FOUND);
    assert_non_null(strstr(text, "\"sequence\":1,"));
    assert_non_null(strstr(text, "\"more\":1"));
    free(text);
    mh_event_log_free(log);
}

/* ---- commands -------------------------------------------------------------------------------------- */

struct tally {
    unsigned done, busy;
};

static void run_command(void *context, enum mh_command_kind kind, struct mh_edit *edit,
                        struct mh_command_result *result)
{
    (void)kind;
    (void)edit;
    result->generation = ++*(uint64_t *)context;
}

static void command_done(void *context, const struct mh_command_result *result)
{
    struct tally *tally = context;
    *(result->code == MH_BUSY ? &tally->busy : &tally->done) += 1;
}

static void every_command_is_answered_once(void **state)
{
    uint64_t ran = 0;
    struct tally tally = {0};
    unsigned accepted = 0;
    uv_loop_t loop;
    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    struct mh_commands *commands = mh_commands_new(&loop, run_command, &ran);
    for (int i = 0; i < 10; i++)
        assert_true(mh_commands_submit(commands, MH_COMMAND_RESYNC, NULL, command_done, &tally));
    while (tally.done < 10)
        uv_run(&loop, UV_RUN_ONCE);
    for (int i = 0; i < 1000; i++)
        accepted += mh_commands_submit(commands, MH_COMMAND_RESYNC, NULL, command_done, &tally);
    assert_true(accepted > 0 && accepted < 1000);
    mh_commands_stop(commands);
    assert_false(mh_commands_submit(commands, MH_COMMAND_RESYNC, NULL, command_done, &tally));
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(tally.done, 10);
    assert_int_equal(tally.busy, accepted);
    assert_int_equal(ran, 10);
    mh_commands_free(commands);
    assert_int_equal(uv_loop_close(&loop), 0);
}

/* ---- start-up -------------------------------------------------------------------------------------- */

static void options(void **state)
{
    char *good[] = {"multihomed",   "--config",    "/c.json", "--listen=[::1]:9000",
                    "--foreground", "--log-level", "debug"};
    struct mh_options parsed;
    (void)state;
    assert_true(mh_options_parse(7, good, &parsed));
    assert_string_equal(parsed.config, "/c.json");
    assert_string_equal(parsed.listen, "::1");
    assert_int_equal(parsed.listen_port, 9000);
    assert_true(parsed.foreground);
    assert_int_equal(parsed.log_level, MH_LOG_DEBUG);
    static char *const wrong[] = {
        "--conf", "-x", "file", "--config", "--foreground=1", "--listen=:1", "--log-level=loud"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char *arguments[] = {"multihomed", wrong[i]};
        assert_false(mh_options_parse(2, arguments, &parsed));
    }
}

static void listen_addresses(void **state)
{
    static const struct {
        const char *text, *address;
        uint16_t port;
    } rows[] = {{"127.0.0.1:80", "127.0.0.1", 80},
                {"127.0.0.1", "127.0.0.1", 8642},
                {"9000", "127.0.0.1", 9000},
                {"[::1]", "::1", 8642},
                {"::1", "::1", 8642},
                {"localhost:0", "localhost", 0}};
    static const char *const wrong[] = {
        "", ":", "[::1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:8x", "[::1]80"};
    char address[64];
    uint16_t port;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(mh_options_split_listen(rows[i].text, address, &port));
        assert_string_equal(address, rows[i].address);
        assert_int_equal(port, rows[i].port);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(mh_options_split_listen(wrong[i], address, &port));
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void tokens(void **state)
{
    char directory[] = "/tmp/multihomed-token-XXXXXX", path[64], first[MH_TOKEN_SIZE], again[MH_TOKEN_SIZE];
    struct mh_failure failure;
    struct stat status;
    (void)state;
    assert_non_null(mkdtemp(directory));
    (void)snprintf(path, sizeof path, "%s/token", directory);
    assert_int_equal(mh_token_read(NULL, directory, first, &failure), MH_OK);
    assert_int_equal(strlen(first), 64);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(mh_token_read(NULL, directory, again, &failure), MH_OK);
    assert_string_equal(first, again);
    write_file(path, "secret\n");
    assert_int_equal(mh_token_read(path, "/nowhere", again, &failure), MH_OK);
    assert_string_equal(again, "secret");
    static const char *const wrong[] = {"", "\n", "two words", "\001", "line\nline"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        write_file(path, wrong[i]);
        assert_int_equal(mh_token_read(path, directory, again, &failure), MH_INVALID);
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void times_are_those_of_gmtime(void **state)
{
    uint64_t seed = 3339;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char ours[MH_TIME_TEXT_SIZE], theirs[MH_TIME_TEXT_SIZE], whole[2 * MH_TIME_TEXT_SIZE];
        int64_t wall = (int64_t)(mh_test_random(&seed) % 250000000000000ULL) - 2000000000000LL;
        int64_t milliseconds = ((wall % 1000) + 1000) % 1000;
        time_t seconds = (time_t)((wall - milliseconds) / 1000);
        struct tm parts;
        assert_non_null(gmtime_r(&seconds, &parts));
        assert_true(strftime(theirs, sizeof theirs, "%Y-%m-%dT%H:%M:%S", &parts) > 0);
        (void)snprintf(whole, sizeof whole, "%s.%03dZ", theirs, (int)milliseconds);
        assert_string_equal(mh_time_format(wall, ours), whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_see_whole_views_in_order),
        cmocka_unit_test(a_view_outlives_its_successor),
        cmocka_unit_test(events_are_numbered_and_fall_out),
        cmocka_unit_test(a_detail_cannot_replace_the_events_own_members),
        cmocka_unit_test(every_command_is_answered_once),
        cmocka_unit_test(options),
        cmocka_unit_test(listen_addresses),
        cmocka_unit_test(tokens),
        cmocka_unit_test(times_are_those_of_gmtime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
