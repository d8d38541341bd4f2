/* The preferred source address of OpenBSD's routing table 0, which route(8) sets with `sourceaddr`: sysctl
 * NET_RT_SOURCE answers a sockaddr, or nothing (sys/net/rtsock.c, sysctl_source). While there is one, every
 * message and dump tells it in the place of the routes' own addresses (rtm_report, sysctl_dumpentry). */
#include "exchange.h"

enum { BSD_ENOENT = 2, BSD_EINVAL = 22, SOCKADDR_MAX = 28 };

enum mh_error mh_bsd_read_table_source(struct mh_bsd *host, enum mh_family family,
                                       struct mh_bsd_table_source *source, struct mh_failure *failure)
{
    const struct mh_rt_layout *layout = host->layout;
    const int32_t numbers[] = {MH_BSD_CTL_NET,
                               layout->numbers->pf_route,
                               0,
                               family == MH_IPV6 ? layout->inet6 : MH_RT_AF_INET,
                               layout->numbers->source,
                               0};
    uint8_t bytes[SOCKADDR_MAX];
    struct mh_call_sysctl call = {.numbers = numbers, .count = 6, .old = bytes, .capacity = sizeof bytes};
    struct mh_rt_sockaddr sockaddr;
    struct mh_failure own = {0};
    *source = (struct mh_bsd_table_source){.zone = 0};
    if (layout->numbers->source == 0)
        return MH_OK;
    enum mh_error code = host->calls->table->sysctl(host->calls, &call, &own);
    if (own.native_code == BSD_EINVAL || own.native_code == BSD_ENOENT) /* a kernel that has no such thing */
        return MH_OK;
    if (code != MH_OK && failure != NULL)
        *failure = own;
    if (code != MH_OK || call.length == 0)
        return code;
    if (!mh_rt_decode_sockaddr(layout, bytes, call.length, &sockaddr) ||
        (sockaddr.kind != MH_RT_INET && sockaddr.kind != MH_RT_INET6) || sockaddr.address.family != family)
        return mh_fail(failure, MH_MALFORMED, "the routing table's preferred source is no such address");
    source->address = sockaddr.address;
    source->zone = sockaddr.zone;
    return MH_OK;
}

bool mh_bsd_is_table_source(const struct mh_bsd_table_source *source,
                            const struct mh_interface_address *address)
{
    return mh_address_equal(&source->address, &address->address) &&
           (source->zone == 0 || source->zone == address->interface);
}

/* ---- setting --------------------------------------------------------------------------------------- */

/* What write(2) answers is the kernel's word: it has set the source, or refused to, when that returns. */
static enum mh_error write_source(struct mh_bsd *host, const struct mh_address *source, uint32_t zone,
                                  struct mh_failure *failure)
{
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length;
    int descriptor;
    const struct mh_rt_request request = {.sequence = mh_bsd_next_sequence(host), .zone = zone};
    enum mh_error code =
        mh_rt_encode_source(host->layout, source, 0, &request, bytes, sizeof bytes, &length, failure);
    if (code == MH_OK)
        code = mh_bsd_route_open(host, 0, &descriptor, failure);
    if (code != MH_OK)
        return code;
    code = mh_bsd_route_write(host, descriptor, bytes, length, "a preferred source", failure);
    (void)host->calls->table->close(host->calls, descriptor, NULL);
    return code;
}

enum mh_error mh_bsd_set_table_source(struct mh_bsd *host, const struct mh_interface_address *address,
                                      bool *changed, struct mh_failure *failure)
{
    const struct mh_address none = {.family = address->address.family};
    bool wanted = (address->flags & MH_ADDRESS_PREFERRED_SOURCE) != 0;
    struct mh_bsd_table_source source;
    *changed = false;
    enum mh_error code =
        mh_bsd_read_table_source(host, (enum mh_family)address->address.family, &source, failure);
    if (code != MH_OK || mh_bsd_is_table_source(&source, address) == wanted)
        return code;
    code = write_source(host, wanted ? &address->address : &none, address->interface, failure);
    *changed = code == MH_OK;
    return code;
}
