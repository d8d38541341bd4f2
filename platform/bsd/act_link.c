/* An interface's own hardware address, and addresses of others that it answers for (arp(8), ndp(8)). */
#include "act.h"
#include "announce.h"
#include "exchange.h"

#include <string.h>

enum { LINK_MAX = 14 }; /* sa_data of struct sockaddr */

/* ---- hardware address ------------------------------------------------------------------------------ */

/* struct sockaddr with the bare address: its length is the address's. */
static void put_plain(uint8_t *structure, const struct mh_link_address *link)
{
    structure[MH_IOCTL_FIRST] = link->hardware_address_length;
    structure[MH_IOCTL_FIRST + 1] = MH_RT_AF_LINK;
    memcpy(structure + MH_IOCTL_FIRST + 2, link->hardware_address, link->hardware_address_length);
}

/* NetBSD's interfaces have several, one of which is active. */
static void put_active(const struct mh_bsd *host, uint8_t *structure, const struct mh_link_address *link)
{
    struct mh_rt_sockaddr sockaddr = mh_rt_link_of(host->layout, 0);
    sockaddr.hardware = link->hardware_address;
    sockaddr.hardware_length = link->hardware_address_length;
    mh_rt_write_number(host->layout, structure + MH_IOCTL_FIRST, 4, MH_IOCTL_ACTIVE);
    mh_rt_encode_sockaddr(host->layout, &sockaddr, structure + MH_IOCTL_LINK_ADDRESS);
}

enum mh_error mh_bsd_apply_link(struct mh_bsd *host, const struct mh_op *op, struct mh_failure *failure)
{
    const struct mh_link_address *link = &op->of.link;
    bool several = host->layout->system == MH_RT_NETBSD;
    uint8_t structure[MH_IOCTL_SIZE_MAX] = {0};
    struct mh_bsd_sight sight;
    if (link->hardware_address_length == 0 || link->hardware_address_length > LINK_MAX)
        return mh_fail(failure, MH_INVALID, "a hardware address has 1 to %d octets here", LINK_MAX);
    enum mh_error code = mh_bsd_look_at(host, link->interface, NULL, &sight, failure);
    if (code != MH_OK)
        return code;
    mh_bsd_put_name(structure, &sight.interface);
    if (several)
        put_active(host, structure, link);
    else
        put_plain(structure, link);
    code = mh_bsd_ioctl(host, several ? MH_RT_AF_LINK : MH_RT_AF_INET, MH_IOCTL_LINK_SET, structure, op,
                        failure);
    if (code == MH_OK) /* without it neighbours find out later: the op is carried out all the same */
        (void)mh_bsd_announce(host, link->interface, NULL, NULL);
    return code;
}

/* ---- proxies --------------------------------------------------------------------------------------- */

/* Where the op names no hardware address it is the interface's own. */
static enum mh_error complete(struct mh_bsd *host, struct mh_neighbor *proxy, struct mh_failure *failure)
{
    struct mh_bsd_sight sight;
    proxy->proxy = true;
    if (proxy->hardware_address_length != 0)
        return MH_OK;
    enum mh_error code = mh_bsd_look_at(host, proxy->interface, NULL, &sight, failure);
    if (code != MH_OK)
        return code;
    if (sight.interface.hardware_address_length == 0)
        return mh_fail(failure, MH_UNSUPPORTED, "%s has no hardware address", sight.interface.name);
    proxy->hardware_address_length = sight.interface.hardware_address_length;
    memcpy(proxy->hardware_address, sight.interface.hardware_address, proxy->hardware_address_length);
    return MH_OK;
}

enum mh_error mh_bsd_apply_proxy(struct mh_bsd *host, const struct mh_op *op, struct mh_failure *failure)
{
    struct mh_neighbor proxy = op->of.proxy;
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length;
    int descriptor;
    enum mh_error code = complete(host, &proxy, failure);
    if (code == MH_OK)
        code = mh_rt_encode_neighbor(host->layout, &proxy, op->kind == MH_OP_PROXY_DELETE,
                                     mh_bsd_next_sequence(host), bytes, sizeof bytes, &length, failure);
    if (code == MH_OK)
        code = mh_bsd_route_open(host, 0, &descriptor, failure);
    if (code != MH_OK)
        return code;
    code = mh_bsd_route_write(host, descriptor, bytes, length, mh_op_word(op->kind), failure);
    (void)host->calls->table->close(host->calls, descriptor, NULL);
    return code;
}
