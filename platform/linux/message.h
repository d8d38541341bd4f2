/* Writing netlink messages (netlink(7)): the counterpart of attribute.h. Pure; any thread. */
#ifndef MH_LINUX_MESSAGE_H
#define MH_LINUX_MESSAGE_H

#include "core/address.h"

#include <linux/netlink.h>

/* Room for a route of MH_NEXT_HOPS_MAX next hops. */
enum { MH_MESSAGE_SIZE = 1 << 15 };

/* The memory is the caller's. What does not fit is left out and makes `full`, which is looked at once, when
 * all is written. */
struct mh_message {
    struct nlmsghdr *header; /* first of `size` octets, aligned as malloc does */
    size_t size;
    bool full;
};

/* Begins with the header and the fixed part ("struct rtmsg"). NLM_F_REQUEST is added to the flags; sequence
 * and port are 0. */
void mh_message_begin(struct mh_message *message, uint16_t type, uint16_t flags, const void *fixed,
                      size_t fixed_size);

/* Adds an attribute, padded with zeros. */
void mh_message_put(struct mh_message *message, uint16_t type, const void *data, size_t size);
void mh_message_put_u8(struct mh_message *message, uint16_t type, uint8_t value);
void mh_message_put_u32(struct mh_message *message, uint16_t type, uint32_t value);
/* Text with its end. */
void mh_message_put_text(struct mh_message *message, uint16_t type, const char *text);
/* Adds nothing for an address without a family. */
void mh_message_put_address(struct mh_message *message, uint16_t type, const struct mh_address *address);

/* An attribute, or another part that begins with its length in 16 bits, of which the rest follows: the place
 * is given to mh_message_close then. */
size_t mh_message_open(struct mh_message *message, const void *head, size_t size);
size_t mh_message_open_nest(struct mh_message *message, uint16_t type);
void mh_message_close(struct mh_message *message, size_t place);

#endif
