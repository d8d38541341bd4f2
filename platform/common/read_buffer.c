#include "common/read_buffer.h"

#include <stdlib.h>

bool mh_read_buffer_grow(struct mh_read_buffer *buffer, size_t limit)
{
    if (buffer->size >= buffer->length + 2)
        return true;
    size_t size = buffer->size < 4096 ? 4096 : buffer->size * 2;
    if (size - 2 > limit)
        size = limit + 2;
    char *bytes = realloc(buffer->bytes, size);
    if (bytes == NULL)
        return false;
    buffer->bytes = bytes;
    buffer->size = size;
    return true;
}
