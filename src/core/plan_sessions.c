#include "core/plan_sessions.h"

#include "core/dialect_traits.h"
#include "core/plan_routes_after.h"
#include "core/scenario_subnet.h"

#include <stdlib.h>

void mh_plan_sessions_clear(struct mh_plan_sessions *sessions)
{
    free(sessions->items);
    *sessions = (struct mh_plan_sessions){0};
}

bool mh_session_is_cut(const struct mh_session_effect *effect)
{
    return effect->fate == MH_SESSION_NO_ADDRESS || effect->fate == MH_SESSION_NO_ROUTE ||
           effect->fate == MH_SESSION_REMOTE_IS_OWN;
}

bool mh_plan_touches_sessions(const struct mh_plan *plan)
{
    for (size_t i = 0; i < plan->step_count; i++)
        switch (plan->steps[i].op.kind) {
        case MH_OP_LINK_ADDRESS_SET:
        case MH_OP_PROXY_ADD:
        case MH_OP_PROXY_DELETE:
        case MH_OP_LABEL_ADD: /* a session has its source */
        case MH_OP_LABEL_DELETE:
        case MH_OP_KIND_COUNT:
            break;
        case MH_OP_SETTING_SET: /* routes by a link without carrier may count or not */
        case MH_OP_ADDRESS_ADD:
        case MH_OP_ADDRESS_DELETE:
        case MH_OP_ADDRESS_FLAGS:
        case MH_OP_ROUTE_ADD:
        case MH_OP_ROUTE_REPLACE:
        case MH_OP_ROUTE_DELETE:
        case MH_OP_RULE_ADD:
        case MH_OP_RULE_DELETE:
            return true;
        }
    return false;
}

/* ---- addresses ------------------------------------------------------------------------------------- */

/* The host before and after. `after` is NULL where routes are not predicted. */
struct judging {
    const struct mh_plan_input *input;
    const struct mh_plan *plan;
    struct mh_route_table *after;
    struct mh_address *own_before, *own_after; /* sorted */
    size_t before_count, after_count;
};

static int compare(const void *a, const void *b)
{
    return mh_address_compare(a, b);
}

static struct mh_address *sort_addresses(const struct mh_snapshot *snapshot, size_t *count)
{
    struct mh_address *list = calloc(snapshot->address_count + 1, sizeof *list);
    *count = snapshot->address_count;
    for (size_t i = 0; list != NULL && i < *count; i++)
        list[i] = snapshot->addresses[i].address;
    if (list != NULL)
        qsort(list, *count, sizeof *list, compare);
    return list;
}

static bool contains(const struct mh_address *list, size_t count, const struct mh_address *address)
{
    return bsearch(address, list, count, sizeof *list, compare) != NULL;
}

/* Link-local addresses are of one interface, the one that the session is bound to. */
static bool is_on(const struct mh_snapshot *snapshot, uint32_t interface, const struct mh_address *address)
{
    size_t count;
    const struct mh_interface_address *items = mh_snapshot_addresses_of(snapshot, interface, &count);
    for (size_t i = 0; i < count; i++)
        if (mh_address_equal(&items[i].address, address))
            return true;
    return false;
}

static bool loses_address(const struct judging *judging, const struct mh_endpoint *session)
{
    if (session->interface != 0 && mh_address_is_link_local(&session->local))
        return is_on(judging->input->snapshot, session->interface, &session->local) &&
               !is_on(&judging->plan->after, session->interface, &session->local);
    return contains(judging->own_before, judging->before_count, &session->local) &&
           !contains(judging->own_after, judging->after_count, &session->local);
}

static bool stays_inside(const struct judging *judging, const struct mh_endpoint *session)
{
    return mh_address_is_loopback(&session->remote) ||
           contains(judging->own_before, judging->before_count, &session->remote);
}

/* ---- ways ------------------------------------------------------------------------------------------ */

static struct mh_question question_of(const struct mh_endpoint *session)
{
    return (struct mh_question){.destination = session->remote,
                                .source = session->local,
                                .output = session->interface,
                                .output_is_bound = session->interface != 0,
                                .mark = session->mark,
                                .uid = session->uid,
                                .tos = session->tos,
                                .protocol = session->protocol,
                                .source_port = session->local_port,
                                .destination_port = session->remote_port,
                                .known = (uint8_t)(MH_KNOWN_TOS | MH_KNOWN_PROTOCOL | MH_KNOWN_PORTS |
                                                   MH_KNOWN_UID | (session->has_mark ? MH_KNOWN_MARK : 0))};
}

static struct mh_session_way way_of(const struct mh_selection *selection)
{
    return (struct mh_session_way){selection->interface, selection->next_hop};
}

static bool same_way(const struct mh_session_way *a, const struct mh_session_way *b)
{
    return a->interface == b->interface && mh_address_equal(&a->next_hop, &b->next_hop);
}

static struct mh_session_way choice_at(const struct mh_route_table *routes,
                                       const struct mh_selection *selection, size_t index)
{
    struct mh_route route;
    const struct mh_choice *choice = &selection->forwarding.choices[index];
    mh_route_table_get(routes, choice->route, &route);
    if (choice->hop >= route.next_hop_count)
        return (struct mh_session_way){0};
    const struct mh_next_hop *hop = &route.next_hops[choice->hop];
    return (struct mh_session_way){hop->interface, hop->gateway};
}

/* Of several next hops a flow takes one by its hash, which stays the same while they do. */
static bool leaves_alike(const struct judging *judging, const struct mh_selection *before,
                         const struct mh_selection *after)
{
    size_t count = before->forwarding.choice_count;
    struct mh_session_way first = way_of(before), second = way_of(after);
    if (count != after->forwarding.choice_count || before->local != after->local)
        return false;
    if (count <= 1)
        return same_way(&first, &second);
    for (size_t i = 0; i < count; i++) {
        first = choice_at(judging->input->routes, before, i);
        second = choice_at(judging->after, after, i);
        if (!same_way(&first, &second))
            return false;
    }
    return true;
}

/* ---- what other systems make of it ----------------------------------------------------------------- */

/* Which route leads to a subnet while its addresses come and go differs by version. */
static bool follows_addresses(const struct judging *judging, const struct mh_endpoint *session,
                              const struct mh_selection *before)
{
    for (size_t i = 0; i < judging->plan->step_count; i++) {
        const struct mh_op *op = &judging->plan->steps[i].op;
        if (op->kind != MH_OP_ADDRESS_ADD && op->kind != MH_OP_ADDRESS_DELETE)
            continue;
        const struct mh_prefix subnet = mh_address_prefix(&op->of.address);
        bool is_there = op->kind == MH_OP_ADDRESS_ADD || op->of.address.interface == before->interface;
        if (is_there &&
            (mh_prefix_contains(&subnet, &session->remote) || mh_prefix_contains(&subnet, &before->next_hop)))
            return true;
    }
    return false;
}

static bool changes_rules(const struct judging *judging)
{
    const struct mh_dialect_traits *traits = mh_dialect_traits(judging->input->dialect);
    bool changes = false;
    for (size_t i = 0; i < judging->plan->step_count && traits->rules == MH_RULES_OF_PF; i++) {
        const struct mh_op *op = &judging->plan->steps[i].op;
        bool is_route =
            op->kind == MH_OP_ROUTE_ADD || op->kind == MH_OP_ROUTE_REPLACE || op->kind == MH_OP_ROUTE_DELETE;
        changes |= op->kind == MH_OP_RULE_ADD || op->kind == MH_OP_RULE_DELETE ||
                   (is_route && op->of.route.table != traits->main_table);
    }
    return changes;
}

/* pf.conf(5): packets of a connection that pf has a state of are passed without a look at the rules. NULL:
 * what was found stands. */
static const char *why_undecided(const struct judging *judging, const struct mh_endpoint *session,
                                 const struct mh_selection *before, const struct mh_session_effect *effect)
{
    if (judging->input->dialect == MH_DIALECT_LINUX || effect->fate == MH_SESSION_UNDECIDED)
        return NULL;
    if (before->way == MH_WAY_FOUND && follows_addresses(judging, session, before))
        return "an address of its subnet comes or goes, and which route is left then is not predicted here";
    if (effect->fate != MH_SESSION_KEPT && changes_rules(judging))
        return "pf applies rules that change to a session only when it has no state of it";
    return NULL;
}

/* ---- all of a session ------------------------------------------------------------------------------ */

static void judge_way(const struct judging *judging, const struct mh_endpoint *session,
                      struct mh_session_effect *effect)
{
    struct mh_selection before, after;
    const struct mh_plan_input *input = judging->input;
    const struct mh_question question = question_of(session);
    if (session->table != 0) { /* questions are answered from the main table */
        effect->fate = MH_SESSION_UNDECIDED;
        effect->why = "the socket uses another routing table than the main one";
        return;
    }
    if (mh_select(input->snapshot, input->routes, input->dialect, &question, false, &before) != MH_OK ||
        mh_select(&judging->plan->after, judging->after, input->dialect, &question, false, &after) != MH_OK)
        return;
    effect->before = way_of(&before);
    effect->after = way_of(&after);
    if (before.way == MH_WAY_INDETERMINATE ||
        (before.way == MH_WAY_FOUND && after.way == MH_WAY_INDETERMINATE)) {
        effect->fate = MH_SESSION_UNDECIDED;
        effect->why = before.way == MH_WAY_INDETERMINATE ? before.reason : after.reason;
    } else if (before.way == MH_WAY_FOUND && after.way != MH_WAY_FOUND) {
        effect->fate = MH_SESSION_NO_ROUTE;
        effect->why = mh_way_native(after.way);
    } else if (before.way == MH_WAY_FOUND && after.local && !before.local) {
        effect->fate = MH_SESSION_REMOTE_IS_OWN;
    } else if (before.way == MH_WAY_FOUND && !leaves_alike(judging, &before, &after)) {
        effect->fate = MH_SESSION_MOVED;
    }
    const char *why = why_undecided(judging, session, &before, effect);
    if (before.way == MH_WAY_FOUND && contains(judging->own_after, judging->after_count, &session->remote))
        effect->fate = MH_SESSION_REMOTE_IS_OWN;
    else if (why != NULL) {
        effect->fate = MH_SESSION_UNDECIDED;
        effect->why = why;
    }
}

static struct mh_session_effect judge(const struct judging *judging, const struct mh_endpoint *session,
                                      size_t index)
{
    struct mh_session_effect effect = {.endpoint = index, .fate = MH_SESSION_KEPT};
    if (session->state != MH_ENDPOINT_CONNECTED || session->remote.family != session->local.family)
        return effect;
    if (loses_address(judging, session))
        effect.fate = MH_SESSION_NO_ADDRESS;
    else if (judging->after != NULL && !stays_inside(judging, session))
        judge_way(judging, session, &effect);
    return effect;
}

/* ---- all ------------------------------------------------------------------------------------------- */

/* The remotes, and the locals: whose address it is can depend on routes. Without a session that leaves the
 * host nobody asks for routes. */
static enum mh_error predict(struct judging *judging, const struct mh_endpoint *endpoints, size_t count)
{
    struct mh_address *addresses = calloc(2 * count + 1, sizeof *addresses);
    size_t used = 0;
    if (addresses == NULL)
        return MH_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        if (endpoints[i].state != MH_ENDPOINT_CONNECTED || stays_inside(judging, &endpoints[i]))
            continue;
        addresses[used++] = endpoints[i].remote;
        addresses[used++] = endpoints[i].local;
    }
    enum mh_error error =
        used == 0 ? MH_OK
                  : mh_plan_routes_after(judging->input, judging->plan, addresses, used, &judging->after);
    free(addresses);
    return error;
}

static enum mh_error prepare(struct judging *judging, const struct mh_endpoint *endpoints, size_t count)
{
    judging->own_before = sort_addresses(judging->input->snapshot, &judging->before_count);
    judging->own_after = sort_addresses(&judging->plan->after, &judging->after_count);
    if (judging->own_before == NULL || judging->own_after == NULL)
        return MH_NO_MEMORY;
    return predict(judging, endpoints, count);
}

enum mh_error mh_plan_sessions(const struct mh_plan_input *input, const struct mh_plan *plan,
                               const struct mh_endpoint *endpoints, size_t count,
                               struct mh_plan_sessions *sessions)
{
    struct judging judging = {.input = input, .plan = plan};
    *sessions = (struct mh_plan_sessions){.items = calloc(count + 1, sizeof *sessions->items)};
    enum mh_error error = prepare(&judging, endpoints, count);
    if (sessions->items == NULL)
        error = MH_NO_MEMORY;
    for (size_t i = 0; i < count && error == MH_OK; i++) {
        const struct mh_session_effect effect = judge(&judging, &endpoints[i], i);
        if (effect.fate != MH_SESSION_KEPT)
            sessions->items[sessions->count++] = effect;
    }
    mh_route_table_free(judging.after);
    free(judging.own_before);
    free(judging.own_after);
    if (error != MH_OK)
        mh_plan_sessions_clear(sessions);
    return error;
}
