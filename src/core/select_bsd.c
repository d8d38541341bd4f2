/* Routes as the BSDs look for them: the longest prefix, and of one prefix OpenBSD's smallest priority
 * (route(8), -priority), then all that are alike: FreeBSD's next-hop groups (route(8), -weight) and OpenBSD's
 * multipath routes (route(8), -mpath). None of them looks at the source. */
#include "core/select_bsd.h"

#include "core/table_source.h"

/* FreeBSD and NetBSD keep routes of a link that is down, until the interface is. */
static bool is_alive(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    const struct mh_interface *interface = mh_snapshot_interface(selecting->snapshot, hop->interface);
    return (hop->flags & MH_NEXT_HOP_DEAD) == 0 && interface != NULL && interface->up;
}

/* OpenBSD takes them out (rt_if_linkstate_change in sys/net/route.c). */
static bool is_alive_with_carrier(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    const struct mh_interface *interface = mh_snapshot_interface(selecting->snapshot, hop->interface);
    return is_alive(selecting, hop) && (hop->flags & MH_NEXT_HOP_LINK_DOWN) == 0 && interface->carrier;
}

static bool all_alike(const struct mh_selecting *selecting, const struct mh_route *route,
                      const struct mh_next_hop *hop, uint64_t *cost)
{
    (void)selecting;
    (void)route;
    (void)hop;
    *cost = 0;
    return true;
}

static bool priority(const struct mh_selecting *selecting, const struct mh_route *route,
                     const struct mh_next_hop *hop, uint64_t *cost)
{
    (void)selecting;
    (void)hop;
    *cost = route->metric;
    return true;
}

uint32_t mh_bsd_domain(const struct mh_selecting *selecting, enum mh_dialect dialect)
{
    const struct mh_question *question = selecting->question;
    uint32_t interface = question->output;
    if (dialect != MH_DIALECT_OPENBSD)
        return 0;
    if (interface == 0 && question->source.family != MH_FAMILY_NONE) {
        const struct mh_interface_address *owner = mh_select_owner(selecting->snapshot, &question->source, 0);
        interface = owner == NULL ? 0 : owner->interface;
    }
    const struct mh_interface *found = mh_snapshot_interface(selecting->snapshot, interface);
    return found == NULL ? 0 : found->domain;
}

bool mh_bsd_in_domain(const struct mh_selecting *selecting, enum mh_dialect dialect, uint32_t interface)
{
    const struct mh_interface *found = mh_snapshot_interface(selecting->snapshot, interface);
    return dialect != MH_DIALECT_OPENBSD ||
           (found != NULL && found->domain == mh_bsd_domain(selecting, dialect));
}

enum mh_route_search mh_bsd_search(const struct mh_selecting *selecting, enum mh_dialect dialect)
{
    struct mh_route_taste taste = {.usable = is_alive, .cost = all_alike};
    if (dialect == MH_DIALECT_OPENBSD) {
        taste.table = mh_bsd_domain(selecting, dialect);
        taste.usable = is_alive_with_carrier;
        taste.cost = priority;
    }
    return mh_select_search(selecting, &taste);
}

enum mh_way mh_bsd_rejection(const struct mh_selecting *selecting)
{
    const struct mh_prefix *prefix = &selecting->selection->forwarding.route.destination;
    return prefix->length == mh_family_bits((enum mh_family)prefix->address.family) ? MH_WAY_HOST_UNREACHABLE
                                                                                    : MH_WAY_UNREACHABLE;
}

/* That of another table is not read. */
const struct mh_interface_address *mh_bsd_table_source(const struct mh_selecting *selecting,
                                                       enum mh_family family)
{
    return mh_bsd_domain(selecting, MH_DIALECT_OPENBSD) == 0 ? mh_table_source(selecting->snapshot, family)
                                                             : NULL;
}

/* The interface that has the address is up: whether it has a carrier does not matter. */
bool mh_bsd_takes_table_source(const struct mh_selecting *selecting,
                               const struct mh_interface_address *source, const struct mh_next_hop *hop)
{
    if (source == NULL || hop->gateway.family == MH_FAMILY_NONE)
        return false;
    const struct mh_interface *interface = mh_snapshot_interface(selecting->snapshot, source->interface);
    return interface != NULL && interface->up;
}
