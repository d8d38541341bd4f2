/* The request waits, suspended, until the loop has carried out its command. */
#include "api/command_wait.h"

#include "api/asker.h"
#include "api/reply.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Shared by the request and the command, which end in either order: whoever is last frees it. */
struct waiter {
    uv_mutex_t lock;
    struct mh_parked parked;
    struct mh_park *park; /* NULL once the request is gone */
    bool finished;        /* the command is */
    int holders;
    mh_command_body body;
    struct mh_command_result result;
    struct mh_edit *edit; /* of MH_COMMAND_EDIT, with copies of all that it points to; NULL otherwise */
    mh_edit_answer answer;
};

/* ---- edits ----------------------------------------------------------------------------------------- */

static void free_edit(struct mh_edit *edit)
{
    if (edit == NULL)
        return;
    for (size_t i = 0; edit->names != NULL && i < edit->name_count; i++)
        free((char *)(uintptr_t)edit->names[i]);
    free((void *)(uintptr_t)edit->names);
    free((char *)(uintptr_t)edit->text);
    free(edit->body);
    free(edit);
}

static bool copy_names(const struct mh_edit *edit, struct mh_edit *copy)
{
    const char **names = calloc(edit->name_count + 1, sizeof *names);
    bool done = names != NULL;
    for (size_t i = 0; done && i < edit->name_count; i++)
        done = (names[i] = strdup(edit->names[i])) != NULL;
    copy->names = names;
    return done;
}

static bool copy_text(const struct mh_edit *edit, struct mh_edit *copy)
{
    char *text = malloc(edit->length + 1);
    if (text != NULL && edit->length > 0)
        memcpy(text, edit->text, edit->length);
    copy->text = text;
    return text != NULL;
}

static struct mh_edit *copy_edit(const struct mh_edit *edit)
{
    struct mh_edit *copy = calloc(1, sizeof *copy);
    if (copy == NULL)
        return NULL;
    *copy = *edit;
    copy->names = NULL;
    copy->text = NULL;
    if (copy_names(edit, copy) && copy_text(edit, copy))
        return copy;
    free_edit(copy);
    return NULL;
}

/* ---- waiting --------------------------------------------------------------------------------------- */

static struct waiter *new_waiter(struct mh_park *park, mh_command_body body)
{
    struct waiter *waiter = calloc(1, sizeof *waiter);
    if (waiter == NULL || uv_mutex_init(&waiter->lock) != 0) {
        free(waiter);
        return NULL;
    }
    waiter->park = park;
    waiter->body = body;
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
    free_edit(waiter->edit);
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

static bool send_result(struct mh_request *request, struct waiter *waiter)
{
    const struct mh_command_result *result = &waiter->result;
    if (result->code == MH_BUSY)
        return send_busy(request, "The service ends.");
    if (result->code != MH_OK)
        return send_failure(request, &result->failure);
    if (waiter->edit != NULL)
        return waiter->answer(request, waiter->edit);
    struct mh_json json;
    size_t length = 0;
    mh_json_init(&json);
    waiter->body(&json, result);
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
            return send_result(request, waiter);
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

/* Submits the waiter's command; the waiter is the request's from now on. */
static bool submit(struct mh_request *request, enum mh_command_kind kind, struct waiter *waiter)
{
    request->waiting = waiter;
    request->forget = forget;
    bool room = mh_park_enter(&request->api->writes, &waiter->parked, request->connection);
    waiter->holders = 2;
    if (room && mh_commands_submit(request->api->sources.commands, kind, waiter->edit, finished, waiter))
        return wait_or_answer(request);
    waiter->holders = 1;
    return send_busy(request, "Too many requests wait for the service, or it ends.");
}

bool mh_serve_command(struct mh_request *request, enum mh_command_kind kind, mh_command_body body)
{
    if (request->waiting != NULL)
        return wait_or_answer(request);
    struct waiter *waiter = new_waiter(&request->api->writes, body);
    if (waiter == NULL)
        return mh_reply_send(request, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL);
    return submit(request, kind, waiter);
}

bool mh_serve_edit(struct mh_request *request, const struct mh_edit *edit, mh_edit_answer answer)
{
    if (request->waiting != NULL)
        return wait_or_answer(request);
    struct mh_edit *copy = copy_edit(edit);
    struct waiter *waiter = copy == NULL ? NULL : new_waiter(&request->api->writes, NULL);
    if (waiter == NULL) {
        free_edit(copy);
        return mh_reply_send(request, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL);
    }
    copy->asker = mh_asker_of(request);
    waiter->edit = copy;
    waiter->answer = answer;
    return submit(request, MH_COMMAND_EDIT, waiter);
}
