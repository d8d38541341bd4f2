#include "derive.h"

enum { PROTOCOL_KERNEL = 2 };

bool sim_for_addresses(const struct sim_host *host, struct mh_list **routes,
                       bool (*make)(const struct sim_source *source))
{
    const struct mh_interface_address *items = sim_addresses(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ADDRESSES); i++) {
        struct sim_source source = {host, sim_interface_at(host, items[i].interface), &items[i], routes};
        if (source.interface != NULL && !make(&source))
            return false;
    }
    return true;
}

struct mh_prefix sim_subnet(const struct mh_interface_address *address)
{
    bool has_peer = address->peer.family != MH_FAMILY_NONE;
    return mh_prefix_of(has_peer ? &address->peer : &address->address, address->prefix_length);
}

struct mh_prefix sim_host_prefix(const struct mh_address *address)
{
    return mh_prefix_of(address, mh_family_bits((enum mh_family)address->family));
}

struct mh_address sim_broadcast(const struct mh_prefix *prefix)
{
    struct mh_address last = prefix->address;
    for (unsigned bit = prefix->length; bit < mh_family_bits((enum mh_family)last.family); bit++)
        last.bytes[bit / 8] = (uint8_t)(last.bytes[bit / 8] | 0x80U >> bit % 8);
    return last;
}

bool sim_is_host_prefix(const struct mh_prefix *prefix)
{
    return prefix->length == mh_family_bits((enum mh_family)prefix->address.family);
}

bool sim_is_loopback(const struct sim_interface *interface)
{
    return interface->base.kind == MH_KIND_LOOPBACK;
}

struct mh_route sim_kernel_route(struct mh_prefix destination, enum mh_route_type type,
                                 enum mh_route_scope scope, uint32_t table, uint32_t metric)
{
    return (struct mh_route){.destination = destination,
                             .type = (uint8_t)type,
                             .scope = (uint8_t)scope,
                             .table = table,
                             .metric = metric,
                             .protocol = PROTOCOL_KERNEL,
                             .owner = MH_OWNER_KERNEL};
}

bool sim_emit(const struct sim_source *source, const struct mh_route *route, uint32_t interface,
              uint8_t hop_flags)
{
    const struct mh_next_hop hop = {.interface = interface, .weight = 1, .flags = hop_flags};
    struct mh_route whole = *route;
    whole.next_hop_count = 1;
    whole.next_hops = &hop;
    return sim_route_append(source->routes, &whole);
}
