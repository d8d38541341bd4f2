/* FreeBSD's figures: what its headers say, once as tables (rtmsg_layout_freebsd.c) and once as assertions
 * (layout_check.c). A row of fields is X(FIELD, structure, member, offset, width); W is sizeof(long). */
#ifndef MH_BSD_FREEBSD_FIGURES_H
#define MH_BSD_FREEBSD_FIGURES_H

#define MH_FREEBSD_ROUTE_SIZE(W) (32 + 15 * (W))
#define MH_FREEBSD_ROUTE(X, W)                                                                               \
    X(MSGLEN, rt_msghdr, rtm_msglen, 0, 2)                                                                   \
    X(VERSION, rt_msghdr, rtm_version, 2, 1)                                                                 \
    X(TYPE, rt_msghdr, rtm_type, 3, 1)                                                                       \
    X(INDEX, rt_msghdr, rtm_index, 4, 2)                                                                     \
    X(FLAGS, rt_msghdr, rtm_flags, 8, 4)                                                                     \
    X(ADDRS, rt_msghdr, rtm_addrs, 12, 4)                                                                    \
    X(PID, rt_msghdr, rtm_pid, 16, 4)                                                                        \
    X(SEQ, rt_msghdr, rtm_seq, 20, 4)                                                                        \
    X(ERRNO, rt_msghdr, rtm_errno, 24, 4)                                                                    \
    X(FMASK, rt_msghdr, rtm_fmask, 28, 4)                                                                    \
    X(INITS, rt_msghdr, rtm_inits, 32, W)                                                                    \
    X(RMX_LOCKS, rt_msghdr, rtm_rmx.rmx_locks, 32 + (W), W)                                                  \
    X(RMX_MTU, rt_msghdr, rtm_rmx.rmx_mtu, 32 + 2 * (W), W)                                                  \
    X(RMX_HOPCOUNT, rt_msghdr, rtm_rmx.rmx_hopcount, 32 + 3 * (W), W)                                        \
    X(RMX_EXPIRE, rt_msghdr, rtm_rmx.rmx_expire, 32 + 4 * (W), W)                                            \
    X(RMX_RECVPIPE, rt_msghdr, rtm_rmx.rmx_recvpipe, 32 + 5 * (W), W)                                        \
    X(RMX_SENDPIPE, rt_msghdr, rtm_rmx.rmx_sendpipe, 32 + 6 * (W), W)                                        \
    X(RMX_SSTHRESH, rt_msghdr, rtm_rmx.rmx_ssthresh, 32 + 7 * (W), W)                                        \
    X(RMX_RTT, rt_msghdr, rtm_rmx.rmx_rtt, 32 + 8 * (W), W)                                                  \
    X(RMX_RTTVAR, rt_msghdr, rtm_rmx.rmx_rttvar, 32 + 9 * (W), W)                                            \
    X(RMX_PKSENT, rt_msghdr, rtm_rmx.rmx_pksent, 32 + 10 * (W), W)                                           \
    X(RMX_WEIGHT, rt_msghdr, rtm_rmx.rmx_weight, 32 + 11 * (W), W)

/* FreeBSD 13 and later. */
#define MH_FREEBSD_ROUTE_13(X, W) X(RMX_NHIDX, rt_msghdr, rtm_rmx.rmx_nhidx, 32 + 12 * (W), W)

/* struct if_data, made to be of one size on all machines. B is where it begins. */
#define MH_FREEBSD_DATA_SIZE 152
#define MH_FREEBSD_DATA(X, S, M, B)                                                                          \
    X(IFI_TYPE, S, M.ifi_type, (B) + 0, 1)                                                                   \
    X(IFI_PHYSICAL, S, M.ifi_physical, (B) + 1, 1)                                                           \
    X(IFI_ADDRLEN, S, M.ifi_addrlen, (B) + 2, 1)                                                             \
    X(IFI_HDRLEN, S, M.ifi_hdrlen, (B) + 3, 1)                                                               \
    X(IFI_LINK_STATE, S, M.ifi_link_state, (B) + 4, 1)                                                       \
    X(IFI_VHID, S, M.ifi_vhid, (B) + 5, 1)                                                                   \
    X(IFI_DATALEN, S, M.ifi_datalen, (B) + 6, 2)                                                             \
    X(IFI_MTU, S, M.ifi_mtu, (B) + 8, 4)                                                                     \
    X(IFI_METRIC, S, M.ifi_metric, (B) + 12, 4)                                                              \
    X(IFI_BAUDRATE, S, M.ifi_baudrate, (B) + 16, 8)                                                          \
    X(IFI_IPACKETS, S, M.ifi_ipackets, (B) + 24, 8)                                                          \
    X(IFI_IERRORS, S, M.ifi_ierrors, (B) + 32, 8)                                                            \
    X(IFI_OPACKETS, S, M.ifi_opackets, (B) + 40, 8)                                                          \
    X(IFI_OERRORS, S, M.ifi_oerrors, (B) + 48, 8)                                                            \
    X(IFI_COLLISIONS, S, M.ifi_collisions, (B) + 56, 8)                                                      \
    X(IFI_IBYTES, S, M.ifi_ibytes, (B) + 64, 8)                                                              \
    X(IFI_OBYTES, S, M.ifi_obytes, (B) + 72, 8)                                                              \
    X(IFI_IMCASTS, S, M.ifi_imcasts, (B) + 80, 8)                                                            \
    X(IFI_OMCASTS, S, M.ifi_omcasts, (B) + 88, 8)                                                            \
    X(IFI_IQDROPS, S, M.ifi_iqdrops, (B) + 96, 8)                                                            \
    X(IFI_OQDROPS, S, M.ifi_oqdrops, (B) + 104, 8)                                                           \
    X(IFI_NOPROTO, S, M.ifi_noproto, (B) + 112, 8)                                                           \
    X(IFI_HWASSIST, S, M.ifi_hwassist, (B) + 120, 8)

#define MH_FREEBSD_COMMON(X, S, P)                                                                           \
    X(MSGLEN, S, P##_msglen, 0, 2)                                                                           \
    X(VERSION, S, P##_version, 2, 1)                                                                         \
    X(TYPE, S, P##_type, 3, 1)                                                                               \
    X(ADDRS, S, P##_addrs, 4, 4)                                                                             \
    X(FLAGS, S, P##_flags, 8, 4)                                                                             \
    X(INDEX, S, P##_index, 12, 2)

#define MH_FREEBSD_INTERFACE_SIZE 168
#define MH_FREEBSD_INTERFACE_DATA 16
#define MH_FREEBSD_INTERFACE(X)                                                                              \
    MH_FREEBSD_COMMON(X, if_msghdr, ifm)                                                                     \
    MH_FREEBSD_DATA(X, if_msghdr, ifm_data, 16)

#define MH_FREEBSD_ADDRESS_SIZE 20
#define MH_FREEBSD_ADDRESS(X)                                                                                \
    MH_FREEBSD_COMMON(X, ifa_msghdr, ifam)                                                                   \
    X(METRIC, ifa_msghdr, ifam_metric, 16, 4)

#define MH_FREEBSD_LONG_SIZE 176
#define MH_FREEBSD_LONG_DATA 24
#define MH_FREEBSD_LONG_INTERFACE(X)                                                                         \
    MH_FREEBSD_COMMON(X, if_msghdrl, ifm)                                                                    \
    X(LEN, if_msghdrl, ifm_len, 16, 2)                                                                       \
    X(DATA_OFF, if_msghdrl, ifm_data_off, 18, 2)                                                             \
    MH_FREEBSD_DATA(X, if_msghdrl, ifm_data, 24)
#define MH_FREEBSD_LONG_ADDRESS(X)                                                                           \
    MH_FREEBSD_COMMON(X, ifa_msghdrl, ifam)                                                                  \
    X(LEN, ifa_msghdrl, ifam_len, 16, 2)                                                                     \
    X(DATA_OFF, ifa_msghdrl, ifam_data_off, 18, 2)                                                           \
    X(METRIC, ifa_msghdrl, ifam_metric, 20, 4)                                                               \
    MH_FREEBSD_DATA(X, ifa_msghdrl, ifam_data, 24)

#define MH_FREEBSD_MULTICAST_SIZE 16
#define MH_FREEBSD_MULTICAST(X) MH_FREEBSD_COMMON(X, ifma_msghdr, ifmam)

#define MH_FREEBSD_ANNOUNCE_SIZE 24
#define MH_FREEBSD_ANNOUNCE_NAME 6
#define MH_FREEBSD_ANNOUNCE(X)                                                                               \
    X(MSGLEN, if_announcemsghdr, ifan_msglen, 0, 2)                                                          \
    X(VERSION, if_announcemsghdr, ifan_version, 2, 1)                                                        \
    X(TYPE, if_announcemsghdr, ifan_type, 3, 1)                                                              \
    X(INDEX, if_announcemsghdr, ifan_index, 4, 2)                                                            \
    X(WHAT, if_announcemsghdr, ifan_what, 22, 2)

/* X(name, number, form, meaning) */
#define MH_FREEBSD_TYPES(X)                                                                                  \
    X(RTM_ADD, 1, ROUTE, ADD)                                                                                \
    X(RTM_DELETE, 2, ROUTE, DELETE)                                                                          \
    X(RTM_CHANGE, 3, ROUTE, CHANGE)                                                                          \
    X(RTM_GET, 4, ROUTE, GET)                                                                                \
    X(RTM_LOSING, 5, ROUTE, NOTHING)                                                                         \
    X(RTM_REDIRECT, 6, ROUTE, REDIRECT)                                                                      \
    X(RTM_MISS, 7, ROUTE, NOTHING)                                                                           \
    X(RTM_LOCK, 8, ROUTE, NOTHING)                                                                           \
    X(RTM_RESOLVE, 11, ROUTE, NOTHING)                                                                       \
    X(RTM_NEWADDR, 12, ADDRESS, NEW_ADDRESS)                                                                 \
    X(RTM_DELADDR, 13, ADDRESS, DELETED_ADDRESS)                                                             \
    X(RTM_IFINFO, 14, INTERFACE, INTERFACE)                                                                  \
    X(RTM_NEWMADDR, 15, MULTICAST, NOTHING)                                                                  \
    X(RTM_DELMADDR, 16, MULTICAST, NOTHING)                                                                  \
    X(RTM_IFANNOUNCE, 17, ANNOUNCE, ANNOUNCE)                                                                \
    X(RTM_IEEE80211, 18, OPAQUE, NOTHING)                                                                    \
    X(RTM_IPFWLOG, 19, OPAQUE, NOTHING)

/* X(prefix, name, value) */
#define MH_FREEBSD_ROUTE_FLAGS(X)                                                                            \
    X(RTF, UP, 0x1)                                                                                          \
    X(RTF, GATEWAY, 0x2)                                                                                     \
    X(RTF, HOST, 0x4)                                                                                        \
    X(RTF, REJECT, 0x8)                                                                                      \
    X(RTF, DYNAMIC, 0x10)                                                                                    \
    X(RTF, MODIFIED, 0x20)                                                                                   \
    X(RTF, DONE, 0x40)                                                                                       \
    X(RTF, XRESOLVE, 0x200)                                                                                  \
    X(RTF, LLINFO, 0x400)                                                                                    \
    X(RTF, STATIC, 0x800)                                                                                    \
    X(RTF, BLACKHOLE, 0x1000)                                                                                \
    X(RTF, PROTO2, 0x4000)                                                                                   \
    X(RTF, PROTO1, 0x8000)                                                                                   \
    X(RTF, PROTO3, 0x40000)                                                                                  \
    X(RTF, FIXEDMTU, 0x80000)                                                                                \
    X(RTF, PINNED, 0x100000)                                                                                 \
    X(RTF, LOCAL, 0x200000)                                                                                  \
    X(RTF, BROADCAST, 0x400000)                                                                              \
    X(RTF, MULTICAST, 0x800000)                                                                              \
    X(RTF, STICKY, 0x10000000)

#define MH_FREEBSD_INTERFACE_FLAGS(X)                                                                        \
    X(IFF, UP, 0x1)                                                                                          \
    X(IFF, BROADCAST, 0x2)                                                                                   \
    X(IFF, DEBUG, 0x4)                                                                                       \
    X(IFF, LOOPBACK, 0x8)                                                                                    \
    X(IFF, POINTOPOINT, 0x10)                                                                                \
    X(IFF, RUNNING, 0x40)                                                                                    \
    X(IFF, NOARP, 0x80)                                                                                      \
    X(IFF, PROMISC, 0x100)                                                                                   \
    X(IFF, ALLMULTI, 0x200)                                                                                  \
    X(IFF, OACTIVE, 0x400)                                                                                   \
    X(IFF, SIMPLEX, 0x800)                                                                                   \
    X(IFF, LINK0, 0x1000)                                                                                    \
    X(IFF, LINK1, 0x2000)                                                                                    \
    X(IFF, LINK2, 0x4000)                                                                                    \
    X(IFF, MULTICAST, 0x8000)                                                                                \
    X(IFF, PPROMISC, 0x20000)                                                                                \
    X(IFF, MONITOR, 0x40000)                                                                                 \
    X(IFF, STATICARP, 0x80000)                                                                               \
    X(IFF, DYING, 0x200000)                                                                                  \
    X(IFF, RENAMING, 0x400000)

#define MH_FREEBSD_SLOTS(X) X(DST) X(GATEWAY) X(NETMASK) X(GENMASK) X(IFP) X(IFA) X(AUTHOR) X(BRD)

/* X(name, value): the other constants. */
#define MH_FREEBSD_CONSTANTS(X)                                                                              \
    X(RTM_VERSION, 5)                                                                                        \
    X(AF_INET, 2)                                                                                            \
    X(AF_LINK, 18)                                                                                           \
    X(AF_INET6, 28)                                                                                          \
    X(PF_ROUTE, 17)                                                                                          \
    X(RTAX_MAX, 8)                                                                                           \
    X(RTV_MTU, 1)                                                                                            \
    X(RTV_WEIGHT, 256)                                                                                       \
    X(LINK_STATE_DOWN, 1)                                                                                    \
    X(LINK_STATE_UP, 2)                                                                                      \
    X(IFAN_ARRIVAL, 0)                                                                                       \
    X(IFAN_DEPARTURE, 1)                                                                                     \
    X(NET_RT_DUMP, 1)                                                                                        \
    X(NET_RT_FLAGS, 2)                                                                                       \
    X(NET_RT_IFLIST, 3)                                                                                      \
    X(NET_RT_IFLISTL, 5)                                                                                     \
    X(NET_RT_NHGRP, 7)                                                                                       \
    X(NET_RT_NHOP, 6)                                                                                        \
    X(SO_USELOOPBACK, 64)                                                                                    \
    X(IFNAMSIZ, 16)

#define MH_FREEBSD_LINK_SIZE 54

/* Next hops, FreeBSD 13 and later. X(name, offset, width): members of struct nhop_external. A is how 64-bit
 * numbers are aligned. */
#define MH_FREEBSD_NHOP_SIZE(A) ((A) == 8 ? 120 : 116)
#define MH_FREEBSD_NHOP(X, A)                                                                                \
    X(nh_len, 0, 4)                                                                                          \
    X(nh_idx, 4, 4)                                                                                          \
    X(nh_fib, 8, 4)                                                                                          \
    X(ifindex, 12, 4)                                                                                        \
    X(aifindex, 16, 4)                                                                                       \
    X(prepend_len, 20, 1)                                                                                    \
    X(nh_family, 21, 1)                                                                                      \
    X(nh_type, 22, 2)                                                                                        \
    X(nh_mtu, 24, 2)                                                                                         \
    X(nh_flags, 26, 2)                                                                                       \
    X(nh_pksent, (A) == 8 ? 40 : 36, 8)                                                                      \
    X(nh_refcount, (A) == 8 ? 112 : 108, 8)

/* struct nhop_addrs, which follows. */
#define MH_FREEBSD_NHOP_ADDRS_SIZE 8
#define MH_FREEBSD_NHOP_ADDRS(X)                                                                             \
    X(na_len, 0, 4)                                                                                          \
    X(gw_sa_off, 4, 2)                                                                                       \
    X(src_sa_off, 6, 2)

#endif
