/* FreeBSD's figures of sockets, open files and processes, as its own compiler sees them. */
#include "pcb_figures.h"

#include "../layout_check.h"

#include <sys/param.h>
#include <sys/types.h>

#include <sys/queue.h>
#include <sys/socket.h>

#include <sys/file.h>
#include <sys/socketvar.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <netinet/in.h>

#include <netinet/in_pcb.h>
#include <netinet/tcp.h>
#include <netinet/tcp_fsm.h>
#include <netinet/tcp_var.h>
#include <netinet/udp.h>
#include <netinet/udp_var.h>

#define IS_I386 (MH_CHECK_WIDE_ALIGNMENT == 4)
#define COMM (sizeof(long) == 8 ? MH_FREEBSD_COMM_64 : IS_I386 ? MH_FREEBSD_COMM_I386 : MH_FREEBSD_COMM_32)

MH_CHECK_SIZE(xinpgen, MH_FREEBSD_PCB_HEAD_SIZE)
MH_FREEBSD_PCB_HEAD(MH_CHECK_FIELD)
MH_CHECK_SIZE(xinpcb, MH_FREEBSD_PCB_SIZE)
MH_FREEBSD_PCB(MH_CHECK_FIELD, IS_I386 ? 4 : 0)
MH_CHECK_OFFSET(xinpcb, inp_inc.inc_ie.ie_laddr, 272 + 12)
MH_CHECK_OFFSET(xinpcb, inp_inc.inc_ie.ie_faddr, 256 + 12)
MH_CHECK_SIZE(xtcpcb, MH_FREEBSD_TCP_SIZE)
MH_CHECK_OFFSET(xtcpcb, xt_inp, MH_FREEBSD_TCP_PCB)
MH_CHECK_OFFSET(xtcpcb, xt_len, 0)
MH_CHECK_OFFSET(xinpcb, xi_len, 0)
MH_FREEBSD_TCP(MH_CHECK_FIELD)
MH_CHECK_SIZE(xfile, MH_FREEBSD_FILE_SIZE)
MH_CHECK_OFFSET(xfile, xf_size, 0)
MH_FREEBSD_FILE(MH_CHECK_FIELD)
MH_FREEBSD_PROCESS(MH_CHECK_FIELD, sizeof(long), COMM)
MH_FREEBSD_PCB_CONSTANTS(MH_CHECK_CONSTANT)
