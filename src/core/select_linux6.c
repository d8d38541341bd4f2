/* What Linux does for an IPv6 packet that this host sends: ip6_dst_lookup_tail in net/ipv6/ip6_output.c,
 * ip6_route_output_flags in route.c, and ipv6_dev_get_saddr in addrconf.c, whose rules are those of RFC 6724
 * section 5 with some of its own. Labels are those of the host (ip-addrlabel(8)); where these are not known,
 * the kernel's default ones (addrlabel.c). */
#include "core/address_label.h"
#include "core/forward_parts.h"
#include "core/select_parts.h"

#include <string.h>

#define SADDR "Linux net/ipv6/addrconf.c, ipv6_dev_get_saddr"
#define SADDR_EVAL "Linux net/ipv6/addrconf.c, ipv6_get_saddr_eval"

/* From RULE_SAME on in the order in which two candidates are compared. */
enum rule_number {
    RULE_BOUND,
    RULE_ROUTE,
    RULE_TENTATIVE,
    RULE_LINK,
    RULE_SAME,
    RULE_SCOPE,
    RULE_PREFERRED,
    RULE_HOME,
    RULE_INTERFACE,
    RULE_LABEL,
    RULE_TEMPORARY,
    RULE_ORCHID,
    RULE_PREFIX,
    RULE_OPTIMISTIC,
    RULE_FIRST,
    RULE_COUNT
};

static const struct mh_select_rule rules[RULE_COUNT + 1] = {
    [RULE_BOUND] = {"linux6-0", "The application bound its socket to a source address, which is kept.",
                    "Linux net/ipv6/ip6_output.c, ip6_dst_lookup_tail"},
    [RULE_ROUTE] = {"linux6-1", "The route names the preferred source.",
                    "ip-route(8), src; Linux include/net/ip6_route.h, ip6_route_get_saddr"},
    [RULE_TENTATIVE] = {"linux6-2", "Tentative and duplicate addresses are no candidates.", SADDR},
    [RULE_LINK] =
        {"linux6-3",
         "To multicast and link-local destinations, and everywhere with use_oif_addrs_only, only addresses "
         "of the interface that the packet leaves by are candidates.",
         SADDR "; RFC 6724 section 4"},
    [RULE_SAME] = {"linux6-4", "The destination itself goes first.",
                   SADDR_EVAL "; RFC 6724 section 5, rule 1"},
    [RULE_SCOPE] = {"linux6-5",
                    "The smallest scope that reaches the destination goes first, else the largest.",
                    SADDR_EVAL "; RFC 6724 section 5, rule 2"},
    [RULE_PREFERRED] = {"linux6-6", "Deprecated and optimistic addresses stand back.",
                        SADDR_EVAL "; RFC 6724 section 5, rule 3"},
    [RULE_HOME] = {"linux6-7",
                   "Home addresses go first in kernels built with CONFIG_IPV6_MIP6; where that matters the "
                   "answer is indeterminate.",
                   SADDR_EVAL "; RFC 6724 section 5, rule 4"},
    [RULE_INTERFACE] = {"linux6-8", "Addresses of the interface that the packet leaves by go first.",
                        SADDR_EVAL "; RFC 6724 section 5, rule 5"},
    [RULE_LABEL] = {"linux6-9", "Addresses with the label of the destination go first.",
                    SADDR_EVAL "; RFC 6724 section 5, rule 6"},
    [RULE_TEMPORARY] = {"linux6-10",
                        "Temporary addresses stand back, or go first where use_tempaddr is 2 or more.",
                        SADDR_EVAL "; RFC 6724 section 5, rule 7"},
    [RULE_ORCHID] = {"linux6-11", "An ORCHID (2001:10::/28) is for ORCHIDs, other addresses for others.",
                     SADDR_EVAL "; RFC 4843"},
    [RULE_PREFIX] =
        {"linux6-12",
         "The address that shares the longest prefix with the destination, at most that of its subnet, "
         "goes first.",
         SADDR_EVAL "; RFC 6724 section 5, rule 8"},
    [RULE_OPTIMISTIC] = {"linux6-13", "Addresses that are not optimistic go first.", SADDR_EVAL},
    [RULE_FIRST] = {"linux6-14",
                    "Of equals the first is taken, by interface, then as the interface lists them.", SADDR},
};

/* ---- kinds of addresses ---------------------------------------------------------------------------- */

static uint32_t word(const struct mh_address *address, unsigned index)
{
    const uint8_t *b = address->bytes + 4 * (size_t)index;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* ipv6_addr_src_scope: as RFC 4291, with loopback of link-local scope, and none for "::". */
static int scope_of(const struct mh_address *address)
{
    if (mh_address_is_unspecified(address))
        return 0;
    return (int)mh_address_scope(address);
}

/* ::1, ::a.b.c.d and ::ffff:a.b.c.d are always taken for preferred. */
static bool is_always_preferred(const struct mh_address *address)
{
    if (word(address, 0) != 0 || word(address, 1) != 0)
        return false;
    return word(address, 2) == 0 ? word(address, 3) != 0 : word(address, 2) == 0xffff;
}

static bool is_orchid(const struct mh_address *address)
{
    return (word(address, 0) & 0xfffffff0) == 0x20010010;
}

static uint32_t label_of(const struct mh_snapshot *snapshot, const struct mh_address *address,
                         uint32_t interface)
{
    if (!snapshot->has_own_labels)
        return mh_address_label_of_linux(address);
    return mh_address_label_of(snapshot->labels, snapshot->label_count, address, interface);
}

static unsigned leading_zeros(uint32_t bits)
{
    unsigned count = 0;
    for (; count < 32 && (bits & UINT32_C(1) << 31) == 0; count++)
        bits <<= 1;
    return count;
}

static unsigned common_bits(const struct mh_address *a, const struct mh_address *b)
{
    for (unsigned i = 0; i < 4; i++)
        if (word(a, i) != word(b, i))
            return 32 * i + leading_zeros(word(a, i) ^ word(b, i));
    return 128;
}

/* ---- comparing candidates -------------------------------------------------------------------------- */

struct target {
    const struct mh_snapshot *snapshot;
    const struct mh_address *destination;
    uint32_t interface; /* the packet leaves by; 0: not known */
    int scope;
    uint32_t label;
    bool only_interface; /* no others' addresses */
    bool ignores_home;   /* linux6-7 is left out */
};

/* A candidate and its scores so far: those below `next` are known. */
struct candidate {
    const struct mh_interface_address *address; /* NULL: none yet */
    int next;
    int scores[RULE_COUNT];
};

static bool interface_sets(const struct mh_snapshot *snapshot, uint32_t interface, enum mh_setting_id id,
                           int at_least)
{
    const struct mh_setting *setting = mh_snapshot_setting(snapshot, interface, MH_IPV6, id);
    return setting != NULL && setting->value >= at_least;
}

static int score_scope(const struct target *target, const struct mh_interface_address *address)
{
    int scope = scope_of(&address->address);
    return scope >= target->scope ? -scope : scope - 128;
}

static int score_preferred(const struct target *target, const struct mh_interface_address *address)
{
    uint32_t avoid = MH_ADDRESS_DEPRECATED;
    if (is_always_preferred(&address->address))
        return 1;
    if ((address->flags & MH_ADDRESS_OPTIMISTIC) != 0 &&
        !interface_sets(target->snapshot, MH_SETTING_ALL, MH_SETTING_USE_OPTIMISTIC, 1) &&
        !interface_sets(target->snapshot, address->interface, MH_SETTING_USE_OPTIMISTIC, 1))
        avoid |= MH_ADDRESS_OPTIMISTIC;
    return (address->flags & avoid) == 0;
}

static int score_temporary(const struct target *target, const struct mh_interface_address *address)
{
    bool temporary = (address->flags & MH_ADDRESS_TEMPORARY) != 0;
    return temporary == interface_sets(target->snapshot, address->interface, MH_SETTING_USE_TEMPADDR, 2);
}

static int score_prefix(const struct target *target, const struct mh_interface_address *address)
{
    unsigned bits = common_bits(&address->address, target->destination);
    return (int)(bits < address->prefix_length ? bits : address->prefix_length);
}

/* More is better. */
static int score(const struct target *target, const struct mh_interface_address *address,
                 enum rule_number rule)
{
    switch (rule) {
    case RULE_SAME:
        return memcmp(address->address.bytes, target->destination->bytes, 16) == 0;
    case RULE_SCOPE:
        return score_scope(target, address);
    case RULE_PREFERRED:
        return score_preferred(target, address);
    case RULE_HOME:
        return !target->ignores_home && (address->flags & MH_ADDRESS_HOME) != 0;
    case RULE_INTERFACE:
        return target->interface == 0 || target->interface == address->interface;
    case RULE_LABEL:
        return label_of(target->snapshot, &address->address, address->interface) == target->label;
    case RULE_TEMPORARY:
        return score_temporary(target, address);
    case RULE_ORCHID:
        return is_orchid(&address->address) == is_orchid(target->destination);
    case RULE_PREFIX:
        return score_prefix(target, address);
    case RULE_OPTIMISTIC:
        return (address->flags & MH_ADDRESS_OPTIMISTIC) == 0;
    default:
        return 0;
    }
}

static int score_kept(const struct target *target, struct candidate *candidate, enum rule_number rule)
{
    if ((int)rule >= candidate->next) {
        candidate->scores[rule] = score(target, candidate->address, rule);
        candidate->next = (int)rule + 1;
    }
    return candidate->scores[rule];
}

/* The rule by which `b` is better than `a` (*better) or worse; RULE_FIRST when they are equal. */
static enum rule_number compare(const struct target *target, struct candidate *a, struct candidate *b,
                                bool *better)
{
    *better = false;
    for (int rule = RULE_SAME; rule < RULE_FIRST; rule++) {
        int score_a = score_kept(target, a, (enum rule_number)rule);
        int score_b = score_kept(target, b, (enum rule_number)rule);
        *better = score_b > score_a;
        if (score_a != score_b)
            return (enum rule_number)rule;
    }
    return RULE_FIRST;
}

static bool is_tentative(const struct mh_interface_address *address)
{
    return (address->flags & MH_ADDRESS_TENTATIVE) != 0 && (address->flags & MH_ADDRESS_OPTIMISTIC) == 0;
}

static bool is_candidate(const struct mh_interface_address *address)
{
    return address->address.family == MH_IPV6 && !is_tentative(address) &&
           !mh_address_is_unspecified(&address->address) && !mh_address_is_multicast(&address->address);
}

static bool is_in_domain(const struct mh_snapshot *snapshot, const struct mh_interface_address *address)
{
    const struct mh_interface *interface = mh_snapshot_interface(snapshot, address->interface);
    return interface == NULL || interface->domain == 0;
}

static struct target target_of(const struct mh_snapshot *snapshot, const struct mh_address *destination,
                               uint32_t interface)
{
    struct target target = {.snapshot = snapshot,
                            .destination = destination,
                            .interface = interface,
                            .scope = scope_of(destination),
                            .label = label_of(snapshot, destination, interface)};
    target.only_interface =
        interface != 0 && (mh_address_is_multicast(destination) || target.scope <= MH_SCOPE_LINK_LOCAL ||
                           interface_sets(snapshot, interface, MH_SETTING_USE_OIF_ADDRS_ONLY, 1));
    return target;
}

/* The best of the addresses that count; `won_by` is the rule that decided last. */
static const struct mh_interface_address *choose(const struct target *target, enum rule_number *won_by)
{
    size_t count = target->snapshot->address_count;
    const struct mh_interface_address *addresses = target->snapshot->addresses;
    struct candidate pair[2], *best = &pair[0], *next = &pair[1];
    best->address = NULL;
    *won_by = RULE_FIRST;
    if (target->only_interface)
        addresses = mh_snapshot_addresses_of(target->snapshot, target->interface, &count);
    for (size_t i = 0; i < count; i++) {
        bool better = best->address == NULL;
        if (!is_candidate(&addresses[i]) ||
            (!target->only_interface && !is_in_domain(target->snapshot, &addresses[i])))
            continue;
        next->address = &addresses[i];
        next->next = RULE_SAME;
        if (!better)
            *won_by = compare(target, best, next, &better);
        if (!better)
            continue;
        struct candidate *loser = best;
        best = next;
        next = loser;
    }
    return best->address;
}

static bool has_home_address(const struct mh_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->address_count; i++)
        if ((snapshot->addresses[i].flags & MH_ADDRESS_HOME) != 0)
            return true;
    return false;
}

/* Whether a kernel that does not know home addresses (without CONFIG_IPV6_MIP6) takes another one. */
static bool home_matters(const struct target *target, const struct mh_interface_address *chosen)
{
    struct target without = *target;
    enum rule_number won_by;
    without.ignores_home = true;
    return has_home_address(target->snapshot) && choose(&without, &won_by) != chosen;
}

static const char home_is_doubtful[] =
    "whether home addresses go first depends on how Linux was built (CONFIG_IPV6_MIP6)";

/* ip6_route_get_saddr. False: there is none. Sets the selection's `reason` when another kernel would choose
 * otherwise. */
static bool source_by(const struct mh_selecting *selecting, const struct mh_route *route, uint32_t interface,
                      struct mh_address *source, const struct mh_select_rule **rule)
{
    if (route != NULL && route->preferred_source.family != MH_FAMILY_NONE) {
        *source = route->preferred_source;
        *rule = &rules[RULE_ROUTE];
        return true;
    }
    const struct target target = target_of(selecting->snapshot, &selecting->question->destination, interface);
    enum rule_number won_by;
    const struct mh_interface_address *address = choose(&target, &won_by);
    if (home_matters(&target, address))
        selecting->selection->reason = home_is_doubtful;
    *source = address == NULL ? (struct mh_address){0} : address->address;
    *rule = address == NULL ? NULL : &rules[won_by];
    return address != NULL;
}

/* ---- the path -------------------------------------------------------------------------------------- */

/* The interface whose addresses a route prefers: of a next-hop object, its first hop's. */
static uint32_t interface_of(const struct mh_selecting *selecting, size_t choice)
{
    const struct mh_route *route = &selecting->selection->forwarding.route;
    return route->next_hop_id != 0 ? route->next_hops[0].interface : mh_select_choice_hop(selecting, choice)->interface;
}

static void choose_sources(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    const struct mh_forwarding *forwarding = &selection->forwarding;
    bool any = source_by(selecting, &forwarding->route, interface_of(selecting, 0), &selection->source,
                         &selection->rule);
    if (forwarding->choice_count > 1) {
        selection->choice_sources[0] = selection->source;
        for (size_t i = 1; i < forwarding->choice_count; i++) {
            const struct mh_select_rule *rule;
            any |= source_by(selecting, &forwarding->route, interface_of(selecting, i),
                             &selection->choice_sources[i], &rule);
            if (!mh_address_equal(&selection->choice_sources[i], &selection->source))
                selection->source = (struct mh_address){0};
        }
    }
    if (!any)
        selection->way = MH_WAY_NO_SOURCE;
}

static void keep_source(struct mh_selection *selection)
{
    if (selection->forwarding.choice_count > 1)
        for (size_t i = 0; i < selection->forwarding.choice_count; i++)
            selection->choice_sources[i] = selection->source;
}

/* Anycast addresses that the kernel made are this host's own; routes of that type by hand lead out. */
static bool is_local(const struct mh_route *route)
{
    return route->type == MH_ROUTE_LOCAL ||
           (route->type == MH_ROUTE_ANYCAST && route->owner == MH_OWNER_KERNEL);
}

static void by_route(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    const struct mh_next_hop *hop = mh_select_choice_hop(selecting, 0);
    selection->way = MH_WAY_FOUND;
    selection->local = is_local(&selection->forwarding.route);
    selection->interface = selection->local ? mh_loopback_index(selecting->snapshot) : hop->interface;
    selection->next_hop = hop->gateway;
    if (selection->source.family != MH_FAMILY_NONE)
        keep_source(selection);
    else
        choose_sources(selecting);
}

static void ask_routes(const struct mh_selecting *selecting, const struct mh_question *question)
{
    struct mh_selection *selection = selecting->selection;
    mh_forward(selecting->snapshot, selecting->routes, question, &selection->forwarding);
    selection->way = selection->forwarding.way;
    if (selection->way == MH_WAY_INDETERMINATE)
        selection->reason = selection->forwarding.reason;
    if (selection->way == MH_WAY_FOUND)
        by_route(selecting);
}

/* The routes said no as long as there was no source: one is chosen among all, and they are asked again. */
static void ask_again(const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    struct mh_question question = *selecting->question;
    const struct mh_select_rule *rule;
    if (!source_by(selecting, NULL, 0, &question.source, &rule)) {
        selection->way = MH_WAY_NO_SOURCE;
        return;
    }
    selection->source = question.source;
    selection->rule = rule;
    question.output_is_bound = question.output != 0;
    ask_routes(selecting, &question);
    if (selection->way == MH_WAY_FOUND)
        return;
    selection->source = (struct mh_address){0};
    selection->rule = NULL;
}

static bool is_refusal(enum mh_way way)
{
    return way != MH_WAY_FOUND && way != MH_WAY_INDETERMINATE && way != MH_WAY_NO_SOURCE;
}

static bool is_in_vrf(const struct mh_selecting *selecting)
{
    const struct mh_interface *interface =
        mh_snapshot_interface(selecting->snapshot, selecting->question->output);
    return interface != NULL && interface->domain != 0;
}

/* None were asked. */
static void forget_routes(struct mh_forwarding *forwarding)
{
    forwarding->way = MH_WAY_INDETERMINATE;
    forwarding->rule = NULL;
    forwarding->handle = 0;
    forwarding->choice_count = 0;
}

static void decide(const struct mh_selecting *selecting)
{
    const struct mh_question *question = selecting->question;
    struct mh_selection *selection = selecting->selection;
    selection->source = question->source;
    selection->source_given = question->source.family != MH_FAMILY_NONE;
    if (question->output != 0 && is_in_vrf(selecting)) {
        selection->way = selection->first_way = MH_WAY_INDETERMINATE;
        selection->reason = "the interface belongs to a VRF";
        forget_routes(&selection->forwarding);
        return;
    }
    ask_routes(selecting, question);
    selection->first_way = selection->way;
    if (!selection->source_given && question->input == 0 && is_refusal(selection->way))
        ask_again(selecting);
    if (selection->reason == home_is_doubtful)
        selection->way = selection->first_way = MH_WAY_INDETERMINATE;
    if (selection->way != MH_WAY_FOUND)
        selection->source = (struct mh_address){0};
    else if (selection->source_given)
        mh_select_note_owner(selecting);
}

/* ---- explaining ------------------------------------------------------------------------------------ */

static const struct mh_interface_address *chosen_one(const struct mh_selecting *selecting,
                                                     const struct target *target)
{
    enum rule_number won_by;
    const struct mh_interface_address *chosen = choose(target, &won_by);
    return chosen != NULL && mh_address_equal(&chosen->address, &selecting->selection->source) ? chosen
                                                                                               : NULL;
}

static const struct mh_select_rule *dropped_by(const struct mh_selecting *selecting,
                                               const struct mh_interface_address *address)
{
    const struct mh_selection *selection = selecting->selection;
    if (selection->way != MH_WAY_FOUND || selection->rule == &rules[RULE_ROUTE])
        return selection->source_given ? &rules[RULE_BOUND] : selection->rule;
    if (selection->source_given)
        return &rules[RULE_BOUND];
    bool again = selection->first_way != selection->way;
    const struct target target = target_of(selecting->snapshot, &selecting->question->destination,
                                           again ? 0 : interface_of(selecting, 0));
    struct candidate best = {chosen_one(selecting, &target), RULE_SAME, {0}};
    struct candidate other = {address, RULE_SAME, {0}};
    if (!is_candidate(address))
        return &rules[RULE_TENTATIVE];
    if (target.only_interface && address->interface != target.interface)
        return &rules[RULE_LINK];
    bool better;
    return best.address == NULL ? NULL : &rules[compare(&target, &best, &other, &better)];
}

const struct mh_select_dialect mh_select_linux6 = {rules, decide, dropped_by};
