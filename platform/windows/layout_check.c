/* The structures that go to and fro, as learn.microsoft.com documents them (ws2ipdef.h, ifdef.h, netioapi.h,
 * tcpmib.h, udpmib.h): members in their order, each aligned to its own size as the compilers of
 * Windows do it. A header that has them otherwise (a missing member, another enum's size) does not pass.
 * Nothing but assertions; besides the build, tests/codec/check_windows.py compiles them with other headers
 * and for other machines. */
#include "windows/iphlp.h"
#include "windows/npcap.h"

#include <stddef.h>

/* Other than 0 where the assertions themselves are tested: each must fail then. */
#ifndef MH_CHECK_SHIFT
#define MH_CHECK_SHIFT 0
#endif

#define SIZE(structure, size) _Static_assert(sizeof(structure) == (size) + MH_CHECK_SHIFT, #structure)
#define OFFSET(structure, member, offset)                                                                    \
    _Static_assert(offsetof(structure, member) == (offset) + MH_CHECK_SHIFT, #structure "." #member)

/* ---- addresses ------------------------------------------------------------------------------------ */

SIZE(SOCKADDR_INET, 28);
OFFSET(SOCKADDR_INET, Ipv4.sin_family, 0);
OFFSET(SOCKADDR_INET, Ipv4.sin_addr, 4);
OFFSET(SOCKADDR_INET, Ipv6.sin6_addr, 8);
OFFSET(SOCKADDR_INET, Ipv6.sin6_scope_id, 24);
OFFSET(SOCKADDR_INET, si_family, 0);

SIZE(IP_ADDRESS_PREFIX, 32);
OFFSET(IP_ADDRESS_PREFIX, Prefix, 0);
OFFSET(IP_ADDRESS_PREFIX, PrefixLength, 28);

SIZE(NET_LUID, 8);

/* ---- interfaces ----------------------------------------------------------------------------------- */

SIZE(MIB_IF_ROW2, 1352);
OFFSET(MIB_IF_ROW2, InterfaceLuid, 0);
OFFSET(MIB_IF_ROW2, InterfaceIndex, 8);
OFFSET(MIB_IF_ROW2, InterfaceGuid, 12);
OFFSET(MIB_IF_ROW2, Alias, 28);
OFFSET(MIB_IF_ROW2, Description, 542);
OFFSET(MIB_IF_ROW2, PhysicalAddressLength, 1056);
OFFSET(MIB_IF_ROW2, PhysicalAddress, 1060);
OFFSET(MIB_IF_ROW2, PermanentPhysicalAddress, 1092);
OFFSET(MIB_IF_ROW2, Mtu, 1124);
OFFSET(MIB_IF_ROW2, Type, 1128);
OFFSET(MIB_IF_ROW2, TunnelType, 1132);
OFFSET(MIB_IF_ROW2, MediaType, 1136);
OFFSET(MIB_IF_ROW2, PhysicalMediumType, 1140);
OFFSET(MIB_IF_ROW2, AccessType, 1144);
OFFSET(MIB_IF_ROW2, DirectionType, 1148);
OFFSET(MIB_IF_ROW2, InterfaceAndOperStatusFlags, 1152);
OFFSET(MIB_IF_ROW2, OperStatus, 1156);
OFFSET(MIB_IF_ROW2, AdminStatus, 1160);
OFFSET(MIB_IF_ROW2, MediaConnectState, 1164);
OFFSET(MIB_IF_ROW2, NetworkGuid, 1168);
OFFSET(MIB_IF_ROW2, ConnectionType, 1184);
OFFSET(MIB_IF_ROW2, TransmitLinkSpeed, 1192);
OFFSET(MIB_IF_ROW2, ReceiveLinkSpeed, 1200);
OFFSET(MIB_IF_ROW2, InOctets, 1208);
OFFSET(MIB_IF_ROW2, OutQLen, 1344);

SIZE(MIB_IF_TABLE2, 1360);
OFFSET(MIB_IF_TABLE2, NumEntries, 0);
OFFSET(MIB_IF_TABLE2, Table, 8);

/* ---- addresses of interfaces ---------------------------------------------------------------------- */

SIZE(MIB_UNICASTIPADDRESS_ROW, 80);
OFFSET(MIB_UNICASTIPADDRESS_ROW, Address, 0);
OFFSET(MIB_UNICASTIPADDRESS_ROW, InterfaceLuid, 32);
OFFSET(MIB_UNICASTIPADDRESS_ROW, InterfaceIndex, 40);
OFFSET(MIB_UNICASTIPADDRESS_ROW, PrefixOrigin, 44);
OFFSET(MIB_UNICASTIPADDRESS_ROW, SuffixOrigin, 48);
OFFSET(MIB_UNICASTIPADDRESS_ROW, ValidLifetime, 52);
OFFSET(MIB_UNICASTIPADDRESS_ROW, PreferredLifetime, 56);
OFFSET(MIB_UNICASTIPADDRESS_ROW, OnLinkPrefixLength, 60);
OFFSET(MIB_UNICASTIPADDRESS_ROW, SkipAsSource, 61);
OFFSET(MIB_UNICASTIPADDRESS_ROW, DadState, 64);
OFFSET(MIB_UNICASTIPADDRESS_ROW, ScopeId, 68);
OFFSET(MIB_UNICASTIPADDRESS_ROW, CreationTimeStamp, 72);

SIZE(MIB_UNICASTIPADDRESS_TABLE, 88);
OFFSET(MIB_UNICASTIPADDRESS_TABLE, NumEntries, 0);
OFFSET(MIB_UNICASTIPADDRESS_TABLE, Table, 8);

/* ---- routes --------------------------------------------------------------------------------------- */

SIZE(MIB_IPFORWARD_ROW2, 104);
OFFSET(MIB_IPFORWARD_ROW2, InterfaceLuid, 0);
OFFSET(MIB_IPFORWARD_ROW2, InterfaceIndex, 8);
OFFSET(MIB_IPFORWARD_ROW2, DestinationPrefix, 12);
OFFSET(MIB_IPFORWARD_ROW2, NextHop, 44);
OFFSET(MIB_IPFORWARD_ROW2, SitePrefixLength, 72);
OFFSET(MIB_IPFORWARD_ROW2, ValidLifetime, 76);
OFFSET(MIB_IPFORWARD_ROW2, PreferredLifetime, 80);
OFFSET(MIB_IPFORWARD_ROW2, Metric, 84);
OFFSET(MIB_IPFORWARD_ROW2, Protocol, 88);
OFFSET(MIB_IPFORWARD_ROW2, Loopback, 92);
OFFSET(MIB_IPFORWARD_ROW2, AutoconfigureAddress, 93);
OFFSET(MIB_IPFORWARD_ROW2, Publish, 94);
OFFSET(MIB_IPFORWARD_ROW2, Immortal, 95);
OFFSET(MIB_IPFORWARD_ROW2, Age, 96);
OFFSET(MIB_IPFORWARD_ROW2, Origin, 100);

SIZE(MIB_IPFORWARD_TABLE2, 112);
OFFSET(MIB_IPFORWARD_TABLE2, NumEntries, 0);
OFFSET(MIB_IPFORWARD_TABLE2, Table, 8);

/* ---- neighbours ----------------------------------------------------------------------------------- */

SIZE(MIB_IPNET_ROW2, 88);
OFFSET(MIB_IPNET_ROW2, Address, 0);
OFFSET(MIB_IPNET_ROW2, InterfaceIndex, 28);
OFFSET(MIB_IPNET_ROW2, InterfaceLuid, 32);
OFFSET(MIB_IPNET_ROW2, PhysicalAddress, 40);
OFFSET(MIB_IPNET_ROW2, PhysicalAddressLength, 72);
OFFSET(MIB_IPNET_ROW2, State, 76);
OFFSET(MIB_IPNET_ROW2, Flags, 80);
OFFSET(MIB_IPNET_ROW2, ReachabilityTime, 84);

SIZE(MIB_IPNET_TABLE2, 96);
OFFSET(MIB_IPNET_TABLE2, NumEntries, 0);
OFFSET(MIB_IPNET_TABLE2, Table, 8);

/* ---- settings ------------------------------------------------------------------------------------- */

SIZE(MIB_IPINTERFACE_ROW, 168);
OFFSET(MIB_IPINTERFACE_ROW, Family, 0);
OFFSET(MIB_IPINTERFACE_ROW, InterfaceLuid, 8);
OFFSET(MIB_IPINTERFACE_ROW, InterfaceIndex, 16);
OFFSET(MIB_IPINTERFACE_ROW, MaxReassemblySize, 20);
OFFSET(MIB_IPINTERFACE_ROW, InterfaceIdentifier, 24);
OFFSET(MIB_IPINTERFACE_ROW, MinRouterAdvertisementInterval, 32);
OFFSET(MIB_IPINTERFACE_ROW, MaxRouterAdvertisementInterval, 36);
OFFSET(MIB_IPINTERFACE_ROW, AdvertisingEnabled, 40);
OFFSET(MIB_IPINTERFACE_ROW, ForwardingEnabled, 41);
OFFSET(MIB_IPINTERFACE_ROW, WeakHostSend, 42);
OFFSET(MIB_IPINTERFACE_ROW, WeakHostReceive, 43);
OFFSET(MIB_IPINTERFACE_ROW, UseAutomaticMetric, 44);
OFFSET(MIB_IPINTERFACE_ROW, UseNeighborUnreachabilityDetection, 45);
OFFSET(MIB_IPINTERFACE_ROW, ManagedAddressConfigurationSupported, 46);
OFFSET(MIB_IPINTERFACE_ROW, OtherStatefulConfigurationSupported, 47);
OFFSET(MIB_IPINTERFACE_ROW, AdvertiseDefaultRoute, 48);
OFFSET(MIB_IPINTERFACE_ROW, RouterDiscoveryBehavior, 52);
OFFSET(MIB_IPINTERFACE_ROW, DadTransmits, 56);
OFFSET(MIB_IPINTERFACE_ROW, BaseReachableTime, 60);
OFFSET(MIB_IPINTERFACE_ROW, RetransmitTime, 64);
OFFSET(MIB_IPINTERFACE_ROW, PathMtuDiscoveryTimeout, 68);
OFFSET(MIB_IPINTERFACE_ROW, LinkLocalAddressBehavior, 72);
OFFSET(MIB_IPINTERFACE_ROW, LinkLocalAddressTimeout, 76);
OFFSET(MIB_IPINTERFACE_ROW, ZoneIndices, 80);
OFFSET(MIB_IPINTERFACE_ROW, SitePrefixLength, 144);
OFFSET(MIB_IPINTERFACE_ROW, Metric, 148);
OFFSET(MIB_IPINTERFACE_ROW, NlMtu, 152);
OFFSET(MIB_IPINTERFACE_ROW, Connected, 156);
OFFSET(MIB_IPINTERFACE_ROW, SupportsWakeUpPatterns, 157);
OFFSET(MIB_IPINTERFACE_ROW, SupportsNeighborDiscovery, 158);
OFFSET(MIB_IPINTERFACE_ROW, SupportsRouterDiscovery, 159);
OFFSET(MIB_IPINTERFACE_ROW, ReachableTime, 160);
OFFSET(MIB_IPINTERFACE_ROW, TransmitOffload, 164);
OFFSET(MIB_IPINTERFACE_ROW, ReceiveOffload, 165);
OFFSET(MIB_IPINTERFACE_ROW, DisableDefaultRoutes, 166);

SIZE(MIB_IPINTERFACE_TABLE, 176);
OFFSET(MIB_IPINTERFACE_TABLE, NumEntries, 0);
OFFSET(MIB_IPINTERFACE_TABLE, Table, 8);

/* ---- sockets -------------------------------------------------------------------------------------- */

SIZE(MIB_TCPROW_OWNER_PID, 24);
OFFSET(MIB_TCPROW_OWNER_PID, dwState, 0);
OFFSET(MIB_TCPROW_OWNER_PID, dwLocalAddr, 4);
OFFSET(MIB_TCPROW_OWNER_PID, dwLocalPort, 8);
OFFSET(MIB_TCPROW_OWNER_PID, dwRemoteAddr, 12);
OFFSET(MIB_TCPROW_OWNER_PID, dwRemotePort, 16);
OFFSET(MIB_TCPROW_OWNER_PID, dwOwningPid, 20);

SIZE(MIB_TCPTABLE_OWNER_PID, 28);
OFFSET(MIB_TCPTABLE_OWNER_PID, dwNumEntries, 0);
OFFSET(MIB_TCPTABLE_OWNER_PID, table, 4);

SIZE(MIB_TCP6ROW_OWNER_PID, 56);
OFFSET(MIB_TCP6ROW_OWNER_PID, ucLocalAddr, 0);
OFFSET(MIB_TCP6ROW_OWNER_PID, dwLocalScopeId, 16);
OFFSET(MIB_TCP6ROW_OWNER_PID, dwLocalPort, 20);
OFFSET(MIB_TCP6ROW_OWNER_PID, ucRemoteAddr, 24);
OFFSET(MIB_TCP6ROW_OWNER_PID, dwRemoteScopeId, 40);
OFFSET(MIB_TCP6ROW_OWNER_PID, dwRemotePort, 44);
OFFSET(MIB_TCP6ROW_OWNER_PID, dwState, 48);
OFFSET(MIB_TCP6ROW_OWNER_PID, dwOwningPid, 52);

SIZE(MIB_TCP6TABLE_OWNER_PID, 60);
OFFSET(MIB_TCP6TABLE_OWNER_PID, dwNumEntries, 0);
OFFSET(MIB_TCP6TABLE_OWNER_PID, table, 4);

SIZE(MIB_UDPROW_OWNER_PID, 12);
OFFSET(MIB_UDPROW_OWNER_PID, dwLocalAddr, 0);
OFFSET(MIB_UDPROW_OWNER_PID, dwLocalPort, 4);
OFFSET(MIB_UDPROW_OWNER_PID, dwOwningPid, 8);

SIZE(MIB_UDPTABLE_OWNER_PID, 16);
OFFSET(MIB_UDPTABLE_OWNER_PID, dwNumEntries, 0);
OFFSET(MIB_UDPTABLE_OWNER_PID, table, 4);

SIZE(MIB_UDP6ROW_OWNER_PID, 28);
OFFSET(MIB_UDP6ROW_OWNER_PID, ucLocalAddr, 0);
OFFSET(MIB_UDP6ROW_OWNER_PID, dwLocalScopeId, 16);
OFFSET(MIB_UDP6ROW_OWNER_PID, dwLocalPort, 20);
OFFSET(MIB_UDP6ROW_OWNER_PID, dwOwningPid, 24);

SIZE(MIB_UDP6TABLE_OWNER_PID, 32);
OFFSET(MIB_UDP6TABLE_OWNER_PID, dwNumEntries, 0);
OFFSET(MIB_UDP6TABLE_OWNER_PID, table, 4);

/* ---- probes --------------------------------------------------------------------------------------- */

/* They have pointers, whose size is that of the program. */
#ifdef _WIN64
SIZE(ICMP_ECHO_REPLY, 40);
OFFSET(ICMP_ECHO_REPLY, Options, 24);
#endif
#ifndef _WIN64
SIZE(ICMP_ECHO_REPLY, 28);
OFFSET(ICMP_ECHO_REPLY, Options, 20);
#endif
OFFSET(ICMP_ECHO_REPLY, Status, 4);
OFFSET(ICMP_ECHO_REPLY, RoundTripTime, 8);
OFFSET(ICMP_ECHO_REPLY, DataSize, 12);
OFFSET(ICMP_ECHO_REPLY, Data, 16);

/* ---- frames --------------------------------------------------------------------------------------- */

/* struct pcap_pkthdr begins with winsock2.h's struct timeval. */
SIZE(struct timeval, 8);
SIZE(struct mh_pcap_header, 16);
OFFSET(struct mh_pcap_header, captured, sizeof(struct timeval));
OFFSET(struct mh_pcap_header, length, 12);
