/* /version, /v1/openapi.json: what does not depend on the host. */
#include "api/etag.h"
#include "api/handlers/handlers.h"
#include "api/reply.h"

#include <inttypes.h>
#include <stdio.h>

/* The bytes of openapi.json, embedded by the build. */
extern const unsigned char mh_openapi_json[];
extern const size_t mh_openapi_json_size;

MH_RENDER(mh_render_version)
{
    (void)request, (void)view, (void)problem;
    mh_json_open(json, '{');
    mh_json_put_string(json, "version", MH_VERSION);
    mh_json_put_open(json, "api", '[');
    mh_json_string(json, "v1");
    mh_json_close(json, ']');
    mh_json_close(json, '}');
    return true;
}

/* FNV-1a of the document: it changes when the document does. */
static const char *document_tag(char tag[MH_ETAG_SIZE])
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < mh_openapi_json_size; i++)
        hash = (hash ^ mh_openapi_json[i]) * 1099511628211U;
    (void)snprintf(tag, MH_ETAG_SIZE, "\"openapi-%016" PRIx64 "\"", hash);
    return tag;
}

bool mh_serve_openapi(struct mh_request *request)
{
    char tag[MH_ETAG_SIZE];
    /* libmicrohttpd wants a pointer it could write through, and with this mode does not. */
    void *bytes = (void *)(uintptr_t)mh_openapi_json;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(mh_openapi_json_size, bytes, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return mh_reply_send(request, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL);
    mh_reply_decorate(response);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, MH_TYPE_JSON);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, document_tag(tag));
    bool queued = mh_reply_unless_same(request, response, tag);
    MHD_destroy_response(response);
    return queued;
}
