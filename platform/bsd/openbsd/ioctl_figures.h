/* OpenBSD's ioctl(2) requests, once as a table (ioctl_layout.c) and once as assertions (ioctl_check.h).
 * X(name, number, structure, size) */
#ifndef MH_BSD_OPENBSD_IOCTL_FIGURES_H
#define MH_BSD_OPENBSD_IOCTL_FIGURES_H

#define MH_OPENBSD_REQUESTS(X)                                                                               \
    X(SIOCAIFADDR, 0x8040691a, ifaliasreq, 64)                                                               \
    X(SIOCDIFADDR, 0x80206919, ifreq, 32)                                                                    \
    X(SIOCAIFADDR_IN6, 0x8080691a, in6_aliasreq, 128)                                                        \
    X(SIOCDIFADDR_IN6, 0x81206919, in6_ifreq, 288)                                                           \
    X(SIOCSIFLLADDR, 0x8020691f, ifreq, 32)                                                                  \
    X(BIOCSETIF, 0x8020426c, ifreq, 32)

#endif
