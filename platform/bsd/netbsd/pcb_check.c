/* NetBSD's figures of sockets, open files and processes, as its own compiler sees them. */
#include "pcb_figures.h"

#include "../layout_check.h"

#include <sys/param.h>
#include <sys/types.h>

#include <sys/socket.h>
#include <sys/sysctl.h>

#include <netinet/in.h>

#include <netinet/in_pcb.h>
#include <netinet/tcp_fsm.h>

MH_CHECK_SIZE(kinfo_pcb, MH_NETBSD_PCB_SIZE)
MH_NETBSD_PCB(MH_CHECK_FIELD)
MH_NETBSD_FILE(MH_CHECK_FIELD)
MH_NETBSD_PROCESS(MH_CHECK_FIELD)
MH_CHECK_SIZE(sysctlnode, MH_NETBSD_NODE_SIZE)
MH_CHECK_OFFSET(sysctlnode, sysctl_flags, 0)
MH_NETBSD_NODE(MH_CHECK_FIELD)
MH_NETBSD_PCB_CONSTANTS(MH_CHECK_CONSTANT)
