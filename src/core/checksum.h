/* XXH64 (the xxHash specification, xxhash.com, seed 0): a checksum of 64 bits against torn writes and bad
 * disks, many times as fast as a cryptographic hash. It does not stand against somebody who looks for a
 * collision. Pure; any thread. */
#ifndef MH_CORE_CHECKSUM_H
#define MH_CORE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

enum { MH_CHECKSUM_DIGITS = 16 }; /* as hexadecimal text */

uint64_t mh_checksum(const void *bytes, size_t length);

#endif
