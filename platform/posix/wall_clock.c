/* The wall clock, randomness, and who we are. */
#define _DEFAULT_SOURCE
#include "platform.h"

#include <time.h>
#include <unistd.h>

int64_t mh_clock_wall(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool mh_random(void *bytes, size_t length)
{
    enum { ENTROPY_MAX = 256 }; /* octets that one getentropy(3) gives */
    unsigned char *cursor = bytes;
    while (length > 0) {
        size_t part = length < ENTROPY_MAX ? length : ENTROPY_MAX;
        if (getentropy(cursor, part) != 0)
            return false;
        cursor += part;
        length -= part;
    }
    return true;
}

uint32_t mh_own_uid(void)
{
    return (uint32_t)geteuid();
}
