/* The tables of ioctl_layout.h. */
#include "ioctl_layout.h"

#include "freebsd/ioctl_figures.h"
#include "netbsd/ioctl_figures.h"
#include "openbsd/ioctl_figures.h"

#include <string.h>

#define KIND_SIOCAIFADDR MH_IOCTL_ADDRESS_ADD
#define KIND_SIOCDIFADDR MH_IOCTL_ADDRESS_DELETE
#define KIND_SIOCAIFADDR_IN6 MH_IOCTL_ADDRESS_ADD6
#define KIND_SIOCDIFADDR_IN6 MH_IOCTL_ADDRESS_DELETE6
#define KIND_SIOCSIFLLADDR MH_IOCTL_LINK_SET
#define KIND_SIOCALIFADDR MH_IOCTL_LINK_SET
#define KIND_SIOCAADDRCTL_POLICY MH_IOCTL_LABEL_ADD
#define KIND_SIOCDADDRCTL_POLICY MH_IOCTL_LABEL_DELETE
#define KIND_BIOCSETIF MH_IOCTL_BPF_INTERFACE
#define ALIKE [MH_IOCTL_BPF_COMPLETE] = {"BIOCSHDRCMPLT", MH_IOCTL_BPF_COMPLETE_NUMBER, 4}
#define REQUEST(name, number, structure, size) [KIND_##name] = {#name, number, size},

static const struct mh_ioctl_request freebsd_64[MH_IOCTL_KINDS] = {MH_FREEBSD_REQUESTS(REQUEST, 8) ALIKE};
static const struct mh_ioctl_request freebsd_32[MH_IOCTL_KINDS] = {MH_FREEBSD_REQUESTS(REQUEST, 4) ALIKE};
static const struct mh_ioctl_request netbsd[MH_IOCTL_KINDS] = {MH_NETBSD_REQUESTS(REQUEST) ALIKE};
static const struct mh_ioctl_request openbsd[MH_IOCTL_KINDS] = {MH_OPENBSD_REQUESTS(REQUEST) ALIKE};

/* Only FreeBSD's i386 still counts seconds in 32 bits. */
unsigned mh_ioctl_time_size(const struct mh_rt_layout *layout)
{
    return strcmp(layout->target, "x86-freebsd") == 0 ? 4 : 8;
}

const struct mh_ioctl_request *mh_ioctl_request_of(const struct mh_rt_layout *layout, enum mh_ioctl_kind kind)
{
    switch ((enum mh_rt_system)layout->system) {
    case MH_RT_FREEBSD:
        return mh_ioctl_time_size(layout) == 8 ? &freebsd_64[kind] : &freebsd_32[kind];
    case MH_RT_NETBSD:
        return &netbsd[kind];
    default:
        return &openbsd[kind];
    }
}
