/* The default route where the system has one of a family (FreeBSD, NetBSD): that of the best uplink that has
 * a way now. The others wait behind it; when it has none any more, the route is replaced. Another program's
 * default route stays, and with it what it leads to. */
#include "core/plan_builder.h"

static const char *name_of(enum mh_family family)
{
    return family == MH_IPV4 ? "IPv4" : "IPv6";
}

/* Another program's; false: there is none. */
static bool find_foreign(const struct mh_plan_builder *builder, enum mh_family family,
                         struct mh_route *foreign)
{
    const struct mh_prefix any = {.address.family = (uint8_t)family};
    mh_route_handle handle = mh_route_table_exact(builder->input->routes, builder->traits->main_table, &any);
    for (; handle != 0; handle = mh_route_table_sibling(builder->input->routes, handle)) {
        mh_plan_read_route(builder, handle, foreign);
        if (foreign->owner != MH_OWNER_MULTIHOMED)
            return true;
    }
    return false;
}

static bool leads_by(const struct mh_route *route, const struct mh_next_hop *way)
{
    return route->next_hop_count == 1 && route->next_hops[0].interface == way->interface &&
           mh_address_equal(&route->next_hops[0].gateway, &way->gateway);
}

static void warn_of_foreign(struct mh_plan_builder *builder, enum mh_family family,
                            const struct mh_route *foreign, const struct mh_plan_candidate *best)
{
    const char *owner = mh_owner_name((enum mh_owner)foreign->owner);
    if (foreign->next_hop_count == 0)
        mh_plan_note(builder, &builder->warnings, best->member,
                     "Another program (%s) has an %s default route that leads nowhere: it stays, and this "
                     "one is not made.",
                     owner, name_of(family));
    else
        mh_plan_note(builder, &builder->warnings, best->member,
                     "Another program (%s) has an %s default route by %s: it stays, and this one is not made "
                     "while it is there.",
                     owner, name_of(family),
                     mh_plan_interface_name(builder, foreign->next_hops[0].interface));
}

static void note_waiting(struct mh_plan_builder *builder, enum mh_family family,
                         const struct mh_plan_candidate *items, size_t count)
{
    for (size_t i = 1; i < count; i++)
        mh_plan_note(builder, &builder->warnings, items[i].member,
                     "%s has one %s default route, which is by %s: this uplink takes it over when that one "
                     "fails.",
                     builder->traits->name, name_of(family),
                     mh_plan_interface_name(builder, items[0].way.interface));
}

void mh_plan_want_one_default(struct mh_plan_builder *builder, enum mh_family family,
                              const struct mh_plan_candidate *items, size_t count, struct mh_list **wanted)
{
    const struct mh_route route = {.destination.address.family = (uint8_t)family,
                                   .table = builder->traits->main_table};
    struct mh_route foreign;
    if (count == 0)
        return;
    struct mh_next_hop way = items[0].way;
    way.weight = 1;
    if (!find_foreign(builder, family, &foreign)) {
        mh_plan_want(builder, wanted, &route, &way, items[0].member);
        note_waiting(builder, family, items, count);
    } else if (!leads_by(&foreign, &way)) {
        warn_of_foreign(builder, family, &foreign, &items[0]);
    }
}
