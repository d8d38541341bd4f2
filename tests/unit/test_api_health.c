/* GET /healthz is the loop's answer: while the loop does not run it is not given, though other resources
 * answer. */
#include "unit/support.h"

#include "api/server.h"
#include "daemon/command_queue.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

enum { PATIENCE = 5000 /* milliseconds */, A_WHILE = 300 };

/* A server whose loop the test runs by hand. */
struct bench {
    char directory[40], path[64];
    uv_loop_t loop;
    struct mh_platform *platform;
    struct mh_api_sources sources;
    struct mh_api *api;
};

static void run_command(void *context, enum mh_command_kind kind, struct mh_edit *edit,
                        struct mh_command_result *result)
{
    (void)edit;
    (void)context, (void)result;
    assert_int_equal(kind, MH_COMMAND_PING);
}

static void streams_changed(void *context, size_t open)
{
    (void)context, (void)open;
}

static void publish_empty_view(struct mh_view_slot *slot)
{
    struct mh_view *view = calloc(1, sizeof *view);
    assert_non_null(view);
    view->config = mh_config_empty();
    view->scenario = mh_scenario_assess(&view->snapshot, NULL, NULL);
    view->resync_reason = "start";
    mh_view_publish(slot, view);
}

static int open_bench(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct mh_api_listener listener = {.local = true};
    struct mh_failure failure;
    bool shared;
    (void)snprintf(bench->directory, sizeof bench->directory, "/tmp/multihomed-health-XXXXXX");
    assert_non_null(mkdtemp(bench->directory));
    (void)snprintf(bench->path, sizeof bench->path, "%s/api.sock", bench->directory);
    assert_int_equal(uv_loop_init(&bench->loop), 0);
    assert_int_equal(mh_platform_open("sim:" MH_SOURCE_DIRECTORY "/platform/sim/hosts/single-homed.json",
                                      &bench->platform, &failure),
                     MH_OK);
    bench->sources = (struct mh_api_sources){.views = mh_view_slot_new(),
                                             .routes = mh_route_store_new(),
                                             .events = mh_event_log_new("0123456789abcdef", 8),
                                             .commands = mh_commands_new(&bench->loop, run_command, NULL),
                                             .platform = bench->platform,
                                             .streams_changed = streams_changed};
    publish_empty_view(bench->sources.views);
    assert_int_equal(mh_listen_local(bench->path, "nogroup-there", &listener.descriptor, &shared, &failure),
                     MH_OK);
    assert_int_equal(mh_api_open(&bench->sources, &listener, &bench->api, &failure), MH_OK);
    *state = bench;
    return 0;
}

static int close_bench(void **state)
{
    struct bench *bench = *state;
    mh_commands_stop(bench->sources.commands);
    mh_api_close(bench->api);
    mh_unlisten_local(bench->path);
    mh_platform_close(bench->platform);
    uv_run(&bench->loop, UV_RUN_DEFAULT);
    mh_commands_free(bench->sources.commands);
    mh_event_log_free(bench->sources.events);
    mh_route_store_free(bench->sources.routes);
    mh_view_slot_free(bench->sources.views);
    assert_int_equal(uv_loop_close(&bench->loop), 0);
    assert_int_equal(rmdir(bench->directory), 0);
    free(bench);
    return 0;
}

/* A connection on which the target was asked for. */
static int ask(const struct bench *bench, const char *target)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char request[128];
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", bench->path);
    assert_int_equal(connect(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", target);
    assert_int_equal(write(descriptor, request, (size_t)length), length);
    return descriptor;
}

static bool answers_within(int descriptor, int milliseconds)
{
    struct pollfd waiting = {.fd = descriptor, .events = POLLIN};
    return poll(&waiting, 1, milliseconds) == 1;
}

static void assert_ok(int descriptor)
{
    char head[16] = "";
    assert_true(read(descriptor, head, sizeof head - 1) > 12);
    assert_memory_equal(head, "HTTP/1.1 200", 12);
}

static void health_is_the_loops_answer(void **state)
{
    struct bench *bench = *state;
    int health = ask(bench, "/healthz"), status = ask(bench, "/v1/status");
    assert_true(answers_within(status, PATIENCE));
    assert_ok(status);
    assert_false(answers_within(health, A_WHILE));
    uv_run(&bench->loop, UV_RUN_ONCE);
    assert_true(answers_within(health, PATIENCE));
    assert_ok(health);
    close(health);
    close(status);
}

static void a_client_that_leaves_while_it_waits_does_no_harm(void **state)
{
    struct bench *bench = *state;
    close(ask(bench, "/healthz"));
    int health = ask(bench, "/healthz");
    assert_false(answers_within(health, A_WHILE));
    while (!answers_within(health, 0))
        uv_run(&bench->loop, UV_RUN_NOWAIT);
    assert_ok(health);
    close(health);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(health_is_the_loops_answer, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(a_client_that_leaves_while_it_waits_does_no_harm, open_bench,
                                        close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
