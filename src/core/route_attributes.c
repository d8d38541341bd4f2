#include "core/route_attributes.h"

#include "core/route_keep.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BUCKETS = 16, FIRST_SLOTS = 16 };

/* ---- hash and comparison --------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

/* Member by member: padding may hold anything. */
static uint64_t mix_address(uint64_t hash, const struct mh_address *address)
{
    uint64_t words[2];
    if (address->family == MH_FAMILY_NONE)
        return mix(hash, 0);
    memcpy(words, address->bytes, sizeof words);
    return mix(mix(hash, words[0] + address->family), words[1]);
}

static uint64_t mix_next_hop(uint64_t hash, const struct mh_next_hop *hop)
{
    uint8_t flags = (uint8_t)(hop->flags & ~MH_NEXT_HOP_VOLATILE);
    hash = mix_address(hash, &hop->gateway);
    return mix(hash, (uint64_t)hop->interface << 32 | (uint64_t)hop->weight << 8 | flags);
}

static uint64_t mix_native(uint64_t hash, const struct mh_route *route)
{
    for (size_t i = 0; i < route->native_length; i++)
        hash = mix(hash, route->native[i]);
    return hash;
}

uint32_t mh_route_attributes_hash(const struct mh_route *route)
{
    uint64_t hash = mix(0, (uint64_t)route->table << 32 | route->next_hop_id);
    hash = mix(hash, (uint64_t)route->type << 48 | (uint64_t)route->scope << 40 |
                         (uint64_t)route->protocol << 32 | (uint64_t)route->owner << 24 |
                         (uint64_t)route->preference << 16 | route->next_hop_count);
    hash = mix_address(hash, &route->preferred_source);
    hash = mix(mix_address(hash, &route->source.address), route->source.length);
    for (size_t i = 0; i < route->next_hop_count; i++)
        hash = mix_next_hop(hash, &route->next_hops[i]);
    return (uint32_t)(mix_native(hash, route) >> 32);
}

static bool next_hop_equal(const struct mh_next_hop *a, const struct mh_next_hop *b, uint8_t ignored)
{
    return a->interface == b->interface && a->weight == b->weight &&
           ((a->flags ^ b->flags) & ~ignored) == 0 && mh_address_equal(&a->gateway, &b->gateway);
}

bool mh_route_attributes_equal(const struct mh_route *a, const struct mh_route *b, uint8_t ignored)
{
    if (a->table != b->table || a->next_hop_id != b->next_hop_id || a->type != b->type ||
        a->scope != b->scope || a->protocol != b->protocol || a->owner != b->owner ||
        a->preference != b->preference || a->next_hop_count != b->next_hop_count ||
        !mh_prefix_equal(&a->source, &b->source) ||
        !mh_address_equal(&a->preferred_source, &b->preferred_source) || !mh_route_native_equal(a, b) ||
        (a->incomplete != b->incomplete && ignored == 0))
        return false;
    for (size_t i = 0; i < a->next_hop_count; i++)
        if (!next_hop_equal(&a->next_hops[i], &b->next_hops[i], ignored))
            return false;
    return true;
}

/* ---- the pool -------------------------------------------------------------------------------------- */

static size_t octets_of(const struct mh_route_attributes *record)
{
    return sizeof *record + record->route.next_hop_count * sizeof *record->next_hops +
           record->route.native_length;
}

void mh_route_pool_clear(struct mh_route_pool *pool)
{
    for (uint32_t number = 1; number < pool->slot_count; number++)
        free(pool->slots[number].record);
    free(pool->slots);
    free(pool->buckets);
    *pool = (struct mh_route_pool){0};
}

size_t mh_route_pool_memory(const struct mh_route_pool *pool)
{
    return pool->slot_capacity * sizeof *pool->slots + pool->bucket_count * sizeof *pool->buckets +
           pool->record_octets;
}

static uint32_t *bucket_of(const struct mh_route_pool *pool, uint32_t hash)
{
    return &pool->buckets[hash & (pool->bucket_count - 1)];
}

static uint32_t pool_find(const struct mh_route_pool *pool, const struct mh_route *route, uint32_t hash)
{
    if (pool->bucket_count == 0)
        return 0;
    uint32_t number = *bucket_of(pool, hash);
    while (number != 0) {
        const struct mh_route_pool_slot *slot = &pool->slots[number];
        if (slot->record->hash == hash && mh_route_attributes_equal(&slot->record->route, route, 0))
            break;
        number = slot->next;
    }
    return number;
}

/* Twice the buckets. Without memory for them the pool goes on with longer rows, once it has any. */
static bool more_buckets(struct mh_route_pool *pool)
{
    uint32_t count = pool->bucket_count == 0 ? FIRST_BUCKETS : pool->bucket_count * 2;
    uint32_t *buckets = calloc(count, sizeof *buckets);
    if (buckets == NULL)
        return pool->bucket_count != 0;
    free(pool->buckets);
    pool->buckets = buckets;
    pool->bucket_count = count;
    for (uint32_t number = 1; number < pool->slot_count; number++) {
        struct mh_route_pool_slot *slot = &pool->slots[number];
        if (slot->record == NULL)
            continue;
        uint32_t *bucket = bucket_of(pool, slot->record->hash);
        slot->next = *bucket;
        *bucket = number;
    }
    return true;
}

static bool more_slots(struct mh_route_pool *pool)
{
    uint32_t capacity = pool->slot_capacity + pool->slot_capacity / 2 + FIRST_SLOTS;
    struct mh_route_pool_slot *slots = realloc(pool->slots, capacity * sizeof *slots);
    if (slots == NULL)
        return false;
    slots[0] = (struct mh_route_pool_slot){0};
    pool->slots = slots;
    pool->slot_capacity = capacity;
    if (pool->slot_count == 0)
        pool->slot_count = 1;
    return true;
}

static bool pool_reserve(struct mh_route_pool *pool)
{
    if (pool->free == 0 && pool->slot_count == pool->slot_capacity && !more_slots(pool))
        return false;
    return pool->used < pool->bucket_count || more_buckets(pool);
}

/* Behind the next hops. */
static void keep_native(struct mh_route_attributes *record, const struct mh_route *route)
{
    uint8_t *native = (uint8_t *)&record->next_hops[route->next_hop_count];
    record->route.native = NULL;
    if (route->native_length == 0)
        return;
    memcpy(native, route->native, route->native_length);
    record->route.native = native;
}

static struct mh_route_attributes *record_of(const struct mh_route *route, uint32_t hash)
{
    size_t hops = route->next_hop_count * sizeof *route->next_hops;
    struct mh_route_attributes *record = malloc(sizeof *record + hops + route->native_length);
    if (record == NULL)
        return NULL;
    record->references = 1;
    record->hash = hash;
    record->route = *route;
    record->route.destination = (struct mh_prefix){0};
    record->route.metric = 0;
    record->route.tos = 0;
    record->route.next_hops = hops > 0 ? record->next_hops : NULL;
    if (hops > 0)
        memcpy(record->next_hops, route->next_hops, hops);
    keep_native(record, route);
    return record;
}

static uint32_t take_number(struct mh_route_pool *pool)
{
    uint32_t number = pool->free;
    if (number == 0)
        return pool->slot_count++;
    pool->free = pool->slots[number].next;
    return number;
}

uint32_t mh_route_pool_take(struct mh_route_pool *pool, const struct mh_route *route, uint32_t hash)
{
    uint32_t number = pool_find(pool, route, hash);
    if (number != 0) {
        pool->slots[number].record->references++;
        return number;
    }
    struct mh_route_attributes *record = pool_reserve(pool) ? record_of(route, hash) : NULL;
    if (record == NULL)
        return 0;
    number = take_number(pool);
    uint32_t *bucket = bucket_of(pool, hash);
    pool->slots[number] = (struct mh_route_pool_slot){record, *bucket};
    *bucket = number;
    pool->used++;
    pool->record_octets += octets_of(record);
    return number;
}

void mh_route_pool_release(struct mh_route_pool *pool, uint32_t number)
{
    struct mh_route_pool_slot *slot = &pool->slots[number];
    if (--slot->record->references > 0)
        return;
    uint32_t *link = bucket_of(pool, slot->record->hash);
    while (*link != number)
        link = &pool->slots[*link].next;
    *link = slot->next;
    pool->record_octets -= octets_of(slot->record);
    pool->used--;
    free(slot->record);
    *slot = (struct mh_route_pool_slot){NULL, pool->free};
    pool->free = number;
    if (pool->used == 0)
        mh_route_pool_clear(pool);
}
