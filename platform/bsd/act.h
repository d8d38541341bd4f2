/* Carrying out ops, by what they are about. One thread; each answers as mh_platform_apply says. */
#ifndef MH_BSD_ACT_H
#define MH_BSD_ACT_H

#include "bsd.h"
#include "ioctl_layout.h"

enum { MH_BSD_SOCK_DGRAM = 2 };

/* act_address.c: MH_OP_ADDRESS_* */
enum mh_error mh_bsd_apply_address(struct mh_bsd *host, const struct mh_op *op, struct mh_failure *failure);
/* act_route.c: MH_OP_ROUTE_* of the kernel's own tables */
enum mh_error mh_bsd_apply_route(struct mh_bsd *host, const struct mh_op *op, struct mh_failure *failure);
/* act_link.c: MH_OP_LINK_ADDRESS_SET, MH_OP_PROXY_* */
enum mh_error mh_bsd_apply_link(struct mh_bsd *host, const struct mh_op *op, struct mh_failure *failure);
enum mh_error mh_bsd_apply_proxy(struct mh_bsd *host, const struct mh_op *op, struct mh_failure *failure);
/* act_label.c: MH_OP_LABEL_* */
enum mh_error mh_bsd_apply_label(struct mh_bsd *host, const struct mh_op *op, struct mh_failure *failure);

/* ---- act_interface.c ------------------------------------------------------------------------------- */

/* An interface, whose name ioctl(2) wants, and what it has of an address. */
struct mh_bsd_sight {
    struct mh_interface interface;
    bool has_address; /* whatever its subnet is */
    bool has_same;    /* mh_interface_address_same */
};

/* All interfaces as facts, then (`addresses`) all addresses: as routing messages tell them. */
enum mh_error mh_bsd_feed_interfaces(struct mh_bsd *host, bool addresses, const struct mh_feed *feed,
                                     struct mh_failure *failure);

/* `address` may be NULL. MH_NOT_FOUND (ENXIO): there is no such interface. */
enum mh_error mh_bsd_look_at(struct mh_bsd *host, uint32_t index, const struct mh_interface_address *address,
                             struct mh_bsd_sight *sight, struct mh_failure *failure);

/* Writes the interface's name to the start of a request's structure. */
void mh_bsd_put_name(uint8_t *structure, const struct mh_interface *interface);
/* Writes the address to octet `offset` of it. */
void mh_bsd_put_address(const struct mh_bsd *host, uint8_t *structure, size_t offset,
                        const struct mh_address *address, uint32_t zone);

/* One ioctl(2) on a datagram socket of `family` (the system's AF_*). `op` is for words. MH_UNSUPPORTED: this
 * system has no such request. */
enum mh_error mh_bsd_ioctl(struct mh_bsd *host, uint8_t family, enum mh_ioctl_kind kind, uint8_t *structure,
                           const struct mh_op *op, struct mh_failure *failure);

#endif
