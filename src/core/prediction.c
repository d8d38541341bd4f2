/* Predictions: life, and the ops whose effect is what they say. Addresses that go are in
 * prediction_address.c. */
#include "core/prediction.h"

#include "core/address_label.h"
#include "core/dialect_traits.h"
#include "core/prediction_address.h"
#include "core/prediction_index.h"
#include "core/prediction_proxy.h"
#include "core/route_keep.h"
#include "core/route_table.h"
#include "core/scenario_subnet.h"

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
    return mh_prediction_index_make(prediction) ? MH_OK : MH_NO_MEMORY;
}

void mh_prediction_clear(struct mh_prediction *prediction)
{
    for (int i = 0; i < MH_SNAPSHOT_SECTIONS; i++)
        mh_list_release(prediction->lists[i]);
    mh_list_release(prediction->routes);
    mh_prediction_index_free(prediction);
    *prediction = (struct mh_prediction){0};
}

void mh_prediction_copy(const struct mh_prediction *prediction, struct mh_prediction *copy)
{
    *copy = *prediction;
    copy->index = NULL;
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
    snapshot->has_own_labels =
        snapshot->label_count > 0 && !mh_address_labels_are_of_linux(snapshot->labels, snapshot->label_count);
}

const struct mh_address_label *mh_predicted_label(const struct mh_prediction *prediction,
                                                  const struct mh_address_label *label, size_t *position)
{
    size_t first = 0, end, count;
    const struct mh_address_label *items = items_of(prediction->lists[MH_SECTION_LABELS], &count);
    for (end = count; first < end;) {
        size_t middle = first + (end - first) / 2;
        if (mh_address_label_compare(&items[middle], label) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    *position = first;
    return first < count && mh_address_label_compare(&items[first], label) == 0 ? &items[first] : NULL;
}

/* ---- routes ---------------------------------------------------------------------------------------- */

enum mh_error mh_prediction_put_route(struct mh_prediction *prediction, const struct mh_route *route)
{
    struct mh_route own = *route;
    if (!mh_route_keep(prediction->memory, &own))
        return MH_NO_MEMORY;
    size_t count = mh_list_count(prediction->routes);
    return mh_prediction_insert_route(prediction, count, &own) ? MH_OK : MH_NO_MEMORY;
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

static bool same_way(const struct mh_route *a, const struct mh_route *b)
{
    return a->next_hop_count == 1 && b->next_hop_count == 1 &&
           a->next_hops[0].interface == b->next_hops[0].interface &&
           mh_address_equal(&a->next_hops[0].gateway, &b->next_hops[0].gateway);
}

bool mh_route_same_place(const struct mh_dialect_traits *traits, const struct mh_route *a,
                         const struct mh_route *b)
{
    if (!traits->has_way_key)
        return mh_route_same_key(a, b);
    return a->table == b->table && mh_prefix_equal(&a->destination, &b->destination) && same_way(a, b);
}

static bool has_key(const void *item, const void *route)
{
    return mh_route_same_key(item, route);
}

static bool has_way(const void *item, const void *route)
{
    const struct mh_route *a = item, *b = route;
    return a->table == b->table && mh_prefix_equal(&a->destination, &b->destination) && same_way(a, b);
}

const struct mh_route *mh_predicted_route_at(const struct mh_prediction *prediction,
                                             const struct mh_route *route)
{
    bool by_way = mh_dialect_traits(prediction->dialect)->has_way_key;
    return mh_predicted_route_like(prediction, route, by_way ? has_way : has_key);
}

static bool is_route(const void *item, const void *route)
{
    return mh_route_same_key(item, route) && mh_route_equal(item, route);
}

/* The place of an item that was found in the list of routes. */
static size_t place_of(const struct mh_prediction *prediction, const struct mh_route *found)
{
    size_t count;
    return (size_t)(found - mh_predicted_routes(prediction, &count));
}

const struct mh_interface_address *mh_route_source_among(const struct mh_interface_address *items,
                                                         size_t count, const struct mh_route *route)
{
    const struct mh_interface_address *first = NULL;
    const struct mh_next_hop *hop = &route->next_hops[0];
    for (size_t i = 0; i < count && route->next_hop_count > 0; i++) {
        if (items[i].interface != hop->interface ||
            items[i].address.family != route->destination.address.family)
            continue;
        if (hop->gateway.family != MH_FAMILY_NONE && mh_address_shares(&items[i], &hop->gateway))
            return &items[i];
        if (first == NULL)
            first = &items[i];
    }
    return first;
}

static struct mh_route fill_in(const struct mh_prediction *prediction, const struct mh_route *route)
{
    const struct mh_dialect_traits *traits = mh_dialect_traits(prediction->dialect);
    struct mh_route own = *route;
    if (!traits->fills_in_source || route->table != traits->main_table || route->next_hop_count == 0 ||
        route->preferred_source.family != MH_FAMILY_NONE)
        return own;
    size_t count;
    const struct mh_interface_address *items = mh_predicted_addresses(prediction, &count);
    const struct mh_interface_address *source = mh_route_source_among(items, count, route);
    if (source != NULL)
        own.preferred_source = source->address;
    return own;
}

static enum mh_error add_route(struct mh_prediction *prediction, const struct mh_route *route)
{
    const struct mh_route own = fill_in(prediction, route);
    return mh_prediction_put_route(prediction, &own);
}

static enum mh_error replace_route(struct mh_prediction *prediction, const struct mh_route *route)
{
    struct mh_route own = fill_in(prediction, route);
    const struct mh_route *found = mh_predicted_route_at(prediction, route);
    if (found == NULL)
        return mh_prediction_put_route(prediction, &own);
    if (!mh_route_keep(prediction->memory, &own) ||
        !mh_prediction_replace_route(prediction, place_of(prediction, found), &own))
        return MH_NO_MEMORY;
    return MH_OK;
}

static enum mh_error remove_route(struct mh_prediction *prediction, const struct mh_route *route)
{
    const struct mh_route *found = mh_predicted_route_like(prediction, route, is_route);
    if (found == NULL)
        return MH_NOT_FOUND;
    return mh_prediction_remove_route(prediction, place_of(prediction, found)) ? MH_OK : MH_NO_MEMORY;
}

/* ---- rules ----------------------------------------------------------------------------------------- */

/* The list is ordered by family and priority. */
static bool is_behind(const struct mh_rule *at, const struct mh_rule *rule)
{
    return at->family > rule->family || (at->family == rule->family && at->priority > rule->priority);
}

/* Behind those of the same family and priority, as the system lists them. */
static enum mh_error add_rule(struct mh_prediction *prediction, const struct mh_rule *rule)
{
    size_t first = 0, end;
    const struct mh_rule *rules = mh_predicted_rules(prediction, &end);
    if (mh_predicted_rule(prediction, rule) != NULL)
        return MH_EXISTS;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (is_behind(&rules[middle], rule))
            end = middle;
        else
            first = middle + 1;
    }
    return mh_prediction_insert_rule(prediction, first, rule) ? MH_OK : MH_NO_MEMORY;
}

static enum mh_error remove_rule(struct mh_prediction *prediction, const struct mh_rule *rule)
{
    size_t count;
    const struct mh_rule *found = mh_predicted_rule(prediction, rule);
    if (found == NULL)
        return MH_NOT_FOUND;
    size_t position = (size_t)(found - mh_predicted_rules(prediction, &count));
    return mh_prediction_remove_rule(prediction, position) ? MH_OK : MH_NO_MEMORY;
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

/* ---- labels ---------------------------------------------------------------------------------------- */

/* The list is in the order in which rows are looked at. */
static enum mh_error change_label(struct mh_prediction *prediction, const struct mh_address_label *label,
                                  bool adds)
{
    size_t position;
    bool is_there = mh_predicted_label(prediction, label, &position) != NULL;
    if (is_there == adds)
        return adds ? MH_EXISTS : MH_NOT_FOUND;
    struct mh_list **list = &prediction->lists[MH_SECTION_LABELS];
    bool done = adds ? mh_list_insert(list, position, label) : mh_list_remove(list, position);
    return done ? MH_OK : MH_NO_MEMORY;
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
        return add_route(prediction, &op->of.route);
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
    case MH_OP_LABEL_ADD:
    case MH_OP_LABEL_DELETE:
        return change_label(prediction, &op->of.label, op->kind == MH_OP_LABEL_ADD);
    case MH_OP_KIND_COUNT:
        break;
    }
    return MH_UNSUPPORTED;
}
