#include "route_memory.h"

#include <linux/rtnetlink.h>
#include <string.h>

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0xff51afd7ed558ccdU;
    return hash ^ hash >> 32;
}

static uint64_t mix_address(uint64_t hash, const struct mh_address *address)
{
    uint64_t halves[2];
    memcpy(halves, address->bytes, sizeof halves);
    return mix(mix(hash ^ address->family, halves[0]), halves[1]);
}

uint64_t mh_route_key(const struct mh_route *route)
{
    uint64_t lengths =
        (uint64_t)route->destination.length << 16 | (uint64_t)route->source.length << 8 | route->tos;
    uint64_t hash = mix(lengths, (uint64_t)route->table << 32 | route->metric);
    hash = mix_address(hash, &route->destination.address);
    return route->source.length > 0 ? mix_address(hash, &route->source.address) : hash;
}

static void note_hops(struct mh_route_memory *memory, const struct mh_route *route)
{
    for (size_t i = 0; i < route->next_hop_count; i++) {
        const struct mh_next_hop *hop = &route->next_hops[i];
        mh_key_set_add(&memory->interfaces, hop->interface);
        memory->dead_hops |= (hop->flags & MH_NEXT_HOP_DEAD) != 0;
    }
}

void mh_route_memory_note_row(struct mh_route_memory *memory, uint64_t key)
{
    mh_key_set_add(&memory->rows, key);
}

/* IPv6 next hops without an object are routes of their own to the kernel: each may go by itself. */
static bool is_ipv6_multipath(const struct mh_route *route)
{
    return route->destination.address.family == MH_IPV6 && route->next_hop_count > 1 &&
           route->next_hop_id == 0;
}

void mh_route_memory_note(struct mh_route_memory *memory, const struct mh_route *route, bool in_reading)
{
    note_hops(memory, route);
    if (route->next_hop_id != 0)
        mh_key_set_add(&memory->objects, route->next_hop_id);
    if (route->preferred_source.family != MH_FAMILY_NONE && route->protocol != RTPROT_KERNEL)
        mh_key_set_add(&memory->sources, mix_address(0, &route->preferred_source));
    uint64_t key = mh_route_key(route);
    if (is_ipv6_multipath(route))
        mh_key_set_add(&memory->multipath, key);
    if (!in_reading)
        return;
    if (key == memory->last_key)
        mh_route_memory_note_row(memory, key);
    memory->last_key = key;
}

bool mh_route_memory_has_source(const struct mh_route_memory *memory, const struct mh_address *source)
{
    return mh_key_set_has(&memory->sources, mix_address(0, source));
}

void mh_route_memory_clear(struct mh_route_memory *memory)
{
    mh_key_set_clear(&memory->interfaces);
    mh_key_set_clear(&memory->objects);
    mh_key_set_clear(&memory->sources);
    mh_key_set_clear(&memory->rows);
    mh_key_set_clear(&memory->multipath);
    memory->last_key = 0;
    memory->dead_hops = false;
}
