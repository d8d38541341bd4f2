/* Memory for a file of unknown length that is read to its end. */
#ifndef MH_PLATFORM_COMMON_READ_BUFFER_H
#define MH_PLATFORM_COMMON_READ_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* Begins as zeros; `bytes` is the caller's to free. */
struct mh_read_buffer {
    char *bytes;
    size_t length, size; /* octets: in use, and there are */
};

/* Makes room for at least one more octet and the NUL; never more than `limit` + 2, which is enough to see
 * that there is too much. False: out of memory, and nothing has changed. */
bool mh_read_buffer_grow(struct mh_read_buffer *buffer, size_t limit);

#endif
