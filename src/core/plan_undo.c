/* What undoes a step. Most ops have one opposite. An address that goes may take others and routes along, or
 * make another one primary: then what the prediction says was there before is put back, in its order. */
#include "core/plan_builder.h"
#include "core/plan_restore.h"
#include "core/table_source.h"

#include <string.h>

static void undo_by(struct mh_plan_builder *builder, const struct mh_op *op, enum mh_op_kind opposite,
                    struct mh_list **ops)
{
    struct mh_op undo = *op;
    undo.kind = opposite;
    mh_plan_push(builder, ops, &undo);
}

static void undo_setting(struct mh_plan_builder *builder, const struct mh_setting *setting,
                         const struct mh_prediction *to, struct mh_list **ops)
{
    struct mh_snapshot snapshot;
    mh_prediction_snapshot(to, &snapshot);
    const struct mh_setting *earlier = mh_snapshot_setting(
        &snapshot, setting->interface, (enum mh_family)setting->family, (enum mh_setting_id)setting->id);
    struct mh_op undo = {.kind = MH_OP_SETTING_SET};
    if (earlier != NULL) {
        undo.of.setting = *earlier;
        mh_plan_push(builder, ops, &undo);
    }
    mh_snapshot_clear(&snapshot);
}

static void undo_replace(struct mh_plan_builder *builder, const struct mh_route *route,
                         const struct mh_prediction *to, struct mh_list **ops)
{
    const struct mh_route *earlier = mh_predicted_route_at(to, route);
    const struct mh_op undo = earlier == NULL
                                  ? (struct mh_op){.kind = MH_OP_ROUTE_DELETE, .of.route = *route}
                                  : (struct mh_op){.kind = MH_OP_ROUTE_REPLACE, .of.route = *earlier};
    mh_plan_push(builder, ops, &undo);
}

static void undo_link_address(struct mh_plan_builder *builder, const struct mh_link_address *link,
                              const struct mh_prediction *to, struct mh_list **ops)
{
    struct mh_snapshot snapshot;
    mh_prediction_snapshot(to, &snapshot);
    const struct mh_interface *interface = mh_snapshot_interface(&snapshot, link->interface);
    struct mh_op undo = {.kind = MH_OP_LINK_ADDRESS_SET, .of.link = *link};
    if (interface != NULL) {
        undo.of.link.hardware_address_length = interface->hardware_address_length;
        memcpy(undo.of.link.hardware_address, interface->hardware_address,
               sizeof undo.of.link.hardware_address);
        mh_plan_push(builder, ops, &undo);
    }
    mh_snapshot_clear(&snapshot);
}

static bool is_address(const void *item, const void *address)
{
    return mh_interface_address_same(item, address);
}

static void undo_flags_of(struct mh_plan_builder *builder, const struct mh_interface_address *earlier,
                          struct mh_list **ops)
{
    const struct mh_op undo = {.kind = MH_OP_ADDRESS_FLAGS, .of.address = *earlier};
    if (earlier != NULL)
        mh_plan_push(builder, ops, &undo);
}

/* One that is made the preferred source took the place of another one: that comes first, so that there is
 * always one. */
static void undo_flags(struct mh_plan_builder *builder, const struct mh_interface_address *address,
                       const struct mh_prediction *to, struct mh_list **ops)
{
    struct mh_snapshot snapshot;
    mh_prediction_snapshot(to, &snapshot);
    const struct mh_interface_address *source =
        mh_table_source(&snapshot, (enum mh_family)address->address.family);
    if ((address->flags & MH_ADDRESS_PREFERRED_SOURCE) != 0 && source != NULL && !is_address(source, address))
        undo_flags_of(builder, source, ops);
    undo_flags_of(builder, mh_predicted_address_like(to, address, is_address), ops);
    mh_snapshot_clear(&snapshot);
}

/* When the first address of an interface goes again, the interface's routes go with it, also those that were
 * there without an address. */
static void undo_address_add(struct mh_plan_builder *builder, const struct mh_op *op,
                             const struct mh_prediction *to, const struct mh_prediction *from,
                             struct mh_list **ops)
{
    struct mh_prediction after;
    struct mh_op undo = *op;
    undo.kind = MH_OP_ADDRESS_DELETE;
    mh_plan_push(builder, ops, &undo);
    mh_plan_undo_prefix(builder, &op->of.address, to, ops);
    if (from == NULL || op->of.address.address.family != MH_IPV4 ||
        mh_predicted_has_ipv4(to, op->of.address.interface))
        return;
    mh_prediction_copy(from, &after);
    mh_plan_check(builder, mh_prediction_apply(&after, &undo));
    mh_plan_restore_routes(builder, to, &after, ops);
    mh_plan_restore_proxies(builder, to, &after, ops);
    mh_prediction_clear(&after);
}

/* An address that went alone: it is what comes back. */
static void undo_address_delete(struct mh_plan_builder *builder, const struct mh_op *op,
                                const struct mh_prediction *to, const struct mh_prediction *from,
                                struct mh_list **ops)
{
    const struct mh_interface_address *gone = mh_predicted_address_like(to, &op->of.address, is_address);
    bool follow = builder->traits->has_secondaries;
    if (from != NULL && follow)
        mh_plan_restore(builder, &op->of.address, to, from, ops);
    else if (gone != NULL)
        mh_plan_restore_one(builder, gone, ops);
    if (from != NULL && !follow)
        mh_plan_restore_routes(builder, to, from, ops);
}

bool mh_plan_undo_needs_effect(const struct mh_plan_builder *builder, const struct mh_op *op)
{
    const struct mh_interface_address *address = &op->of.address;
    return op->kind == MH_OP_ADDRESS_DELETE ? !mh_predicted_goes_alone(&builder->now, address)
           : op->kind == MH_OP_ADDRESS_ADD
               ? builder->traits->has_secondaries && address->address.family == MH_IPV4 &&
                     !mh_predicted_has_ipv4(&builder->now, address->interface)
               : false;
}

void mh_plan_undo(struct mh_plan_builder *builder, const struct mh_op *op, const struct mh_prediction *to,
                  const struct mh_prediction *from, struct mh_list **ops)
{
    switch (op->kind) {
    case MH_OP_ADDRESS_ADD:
        undo_address_add(builder, op, to, from, ops);
        break;
    case MH_OP_ADDRESS_DELETE:
        undo_address_delete(builder, op, to, from, ops);
        break;
    case MH_OP_ADDRESS_FLAGS:
        undo_flags(builder, &op->of.address, to, ops);
        break;
    case MH_OP_ROUTE_ADD:
        undo_by(builder, op, MH_OP_ROUTE_DELETE, ops);
        break;
    case MH_OP_ROUTE_REPLACE:
        undo_replace(builder, &op->of.route, to, ops);
        break;
    case MH_OP_ROUTE_DELETE:
        /* The kernel's own comes back with its address. */
        if (op->of.route.owner != MH_OWNER_KERNEL)
            undo_by(builder, op, MH_OP_ROUTE_ADD, ops);
        break;
    case MH_OP_RULE_ADD:
        undo_by(builder, op, MH_OP_RULE_DELETE, ops);
        break;
    case MH_OP_RULE_DELETE:
        undo_by(builder, op, MH_OP_RULE_ADD, ops);
        break;
    case MH_OP_SETTING_SET:
        undo_setting(builder, &op->of.setting, to, ops);
        break;
    case MH_OP_LINK_ADDRESS_SET:
        undo_link_address(builder, &op->of.link, to, ops);
        break;
    case MH_OP_PROXY_ADD:
        undo_by(builder, op, MH_OP_PROXY_DELETE, ops);
        break;
    case MH_OP_PROXY_DELETE:
        undo_by(builder, op, MH_OP_PROXY_ADD, ops);
        break;
    case MH_OP_LABEL_ADD:
        undo_by(builder, op, MH_OP_LABEL_DELETE, ops);
        break;
    case MH_OP_LABEL_DELETE:
        undo_by(builder, op, MH_OP_LABEL_ADD, ops);
        break;
    case MH_OP_KIND_COUNT:
        break;
    }
}
