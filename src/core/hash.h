/* A number that tells contents apart: FNV-1a with 64 bits (draft-eastlake-fnv). It stands against chance, not
 * against somebody who looks for a collision. Pure; any thread. */
#ifndef MH_CORE_HASH_H
#define MH_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t mh_hash(const void *bytes, size_t length);

#endif
