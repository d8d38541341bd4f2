/* Source selection's front: hands a question to a dialect, and explains. */
#include "core/select.h"

#include "core/forward_parts.h"
#include "core/host_policy.h"
#include "core/select_parts.h"
#include "core/select_redirect.h"

#include <stdlib.h>
#include <string.h>

static const struct mh_select_dialect *dialect_of(enum mh_dialect dialect, enum mh_family family)
{
    static const struct mh_select_dialect *const dialects[MH_DIALECT_COUNT][2] = {
        [MH_DIALECT_LINUX] = {&mh_select_linux4, &mh_select_linux6},
        [MH_DIALECT_FREEBSD] = {&mh_select_freebsd4, &mh_select_freebsd6},
        [MH_DIALECT_NETBSD] = {&mh_select_netbsd4, &mh_select_netbsd6},
        [MH_DIALECT_OPENBSD] = {&mh_select_openbsd4, &mh_select_openbsd6},
        [MH_DIALECT_WINDOWS] = {&mh_select_windows4, &mh_select_windows6},
    };
    return dialects[dialect][family == MH_IPV6];
}

bool mh_dialect_redirects(enum mh_dialect dialect)
{
    return dialect == MH_DIALECT_FREEBSD || dialect == MH_DIALECT_OPENBSD;
}

const struct mh_select_rule *mh_select_rules(enum mh_dialect dialect, enum mh_family family)
{
    return dialect_of(dialect, family)->rules;
}

/* ---- for the dialects ------------------------------------------------------------------------------ */

const struct mh_next_hop *mh_select_choice_hop(const struct mh_selecting *selecting, size_t choice)
{
    const struct mh_choice *at = &selecting->selection->forwarding.choices[choice];
    return &mh_route_peek(selecting->routes, at->route).shared->next_hops[at->hop];
}

static bool is_among(const struct mh_interface_address *addresses, size_t count,
                     const struct mh_address *address)
{
    for (size_t i = 0; i < count; i++)
        if (mh_address_equal(&addresses[i].address, address))
            return true;
    return false;
}

/* The interface's own are the few, and mostly the answer. */
void mh_select_note_owner(const struct mh_selecting *selecting)
{
    const struct mh_snapshot *snapshot = selecting->snapshot;
    struct mh_selection *selection = selecting->selection;
    size_t count;
    const struct mh_interface_address *here =
        mh_snapshot_addresses_of(snapshot, selection->interface, &count);
    selection->source_owner_differs =
        !selection->local && !is_among(here, count, &selection->source) &&
        is_among(snapshot->addresses, snapshot->address_count, &selection->source);
}

/* ---- what the RFCs advise -------------------------------------------------------------------------- */

static bool leaves_no_link(const struct mh_address *destination)
{
    return mh_address_is_multicast(destination) || mh_address_is_link_local(destination);
}

/* RFC 6724 section 4: unicast addresses that work; of the link itself where the destination is bound to it;
 * addresses of the loopback interface only for itself. */
static bool is_advisable(const struct mh_selecting *selecting, const struct mh_interface_address *address)
{
    const struct mh_address *destination = &selecting->question->destination;
    uint32_t unusable = MH_ADDRESS_DUPLICATE;
    if ((address->flags & MH_ADDRESS_OPTIMISTIC) == 0)
        unusable |= MH_ADDRESS_TENTATIVE;
    if (address->address.family != destination->family || (address->flags & unusable) != 0 ||
        !mh_address_is_unicast(&address->address))
        return false;
    if (leaves_no_link(destination) && address->interface != selecting->selection->interface)
        return false;
    return !mh_address_is_loopback(&address->address) || selecting->selection->local;
}

static void advise_by(const struct mh_selecting *selecting, const struct mh_rfc6724_context *context)
{
    struct mh_selection *selection = selecting->selection;
    const struct mh_interface_address *best = NULL;
    selection->advice_rule = NULL;
    for (size_t i = 0; i < selecting->snapshot->address_count; i++) {
        const struct mh_interface_address *address = &selecting->snapshot->addresses[i];
        const struct mh_select_rule *rule = NULL;
        if (!is_advisable(selecting, address))
            continue;
        if (best != NULL && mh_rfc6724_compare_sources(context, &selecting->question->destination, best,
                                                       address, &rule) <= 0) {
            selection->advice_rule = rule;
            continue;
        }
        best = address;
        selection->advice_rule = rule;
    }
    selection->advice = best == NULL ? (struct mh_address){0} : best->address;
}

/* By the RFC's table, or by the host's own where somebody changed that. */
static enum mh_error advise(const struct mh_selecting *selecting)
{
    const struct mh_selection *selection = selecting->selection;
    struct mh_rfc6724_context context = {.output = selection->local ? 0 : selection->interface,
                                         .next_hop = selection->next_hop};
    struct mh_policy *own = NULL;
    context.policy = mh_rfc6724_default_policy(&context.policy_count);
    if (selecting->snapshot->has_own_labels) {
        own = mh_host_policy(selecting->snapshot, &context.policy_count);
        if (own == NULL)
            return MH_NO_MEMORY;
        context.policy = own;
    }
    advise_by(selecting, &context);
    free(own);
    return MH_OK;
}

/* ---- the candidates -------------------------------------------------------------------------------- */

static size_t count_of_family(const struct mh_selecting *selecting)
{
    size_t count = 0;
    for (size_t i = 0; i < selecting->snapshot->address_count; i++)
        count += selecting->snapshot->addresses[i].address.family == selecting->question->destination.family;
    return count;
}

/* The address that the source is: the one on the outgoing interface where several interfaces have it. */
static const struct mh_interface_address *chosen_one(const struct mh_selecting *selecting)
{
    const struct mh_selection *selection = selecting->selection;
    const struct mh_interface_address *chosen = NULL;
    if (selection->way != MH_WAY_FOUND || selection->source.family == MH_FAMILY_NONE)
        return NULL;
    for (size_t i = 0; i < selecting->snapshot->address_count; i++) {
        const struct mh_interface_address *address = &selecting->snapshot->addresses[i];
        if (mh_address_equal(&address->address, &selection->source) &&
            (chosen == NULL || address->interface == selection->interface))
            chosen = address;
    }
    return chosen;
}

static enum mh_error list_candidates(const struct mh_select_dialect *dialect,
                                     const struct mh_selecting *selecting)
{
    struct mh_selection *selection = selecting->selection;
    size_t count = count_of_family(selecting);
    const struct mh_interface_address *chosen = chosen_one(selecting);
    if (count == 0)
        return MH_OK;
    selection->candidates = calloc(count, sizeof *selection->candidates);
    if (selection->candidates == NULL)
        return MH_NO_MEMORY;
    for (size_t i = 0; i < selecting->snapshot->address_count; i++) {
        const struct mh_interface_address *address = &selecting->snapshot->addresses[i];
        if (address->address.family != selecting->question->destination.family)
            continue;
        selection->candidates[selection->candidate_count++] = (struct mh_candidate){
            .address = address,
            .chosen = address == chosen,
            .dropped_by = address == chosen ? NULL : dialect->dropped_by(selecting, address)};
    }
    return MH_OK;
}

/* ---- selection ------------------------------------------------------------------------------------- */

/* All but the large ends. */
static void begin(struct mh_selection *selection)
{
    memset(selection, 0, offsetof(struct mh_selection, forwarding));
    selection->way = selection->first_way = MH_WAY_UNREACHABLE;
    selection->forwarding.rule = NULL;
    selection->forwarding.handle = 0;
    selection->forwarding.choice_count = 0;
}

static bool is_valid(enum mh_dialect dialect, const struct mh_question *question)
{
    uint8_t family = question->destination.family;
    return (unsigned)dialect < MH_DIALECT_COUNT && (family == MH_IPV4 || family == MH_IPV6) &&
           (question->source.family == family || question->source.family == MH_FAMILY_NONE);
}

static enum mh_error explain_selection(const struct mh_select_dialect *dialect,
                                       const struct mh_selecting *selecting)
{
    enum mh_error code = advise(selecting);
    return code == MH_OK ? list_candidates(dialect, selecting) : code;
}

enum mh_error mh_select(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                        enum mh_dialect dialect, const struct mh_question *question, bool explain,
                        struct mh_selection *selection)
{
    const struct mh_selecting selecting = {snapshot, routes, question, selection};
    begin(selection);
    if (!is_valid(dialect, question))
        return MH_INVALID;
    const struct mh_select_dialect *chosen =
        dialect_of(dialect, (enum mh_family)question->destination.family);
    chosen->decide(&selecting);
    if (dialect != MH_DIALECT_LINUX)
        selection->first_way = selection->way;
    enum mh_error code = explain ? explain_selection(chosen, &selecting) : MH_OK;
    if (mh_dialect_redirects(dialect))
        mh_select_redirect(&selecting);
    return code;
}

void mh_selection_clear(struct mh_selection *selection)
{
    free(selection->candidates);
    selection->candidates = NULL;
    selection->candidate_count = 0;
}

/* ---- beside the system's answer -------------------------------------------------------------------- */

enum { TABLE_MAIN = 254, TABLE_LOCAL = 255 };

/* What a choice comes to. */
struct outcome {
    uint32_t interface;
    struct mh_address next_hop, source;
};

static struct outcome outcome_of(const struct mh_route_table *routes, const struct mh_selection *selection,
                                 size_t choice)
{
    struct outcome outcome = {selection->interface, selection->next_hop, selection->source};
    if (selection->forwarding.choice_count < 2)
        return outcome;
    const struct mh_choice *at = &selection->forwarding.choices[choice];
    const struct mh_next_hop *hop = &mh_route_peek(routes, at->route).shared->next_hops[at->hop];
    outcome.interface = selection->local ? selection->interface : hop->interface;
    outcome.source = selection->choice_sources[choice];
    outcome.next_hop = selection->gateway_unused ||
                               mh_gateway_owner(routes, &selection->forwarding.route, hop) == MH_GATEWAY_OWN
                           ? (struct mh_address){0}
                           : hop->gateway;
    return outcome;
}

static bool outcome_agrees(const struct outcome *outcome, const struct mh_kernel_answer *answer,
                           const char **difference)
{
    if (outcome->interface != answer->interface)
        *difference = "interface";
    else if (!mh_address_equal(&outcome->next_hop, &answer->next_hop))
        *difference = "next_hop";
    else if (!answer->source_untold && !mh_address_equal(&outcome->source, &answer->source))
        *difference = "source";
    else
        return true;
    return false;
}

/* Linux tells `main` for routes of `local` as long as it keeps the two together; and for IPv6 routes by one
 * nexthop object the table of the route that was used last, because it keeps what it found with the object
 * (rt6_get_pcpu_route in net/ipv6/route.c). */
static bool table_agrees(const struct mh_selection *selection, const struct mh_kernel_answer *answer)
{
    const struct mh_route *route = &selection->forwarding.route;
    if (answer->table == 0 || selection->forwarding.handle == 0 || selection->on_link_assumed)
        return true;
    if (route->destination.address.family == MH_IPV6 && route->next_hop_id != 0)
        return true;
    uint32_t table = route->table;
    return table == answer->table || (table == TABLE_LOCAL && answer->table == TABLE_MAIN);
}

static bool error_agrees(enum mh_way way, const struct mh_kernel_answer *answer)
{
    const char *native = mh_way_native(way);
    return !answer->found && native != NULL && strcmp(native, answer->native_name) == 0;
}

bool mh_selection_agrees(const struct mh_route_table *routes, const struct mh_selection *selection,
                         const struct mh_kernel_answer *answer, const char **difference)
{
    *difference = "error";
    bool tells_way = answer->found && selection->first_way == MH_WAY_NO_SOURCE;
    if (selection->first_way != MH_WAY_FOUND && !tells_way)
        return error_agrees(selection->first_way, answer);
    if (!answer->found)
        return false;
    size_t count = selection->forwarding.choice_count < 2 ? 1 : selection->forwarding.choice_count;
    for (size_t i = 0; i < count; i++) {
        struct outcome outcome = outcome_of(routes, selection, i);
        if (!outcome_agrees(&outcome, answer, difference))
            continue;
        *difference = table_agrees(selection, answer) ? NULL : "table";
        return *difference == NULL;
    }
    return false;
}
