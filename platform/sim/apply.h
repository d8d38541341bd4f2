/* Ops on the simulated host. */
#ifndef MH_SIM_APPLY_H
#define MH_SIM_APPLY_H

#include "core/op.h"
#include "sim_host.h"

/* Carries out the op as the host's system would. MH_OK: *changed is the host afterwards, which the caller
 * frees. Else it is NULL, and `failure` has the native error (MH_UNSUPPORTED: the reason). */
enum mh_error sim_apply(const struct sim_host *host, const struct mh_op *op, struct sim_host **changed,
                        struct mh_failure *failure);

/* ---- between the files of this part ---------------------------------------------------------------- */

/* Fills `failure` with the personality's native error for the refusal, and returns its code. */
enum mh_error sim_fail(const struct sim_host *host, const struct sim_refusal *refusal,
                       struct mh_failure *failure);
/* `failure` for an error that the file asked for. */
enum mh_error sim_fail_native(const struct sim_native *native, struct mh_failure *failure, const char *why);

/* What ops do to the copy of the host that sim_apply made. */
enum mh_error sim_address_add(struct sim_host *host, const struct mh_interface_address *address,
                              struct mh_failure *failure);
enum mh_error sim_address_delete(struct sim_host *host, const struct mh_interface_address *address,
                                 struct mh_failure *failure);
enum mh_error sim_address_flags(struct sim_host *host, const struct mh_interface_address *address,
                                struct mh_failure *failure);
enum mh_error sim_route_op(struct sim_host *host, enum mh_op_kind kind, const struct mh_route *route,
                           struct mh_failure *failure);

#endif
