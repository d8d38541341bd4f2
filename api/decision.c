#include "api/decision.h"

#include "api/objects.h"

#include <string.h>

/* ---- deciding -------------------------------------------------------------------------------------- */

/* The system can be asked what becomes of a datagram that is sent by an interface, not of a socket that is
 * bound to it. Linux tells the two apart for IPv6 with a given source. */
static bool cannot_be_asked(const struct mh_question *question)
{
    return question->output_is_bound && question->destination.family == MH_IPV6 &&
           question->source.family != MH_FAMILY_NONE;
}

static bool same_way(const struct mh_selection *a, const struct mh_selection *b)
{
    return a->way == b->way && a->interface == b->interface && mh_address_equal(&a->next_hop, &b->next_hop);
}

static enum mh_error compare_unbound(struct mh_decision *decision, const struct mh_snapshot *snapshot,
                                     const struct mh_route_table *routes, enum mh_dialect dialect)
{
    struct mh_selection unbound;
    struct mh_question question = decision->question;
    question.output_is_bound = false;
    enum mh_error error = mh_select(snapshot, routes, dialect, &question, false, &unbound);
    if (error != MH_OK)
        return error;
    decision->compared = unbound.way != MH_WAY_INDETERMINATE;
    decision->agrees = mh_selection_agrees(routes, &unbound, &decision->kernel, &decision->difference);
    if (!same_way(&unbound, &decision->selection))
        decision->note = "The system was asked about a datagram sent by this interface; a socket bound to it "
                         "goes by the routes of the interface alone.";
    return MH_OK;
}

/* pf's rules are behind what the system is asked. */
static enum mh_error compare_routed(struct mh_decision *decision, const struct mh_snapshot *snapshot,
                                    const struct mh_route_table *routes, enum mh_dialect dialect)
{
    struct mh_selection routed;
    struct mh_snapshot without_rules = *snapshot;
    without_rules.rule_count = 0;
    enum mh_error error = mh_select(&without_rules, routes, dialect, &decision->question, false, &routed);
    if (error != MH_OK)
        return error;
    decision->compared = routed.way != MH_WAY_INDETERMINATE;
    decision->agrees = mh_selection_agrees(routes, &routed, &decision->kernel, &decision->difference);
    decision->note =
        "The system's answer is of its routes alone; behind them a rule of the packet filter (pf) sends "
        "the packet by its source.";
    return MH_OK;
}

enum mh_error mh_decision_compare(struct mh_decision *decision, const struct mh_snapshot *snapshot,
                                  const struct mh_route_table *routes, enum mh_dialect dialect)
{
    const struct mh_selection *selection = &decision->selection;
    decision->compared = decision->agrees = false;
    decision->difference = decision->note = NULL;
    if (decision->unasked.code != MH_OK)
        return MH_OK;
    if (selection->redirected)
        return compare_routed(decision, snapshot, routes, dialect);
    if (selection->way == MH_WAY_INDETERMINATE)
        return MH_OK;
    if (cannot_be_asked(&decision->question))
        return compare_unbound(decision, snapshot, routes, dialect);
    decision->compared = true;
    decision->agrees = mh_selection_agrees(routes, selection, &decision->kernel, &decision->difference);
    if (selection->first_way != selection->way)
        decision->note = "Asked without a source the system finds no way; a connection then gets a source "
                         "from among all addresses, and the rules that want one are looked at again.";
    return MH_OK;
}

/* The kernel is asked about a packet; whether a socket may have the source is for bind(2) to say. */
static bool is_strangers(const struct mh_snapshot *snapshot, const struct mh_decision *decision)
{
    const struct mh_address *source = &decision->question.source;
    if (source->family == MH_FAMILY_NONE || decision->selection.way != MH_WAY_FOUND ||
        mh_address_is_loopback(source))
        return false;
    for (size_t i = 0; i < snapshot->address_count; i++)
        if (mh_address_equal(&snapshot->addresses[i].address, source))
            return false;
    return true;
}

/* What becomes of a socket, where that is more than what becomes of a packet. */
static void look_at_socket(struct mh_decision *decision, const struct mh_snapshot *snapshot,
                           const struct mh_route_table *routes, enum mh_dialect dialect)
{
    decision->connected_count = mh_select_connected(snapshot, routes, dialect, &decision->question,
                                                    &decision->selection, decision->connected);
    if (decision->note == NULL && is_strangers(snapshot, decision))
        decision->note =
            "No interface of this host has the source: bind(2) refuses it (EADDRNOTAVAIL), unless "
            "the socket may send from addresses of others (IP_FREEBIND, IP_TRANSPARENT).";
}

enum mh_error mh_decide(struct mh_decision *decision, const struct mh_snapshot *snapshot,
                        const struct mh_route_table *routes, enum mh_dialect dialect)
{
    enum mh_error error =
        mh_select(snapshot, routes, dialect, &decision->question, true, &decision->selection);
    if (error == MH_OK)
        error = mh_decision_compare(decision, snapshot, routes, dialect);
    if (error == MH_OK)
        look_at_socket(decision, snapshot, routes, dialect);
    return error;
}

/* ---- the rules that decided ------------------------------------------------------------------------ */

static void put_numbered(struct mh_json *json, const char *name, const struct mh_select_rule *rule)
{
    if (rule == NULL) {
        mh_json_put_null(json, name);
        return;
    }
    mh_json_put_open(json, name, '{');
    mh_json_put_string(json, "rule", rule->number);
    mh_json_put_string(json, "text", rule->text);
    mh_json_put_string(json, "reference", rule->source);
    mh_json_close(json, '}');
}

static bool is_spread(const struct mh_selection *selection)
{
    return selection->way == MH_WAY_FOUND && !selection->local && selection->forwarding.choice_count > 1;
}

/* The interface of one of several choices. */
static uint32_t interface_of(const struct mh_route_table *routes, const struct mh_choice *choice)
{
    struct mh_route route;
    mh_route_table_get(routes, choice->route, &route);
    return route.next_hops[choice->hop].interface;
}

/* Where flows are spread and the source depends on the next hop, those of all next hops are chosen. */
static bool is_chosen(const struct mh_route_table *routes, const struct mh_selection *selection,
                      const struct mh_candidate *candidate)
{
    if (candidate->chosen || selection->source.family != MH_FAMILY_NONE || !is_spread(selection))
        return candidate->chosen;
    for (size_t i = 0; i < selection->forwarding.choice_count; i++)
        if (mh_address_equal(&selection->choice_sources[i], &candidate->address->address) &&
            interface_of(routes, &selection->forwarding.choices[i]) == candidate->address->interface)
            return true;
    return false;
}

static void put_candidate(struct mh_json *json, const struct mh_decision_context *context,
                          const struct mh_selection *selection, const struct mh_candidate *candidate)
{
    const struct mh_interface_address *address = candidate->address;
    bool chosen = is_chosen(context->routes, selection, candidate);
    mh_json_open(json, '{');
    mh_put_address(json, "address", context->snapshot, &address->address, address->interface);
    mh_put_interface(json, "interface", context->snapshot, address->interface);
    mh_json_put_boolean(json, "chosen", chosen);
    if (!chosen)
        put_numbered(json, "dropped_by", candidate->dropped_by);
    mh_json_close(json, '}');
}

static void put_candidates(struct mh_json *json, const struct mh_decision_context *context,
                           const struct mh_selection *selection)
{
    mh_json_put_open(json, "candidates", '[');
    for (size_t i = 0; i < selection->candidate_count; i++)
        put_candidate(json, context, selection, &selection->candidates[i]);
    mh_json_close(json, ']');
}

static void put_advice(struct mh_json *json, const struct mh_snapshot *snapshot,
                       const struct mh_selection *selection)
{
    if (selection->way != MH_WAY_FOUND || selection->advice.family == MH_FAMILY_NONE) {
        mh_json_put_null(json, "advice");
        return;
    }
    const struct mh_select_rule *rule = selection->advice_rule;
    mh_json_put_open(json, "advice", '{');
    mh_put_address(json, "source", snapshot, &selection->advice, selection->interface);
    mh_json_put_string(json, "rule", rule != NULL ? rule->number : NULL);
    mh_json_put_string(json, "text", rule != NULL ? rule->text : NULL);
    mh_json_put_string(json, "reference", rule != NULL ? rule->source : NULL);
    mh_json_close(json, '}');
}

/* ---- the way --------------------------------------------------------------------------------------- */

/* The system's name for what our words call an error; NULL when we have none for it. */
static const char *word_of_native(const char *native)
{
    for (int way = MH_WAY_FOUND; way <= MH_WAY_INDETERMINATE; way++) {
        const char *name = mh_way_native((enum mh_way)way);
        if (name != NULL && strcmp(name, native) == 0)
            return mh_way_word((enum mh_way)way);
    }
    return "other";
}

static void put_error(struct mh_json *json, const char *word, const char *native)
{
    mh_json_put_open(json, "error", '{');
    mh_json_put_string(json, "code", word);
    mh_json_put_string(json, "native", native);
    mh_json_close(json, '}');
}

/* What stands in the place of a way that was not found. */
static void put_no_way(struct mh_json *json, enum mh_way way, const char *reason)
{
    if (way == MH_WAY_INDETERMINATE)
        mh_json_put_string(json, "indeterminate", reason);
    else if (way != MH_WAY_FOUND)
        put_error(json, mh_way_word(way), mh_way_native(way));
}

static void put_outcome(struct mh_json *json, const struct mh_snapshot *snapshot,
                        const struct mh_selection *selection)
{
    static const struct mh_address none = {0};
    bool found = selection->way == MH_WAY_FOUND;
    mh_put_address(json, "source", snapshot, found ? &selection->source : &none, selection->interface);
    mh_put_interface(json, "interface", snapshot, found ? selection->interface : 0);
    mh_put_address(json, "next_hop", snapshot, found ? &selection->next_hop : &none, selection->interface);
    mh_json_put_boolean(json, "local", found && selection->local);
    put_no_way(json, selection->way, selection->reason);
}

static void put_route(struct mh_json *json, const struct mh_decision_context *context,
                      const struct mh_forwarding *forwarding)
{
    char word[MH_WORD_SIZE];
    bool given = forwarding->handle != 0;
    mh_json_put_string(json, "table",
                       given ? mh_platform_table_name(context->platform, forwarding->route.table, word)
                             : NULL);
    mh_json_name(json, "route");
    if (given)
        mh_put_route(json, context->snapshot, context->platform, &forwarding->route);
    else
        mh_json_null(json);
    mh_json_name(json, "rule");
    if (forwarding->rule != NULL)
        mh_put_rule(json, context->platform, forwarding->rule);
    else
        mh_json_null(json);
}

static void put_choice(struct mh_json *json, const struct mh_decision_context *context,
                       const struct mh_choice *choice, const struct mh_address *source)
{
    struct mh_route route;
    mh_route_table_get(context->routes, choice->route, &route);
    const struct mh_next_hop *hop = &route.next_hops[choice->hop];
    mh_json_open(json, '{');
    mh_put_interface(json, "interface", context->snapshot, hop->interface);
    mh_put_address(json, "next_hop", context->snapshot, &hop->gateway, hop->interface);
    mh_json_put_unsigned(json, "weight", hop->weight);
    mh_put_address(json, "source", context->snapshot, source, hop->interface);
    mh_json_close(json, '}');
}

static void put_choices(struct mh_json *json, const struct mh_decision_context *context,
                        const struct mh_selection *selection)
{
    mh_json_put_open(json, "choices", '[');
    for (size_t i = 0; is_spread(selection) && i < selection->forwarding.choice_count; i++)
        put_choice(json, context, &selection->forwarding.choices[i], &selection->choice_sources[i]);
    mh_json_close(json, ']');
}

static void put_connected(struct mh_json *json, const struct mh_snapshot *snapshot,
                          const struct mh_decision *decision)
{
    mh_json_put_open(json, "connected", '[');
    for (size_t i = 0; i < decision->connected_count; i++) {
        const struct mh_connected *connected = &decision->connected[i];
        mh_json_open(json, '{');
        mh_put_address(json, "source", snapshot, &connected->source, connected->interface);
        mh_put_interface(json, "interface", snapshot, connected->interface);
        mh_put_address(json, "next_hop", snapshot, &connected->next_hop, connected->interface);
        put_no_way(json, connected->way, connected->reason);
        mh_json_close(json, '}');
    }
    mh_json_close(json, ']');
}

/* The interface that has the address; of several the one that the packet leaves by. 0: none. */
static uint32_t owner_of(const struct mh_snapshot *snapshot, const struct mh_address *address,
                         uint32_t leaves)
{
    uint32_t owner = 0;
    for (size_t i = 0; i < snapshot->address_count; i++)
        if (mh_address_equal(&snapshot->addresses[i].address, address) &&
            (owner == 0 || snapshot->addresses[i].interface == leaves))
            owner = snapshot->addresses[i].interface;
    return owner;
}

/* True or false when it is certain that the packet leaves by `owner`, or that it does not; else null. */
static void put_is_outgoing(struct mh_json *json, const struct mh_route_table *routes,
                            const struct mh_selection *selection, uint32_t owner)
{
    bool certain = selection->way == MH_WAY_FOUND && owner != 0 && !selection->local;
    bool outgoing = selection->interface == owner;
    for (size_t i = 1; certain && is_spread(selection) && i < selection->forwarding.choice_count; i++)
        certain = (interface_of(routes, &selection->forwarding.choices[i]) == owner) == outgoing;
    mh_json_name(json, "is_outgoing");
    if (certain)
        mh_json_boolean(json, outgoing);
    else
        mh_json_null(json);
}

static void put_owner(struct mh_json *json, const struct mh_decision_context *context,
                      const struct mh_decision *decision)
{
    const struct mh_selection *selection = &decision->selection;
    bool given = decision->question.source.family != MH_FAMILY_NONE;
    mh_json_put_boolean(json, "source_given", given);
    if (!given) {
        mh_json_put_null(json, "source_owner");
        return;
    }
    uint32_t owner = owner_of(context->snapshot, &decision->question.source, selection->interface);
    mh_json_put_open(json, "source_owner", '{');
    mh_put_address(json, "address", context->snapshot, &decision->question.source, owner);
    mh_put_interface(json, "interface", context->snapshot, owner);
    put_is_outgoing(json, context->routes, selection, owner);
    mh_json_close(json, '}');
}

/* ---- the system's answer --------------------------------------------------------------------------- */

static void put_answer(struct mh_json *json, const struct mh_decision_context *context,
                       const struct mh_kernel_answer *answer)
{
    char word[MH_WORD_SIZE];
    mh_put_address(json, "source", context->snapshot, &answer->source, answer->interface);
    mh_put_interface(json, "interface", context->snapshot, answer->interface);
    mh_put_address(json, "next_hop", context->snapshot, &answer->next_hop, answer->interface);
    mh_json_put_string(json, "table",
                       answer->table == 0 ? NULL
                                          : mh_platform_table_name(context->platform, answer->table, word));
    mh_json_put_string(json, "type", mh_route_type_name((enum mh_route_type)answer->type));
}

static void put_kernel(struct mh_json *json, const struct mh_decision_context *context,
                       const struct mh_decision *decision)
{
    const struct mh_kernel_answer *answer = &decision->kernel;
    if (decision->unasked.code != MH_OK) {
        mh_json_put_null(json, "kernel");
        mh_json_put_string(json, "kernel_unknown", decision->unasked.detail);
        return;
    }
    mh_json_put_open(json, "kernel", '{');
    if (answer->found)
        put_answer(json, context, answer);
    else
        put_error(json, word_of_native(answer->native_name), answer->native_name);
    mh_json_close(json, '}');
}

static void put_agreement(struct mh_json *json, const struct mh_decision *decision)
{
    mh_json_name(json, "agrees");
    if (!decision->compared)
        mh_json_null(json);
    else
        mh_json_boolean(json, decision->agrees);
    mh_json_put_string(json, "difference",
                       decision->compared && !decision->agrees ? decision->difference : NULL);
    mh_json_put_string(json, "note", decision->note);
}

void mh_put_decision_way(struct mh_json *json, const struct mh_decision_context *context,
                         const struct mh_selection *selection)
{
    put_outcome(json, context->snapshot, selection);
    put_route(json, context, &selection->forwarding);
    mh_json_put_boolean(json, "on_link_assumed", selection->on_link_assumed);
    put_choices(json, context, selection);
}

void mh_put_decision_kernel(struct mh_json *json, const struct mh_decision_context *context,
                            const struct mh_decision *decision)
{
    put_kernel(json, context, decision);
    put_agreement(json, decision);
}

void mh_put_decision(struct mh_json *json, const struct mh_decision_context *context,
                     const struct mh_decision *decision)
{
    const struct mh_selection *selection = &decision->selection;
    const struct mh_question *question = &decision->question;
    mh_json_open(json, '{');
    mh_json_put_unsigned(json, "generation", context->generation);
    mh_put_address(json, "destination", context->snapshot, &question->destination,
                   question->output != 0 ? question->output : selection->interface);
    mh_put_decision_way(json, context, selection);
    put_owner(json, context, decision);
    put_numbered(json, "chosen_by", selection->way == MH_WAY_FOUND ? selection->rule : NULL);
    put_candidates(json, context, selection);
    put_advice(json, context->snapshot, selection);
    put_connected(json, context->snapshot, decision);
    mh_put_decision_kernel(json, context, decision);
    mh_json_close(json, '}');
}
