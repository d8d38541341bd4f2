/* OpenBSD's figures, as its own compiler sees them. */
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
#include <netinet6/in6_var.h>

MH_CHECK_SIZE(rt_msghdr, MH_OPENBSD_ROUTE_SIZE)
MH_OPENBSD_ROUTE(MH_CHECK_FIELD)
MH_CHECK_SIZE(if_msghdr, MH_OPENBSD_INTERFACE_SIZE(MH_CHECK_WIDE_ALIGNMENT))
MH_CHECK_OFFSET(if_msghdr, ifm_data, MH_OPENBSD_INTERFACE_DATA)
MH_OPENBSD_INTERFACE(MH_CHECK_FIELD, MH_CHECK_WIDE_ALIGNMENT)
MH_CHECK_SIZE(ifa_msghdr, MH_OPENBSD_ADDRESS_SIZE)
MH_OPENBSD_ADDRESS(MH_CHECK_FIELD)
MH_CHECK_SIZE(if_announcemsghdr, MH_OPENBSD_ANNOUNCE_SIZE)
MH_CHECK_OFFSET(if_announcemsghdr, ifan_name, MH_OPENBSD_ANNOUNCE_NAME)
MH_OPENBSD_ANNOUNCE(MH_CHECK_FIELD)

MH_OPENBSD_TYPES(MH_CHECK_TYPE)
MH_OPENBSD_ROUTE_FLAGS(MH_CHECK_FLAG)
MH_OPENBSD_INTERFACE_FLAGS(MH_CHECK_FLAG)
MH_OPENBSD_CONSTANTS(MH_CHECK_CONSTANT)
#include "ioctl_check.h"
#define CHECK_SLOT(name) _Static_assert(RTA_##name == 1 << RTAX_##name, "RTA_" #name);
MH_OPENBSD_SLOTS(CHECK_SLOT)
MH_CHECK_SIZE(sockaddr_dl, MH_OPENBSD_LINK_SIZE)
MH_CHECK_SIZE(sockaddr_rtlabel, MH_OPENBSD_LABEL_SIZE)
MH_CHECK_SIZE(if_nameindex_msg, MH_OPENBSD_NAME_SIZE)
MH_CHECK_ADDRESSES

MH_BSD_READ_CONSTANTS(MH_CHECK_CONSTANT)
MH_OPENBSD_READ_CONSTANTS(MH_CHECK_CONSTANT)
MH_CHECK_SIZE(in6_ifreq, MH_BSD_IN6_IFREQ_SIZE)
MH_BSD_IN6_IFREQ(MH_CHECK_OFFSET, 8)
MH_CHECK_GROUPS
_Static_assert(sizeof(time_t) == 8, "time_t");
