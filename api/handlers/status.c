/* /v1/status and /v1/scenario. */
#include "api/handlers/handlers.h"
#include "api/request.h"
#include "api/words.h"
#include "core/time_text.h"
#include "daemon/view.h"

/* The kinds that hold, each once. */
static void put_kinds(struct mh_json *json, const struct mh_scenario_list *list)
{
    unsigned seen = 0;
    mh_json_put_open(json, "kinds", '[');
    for (size_t i = 0; i < list->count; i++) {
        unsigned bit = 1U << list->items[i].kind;
        if ((seen & bit) == 0)
            mh_json_string(json, mh_scenario_kind_name(list->items[i].kind));
        seen |= bit;
    }
    mh_json_close(json, ']');
}

static void put_summary(struct mh_json *json, const char *family, const struct mh_scenario_list *list)
{
    mh_json_put_open(json, family, '{');
    mh_json_put_boolean(json, "multihomed", list->multihomed);
    put_kinds(json, list);
    mh_json_close(json, '}');
}

static void put_counts(struct mh_json *json, const struct mh_view *view)
{
    mh_json_put_open(json, "counts", '{');
    mh_json_put_unsigned(json, "interfaces", view->snapshot.interface_count);
    mh_json_put_unsigned(json, "addresses", view->snapshot.address_count);
    mh_json_put_open(json, "routes", '{');
    mh_json_put_unsigned(json, "ipv4", view->route_count[0]);
    mh_json_put_unsigned(json, "ipv6", view->route_count[1]);
    mh_json_close(json, '}');
    mh_json_put_unsigned(json, "rules", view->snapshot.rule_count);
    mh_json_put_unsigned(json, "neighbors", view->snapshot.neighbor_count);
    mh_json_close(json, '}');
}

static void put_resync(struct mh_json *json, const struct mh_view *view)
{
    char time[MH_TIME_TEXT_SIZE];
    mh_json_put_open(json, "last_resync", '{');
    mh_json_put_string(json, "time", mh_time_format(view->resync_wall, time));
    mh_json_put_string(json, "reason", view->resync_reason);
    mh_json_put_unsigned(json, "count", view->resync_count);
    mh_json_close(json, '}');
}

static void put_config(struct mh_json *json, const struct mh_config *config)
{
    mh_json_put_open(json, "config", '{');
    mh_json_put_open(json, "unsupported", '[');
    for (size_t i = 0; i < mh_config_unsupported_count(config); i++)
        mh_json_string(json, mh_config_unsupported(config, i));
    mh_json_close(json, ']');
    mh_json_close(json, '}');
}

MH_RENDER(mh_render_status)
{
    const struct mh_identity *identity = &request->api->identity;
    (void)problem;
    mh_json_open(json, '{');
    mh_json_put_string(json, "hostname", identity->hostname);
    mh_json_put_string(json, "system", identity->system);
    mh_json_put_string(json, "backend", identity->backend);
    mh_json_put_string(json, "version", MH_VERSION);
    mh_json_put_string(json, "instance", mh_event_log_instance(request->api->sources.events));
    mh_json_put_unsigned(json, "generation", view->generation);
    mh_json_put_open(json, "scenario", '{');
    put_summary(json, "ipv4", &view->scenario->ipv4);
    put_summary(json, "ipv6", &view->scenario->ipv6);
    mh_json_close(json, '}');
    put_counts(json, view);
    put_resync(json, view);
    put_config(json, view->config);
    mh_json_close(json, '}');
    return true;
}

static void put_members(struct mh_json *json, const struct mh_snapshot *snapshot,
                        const struct mh_scenario *scenario)
{
    mh_json_put_open(json, "members", '[');
    for (size_t i = 0; i < scenario->member_count; i++) {
        const struct mh_scenario_member *member = &scenario->members[i];
        mh_json_open(json, '{');
        mh_put_interface(json, "interface", snapshot, member->interface);
        mh_put_address(json, "address", snapshot, &member->address, member->interface);
        mh_put_prefix(json, "subnet", &member->subnet);
        mh_json_close(json, '}');
    }
    mh_json_close(json, ']');
}

static void put_scenario(struct mh_json *json, const struct mh_snapshot *snapshot,
                         const struct mh_scenario *scenario)
{
    const char *layout = mh_scenario_layout_name(scenario->layout);
    mh_json_open(json, '{');
    mh_json_put_string(json, "kind", mh_scenario_kind_name(scenario->kind));
    if (layout != NULL)
        mh_json_put_string(json, "layout", layout);
    if (scenario->subnet.address.family != MH_FAMILY_NONE)
        mh_put_prefix(json, "subnet", &scenario->subnet);
    put_members(json, snapshot, scenario);
    mh_json_put_open(json, "evidence", '[');
    for (size_t i = 0; i < scenario->evidence_count; i++)
        mh_json_string(json, scenario->evidence[i]);
    mh_json_close(json, ']');
    mh_json_put_string(json, "reference", "RFC 1122 3.3.4.1");
    mh_put_domain(json, snapshot, scenario->domain);
    mh_json_close(json, '}');
}

static void put_family(struct mh_json *json, const char *family, const struct mh_snapshot *snapshot,
                       const struct mh_scenario_list *list)
{
    mh_json_put_open(json, family, '{');
    mh_json_put_boolean(json, "multihomed", list->multihomed);
    mh_json_put_open(json, "scenarios", '[');
    for (size_t i = 0; i < list->count; i++)
        put_scenario(json, snapshot, &list->items[i]);
    mh_json_close(json, ']');
    mh_json_close(json, '}');
}

MH_RENDER(mh_render_scenario)
{
    (void)request, (void)problem;
    mh_json_open(json, '{');
    mh_json_put_unsigned(json, "generation", view->generation);
    put_family(json, "ipv4", &view->snapshot, &view->scenario->ipv4);
    put_family(json, "ipv6", &view->snapshot, &view->scenario->ipv6);
    mh_json_close(json, '}');
    return true;
}
