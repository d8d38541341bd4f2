/* OpenBSD's figures: what its headers say, once as tables (rtmsg_layout_openbsd.c) and once as assertions
 * (layout_check.c). A row of fields is X(FIELD, structure, member, offset, width). */
#ifndef MH_BSD_OPENBSD_FIGURES_H
#define MH_BSD_OPENBSD_FIGURES_H

#define MH_OPENBSD_ROUTE_SIZE 96
#define MH_OPENBSD_ROUTE(X)                                                                                  \
    X(MSGLEN, rt_msghdr, rtm_msglen, 0, 2)                                                                   \
    X(VERSION, rt_msghdr, rtm_version, 2, 1)                                                                 \
    X(TYPE, rt_msghdr, rtm_type, 3, 1)                                                                       \
    X(HDRLEN, rt_msghdr, rtm_hdrlen, 4, 2)                                                                   \
    X(INDEX, rt_msghdr, rtm_index, 6, 2)                                                                     \
    X(TABLEID, rt_msghdr, rtm_tableid, 8, 2)                                                                 \
    X(PRIORITY, rt_msghdr, rtm_priority, 10, 1)                                                              \
    X(MPLS, rt_msghdr, rtm_mpls, 11, 1)                                                                      \
    X(ADDRS, rt_msghdr, rtm_addrs, 12, 4)                                                                    \
    X(FLAGS, rt_msghdr, rtm_flags, 16, 4)                                                                    \
    X(FMASK, rt_msghdr, rtm_fmask, 20, 4)                                                                    \
    X(PID, rt_msghdr, rtm_pid, 24, 4)                                                                        \
    X(SEQ, rt_msghdr, rtm_seq, 28, 4)                                                                        \
    X(ERRNO, rt_msghdr, rtm_errno, 32, 4)                                                                    \
    X(INITS, rt_msghdr, rtm_inits, 36, 4)                                                                    \
    X(RMX_PKSENT, rt_msghdr, rtm_rmx.rmx_pksent, 40, 8)                                                      \
    X(RMX_EXPIRE, rt_msghdr, rtm_rmx.rmx_expire, 48, 8)                                                      \
    X(RMX_LOCKS, rt_msghdr, rtm_rmx.rmx_locks, 56, 4)                                                        \
    X(RMX_MTU, rt_msghdr, rtm_rmx.rmx_mtu, 60, 4)                                                            \
    X(RMX_REFCNT, rt_msghdr, rtm_rmx.rmx_refcnt, 64, 4)                                                      \
    X(RMX_HOPCOUNT, rt_msghdr, rtm_rmx.rmx_hopcount, 68, 4)                                                  \
    X(RMX_RECVPIPE, rt_msghdr, rtm_rmx.rmx_recvpipe, 72, 4)                                                  \
    X(RMX_SENDPIPE, rt_msghdr, rtm_rmx.rmx_sendpipe, 76, 4)                                                  \
    X(RMX_SSTHRESH, rt_msghdr, rtm_rmx.rmx_ssthresh, 80, 4)                                                  \
    X(RMX_RTT, rt_msghdr, rtm_rmx.rmx_rtt, 84, 4)                                                            \
    X(RMX_RTTVAR, rt_msghdr, rtm_rmx.rmx_rttvar, 88, 4)

#define MH_OPENBSD_COMMON(X, S, P)                                                                           \
    X(MSGLEN, S, P##_msglen, 0, 2)                                                                           \
    X(VERSION, S, P##_version, 2, 1)                                                                         \
    X(TYPE, S, P##_type, 3, 1)                                                                               \
    X(HDRLEN, S, P##_hdrlen, 4, 2)                                                                           \
    X(INDEX, S, P##_index, 6, 2)                                                                             \
    X(TABLEID, S, P##_tableid, 8, 2)                                                                         \
    X(ADDRS, S, P##_addrs, 12, 4)                                                                            \
    X(FLAGS, S, P##_flags, 16, 4)

/* A is how the machine aligns 64-bit numbers in structures: 4 on i386, else 8. */
#define MH_OPENBSD_INTERFACE_SIZE(A) ((A) == 4 ? 160 : 168)
#define MH_OPENBSD_INTERFACE_DATA 24
#define MH_OPENBSD_INTERFACE(X, A)                                                                           \
    MH_OPENBSD_COMMON(X, if_msghdr, ifm)                                                                     \
    X(XFLAGS, if_msghdr, ifm_xflags, 20, 4)                                                                  \
    X(IFI_TYPE, if_msghdr, ifm_data.ifi_type, 24, 1)                                                         \
    X(IFI_ADDRLEN, if_msghdr, ifm_data.ifi_addrlen, 25, 1)                                                   \
    X(IFI_HDRLEN, if_msghdr, ifm_data.ifi_hdrlen, 26, 1)                                                     \
    X(IFI_LINK_STATE, if_msghdr, ifm_data.ifi_link_state, 27, 1)                                             \
    X(IFI_MTU, if_msghdr, ifm_data.ifi_mtu, 28, 4)                                                           \
    X(IFI_METRIC, if_msghdr, ifm_data.ifi_metric, 32, 4)                                                     \
    X(IFI_RDOMAIN, if_msghdr, ifm_data.ifi_rdomain, 36, 4)                                                   \
    X(IFI_BAUDRATE, if_msghdr, ifm_data.ifi_baudrate, 40, 8)                                                 \
    X(IFI_IPACKETS, if_msghdr, ifm_data.ifi_ipackets, 48, 8)                                                 \
    X(IFI_IERRORS, if_msghdr, ifm_data.ifi_ierrors, 56, 8)                                                   \
    X(IFI_OPACKETS, if_msghdr, ifm_data.ifi_opackets, 64, 8)                                                 \
    X(IFI_OERRORS, if_msghdr, ifm_data.ifi_oerrors, 72, 8)                                                   \
    X(IFI_COLLISIONS, if_msghdr, ifm_data.ifi_collisions, 80, 8)                                             \
    X(IFI_IBYTES, if_msghdr, ifm_data.ifi_ibytes, 88, 8)                                                     \
    X(IFI_OBYTES, if_msghdr, ifm_data.ifi_obytes, 96, 8)                                                     \
    X(IFI_IMCASTS, if_msghdr, ifm_data.ifi_imcasts, 104, 8)                                                  \
    X(IFI_OMCASTS, if_msghdr, ifm_data.ifi_omcasts, 112, 8)                                                  \
    X(IFI_IQDROPS, if_msghdr, ifm_data.ifi_iqdrops, 120, 8)                                                  \
    X(IFI_OQDROPS, if_msghdr, ifm_data.ifi_oqdrops, 128, 8)                                                  \
    X(IFI_NOPROTO, if_msghdr, ifm_data.ifi_noproto, 136, 8)                                                  \
    X(IFI_CAPABILITIES, if_msghdr, ifm_data.ifi_capabilities, 144, 4)                                        \
    X(IFI_LASTCHANGE, if_msghdr, ifm_data.ifi_lastchange.tv_sec, 144 + (A), 8)

#define MH_OPENBSD_ADDRESS_SIZE 24
#define MH_OPENBSD_ADDRESS(X)                                                                                \
    MH_OPENBSD_COMMON(X, ifa_msghdr, ifam)                                                                   \
    X(METRIC, ifa_msghdr, ifam_metric, 20, 4)

#define MH_OPENBSD_ANNOUNCE_SIZE 26
#define MH_OPENBSD_ANNOUNCE_NAME 10
#define MH_OPENBSD_ANNOUNCE(X)                                                                               \
    X(MSGLEN, if_announcemsghdr, ifan_msglen, 0, 2)                                                          \
    X(VERSION, if_announcemsghdr, ifan_version, 2, 1)                                                        \
    X(TYPE, if_announcemsghdr, ifan_type, 3, 1)                                                              \
    X(HDRLEN, if_announcemsghdr, ifan_hdrlen, 4, 2)                                                          \
    X(INDEX, if_announcemsghdr, ifan_index, 6, 2)                                                            \
    X(WHAT, if_announcemsghdr, ifan_what, 8, 2)

/* X(name, number, form, meaning) */
#define MH_OPENBSD_TYPES(X)                                                                                  \
    X(RTM_ADD, 1, ROUTE, ADD)                                                                                \
    X(RTM_DELETE, 2, ROUTE, DELETE)                                                                          \
    X(RTM_CHANGE, 3, ROUTE, CHANGE)                                                                          \
    X(RTM_GET, 4, ROUTE, GET)                                                                                \
    X(RTM_LOSING, 5, ROUTE, NOTHING)                                                                         \
    X(RTM_REDIRECT, 6, ROUTE, REDIRECT)                                                                      \
    X(RTM_MISS, 7, ROUTE, NOTHING)                                                                           \
    X(RTM_RESOLVE, 11, ROUTE, NOTHING)                                                                       \
    X(RTM_NEWADDR, 12, ADDRESS, NEW_ADDRESS)                                                                 \
    X(RTM_DELADDR, 13, ADDRESS, DELETED_ADDRESS)                                                             \
    X(RTM_IFINFO, 14, INTERFACE, INTERFACE)                                                                  \
    X(RTM_IFANNOUNCE, 15, ANNOUNCE, ANNOUNCE)                                                                \
    X(RTM_DESYNC, 16, ROUTE, LOST)                                                                           \
    X(RTM_INVALIDATE, 17, ROUTE, NOTHING)                                                                    \
    X(RTM_BFD, 18, OPAQUE, NOTHING)                                                                          \
    X(RTM_PROPOSAL, 19, ROUTE, NOTHING)                                                                      \
    X(RTM_CHGADDRATTR, 20, ROUTE, CHANGED_ADDRESS)                                                           \
    X(RTM_80211INFO, 21, OPAQUE, NOTHING)                                                                    \
    X(RTM_SOURCE, 22, ROUTE, SOURCE)

/* X(prefix, name, value) */
#define MH_OPENBSD_ROUTE_FLAGS(X)                                                                            \
    X(RTF, UP, 0x1)                                                                                          \
    X(RTF, GATEWAY, 0x2)                                                                                     \
    X(RTF, HOST, 0x4)                                                                                        \
    X(RTF, REJECT, 0x8)                                                                                      \
    X(RTF, DYNAMIC, 0x10)                                                                                    \
    X(RTF, MODIFIED, 0x20)                                                                                   \
    X(RTF, DONE, 0x40)                                                                                       \
    X(RTF, CLONING, 0x100)                                                                                   \
    X(RTF, MULTICAST, 0x200)                                                                                 \
    X(RTF, LLINFO, 0x400)                                                                                    \
    X(RTF, STATIC, 0x800)                                                                                    \
    X(RTF, BLACKHOLE, 0x1000)                                                                                \
    X(RTF, PROTO3, 0x2000)                                                                                   \
    X(RTF, ANNOUNCE, 0x4000)                                                                                 \
    X(RTF, PROTO1, 0x8000)                                                                                   \
    X(RTF, CLONED, 0x10000)                                                                                  \
    X(RTF, CACHED, 0x20000)                                                                                  \
    X(RTF, MPATH, 0x40000)                                                                                   \
    X(RTF, MPLS, 0x100000)                                                                                   \
    X(RTF, LOCAL, 0x200000)                                                                                  \
    X(RTF, BROADCAST, 0x400000)                                                                              \
    X(RTF, CONNECTED, 0x800000)                                                                              \
    X(RTF, BFD, 0x1000000)

#define MH_OPENBSD_INTERFACE_FLAGS(X)                                                                        \
    X(IFF, UP, 0x1)                                                                                          \
    X(IFF, BROADCAST, 0x2)                                                                                   \
    X(IFF, DEBUG, 0x4)                                                                                       \
    X(IFF, LOOPBACK, 0x8)                                                                                    \
    X(IFF, POINTOPOINT, 0x10)                                                                                \
    X(IFF, STATICARP, 0x20)                                                                                  \
    X(IFF, RUNNING, 0x40)                                                                                    \
    X(IFF, NOARP, 0x80)                                                                                      \
    X(IFF, PROMISC, 0x100)                                                                                   \
    X(IFF, ALLMULTI, 0x200)                                                                                  \
    X(IFF, OACTIVE, 0x400)                                                                                   \
    X(IFF, SIMPLEX, 0x800)                                                                                   \
    X(IFF, LINK0, 0x1000)                                                                                    \
    X(IFF, LINK1, 0x2000)                                                                                    \
    X(IFF, LINK2, 0x4000)                                                                                    \
    X(IFF, MULTICAST, 0x8000)

#define MH_OPENBSD_SLOTS(X)                                                                                  \
    X(DST)                                                                                                   \
    X(GATEWAY)                                                                                               \
    X(NETMASK)                                                                                               \
    X(GENMASK) X(IFP) X(IFA) X(AUTHOR) X(BRD) X(SRC) X(SRCMASK) X(LABEL) X(BFD) X(DNS) X(STATIC) X(SEARCH)

/* X(name, value): the other constants. */
#define MH_OPENBSD_CONSTANTS(X)                                                                              \
    X(RTM_VERSION, 5)                                                                                        \
    X(AF_INET, 2)                                                                                            \
    X(AF_LINK, 18)                                                                                           \
    X(AF_INET6, 24)                                                                                          \
    X(PF_ROUTE, 17)                                                                                          \
    X(RTAX_MAX, 15)                                                                                          \
    X(RTF_PROTO2, 0x4000)                                                                                    \
    X(RTV_MTU, 1)                                                                                            \
    X(LINK_STATE_DOWN, 2)                                                                                    \
    X(LINK_STATE_UP, 4)                                                                                      \
    X(IFAN_ARRIVAL, 0)                                                                                       \
    X(IFAN_DEPARTURE, 1)                                                                                     \
    X(NET_RT_DUMP, 1)                                                                                        \
    X(NET_RT_FLAGS, 2)                                                                                       \
    X(NET_RT_IFLIST, 3)                                                                                      \
    X(NET_RT_TABLE, 5)                                                                                       \
    X(NET_RT_IFNAMES, 6)                                                                                     \
    X(NET_RT_SOURCE, 7)                                                                                      \
    X(SO_USELOOPBACK, 64)                                                                                    \
    X(RTLABEL_LEN, 32)                                                                                       \
    X(IFNAMSIZ, 16)

#define MH_OPENBSD_LINK_SIZE 32
#define MH_OPENBSD_LABEL_SIZE 34
#define MH_OPENBSD_NAME_SIZE 20 /* struct if_nameindex_msg */

#endif
