/* The figures of what is read by ioctl(2), once for ioctl_read.c and labels.c and once as assertions
 * (SYSTEM/layout_check.c). Most are alike on the three. T is sizeof(time_t). */
#ifndef MH_BSD_IOCTL_READ_FIGURES_H
#define MH_BSD_IOCTL_READ_FIGURES_H

/* X(name, value). The requests are those of _IOWR('i', number, struct in6_ifreq). */
#define MH_BSD_READ_CONSTANTS(X)                                                                             \
    X(SOCK_DGRAM, 2)                                                                                         \
    X(SIOCGIFAFLAG_IN6, 0xc1206949)                                                                          \
    X(IN6_IFF_ANYCAST, 0x01)                                                                                 \
    X(IN6_IFF_TENTATIVE, 0x02)                                                                               \
    X(IN6_IFF_DUPLICATED, 0x04)                                                                              \
    X(IN6_IFF_DETACHED, 0x08)                                                                                \
    X(IN6_IFF_DEPRECATED, 0x10)                                                                              \
    X(IN6_IFF_AUTOCONF, 0x40)                                                                                \
    X(IN6_IFF_TEMPORARY, 0x80)

#define MH_FREEBSD_READ_CONSTANTS(X)                                                                         \
    X(SIOCGIFALIFETIME_IN6, 0xc1206951)                                                                      \
    X(SIOCGIFFIB, 0xc020695c)                                                                                \
    X(SO_SETFIB, 0x1014)
#define MH_NETBSD_READ_CONSTANTS(X) X(SIOCGIFALIFETIME_IN6, 0xc120696a)
#define MH_OPENBSD_READ_CONSTANTS(X)                                                                         \
    X(SIOCGIFALIFETIME_IN6, 0xc1206951)                                                                      \
    X(ROUTE_TABLEFILTER, 2)                                                                                  \
    X(RTABLE_ANY, 0xffffffff)                                                                                \
    X(RT_TABLEID_MAX, 255)

/* struct in6_ifreq: a name, and a union that begins behind it. X(structure, member, offset) */
#define MH_BSD_IN6_IFREQ_SIZE 288
#define MH_BSD_IN6_IFREQ_UNION 16
#define MH_BSD_IN6_IFREQ(X, T)                                                                               \
    X(in6_ifreq, ifr_ifru.ifru_addr, 16)                                                                     \
    X(in6_ifreq, ifr_ifru.ifru_flags6, 16)                                                                   \
    X(in6_ifreq, ifr_ifru.ifru_lifetime.ia6t_expire, 16)                                                     \
    X(in6_ifreq, ifr_ifru.ifru_lifetime.ia6t_preferred, 16 + (T))                                            \
    X(in6_ifreq, ifr_ifru.ifru_lifetime.ia6t_vltime, 16 + 2 * (T))                                           \
    X(in6_ifreq, ifr_ifru.ifru_lifetime.ia6t_pltime, 20 + 2 * (T))

/* FreeBSD's struct ifreq: the FIB stands where the union begins. */
#define MH_FREEBSD_IFREQ_SIZE 32

/* struct ifgroupreq of FreeBSD and OpenBSD: a name, the octets of a list, its address. L is sizeof(long). */
#define MH_BSD_IFGROUPREQ_SIZE(L) ((L) == 8 ? 40 : 36)
#define MH_BSD_IFGROUPREQ(X, L)                                                                              \
    X(ifgroupreq, ifgr_len, 16)                                                                              \
    X(ifgroupreq, ifgr_ifgru.ifgru_groups, (L) == 8 ? 24 : 20)
#define MH_BSD_IFG_REQ_SIZE 16
#define MH_BSD_SIOCGIFGROUP(L) ((L) == 8 ? 0xc0286988 : 0xc0246988) /* _IOWR('i', 136, struct ifgroupreq) */

/* struct in6_addrpolicy of FreeBSD and NetBSD. */
#define MH_BSD_ADDRPOLICY_SIZE 72
#define MH_BSD_ADDRPOLICY(X)                                                                                 \
    X(in6_addrpolicy, addr, 0)                                                                               \
    X(in6_addrpolicy, addrmask, 28)                                                                          \
    X(in6_addrpolicy, preced, 56)                                                                            \
    X(in6_addrpolicy, label, 60)

#endif
