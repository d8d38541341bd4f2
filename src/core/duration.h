/* Durations as people write them: a whole number and its unit, "250ms", "10s", "5m", "1h". Pure; any thread.
 */
#ifndef MH_CORE_DURATION_H
#define MH_CORE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* "18446744073709551615ms" with its end. */
enum { MH_DURATION_TEXT_SIZE = 24 };

/* Milliseconds. Digits without a sign, then ms, s, m or h; no white space. False, with *milliseconds
 * untouched, for anything else and for what 64 bits do not hold. */
bool mh_duration_parse(const char *text, uint64_t *milliseconds);

/* The shortest exact text: 90000 is "90s", 60000 "1m", 0 "0ms". Returns `text`. */
const char *mh_duration_format(uint64_t milliseconds, char text[MH_DURATION_TEXT_SIZE]);

#endif
