/* DOC: The service is one loop (libuv) that owns all mutable state, and the HTTP server's threads, which read
 * what the loop publishes. It sleeps until the kernel, a signal or a client has something to say: the only
 * timer is the heartbeat of open event streams, and it runs only while there are any. */
#include "daemon/service.h"

#include "api/server.h"
#include "daemon/command_queue.h"
#include "daemon/keeper.h"
#include "daemon/observer.h"
#include "daemon/token.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { EVENTS_KEPT = 4096, PAGES_KEPT = 32, HEARTBEAT = 15000 /* milliseconds */, SIGNALS = 3 };

struct service {
    struct mh_startup *startup;
    uv_loop_t loop;
    uv_signal_t signals[SIGNALS];
    uv_timer_t heartbeat;
    uv_async_t streams_wake;
    atomic_size_t streams;
    uv_async_t controls_wake;
    atomic_uint controls; /* what was asked for: bits, 1 << enum mh_service_control */
    bool handles_made;
    struct mh_view_slot *views;
    struct mh_route_store *routes;
    struct mh_event_log *events;
    struct mh_commands *commands;
    struct mh_observer *observer;
    struct mh_pages *pages;
    struct mh_keeper *keeper;
    struct mh_api *api; /* NULL until the first listener is served */
    bool local_made;
};

/* ---- what the loop is told ------------------------------------------------------------------------- */

static void published(void *context)
{
    struct service *service = context;
    if (service->keeper != NULL)
        mh_keeper_look(service->keeper);
    if (service->api != NULL)
        mh_api_wake_streams(service->api, false);
}

static const struct mh_ledger *own_ledger(void *context)
{
    const struct service *service = context;
    return service->keeper != NULL ? mh_keeper_ledger(service->keeper) : NULL;
}

static void beat(uv_timer_t *timer)
{
    struct service *service = timer->data;
    mh_api_wake_streams(service->api, true);
}

static void streams_changed(void *context, size_t open)
{
    struct service *service = context;
    atomic_store(&service->streams, open);
    uv_async_send(&service->streams_wake);
}

static void follow_streams(uv_async_t *wake)
{
    struct service *service = wake->data;
    if (atomic_load(&service->streams) == 0)
        uv_timer_stop(&service->heartbeat);
    else if (!uv_is_active((uv_handle_t *)&service->heartbeat))
        uv_timer_start(&service->heartbeat, beat, HEARTBEAT, HEARTBEAT);
}

static void report_unsupported(const struct mh_log *log, const struct mh_config *config)
{
    for (size_t i = 0; i < mh_config_unsupported_count(config); i++)
        mh_log_write(log, MH_LOG_WARNING, "configuration: %s is unsupported by this version and does nothing",
                     mh_config_unsupported(config, i));
}

/* Reads the file again; a wrong one leaves the configuration as it is. */
static void reload(struct service *service)
{
    struct mh_edit edit = {.kind = MH_EDIT_RELOAD};
    mh_keeper_edit(service->keeper, &edit);
    free(edit.body);
    if (edit.outcome != MH_EDIT_DONE)
        mh_log_write(&service->startup->log, MH_LOG_ERROR, "configuration not reloaded: %s",
                     edit.failure.detail);
}

static void run_command(void *context, enum mh_command_kind kind, struct mh_edit *edit,
                        struct mh_command_result *result)
{
    struct service *service = context;
    switch (kind) {
    case MH_COMMAND_PING:
        break;
    case MH_COMMAND_RESYNC:
        result->code = mh_observer_resync(service->observer, "asked for", &result->failure);
        break;
    case MH_COMMAND_EDIT:
        mh_keeper_edit(service->keeper, edit);
        break;
    }
    const struct mh_view *view = mh_view_acquire(service->views);
    result->generation = view->generation;
    mh_view_release(view);
}

static void stop(struct service *service)
{
    mh_log_write(&service->startup->log, MH_LOG_INFO, "ending; the network stays as it is");
    uv_stop(&service->loop);
}

static void signalled(uv_signal_t *handle, int number)
{
    struct service *service = handle->data;
    if (number == SIGHUP)
        reload(service);
    else
        stop(service);
}

/* Any thread. */
static void told(void *context, enum mh_service_control control)
{
    struct service *service = context;
    atomic_fetch_or(&service->controls, 1U << control);
    uv_async_send(&service->controls_wake);
}

static void follow_controls(uv_async_t *wake)
{
    struct service *service = wake->data;
    unsigned controls = atomic_exchange(&service->controls, 0);
    struct mh_failure failure;
    if ((controls & 1U << MH_SERVICE_RELOAD) != 0)
        reload(service);
    if ((controls & 1U << MH_SERVICE_RESYNC) != 0 &&
        mh_observer_resync(service->observer, "the system was asleep", &failure) != MH_OK)
        mh_log_write(&service->startup->log, MH_LOG_ERROR, "not read anew: %s", failure.detail);
    if ((controls & 1U << MH_SERVICE_STOP) != 0)
        stop(service);
}

/* ---- start ----------------------------------------------------------------------------------------- */

static bool make_handles(struct service *service)
{
    static const int numbers[SIGNALS] = {SIGHUP, SIGTERM, SIGINT};
    if (uv_loop_init(&service->loop) != 0)
        return false;
    uv_timer_init(&service->loop, &service->heartbeat);
    service->heartbeat.data = service;
    service->streams_wake.data = service;
    service->controls_wake.data = service;
    if (uv_async_init(&service->loop, &service->streams_wake, follow_streams) != 0 ||
        uv_async_init(&service->loop, &service->controls_wake, follow_controls) != 0)
        return false;
    for (int i = 0; i < SIGNALS; i++) {
        uv_signal_init(&service->loop, &service->signals[i]);
        service->signals[i].data = service;
        uv_signal_start(&service->signals[i], signalled, numbers[i]);
    }
    service->handles_made = true;
    mh_service_hear(told, service); /* behind libuv, whose handler of the console would not hear of all */
    return true;
}

/* A word that changes with every start, written to the state directory for those who look there. */
static enum mh_error make_instance(const char *state, char instance[MH_INSTANCE_SIZE],
                                   struct mh_failure *failure)
{
    uint64_t random;
    char path[sizeof(((struct mh_paths *)0)->state) + 16];
    if (!mh_random(&random, sizeof random))
        return mh_fail(failure, MH_IO, "the system has no random numbers");
    (void)snprintf(instance, MH_INSTANCE_SIZE, "%016llx", (unsigned long long)random);
    (void)snprintf(path, sizeof path, "%s/instance", state);
    return mh_file_replace(path, instance, strlen(instance), 0640, failure);
}

static enum mh_error make_parts(struct service *service, struct mh_failure *failure)
{
    char instance[MH_INSTANCE_SIZE];
    enum mh_error code = make_instance(service->startup->paths.state, instance, failure);
    if (code != MH_OK)
        return code;
    service->views = mh_view_slot_new();
    service->routes = mh_route_store_new();
    service->events = mh_event_log_new(instance, EVENTS_KEPT);
    if (!make_handles(service))
        return mh_fail(failure, MH_IO, "the event loop cannot be made");
    service->commands = mh_commands_new(&service->loop, run_command, service);
    const struct mh_observer_parts parts = {.platform = service->startup->platform,
                                            .views = service->views,
                                            .routes = service->routes,
                                            .events = service->events,
                                            .log = &service->startup->log,
                                            .loop = &service->loop,
                                            .published = published,
                                            .ledger = own_ledger,
                                            .context = service};
    service->observer = mh_observer_new(&parts);
    service->pages = mh_pages_new(PAGES_KEPT);
    if (service->views == NULL || service->pages == NULL || service->routes == NULL ||
        service->events == NULL || service->commands == NULL || service->observer == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    return mh_observer_start(service->observer, service->startup->config, failure);
}

/* Before anybody can ask for changes: what is unfinished is finished, and the host is made as the file says.
 */
static enum mh_error keep(struct service *service, struct mh_failure *failure)
{
    struct mh_startup *startup = service->startup;
    const struct mh_keeper_parts parts = {.platform = startup->platform,
                                          .observer = service->observer,
                                          .views = service->views,
                                          .routes = service->routes,
                                          .events = service->events,
                                          .pages = service->pages,
                                          .log = &startup->log,
                                          .loop = &service->loop,
                                          .config_path = startup->paths.config,
                                          .state_directory = startup->paths.state,
                                          .published = published,
                                          .context = service};
    service->keeper = mh_keeper_new(&parts);
    if (service->keeper == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    if (startup->options->release)
        return mh_keeper_release(service->keeper, failure);
    mh_keeper_start(service->keeper, startup->config);
    return MH_OK;
}

static enum mh_error serve(struct service *service, const struct mh_api_listener *listener,
                           struct mh_failure *failure)
{
    const struct mh_api_sources sources = {.views = service->views,
                                           .routes = service->routes,
                                           .events = service->events,
                                           .commands = service->commands,
                                           .pages = service->pages,
                                           .platform = service->startup->platform,
                                           .streams_changed = streams_changed,
                                           .context = service};
    return mh_api_open(&sources, listener, &service->api, failure);
}

static enum mh_error listen_local(struct service *service, struct mh_failure *failure)
{
    const struct mh_startup *startup = service->startup;
    struct mh_api_listener listener = {.local = true};
    bool shared;
    if (startup->paths.socket[0] == '\0')
        return MH_OK;
    /* Members of the group must get to the socket, whose own mode guards it. */
    enum mh_error code = mh_directory_make_above(startup->paths.socket, 0755, failure);
    if (code == MH_OK)
        code = mh_listen_local(startup->paths.socket, "multihomed", &listener.descriptor, &shared, failure);
    if (code != MH_OK)
        return code;
    service->local_made = true;
    if (!shared)
        mh_log_write(&startup->log, MH_LOG_INFO,
                     "no group multihomed: the socket is for the service's own user only");
    return serve(service, &listener, failure);
}

/* Where the system has no local sockets, the API is on loopback, asked for or not. */
static void choose_tcp(const struct mh_startup *startup, char address[64], uint16_t *port)
{
    if (startup->options->listen[0] == '\0' && startup->paths.socket[0] == '\0') {
        (void)mh_options_split_listen("127.0.0.1", address, port);
        return;
    }
    (void)snprintf(address, 64, "%s", startup->options->listen);
    *port = startup->options->listen_port;
}

static enum mh_error listen_tcp(struct service *service, struct mh_failure *failure)
{
    const struct mh_startup *startup = service->startup;
    const struct mh_options *options = startup->options;
    struct mh_api_listener listener = {0};
    char address[64], token[MH_TOKEN_SIZE];
    choose_tcp(startup, address, &listener.port);
    if (address[0] == '\0')
        return MH_OK;
    enum mh_error code = mh_token_read(options->token_file, startup->paths.state, token, failure);
    if (code != MH_OK)
        return code;
    listener.token = token;
    code = mh_listen_loopback(address, &listener.port, &listener.descriptor, failure);
    if (code != MH_OK)
        return code;
    mh_log_write(&startup->log, MH_LOG_INFO, "listening on %s port %u", address, (unsigned)listener.port);
    return service->api == NULL ? serve(service, &listener, failure)
                                : mh_api_listen(service->api, &listener, failure);
}

/* One service for each state directory, and for each namespace whose real network it speaks of. */
static enum mh_error lock(const struct mh_startup *startup, struct mh_failure *failure)
{
    struct mh_identity identity;
    enum mh_error code = mh_directory_make(startup->paths.state, 0750, failure);
    if (code == MH_OK)
        code = mh_state_lock(startup->paths.state, failure);
    if (code != MH_OK)
        return code;
    mh_platform_identity(startup->platform, &identity);
    bool real = strcmp(identity.backend, mh_platform_backends()[0]) == 0;
    return real ? mh_namespace_lock(failure) : MH_OK;
}

/* ---- end ------------------------------------------------------------------------------------------- */

static void close_handles(struct service *service)
{
    mh_service_hear(NULL, NULL);
    for (int i = 0; i < SIGNALS; i++)
        uv_close((uv_handle_t *)&service->signals[i], NULL);
    uv_close((uv_handle_t *)&service->heartbeat, NULL);
    uv_close((uv_handle_t *)&service->streams_wake, NULL);
    uv_close((uv_handle_t *)&service->controls_wake, NULL);
}

static void end(struct service *service)
{
    if (service->commands != NULL)
        mh_commands_stop(service->commands);
    if (service->api != NULL)
        mh_api_close(service->api);
    if (service->local_made)
        mh_unlisten_local(service->startup->paths.socket);
    if (service->keeper != NULL)
        mh_keeper_stop(service->keeper);
    if (service->observer != NULL)
        mh_observer_stop(service->observer);
    mh_platform_close(service->startup->platform);
    service->startup->platform = NULL;
    if (service->handles_made) {
        close_handles(service);
        uv_run(&service->loop, UV_RUN_DEFAULT);
        uv_loop_close(&service->loop);
    }
    mh_keeper_free(service->keeper);
    mh_observer_free(service->observer);
    mh_commands_free(service->commands);
    mh_event_log_free(service->events);
    mh_pages_free(service->pages);
    mh_route_store_free(service->routes);
    mh_view_slot_free(service->views);
}

static enum mh_error start(struct service *service, struct mh_failure *failure)
{
    enum mh_error code = lock(service->startup, failure);
    if (code == MH_OK)
        code = make_parts(service, failure);
    if (code == MH_OK)
        code = keep(service, failure);
    if (code == MH_OK && !service->startup->options->release)
        code = listen_local(service, failure);
    if (code == MH_OK && !service->startup->options->release)
        code = listen_tcp(service, failure);
    /* A platform that was named may have files and sockets of its own elsewhere. */
    if (code == MH_OK && !service->startup->options->release && service->startup->options->platform == NULL)
        code = mh_service_confine(&service->startup->paths, failure);
    return code;
}

/* Whoever started the service still looks at the terminal, also when the log goes elsewhere. */
static enum mh_exit report_failure(const struct mh_log *log, const struct mh_failure *failure)
{
    const struct mh_log terminal = {.level = log->level, .to_standard_error = true};
    mh_log_write(&terminal, MH_LOG_ERROR, "%s", failure->detail);
    if (!log->to_standard_error)
        mh_log_write(log, MH_LOG_ERROR, "%s", failure->detail);
    return failure->code == MH_BUSY      ? MH_EXIT_CONFLICT
           : failure->code == MH_INVALID ? MH_EXIT_USAGE
                                         : MH_EXIT_FAILED;
}

enum mh_exit mh_service_run(struct mh_startup *startup)
{
    struct service service = {.startup = startup};
    struct mh_failure failure = {0};
    enum mh_exit status = MH_EXIT_DONE;
    if (start(&service, &failure) != MH_OK) {
        status = report_failure(&startup->log, &failure);
    } else if (startup->options->release) {
        mh_log_write(&startup->log, MH_LOG_INFO, "everything is given back");
        mh_service_detached(MH_EXIT_DONE);
    } else {
        report_unsupported(&startup->log, startup->config);
        mh_log_write(&startup->log, MH_LOG_INFO, "ready%s%s",
                     startup->paths.socket[0] != '\0' ? "; listening on " : "", startup->paths.socket);
        mh_service_ready();
        mh_service_detached(MH_EXIT_DONE);
        uv_run(&service.loop, UV_RUN_DEFAULT);
        mh_service_stopping();
    }
    end(&service);
    return status;
}
