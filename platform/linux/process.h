/* Whose netlink socket it is. */
#ifndef MH_LINUX_PROCESS_H
#define MH_LINUX_PROCESS_H

#include "platform.h"

/* Searches the text of /proc/net/netlink for the rtnetlink socket with this port id, netlink(7): its inode.
 * Pure; what is no such row is passed over. */
bool mh_netlink_inode(const char *text, size_t length, uint32_t port, uint64_t *inode);
/* Whether this is what a link of /proc/PID/fd says of the socket: "socket:[INODE]". Pure. */
bool mh_is_socket_link(const char *text, size_t length, uint64_t inode);
/* A process's name as it says it itself (/proc/PID/comm: any octets): what is not printable ASCII becomes
 * '?'. Pure. */
void mh_process_name(const char *text, size_t length, char name[MH_PROCESS_NAME_SIZE]);

/* The living process that has the rtnetlink socket of this port id, in this network namespace. Takes some
 * milliseconds at the most, and gives up then. */
void mh_process_of_port(uint32_t port, struct mh_culprit *culprit);

#endif
