/* The routes that Linux makes for its addresses: net/ipv4/fib_frontend.c (fib_add_ifaddr),
 * net/ipv6/addrconf.c. */
#include "derive.h"
#include "linux.h"

enum { METRIC_ADDRCONF = 256 };

uint32_t sim_linux_table(const struct sim_interface *interface, uint32_t usual)
{
    return interface->table != 0 ? interface->table : usual;
}

static uint8_t link_flags(const struct sim_interface *interface)
{
    return interface->base.carrier ? 0 : MH_NEXT_HOP_LINK_DOWN;
}

bool sim_linux_same_subnet(const struct mh_interface_address *a, const struct mh_interface_address *b)
{
    struct mh_prefix left = sim_subnet(a), right = sim_subnet(b);
    return a->interface == b->interface && mh_prefix_equal(&left, &right);
}

/* A secondary address's routes name the primary as their source. */
static struct mh_address primary_of(const struct sim_source *source)
{
    const struct mh_interface_address *items = sim_addresses(source->host);
    for (size_t i = 0; i < sim_count(source->host, MH_SECTION_ADDRESSES); i++)
        if (!(items[i].flags & MH_ADDRESS_SECONDARY) && sim_linux_same_subnet(&items[i], source->address))
            return items[i].address;
    return source->address->address;
}

static bool emit_ipv4(const struct sim_source *source, struct mh_prefix destination, enum mh_route_type type,
                      uint32_t metric)
{
    const struct sim_interface *interface = source->interface;
    enum mh_route_scope scope = type == MH_ROUTE_LOCAL ? MH_ROUTE_SCOPE_HOST : MH_ROUTE_SCOPE_LINK;
    uint32_t table =
        sim_linux_table(interface, type == MH_ROUTE_UNICAST ? LINUX_TABLE_MAIN : LINUX_TABLE_LOCAL);
    struct mh_route route = sim_kernel_route(destination, type, scope, table, metric);
    route.preferred_source =
        source->address->flags & MH_ADDRESS_SECONDARY ? primary_of(source) : source->address->address;
    return sim_emit(source, &route, interface->base.index,
                    type == MH_ROUTE_LOCAL ? 0 : link_flags(interface));
}

/* fib_add_ifaddr: the local route also while the interface is down; the subnet's and its broadcast when it is
 * up. */
static bool derive_ipv4(const struct sim_source *source)
{
    const struct mh_interface_address *address = source->address;
    if (!emit_ipv4(source, sim_host_prefix(&address->address), MH_ROUTE_LOCAL, 0))
        return false;
    struct mh_prefix subnet = sim_subnet(address);
    bool is_alone = sim_is_host_prefix(&subnet) && mh_address_equal(&subnet.address, &address->address);
    if (!source->interface->base.up || is_alone || address->flags & MH_ADDRESS_SECONDARY)
        return true;
    enum mh_route_type type = sim_is_loopback(source->interface) ? MH_ROUTE_LOCAL : MH_ROUTE_UNICAST;
    if (!(address->flags & MH_ADDRESS_NO_PREFIX_ROUTE) && !emit_ipv4(source, subnet, type, address->metric))
        return false;
    if (subnet.length >= 31)
        return true;
    struct mh_address last = sim_broadcast(&subnet);
    return emit_ipv4(source, sim_host_prefix(&last), MH_ROUTE_BROADCAST, 0);
}

static bool emit_ipv6(const struct sim_source *source, struct mh_prefix destination, enum mh_route_type type,
                      uint32_t metric)
{
    const struct sim_interface *interface = source->interface;
    uint32_t table =
        sim_linux_table(interface, type == MH_ROUTE_UNICAST ? LINUX_TABLE_MAIN : LINUX_TABLE_LOCAL);
    struct mh_route route = sim_kernel_route(destination, type, MH_ROUTE_SCOPE_UNIVERSE, table, metric);
    return sim_emit(source, &route, interface->base.index,
                    type == MH_ROUTE_UNICAST ? link_flags(interface) : 0);
}

static bool emit_prefix_ipv6(const struct sim_source *source)
{
    const struct mh_interface_address *address = source->address;
    uint32_t metric = address->metric != 0 ? address->metric : METRIC_ADDRCONF;
    if (address->flags & MH_ADDRESS_NO_PREFIX_ROUTE || mh_address_is_loopback(&address->address))
        return true;
    if (!emit_ipv6(source, sim_subnet(address), MH_ROUTE_UNICAST, metric))
        return false;
    return address->peer.family == MH_FAMILY_NONE ||
           emit_ipv6(source, sim_host_prefix(&address->address), MH_ROUTE_UNICAST, metric);
}

/* Routers join the subnet-router anycast address (RFC 4291 2.6.1). */
static bool emit_anycast(const struct sim_source *source)
{
    struct mh_prefix subnet = sim_subnet(source->address);
    if (subnet.length >= 127 || sim_is_loopback(source->interface) ||
        sim_setting(source->host, source->interface->base.index, MH_IPV6, MH_SETTING_FORWARDING) == 0)
        return true;
    return emit_ipv6(source, sim_host_prefix(&subnet.address), MH_ROUTE_ANYCAST, 0);
}

static bool derive_ipv6(const struct sim_source *source)
{
    static const struct mh_prefix multicast = {{MH_IPV6, {0xff}}, 8};
    if (!source->interface->base.up)
        return true;
    if (!emit_ipv6(source, sim_host_prefix(&source->address->address), MH_ROUTE_LOCAL, 0) ||
        !emit_prefix_ipv6(source) || !emit_anycast(source))
        return false;
    return sim_is_loopback(source->interface) ||
           emit_ipv6(source, multicast, MH_ROUTE_MULTICAST, METRIC_ADDRCONF);
}

static bool derive_address(const struct sim_source *source)
{
    return source->address->address.family == MH_IPV4 ? derive_ipv4(source) : derive_ipv6(source);
}

bool sim_linux_derive(const struct sim_host *host, struct mh_list **routes)
{
    size_t second;
    return sim_for_addresses(host, routes, derive_address) && sim_routes_unique(routes, &second);
}
