/* Who makes routes, rules and addresses, in the kernel's numbers (rtnetlink(7), linux/if_addr.h). */
#ifndef MH_LINUX_PROTOCOL_H
#define MH_LINUX_PROTOCOL_H

/* Our mark on everything that we add. rt_protos of iproute2 and linux/rtnetlink.h have no other use for it.
 */
enum { MH_PROTOCOL_MULTIHOMED = 157 };

/* IFA_PROTO, since Linux 5.18: the headers of older systems lack it. */
enum {
    MH_ATTRIBUTE_ADDRESS_PROTOCOL = 11,
    MH_ADDRESS_PROTOCOL_LOOPBACK = 1,
    MH_ADDRESS_PROTOCOL_RA = 2,
    MH_ADDRESS_PROTOCOL_LINK_LOCAL = 3
};

#endif
