/* FreeBSD's requests of ioctl(2), as its own compiler sees them: a part of layout_check.c. */
#ifndef MH_BSD_FREEBSD_IOCTL_CHECK_H
#define MH_BSD_FREEBSD_IOCTL_CHECK_H

#include "../ioctl_layout.h"
#include "../layout_check.h"
#include "ioctl_figures.h"

#include <sys/ioctl.h>
#include <sys/sockio.h>
#include <sys/time.h>

#include <fcntl.h>
#include <net/bpf.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet6/in6_var.h>

#define CHECK_REQUEST(name, number, structure, size)                                                         \
    MH_CHECK_CONSTANT(name, number)                                                                          \
    MH_CHECK_SIZE(structure, size)
MH_FREEBSD_REQUESTS(CHECK_REQUEST, sizeof(time_t))
MH_CHECK_REQUESTS
MH_CHECK_POLICY
MH_CHECK_CONSTANT(IN6_IFF_NODAD, MH_IOCTL_NO_DETECTION)
MH_CHECK_CONSTANT(IPV6CTL_ADDRCTLPOLICY, MH_IOCTL_POLICY_SYSCTL)
MH_CHECK_CONSTANT(SO_SETFIB, MH_IOCTL_SET_FIB)

#endif
