/* Requests of ioctl(2) that change addresses, and those of bpf(4), on each BSD and machine: numbers, sizes
 * and offsets of the C headers (sys/sockio.h, net/if.h, netinet6/in6_var.h, net/bpf.h) as data. ioctl_check.h
 * of each system holds them against the headers. A number holds the size of its structure. Static; any
 * thread. */
#ifndef MH_BSD_IOCTL_LAYOUT_H
#define MH_BSD_IOCTL_LAYOUT_H

#include "rtmsg_layout.h"

enum mh_ioctl_kind {
    MH_IOCTL_ADDRESS_ADD,    /* IPv4: struct ifaliasreq */
    MH_IOCTL_ADDRESS_DELETE, /* IPv4: struct ifreq */
    MH_IOCTL_ADDRESS_ADD6, /* struct in6_aliasreq; changes flags and lifetimes of an address that is there */
    MH_IOCTL_ADDRESS_DELETE6, /* struct in6_ifreq */
    MH_IOCTL_LINK_SET,        /* struct ifreq, or on NetBSD struct if_laddrreq */
    MH_IOCTL_LABEL_ADD,       /* struct in6_addrpolicy */
    MH_IOCTL_LABEL_DELETE,
    MH_IOCTL_BPF_INTERFACE, /* struct ifreq, of which the name counts */
    MH_IOCTL_BPF_COMPLETE,  /* unsigned int: frames are written with the address of their sender */
    MH_IOCTL_KINDS
};

struct mh_ioctl_request {
    const char *name; /* "SIOCAIFADDR"; NULL: this system has no such request */
    uint32_t number;
    uint16_t size;
};

enum { MH_IOCTL_SIZE_MAX = 288 };

#define MH_IOCTL_BPF_COMPLETE_NUMBER 0x80044275 /* BIOCSHDRCMPLT, alike on all */
enum { MH_BSD_O_RDWR = 2 };

/* What the structures agree in: the interface's name is first, addresses follow it. */
enum {
    MH_IOCTL_FIRST = 16,        /* the address; of if_laddrreq: its flags */
    MH_IOCTL_ALIAS_OTHER = 32,  /* ifaliasreq: broadcast address, or the other end */
    MH_IOCTL_ALIAS_MASK = 48,   /* ifaliasreq */
    MH_IOCTL_ALIAS6_OTHER = 44, /* in6_aliasreq: the other end */
    MH_IOCTL_ALIAS6_MASK = 72,
    MH_IOCTL_ALIAS6_FLAGS = 100,
    MH_IOCTL_ALIAS6_LIFETIMES = 104, /* two of time_t, then the valid and the preferred lifetime */
    MH_IOCTL_LINK_ADDRESS = 24,      /* if_laddrreq */
    MH_IOCTL_POLICY_MASK = 28,       /* in6_addrpolicy begins with the prefix's address */
    MH_IOCTL_POLICY_PRECEDENCE = 56,
    MH_IOCTL_POLICY_LABEL = 60,
    MH_IOCTL_POLICY_SIZE = 72,
    MH_IOCTL_POLICY_SYSCTL = 38 /* IPV6CTL_ADDRCTLPOLICY: the rows, one behind the other */
};

/* in6_aliasreq: flags that may be given, alike on all but the first, which OpenBSD lacks. */
enum {
    MH_IOCTL_NO_DETECTION = 0x20, /* IN6_IFF_NODAD */
    MH_IOCTL_DEPRECATED = 0x10,
    MH_IOCTL_AUTOCONF = 0x40,
    MH_IOCTL_TEMPORARY = 0x80,
    MH_IOCTL_ACTIVE = 0x4000 /* if_laddrreq: IFLR_ACTIVE */
};

enum { MH_IOCTL_SET_FIB = 0x1014 }; /* FreeBSD's SO_SETFIB */

const struct mh_ioctl_request *mh_ioctl_request_of(const struct mh_rt_layout *layout,
                                                   enum mh_ioctl_kind kind);
/* sizeof(time_t) */
unsigned mh_ioctl_time_size(const struct mh_rt_layout *layout);

#endif
