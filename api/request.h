/* One request on its way through the server, and what all requests share. */
#ifndef MH_API_REQUEST_H
#define MH_API_REQUEST_H

#include "api/cache.h"
#include "api/headers.h"
#include "api/park.h"
#include "api/query.h"
#include "api/router.h"
#include "api/server.h"
#include "api/target.h"

#include <microhttpd.h>
#include <stdatomic.h>

enum {
    MH_STREAMS_MAX = 64,       /* open event streams, over all listeners */
    MH_WRITES_MAX = 64,        /* requests that wait for the loop */
    MH_BODY_LIMIT = 64 * 1024, /* octets of a body that is no document */
    MH_STATUS_CLASSES = 6      /* 1xx to 5xx */
};

struct mh_listener;

struct mh_api {
    struct mh_api_sources sources;
    struct mh_identity identity;
    struct mh_cache cache;
    struct mh_park streams, writes;
    atomic_uint_fast64_t answered[MH_STATUS_CLASSES]; /* by first digit of the status */
    struct mh_listener *listeners;
};

struct mh_listener {
    struct mh_listener *next;
    struct mh_api *api;
    struct MHD_Daemon *daemon;
    bool local;
    uint16_t port;
    char *token; /* of TCP */
};

struct mh_request {
    struct mh_listener *listener;
    struct mh_api *api;
    struct MHD_Connection *connection;
    const char *method, *version;
    bool begun, admitted;
    bool too_long, has_nul; /* of the target */
    struct mh_headers headers;
    struct mh_target target;
    const struct mh_resource *resource;
    const char *argument; /* of {name} in the resource's path */
    struct mh_query query;
    char *body;
    size_t body_room;                           /* octets allocated */
    size_t body_length;                         /* what came; beyond its limit it was dropped */
    void *waiting;                              /* what the handler left while it is suspended */
    void (*forget)(struct mh_request *request); /* frees `waiting`; NULL when there is nothing */
    const char *place; /* the target in libmicrohttpd's buffer, which changes it: only where it is matters */
    size_t length;     /* octets of the target */
    char *key;         /* the target as it came; it is what responses are cached under */
    char text[];       /* the target, split in place, then the key */
};

#endif
