/* OpenBSD's requests of ioctl(2), as its own compiler sees them: a part of layout_check.c. */
#ifndef MH_BSD_OPENBSD_IOCTL_CHECK_H
#define MH_BSD_OPENBSD_IOCTL_CHECK_H

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
MH_OPENBSD_REQUESTS(CHECK_REQUEST)
MH_CHECK_REQUESTS

#endif
