/* DOC: The netlink codec turns one message of rtnetlink(7) into one fact. Its functions are pure: bytes and
 * their number go in, a value comes out; no socket, no memory of earlier messages. They hold nothing of what
 * they are given for true: the message's own length, attribute lengths and nested attributes are all checked
 * against the bytes at hand.
 *
 * Every decoder takes one whole message with its header and answers MH_OK (the value is set), MH_NOT_FOUND
 * (well formed, but nothing for us: another family, a cached route), or MH_MALFORMED. The value is
 * unspecified unless MH_OK. Any thread. */
#ifndef MH_LINUX_CODEC_H
#define MH_LINUX_CODEC_H

#include "core/endpoints.h"
#include "core/error.h"
#include "core/model.h"

#include <linux/netlink.h>

struct mh_attributes;
struct mh_nexthops;

/* ---- framing --------------------------------------------------------------------------------------- */

/* Messages in a datagram, one behind the other. */
struct mh_messages {
    const uint8_t *next;
    size_t left;
    bool malformed; /* what is left over is no message */
};

/* The next message, whole, and its length; false at the end. `next` must be aligned to four octets. */
bool mh_messages_next(struct mh_messages *walk, const struct nlmsghdr **message, size_t *length);

/* ---- links ----------------------------------------------------------------------------------------- */

enum { MH_LINK_SETTINGS_MAX = 32 };

/* A link with its settings (IFLA_AF_SPEC). interface.domain is 0: it follows from other links
 * (mh_links_resolve). */
struct mh_link {
    struct mh_interface interface;
    size_t setting_count;
    struct mh_setting settings[MH_LINK_SETTINGS_MAX];
};

enum mh_error mh_decode_link(const void *bytes, size_t length, struct mh_link *link);

/* Sorts the links by index and fills in `domain` of all: the VRF device that an interface is, or that its
 * chain of masters leads to. */
void mh_links_resolve(struct mh_link *links, size_t count);

/* ---- everything else ------------------------------------------------------------------------------- */

enum mh_error mh_decode_address(const void *bytes, size_t length, struct mh_interface_address *address);
enum mh_error mh_decode_rule(const void *bytes, size_t length, struct mh_rule *rule);
/* A row of the table of address labels. Linux has them for IPv6 only. */
enum mh_error mh_decode_label(const void *bytes, size_t length, struct mh_address_label *label);
/* Entries of bridges (AF_BRIDGE) are MH_NOT_FOUND. */
enum mh_error mh_decode_neighbor(const void *bytes, size_t length, struct mh_neighbor *neighbor);

/* Where a route is decoded into; used again for every route. The caller sets `objects`. */
struct mh_route_decoder {
    const struct mh_nexthops *objects; /* nexthop objects that routes may name; NULL: none known */
    bool unresolved; /* the last route names an object that is not known, and brings no next hops */
    struct mh_next_hop next_hops[MH_NEXT_HOPS_MAX];
    uint8_t native[MH_ROUTE_NATIVE_MAX];
};

/* route->next_hops and route->native point into the decoder. Cached routes (RTM_F_CLONED) and multicast
 * forwarding entries are MH_NOT_FOUND; more than MH_NEXT_HOPS_MAX next hops MH_LIMIT. */
enum mh_error mh_decode_route(const void *bytes, size_t length, struct mh_route_decoder *decoder,
                              struct mh_route *route);

/* ---- nexthop objects ------------------------------------------------------------------------------- */

struct mh_nexthop_member {
    uint32_t id;
    uint16_t weight;
};

/* One object of ip-nexthop(8): a next hop, a blackhole, or a group of others. */
struct mh_nexthop {
    uint32_t id;
    bool blackhole;
    struct mh_next_hop hop; /* of one that is neither blackhole nor group */
    uint16_t member_count;  /* 0: not a group */
    struct mh_nexthop_member members[MH_NEXT_HOPS_MAX];
};

/* Objects for bridges' forwarding tables (NHA_FDB) are MH_NOT_FOUND. */
enum mh_error mh_decode_nexthop(const void *bytes, size_t length, struct mh_nexthop *nexthop);

/* ---- sockets --------------------------------------------------------------------------------------- */

/* A socket of sock_diag(7) (SOCK_DIAG_BY_FAMILY). The message does not say which protocol it is of:
 * `protocol` is the one that was asked for. TCP between listening and established is MH_NOT_FOUND. */
enum mh_error mh_decode_endpoint(const void *bytes, size_t length, uint8_t protocol,
                                 struct mh_endpoint *endpoint);

/* ---- what several of them need --------------------------------------------------------------------- */

/* The fixed part behind the header ("struct rtmsg") and the attributes behind that. False when the message is
 * too short or its own length does not fit. */
bool mh_message_parts(const void *bytes, size_t length, void *fixed, size_t fixed_size,
                      struct mh_attributes *attributes);

/* Flags of a next hop (RTNH_F_*) as ours. */
uint8_t mh_next_hop_flags_of_native(uint32_t native);

/* Who stands behind a route's or rule's protocol (rtnetlink(7), /etc/iproute2/rt_protos). */
enum mh_owner mh_owner_of_protocol(uint8_t protocol);

/* What an interface is, of IFLA_INFO_KIND ("" when it has none), ARPHRD_* and IFLA_TUN_TYPE (0 when it has
 * none). */
enum mh_kind mh_kind_of_native(const char *native_kind, uint16_t hardware_type, uint8_t tun_type);

/* IFLA_AF_SPEC: adds the settings it holds to the link. */
bool mh_decode_link_settings(const struct mh_attributes *families, struct mh_link *link);

#endif
