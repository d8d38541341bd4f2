/* DOC: What a BSD's sysctl(3) tells of sockets (protocol control blocks), of who has them open, and of
 * processes. FreeBSD lists the sockets of a protocol (net.inet.tcp.pcblist: struct xinpgen, xtcpcb, ...,
 * xinpgen; lengths stand in front of each) and the open files of all processes (kern.file: struct xfile).
 * NetBSD lists the sockets of a protocol and family (struct kinfo_pcb) under numbers that have to be asked
 * for (struct sysctlnode), OpenBSD all of them (kern.file: struct kinfo_file). What names a socket in both
 * lists is an address in the kernel, which is told to root only.
 *
 * Pure; any thread. Bytes are hostile: nothing beyond `length` is read, and every call gets on. Figures are
 * from the systems' headers (SYSTEM/pcb_figures.h); no recording of a kernel shows these tables. */
#ifndef MH_BSD_PCB_H
#define MH_BSD_PCB_H

#include "core/endpoints.h"
#include "rtmsg.h"

/* What is read of the records. Of sockets: KEY names it, FAMILY is AF_* or FreeBSD's INP_* bits, KIND is
 * SOCK_*, TABLE a FIB or rtable. */
enum mh_pcb_field {
    MH_PCB_LENGTH,
    MH_PCB_KEY,
    MH_PCB_FAMILY,
    MH_PCB_KIND,
    MH_PCB_PROTOCOL,
    MH_PCB_STATE,
    MH_PCB_FLAGS,
    MH_PCB_LOCAL,
    MH_PCB_REMOTE,
    MH_PCB_LOCAL_PORT,
    MH_PCB_REMOTE_PORT,
    MH_PCB_TOS,
    MH_PCB_UID,
    MH_PCB_TABLE,
    MH_PCB_FILE_TYPE,
    MH_PCB_FILE_KEY,
    MH_PCB_FILE_PID,
    MH_PCB_FILE_NAME,
    MH_PCB_PID,
    MH_PCB_PARENT,
    MH_PCB_NAME,
    MH_PCB_NODE_NUMBER,
    MH_PCB_NODE_NAME,
    MH_PCB_FIELD_COUNT
};

/* Where it stands in its record, and its octets; 0: this system does not tell it. */
struct mh_pcb_place {
    uint16_t offset, width;
};

struct mh_pcb_layout {
    uint8_t system;       /* enum mh_rt_system */
    uint16_t socket_size; /* octets of a record as they are asked for; FreeBSD: what is needed of it */
    uint16_t tcp_size;    /* FreeBSD's of TCP, in which the other begins at tcp_offset */
    uint16_t tcp_offset;
    uint16_t file_size, process_size;
    struct mh_pcb_place places[MH_PCB_FIELD_COUNT];
};

/* Never NULL: each layout of messages has one. */
const struct mh_pcb_layout *mh_pcb_layout_of(const struct mh_rt_layout *layout);

/* A table as it was read. */
struct mh_pcb_table {
    const struct mh_rt_layout *layout;
    const uint8_t *bytes;
    size_t length;
};

/* Adds the sockets in one of `states` (enum mh_endpoint_state, bits). `protocol`: whose list it is; OpenBSD's
 * holds both. inode is the socket's key; a link-local address has its zone in `interface`. MH_MALFORMED: a
 * record is cut or says a length that cannot be; MH_LIMIT and MH_NO_MEMORY as mh_endpoints_add. */
enum mh_error mh_pcb_read_sockets(const struct mh_pcb_table *table, uint8_t protocol, unsigned states,
                                  struct mh_endpoints *endpoints, struct mh_failure *failure);

/* A socket that a process has open. */
struct mh_pcb_file {
    uint64_t key; /* never 0 */
    uint32_t pid;
    char process[MH_PROCESS_NAME_SIZE]; /* OpenBSD; empty elsewhere */
};

/* The next socket among the open files, from *offset on, which is moved behind it. MH_NOT_FOUND: there is no
 * other; MH_MALFORMED: a record is cut, or says a length that cannot be. */
enum mh_error mh_pcb_next_file(const struct mh_pcb_table *table, size_t *offset, struct mh_pcb_file *file);

struct mh_pcb_process {
    uint32_t pid, parent;
    char name[MH_PROCESS_NAME_SIZE]; /* printable ASCII */
};

/* The one process that was asked for. MH_NOT_FOUND: there is none; MH_MALFORMED. */
enum mh_error mh_pcb_read_process(const struct mh_pcb_table *table, struct mh_pcb_process *process);

/* NetBSD: the number of the node `name` among those that CTL_QUERY told of. MH_NOT_FOUND, MH_MALFORMED. */
enum mh_error mh_pcb_find_node(const struct mh_pcb_table *table, const char *name, int32_t *number);

#endif
