/* Routing messages as JSON, everything by name, for people and tests. Pure; any thread. */
#ifndef MH_BSD_RTMSG_JSON_H
#define MH_BSD_RTMSG_JSON_H

#include "rtmsg.h"
#include "rtmsg_nexthop.h"

#include <jansson.h>

/* A new object; NULL when out of memory. Octets that mean nothing to us are hexadecimal text. What is wrong
 * with the message, if anything, is the member "problem". */
json_t *mh_rt_message_json(const struct mh_rt_message *message);

/* The same for a next hop. */
json_t *mh_rt_nexthop_json(const struct mh_rt_layout *layout, const struct mh_rt_nexthop *nexthop);

/* The first thing that is wrong, one sentence in `text`; false when nothing is. */
bool mh_rt_problem(const struct mh_rt_message *message, char *text, size_t size);

/* `length` octets as hexadecimal text; NULL when out of memory. */
json_t *mh_rt_hexadecimal(const uint8_t *bytes, size_t length);

#endif
