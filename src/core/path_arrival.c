/* Whether the host takes a packet that comes in: the interface works, the addresses can be those of a packet
 * on the wire, the destination is this host's own there, and the source passes the system's check.
 *
 * Linux: ip_route_input_slow in net/ipv4/route.c, ip6_rcv_core in net/ipv6/ip6_input.c: any address of the
 * host is taken by any interface. FreeBSD net.inet.ip.rfc1122_strong_es and, before 14, check_interface
 * (inet(4)); NetBSD net.inet.ip.checkinterface (sysctl(7)); both only while the host does not forward.
 * OpenBSD: the same, built in, both families (in_ouraddr in sys/netinet/ip_input.c, ip6_input_if in
 * sys/netinet6/ip6_input.c). Windows: WeakHostReceive of the interface. FreeBSD 14 drops what bears an
 * address of the host itself as its source (source_address_validation); where the routes lead to a source
 * none of the BSDs asks. */
#include "core/effective.h"
#include "core/path_parts.h"

#include <stdio.h>
#include <string.h>

/* What texts need. */
struct names {
    char remote[MH_ADDRESS_TEXT_SIZE], local[MH_ADDRESS_TEXT_SIZE];
    const char *interface;
};

static struct names names_of(const struct mh_pathing *pathing)
{
    struct names names = {.interface =
                              mh_snapshot_interface_name(pathing->host->snapshot, pathing->report->input)};
    (void)mh_address_format(&pathing->question->remote, names.remote);
    (void)mh_address_format(&pathing->question->local, names.local);
    return names;
}

static bool is_four(const struct mh_pathing *pathing)
{
    return pathing->question->local.family == MH_IPV4;
}

/* 1, 0, or -1 when not known. */
static int setting_of(const struct mh_pathing *pathing, uint32_t interface, enum mh_setting_id id)
{
    const struct mh_setting *setting = mh_snapshot_setting(
        pathing->host->snapshot, interface, (enum mh_family)pathing->question->local.family, id);
    return setting == NULL ? -1 : setting->value != 0;
}

/* ---- the interface --------------------------------------------------------------------------------- */

static bool check_interface(const struct mh_pathing *pathing, const struct names *names)
{
    const struct mh_interface *interface =
        mh_snapshot_interface(pathing->host->snapshot, pathing->report->input);
    const char *reason = NULL;
    if (!interface->up)
        reason = "it is down";
    else if (!interface->carrier)
        reason = "it has no carrier";
    else if (!is_four(pathing) && setting_of(pathing, interface->index, MH_SETTING_DISABLE_IPV6) == 1)
        reason = "IPv6 is switched off there (disable_ipv6)";
    if (reason != NULL)
        mh_path_say(pathing, MH_PATH_BY_INTERFACE_DOWN, MH_PATH_DROPS_REQUEST, "Nothing comes in by %s: %s.",
                    names->interface, reason);
    if (interface->domain == 0)
        return true;
    mh_path_say(pathing, MH_PATH_BY_ROUTING, MH_PATH_DROPS_UNKNOWN,
                "%s belongs to a VRF or routing domain, whose routes are not looked at.", names->interface);
    return false;
}

/* ---- addresses that are not seen on a wire --------------------------------------------------------- */

static bool is_limited_broadcast(const struct mh_address *address)
{
    return address->family == MH_IPV4 && memcmp(address->bytes, "\xff\xff\xff\xff", 4) == 0;
}

/* Linux lets 127/8 in by an interface that is told to route it. */
static bool lets_loopback_in(const struct mh_pathing *pathing)
{
    int32_t value = 0;
    return pathing->host->dialect == MH_DIALECT_LINUX && is_four(pathing) &&
           mh_setting_effective(pathing->host->snapshot, pathing->report->input, MH_SETTING_ROUTE_LOCALNET,
                                &value) &&
           value != 0;
}

/* True when the packet comes to its routes. */
static bool check_martians(const struct mh_pathing *pathing, const struct names *names)
{
    const struct mh_address *remote = &pathing->question->remote, *local = &pathing->question->local;
    const char *route_localnet =
        pathing->host->dialect == MH_DIALECT_LINUX && is_four(pathing) ? ", and route_localnet is off" : "";
    if (is_limited_broadcast(remote)) {
        mh_path_say(pathing, MH_PATH_BY_MARTIAN_SOURCE, MH_PATH_DROPS_REQUEST,
                    "%s cannot be the source of a packet (RFC 1122 3.2.1.3).", names->remote);
        return false;
    }
    if (mh_address_is_loopback(local) && !lets_loopback_in(pathing)) {
        mh_path_say(pathing, MH_PATH_BY_MARTIAN_DESTINATION, MH_PATH_DROPS_REQUEST,
                    "%s is a loopback address: a packet to it is not taken from the wire%s.", names->local,
                    route_localnet);
        return false;
    }
    if (mh_address_is_loopback(remote) && !lets_loopback_in(pathing)) {
        mh_path_say(pathing, MH_PATH_BY_MARTIAN_SOURCE, MH_PATH_DROPS_REQUEST,
                    "%s is a loopback address: a packet from it is not taken from the wire%s.", names->remote,
                    route_localnet);
        return false;
    }
    return true;
}

/* ---- whose the destination is ---------------------------------------------------------------------- */

const struct mh_interface_address *mh_path_owner(const struct mh_snapshot *snapshot,
                                                 const struct mh_address *address, uint32_t interface)
{
    size_t count = snapshot->address_count;
    const struct mh_interface_address *addresses = snapshot->addresses;
    if (interface != 0)
        addresses = mh_snapshot_addresses_of(snapshot, interface, &count);
    for (size_t i = 0; i < count; i++) {
        const struct mh_interface_address *at = &addresses[i];
        bool works = (at->flags & MH_ADDRESS_DUPLICATE) == 0 &&
                     ((at->flags & MH_ADDRESS_TENTATIVE) == 0 || (at->flags & MH_ADDRESS_OPTIMISTIC) != 0);
        if (works && mh_address_equal(&at->address, address))
            return at;
    }
    return NULL;
}

static bool forwards(const struct mh_pathing *pathing)
{
    bool by_interface = pathing->host->dialect == MH_DIALECT_WINDOWS ||
                        (pathing->host->dialect == MH_DIALECT_LINUX && is_four(pathing));
    return setting_of(pathing, by_interface ? pathing->report->input : MH_SETTING_ALL,
                      MH_SETTING_FORWARDING) == 1;
}

/* Of an address that the routes lead elsewhere. */
static void say_not_local(const struct mh_pathing *pathing, const struct names *names,
                          const struct mh_forwarding *way)
{
    const char *by = way->way == MH_WAY_FOUND && way->route.next_hop_count > 0
                         ? mh_snapshot_interface_name(pathing->host->snapshot,
                                                      way->route.next_hops[way->choices[0].hop].interface)
                         : "";
    bool passed_on = forwards(pathing) && way->way == MH_WAY_FOUND && way->route.type == MH_ROUTE_UNICAST;
    pathing->report->arrival = passed_on ? MH_PATH_PASSED_ON : MH_PATH_REFUSED;
    if (way->way == MH_WAY_FOUND && way->route.type == MH_ROUTE_BROADCAST)
        mh_path_say(pathing, MH_PATH_BY_NOT_LOCAL, MH_PATH_DROPS_REQUEST,
                    "%s is a broadcast address: no connection is made to it, and who answers a datagram does "
                    "so from an address of its own.",
                    names->local);
    else if (passed_on)
        mh_path_say(pathing, MH_PATH_BY_NOT_LOCAL, MH_PATH_DROPS_REQUEST,
                    "%s is not an address of this host: the packet is forwarded by %s, not taken.",
                    names->local, by);
    else
        mh_path_say(pathing, MH_PATH_BY_NOT_LOCAL, MH_PATH_DROPS_REQUEST,
                    "%s is not an address of this host, which %s.", names->local,
                    forwards(pathing) ? "has no way to it" : "does not forward");
}

/* What the packet filter has made of it, and of which protocol it is. */
static void set_packet(const struct mh_pathing *pathing, struct mh_question *asked)
{
    asked->protocol = pathing->request.protocol;
    asked->known |= MH_KNOWN_PROTOCOL;
    asked->mark = pathing->request.mark;
    if (pathing->request.mark_unknown)
        asked->known &= (uint8_t)~MH_KNOWN_MARK;
}

/* Linux: the routes say what is local. */
static void look_up(struct mh_pathing *pathing, const struct names *names)
{
    struct mh_forwarding way;
    struct mh_question asked = pathing->report->incoming;
    asked.known |= MH_KNOWN_UID;
    set_packet(pathing, &asked);
    if (mh_path_is_bound_to_link(&asked.destination)) { /* must be there, whatever the routes say */
        pathing->taken =
            mh_path_owner(pathing->host->snapshot, &asked.destination, pathing->report->input) != NULL;
        way.way = MH_WAY_UNREACHABLE;
    } else {
        mh_forward(pathing->host->snapshot, pathing->host->routes, &asked, &way);
        pathing->taken = way.way == MH_WAY_FOUND && way.route.type == MH_ROUTE_LOCAL;
    }
    if (pathing->taken)
        pathing->report->arrival = MH_PATH_TAKEN;
    else if (way.way == MH_WAY_INDETERMINATE)
        mh_path_say(pathing, MH_PATH_BY_ROUTING, MH_PATH_DROPS_UNKNOWN,
                    "Whether the packet is for this host cannot be told: %s.", way.reason);
    else
        say_not_local(pathing, names, &way);
}

/* ---- strong host receive --------------------------------------------------------------------------- */

/* A switch of the system's: 1 strong, 0 weak, -1 not known; *by says what decides. */
static int is_strong(const struct mh_pathing *pathing, const char **by)
{
    int weak;
    switch (pathing->host->dialect) {
    case MH_DIALECT_FREEBSD:
    case MH_DIALECT_NETBSD:
        *by = "net.inet.ip.rfc1122_strong_es=1";
        if (!is_four(pathing))
            return 0;
        if (setting_of(pathing, MH_SETTING_ALL, MH_SETTING_STRONG_END_SYSTEM) >= 0)
            return setting_of(pathing, MH_SETTING_ALL, MH_SETTING_STRONG_END_SYSTEM);
        *by = pathing->host->dialect == MH_DIALECT_FREEBSD ? "net.inet.ip.check_interface=1"
                                                           : "net.inet.ip.checkinterface=1";
        return setting_of(pathing, MH_SETTING_ALL, MH_SETTING_CHECK_INTERFACE);
    case MH_DIALECT_OPENBSD:
        *by = "built in while it does not forward";
        return 1;
    case MH_DIALECT_WINDOWS:
        *by = "WeakHostReceive is off";
        weak = setting_of(pathing, pathing->report->input, MH_SETTING_WEAK_HOST_RECEIVE);
        return weak < 0 ? -1 : !weak;
    default:
        return 0;
    }
}

/* The BSDs' checks are off on a host that forwards, and for addresses shared by CARP. */
static bool is_exempt(const struct mh_pathing *pathing, const struct mh_interface *owner)
{
    if (pathing->host->dialect == MH_DIALECT_WINDOWS)
        return false;
    return (owner != NULL && owner->kind == MH_KIND_CARP) ||
           setting_of(pathing, MH_SETTING_ALL, MH_SETTING_FORWARDING) == 1;
}

static void check_strong_host(const struct mh_pathing *pathing, const struct names *names,
                              const struct mh_interface_address *address)
{
    const struct mh_snapshot *snapshot = pathing->host->snapshot;
    const char *by = NULL;
    if (mh_path_owner(snapshot, &pathing->question->local, pathing->report->input) != NULL ||
        is_exempt(pathing, mh_snapshot_interface(snapshot, address->interface)))
        return;
    const char *owner = mh_snapshot_interface_name(snapshot, address->interface);
    switch (is_strong(pathing, &by)) {
    case 0:
        break;
    case 1:
        mh_path_say(pathing, MH_PATH_BY_STRONG_HOST, MH_PATH_DROPS_REQUEST,
                    "%s belongs to %s, and this system takes a packet only by the interface that has its "
                    "destination (%s; RFC 1122 3.3.4.2, strong model).",
                    names->local, owner, by);
        break;
    default:
        mh_path_say(pathing, MH_PATH_BY_STRONG_HOST, MH_PATH_DROPS_UNKNOWN,
                    "%s belongs to %s; whether this system takes it by %s is not known.", names->local, owner,
                    names->interface);
    }
}

/* ---- the source ------------------------------------------------------------------------------------ */

static void say_filtered(const struct mh_pathing *pathing, const struct names *names,
                         const struct mh_reverse *reverse)
{
    const char *strictness = reverse->mode == 2 ? "loose (2)" : "strict (1)";
    if (reverse->has_route && reverse->no_address)
        mh_path_say(pathing, MH_PATH_BY_REVERSE_PATH_FILTER, MH_PATH_DROPS_REQUEST,
                    "rp_filter is %s for %s, which has no IPv4 address: %s would have to be reached by it, "
                    "and is not.",
                    strictness, names->interface, names->remote);
    else if (reverse->has_route)
        mh_path_say(pathing, MH_PATH_BY_REVERSE_PATH_FILTER, MH_PATH_DROPS_REQUEST,
                    "rp_filter is %s for %s, and the way back from %s to %s is by %s.", strictness,
                    names->interface, names->local, names->remote,
                    mh_snapshot_interface_name(pathing->host->snapshot, reverse->interface));
    else
        mh_path_say(pathing, MH_PATH_BY_REVERSE_PATH_FILTER, MH_PATH_DROPS_REQUEST,
                    "rp_filter is %s for %s, and there is no way back from %s to %s.", strictness,
                    names->interface, names->local, names->remote);
}

static void say_reverse(const struct mh_pathing *pathing, const struct names *names,
                        const struct mh_reverse *reverse)
{
    switch (reverse->outcome) {
    case MH_REVERSE_FILTERED:
        say_filtered(pathing, names, reverse);
        break;
    case MH_REVERSE_OWN:
        mh_path_say(pathing, MH_PATH_BY_MARTIAN_SOURCE, MH_PATH_DROPS_REQUEST,
                    "%s is an address of this host: a packet from it is not taken from the wire, and "
                    "accept_local is off for %s.",
                    names->remote, names->interface);
        break;
    case MH_REVERSE_NO_HOST:
        mh_path_say(pathing, MH_PATH_BY_MARTIAN_SOURCE, MH_PATH_DROPS_REQUEST,
                    "%s is no host's address, but a broadcast address or the like.", names->remote);
        break;
    case MH_REVERSE_UNKNOWN:
        mh_path_say(pathing, MH_PATH_BY_REVERSE_PATH_FILTER, MH_PATH_DROPS_UNKNOWN,
                    "Whether the source passes the check cannot be told: %s.", reverse->reason);
        break;
    default:
        break;
    }
}

static void check_source(const struct mh_pathing *pathing, const struct names *names)
{
    struct mh_question incoming = pathing->report->incoming;
    struct mh_reverse reverse = {.outcome = MH_REVERSE_UNKNOWN,
                                 .reason = "rp_filter of the interface is not known"};
    int32_t mode;
    set_packet(pathing, &incoming);
    if (mh_reverse_mode(pathing->host->snapshot, pathing->report->input, &mode))
        reverse = mh_reverse_check(pathing->host->snapshot, pathing->host->routes, &incoming,
                                   pathing->request.mark, mode);
    say_reverse(pathing, names, &reverse);
    if (reverse.outcome != MH_REVERSE_PASSES)
        pathing->report->arrival =
            reverse.outcome == MH_REVERSE_UNKNOWN ? MH_PATH_ARRIVAL_UNKNOWN : MH_PATH_REFUSED;
}

/* ---- all of it ------------------------------------------------------------------------------------- */

static void arrive_at_linux(struct mh_pathing *pathing, const struct names *names)
{
    look_up(pathing, names);
    if (pathing->taken && is_four(pathing))
        check_source(pathing, names);
}

/* OpenBSD's routing domains have addresses of their own; elsewhere they are the host's. */
static const struct mh_interface_address *own_address(const struct mh_pathing *pathing)
{
    const struct mh_snapshot *snapshot = pathing->host->snapshot;
    const struct mh_address *local = &pathing->question->local;
    const struct mh_interface_address *here = mh_path_owner(snapshot, local, pathing->report->input);
    if (here != NULL || mh_path_is_bound_to_link(local))
        return here;
    for (size_t i = 0; i < snapshot->interface_count; i++) {
        bool same_domain =
            pathing->host->dialect != MH_DIALECT_OPENBSD || snapshot->interfaces[i].domain == 0;
        const struct mh_interface_address *address =
            same_domain ? mh_path_owner(snapshot, local, snapshot->interfaces[i].index) : NULL;
        if (address != NULL)
            return address;
    }
    return NULL;
}

/* ip_input() in FreeBSD's sys/netinet/ip_input.c, behind the strong model's check. */
static void validate_source(const struct mh_pathing *pathing, const struct names *names)
{
    if (pathing->host->dialect != MH_DIALECT_FREEBSD ||
        setting_of(pathing, MH_SETTING_ALL, MH_SETTING_SOURCE_VALIDATION) != 1 ||
        mh_path_owner(pathing->host->snapshot, &pathing->question->remote, 0) == NULL)
        return;
    pathing->report->arrival = MH_PATH_REFUSED;
    mh_path_say(pathing, MH_PATH_BY_MARTIAN_SOURCE, MH_PATH_DROPS_REQUEST,
                "%s is an address of this host: a packet from it is not taken from the wire (net.%s."
                "source_address_validation=1).",
                names->remote, is_four(pathing) ? "inet.ip" : "inet6.ip6");
}

/* The other systems know their own addresses, whatever the routes and rules say. */
static void arrive_elsewhere(struct mh_pathing *pathing, const struct names *names)
{
    struct mh_forwarding way;
    struct mh_snapshot without_rules = *pathing->host->snapshot;
    const struct mh_interface_address *address = own_address(pathing);
    pathing->taken = address != NULL;
    if (pathing->taken) {
        pathing->report->arrival = MH_PATH_TAKEN;
        check_strong_host(pathing, names, address);
        validate_source(pathing, names);
        return;
    }
    without_rules.rule_count = 0;
    mh_forward(&without_rules, pathing->host->routes, &pathing->report->incoming, &way);
    say_not_local(pathing, names, &way);
}

void mh_path_arrive(struct mh_pathing *pathing)
{
    const struct names names = names_of(pathing);
    const struct mh_interface *interface =
        mh_snapshot_interface(pathing->host->snapshot, pathing->report->input);
    if (!check_interface(pathing, &names))
        return;
    mh_path_filter_prerouting(pathing);
    pathing->report->marked |= pathing->request.mark != 0 || pathing->request.mark_unknown;
    /* What comes by lo this host has sent itself: it has its way already. */
    if (pathing->request.destination_translated)
        mh_path_say(pathing, MH_PATH_BY_PACKET_FILTER, MH_PATH_DROPS_UNKNOWN,
                    "The packet filter may translate the request's destination: who gets it is not known.");
    else if (interface->kind == MH_KIND_LOOPBACK)
        pathing->taken = mh_path_owner(pathing->host->snapshot, &pathing->question->local, 0) != NULL ||
                         mh_address_is_loopback(&pathing->question->local);
    else if (!check_martians(pathing, &names))
        pathing->report->arrival = MH_PATH_REFUSED;
    else if (pathing->host->dialect == MH_DIALECT_LINUX)
        arrive_at_linux(pathing, &names);
    else
        arrive_elsewhere(pathing, &names);
    if (pathing->taken)
        mh_path_filter_input(pathing);
}
