/* OpenBSD's figures of sockets, open files and processes. A row is X(FIELD, structure, member, offset,
 * width). On i386, which aligns 64-bit numbers to 4, t_state is S = 4 octets lower (elsewhere S is 0). */
#ifndef MH_BSD_OPENBSD_PCB_FIGURES_H
#define MH_BSD_OPENBSD_PCB_FIGURES_H

/* kern.file: of sockets (KERN_FILE_BYFILE), and of what processes have open (KERN_FILE_BYPID) */
#define MH_OPENBSD_PCB(X, S)                                                                                 \
    X(KIND, kinfo_file, so_type, 272, 4)                                                                     \
    X(KEY, kinfo_file, so_pcb, 280, 8)                                                                       \
    X(PROTOCOL, kinfo_file, so_protocol, 288, 4)                                                             \
    X(FAMILY, kinfo_file, so_family, 292, 4)                                                                 \
    X(LOCAL_PORT, kinfo_file, inp_lport, 304, 4)                                                             \
    X(LOCAL, kinfo_file, inp_laddru, 308, 16)                                                                \
    X(REMOTE_PORT, kinfo_file, inp_fport, 324, 4)                                                            \
    X(REMOTE, kinfo_file, inp_faddru, 328, 16)                                                               \
    X(TABLE, kinfo_file, inp_rtableid, 424, 4)                                                               \
    X(STATE, kinfo_file, t_state, 596 - (S), 4)                                                              \
    X(FILE_TYPE, kinfo_file, f_type, 16, 4)                                                                  \
    X(FILE_KEY, kinfo_file, so_pcb, 280, 8)                                                                  \
    X(FILE_PID, kinfo_file, p_pid, 376, 4)                                                                   \
    X(FILE_NAME, kinfo_file, p_comm, 400, 24)

/* kern.proc */
#define MH_OPENBSD_PROCESS(X)                                                                                \
    X(PID, kinfo_proc, p_pid, 108, 4)                                                                        \
    X(PARENT, kinfo_proc, p_ppid, 112, 4)                                                                    \
    X(NAME, kinfo_proc, p_comm, 312, 24)

/* X(name, value) */
#define MH_OPENBSD_PCB_CONSTANTS(X)                                                                          \
    X(KERN_PROC, 66)                                                                                         \
    X(KERN_FILE, 73)                                                                                         \
    X(KERN_PROC_PID, 1)                                                                                      \
    X(KERN_FILE_BYFILE, 1)                                                                                   \
    X(KERN_FILE_BYPID, 2)                                                                                    \
    X(DTYPE_SOCKET, 2)                                                                                       \
    X(SOCK_STREAM, 1)                                                                                        \
    X(SOCK_DGRAM, 2)                                                                                         \
    X(TCPS_LISTEN, 1)                                                                                        \
    X(TCPS_ESTABLISHED, 4)

#endif
