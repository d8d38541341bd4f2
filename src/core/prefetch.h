/* Asks for memory before it is needed. The one place for it: compilers differ in how they say that. Pure; any
 * thread. */
#ifndef MH_CORE_PREFETCH_H
#define MH_CORE_PREFETCH_H

/* The cache line of an address, which need not be valid. */
static inline void mh_prefetch(const void *address)
{
    __builtin_prefetch(address);
}

#endif
