/* What the loop itself answers: POST /v1/resync reads the system anew, GET /healthz only asks whether the
 * loop runs. */
#include "api/command_wait.h"
#include "api/empty_body.h"
#include "api/handlers/handlers.h"
#include "api/reply.h"

static void put_generation(struct mh_json *json, const struct mh_command_result *result)
{
    mh_json_open(json, '{');
    mh_json_put_unsigned(json, "generation", result->generation);
    mh_json_close(json, '}');
}

bool mh_serve_resync(struct mh_request *request)
{
    struct mh_problem problem;
    if (request->waiting == NULL && !mh_empty_body_check(request, &problem))
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
