/* Changes of the configuration: the whole document, or one member by its path (DESIGN section 7). */
#include "api/command_wait.h"
#include "api/edit_answer.h"
#include "api/etag.h"
#include "api/handlers/handlers.h"
#include "api/media.h"
#include "api/reply.h"

#include <string.h>

enum { PATH_BEGIN = 2 }; /* behind "v1" and "config" */

static bool read_match(const struct mh_request *request, struct mh_edit *edit, struct mh_problem *problem)
{
    const char *text = request->headers.if_match;
    struct mh_if_match match;
    if (text == NULL)
        return mh_problem_set(problem, MH_PROBLEM_PRECONDITION_REQUIRED,
                              "Say which revision is meant: If-Match with the ETag that was read, or *.");
    if (!mh_if_match_parse(text, &match))
        return mh_problem_set(problem, MH_PROBLEM_MALFORMED_REQUEST,
                              "If-Match is * or a list of at most %d entity tags.", (int)MH_IF_MATCH_MAX);
    edit->any_revision = match.any;
    edit->revision_count = match.count;
    memcpy(edit->revisions, match.revisions, sizeof edit->revisions);
    return true;
}

static bool read_query(const struct mh_request *request, struct mh_edit *edit, struct mh_problem *problem)
{
    const struct mh_query *query = &request->query;
    return mh_query_flag(query, MH_PARAMETER_DRY_RUN, &edit->dry_run, problem) &&
           mh_query_flag(query, MH_PARAMETER_STRICT, &edit->strict, problem) &&
           mh_query_timeout(query, &edit->confirm_timeout, problem);
}

static bool check_body(const struct mh_request *request, const char *other, struct mh_problem *problem)
{
    if (!mh_media_check(request->headers.content_type, other, problem))
        return false;
    if (request->body_length > 0)
        return true;
    (void)mh_problem_set(problem, MH_PROBLEM_INVALID_BODY, "The body is empty.");
    return mh_problem_expected(problem, "JSON", "");
}

/* `other`: a media type beside JSON; with MH_EDIT_REMOVE there is no body. */
static bool serve(struct mh_request *request, enum mh_edit_kind kind, const char *other)
{
    struct mh_problem problem;
    if (request->waiting != NULL)
        return mh_serve_edit(request, NULL, mh_answer_edit);
    struct mh_edit edit = {.kind = kind,
                           .names = request->target.segments + PATH_BEGIN,
                           .name_count = request->target.segment_count - PATH_BEGIN,
                           .text = request->body,
                           .length = request->body_length};
    if ((kind != MH_EDIT_REMOVE && !check_body(request, other, &problem)) ||
        !read_match(request, &edit, &problem) || !read_query(request, &edit, &problem))
        return mh_reply_problem(request, &problem);
    return mh_serve_edit(request, &edit, mh_answer_edit);
}

bool mh_serve_config_put(struct mh_request *request)
{
    return serve(request, MH_EDIT_SET, NULL);
}

bool mh_serve_config_patch(struct mh_request *request)
{
    return serve(request, MH_EDIT_MERGE, MH_TYPE_MERGE_PATCH);
}

bool mh_serve_config_delete(struct mh_request *request)
{
    return serve(request, MH_EDIT_REMOVE, NULL);
}

bool mh_serve_plan(struct mh_request *request)
{
    static const struct mh_edit edit = {.kind = MH_EDIT_PLAN};
    return mh_serve_edit(request, &edit, mh_answer_edit);
}
