/* RFC 3339 moments, as the service writes them. Pure. */
#ifndef MH_CTL_MOMENT_H
#define MH_CTL_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/* "2026-11-23T04:00:00Z", with any fraction of a second, in UTC. *wall: milliseconds since 1970. False
 * for anything else. */
bool mh_moment_parse(const char *text, int64_t *wall);

#endif
