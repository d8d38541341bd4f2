#include "api/router.h"

#include "api/handlers/handlers.h"

#include <string.h>

#define OBSERVED MH_RESOURCE_OBSERVED
#define HOT (MH_RESOURCE_OBSERVED | MH_RESOURCE_HOT)
#define CHANGES (MH_TAKES(DRY_RUN) | MH_TAKES(STRICT) | MH_TAKES(CONFIRM_TIMEOUT))
#define DOCUMENT (MH_RESOURCE_WRITE | MH_RESOURCE_DOCUMENT)

const struct mh_resource mh_resources[] = {
    {.method = "GET", .pattern = "/version", .render = mh_render_version},
    {.method = "GET", .pattern = "/healthz", .serve = mh_serve_healthz},
    {.method = "GET", .pattern = "/metrics", .serve = mh_serve_metrics},
    {.method = "GET", .pattern = "/v1/openapi.json", .serve = mh_serve_openapi},
    {.method = "GET", .pattern = "/v1/status", .flags = HOT, .render = mh_render_status},
    {.method = "GET",
     .pattern = "/v1/capabilities",
     .parameters = MH_TAKES_PAGE | MH_TAKES(INTERFACE) | MH_TAKES(FAMILY),
     .flags = HOT,
     .render = mh_render_capabilities},
    {.method = "GET",
     .pattern = "/v1/interfaces",
     .parameters = MH_TAKES_PAGE,
     .flags = HOT,
     .render = mh_render_interfaces},
    {.method = "GET", .pattern = "/v1/interfaces/{name}", .flags = HOT, .render = mh_render_interface_named},
    {.method = "GET",
     .pattern = "/v1/addresses",
     .parameters = MH_TAKES_PAGE | MH_TAKES(INTERFACE) | MH_TAKES(FAMILY) | MH_TAKES(OWNER),
     .flags = HOT,
     .render = mh_render_addresses},
    {.method = "GET",
     .pattern = "/v1/routes",
     .parameters = MH_TAKES_PAGE | MH_TAKES(INTERFACE) | MH_TAKES(FAMILY) | MH_TAKES(TABLE) | MH_TAKES(OWNER),
     .flags = OBSERVED,
     .render = mh_render_routes},
    {.method = "GET",
     .pattern = "/v1/rules",
     .parameters = MH_TAKES_PAGE | MH_TAKES(INTERFACE) | MH_TAKES(FAMILY) | MH_TAKES(TABLE) | MH_TAKES(OWNER),
     .flags = HOT,
     .render = mh_render_rules},
    {.method = "GET",
     .pattern = "/v1/neighbors",
     .parameters = MH_TAKES_PAGE | MH_TAKES(INTERFACE) | MH_TAKES(FAMILY) | MH_TAKES(OWNER),
     .flags = HOT,
     .render = mh_render_neighbors},
    {.method = "GET",
     .pattern = "/v1/host-model",
     .parameters = MH_TAKES_PAGE | MH_TAKES(INTERFACE) | MH_TAKES(FAMILY),
     .render = mh_render_host_model},
    {.method = "GET",
     .pattern = "/v1/arp",
     .parameters = MH_TAKES_PAGE | MH_TAKES(INTERFACE) | MH_TAKES(FAMILY),
     .flags = HOT,
     .render = mh_render_arp},
    {.method = "GET", .pattern = "/v1/scenario", .flags = HOT, .render = mh_render_scenario},
    {.method = "GET",
     .pattern = "/v1/select",
     .parameters = MH_TAKES(DESTINATION) | MH_TAKES(SOURCE) | MH_TAKES(PROTOCOL) | MH_TAKES(MARK) |
                   MH_TAKES(INTERFACE) | MH_TAKES(TOS) | MH_TAKES(SOURCE_PORT) | MH_TAKES(DESTINATION_PORT) |
                   MH_TAKES(UID),
     .render = mh_render_select},
    {.method = "GET", .pattern = "/v1/config", .serve = mh_serve_config},
    {.method = "GET", .pattern = "/v1/config/{path}", .flags = MH_RESOURCE_DEEP, .serve = mh_serve_config},
    {.method = "PUT",
     .pattern = "/v1/config",
     .parameters = CHANGES,
     .flags = DOCUMENT,
     .serve = mh_serve_config_put},
    {.method = "PATCH",
     .pattern = "/v1/config",
     .parameters = CHANGES,
     .flags = DOCUMENT,
     .serve = mh_serve_config_patch},
    {.method = "PUT",
     .pattern = "/v1/config/{path}",
     .parameters = CHANGES,
     .flags = DOCUMENT | MH_RESOURCE_DEEP,
     .serve = mh_serve_config_put},
    {.method = "DELETE",
     .pattern = "/v1/config/{path}",
     .parameters = CHANGES,
     .flags = MH_RESOURCE_WRITE | MH_RESOURCE_DEEP,
     .serve = mh_serve_config_delete},
    {.method = "GET", .pattern = "/v1/plan", .serve = mh_serve_plan},
    {.method = "GET",
     .pattern = "/v1/transactions",
     .parameters = MH_TAKES_PAGE,
     .render = mh_render_transactions},
    {.method = "GET", .pattern = "/v1/transactions/{id}", .render = mh_render_transaction},
    {.method = "POST",
     .pattern = "/v1/transactions/{id}/confirm",
     .flags = MH_RESOURCE_WRITE,
     .serve = mh_serve_confirm},
    {.method = "POST",
     .pattern = "/v1/transactions/{id}/revert",
     .flags = MH_RESOURCE_WRITE,
     .serve = mh_serve_revert},
    {.method = "POST", .pattern = "/v1/reload", .flags = MH_RESOURCE_WRITE, .serve = mh_serve_reload},
    {.method = "GET", .pattern = "/v1/schema/config", .serve = mh_serve_config_schema},
    {.method = "GET",
     .pattern = "/v1/path",
     .parameters = MH_TAKES(REMOTE) | MH_TAKES(LOCAL) | MH_TAKES(INTERFACE) | MH_TAKES(PROTOCOL) |
                   MH_TAKES(REMOTE_PORT) | MH_TAKES(LOCAL_PORT) | MH_TAKES(MARK),
     .render = mh_render_path},
    {.method = "GET", .pattern = "/v1/events", .parameters = MH_TAKES(SINCE), .serve = mh_serve_events},
    {.method = "GET", .pattern = "/v1/topology", .flags = OBSERVED, .serve = mh_serve_topology},
    {.method = "POST", .pattern = "/v1/resync", .flags = MH_RESOURCE_WRITE, .serve = mh_serve_resync},
    {.pattern = NULL},
};

/* Compares one path with a pattern, segment by segment. */
static bool fits(const struct mh_resource *resource, const struct mh_target *target, const char **argument)
{
    const char *pattern = resource->pattern;
    *argument = NULL;
    for (size_t i = 0; i < target->segment_count; i++) {
        if (*pattern == '\0')
            return (resource->flags & MH_RESOURCE_DEEP) != 0;
        if (*pattern++ != '/')
            return false;
        size_t length = strcspn(pattern, "/");
        if (pattern[0] == '{')
            *argument = target->segments[i];
        else if (strlen(target->segments[i]) != length || memcmp(target->segments[i], pattern, length) != 0)
            return false;
        pattern += length;
    }
    return *pattern == '\0';
}

static bool method_fits(const char *method, const struct mh_resource *resource)
{
    return strcmp(method, resource->method) == 0 ||
           (strcmp(method, "HEAD") == 0 && strcmp(resource->method, "GET") == 0);
}

/* In the order of an Allow header. */
static const struct {
    const char *method, *allows;
} methods[] = {{"GET", "GET, HEAD, "},
               {"POST", "POST, "},
               {"PUT", "PUT, "},
               {"PATCH", "PATCH, "},
               {"DELETE", "DELETE, "}};
enum { METHODS = sizeof methods / sizeof methods[0] };

bool mh_router_allow(const struct mh_target *target, char allow[MH_ALLOW_SIZE])
{
    const char *argument;
    bool known[METHODS] = {false}, any = false;
    for (const struct mh_resource *resource = mh_resources; resource->pattern != NULL; resource++)
        for (size_t i = 0; i < METHODS; i++)
            if (strcmp(resource->method, methods[i].method) == 0 && fits(resource, target, &argument))
                known[i] = any = true;
    allow[0] = '\0';
    for (size_t i = 0; i < METHODS && any; i++)
        if (known[i])
            strcat(allow, methods[i].allows);
    if (any)
        strcat(allow, "OPTIONS");
    return any;
}

const struct mh_resource *mh_router_find(const char *method, const struct mh_target *target,
                                         const char **argument, struct mh_problem *problem)
{
    for (const struct mh_resource *resource = mh_resources; resource->pattern != NULL; resource++)
        if (method_fits(method, resource) && fits(resource, target, argument))
            return resource;
    char allow[MH_ALLOW_SIZE];
    if (!mh_router_allow(target, allow)) {
        (void)mh_problem_set(problem, MH_PROBLEM_NOT_FOUND,
                             "No resource has this path; GET /v1/openapi.json lists them all.");
    } else {
        (void)mh_problem_set(problem, MH_PROBLEM_METHOD_NOT_ALLOWED, "The resource answers %s.", allow);
        (void)mh_problem_expected(problem, allow, method);
        strcpy(problem->allow, allow);
    }
    return NULL;
}
