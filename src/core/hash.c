#include "core/hash.h"

uint64_t mh_hash(const void *bytes, size_t length)
{
    const uint8_t *octets = bytes;
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ octets[i]) * 1099511628211U;
    return hash;
}
