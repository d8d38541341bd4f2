/* Where the rest of the world is: addresses that stand for the hosts on each link, behind each route, and for
 * those that only the default route leads to. */
#include "core/host_model_parts.h"

#include <string.h>

/* Routes that are looked at, so that a full table is no burden. */
enum { ROUTES_LOOKED_AT = 4096, TABLE_LOCAL = 255 };

bool mh_is_internal(const struct mh_path_host *host, uint32_t interface)
{
    const struct mh_snapshot *snapshot = host->snapshot;
    const struct mh_interface *at = mh_snapshot_interface(snapshot, interface);
    if (at == NULL)
        return false;
    if (host->roles != NULL)
        return host->roles[at - snapshot->interfaces].role == MH_ROLE_INTERNAL;
    return mh_role_of(snapshot, at, NULL).role == MH_ROLE_INTERNAL;
}

bool mh_address_works(const struct mh_snapshot *snapshot, const struct mh_interface_address *address)
{
    const struct mh_interface *interface = mh_snapshot_interface(snapshot, address->interface);
    bool tentative =
        (address->flags & MH_ADDRESS_TENTATIVE) != 0 && (address->flags & MH_ADDRESS_OPTIMISTIC) == 0;
    return (address->flags & MH_ADDRESS_DUPLICATE) == 0 && !tentative && interface != NULL &&
           interface->domain == 0;
}

/* ---- beside an address ----------------------------------------------------------------------------- */

/* All host bits alike: the network's own address, or the broadcast address. */
static bool has_uniform_host_bits(const struct mh_address *address, unsigned host_bits)
{
    unsigned mask = host_bits >= 8 ? 0xff : (1U << host_bits) - 1,
             last = mh_family_bits(address->family) / 8 - 1;
    unsigned value = address->bytes[last] & mask;
    return value == 0 || value == mask;
}

/* An address beside this one in its subnet that is none of this host's; false when there is no room for one.
 */
static bool find_beside(const struct mh_snapshot *snapshot, const struct mh_interface_address *address,
                        struct mh_address *beside)
{
    unsigned bits = mh_family_bits((enum mh_family)address->address.family);
    unsigned host_bits = bits - address->prefix_length, last = bits / 8 - 1;
    if (address->peer.family != MH_FAMILY_NONE) {
        *beside = address->peer;
        return !mh_snapshot_has_address(snapshot, beside);
    }
    for (unsigned i = 1; i < 64 && (host_bits >= 8 || i < 1U << host_bits); i++) {
        *beside = address->address;
        beside->bytes[last] ^= (uint8_t)i;
        bool taken = mh_snapshot_has_address(snapshot, beside) ||
                     (host_bits > 1 && has_uniform_host_bits(beside, host_bits));
        if (!taken)
            return true;
    }
    return false;
}

/* ---- the list -------------------------------------------------------------------------------------- */

static void add(struct mh_places *places, const struct mh_place *place)
{
    for (size_t i = 0; i < places->count; i++)
        if (mh_address_equal(&places->items[i].address, &place->address))
            return;
    if (places->count < MH_PLACES_MAX)
        places->items[places->count++] = *place;
    else
        places->complete = false;
}

static void add_links(const struct mh_snapshot *snapshot, enum mh_family family, struct mh_places *places)
{
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *address = &snapshot->addresses[i];
        const struct mh_interface *interface = mh_snapshot_interface(snapshot, address->interface);
        struct mh_place place = {.interface = address->interface};
        if (address->address.family == family && interface != NULL && interface->kind != MH_KIND_LOOPBACK &&
            mh_address_works(snapshot, address) && !mh_address_is_link_local(&address->address) &&
            find_beside(snapshot, address, &place.address))
            add(places, &place);
    }
}

/* Off link first of all, so that a long list does not leave it out. */
static bool is_known_place(const struct mh_path_host *host, const struct mh_address *address)
{
    const struct mh_snapshot *snapshot = host->snapshot;
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *own = &snapshot->addresses[i];
        const struct mh_prefix subnet = mh_prefix_of(&own->address, own->prefix_length);
        if (mh_prefix_contains(&subnet, address))
            return true;
    }
    for (uint32_t id = 0; mh_route_table_next_id(host->routes, (enum mh_family)address->family, id, &id);
         id++) {
        mh_route_handle handle = mh_route_table_match(host->routes, id, address, 128);
        struct mh_route route;
        if (handle != 0) {
            mh_route_table_get(host->routes, handle, &route);
            if (route.destination.length != 0)
                return true;
        }
        if (id == UINT32_MAX)
            break;
    }
    return false;
}

static void add_off_link(const struct mh_path_host *host, enum mh_family family, struct mh_places *places)
{
    /* RFC 5737, RFC 2544, RFC 3849, RFC 9637: what nobody has. */
    static const uint8_t four[][4] = {
        {203, 0, 113, 9}, {198, 51, 100, 9}, {192, 0, 2, 9}, {198, 18, 0, 9}, {198, 19, 255, 9}};
    static const uint8_t six[][16] = {{0x20, 1, 0x0d, 0xb8, 0xff, 0xff, [15] = 9},
                                      {0x20, 1, 0x0d, 0xb8, 0xee, 0xee, [15] = 9},
                                      {0x3f, 0xff, 0, 0, 0xff, 0xff, [15] = 9},
                                      {0x3f, 0xff, 0x0e, 0xee, [15] = 9}};
    size_t count = family == MH_IPV6 ? sizeof six / sizeof six[0] : sizeof four / sizeof four[0];
    for (size_t i = 0; i < count; i++) {
        struct mh_place place = {
            .address = mh_address_from_bytes(family, family == MH_IPV6 ? six[i] : four[i]), .off_link = true};
        if (!is_known_place(host, &place.address)) {
            add(places, &place);
            return;
        }
    }
}

/* One address behind a route that is neither a default route nor a link's. */
static void add_behind(const struct mh_route *route, struct mh_places *places)
{
    struct mh_place place = {.address = route->destination.address};
    unsigned bits = mh_family_bits((enum mh_family)place.address.family);
    if (route->type != MH_ROUTE_UNICAST || route->table == TABLE_LOCAL || route->destination.length == 0 ||
        !mh_address_is_unicast(&place.address) || mh_address_is_link_local(&place.address))
        return;
    if (route->destination.length < bits)
        place.address.bytes[bits / 8 - 1] |= 1;
    add(places, &place);
}

static void add_routed(const struct mh_path_host *host, enum mh_family family, struct mh_places *places)
{
    struct mh_route_place at = {0};
    struct mh_route route;
    size_t seen = 0, links = places->count;
    mh_route_handle handle;
    while ((handle = mh_route_table_walk(host->routes, &at)) != 0) {
        mh_route_table_get(host->routes, handle, &route);
        if (route.destination.address.family == family && route.table != TABLE_LOCAL &&
            !mh_snapshot_has_address(host->snapshot, &route.destination.address))
            add_behind(&route, places);
        if (++seen == ROUTES_LOOKED_AT || places->count == links + MH_ROUTED_MAX) {
            places->complete = false;
            return;
        }
    }
}

void mh_places_make(const struct mh_path_host *host, enum mh_family family, struct mh_places *places)
{
    places->count = 0;
    places->complete = true;
    add_off_link(host, family, places);
    add_links(host->snapshot, family, places);
    add_routed(host, family, places);
}
