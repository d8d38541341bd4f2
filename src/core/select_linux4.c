/* What Linux does for an IPv4 packet that this host sends: ip_route_output_key_hash_rcu and __mkroute_output
 * in net/ipv4/route.c, fib_select_path in fib_semantics.c. */
#include "core/select_linux4.h"
#include "core/forward_parts.h"

#include <string.h>

enum { PROTOCOL_IGMP = 2 };

/* ---- kinds of addresses ---------------------------------------------------------------------------- */

static bool is_broadcast(const struct mh_address *address)
{
    return mh_linux4_number(address) == UINT32_MAX;
}

/* 224.0.0.0/24. */
static bool is_local_multicast(const struct mh_address *address)
{
    return mh_linux4_number(address) >> 8 == 0xe00000;
}

/* No route took part. */
static void forget_route(struct mh_forwarding *forwarding)
{
    forwarding->way = MH_WAY_FOUND;
    forwarding->rule = NULL;
    forwarding->handle = 0;
    forwarding->choice_count = 0;
}

/* ---- the end of the path --------------------------------------------------------------------------- */

static void refuse(const struct mh_selecting *selecting, enum mh_way way)
{
    selecting->selection->way = way;
    selecting->selection->source = (struct mh_address){0};
    selecting->selection->rule = NULL;
}

static void give_up(const struct mh_selecting *selecting, const char *reason)
{
    refuse(selecting, MH_WAY_INDETERMINATE);
    selecting->selection->next_hop = (struct mh_address){0};
    selecting->selection->reason = reason;
}

static void take_choice(struct mh_selection *selection, const struct mh_linux4_choice *choice)
{
    if (choice->address == NULL)
        return;
    selection->source = choice->address->address;
    selection->rule = &mh_linux4_rules[choice->rule];
}

/* 127/8 does not leave by a real interface. */
static bool is_martian(const struct mh_snapshot *snapshot, const struct mh_address *source,
                       uint32_t interface)
{
    if (source->family != MH_IPV4 || source->bytes[0] != 127)
        return false;
    const struct mh_interface *out = mh_snapshot_interface(snapshot, interface);
    return (out == NULL || out->kind != MH_KIND_LOOPBACK) && !mh_linux4_routes_localnet(snapshot, interface);
}

/* __mkroute_output's checks. */
static void leave_by(const struct mh_selecting *selecting, uint32_t interface)
{
    struct mh_selection *selection = selecting->selection;
    if (is_martian(selecting->snapshot, &selection->source, interface)) {
        refuse(selecting, MH_WAY_INVALID);
        return;
    }
    selection->way = MH_WAY_FOUND;
    selection->interface = interface;
}

/* Broadcasts go to the link, and so do multicasts by a route that is not meant for them. */
static bool passes_gateway(const struct mh_address *destination, const struct mh_route *route)
{
    bool multicast = mh_address_is_multicast(destination) || route->type == MH_ROUTE_MULTICAST;
    return is_broadcast(destination) || (multicast && route->destination.length < 4);
}

/* False when it is not known whether the hop's gateway counts. */
static bool set_next_hop(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    struct mh_selection *selection = selecting->selection;
    const struct mh_route *route = &selection->forwarding.route;
    selection->gateway_unused = passes_gateway(&selecting->question->destination, route);
    if (selection->gateway_unused || hop->gateway.family == MH_FAMILY_NONE)
        return true;
    enum mh_gateway_owner owner = mh_gateway_owner(selecting->routes, route, hop);
    if (owner == MH_GATEWAY_FOREIGN)
        selection->next_hop = hop->gateway;
    return owner != MH_GATEWAY_DOUBTFUL;
}

/* ---- several next hops ----------------------------------------------------------------------------- */

/* Choices that have the given source come first. */
static void put_matching_first(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    struct mh_forwarding *forwarding = &selection->forwarding;
    size_t matching = 0;
    if (forwarding->route.next_hop_count < 2 || forwarding->route.next_hop_id != 0)
        return;
    for (size_t i = 0; i < forwarding->choice_count; i++) {
        const struct mh_next_hop *hop = mh_select_choice_hop(selecting, i);
        struct mh_linux4_choice own = mh_linux4_choose(
            selecting->snapshot, hop->interface, mh_linux4_number(&hop->gateway), forwarding->route.scope);
        if (own.address == NULL || !mh_address_equal(&own.address->address, &selection->source))
            continue;
        struct mh_choice found = forwarding->choices[i];
        memmove(&forwarding->choices[matching + 1], &forwarding->choices[matching],
                (i - matching) * sizeof found);
        forwarding->choices[matching++] = found;
    }
    selection->matching_choice_count = matching;
}

/* The source by each of them; selection->source stays when all are the same. */
static void choose_each(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    for (size_t i = 0; i < selection->forwarding.choice_count; i++) {
        const struct mh_route_peek peek =
            mh_route_peek(selecting->routes, selection->forwarding.choices[i].route);
        const struct mh_select_rule *rule;
        selection->choice_sources[i] =
            mh_linux4_source_by(selecting->snapshot, peek.shared, mh_select_choice_hop(selecting, i),
                                i == 0 ? &selection->rule : &rule);
    }
    selection->source = selection->choice_sources[0];
    for (size_t i = 1; i < selection->forwarding.choice_count; i++)
        if (!mh_address_equal(&selection->choice_sources[i], &selection->source))
            selection->source = (struct mh_address){0};
}

static void spread(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    if (selection->source.family == MH_FAMILY_NONE) {
        choose_each(selecting);
        return;
    }
    put_matching_first(selecting);
    for (size_t i = 0; i < selection->forwarding.choice_count; i++)
        selection->choice_sources[i] = selection->source;
}

/* ---- the path -------------------------------------------------------------------------------------- */

static const char some_are_martian[] = "127/8 may leave by some of the next hops only";

/* False when it depends on the next hop whether the source may leave. */
static bool alike_for_all(const struct mh_selecting *selecting)
{
    const struct mh_selection *selection = selecting->selection;
    size_t martian = 0, count = selection->forwarding.choice_count;
    for (size_t i = 0; i < count && count > 1; i++)
        martian += is_martian(selecting->snapshot, &selection->choice_sources[i],
                              mh_select_choice_hop(selecting, i)->interface);
    return martian == 0 || martian == count;
}

/* Of those behind the first. */
static bool a_gateway_is_doubtful(const struct mh_selecting *selecting)
{
    const struct mh_selection *selection = selecting->selection;
    for (size_t i = 1; i < selection->forwarding.choice_count; i++)
        if (mh_gateway_owner(selecting->routes, &selection->forwarding.route,
                             mh_select_choice_hop(selecting, i)) == MH_GATEWAY_DOUBTFUL)
            return true;
    return false;
}

/* The choice's source, when none was given. */
static bool a_source_is_doubtful(const struct mh_selecting *selecting)
{
    const struct mh_selection *selection = selecting->selection;
    for (size_t i = 0; i < selection->forwarding.choice_count; i++) {
        const struct mh_route_peek peek =
            mh_route_peek(selecting->routes, selection->forwarding.choices[i].route);
        if (mh_linux4_source_is_doubtful(selecting->snapshot, peek.shared,
                                         mh_select_choice_hop(selecting, i)))
            return true;
    }
    return false;
}

static void by_route(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    if (selection->source.family == MH_FAMILY_NONE && a_source_is_doubtful(selecting)) {
        give_up(selecting, "the nexthop object may keep the source that it was made with");
        return;
    }
    if (selection->forwarding.choice_count > 1)
        spread(selecting);
    const struct mh_next_hop *hop = mh_select_choice_hop(selecting, 0);
    if (selection->forwarding.choice_count == 1 && selection->source.family == MH_FAMILY_NONE)
        selection->source =
            mh_linux4_source_by(selecting->snapshot, &selection->forwarding.route, hop, &selection->rule);
    if (!alike_for_all(selecting)) {
        give_up(selecting, some_are_martian);
        return;
    }
    if (!set_next_hop(selecting, hop) || a_gateway_is_doubtful(selecting)) {
        give_up(selecting,
                "whether the gateway is this host itself depends on what led to it when its route was made");
        return;
    }
    leave_by(selecting, hop->interface);
}

static void to_own_address(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    const struct mh_route *route = &selection->forwarding.route;
    selection->local = true;
    if (selection->source.family == MH_FAMILY_NONE) {
        selection->source = route->preferred_source.family != MH_FAMILY_NONE
                                ? route->preferred_source
                                : selecting->question->destination;
        selection->rule = &mh_linux4_rules[MH_LINUX4_ROUTE];
    }
    selection->forwarding.choice_count = 1;
    leave_by(selecting, mh_loopback_index(selecting->snapshot));
}

/* No route, but an interface is given: its link is tried. */
static void assume_on_link(const struct mh_selecting *selecting, uint32_t interface)
{
    struct mh_selection *selection = selecting->selection;
    if (selection->source.family == MH_FAMILY_NONE) {
        struct mh_linux4_choice choice =
            mh_linux4_choose(selecting->snapshot, interface, 0, MH_ROUTE_SCOPE_LINK);
        take_choice(selection, &choice);
    }
    selection->on_link_assumed = true;
    leave_by(selecting, interface);
}

static void ask_routes(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    struct mh_forwarding *forwarding = &selection->forwarding;
    const struct mh_question *question = selecting->question;
    if (selection->source.family == question->source.family) {
        mh_forward(selecting->snapshot, selecting->routes, question, forwarding);
    } else { /* a source was chosen before */
        struct mh_question with_source = *question;
        with_source.source = selection->source;
        mh_forward(selecting->snapshot, selecting->routes, &with_source, forwarding);
    }
    if (forwarding->way == MH_WAY_INDETERMINATE)
        give_up(selecting, forwarding->reason);
    else if (forwarding->way != MH_WAY_FOUND && question->output != 0)
        assume_on_link(selecting, question->output);
    else if (forwarding->way != MH_WAY_FOUND)
        refuse(selecting, forwarding->way);
    else if (forwarding->route.type == MH_ROUTE_LOCAL)
        to_own_address(selecting);
    else
        by_route(selecting);
}

/* To 0.0.0.0: to oneself. */
static void to_nowhere(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    if (selection->source.family == MH_FAMILY_NONE) {
        selection->source = (struct mh_address){.family = MH_IPV4, .bytes = {127, 0, 0, 1}};
        selection->rule = &mh_linux4_rules[MH_LINUX4_ROUTE];
    }
    selection->local = true;
    leave_by(selecting, mh_loopback_index(selecting->snapshot));
}

/* False when the decision has fallen. */
static bool check_source(const struct mh_selecting *selecting)
{
    const struct mh_question *question = selecting->question;
    const struct mh_address *source = &question->source;
    if (mh_address_is_multicast(source) || is_broadcast(source)) {
        refuse(selecting, MH_WAY_INVALID);
        return false;
    }
    const struct mh_linux4_owner owner = mh_linux4_owner_of(selecting, source);
    if (owner.unknown) {
        give_up(selecting, "tables local and main differ about the source, and Linux may keep them as one");
        return false;
    }
    if (owner.interface == 0) {
        refuse(selecting, MH_WAY_UNREACHABLE);
        return false;
    }
    bool to_link = mh_address_is_multicast(&question->destination) || is_broadcast(&question->destination);
    if (question->output != 0 || !to_link)
        return true;
    if (owner.several)
        give_up(selecting,
                "several interfaces have the source address; Linux takes the one that got it last");
    else
        leave_by(selecting, owner.interface);
    return false;
}

static bool stays_on_link(const struct mh_question *question)
{
    return is_local_multicast(&question->destination) || is_broadcast(&question->destination) ||
           question->protocol == PROTOCOL_IGMP;
}

/* What is chosen before routes are asked; false when the decision has fallen. */
static bool begin_on(const struct mh_selecting *selecting, const struct mh_interface *interface)
{
    const struct mh_question *question = selecting->question;
    struct mh_selection *selection = selecting->selection;
    bool on_link = stays_on_link(question), nowhere = mh_linux4_number(&question->destination) == 0;
    if (selection->source.family == MH_FAMILY_NONE &&
        (on_link || nowhere || mh_address_is_multicast(&question->destination))) {
        uint8_t scope = on_link   ? MH_ROUTE_SCOPE_LINK
                        : nowhere ? MH_ROUTE_SCOPE_HOST
                                  : MH_ROUTE_SCOPE_UNIVERSE;
        struct mh_linux4_choice choice = mh_linux4_choose(selecting->snapshot, interface->index, 0, scope);
        take_choice(selection, &choice);
    }
    if (!on_link)
        return true;
    leave_by(selecting, interface->index);
    return false;
}

/* An interface is given. False when the decision has fallen. */
static bool check_output(const struct mh_selecting *selecting)
{
    const struct mh_interface *interface =
        mh_snapshot_interface(selecting->snapshot, selecting->question->output);
    if (interface != NULL && interface->up && interface->domain == 0)
        return begin_on(selecting, interface);
    if (interface != NULL && interface->domain != 0)
        give_up(selecting, "the interface belongs to a VRF");
    else
        refuse(selecting, interface == NULL ? MH_WAY_NO_DEVICE : MH_WAY_UNREACHABLE);
    return false;
}

/* A packet that came in is only passed on. */
static void pass_on(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    mh_forward(selecting->snapshot, selecting->routes, selecting->question, &selection->forwarding);
    selection->way = selection->forwarding.way;
    selection->reason = selection->way == MH_WAY_INDETERMINATE ? selection->forwarding.reason : NULL;
    if (selection->way != MH_WAY_FOUND)
        return;
    const struct mh_next_hop *hop = mh_select_choice_hop(selecting, 0);
    selection->local = selection->forwarding.route.type == MH_ROUTE_LOCAL;
    selection->interface = selection->local ? mh_loopback_index(selecting->snapshot) : hop->interface;
    if (!selection->local)
        (void)set_next_hop(selecting, hop);
}

static void decide(const struct mh_selecting *selecting)
{
    const struct mh_question *question = selecting->question;
    struct mh_selection *selection = selecting->selection;
    if (question->input != 0) {
        pass_on(selecting);
        return;
    }
    forget_route(&selection->forwarding);
    selection->source_given = question->source.family != MH_FAMILY_NONE;
    selection->source = question->source;
    if (selection->source_given && !check_source(selecting))
        ;
    else if (question->output != 0 && !check_output(selecting))
        ;
    else if (mh_linux4_number(&question->destination) == 0)
        to_nowhere(selecting);
    else
        ask_routes(selecting);
    if (selection->source_given && selection->way == MH_WAY_FOUND)
        mh_select_note_owner(selecting);
    selection->first_way = selection->way;
}

const struct mh_select_dialect mh_select_linux4 = {mh_linux4_rules, decide, mh_linux4_dropped_by};
