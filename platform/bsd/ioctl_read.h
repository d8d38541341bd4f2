/* What the messages of a routing socket leave out and ioctl(2) tells: flags and lifetimes of IPv6 addresses,
 * an interface's FIB on FreeBSD, and its groups. Private to platform/bsd. */
#ifndef MH_BSD_IOCTL_READ_H
#define MH_BSD_IOCTL_READ_H

#include "bsd.h"

/* Sockets to ask through, opened with the first question. */
struct mh_bsd_inquiry {
    struct mh_bsd *host;
    int descriptors[2]; /* AF_INET, AF_INET6 */
    bool opened[2];
    bool no_ipv6;      /* a kernel without it */
    int64_t kernel_at; /* its time in seconds by which addresses expire; 0: not asked yet */
};

void mh_bsd_inquiry_begin(struct mh_bsd_inquiry *inquiry, struct mh_bsd *host);
void mh_bsd_inquiry_end(struct mh_bsd_inquiry *inquiry);

/* Adds what the kernel says of an IPv6 address of the interface `name`. An address that has gone meanwhile
 * stays as it is. */
enum mh_error mh_bsd_inquire_address(struct mh_bsd_inquiry *inquiry, const char *name,
                                     struct mh_interface_address *address, struct mh_failure *failure);
/* Sets interface->domain to its FIB. Nothing where there is one FIB only. */
enum mh_error mh_bsd_inquire_fib(struct mh_bsd_inquiry *inquiry, struct mh_interface *interface,
                                 struct mh_failure *failure);
/* Sets interface->groups, to "" where the system has none, the interface has gone or its groups are too many
 * to be asked for. */
enum mh_error mh_bsd_inquire_groups(struct mh_bsd_inquiry *inquiry, struct mh_interface *interface,
                                    struct mh_failure *failure);
/* The names in a list of struct ifg_req, up to the first empty one. Leaves out one that is none: without an
 * end, or with anything in it but visible ASCII. */
void mh_bsd_take_groups(const uint8_t *bytes, size_t length, char groups[MH_GROUPS_SIZE]);

#endif
