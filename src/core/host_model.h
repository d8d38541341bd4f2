/* The host model that is in effect (RFC 1122 3.3.4.2), for an interface and a family, beside what the
 * configuration wants (DESIGN section 5). It is derived from what decides about packets: rules, routes, the
 * packet filter, the system's own switches; whoever put them there. Representative packets are sent through
 * the models of path.h, select.h and filter.h:
 *
 *   receive  packets to each other address of the host that come in on the interface. "strong": all of them
 * are dropped; "weak": one is taken. send     packets from each address of the interface, to places on each
 * link, behind gateways and far away. "strong": they leave by the interface or not at all, and a rule for
 * their source sees to it; "source-routing": the same, but where the interface has no way, they go by
 * another; "weak": the destination alone decides. Ways by internal interfaces (containers) are nobody's
 * concern here. reverse path  packets whose source lies elsewhere. "strict", "loose", "off": the system's own
 * check, or a packet filter that asks the routes about the source.
 *
 * What a model cannot tell is "indeterminate". Pure; the caller holds the route table still during a call of
 * mh_host_model_assess.
 */
#ifndef MH_CORE_HOST_MODEL_H
#define MH_CORE_HOST_MODEL_H

#include "core/aspect.h"
#include "core/config.h"
#include "core/path.h"

struct mh_host_model_report {
    struct mh_aspect receive;      /* "weak", "strong" */
    struct mh_aspect send;         /* "weak", "source-routing", "strong" */
    struct mh_aspect reverse_path; /* "off", "loose", "strict" */
};

struct mh_host_modeller;

/* Host and configuration are referred to: they must outlive the modeller. host->routes may be another table
 * at each call. NULL: out of memory. */
struct mh_host_modeller *mh_host_modeller_new(const struct mh_path_host *host,
                                              const struct mh_config *config);
/* Ends all texts that it has given. NULL is allowed. */
void mh_host_modeller_free(struct mh_host_modeller *modeller);

/* Whether an interface has a host model of its own: not loopback, not a port of a bridge or bond. */
bool mh_host_model_concerns(const struct mh_snapshot *snapshot, const struct mh_interface *interface);

/* MH_OK or MH_NO_MEMORY. `interface` is one of the snapshot's. */
enum mh_error mh_host_model_assess(struct mh_host_modeller *modeller, const struct mh_interface *interface,
                                   enum mh_family family, struct mh_host_model_report *model);

#endif
