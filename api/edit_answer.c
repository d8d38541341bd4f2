#include "api/edit_answer.h"

#include "api/config_problem.h"
#include "api/etag.h"
#include "api/reply.h"

#include <stdio.h>
#include <string.h>

/* ---- problems -------------------------------------------------------------------------------------- */

static bool set_strict(struct mh_problem *problem, const struct mh_edit *edit)
{
    bool unsupported = edit->failure.code == MH_UNSUPPORTED;
    (void)mh_problem_set(problem, unsupported ? MH_PROBLEM_MEMBER_UNSUPPORTED : MH_PROBLEM_MEMBER_PENDING,
                         "%.200s: %s", edit->problem.pointer, edit->failure.detail);
    problem->has_pointer = true;
    (void)snprintf(problem->pointer, sizeof problem->pointer, "%s", edit->problem.pointer);
    return false;
}

static bool set_refused(struct mh_problem *problem, const struct mh_edit *edit)
{
    if (edit->failure.detail[0] == '\0')
        return mh_problem_of_config(problem, &edit->problem);
    return mh_problem_set(problem, MH_PROBLEM_INVALID_CONFIG, "%s", edit->failure.detail);
}

static bool set_failed(struct mh_problem *problem, const struct mh_edit *edit)
{
    const struct mh_failure *failure = &edit->failure;
    enum mh_problem_type type = failure->code == MH_MALFORMED && edit->id == 0 ? MH_PROBLEM_JOURNAL_DAMAGED
                                                                               : MH_PROBLEM_OPERATION_FAILED;
    (void)mh_problem_set(problem, type, "%s", failure->detail);
    problem->native_code = failure->native_code;
    memcpy(problem->native_name, failure->native_name, sizeof problem->native_name);
    return false;
}

static bool set_detail(struct mh_problem *problem, enum mh_problem_type type, const struct mh_edit *edit,
                       const char *otherwise)
{
    return mh_problem_set(problem, type, "%s",
                          edit->failure.detail[0] != '\0' ? edit->failure.detail : otherwise);
}

static bool fill(struct mh_problem *problem, const struct mh_edit *edit)
{
    switch (edit->outcome) {
    case MH_EDIT_DONE:
    case MH_EDIT_WAITS:
    case MH_EDIT_SHOWN:
        return true;
    case MH_EDIT_STALE:
        return mh_problem_set(problem, MH_PROBLEM_PRECONDITION_FAILED,
                              "If-Match names another revision: read the configuration again.");
    case MH_EDIT_REFUSED:
        return set_refused(problem, edit);
    case MH_EDIT_STRICT:
        return set_strict(problem, edit);
    case MH_EDIT_BUSY:
        return set_detail(problem, MH_PROBLEM_TRANSACTION_PENDING, edit, "Another transaction is pending.");
    case MH_EDIT_EDITED:
        return set_detail(problem, MH_PROBLEM_FILE_EDITED, edit, "Reload it, or put it back.");
    case MH_EDIT_UNKNOWN:
        return mh_problem_set(problem, MH_PROBLEM_NOT_FOUND, "There is no such transaction.");
    case MH_EDIT_FORBIDDEN:
        return set_detail(problem, MH_PROBLEM_WRONG_TOKEN, edit, "Who began it was given its token.");
    case MH_EDIT_LATE:
        return set_detail(problem, MH_PROBLEM_TRANSACTION_OVER, edit, "The transaction is reverted.");
    case MH_EDIT_SETTLED:
        return set_detail(problem, MH_PROBLEM_TRANSACTION_CONFIRMED, edit, "It is confirmed for good.");
    case MH_EDIT_FAILED:
        break;
    }
    return set_failed(problem, edit);
}

bool mh_problem_of_edit(struct mh_problem *problem, const struct mh_edit *edit)
{
    if (fill(problem, edit))
        return true;
    problem->transaction = edit->id;
    problem->state = edit->state;
    return false;
}

/* ---- answers --------------------------------------------------------------------------------------- */

static void add_headers(const struct mh_edit *edit, struct MHD_Response *response)
{
    char location[64], tag[MH_ETAG_SIZE];
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, mh_etag_of_content(edit->revision, tag));
    (void)snprintf(location, sizeof location, "/v1/transactions/%lld", (long long)edit->id);
    if (edit->id != 0)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, location);
}

bool mh_answer_edit(struct mh_request *request, struct mh_edit *edit)
{
    struct mh_problem problem;
    if (!mh_problem_of_edit(&problem, edit))
        return mh_reply_problem(request, &problem);
    struct MHD_Response *response = mh_reply_make(edit->body, edit->body_length, MH_TYPE_JSON, NULL);
    edit->body = NULL;
    if (response != NULL)
        add_headers(edit, response);
    return mh_reply_send(request, edit->outcome == MH_EDIT_WAITS ? MHD_HTTP_ACCEPTED : MHD_HTTP_OK, response);
}
