/* /v1/select: which source, interface and next hop a packet gets, and why. The system itself is asked each
 * time, so that the answer is never taken from a cache. */
#include "api/decision.h"
#include "api/destination_order.h"
#include "api/handlers/handlers.h"
#include "api/question.h"
#include "api/request.h"
#include "api/second_try.h"
#include "daemon/view.h"

/* Before the routes are locked: the loop must not wait for the system's answer. */
static void ask(const struct mh_request *request, struct mh_decision *decision)
{
    decision->unasked = (struct mh_failure){0};
    enum mh_error error = mh_platform_ask(request->api->sources.platform, &decision->question,
                                          &decision->kernel, &decision->unasked);
    decision->unasked.code = error;
}

/* Decides and, when the decision agrees with the system or it is the last attempt, renders it. */
static enum mh_error attempt(const struct mh_request *request, const struct mh_view *view, bool last,
                             struct mh_decision *decision, struct mh_json *json, bool *rendered)
{
    struct mh_route_store *store = request->api->sources.routes;
    const struct mh_decision_context context = {view->generation, &view->snapshot, mh_route_store_read(store),
                                                request->api->sources.platform};
    enum mh_error error =
        mh_decide(decision, &view->snapshot, context.routes, request->api->identity.dialect);
    *rendered = error == MH_OK && (last || !decision->compared || decision->agrees);
    if (*rendered)
        mh_put_decision(json, &context, decision);
    mh_selection_clear(&decision->selection);
    mh_route_store_done(store);
    return error;
}

static bool answer_from(const struct mh_request *request, const struct mh_view *view, bool last,
                        struct mh_json *json, bool *rendered, struct mh_problem *problem)
{
    struct mh_decision decision;
    if (!mh_question_read(&request->query, &view->snapshot, &decision.question, problem))
        return false;
    ask(request, &decision);
    if (attempt(request, view, last, &decision, json, rendered) == MH_OK)
        return true;
    return mh_problem_set(problem, MH_PROBLEM_INTERNAL, "The service is out of memory.");
}

MH_RENDER(mh_render_select)
{
    if (mh_query_has_destinations(&request->query))
        return mh_render_select_order(request, view, json, problem);
    return mh_try_twice(answer_from, request, view, json, problem);
}
