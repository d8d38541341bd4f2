/* Addresses that come and go on Linux, and what goes with them: net/ipv4/devinet.c (__inet_insert_ifa,
 * __inet_del_ifa), net/ipv4/fib_semantics.c (fib_sync_down_addr, fib_sync_down_dev), net/ipv6/addrconf.c. */
#include "derive.h"
#include "linux.h"

#include <stdint.h>

/* ---- addresses that come --------------------------------------------------------------------------- */

static bool is_ipv4_on(const struct mh_interface_address *item, uint32_t interface)
{
    return item->interface == interface && item->address.family == MH_IPV4;
}

/* IPv4: a secondary stands behind all others, a primary behind the last primary of its scope or a narrower
 * one
 * (__inet_insert_ifa). IPv6 comes after that. */
static size_t position_ipv4(const struct sim_host *host, const struct mh_interface_address *address)
{
    const struct mh_interface_address *items = sim_addresses(host);
    size_t i = 0, count = sim_count(host, MH_SECTION_ADDRESSES);
    while (i < count && items[i].interface < address->interface)
        i++;
    size_t position = i;
    for (; i < count && is_ipv4_on(&items[i], address->interface); i++)
        if (address->flags & MH_ADDRESS_SECONDARY ||
            (!(items[i].flags & MH_ADDRESS_SECONDARY) && address->scope <= items[i].scope))
            position = i + 1;
    return position;
}

/* IPv6: wider scopes first, and the newest first among equals (ipv6_link_dev_addr). */
static size_t position_ipv6(const struct sim_host *host, const struct mh_interface_address *address)
{
    const struct mh_interface_address *items = sim_addresses(host);
    size_t i = 0, count = sim_count(host, MH_SECTION_ADDRESSES);
    while (i < count && items[i].interface < address->interface)
        i++;
    while (i < count && items[i].interface == address->interface &&
           (items[i].address.family == MH_IPV4 ||
            mh_address_scope(&items[i].address) > mh_address_scope(&address->address)))
        i++;
    return i;
}

static bool refuse_existing(struct sim_refusal *refusal, const struct sim_host *host,
                            const struct mh_interface_address *address)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    return sim_refuse_because(refusal, SIM_ADDRESS_EXISTS, "address", "an address that is not there yet",
                              "%s has %s already", sim_interface_name(host, address->interface),
                              mh_address_format(&address->address, text));
}

/* IPv4: the same address in another subnet is another address. IPv6: an address is there once. */
static bool is_there(const struct sim_host *host, const struct mh_interface_address *address)
{
    const struct mh_interface_address *items = sim_addresses(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ADDRESSES); i++)
        if (items[i].interface == address->interface &&
            mh_address_equal(&items[i].address, &address->address) &&
            (address->address.family == MH_IPV6 || sim_linux_same_subnet(&items[i], address)))
            return true;
    return false;
}

static bool has_primary(const struct sim_host *host, const struct mh_interface_address *address)
{
    const struct mh_interface_address *items = sim_addresses(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ADDRESSES); i++)
        if (items[i].address.family == MH_IPV4 && !(items[i].flags & MH_ADDRESS_SECONDARY) &&
            sim_linux_same_subnet(&items[i], address))
            return true;
    return false;
}

/* In one subnet of an interface all addresses have one scope. */
static bool has_other_scope(const struct sim_host *host, const struct mh_interface_address *address)
{
    const struct mh_interface_address *items = sim_addresses(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ADDRESSES); i++)
        if (items[i].address.family == MH_IPV4 && sim_linux_same_subnet(&items[i], address) &&
            items[i].scope != address->scope)
            return true;
    return false;
}

static bool cure_hops(struct sim_route *route, uint32_t interface, uint8_t cured)
{
    const struct mh_next_hop *hops = route->route.next_hops;
    for (size_t i = 0; i < route->route.next_hop_count; i++) {
        struct mh_next_hop hop = hops[i];
        if (hop.interface != interface || !(hop.flags & MH_NEXT_HOP_DEAD))
            continue;
        hop.flags = (uint8_t)(hop.flags & ~cured);
        if (!mh_list_replace(&route->hops, i, &hop))
            return false;
        hops = mh_list_items(route->hops);
    }
    route->route.next_hops = hops;
    return true;
}

/* fib_sync_up: an address brings next hops that had died with the interface's last one back to life. */
static bool revive_hops(struct sim_host *host, uint32_t index)
{
    const struct sim_interface *interface = sim_interface_at(host, index);
    struct mh_list **routes = &host->lists[MH_SECTION_ROUTES];
    uint8_t cured = MH_NEXT_HOP_DEAD;
    if (!interface->base.up)
        return true;
    if (interface->base.carrier)
        cured |= MH_NEXT_HOP_LINK_DOWN;
    for (size_t i = 0; i < mh_list_count(*routes); i++) {
        struct sim_route route = sim_routes(host)[i];
        if (route.route.destination.address.family == MH_IPV4 &&
            (!cure_hops(&route, index, cured) || !mh_list_replace(routes, i, &route)))
            return false;
    }
    return true;
}

enum mh_error sim_linux_add_address(struct sim_host *host, const struct mh_interface_address *address,
                                    struct sim_refusal *refusal)
{
    if (is_there(host, address)) {
        (void)refuse_existing(refusal, host, address);
        return MH_EXISTS;
    }
    if (address->address.family == MH_IPV4 && has_other_scope(host, address)) {
        (void)sim_refuse_because(refusal, SIM_ARGUMENT_INVALID, "scope", "the scope of the subnet's others",
                                 "addresses of one subnet have one scope");
        return MH_INVALID;
    }
    struct mh_interface_address own = *address;
    own.flags &= ~(uint32_t)(MH_ADDRESS_SECONDARY | MH_ADDRESS_KNOWN_UNIQUE);
    bool is_ipv4 = own.address.family == MH_IPV4;
    if (is_ipv4 && has_primary(host, &own))
        own.flags |= MH_ADDRESS_SECONDARY;
    size_t position = is_ipv4 ? position_ipv4(host, &own) : position_ipv6(host, &own);
    bool done = mh_list_insert(&host->lists[MH_SECTION_ADDRESSES], position, &own) &&
                (!is_ipv4 || revive_hops(host, own.interface));
    return done ? MH_OK : MH_NO_MEMORY;
}

/* ---- addresses that go ----------------------------------------------------------------------------- */

/* fib_sync_down_addr: once no interface has the address, the routes that name it as their source go from
 * table main (or the VRF's own); other tables keep theirs. */
static bool flush_source_ipv4(struct sim_host *host, const struct mh_interface_address *gone)
{
    const struct sim_interface *interface = sim_interface_at(host, gone->interface);
    if (sim_domain_has_address(host, &gone->address, interface->base.domain))
        return true;
    uint32_t table = sim_linux_table(interface, LINUX_TABLE_MAIN);
    for (size_t i = sim_count(host, MH_SECTION_ROUTES); i > 0; i--) {
        const struct mh_route *route = &sim_routes(host)[i - 1].route;
        if (route->table == table && mh_address_equal(&route->preferred_source, &gone->address) &&
            !sim_route_remove(&host->lists[MH_SECTION_ROUTES], i - 1))
            return false;
    }
    return true;
}

/* rt6_remove_prefsrc: routes stay, in every table, and forget the source. */
static bool forget_source_ipv6(struct sim_host *host, const struct mh_interface_address *gone)
{
    if (sim_has_address(host, &gone->address))
        return true;
    struct mh_list **routes = &host->lists[MH_SECTION_ROUTES];
    for (size_t i = 0; i < mh_list_count(*routes); i++) {
        struct sim_route route = sim_routes(host)[i];
        if (!mh_address_equal(&route.route.preferred_source, &gone->address))
            continue;
        route.route.preferred_source = (struct mh_address){.family = MH_FAMILY_NONE};
        if (!mh_list_replace(routes, i, &route))
            return false;
    }
    return true;
}

/* Marks the next hops by `interface` dead; counts those of the route that are. */
static bool kill_hops(struct sim_route *route, uint32_t interface, size_t *dead)
{
    const struct mh_next_hop *hops = route->route.next_hops;
    for (size_t i = 0; i < route->route.next_hop_count; i++) {
        struct mh_next_hop hop = hops[i];
        if (hop.interface == interface && !(hop.flags & MH_NEXT_HOP_DEAD)) {
            hop.flags |= MH_NEXT_HOP_DEAD | MH_NEXT_HOP_LINK_DOWN;
            if (!mh_list_replace(&route->hops, i, &hop))
                return false;
            hops = mh_list_items(route->hops);
        }
        *dead += (hop.flags & MH_NEXT_HOP_DEAD) != 0;
    }
    route->route.next_hops = hops;
    return true;
}

static bool goes_by(const struct mh_route *route, uint32_t interface, enum mh_family family)
{
    if (route->destination.address.family != family)
        return false;
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (route->next_hops[i].interface == interface)
            return true;
    return false;
}

/* fib_sync_down_dev: routes whose every next hop is dead go, from every table. */
static bool flush_interface(struct sim_host *host, uint32_t interface, enum mh_family family)
{
    struct mh_list **routes = &host->lists[MH_SECTION_ROUTES];
    for (size_t i = mh_list_count(*routes); i > 0; i--) {
        struct sim_route route = sim_routes(host)[i - 1];
        size_t dead = 0;
        if (!goes_by(&route.route, interface, family))
            continue;
        if (!kill_hops(&route, interface, &dead) || !mh_list_replace(routes, i - 1, &route))
            return false;
        if (dead == route.route.next_hop_count && !sim_route_remove(routes, i - 1))
            return false;
    }
    return true;
}

static bool has_ipv4(const struct sim_host *host, uint32_t interface)
{
    const struct mh_interface_address *items = sim_addresses(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ADDRESSES); i++)
        if (is_ipv4_on(&items[i], interface))
            return true;
    return false;
}

/* neigh_ifdown: proxy entries of a family go with what made the interface speak it. */
static bool flush_proxies(struct sim_host *host, uint32_t interface, enum mh_family family)
{
    const struct mh_neighbor *items = sim_neighbors(host);
    for (size_t i = sim_count(host, MH_SECTION_NEIGHBORS); i > 0; i--) {
        if (!items[i - 1].proxy || items[i - 1].interface != interface ||
            items[i - 1].address.family != family)
            continue;
        if (!mh_list_remove(&host->lists[MH_SECTION_NEIGHBORS], i - 1))
            return false;
        items = sim_neighbors(host);
    }
    return true;
}

static bool remove_one(struct sim_host *host, size_t position)
{
    struct mh_interface_address gone = sim_addresses(host)[position];
    if (!mh_list_remove(&host->lists[MH_SECTION_ADDRESSES], position))
        return false;
    if (gone.address.family == MH_IPV6)
        return forget_source_ipv6(host, &gone);
    return flush_source_ipv4(host, &gone) &&
           (has_ipv4(host, gone.interface) ||
            (flush_interface(host, gone.interface, MH_IPV4) && flush_proxies(host, gone.interface, MH_IPV4)));
}

/* The position of the first secondary in the subnet of `primary`, or SIZE_MAX. */
static size_t find_secondary(const struct sim_host *host, const struct mh_interface_address *primary)
{
    const struct mh_interface_address *items = sim_addresses(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ADDRESSES); i++)
        if (items[i].flags & MH_ADDRESS_SECONDARY && sim_linux_same_subnet(&items[i], primary))
            return i;
    return SIZE_MAX;
}

/* Both are combined as IN_DEV_ORCONF does: all or the interface. */
static bool promotes(const struct sim_host *host, uint32_t interface)
{
    return sim_setting(host, MH_SETTING_ALL, MH_IPV4, MH_SETTING_PROMOTE_SECONDARIES) != 0 ||
           sim_setting(host, interface, MH_IPV4, MH_SETTING_PROMOTE_SECONDARIES) != 0;
}

static bool promote(struct sim_host *host, size_t position)
{
    struct mh_interface_address heir = sim_addresses(host)[position];
    heir.flags &= ~(uint32_t)MH_ADDRESS_SECONDARY;
    if (!mh_list_remove(&host->lists[MH_SECTION_ADDRESSES], position))
        return false;
    return mh_list_insert(&host->lists[MH_SECTION_ADDRESSES], position_ipv4(host, &heir), &heir);
}

bool sim_linux_remove_address(struct sim_host *host, size_t position)
{
    struct mh_interface_address gone = sim_addresses(host)[position];
    bool is_primary = gone.address.family == MH_IPV4 && !(gone.flags & MH_ADDRESS_SECONDARY);
    size_t secondary;
    if (is_primary && promotes(host, gone.interface)) {
        if (!remove_one(host, position))
            return false;
        secondary = find_secondary(host, &gone);
        return secondary == SIZE_MAX || promote(host, secondary);
    }
    while (is_primary && (secondary = find_secondary(host, &gone)) != SIZE_MAX)
        if (!remove_one(host, secondary))
            return false;
    return remove_one(host, position);
}

/* ---- settings -------------------------------------------------------------------------------------- */

/* Written to `all`, these reach the default and every interface at once. */
static bool reaches_all(const struct mh_setting *setting)
{
    return setting->id == MH_SETTING_FORWARDING || setting->id == MH_SETTING_DISABLE_IPV6 ||
           (setting->id == MH_SETTING_IGNORE_ROUTES_WITH_LINKDOWN && setting->family == MH_IPV6);
}

/* disable_ipv6 takes the interface's IPv6 addresses, routes and proxy entries. */
static bool disable_ipv6(struct sim_host *host, uint32_t interface)
{
    for (size_t i = sim_count(host, MH_SECTION_ADDRESSES); i > 0; i--) {
        const struct mh_interface_address *address = &sim_addresses(host)[i - 1];
        if (address->interface == interface && address->address.family == MH_IPV6 && !remove_one(host, i - 1))
            return false;
    }
    return flush_interface(host, interface, MH_IPV6) && flush_proxies(host, interface, MH_IPV6);
}

static bool put_on_interface(struct sim_host *host, struct mh_setting setting, uint32_t interface)
{
    setting.interface = interface;
    if (!sim_put_setting(host, &setting))
        return false;
    return setting.id != MH_SETTING_DISABLE_IPV6 || setting.value == 0 || interface == MH_SETTING_DEFAULT ||
           disable_ipv6(host, interface);
}

bool sim_linux_setting_written(struct sim_host *host, const struct mh_setting *setting)
{
    if (setting->interface != MH_SETTING_ALL)
        return put_on_interface(host, *setting, setting->interface);
    if (!reaches_all(setting))
        return true;
    bool done = put_on_interface(host, *setting, MH_SETTING_DEFAULT);
    for (size_t i = 0; done && i < sim_count(host, MH_SECTION_INTERFACES); i++)
        done = put_on_interface(host, *setting, sim_interfaces(host)[i].base.index);
    return done;
}
