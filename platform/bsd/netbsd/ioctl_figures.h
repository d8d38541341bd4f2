/* NetBSD's ioctl(2) requests, once as a table (ioctl_layout.c) and once as assertions (ioctl_check.h).
 * X(name, number, structure, size) */
#ifndef MH_BSD_NETBSD_IOCTL_FIGURES_H
#define MH_BSD_NETBSD_IOCTL_FIGURES_H

#define MH_NETBSD_REQUESTS(X)                                                                                \
    X(SIOCAIFADDR, 0x8040691a, ifaliasreq, 64)                                                               \
    X(SIOCDIFADDR, 0x80906919, ifreq, 144)                                                                   \
    X(SIOCAIFADDR_IN6, 0x8080696b, in6_aliasreq, 128)                                                        \
    X(SIOCDIFADDR_IN6, 0x81206919, in6_ifreq, 288)                                                           \
    X(SIOCALIFADDR, 0x8118691c, if_laddrreq, 280)                                                            \
    X(BIOCSETIF, 0x8090426c, ifreq, 144)                                                                     \
    X(SIOCAADDRCTL_POLICY, 0x8048756c, in6_addrpolicy, 72)                                                   \
    X(SIOCDADDRCTL_POLICY, 0x8048756d, in6_addrpolicy, 72)

#endif
