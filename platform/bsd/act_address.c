/* Addresses: SIOCAIFADDR and its like (netintro(4), inet6(4)). An address that is added goes to the end of
 * its interface's list, on all three: of two of one subnet the one that was first stays the source. An IPv6
 * address is tentative at first, until it is known to be unique; FreeBSD and NetBSD can leave that out. */
#include "act.h"
#include "ioctl_read.h"
#include "rtmsg_encode.h"

#include <string.h>

enum { BSD_EADDRNOTAVAIL = 49, BSD_EEXIST = 17 };

/* ---- checks ---------------------------------------------------------------------------------------- */

static bool has_table_source(const struct mh_bsd *host)
{
    return host->layout->numbers->source != 0;
}

static enum mh_error check(const struct mh_bsd *host, const struct mh_op *op, struct mh_failure *failure)
{
    const struct mh_interface_address *address = &op->of.address;
    uint32_t foreign = MH_ADDRESS_SKIP_AS_SOURCE | MH_ADDRESS_HOME | MH_ADDRESS_NO_PREFIX_ROUTE;
    foreign |= has_table_source(host) ? 0 : MH_ADDRESS_PREFERRED_SOURCE;
    enum mh_family family = (enum mh_family)address->address.family;
    if (family == MH_FAMILY_NONE || address->prefix_length > mh_family_bits(family))
        return mh_fail(failure, MH_INVALID, "an address needs a family and the length of its prefix");
    if (address->peer.family != MH_FAMILY_NONE && address->peer.family != address->address.family)
        return mh_fail(failure, MH_INVALID, "an address and its peer are not of one family");
    if (op->kind != MH_OP_ADDRESS_DELETE && (address->flags & foreign) != 0)
        return mh_fail(failure, MH_UNSUPPORTED, "addresses have no such flags here");
    if (family == MH_IPV4 && op->kind != MH_OP_ADDRESS_DELETE &&
        ((op->kind == MH_OP_ADDRESS_FLAGS && !has_table_source(host)) ||
         (address->flags & MH_ADDRESS_DEPRECATED) != 0))
        return mh_fail(failure, MH_UNSUPPORTED, "IPv4 addresses have no flags here");
    return MH_OK;
}

/* An address that comes a second time would alter the first, and one that is to be altered would be added. */
static enum mh_error check_presence(const struct mh_op *op, const struct mh_bsd_sight *sight,
                                    struct mh_failure *failure)
{
    const struct mh_interface_address *address = &op->of.address;
    char text[MH_ADDRESS_TEXT_SIZE];
    (void)mh_address_format(&address->address, text);
    if (op->kind == MH_OP_ADDRESS_ADD && sight->has_address)
        return mh_bsd_fail(failure, BSD_EEXIST, "%s has %s", sight->interface.name, text);
    if (op->kind != MH_OP_ADDRESS_ADD && !sight->has_same)
        return mh_bsd_fail(failure, BSD_EADDRNOTAVAIL, "%s does not have %s/%u", sight->interface.name, text,
                           address->prefix_length);
    return MH_OK;
}

/* ---- structures ------------------------------------------------------------------------------------ */

static void put_mask(const struct mh_bsd *host, uint8_t *structure, size_t offset,
                     const struct mh_interface_address *address)
{
    const struct mh_prefix prefix = {.address = address->address, .length = address->prefix_length};
    const struct mh_rt_sockaddr mask = mh_rt_mask_of(host->layout, &prefix);
    mh_rt_encode_sockaddr(host->layout, &mask, structure + offset);
}

/* Without a broadcast address the system makes it from the subnet. */
static void put_alias(const struct mh_bsd *host, uint8_t *structure,
                      const struct mh_interface_address *address)
{
    const struct mh_address *other =
        address->peer.family != MH_FAMILY_NONE ? &address->peer : &address->broadcast;
    mh_bsd_put_address(host, structure, MH_IOCTL_FIRST, &address->address, 0);
    if (other->family == MH_IPV4)
        mh_bsd_put_address(host, structure, MH_IOCTL_ALIAS_OTHER, other, 0);
    put_mask(host, structure, MH_IOCTL_ALIAS_MASK, address);
}

static uint32_t native_flags(const struct mh_bsd *host, const struct mh_interface_address *address)
{
    uint32_t flags = 0;
    if ((address->flags & MH_ADDRESS_KNOWN_UNIQUE) != 0 && host->layout->system != MH_RT_OPENBSD)
        flags |= MH_IOCTL_NO_DETECTION;
    if ((address->flags & MH_ADDRESS_TEMPORARY) != 0)
        flags |= MH_IOCTL_AUTOCONF | MH_IOCTL_TEMPORARY;
    if ((address->flags & MH_ADDRESS_DEPRECATED) != 0)
        flags |= MH_IOCTL_DEPRECATED;
    return flags;
}

/* The kernel refuses a valid lifetime of 0, and a preferred one that is longer. */
static void put_lifetimes(const struct mh_bsd *host, uint8_t *structure,
                          const struct mh_interface_address *address)
{
    uint32_t valid = address->valid_lifetime == 0 ? MH_LIFETIME_FOREVER : address->valid_lifetime;
    uint32_t preferred = address->preferred_lifetime == 0 ? valid : address->preferred_lifetime;
    uint8_t *at = structure + MH_IOCTL_ALIAS6_LIFETIMES + 2 * mh_ioctl_time_size(host->layout);
    if ((address->flags & MH_ADDRESS_DEPRECATED) != 0)
        preferred = 0;
    mh_rt_write_number(host->layout, at, 4, valid);
    mh_rt_write_number(host->layout, at + 4, 4, preferred < valid ? preferred : valid);
}

static void put_alias6(const struct mh_bsd *host, uint8_t *structure,
                       const struct mh_interface_address *address)
{
    mh_bsd_put_address(host, structure, MH_IOCTL_FIRST, &address->address, address->interface);
    if (address->peer.family != MH_FAMILY_NONE)
        mh_bsd_put_address(host, structure, MH_IOCTL_ALIAS6_OTHER, &address->peer, address->interface);
    put_mask(host, structure, MH_IOCTL_ALIAS6_MASK, address);
    mh_rt_write_number(host->layout, structure + MH_IOCTL_ALIAS6_FLAGS, 4, native_flags(host, address));
    put_lifetimes(host, structure, address);
}

/* ---- flags ----------------------------------------------------------------------------------------- */

/* What the kernel says of the address beside the table's source is not as it shall be. */
static enum mh_error differs(struct mh_bsd *host, const struct mh_bsd_sight *sight,
                             const struct mh_interface_address *address, bool *differs,
                             struct mh_failure *failure)
{
    struct mh_bsd_inquiry inquiry;
    struct mh_interface_address is = *address;
    is.flags = 0;
    mh_bsd_inquiry_begin(&inquiry, host);
    enum mh_error code = mh_bsd_inquire_address(&inquiry, sight->interface.name, &is, failure);
    mh_bsd_inquiry_end(&inquiry);
    *differs = ((is.flags ^ address->flags) & MH_ADDRESS_DEPRECATED) != 0;
    return code;
}

/* The preferred source of the table is no property of the address. A change of it leaves the rest as it is,
 * an IPv6 address's lifetimes above all, unless another flag is changed too: *done says that none is. */
static enum mh_error apply_source(struct mh_bsd *host, const struct mh_bsd_sight *sight,
                                  const struct mh_interface_address *address, bool *done,
                                  struct mh_failure *failure)
{
    bool changed, other = false;
    enum mh_error code = mh_bsd_set_table_source(host, address, &changed, failure);
    bool is_ipv6 = address->address.family == MH_IPV6;
    if (code == MH_OK && changed && is_ipv6)
        code = differs(host, sight, address, &other, failure);
    *done = !is_ipv6 || (changed && !other);
    return code;
}

/* An address that comes back as what it was. */
static enum mh_error apply_added_source(struct mh_bsd *host, const struct mh_interface_address *address,
                                        struct mh_failure *failure)
{
    bool changed;
    return (address->flags & MH_ADDRESS_PREFERRED_SOURCE) == 0
               ? MH_OK
               : mh_bsd_set_table_source(host, address, &changed, failure);
}

/* ---- all ------------------------------------------------------------------------------------------- */

enum mh_error mh_bsd_apply_address(struct mh_bsd *host, const struct mh_op *op, struct mh_failure *failure)
{
    const struct mh_interface_address *address = &op->of.address;
    bool ipv6 = address->address.family == MH_IPV6, gone = op->kind == MH_OP_ADDRESS_DELETE;
    uint8_t structure[MH_IOCTL_SIZE_MAX] = {0};
    struct mh_bsd_sight sight;
    enum mh_error code = check(host, op, failure);
    if (code == MH_OK)
        code = mh_bsd_look_at(host, address->interface, address, &sight, failure);
    if (code == MH_OK)
        code = check_presence(op, &sight, failure);
    bool done = false;
    if (code == MH_OK && op->kind == MH_OP_ADDRESS_FLAGS && has_table_source(host))
        code = apply_source(host, &sight, address, &done, failure);
    if (code != MH_OK || done)
        return code;
    mh_bsd_put_name(structure, &sight.interface);
    if (gone)
        mh_bsd_put_address(host, structure, MH_IOCTL_FIRST, &address->address, address->interface);
    else if (ipv6)
        put_alias6(host, structure, address);
    else
        put_alias(host, structure, address);
    enum mh_ioctl_kind kind = ipv6   ? gone ? MH_IOCTL_ADDRESS_DELETE6 : MH_IOCTL_ADDRESS_ADD6
                              : gone ? MH_IOCTL_ADDRESS_DELETE
                                     : MH_IOCTL_ADDRESS_ADD;
    code = mh_bsd_ioctl(host, ipv6 ? host->layout->inet6 : MH_RT_AF_INET, kind, structure, op, failure);
    return code == MH_OK && op->kind == MH_OP_ADDRESS_ADD ? apply_added_source(host, address, failure) : code;
}
