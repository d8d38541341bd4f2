/* The bearer token of TCP clients. */
#ifndef MH_DAEMON_TOKEN_H
#define MH_DAEMON_TOKEN_H

#include "core/error.h"

/* 32 random octets in hexadecimal, or what an administrator wrote, up to 255 characters; with its end. */
enum { MH_TOKEN_SIZE = 256 };

/* Reads `path` (NULL: STATE/token), which is made with mode 0600 when it is not there. White space at the end
 * does not count. MH_INVALID when it is empty, too long or holds something else than visible ASCII. */
enum mh_error mh_token_read(const char *path, const char *state, char token[MH_TOKEN_SIZE],
                            struct mh_failure *failure);

#endif
