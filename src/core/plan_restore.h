/* Putting back what an address took along when it went. Private to plan*.c. */
#ifndef MH_CORE_PLAN_RESTORE_H
#define MH_CORE_PLAN_RESTORE_H

#include "core/plan_builder.h"

/* Appends to *ops what makes `from` like `to`: the addresses of the subnet of `gone` in their order (for
 * IPv6, or where nothing follows an address, that one alone), and all routes. `from` is `to` without `gone`.
 */
void mh_plan_restore(struct mh_plan_builder *builder, const struct mh_interface_address *gone,
                     const struct mh_prediction *to, const struct mh_prediction *from, struct mh_list **ops);
/* The routes alone: `from` holds a part of those of `to`, in their order, some without their source. */
void mh_plan_restore_routes(struct mh_plan_builder *builder, const struct mh_prediction *to,
                            const struct mh_prediction *from, struct mh_list **ops);
/* The same of proxy entries (plan_proxy.c). */
void mh_plan_restore_proxies(struct mh_plan_builder *builder, const struct mh_prediction *to,
                             const struct mh_prediction *from, struct mh_list **ops);

#endif
