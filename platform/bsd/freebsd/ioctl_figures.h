/* FreeBSD's ioctl(2) requests, once as a table (ioctl_layout.c) and once as assertions (ioctl_check.h). T is
 * sizeof(time_t). X(name, number, structure, size) */
#ifndef MH_BSD_FREEBSD_IOCTL_FIGURES_H
#define MH_BSD_FREEBSD_IOCTL_FIGURES_H

#define MH_FREEBSD_ALIAS6_SIZE(T) ((T) == 8 ? 136 : 124)
#define MH_FREEBSD_REQUESTS(X, T)                                                                            \
    X(SIOCAIFADDR, 0x8044692b, ifaliasreq, 68)                                                               \
    X(SIOCDIFADDR, 0x80206919, ifreq, 32)                                                                    \
    X(SIOCAIFADDR_IN6, (0x8000691b | (uint32_t)MH_FREEBSD_ALIAS6_SIZE(T) << 16), in6_aliasreq,               \
      MH_FREEBSD_ALIAS6_SIZE(T))                                                                             \
    X(SIOCDIFADDR_IN6, 0x81206919, in6_ifreq, 288)                                                           \
    X(SIOCSIFLLADDR, 0x8020693c, ifreq, 32)                                                                  \
    X(BIOCSETIF, 0x8020426c, ifreq, 32)                                                                      \
    X(SIOCAADDRCTL_POLICY, 0x8048756c, in6_addrpolicy, 72)                                                   \
    X(SIOCDADDRCTL_POLICY, 0x8048756d, in6_addrpolicy, 72)

#endif
