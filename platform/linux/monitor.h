/* The socket that the kernel's notifications come on, and its place in the loop. One thread. */
#ifndef MH_LINUX_MONITOR_H
#define MH_LINUX_MONITOR_H

#include "platform.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Datagrams that are received by one system call, and room for each. A link takes about 1.5 KiB, a route of
 * 512 next hops 14. */
enum { MH_MONITOR_BATCH = 32, MH_MONITOR_DATAGRAM = 1 << 15 };

struct uv_poll_s;

struct mh_monitor {
    int descriptor; /* -1: not watching */
    struct uv_poll_s *poll;
    mh_wake wake;
    void *context;
    uint8_t *buffer;                  /* MH_MONITOR_BATCH places */
    size_t lengths[MH_MONITOR_BATCH]; /* of what was received; 0: not from the kernel */
    bool left;                        /* the groups, for the moment */
};

/* `receive_buffer`: octets of notifications that may wait; the kernel counts its own overhead too, and
 * doubles the number. */
enum mh_error mh_monitor_open(struct mh_monitor *monitor, struct uv_loop_s *loop, mh_wake wake, void *context,
                              int receive_buffer, struct mh_failure *failure);
/* Allowed when it was never opened, if descriptor is -1. The loop must turn once more to free the handle. */
void mh_monitor_close(struct mh_monitor *monitor);

/* From now on the kernel tells nothing, until mh_monitor_return has succeeded; what happens in between has to
 * be read. Returning where nobody left does nothing. */
void mh_monitor_leave(struct mh_monitor *monitor);
enum mh_error mh_monitor_return(struct mh_monitor *monitor, struct mh_failure *failure);

/* Receives up to MH_MONITOR_BATCH datagrams without waiting: *count of them (0: none wait). MH_LOST: some
 * were dropped (ENOBUFS) or cut off. */
enum mh_error mh_monitor_receive(struct mh_monitor *monitor, size_t *count, struct mh_failure *failure);
/* Datagram `position` of the last mh_monitor_receive. */
const uint8_t *mh_monitor_datagram(const struct mh_monitor *monitor, size_t position);

/* Throws away what waits, and the word that something was dropped. */
void mh_monitor_drain(struct mh_monitor *monitor);
/* Nothing waits. */
bool mh_monitor_is_empty(const struct mh_monitor *monitor);

#endif
