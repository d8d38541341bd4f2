#include "core/route_entries.h"

/* The highest bit of a handle says the family (route_table_parts.h). */
enum { MOST_ENTRIES = INT32_MAX };

void mh_route_entries_init(struct mh_route_entries *entries, enum mh_family family)
{
    uint32_t key_octets = mh_family_bits(family) / 8;
    *entries = (struct mh_route_entries){
        .segments = {.unit_size = (uint32_t)sizeof(struct mh_route_entry) + key_octets}};
}

void mh_route_entries_clear(struct mh_route_entries *entries)
{
    mh_route_segments_shrink(&entries->segments, 0);
    *entries = (struct mh_route_entries){.segments = entries->segments};
}

size_t mh_route_entries_memory(const struct mh_route_entries *entries)
{
    return mh_route_segments_memory(&entries->segments);
}

bool mh_route_entries_reserve(struct mh_route_entries *entries)
{
    if (entries->free != 0)
        return true;
    if (entries->used == MOST_ENTRIES)
        return false;
    if (entries->used / MH_SEGMENT_UNITS >= entries->segments.count &&
        !mh_route_segments_grow(&entries->segments))
        return false;
    if (entries->used == 0)
        entries->used = 1;
    return true;
}

static bool is_short(const struct mh_route_entries *entries)
{
    return entries->segments.unit_size == sizeof(struct mh_route_entry) + sizeof(uint32_t);
}

uint32_t mh_route_entries_take(struct mh_route_entries *entries, struct mh_route_key key, unsigned length)
{
    uint32_t number = entries->free;
    if (number != 0)
        entries->free = mh_route_entries_at(entries, number)->next;
    else
        number = entries->used++;
    entries->count++;
    struct mh_route_entry *entry = mh_route_entries_at(entries, number);
    *entry = (struct mh_route_entry){.length = (uint8_t)length};
    entry->key[0] = (uint32_t)(key.high >> 32);
    if (is_short(entries))
        return number;
    entry->key[1] = (uint32_t)key.high;
    entry->key[2] = (uint32_t)(key.low >> 32);
    entry->key[3] = (uint32_t)key.low;
    return number;
}

void mh_route_entries_give(struct mh_route_entries *entries, uint32_t number)
{
    if (--entries->count == 0) {
        mh_route_entries_clear(entries);
        return;
    }
    mh_route_entries_at(entries, number)->next = entries->free;
    entries->free = number;
}

struct mh_route_key mh_route_entry_key(const struct mh_route_entries *entries,
                                       const struct mh_route_entry *entry)
{
    struct mh_route_key key = {(uint64_t)entry->key[0] << 32, 0};
    if (is_short(entries))
        return key;
    key.high |= entry->key[1];
    key.low = (uint64_t)entry->key[2] << 32 | entry->key[3];
    return key;
}
