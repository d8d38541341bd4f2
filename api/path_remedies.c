/* Remedies as merge patches of the configuration (DESIGN section 6). */
#include "api/path_answer.h"

/* {"source_routing": true}, with the uplink whose gateway nobody else names. */
static void put_source_routing(struct mh_json *json, const struct mh_snapshot *snapshot,
                               const struct mh_path_remedy *remedy)
{
    const char *interface = mh_snapshot_interface_name(snapshot, remedy->interface);
    mh_json_put_boolean(json, "source_routing", true);
    if (remedy->gateway.family == MH_FAMILY_NONE)
        return;
    mh_json_put_open(json, "uplinks", '{');
    mh_json_put_open(json, interface, '{');
    mh_json_put_string(json, "interface", interface);
    mh_json_put_open(json, "gateway", '{');
    mh_put_address(json, mh_family_name((enum mh_family)remedy->gateway.family), snapshot, &remedy->gateway,
                   0);
    mh_json_close(json, '}');
    mh_json_close(json, '}');
    mh_json_close(json, '}');
}

static void put_loose(struct mh_json *json, const struct mh_snapshot *snapshot,
                      const struct mh_path_remedy *remedy)
{
    mh_json_put_open(json, "interfaces", '{');
    mh_json_put_open(json, mh_snapshot_interface_name(snapshot, remedy->interface), '{');
    mh_json_put_open(json, mh_family_name((enum mh_family)remedy->family), '{');
    mh_json_put_string(json, "reverse_path", "loose");
    mh_json_close(json, '}');
    mh_json_close(json, '}');
    mh_json_close(json, '}');
}

static void put_host_model(struct mh_json *json)
{
    mh_json_put_open(json, "host_model", '{');
    mh_json_put_string(json, "receive", "weak");
    mh_json_close(json, '}');
}

static void put_weak_receive(struct mh_json *json, const struct mh_snapshot *snapshot,
                             const struct mh_path_remedy *remedy)
{
    if (remedy->interface == 0) {
        put_host_model(json);
        mh_json_put_boolean(json, "host_wide", true);
        return;
    }
    mh_json_put_open(json, "interfaces", '{');
    mh_json_put_open(json, mh_snapshot_interface_name(snapshot, remedy->interface), '{');
    mh_json_put_open(json, mh_family_name((enum mh_family)remedy->family), '{');
    put_host_model(json);
    mh_json_close(json, '}');
    mh_json_close(json, '}');
    mh_json_close(json, '}');
}

static void put_remedy(struct mh_json *json, const struct mh_snapshot *snapshot,
                       const struct mh_path_remedy *remedy)
{
    mh_json_open(json, '{');
    if (remedy->kind == MH_PATH_SOURCE_ROUTING)
        put_source_routing(json, snapshot, remedy);
    else if (remedy->kind == MH_PATH_LOOSE)
        put_loose(json, snapshot, remedy);
    else
        put_weak_receive(json, snapshot, remedy);
    mh_json_close(json, '}');
}

void mh_put_path_remedies(struct mh_json *json, const struct mh_snapshot *snapshot,
                          const struct mh_path_report *report)
{
    mh_json_put_open(json, "remedies", '[');
    for (size_t i = 0; i < report->remedy_count; i++)
        put_remedy(json, snapshot, &report->remedies[i]);
    mh_json_close(json, ']');
}
