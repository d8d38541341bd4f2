/* Moments as text for people and programs: RFC 3339 in UTC. Pure; any thread. */
#ifndef MH_CORE_TIME_TEXT_H
#define MH_CORE_TIME_TEXT_H

#include <stdint.h>

/* "2026-11-23T04:00:00.123Z" with its end. */
enum { MH_TIME_TEXT_SIZE = 32 };

/* `wall` is milliseconds since 1970-01-01T00:00:00Z, as mh_clock_wall() gives; years 0 to 9999. Returns
 * `text`. */
const char *mh_time_format(int64_t wall, char text[MH_TIME_TEXT_SIZE]);

#endif
