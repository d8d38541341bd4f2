/* The kernel's answer to a change: NLMSG_ERROR (netlink(7)), with the extended acknowledgement's text where
 * there is one. Pure; any thread. */
#ifndef MH_LINUX_ACK_H
#define MH_LINUX_ACK_H

#include "core/error.h"

#include <linux/netlink.h>
#include <stddef.h>

enum { MH_ACK_TEXT_SIZE = 160 };

struct mh_ack {
    int native;                  /* errno, 0: it is done */
    char text[MH_ACK_TEXT_SIZE]; /* the kernel's own words (NLMSGERR_ATTR_MSG); "" when it has none */
};

/* `message` is an NLMSG_ERROR of `length` octets. MH_OK or MH_MALFORMED. */
enum mh_error mh_decode_ack(const void *message, size_t length, struct mh_ack *ack);

#endif
