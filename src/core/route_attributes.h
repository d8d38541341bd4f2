/* What routes have in common, stored once: everything but destination, metric and tos. Records are found by
 * hash and compared whole, are counted by the routes that use them, and are addressed by 32-bit numbers; 0 is
 * none. Pure; one writer or many readers. */
#ifndef MH_CORE_ROUTE_ATTRIBUTES_H
#define MH_CORE_ROUTE_ATTRIBUTES_H

#include "core/model.h"

/* What the system changes by itself: no part of what makes two routes equal. */
enum { MH_NEXT_HOP_VOLATILE = MH_NEXT_HOP_DEAD | MH_NEXT_HOP_LINK_DOWN };

struct mh_route_attributes {
    uint32_t references;
    uint32_t hash;
    struct mh_route route; /* destination, metric and tos are zero; what it points to is the record's own */
    struct mh_next_hop next_hops[];
};

/* A record and the next number with the same hash; or no record and the next free number. */
struct mh_route_pool_slot {
    struct mh_route_attributes *record;
    uint32_t next;
};

struct mh_route_pool {
    struct mh_route_pool_slot *slots; /* by number; slot 0 is not used */
    uint32_t *buckets;                /* by hash: the first number */
    uint32_t slot_count, slot_capacity;
    uint32_t bucket_count; /* a power of two, or 0 */
    uint32_t free;         /* the first free number */
    uint32_t used;
    size_t record_octets;
};

void mh_route_pool_clear(struct mh_route_pool *pool);
size_t mh_route_pool_memory(const struct mh_route_pool *pool);

/* The hash of what the pool stores of a route. MH_NEXT_HOP_VOLATILE does not matter to it. */
uint32_t mh_route_attributes_hash(const struct mh_route *route);
/* Whether two routes have equal attributes, apart from the next-hop flags in `ignored`; where it has any,
 * being incomplete does not matter either. */
bool mh_route_attributes_equal(const struct mh_route *a, const struct mh_route *b, uint8_t ignored);

/* The number of the record with exactly the route's attributes, with a reference taken; it is made when it is
 * not there. 0 when out of memory. `hash` is the route's. */
uint32_t mh_route_pool_take(struct mh_route_pool *pool, const struct mh_route *route, uint32_t hash);
void mh_route_pool_release(struct mh_route_pool *pool, uint32_t number);

static inline const struct mh_route_attributes *mh_route_pool_at(const struct mh_route_pool *pool,
                                                                 uint32_t number)
{
    return pool->slots[number].record;
}

#endif
