/* Requests that say all in their target. API threads. */
#ifndef MH_API_EMPTY_BODY_H
#define MH_API_EMPTY_BODY_H

#include "api/request.h"

/* No body, or an empty object. False, and *problem, otherwise. */
bool mh_empty_body_check(const struct mh_request *request, struct mh_problem *problem);

#endif
