/* POST /v1/resync: the request waits, suspended, until the loop has read the system anew. */
#include "api/handlers/handlers.h"
#include "api/reply.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Shared by the request and the command, which end in either order: whoever is last frees it. */
struct waiter {
    uv_mutex_t lock;
    struct mh_parked parked;
    struct mh_park *park; /* NULL once the request is gone */
    bool finished;        /* the command is */
    int holders;
    struct mh_command_result result;
};

static struct waiter *new_waiter(struct mh_park *park)
{
    struct waiter *waiter = calloc(1, sizeof *waiter);
    if (waiter == NULL || uv_mutex_init(&waiter->lock) != 0) {
        free(waiter);
        return NULL;
    }
    waiter->park = park;
    waiter->holders = 1;
    return waiter;
}

static void let_go(struct waiter *waiter)
{
    uv_mutex_lock(&waiter->lock);
    bool last = --waiter->holders == 0;
    uv_mutex_unlock(&waiter->lock);
    if (!last)
        return;
    uv_mutex_destroy(&waiter->lock);
    free(waiter);
}

/* Loop thread. */
static void finished(void *context, const struct mh_command_result *result)
{
    struct waiter *waiter = context;
    uv_mutex_lock(&waiter->lock);
    waiter->finished = true;
    waiter->result = *result;
    if (waiter->park != NULL)
        mh_park_wake(waiter->park, &waiter->parked);
    uv_mutex_unlock(&waiter->lock);
    let_go(waiter);
}

/* The request ends. */
static void forget(struct mh_request *request)
{
    struct waiter *waiter = request->waiting;
    uv_mutex_lock(&waiter->lock);
    struct mh_park *park = waiter->park;
    waiter->park = NULL;
    uv_mutex_unlock(&waiter->lock);
    if (park != NULL)
        mh_park_leave(park, &waiter->parked);
    let_go(waiter);
    request->waiting = NULL;
    request->forget = NULL;
}

static bool send_busy(struct mh_request *request, const char *why)
{
    struct mh_problem problem;
    (void)mh_problem_set(&problem, MH_PROBLEM_BUSY, "%s", why);
    return mh_reply_problem(request, &problem);
}

static bool send_failure(struct mh_request *request, const struct mh_failure *failure)
{
    struct mh_problem problem;
    (void)mh_problem_set(&problem, MH_PROBLEM_OPERATION_FAILED, "%s", failure->detail);
    problem.native_code = failure->native_code;
    memcpy(problem.native_name, failure->native_name, sizeof problem.native_name);
    return mh_reply_problem(request, &problem);
}

static bool send_result(struct mh_request *request, const struct mh_command_result *result)
{
    if (result->code == MH_BUSY)
        return send_busy(request, "The service ends.");
    if (result->code != MH_OK)
        return send_failure(request, &result->failure);
    struct mh_json json;
    size_t length = 0;
    mh_json_init(&json);
    mh_json_open(&json, '{');
    mh_json_put_unsigned(&json, "generation", result->generation);
    mh_json_close(&json, '}');
    char *text = mh_json_take(&json, &length);
    return mh_reply_send(request, MHD_HTTP_OK, mh_reply_make(text, length, MH_TYPE_JSON, NULL));
}

/* Sleeps until the command is finished, then answers. */
static bool wait_or_answer(struct mh_request *request)
{
    struct waiter *waiter = request->waiting;
    bool heartbeat;
    for (;;) {
        uv_mutex_lock(&waiter->lock);
        bool done = waiter->finished;
        uv_mutex_unlock(&waiter->lock);
        if (done)
            return send_result(request, &waiter->result);
        switch (mh_park_sleep(waiter->park, &waiter->parked, &heartbeat)) {
        case MH_PARK_SUSPENDED:
            return true;
        case MH_PARK_CLOSED:
            return send_busy(request, "The service ends.");
        case MH_PARK_LOOK_AGAIN:
            break;
        }
    }
}

static bool submit(struct mh_request *request)
{
    struct waiter *waiter = new_waiter(&request->api->writes);
    if (waiter == NULL)
        return mh_reply_send(request, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL);
    request->waiting = waiter;
    request->forget = forget;
    bool room = mh_park_enter(&request->api->writes, &waiter->parked, request->connection);
    waiter->holders = 2;
    if (room && mh_commands_submit(request->api->sources.commands, MH_COMMAND_RESYNC, finished, waiter))
        return wait_or_answer(request);
    waiter->holders = 1;
    return send_busy(request, "Too many requests wait for the service, or it ends.");
}

/* "application/json", alone or with parameters. */
static bool is_json(const char *type)
{
    size_t length = sizeof MH_TYPE_JSON - 1;
    if (type == NULL || strncasecmp(type, MH_TYPE_JSON, length) != 0)
        return false;
    type += length + strspn(type + length, " \t");
    return *type == '\0' || *type == ';';
}

/* No body, or an empty object. */
static bool check_body(const struct mh_request *request, struct mh_problem *problem)
{
    json_error_t error;
    if (request->body_length == 0)
        return true;
    if (!is_json(request->headers.content_type)) {
        const char *got = request->headers.content_type;
        (void)mh_problem_set(problem, MH_PROBLEM_UNSUPPORTED_MEDIA_TYPE, "A body must be JSON.");
        return mh_problem_expected(problem, MH_TYPE_JSON, got == NULL ? "" : got);
    }
    json_t *body = json_loadb(request->body, request->body_length, JSON_REJECT_DUPLICATES, &error);
    bool empty = json_is_object(body) && json_object_size(body) == 0;
    const char *member = json_object_iter_key(json_object_iter(body));
    if (!empty) {
        (void)mh_problem_set(problem, MH_PROBLEM_INVALID_BODY, "%s",
                             body == NULL ? error.text
                                          : "The body of a resync is empty, or an empty object.");
        (void)mh_problem_expected(problem, "{}",
                                  body == NULL     ? "not JSON"
                                  : member == NULL ? "another value"
                                                   : member);
        problem->has_pointer = true;
    }
    json_decref(body);
    return empty;
}

bool mh_serve_resync(struct mh_request *request)
{
    struct mh_problem problem;
    if (request->waiting != NULL)
        return wait_or_answer(request);
    if (!check_body(request, &problem))
        return mh_reply_problem(request, &problem);
    return submit(request);
}
