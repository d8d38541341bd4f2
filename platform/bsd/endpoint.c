/* The sockets of the host: sysctl(3) of FreeBSD's and NetBSD's net.inet.tcp.pcblist and its like, of
 * OpenBSD's kern.file; what they hold is pcb.h's. */
#include "bsd.h"

#include "pcb.h"
#include "pcb_numbers.h"

#include <stdlib.h>

enum {
    BSD_ENOENT = 2,
    BSD_EPROTONOSUPPORT = 43,
    BSD_EAFNOSUPPORT = 47,
    NETBSD_NODES = 256 /* more than there are below any protocol */
};

struct listing {
    struct mh_bsd *host;
    unsigned states;
    struct mh_endpoints *endpoints;
    struct mh_failure *failure;
};

static enum mh_error read_list(const struct listing *listing, const int32_t *numbers, size_t count,
                               uint8_t protocol)
{
    uint8_t *bytes;
    size_t length;
    enum mh_error code =
        mh_calls_read_table(listing->host->calls, numbers, count, &bytes, &length, listing->failure);
    if (code != MH_OK)
        return code;
    const struct mh_pcb_table table = {listing->host->layout, bytes, length};
    code = mh_pcb_read_sockets(&table, protocol, listing->states, listing->endpoints, listing->failure);
    free(bytes);
    return code;
}

/* ---- FreeBSD, OpenBSD ------------------------------------------------------------------------------ */

/* Both families at once. */
static enum mh_error list_freebsd(const struct listing *listing)
{
    const int32_t tcp[] = {MH_BSD_CTL_NET, MH_RT_AF_INET, MH_ENDPOINT_TCP, FREEBSD_TCPCTL_PCBLIST};
    const int32_t udp[] = {MH_BSD_CTL_NET, MH_RT_AF_INET, MH_ENDPOINT_UDP, FREEBSD_UDPCTL_PCBLIST};
    enum mh_error code = read_list(listing, tcp, 4, MH_ENDPOINT_TCP);
    return code == MH_OK ? read_list(listing, udp, 4, MH_ENDPOINT_UDP) : code;
}

static enum mh_error list_openbsd(const struct listing *listing)
{
    const int32_t size = mh_pcb_layout_of(listing->host->layout)->socket_size;
    const int32_t numbers[] = {
        MH_BSD_CTL_KERN, OPENBSD_KERN_FILE, OPENBSD_KERN_FILE_BYFILE, OPENBSD_DTYPE_SOCKET, size, INT32_MAX};
    return read_list(listing, numbers, 6, 0);
}

/* ---- NetBSD ---------------------------------------------------------------------------------------- */

/* "pcblist" has the number that was free when the kernel started: the nodes beside it are asked for, as
 * sysctlgetmibinfo(3) does it. */
static enum mh_error find_list(const struct listing *listing, const int32_t *protocol, int32_t *number)
{
    const struct mh_rt_layout *layout = listing->host->layout;
    const int32_t numbers[] = {protocol[0], protocol[1], protocol[2], NETBSD_CTL_QUERY};
    uint8_t question[MH_NETBSD_NODE_SIZE] = {0};
    uint8_t *nodes = malloc((size_t)NETBSD_NODES * MH_NETBSD_NODE_SIZE);
    struct mh_call_sysctl call = {.numbers = numbers,
                                  .count = 4,
                                  .old = nodes,
                                  .capacity = (size_t)NETBSD_NODES * MH_NETBSD_NODE_SIZE,
                                  .value = question,
                                  .value_length = sizeof question};
    if (nodes == NULL)
        return mh_fail(listing->failure, MH_NO_MEMORY, "out of memory");
    mh_rt_write_number(layout, question, 4, NETBSD_SYSCTL_VERSION);
    enum mh_error code = listing->host->calls->table->sysctl(listing->host->calls, &call, listing->failure);
    if (code == MH_OK) {
        const struct mh_pcb_table table = {layout, nodes, call.length};
        code = mh_pcb_find_node(&table, "pcblist", number);
        if (code != MH_OK)
            code = mh_fail(listing->failure, MH_UNSUPPORTED, "this kernel does not list its sockets");
    }
    free(nodes);
    return code;
}

static enum mh_error list_protocol(const struct listing *listing, uint8_t family, uint8_t protocol)
{
    const int32_t size = mh_pcb_layout_of(listing->host->layout)->socket_size;
    int32_t numbers[] = {MH_BSD_CTL_NET, family, protocol, 0, NETBSD_PCB_ALL, 0, size, INT32_MAX};
    enum mh_error code = find_list(listing, numbers, &numbers[3]);
    return code == MH_OK ? read_list(listing, numbers, 8, protocol) : code;
}

/* A kernel without IPv6 has no sockets of it. */
static enum mh_error list_netbsd(struct listing *listing)
{
    static const uint8_t protocols[] = {MH_ENDPOINT_TCP, MH_ENDPOINT_UDP};
    const uint8_t families[] = {MH_RT_AF_INET, listing->host->layout->inet6};
    enum mh_error code = MH_OK;
    for (int i = 0; i < 4 && code == MH_OK; i++) {
        struct mh_failure own = {0}, *failure = listing->failure;
        listing->failure = &own;
        code = list_protocol(listing, families[i / 2], protocols[i % 2]);
        listing->failure = failure;
        if (code != MH_OK && i >= 2 &&
            (own.native_code == BSD_ENOENT || own.native_code == BSD_EPROTONOSUPPORT ||
             own.native_code == BSD_EAFNOSUPPORT))
            code = MH_OK;
        else if (code != MH_OK && failure != NULL)
            *failure = own;
    }
    return code;
}

/* ---- any ------------------------------------------------------------------------------------------- */

enum mh_error mh_bsd_endpoints(struct mh_platform *platform, unsigned states, struct mh_endpoints *endpoints,
                               struct mh_failure *failure)
{
    struct listing listing = {mh_bsd_of(platform), states, endpoints, failure};
    enum mh_error code;
    if (listing.host->layout->system == MH_RT_FREEBSD)
        code = list_freebsd(&listing);
    else if (listing.host->layout->system == MH_RT_NETBSD)
        code = list_netbsd(&listing);
    else
        code = list_openbsd(&listing);
    if (code == MH_LIMIT && endpoints->truncated)
        return MH_OK;
    if (code != MH_OK)
        mh_endpoints_clear(endpoints);
    return code;
}
