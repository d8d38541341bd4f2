/* /version, /v1/openapi.json, /v1/schema/config: what does not depend on the host. */
#include "api/etag.h"
#include "api/handlers/handlers.h"
#include "api/reply.h"
#include "core/hash.h"

/* The bytes of documents, embedded by the build. */
extern const unsigned char mh_openapi_json[];
extern const size_t mh_openapi_json_size;
extern const unsigned char mh_config_schema_json[];
extern const size_t mh_config_schema_json_size;

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

/* An embedded document, whose tag changes when the document does. */
static bool serve_embedded(struct mh_request *request, const unsigned char *document, size_t size,
                           const char *type)
{
    char tag[MH_ETAG_SIZE];
    /* libmicrohttpd wants a pointer it could write through, and with this mode does not. */
    void *bytes = (void *)(uintptr_t)document;
    struct MHD_Response *response = MHD_create_response_from_buffer(size, bytes, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return mh_reply_send(request, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL);
    mh_reply_decorate(response);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    (void)mh_etag_of_content(mh_hash(document, size), tag);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, tag);
    bool queued = mh_reply_unless_same(request, response, tag);
    MHD_destroy_response(response);
    return queued;
}

bool mh_serve_openapi(struct mh_request *request)
{
    return serve_embedded(request, mh_openapi_json, mh_openapi_json_size, MH_TYPE_JSON);
}

bool mh_serve_config_schema(struct mh_request *request)
{
    return serve_embedded(request, mh_config_schema_json, mh_config_schema_json_size,
                          "application/schema+json");
}
