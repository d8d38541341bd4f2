/* What rules of the packet filter ask of the routes, nft's `fib`: the way to one of the packet's addresses,
 * and what kind of address it is (net/ipv4/netfilter/nft_fib_ipv4.c, net/ipv6/netfilter/nft_fib_ipv6.c). */
#include "core/forward_parts.h"
#include "core/path_parts.h"

#include <string.h>

enum { TABLE_LOCAL = 255 };

static uint32_t bound_to(const struct mh_filter_fib_question *question)
{
    return question->input != 0 ? question->input : question->output;
}

static bool is_broadcast(const struct mh_address *address)
{
    return address->family == MH_IPV4 &&
           (address->bytes[0] == 0 || memcmp(address->bytes, "\xff\xff\xff\xff", 4) == 0);
}

/* That of its route in the table of local ones (inet_dev_addr_type); what is not there is some other host's.
 */
static uint8_t type_of(const struct mh_path_host *host, const struct mh_filter_fib_question *question)
{
    uint32_t bound = bound_to(question);
    if (mh_address_is_multicast(&question->address))
        return MH_ROUTE_MULTICAST;
    if (is_broadcast(&question->address))
        return MH_ROUTE_BROADCAST;
    mh_route_handle handle = mh_route_table_match(host->routes, TABLE_LOCAL, &question->address, 128);
    for (; handle != 0; handle = mh_route_table_sibling(host->routes, handle)) {
        struct mh_route_peek peek = mh_route_peek(host->routes, handle);
        bool there = peek.shared->next_hop_count > 0 && peek.shared->next_hops[0].interface == bound;
        if (bound == 0 || there)
            return peek.shared->type;
        if (question->address.family == MH_IPV4)
            break;
    }
    return MH_ROUTE_UNICAST;
}

/* The route is looked for as if the interface did not matter, and then whether it is by that one; but for
 * link-local addresses of IPv6, which are looked for on the link. */
static uint32_t asked_output(const struct mh_filter_fib_question *question)
{
    return mh_path_is_bound_to_link(&question->address) ? bound_to(question) : 0;
}

/* Of one of a route's next hops that may be taken. */
static void note_hop(uint32_t bound, uint32_t by, size_t count, struct mh_filter_fib_answer *answer)
{
    uint32_t interface = bound == 0 || bound == by ? by : 0;
    if (count == 0)
        answer->interface = interface;
    else if (answer->interface != interface)
        answer->known = false; /* it depends on which */
}

/* IPv4 is content with any of the next hops (fib_info_nh_uses_dev). */
static bool uses(const struct mh_route *route, uint32_t interface)
{
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (route->next_hops[i].interface == interface)
            return true;
    return false;
}

static void set_interface(const struct mh_path_host *host, const struct mh_filter_fib_question *question,
                          const struct mh_forwarding *forwarding, struct mh_filter_fib_answer *answer)
{
    if (forwarding->route.type != MH_ROUTE_UNICAST)
        return;
    bool any_will_do = question->address.family == MH_IPV4 && bound_to(question) != 0;
    if (any_will_do && uses(&forwarding->route, bound_to(question)))
        answer->interface = bound_to(question);
    for (size_t i = 0; i < forwarding->choice_count && !any_will_do; i++) {
        const struct mh_choice *choice = &forwarding->choices[i];
        const struct mh_route *route = mh_route_peek(host->routes, choice->route).shared;
        note_hop(bound_to(question), route->next_hops[choice->hop].interface, i, answer);
    }
    if (answer->interface != 0)
        answer->interface_name = mh_snapshot_interface_name(host->snapshot, answer->interface);
}

void mh_path_fib(void *context, const struct mh_filter_fib_question *question,
                 struct mh_filter_fib_answer *answer)
{
    const struct mh_path_host *host = ((const struct mh_path_fib_context *)context)->host;
    struct mh_forwarding forwarding;
    const struct mh_question asked = {
        .destination = question->address,
        .source = question->from,
        .output = asked_output(question),
        .mark = question->mark,
        .known = MH_KNOWN_MARK | MH_KNOWN_TOS | MH_KNOWN_UID,
    };
    *answer = (struct mh_filter_fib_answer){.known = true, .type = type_of(host, question)};
    /* IPv6 looks for the way all the same (nft_fib6_eval_type). */
    if (question->type_only && question->address.family == MH_IPV4)
        return;
    mh_forward(host->snapshot, host->routes, &asked, &forwarding);
    if (forwarding.way == MH_WAY_INDETERMINATE)
        answer->known = false;
    else if (forwarding.way == MH_WAY_FOUND)
        set_interface(host, question, &forwarding, answer);
}
