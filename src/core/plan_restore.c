#include "core/plan_restore.h"

#include "core/scenario_subnet.h"

/* The ops so far, and what they make of `from`. */
struct restoring {
    struct mh_plan_builder *builder;
    struct mh_prediction now;
    struct mh_list **ops;
};

static void restore_by(struct restoring *restoring, const struct mh_op *op)
{
    mh_plan_check(restoring->builder, mh_prediction_apply(&restoring->now, op));
    mh_plan_push(restoring->builder, restoring->ops, op);
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static bool belongs(const struct mh_interface_address *item, const struct mh_interface_address *gone)
{
    return mh_interface_address_same(item, gone) || mh_same_subnet(item, gone);
}

static const struct mh_interface_address *find_same(const struct mh_prediction *prediction,
                                                    const struct mh_interface_address *address)
{
    size_t count;
    const struct mh_interface_address *items = mh_predicted_addresses(prediction, &count);
    for (size_t i = 0; i < count; i++)
        if (mh_interface_address_same(&items[i], address))
            return &items[i];
    return NULL;
}

/* The first of the subnet in the list, which is its primary. */
static const struct mh_interface_address *first_of(const struct mh_prediction *prediction,
                                                   const struct mh_interface_address *gone)
{
    size_t count;
    const struct mh_interface_address *items = mh_predicted_addresses(prediction, &count);
    for (size_t i = 0; i < count; i++)
        if (belongs(&items[i], gone))
            return &items[i];
    return NULL;
}

/* An heir would stay primary: it makes room, and so do those behind it. From the last on, so that none takes
 * others along. */
static void make_room(struct restoring *restoring, const struct mh_interface_address *gone)
{
    size_t count;
    const struct mh_interface_address *items = mh_predicted_addresses(&restoring->now, &count);
    for (size_t i = count; i > 0 && restoring->builder->error == MH_OK; i--) {
        if (!belongs(&items[i - 1], gone))
            continue;
        const struct mh_op op = {.kind = MH_OP_ADDRESS_DELETE, .of.address = items[i - 1]};
        restore_by(restoring, &op);
        items = mh_predicted_addresses(&restoring->now, &count);
    }
}

static struct mh_op coming_back(const struct mh_interface_address *address)
{
    struct mh_op op = {.kind = MH_OP_ADDRESS_ADD, .of.address = *address};
    if (address->address.family == MH_IPV6 && !(address->flags & MH_ADDRESS_TENTATIVE))
        op.of.address.flags |= MH_ADDRESS_KNOWN_UNIQUE;
    return op;
}

static void restore_addresses(struct restoring *restoring, const struct mh_interface_address *gone,
                              const struct mh_prediction *to)
{
    size_t count;
    const struct mh_interface_address *items = mh_predicted_addresses(to, &count);
    const struct mh_interface_address *wanted = first_of(to, gone), *heir = first_of(&restoring->now, gone);
    if (heir != NULL && !mh_interface_address_same(heir, wanted))
        make_room(restoring, gone);
    for (size_t i = 0; i < count; i++) {
        if (!belongs(&items[i], gone) || find_same(&restoring->now, &items[i]) != NULL)
            continue;
        const struct mh_op op = coming_back(&items[i]);
        restore_by(restoring, &op);
    }
}

void mh_plan_restore_one(struct mh_plan_builder *builder, const struct mh_interface_address *gone,
                         struct mh_list **ops)
{
    const struct mh_op op = coming_back(gone);
    mh_plan_push(builder, ops, &op);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

void mh_plan_lost_routes(const struct mh_prediction *earlier, const struct mh_prediction *after,
                         bool with_gateway,
                         void (*visit)(void *context, const struct mh_route *route, bool is_altered),
                         void *context)
{
    size_t count, left;
    const struct mh_route *routes = mh_predicted_routes(earlier, &count);
    const struct mh_route *found = mh_predicted_routes(after, &left);
    const struct mh_dialect_traits *traits = mh_dialect_traits(earlier->dialect);
    if (earlier->routes == after->routes)
        return; /* they share the list */
    for (size_t i = 0; i < count; i++) {
        bool is_there = left > 0 && mh_route_same_place(traits, found, &routes[i]);
        bool is_same = is_there && mh_route_equal(found, &routes[i]);
        if (!is_same && mh_route_has_gateway(&routes[i]) == with_gateway)
            visit(context, &routes[i], is_there);
        if (is_there) {
            found++;
            left--;
        }
    }
}

/* The op is not predicted: that would change the order. */
static void restore_route(void *context, const struct mh_route *route, bool is_altered)
{
    struct restoring *restoring = context;
    const struct mh_op op = {.kind = is_altered ? MH_OP_ROUTE_REPLACE : MH_OP_ROUTE_ADD, .of.route = *route};
    mh_plan_push(restoring->builder, restoring->ops, &op);
}

void mh_plan_restore_routes(struct mh_plan_builder *builder, const struct mh_prediction *to,
                            const struct mh_prediction *from, struct mh_list **ops)
{
    struct restoring restoring = {.builder = builder, .ops = ops};
    mh_plan_lost_routes(to, from, false, restore_route, &restoring);
    mh_plan_lost_routes(to, from, true, restore_route, &restoring);
}

void mh_plan_restore(struct mh_plan_builder *builder, const struct mh_interface_address *gone,
                     const struct mh_prediction *to, const struct mh_prediction *from, struct mh_list **ops)
{
    struct restoring restoring = {.builder = builder, .ops = ops};
    mh_prediction_copy(from, &restoring.now);
    restore_addresses(&restoring, gone, to);
    mh_plan_restore_routes(builder, to, &restoring.now, ops);
    mh_plan_restore_proxies(builder, to, &restoring.now, ops);
    mh_prediction_clear(&restoring.now);
}
