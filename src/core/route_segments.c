#include "core/route_segments.h"

#include <stdlib.h>

static bool pointers_grow(struct mh_route_segments *segments)
{
    uint32_t capacity = segments->capacity + segments->capacity / 2 + 4;
    void **pointers = realloc(segments->segments, capacity * sizeof *pointers);
    if (pointers == NULL)
        return false;
    segments->segments = pointers;
    segments->capacity = capacity;
    return true;
}

bool mh_route_segments_grow(struct mh_route_segments *segments)
{
    if (segments->count == UINT32_MAX >> MH_SEGMENT_BITS)
        return false;
    if (segments->count == segments->capacity && !pointers_grow(segments))
        return false;
    void *segment = malloc((size_t)MH_SEGMENT_UNITS * segments->unit_size);
    if (segment == NULL)
        return false;
    segments->segments[segments->count++] = segment;
    return true;
}

void mh_route_segments_shrink(struct mh_route_segments *segments, uint32_t count)
{
    while (segments->count > count)
        free(segments->segments[--segments->count]);
    if (count > 0)
        return;
    free(segments->segments);
    *segments = (struct mh_route_segments){.unit_size = segments->unit_size};
}

size_t mh_route_segments_memory(const struct mh_route_segments *segments)
{
    size_t segment = (size_t)MH_SEGMENT_UNITS * segments->unit_size;
    return segments->count * segment + segments->capacity * sizeof *segments->segments;
}
