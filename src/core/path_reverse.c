/* Linux IPv4's check of a packet's source (fib_validate_source in net/ipv4/fib_frontend.c,
 * Documentation/networking/ip-sysctl.rst rp_filter; RFC 3704): the way back to the source is looked up with
 * the packet's addresses swapped, so that rules "from" the local address count, and rules "iif" see lo.
 * Strict: one of the next hops of the route found must be by the interface that the packet came in on. Loose:
 * there must be a route. An interface without an address is strict in both. IPv6 has no such check. */
#include "core/effective.h"
#include "core/forward_parts.h"
#include "core/path_parts.h"

static bool is_set(const struct mh_snapshot *snapshot, uint32_t interface, enum mh_setting_id id)
{
    int32_t value = 0;
    return mh_setting_effective(snapshot, interface, id, &value) && value != 0;
}

bool mh_reverse_mode(const struct mh_snapshot *snapshot, uint32_t input, int32_t *mode)
{
    return mh_setting_effective(snapshot, input, MH_SETTING_RP_FILTER, mode);
}

struct mh_question mh_reverse_question(const struct mh_snapshot *snapshot, const struct mh_question *incoming,
                                       uint32_t mark)
{
    struct mh_question back = *incoming;
    back.destination = incoming->source;
    back.source = incoming->destination;
    back.source_port = incoming->destination_port;
    back.destination_port = incoming->source_port;
    back.input = back.output = 0;
    back.mark = mark;
    if (!is_set(snapshot, incoming->input, MH_SETTING_SRC_VALID_MARK)) {
        back.mark = 0;
        back.known |= MH_KNOWN_MARK;
    }
    back.uid = 0; /* the kernel asks for itself */
    back.known |= MH_KNOWN_UID;
    return back;
}

/* ---- the route that was found ---------------------------------------------------------------------- */

static bool uses(const struct mh_snapshot *snapshot, const struct mh_route *route, uint32_t interface)
{
    for (size_t i = 0; i < route->next_hop_count; i++) {
        const struct mh_interface *by = mh_snapshot_interface(snapshot, route->next_hops[i].interface);
        if (route->next_hops[i].interface == interface || (by != NULL && by->domain == interface))
            return true;
    }
    return false;
}

static bool has_living_hop(const struct mh_snapshot *snapshot, const struct mh_route *route)
{
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (mh_next_hop_alive(snapshot, MH_IPV4, &route->next_hops[i]))
            return true;
    return false;
}

/* Among several default routes the check takes the first, whatever gateway is heard of. */
static const struct mh_route *found_route(const struct mh_snapshot *snapshot,
                                          const struct mh_route_table *routes,
                                          const struct mh_forwarding *forwarding,
                                          const struct mh_address *source)
{
    const struct mh_route *route = &forwarding->route;
    if (route->destination.length != 0 || route->type != MH_ROUTE_UNICAST)
        return route;
    for (mh_route_handle at = mh_route_table_match(routes, route->table, source, 0); at != 0;) {
        struct mh_route_peek peek = mh_route_peek(routes, at);
        if (peek.tos == route->tos && peek.shared->type == MH_ROUTE_UNICAST &&
            has_living_hop(snapshot, peek.shared))
            return peek.shared;
        at = peek.sibling;
    }
    return route;
}

/* ---- the check ------------------------------------------------------------------------------------- */

struct check {
    const struct mh_snapshot *snapshot;
    const struct mh_route_table *routes;
    const struct mh_question *incoming;
    int32_t mode;
    bool accept_local;
};

static bool has_ipv4_address(const struct mh_snapshot *snapshot, uint32_t interface)
{
    size_t count;
    const struct mh_interface_address *addresses = mh_snapshot_addresses_of(snapshot, interface, &count);
    for (size_t i = 0; i < count; i++)
        if (addresses[i].address.family == MH_IPV4)
            return true;
    return false;
}

static enum mh_reverse_outcome last_resort(const struct check *check)
{
    return check->mode != 0 ? MH_REVERSE_FILTERED : MH_REVERSE_PASSES;
}

static enum mh_reverse_outcome judge_route(const struct check *check, const struct mh_route *route,
                                           bool has_address)
{
    uint32_t input = check->incoming->input;
    if (route->type != MH_ROUTE_UNICAST && route->type != MH_ROUTE_LOCAL)
        return MH_REVERSE_NO_HOST;
    if (route->type == MH_ROUTE_LOCAL && !check->accept_local)
        return MH_REVERSE_OWN;
    if (uses(check->snapshot, route, input))
        return MH_REVERSE_PASSES;
    if (!has_address)
        return last_resort(check);
    return check->mode == 1 ? MH_REVERSE_FILTERED : MH_REVERSE_PASSES;
}

static struct mh_reverse look_back(const struct check *check, uint32_t mark)
{
    struct mh_forwarding forwarding;
    struct mh_reverse reverse = {.mode = check->mode,
                                 .no_address = !has_ipv4_address(check->snapshot, check->incoming->input)};
    const struct mh_question back = mh_reverse_question(check->snapshot, check->incoming, mark);
    mh_forward(check->snapshot, check->routes, &back, &forwarding);
    reverse.has_route = forwarding.way == MH_WAY_FOUND;
    if (forwarding.way == MH_WAY_INDETERMINATE) {
        reverse.outcome = MH_REVERSE_UNKNOWN;
        reverse.reason = forwarding.reason;
    } else if (forwarding.way != MH_WAY_FOUND) {
        reverse.outcome = last_resort(check);
    } else {
        const struct mh_route *route =
            found_route(check->snapshot, check->routes, &forwarding, &back.destination);
        reverse.interface = route->next_hop_count > 0 ? route->next_hops[0].interface : 0;
        reverse.outcome = judge_route(check, route, !reverse.no_address);
    }
    return reverse;
}

/* With rp_filter off and no policy rules of anybody's Linux only looks whether the source is its own. Whether
 * there was a rule once, or a local route made by hand, cannot be seen; it matters where the two ways differ.
 */
static struct mh_reverse short_cut(const struct check *check, uint32_t mark)
{
    bool own = mh_path_owner(check->snapshot, &check->incoming->source, 0) != NULL;
    struct mh_reverse whole = look_back(check, mark);
    enum mh_reverse_outcome simple = own && !check->accept_local ? MH_REVERSE_OWN : MH_REVERSE_PASSES;
    if (!mh_local_may_be_merged(check->snapshot) && !check->accept_local)
        return whole;
    if (check->accept_local || whole.outcome == simple) {
        whole.outcome = simple;
        return whole;
    }
    whole.outcome = MH_REVERSE_UNKNOWN;
    if (whole.reason == NULL)
        whole.reason = "the source is checked in full only once there was a policy rule or a local route";
    return whole;
}

struct mh_reverse mh_reverse_check(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                                   const struct mh_question *incoming, uint32_t mark, int32_t mode)
{
    const struct check check = {.snapshot = snapshot,
                                .routes = routes,
                                .incoming = incoming,
                                .mode = mode,
                                .accept_local = is_set(snapshot, incoming->input, MH_SETTING_ACCEPT_LOCAL)};
    return mode == 0 ? short_cut(&check, mark) : look_back(&check, mark);
}
