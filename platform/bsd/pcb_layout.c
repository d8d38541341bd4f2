/* Where things stand in what the systems tell of sockets, open files and processes. */
#include "freebsd/pcb_figures.h"
#include "netbsd/pcb_figures.h"
#include "openbsd/pcb_figures.h"
#include "pcb.h"

#include <string.h>

#define PLACE(field, structure, member, offset, width) [MH_PCB_##field] = {offset, width},

/* Sizes: what is needed of a record, so that one of a release with less behind it will do too. */
#define FREEBSD(W, S, COMM)                                                                                  \
    {                                                                                                        \
        .system = MH_RT_FREEBSD, .socket_size = 393 - (S), .tcp_size = 572,                                  \
        .tcp_offset = MH_FREEBSD_TCP_PCB, .file_size = 64, .process_size = (COMM) + 20, .places = {          \
            MH_FREEBSD_PCB_HEAD(PLACE) MH_FREEBSD_PCB(PLACE, S) MH_FREEBSD_TCP(PLACE) MH_FREEBSD_FILE(PLACE) \
                MH_FREEBSD_PROCESS(PLACE, W, COMM)                                                           \
        }                                                                                                    \
    }
#define OPENBSD(S)                                                                                           \
    {                                                                                                        \
        .system = MH_RT_OPENBSD, .socket_size = 600 - (S), .file_size = 600 - (S), .process_size = 336,      \
        .places = {                                                                                          \
            MH_OPENBSD_PCB(PLACE, S) MH_OPENBSD_PROCESS(PLACE)                                               \
        }                                                                                                    \
    }

static const struct mh_pcb_layout freebsd_64 = FREEBSD(8, 0, MH_FREEBSD_COMM_64);
static const struct mh_pcb_layout freebsd_32 = FREEBSD(4, 0, MH_FREEBSD_COMM_32);
static const struct mh_pcb_layout freebsd_i386 = FREEBSD(4, 4, MH_FREEBSD_COMM_I386);
static const struct mh_pcb_layout openbsd = OPENBSD(0);
static const struct mh_pcb_layout openbsd_i386 = OPENBSD(4);
static const struct mh_pcb_layout netbsd = {
    .system = MH_RT_NETBSD,
    .socket_size = MH_NETBSD_PCB_SIZE, /* the kernel takes no other */
    .file_size = 112,
    .process_size = 392,
    .places = {MH_NETBSD_PCB(PLACE) MH_NETBSD_FILE(PLACE) MH_NETBSD_PROCESS(PLACE) MH_NETBSD_NODE(PLACE)},
};

const struct mh_pcb_layout *mh_pcb_layout_of(const struct mh_rt_layout *layout)
{
    bool is_i386 = strncmp(layout->target, "x86-", 4) == 0;
    if (layout->system == MH_RT_NETBSD)
        return &netbsd;
    if (layout->system == MH_RT_OPENBSD)
        return is_i386 ? &openbsd_i386 : &openbsd;
    if (layout->long_size == 8)
        return &freebsd_64;
    return is_i386 ? &freebsd_i386 : &freebsd_32;
}
