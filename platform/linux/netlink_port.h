/* Whose netlink socket it is. */
#ifndef MH_LINUX_NETLINK_PORT_H
#define MH_LINUX_NETLINK_PORT_H

#include "platform.h"

/* Searches the text of /proc/net/netlink for the rtnetlink socket with this port id, netlink(7): its inode.
 * Pure; what is no such row is passed over. */
bool mh_netlink_inode(const char *text, size_t length, uint32_t port, uint64_t *inode);

/* The living process that has the rtnetlink socket of this port id, in this network namespace. Takes some
 * milliseconds at the most, and gives up then. */
void mh_netlink_port_holder(uint32_t port, struct mh_culprit *culprit);

#endif
