/* What an edit came to, as an HTTP answer. API threads. */
#ifndef MH_API_EDIT_ANSWER_H
#define MH_API_EDIT_ANSWER_H

#include "api/request.h"
#include "daemon/edit.h"

/* 200 with the transaction or the plan, 202 while it waits to be confirmed, or the problem. For
 * mh_serve_edit. */
bool mh_answer_edit(struct mh_request *request, struct mh_edit *edit);
/* The rest of a problem, or nothing that was changed: fills *problem and returns false for what is one. */
bool mh_problem_of_edit(struct mh_problem *problem, const struct mh_edit *edit);

#endif
