/* Preferred sources where there is no table before the main one for them: a route of ours to the destination,
 * by the way that leads there, which names the source. (OpenBSD has a source for all destinations of a
 * family: plan_table_source.c.) IPv4 only: IPv6 sources are chosen by RFC 6724, whatever a route says
 * (in_pcbladdr of FreeBSD, in_selectsrc of NetBSD, in_pcbselsrc of OpenBSD take the route's; in6_selectsrc of
 * all three does not). */
#include "core/plan_builder.h"

/* Of other programs, and of the kernel; the longest that leads to all of `to`. */
static bool find_others(const struct mh_plan_builder *builder, const struct mh_prefix *to,
                        struct mh_route *found)
{
    const struct mh_route_table *routes = builder->input->routes;
    for (int longest = to->length; longest >= 0; longest = found->destination.length - 1) {
        mh_route_handle handle =
            mh_route_table_match(routes, builder->traits->main_table, &to->address, (uint8_t)longest);
        if (handle == 0)
            return false;
        for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
            mh_plan_read_route(builder, handle, found);
            if (found->owner != MH_OWNER_MULTIHOMED)
                return true;
        }
    }
    return false;
}

/* Of ours, that other members want. */
static const struct mh_route *find_wanted(const struct mh_plan_builder *builder, const struct mh_list *wanted,
                                          const struct mh_prefix *to)
{
    const struct mh_wanted_route *items = mh_list_items(wanted);
    const struct mh_route *longest = NULL;
    for (size_t i = 0; i < mh_list_count(wanted); i++)
        if (items[i].route.table == builder->traits->main_table &&
            mh_prefix_covers(&items[i].route.destination, to) &&
            (longest == NULL || items[i].route.destination.length > longest->destination.length))
            longest = &items[i].route;
    return longest;
}

/* What leads there without us. */
static bool find_way(const struct mh_plan_builder *builder, const struct mh_list *wanted,
                     const struct mh_prefix *to, struct mh_route *way)
{
    const struct mh_route *own = find_wanted(builder, wanted, to);
    bool found = find_others(builder, to, way);
    if (own == NULL || (found && way->destination.length >= own->destination.length))
        return found;
    *way = *own;
    return true;
}

static bool is_on(const struct mh_plan_builder *builder, const struct mh_address *source, uint32_t interface)
{
    const struct mh_interface_address *items = mh_list_items(builder->target);
    for (size_t i = 0; i < mh_list_count(builder->target); i++)
        if (items[i].interface == interface && mh_address_equal(&items[i].address, source))
            return true;
    return false;
}

/* Why the route cannot be made beside the way; NULL: it can. */
static const char *obstacle(const struct mh_plan_builder *builder,
                            const struct mh_config_source_preference *preference, const struct mh_route *way)
{
    if (mh_prefix_equal(&way->destination, &preference->to))
        return way->owner == MH_OWNER_MULTIHOMED
                   ? "a member of `routes` is the route there: its \"source\" says it"
                   : "another program has the very route there, which names its source itself";
    if (way->type != MH_ROUTE_UNICAST || way->next_hop_count != 1)
        return "what leads there is not a single way";
    return is_on(builder, &preference->source, way->next_hops[0].interface)
               ? NULL
               : "the way there is by another interface than the source's";
}

/* in_pcbselsrc of OpenBSD. */
static void warn_of_table(struct mh_plan_builder *builder, const struct mh_route *way, const char *member)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < config->source_preference_count && mh_route_has_gateway(way); i++)
        if (mh_plan_is_table_source(builder, &config->source_preferences[i]) &&
            config->source_preferences[i].to.address.family == way->destination.address.family)
            mh_plan_note(
                builder, &builder->warnings, member,
                "What goes through a gateway has the source of \"%s\" here, whatever its route says.",
                config->source_preferences[i].name);
}

static void want(struct mh_plan_builder *builder, const struct mh_config_source_preference *preference,
                 struct mh_list **wanted)
{
    char text[MH_PREFIX_TEXT_SIZE];
    struct mh_route way;
    const char *member = mh_plan_member(builder, "source_preferences", preference->name);
    (void)mh_prefix_format(&preference->to, text);
    if (preference->to.address.family == MH_IPV6) {
        mh_plan_note(builder, &builder->unsupported, member,
                     "%s chooses IPv6 sources by RFC 6724, whatever a route says.", builder->traits->name);
        return;
    }
    if (!mh_plan_has_source(builder, &preference->source, member))
        return;
    if (!find_way(builder, *wanted, &preference->to, &way)) {
        mh_plan_note(builder, &builder->pending, member, "There is no route to all of %s.", text);
        return;
    }
    const char *why = obstacle(builder, preference, &way);
    if (why != NULL) {
        mh_plan_note(builder, &builder->unsupported, member, "A route to %s cannot name the source: %s.",
                     text, why);
        return;
    }
    warn_of_table(builder, &way, member);
    const struct mh_next_hop hop = {way.next_hops[0].gateway, way.next_hops[0].interface, 1, 0};
    const struct mh_route route = {.destination = preference->to,
                                   .table = builder->traits->main_table,
                                   .preferred_source = preference->source};
    mh_plan_want(builder, wanted, &route, &hop, member);
}

void mh_plan_want_source_routes(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < config->source_preference_count && builder->error == MH_OK; i++)
        if (!mh_plan_is_table_source(builder, &config->source_preferences[i]))
            want(builder, &config->source_preferences[i], wanted);
}
