/* NetBSD's figures of sockets, open files, processes and nodes of sysctl(3), alike on all machines. A row is
 * X(FIELD, structure, member, offset, width). */
#ifndef MH_BSD_NETBSD_PCB_FIGURES_H
#define MH_BSD_NETBSD_PCB_FIGURES_H

/* net.inet.tcp.pcblist and the like */
#define MH_NETBSD_PCB_SIZE 640
#define MH_NETBSD_PCB(X)                                                                                     \
    X(KEY, kinfo_pcb, ki_sockaddr, 16, 8)                                                                    \
    X(FAMILY, kinfo_pcb, ki_family, 24, 4)                                                                   \
    X(PROTOCOL, kinfo_pcb, ki_protocol, 32, 4)                                                               \
    X(FLAGS, kinfo_pcb, ki_pflags, 36, 4)                                                                    \
    X(STATE, kinfo_pcb, ki_tstate, 48, 4)                                                                    \
    X(LOCAL, kinfo_pcb, ki_s, 72, 264)                                                                       \
    X(REMOTE, kinfo_pcb, ki_d, 336, 264)

/* kern.file2 */
#define MH_NETBSD_FILE(X)                                                                                    \
    X(FILE_TYPE, kinfo_file, ki_ftype, 16, 4)                                                                \
    X(FILE_KEY, kinfo_file, ki_fdata, 64, 8)                                                                 \
    X(FILE_PID, kinfo_file, ki_pid, 104, 4)

/* kern.proc2 */
#define MH_NETBSD_PROCESS(X)                                                                                 \
    X(PID, kinfo_proc2, p_pid, 116, 4)                                                                       \
    X(PARENT, kinfo_proc2, p_ppid, 120, 4)                                                                   \
    X(NAME, kinfo_proc2, p_comm, 368, 24)

/* What CTL_QUERY tells, and is asked with. */
#define MH_NETBSD_NODE_SIZE 96
#define MH_NETBSD_NODE(X)                                                                                    \
    X(NODE_NUMBER, sysctlnode, sysctl_num, 4, 4)                                                             \
    X(NODE_NAME, sysctlnode, sysctl_name, 8, 32)

/* X(name, value) */
#define MH_NETBSD_PCB_CONSTANTS(X)                                                                           \
    X(KERN_PROC2, 47)                                                                                        \
    X(KERN_FILE2, 77)                                                                                        \
    X(KERN_PROC_PID, 1)                                                                                      \
    X(KERN_FILE_BYPID, 2)                                                                                    \
    X(CTL_QUERY, -2)                                                                                         \
    X(SYSCTL_VERSION, 0x01000000)                                                                            \
    X(PCB_ALL, 0)                                                                                            \
    X(TCPS_LISTEN, 1)                                                                                        \
    X(TCPS_ESTABLISHED, 4)                                                                                   \
    X(IN6P_IPV6_V6ONLY, 0x8000)

#endif
