/* What the loop itself answers: POST /v1/resync reads the system anew, GET /healthz only asks whether the
 * loop runs. */
#include "api/command_wait.h"
#include "api/handlers/handlers.h"
#include "api/reply.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

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

static void put_generation(struct mh_json *json, const struct mh_command_result *result)
{
    mh_json_open(json, '{');
    mh_json_put_unsigned(json, "generation", result->generation);
    mh_json_close(json, '}');
}

bool mh_serve_resync(struct mh_request *request)
{
    struct mh_problem problem;
    if (request->waiting == NULL && !check_body(request, &problem))
        return mh_reply_problem(request, &problem);
    return mh_serve_command(request, MH_COMMAND_RESYNC, put_generation);
}

static void put_ok(struct mh_json *json, const struct mh_command_result *result)
{
    (void)result;
    mh_json_open(json, '{');
    mh_json_put_string(json, "status", "ok");
    mh_json_close(json, '}');
}

bool mh_serve_healthz(struct mh_request *request)
{
    return mh_serve_command(request, MH_COMMAND_PING, put_ok);
}
