/* The socket that dumps are asked on (netlink(7)). One thread. */
#ifndef MH_LINUX_DUMP_H
#define MH_LINUX_DUMP_H

#include "core/error.h"

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MH_DUMP_BUFFER = 1 << 16 }; /* the kernel fills at most 32 KiB of what it is offered */

struct mh_netlink {
    int descriptor; /* -1: closed */
    int protocol;   /* NETLINK_ROUTE, NETLINK_SOCK_DIAG */
    uint32_t port;
    uint32_t sequence;
    bool interrupted; /* the last dump ended with MH_LOST because tables changed under it: ask again */
    uint8_t *buffer;  /* MH_DUMP_BUFFER octets, aligned as malloc does */
};

enum mh_error mh_netlink_open(struct mh_netlink *netlink, struct mh_failure *failure);
/* The same for another protocol of netlink(7). */
enum mh_error mh_netlink_open_protocol(struct mh_netlink *netlink, int protocol, struct mh_failure *failure);
/* Allowed for one that was never opened, if descriptor is -1 and buffer NULL. */
void mh_netlink_close(struct mh_netlink *netlink);

/* Called for every message of a dump; `length` octets are there. Anything but MH_OK ends the dump. */
typedef enum mh_error (*mh_netlink_take)(void *context, const struct nlmsghdr *message, size_t length);

/* Sends `request` (flags and sequence are filled in) and reads the whole answer. What `take` answered when it
 * ended the dump; MH_LOST: data is missing, `interrupted` says that it was NLM_F_DUMP_INTR; MH_UNSUPPORTED:
 * this kernel knows no such table; MH_MALFORMED, MH_PERMISSION, MH_IO, .... After an error the socket is made
 * anew, so that no rest of an answer is taken for the next one's. */
enum mh_error mh_netlink_dump(struct mh_netlink *netlink, struct nlmsghdr *request, mh_netlink_take take,
                              void *context, struct mh_failure *failure);

#endif
