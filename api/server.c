/* The HTTP server: libmicrohttpd's callbacks, and the way of a request from its head to its answer.
 *
 * libmicrohttpd calls `answer` at least twice for each request: when the head is there, for each piece of a
 * body, and when all of it is there. An answer that is queued at the first call closes the connection
 * afterwards, so this is done only to refuse a body; everything else is answered at the last call. */
#include "api/server.h"

#include "api/admission.h"
#include "api/etag.h"
#include "api/reply.h"

#include <stdlib.h>
#include <string.h>

enum {
    THREADS = 4,       /* of each listener: one that renders a long page does not hold up the others */
    CONNECTIONS = 256, /* of each listener */
    BODY_PIECE = 4096, /* octets that a body begins with */
    CONNECTION_MEMORY = 16384, /* octets; heads beyond get libmicrohttpd's 431 */
    IDLE_SECONDS = 30,         /* until a connection that says nothing is closed */
    DISCARD_LIMIT =
        1024 * 1024 /* octets beyond a body's limit that are read and dropped, to be able to answer */
};

/* ---- one request ----------------------------------------------------------------------------------- */

static void *begin_request(void *context, const char *uri, struct MHD_Connection *connection)
{
    struct mh_listener *listener = context;
    size_t length = uri == NULL ? 0 : strlen(uri);
    bool too_long = length > MH_TARGET_LIMIT;
    size_t kept = too_long ? 0 : length;
    struct mh_request *request = malloc(sizeof *request + 2 * (kept + 1));
    if (request == NULL)
        return NULL;
    *request = (struct mh_request){.listener = listener,
                                   .api = listener->api,
                                   .connection = connection,
                                   .too_long = too_long,
                                   .place = uri,
                                   .length = length};
    request->key = request->text + kept + 1;
    memcpy(request->text, uri == NULL ? "" : uri, kept);
    request->text[kept] = '\0';
    memcpy(request->key, request->text, kept + 1);
    return request;
}

static void end_request(void *context, struct MHD_Connection *connection, void **state,
                        enum MHD_RequestTerminationCode code)
{
    struct mh_request *request = *state;
    (void)context, (void)connection, (void)code;
    *state = NULL;
    if (request == NULL)
        return;
    if (request->forget != NULL)
        request->forget(request);
    mh_headers_free(&request->headers);
    free(request->body);
    free(request);
}

/* A NUL in the target would end it early for everybody who reads it as text. The version follows the target
 * in libmicrohttpd's buffer, so a gap between the two shows it. */
static bool hides_nul(const struct mh_request *request, const char *version)
{
    uintptr_t target = (uintptr_t)request->place, next = (uintptr_t)version;
    return request->place != NULL && next > target && next - target < CONNECTION_MEMORY &&
           next - target > request->length + 1;
}

/* ---- answers --------------------------------------------------------------------------------------- */

static bool send_cached(struct mh_request *request, struct mh_cached *cached, uint64_t generation)
{
    char etag[MH_ETAG_SIZE];
    if (request->headers.if_none_match != NULL)
        mh_etag_format(mh_event_log_instance(request->api->sources.events), generation, etag);
    bool queued =
        mh_reply_unless_same(request, cached->response, request->headers.if_none_match == NULL ? NULL : etag);
    mh_cached_release(cached);
    return queued;
}

static bool is_reading(const struct mh_request *request)
{
    return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

/* The short way: this very target was rendered from the newest view before. Sets *queued when it was. */
static bool answer_from_cache(struct mh_request *request, bool *queued)
{
    if (!is_reading(request))
        return false;
    uint64_t generation = mh_view_newest(request->api->sources.views);
    struct mh_cached *cached = mh_cache_find(&request->api->cache, generation, request->key);
    if (cached == NULL)
        return false;
    *queued = send_cached(request, cached, generation);
    return true;
}

static bool send_rendered(struct mh_request *request, uint64_t generation, struct mh_json *json)
{
    unsigned flags = request->resource->flags;
    char etag[MH_ETAG_SIZE];
    size_t length = 0;
    mh_etag_format(mh_event_log_instance(request->api->sources.events), generation, etag);
    char *text = mh_json_take(json, &length);
    struct MHD_Response *response =
        mh_reply_make(text, length, MH_TYPE_JSON, (flags & MH_RESOURCE_OBSERVED) != 0 ? etag : NULL);
    if (response == NULL)
        return mh_reply_send(request, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL);
    if ((flags & MH_RESOURCE_HOT) != 0 && length <= MH_CACHE_BODY_LIMIT) {
        struct mh_cached *cached = mh_cache_put(&request->api->cache, generation, request->key, response);
        return cached == NULL ? mh_reply_send(request, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL)
                              : send_cached(request, cached, generation);
    }
    bool queued = mh_reply_unless_same(request, response, (flags & MH_RESOURCE_OBSERVED) != 0 ? etag : NULL);
    MHD_destroy_response(response);
    return queued;
}

static bool render(struct mh_request *request)
{
    struct mh_problem problem;
    struct mh_json json;
    const struct mh_view *view = mh_view_acquire(request->api->sources.views);
    if (view == NULL) {
        (void)mh_problem_set(&problem, MH_PROBLEM_BUSY, "The host has not been read yet.");
        return mh_reply_problem(request, &problem);
    }
    mh_json_init(&json);
    bool done = request->resource->render(request, view, &json, &problem);
    uint64_t generation = view->generation;
    mh_view_release(view);
    if (done)
        return send_rendered(request, generation, &json);
    mh_json_free(&json);
    return mh_reply_problem(request, &problem);
}

static bool answer_options(struct mh_request *request)
{
    struct mh_problem problem;
    char allow[MH_ALLOW_SIZE] = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    if (request->target.asterisk || mh_router_allow(&request->target, allow))
        return mh_reply_options(request, allow);
    (void)mh_problem_set(&problem, MH_PROBLEM_NOT_FOUND, "No resource has this path.");
    return mh_reply_problem(request, &problem);
}

static bool dispatch(struct mh_request *request)
{
    if (request->resource == NULL)
        return answer_options(request);
    return request->resource->render != NULL ? render(request) : request->resource->serve(request);
}

/* ---- libmicrohttpd's calls ------------------------------------------------------------------------- */

/* The head is there. A request with a body is judged now, before the body is read. */
static enum MHD_Result take_head(struct mh_request *request, const char *method, const char *version)
{
    struct mh_problem problem;
    request->begun = true;
    request->method = method;
    request->version = version;
    request->has_nul = hides_nul(request, version);
    mh_headers_collect(request->connection, &request->headers);
    if (!mh_request_has_body(request))
        return MHD_YES;
    request->admitted = true;
    if (mh_admit_caller(request, &problem) && mh_admit_request(request, &problem))
        return MHD_YES;
    return mh_reply_problem(request, &problem) ? MHD_YES : MHD_NO;
}

/* Doubles, so that a long document is not copied again for each of its pieces. */
static bool make_room(struct mh_request *request, size_t length)
{
    if (length <= request->body_room)
        return true;
    size_t room = length < BODY_PIECE ? BODY_PIECE : 2 * length;
    char *body = realloc(request->body, room);
    if (body == NULL)
        return false;
    request->body = body;
    request->body_room = room;
    return true;
}

static enum MHD_Result take_body(struct mh_request *request, const char *bytes, size_t *size)
{
    size_t length = request->body_length + *size, limit = mh_request_body_limit(request);
    if (length > limit + DISCARD_LIMIT)
        return MHD_NO;
    if (length <= limit) {
        if (!make_room(request, length))
            return MHD_NO;
        memcpy(request->body + request->body_length, bytes, *size);
    }
    request->body_length = length;
    *size = 0;
    return MHD_YES;
}

static bool answer_whole(struct mh_request *request)
{
    struct mh_problem problem;
    bool queued = false;
    if (request->forget != NULL) /* it was suspended, and continues */
        return request->resource->serve(request);
    if (request->body_length > mh_request_body_limit(request)) {
        (void)mh_problem_set(&problem, MH_PROBLEM_BODY_TOO_LARGE, "A body may have %zu octets.",
                             mh_request_body_limit(request));
        return mh_reply_problem(request, &problem);
    }
    if (!request->admitted) {
        if (!mh_admit_caller(request, &problem))
            return mh_reply_problem(request, &problem);
        if (answer_from_cache(request, &queued))
            return queued;
        if (!mh_admit_request(request, &problem))
            return mh_reply_problem(request, &problem);
    }
    return dispatch(request);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state)
{
    struct mh_request *request = *state;
    (void)context, (void)connection, (void)url;
    if (request == NULL)
        return MHD_NO;
    if (!request->begun)
        return take_head(request, method, version);
    if (*upload_size != 0)
        return take_body(request, upload, upload_size);
    return answer_whole(request) ? MHD_YES : MHD_NO;
}

/* Paths and queries are decoded by target.c, after they were split. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context, (void)connection;
    return strlen(text);
}

/* ---- start and end --------------------------------------------------------------------------------- */

static struct MHD_Daemon *start(struct mh_listener *listener, int descriptor)
{
    unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME;
    return MHD_start_daemon(flags, 0, NULL, NULL, answer, listener, MHD_OPTION_LISTEN_SOCKET, descriptor,
                            MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_CONNECTION_LIMIT,
                            (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
                            MHD_OPTION_URI_LOG_CALLBACK, begin_request, listener, MHD_OPTION_NOTIFY_COMPLETED,
                            end_request, listener, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, listener,
                            MHD_OPTION_END);
}

static void free_listener(struct mh_listener *listener)
{
    if (listener == NULL)
        return;
    free(listener->token);
    free(listener);
}

enum mh_error mh_api_listen(struct mh_api *api, const struct mh_api_listener *given,
                            struct mh_failure *failure)
{
    struct mh_listener *listener = calloc(1, sizeof *listener);
    char *token = given->local ? NULL : strdup(given->token);
    if (listener == NULL || (token == NULL && !given->local)) {
        free(token);
        free(listener);
        return mh_fail(failure, MH_NO_MEMORY, "no memory for the HTTP server");
    }
    *listener = (struct mh_listener){.api = api, .local = given->local, .port = given->port, .token = token};
    listener->daemon = start(listener, given->descriptor);
    if (listener->daemon == NULL) {
        free_listener(listener);
        return mh_fail(failure, MH_IO, "the HTTP server cannot be started");
    }
    listener->next = api->listeners;
    api->listeners = listener;
    return MH_OK;
}

/* Takes apart what was made, in reverse order. */
static void free_api(struct mh_api *api, int made)
{
    if (made > 2)
        mh_park_destroy(&api->writes);
    if (made > 1)
        mh_park_destroy(&api->streams);
    if (made > 0)
        mh_cache_destroy(&api->cache);
    free(api);
}

static struct mh_api *make_api(const struct mh_api_sources *sources)
{
    struct mh_api *api = calloc(1, sizeof *api);
    if (api == NULL)
        return NULL;
    int made = 0;
    if (mh_cache_init(&api->cache))
        made = 1;
    if (made == 1 && mh_park_init(&api->streams, MH_STREAMS_MAX))
        made = 2;
    if (made == 2 && mh_park_init(&api->writes, MH_WRITES_MAX))
        made = 3;
    if (made < 3) {
        free_api(api, made);
        return NULL;
    }
    api->sources = *sources;
    api->streams.changed = sources->streams_changed;
    api->streams.context = sources->context;
    mh_platform_identity(sources->platform, &api->identity);
    return api;
}

enum mh_error mh_api_open(const struct mh_api_sources *sources, const struct mh_api_listener *listener,
                          struct mh_api **api, struct mh_failure *failure)
{
    *api = make_api(sources);
    if (*api == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "no memory for the HTTP server");
    enum mh_error code = mh_api_listen(*api, listener, failure);
    if (code != MH_OK) {
        free_api(*api, 3);
        *api = NULL;
    }
    return code;
}

void mh_api_wake_streams(struct mh_api *api, bool heartbeat)
{
    mh_park_wake_all(&api->streams, heartbeat);
}

void mh_api_close(struct mh_api *api)
{
    if (api == NULL)
        return;
    mh_park_close(&api->streams);
    mh_park_close(&api->writes);
    while (api->listeners != NULL) {
        struct mh_listener *listener = api->listeners;
        api->listeners = listener->next;
        MHD_stop_daemon(listener->daemon);
        free_listener(listener);
    }
    free_api(api, 3);
}
