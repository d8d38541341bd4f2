/* An array of equal units that grows and shrinks by segments of 4096 and never moves: growing copies nothing,
 * leaves no holes in the heap, and pointers to units stay valid. Memory of a segment that is not touched is
 * not resident. */
#ifndef MH_CORE_ROUTE_SEGMENTS_H
#define MH_CORE_ROUTE_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MH_SEGMENT_BITS = 12, MH_SEGMENT_UNITS = 1 << MH_SEGMENT_BITS };

struct mh_route_segments {
    void **segments;
    uint32_t unit_size; /* octets */
    uint32_t count;     /* segments */
    uint32_t capacity;  /* of the array of pointers */
};

/* One more segment. False when out of memory, or of 32-bit numbers. */
bool mh_route_segments_grow(struct mh_route_segments *segments);
/* Frees all segments but the first `count`. */
void mh_route_segments_shrink(struct mh_route_segments *segments, uint32_t count);
/* Octets allocated. */
size_t mh_route_segments_memory(const struct mh_route_segments *segments);

/* The unit of a number below count * MH_SEGMENT_UNITS. `unit_size` is that of the array: a constant is
 * faster. */
static inline void *mh_route_segments_at(const struct mh_route_segments *segments, uint32_t number,
                                         size_t unit_size)
{
    unsigned char *segment = segments->segments[number >> MH_SEGMENT_BITS];
    return segment + (number & (MH_SEGMENT_UNITS - 1)) * unit_size;
}

#endif
