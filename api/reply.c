#include "api/reply.h"

#include "api/etag.h"

#include <stdlib.h>

void mh_reply_decorate(struct MHD_Response *response)
{
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_SERVER, "multihomed/" MH_VERSION);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
}

struct MHD_Response *mh_reply_make(char *text, size_t length, const char *type, const char *etag)
{
    if (text == NULL)
        return NULL;
    struct MHD_Response *response = MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(text);
        return NULL;
    }
    mh_reply_decorate(response);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (etag != NULL)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, etag);
    return response;
}

bool mh_reply_queue(struct mh_request *request, unsigned status, struct MHD_Response *response)
{
    atomic_fetch_add_explicit(&request->api->answered[status / 100 % MH_STATUS_CLASSES], 1,
                              memory_order_relaxed);
    return MHD_queue_response(request->connection, status, response) == MHD_YES;
}

/* Nothing could be allocated for the answer: its head alone says so. */
static bool send_bare(struct mh_request *request, unsigned status)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return false;
    bool queued = mh_reply_queue(request, status, response);
    MHD_destroy_response(response);
    return queued;
}

bool mh_reply_send(struct mh_request *request, unsigned status, struct MHD_Response *response)
{
    if (response == NULL)
        return send_bare(request, MHD_HTTP_INTERNAL_SERVER_ERROR);
    bool queued = mh_reply_queue(request, status, response);
    MHD_destroy_response(response);
    return queued;
}

bool mh_reply_unless_same(struct mh_request *request, struct MHD_Response *response, const char *etag)
{
    const char *known = request->headers.if_none_match;
    /* The same response serves for 304: libmicrohttpd leaves the body out and keeps the headers, as RFC 9110
     * section 15.4.5 wants them. */
    bool same = etag != NULL && known != NULL && mh_etag_matches(known, etag);
    return mh_reply_queue(request, same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, response);
}

static void add_problem_headers(const struct mh_problem *problem, struct MHD_Response *response)
{
    if (problem->allow[0] != '\0')
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, problem->allow);
    if (problem->type == MH_PROBLEM_TOO_MANY_STREAMS || problem->type == MH_PROBLEM_BUSY)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    if (problem->type == MH_PROBLEM_UNAUTHORIZED)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                                      "Bearer realm=\"multihomed\"");
}

bool mh_reply_problem(struct mh_request *request, const struct mh_problem *problem)
{
    struct mh_json json;
    size_t length = 0;
    unsigned status = mh_problem_status(problem->type);
    mh_json_init(&json);
    mh_problem_render(problem, request->api->identity.backend, &json);
    char *text = mh_json_take(&json, &length);
    struct MHD_Response *response = mh_reply_make(text, length, "application/problem+json", NULL);
    if (response == NULL)
        return send_bare(request, status);
    add_problem_headers(problem, response);
    return mh_reply_send(request, status, response);
}

bool mh_reply_options(struct mh_request *request, const char *allow)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return false;
    mh_reply_decorate(response);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, allow);
    return mh_reply_send(request, MHD_HTTP_NO_CONTENT, response);
}
