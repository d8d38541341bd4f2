/* What FreeBSD, NetBSD and OpenBSD do for an IPv6 packet that the host sends: the route gives the interface,
 * then all usable addresses of the host are compared in the order in which they are listed. A rule says that
 * the newcomer takes the place of the best so far, that it does not, or nothing. FreeBSD and NetBSD:
 * in6_selectsrc in sys/netinet6/in6_src.c (KAME's list, numbered as `netstat -s -p ip6` does); OpenBSD:
 * in6_pcbselsrc there and in6_ifawithscope in sys/netinet6/in6.c.
 *
 * Not modelled: jails, FreeBSD's prefer_source and no_prefer_iface flags and CARP status (its rules 9 and
 * 10), anycast and detached addresses, NetBSD's Mobile IPv6. What depends on net.inet6.ip6.prefer_tempaddr,
 * on NetBSD's policy table where that is not known, or on which of several routers advertised a prefix is
 * tried both ways, and not answered when that matters. */
#include "core/select_bsd6.h"

/* ---- the race -------------------------------------------------------------------------------------- */

/* RFC 4007 zones: the link of an address is its interface, and ::1 does not leave the loopback interface. */
static bool in_zone(const struct mh_bsd6_race *race, const struct mh_interface_address *address)
{
    const struct mh_address *destination = &race->selecting->question->destination;
    if (address->interface == race->output)
        return true;
    if (mh_address_is_loopback(&address->address) || mh_address_is_link_local(&address->address))
        return false;
    return mh_address_is_loopback(destination) || mh_address_scope(destination) > MH_SCOPE_LINK_LOCAL;
}

static bool is_usable(const struct mh_bsd6_race *race, const struct mh_interface_address *address)
{
    if (address->address.family != MH_IPV6 ||
        (address->flags & (MH_ADDRESS_TENTATIVE | MH_ADDRESS_DUPLICATE)) != 0 || !in_zone(race, address))
        return false;
    const struct mh_interface *owner = mh_snapshot_interface(race->selecting->snapshot, address->interface);
    bool backup = owner != NULL && owner->kind == MH_KIND_CARP && !owner->carrier;
    return !backup && mh_bsd_in_domain(race->selecting, race->system->dialect, address->interface);
}

/* *rule is the place of the rule that decided, the last one's for a tie. */
static int judge(const struct mh_bsd6_race *race, const struct mh_interface_address *best,
                 const struct mh_interface_address *candidate, size_t *rule)
{
    for (*rule = 0; *rule + 1 < race->system->rule_count; (*rule)++) {
        mh_bsd6_judge *function = race->system->judges[*rule];
        int verdict = function == NULL ? 0 : function(race, best, candidate);
        if (verdict != 0)
            return verdict;
    }
    return 0;
}

static const struct mh_interface_address *run(const struct mh_bsd6_race *race)
{
    const struct mh_snapshot *snapshot = race->selecting->snapshot;
    const struct mh_interface_address *best = NULL;
    size_t rule;
    for (size_t i = 0; i < snapshot->address_count; i++)
        if (is_usable(race, &snapshot->addresses[i]) &&
            (best == NULL || judge(race, best, &snapshot->addresses[i], &rule) > 0))
            best = &snapshot->addresses[i];
    return best;
}

/* The rule that decides between two addresses as the system meets them: OpenBSD's rule 5.5 is not the same
 * from both sides. Both are in the snapshot. */
static size_t rule_between(const struct mh_bsd6_race *race, const struct mh_interface_address *a,
                           const struct mh_interface_address *b)
{
    size_t rule = 0;
    (void)judge(race, a < b ? a : b, a < b ? b : a, &rule);
    return rule;
}

/* The furthest rule that was needed against another usable address. */
static const struct mh_select_rule *deciding_rule(const struct mh_bsd6_race *race,
                                                  const struct mh_interface_address *best)
{
    const struct mh_snapshot *snapshot = race->selecting->snapshot;
    size_t furthest = MH_BSD6_RULE_USABLE;
    for (size_t i = 0; i < snapshot->address_count; i++) {
        if (&snapshot->addresses[i] == best || !is_usable(race, &snapshot->addresses[i]))
            continue;
        size_t rule = rule_between(race, best, &snapshot->addresses[i]);
        furthest = rule > furthest ? rule : furthest;
    }
    return &race->system->rules[furthest];
}

/* ---- what is not known ----------------------------------------------------------------------------- */

/* The list of addresses is kept by interface; the kernel's goes over all of them in the order of
 * configuration. */
static bool order_matters(const struct mh_bsd6_race *race, const struct mh_interface_address *best)
{
    const struct mh_snapshot *snapshot = race->selecting->snapshot;
    for (size_t i = 0; race->system->needs_order && i < snapshot->address_count; i++) {
        const struct mh_interface_address *other = &snapshot->addresses[i];
        size_t rule;
        if (other->interface != best->interface && is_usable(race, other) &&
            judge(race, best, other, &rule) == 0)
            return true;
    }
    return false;
}

static bool settles_otherwise(const struct mh_bsd6_race *race, struct mh_bsd6_supposition supposed,
                              const struct mh_interface_address *best)
{
    struct mh_bsd6_race other = *race;
    other.supposed = supposed;
    return run(&other) != best;
}

static size_t routers_on(const struct mh_bsd6_race *race)
{
    const struct mh_snapshot *snapshot = race->selecting->snapshot;
    size_t count = 0;
    for (size_t i = 0; i < snapshot->neighbor_count; i++)
        count += snapshot->neighbors[i].interface == race->output && snapshot->neighbors[i].router;
    return count;
}

/* With one router on the link all advertised prefixes are its own; with several it matters whose they are. */
static bool advertiser_matters(const struct mh_bsd6_race *race, const struct mh_interface_address *best)
{
    const struct mh_snapshot *snapshot = race->selecting->snapshot;
    if (race->system->dialect != MH_DIALECT_OPENBSD || routers_on(race) < 2)
        return false;
    for (size_t i = 0; i < snapshot->address_count; i++) {
        struct mh_bsd6_supposition supposed = race->supposed;
        supposed.advertised = &snapshot->addresses[i];
        if (is_usable(race, supposed.advertised) && settles_otherwise(race, supposed, best))
            return true;
    }
    return false;
}

/* Why the result is not certain, or NULL. */
static const char *doubt(const struct mh_bsd6_race *race, const struct mh_interface_address *best)
{
    struct mh_bsd6_supposition other = race->supposed;
    if (order_matters(race, best))
        return "the addresses are alike, and which of them was configured first is not known";
    if (advertiser_matters(race, best))
        return "which of the routers on the link advertised the prefix of an address is not known";
    if (race->system->dialect == MH_DIALECT_OPENBSD)
        return NULL;
    other.prefer_temporary = !other.prefer_temporary;
    if (settles_otherwise(race, other, best))
        return "it depends on net.inet6.ip6.prefer_tempaddr, which is not known";
    other = race->supposed;
    other.labels = false;
    if (race->system->dialect == MH_DIALECT_NETBSD && !race->selecting->snapshot->has_own_labels &&
        settles_otherwise(race, other, best))
        return "it depends on the policy table (ip6addrctl), which is not known";
    return NULL;
}

/* ---- the decision ---------------------------------------------------------------------------------- */

static struct mh_bsd6_race race_of(const struct mh_selecting *selecting, const struct mh_bsd6 *system,
                                   const struct mh_next_hop *hop)
{
    return (struct mh_bsd6_race){
        .selecting = selecting,
        .system = system,
        .output = hop->interface,
        .next_hop = &hop->gateway,
        .supposed = {.labels = true, .prefer_temporary = system->dialect == MH_DIALECT_OPENBSD}};
}

static struct mh_address choose(const struct mh_selecting *selecting, const struct mh_bsd6 *system,
                                const struct mh_next_hop *hop)
{
    const struct mh_bsd6_race race = race_of(selecting, system, hop);
    const struct mh_interface_address *best = run(&race);
    if (best == NULL) {
        mh_select_refuse(selecting, MH_WAY_NO_SOURCE);
        return (struct mh_address){0};
    }
    const char *reason = doubt(&race, best);
    if (reason != NULL) {
        mh_select_give_up(selecting, reason);
        return (struct mh_address){0};
    }
    selecting->selection->rule = deciding_rule(&race, best);
    return best->address;
}

static struct mh_address freebsd_source(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    return choose(selecting, &mh_freebsd6, hop);
}

static struct mh_address netbsd_source(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    return choose(selecting, &mh_netbsd6, hop);
}

static struct mh_address openbsd_source(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    const struct mh_interface_address *source = mh_bsd_table_source(selecting, MH_IPV6);
    if (!mh_bsd_takes_table_source(selecting, source, hop))
        return choose(selecting, &mh_openbsd6, hop);
    selecting->selection->rule = &mh_openbsd6.rules[MH_BSD6_RULE_SOURCEADDR];
    return source->address;
}

/* No route is asked. */
static void by_interface(const struct mh_selecting *selecting, uint32_t interface, mh_select_chooser *source)
{
    const struct mh_next_hop hop = {.interface = interface};
    struct mh_selection *selection = selecting->selection;
    mh_select_leave_by(selecting, interface, NULL);
    if (!selection->source_given) {
        struct mh_address chosen = source(selecting, &hop);
        if (selection->way == MH_WAY_FOUND)
            selection->source = chosen;
    }
}

static void to_itself(const struct mh_selecting *selecting, const struct mh_bsd6 *system,
                      const struct mh_interface_address *owner, mh_select_chooser *source)
{
    selecting->selection->local = true;
    by_interface(selecting, owner->interface, source);
    if (!system->local_by_owner && selecting->selection->way == MH_WAY_FOUND)
        mh_select_leave_by(selecting, mh_select_loopback_or(selecting->snapshot, owner->interface), NULL);
}

static void by_route(const struct mh_selecting *selecting, const struct mh_bsd6 *system,
                     mh_select_chooser *source)
{
    uint32_t output = selecting->question->output;
    enum mh_route_search found = mh_bsd_search(selecting, system->dialect);
    if (found == MH_SEARCH_REFUSED)
        mh_select_refuse(selecting, mh_bsd_rejection(selecting));
    else if (found != MH_SEARCH_FOUND || (output != 0 && mh_select_hop(selecting, 0).interface != output))
        mh_select_refuse(selecting, MH_WAY_HOST_UNREACHABLE);
    else
        mh_select_each_choice(selecting, source);
}

static bool is_of_one_link(const struct mh_address *destination)
{
    return !mh_address_is_loopback(destination) && mh_address_scope(destination) <= MH_SCOPE_LINK_LOCAL;
}

static void decide(const struct mh_selecting *selecting, const struct mh_bsd6 *system,
                   mh_select_chooser *source)
{
    const struct mh_question *question = selecting->question;
    const struct mh_address *destination = &question->destination;
    if (!mh_select_begin(selecting))
        return;
    bool of_one_link = is_of_one_link(destination);
    const struct mh_interface_address *owner =
        mh_select_owner(selecting->snapshot, destination, question->output);
    bool own = owner != NULL && (!of_one_link || owner->interface == question->output) &&
               mh_bsd_in_domain(selecting, system->dialect, owner->interface);
    if (mh_address_is_unspecified(destination))
        mh_select_give_up(selecting, "the unspecified address is no destination");
    else if (of_one_link && question->output == 0)
        mh_select_give_up(selecting, "a link-local destination needs its zone: the interface");
    else if (own)
        to_itself(selecting, system, owner, source);
    else if (question->output != 0 && (of_one_link || mh_address_is_multicast(destination)))
        by_interface(selecting, question->output, source);
    else
        by_route(selecting, system, source);
}

static void decide_freebsd(const struct mh_selecting *selecting)
{
    decide(selecting, &mh_freebsd6, freebsd_source);
}

static void decide_netbsd(const struct mh_selecting *selecting)
{
    decide(selecting, &mh_netbsd6, netbsd_source);
}

static void decide_openbsd(const struct mh_selecting *selecting)
{
    decide(selecting, &mh_openbsd6, openbsd_source);
}

/* ---- explaining ------------------------------------------------------------------------------------ */

/* Packets for itself are judged by the interface that owns the address, not by the loopback interface. */
static uint32_t judged_by(const struct mh_selecting *selecting)
{
    const struct mh_selection *selection = selecting->selection;
    const struct mh_interface_address *owner =
        mh_select_owner(selecting->snapshot, &selecting->question->destination, selecting->question->output);
    return selection->local && owner != NULL ? owner->interface : selection->interface;
}

static const struct mh_select_rule *dropped_by(const struct mh_selecting *selecting,
                                               const struct mh_bsd6 *system,
                                               const struct mh_interface_address *candidate)
{
    const struct mh_selection *selection = selecting->selection;
    if (selection->way != MH_WAY_FOUND)
        return NULL;
    if (selection->source_given)
        return &system->rules[MH_BSD6_RULE_BOUND];
    const struct mh_next_hop hop = {.interface = judged_by(selecting), .gateway = selection->next_hop};
    const struct mh_bsd6_race race = race_of(selecting, system, &hop);
    const struct mh_interface_address *best =
        mh_select_owner(selecting->snapshot, &selection->source, hop.interface);
    if (!is_usable(&race, candidate))
        return &system->rules[MH_BSD6_RULE_USABLE];
    if (best == NULL || selection->rule == &mh_openbsd6.rules[MH_BSD6_RULE_SOURCEADDR])
        return selection->rule;
    return &system->rules[rule_between(&race, best, candidate)];
}

static const struct mh_select_rule *dropped_by_freebsd(const struct mh_selecting *selecting,
                                                       const struct mh_interface_address *candidate)
{
    return dropped_by(selecting, &mh_freebsd6, candidate);
}

static const struct mh_select_rule *dropped_by_netbsd(const struct mh_selecting *selecting,
                                                      const struct mh_interface_address *candidate)
{
    return dropped_by(selecting, &mh_netbsd6, candidate);
}

static const struct mh_select_rule *dropped_by_openbsd(const struct mh_selecting *selecting,
                                                       const struct mh_interface_address *candidate)
{
    return dropped_by(selecting, &mh_openbsd6, candidate);
}

const struct mh_select_dialect mh_select_freebsd6 = {mh_freebsd6_rules, decide_freebsd, dropped_by_freebsd};
const struct mh_select_dialect mh_select_netbsd6 = {mh_netbsd6_rules, decide_netbsd, dropped_by_netbsd};
const struct mh_select_dialect mh_select_openbsd6 = {mh_openbsd6_rules, decide_openbsd, dropped_by_openbsd};
