/* The one table of resources: method, path, handler, rights and query parameters. */
#ifndef MH_API_ROUTER_H
#define MH_API_ROUTER_H

#include "api/json_text.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/target.h"

struct mh_request;
struct mh_view;

/* Writes the body of a 200 in JSON, or fills *problem and returns false. */
typedef bool (*mh_render)(const struct mh_request *request, const struct mh_view *view, struct mh_json *json,
                          struct mh_problem *problem);
/* Queues a response, or suspends the connection and is called again. False: the connection cannot be served.
 */
typedef bool (*mh_serve)(struct mh_request *request);

enum mh_resource_flag {
    MH_RESOURCE_WRITE = 1 << 0,    /* for root, the service's own user, or the token */
    MH_RESOURCE_OBSERVED = 1 << 1, /* has the view's generation as its ETag */
    MH_RESOURCE_HOT = 1 << 2,      /* depends on the view and the target only: rendered once per generation */
    MH_RESOURCE_DEEP = 1 << 3,     /* the pattern's last {...} stands for one segment or more */
    MH_RESOURCE_DOCUMENT = 1 << 4  /* its body is a configuration, up to MH_CONFIG_TEXT_LIMIT */
};

/* Exactly one of `render` and `serve` is set. */
struct mh_resource {
    const char *method;  /* "GET" (HEAD comes with it), "POST", "PUT", "PATCH", "DELETE" */
    const char *pattern; /* "/v1/interfaces/{name}" */
    unsigned parameters; /* MH_TAKES(...) */
    unsigned flags;      /* enum mh_resource_flag */
    mh_render render;
    mh_serve serve;
};

/* All resources; the one after the last has a pattern of NULL. */
extern const struct mh_resource mh_resources[];

/* The resource that answers `method` at the target's path; *argument is what stands for {...}, or NULL.
 * Otherwise NULL, and *problem says that there is no such path, or which methods it knows. */
const struct mh_resource *mh_router_find(const char *method, const struct mh_target *target,
                                         const char **argument, struct mh_problem *problem);

/* Writes the methods of a path for an Allow header ("GET, HEAD, OPTIONS"); false when there is no such path.
 */
bool mh_router_allow(const struct mh_target *target, char allow[MH_ALLOW_SIZE]);

#endif
