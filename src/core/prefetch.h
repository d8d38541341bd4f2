/* Asks for memory before it is needed. The one place for it: compilers differ in how they say that. Pure; any
 * thread. */
#ifndef MH_CORE_PREFETCH_H
#define MH_CORE_PREFETCH_H

/* The cache line of an address, which need not be valid. A macro: compilers drop calls of functions that do
 * nothing but this. */
#define MH_PREFETCH(address) __builtin_prefetch(address)

#endif
