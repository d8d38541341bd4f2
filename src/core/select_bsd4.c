/* What FreeBSD, NetBSD and OpenBSD do for an IPv4 packet that the host sends: the source is the address that
 * the route carries since it was made (rt_ifa, `route add -ifa`). FreeBSD: in_pcbladdr in
 * sys/netinet/in_pcb.c; NetBSD: in_selectsrc in sys/netinet/in.c; OpenBSD: in_pcbselsrc in
 * sys/netinet/in_pcb.c.
 *
 * In the model that address is the route's preferred_source. OpenBSD's `route sourceaddr`, which belongs to
 * the whole routing table, is a flag of the address. Not modelled: jails, NetBSD's `options IPSELSRC`,
 * SO_DONTROUTE, `route sourceaddr` of other tables than 0. */
#include "core/select_bsd.h"

enum rule_number { RULE_BOUND, RULE_MULTICAST, RULE_SPECIAL, RULE_ROUTE, RULE_IMPLIED };

#define IN_PCBLADDR "FreeBSD sys/netinet/in_pcb.c, in_pcbladdr"
#define IN_SELECTSRC "NetBSD sys/netinet/in.c, in_selectsrc"
#define IN_PCBSELSRC "OpenBSD sys/netinet/in_pcb.c, in_pcbselsrc"

#define BOUND "The application bound its socket to a source address, which is kept."
#define MULTICAST "To a multicast group by a chosen interface: the first address of that interface."
#define IMPLIED                                                                                              \
    "The route names no address: the one of the outgoing interface whose subnet holds the gateway (on "      \
    "link: the "                                                                                             \
    "destination), else the interface's first, was put into the route when it was made."

static const struct mh_select_rule freebsd_rules[] = {
    [RULE_BOUND] = {"freebsd4-0", BOUND, "FreeBSD sys/netinet/in_pcb.c, in_pcbconnect"},
    [RULE_MULTICAST] = {"freebsd4-1", MULTICAST, "ip(4), IP_MULTICAST_IF; " IN_PCBLADDR},
    [RULE_SPECIAL] =
        {"freebsd4-2",
         "To this host itself, by the loopback interface: the address of the longest subnet that holds "
         "the destination.",
         IN_PCBLADDR},
    [RULE_ROUTE] = {"freebsd4-3", "The address that the route carries.", "route(8), -ifa; " IN_PCBLADDR},
    [RULE_IMPLIED] = {"freebsd4-4", IMPLIED, "FreeBSD sys/net/route.c, ifa_ifwithroute"},
    {0},
};

static const struct mh_select_rule netbsd_rules[] = {
    [RULE_BOUND] = {"netbsd4-0", BOUND, "NetBSD sys/netinet/in_pcb.c"},
    [RULE_MULTICAST] = {"netbsd4-1", MULTICAST, "ip(4), IP_MULTICAST_IF; " IN_SELECTSRC},
    [RULE_SPECIAL] =
        {"netbsd4-2",
         "To this host itself, by the loopback interface: the destination's own address, else the one "
         "of the longest subnet that holds it.",
         IN_SELECTSRC},
    [RULE_ROUTE] = {"netbsd4-3", "The address that the route carries.", "route(8), -ifa; " IN_SELECTSRC},
    [RULE_IMPLIED] = {"netbsd4-4", IMPLIED, "NetBSD sys/net/route.c, ifa_ifwithroute"},
    {0},
};

static const struct mh_select_rule openbsd_rules[] = {
    [RULE_BOUND] = {"openbsd4-0", BOUND, IN_PCBSELSRC},
    [RULE_MULTICAST] =
        {"openbsd4-1",
         "To a multicast group or 255.255.255.255 by a chosen interface: the first address of that "
         "interface.",
         "ip(4), IP_MULTICAST_IF; " IN_PCBSELSRC},
    [RULE_SPECIAL] =
        {"openbsd4-2",
         "Through a gateway: the preferred source address of the routing table, when the interface that "
         "has it is up.",
         "route(8), sourceaddr; " IN_PCBSELSRC},
    [RULE_ROUTE] =
        {"openbsd4-3",
         "The address that the route carries; to an address of this host it is that address itself.",
         "route(8), -ifa; " IN_PCBSELSRC},
    [RULE_IMPLIED] = {"openbsd4-4", IMPLIED, "OpenBSD sys/net/route.c, ifa_ifwithroute"},
    {0},
};

/* ---- addresses ------------------------------------------------------------------------------------- */

static bool has_peer(const struct mh_interface_address *address, const struct mh_address *peer)
{
    return address->peer.family != MH_FAMILY_NONE && mh_address_equal(&address->peer, peer);
}

static bool subnet_holds(const struct mh_interface_address *address, const struct mh_address *target)
{
    const struct mh_prefix subnet = mh_prefix_of(&address->address, address->prefix_length);
    return mh_prefix_contains(&subnet, target);
}

/* The other end of a point-to-point link goes first, then the longest subnet, then the first in the list
 * (ifa_ifwithdstaddr, ifa_ifwithnet). `interface` 0: of any. */
static const struct mh_interface_address *nearest(const struct mh_snapshot *snapshot, uint32_t interface,
                                                  const struct mh_address *target)
{
    const struct mh_interface_address *best = NULL;
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *address = &snapshot->addresses[i];
        if ((interface != 0 && address->interface != interface) || address->address.family != MH_IPV4)
            continue;
        if (has_peer(address, target))
            return address;
        if (subnet_holds(address, target) && (best == NULL || address->prefix_length > best->prefix_length))
            best = address;
    }
    return best;
}

static const struct mh_interface_address *first_of(const struct mh_snapshot *snapshot, uint32_t interface)
{
    size_t count = 0;
    const struct mh_interface_address *addresses = mh_snapshot_addresses_of(snapshot, interface, &count);
    for (size_t i = 0; i < count; i++)
        if (addresses[i].address.family == MH_IPV4)
            return &addresses[i];
    return NULL;
}

/* ---- the source of a route ------------------------------------------------------------------------- */

static struct mh_address implied(const struct mh_selecting *selecting, const struct mh_select_rule *rules,
                                 const struct mh_next_hop *hop)
{
    bool on_link = hop->gateway.family != MH_IPV4;
    const struct mh_address *target = on_link ? &selecting->question->destination : &hop->gateway;
    const struct mh_interface_address *address = nearest(selecting->snapshot, hop->interface, target);
    if (address == NULL)
        address = first_of(selecting->snapshot, hop->interface);
    if (address == NULL) {
        mh_select_give_up(selecting,
                          "the address that the route carries is not known, and its interface has none");
        return (struct mh_address){0};
    }
    selecting->selection->rule = &rules[RULE_IMPLIED];
    return address->address;
}

static struct mh_address carried(const struct mh_selecting *selecting, const struct mh_select_rule *rules,
                                 enum rule_number rule, const struct mh_next_hop *hop)
{
    const struct mh_route *route = &selecting->selection->forwarding.route;
    if (mh_select_owner(selecting->snapshot, &route->preferred_source, hop->interface) == NULL)
        return implied(selecting, rules, hop);
    selecting->selection->rule = &rules[rule];
    return route->preferred_source;
}

/* The route of a choice, when it is another than the first. */
static void expand_route_of(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    struct mh_forwarding *forwarding = &selecting->selection->forwarding;
    for (size_t i = 0; i < forwarding->choice_count; i++) {
        const struct mh_next_hop at = mh_select_hop(selecting, i);
        if (at.interface == hop->interface && mh_address_equal(&at.gateway, &hop->gateway)) {
            mh_route_table_get(selecting->routes, forwarding->choices[i].route, &forwarding->route);
            return;
        }
    }
}

static struct mh_address freebsd_source(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    expand_route_of(selecting, hop);
    return carried(selecting, freebsd_rules, RULE_ROUTE, hop);
}

static struct mh_address netbsd_source(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    expand_route_of(selecting, hop);
    return carried(selecting, netbsd_rules, RULE_ROUTE, hop);
}

/* With a preferred source of the table the kernel does not tell what a route carries: all of them name it. */
static struct mh_address openbsd_source(const struct mh_selecting *selecting, const struct mh_next_hop *hop)
{
    const struct mh_interface_address *source = mh_bsd_table_source(selecting, MH_IPV4);
    const struct mh_route *route = &selecting->selection->forwarding.route;
    expand_route_of(selecting, hop);
    if (mh_bsd_takes_table_source(selecting, source, hop)) {
        selecting->selection->rule = &openbsd_rules[RULE_SPECIAL];
        return source->address;
    }
    if (source != NULL && mh_address_equal(&route->preferred_source, &source->address))
        return implied(selecting, openbsd_rules, hop);
    return carried(selecting, openbsd_rules, RULE_ROUTE, hop);
}

/* ---- special destinations -------------------------------------------------------------------------- */

static void take(const struct mh_selecting *selecting, const struct mh_interface_address *address,
                 const struct mh_select_rule *rule)
{
    if (selecting->selection->source_given)
        return;
    selecting->selection->source = address->address;
    selecting->selection->rule = rule;
}

static void by_chosen_interface(const struct mh_selecting *selecting, const struct mh_select_rule *rules)
{
    uint32_t output = selecting->question->output;
    const struct mh_interface_address *first = first_of(selecting->snapshot, output);
    if (first == NULL && !selecting->selection->source_given) {
        mh_select_refuse(selecting, MH_WAY_NO_SOURCE);
        return;
    }
    if (first != NULL)
        take(selecting, first, &rules[RULE_MULTICAST]);
    mh_select_leave_by(selecting, output, NULL);
}

/* By the loopback interface: in_pcbladdr looks for the other end of a link and for subnets first, NetBSD
 * (ifa_ifwithladdr) for the address itself. OpenBSD's local routes carry the address. */
static void to_itself(const struct mh_selecting *selecting, enum mh_dialect dialect,
                      const struct mh_select_rule *rules, const struct mh_interface_address *owner)
{
    const struct mh_address *destination = &selecting->question->destination;
    const struct mh_interface_address *source = owner;
    enum rule_number rule = dialect == MH_DIALECT_OPENBSD ? RULE_ROUTE : RULE_SPECIAL;
    if (dialect == MH_DIALECT_FREEBSD || owner == NULL)
        source = nearest(selecting->snapshot, 0, destination);
    if (source == NULL)
        source = owner;
    if (source == NULL) {
        mh_select_refuse(selecting, MH_WAY_UNREACHABLE);
        return;
    }
    take(selecting, source, &rules[rule]);
    selecting->selection->local = owner != NULL || mh_address_is_loopback(destination);
    uint32_t interface = owner != NULL && dialect == MH_DIALECT_OPENBSD
                             ? owner->interface
                             : mh_select_loopback_or(selecting->snapshot, source->interface);
    mh_select_leave_by(selecting, interface, NULL);
}

/* ---- the decision ---------------------------------------------------------------------------------- */

/* What connect() or the packet's way out says. FreeBSD and NetBSD find a source of sorts even so, and fail
 * later. */
static enum mh_way without_route(const struct mh_selecting *selecting, enum mh_dialect dialect)
{
    if (dialect == MH_DIALECT_OPENBSD)
        return selecting->selection->source_given ? MH_WAY_HOST_UNREACHABLE : MH_WAY_NO_SOURCE;
    if (dialect == MH_DIALECT_FREEBSD && !selecting->selection->source_given &&
        nearest(selecting->snapshot, 0, &selecting->question->destination) == NULL)
        return MH_WAY_UNREACHABLE;
    return MH_WAY_HOST_UNREACHABLE;
}

/* looutput() in FreeBSD's sys/net/if_loop.c says the same of networks and hosts. */
static enum mh_way rejection(const struct mh_selecting *selecting, enum mh_dialect dialect)
{
    bool is_told_alike =
        dialect == MH_DIALECT_FREEBSD && selecting->selection->forwarding.route.type == MH_ROUTE_UNREACHABLE;
    return is_told_alike ? MH_WAY_HOST_UNREACHABLE : mh_bsd_rejection(selecting);
}

/* Routes by the loopback interface lead to the host itself. */
static void by_found_route(const struct mh_selecting *selecting, enum mh_dialect dialect,
                           const struct mh_select_rule *rules, mh_select_chooser *choose)
{
    uint32_t interface = mh_select_hop(selecting, 0).interface;
    if (dialect == MH_DIALECT_OPENBSD || !mh_select_is_loopback(selecting->snapshot, interface)) {
        mh_select_each_choice(selecting, choose);
        return;
    }
    selecting->selection->forwarding.choice_count = 1;
    to_itself(selecting, dialect, rules, NULL);
}

static void by_route(const struct mh_selecting *selecting, enum mh_dialect dialect,
                     const struct mh_select_rule *rules, mh_select_chooser *choose)
{
    switch (mh_bsd_search(selecting, dialect)) {
    case MH_SEARCH_REFUSED:
        mh_select_refuse(selecting, rejection(selecting, dialect));
        break;
    case MH_SEARCH_DOWN:
        mh_select_refuse(selecting, MH_WAY_HOST_UNREACHABLE);
        break;
    case MH_SEARCH_FOUND:
        by_found_route(selecting, dialect, rules, choose);
        break;
    default:
        mh_select_refuse(selecting, without_route(selecting, dialect));
        break;
    }
}

static bool goes_by_chosen_interface(const struct mh_question *question, enum mh_dialect dialect)
{
    if (question->output == 0)
        return false;
    return mh_address_is_multicast(&question->destination) ||
           (dialect == MH_DIALECT_OPENBSD && mh_select_is_limited_broadcast(&question->destination));
}

/* Why the model cannot answer, or NULL. */
static const char *unanswerable(const struct mh_question *question, enum mh_dialect dialect)
{
    bool unspecified = mh_address_is_unspecified(&question->destination);
    bool broadcast = mh_select_is_limited_broadcast(&question->destination);
    if (unspecified || (broadcast && dialect != MH_DIALECT_OPENBSD))
        return "where this goes depends on which address of the host was configured first, which is not "
               "known";
    return question->output != 0 ? "this system cannot bind an IPv4 socket to an interface" : NULL;
}

static void decide(const struct mh_selecting *selecting, enum mh_dialect dialect,
                   const struct mh_select_rule *rules, mh_select_chooser *choose)
{
    const struct mh_question *question = selecting->question;
    if (!mh_select_begin(selecting))
        return;
    const struct mh_interface_address *owner =
        mh_select_owner(selecting->snapshot, &question->destination, 0);
    const char *reason = unanswerable(question, dialect);
    if (goes_by_chosen_interface(question, dialect))
        by_chosen_interface(selecting, rules);
    else if (reason != NULL)
        mh_select_give_up(selecting, reason);
    else if (owner != NULL && mh_bsd_in_domain(selecting, dialect, owner->interface))
        to_itself(selecting, dialect, rules, owner);
    else
        by_route(selecting, dialect, rules, choose);
}

static void decide_freebsd(const struct mh_selecting *selecting)
{
    decide(selecting, MH_DIALECT_FREEBSD, freebsd_rules, freebsd_source);
}

static void decide_netbsd(const struct mh_selecting *selecting)
{
    decide(selecting, MH_DIALECT_NETBSD, netbsd_rules, netbsd_source);
}

static void decide_openbsd(const struct mh_selecting *selecting)
{
    decide(selecting, MH_DIALECT_OPENBSD, openbsd_rules, openbsd_source);
}

/* One address comes with the route; what brought it there dropped all others. */
static const struct mh_select_rule *dropped_by(const struct mh_selecting *selecting,
                                               const struct mh_select_rule *rules)
{
    if (selecting->selection->way != MH_WAY_FOUND)
        return NULL;
    return selecting->selection->source_given ? &rules[RULE_BOUND] : selecting->selection->rule;
}

static const struct mh_select_rule *dropped_by_freebsd(const struct mh_selecting *selecting,
                                                       const struct mh_interface_address *candidate)
{
    (void)candidate;
    return dropped_by(selecting, freebsd_rules);
}

static const struct mh_select_rule *dropped_by_netbsd(const struct mh_selecting *selecting,
                                                      const struct mh_interface_address *candidate)
{
    (void)candidate;
    return dropped_by(selecting, netbsd_rules);
}

static const struct mh_select_rule *dropped_by_openbsd(const struct mh_selecting *selecting,
                                                       const struct mh_interface_address *candidate)
{
    (void)candidate;
    return dropped_by(selecting, openbsd_rules);
}

const struct mh_select_dialect mh_select_freebsd4 = {freebsd_rules, decide_freebsd, dropped_by_freebsd};
const struct mh_select_dialect mh_select_netbsd4 = {netbsd_rules, decide_netbsd, dropped_by_netbsd};
const struct mh_select_dialect mh_select_openbsd4 = {openbsd_rules, decide_openbsd, dropped_by_openbsd};
