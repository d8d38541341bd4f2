/* Requests to a routing socket (route(4)): ops and questions as bytes. Pure; any thread.
 *
 * Two layers: a writer that puts header fields and addresses of any message, and requests made with it. What
 * is written for `request` files of the captures is equal to them octet by octet
 * (tests/codec/test_rtmsg_encode.c). */
#ifndef MH_BSD_RTMSG_ENCODE_H
#define MH_BSD_RTMSG_ENCODE_H

#include "core/op.h"
#include "rtmsg.h"

/* Room for any request that is made here. */
enum { MH_RT_REQUEST_SIZE = 1024 };

/* ---- writer ---------------------------------------------------------------------------------------- */

/* The memory is the caller's. What does not fit is left out and makes `full`, which mh_rt_finish looks at. */
struct mh_rt_writer {
    const struct mh_rt_layout *layout;
    const struct mh_rt_record *record;
    uint8_t *bytes;
    size_t size, length;
    uint32_t listed;
    bool full;
};

/* Begins a message of the type with this number with a header of zeros, its length and version. The type must
 * be one whose inside is known (MH_RT_OPAQUE is `full` at once). */
void mh_rt_begin(struct mh_rt_writer *writer, const struct mh_rt_layout *layout, unsigned type,
                 uint8_t *bytes, size_t size);
/* Sets a field; nothing where the header has none. */
void mh_rt_set(struct mh_rt_writer *writer, enum mh_rt_field field, uint64_t value);
/* Appends an address, from what its kind says (not from sockaddr->bytes, but for MH_RT_OTHER and MH_RT_MASK
 * of no family). Slots must ascend. */
void mh_rt_add(struct mh_rt_writer *writer, enum mh_rt_slot slot, const struct mh_rt_sockaddr *sockaddr);
/* Writes length and list of addresses; the message's length, or 0 when something did not fit. */
size_t mh_rt_finish(struct mh_rt_writer *writer);

/* Writes the address alone, sockaddr->length octets: for requests that are no messages (ioctl(2)). */
void mh_rt_encode_sockaddr(const struct mh_rt_layout *layout, const struct mh_rt_sockaddr *sockaddr,
                           uint8_t *bytes);

/* Addresses to write, of the length that the system's own tools give them. */
/* `zone` counts for link-local addresses only, and is written as the system wants it. */
struct mh_rt_sockaddr mh_rt_sockaddr_of(const struct mh_rt_layout *layout, const struct mh_address *address,
                                        uint32_t zone);
struct mh_rt_sockaddr mh_rt_mask_of(const struct mh_rt_layout *layout, const struct mh_prefix *prefix);
/* An interface by its number; 0: none yet, to be filled in by the answer. */
struct mh_rt_sockaddr mh_rt_link_of(const struct mh_rt_layout *layout, uint32_t interface);

/* ---- requests -------------------------------------------------------------------------------------- */

/* What a request for a route has beside the op. */
struct mh_rt_request {
    int32_t sequence;  /* comes back in the answer */
    uint32_t priority; /* OpenBSD, of a question for one prefix: among its routes the one of this priority; 0:
                          the best */
    uint32_t zone;     /* of a link-local destination; 0: none */
    size_t hop;        /* which of the route's next hops this request is for: there is one for each */
    bool route; /* of a question: for the route and its gateway, as route(8) asks. Without it NetBSD tells the
                   neighbour that would be asked for */
    bool interface; /* of a question for one prefix: FreeBSD and NetBSD tell interface and source, too */
    bool beside;    /* the route joins others to its destination (OpenBSD RTF_MPATH); implied by several next
                       hops */
    uint32_t mtu;   /* 0: the interface's */
    const char *label; /* OpenBSD; NULL: none, or "multihomed" when the protocol is ours */
};

/* MH_OP_ROUTE_ADD, _REPLACE and _DELETE as RTM_ADD, RTM_CHANGE and RTM_DELETE. op->of.route.table goes into
 * the message on OpenBSD; on FreeBSD it is the FIB of the socket that the request is written to. A next hop
 * with a gateway and an interface is bound to that interface (RTA_IFP). *length: octets written.
 * MH_UNSUPPORTED: this system cannot, `failure` says why; MH_INVALID: no such next hop, or another op;
 * MH_LIMIT: `size` is too small. */
enum mh_error mh_rt_encode_route(const struct mh_rt_layout *layout, const struct mh_op *op,
                                 const struct mh_rt_request *request, uint8_t *bytes, size_t size,
                                 size_t *length, struct mh_failure *failure);

/* A permanent neighbour, or with neighbor->proxy one that this host answers for (arp(8), ndp(8)); `gone`:
 * deletes it. */
enum mh_error mh_rt_encode_neighbor(const struct mh_rt_layout *layout, const struct mh_neighbor *neighbor,
                                    bool gone, int32_t sequence, uint8_t *bytes, size_t size, size_t *length,
                                    struct mh_failure *failure);

/* RTM_SOURCE of OpenBSD: the address becomes the preferred source of the routing table, for its family
 * (route(8), sourceaddr). The unspecified address of a family: it shall have none. Of the request count
 * sequence and zone. MH_UNSUPPORTED: this system has no such thing. */
enum mh_error mh_rt_encode_source(const struct mh_rt_layout *layout, const struct mh_address *source,
                                  uint32_t table, const struct mh_rt_request *request, uint8_t *bytes,
                                  size_t size, size_t *length, struct mh_failure *failure);

/* RTM_GET: the route that a packet to `destination` takes, with its interface (route(8), get). `table` as
 * above; of the request count sequence, zone and route. */
enum mh_error mh_rt_encode_question(const struct mh_rt_layout *layout, const struct mh_address *destination,
                                    uint32_t table, const struct mh_rt_request *request, uint8_t *bytes,
                                    size_t size, size_t *length, struct mh_failure *failure);

/* RTM_GET: the route of exactly this prefix. Of the request count sequence, priority, zone
 * and interface. */
enum mh_error mh_rt_encode_lookup(const struct mh_rt_layout *layout, const struct mh_prefix *destination,
                                  uint32_t table, const struct mh_rt_request *request, uint8_t *bytes,
                                  size_t size, size_t *length, struct mh_failure *failure);

#endif
