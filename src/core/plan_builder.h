/* A plan while it is made: the host as predicted so far, and the steps that lead there. An error (out of
 * memory) is remembered, and everything after it does nothing: callers need not look. Private to plan*.c. */
#ifndef MH_CORE_PLAN_BUILDER_H
#define MH_CORE_PLAN_BUILDER_H

#include "core/plan.h"
#include "core/prediction.h"

/* Marks of what is ours (DESIGN section 5). */
enum {
    MH_PLAN_PROTOCOL = 157,
    MH_PLAN_RULE_PRIORITY = 5200,
    MH_PLAN_TABLE_FIRST = 5200,
    MH_PLAN_TABLE_LAST = 5999
};
enum { MH_PLAN_TABLE_MAIN = 254 };

struct mh_plan_builder {
    const struct mh_plan_input *input;
    struct mh_arena *memory;
    struct mh_prediction now;         /* after the steps so far */
    struct mh_ledger ledger;          /* likewise */
    struct mh_list *wanted_addresses; /* struct mh_wanted_address */
    struct mh_list *target;           /* struct mh_interface_address: the host's when all is done */
    struct mh_list *internal_links;   /* uint32_t: internal interfaces but loopback */
    struct mh_list *internal; /* struct mh_route: other programs', of table main, by internal interfaces */
    struct mh_list *steps, *pending, *unsupported, *warnings;
    enum mh_error error;
};

enum mh_error mh_plan_builder_init(struct mh_plan_builder *builder, const struct mh_plan_input *input,
                                   struct mh_arena *memory);
void mh_plan_builder_clear(struct mh_plan_builder *builder);

/* Adds a step: predicts its effect, and what undoes it. A route's next hops are copied. */
void mh_plan_emit(struct mh_plan_builder *builder, const struct mh_op *op, const char *member);
void mh_plan_emit_address(struct mh_plan_builder *builder, enum mh_op_kind kind,
                          const struct mh_interface_address *address, const char *member);
void mh_plan_emit_route(struct mh_plan_builder *builder, enum mh_op_kind kind, const struct mh_route *route,
                        const char *member);
void mh_plan_emit_rule(struct mh_plan_builder *builder, enum mh_op_kind kind, const struct mh_rule *rule,
                       const char *member);

/* Adds a note to one of the builder's lists; `member` and the text are copied. */
void mh_plan_note(struct mh_plan_builder *builder, struct mh_list **notes, const char *member,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Puts an item behind the others of a list. */
void mh_plan_push(struct mh_plan_builder *builder, struct mh_list **list, const void *item);
/* The same for a warning that ?strict=true refuses, as it does what is pending or unsupported. */
void mh_plan_warn_strictly(struct mh_plan_builder *builder, const char *member, const char *text);
/* The pointer of an entry, kept as long as the plan; "" when out of memory. */
const char *mh_plan_member(struct mh_plan_builder *builder, const char *section, const char *name);
void mh_plan_check(struct mh_plan_builder *builder, enum mh_error error);

/* The one interface that a selector names; NULL, and a pending note, when there is none or several. */
const struct mh_interface *mh_plan_interface(struct mh_plan_builder *builder, const char *selector,
                                             const char *member);
const char *mh_plan_interface_name(const struct mh_plan_builder *builder, uint32_t index);
/* The address was made by this service: the system says so, or the ledger does. */
bool mh_plan_owns_address(const struct mh_plan_builder *builder, const struct mh_interface_address *address);
/* When all is done, an address of the interface has the other one in its subnet. */
bool mh_plan_is_on_link(const struct mh_plan_builder *builder, uint32_t interface,
                        const struct mh_address *address);
/* When all is done, Linux has a route to the subnet of this one of `target` because of it, or of the primary
 * before it (net/ipv4/fib_frontend.c, fib_add_ifaddr). Of its interface's state nothing is said. */
bool mh_plan_is_connected(const struct mh_plan_builder *builder, const struct mh_interface_address *address);
/* The host's address, when all is done; NULL when there is none. */
const struct mh_interface_address *mh_plan_host_address(const struct mh_plan_builder *builder,
                                                        const struct mh_address *address);

/* A gateway that is an address of this host, or will be until the plan's last steps, is refused by the
 * system: then true, noted as pending. */
bool mh_plan_is_own_gateway(struct mh_plan_builder *builder, const struct mh_address *gateway,
                            const char *member);

/* ---- IPv6 prefix routes that Linux leaves behind (plan_prefix.c) ------------------------------------ */

/* The kernel's route to the prefix of an address of ours, which may have to go with it. */
bool mh_plan_may_leave(const struct mh_plan_builder *builder, const struct mh_route *route);
/* After the step that took the address away. */
void mh_plan_clean_prefix(struct mh_plan_builder *builder, const struct mh_interface_address *gone,
                          const char *member);
/* Behind the op that takes an added address away again. */
void mh_plan_undo_prefix(struct mh_plan_builder *builder, const struct mh_interface_address *added,
                         const struct mh_prediction *before, struct mh_list **ops);

/* ---- the parts of a plan, in this order ------------------------------------------------------------ */

void mh_plan_settings(struct mh_plan_builder *builder);
/* Settings that Linux's own filter table holds (plan_filter.c). */
void mh_plan_filter(struct mh_plan_builder *builder);
void mh_plan_want_addresses(struct mh_plan_builder *builder);
/* Reads the routes that the plan may touch into the prediction (plan_collect.c). */
void mh_plan_collect(struct mh_plan_builder *builder);
void mh_plan_bring_addresses(struct mh_plan_builder *builder);
/* `wanted` gets struct mh_wanted_route. Its steps: those that are missing or different. */
void mh_plan_routes(struct mh_plan_builder *builder, struct mh_list **wanted);
/* `routes`: those that mh_plan_routes wanted. */
void mh_plan_rules(struct mh_plan_builder *builder, const struct mh_list *routes);
/* Own routes that nothing wants. */
void mh_plan_drop_routes(struct mh_plan_builder *builder, const struct mh_list *wanted);
void mh_plan_take_addresses(struct mh_plan_builder *builder);
/* Routes that went with an address come back; `earlier` is the host before addresses went (plan_casualty.c).
 */
void mh_plan_put_routes_back(struct mh_plan_builder *builder, const struct mh_prediction *earlier);

struct mh_wanted_address {
    struct mh_interface_address address;
    const char *member;
};

struct mh_wanted_route {
    struct mh_route route; /* next hops in the builder's memory */
    const char *member;
};
/* What the configuration wants of routes: those of `routes`, and the tables of uplinks (plan_uplink.c). */
void mh_plan_want_routes(struct mh_plan_builder *builder, struct mh_list **wanted);
void mh_plan_want_uplinks(struct mh_plan_builder *builder, struct mh_list **wanted);
void mh_plan_want(struct mh_plan_builder *builder, struct mh_list **wanted, const struct mh_route *route,
                  const struct mh_next_hop *hop, const char *member);
/* The table of an uplink: 5200 to 5999 (DESIGN section 5). */
uint32_t mh_plan_uplink_table(const struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                              const struct mh_interface *interface);
/* The gateway of a family, configured or found; family none: there is none, and why is noted. */
struct mh_address mh_plan_gateway(struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                                  const struct mh_interface *interface, enum mh_family family,
                                  const char *member);

/* ---- plan_undo.c ----------------------------------------------------------------------------------------
 */

/* The ops that lead from `from` back to `to`, of which it was made by one op; appended to *ops (struct
 * mh_op). */
void mh_plan_undo(struct mh_plan_builder *builder, const struct mh_op *op, const struct mh_prediction *to,
                  const struct mh_prediction *from, struct mh_list **ops);

#endif
