/* NetBSD's figures: what its headers say, once as tables (rtmsg_layout_netbsd.c) and once as assertions
 * (layout_check.c). A row of fields is X(FIELD, structure, member, offset, width). Messages are the same on
 * all machines but for the byte order: NetBSD aligns them to 64 bits everywhere. */
#ifndef MH_BSD_NETBSD_FIGURES_H
#define MH_BSD_NETBSD_FIGURES_H

#define MH_NETBSD_ROUTE_SIZE 120
#define MH_NETBSD_ROUTE(X)                                                                                   \
    X(MSGLEN, rt_msghdr, rtm_msglen, 0, 2)                                                                   \
    X(VERSION, rt_msghdr, rtm_version, 2, 1)                                                                 \
    X(TYPE, rt_msghdr, rtm_type, 3, 1)                                                                       \
    X(INDEX, rt_msghdr, rtm_index, 4, 2)                                                                     \
    X(FLAGS, rt_msghdr, rtm_flags, 8, 4)                                                                     \
    X(ADDRS, rt_msghdr, rtm_addrs, 12, 4)                                                                    \
    X(PID, rt_msghdr, rtm_pid, 16, 4)                                                                        \
    X(SEQ, rt_msghdr, rtm_seq, 20, 4)                                                                        \
    X(ERRNO, rt_msghdr, rtm_errno, 24, 4)                                                                    \
    X(USE, rt_msghdr, rtm_use, 28, 4)                                                                        \
    X(INITS, rt_msghdr, rtm_inits, 32, 4)                                                                    \
    X(RMX_LOCKS, rt_msghdr, rtm_rmx.rmx_locks, 40, 8)                                                        \
    X(RMX_MTU, rt_msghdr, rtm_rmx.rmx_mtu, 48, 8)                                                            \
    X(RMX_HOPCOUNT, rt_msghdr, rtm_rmx.rmx_hopcount, 56, 8)                                                  \
    X(RMX_RECVPIPE, rt_msghdr, rtm_rmx.rmx_recvpipe, 64, 8)                                                  \
    X(RMX_SENDPIPE, rt_msghdr, rtm_rmx.rmx_sendpipe, 72, 8)                                                  \
    X(RMX_SSTHRESH, rt_msghdr, rtm_rmx.rmx_ssthresh, 80, 8)                                                  \
    X(RMX_RTT, rt_msghdr, rtm_rmx.rmx_rtt, 88, 8)                                                            \
    X(RMX_RTTVAR, rt_msghdr, rtm_rmx.rmx_rttvar, 96, 8)                                                      \
    X(RMX_EXPIRE, rt_msghdr, rtm_rmx.rmx_expire, 104, 8)                                                     \
    X(RMX_PKSENT, rt_msghdr, rtm_rmx.rmx_pksent, 112, 8)

#define MH_NETBSD_INTERFACE_SIZE 152
#define MH_NETBSD_INTERFACE_DATA 16
#define MH_NETBSD_INTERFACE(X)                                                                               \
    X(MSGLEN, if_msghdr, ifm_msglen, 0, 2)                                                                   \
    X(VERSION, if_msghdr, ifm_version, 2, 1)                                                                 \
    X(TYPE, if_msghdr, ifm_type, 3, 1)                                                                       \
    X(ADDRS, if_msghdr, ifm_addrs, 4, 4)                                                                     \
    X(FLAGS, if_msghdr, ifm_flags, 8, 4)                                                                     \
    X(INDEX, if_msghdr, ifm_index, 12, 2)                                                                    \
    X(IFI_TYPE, if_msghdr, ifm_data.ifi_type, 16, 1)                                                         \
    X(IFI_ADDRLEN, if_msghdr, ifm_data.ifi_addrlen, 17, 1)                                                   \
    X(IFI_HDRLEN, if_msghdr, ifm_data.ifi_hdrlen, 18, 1)                                                     \
    X(IFI_LINK_STATE, if_msghdr, ifm_data.ifi_link_state, 20, 4)                                             \
    X(IFI_MTU, if_msghdr, ifm_data.ifi_mtu, 24, 8)                                                           \
    X(IFI_METRIC, if_msghdr, ifm_data.ifi_metric, 32, 8)                                                     \
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
    X(IFI_NOPROTO, if_msghdr, ifm_data.ifi_noproto, 128, 8)                                                  \
    X(IFI_LASTCHANGE, if_msghdr, ifm_data.ifi_lastchange.tv_sec, 136, 8)

#define MH_NETBSD_ADDRESS_SIZE 32
#define MH_NETBSD_ADDRESS(X)                                                                                 \
    X(MSGLEN, ifa_msghdr, ifam_msglen, 0, 2)                                                                 \
    X(VERSION, ifa_msghdr, ifam_version, 2, 1)                                                               \
    X(TYPE, ifa_msghdr, ifam_type, 3, 1)                                                                     \
    X(INDEX, ifa_msghdr, ifam_index, 4, 2)                                                                   \
    X(FLAGS, ifa_msghdr, ifam_flags, 8, 4)                                                                   \
    X(ADDRS, ifa_msghdr, ifam_addrs, 12, 4)                                                                  \
    X(PID, ifa_msghdr, ifam_pid, 16, 4)                                                                      \
    X(ADDRFLAGS, ifa_msghdr, ifam_addrflags, 20, 4)                                                          \
    X(METRIC, ifa_msghdr, ifam_metric, 24, 4)

/* Before NetBSD 8; seen in the captures of NetBSD 7.99. */
#define MH_NETBSD_OLD_ADDRESS_SIZE 24
#define MH_NETBSD_OLD_ADDRESS(X)                                                                             \
    X(MSGLEN, ifa_msghdr70, ifam_msglen, 0, 2)                                                               \
    X(VERSION, ifa_msghdr70, ifam_version, 2, 1)                                                             \
    X(TYPE, ifa_msghdr70, ifam_type, 3, 1)                                                                   \
    X(ADDRS, ifa_msghdr70, ifam_addrs, 4, 4)                                                                 \
    X(FLAGS, ifa_msghdr70, ifam_flags, 8, 4)                                                                 \
    X(METRIC, ifa_msghdr70, ifam_metric, 12, 4)                                                              \
    X(INDEX, ifa_msghdr70, ifam_index, 16, 2)

#define MH_NETBSD_ANNOUNCE_SIZE 24
#define MH_NETBSD_ANNOUNCE_NAME 6
#define MH_NETBSD_ANNOUNCE(X)                                                                                \
    X(MSGLEN, if_announcemsghdr, ifan_msglen, 0, 2)                                                          \
    X(VERSION, if_announcemsghdr, ifan_version, 2, 1)                                                        \
    X(TYPE, if_announcemsghdr, ifan_type, 3, 1)                                                              \
    X(INDEX, if_announcemsghdr, ifan_index, 4, 2)                                                            \
    X(WHAT, if_announcemsghdr, ifan_what, 22, 2)

/* X(name, number, form, meaning). Types that both have, then those of NetBSD 8 and later, then those before.
 */
#define MH_NETBSD_TYPES(X)                                                                                   \
    X(RTM_ADD, 1, ROUTE, ADD)                                                                                \
    X(RTM_DELETE, 2, ROUTE, DELETE)                                                                          \
    X(RTM_CHANGE, 3, ROUTE, CHANGE)                                                                          \
    X(RTM_GET, 4, ROUTE, GET)                                                                                \
    X(RTM_LOSING, 5, ROUTE, NOTHING)                                                                         \
    X(RTM_REDIRECT, 6, ROUTE, REDIRECT)                                                                      \
    X(RTM_MISS, 7, ROUTE, NOTHING)                                                                           \
    X(RTM_LOCK, 8, ROUTE, NOTHING)                                                                           \
    X(RTM_OLDADD, 9, OPAQUE, NOTHING)                                                                        \
    X(RTM_OLDDEL, 10, OPAQUE, NOTHING)                                                                       \
    X(RTM_OOIFINFO, 14, OPAQUE, NOTHING)                                                                     \
    X(RTM_OIFINFO, 15, OPAQUE, NOTHING)                                                                      \
    X(RTM_IFANNOUNCE, 16, ANNOUNCE, ANNOUNCE)                                                                \
    X(RTM_IEEE80211, 17, OPAQUE, NOTHING)                                                                    \
    X(RTM_SETGATE, 18, ROUTE, NOTHING)                                                                       \
    X(RTM_LLINFO_UPD, 19, ROUTE, NOTHING)                                                                    \
    X(RTM_IFINFO, 20, INTERFACE, INTERFACE)
#define MH_NETBSD_TYPES_8(X)                                                                                 \
    X(RTM_ONEWADDR, 12, OLD_ADDRESS, NOTHING)                                                                \
    X(RTM_ODELADDR, 13, OLD_ADDRESS, NOTHING)                                                                \
    X(RTM_OCHGADDR, 21, OLD_ADDRESS, NOTHING)                                                                \
    X(RTM_NEWADDR, 22, ADDRESS, NEW_ADDRESS)                                                                 \
    X(RTM_DELADDR, 23, ADDRESS, DELETED_ADDRESS)                                                             \
    X(RTM_CHGADDR, 24, ADDRESS, CHANGED_ADDRESS)
#define MH_NETBSD_TYPES_7(X)                                                                                 \
    X(RTM_RESOLVE, 11, ROUTE, NOTHING)                                                                       \
    X(RTM_NEWADDR, 12, OLD_ADDRESS, NEW_ADDRESS)                                                             \
    X(RTM_DELADDR, 13, OLD_ADDRESS, DELETED_ADDRESS)                                                         \
    X(RTM_CHGADDR, 21, OLD_ADDRESS, CHANGED_ADDRESS)

/* X(prefix, name, value) */
#define MH_NETBSD_ROUTE_FLAGS(X)                                                                             \
    X(RTF, UP, 0x1)                                                                                          \
    X(RTF, GATEWAY, 0x2)                                                                                     \
    X(RTF, HOST, 0x4)                                                                                        \
    X(RTF, REJECT, 0x8)                                                                                      \
    X(RTF, DYNAMIC, 0x10)                                                                                    \
    X(RTF, MODIFIED, 0x20)                                                                                   \
    X(RTF, DONE, 0x40)                                                                                       \
    X(RTF, MASK, 0x80)                                                                                       \
    X(RTF, CONNECTED, 0x100)                                                                                 \
    X(RTF, LLDATA, 0x400)                                                                                    \
    X(RTF, STATIC, 0x800)                                                                                    \
    X(RTF, BLACKHOLE, 0x1000)                                                                                \
    X(RTF, PROTO2, 0x4000)                                                                                   \
    X(RTF, PROTO1, 0x8000)                                                                                   \
    X(RTF, SRC, 0x10000)                                                                                     \
    X(RTF, ANNOUNCE, 0x20000)                                                                                \
    X(RTF, LOCAL, 0x40000)                                                                                   \
    X(RTF, BROADCAST, 0x80000)                                                                               \
    X(RTF, UPDATING, 0x100000)

#define MH_NETBSD_INTERFACE_FLAGS(X)                                                                         \
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
    X(IFF, MULTICAST, 0x8000)

#define MH_NETBSD_SLOTS(X) X(DST) X(GATEWAY) X(NETMASK) X(GENMASK) X(IFP) X(IFA) X(AUTHOR) X(BRD) X(TAG)

/* IN6_IFF_* and IN_IFF_* of ifam_addrflags. */
#define MH_NETBSD_ADDRESS_FLAGS(X)                                                                           \
    X(IN6_IFF, ANYCAST, 0x01)                                                                                \
    X(IN6_IFF, TENTATIVE, 0x02)                                                                              \
    X(IN6_IFF, DUPLICATED, 0x04)                                                                             \
    X(IN6_IFF, DETACHED, 0x08)                                                                               \
    X(IN6_IFF, DEPRECATED, 0x10)                                                                             \
    X(IN6_IFF, AUTOCONF, 0x40)                                                                               \
    X(IN6_IFF, TEMPORARY, 0x80)                                                                              \
    X(IN_IFF, TENTATIVE, 0x01)                                                                               \
    X(IN_IFF, DUPLICATED, 0x02)

/* X(name, value): the other constants. */
#define MH_NETBSD_CONSTANTS(X)                                                                               \
    X(RTM_VERSION, 4)                                                                                        \
    X(AF_INET, 2)                                                                                            \
    X(AF_LINK, 18)                                                                                           \
    X(AF_INET6, 24)                                                                                          \
    X(PF_ROUTE, 34)                                                                                          \
    X(RTAX_MAX, 9)                                                                                           \
    X(RTV_MTU, 1)                                                                                            \
    X(LINK_STATE_DOWN, 1)                                                                                    \
    X(LINK_STATE_UP, 2)                                                                                      \
    X(IFAN_ARRIVAL, 0)                                                                                       \
    X(IFAN_DEPARTURE, 1)                                                                                     \
    X(NET_RT_DUMP, 1)                                                                                        \
    X(NET_RT_FLAGS, 2)                                                                                       \
    X(NET_RT_OIFLIST, 5)                                                                                     \
    X(NET_RT_IFLIST, 6)                                                                                      \
    X(SO_USELOOPBACK, 64)                                                                                    \
    X(IFNAMSIZ, 16)

#define MH_NETBSD_LINK_SIZE 32
#define MH_NETBSD_OLD_LINK_SIZE 20

#endif
