#include "core/plan_routes_after.h"

#include "core/dialect_traits.h"
#include "core/prediction.h"
#include "core/scenario_subnet.h"
#include "core/table_source.h"

enum { TABLE_MAIN = 254, TABLE_LOCAL = 255, PROTOCOL_KERNEL = 2, METRIC_ADDRCONF = 256 };

/* ---- what covers the addresses --------------------------------------------------------------------- */

struct sample {
    const struct mh_plan_input *input;
    struct mh_route_table *routes; /* those that were found */
    struct mh_list *addresses;     /* struct mh_address: to be looked up; grows by gateways */
    enum mh_error error;
};

static void check(struct sample *sample, bool done)
{
    if (!done)
        sample->error = MH_NO_MEMORY;
}

/* Gateways are few, and each is looked up once. */
static void add_gateway(struct sample *sample, const struct mh_address *gateway)
{
    const struct mh_address *items = mh_list_items(sample->addresses);
    size_t count = mh_list_count(sample->addresses);
    if (gateway->family == MH_FAMILY_NONE)
        return;
    for (size_t i = 0; i < count; i++)
        if (mh_address_equal(&items[i], gateway))
            return;
    check(sample, mh_list_insert(&sample->addresses, count, gateway));
}

static void add_gateways(struct sample *sample, const struct mh_route *route)
{
    for (size_t i = 0; i < route->next_hop_count; i++)
        add_gateway(sample, &route->next_hops[i].gateway);
}

/* A source that is not told is the one that the system chooses. */
static void read_route(const struct sample *sample, mh_route_handle handle, struct mh_route *route)
{
    const struct mh_snapshot *snapshot = sample->input->snapshot;
    mh_route_table_get(sample->input->routes, handle, route);
    enum mh_family family = (enum mh_family)route->destination.address.family;
    if (!mh_table_source_hides(mh_table_source(snapshot, family), route))
        return;
    const struct mh_interface_address *source =
        mh_route_source_among(snapshot->addresses, snapshot->address_count, route);
    route->preferred_source = source == NULL ? (struct mh_address){0} : source->address;
}

/* The routes of one prefix, in the system's order; false when they are there already, and so those of all
 * shorter ones. */
static bool add_row(struct sample *sample, mh_route_handle handle, int *length)
{
    struct mh_route route;
    mh_route_table_get(sample->input->routes, handle, &route);
    *length = route.destination.length;
    if (mh_route_table_exact(sample->routes, route.table, &route.destination) != 0)
        return false;
    for (; handle != 0 && sample->error == MH_OK;
         handle = mh_route_table_sibling(sample->input->routes, handle)) {
        read_route(sample, handle, &route);
        check(sample, mh_route_table_put(sample->routes, &route, MH_APPEND) != MH_NO_MEMORY);
        add_gateways(sample, &route);
    }
    return true;
}

static void add_covering(struct sample *sample, const struct mh_address *address)
{
    uint32_t table = 0;
    while (mh_route_table_next_id(sample->input->routes, (enum mh_family)address->family, table, &table)) {
        mh_route_handle handle;
        for (int longest = (int)mh_family_bits((enum mh_family)address->family);
             (handle = mh_route_table_match(sample->input->routes, table, address, longest)) != 0; longest--)
            if (!add_row(sample, handle, &longest))
                break;
        if (table++ == UINT32_MAX)
            break;
    }
}

/* What the plan brings may lead to gateways that nothing leads to now. */
static void collect(struct sample *sample, const struct mh_plan *plan, const struct mh_address *addresses,
                    size_t count)
{
    for (size_t i = 0; i < count && sample->error == MH_OK; i++)
        add_covering(sample, &addresses[i]);
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan->steps[i].op.kind == MH_OP_ROUTE_ADD || plan->steps[i].op.kind == MH_OP_ROUTE_REPLACE)
            add_gateways(sample, &plan->steps[i].op.of.route);
    for (size_t i = 0; i < mh_list_count(sample->addresses) && sample->error == MH_OK; i++) {
        const struct mh_address *items = mh_list_items(sample->addresses);
        const struct mh_address gateway = items[i];
        add_covering(sample, &gateway);
    }
}

/* ---- what the kernel makes of addresses ------------------------------------------------------------ */

/* net/ipv4/fib_frontend.c, fib_add_ifaddr; net/ipv6/addrconf.c, addrconf_prefix_route. */
static bool makes_prefix(const struct mh_interface_address *address)
{
    return !(address->flags & MH_ADDRESS_NO_PREFIX_ROUTE);
}

/* An address of the interface that the route follows from; NULL: there is none. */
static const struct mh_interface_address *maker_of(const struct mh_snapshot *snapshot,
                                                   const struct mh_route *route)
{
    size_t count;
    const struct mh_interface_address *items =
        mh_snapshot_addresses_of(snapshot, route->next_hops[0].interface, &count);
    bool is_local =
        route->type == MH_ROUTE_LOCAL &&
        route->destination.length == mh_family_bits((enum mh_family)route->destination.address.family);
    for (size_t i = 0; i < count; i++) {
        struct mh_prefix subnet = mh_address_prefix(&items[i]);
        if (is_local ? mh_address_equal(&items[i].address, &route->destination.address)
                     : makes_prefix(&items[i]) && mh_prefix_equal(&subnet, &route->destination))
            return &items[i];
    }
    return NULL;
}

/* The route as it is once the host has become `now`. False: it has gone with the last of the addresses that
 * it followed from. One that followed from none is left alone. */
static bool survives(const struct mh_snapshot *earlier, const struct mh_snapshot *now, struct mh_route *route)
{
    if (route->next_hop_count != 1 || maker_of(earlier, route) == NULL)
        return true;
    const struct mh_interface_address *maker = maker_of(now, route);
    if (maker != NULL && route->preferred_source.family != MH_FAMILY_NONE &&
        !mh_snapshot_has_address(now, &route->preferred_source))
        route->preferred_source = maker->address;
    return maker != NULL;
}

/* Takes the first route away that an address took along, or gives it another source; false when there is none
 * any more. */
static bool drop_one(struct sample *sample, const struct mh_snapshot *earlier, const struct mh_snapshot *now,
                     struct mh_route_table *after)
{
    struct mh_route_place place = {0};
    mh_route_handle handle;
    while ((handle = mh_route_table_walk(after, &place)) != 0) {
        struct mh_route old, kept;
        mh_route_table_get(after, handle, &old);
        kept = old;
        bool stays = survives(earlier, now, &kept);
        if (stays && mh_address_equal(&kept.preferred_source, &old.preferred_source))
            continue;
        struct mh_next_hop hop = old.next_hops[0];
        old.next_hops = kept.next_hops = &hop; /* the table changes */
        if (stays)                             /* first: what is native is the old one's */
            check(sample, mh_route_table_put(after, &kept, MH_PREPEND) != MH_NO_MEMORY);
        (void)mh_route_table_remove(after, &old);
        return sample->error == MH_OK;
    }
    return false;
}

static bool put_made(struct mh_route_table *after, const struct mh_interface_address *address,
                     const struct mh_prefix *destination, bool is_local)
{
    bool four = address->address.family == MH_IPV4;
    const struct mh_next_hop hop = {.interface = address->interface, .weight = 1};
    struct mh_route route = {.destination = *destination,
                             .table = is_local ? TABLE_LOCAL : TABLE_MAIN,
                             .metric = is_local               ? 0
                                       : address->metric != 0 ? address->metric
                                       : four                 ? 0
                                                              : METRIC_ADDRCONF,
                             .type = is_local ? MH_ROUTE_LOCAL : MH_ROUTE_UNICAST,
                             .scope = !four      ? MH_ROUTE_SCOPE_UNIVERSE
                                      : is_local ? MH_ROUTE_SCOPE_HOST
                                                 : MH_ROUTE_SCOPE_LINK,
                             .protocol = PROTOCOL_KERNEL,
                             .owner = MH_OWNER_KERNEL,
                             .next_hop_count = 1,
                             .next_hops = &hop};
    if (four)
        route.preferred_source = address->address;
    return mh_route_table_put(after, &route, MH_PRESENT) != MH_NO_MEMORY;
}

/* An address has come. In a VRF other tables would get its routes. False when out of memory. */
static bool put_routes_of(const struct mh_snapshot *now, const struct mh_interface_address *added,
                          struct mh_route_table *after)
{
    const struct mh_interface_address *address = mh_snapshot_address(now, added);
    const struct mh_interface *interface = mh_snapshot_interface(now, added->interface);
    if (address == NULL || interface == NULL || !interface->up || interface->domain != 0)
        return true;
    struct mh_prefix host =
        mh_prefix_of(&address->address, mh_family_bits((enum mh_family)address->address.family));
    struct mh_prefix subnet = mh_address_prefix(address);
    bool is_alone = address->address.family == MH_IPV4 && mh_prefix_equal(&host, &subnet);
    if (!put_made(after, address, &host, true))
        return false;
    bool has_subnet = !is_alone && makes_prefix(address) && !(address->flags & MH_ADDRESS_SECONDARY);
    return !has_subnet || put_made(after, address, &subnet, false);
}

/* ---- all together ---------------------------------------------------------------------------------- */

/* Linux's own routes follow addresses step by step: of two to one subnet the older is the first. */
static void follow(struct sample *sample, const struct mh_op *op, const struct mh_snapshot *earlier,
                   const struct mh_prediction *prediction, struct mh_route_table *after)
{
    struct mh_snapshot now;
    if (sample->input->dialect != MH_DIALECT_LINUX)
        return;
    mh_prediction_snapshot(prediction, &now);
    while (op->kind == MH_OP_ADDRESS_DELETE && drop_one(sample, earlier, &now, after))
        continue;
    if (op->kind == MH_OP_ADDRESS_ADD)
        check(sample, put_routes_of(&now, &op->of.address, after));
    mh_snapshot_clear(&now);
}

/* Steps that speak of routes outside of the sample fail here, and do no harm. Rules change no route. */
static void predict_step(struct sample *sample, const struct mh_op *op, struct mh_prediction *prediction,
                         struct mh_route_table *after)
{
    struct mh_snapshot earlier;
    if (op->kind == MH_OP_RULE_ADD || op->kind == MH_OP_RULE_DELETE)
        return;
    mh_prediction_snapshot(prediction, &earlier);
    check(sample, mh_prediction_apply(prediction, op) != MH_NO_MEMORY);
    if (sample->error == MH_OK)
        follow(sample, op, &earlier, prediction, after);
    mh_snapshot_clear(&earlier);
}

/* Steps of a plan speak of this service's own routes as such, where the system marks nobody's, too. */
static void mark_own(const struct sample *sample, struct mh_route *route)
{
    const struct mh_plan_input *input = sample->input;
    if (!mh_dialect_traits(input->dialect)->has_mark && mh_ledger_has_route(input->ledger, route))
        route->owner = MH_OWNER_MULTIHOMED;
}

/* `after` gets the kernel's own routes, the prediction all others. */
static void begin(struct sample *sample, struct mh_prediction *prediction, struct mh_route_table *after)
{
    struct mh_route_place place = {0};
    struct mh_route route;
    mh_route_handle handle;
    while (sample->error == MH_OK && (handle = mh_route_table_walk(sample->routes, &place)) != 0) {
        mh_route_table_get(sample->routes, handle, &route);
        mark_own(sample, &route);
        check(sample, route.owner == MH_OWNER_KERNEL
                          ? mh_route_table_put(after, &route, MH_APPEND) != MH_NO_MEMORY
                          : mh_prediction_put_route(prediction, &route) == MH_OK);
    }
}

static void end(struct sample *sample, const struct mh_prediction *prediction, struct mh_route_table *after)
{
    size_t count;
    const struct mh_route *routes = mh_predicted_routes(prediction, &count);
    for (size_t i = 0; i < count && sample->error == MH_OK; i++)
        check(sample, mh_route_table_put(after, &routes[i], MH_APPEND) != MH_NO_MEMORY);
}

static void make(struct sample *sample, const struct mh_plan *plan, struct mh_route_table *after)
{
    struct mh_prediction prediction = {0};
    struct mh_arena *memory = mh_arena_new();
    check(sample, memory != NULL);
    if (sample->error == MH_OK)
        sample->error =
            mh_prediction_init(&prediction, sample->input->snapshot, sample->input->dialect, memory);
    begin(sample, &prediction, after);
    for (size_t i = 0; i < plan->step_count && sample->error == MH_OK; i++)
        predict_step(sample, &plan->steps[i].op, &prediction, after);
    end(sample, &prediction, after);
    mh_prediction_clear(&prediction);
    mh_arena_free(memory);
}

enum mh_error mh_plan_routes_after(const struct mh_plan_input *input, const struct mh_plan *plan,
                                   const struct mh_address *addresses, size_t count,
                                   struct mh_route_table **after)
{
    struct sample sample = {
        .input = input, .routes = mh_route_table_new(), .addresses = mh_list_new(sizeof(struct mh_address))};
    *after = mh_route_table_new();
    check(&sample, sample.routes != NULL && sample.addresses != NULL && *after != NULL);
    if (sample.error == MH_OK)
        collect(&sample, plan, addresses, count);
    if (sample.error == MH_OK)
        make(&sample, plan, *after);
    mh_route_table_free(sample.routes);
    mh_list_release(sample.addresses);
    if (sample.error != MH_OK) {
        mh_route_table_free(*after);
        *after = NULL;
    }
    return sample.error;
}
