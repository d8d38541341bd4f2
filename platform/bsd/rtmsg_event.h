/* What routing messages mean: facts in the words of core/model.h. Pure; any thread.
 *
 * What a backend must know, because messages do not say all that a fact holds:
 * - An interface that FreeBSD or NetBSD tell of while one listens has no name and no hardware address
 * (`partial`); those come from NET_RT_IFLIST.
 * - A route that a listener is told of may lack the address that it prefers as source, which the answer of
 * NET_RT_DUMP has: a route that is gone is found by its key, not by being equal.
 * - Flags and lifetimes of IPv6 addresses are not in messages, but for NetBSD's since 8 (`partial`).
 * - FreeBSD's messages do not name the FIB: it is that of the socket or sysctl, and the caller's to say. */
#ifndef MH_BSD_RTMSG_EVENT_H
#define MH_BSD_RTMSG_EVENT_H

#include "core/feed.h"
#include "core/model.h"
#include "rtmsg.h"

/* What the caller knows and the message does not. */
struct mh_rt_context {
    uint32_t table;      /* where messages do not name it: FreeBSD's FIB; 0 on NetBSD */
    bool answer;         /* of a sysctl, or of a question: an RTM_GET is a route that is there */
    bool point_to_point; /* IFF_POINTOPOINT of the interface that an address is told of: its broadcast address
                            is the other end then */
};

enum mh_rt_outcome {
    MH_RT_NO_EVENT, /* nothing changed, or nothing that we follow; also the echo of a request that failed */
    MH_RT_FACT,
    MH_RT_DOUBT, /* something changed that the message does not tell well enough: `section` is to be read anew
                  */
    MH_RT_UNTOLD,  /* a route that the model has no words for: its netmask has holes */
    MH_RT_ALL_LOST /* RTM_DESYNC: the system dropped messages, everything is to be read anew */
};

enum { MH_RT_LABEL_SIZE = 33 };

/* next hops of of.route are here: the value must not be copied without setting of.route.next_hops anew. */
struct mh_rt_event {
    enum mh_rt_outcome outcome;
    enum mh_section section; /* of MH_RT_FACT and MH_RT_DOUBT; says which member of the union is set */
    enum mh_change change;
    bool partial;       /* see above */
    bool multipath;     /* one path of several: the destination's other routes stay (OpenBSD RTF_MPATH) */
    bool routes_follow; /* of an interface: the system changes its routes' state without a word (OpenBSD) */
    uint32_t native_flags; /* IFF_* of an interface, RTF_* of a route or neighbour, IFA_* of an address */
    uint32_t zone;         /* of a route's destination; 0: it has none */
    char label[MH_RT_LABEL_SIZE]; /* of a route (OpenBSD); "" */
    struct mh_next_hop next_hop;
    union {
        struct mh_interface interface;
        struct mh_interface_address address;
        struct mh_route route;
        struct mh_neighbor neighbor;
    } of;
};

/* MH_OK: *event is set. MH_UNSUPPORTED: the message is of another RTM_VERSION. MH_MALFORMED: it does not hold
 * what its type promises. `failure` may be NULL. */
enum mh_error mh_rt_event_of(const struct mh_rt_message *message, const struct mh_rt_context *context,
                             struct mh_rt_event *event, struct mh_failure *failure);

/* What an interface is, of its IFT_* and its driver's name ("vlan" of "vlan7"). */
enum mh_kind mh_rt_kind_of(const char *driver, uint8_t type);

/* Sets flags, and the owner where they tell it, by the kernel's IN6_IFF_*. */
void mh_rt_take_ipv6_flags(uint32_t native, struct mh_interface_address *address);

/* ---- whole answers --------------------------------------------------------------------------------- */

/* An answer of sysctl(3) and where it comes from. */
struct mh_rt_answer {
    const struct mh_rt_layout *layout;
    const uint8_t *bytes;
    size_t length;
    bool long_records; /* NET_RT_IFLISTL */
    uint32_t table;    /* as in mh_rt_context */
    size_t *untold;    /* counts what is MH_RT_UNTOLD; NULL: nobody wants to know */
};

/* Give the facts of one section in a NET_RT_IFLIST, NET_RT_IFLISTL, NET_RT_DUMP or NET_RT_FLAGS answer to
 * feed->fact, and nothing to feed->begin and end: a section may come from several answers. Messages behind
 * each other that tell of one route's paths become one route. Neighbours stand in NET_RT_DUMP on OpenBSD and
 * NetBSD before 8, else in NET_RT_FLAGS. MH_OK, what feed->fact answered, MH_MALFORMED, MH_UNSUPPORTED (a
 * message of another version), MH_LIMIT (a route of more than MH_NEXT_HOPS_MAX paths) or MH_NO_MEMORY. */
enum mh_error mh_rt_feed_interfaces(const struct mh_rt_answer *answer, const struct mh_feed *feed,
                                    struct mh_failure *failure);
enum mh_error mh_rt_feed_addresses(const struct mh_rt_answer *answer, const struct mh_feed *feed,
                                   struct mh_failure *failure);
enum mh_error mh_rt_feed_routes(const struct mh_rt_answer *answer, const struct mh_feed *feed,
                                struct mh_failure *failure);
enum mh_error mh_rt_feed_neighbors(const struct mh_rt_answer *answer, const struct mh_feed *feed,
                                   struct mh_failure *failure);

#endif
