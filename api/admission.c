#include "api/admission.h"

#include "api/host_check.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static uint64_t announced_length(const struct mh_request *request)
{
    const char *text = request->headers.content_length;
    return text == NULL ? 0 : strtoull(text, NULL, 10); /* libmicrohttpd took digits only */
}

bool mh_request_has_body(const struct mh_request *request)
{
    return request->headers.transfer_encoding != NULL || announced_length(request) > 0;
}

size_t mh_request_body_limit(const struct mh_request *request)
{
    bool large = request->resource != NULL && (request->resource->flags & MH_RESOURCE_DOCUMENT) != 0;
    return large ? MH_CONFIG_TEXT_LIMIT : MH_BODY_LIMIT;
}

static bool check_form(const struct mh_request *request, struct mh_problem *problem)
{
    const struct mh_headers *headers = &request->headers;
    if (request->too_long)
        return mh_problem_set(problem, MH_PROBLEM_TARGET_TOO_LONG,
                              "The request target has more than %d octets.", (int)MH_TARGET_LIMIT);
    if (request->has_nul)
        return mh_problem_set(problem, MH_PROBLEM_MALFORMED_REQUEST, "The request target holds NUL.");
    if (headers->repeated)
        return mh_problem_set(problem, MH_PROBLEM_MALFORMED_REQUEST,
                              "A header that must come once comes twice, or a list of headers is too long.");
    if (headers->transfer_encoding != NULL &&
        (headers->content_length != NULL || strcasecmp(headers->transfer_encoding, "chunked") != 0))
        return mh_problem_set(problem, MH_PROBLEM_MALFORMED_REQUEST,
                              "Transfer-Encoding must be chunked, without Content-Length.");
    return true;
}

static bool check_host_name(const struct mh_request *request, const char *host, struct mh_problem *problem)
{
    const struct mh_listener *listener = request->listener;
    if (mh_host_allowed(host, listener->local, listener->port))
        return true;
    (void)mh_problem_set(problem, MH_PROBLEM_HOST_NOT_ALLOWED,
                         "The request must name this host itself, so that no other name leads here.");
    return mh_problem_expected(problem, listener->local ? "localhost" : "localhost, 127.0.0.1 or [::1]",
                               host);
}

static bool check_host(const struct mh_request *request, struct mh_problem *problem)
{
    const char *host = request->headers.host;
    bool old = strcmp(request->version, MHD_HTTP_VERSION_1_0) == 0;
    if (old && request->listener->local && (host == NULL || host[0] == '\0'))
        return true;
    if (host == NULL && !old)
        return mh_problem_set(problem, MH_PROBLEM_MALFORMED_REQUEST, "HTTP/1.1 needs a Host header.");
    return check_host_name(request, host == NULL ? "" : host, problem);
}

static bool check_origin(const struct mh_request *request, struct mh_problem *problem)
{
    if (request->headers.origin == NULL)
        return true;
    return mh_problem_set(problem, MH_PROBLEM_ORIGIN_NOT_ALLOWED,
                          "Requests that carry an Origin header come from web pages and are refused.");
}

/* Takes the same time wherever the two differ; only the length of what was presented shows. */
static bool same_secret(const char *presented, const char *secret)
{
    size_t length = strlen(presented), expected = strlen(secret);
    unsigned different = length != expected;
    for (size_t i = 0; i < length; i++)
        different |= (unsigned char)presented[i] ^ (unsigned char)secret[expected == 0 ? 0 : i % expected];
    return different == 0 && expected > 0;
}

static bool check_token(const struct mh_request *request, struct mh_problem *problem)
{
    const char *given = request->headers.authorization;
    if (request->listener->local)
        return true;
    if (given != NULL && strncasecmp(given, "Bearer ", 7) == 0 &&
        same_secret(given + 7, request->listener->token))
        return true;
    return mh_problem_set(problem, MH_PROBLEM_UNAUTHORIZED,
                          "Send the content of the token file: \"Authorization: Bearer TOKEN\".");
}

bool mh_admit_caller(const struct mh_request *request, struct mh_problem *problem)
{
    return check_form(request, problem) && check_host(request, problem) && check_origin(request, problem) &&
           check_token(request, problem);
}

static bool takes_body(const char *method)
{
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
}

static bool check_body(const struct mh_request *request, struct mh_problem *problem)
{
    if (!mh_request_has_body(request))
        return true;
    if (announced_length(request) > mh_request_body_limit(request))
        return mh_problem_set(problem, MH_PROBLEM_BODY_TOO_LARGE, "A body may have %zu octets.",
                              mh_request_body_limit(request));
    if (takes_body(request->method))
        return true;
    return mh_problem_set(problem, MH_PROBLEM_UNEXPECTED_BODY, "%.32s takes no body here.", request->method);
}

/* Who may write: root, the service's own user; over TCP whoever has the token. */
static bool check_rights(const struct mh_request *request, struct mh_problem *problem)
{
    struct mh_peer peer;
    if ((request->resource->flags & MH_RESOURCE_WRITE) == 0 || !request->listener->local)
        return true;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info != NULL && mh_peer_of((int)info->connect_fd, &peer) == MH_OK &&
        (peer.uid == 0 || peer.uid == mh_own_uid()))
        return true;
    return mh_problem_set(problem, MH_PROBLEM_FORBIDDEN, "Only root and the service's own user may write.");
}

bool mh_admit_request(struct mh_request *request, struct mh_problem *problem)
{
    if (!mh_target_split(request->text, &request->target, problem))
        return false;
    const char *authority = request->target.authority;
    if (authority != NULL && !check_host_name(request, authority, problem))
        return false;
    if (strcmp(request->method, MHD_HTTP_METHOD_OPTIONS) == 0)
        return check_body(request, problem);
    request->resource = mh_router_find(request->method, &request->target, &request->argument, problem);
    return request->resource != NULL && check_rights(request, problem) && check_body(request, problem) &&
           mh_query_collect(&request->target, request->resource->parameters, &request->query, problem);
}
