/* The routes of one family: records of one size, addressed by 32-bit numbers; 0 is none. The key of
 * an IPv4 route takes 4 octets, that of an IPv6 route 16. Pure; one writer or many readers. */
#ifndef MH_CORE_ROUTE_ENTRIES_H
#define MH_CORE_ROUTE_ENTRIES_H

#include "core/route_key.h"
#include "core/route_segments.h"

struct mh_route_entry {
    uint32_t next; /* the next route of the same table and destination, in the table's order; 0: the last */
    uint32_t attributes; /* number in the pool */
    uint32_t metric;
    uint8_t tos;
    uint8_t length; /* of the destination */
    uint8_t unused[2];
    uint32_t key[]; /* the destination: 1 or 4 words, the first one on the wire first */
};

struct mh_route_entries {
    struct mh_route_segments segments;
    uint32_t count; /* in use */
    uint32_t used;  /* places that were in use ever; place 0 is not used */
    uint32_t free;  /* the first free one of the used places */
};

void mh_route_entries_init(struct mh_route_entries *entries, enum mh_family family);
void mh_route_entries_clear(struct mh_route_entries *entries);
size_t mh_route_entries_memory(const struct mh_route_entries *entries);

/* Makes sure that the next take succeeds. False when out of memory, or of numbers. */
bool mh_route_entries_reserve(struct mh_route_entries *entries);
/* A number whose entry holds the destination and zeros. */
uint32_t mh_route_entries_take(struct mh_route_entries *entries, struct mh_route_key key, unsigned length);
/* Gives the number back; with the last one all memory is given back. */
void mh_route_entries_give(struct mh_route_entries *entries, uint32_t number);

static inline struct mh_route_entry *mh_route_entries_at(const struct mh_route_entries *entries,
                                                         uint32_t number)
{
    return mh_route_segments_at(&entries->segments, number, entries->segments.unit_size);
}

struct mh_route_key mh_route_entry_key(const struct mh_route_entries *entries,
                                       const struct mh_route_entry *entry);

#endif
