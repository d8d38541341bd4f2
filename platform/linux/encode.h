/* DOC: The encoders turn one op into one message of rtnetlink(7), the way that ip(8) writes it. Like the
 * codec (codec.h), whose counterpart they are, they are pure: an op goes in, octets come out. Any thread.
 *
 * All answer MH_OK, MH_INVALID or MH_LIMIT for what no message can say, or MH_UNSUPPORTED for what this
 * kernel interface cannot; `failure` (may be NULL) says why. Sequence and port of the message are the
 * caller's. */
#ifndef MH_LINUX_ENCODE_H
#define MH_LINUX_ENCODE_H

#include "core/error.h"
#include "core/op.h"
#include "message.h"

/* What an address has beside what the model knows, to be kept when its flags are changed. */
struct mh_address_natives {
    uint32_t flags;   /* IFA_F_* */
    uint8_t protocol; /* IFA_PROTO */
};

/* MH_OP_ADDRESS_ADD, _DELETE and _FLAGS. `natives`: of the address that is there; NULL when it is added or
 * deleted. An address that is added gets our mark when its owner is multihomed, else its own protocol; one
 * that is changed keeps what it has. A lifetime of 0 is not given: forever;
 * MH_ADDRESS_DEPRECATED makes the preferred one end now. */
enum mh_error mh_encode_address(enum mh_op_kind kind, const struct mh_interface_address *address,
                                const struct mh_address_natives *natives, struct mh_message *message,
                                struct mh_failure *failure);

/* MH_OP_ROUTE_ADD (fails where there is one), _REPLACE (fails where there is none) and _DELETE. The kernel
 * takes what a deletion leaves out (metric 0 of IPv4, preferred source, next hops) for "any", so protocol 0
 * is refused: it would delete other programs' routes. */
enum mh_error mh_encode_route(enum mh_op_kind kind, const struct mh_route *route, struct mh_message *message,
                              struct mh_failure *failure);

/* MH_OP_RULE_ADD and _DELETE. For a deletion protocol 0 is refused here too: rules that differ only in their
 * protocol exist side by side. */
enum mh_error mh_encode_rule(enum mh_op_kind kind, const struct mh_rule *rule, struct mh_message *message,
                             struct mh_failure *failure);

enum mh_error mh_encode_link_address(const struct mh_link_address *link, struct mh_message *message,
                                     struct mh_failure *failure);

/* MH_OP_PROXY_ADD and _DELETE. */
enum mh_error mh_encode_proxy(enum mh_op_kind kind, const struct mh_neighbor *proxy,
                              struct mh_message *message, struct mh_failure *failure);

/* MH_OP_LABEL_ADD and _DELETE. The kernel refuses to add a row that is there, whatever its label, but does
 * not find it behind another one of the same length: then both are there, and the later one counts
 * (__ip6addrlbl_add). It deletes whatever the label is. */
enum mh_error mh_encode_label(enum mh_op_kind kind, const struct mh_address_label *label,
                              struct mh_message *message, struct mh_failure *failure);

/* ---- what several of them need --------------------------------------------------------------------- */

/* AF_INET, AF_INET6; AF_UNSPEC for MH_FAMILY_NONE. */
uint8_t mh_native_of_family(unsigned family);

/* The metric that the kernel gives the route: 0 of IPv6 stands for 1024 (IP6_RT_PRIO_USER). */
uint32_t mh_native_metric(const struct mh_route *route);

/* MH_OK, or MH_LIMIT when the message is full. */
enum mh_error mh_encode_end(const struct mh_message *message, struct mh_failure *failure);

#endif
