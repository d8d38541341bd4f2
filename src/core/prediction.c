/* Predictions: life, and the ops whose effect is what they say. Addresses that go are in
 * prediction_address.c. */
#include "core/prediction.h"

#include "core/prediction_address.h"
#include "core/prediction_proxy.h"
#include "core/route_keep.h"
#include "core/route_table.h"

#include <string.h>

/* ---- life ------------------------------------------------------------------------------------------ */

enum mh_error mh_prediction_init(struct mh_prediction *prediction, const struct mh_snapshot *snapshot,
                                 enum mh_dialect dialect, struct mh_arena *memory)
{
    *prediction = (struct mh_prediction){.dialect = dialect, .memory = memory};
    prediction->routes = mh_list_new(sizeof(struct mh_route));
    if (prediction->routes == NULL)
        return MH_NO_MEMORY;
    for (int i = 0; i < MH_SNAPSHOT_SECTIONS; i++)
        prediction->lists[i] = mh_list_retain(snapshot->lists[i]);
    return MH_OK;
}

void mh_prediction_clear(struct mh_prediction *prediction)
{
    for (int i = 0; i < MH_SNAPSHOT_SECTIONS; i++)
        mh_list_release(prediction->lists[i]);
    mh_list_release(prediction->routes);
    *prediction = (struct mh_prediction){0};
}

void mh_prediction_copy(const struct mh_prediction *prediction, struct mh_prediction *copy)
{
    *copy = *prediction;
    for (int i = 0; i < MH_SNAPSHOT_SECTIONS; i++)
        copy->lists[i] = mh_list_retain(prediction->lists[i]);
    copy->routes = mh_list_retain(prediction->routes);
}

/* ---- reading --------------------------------------------------------------------------------------- */

static const void *items_of(const struct mh_list *list, size_t *count)
{
    *count = mh_list_count(list);
    return mh_list_items(list);
}

const struct mh_interface_address *mh_predicted_addresses(const struct mh_prediction *prediction,
                                                          size_t *count)
{
    return items_of(prediction->lists[MH_SECTION_ADDRESSES], count);
}

const struct mh_route *mh_predicted_routes(const struct mh_prediction *prediction, size_t *count)
{
    return items_of(prediction->routes, count);
}

const struct mh_rule *mh_predicted_rules(const struct mh_prediction *prediction, size_t *count)
{
    return items_of(prediction->lists[MH_SECTION_RULES], count);
}

void mh_prediction_snapshot(const struct mh_prediction *prediction, struct mh_snapshot *snapshot)
{
    mh_snapshot_init(snapshot, prediction->lists);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

enum mh_error mh_prediction_put_route(struct mh_prediction *prediction, const struct mh_route *route)
{
    struct mh_route own = *route;
    if (!mh_route_keep(prediction->memory, &own))
        return MH_NO_MEMORY;
    size_t count = mh_list_count(prediction->routes);
    return mh_list_insert(&prediction->routes, count, &own) ? MH_OK : MH_NO_MEMORY;
}

bool mh_route_same_key(const struct mh_route *a, const struct mh_route *b)
{
    return a->table == b->table && a->metric == b->metric && a->tos == b->tos &&
           mh_prefix_equal(&a->destination, &b->destination) && mh_prefix_equal(&a->source, &b->source);
}

bool mh_route_has_gateway(const struct mh_route *route)
{
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (route->next_hops[i].gateway.family != MH_FAMILY_NONE)
            return true;
    return false;
}

typedef bool (*route_match)(const struct mh_route *a, const struct mh_route *b);

/* The position of the first route that matches, or the count. */
static size_t find_route(const struct mh_prediction *prediction, const struct mh_route *route,
                         route_match matches)
{
    size_t count, i = 0;
    const struct mh_route *routes = mh_predicted_routes(prediction, &count);
    while (i < count && !matches(&routes[i], route))
        i++;
    return i;
}

static enum mh_error replace_route(struct mh_prediction *prediction, const struct mh_route *route)
{
    struct mh_route own = *route;
    size_t position = find_route(prediction, route, mh_route_same_key);
    if (position == mh_list_count(prediction->routes))
        return mh_prediction_put_route(prediction, route);
    if (!mh_route_keep(prediction->memory, &own) || !mh_list_replace(&prediction->routes, position, &own))
        return MH_NO_MEMORY;
    return MH_OK;
}

static enum mh_error remove_route(struct mh_prediction *prediction, const struct mh_route *route)
{
    size_t position = find_route(prediction, route, mh_route_equal);
    if (position == mh_list_count(prediction->routes))
        return MH_NOT_FOUND;
    return mh_list_remove(&prediction->routes, position) ? MH_OK : MH_NO_MEMORY;
}

/* ---- rules ----------------------------------------------------------------------------------------- */

/* Behind those of the same family and priority, as the system lists them. */
static enum mh_error add_rule(struct mh_prediction *prediction, const struct mh_rule *rule)
{
    size_t count, position = 0;
    const struct mh_rule *rules = mh_predicted_rules(prediction, &count);
    for (; position < count; position++) {
        const struct mh_rule *at = &rules[position];
        if (mh_rule_equal(at, rule))
            return MH_EXISTS;
        if (at->family > rule->family || (at->family == rule->family && at->priority > rule->priority))
            break;
    }
    return mh_list_insert(&prediction->lists[MH_SECTION_RULES], position, rule) ? MH_OK : MH_NO_MEMORY;
}

static enum mh_error remove_rule(struct mh_prediction *prediction, const struct mh_rule *rule)
{
    size_t count;
    const struct mh_rule *rules = mh_predicted_rules(prediction, &count);
    for (size_t i = 0; i < count; i++)
        if (mh_rule_equal(&rules[i], rule))
            return mh_list_remove(&prediction->lists[MH_SECTION_RULES], i) ? MH_OK : MH_NO_MEMORY;
    return MH_NOT_FOUND;
}

/* ---- settings and link addresses ------------------------------------------------------------------- */

static enum mh_error set_setting(struct mh_prediction *prediction, const struct mh_setting *setting)
{
    struct mh_snapshot snapshot;
    mh_prediction_snapshot(prediction, &snapshot);
    const struct mh_setting *found = mh_snapshot_setting(
        &snapshot, setting->interface, (enum mh_family)setting->family, (enum mh_setting_id)setting->id);
    size_t position = found == NULL ? 0 : (size_t)(found - snapshot.settings);
    mh_snapshot_clear(&snapshot);
    if (found == NULL)
        return MH_NOT_FOUND;
    bool done = mh_list_replace(&prediction->lists[MH_SECTION_SETTINGS], position, setting);
    return done ? MH_OK : MH_NO_MEMORY;
}

static enum mh_error set_link_address(struct mh_prediction *prediction, const struct mh_link_address *link)
{
    size_t count;
    const struct mh_interface *interfaces = items_of(prediction->lists[MH_SECTION_INTERFACES], &count);
    for (size_t i = 0; i < count; i++) {
        if (interfaces[i].index != link->interface)
            continue;
        struct mh_interface changed = interfaces[i];
        changed.hardware_address_length = link->hardware_address_length;
        memcpy(changed.hardware_address, link->hardware_address, sizeof changed.hardware_address);
        bool done = mh_list_replace(&prediction->lists[MH_SECTION_INTERFACES], i, &changed);
        return done ? MH_OK : MH_NO_MEMORY;
    }
    return MH_NOT_FOUND;
}

/* ---- all ops --------------------------------------------------------------------------------------- */

enum mh_error mh_prediction_apply(struct mh_prediction *prediction, const struct mh_op *op)
{
    switch (op->kind) {
    case MH_OP_ADDRESS_ADD:
        return mh_predict_address_add(prediction, &op->of.address);
    case MH_OP_ADDRESS_DELETE:
        return mh_predict_address_delete(prediction, &op->of.address);
    case MH_OP_ADDRESS_FLAGS:
        return mh_predict_address_flags(prediction, &op->of.address);
    case MH_OP_ROUTE_ADD:
        return mh_prediction_put_route(prediction, &op->of.route);
    case MH_OP_ROUTE_REPLACE:
        return replace_route(prediction, &op->of.route);
    case MH_OP_ROUTE_DELETE:
        return remove_route(prediction, &op->of.route);
    case MH_OP_RULE_ADD:
        return add_rule(prediction, &op->of.rule);
    case MH_OP_RULE_DELETE:
        return remove_rule(prediction, &op->of.rule);
    case MH_OP_SETTING_SET:
        return set_setting(prediction, &op->of.setting);
    case MH_OP_LINK_ADDRESS_SET:
        return set_link_address(prediction, &op->of.link);
    case MH_OP_PROXY_ADD:
        return mh_predict_proxy_add(prediction, &op->of.proxy);
    case MH_OP_PROXY_DELETE:
        return mh_predict_proxy_delete(prediction, &op->of.proxy);
    case MH_OP_KIND_COUNT:
        break;
    }
    return MH_UNSUPPORTED;
}
