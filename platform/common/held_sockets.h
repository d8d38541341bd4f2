/* The endpoints whose holders are looked for, by what names a socket (mh_endpoint.inode). */
#ifndef MH_PLATFORM_COMMON_HELD_SOCKETS_H
#define MH_PLATFORM_COMMON_HELD_SOCKETS_H

#include "core/endpoints.h"

struct mh_held_sockets {
    struct mh_endpoint **items;
    size_t count, left; /* `left`: whose holder is not known */
};

/* Those that have a name; unless `again`, only those whose holder is not known yet. False: out of memory. The
 * caller frees `items` (of a failure too). */
bool mh_held_sockets_begin(struct mh_held_sockets *held, struct mh_endpoint *endpoints, size_t count,
                           bool again);
/* The first endpoint of that name, or `count`; others follow it. */
size_t mh_held_sockets_find(const struct mh_held_sockets *held, uint64_t inode);

#endif
