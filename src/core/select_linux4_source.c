/* Which source address Linux takes for an IPv4 packet by a route: fib_result_prefsrc in
 * net/ipv4/fib_semantics.c, inet_select_addr in devinet.c; and why not another. */
#include "core/select_linux4.h"

#define OUTPUT_PATH "Linux net/ipv4/route.c, ip_route_output_key_hash_rcu"
#define SELECT_ADDR "Linux net/ipv4/devinet.c, inet_select_addr"

const struct mh_select_rule mh_linux4_rules[MH_LINUX4_RULE_COUNT + 1] = {
    [MH_LINUX4_BOUND] = {"linux4-0", "The application bound its socket to a source address, which is kept.",
                         OUTPUT_PATH},
    [MH_LINUX4_ROUTE] =
        {"linux4-1",
         "The route names the preferred source; to an address of this host it is that address itself.",
         "ip-route(8), src; Linux net/ipv4/fib_semantics.c, fib_result_prefsrc"},
    [MH_LINUX4_INTERFACE] =
        {"linux4-2", "Addresses of the interface that the packet leaves by go before those of all others.",
         SELECT_ADDR},
    [MH_LINUX4_SECONDARY] =
        {"linux4-3", "Secondary addresses (later ones of a subnet on the same interface) are not chosen.",
         SELECT_ADDR},
    [MH_LINUX4_SCOPE] = {"linux4-4", "The scope of the address must be as wide as that of the route.",
                         SELECT_ADDR},
    [MH_LINUX4_SUBNET] = {"linux4-5", "An address whose subnet holds the gateway goes before the others.",
                          SELECT_ADDR},
    [MH_LINUX4_FIRST] = {"linux4-6", "The first address in the list of the interface is taken.", SELECT_ADDR},
    [MH_LINUX4_ELSEWHERE] =
        {"linux4-7",
         "Where the interface has no address that fits, the first of another interface is taken, "
         "the loopback interface first.",
         SELECT_ADDR},
    [MH_LINUX4_LINK_SCOPE] = {"linux4-8", "Addresses of link scope are not taken for another interface.",
                              SELECT_ADDR},
    {0},
};

/* ---- addresses ------------------------------------------------------------------------------------- */

static bool subnet_holds(const struct mh_interface_address *address, uint32_t number)
{
    const struct mh_address *base =
        address->peer.family != MH_FAMILY_NONE ? &address->peer : &address->address;
    uint32_t mask = address->prefix_length == 0 ? 0 : UINT32_MAX << (32 - address->prefix_length);
    return ((mh_linux4_number(base) ^ number) & mask) == 0;
}

/* A setting whose value for `all` counts beside the interface's own. */
bool mh_linux4_routes_localnet(const struct mh_snapshot *snapshot, uint32_t interface)
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
    return scope == MH_ROUTE_SCOPE_LINK && mh_linux4_routes_localnet(snapshot, address->interface);
}

static bool is_secondary(const struct mh_interface_address *address)
{
    return (address->flags & MH_ADDRESS_SECONDARY) != 0;
}

/* ---- the source of a route ------------------------------------------------------------------------- */

/* `gateway` 0: on link. */
static struct mh_linux4_choice choose_on(const struct mh_snapshot *snapshot, uint32_t interface,
                                         uint32_t gateway, uint8_t scope)
{
    struct mh_linux4_choice choice = {NULL, MH_LINUX4_FIRST};
    size_t count;
    const struct mh_interface_address *addresses = mh_snapshot_addresses_of(snapshot, interface, &count);
    for (size_t i = 0; i < count; i++) {
        const struct mh_interface_address *address = &addresses[i];
        if (address->address.family != MH_IPV4 || is_secondary(address) ||
            !is_wide_enough(snapshot, address, scope))
            continue;
        if (gateway == 0)
            return (struct mh_linux4_choice){address, MH_LINUX4_FIRST};
        if (subnet_holds(address, gateway))
            return (struct mh_linux4_choice){address,
                                             choice.address == NULL ? MH_LINUX4_FIRST : MH_LINUX4_SUBNET};
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
static struct mh_linux4_choice choose_elsewhere(const struct mh_snapshot *snapshot, uint8_t scope)
{
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *address = &snapshot->addresses[i];
        if (!fits_elsewhere(address, scope))
            continue;
        const struct mh_interface *owner = mh_snapshot_interface(snapshot, address->interface);
        if (owner == NULL || owner->domain == 0)
            return (struct mh_linux4_choice){address, MH_LINUX4_ELSEWHERE};
    }
    return (struct mh_linux4_choice){NULL, MH_LINUX4_ELSEWHERE};
}

/* inet_select_addr. */
struct mh_linux4_choice mh_linux4_choose(const struct mh_snapshot *snapshot, uint32_t interface,
                                         uint32_t gateway, uint8_t scope)
{
    struct mh_linux4_choice choice = choose_on(snapshot, interface, gateway, scope);
    return choice.address != NULL ? choice : choose_elsewhere(snapshot, scope);
}

/* What the route itself gives by one of its hops (fib_result_prefsrc). */
struct mh_address mh_linux4_source_by(const struct mh_snapshot *snapshot, const struct mh_route *route,
                                      const struct mh_next_hop *hop, const struct mh_select_rule **rule)
{
    if (route->preferred_source.family != MH_FAMILY_NONE) {
        *rule = &mh_linux4_rules[MH_LINUX4_ROUTE];
        return route->preferred_source;
    }
    struct mh_linux4_choice choice =
        mh_linux4_choose(snapshot, hop->interface, mh_linux4_number(&hop->gateway), route->scope);
    *rule = choice.address == NULL ? NULL : &mh_linux4_rules[choice.rule];
    return choice.address == NULL ? (struct mh_address){0} : choice.address->address;
}

/* The object has its source from when it was made (nh_create_ipv4), for the scope of the link, or of the host
 * when it has no gateway; only after the host's addresses changed it gets one for a route that is used
 * (fib_info_update_nhc_saddr). */
bool mh_linux4_source_is_doubtful(const struct mh_snapshot *snapshot, const struct mh_route *route,
                                  const struct mh_next_hop *hop)
{
    static const uint8_t scopes[] = {MH_ROUTE_SCOPE_LINK, MH_ROUTE_SCOPE_HOST};
    uint32_t gateway = mh_linux4_number(&hop->gateway);
    if (route->next_hop_id == 0 || route->preferred_source.family != MH_FAMILY_NONE)
        return false;
    struct mh_linux4_choice own = mh_linux4_choose(snapshot, hop->interface, gateway, route->scope);
    for (size_t i = 0; i < sizeof scopes; i++)
        if (mh_linux4_choose(snapshot, hop->interface, gateway, scopes[i]).address != own.address)
            return true;
    return false;
}

/* ---- explaining ------------------------------------------------------------------------------------ */

/* Why an address of the interface itself was not taken. */
static const struct mh_select_rule *dropped_here(const struct mh_selecting *selecting,
                                                 const struct mh_interface_address *candidate, uint8_t scope)
{
    if (is_secondary(candidate))
        return &mh_linux4_rules[MH_LINUX4_SECONDARY];
    if (!is_wide_enough(selecting->snapshot, candidate, scope))
        return &mh_linux4_rules[MH_LINUX4_SCOPE];
    return selecting->selection->rule;
}

static const struct mh_select_rule *dropped_elsewhere(const struct mh_interface_address *candidate,
                                                      uint8_t scope)
{
    if (is_secondary(candidate))
        return &mh_linux4_rules[MH_LINUX4_SECONDARY];
    if (candidate->scope == MH_ROUTE_SCOPE_LINK)
        return &mh_linux4_rules[MH_LINUX4_LINK_SCOPE];
    return candidate->scope > scope ? &mh_linux4_rules[MH_LINUX4_SCOPE]
                                    : &mh_linux4_rules[MH_LINUX4_ELSEWHERE];
}

const struct mh_select_rule *mh_linux4_dropped_by(const struct mh_selecting *selecting,
                                                  const struct mh_interface_address *candidate)
{
    const struct mh_selection *selection = selecting->selection;
    if (selection->way != MH_WAY_FOUND)
        return NULL;
    if (selection->source_given)
        return &mh_linux4_rules[MH_LINUX4_BOUND];
    if (selection->rule == NULL || selection->rule == &mh_linux4_rules[MH_LINUX4_ROUTE])
        return selection->rule;
    uint8_t scope =
        selection->forwarding.handle == 0 ? MH_ROUTE_SCOPE_LINK : selection->forwarding.route.scope;
    if (candidate->interface == selection->interface)
        return dropped_here(selecting, candidate, scope);
    return selection->rule == &mh_linux4_rules[MH_LINUX4_ELSEWHERE] ? dropped_elsewhere(candidate, scope)
                                                                    : &mh_linux4_rules[MH_LINUX4_INTERFACE];
}
