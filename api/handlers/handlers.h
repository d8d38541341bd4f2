/* The handlers that router.c's table names. */
#ifndef MH_API_HANDLERS_H
#define MH_API_HANDLERS_H

#include "api/router.h"

#define MH_RENDER(name)                                                                                      \
    bool name(const struct mh_request *request, const struct mh_view *view, struct mh_json *json,            \
              struct mh_problem *problem)

MH_RENDER(mh_render_version);
MH_RENDER(mh_render_status);
MH_RENDER(mh_render_capabilities);
MH_RENDER(mh_render_interfaces);
MH_RENDER(mh_render_interface_named);
MH_RENDER(mh_render_addresses);
MH_RENDER(mh_render_routes);
MH_RENDER(mh_render_rules);
MH_RENDER(mh_render_neighbors);
MH_RENDER(mh_render_scenario);
MH_RENDER(mh_render_select);
MH_RENDER(mh_render_select_order); /* of several destinations */
MH_RENDER(mh_render_path);
MH_RENDER(mh_render_host_model);
MH_RENDER(mh_render_arp);
MH_RENDER(mh_render_transactions);
MH_RENDER(mh_render_transaction);

bool mh_serve_openapi(struct mh_request *request);
bool mh_serve_config(struct mh_request *request);
bool mh_serve_config_put(struct mh_request *request);
bool mh_serve_config_patch(struct mh_request *request);
bool mh_serve_config_delete(struct mh_request *request);
bool mh_serve_config_schema(struct mh_request *request);
bool mh_serve_metrics(struct mh_request *request);
bool mh_serve_events(struct mh_request *request);
bool mh_serve_topology(struct mh_request *request);
bool mh_serve_healthz(struct mh_request *request);
bool mh_serve_resync(struct mh_request *request);
bool mh_serve_plan(struct mh_request *request);
bool mh_serve_confirm(struct mh_request *request);
bool mh_serve_revert(struct mh_request *request);
bool mh_serve_reload(struct mh_request *request);

#endif
