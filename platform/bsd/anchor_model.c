#include "anchor_model.h"

#include "core/prediction.h"
#include "core/route_table.h"

#include <string.h>

/* ---- life ------------------------------------------------------------------------------------------ */

enum mh_error mh_anchor_init(struct mh_anchor_model *model)
{
    model->rules = mh_list_new(sizeof(struct mh_rule));
    model->routes = mh_list_new(sizeof(struct mh_anchor_route));
    return model->rules != NULL && model->routes != NULL ? MH_OK : MH_NO_MEMORY;
}

void mh_anchor_clear(struct mh_anchor_model *model)
{
    mh_list_release(model->rules);
    mh_list_release(model->routes);
    *model = (struct mh_anchor_model){0};
}

void mh_anchor_copy(const struct mh_anchor_model *model, struct mh_anchor_model *copy)
{
    copy->rules = mh_list_retain(model->rules);
    copy->routes = mh_list_retain(model->routes);
}

static bool same_route(const struct mh_anchor_route *a, const struct mh_anchor_route *b)
{
    const struct mh_route route_a = mh_anchor_route_of(a), route_b = mh_anchor_route_of(b);
    return route_a.table == route_b.table && route_a.owner == route_b.owner &&
           mh_route_equal(&route_a, &route_b) && strcmp(a->interface, b->interface) == 0;
}

bool mh_anchor_same(const struct mh_anchor_model *a, const struct mh_anchor_model *b)
{
    const struct mh_rule *rules_a = mh_list_items(a->rules), *rules_b = mh_list_items(b->rules);
    const struct mh_anchor_route *routes_a = mh_list_items(a->routes), *routes_b = mh_list_items(b->routes);
    if (mh_list_count(a->rules) != mh_list_count(b->rules) ||
        mh_list_count(a->routes) != mh_list_count(b->routes))
        return false;
    for (size_t i = 0; i < mh_list_count(a->rules); i++)
        if (!mh_rule_equal(&rules_a[i], &rules_b[i]) || rules_a[i].owner != rules_b[i].owner)
            return false;
    for (size_t i = 0; i < mh_list_count(a->routes); i++)
        if (!same_route(&routes_a[i], &routes_b[i]))
            return false;
    return true;
}

bool mh_anchor_holds(const struct mh_op *op)
{
    switch (op->kind) {
    case MH_OP_RULE_ADD:
    case MH_OP_RULE_DELETE:
        return true;
    case MH_OP_ROUTE_ADD:
    case MH_OP_ROUTE_REPLACE:
    case MH_OP_ROUTE_DELETE:
        return op->of.route.table >= MH_ANCHOR_TABLE_FIRST && op->of.route.table <= MH_ANCHOR_TABLE_LAST;
    default:
        return false;
    }
}

bool mh_anchor_can_name(const char *interface)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t length = strlen(interface);
    return length > 0 && length < MH_ANCHOR_NAME_SIZE && strspn(interface, allowed) == length &&
           interface[0] != '-' && interface[0] != '.';
}

struct mh_route mh_anchor_route_of(const struct mh_anchor_route *from)
{
    struct mh_route route = from->route;
    route.next_hop_count = from->has_hop ? 1 : 0;
    route.next_hops = from->has_hop ? &from->hop : NULL;
    return route;
}

/* ---- what pf can say ------------------------------------------------------------------------------- */

static bool is_family(const struct mh_prefix *prefix, uint8_t family)
{
    return prefix->address.family == MH_FAMILY_NONE || prefix->address.family == family;
}

/* The plan has no goto for these systems; what selects by anything but addresses has none either. */
static enum mh_error check_rule(const struct mh_rule *rule, struct mh_failure *failure)
{
    bool refuses = rule->action == MH_RULE_BLACKHOLE || rule->action == MH_RULE_UNREACHABLE ||
                   rule->action == MH_RULE_PROHIBIT;
    bool leads = rule->action == MH_RULE_TO_TABLE && rule->table >= MH_ANCHOR_TABLE_FIRST &&
                 rule->table <= MH_ANCHOR_TABLE_LAST;
    if ((rule->family != MH_IPV4 && rule->family != MH_IPV6) || !is_family(&rule->from, rule->family) ||
        !is_family(&rule->to, rule->family))
        return mh_fail(failure, MH_INVALID, "a rule's prefixes are not of its family");
    if (!refuses && !leads)
        return mh_fail(failure, MH_UNSUPPORTED,
                       "pf has no words for a rule that does not lead to a table of "
                       "this service, or refuse");
    if (rule->invert || rule->l3mdev || rule->has_uid_range || rule->unknown_selector || rule->tos != 0 ||
        rule->ip_protocol != 0 || rule->input[0] != '\0' || rule->output[0] != '\0' || rule->mark_mask != 0 ||
        rule->source_port_last != 0 || rule->destination_port_last != 0 || rule->tunnel_id != 0 ||
        rule->suppress_prefix_length != -1 || rule->suppress_interface_group != -1)
        return mh_fail(failure, MH_UNSUPPORTED, "rules in pf select by source and destination only");
    return MH_OK;
}

static bool refuses(uint8_t type)
{
    return type == MH_ROUTE_BLACKHOLE || type == MH_ROUTE_UNREACHABLE || type == MH_ROUTE_PROHIBIT;
}

static enum mh_error check_route(const struct mh_anchor_route *item, struct mh_failure *failure)
{
    const struct mh_route *route = &item->route;
    uint8_t family = route->destination.address.family;
    if (route->table < MH_ANCHOR_TABLE_FIRST || route->table > MH_ANCHOR_TABLE_LAST ||
        (family != MH_IPV4 && family != MH_IPV6))
        return mh_fail(failure, MH_INVALID, "no route of a table of this service");
    if (route->type != MH_ROUTE_UNICAST && route->type != MH_ROUTE_UNSPECIFIED && !refuses(route->type))
        return mh_fail(failure, MH_UNSUPPORTED, "pf has no words for a route of type %u", route->type);
    if (route->source.address.family != MH_FAMILY_NONE || route->tos != 0 || route->native_length != 0)
        return mh_fail(failure, MH_UNSUPPORTED, "routes in pf have a destination and a next hop only");
    if (item->has_hop == refuses(route->type))
        return mh_fail(failure, MH_INVALID, "a route has a next hop where it should not, or none");
    if (item->has_hop && !mh_anchor_can_name(item->interface))
        return mh_fail(failure, MH_UNSUPPORTED, "pf cannot name the interface \"%s\"", item->interface);
    if (item->has_hop && item->hop.gateway.family != MH_FAMILY_NONE && item->hop.gateway.family != family)
        return mh_fail(failure, MH_UNSUPPORTED, "pf has no gateway of another family");
    return MH_OK;
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static size_t find_rule(const struct mh_anchor_model *model, const struct mh_rule *rule)
{
    const struct mh_rule *items = mh_list_items(model->rules);
    size_t at = 0, count = mh_list_count(model->rules);
    while (at < count && !mh_rule_equal(&items[at], rule))
        at++;
    return at;
}

enum mh_error mh_anchor_add_rule(struct mh_anchor_model *model, const struct mh_rule *rule,
                                 struct mh_failure *failure)
{
    enum mh_error code = check_rule(rule, failure);
    if (code != MH_OK)
        return code;
    if (find_rule(model, rule) < mh_list_count(model->rules))
        return mh_fail(failure, MH_EXISTS, "the rule is there already");
    const struct mh_rule *items = mh_list_items(model->rules);
    size_t at = mh_list_count(model->rules);
    while (at > 0 && items[at - 1].priority > rule->priority)
        at--;
    return mh_list_insert(&model->rules, at, rule) ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

static enum mh_error delete_rule(struct mh_anchor_model *model, const struct mh_rule *rule,
                                 struct mh_failure *failure)
{
    size_t at = find_rule(model, rule);
    if (at == mh_list_count(model->rules))
        return mh_fail(failure, MH_NOT_FOUND, "there is no such rule");
    return mh_list_remove(&model->rules, at) ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static size_t find_route(const struct mh_anchor_model *model, const struct mh_route *route)
{
    const struct mh_anchor_route *items = mh_list_items(model->routes);
    size_t at = 0, count = mh_list_count(model->routes);
    while (at < count && !mh_route_same_key(&items[at].route, route))
        at++;
    return at;
}

/* In the order in which they decide; within that, one that does not change when others come and go. */
static bool is_before(const struct mh_route *a, const struct mh_route *b)
{
    if (a->table != b->table)
        return a->table < b->table;
    if (a->destination.length != b->destination.length)
        return a->destination.length > b->destination.length;
    int order = mh_prefix_compare(&a->destination, &b->destination);
    return order != 0 ? order < 0 : a->metric < b->metric;
}

enum mh_error mh_anchor_add_route(struct mh_anchor_model *model, const struct mh_anchor_route *route,
                                  struct mh_failure *failure)
{
    enum mh_error code = check_route(route, failure);
    if (code != MH_OK)
        return code;
    if (find_route(model, &route->route) < mh_list_count(model->routes))
        return mh_fail(failure, MH_EXISTS, "the route is there already");
    const struct mh_anchor_route *items = mh_list_items(model->routes);
    size_t at = mh_list_count(model->routes);
    while (at > 0 && is_before(&route->route, &items[at - 1].route))
        at--;
    return mh_list_insert(&model->routes, at, route) ? MH_OK
                                                     : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

static enum mh_error delete_route(struct mh_anchor_model *model, const struct mh_route *route,
                                  struct mh_failure *failure)
{
    size_t at = find_route(model, route);
    if (at == mh_list_count(model->routes))
        return mh_fail(failure, MH_NOT_FOUND, "there is no such route");
    return mh_list_remove(&model->routes, at) ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

/* In place of the one with the same key, when there is one. */
static enum mh_error replace_route(struct mh_anchor_model *model, const struct mh_anchor_route *route,
                                   struct mh_failure *failure)
{
    enum mh_error code = check_route(route, failure);
    size_t at = find_route(model, &route->route);
    if (code != MH_OK)
        return code;
    if (at == mh_list_count(model->routes))
        return mh_anchor_add_route(model, route, failure);
    return mh_list_replace(&model->routes, at, route) ? MH_OK
                                                      : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

/* Memory of the caller's is not kept. */
static enum mh_error take_route(const struct mh_route *from, const char *interface,
                                struct mh_anchor_route *route, struct mh_failure *failure)
{
    memset(route, 0, sizeof *route);
    route->route = *from;
    route->route.next_hops = NULL;
    route->route.next_hop_count = 0;
    route->route.native = NULL;
    if (from->next_hop_count > 1)
        return mh_fail(failure, MH_UNSUPPORTED, "a route in pf has one next hop");
    if (from->next_hop_count == 0 || refuses(from->type))
        return MH_OK;
    if (interface == NULL || !mh_anchor_can_name(interface))
        return mh_fail(failure, MH_UNSUPPORTED, "pf cannot name the interface \"%.40s\"",
                       interface == NULL ? "" : interface);
    route->has_hop = true;
    route->hop = from->next_hops[0];
    memcpy(route->interface, interface, strlen(interface) + 1);
    return MH_OK;
}

/* ---- ops ------------------------------------------------------------------------------------------- */

enum mh_error mh_anchor_apply(struct mh_anchor_model *model, const struct mh_op *op, const char *interface,
                              struct mh_failure *failure)
{
    struct mh_anchor_route route;
    enum mh_error code;
    switch (op->kind) {
    case MH_OP_RULE_ADD:
        return mh_anchor_add_rule(model, &op->of.rule, failure);
    case MH_OP_RULE_DELETE:
        return delete_rule(model, &op->of.rule, failure);
    case MH_OP_ROUTE_ADD:
        code = take_route(&op->of.route, interface, &route, failure);
        return code == MH_OK ? mh_anchor_add_route(model, &route, failure) : code;
    case MH_OP_ROUTE_REPLACE:
        code = take_route(&op->of.route, interface, &route, failure);
        return code == MH_OK ? replace_route(model, &route, failure) : code;
    case MH_OP_ROUTE_DELETE:
        return delete_route(model, &op->of.route, failure);
    default:
        return mh_fail(failure, MH_UNSUPPORTED, "nothing that pf holds");
    }
}
