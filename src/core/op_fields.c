#include "core/op_fields.h"

static const struct mh_field address_fields[] = {
    MH_ROW_NEEDED(struct mh_interface_address, interface, MH_FIELD_U32),
    MH_ROW_NEEDED(struct mh_interface_address, address, MH_FIELD_ADDRESS),
    MH_ROW_NEEDED(struct mh_interface_address, prefix_length, MH_FIELD_U8),
    MH_ROW_NUMBER(struct mh_interface_address, peer, MH_FIELD_ADDRESS),
    MH_ROW_NUMBER(struct mh_interface_address, flags, MH_FIELD_U32),
    MH_ROW_NUMBER(struct mh_interface_address, metric, MH_FIELD_U32),
    MH_ROW_USUAL(struct mh_interface_address, valid_lifetime, MH_FIELD_U32, MH_LIFETIME_FOREVER),
    MH_ROW_USUAL(struct mh_interface_address, preferred_lifetime, MH_FIELD_U32, MH_LIFETIME_FOREVER),
    MH_ROW_NUMBER(struct mh_interface_address, scope, MH_FIELD_U8),
    MH_ROW_BELOW(struct mh_interface_address, owner, MH_OWNER_MANAGER + 1),
    MH_ROW_NUMBER(struct mh_interface_address, broadcast, MH_FIELD_ADDRESS),
    MH_ROW_NUMBER(struct mh_interface_address, protocol, MH_FIELD_U8),
    MH_ROW_TEXT(struct mh_interface_address, label),
    MH_FIELDS_END,
};

static const struct mh_field route_fields[] = {
    MH_ROW_NEEDED(struct mh_route, destination, MH_FIELD_PREFIX),
    MH_ROW_NUMBER(struct mh_route, source, MH_FIELD_PREFIX),
    MH_ROW_NEEDED(struct mh_route, table, MH_FIELD_U32),
    MH_ROW_NUMBER(struct mh_route, metric, MH_FIELD_U32),
    MH_ROW_NUMBER(struct mh_route, next_hop_id, MH_FIELD_U32),
    MH_ROW_NUMBER(struct mh_route, preferred_source, MH_FIELD_ADDRESS),
    MH_ROW_NUMBER(struct mh_route, tos, MH_FIELD_U8),
    MH_ROW_NUMBER(struct mh_route, type, MH_FIELD_U8),
    MH_ROW_NUMBER(struct mh_route, scope, MH_FIELD_U8),
    MH_ROW_NUMBER(struct mh_route, protocol, MH_FIELD_U8),
    MH_ROW_BELOW(struct mh_route, owner, MH_OWNER_MANAGER + 1),
    MH_ROW_BELOW(struct mh_route, preference, MH_ROUTER_LOW + 1),
    MH_ROW_NUMBER(struct mh_route, incomplete, MH_FIELD_BOOL),
    MH_FIELDS_END,
};

const struct mh_field mh_next_hop_fields[] = {
    MH_ROW_NUMBER(struct mh_next_hop, gateway, MH_FIELD_ADDRESS),
    MH_ROW_NUMBER(struct mh_next_hop, interface, MH_FIELD_U32),
    MH_ROW_USUAL(struct mh_next_hop, weight, MH_FIELD_U16, 1),
    MH_ROW_NUMBER(struct mh_next_hop, flags, MH_FIELD_U8),
    MH_FIELDS_END,
};

static const struct mh_field rule_fields[] = {
    MH_ROW_NEEDED(struct mh_rule, family, MH_FIELD_FAMILY),
    MH_ROW_NEEDED(struct mh_rule, priority, MH_FIELD_U32),
    MH_ROW_NUMBER(struct mh_rule, table, MH_FIELD_U32),
    MH_ROW_NUMBER(struct mh_rule, target, MH_FIELD_U32),
    MH_ROW_BELOW(struct mh_rule, action, MH_RULE_OTHER + 1),
    MH_ROW_NUMBER(struct mh_rule, protocol, MH_FIELD_U8),
    MH_ROW_BELOW(struct mh_rule, owner, MH_OWNER_MANAGER + 1),
    MH_ROW_NUMBER(struct mh_rule, invert, MH_FIELD_BOOL),
    MH_ROW_NUMBER(struct mh_rule, l3mdev, MH_FIELD_BOOL),
    MH_ROW_NUMBER(struct mh_rule, has_uid_range, MH_FIELD_BOOL),
    MH_ROW_NUMBER(struct mh_rule, unknown_selector, MH_FIELD_BOOL),
    MH_ROW_NUMBER(struct mh_rule, tos, MH_FIELD_U8),
    MH_ROW_NUMBER(struct mh_rule, ip_protocol, MH_FIELD_U8),
    MH_ROW_NUMBER(struct mh_rule, from, MH_FIELD_PREFIX),
    MH_ROW_NUMBER(struct mh_rule, to, MH_FIELD_PREFIX),
    MH_ROW_TEXT(struct mh_rule, input),
    MH_ROW_TEXT(struct mh_rule, output),
    MH_ROW_NUMBER(struct mh_rule, mark, MH_FIELD_U32),
    MH_ROW_NUMBER(struct mh_rule, mark_mask, MH_FIELD_U32),
    MH_ROW_NUMBER(struct mh_rule, source_port_first, MH_FIELD_U16),
    MH_ROW_NUMBER(struct mh_rule, source_port_last, MH_FIELD_U16),
    MH_ROW_NUMBER(struct mh_rule, destination_port_first, MH_FIELD_U16),
    MH_ROW_NUMBER(struct mh_rule, destination_port_last, MH_FIELD_U16),
    MH_ROW_NUMBER(struct mh_rule, uid_first, MH_FIELD_U32),
    MH_ROW_NUMBER(struct mh_rule, uid_last, MH_FIELD_U32),
    MH_ROW_USUAL(struct mh_rule, suppress_prefix_length, MH_FIELD_I32, -1),
    MH_ROW_USUAL(struct mh_rule, suppress_interface_group, MH_FIELD_I32, -1),
    MH_ROW_NUMBER(struct mh_rule, tunnel_id, MH_FIELD_U64),
    MH_FIELDS_END,
};

static const struct mh_field setting_fields[] = {
    MH_ROW_NEEDED(struct mh_setting, interface, MH_FIELD_U32),
    MH_ROW_NEEDED(struct mh_setting, family, MH_FIELD_FAMILY),
    MH_ROW_NEEDED(struct mh_setting, id, MH_FIELD_SETTING),
    MH_ROW_NEEDED(struct mh_setting, value, MH_FIELD_I32),
    MH_FIELDS_END,
};

static const struct mh_field link_fields[] = {
    MH_ROW_NEEDED(struct mh_link_address, interface, MH_FIELD_U32),
    {"hardware_address", MH_FIELD_HARDWARE, true, offsetof(struct mh_link_address, hardware_address_length),
     0, 0, 0},
    MH_FIELDS_END,
};

static const struct mh_field proxy_fields[] = {
    MH_ROW_NEEDED(struct mh_neighbor, interface, MH_FIELD_U32),
    MH_ROW_NEEDED(struct mh_neighbor, address, MH_FIELD_ADDRESS),
    {"hardware_address", MH_FIELD_HARDWARE, false, offsetof(struct mh_neighbor, hardware_address_length), 0,
     0, 0},
    MH_ROW_BELOW(struct mh_neighbor, state, MH_NEIGHBOR_STATE_COUNT),
    MH_ROW_NUMBER(struct mh_neighbor, router, MH_FIELD_BOOL),
    MH_ROW_NUMBER(struct mh_neighbor, proxy, MH_FIELD_BOOL),
    MH_FIELDS_END,
};

static const struct mh_field label_fields[] = {
    MH_ROW_NEEDED(struct mh_address_label, prefix, MH_FIELD_PREFIX),
    MH_ROW_NEEDED(struct mh_address_label, label, MH_FIELD_U32),
    MH_ROW_NUMBER(struct mh_address_label, interface, MH_FIELD_U32),
    MH_ROW_NUMBER(struct mh_address_label, precedence, MH_FIELD_U32),
    MH_FIELDS_END,
};

const struct mh_field *mh_op_fields(enum mh_op_kind kind)
{
    switch (kind) {
    case MH_OP_ADDRESS_ADD:
    case MH_OP_ADDRESS_DELETE:
    case MH_OP_ADDRESS_FLAGS:
        return address_fields;
    case MH_OP_ROUTE_ADD:
    case MH_OP_ROUTE_REPLACE:
    case MH_OP_ROUTE_DELETE:
        return route_fields;
    case MH_OP_RULE_ADD:
    case MH_OP_RULE_DELETE:
        return rule_fields;
    case MH_OP_SETTING_SET:
        return setting_fields;
    case MH_OP_LINK_ADDRESS_SET:
        return link_fields;
    case MH_OP_PROXY_ADD:
    case MH_OP_PROXY_DELETE:
        return proxy_fields;
    case MH_OP_LABEL_ADD:
    case MH_OP_LABEL_DELETE:
        return label_fields;
    case MH_OP_KIND_COUNT:
        break;
    }
    return NULL;
}

bool mh_op_is_route(enum mh_op_kind kind)
{
    return mh_op_fields(kind) == route_fields;
}

bool mh_op_is_address(enum mh_op_kind kind)
{
    return mh_op_fields(kind) == address_fields;
}

bool mh_op_is_label(enum mh_op_kind kind)
{
    return mh_op_fields(kind) == label_fields;
}
