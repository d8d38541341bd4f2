#include "api/second_try.h"

bool mh_try_twice(mh_try attempt, const struct mh_request *request, const struct mh_view *view,
                  struct mh_json *json, struct mh_problem *problem)
{
    bool rendered = false;
    if (!attempt(request, view, false, json, &rendered, problem))
        return false;
    if (rendered)
        return true;
    const struct mh_view *newest = mh_view_acquire(request->api->sources.views);
    bool done = attempt(request, newest, true, json, &rendered, problem);
    mh_view_release(newest);
    return done;
}
