/* NetBSD's figures (of 8 and later), as its own compiler sees them. */
#include "figures.h"

#include "../ioctl_read_figures.h"
#include "../layout_check.h"

#include <sys/types.h>

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <net/if.h>
#include <net/if_dl.h>
#include <net/route.h>
#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netinet6/in6_var.h>

MH_CHECK_SIZE(rt_msghdr, MH_NETBSD_ROUTE_SIZE)
MH_NETBSD_ROUTE(MH_CHECK_FIELD)
MH_CHECK_SIZE(if_msghdr, MH_NETBSD_INTERFACE_SIZE)
MH_CHECK_OFFSET(if_msghdr, ifm_data, MH_NETBSD_INTERFACE_DATA)
MH_NETBSD_INTERFACE(MH_CHECK_FIELD)
MH_CHECK_SIZE(ifa_msghdr, MH_NETBSD_ADDRESS_SIZE)
MH_NETBSD_ADDRESS(MH_CHECK_FIELD)
MH_CHECK_SIZE(if_announcemsghdr, MH_NETBSD_ANNOUNCE_SIZE)
MH_CHECK_OFFSET(if_announcemsghdr, ifan_name, MH_NETBSD_ANNOUNCE_NAME)
MH_NETBSD_ANNOUNCE(MH_CHECK_FIELD)

MH_NETBSD_TYPES(MH_CHECK_TYPE)
MH_NETBSD_TYPES_8(MH_CHECK_TYPE)
MH_NETBSD_ROUTE_FLAGS(MH_CHECK_FLAG)
MH_NETBSD_INTERFACE_FLAGS(MH_CHECK_FLAG)
MH_NETBSD_ADDRESS_FLAGS(MH_CHECK_FLAG)
MH_NETBSD_CONSTANTS(MH_CHECK_CONSTANT)
#include "ioctl_check.h"
#define CHECK_SLOT(name) _Static_assert(RTA_##name == 1 << RTAX_##name, "RTA_" #name);
MH_NETBSD_SLOTS(CHECK_SLOT)
MH_CHECK_SIZE(sockaddr_dl, MH_NETBSD_LINK_SIZE)
MH_CHECK_ADDRESSES

MH_BSD_READ_CONSTANTS(MH_CHECK_CONSTANT)
MH_NETBSD_READ_CONSTANTS(MH_CHECK_CONSTANT)
MH_CHECK_SIZE(in6_ifreq, MH_BSD_IN6_IFREQ_SIZE)
MH_BSD_IN6_IFREQ(MH_CHECK_OFFSET, 8)
MH_CHECK_SIZE(in6_addrpolicy, MH_BSD_ADDRPOLICY_SIZE)
MH_BSD_ADDRPOLICY(MH_CHECK_OFFSET)
_Static_assert(sizeof(time_t) == 8, "time_t");
