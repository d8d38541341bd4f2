/* What Linux does for an IPv4 packet that this host sends: ip_route_output_key_hash_rcu and __mkroute_output
 * in net/ipv4/route.c, fib_select_path in fib_semantics.c, inet_select_addr in devinet.c. */
#include "core/forward_parts.h"
#include "core/select_parts.h"

#include <string.h>

enum { TABLE_MAIN = 254, TABLE_LOCAL = 255, PROTOCOL_IGMP = 2 };

#define OUTPUT_PATH "Linux net/ipv4/route.c, ip_route_output_key_hash_rcu"
#define SELECT_ADDR "Linux net/ipv4/devinet.c, inet_select_addr"

enum rule_number {
    RULE_BOUND,
    RULE_ROUTE,
    RULE_INTERFACE,
    RULE_SECONDARY,
    RULE_SCOPE,
    RULE_SUBNET,
    RULE_FIRST,
    RULE_ELSEWHERE,
    RULE_LINK_SCOPE
};

static const struct mh_select_rule rules[] = {
    [RULE_BOUND] = {"linux4-0", "The application bound its socket to a source address, which is kept.",
                    OUTPUT_PATH},
    [RULE_ROUTE] =
        {"linux4-1",
         "The route names the preferred source; to an address of this host it is that address itself.",
         "ip-route(8), src; Linux net/ipv4/fib_semantics.c, fib_result_prefsrc"},
    [RULE_INTERFACE] = {"linux4-2",
                        "Addresses of the interface that the packet leaves by go before those of all others.",
                        SELECT_ADDR},
    [RULE_SECONDARY] = {"linux4-3",
                        "Secondary addresses (later ones of a subnet on the same interface) are not chosen.",
                        SELECT_ADDR},
    [RULE_SCOPE] = {"linux4-4", "The scope of the address must be as wide as that of the route.",
                    SELECT_ADDR},
    [RULE_SUBNET] = {"linux4-5", "An address whose subnet holds the gateway goes before the others.",
                     SELECT_ADDR},
    [RULE_FIRST] = {"linux4-6", "The first address in the list of the interface is taken.", SELECT_ADDR},
    [RULE_ELSEWHERE] =
        {"linux4-7",
         "Where the interface has no address that fits, the first of another interface is taken, "
         "the loopback interface first.",
         SELECT_ADDR},
    [RULE_LINK_SCOPE] = {"linux4-8", "Addresses of link scope are not taken for another interface.",
                         SELECT_ADDR},
    {0},
};

/* ---- addresses ------------------------------------------------------------------------------------- */

static uint32_t number_of(const struct mh_address *address)
{
    return (uint32_t)address->bytes[0] << 24 | (uint32_t)address->bytes[1] << 16 |
           (uint32_t)address->bytes[2] << 8 | address->bytes[3];
}

static bool is_broadcast(const struct mh_address *address)
{
    return number_of(address) == UINT32_MAX;
}

/* 224.0.0.0/24. */
static bool is_local_multicast(const struct mh_address *address)
{
    return number_of(address) >> 8 == 0xe00000;
}

static bool subnet_holds(const struct mh_interface_address *address, uint32_t number)
{
    const struct mh_address *base =
        address->peer.family != MH_FAMILY_NONE ? &address->peer : &address->address;
    uint32_t mask = address->prefix_length == 0 ? 0 : UINT32_MAX << (32 - address->prefix_length);
    return ((number_of(base) ^ number) & mask) == 0;
}

/* A setting whose value for `all` counts beside the interface's own. */
static bool routes_localnet(const struct mh_snapshot *snapshot, uint32_t interface)
{
    const struct mh_setting *all =
        mh_snapshot_setting(snapshot, MH_SETTING_ALL, MH_IPV4, MH_SETTING_ROUTE_LOCALNET);
    if (all != NULL && all->value != 0)
        return true;
    const struct mh_setting *own =
        mh_snapshot_setting(snapshot, interface, MH_IPV4, MH_SETTING_ROUTE_LOCALNET);
    return own != NULL && own->value != 0;
}

/* Addresses of host scope count as link-local ones where 127/8 may leave the host. */
static bool is_wide_enough(const struct mh_snapshot *snapshot, const struct mh_interface_address *address,
                           uint8_t scope)
{
    if (address->scope <= scope)
        return true;
    if (scope >= MH_ROUTE_SCOPE_HOST)
        return true;
    return scope == MH_ROUTE_SCOPE_LINK && routes_localnet(snapshot, address->interface);
}

static bool is_secondary(const struct mh_interface_address *address)
{
    return (address->flags & MH_ADDRESS_SECONDARY) != 0;
}

/* ---- the source of a route ------------------------------------------------------------------------- */

struct choice {
    const struct mh_interface_address *address; /* NULL: none */
    enum rule_number rule;
};

/* `gateway` 0: on link. */
static struct choice choose_on(const struct mh_snapshot *snapshot, uint32_t interface, uint32_t gateway,
                               uint8_t scope)
{
    struct choice choice = {NULL, RULE_FIRST};
    size_t count;
    const struct mh_interface_address *addresses = mh_snapshot_addresses_of(snapshot, interface, &count);
    for (size_t i = 0; i < count; i++) {
        const struct mh_interface_address *address = &addresses[i];
        if (address->address.family != MH_IPV4 || is_secondary(address) ||
            !is_wide_enough(snapshot, address, scope))
            continue;
        if (gateway == 0)
            return (struct choice){address, RULE_FIRST};
        if (subnet_holds(address, gateway))
            return (struct choice){address, choice.address == NULL ? RULE_FIRST : RULE_SUBNET};
        if (choice.address == NULL)
            choice.address = address;
    }
    return choice;
}

static bool fits_elsewhere(const struct mh_interface_address *address, uint8_t scope)
{
    return address->address.family == MH_IPV4 && !is_secondary(address) &&
           address->scope != MH_ROUTE_SCOPE_LINK && address->scope <= scope;
}

/* The kernel goes through its interfaces in the order in which they came to this namespace: that of their
 * numbers, unless one came from elsewhere with its number. */
static struct choice choose_elsewhere(const struct mh_snapshot *snapshot, uint8_t scope)
{
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *address = &snapshot->addresses[i];
        if (!fits_elsewhere(address, scope))
            continue;
        const struct mh_interface *owner = mh_snapshot_interface(snapshot, address->interface);
        if (owner == NULL || owner->domain == 0)
            return (struct choice){address, RULE_ELSEWHERE};
    }
    return (struct choice){NULL, RULE_ELSEWHERE};
}

/* inet_select_addr. */
static struct choice choose(const struct mh_snapshot *snapshot, uint32_t interface, uint32_t gateway,
                            uint8_t scope)
{
    struct choice choice = choose_on(snapshot, interface, gateway, scope);
    return choice.address != NULL ? choice : choose_elsewhere(snapshot, scope);
}

/* What the route itself gives by one of its hops (fib_result_prefsrc). */
static struct mh_address source_by(const struct mh_snapshot *snapshot, const struct mh_route *route,
                                   const struct mh_next_hop *hop, const struct mh_select_rule **rule)
{
    if (route->preferred_source.family != MH_FAMILY_NONE) {
        *rule = &rules[RULE_ROUTE];
        return route->preferred_source;
    }
    struct choice choice = choose(snapshot, hop->interface, number_of(&hop->gateway), route->scope);
    *rule = choice.address == NULL ? NULL : &rules[choice.rule];
    return choice.address == NULL ? (struct mh_address){0} : choice.address->address;
}

/* No route took part. */
static void forget_route(struct mh_forwarding *forwarding)
{
    forwarding->way = MH_WAY_FOUND;
    forwarding->rule = NULL;
    forwarding->handle = 0;
    forwarding->choice_count = 0;
}

/* ---- who owns an address --------------------------------------------------------------------------- */

struct owner {
    uint32_t interface; /* 0: not this host's */
    bool several;       /* more than one has it: which one the kernel finds depends on what came first */
    bool unknown;       /* it depends on whether the kernel keeps the tables `local` and `main` as one */
};

/* What a table says of the address: local or not. */
struct locality {
    bool local;
    int length; /* -1: nothing */
    uint32_t interface;
};

/* The question has no tos: routes for one do not count. */
static mh_route_handle first_without_tos(const struct mh_route_table *routes, mh_route_handle handle)
{
    while (handle != 0 && mh_route_peek(routes, handle).tos != 0)
        handle = mh_route_peek(routes, handle).sibling;
    return handle;
}

static struct locality locality_in(const struct mh_route_table *routes, uint32_t table,
                                   const struct mh_address *address)
{
    mh_route_handle first;
    for (int longest = 32; (first = mh_route_table_match(routes, table, address, longest)) != 0;
         longest = mh_route_peek(routes, first).length - 1) {
        mh_route_handle handle = first_without_tos(routes, first);
        if (handle == 0)
            continue;
        struct mh_route_peek peek = mh_route_peek(routes, handle);
        bool local = peek.shared->type == MH_ROUTE_LOCAL && peek.shared->next_hop_count > 0;
        return (struct locality){local, peek.length, local ? peek.shared->next_hops[0].interface : 0};
    }
    return (struct locality){.length = -1};
}

static struct owner owner_by_route(const struct mh_selecting *selecting, const struct mh_address *address)
{
    struct locality in_local = locality_in(selecting->routes, TABLE_LOCAL, address);
    struct locality in_main = locality_in(selecting->routes, TABLE_MAIN, address);
    return (struct owner){.interface = in_local.interface,
                          .unknown = in_main.length > in_local.length && in_main.local != in_local.local &&
                                     mh_local_may_be_merged(selecting->snapshot)};
}

/* Addresses, else what the table `local` calls local: 127/8 and "ip route add local" (__ip_dev_find). */
static struct owner owner_of(const struct mh_selecting *selecting, const struct mh_address *address)
{
    const struct mh_snapshot *snapshot = selecting->snapshot;
    struct owner owner = {0};
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *at = &snapshot->addresses[i];
        if (memcmp(&at->address, address, sizeof *address) != 0 || at->interface == owner.interface)
            continue;
        owner.several = owner.interface != 0;
        owner.interface = owner.several ? owner.interface : at->interface;
    }
    return owner.interface != 0 ? owner : owner_by_route(selecting, address);
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
    selecting->selection->reason = reason;
}

static void take_choice(struct mh_selection *selection, const struct choice *choice)
{
    if (choice->address == NULL)
        return;
    selection->source = choice->address->address;
    selection->rule = &rules[choice->rule];
}

/* 127/8 does not leave by a real interface. */
static bool is_martian(const struct mh_snapshot *snapshot, const struct mh_address *source,
                       uint32_t interface)
{
    if (source->family != MH_IPV4 || source->bytes[0] != 127)
        return false;
    const struct mh_interface *out = mh_snapshot_interface(snapshot, interface);
    return (out == NULL || out->kind != MH_KIND_LOOPBACK) && !routes_localnet(snapshot, interface);
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
static void set_next_hop(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    const struct mh_address *destination = &selecting->question->destination;
    struct mh_selection *selection = selecting->selection;
    const struct mh_route *route = &selection->forwarding.route;
    bool multicast = mh_address_is_multicast(destination) || route->type == MH_ROUTE_MULTICAST;
    selection->gateway_unused = is_broadcast(destination) || (multicast && route->destination.length < 4);
    if (!selection->gateway_unused && hop->gateway.family != MH_FAMILY_NONE &&
        !mh_gateway_is_own(selecting->routes, route->table, hop))
        selection->next_hop = hop->gateway;
}

/* ---- several next hops ----------------------------------------------------------------------------- */

static const struct mh_next_hop *hop_of(const struct mh_selecting *selecting, size_t choice)
{
    const struct mh_choice *at = &selecting->selection->forwarding.choices[choice];
    return &mh_route_peek(selecting->routes, at->route).shared->next_hops[at->hop];
}

/* Choices that have the given source come first. */
static void put_matching_first(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    struct mh_forwarding *forwarding = &selection->forwarding;
    size_t matching = 0;
    if (forwarding->route.next_hop_count < 2 || forwarding->route.next_hop_id != 0)
        return;
    for (size_t i = 0; i < forwarding->choice_count; i++) {
        const struct mh_next_hop *hop = hop_of(selecting, i);
        struct choice own =
            choose(selecting->snapshot, hop->interface, number_of(&hop->gateway), forwarding->route.scope);
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
        selection->choice_sources[i] = source_by(selecting->snapshot, peek.shared, hop_of(selecting, i),
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
        martian +=
            is_martian(selecting->snapshot, &selection->choice_sources[i], hop_of(selecting, i)->interface);
    return martian == 0 || martian == count;
}

static void by_route(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    if (selection->forwarding.choice_count > 1)
        spread(selecting);
    const struct mh_next_hop *hop = hop_of(selecting, 0);
    if (selection->forwarding.choice_count == 1 && selection->source.family == MH_FAMILY_NONE)
        selection->source =
            source_by(selecting->snapshot, &selection->forwarding.route, hop, &selection->rule);
    if (!alike_for_all(selecting)) {
        give_up(selecting, some_are_martian);
        return;
    }
    set_next_hop(selecting, hop);
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
        selection->rule = &rules[RULE_ROUTE];
    }
    selection->forwarding.choice_count = 1;
    leave_by(selecting, mh_loopback_index(selecting->snapshot));
}

/* No route, but an interface is given: its link is tried. */
static void assume_on_link(const struct mh_selecting *selecting, uint32_t interface)
{
    struct mh_selection *selection = selecting->selection;
    if (selection->source.family == MH_FAMILY_NONE) {
        struct choice choice = choose(selecting->snapshot, interface, 0, MH_ROUTE_SCOPE_LINK);
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
        selection->rule = &rules[RULE_ROUTE];
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
    struct owner owner = owner_of(selecting, source);
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
    bool on_link = stays_on_link(question), nowhere = number_of(&question->destination) == 0;
    if (selection->source.family == MH_FAMILY_NONE &&
        (on_link || nowhere || mh_address_is_multicast(&question->destination))) {
        uint8_t scope = on_link   ? MH_ROUTE_SCOPE_LINK
                        : nowhere ? MH_ROUTE_SCOPE_HOST
                                  : MH_ROUTE_SCOPE_UNIVERSE;
        struct choice choice = choose(selecting->snapshot, interface->index, 0, scope);
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
    const struct mh_next_hop *hop = hop_of(selecting, 0);
    selection->local = selection->forwarding.route.type == MH_ROUTE_LOCAL;
    selection->interface = selection->local ? mh_loopback_index(selecting->snapshot) : hop->interface;
    if (!selection->local)
        set_next_hop(selecting, hop);
}

static void note_owner(const struct mh_selecting *selecting)
{
    const struct mh_snapshot *snapshot = selecting->snapshot;
    struct mh_selection *selection = selecting->selection;
    bool owned = false, here = false;
    for (size_t i = 0; i < snapshot->address_count; i++) {
        if (!mh_address_equal(&snapshot->addresses[i].address, &selection->source))
            continue;
        owned = true;
        here |= snapshot->addresses[i].interface == selection->interface;
    }
    selection->source_owner_differs = owned && !here && !selection->local;
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
    else if (number_of(&question->destination) == 0)
        to_nowhere(selecting);
    else
        ask_routes(selecting);
    if (selection->source_given && selection->way == MH_WAY_FOUND)
        note_owner(selecting);
    selection->first_way = selection->way;
}

/* ---- explaining ------------------------------------------------------------------------------------ */

/* Why an address of the interface itself was not taken. */
static const struct mh_select_rule *dropped_here(const struct mh_selecting *selecting,
                                                 const struct mh_interface_address *candidate, uint8_t scope)
{
    if (is_secondary(candidate))
        return &rules[RULE_SECONDARY];
    if (!is_wide_enough(selecting->snapshot, candidate, scope))
        return &rules[RULE_SCOPE];
    return selecting->selection->rule;
}

static const struct mh_select_rule *dropped_elsewhere(const struct mh_interface_address *candidate,
                                                      uint8_t scope)
{
    if (is_secondary(candidate))
        return &rules[RULE_SECONDARY];
    if (candidate->scope == MH_ROUTE_SCOPE_LINK)
        return &rules[RULE_LINK_SCOPE];
    return candidate->scope > scope ? &rules[RULE_SCOPE] : &rules[RULE_ELSEWHERE];
}

static const struct mh_select_rule *dropped_by(const struct mh_selecting *selecting,
                                               const struct mh_interface_address *candidate)
{
    const struct mh_selection *selection = selecting->selection;
    if (selection->way != MH_WAY_FOUND)
        return NULL;
    if (selection->source_given)
        return &rules[RULE_BOUND];
    if (selection->rule == NULL || selection->rule == &rules[RULE_ROUTE])
        return selection->rule;
    uint8_t scope =
        selection->forwarding.handle == 0 ? MH_ROUTE_SCOPE_LINK : selection->forwarding.route.scope;
    if (candidate->interface == selection->interface)
        return dropped_here(selecting, candidate, scope);
    return selection->rule == &rules[RULE_ELSEWHERE] ? dropped_elsewhere(candidate, scope)
                                                     : &rules[RULE_INTERFACE];
}

const struct mh_select_dialect mh_select_linux4 = {rules, decide, dropped_by};
