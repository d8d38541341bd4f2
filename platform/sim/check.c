#include "check.h"

#include "derive.h"

/* ---- addresses ------------------------------------------------------------------------------------- */

bool sim_check_address(const struct sim_host *host, const struct mh_interface_address *address,
                       struct sim_refusal *refusal)
{
    static const char expected[] = "a unicast address with its prefix length, \"192.0.2.1/24\"";
    char text[MH_ADDRESS_TEXT_SIZE];
    const struct sim_interface *interface = sim_interface_at(host, address->interface);
    if (interface == NULL)
        return sim_refuse_because(refusal, SIM_NO_INTERFACE, "interface", "an interface of this host",
                                  "there is no interface %u", address->interface);
    if (address->prefix_length > mh_family_bits((enum mh_family)address->address.family))
        return sim_refuse_because(refusal, SIM_ARGUMENT_INVALID, "address", expected,
                                  "the prefix length is too long");
    if (mh_address_is_unspecified(&address->address) || mh_address_is_multicast(&address->address))
        return sim_refuse_because(refusal, SIM_ADDRESS_INVALID, "address", expected,
                                  "no interface can have %s", mh_address_format(&address->address, text));
    if (address->address.family == MH_IPV6 && mh_address_is_loopback(&address->address) &&
        !sim_is_loopback(interface))
        return sim_refuse_because(refusal, SIM_ADDRESS_INVALID, "address", expected,
                                  "only the loopback interface can have ::1");
    return true;
}

/* ---- routes ---------------------------------------------------------------------------------------- */

bool sim_route_ends_here(const struct mh_route *route)
{
    return route->type == MH_ROUTE_BLACKHOLE || route->type == MH_ROUTE_UNREACHABLE ||
           route->type == MH_ROUTE_PROHIBIT || route->type == MH_ROUTE_THROW;
}

/* An address of the interface whose subnet holds the gateway. */
static bool subnet_covers(const struct mh_interface_address *address, const struct mh_address *gateway,
                          uint32_t interface)
{
    struct mh_prefix subnet = sim_subnet(address);
    bool is_subnet = !sim_is_host_prefix(&subnet) || address->peer.family != MH_FAMILY_NONE;
    return is_subnet && (interface == 0 || address->interface == interface) &&
           mh_prefix_contains(&subnet, gateway);
}

/* What a gateway is looked up with. */
struct way {
    const struct mh_address *gateway;
    uint32_t interface; /* it must be this one; 0: any */
    uint32_t table;
};

static bool has_gateway(const struct mh_route *route)
{
    return route->next_hops[0].gateway.family != MH_FAMILY_NONE;
}

/* One of the next hops at least goes by the interface. */
static bool goes_by(const struct mh_route *route, uint32_t interface)
{
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (interface == 0 || route->next_hops[i].interface == interface)
            return true;
    return false;
}

/* IPv4 looks for routes on the link only; for IPv6 a route by a gateway, or several, hides those behind it.
 */
static bool leads_to(const struct mh_route *route, const struct way *way)
{
    return route->table == way->table && mh_prefix_contains(&route->destination, way->gateway) &&
           route->type == MH_ROUTE_UNICAST && goes_by(route, way->interface) &&
           (way->gateway->family == MH_IPV6 || (route->next_hop_count == 1 && !has_gateway(route)));
}

/* The longest prefix, then the smallest metric, then the route that came first. */
static bool is_better(const struct mh_route *route, const struct mh_route *best)
{
    return best == NULL || route->destination.length > best->destination.length ||
           (route->destination.length == best->destination.length && route->metric < best->metric);
}

static uint32_t look_up(const struct sim_host *host, const struct way *way)
{
    const struct mh_route *best = NULL;
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ROUTES); i++) {
        const struct mh_route *route = &sim_routes(host)[i].route;
        if (leads_to(route, way) && is_better(route, best))
            best = route;
    }
    return best != NULL && !has_gateway(best) ? best->next_hops[0].interface : 0;
}

/* Subnets of interfaces that are down have no route. */
static uint32_t look_up_subnet(const struct sim_host *host, const struct way *way)
{
    const struct mh_interface_address *addresses = sim_addresses(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ADDRESSES); i++)
        if (subnet_covers(&addresses[i], way->gateway, way->interface))
            return addresses[i].interface;
    return 0;
}

/* The table in which an interface's own routes are. */
static uint32_t usual_table(const struct sim_host *host, uint32_t index)
{
    const struct sim_interface *interface = sim_interface_at(host, index);
    return interface != NULL && interface->table != 0 ? interface->table : host->personality->main_table;
}

/* The interface by which the gateway is on the link, 0 when it is nowhere: by the route's own table first,
 * then by the usual one (Linux: fib_check_nh, ip6_route_check_nh). Policy rules are not followed. BSD takes
 * an address of the interface for the reason (rt_getifa), whichever interface has the route to its subnet. */
static uint32_t find_way(const struct sim_host *host, const struct mh_next_hop *hop, uint32_t table,
                         bool strict)
{
    struct way way = {&hop->gateway, hop->interface, table};
    uint32_t interface = look_up(host, &way);
    if (interface == 0) {
        way.table = usual_table(host, hop->interface);
        interface = look_up(host, &way);
    }
    bool by_address = !strict || host->personality->fills_in_source;
    return interface == 0 && by_address ? look_up_subnet(host, &way) : interface;
}

/* Linux takes an IPv6 gateway for on-link unless a route of the usual table, other than a default route, says
 * that it is elsewhere (ip6_route_check_nh_onlink). */
static bool is_elsewhere(const struct sim_host *host, const struct mh_next_hop *hop)
{
    const struct mh_route *best = NULL;
    uint32_t table = usual_table(host, hop->interface);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ROUTES); i++) {
        const struct mh_route *route = &sim_routes(host)[i].route;
        if (route->table == table && mh_prefix_contains(&route->destination, &hop->gateway) &&
            is_better(route, best))
            best = route;
    }
    return best != NULL && best->destination.length > 0 && !sim_route_ends_here(best) &&
           best->next_hop_count > 0 && best->next_hops[0].interface != hop->interface;
}

static bool refuse_gateway(struct sim_refusal *refusal, const struct mh_address *gateway)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    return sim_refuse_because(refusal, gateway->family == MH_IPV6 ? SIM_NO_WAY_IPV6 : SIM_NO_WAY_IPV4, "via",
                              "an address in a subnet of the interface, or \"on_link\": true",
                              "no subnet covers the gateway %s", mh_address_format(gateway, text));
}

static bool settle_gateway(const struct sim_host *host, struct mh_next_hop *hop, uint32_t table, bool strict,
                           struct sim_refusal *refusal)
{
    if (hop->gateway.family == MH_IPV6 && sim_has_address(host, &hop->gateway))
        return sim_refuse_because(refusal, SIM_ARGUMENT_INVALID, "via", "another host's address",
                                  "the gateway is this host itself");
    bool needs_interface = hop->flags & MH_NEXT_HOP_ON_LINK || mh_address_is_link_local(&hop->gateway);
    if (needs_interface && hop->interface == 0)
        return sim_refuse_because(refusal, SIM_ARGUMENT_INVALID, "via", "an interface beside it",
                                  "the gateway says nothing of its interface");
    if (strict && host->personality->dialect == MH_DIALECT_LINUX && hop->flags & MH_NEXT_HOP_ON_LINK &&
        hop->gateway.family == MH_IPV6 && is_elsewhere(host, hop))
        return sim_refuse_because(refusal, SIM_ARGUMENT_INVALID, "via", "an interface that leads to it",
                                  "a route says that the gateway is elsewhere");
    if (needs_interface)
        return true;
    uint32_t interface = find_way(host, hop, table, strict);
    if (interface == 0)
        return refuse_gateway(refusal, &hop->gateway);
    hop->interface = interface;
    return true;
}

static bool settle_hop(const struct sim_host *host, struct mh_next_hop *hop, uint32_t table, bool strict,
                       struct sim_refusal *refusal)
{
    if (hop->interface != 0 && sim_interface_at(host, hop->interface) == NULL)
        return sim_refuse_because(refusal, SIM_NO_INTERFACE, "interface", "an interface of this host",
                                  "there is no interface %u", hop->interface);
    if (hop->gateway.family != MH_FAMILY_NONE && !settle_gateway(host, hop, table, strict, refusal))
        return false;
    if (hop->interface == 0)
        return sim_refuse_because(refusal, SIM_NO_INTERFACE, "", "\"via\", \"interface\" or \"next_hops\"",
                                  "the route has no next hop");
    const struct sim_interface *interface = sim_interface_at(host, hop->interface);
    if (strict && host->personality->down_takes_routes && !interface->base.up)
        return sim_refuse_because(refusal, SIM_INTERFACE_DOWN, "interface", "an interface that is up",
                                  "%s is down", interface->base.name);
    if (hop->weight == 0)
        hop->weight = 1;
    return true;
}

static bool check_families(const struct mh_route *route, struct sim_refusal *refusal)
{
    uint8_t family = route->destination.address.family;
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (family == MH_IPV6 && route->next_hops[i].gateway.family == MH_IPV4)
            return sim_refuse_because(refusal, SIM_ARGUMENT_INVALID, "via", "an IPv6 address",
                                      "an IPv6 route has an IPv4 gateway");
    if (route->preferred_source.family != MH_FAMILY_NONE && route->preferred_source.family != family)
        return sim_refuse_because(refusal, SIM_ARGUMENT_INVALID, "preferred_source",
                                  "an address of the destination's family", "the families differ");
    return true;
}

static bool check_source(const struct sim_host *host, const struct mh_route *route,
                         struct sim_refusal *refusal)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    if (route->preferred_source.family == MH_FAMILY_NONE || sim_has_address(host, &route->preferred_source))
        return true;
    return sim_refuse_because(refusal, SIM_ARGUMENT_INVALID, "preferred_source", "an address of this host",
                              "%s is not an address of this host",
                              mh_address_format(&route->preferred_source, text));
}

uint32_t sim_usual_metric(const struct sim_host *host, const struct mh_route *route)
{
    if (host->personality->rules_by_filter && route->table != host->personality->main_table)
        return 0;
    return route->destination.address.family == MH_IPV4 ? host->personality->metric_ipv4
                                                        : host->personality->metric_ipv6;
}

/* What Linux says of an IPv6 route that ends here. */
static void settle_by_loopback(const struct sim_host *host, struct mh_route *route, struct mh_next_hop *hops)
{
    hops[0] = (struct mh_next_hop){.interface = sim_loopback(host)->base.index, .weight = 1};
    route->next_hop_count = 1;
}

bool sim_settle_route(const struct sim_host *host, struct mh_route *route, struct mh_next_hop *hops,
                      bool strict, struct sim_refusal *refusal)
{
    if (route->type == MH_ROUTE_UNSPECIFIED)
        route->type = MH_ROUTE_UNICAST;
    if (route->metric == 0 && route->type != MH_ROUTE_LOCAL && !host->personality->metric_zero)
        route->metric = sim_usual_metric(host, route);
    if (route->next_hop_count == 0 && !sim_route_ends_here(route))
        return sim_refuse_because(refusal, SIM_NO_INTERFACE, "", "\"via\", \"interface\" or \"next_hops\"",
                                  "the route has no next hop");
    if (!check_families(route, refusal))
        return false;
    if (host->personality->ends_at_loopback && sim_route_ends_here(route) &&
        route->destination.address.family == MH_IPV6)
        settle_by_loopback(host, route, hops);
    for (size_t i = 0; i < route->next_hop_count && !sim_route_ends_here(route); i++)
        if (!settle_hop(host, &hops[i], route->table, strict, refusal))
            return false;
    return check_source(host, route, refusal);
}

/* ---- rules ----------------------------------------------------------------------------------------- */

bool sim_check_rule(const struct mh_rule *rule, struct sim_refusal *refusal)
{
    if (rule->action == MH_RULE_GOTO && rule->target <= rule->priority)
        return sim_refuse_because(refusal, SIM_ARGUMENT_INVALID, "target", "a priority behind the rule's own",
                                  "a rule cannot go back to %u", rule->target);
    if (rule->from.address.family != MH_FAMILY_NONE && rule->from.address.family != rule->family)
        return sim_refuse_because(refusal, SIM_ARGUMENT_INVALID, "from", "a prefix of the rule's family",
                                  "the families differ");
    if (rule->to.address.family != MH_FAMILY_NONE && rule->to.address.family != rule->family)
        return sim_refuse_because(refusal, SIM_ARGUMENT_INVALID, "to", "a prefix of the rule's family",
                                  "the families differ");
    return true;
}
