/* The structures that go to and fro, as documented for 64-bit Windows: a header that has them otherwise (a
 * missing member, another enum's size) does not pass. */
#include "windows/iphlp.h"

#include <stddef.h>

#define SIZE(structure, size) _Static_assert(sizeof(structure) == (size), #structure)
#define OFFSET(structure, member, offset)                                                                    \
    _Static_assert(offsetof(structure, member) == (offset), #structure "." #member)

SIZE(SOCKADDR_INET, 28);
SIZE(IP_ADDRESS_PREFIX, 32);

SIZE(MIB_IF_ROW2, 1352);
OFFSET(MIB_IF_ROW2, InterfaceIndex, 8);
OFFSET(MIB_IF_ROW2, InterfaceGuid, 12);
OFFSET(MIB_IF_ROW2, Alias, 28);
OFFSET(MIB_IF_ROW2, Description, 542);
OFFSET(MIB_IF_ROW2, PhysicalAddressLength, 1056);
OFFSET(MIB_IF_ROW2, PhysicalAddress, 1060);
OFFSET(MIB_IF_ROW2, Mtu, 1124);
OFFSET(MIB_IF_ROW2, Type, 1128);
OFFSET(MIB_IF_ROW2, TunnelType, 1132);
OFFSET(MIB_IF_ROW2, AccessType, 1144);
OFFSET(MIB_IF_ROW2, InterfaceAndOperStatusFlags, 1152);
OFFSET(MIB_IF_ROW2, OperStatus, 1156);
OFFSET(MIB_IF_ROW2, AdminStatus, 1160);
OFFSET(MIB_IF_TABLE2, Table, 8);

SIZE(MIB_UNICASTIPADDRESS_ROW, 80);
OFFSET(MIB_UNICASTIPADDRESS_ROW, InterfaceLuid, 32);
OFFSET(MIB_UNICASTIPADDRESS_ROW, InterfaceIndex, 40);
OFFSET(MIB_UNICASTIPADDRESS_ROW, PrefixOrigin, 44);
OFFSET(MIB_UNICASTIPADDRESS_ROW, SuffixOrigin, 48);
OFFSET(MIB_UNICASTIPADDRESS_ROW, ValidLifetime, 52);
OFFSET(MIB_UNICASTIPADDRESS_ROW, PreferredLifetime, 56);
OFFSET(MIB_UNICASTIPADDRESS_ROW, OnLinkPrefixLength, 60);
OFFSET(MIB_UNICASTIPADDRESS_ROW, SkipAsSource, 61);
OFFSET(MIB_UNICASTIPADDRESS_ROW, DadState, 64);
OFFSET(MIB_UNICASTIPADDRESS_TABLE, Table, 8);

SIZE(MIB_IPFORWARD_ROW2, 104);
OFFSET(MIB_IPFORWARD_ROW2, InterfaceIndex, 8);
OFFSET(MIB_IPFORWARD_ROW2, DestinationPrefix, 12);
OFFSET(MIB_IPFORWARD_ROW2, NextHop, 44);
OFFSET(MIB_IPFORWARD_ROW2, ValidLifetime, 76);
OFFSET(MIB_IPFORWARD_ROW2, Metric, 84);
OFFSET(MIB_IPFORWARD_ROW2, Protocol, 88);
OFFSET(MIB_IPFORWARD_ROW2, Loopback, 92);
OFFSET(MIB_IPFORWARD_ROW2, Publish, 94);
OFFSET(MIB_IPFORWARD_ROW2, Immortal, 95);
OFFSET(MIB_IPFORWARD_ROW2, Origin, 100);
OFFSET(MIB_IPFORWARD_TABLE2, Table, 8);

SIZE(MIB_IPNET_ROW2, 88);
OFFSET(MIB_IPNET_ROW2, InterfaceIndex, 28);
OFFSET(MIB_IPNET_ROW2, InterfaceLuid, 32);
OFFSET(MIB_IPNET_ROW2, PhysicalAddress, 40);
OFFSET(MIB_IPNET_ROW2, PhysicalAddressLength, 72);
OFFSET(MIB_IPNET_ROW2, State, 76);
OFFSET(MIB_IPNET_ROW2, Flags, 80);
OFFSET(MIB_IPNET_TABLE2, Table, 8);

SIZE(MIB_IPINTERFACE_ROW, 168);
OFFSET(MIB_IPINTERFACE_ROW, InterfaceLuid, 8);
OFFSET(MIB_IPINTERFACE_ROW, InterfaceIndex, 16);
OFFSET(MIB_IPINTERFACE_ROW, ForwardingEnabled, 41);
OFFSET(MIB_IPINTERFACE_ROW, WeakHostSend, 42);
OFFSET(MIB_IPINTERFACE_ROW, WeakHostReceive, 43);
OFFSET(MIB_IPINTERFACE_ROW, UseAutomaticMetric, 44);
OFFSET(MIB_IPINTERFACE_ROW, SitePrefixLength, 144);
OFFSET(MIB_IPINTERFACE_ROW, Metric, 148);
OFFSET(MIB_IPINTERFACE_ROW, NlMtu, 152);
OFFSET(MIB_IPINTERFACE_TABLE, Table, 8);

/* Of the replies to probes: these have pointers, whose size is that of the program. */
#if defined(_WIN64)
SIZE(ICMP_ECHO_REPLY, 40);
OFFSET(ICMP_ECHO_REPLY, Options, 24);
#else
SIZE(ICMP_ECHO_REPLY, 28);
OFFSET(ICMP_ECHO_REPLY, Options, 20);
#endif
OFFSET(ICMP_ECHO_REPLY, Status, 4);
OFFSET(ICMP_ECHO_REPLY, RoundTripTime, 8);
OFFSET(ICMP_ECHO_REPLY, DataSize, 12);
OFFSET(ICMP_ECHO_REPLY, Data, 16);
