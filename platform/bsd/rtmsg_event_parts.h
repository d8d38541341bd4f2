/* What the files of rtmsg_event*.c share. */
#ifndef MH_BSD_RTMSG_EVENT_PARTS_H
#define MH_BSD_RTMSG_EVENT_PARTS_H

#include "rtmsg_event.h"

/* RTM_ADD, RTM_DELETE, RTM_CHANGE, RTM_GET: a route or a neighbour. */
enum mh_error mh_rt_route_event(const struct mh_rt_message *message, const struct mh_rt_context *context,
                                struct mh_rt_event *event, struct mh_failure *failure);

/* The message lacks `what`. */
enum mh_error mh_rt_lacks(const struct mh_rt_message *message, const char *what, struct mh_failure *failure);

/* Is it an IPv4 or IPv6 address? */
bool mh_rt_is_ip(const struct mh_rt_sockaddr *sockaddr);

/* The hardware address of a link-layer sockaddr; what is longer than we hold is left out rather than cut. */
void mh_rt_take_hardware(const struct mh_rt_sockaddr *sockaddr, uint8_t *length,
                         uint8_t address[MH_HARDWARE_ADDRESS_SIZE]);

enum { MH_RT_IFT_LOOP = 24 };

#endif
