/* OpenBSD's figures of sockets, open files and processes, as its own compiler sees them. */
#include "pcb_figures.h"

#include "../layout_check.h"

#include <sys/param.h>
#include <sys/types.h>

#include <sys/socket.h>
#include <sys/sysctl.h>

#include <sys/file.h>

#include <netinet/in.h>

#include <netinet/tcp_fsm.h>

MH_OPENBSD_PCB(MH_CHECK_FIELD, MH_CHECK_WIDE_ALIGNMENT == 4 ? 4 : 0)
MH_OPENBSD_PROCESS(MH_CHECK_FIELD)
MH_OPENBSD_PCB_CONSTANTS(MH_CHECK_CONSTANT)
