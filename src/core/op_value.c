/* Ops as values: copied, freed and compared in all that their JSON holds. */
#include "core/op_fields.h"
#include "core/op_json.h"

#include <stdlib.h>
#include <string.h>

void mh_op_clear(struct mh_op *op)
{
    if (mh_op_is_route(op->kind)) {
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
    if (!mh_op_is_route(op->kind))
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
        if (!mh_fields_equal(mh_next_hop_fields, &a->next_hops[i], &b->next_hops[i]))
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
    const struct mh_field *fields = mh_op_fields(a->kind);
    return fields != NULL && fields == mh_op_fields(b->kind) && mh_fields_equal(fields, &a->of, &b->of) &&
           (!mh_op_is_route(a->kind) ||
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
