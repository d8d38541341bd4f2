/* FreeBSD's figures of sockets, open files and processes, as figures.h has those of routing messages. A row
 * is X(FIELD, structure, member, offset, width). The kernel pads what it tells of sockets and files to be
 * alike on all machines; on i386, which aligns 64-bit numbers to 4, the end of xinpcb is S = 4 octets lower
 * (elsewhere S is 0). W is sizeof(long), COMM where ki_comm is. */
#ifndef MH_BSD_FREEBSD_PCB_FIGURES_H
#define MH_BSD_FREEBSD_PCB_FIGURES_H

#define MH_FREEBSD_PCB_HEAD_SIZE 64 /* xinpgen */
#define MH_FREEBSD_PCB_HEAD(X) X(LENGTH, xinpgen, xig_len, 0, 8)

/* net.inet.udp.pcblist; within xtcpcb it begins at 8. */
#define MH_FREEBSD_PCB_SIZE 400
#define MH_FREEBSD_PCB(X, S)                                                                                 \
    X(KEY, xinpcb, xi_socket.xso_so, 16, 8)                                                                  \
    X(UID, xinpcb, xi_socket.so_uid, 128, 4)                                                                 \
    X(TABLE, xinpcb, inp_inc.inc_fibnum, 250, 2)                                                             \
    X(REMOTE_PORT, xinpcb, inp_inc.inc_ie.ie_fport, 252, 2)                                                  \
    X(LOCAL_PORT, xinpcb, inp_inc.inc_ie.ie_lport, 254, 2)                                                   \
    X(REMOTE, xinpcb, inp_inc.inc_ie.ie6_faddr, 256, 16)                                                     \
    X(LOCAL, xinpcb, inp_inc.inc_ie.ie6_laddr, 272, 16)                                                      \
    X(FLAGS, xinpcb, inp_flags, 356 - (S), 4)                                                                \
    X(TOS, xinpcb, inp_ip_tos, 390 - (S), 1)                                                                 \
    X(FAMILY, xinpcb, inp_vflag, 392 - (S), 1)

/* net.inet.tcp.pcblist */
#define MH_FREEBSD_TCP_SIZE 744
#define MH_FREEBSD_TCP_PCB 8
#define MH_FREEBSD_TCP(X) X(STATE, xtcpcb, t_state, 568, 4)

/* kern.file */
#define MH_FREEBSD_FILE_SIZE 128
#define MH_FREEBSD_FILE(X)                                                                                   \
    X(FILE_PID, xfile, xf_pid, 8, 4)                                                                         \
    X(FILE_TYPE, xfile, xf_type, 32, 2)                                                                      \
    X(FILE_KEY, xfile, xf_data, 56, 8)

/* kern.proc.pid */
#define MH_FREEBSD_COMM_64 447
#define MH_FREEBSD_COMM_32 383
#define MH_FREEBSD_COMM_I386 367
#define MH_FREEBSD_PROCESS(X, W, COMM)                                                                       \
    X(PID, kinfo_proc, ki_pid, 8 + 8 * (W), 4)                                                               \
    X(PARENT, kinfo_proc, ki_ppid, 12 + 8 * (W), 4)                                                          \
    X(NAME, kinfo_proc, ki_comm, COMM, 20)

/* X(name, value) */
#define MH_FREEBSD_PCB_CONSTANTS(X)                                                                          \
    X(KERN_PROC, 14)                                                                                         \
    X(KERN_FILE, 15)                                                                                         \
    X(KERN_PROC_PID, 1)                                                                                      \
    X(TCPCTL_PCBLIST, 11)                                                                                    \
    X(UDPCTL_PCBLIST, 5)                                                                                     \
    X(DTYPE_SOCKET, 2)                                                                                       \
    X(TCPS_LISTEN, 1)                                                                                        \
    X(TCPS_ESTABLISHED, 4)                                                                                   \
    X(INP_IPV4, 1)                                                                                           \
    X(INP_IPV6, 2)                                                                                           \
    X(IN6P_IPV6_V6ONLY, 0x8000)

#endif
