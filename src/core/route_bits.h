/* Bits of 64-bit words, in C that every compiler turns into a few instructions. Pure; any thread. */
#ifndef MH_CORE_ROUTE_BITS_H
#define MH_CORE_ROUTE_BITS_H

#include <stdint.h>

/* How many are set. Not the compiler's builtin: without processor flags that becomes a call. */
static inline unsigned mh_bits_count(uint64_t word)
{
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (unsigned)(word * UINT64_C(0x0101010101010101) >> 56);
}

/* How many are set below bit `position` (0..63). */
static inline unsigned mh_bits_below(uint64_t word, unsigned position)
{
    return mh_bits_count(word & ((UINT64_C(1) << position) - 1));
}

/* The position of the lowest and of the highest bit set; `word` is not 0. */
static inline unsigned mh_bits_lowest(uint64_t word)
{
    return (unsigned)__builtin_ctzll(word);
}

static inline unsigned mh_bits_highest(uint64_t word)
{
    return 63U - (unsigned)__builtin_clzll(word);
}

#endif
