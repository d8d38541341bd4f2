/* An address of either family as two numbers, the first bit on the wire being the highest: what the trie of
 * routes looks at. An IPv4 address fills the upper half of `high`. Pure; any thread. */
#ifndef MH_CORE_ROUTE_KEY_H
#define MH_CORE_ROUTE_KEY_H

#include "core/prefix.h"

struct mh_route_key {
    uint64_t high, low;
};

static inline uint64_t mh_route_key_word(const uint8_t *bytes)
{
    return (uint64_t)bytes[0] << 56 | (uint64_t)bytes[1] << 48 | (uint64_t)bytes[2] << 40 |
           (uint64_t)bytes[3] << 32 | (uint64_t)bytes[4] << 24 | (uint64_t)bytes[5] << 16 |
           (uint64_t)bytes[6] << 8 | (uint64_t)bytes[7];
}

static inline struct mh_route_key mh_route_key_of(const struct mh_address *address)
{
    return (struct mh_route_key){mh_route_key_word(address->bytes), mh_route_key_word(address->bytes + 8)};
}

/* The key with all bits behind the first `length` (0..128) cleared. */
static inline struct mh_route_key mh_route_key_masked(struct mh_route_key key, unsigned length)
{
    if (length == 0)
        return (struct mh_route_key){0, 0};
    if (length <= 64)
        return (struct mh_route_key){key.high & UINT64_MAX << (64 - length), 0};
    return (struct mh_route_key){key.high, length == 128 ? key.low : key.low & UINT64_MAX << (128 - length)};
}

static inline bool mh_route_key_equal(struct mh_route_key a, struct mh_route_key b)
{
    return a.high == b.high && a.low == b.low;
}

#endif
