/* What unit tests share: CMocka with the headers it wants before it, and a random source that a seed
 * reproduces. */
#ifndef MH_TESTS_UNIT_SUPPORT_H
#define MH_TESTS_UNIT_SUPPORT_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

/* A skip says why: `./dev test` prints the line. */
#define skip_because(reason)                                                                                 \
    do {                                                                                                     \
        print_message("SKIPPED: %s\n", (reason));                                                            \
        skip();                                                                                              \
    } while (0)

/* xorshift64*: one stream for each seed, which must not be 0. */
static inline uint64_t mh_test_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dULL;
}

#endif
