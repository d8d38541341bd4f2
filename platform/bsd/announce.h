/* Tells neighbours that an interface's addresses are at another hardware address, by frames through bpf(4).
 * Private to platform/bsd. */
#ifndef MH_BSD_ANNOUNCE_H
#define MH_BSD_ANNOUNCE_H

#include "bsd.h"

/* Announces once each address of the interface that the system itself does not announce after its hardware
 * address has changed. Nothing is sent, and that is no failure, for an interface that is down, or no
 * Ethernet. *sent (NULL is allowed) counts the addresses that were announced, also when it fails on a later
 * one. Errors of calls.h: MH_PERMISSION, MH_NOT_FOUND (a kernel without bpf), MH_BUSY. */
enum mh_error mh_bsd_announce(struct mh_bsd *host, uint32_t interface, size_t *sent,
                              struct mh_failure *failure);

#endif
