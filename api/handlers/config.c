/* /v1/config and what is below it: the confirmed document, or one of its members. Its tag is the whole
 * document's revision wherever it is read, so that what was read of a part can be written under If-Match. */
#include "api/config_problem.h"
#include "api/etag.h"
#include "api/handlers/handlers.h"
#include "api/reply.h"
#include "core/config_document.h"
#include "daemon/view.h"

#include <stdlib.h>
#include <string.h>

enum { PATH_BEGIN = 2 }; /* behind "v1" and "config" */

/* A copy with a line end for people; NULL when out of memory. */
static char *copy(const char *text, size_t length)
{
    char *copied = malloc(length + 1);
    if (copied == NULL)
        return NULL;
    memcpy(copied, text, length);
    copied[length] = '\n';
    return copied;
}

static bool send_value(struct mh_request *request, char *text, size_t length, const char *tag)
{
    struct MHD_Response *response = mh_reply_make(text, length + 1, MH_TYPE_JSON, tag);
    if (response == NULL)
        return mh_reply_send(request, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL);
    bool queued = mh_reply_unless_same(request, response, tag);
    MHD_destroy_response(response);
    return queued;
}

bool mh_serve_config(struct mh_request *request)
{
    const struct mh_target *target = &request->target;
    struct mh_config_problem why;
    struct mh_problem problem;
    char tag[MH_ETAG_SIZE];
    size_t length;
    const struct mh_view *view = mh_view_acquire(request->api->sources.views);
    if (view == NULL) {
        (void)mh_problem_set(&problem, MH_PROBLEM_BUSY, "The host has not been read yet.");
        return mh_reply_problem(request, &problem);
    }
    const char *value = mh_config_member(view->config, target->segments + PATH_BEGIN,
                                         target->segment_count - PATH_BEGIN, &length, &why);
    char *text = value == NULL ? NULL : copy(value, length);
    (void)mh_etag_of_content(mh_config_revision(view->config), tag);
    mh_view_release(view);
    if (value != NULL)
        return send_value(request, text, length, tag);
    (void)mh_problem_of_config(&problem, &why);
    return mh_reply_problem(request, &problem);
}
