#include "api/empty_body.h"

#include "api/media.h"

#include <jansson.h>

bool mh_empty_body_check(const struct mh_request *request, struct mh_problem *problem)
{
    json_error_t error;
    if (request->body_length == 0)
        return true;
    if (!mh_media_check(request->headers.content_type, NULL, problem))
        return false;
    json_t *body = json_loadb(request->body, request->body_length, JSON_REJECT_DUPLICATES, &error);
    bool empty = json_is_object(body) && json_object_size(body) == 0;
    const char *member = json_object_iter_key(json_object_iter(body));
    if (!empty) {
        (void)mh_problem_set(problem, MH_PROBLEM_INVALID_BODY, "%s",
                             body == NULL ? error.text : "The body is empty, or an empty object.");
        (void)mh_problem_expected(problem, "{}",
                                  body == NULL     ? "not JSON"
                                  : member == NULL ? "another value"
                                                   : member);
        problem->has_pointer = true;
    }
    json_decref(body);
    return empty;
}
