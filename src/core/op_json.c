#include "core/op_json.h"

#include "core/octets.h"
#include "core/op_fields.h"

#include <stdlib.h>
#include <string.h>

/* ---- routes ---------------------------------------------------------------------------------------- */

/* Names of members that stand beside the fields' own. */
#define KIND "kind"
#define NEXT_HOPS "next_hops"
#define NATIVE "native"

static enum mh_error take_hops(const json_t *array, struct mh_route *route, struct mh_failure *failure)
{
    size_t count = json_array_size(array);
    if (!json_is_array(array) || count == 0 || count > MH_NEXT_HOPS_MAX)
        return mh_fail(failure, MH_MALFORMED, "\"" NEXT_HOPS "\" has a wrong value");
    struct mh_next_hop *hops = calloc(count, sizeof *hops);
    if (hops == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++) {
        enum mh_error error = mh_fields_take(json_array_get(array, i), mh_next_hop_fields, &hops[i], failure);
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
    const struct mh_field *fields = mh_op_fields(op->kind);
    const struct mh_route *route = &op->of.route;
    if (fields == NULL) {
        text->failed = true;
        return;
    }
    mh_text_add(text, "{\"" KIND "\":\"");
    mh_text_add(text, mh_op_word(op->kind));
    mh_text_add(text, "\"");
    mh_fields_write(text, fields, &op->of);
    if (mh_op_is_route(op->kind) && route->next_hop_count > 0)
        mh_fields_write_array(text, NEXT_HOPS, mh_next_hop_fields, route->next_hops, route->next_hop_count,
                              sizeof *route->next_hops);
    if (mh_op_is_route(op->kind))
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
    if (mh_op_is_address(op->kind))
        return address->prefix_length <= mh_family_bits((enum mh_family)address->address.family) &&
               (address->peer.family == MH_FAMILY_NONE || address->peer.family == address->address.family);
    if (mh_op_is_route(op->kind))
        return source->address.family == MH_FAMILY_NONE ||
               source->address.family == op->of.route.destination.address.family;
    if (mh_op_is_label(op->kind))
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
    if (mh_op_is_route(op->kind)) {
        (void)json_object_del(rest, NEXT_HOPS);
        (void)json_object_del(rest, NATIVE);
    }
    enum mh_error error = mh_fields_take(rest, mh_op_fields(op->kind), &op->of, failure);
    json_decref(rest);
    if (error == MH_OK && !is_whole(op))
        error = mh_fail(failure, MH_MALFORMED, "an operation contradicts itself");
    if (error == MH_OK && mh_op_is_route(op->kind) && hops != NULL)
        error = take_hops(hops, &op->of.route, failure);
    if (error == MH_OK && mh_op_is_route(op->kind) && native != NULL)
        error = take_native(native, &op->of.route, failure);
    if (error != MH_OK)
        mh_op_clear(op);
    return error;
}
