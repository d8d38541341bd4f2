/* /v1/path: where the reply to a packet leaves, and what would drop the one or the other. The system is asked
 * and its packet filter is read each time, so that the answer is never taken from a cache. */
#include "api/handlers/handlers.h"
#include "api/path_answer.h"
#include "api/path_question.h"
#include "api/request.h"
#include "api/second_try.h"
#include "daemon/view.h"

#include <stdlib.h>

/* What was learnt before the routes are locked: the loop must not wait for the system's answers. */
struct learnt {
    struct mh_path_answer answer;
    struct mh_filter *filter;
    struct mh_failure unread; /* why there is no filter */
};

static void ask(const struct mh_request *request, const struct mh_question *question,
                struct mh_decision *decision)
{
    decision->unasked = (struct mh_failure){0};
    decision->unasked.code =
        mh_platform_ask(request->api->sources.platform, question, &decision->kernel, &decision->unasked);
}

static void learn(const struct mh_request *request, const struct mh_snapshot *snapshot, struct learnt *learnt)
{
    struct mh_path_report *report = &learnt->answer.report;
    mh_path_begin(snapshot, &learnt->answer.question, report);
    ask(request, &report->incoming, &learnt->answer.arrival);
    for (size_t i = 0; i < report->reply_count; i++)
        ask(request, &report->replies[i].question, &learnt->answer.replies[i]);
    learnt->filter = NULL;
    learnt->unread = (struct mh_failure){0};
    (void)mh_platform_filter(request->api->sources.platform, &learnt->filter, &learnt->unread);
}

/* Answers and, when that agrees with the system or it is the last attempt, renders it. */
static enum mh_error attempt(const struct mh_request *request, const struct mh_view *view, bool last,
                             struct learnt *learnt, struct mh_json *json, bool *rendered)
{
    struct mh_route_store *store = request->api->sources.routes;
    const struct mh_decision_context context = {view->generation, &view->snapshot, mh_route_store_read(store),
                                                request->api->sources.platform};
    const struct mh_path_host host = {.snapshot = &view->snapshot,
                                      .routes = context.routes,
                                      .dialect = request->api->identity.dialect,
                                      .roles = view->roles,
                                      .filter = learnt->filter,
                                      .filter_unknown = learnt->unread.detail,
                                      .run_filter = mh_filter_run};
    enum mh_error error = mh_path_answer(&learnt->answer, &host);
    *rendered = error == MH_OK && (last || mh_path_answer_agrees(&learnt->answer));
    if (*rendered)
        mh_put_path(json, &context, &learnt->answer);
    mh_route_store_done(store);
    return error;
}

static bool answer_from(const struct mh_request *request, const struct mh_view *view, bool last,
                        struct mh_json *json, bool *rendered, struct mh_problem *problem)
{
    struct learnt *learnt = malloc(sizeof *learnt);
    if (learnt == NULL)
        return mh_problem_set(problem, MH_PROBLEM_INTERNAL, "The service is out of memory.");
    bool done = mh_path_question_read(&request->query, &view->snapshot, &learnt->answer.question, problem);
    if (done) {
        learn(request, &view->snapshot, learnt);
        done = attempt(request, view, last, learnt, json, rendered) == MH_OK ||
               mh_problem_set(problem, MH_PROBLEM_INTERNAL, "The service is out of memory.");
        mh_filter_free(learnt->filter);
    }
    free(learnt);
    return done;
}

MH_RENDER(mh_render_path)
{
    return mh_try_twice(answer_from, request, view, json, problem);
}
