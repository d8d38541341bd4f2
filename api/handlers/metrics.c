/* /metrics: OpenMetrics 1.0.0. */
#include "api/handlers/handlers.h"
#include "api/reply.h"
#include "daemon/view.h"

#include <inttypes.h>

#define METRICS_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* Begins a family of metrics. */
static void declare(struct mh_json *text, const char *name, const char *type, const char *help)
{
    mh_json_raw(text, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
}

static void put_gauge(struct mh_json *text, const char *name, const char *help, uint64_t value)
{
    declare(text, name, "gauge", help);
    mh_json_raw(text, "%s %" PRIu64 "\n", name, value);
}

static void put_counter(struct mh_json *text, const char *name, const char *help, uint64_t value)
{
    declare(text, name, "counter", help);
    mh_json_raw(text, "%s_total %" PRIu64 "\n", name, value);
}

static void put_routes(struct mh_json *text, const struct mh_api *api, const struct mh_view *view)
{
    declare(text, "multihomed_routes", "gauge", "Routes of all tables.");
    mh_json_raw(text, "multihomed_routes{family=\"ipv4\"} %zu\n", view->route_count[0]);
    mh_json_raw(text, "multihomed_routes{family=\"ipv6\"} %zu\n", view->route_count[1]);
    size_t memory = mh_route_table_memory(mh_route_store_read(api->sources.routes));
    mh_route_store_done(api->sources.routes);
    declare(text, "multihomed_route_table_bytes", "gauge", "Memory that the route table holds.");
    mh_json_raw(text, "# UNIT multihomed_route_table_bytes bytes\nmultihomed_route_table_bytes %zu\n",
                memory);
}

static void put_view(struct mh_json *text, const struct mh_api *api, const struct mh_view *view)
{
    put_gauge(text, "multihomed_generation", "Number of the newest view of the host.", view->generation);
    put_gauge(text, "multihomed_interfaces", "Network interfaces.", view->snapshot.interface_count);
    put_gauge(text, "multihomed_addresses", "Addresses of all interfaces.", view->snapshot.address_count);
    put_gauge(text, "multihomed_rules", "Policy rules.", view->snapshot.rule_count);
    put_gauge(text, "multihomed_neighbors", "Neighbour entries.", view->snapshot.neighbor_count);
    put_routes(text, api, view);
    put_counter(text, "multihomed_resyncs", "Times that everything was read anew.", view->resync_count);
}

static void put_requests(struct mh_json *text, struct mh_api *api)
{
    declare(text, "multihomed_http_requests", "counter", "Requests answered, by class of status.");
    for (unsigned class = 2; class < MH_STATUS_CLASSES; class ++) {
        uint64_t count = atomic_load_explicit(&api->answered[class], memory_order_relaxed);
        mh_json_raw(text, "multihomed_http_requests_total{class=\"%uxx\"} %" PRIu64 "\n", class, count);
    }
}

bool mh_serve_metrics(struct mh_request *request)
{
    struct mh_api *api = request->api;
    struct mh_json text;
    mh_json_init(&text);
    declare(&text, "multihomed", "info", "The service.");
    mh_json_raw(&text, "multihomed_info{version=\"%s\",backend=\"%s\"} 1\n", MH_VERSION,
                api->identity.backend);
    const struct mh_view *view = mh_view_acquire(api->sources.views);
    if (view != NULL) {
        put_view(&text, api, view);
        mh_view_release(view);
    }
    put_counter(&text, "multihomed_events", "Events since start.", mh_event_log_newest(api->sources.events));
    put_gauge(&text, "multihomed_event_streams", "Open event streams.", mh_park_count(&api->streams));
    put_requests(&text, api);
    mh_json_raw(&text, "# EOF"); /* mh_json_take adds the line end */
    size_t length = 0;
    char *taken = mh_json_take(&text, &length);
    return mh_reply_send(request, MHD_HTTP_OK, mh_reply_make(taken, length, METRICS_TYPE, NULL));
}
