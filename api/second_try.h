/* Answers that are compared with the system's: a host that changes at this moment may look like a
 * disagreement, so the newest view has a second try. API threads. */
#ifndef MH_API_SECOND_TRY_H
#define MH_API_SECOND_TRY_H

#include "api/request.h"

/* Renders from the view and sets *rendered, or leaves both, when the system disagrees and it is not the
 * `last` try. False: *problem says why there is no answer. */
typedef bool (*mh_try)(const struct mh_request *request, const struct mh_view *view, bool last,
                       struct mh_json *json, bool *rendered, struct mh_problem *problem);

/* As a mh_render does. */
bool mh_try_twice(mh_try attempt, const struct mh_request *request, const struct mh_view *view,
                  struct mh_json *json, struct mh_problem *problem);

#endif
