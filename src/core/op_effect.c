#include "core/op_effect.h"

#include "core/address_label.h"
#include "core/route_keep.h"
#include "core/table_source.h"

#include <string.h>

/* ---- objects --------------------------------------------------------------------------------------- */

/* A part of an object's key inside of its structure. Values without padding: octets decide the order. */
struct part {
    size_t offset, size;
};

#define PART(structure, member)                                                                              \
    {                                                                                                        \
        offsetof(structure, member), sizeof(((structure *)NULL)->member)                                     \
    }

static const struct part address_parts[] = {
    PART(struct mh_interface_address, interface),
    PART(struct mh_interface_address, address),
    PART(struct mh_interface_address, prefix_length),
    PART(struct mh_interface_address, peer),
    {0, 0},
};

static const struct part route_parts[] = {
    PART(struct mh_route, table),
    PART(struct mh_route, destination),
    PART(struct mh_route, tos),
    PART(struct mh_route, source),
    {0, 0},
};

static const struct part rule_parts[] = {
    PART(struct mh_rule, family),
    PART(struct mh_rule, priority),
    PART(struct mh_rule, table),
    PART(struct mh_rule, target),
    PART(struct mh_rule, action),
    PART(struct mh_rule, protocol),
    PART(struct mh_rule, invert),
    PART(struct mh_rule, l3mdev),
    PART(struct mh_rule, has_uid_range),
    PART(struct mh_rule, unknown_selector),
    PART(struct mh_rule, tos),
    PART(struct mh_rule, ip_protocol),
    PART(struct mh_rule, from),
    PART(struct mh_rule, to),
    PART(struct mh_rule, mark),
    PART(struct mh_rule, mark_mask),
    PART(struct mh_rule, source_port_first),
    PART(struct mh_rule, source_port_last),
    PART(struct mh_rule, destination_port_first),
    PART(struct mh_rule, destination_port_last),
    PART(struct mh_rule, uid_first),
    PART(struct mh_rule, uid_last),
    PART(struct mh_rule, suppress_prefix_length),
    PART(struct mh_rule, suppress_interface_group),
    PART(struct mh_rule, tunnel_id),
    {0, 0},
};

static const struct part setting_parts[] = {
    PART(struct mh_setting, interface),
    PART(struct mh_setting, family),
    PART(struct mh_setting, id),
    {0, 0},
};

static const struct part link_parts[] = {PART(struct mh_link_address, interface), {0, 0}};

static const struct part proxy_parts[] = {
    PART(struct mh_neighbor, interface),
    PART(struct mh_neighbor, address),
    {0, 0},
};

static const struct part label_parts[] = {
    PART(struct mh_address_label, prefix),
    PART(struct mh_address_label, interface),
    {0, 0},
};

static const struct part *parts_of(enum mh_op_kind kind)
{
    switch (kind) {
    case MH_OP_ADDRESS_ADD:
    case MH_OP_ADDRESS_DELETE:
    case MH_OP_ADDRESS_FLAGS:
        return address_parts;
    case MH_OP_ROUTE_ADD:
    case MH_OP_ROUTE_REPLACE:
    case MH_OP_ROUTE_DELETE:
        return route_parts;
    case MH_OP_RULE_ADD:
    case MH_OP_RULE_DELETE:
        return rule_parts;
    case MH_OP_SETTING_SET:
        return setting_parts;
    case MH_OP_LINK_ADDRESS_SET:
        return link_parts;
    case MH_OP_LABEL_ADD:
    case MH_OP_LABEL_DELETE:
        return label_parts;
    default:
        return proxy_parts;
    }
}

/* The smallest kind that is about the same sort of object. */
static int class_of(enum mh_op_kind kind)
{
    int class = 0;
    while (parts_of((enum mh_op_kind) class) != parts_of(kind))
        class ++;
    return class;
}

/* An IPv6 route without a metric gets this one, net/ipv6/route.c (IP6_RT_PRIO_USER). Where no system does
 * that, both sides are raised alike. */
static uint32_t metric_of(const struct mh_route *route)
{
    return route->metric == 0 && route->destination.address.family == MH_IPV6 ? 1024 : route->metric;
}

int mh_op_compare_object(const struct mh_op *a, const struct mh_op *b)
{
    int order = class_of(a->kind) - class_of(b->kind);
    const unsigned char *left = (const unsigned char *)&a->of, *right = (const unsigned char *)&b->of;
    if (order != 0)
        return order;
    const struct part *parts = parts_of(a->kind);
    for (size_t i = 0; parts[i].size != 0 && order == 0; i++)
        order = memcmp(left + parts[i].offset, right + parts[i].offset, parts[i].size);
    if (order == 0 && parts == route_parts && metric_of(&a->of.route) != metric_of(&b->of.route))
        return metric_of(&a->of.route) < metric_of(&b->of.route) ? -1 : 1;
    if (order == 0 && parts == rule_parts)
        order = strcmp(a->of.rule.input, b->of.rule.input);
    if (order == 0 && parts == rule_parts)
        order = strcmp(a->of.rule.output, b->of.rule.output);
    return order;
}

/* ---- addresses ------------------------------------------------------------------------------------- */

/* Those that a person sets and no clock takes away. */
enum {
    FLAGS_SET = MH_ADDRESS_DEPRECATED | MH_ADDRESS_SKIP_AS_SOURCE | MH_ADDRESS_HOME |
                MH_ADDRESS_NO_PREFIX_ROUTE | MH_ADDRESS_PREFERRED_SOURCE
};

/* What is not given is the system's choice. A change does not touch these. */
static bool address_is(const struct mh_interface_address *there, const struct mh_interface_address *wanted)
{
    return (wanted->broadcast.family == MH_FAMILY_NONE ||
            mh_address_equal(&there->broadcast, &wanted->broadcast)) &&
           (wanted->label[0] == '\0' || strcmp(there->label, wanted->label) == 0);
}

static bool address_holds(const struct mh_op *op, const struct mh_snapshot *snapshot)
{
    const struct mh_interface_address *found = mh_snapshot_address(snapshot, &op->of.address);
    if (op->kind == MH_OP_ADDRESS_DELETE)
        return found == NULL;
    uint32_t lacks = op->of.address.flags & (found != NULL ? ~found->flags : 0);
    return found != NULL && address_is(found, &op->of.address) &&
           (lacks & MH_ADDRESS_PREFERRED_SOURCE) == 0 &&
           (op->kind != MH_OP_ADDRESS_FLAGS ||
            ((found->flags ^ op->of.address.flags) & (uint32_t)FLAGS_SET) == 0);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static unsigned weight_of(const struct mh_next_hop *hop)
{
    return hop->weight == 0 ? 1 : hop->weight;
}

static bool hop_is(const struct mh_next_hop *there, const struct mh_next_hop *wanted)
{
    return mh_address_equal(&there->gateway, &wanted->gateway) && weight_of(there) == weight_of(wanted) &&
           (wanted->interface == 0 || wanted->interface == there->interface);
}

static size_t count_hops(const struct mh_route *route, const struct mh_next_hop *wanted)
{
    size_t count = 0;
    for (size_t i = 0; i < route->next_hop_count; i++)
        count += hop_is(&route->next_hops[i], wanted);
    return count;
}

/* In any order: the system may sort them. */
static bool hops_are(const struct mh_route *there, const struct mh_route *wanted)
{
    if (there->next_hop_count != wanted->next_hop_count)
        return false;
    for (size_t i = 0; i < wanted->next_hop_count; i++)
        if (count_hops(there, &wanted->next_hops[i]) < count_hops(wanted, &wanted->next_hops[i]))
            return false;
    return true;
}

static uint8_t type_of(const struct mh_route *route)
{
    return route->type == MH_ROUTE_UNSPECIFIED ? MH_ROUTE_UNICAST : route->type;
}

static bool is_same_row(const struct mh_route *there, const struct mh_route *wanted)
{
    return there->tos == wanted->tos && metric_of(there) == metric_of(wanted) &&
           mh_prefix_equal(&there->source, &wanted->source) &&
           (wanted->protocol == 0 || there->protocol == wanted->protocol);
}

/* BSD gives a route a source of its own choice where none is named. Its main table is 0, which no other
 * system's is that has sources in its routes. */
static bool source_is(const struct mh_route *there, const struct mh_route *wanted, bool is_hidden)
{
    return is_hidden || mh_address_equal(&there->preferred_source, &wanted->preferred_source) ||
           (wanted->table == 0 && wanted->preferred_source.family == MH_FAMILY_NONE);
}

static bool route_is(const struct mh_route *there, const struct mh_route *wanted, bool is_hidden)
{
    return is_same_row(there, wanted) && type_of(there) == type_of(wanted) &&
           source_is(there, wanted, is_hidden) && mh_route_native_equal(there, wanted) &&
           there->next_hop_id == wanted->next_hop_id && (wanted->next_hop_id != 0 || hops_are(there, wanted));
}

/* What a deletion leaves out matches anything. */
static bool route_would_go(const struct mh_route *there, const struct mh_route *wanted, bool is_hidden)
{
    return there->tos == wanted->tos && mh_prefix_equal(&there->source, &wanted->source) &&
           (wanted->metric == 0 || there->metric == wanted->metric) &&
           (wanted->type == MH_ROUTE_UNSPECIFIED || there->type == wanted->type) &&
           (wanted->protocol == 0 || there->protocol == wanted->protocol) &&
           (is_hidden || wanted->preferred_source.family == MH_FAMILY_NONE ||
            mh_address_equal(&there->preferred_source, &wanted->preferred_source)) &&
           (wanted->next_hop_count == 0 || hops_are(there, wanted));
}

/* Where the whole table has a source, what the route carries is not told: it is taken to be right. */
static bool route_holds(const struct mh_op *op, const struct mh_snapshot *snapshot,
                        const struct mh_route_table *routes)
{
    const struct mh_route *wanted = &op->of.route;
    const struct mh_interface_address *source =
        mh_table_source(snapshot, (enum mh_family)wanted->destination.address.family);
    bool is_delete = op->kind == MH_OP_ROUTE_DELETE;
    mh_route_handle handle = mh_route_table_exact(routes, wanted->table, &wanted->destination);
    for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
        struct mh_route there;
        mh_route_table_get(routes, handle, &there);
        bool is_hidden = mh_table_source_hides(source, &there);
        if (is_delete ? route_would_go(&there, wanted, is_hidden) : route_is(&there, wanted, is_hidden))
            return !is_delete;
    }
    return is_delete;
}

/* ---- the others ------------------------------------------------------------------------------------ */

static bool rule_holds(const struct mh_op *op, const struct mh_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->rule_count; i++)
        if (mh_rule_equal(&snapshot->rules[i], &op->of.rule))
            return op->kind == MH_OP_RULE_ADD;
    return op->kind == MH_OP_RULE_DELETE;
}

/* A label that another one took the place of is gone. */
static bool label_holds(const struct mh_op *op, const struct mh_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->label_count; i++)
        if (mh_address_label_compare(&snapshot->labels[i], &op->of.label) == 0 &&
            snapshot->labels[i].label == op->of.label.label)
            return op->kind == MH_OP_LABEL_ADD;
    return op->kind == MH_OP_LABEL_DELETE;
}

static const struct mh_setting *find_setting(const struct mh_snapshot *snapshot,
                                             const struct mh_setting *setting)
{
    return mh_snapshot_setting(snapshot, setting->interface, (enum mh_family)setting->family,
                               (enum mh_setting_id)setting->id);
}

static bool setting_holds(const struct mh_setting *setting, const struct mh_snapshot *snapshot)
{
    const struct mh_setting *there = find_setting(snapshot, setting);
    return there != NULL && there->value == setting->value;
}

static bool link_holds(const struct mh_link_address *link, const struct mh_snapshot *snapshot)
{
    const struct mh_interface *interface = mh_snapshot_interface(snapshot, link->interface);
    return interface != NULL && interface->hardware_address_length <= link->hardware_address_length &&
           memcmp(interface->hardware_address, link->hardware_address, interface->hardware_address_length) ==
               0;
}

static bool proxy_holds(const struct mh_op *op, const struct mh_snapshot *snapshot)
{
    const struct mh_neighbor *wanted = &op->of.proxy;
    for (size_t i = 0; i < snapshot->neighbor_count; i++) {
        const struct mh_neighbor *there = &snapshot->neighbors[i];
        if (there->proxy && there->interface == wanted->interface &&
            mh_address_equal(&there->address, &wanted->address))
            return op->kind == MH_OP_PROXY_ADD;
    }
    return op->kind == MH_OP_PROXY_DELETE;
}

bool mh_op_holds(const struct mh_op *op, const struct mh_snapshot *snapshot,
                 const struct mh_route_table *routes)
{
    const struct part *parts = parts_of(op->kind);
    return parts == address_parts   ? address_holds(op, snapshot)
           : parts == route_parts   ? route_holds(op, snapshot, routes)
           : parts == rule_parts    ? rule_holds(op, snapshot)
           : parts == setting_parts ? setting_holds(&op->of.setting, snapshot)
           : parts == link_parts    ? link_holds(&op->of.link, snapshot)
           : parts == label_parts   ? label_holds(op, snapshot)
                                    : proxy_holds(op, snapshot);
}

/* ---- moot ------------------------------------------------------------------------------------------ */

static bool is_gone(uint32_t interface, const struct mh_snapshot *snapshot)
{
    return interface != 0 && mh_snapshot_interface(snapshot, interface) == NULL;
}

static bool route_is_moot(const struct mh_route *route, const struct mh_snapshot *snapshot)
{
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (is_gone(route->next_hops[i].interface, snapshot))
            return true;
    return route->preferred_source.family != MH_FAMILY_NONE &&
           !mh_snapshot_has_address(snapshot, &route->preferred_source);
}

/* Without the address there is nothing that could have flags. */
static bool address_is_moot(const struct mh_op *op, const struct mh_snapshot *snapshot)
{
    return is_gone(op->of.address.interface, snapshot) ||
           (op->kind == MH_OP_ADDRESS_FLAGS && mh_snapshot_address(snapshot, &op->of.address) == NULL);
}

bool mh_op_is_moot(const struct mh_op *op, const struct mh_snapshot *snapshot)
{
    const struct part *parts = parts_of(op->kind);
    return parts == address_parts   ? address_is_moot(op, snapshot)
           : parts == route_parts   ? route_is_moot(&op->of.route, snapshot)
           : parts == setting_parts ? find_setting(snapshot, &op->of.setting) == NULL
           : parts == link_parts    ? is_gone(op->of.link.interface, snapshot)
           : parts == proxy_parts   ? is_gone(op->of.proxy.interface, snapshot)
           : parts == label_parts   ? is_gone(op->of.label.interface, snapshot)
                                    : false;
}
