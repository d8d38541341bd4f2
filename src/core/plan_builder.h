/* A plan while it is made: the host as predicted so far, and the steps that lead there. An error (out of
 * memory) is remembered, and everything after it does nothing: callers need not look. Private to plan*.c. */
#ifndef MH_CORE_PLAN_BUILDER_H
#define MH_CORE_PLAN_BUILDER_H

#include "core/dialect_traits.h"
#include "core/place_index.h"
#include "core/plan.h"
#include "core/prediction.h"

/* Marks of what is ours (DESIGN section 5). */
enum {
    MH_PLAN_PROTOCOL = 157,
    MH_PLAN_RULE_PRIORITY = 5200,
    MH_PLAN_TABLE_FIRST = 5200,
    MH_PLAN_TABLE_LAST = 5999,
    MH_PLAN_PREFERENCE_TABLE = MH_PLAN_TABLE_LAST
};
enum {
    MH_PLAN_PREFERENCE_PRIORITY = 5240, /* and the two behind it: to the table of preferred sources */
    MH_PLAN_SOURCE_PRIORITY = 5260,     /* rules: a source leads to the table of its interface */
    MH_PLAN_END_PRIORITY = 5261,        /* and does not fall through to main */
    MH_PLAN_RULE_PRIORITY_LAST = 5299
};
enum {
    MH_PLAN_COPIES_MAX =
        1024,                /* other programs' routes by one interface; more are not copied into its table */
    MH_PLAN_MAINS_MAX = 4096 /* those that preferred sources concern; of more they do not follow main */
};

/* Thousands of routes have a few gateways: the question of the last time, as long as the target stays. */
struct mh_plan_memo {
    struct mh_address gateway;
    uint32_t interface;
    bool known, answer;
};

/* What makes looking fast: where in the builder's lists things stand, and memos. */
struct mh_plan_lookup {
    struct mh_place_index wanted_by_address, wanted_by_subnet, target_by_address, routes_by_key;
    struct mh_place_index ledger_by_address; /* what was in the ledger at any time: nothing is dropped */
    struct mh_plan_memo on_link, reached;
    struct mh_plan_memo source; /* whether a route may lose it */
    struct mh_plan_memo way;    /* its interface is what was found */
    struct mh_next_hop filled;  /* by which the next one went */
    struct mh_address fill;     /* what the system chooses as source of a route by `filled` */
    bool has_fill;
};

struct mh_plan_builder {
    const struct mh_plan_input *input;
    const struct mh_dialect_traits *traits; /* of the input's dialect */
    const char *no_rules;                   /* why there can be no rules; NULL: there can */
    struct mh_arena *memory;
    struct mh_prediction now;         /* after the steps so far */
    struct mh_ledger ledger;          /* likewise */
    struct mh_list *wanted_addresses; /* struct mh_wanted_address */
    struct mh_list *target;           /* struct mh_interface_address: the host's when all is done */
    struct mh_list *internal_links;   /* uint32_t: internal interfaces but loopback */
    struct mh_list *internal;    /* struct mh_route: other programs', of table main, by internal interfaces */
    struct mh_list *covers;      /* struct mh_plan_cover, by interface */
    struct mh_list *table_links; /* struct mh_plan_table_link, by interface: those that have a table */
    struct mh_list *behind;      /* struct mh_route: others', of table main, by table_links */
    struct mh_list *mains;       /* struct mh_route: others', of table main, that preferred sources concern */
    size_t main_count;           /* with those that are too many for the list */
    struct mh_list *steps, *pending, *unsupported, *warnings;
    struct mh_plan_lookup *lookup;
    const struct mh_interface_address *table_sources[2]; /* the input's (table_source.h); IPv4, IPv6 */
    bool skips[2]; /* IPv4, IPv6: an address is wanted that is not to be chosen as a source */
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
/* A route of the input's table, whose owner is this service where the ledger says so. A source that is not
 * told, as the whole table has one, is the one that the system chooses. */
void mh_plan_read_route(const struct mh_plan_builder *builder, mh_route_handle handle,
                        struct mh_route *route);
/* The memo is about this question. */
bool mh_plan_remembers(const struct mh_plan_memo *memo, uint32_t interface, const struct mh_address *gateway);
/* Puts an address behind the others of the target. */
void mh_plan_keep_address(struct mh_plan_builder *builder, const struct mh_interface_address *address);
/* When all is done, an address of the interface has the other one in its subnet. */
bool mh_plan_is_on_link(const struct mh_plan_builder *builder, uint32_t interface,
                        const struct mh_address *address);
/* When all is done, Linux has a route to the subnet of this one of `target` because of it, or of the primary
 * before it (net/ipv4/fib_frontend.c, fib_add_ifaddr). Of its interface's state nothing is said. */
bool mh_plan_is_connected(const struct mh_plan_builder *builder, const struct mh_interface_address *address);
/* The host's address, when all is done; NULL when there is none. */
const struct mh_interface_address *mh_plan_host_address(const struct mh_plan_builder *builder,
                                                        const struct mh_address *address);

/* Where each route has a source, the interface has one when all is done. */
bool mh_plan_can_fill_in(const struct mh_plan_builder *builder, uint32_t interface, enum mh_family family);

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

/* ---- what the system cannot do (plan_ability.c) ----------------------------------------------------- */

/* A sentence; NULL: there can be rules that lead a source to a table. */
const char *mh_plan_why_no_rules(const struct mh_plan_builder *builder);
void mh_plan_note_no_rules(struct mh_plan_builder *builder);
void mh_plan_note_no_skips(struct mh_plan_builder *builder);
void mh_plan_note_no_preferences(struct mh_plan_builder *builder);

/* ---- what this host lacks though its system has it (plan_lacking.c) --------------------------------- */

/* Why an intent ("host_model.send") cannot be carried out here, a sentence; NULL: it can. */
const char *mh_plan_why_lacking(const struct mh_plan_builder *builder, const char *intent);
/* Of all members that ask for such. */
void mh_plan_note_lacking(struct mh_plan_builder *builder);

/* ---- metrics (plan_metric.c) ----------------------------------------------------------------------- */

/* Of a route that is given none. */
uint32_t mh_plan_usual_metric(const struct mh_plan_builder *builder, uint32_t table, uint8_t family);
/* The metric of the document, as near as the system has it; warns where it has not that one. 0: none. */
uint32_t mh_plan_fit_metric(struct mh_plan_builder *builder, uint32_t metric, const char *member);
/* What the system adds to the metric of a route by the interface, as it will be; 0: nothing. */
uint32_t mh_plan_interface_metric(const struct mh_plan_builder *builder, uint32_t interface,
                                  enum mh_family family);
/* Of an uplink's default route, by its priority. */
uint32_t mh_plan_uplink_metric(const struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                               enum mh_family family);

/* ---- the parts of a plan, in this order ------------------------------------------------------------ */

void mh_plan_settings(struct mh_plan_builder *builder);
/* `wanted` gets struct mh_wanted_setting: those of the whole host, where interfaces have none of their own
 * (plan_host_settings.c). */
void mh_plan_want_host_settings(struct mh_plan_builder *builder, struct mh_list **wanted);
/* Likewise of interfaces that have switches of their own for the host model (plan_interface_settings.c). */
void mh_plan_want_interface_settings(struct mh_plan_builder *builder, struct mh_list **wanted);
/* Settings that Linux's own filter table holds (plan_filter.c). */
void mh_plan_filter(struct mh_plan_builder *builder);
void mh_plan_labels(struct mh_plan_builder *builder);
/* "/address_policy/labels/2001:db8::~132". */
const char *mh_plan_label_member(struct mh_plan_builder *builder, const struct mh_config_label *entry);
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
/* Proxy entries that went with an address come back (plan_proxy.c). */
void mh_plan_put_proxies_back(struct mh_plan_builder *builder, const struct mh_prediction *earlier);
/* Routes that went with an address come back; `earlier` is the host before addresses went (plan_casualty.c).
 */
void mh_plan_put_routes_back(struct mh_plan_builder *builder, const struct mh_prediction *earlier);
/* Of other programs' routes alone. */
void mh_plan_put_others_back(struct mh_plan_builder *builder, const struct mh_prediction *earlier);

/* The preferred sources of the main table (plan_table_source.c). */
void mh_plan_table_sources(struct mh_plan_builder *builder);
/* The entry asks for one. */
bool mh_plan_is_table_source(const struct mh_plan_builder *builder,
                             const struct mh_config_source_preference *entry);

struct mh_wanted_setting {
    struct mh_setting setting;
    const char *member;
};

struct mh_wanted_address {
    struct mh_interface_address address;
    const char *member;
};

struct mh_wanted_route {
    struct mh_route route; /* next hops in the builder's memory */
    const char *member;
};
/* The first of `wanted` with the key of the route, or NULL. */
const struct mh_wanted_route *mh_plan_wanted_route(const struct mh_plan_builder *builder,
                                                   const struct mh_list *wanted,
                                                   const struct mh_route *route);
/* What the configuration wants of routes: those of `routes`, the default routes of uplinks (plan_defaults.c),
 * the tables of uplinks that rules name (plan_uplink.c), and those of interfaces whose addresses are bound to
 * them (plan_source_rules.c). */
void mh_plan_want_routes(struct mh_plan_builder *builder, struct mh_list **wanted);
void mh_plan_want_uplinks(struct mh_plan_builder *builder, struct mh_list **wanted);
void mh_plan_want_source_tables(struct mh_plan_builder *builder, struct mh_list **wanted);
void mh_plan_want_defaults(struct mh_plan_builder *builder, struct mh_list **wanted);
void mh_plan_want(struct mh_plan_builder *builder, struct mh_list **wanted, const struct mh_route *route,
                  const struct mh_next_hop *hop, const char *member);
/* One route by several ways, at least one; they are copied. */
void mh_plan_want_ways(struct mh_plan_builder *builder, struct mh_list **wanted, const struct mh_route *route,
                       const struct mh_next_hop *ways, size_t count, const char *member);
/* The gateway is reached directly by the interface: one of its addresses' subnets covers it, or a route of
 * somebody else's leads straight there. */
bool mh_plan_is_reached(const struct mh_plan_builder *builder, uint32_t interface,
                        const struct mh_address *gateway);

/* Of ours, the one of the same key in the host so far; NULL: there is none. */
const struct mh_route *mh_plan_own_route(const struct mh_plan_builder *builder, const struct mh_route *route);
/* It is what is wanted: what the system chooses by itself, where the document says nothing, is not compared.
 */
bool mh_plan_is_as_wanted(const struct mh_plan_builder *builder, const struct mh_route *is,
                          const struct mh_route *wanted);

/* An uplink that has a way now. */
struct mh_plan_candidate {
    struct mh_next_hop way;
    uint32_t priority, metric;
    const char *member;
};
/* Where there is one default route of a family (plan_one_default.c): of `items` the first. */
void mh_plan_want_one_default(struct mh_plan_builder *builder, enum mh_family family,
                              const struct mh_plan_candidate *items, size_t count, struct mh_list **wanted);

/* ---- sources that are bound to their interface (plan_cover.c) -------------------------------------- */

/* An interface whose addresses have rules in a family. */
struct mh_plan_cover {
    uint32_t interface;
    uint8_t family;     /* enum mh_family */
    bool strong;        /* what finds no way in the interface's table does not leave by another */
    const char *member; /* that asks for it */
};
void mh_plan_find_covers(struct mh_plan_builder *builder);
/* NULL when it is not covered. */
const struct mh_plan_cover *mh_plan_cover_of(const struct mh_plan_builder *builder, uint32_t interface,
                                             enum mh_family family);
/* Pushes the rules that are wanted for them: struct mh_plan_step with an op and a member. */
void mh_plan_want_source_rules(struct mh_plan_builder *builder, struct mh_list **wanted);

/* ---- tables (plan_uplink.c) ------------------------------------------------------------------------ */

struct mh_plan_table_link {
    uint32_t interface;
    size_t behind_count; /* routes of other programs by it, of which only so many are kept in `behind` */
};
/* What a table is to hold, in a family. */
struct mh_plan_table {
    uint32_t id;
    enum mh_family family;
    const struct mh_interface *interface;
    const struct mh_next_hop *way;   /* of the default route; NULL: none */
    const char *member, *way_member; /* who asks for the table, and for its default route */
};
void mh_plan_find_table_links(struct mh_plan_builder *builder);
void mh_plan_want_table(struct mh_plan_builder *builder, struct mh_list **wanted,
                        const struct mh_plan_table *what);
/* The table of an interface, or of an uplink: 5200 to 5999 (DESIGN section 5). */
uint32_t mh_plan_interface_table(const struct mh_plan_builder *builder, const struct mh_interface *interface);
uint32_t mh_plan_uplink_table(const struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                              const struct mh_interface *interface);

/* ---- ways out (plan_way.c) ------------------------------------------------------------------------- */

const struct mh_config_gateway *mh_plan_gateway_of(const struct mh_config_uplink *uplink,
                                                   enum mh_family family);
/* A default route that somebody else made. */
bool mh_plan_is_foreign_default(const struct mh_route *route);
/* Fills *way with the uplink's next hop in the family; false: there is none now, and why is noted as pending,
 * but for a family that the uplink does not serve. */
bool mh_plan_uplink_way(struct mh_plan_builder *builder, const struct mh_config_uplink *uplink,
                        const struct mh_interface *interface, enum mh_family family, const char *member,
                        struct mh_next_hop *way);
/* Likewise the one of the best default route by the interface that somebody else made; nothing is noted. */
bool mh_plan_foreign_way(const struct mh_plan_builder *builder, const struct mh_interface *interface,
                         enum mh_family family, struct mh_next_hop *way);

/* ---- preferred sources (plan_preferences.c) -------------------------------------------------------- */

/* Before mh_plan_is_preferred is asked. */
void mh_plan_find_skips(struct mh_plan_builder *builder);
/* A route of table main whose source may have to be another one, or that stands before such a one. */
bool mh_plan_is_preferred(const struct mh_plan_builder *builder, const struct mh_route *route);
/* After everything that is wanted of table main. */
void mh_plan_want_preferences(struct mh_plan_builder *builder, struct mh_list **wanted);
/* Where there is no such table (plan_source_routes.c). */
void mh_plan_want_source_routes(struct mh_plan_builder *builder, struct mh_list **wanted);
void mh_plan_want_preference_rules(struct mh_plan_builder *builder, const struct mh_list *routes,
                                   struct mh_list **rules);
/* The source can be named by a route. Else false, and noted as pending where a member is given. */
bool mh_plan_has_source(struct mh_plan_builder *builder, const struct mh_address *source, const char *member);
/* When all is done the system makes a route to the subnet of this one of `target` (fib_add_ifaddr,
 * ipv6_add_addr). */
bool mh_plan_makes_route(const struct mh_plan_builder *builder, const struct mh_interface_address *address);

/* ---- sharing --------------------------------------------------------------------------------------- */

/* Uplinks share the traffic by weight, with the consent that this needs. */
bool mh_plan_balances(const struct mh_plan_builder *builder);
/* Says so where the consent is missing. */
void mh_plan_note_sharing(struct mh_plan_builder *builder);

/* ---- plan_undo.c ------------------------------------------------------------------------------------- */

/* What undoes the op depends on more than the op and the host before it: on what it takes along. */
bool mh_plan_undo_needs_effect(const struct mh_plan_builder *builder, const struct mh_op *op);
/* The ops that lead from `from` back to `to`, of which it was made by one op; appended to *ops (struct
 * mh_op). `from` may be NULL where mh_plan_undo_needs_effect is false. */
void mh_plan_undo(struct mh_plan_builder *builder, const struct mh_op *op, const struct mh_prediction *to,
                  const struct mh_prediction *from, struct mh_list **ops);

#endif
