/* DOC: FreeBSD and OpenBSD have no policy rules. What the plan puts into rules (struct mh_rule) and into
 * tables 5200 to 5999 (struct mh_route) is kept in an anchor of pf(4) of our own, named "multihomed": this
 * model, rendered as pf rules (pf_render.c), with the model itself in the rules' labels (pf_record.c), from
 * which it is read back (pf_read.c). anchor.c talks to pfctl(8).
 *
 * The model: what the anchor holds. Pure; one thread at a time. */
#ifndef MH_BSD_ANCHOR_MODEL_H
#define MH_BSD_ANCHOR_MODEL_H

#include "core/error.h"
#include "core/list.h"
#include "core/op.h"

enum { MH_ANCHOR_TABLE_FIRST = 5200, MH_ANCHOR_TABLE_LAST = 5999, MH_ANCHOR_PROTOCOL = 157 };
enum { MH_ANCHOR_NAME_SIZE = 16 }; /* IFNAMSIZ, alike on all */

/* A route with its next hop. pf knows interfaces by name: the index in `hop` is not known (0) where the
 * route was read from pf. */
struct mh_anchor_route {
    struct mh_route route; /* next_hops NULL: see mh_anchor_route_of */
    struct mh_next_hop hop;
    bool has_hop;                        /* false: blackhole, unreachable, prohibit */
    char interface[MH_ANCHOR_NAME_SIZE]; /* of `hop` */
};

struct mh_anchor_model {
    struct mh_list *rules;  /* struct mh_rule, by priority */
    struct mh_list *routes; /* struct mh_anchor_route, by table; longest prefix first, then smallest metric */
};

/* MH_OK or MH_NO_MEMORY; empty. Clear it in both cases. */
enum mh_error mh_anchor_init(struct mh_anchor_model *model);
void mh_anchor_clear(struct mh_anchor_model *model);
/* A second model of the same content; nothing can fail. Clear both. */
void mh_anchor_copy(const struct mh_anchor_model *model, struct mh_anchor_model *copy);

/* The same rules and routes. */
bool mh_anchor_same(const struct mh_anchor_model *a, const struct mh_anchor_model *b);

/* The op is carried out in the anchor: rules, and routes of tables 5200 to 5999. */
bool mh_anchor_holds(const struct mh_op *op);

/* Changes the model as the op says; `interface` is the name of the route's interface, NULL when there is
 * none. MH_OK; MH_EXISTS; MH_NOT_FOUND; MH_UNSUPPORTED: pf has no words for it; MH_INVALID; MH_NO_MEMORY.
 * After an error the model is as it was. */
enum mh_error mh_anchor_apply(struct mh_anchor_model *model, const struct mh_op *op, const char *interface,
                              struct mh_failure *failure);
/* What reading puts in, checked in the same way. */
enum mh_error mh_anchor_add_rule(struct mh_anchor_model *model, const struct mh_rule *rule,
                                 struct mh_failure *failure);
enum mh_error mh_anchor_add_route(struct mh_anchor_model *model, const struct mh_anchor_route *route,
                                  struct mh_failure *failure);

/* pf can name such an interface: letters, digits and "._-", 15 at most. */
bool mh_anchor_can_name(const char *interface);
/* `route` as everybody else has it; valid as long as `from`. */
struct mh_route mh_anchor_route_of(const struct mh_anchor_route *from);

#endif
