/* Which Host headers are answered, so that a web page whose name was pointed at this host (DNS rebinding)
 * gets nothing. Pure; any thread. */
#ifndef MH_API_HOST_CHECK_H
#define MH_API_HOST_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* `host` is the header's value. UNIX socket (`local`): localhost. TCP: localhost, 127.0.0.1, [::1], alone or
 * with the listener's `port`. Letters of either case. */
bool mh_host_allowed(const char *host, bool local, uint16_t port);

#endif
