/* Putting back what an address took along when it went. Private to plan*.c. */
#ifndef MH_CORE_PLAN_RESTORE_H
#define MH_CORE_PLAN_RESTORE_H

#include "core/plan_builder.h"

/* Appends to *ops what makes `from` like `to`: the addresses of the subnet of `gone` in their order (for
 * IPv6, or where nothing follows an address, that one alone), and all routes. `from` is `to` without `gone`.
 */
void mh_plan_restore(struct mh_plan_builder *builder, const struct mh_interface_address *gone,
                     const struct mh_prediction *to, const struct mh_prediction *from, struct mh_list **ops);
/* The address, which went alone. */
void mh_plan_restore_one(struct mh_plan_builder *builder, const struct mh_interface_address *gone,
                         struct mh_list **ops);
/* The routes alone: `from` holds a part of those of `to`, in their order, some without their source. */
void mh_plan_restore_routes(struct mh_plan_builder *builder, const struct mh_prediction *to,
                            const struct mh_prediction *from, struct mh_list **ops);
/* The same of proxy entries (plan_proxy.c). */
void mh_plan_restore_proxies(struct mh_plan_builder *builder, const struct mh_prediction *to,
                             const struct mh_prediction *from, struct mh_list **ops);

/* Walks two lists of routes side by side: `after` has a part of those of `earlier`, in their order, some
 * without their source. Calls `visit` for each that is missing or altered and has a gateway, or none, as
 * asked. */
void mh_plan_lost_routes(const struct mh_prediction *earlier, const struct mh_prediction *after,
                         bool with_gateway,
                         void (*visit)(void *context, const struct mh_route *route, bool is_altered),
                         void *context);

#endif
