/* Metrics, as the system has them: Linux's, the priorities of OpenBSD, or none. */
#include "core/plan_builder.h"

uint32_t mh_plan_usual_metric(const struct mh_plan_builder *builder, uint32_t table, uint8_t family)
{
    bool is_main = table == builder->traits->main_table;
    const uint32_t *usual = is_main ? builder->traits->usual_metric : builder->traits->table_metric;
    return usual[family == MH_IPV6];
}

uint32_t mh_plan_fit_metric(struct mh_plan_builder *builder, uint32_t metric, const char *member)
{
    const struct mh_dialect_traits *traits = builder->traits;
    uint32_t fits = metric < traits->least      ? traits->least
                    : metric > traits->greatest ? traits->greatest
                                                : metric;
    if (metric == 0)
        return 0;
    if (!mh_dialect_has_metrics(traits))
        mh_plan_note(builder, &builder->warnings, member,
                     "%s has no route metrics: the route is made without its metric of %u.", traits->name,
                     metric);
    else if (fits != metric)
        mh_plan_note(builder, &builder->warnings, member,
                     "%s has room for priorities of %u to %u here: the route gets %u instead of %u.",
                     traits->name, traits->least, traits->greatest, fits, metric);
    return fits;
}

uint32_t mh_plan_interface_metric(const struct mh_plan_builder *builder, uint32_t interface,
                                  enum mh_family family)
{
    const struct mh_snapshot view = {.settings = mh_list_items(builder->now.lists[MH_SECTION_SETTINGS]),
                                     .setting_count = mh_list_count(builder->now.lists[MH_SECTION_SETTINGS])};
    const struct mh_setting *metric =
        mh_snapshot_setting(&view, interface, family, MH_SETTING_INTERFACE_METRIC);
    return metric == NULL || metric->value < 0 ? 0 : (uint32_t)metric->value;
}

/* ---- uplinks --------------------------------------------------------------------------------------- */

static bool serves(const struct mh_config_uplink *uplink, enum mh_family family)
{
    return mh_plan_gateway_of(uplink, family)->kind != MH_GATEWAY_ABSENT;
}

/* How many of the document stand before it, whether they have a way now or not: a place that stays when
 * others come and go. */
static uint32_t rank_of(const struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                        enum mh_family family)
{
    const struct mh_config *config = builder->input->config;
    uint32_t rank = 0;
    for (size_t i = 0; i < config->uplink_count; i++) {
        const struct mh_config_uplink *other = &config->uplinks[i];
        rank += serves(other, family) && (other->priority < uplink->priority ||
                                          (other->priority == uplink->priority && other < uplink));
    }
    return rank;
}

/* As a metric the priority is at least 1: 0 is IPv4's best, and IPv6's word for its usual one. Where metrics
 * are few, the uplinks stand one behind the other from the usual one on. */
uint32_t mh_plan_uplink_metric(const struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                               enum mh_family family)
{
    const struct mh_dialect_traits *traits = builder->traits;
    if (traits->greatest == UINT32_MAX || !mh_dialect_has_metrics(traits))
        return uplink->priority == 0 ? 1 : uplink->priority;
    uint32_t metric = traits->usual_metric[family == MH_IPV6] + rank_of(builder, uplink, family);
    return metric > traits->greatest ? traits->greatest : metric;
}
