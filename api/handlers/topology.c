/* /v1/topology: the host as a picture, in the representation that Accept asks for. */
#include "api/topology.h"
#include "api/accept.h"
#include "api/etag.h"
#include "api/handlers/handlers.h"
#include "api/reply.h"

#include <stdio.h>
#include <string.h>

static const char *const offers[] = {"application/json", "text/vnd.graphviz", "image/svg+xml", "text/plain"};
/* What Content-Type says. */
static const char *const types[] = {"application/json", "text/vnd.graphviz; charset=utf-8", "image/svg+xml",
                                    "text/plain; charset=utf-8"};
static const enum mh_topology_format formats[] = {MH_TOPOLOGY_JSON, MH_TOPOLOGY_DOT, MH_TOPOLOGY_SVG,
                                                  MH_TOPOLOGY_TEXT};
enum { OFFERS = sizeof offers / sizeof offers[0] };

static bool refuse(struct mh_request *request)
{
    struct mh_problem problem;
    (void)mh_problem_set(&problem, MH_PROBLEM_NOT_ACCEPTABLE, "The topology can be had in four media types.");
    (void)mh_problem_expected(&problem, "application/json, text/vnd.graphviz, image/svg+xml or text/plain",
                              request->headers.accept);
    return mh_reply_problem(request, &problem);
}

static bool refuse_early(struct mh_request *request)
{
    struct mh_problem problem;
    (void)mh_problem_set(&problem, MH_PROBLEM_BUSY, "The host has not been read yet.");
    return mh_reply_problem(request, &problem);
}

static struct MHD_Response *make(struct mh_request *request, const struct mh_view *view, int offer,
                                 const char *etag)
{
    struct mh_api *api = request->api;
    const struct mh_route_table *routes = mh_route_store_read(api->sources.routes);
    char *text = mh_topology_render(view, routes, api->identity.hostname, formats[offer]);
    mh_route_store_done(api->sources.routes);
    struct MHD_Response *response = mh_reply_make(text, text == NULL ? 0 : strlen(text), types[offer], etag);
    if (response != NULL)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT);
    return response;
}

bool mh_serve_topology(struct mh_request *request)
{
    int offer = mh_accept_pick(request->headers.accept, offers, OFFERS);
    if (offer < 0)
        return refuse(request);
    char etag[MH_ETAG_SIZE], key[64];
    const struct mh_view *view = mh_view_acquire(request->api->sources.views);
    if (view == NULL)
        return refuse_early(request);
    uint64_t generation = view->generation;
    mh_etag_format(mh_event_log_instance(request->api->sources.events), generation, etag);
    /* No request target holds a line end: the key cannot be asked for directly. */
    (void)snprintf(key, sizeof key, "topology\n%s", offers[offer]);
    struct mh_cached *cached = mh_cache_find(&request->api->cache, generation, key);
    if (cached == NULL) {
        struct MHD_Response *response = make(request, view, offer, etag);
        cached = response == NULL ? NULL : mh_cache_put(&request->api->cache, generation, key, response);
    }
    mh_view_release(view);
    if (cached == NULL)
        return mh_reply_send(request, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL);
    bool queued = mh_reply_unless_same(request, cached->response, etag);
    mh_cached_release(cached);
    return queued;
}
