/* What Windows (Vista and later) does. The route with the longest prefix goes first, then the one with the
 * smallest sum of route and interface metric; its interface is the outgoing one. Then RFC 6724's rules for
 * IPv6, and for IPv4 what Microsoft knowledge base article 969029 makes of them. A source that the
 * application bound constrains the routes to the interface that has it, unless that one sends as a weak host
 * (TechNet Magazine, September 2007, "Strong and Weak Host Models"). An address of another interface is a
 * candidate only where its own interface sends as a weak host.
 *
 * Not modelled: home addresses, per-interface DNS and proxy policies. */
#include "core/select_host.h"

#include "core/address_label.h"

enum { RULES_MAX = 12, RULE_BOUND = 0, RULE_USABLE = 1 };

struct race {
    const struct mh_selecting *selecting;
    const struct windows *family;
    uint32_t output;
    const struct mh_address *next_hop; /* the destination itself when it is on link */
};

/* Smaller is better; computed from one address alone. */
typedef int badness_function(const struct race *race, const struct mh_interface_address *address);

/* badness[i] belongs to rules[i]. */
struct windows {
    const struct mh_select_rule *rules;
    size_t rule_count;
    badness_function *badness[RULES_MAX];
};

/* ---- rules ----------------------------------------------------------------------------------------- */

static int other_than_destination(const struct race *race, const struct mh_interface_address *address)
{
    return !mh_address_equal(&address->address, &race->selecting->question->destination);
}

static int scope_distance(const struct race *race, const struct mh_interface_address *address)
{
    int wanted = (int)mh_address_scope(&race->selecting->question->destination);
    int scope = (int)mh_address_scope(&address->address);
    return scope >= wanted ? scope - wanted : MH_SCOPE_GLOBAL + 1 + wanted - scope;
}

static int deprecated(const struct race *race, const struct mh_interface_address *address)
{
    (void)race;
    return (address->flags & MH_ADDRESS_DEPRECATED) != 0;
}

static int elsewhere(const struct race *race, const struct mh_interface_address *address)
{
    return address->interface != race->output;
}

/* By the host's own table where it is known. */
static uint32_t label_of(const struct race *race, const struct mh_address *address)
{
    const struct mh_snapshot *snapshot = race->selecting->snapshot;
    size_t count = 0;
    if (snapshot->label_count > 0)
        return mh_address_label_of(snapshot->labels, snapshot->label_count, address, 0);
    const struct mh_policy *table = mh_rfc6724_default_policy(&count);
    return mh_rfc6724_lookup(table, count, address)->label;
}

static int other_label(const struct race *race, const struct mh_interface_address *address)
{
    return label_of(race, &address->address) != label_of(race, &race->selecting->question->destination);
}

static int public(const struct race *race, const struct mh_interface_address *address)
{
    (void)race;
    return (address->flags & MH_ADDRESS_TEMPORARY) == 0;
}

/* All bits count, not only those of the prefix. */
static int unlike_next_hop(const struct race *race, const struct mh_interface_address *address)
{
    return -(int)mh_rfc6724_common_prefix(&address->address, 0, race->next_hop);
}

static int unlike_destination(const struct race *race, const struct mh_interface_address *address)
{
    return -(int)mh_rfc6724_common_prefix(&address->address, 0, &race->selecting->question->destination);
}

#define KB969029 "Microsoft knowledge base 969029"
#define RFC3484 "Microsoft knowledge base 969029; RFC 6724 section 5"
#define HOST_MODEL "TechNet Magazine, September 2007, \"Strong and Weak Host Models\""

#define BOUND                                                                                                \
    "The application bound its socket to a source address, which is kept; unless its interface sends as a "  \
    "weak host, "                                                                                            \
    "the packet leaves by that interface."
#define USABLE                                                                                               \
    "Addresses that are marked SkipAsSource, tentative or duplicate are left out, and those of other "       \
    "interfaces that do "                                                                                    \
    "not send as weak hosts."
#define SAME "Prefer the destination's own address."
#define OUTGOING "Prefer addresses of the interface that the packet leaves by."
#define NEXT_HOP "Prefer the address with the most leading bits in common with the next hop."
#define DESTINATION "Prefer the address with the most leading bits in common with the destination."
#define SKIP "MIB_UNICASTIPADDRESS_ROW (netioapi.h), SkipAsSource; " HOST_MODEL

static const struct mh_select_rule rules4[] = {
    {"windows4-bound", BOUND, HOST_MODEL},
    {"windows4-0", USABLE, SKIP},
    {"windows4-1", SAME, KB969029},
    {"windows4-2", OUTGOING, KB969029},
    {"windows4-3", NEXT_HOP, KB969029},
    {"windows4-4", DESTINATION, KB969029},
    {0},
};

static const struct mh_select_rule rules6[] = {
    {"windows6-bound", BOUND, HOST_MODEL},
    {"windows6-0", USABLE, SKIP},
    {"windows6-1", SAME, RFC3484 " rule 1"},
    {"windows6-2", "Prefer an appropriate scope.", RFC3484 " rule 2"},
    {"windows6-3", "Avoid deprecated addresses.", RFC3484 " rule 3"},
    {"windows6-5", OUTGOING, RFC3484 " rule 5"},
    {"windows6-6", "Prefer an address with the destination's label.",
     "netsh interface ipv6 show prefixpolicies; " RFC3484 " rule 6"},
    {"windows6-7", "Prefer temporary addresses.", RFC3484 " rule 7"},
    {"windows6-8a", NEXT_HOP,
     "Microsoft Networking Blog, April 2009, \"Source IP address selection on a Multi-Homed Windows "
     "Computer\""},
    {"windows6-8", DESTINATION, RFC3484 " rule 8"},
    {0},
};

/* Said in the place of "windows6-6" where the host's own table is not known. */
static const struct mh_select_rule default_label = {
    "windows6-6",
    "Prefer an address with the destination's label, by RFC 6724's default table: the policy table of this "
    "host is not known.",
    "netsh interface ipv6 show prefixpolicies; " RFC3484 " rule 6"};

static const struct windows ipv4 = {
    .rules = rules4,
    .rule_count = sizeof rules4 / sizeof rules4[0] - 1,
    .badness = {NULL, NULL, other_than_destination, elsewhere, unlike_next_hop, unlike_destination}};
static const struct windows ipv6 = {.rules = rules6,
                                    .rule_count = sizeof rules6 / sizeof rules6[0] - 1,
                                    .badness = {NULL, NULL, other_than_destination, scope_distance,
                                                deprecated, elsewhere, other_label, public, unlike_next_hop,
                                                unlike_destination}};

static const struct windows *family_of(const struct mh_selecting *selecting)
{
    return selecting->question->destination.family == MH_IPV4 ? &ipv4 : &ipv6;
}

/* ---- settings and routes --------------------------------------------------------------------------- */

static bool is_set(const struct mh_selecting *selecting, uint32_t interface, enum mh_setting_id id)
{
    const struct mh_setting *setting = mh_snapshot_setting(
        selecting->snapshot, interface, (enum mh_family)selecting->question->destination.family, id);
    return setting != NULL && setting->value != 0;
}

/* Off by default. Interfaces that forward send as weak hosts, too. */
static bool sends_as_weak_host(const struct mh_selecting *selecting, uint32_t interface)
{
    return is_set(selecting, interface, MH_SETTING_WEAK_HOST_SEND) ||
           is_set(selecting, interface, MH_SETTING_FORWARDING);
}

/* The interface that the packet must leave by; 0: any. */
static uint32_t constraint(const struct mh_selecting *selecting)
{
    const struct mh_question *question = selecting->question;
    if (question->output != 0 || question->source.family == MH_FAMILY_NONE)
        return question->output;
    uint32_t owner = mh_select_owner(selecting->snapshot, &question->source, 0)->interface;
    return sends_as_weak_host(selecting, owner) ? 0 : owner;
}

/* Routes of an interface without carrier are not active. */
static bool usable_hop(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    const struct mh_interface *interface = mh_snapshot_interface(selecting->snapshot, hop->interface);
    uint32_t only = constraint(selecting);
    return (hop->flags & MH_NEXT_HOP_DEAD) == 0 && interface != NULL && interface->up && interface->carrier &&
           (only == 0 || only == hop->interface);
}

/* MIB_IPFORWARD_ROW2 (netioapi.h): the metric of a route is an offset to that of its interface. */
static bool sum_of_metrics(const struct mh_selecting *selecting, const struct mh_route *route,
                           const struct mh_next_hop *hop, uint64_t *cost)
{
    const struct mh_setting *metric = mh_snapshot_setting(
        selecting->snapshot, hop->interface, (enum mh_family)selecting->question->destination.family,
        MH_SETTING_INTERFACE_METRIC);
    *cost = route->metric + (metric == NULL ? 0 : (uint64_t)(uint32_t)metric->value);
    return metric != NULL;
}

/* ---- the race -------------------------------------------------------------------------------------- */

/* Link-local addresses and loopback ones do not leave by another interface, and nothing else goes to another
 * link. */
static bool in_zone(const struct race *race, const struct mh_interface_address *address)
{
    const struct mh_address *destination = &race->selecting->question->destination;
    if (address->interface == race->output)
        return true;
    if (mh_address_is_loopback(&address->address) || mh_address_is_link_local(&address->address) ||
        mh_address_is_multicast(destination) || mh_address_is_link_local(destination))
        return false;
    return sends_as_weak_host(race->selecting, address->interface);
}

static bool is_usable(const struct race *race, const struct mh_interface_address *address)
{
    const uint32_t kept_out = MH_ADDRESS_TENTATIVE | MH_ADDRESS_DUPLICATE | MH_ADDRESS_SKIP_AS_SOURCE;
    return address->address.family == race->selecting->question->destination.family &&
           (address->flags & kept_out) == 0 && in_zone(race, address);
}

/* The place of the rule that decides; rule_count when none does. */
static size_t compare(const struct race *race, const struct mh_interface_address *a,
                      const struct mh_interface_address *b, int *order)
{
    for (size_t i = RULE_USABLE + 1; i < race->family->rule_count; i++) {
        *order = race->family->badness[i](race, a) - race->family->badness[i](race, b);
        if (*order != 0)
            return i;
    }
    return race->family->rule_count;
}

static const struct mh_interface_address *best_of(const struct race *race)
{
    const struct mh_snapshot *snapshot = race->selecting->snapshot;
    const struct mh_interface_address *best = NULL;
    int order = 0;
    for (size_t i = 0; i < snapshot->address_count; i++)
        if (is_usable(race, &snapshot->addresses[i]) &&
            (best == NULL || (compare(race, &snapshot->addresses[i], best, &order), order < 0)))
            best = &snapshot->addresses[i];
    return best;
}

static const struct mh_select_rule *rule_at(const struct race *race, size_t place)
{
    bool by_default_label =
        race->family->badness[place] == other_label && race->selecting->snapshot->label_count == 0;
    return by_default_label ? &default_label : &race->family->rules[place];
}

/* The furthest rule that was needed; NULL when another address is alike by all of them. */
static const struct mh_select_rule *deciding_rule(const struct race *race,
                                                  const struct mh_interface_address *best)
{
    const struct mh_snapshot *snapshot = race->selecting->snapshot;
    size_t furthest = RULE_USABLE;
    int order = 0;
    for (size_t i = 0; i < snapshot->address_count; i++) {
        if (&snapshot->addresses[i] == best || !is_usable(race, &snapshot->addresses[i]))
            continue;
        size_t rule = compare(race, best, &snapshot->addresses[i], &order);
        furthest = rule > furthest ? rule : furthest;
    }
    return furthest == race->family->rule_count ? NULL : rule_at(race, furthest);
}

static struct race race_of(const struct mh_selecting *selecting, uint32_t output,
                           const struct mh_address *gateway)
{
    bool on_link = gateway->family != selecting->question->destination.family;
    return (struct race){.selecting = selecting,
                         .family = family_of(selecting),
                         .output = output,
                         .next_hop = on_link ? &selecting->question->destination : gateway};
}

static struct mh_address choose(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    const struct race race = race_of(selecting, hop->interface, &hop->gateway);
    const struct mh_interface_address *best = best_of(&race);
    if (best == NULL) {
        mh_select_refuse(selecting, MH_WAY_NO_SOURCE);
        return (struct mh_address){0};
    }
    const struct mh_select_rule *rule = deciding_rule(&race, best);
    if (rule == NULL) {
        mh_select_give_up(selecting, "two addresses are alike by every documented rule");
        return (struct mh_address){0};
    }
    selecting->selection->rule = rule;
    return best->address;
}

/* ---- the decision ---------------------------------------------------------------------------------- */

/* Rule 1 decides; what was bound is kept. */
static void to_itself(const struct mh_selecting *selecting, const struct mh_interface_address *owner)
{
    struct mh_selection *selection = selecting->selection;
    selection->local = true;
    if (!selection->source_given) {
        selection->source = owner->address;
        selection->rule = &family_of(selecting)->rules[RULE_USABLE + 1];
    }
    mh_select_leave_by(selecting, mh_select_loopback_or(selecting->snapshot, owner->interface), NULL);
}

static void by_route(const struct mh_selecting *selecting)
{
    const struct mh_route_taste taste = {.falls_through = true, .usable = usable_hop, .cost = sum_of_metrics};
    enum mh_route_search found = mh_select_search(selecting, &taste);
    if (found == MH_SEARCH_UNKNOWN)
        mh_select_give_up(selecting, "the metric of an interface is not known");
    else if (found != MH_SEARCH_FOUND)
        mh_select_refuse(selecting, MH_WAY_UNREACHABLE);
    else
        mh_select_each_choice(selecting, choose);
}

/* A strong host does not send by another interface than the one that has the source. */
static bool is_barred(const struct mh_selecting *selecting)
{
    const struct mh_question *question = selecting->question;
    if (question->output == 0 || question->source.family == MH_FAMILY_NONE)
        return false;
    uint32_t owner = mh_select_owner(selecting->snapshot, &question->source, question->output)->interface;
    return owner != question->output && !sends_as_weak_host(selecting, owner);
}

static void decide(const struct mh_selecting *selecting)
{
    if (!mh_select_begin(selecting))
        return;
    const struct mh_interface_address *owner =
        mh_select_owner(selecting->snapshot, &selecting->question->destination, selecting->question->output);
    if (mh_address_is_unspecified(&selecting->question->destination))
        mh_select_refuse(selecting, MH_WAY_INVALID);
    else if (owner != NULL)
        to_itself(selecting, owner);
    else if (is_barred(selecting))
        mh_select_refuse(selecting, MH_WAY_UNREACHABLE);
    else
        by_route(selecting);
}

static const struct mh_select_rule *dropped_by(const struct mh_selecting *selecting,
                                               const struct mh_interface_address *candidate)
{
    const struct mh_selection *selection = selecting->selection;
    const struct race race = race_of(selecting, selection->interface, &selection->next_hop);
    const struct mh_interface_address *best =
        mh_select_owner(selecting->snapshot, &selection->source, selection->interface);
    int order = 0;
    if (selection->way != MH_WAY_FOUND)
        return NULL;
    if (selection->source_given)
        return &race.family->rules[RULE_BOUND];
    if (selection->local)
        return selection->rule;
    if (!is_usable(&race, candidate))
        return &race.family->rules[RULE_USABLE];
    if (best == NULL)
        return selection->rule;
    size_t rule = compare(&race, best, candidate, &order);
    return rule < race.family->rule_count ? rule_at(&race, rule) : selection->rule;
}

const struct mh_select_dialect mh_select_windows4 = {rules4, decide, dropped_by};
const struct mh_select_dialect mh_select_windows6 = {rules6, decide, dropped_by};
