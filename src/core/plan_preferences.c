/* Preferred sources: a table before main (DESIGN section 5) that leads where main leads, with the source that
 * the document prefers: for the destinations of `source_preferences`, and where the system by itself would
 * take an address with `skip_as_source`. Only what has no source yet is led there, so that bound sources keep
 * to their rules. */
#include "core/plan_builder.h"
#include "core/scenario_subnet.h"

enum { METRIC_PREFIX_IPV6 = 256 }; /* IP6_RT_PRIO_ADDRCONF */

/* ---- what the document prefers --------------------------------------------------------------------- */

/* The longest whose source is there; NULL: none. */
static const struct mh_config_source_preference *preference_of(struct mh_plan_builder *builder,
                                                               const struct mh_prefix *destination)
{
    const struct mh_config *config = builder->input->config;
    const struct mh_config_source_preference *found = NULL;
    for (size_t i = 0; i < config->source_preference_count; i++) {
        const struct mh_config_source_preference *item = &config->source_preferences[i];
        if (mh_prefix_covers(&item->to, destination) &&
            (found == NULL || item->to.length > found->to.length) &&
            mh_plan_has_source(builder, &item->source, NULL))
            found = item;
    }
    return found;
}

/* It leads to one of them, or to a part of one. */
static bool meets_preference(const struct mh_config *config, const struct mh_prefix *destination)
{
    for (size_t i = 0; i < config->source_preference_count; i++)
        if (mh_prefix_covers(destination, &config->source_preferences[i].to) ||
            mh_prefix_covers(&config->source_preferences[i].to, destination))
            return true;
    return false;
}

/* The entry of an address that is not to be chosen; NULL: it may be. */
static const struct mh_config_address *skip_of(const struct mh_config *config,
                                               const struct mh_address *address)
{
    for (size_t i = 0; i < config->address_count; i++)
        if (config->addresses[i].skip_as_source && mh_address_equal(&config->addresses[i].address, address))
            return &config->addresses[i];
    return NULL;
}

void mh_plan_find_skips(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < config->address_count; i++)
        if (config->addresses[i].skip_as_source)
            builder->skips[config->addresses[i].address.family == MH_IPV6] = true;
}

bool mh_plan_is_preferred(const struct mh_plan_builder *builder, const struct mh_route *route)
{
    return meets_preference(builder->input->config, &route->destination) ||
           builder->skips[route->destination.address.family == MH_IPV6];
}

/* ---- main, as it will be --------------------------------------------------------------------------- */

/* Of several routes to one destination the system takes the one of the smallest metric. Two interfaces in one
 * subnet are taken by their indices, which stay: in which order the system lists addresses does not. */
static bool is_better(const struct mh_route *a, const struct mh_route *b)
{
    if (a->metric != b->metric)
        return a->metric < b->metric;
    return a->owner == MH_OWNER_KERNEL && b->owner == MH_OWNER_KERNEL &&
           a->next_hops[0].interface < b->next_hops[0].interface;
}

static void put(struct mh_plan_builder *builder, struct mh_list **mains, const struct mh_route *route)
{
    const struct mh_route *items = mh_list_items(*mains);
    for (size_t i = 0; i < mh_list_count(*mains); i++) {
        if (!mh_prefix_equal(&items[i].destination, &route->destination) || items[i].tos != route->tos)
            continue;
        if (is_better(route, &items[i]) && !mh_list_replace(mains, i, route))
            builder->error = MH_NO_MEMORY;
        return;
    }
    mh_plan_push(builder, mains, route);
}

static void put_connected(struct mh_plan_builder *builder, const struct mh_interface_address *address,
                          struct mh_list **mains)
{
    const struct mh_next_hop hop = {.interface = address->interface, .weight = 1};
    bool is_ipv6 = address->address.family == MH_IPV6;
    struct mh_route route = {.destination = mh_address_prefix(address),
                             .table = builder->traits->main_table,
                             .metric = address->metric != 0 ? address->metric
                                       : is_ipv6            ? METRIC_PREFIX_IPV6
                                                            : 0,
                             .type = MH_ROUTE_UNICAST,
                             .owner = MH_OWNER_KERNEL,
                             .next_hop_count = 1,
                             .next_hops = &hop};
    if (!is_ipv6)
        route.preferred_source = address->address;
    const struct mh_interface *interface =
        mh_snapshot_interface(builder->input->snapshot, address->interface);
    if (interface == NULL || interface->kind == MH_KIND_LOOPBACK || !mh_plan_makes_route(builder, address) ||
        !mh_plan_is_preferred(builder, &route))
        return;
    route.next_hops = mh_arena_copy(builder->memory, &hop, sizeof hop);
    if (route.next_hops == NULL)
        builder->error = MH_NO_MEMORY;
    put(builder, mains, &route);
}

static void list_mains(struct mh_plan_builder *builder, const struct mh_list *wanted, struct mh_list **mains)
{
    const struct mh_interface_address *addresses = mh_list_items(builder->target);
    for (size_t i = 0; i < mh_list_count(builder->target); i++)
        put_connected(builder, &addresses[i], mains);
    const struct mh_route *others = mh_list_items(builder->mains);
    for (size_t i = 0; i < mh_list_count(builder->mains); i++)
        put(builder, mains, &others[i]);
    const struct mh_wanted_route *own = mh_list_items(wanted);
    for (size_t i = 0; i < mh_list_count(wanted); i++)
        if (own[i].route.table == builder->traits->main_table && mh_plan_is_preferred(builder, &own[i].route))
            put(builder, mains, &own[i].route);
}

/* ---- sources --------------------------------------------------------------------------------------- */

/* Also one whose primary goes. */
static bool is_primary(const struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    const struct mh_interface_address *items = mh_list_items(builder->target);
    for (size_t i = 0; i < mh_list_count(builder->target) && address->flags & MH_ADDRESS_SECONDARY; i++)
        if (!(items[i].flags & MH_ADDRESS_SECONDARY) && mh_same_subnet(&items[i], address))
            return false;
    return true;
}

/* IPv4's choice for a route without a source (inet_select_addr) is the first primary address of the interface
 * in the gateway's subnet, else the first of all. Which subnet's that is, is a matter of what came when: it
 * may be any. */
static const struct mh_config_address *skipped_choice(const struct mh_plan_builder *builder,
                                                      const struct mh_next_hop *hop)
{
    const struct mh_interface_address *items = mh_list_items(builder->target);
    const struct mh_config_address *found = NULL;
    for (size_t i = 0; i < mh_list_count(builder->target); i++) {
        if (items[i].interface != hop->interface || items[i].address.family != MH_IPV4 ||
            !is_primary(builder, &items[i]))
            continue;
        const struct mh_config_address *skip = skip_of(builder->input->config, &items[i].address);
        if (hop->gateway.family == MH_IPV4 && mh_address_shares(&items[i], &hop->gateway))
            return skip;
        if (found == NULL)
            found = skip;
    }
    return found;
}

static bool may_be_source(const struct mh_plan_builder *builder, const struct mh_interface_address *address)
{
    enum { UNUSABLE = MH_ADDRESS_DEPRECATED | MH_ADDRESS_TENTATIVE | MH_ADDRESS_DUPLICATE };
    return !(address->flags & UNUSABLE) && !mh_address_is_link_local(&address->address) &&
           skip_of(builder->input->config, &address->address) == NULL;
}

/* Near ones go before others, then primary before secondary ones; the order in which they came does not
 * matter. */
static bool is_preferable(const struct mh_plan_builder *builder, const struct mh_interface_address *one,
                          const struct mh_interface_address *other, const struct mh_address *near)
{
    bool is_near = near->family == one->address.family && mh_address_shares(one, near);
    bool is_other_near = near->family == other->address.family && mh_address_shares(other, near);
    bool is_first = is_primary(builder, one);
    if (is_near != is_other_near)
        return is_near;
    if (is_first != is_primary(builder, other))
        return is_first;
    return mh_address_compare(&one->address, &other->address) < 0;
}

/* Another address of the interface, best one in the subnet of the gateway or destination. */
static const struct mh_interface_address *other_source(const struct mh_plan_builder *builder,
                                                       const struct mh_route *route)
{
    const struct mh_next_hop *hop = &route->next_hops[0];
    const struct mh_address *near =
        hop->gateway.family == MH_FAMILY_NONE ? &route->destination.address : &hop->gateway;
    const struct mh_interface_address *items = mh_list_items(builder->target), *best = NULL;
    for (size_t i = 0; i < mh_list_count(builder->target); i++)
        if (items[i].interface == hop->interface &&
            items[i].address.family == route->destination.address.family &&
            may_be_source(builder, &items[i]) &&
            (best == NULL || is_preferable(builder, &items[i], best, near)))
            best = &items[i];
    return best;
}

/* Whether the system might take an address that is to be skipped; of IPv6 it is not the route that decides,
 * but the destination (RFC 6724). */
static const struct mh_config_address *skipped_source(const struct mh_plan_builder *builder,
                                                      const struct mh_route *route)
{
    const struct mh_config *config = builder->input->config;
    if (route->type != MH_ROUTE_UNICAST || route->next_hop_count == 0)
        return NULL;
    if (route->preferred_source.family != MH_FAMILY_NONE)
        return skip_of(config, &route->preferred_source);
    const struct mh_interface_address *items = mh_list_items(builder->target);
    if (route->destination.address.family == MH_IPV4)
        return skipped_choice(builder, &route->next_hops[0]);
    for (size_t i = 0; i < mh_list_count(builder->target); i++) {
        const struct mh_config_address *skip = skip_of(config, &items[i].address);
        if (skip != NULL && items[i].interface == route->next_hops[0].interface &&
            items[i].address.family == MH_IPV6)
            return skip;
    }
    return NULL;
}

/* ---- routes ---------------------------------------------------------------------------------------- */

/* Strong send: a source leaves by its own interface alone. */
static bool may_leave(const struct mh_plan_builder *builder, const struct mh_address *source,
                      const struct mh_route *main)
{
    const struct mh_interface_address *owner = mh_plan_host_address(builder, source);
    const struct mh_plan_cover *cover =
        owner == NULL ? NULL : mh_plan_cover_of(builder, owner->interface, (enum mh_family)source->family);
    bool may = true;
    for (size_t i = 0; i < main->next_hop_count && cover != NULL && cover->strong; i++)
        may = may && main->next_hops[i].interface == owner->interface;
    return may || main->type != MH_ROUTE_UNICAST;
}

static bool is_reached(const struct mh_plan_builder *builder, const struct mh_next_hop *hop)
{
    if (hop->gateway.family == MH_FAMILY_NONE)
        return true;
    bool is_own = mh_plan_host_address(builder, &hop->gateway) != NULL ||
                  mh_predicted_address(&builder->now, &hop->gateway) != NULL;
    return !is_own && ((hop->flags & MH_NEXT_HOP_ON_LINK) ||
                       mh_plan_is_on_link(builder, hop->interface, &hop->gateway) ||
                       mh_plan_is_reached(builder, hop->interface, &hop->gateway));
}

/* The system would take another one like it. Of several next hops with more than their gateways (an
 * encapsulation) only it can tell. */
static bool can_copy(const struct mh_plan_builder *builder, const struct mh_route *main)
{
    bool can = main->type != MH_ROUTE_UNICAST || main->next_hop_count == 1 || main->native_length == 0;
    for (size_t i = 0; i < main->next_hop_count && can && main->type == MH_ROUTE_UNICAST; i++)
        can = is_reached(builder, &main->next_hops[i]);
    return can;
}

/* The next table has its turn: main itself. IPv6 tells of such routes that they are by the loopback. */
static void leave_to_main(struct mh_plan_builder *builder, const struct mh_prefix *to, uint8_t tos,
                          const char *member, struct mh_list **wanted)
{
    const struct mh_route route = {
        .destination = *to, .table = MH_PLAN_PREFERENCE_TABLE, .tos = tos, .type = MH_ROUTE_THROW};
    const struct mh_next_hop loopback = {.interface = mh_loopback_index(builder->input->snapshot),
                                         .weight = 1};
    mh_plan_want_ways(builder, wanted, &route, &loopback, to->address.family == MH_IPV6 ? 1 : 0, member);
}

static void note_kept(struct mh_plan_builder *builder, const struct mh_prefix *to, const char *member)
{
    char text[MH_PREFIX_TEXT_SIZE];
    mh_plan_note(builder, &builder->pending, member,
                 "The main table's route to %s cannot be had once more, with another source.",
                 mh_prefix_format(to, text));
}

static void want(struct mh_plan_builder *builder, const struct mh_route *main, const struct mh_prefix *to,
                 const struct mh_address *source, const char *member, struct mh_list **wanted)
{
    struct mh_route route = {.destination = *to,
                             .table = MH_PLAN_PREFERENCE_TABLE,
                             .metric = to->address.family == MH_IPV6 ? 1024 : 0,
                             .type = main->type,
                             .scope = main->scope};
    if (!can_copy(builder, main)) {
        if (!mh_address_equal(source, &main->preferred_source))
            note_kept(builder, to, member);
        leave_to_main(builder, to, 0, member, wanted);
        return;
    }
    /* Where it ends here, IPv4 names no interface, though a next-hop object may; IPv6 does. */
    bool leads = main->type == MH_ROUTE_UNICAST || to->address.family == MH_IPV6;
    size_t count = leads ? main->next_hop_count : 0;
    struct mh_next_hop *ways = mh_arena_copy(builder->memory, main->next_hops, count * sizeof *ways);
    if (ways == NULL) {
        builder->error = MH_NO_MEMORY;
        return;
    }
    for (size_t i = 0; i < count; i++)
        ways[i].flags &= MH_NEXT_HOP_ON_LINK;
    if (main->type == MH_ROUTE_UNICAST) {
        route.preferred_source = *source;
        route.native = main->native; /* its MTU, encapsulation */
        route.native_length = main->native_length;
        route.preference = main->preference;
    }
    mh_plan_want_ways(builder, wanted, &route, ways, count, member);
}

/* A route of main: the preference that covers it, else the one for a source that is not skipped. False: it
 * has the right source. */
static bool follow(struct mh_plan_builder *builder, const struct mh_route *main, struct mh_list **wanted)
{
    if (main->tos != 0) /* for some packets only: those are left to main */
        return false;
    const struct mh_config_source_preference *preference = preference_of(builder, &main->destination);
    if (preference != NULL && !may_leave(builder, &preference->source, main))
        return false;
    if (preference != NULL) {
        want(builder, main, &main->destination, &preference->source,
             mh_plan_member(builder, "source_preferences", preference->name), wanted);
        return true;
    }
    const struct mh_config_address *skip = skipped_source(builder, main);
    const struct mh_interface_address *other = skip == NULL ? NULL : other_source(builder, main);
    if (other != NULL)
        want(builder, main, &main->destination, &other->address,
             mh_plan_member(builder, "addresses", skip->name), wanted);
    return other != NULL;
}

/* A route whose source is right must be in the table too where a shorter one is there, which would hide it.
 */
static void uncover(struct mh_plan_builder *builder, const struct mh_route *main, struct mh_list **wanted)
{
    for (size_t i = 0; i < mh_list_count(*wanted); i++) {
        const struct mh_wanted_route *items = mh_list_items(*wanted);
        if (items[i].route.table != MH_PLAN_PREFERENCE_TABLE ||
            !mh_prefix_covers(&items[i].route.destination, &main->destination))
            continue;
        const struct mh_route key = {
            .destination = main->destination, .table = MH_PLAN_PREFERENCE_TABLE, .tos = main->tos};
        if (main->tos != 0 && mh_plan_wanted_route(builder, *wanted, &key) != NULL)
            return;
        if (main->tos != 0)
            leave_to_main(builder, &main->destination, main->tos, items[i].member, wanted);
        else
            want(builder, main, &main->destination, &main->preferred_source, items[i].member, wanted);
        return;
    }
}

/* Main has routes beside the one that `to` is covered by, for packets with a type of service alone. */
static void spare(struct mh_plan_builder *builder, const struct mh_route *covering,
                  const struct mh_prefix *to, const char *member, const struct mh_list *mains,
                  struct mh_list **wanted)
{
    const struct mh_route *items = mh_list_items(mains);
    for (size_t i = 0; i < mh_list_count(mains); i++) {
        const struct mh_route key = {
            .destination = *to, .table = MH_PLAN_PREFERENCE_TABLE, .tos = items[i].tos};
        if (items[i].tos != 0 && mh_prefix_covers(&items[i].destination, to) &&
            items[i].destination.length >= covering->destination.length &&
            mh_plan_wanted_route(builder, *wanted, &key) == NULL)
            leave_to_main(builder, to, items[i].tos, member, wanted);
    }
}

/* The destinations of a preference that main leads to by a shorter prefix. */
static void cover(struct mh_plan_builder *builder, const struct mh_config_source_preference *preference,
                  const struct mh_list *mains, struct mh_list **wanted)
{
    char text[MH_PREFIX_TEXT_SIZE];
    const char *member = mh_plan_member(builder, "source_preferences", preference->name);
    const struct mh_route *items = mh_list_items(mains), *longest = NULL;
    if (!mh_plan_has_source(builder, &preference->source, member))
        return;
    for (size_t i = 0; i < mh_list_count(mains); i++)
        if (items[i].tos == 0 && mh_prefix_covers(&items[i].destination, &preference->to) &&
            (longest == NULL || items[i].destination.length > longest->destination.length))
            longest = &items[i];
    if (longest == NULL)
        mh_plan_note(builder, &builder->pending, member, "There is no route to all of %s.",
                     mh_prefix_format(&preference->to, text));
    else if (!may_leave(builder, &preference->source, longest))
        mh_plan_note(builder, &builder->pending, member,
                     "The way to %s is by another interface than the source's, which is all that it leaves "
                     "by (host_model.send).",
                     mh_prefix_format(&preference->to, text));
    else if (!mh_prefix_equal(&longest->destination, &preference->to)) {
        want(builder, longest, &preference->to, &preference->source, member, wanted);
        spare(builder, longest, &preference->to, member, mains, wanted);
    }
}

/* Addresses that are to be skipped, where there is nothing else to take. */
static void note_lonely(struct mh_plan_builder *builder)
{
    const struct mh_config *config = builder->input->config;
    const struct mh_interface_address *items = mh_list_items(builder->target);
    for (size_t i = 0; i < mh_list_count(builder->target); i++) {
        const struct mh_config_address *skip = skip_of(config, &items[i].address);
        const struct mh_next_hop hop = {.interface = items[i].interface};
        const struct mh_route route = {
            .destination = mh_address_prefix(&items[i]), .next_hop_count = 1, .next_hops = &hop};
        if (skip != NULL && other_source(builder, &route) == NULL)
            mh_plan_note(builder, &builder->pending, mh_plan_member(builder, "addresses", skip->name),
                         "%s has no other %s address that could be the source.",
                         mh_plan_interface_name(builder, items[i].interface),
                         items[i].address.family == MH_IPV4 ? "IPv4" : "IPv6");
    }
}

static void want_all(struct mh_plan_builder *builder, struct mh_list **mains, struct mh_list **wanted)
{
    const struct mh_config *config = builder->input->config;
    list_mains(builder, *wanted, mains);
    const struct mh_route *items = mh_list_items(*mains);
    size_t count = mh_list_count(*mains);
    bool *done = mh_arena_take(builder->memory, count);
    if (done == NULL) {
        builder->error = MH_NO_MEMORY;
        return;
    }
    note_lonely(builder);
    for (size_t i = 0; i < config->source_preference_count && builder->error == MH_OK; i++)
        cover(builder, &config->source_preferences[i], *mains, wanted);
    for (size_t i = 0; i < count && builder->error == MH_OK; i++)
        done[i] = follow(builder, &items[i], wanted);
    for (size_t i = 0; i < count && builder->error == MH_OK; i++)
        if (!done[i])
            uncover(builder, &items[i], wanted);
}

void mh_plan_want_preferences(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    if (builder->input->config->source_preference_count == 0 && !builder->skips[0] && !builder->skips[1])
        return;
    struct mh_list *mains = mh_list_new(sizeof(struct mh_route));
    if (mains == NULL)
        builder->error = MH_NO_MEMORY;
    else if (builder->main_count > MH_PLAN_MAINS_MAX)
        mh_plan_note(builder, &builder->unsupported, "/source_preferences",
                     "The main table has %zu routes that preferred sources concern, too many to follow.",
                     builder->main_count);
    else
        want_all(builder, &mains, wanted);
    mh_list_release(mains);
}
