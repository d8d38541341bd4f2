#include "core/op_json.h"

#include "core/field_json.h"
#include "core/octets.h"

#include <stdlib.h>
#include <string.h>

/* ---- fields ---------------------------------------------------------------------------------------- */

#define NUMBER(structure, member, type)                                                                      \
    {                                                                                                        \
#member, type, false, offsetof(structure, member), 0, 0, 0                                           \
    }
#define USUAL(structure, member, type, usual)                                                                \
    {                                                                                                        \
#member, type, false, offsetof(structure, member), 0, usual, 0                                       \
    }
#define BELOW(structure, member, end)                                                                        \
    {                                                                                                        \
#member, MH_FIELD_U8, false, offsetof(structure, member), 0, 0, (end)-1                              \
    }
#define NEEDED(structure, member, type)                                                                      \
    {                                                                                                        \
#member, type, true, offsetof(structure, member), 0, 0, 0                                            \
    }
#define TEXT(structure, member)                                                                              \
    {                                                                                                        \
#member, MH_FIELD_TEXT, false, offsetof(structure, member), sizeof(((structure *)NULL)->member), 0,  \
            0                                                                                                \
    }
#define FIELDS_END                                                                                           \
    {                                                                                                        \
        NULL, MH_FIELD_BOOL, false, 0, 0, 0, 0                                                               \
    }

static const struct mh_field address_fields[] = {
    NEEDED(struct mh_interface_address, interface, MH_FIELD_U32),
    NEEDED(struct mh_interface_address, address, MH_FIELD_ADDRESS),
    NEEDED(struct mh_interface_address, prefix_length, MH_FIELD_U8),
    NUMBER(struct mh_interface_address, peer, MH_FIELD_ADDRESS),
    NUMBER(struct mh_interface_address, flags, MH_FIELD_U32),
    NUMBER(struct mh_interface_address, metric, MH_FIELD_U32),
    USUAL(struct mh_interface_address, valid_lifetime, MH_FIELD_U32, MH_LIFETIME_FOREVER),
    USUAL(struct mh_interface_address, preferred_lifetime, MH_FIELD_U32, MH_LIFETIME_FOREVER),
    NUMBER(struct mh_interface_address, scope, MH_FIELD_U8),
    BELOW(struct mh_interface_address, owner, MH_OWNER_MANAGER + 1),
    NUMBER(struct mh_interface_address, broadcast, MH_FIELD_ADDRESS),
    NUMBER(struct mh_interface_address, protocol, MH_FIELD_U8),
    TEXT(struct mh_interface_address, label),
    FIELDS_END,
};

static const struct mh_field route_fields[] = {
    NEEDED(struct mh_route, destination, MH_FIELD_PREFIX),
    NUMBER(struct mh_route, source, MH_FIELD_PREFIX),
    NEEDED(struct mh_route, table, MH_FIELD_U32),
    NUMBER(struct mh_route, metric, MH_FIELD_U32),
    NUMBER(struct mh_route, next_hop_id, MH_FIELD_U32),
    NUMBER(struct mh_route, preferred_source, MH_FIELD_ADDRESS),
    NUMBER(struct mh_route, tos, MH_FIELD_U8),
    NUMBER(struct mh_route, type, MH_FIELD_U8),
    NUMBER(struct mh_route, scope, MH_FIELD_U8),
    NUMBER(struct mh_route, protocol, MH_FIELD_U8),
    BELOW(struct mh_route, owner, MH_OWNER_MANAGER + 1),
    BELOW(struct mh_route, preference, MH_ROUTER_LOW + 1),
    NUMBER(struct mh_route, incomplete, MH_FIELD_BOOL),
    FIELDS_END,
};

static const struct mh_field hop_fields[] = {
    NUMBER(struct mh_next_hop, gateway, MH_FIELD_ADDRESS),
    NUMBER(struct mh_next_hop, interface, MH_FIELD_U32),
    USUAL(struct mh_next_hop, weight, MH_FIELD_U16, 1),
    NUMBER(struct mh_next_hop, flags, MH_FIELD_U8),
    FIELDS_END,
};

static const struct mh_field rule_fields[] = {
    NEEDED(struct mh_rule, family, MH_FIELD_FAMILY),
    NEEDED(struct mh_rule, priority, MH_FIELD_U32),
    NUMBER(struct mh_rule, table, MH_FIELD_U32),
    NUMBER(struct mh_rule, target, MH_FIELD_U32),
    BELOW(struct mh_rule, action, MH_RULE_OTHER + 1),
    NUMBER(struct mh_rule, protocol, MH_FIELD_U8),
    BELOW(struct mh_rule, owner, MH_OWNER_MANAGER + 1),
    NUMBER(struct mh_rule, invert, MH_FIELD_BOOL),
    NUMBER(struct mh_rule, l3mdev, MH_FIELD_BOOL),
    NUMBER(struct mh_rule, has_uid_range, MH_FIELD_BOOL),
    NUMBER(struct mh_rule, unknown_selector, MH_FIELD_BOOL),
    NUMBER(struct mh_rule, tos, MH_FIELD_U8),
    NUMBER(struct mh_rule, ip_protocol, MH_FIELD_U8),
    NUMBER(struct mh_rule, from, MH_FIELD_PREFIX),
    NUMBER(struct mh_rule, to, MH_FIELD_PREFIX),
    TEXT(struct mh_rule, input),
    TEXT(struct mh_rule, output),
    NUMBER(struct mh_rule, mark, MH_FIELD_U32),
    NUMBER(struct mh_rule, mark_mask, MH_FIELD_U32),
    NUMBER(struct mh_rule, source_port_first, MH_FIELD_U16),
    NUMBER(struct mh_rule, source_port_last, MH_FIELD_U16),
    NUMBER(struct mh_rule, destination_port_first, MH_FIELD_U16),
    NUMBER(struct mh_rule, destination_port_last, MH_FIELD_U16),
    NUMBER(struct mh_rule, uid_first, MH_FIELD_U32),
    NUMBER(struct mh_rule, uid_last, MH_FIELD_U32),
    USUAL(struct mh_rule, suppress_prefix_length, MH_FIELD_I32, -1),
    USUAL(struct mh_rule, suppress_interface_group, MH_FIELD_I32, -1),
    NUMBER(struct mh_rule, tunnel_id, MH_FIELD_U64),
    FIELDS_END,
};

static const struct mh_field setting_fields[] = {
    NEEDED(struct mh_setting, interface, MH_FIELD_U32),
    NEEDED(struct mh_setting, family, MH_FIELD_FAMILY),
    NEEDED(struct mh_setting, id, MH_FIELD_SETTING),
    NEEDED(struct mh_setting, value, MH_FIELD_I32),
    FIELDS_END,
};

static const struct mh_field link_fields[] = {
    NEEDED(struct mh_link_address, interface, MH_FIELD_U32),
    {"hardware_address", MH_FIELD_HARDWARE, true, offsetof(struct mh_link_address, hardware_address_length),
     0, 0, 0},
    FIELDS_END,
};

static const struct mh_field proxy_fields[] = {
    NEEDED(struct mh_neighbor, interface, MH_FIELD_U32),
    NEEDED(struct mh_neighbor, address, MH_FIELD_ADDRESS),
    {"hardware_address", MH_FIELD_HARDWARE, false, offsetof(struct mh_neighbor, hardware_address_length), 0,
     0, 0},
    BELOW(struct mh_neighbor, state, MH_NEIGHBOR_STATE_COUNT),
    NUMBER(struct mh_neighbor, router, MH_FIELD_BOOL),
    NUMBER(struct mh_neighbor, proxy, MH_FIELD_BOOL),
    FIELDS_END,
};

static const struct mh_field label_fields[] = {
    NEEDED(struct mh_address_label, prefix, MH_FIELD_PREFIX),
    NEEDED(struct mh_address_label, label, MH_FIELD_U32),
    NUMBER(struct mh_address_label, interface, MH_FIELD_U32),
    NUMBER(struct mh_address_label, precedence, MH_FIELD_U32),
    FIELDS_END,
};

static const struct mh_field ledger_setting_fields[] = {
    NEEDED(struct mh_ledger_setting, earlier.interface, MH_FIELD_U32),
    TEXT(struct mh_ledger_setting, interface_name),
    NEEDED(struct mh_ledger_setting, earlier.family, MH_FIELD_FAMILY),
    NEEDED(struct mh_ledger_setting, earlier.id, MH_FIELD_SETTING),
    NEEDED(struct mh_ledger_setting, earlier.value, MH_FIELD_I32),
    NEEDED(struct mh_ledger_setting, value, MH_FIELD_I32),
    FIELDS_END,
};

static const struct mh_field ledger_address_fields[] = {
    NEEDED(struct mh_ledger_address, interface, MH_FIELD_U32),
    TEXT(struct mh_ledger_address, interface_name),
    NEEDED(struct mh_ledger_address, address, MH_FIELD_ADDRESS),
    NEEDED(struct mh_ledger_address, prefix_length, MH_FIELD_U8),
    FIELDS_END,
};

static const struct mh_field ledger_label_fields[] = {
    NEEDED(struct mh_ledger_label, prefix, MH_FIELD_PREFIX),
    NEEDED(struct mh_ledger_label, label, MH_FIELD_U32),
    NUMBER(struct mh_ledger_label, had_earlier, MH_FIELD_BOOL),
    NUMBER(struct mh_ledger_label, earlier, MH_FIELD_U32),
    NUMBER(struct mh_ledger_label, precedence, MH_FIELD_U32),
    FIELDS_END,
};

static const struct mh_field ledger_source_fields[] = {
    NEEDED(struct mh_ledger_source, value, MH_FIELD_ADDRESS),
    NUMBER(struct mh_ledger_source, earlier, MH_FIELD_ADDRESS),
    FIELDS_END,
};

static const struct mh_field ledger_route_fields[] = {
    NEEDED(struct mh_ledger_route, interface, MH_FIELD_U32),
    TEXT(struct mh_ledger_route, interface_name),
    NEEDED(struct mh_ledger_route, destination, MH_FIELD_PREFIX),
    NUMBER(struct mh_ledger_route, gateway, MH_FIELD_ADDRESS),
    FIELDS_END,
};

/* The fields of an op's value, which all begin at `of`. */
static const struct mh_field *fields_of(enum mh_op_kind kind)
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

/* ---- routes ---------------------------------------------------------------------------------------- */

/* Names of members that stand beside the fields' own. */
#define KIND "kind"
#define NEXT_HOPS "next_hops"
#define NATIVE "native"

static bool is_route(enum mh_op_kind kind)
{
    return fields_of(kind) == route_fields;
}

static void write_object(struct mh_text *text, const struct mh_field *fields, const void *value)
{
    mh_json_write_comma(text);
    mh_text_add(text, "{");
    mh_fields_write(text, fields, value);
    mh_text_add(text, "}");
}

static void write_array(struct mh_text *text, const char *name, const struct mh_field *fields,
                        const void *items, size_t count, size_t size)
{
    mh_json_write_name(text, name);
    mh_text_add(text, "[");
    for (size_t i = 0; i < count; i++)
        write_object(text, fields, (const unsigned char *)items + i * size);
    mh_text_add(text, "]");
}

static enum mh_error take_hops(const json_t *array, struct mh_route *route, struct mh_failure *failure)
{
    size_t count = json_array_size(array);
    if (!json_is_array(array) || count == 0 || count > MH_NEXT_HOPS_MAX)
        return mh_fail(failure, MH_MALFORMED, "\"" NEXT_HOPS "\" has a wrong value");
    struct mh_next_hop *hops = calloc(count, sizeof *hops);
    if (hops == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++) {
        enum mh_error error = mh_fields_take(json_array_get(array, i), hop_fields, &hops[i], failure);
        if (error != MH_OK) {
            free(hops);
            return error;
        }
    }
    route->next_hops = hops;
    route->next_hop_count = (uint16_t)count;
    return MH_OK;
}

static void write_native(struct mh_text *text, const struct mh_route *route)
{
    if (route->native_length == 0)
        return;
    char *octets = mh_octets_format(route->native, route->native_length);
    mh_json_write_name(text, NATIVE);
    if (octets != NULL)
        mh_json_write_string(text, octets, strlen(octets));
    else
        text->failed = true;
    free(octets);
}

static enum mh_error take_native(const json_t *json, struct mh_route *route, struct mh_failure *failure)
{
    const char *text = json_is_string(json) ? json_string_value(json) : "";
    uint8_t *octets = NULL;
    size_t length = 0;
    enum mh_error error = mh_octets_parse(text, MH_ROUTE_NATIVE_MAX, &octets, &length);
    if (error == MH_NO_MEMORY)
        return mh_fail(failure, error, "out of memory");
    if (error != MH_OK)
        return mh_fail(failure, error, "\"" NATIVE "\" has a wrong value");
    route->native = octets;
    route->native_length = (uint16_t)length;
    return MH_OK;
}

/* ---- ops ------------------------------------------------------------------------------------------- */

void mh_op_write(struct mh_text *text, const struct mh_op *op)
{
    const struct mh_field *fields = fields_of(op->kind);
    const struct mh_route *route = &op->of.route;
    if (fields == NULL) {
        text->failed = true;
        return;
    }
    mh_text_add(text, "{\"" KIND "\":\"");
    mh_text_add(text, mh_op_word(op->kind));
    mh_text_add(text, "\"");
    mh_fields_write(text, fields, &op->of);
    if (is_route(op->kind) && route->next_hop_count > 0)
        write_array(text, NEXT_HOPS, hop_fields, route->next_hops, route->next_hop_count,
                    sizeof *route->next_hops);
    if (is_route(op->kind))
        write_native(text, route);
    mh_text_add(text, "}");
}

json_t *mh_op_to_json(const struct mh_op *op)
{
    struct mh_text text = {0};
    mh_op_write(&text, op);
    return mh_json_of_text(&text);
}

static bool take_kind(const json_t *json, enum mh_op_kind *kind)
{
    const char *word = json_string_value(json_object_get(json, KIND));
    for (unsigned i = 0; word != NULL && i < MH_OP_KIND_COUNT; i++)
        if (strcmp(mh_op_word((enum mh_op_kind)i), word) == 0) {
            *kind = (enum mh_op_kind)i;
            return true;
        }
    return false;
}

/* What single fields cannot say. */
static bool is_whole(const struct mh_op *op)
{
    const struct mh_interface_address *address = &op->of.address;
    const struct mh_prefix *source = &op->of.route.source;
    if (fields_of(op->kind) == address_fields)
        return address->prefix_length <= mh_family_bits((enum mh_family)address->address.family) &&
               (address->peer.family == MH_FAMILY_NONE || address->peer.family == address->address.family);
    if (is_route(op->kind))
        return source->address.family == MH_FAMILY_NONE ||
               source->address.family == op->of.route.destination.address.family;
    if (fields_of(op->kind) == label_fields)
        return op->of.label.prefix.address.family == MH_IPV6;
    return true;
}

enum mh_error mh_op_from_json(const json_t *json, struct mh_op *op, struct mh_failure *failure)
{
    *op = (struct mh_op){0};
    if (!take_kind(json, &op->kind))
        return mh_fail(failure, MH_MALFORMED, "an operation has no known \"" KIND "\"");
    /* A copy without what is not a field: the rest is known to be all there is. */
    json_t *rest = json_copy((json_t *)json);
    const json_t *hops = json_object_get(json, NEXT_HOPS), *native = json_object_get(json, NATIVE);
    if (rest == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    (void)json_object_del(rest, KIND);
    if (is_route(op->kind)) {
        (void)json_object_del(rest, NEXT_HOPS);
        (void)json_object_del(rest, NATIVE);
    }
    enum mh_error error = mh_fields_take(rest, fields_of(op->kind), &op->of, failure);
    json_decref(rest);
    if (error == MH_OK && !is_whole(op))
        error = mh_fail(failure, MH_MALFORMED, "an operation contradicts itself");
    if (error == MH_OK && is_route(op->kind) && hops != NULL)
        error = take_hops(hops, &op->of.route, failure);
    if (error == MH_OK && is_route(op->kind) && native != NULL)
        error = take_native(native, &op->of.route, failure);
    if (error != MH_OK)
        mh_op_clear(op);
    return error;
}

void mh_op_clear(struct mh_op *op)
{
    if (is_route(op->kind)) {
        free((void *)op->of.route.next_hops);
        op->of.route.next_hops = NULL;
        op->of.route.next_hop_count = 0;
        free((void *)op->of.route.native);
        op->of.route.native = NULL;
        op->of.route.native_length = 0;
    }
}

/* A copy in memory of its own; NULL for nothing, or when out of memory. */
static void *copy_of(const void *bytes, size_t size)
{
    void *copy = size > 0 ? malloc(size) : NULL;
    if (copy != NULL)
        memcpy(copy, bytes, size);
    return copy;
}

enum mh_error mh_op_copy(const struct mh_op *op, struct mh_op *copy)
{
    const struct mh_route *from = &op->of.route;
    struct mh_route *to = &copy->of.route;
    *copy = *op;
    if (!is_route(op->kind))
        return MH_OK;
    to->next_hops = copy_of(from->next_hops, from->next_hop_count * sizeof *from->next_hops);
    to->native = copy_of(from->native, from->native_length);
    if ((to->next_hops != NULL || from->next_hop_count == 0) &&
        (to->native != NULL || from->native_length == 0))
        return MH_OK;
    mh_op_clear(copy);
    return MH_NO_MEMORY;
}

static bool hops_equal(const struct mh_route *a, const struct mh_route *b)
{
    for (size_t i = 0; a->next_hop_count == b->next_hop_count && i < a->next_hop_count; i++)
        if (!mh_fields_equal(hop_fields, &a->next_hops[i], &b->next_hops[i]))
            return false;
    return a->next_hop_count == b->next_hop_count;
}

static bool natives_equal(const struct mh_route *a, const struct mh_route *b)
{
    return a->native_length == b->native_length &&
           (a->native_length == 0 || memcmp(a->native, b->native, a->native_length) == 0);
}

/* Both speak of the same, whatever each does to it. */
static bool contents_equal(const struct mh_op *a, const struct mh_op *b)
{
    const struct mh_field *fields = fields_of(a->kind);
    return fields != NULL && fields == fields_of(b->kind) && mh_fields_equal(fields, &a->of, &b->of) &&
           (!is_route(a->kind) ||
            (hops_equal(&a->of.route, &b->of.route) && natives_equal(&a->of.route, &b->of.route)));
}

bool mh_op_equal(const struct mh_op *a, const struct mh_op *b)
{
    return a->kind == b->kind && contents_equal(a, b);
}

bool mh_op_opposite_kind(enum mh_op_kind kind, enum mh_op_kind *opposite)
{
    static const enum mh_op_kind pairs[][2] = {{MH_OP_ADDRESS_ADD, MH_OP_ADDRESS_DELETE},
                                               {MH_OP_ROUTE_ADD, MH_OP_ROUTE_DELETE},
                                               {MH_OP_RULE_ADD, MH_OP_RULE_DELETE},
                                               {MH_OP_PROXY_ADD, MH_OP_PROXY_DELETE}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        for (size_t side = 0; side < 2; side++)
            if (pairs[i][side] == kind) {
                *opposite = pairs[i][1 - side];
                return true;
            }
    return false;
}

bool mh_op_is_opposite(const struct mh_op *a, const struct mh_op *b)
{
    enum mh_op_kind opposite;
    return mh_op_opposite_kind(a->kind, &opposite) && b->kind == opposite && contents_equal(a, b);
}

/* ---- the ledger ------------------------------------------------------------------------------------ */

static void write_sources(struct mh_text *text, const struct mh_ledger *ledger)
{
    struct mh_ledger_source set[2];
    size_t count = 0;
    for (size_t i = 0; i < 2; i++)
        if (ledger->sources[i].value.family != MH_FAMILY_NONE)
            set[count++] = ledger->sources[i];
    if (count > 0)
        write_array(text, "sources", ledger_source_fields, set, count, sizeof set[0]);
}

void mh_ledger_write(struct mh_text *text, const struct mh_ledger *ledger)
{
    mh_text_add(text, "{");
    write_array(text, "settings", ledger_setting_fields, ledger->settings, ledger->setting_count,
                sizeof *ledger->settings);
    write_array(text, "addresses", ledger_address_fields, ledger->addresses, ledger->address_count,
                sizeof *ledger->addresses);
    if (ledger->label_count > 0)
        write_array(text, "labels", ledger_label_fields, ledger->labels, ledger->label_count,
                    sizeof *ledger->labels);
    if (ledger->route_count > 0)
        write_array(text, "routes", ledger_route_fields, ledger->routes, ledger->route_count,
                    sizeof *ledger->routes);
    write_sources(text, ledger);
    mh_text_add(text, "}");
}

json_t *mh_ledger_to_json(const struct mh_ledger *ledger)
{
    struct mh_text text = {0};
    mh_ledger_write(&text, ledger);
    return mh_json_of_text(&text);
}

static enum mh_error take_array(const json_t *array, const struct mh_field *fields, size_t size, void **items,
                                size_t *count, struct mh_failure *failure)
{
    if (!json_is_array(array))
        return mh_fail(failure, MH_MALFORMED, "an array is missing");
    if (json_array_size(array) == 0)
        return MH_OK;
    *items = calloc(json_array_size(array), size);
    if (*items == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    *count = json_array_size(array);
    for (size_t i = 0; i < *count; i++) {
        enum mh_error error =
            mh_fields_take(json_array_get(array, i), fields, (unsigned char *)*items + i * size, failure);
        if (error != MH_OK)
            return error;
    }
    return MH_OK;
}

struct ledger_parts {
    const json_t *settings, *addresses, *labels, *routes, *sources; /* those that are not there: none */
};

/* One of a family. */
static bool put_source(const struct mh_ledger_source *source, struct mh_ledger *ledger)
{
    struct mh_ledger_source *own = &ledger->sources[source->value.family == MH_IPV6];
    bool fits = source->value.family != MH_FAMILY_NONE && own->value.family == MH_FAMILY_NONE &&
                (source->earlier.family == MH_FAMILY_NONE || source->earlier.family == source->value.family);
    if (fits)
        *own = *source;
    return fits;
}

static enum mh_error take_sources(const json_t *array, struct mh_ledger *ledger, struct mh_failure *failure)
{
    void *items = NULL;
    size_t count = 0;
    enum mh_error error =
        take_array(array, ledger_source_fields, sizeof(struct mh_ledger_source), &items, &count, failure);
    for (size_t i = 0; error == MH_OK && i < count; i++)
        if (!put_source((const struct mh_ledger_source *)items + i, ledger))
            error = mh_fail(failure, MH_MALFORMED, "the ledger has no one preferred source of a family");
    free(items);
    return error;
}

static enum mh_error take_ledger(const struct ledger_parts *parts, struct mh_ledger *ledger,
                                 struct mh_failure *failure)
{
    void *settings = NULL, *addresses = NULL, *labels = NULL, *routes = NULL;
    enum mh_error error = take_array(parts->settings, ledger_setting_fields, sizeof *ledger->settings,
                                     &settings, &ledger->setting_count, failure);
    if (error == MH_OK)
        error = take_array(parts->addresses, ledger_address_fields, sizeof *ledger->addresses, &addresses,
                           &ledger->address_count, failure);
    if (error == MH_OK && parts->labels != NULL)
        error = take_array(parts->labels, ledger_label_fields, sizeof *ledger->labels, &labels,
                           &ledger->label_count, failure);
    if (error == MH_OK && parts->routes != NULL)
        error = take_array(parts->routes, ledger_route_fields, sizeof *ledger->routes, &routes,
                           &ledger->route_count, failure);
    ledger->settings = settings;
    ledger->addresses = addresses;
    ledger->labels = labels;
    ledger->routes = routes;
    return error == MH_OK && parts->sources != NULL ? take_sources(parts->sources, ledger, failure) : error;
}

static bool lengths_fit(const struct mh_ledger *ledger)
{
    for (size_t i = 0; ledger->addresses != NULL && i < ledger->address_count; i++)
        if (ledger->addresses[i].prefix_length >
            mh_family_bits((enum mh_family)ledger->addresses[i].address.family))
            return false;
    return true;
}

/* As mh_ledger_label_of expects them. */
static bool labels_are_ordered(const struct mh_ledger *ledger)
{
    for (size_t i = 0; ledger->labels != NULL && i < ledger->label_count; i++)
        if (ledger->labels[i].prefix.address.family != MH_IPV6 ||
            (i > 0 && mh_prefix_compare(&ledger->labels[i - 1].prefix, &ledger->labels[i].prefix) >= 0))
            return false;
    return true;
}

/* As mh_ledger_has_route expects them. */
static bool routes_are_ordered(const struct mh_ledger *ledger)
{
    for (size_t i = 0; ledger->routes != NULL && i < ledger->route_count; i++)
        if (i > 0 && mh_ledger_compare_routes(&ledger->routes[i - 1], &ledger->routes[i]) >= 0)
            return false;
    return true;
}

enum mh_error mh_ledger_from_json(const json_t *json, struct mh_ledger *ledger, struct mh_failure *failure)
{
    static const struct mh_field fields[] = {
        NEEDED(struct ledger_parts, settings, MH_FIELD_JSON),
        NEEDED(struct ledger_parts, addresses, MH_FIELD_JSON),
        NUMBER(struct ledger_parts, labels, MH_FIELD_JSON),
        NUMBER(struct ledger_parts, routes, MH_FIELD_JSON),
        NUMBER(struct ledger_parts, sources, MH_FIELD_JSON),
        FIELDS_END,
    };
    struct ledger_parts parts;
    *ledger = (struct mh_ledger){0};
    enum mh_error error = mh_fields_take(json, fields, &parts, failure);
    if (error == MH_OK)
        error = take_ledger(&parts, ledger, failure);
    if (error == MH_OK && !lengths_fit(ledger))
        error = mh_fail(failure, MH_MALFORMED, "an address of the ledger has a wrong prefix length");
    if (error == MH_OK && !labels_are_ordered(ledger))
        error = mh_fail(failure, MH_MALFORMED, "the labels of the ledger are in no order");
    if (error == MH_OK && !routes_are_ordered(ledger))
        error = mh_fail(failure, MH_MALFORMED, "the routes of the ledger are in no order");
    if (error != MH_OK)
        mh_ledger_clear(ledger);
    return error;
}
