/* Carrying out ops: one message, one acknowledgement. One thread. */
#ifndef MH_LINUX_ACT_H
#define MH_LINUX_ACT_H

#include "act_rule.h"
#include "dump.h"
#include "encode.h"
#include "platform.h"

/* A socket of its own, so that no answer of a dump is taken for an acknowledgement. */
struct mh_actor {
    struct mh_netlink netlink; /* descriptor -1: opened by the first op */
    struct mh_message message; /* header NULL likewise */
    /* By family, IPv4 first: read when a rule is deleted, kept until the ops of one call are done. */
    struct mh_rule_list rules[2];
    bool many; /* ops are being carried out: what makes each cheaper pays */
};

void mh_actor_init(struct mh_actor *actor);
void mh_actor_clear(struct mh_actor *actor);

/* As mh_platform_apply and mh_platform_apply_all say. */
enum mh_error mh_linux_apply(struct mh_platform *platform, const struct mh_op *op,
                             struct mh_failure *failure);
enum mh_error mh_linux_apply_all(struct mh_platform *platform, const struct mh_op *ops, size_t count,
                                 size_t *applied, struct mh_failure *failure);

struct mh_linux;

/* Sends the actor's message and takes the answer; `op` is for words. */
enum mh_error mh_linux_exchange(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure);

/* The same with the messages that fill the first `length` octets of the actor's buffer, sent in one go. All
 * answers are taken; the first failure is the result. */
enum mh_error mh_linux_exchange_row(struct mh_linux *host, const struct mh_op *op, size_t length,
                                    struct mh_failure *failure);

/* ---- act_gateway.c: routes by a gateway that is an address of this host ---------------------------- */

/* Another program's IPv4 on-link route that is added: of what the kernel refuses of these, mh_gateway_add may
 * help. */
bool mh_gateway_may_be_own(const struct mh_op *op);
/* Adds it where the gateway is an address of its interface. MH_NOT_FOUND, failure untouched: it is none. */
enum mh_error mh_gateway_add(struct mh_linux *host, const struct mh_op *op, struct mh_failure *failure);

/* ---- act_guard.c: what the kernel does not look at itself ------------------------------------------- */

/* Whether the route that `route` would replace is there (*found), and of the same protocol: MH_CONFLICT when
 * another program's route has its place. Reads the route's table. */
enum mh_error mh_guard_replace(struct mh_linux *host, const struct mh_route *route, bool *found,
                               struct mh_failure *failure);

/* Sends the actor's message, a dump's request, and hands each message of the answer to `take`; begun anew
 * while the kernel calls it inconsistent: `take` may see things twice. */
enum mh_error mh_guard_dump(struct mh_linux *host, mh_netlink_take take, void *context,
                            struct mh_failure *failure);

/* What the address has beside what the model knows. MH_NOT_FOUND (EADDRNOTAVAIL) when it is not there: the
 * kernel would add it; MH_UNSUPPORTED for a flag that it would pass over. */
enum mh_error mh_guard_flags(struct mh_linux *host, const struct mh_interface_address *address,
                             struct mh_address_natives *natives, struct mh_failure *failure);

#endif
