/* DOC: What routing-socket messages look like on each BSD, as data: sizes, offsets and constants of the C
 * headers (net/route.h, net/if.h, net/if_dl.h, sys/socket.h) of every system and machine. The tables compile
 * everywhere, so the codec and what stands on it run on any system; freebsd/, netbsd/ and
 * openbsd/layout_check.c hold them against the headers when the target is built.
 *
 * A layout is static and never changes. Numbers in messages are in the byte order of the machine that wrote
 * them. Pure; any thread. */
#ifndef MH_BSD_RTMSG_LAYOUT_H
#define MH_BSD_RTMSG_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mh_rt_system { MH_RT_FREEBSD, MH_RT_NETBSD, MH_RT_OPENBSD };

/* X(name, text): every number of a message header, of struct rt_metrics (RMX) and struct if_data (IFI). The
 * texts are the members' names without their prefix. */
#define MH_RT_HEADER_FIELDS(X)                                                                               \
    X(MSGLEN, "msglen")                                                                                      \
    X(VERSION, "version")                                                                                    \
    X(TYPE, "type")                                                                                          \
    X(HDRLEN, "hdrlen")                                                                                      \
    X(INDEX, "index")                                                                                        \
    X(TABLEID, "tableid")                                                                                    \
    X(PRIORITY, "priority")                                                                                  \
    X(MPLS, "mpls")                                                                                          \
    X(ADDRS, "addrs")                                                                                        \
    X(FLAGS, "flags")                                                                                        \
    X(XFLAGS, "xflags")                                                                                      \
    X(FMASK, "fmask")                                                                                        \
    X(PID, "pid")                                                                                            \
    X(SEQ, "seq")                                                                                            \
    X(ERRNO, "errno")                                                                                        \
    X(USE, "use")                                                                                            \
    X(INITS, "inits")                                                                                        \
    X(METRIC, "metric")                                                                                      \
    X(ADDRFLAGS, "addrflags")                                                                                \
    X(LEN, "len")                                                                                            \
    X(DATA_OFF, "data_off")                                                                                  \
    X(WHAT, "what")

#define MH_RT_METRIC_FIELDS(X)                                                                               \
    X(RMX_LOCKS, "locks")                                                                                    \
    X(RMX_MTU, "mtu")                                                                                        \
    X(RMX_HOPCOUNT, "hopcount")                                                                              \
    X(RMX_EXPIRE, "expire")                                                                                  \
    X(RMX_RECVPIPE, "recvpipe")                                                                              \
    X(RMX_SENDPIPE, "sendpipe")                                                                              \
    X(RMX_SSTHRESH, "ssthresh")                                                                              \
    X(RMX_RTT, "rtt")                                                                                        \
    X(RMX_RTTVAR, "rttvar")                                                                                  \
    X(RMX_PKSENT, "pksent")                                                                                  \
    X(RMX_REFCNT, "refcnt")                                                                                  \
    X(RMX_WEIGHT, "weight")                                                                                  \
    X(RMX_NHIDX, "nhidx")

#define MH_RT_DATA_FIELDS(X)                                                                                 \
    X(IFI_TYPE, "type")                                                                                      \
    X(IFI_PHYSICAL, "physical")                                                                              \
    X(IFI_ADDRLEN, "addrlen")                                                                                \
    X(IFI_HDRLEN, "hdrlen")                                                                                  \
    X(IFI_LINK_STATE, "link_state")                                                                          \
    X(IFI_VHID, "vhid")                                                                                      \
    X(IFI_DATALEN, "datalen")                                                                                \
    X(IFI_MTU, "mtu")                                                                                        \
    X(IFI_METRIC, "metric")                                                                                  \
    X(IFI_RDOMAIN, "rdomain")                                                                                \
    X(IFI_BAUDRATE, "baudrate")                                                                              \
    X(IFI_IPACKETS, "ipackets")                                                                              \
    X(IFI_IERRORS, "ierrors")                                                                                \
    X(IFI_OPACKETS, "opackets")                                                                              \
    X(IFI_OERRORS, "oerrors")                                                                                \
    X(IFI_COLLISIONS, "collisions")                                                                          \
    X(IFI_IBYTES, "ibytes")                                                                                  \
    X(IFI_OBYTES, "obytes")                                                                                  \
    X(IFI_IMCASTS, "imcasts")                                                                                \
    X(IFI_OMCASTS, "omcasts")                                                                                \
    X(IFI_IQDROPS, "iqdrops")                                                                                \
    X(IFI_OQDROPS, "oqdrops")                                                                                \
    X(IFI_NOPROTO, "noproto")                                                                                \
    X(IFI_HWASSIST, "hwassist")                                                                              \
    X(IFI_CAPABILITIES, "capabilities")                                                                      \
    X(IFI_EPOCH, "epoch")                                                                                    \
    X(IFI_LASTCHANGE, "lastchange")

enum mh_rt_field {
#define MH_RT_FIELD_ENUM(name, text) MH_RT_##name,
    MH_RT_HEADER_FIELDS(MH_RT_FIELD_ENUM) MH_RT_METRIC_FIELDS(MH_RT_FIELD_ENUM)
        MH_RT_DATA_FIELDS(MH_RT_FIELD_ENUM)
#undef MH_RT_FIELD_ENUM
            MH_RT_FIELD_COUNT
};

enum mh_rt_group { MH_RT_HEADER, MH_RT_METRICS, MH_RT_DATA };

/* The field's name ("msglen") and where it belongs; static. */
const char *mh_rt_field_name(enum mh_rt_field field);
enum mh_rt_group mh_rt_field_group(enum mh_rt_field field);

/* Where a number stands, from the start of the message, and its octets (1, 2, 4 or 8). */
struct mh_rt_place {
    uint8_t field; /* enum mh_rt_field */
    uint8_t width;
    uint16_t offset;
};

/* One C structure that a message begins with. */
struct mh_rt_record {
    const char *name; /* "rt_msghdr" */
    uint16_t size;
    uint16_t place_count;
    const struct mh_rt_place *places;
    uint16_t data_offset; /* of struct if_data; 0: it has none */
    uint16_t name_offset; /* of an interface's name, MH_RT_NAME_SIZE octets; 0: it has none */
};
enum { MH_RT_NAME_SIZE = 16 }; /* IFNAMSIZ */

/* Which structure a message begins with. */
enum mh_rt_form {
    MH_RT_ROUTE,
    MH_RT_INTERFACE,
    MH_RT_ADDRESS,
    MH_RT_OLD_ADDRESS, /* NetBSD before 8 */
    MH_RT_MULTICAST,
    MH_RT_ANNOUNCE,
    MH_RT_LONG_INTERFACE, /* FreeBSD, NET_RT_IFLISTL */
    MH_RT_LONG_ADDRESS,
    MH_RT_FORM_COUNT,
    MH_RT_OPAQUE = MH_RT_FORM_COUNT /* a message whose inside is of no interest here */
};

/* What a message says, whatever its number is. */
enum mh_rt_meaning {
    MH_RT_MEANS_NOTHING,
    MH_RT_MEANS_ADD,
    MH_RT_MEANS_DELETE,
    MH_RT_MEANS_CHANGE,
    MH_RT_MEANS_GET,
    MH_RT_MEANS_REDIRECT,
    MH_RT_MEANS_NEW_ADDRESS,
    MH_RT_MEANS_DELETED_ADDRESS,
    MH_RT_MEANS_CHANGED_ADDRESS,
    MH_RT_MEANS_INTERFACE,
    MH_RT_MEANS_ANNOUNCE,
    MH_RT_MEANS_LOST,
    MH_RT_MEANS_SOURCE /* OpenBSD: `route sourceaddr` */
};

struct mh_rt_type {
    const char *name; /* "RTM_ADD" */
    uint8_t number;
    uint8_t form;    /* enum mh_rt_form */
    uint8_t meaning; /* enum mh_rt_meaning */
};

/* A flag's name without its prefix; tables end with a row without a name. */
struct mh_rt_flag {
    const char *name;
    uint32_t value;
};

/* Places in a message's list of addresses (RTAX_*). Systems number those from BRD alike; what lies beyond is
 * OpenBSD's (NetBSD's TAG has the number of SRC). */
enum mh_rt_slot {
    MH_RT_DST,
    MH_RT_GATEWAY,
    MH_RT_NETMASK,
    MH_RT_GENMASK,
    MH_RT_IFP,
    MH_RT_IFA,
    MH_RT_AUTHOR,
    MH_RT_BRD,
    MH_RT_SRC,
    MH_RT_SRCMASK,
    MH_RT_LABEL,
    MH_RT_BFD,
    MH_RT_DNS,
    MH_RT_STATIC,
    MH_RT_SEARCH,
    MH_RT_SLOTS
};

/* Flags of routes and of interface addresses that mean something to us; 0: this system lacks the flag. */
struct mh_rt_route_flags {
    uint32_t up, gateway, host, reject, dynamic, done, is_static, blackhole, link_layer, cloned, local,
        broadcast, multicast, connected, pinned, multipath, announce, protocol1, protocol2;
};

/* Numbers for sysctl(3), socket(2), setsockopt(2) and ioctl(2) that go with the messages; 0: lacking. */
struct mh_rt_numbers {
    uint16_t pf_route;
    uint8_t dump, flags, interfaces, long_interfaces, names, table, source, next_hops, groups; /* NET_RT_* */
    uint32_t so_useloopback;
};

struct mh_rt_layout {
    const char *name;   /* "freebsd-14-amd64" */
    const char *target; /* the same machine in the words of LLVM: "x86_64-freebsd" */
    uint8_t system;     /* enum mh_rt_system */
    uint8_t version;    /* RTM_VERSION */
    bool big_endian;
    uint8_t long_size;
    uint8_t alignment;    /* of sockaddrs in a message; an empty one takes as much */
    uint8_t inet6;        /* AF_INET6; AF_INET is 2 and AF_LINK 18 on all */
    uint8_t slots;        /* RTAX_MAX */
    uint8_t link_size;    /* sizeof(struct sockaddr_dl) */
    uint8_t link_down;    /* LINK_STATE_DOWN */
    uint8_t link_up;      /* the smallest link state that is up */
    bool zone_in_address; /* a link-local address carries its zone in octets 2 and 3 (KAME), also when it is
                             written */
    uint8_t rtv_mtu;      /* RTV_MTU */
    uint16_t rtv_weight;  /* RTV_WEIGHT; 0: routes have no weight */
    const struct mh_rt_record *records; /* MH_RT_FORM_COUNT of them; size 0: this system has none */
    const struct mh_rt_type *types;     /* by number; ends with a row without a name */
    const struct mh_rt_flag *route_flag_names, *interface_flag_names;
    const char *const *slot_names; /* "DST", ...; `slots` of them */
    const struct mh_rt_route_flags *flags;
    const struct mh_rt_numbers *numbers;
};

/* mh_route.protocol: routing messages have none, but what flags tell has these numbers, which are Linux's and
 * those of FreeBSD's netlink(4). The flag RTF_PROTO2 is our mark. */
enum mh_rt_protocol {
    MH_RT_PROTOCOL_REDIRECT = 1,
    MH_RT_PROTOCOL_KERNEL = 2,
    MH_RT_PROTOCOL_STATIC = 4,
    MH_RT_PROTOCOL_RA = 9,
    MH_RT_PROTOCOL_DHCP = 16,
    MH_RT_PROTOCOL_OWN = 157
};

enum { MH_RT_AF_INET = 2, MH_RT_AF_LINK = 18 };

/* By name, where the machine may also be called as in `target` ("freebsd-14-aarch64"); NULL when there is
 * none. */
const struct mh_rt_layout *mh_rt_layout_find(const char *name);
/* All of them, one after the other; NULL at the end. */
const struct mh_rt_layout *mh_rt_layout_at(size_t index);

/* The type of a message by its number, or by what it says; NULL when the system has none. */
const struct mh_rt_type *mh_rt_type_find(const struct mh_rt_layout *layout, unsigned number);
const struct mh_rt_type *mh_rt_type_meaning(const struct mh_rt_layout *layout, enum mh_rt_meaning meaning);

#endif
