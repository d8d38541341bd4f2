/* /v1/select for several destinations: in which order RFC 6724 section 6 tries them. The system itself is
 * asked about each of them, as for one. */
#include "api/destination_order.h"
#include "api/handlers/handlers.h"
#include "api/request.h"
#include "daemon/view.h"

#include <stdlib.h>

/* Before the routes are locked: the loop must not wait for the system's answers. */
static void ask(const struct mh_request *request, struct mh_destination_order *order)
{
    for (size_t i = 0; i < order->count; i++) {
        struct mh_destination_answer *answer = &order->answers[i];
        answer->unasked = (struct mh_failure){0};
        answer->unasked.code = mh_platform_ask(request->api->sources.platform, &answer->question,
                                               &answer->kernel, &answer->unasked);
    }
}

static bool answer_from(const struct mh_request *request, const struct mh_view *view,
                        struct mh_destination_order *order, bool *agrees, struct mh_problem *problem)
{
    if (!mh_destination_order_read(&request->query, &view->snapshot, order, problem))
        return false;
    ask(request, order);
    struct mh_route_store *store = request->api->sources.routes;
    enum mh_error error = mh_destination_order_decide(order, &view->snapshot, mh_route_store_read(store),
                                                      request->api->identity.dialect, agrees);
    mh_route_store_done(store);
    return error == MH_OK || mh_problem_set(problem, MH_PROBLEM_INTERNAL, "The service is out of memory.");
}

static void put(const struct mh_request *request, const struct mh_view *view,
                const struct mh_destination_order *order, struct mh_json *json)
{
    mh_put_destination_order(json, view->generation, &view->snapshot, request->api->identity.dialect, order);
}

/* A host that changes at this moment may look like a disagreement: the newest view has a second try. */
static bool render(const struct mh_request *request, const struct mh_view *view,
                   struct mh_destination_order *order, struct mh_json *json, struct mh_problem *problem)
{
    bool agrees = false;
    if (!answer_from(request, view, order, &agrees, problem))
        return false;
    if (agrees) {
        put(request, view, order, json);
        return true;
    }
    const struct mh_view *newest = mh_view_acquire(request->api->sources.views);
    bool done = answer_from(request, newest, order, &agrees, problem);
    if (done)
        put(request, newest, order, json);
    mh_view_release(newest);
    return done;
}

MH_RENDER(mh_render_select_order)
{
    struct mh_destination_order *order = calloc(1, sizeof *order);
    if (order == NULL)
        return mh_problem_set(problem, MH_PROBLEM_INTERNAL, "The service is out of memory.");
    bool done = render(request, view, order, json, problem);
    mh_destination_order_clear(order);
    free(order);
    return done;
}
