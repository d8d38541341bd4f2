/* The routes that a plan may touch, out of perhaps a million: those that are ours, those that may go with an
 * address that the plan deletes, and those that uplinks' tables copy. One walk. */
#include "core/config_roles.h"
#include "core/plan_builder.h"
#include "core/route_keep.h"
#include "core/scenario_subnet.h"

struct collection {
    struct mh_plan_builder *builder;
    struct mh_list *doomed, *kept; /* uint32_t: interfaces that may lose every IPv4 address, and others */
};

/* ---- interfaces ------------------------------------------------------------------------------------ */

static bool contains(const struct mh_list *indices, uint32_t index)
{
    const uint32_t *items = mh_list_items(indices);
    for (size_t i = 0; i < mh_list_count(indices); i++)
        if (items[i] == index)
            return true;
    return false;
}

static bool by_any_of(const struct mh_route *route, const struct mh_list *indices)
{
    if (mh_list_count(indices) == 0)
        return false;
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (contains(indices, route->next_hops[i].interface))
            return true;
    return false;
}

static void list_internal(struct collection *collection)
{
    const struct mh_plan_input *input = collection->builder->input;
    const struct mh_role_source source = mh_config_roles(input->config);
    for (size_t i = 0; i < input->snapshot->interface_count; i++) {
        const struct mh_interface *interface = &input->snapshot->interfaces[i];
        if (interface->kind != MH_KIND_LOOPBACK &&
            mh_role_of(input->snapshot, interface, &source).role == MH_ROLE_INTERNAL)
            mh_plan_push(collection->builder, &collection->builder->internal_links, &interface->index);
    }
}

static bool meets_wanted(const struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    const struct mh_wanted_address *items = mh_list_items(builder->wanted_addresses);
    for (size_t i = 0; i < mh_list_count(builder->wanted_addresses); i++)
        if (mh_same_subnet(&items[i].address, address))
            return true;
    return false;
}

/* An address of ours, present or to come, may go and take the others of its subnet along: the interface keeps
 * an address when one is not ours and in no subnet with one of ours. */
static bool keeps_address(const struct mh_plan_builder *builder, uint32_t interface)
{
    size_t count;
    const struct mh_interface_address *items =
        mh_snapshot_addresses_of(builder->input->snapshot, interface, &count);
    for (size_t i = 0; i < count; i++) {
        bool shares = items[i].address.family != MH_IPV4 || mh_plan_owns_address(builder, &items[i]) ||
                      meets_wanted(builder, &items[i]);
        for (size_t j = 0; j < count && !shares; j++)
            shares = mh_plan_owns_address(builder, &items[j]) && mh_same_subnet(&items[i], &items[j]);
        if (!shares)
            return true;
    }
    return false;
}

static void doom(struct collection *collection, const struct mh_interface_address *address)
{
    if (address->address.family != MH_IPV4 || contains(collection->doomed, address->interface) ||
        contains(collection->kept, address->interface))
        return;
    bool keeps = keeps_address(collection->builder, address->interface);
    mh_plan_push(collection->builder, keeps ? &collection->kept : &collection->doomed, &address->interface);
}

static void list_doomed(struct collection *collection)
{
    const struct mh_plan_builder *builder = collection->builder;
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    for (size_t i = 0; i < snapshot->address_count; i++)
        if (mh_plan_owns_address(builder, &snapshot->addresses[i]))
            doom(collection, &snapshot->addresses[i]);
    const struct mh_wanted_address *wanted = mh_list_items(builder->wanted_addresses);
    for (size_t i = 0; i < mh_list_count(builder->wanted_addresses); i++)
        doom(collection, &wanted[i].address);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

/* The source is an address that the plan may delete: one of ours, or one beside it in a subnet. */
static bool is_doomed_source(const struct mh_plan_builder *builder, const struct mh_address *source)
{
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *address = &snapshot->addresses[i];
        if (!mh_plan_owns_address(builder, address))
            continue;
        if (mh_address_equal(&address->address, source) || mh_address_shares(address, source))
            return true;
    }
    return false;
}

/* Where the system names a source in each route, thousands of them have a few. */
static bool may_lose_source(const struct mh_plan_builder *builder, const struct mh_address *source)
{
    struct mh_plan_memo *memo = &builder->lookup->source;
    if (source->family == MH_FAMILY_NONE)
        return false;
    if (!mh_plan_remembers(memo, 0, source))
        *memo = (struct mh_plan_memo){*source, 0, true, is_doomed_source(builder, source)};
    return memo->answer;
}

static bool is_touched(const struct collection *collection, const struct mh_route *route)
{
    if (route->owner == MH_OWNER_MULTIHOMED || mh_plan_may_leave(collection->builder, route))
        return true;
    return route->owner != MH_OWNER_KERNEL && route->next_hop_id == 0 &&
           (may_lose_source(collection->builder, &route->preferred_source) ||
            (route->destination.address.family == MH_IPV4 && by_any_of(route, collection->doomed)));
}

/* Default routes, also those in two halves as some VPNs make them, are no part of what a link reaches. The
 * kernel's own follow from addresses and ours from the document: from those, as they will be, copies of them
 * are made. */
static bool is_shared(const struct collection *collection, const struct mh_route *route)
{
    return route->table == collection->builder->traits->main_table && route->destination.length > 1 &&
           route->type == MH_ROUTE_UNICAST && route->owner != MH_OWNER_KERNEL &&
           route->owner != MH_OWNER_MULTIHOMED && by_any_of(route, collection->builder->internal_links);
}

/* A kernel's route that no address is the reason of: a router advertised the prefix as on link. */
static bool is_advertised(const struct mh_plan_builder *builder, const struct mh_route *route)
{
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    const struct mh_address *to = &route->destination.address;
    if (to->family != MH_IPV6 || mh_address_is_link_local(to) || mh_address_is_multicast(to))
        return false;
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_prefix subnet = mh_address_prefix(&snapshot->addresses[i]);
        if (mh_prefix_equal(&subnet, &route->destination))
            return false;
    }
    return true;
}

/* Routes by an interface that has a table. */
static bool is_behind(const struct mh_plan_builder *builder, const struct mh_route *route)
{
    return mh_list_count(builder->table_links) > 0 && route->table == builder->traits->main_table &&
           route->destination.length > 1 && route->type == MH_ROUTE_UNICAST && route->tos == 0 &&
           route->next_hop_count == 1 && route->owner != MH_OWNER_MULTIHOMED &&
           (route->owner != MH_OWNER_KERNEL || is_advertised(builder, route));
}

static void share(struct mh_plan_builder *builder, struct mh_list **list, const struct mh_route *route)
{
    struct mh_route own = *route;
    if (!mh_route_keep(builder->memory, &own))
        builder->error = MH_NO_MEMORY;
    mh_plan_push(builder, list, &own);
}

/* Others' routes of table main whose source the document may want to be another one. */
static bool is_main(const struct mh_plan_builder *builder, const struct mh_route *route)
{
    return builder->traits->rules == MH_RULES_OF_KERNEL && route->table == builder->traits->main_table &&
           route->owner != MH_OWNER_MULTIHOMED && route->source.length == 0 &&
           mh_plan_is_preferred(builder, route) &&
           (route->owner != MH_OWNER_KERNEL || is_advertised(builder, route));
}

/* Counts them, and keeps so many. */
static void put_behind(struct mh_plan_builder *builder, const struct mh_route *route)
{
    const struct mh_plan_table_link *items = mh_list_items(builder->table_links);
    for (size_t i = 0; i < mh_list_count(builder->table_links); i++) {
        struct mh_plan_table_link link = items[i];
        if (link.interface != route->next_hops[0].interface)
            continue;
        if (link.behind_count++ < MH_PLAN_COPIES_MAX)
            share(builder, &builder->behind, route);
        if (!mh_list_replace(&builder->table_links, i, &link))
            builder->error = MH_NO_MEMORY;
        return;
    }
}

static void collect(struct collection *collection)
{
    struct mh_plan_builder *builder = collection->builder;
    struct mh_route_place place = {0};
    struct mh_route route;
    for (mh_route_handle handle;
         builder->error == MH_OK && (handle = mh_route_table_walk(builder->input->routes, &place)) != 0;) {
        mh_plan_read_route(builder, handle, &route);
        if (is_touched(collection, &route))
            mh_plan_check(builder, mh_prediction_put_route(&builder->now, &route));
        if (is_shared(collection, &route))
            share(builder, &builder->internal, &route);
        if (is_main(builder, &route) && builder->main_count++ < MH_PLAN_MAINS_MAX)
            share(builder, &builder->mains, &route);
        if (is_behind(builder, &route))
            put_behind(builder, &route);
    }
}

void mh_plan_collect(struct mh_plan_builder *builder)
{
    struct collection collection = {
        .builder = builder, .doomed = mh_list_new(sizeof(uint32_t)), .kept = mh_list_new(sizeof(uint32_t))};
    if (collection.doomed == NULL || collection.kept == NULL)
        builder->error = MH_NO_MEMORY;
    if (builder->error == MH_OK) {
        list_internal(&collection);
        list_doomed(&collection);
        collect(&collection);
    }
    mh_list_release(collection.doomed);
    mh_list_release(collection.kept);
}
