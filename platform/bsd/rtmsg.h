/* DOC: The codec of routing sockets (route(4)): bytes from a routing socket or from sysctl(3) become
 * messages, messages become facts about the host, and ops become bytes. Its functions are pure: bytes, their
 * number and a layout go in (rtmsg_layout.h says of which system and machine), values come out; no socket, no
 * memory of earlier messages. They run on every system, whatever the layout is of.
 *
 * Nothing that the bytes say is believed: lengths, offsets and lists of addresses are checked against the
 * bytes at hand, a walk always goes on or ends, and what is left over is shown, not dropped.
 *
 * Three layers, each usable alone:
 *   rtmsg.h         framing, header fields, addresses: what stands in a message, for people and for the next
 * layer rtmsg_event.h   what a message means: interfaces, addresses, routes, neighbours as in core/model.h
 *   rtmsg_encode.h  requests
 * Any thread. */
#ifndef MH_BSD_RTMSG_H
#define MH_BSD_RTMSG_H

#include "core/address.h"
#include "core/error.h"
#include "rtmsg_layout.h"

/* ---- addresses ------------------------------------------------------------------------------------- */

enum mh_rt_kind {
    MH_RT_ABSENT, /* the message does not list it, or ends before it */
    MH_RT_EMPTY,  /* length 0: as a netmask, the one of a default route */
    MH_RT_INET,
    MH_RT_INET6,
    MH_RT_LINK,
    MH_RT_MASK,
    MH_RT_TEXT, /* sockaddr_rtlabel and its like */
    MH_RT_OTHER
};

/* One address of a message. Pointers go into the message's bytes. */
struct mh_rt_sockaddr {
    uint8_t kind;           /* enum mh_rt_kind */
    uint8_t length, family; /* sa_len, sa_family: as they stand there */
    bool damaged;           /* its inner lengths do not fit: what fits is here */
    const uint8_t *bytes;   /* `length` octets */

    /* MH_RT_INET, MH_RT_INET6. Octets that a shortened sockaddr lacks are 0. */
    struct mh_address address; /* without its zone */
    uint16_t port;
    uint32_t flow;
    uint32_t scope_id; /* sin6_scope_id */
    uint32_t embedded; /* the zone in octets 2 and 3 of a link-local address; 0: none */
    uint32_t zone;     /* index of the interface: embedded, else scope_id */

    /* MH_RT_LINK (link_addr(3)) */
    uint16_t index;
    uint8_t type; /* IFT_* */
    uint8_t name_length, hardware_length, selector_length;
    const uint8_t *name, *hardware, *selector;

    /* MH_RT_MASK: of the family of the address that it belongs to, whatever its own family octet says. */
    uint8_t mask_of;       /* enum mh_family; none: of something that is no IP address */
    uint8_t prefix_length; /* the leading ones */
    bool contiguous;       /* nothing but leading ones */

    /* MH_RT_TEXT */
    const char *text; /* not terminated */
    uint8_t text_length;
};

/* ---- messages -------------------------------------------------------------------------------------- */

/* One message. Everything points into the bytes that it was read from. */
struct mh_rt_message {
    const struct mh_rt_layout *layout;
    const struct mh_rt_type *type;     /* NULL: a number that this system does not have */
    const struct mh_rt_record *record; /* NULL: its inside is not known (MH_RT_OPAQUE) */
    const uint8_t *bytes;
    size_t length; /* rtm_msglen */
    size_t offset; /* from the start of the walk */
    size_t header_length;
    size_t data_shift;    /* struct if_data stands that much behind its place in `record` */
    bool foreign_version; /* not the layout's RTM_VERSION: what is here is a guess */
    uint32_t listed;      /* rtm_addrs; 0 where the record has none */
    struct mh_rt_sockaddr addresses[MH_RT_SLOTS];
    /* Where the list of addresses ends before all of them were read: the address's length does not fit. */
    bool cut;
    size_t cut_at;          /* from the start of the message */
    size_t trailing_offset; /* what follows the last address: padding, or something unknown */
    size_t trailing_length;
};

/* A buffer of messages, one behind the other. */
struct mh_rt_walk {
    const struct mh_rt_layout *layout;
    const uint8_t *bytes;
    size_t length;
    size_t offset;
    bool long_records; /* NET_RT_IFLISTL: interfaces and addresses come with their own lengths */
};

/* The next message. MH_OK: *message is set. MH_NOT_FOUND: the end. MH_MALFORMED: what stands at the walk's
 * offset is no message; `failure` (may be NULL) says what and where; the next call goes on behind it, or ends
 * where no length says how far it reaches. Every call moves on. */
enum mh_error mh_rt_next(struct mh_rt_walk *walk, struct mh_rt_message *message, struct mh_failure *failure);

/* Are these bytes an answer of NET_RT_IFLISTL? For files that do not say. */
bool mh_rt_looks_long(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length);

/* A number of the header; 0 when the message has no such field. */
bool mh_rt_has(const struct mh_rt_message *message, enum mh_rt_field field);
uint64_t mh_rt_value(const struct mh_rt_message *message, enum mh_rt_field field);

/* The interface's name in an announcement, terminated; "" when there is none. */
void mh_rt_announced_name(const struct mh_rt_message *message, char name[MH_RT_NAME_SIZE + 1]);

/* ---- lists without messages (OpenBSD) -------------------------------------------------------------- */

/* One of NET_RT_IFNAMES. */
struct mh_rt_name {
    uint32_t index;
    char name[MH_RT_NAME_SIZE + 1];
};
enum { MH_RT_NAME_RECORD_SIZE = 20, MH_RT_TABLE_RECORD_SIZE = 4 };

/* The record at *offset, which moves on. MH_NOT_FOUND at the end; MH_MALFORMED: too few octets are left, or
 * index or name is missing. */
enum mh_error mh_rt_next_name(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length,
                              size_t *offset, struct mh_rt_name *name);

/* NET_RT_TABLE: a routing table and the domain it belongs to. MH_MALFORMED unless there are four octets. */
enum mh_error mh_rt_decode_table(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length,
                                 uint16_t *table, uint16_t *domain);

/* ---- numbers --------------------------------------------------------------------------------------- */

/* `width` octets (1, 2, 4, 8) in the layout's order. */
uint64_t mh_rt_read_number(const struct mh_rt_layout *layout, const uint8_t *bytes, unsigned width);
/* Takes the zone out of an IPv6 address of link-local or interface-local scope, in whose octets 2 and 3 the
 * kernels of KAME's line keep it. Returns the interface's index; 0: none. */
uint32_t mh_rt_take_zone(uint8_t bytes[16]);
void mh_rt_write_number(const struct mh_rt_layout *layout, uint8_t *bytes, unsigned width, uint64_t value);

/* The octets that a sockaddr of this length takes in a message. */
size_t mh_rt_step(const struct mh_rt_layout *layout, size_t length);

/* Reads the sockaddr in `left` octets (at least 1), without meaning as a mask. False: its length does not
 * fit. */
bool mh_rt_decode_sockaddr(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t left,
                           struct mh_rt_sockaddr *sockaddr);
/* Makes a mask of it, for addresses of `family`. */
void mh_rt_decode_mask(struct mh_rt_sockaddr *sockaddr, enum mh_family family);

#endif
