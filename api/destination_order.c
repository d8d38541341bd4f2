#include "api/destination_order.h"

#include "api/question.h"
#include "core/dialect_traits.h"
#include "core/host_policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the list -------------------------------------------------------------------------------------- */

bool mh_query_has_destinations(const struct mh_query *query)
{
    const char *text = query->value[MH_PARAMETER_DESTINATION];
    return text != NULL && strchr(text, ',') != NULL;
}

static size_t count_items(const char *list)
{
    size_t count = 1;
    for (; *list != '\0'; list++)
        count += *list == ',';
    return count;
}

static bool refuse_count(size_t count, struct mh_problem *problem)
{
    char got[32];
    (void)snprintf(got, sizeof got, "%zu addresses", count);
    (void)mh_problem_set(problem, MH_PROBLEM_INVALID_PARAMETER, "The list of destinations is too long.");
    (void)snprintf(problem->parameter, sizeof problem->parameter, "destination");
    return mh_problem_expected(problem, "at most 32 addresses with commas between them", got);
}

/* The items are ended in place. */
static bool read_items(const struct mh_query *query, char *list, const struct mh_snapshot *snapshot,
                       struct mh_destination_order *order, struct mh_problem *problem)
{
    struct mh_query one = *query;
    for (char *item = list, *next; item != NULL; item = next) {
        next = strchr(item, ',');
        if (next != NULL)
            *next++ = '\0';
        one.value[MH_PARAMETER_DESTINATION] = item;
        if (!mh_question_read(&one, snapshot, &order->answers[order->count].question, problem))
            return false;
        order->count++;
    }
    return true;
}

bool mh_destination_order_read(const struct mh_query *query, const struct mh_snapshot *snapshot,
                               struct mh_destination_order *order, struct mh_problem *problem)
{
    const char *text = query->value[MH_PARAMETER_DESTINATION];
    size_t count = count_items(text);
    order->count = 0;
    if (count > MH_DESTINATIONS_MAX)
        return refuse_count(count, problem);
    char *list = malloc(strlen(text) + 1);
    if (list == NULL)
        return mh_problem_set(problem, MH_PROBLEM_INTERNAL, "The service is out of memory.");
    strcpy(list, text);
    bool read = read_items(query, list, snapshot, order, problem);
    free(list);
    return read;
}

/* ---- deciding -------------------------------------------------------------------------------------- */

/* Where flows are spread and each next hop has a source of its own, the first one's stands for all. */
static struct mh_address source_of(const struct mh_selection *selection)
{
    if (selection->source.family == MH_FAMILY_NONE && selection->forwarding.choice_count > 1)
        return selection->choice_sources[0];
    return selection->source;
}

/* Rule 7: IPv6 inside of something else. */
static bool is_tunnelled(const struct mh_snapshot *snapshot, const struct mh_address *destination,
                         uint32_t output)
{
    const struct mh_interface *interface = mh_snapshot_interface(snapshot, output);
    return destination->family == MH_IPV6 && interface != NULL && interface->kind == MH_KIND_TUNNEL;
}

/* What section 6 wants to know of the source. */
static void rate_source(const struct mh_snapshot *snapshot, uint32_t output,
                        struct mh_rfc6724_destination *destination)
{
    const struct mh_interface_address *found = NULL;
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *address = &snapshot->addresses[i];
        if (mh_address_equal(&address->address, &destination->source) &&
            (found == NULL || address->interface == output))
            found = address;
    }
    destination->source_flags = found != NULL ? found->flags : 0;
    destination->source_prefix_length = found != NULL ? found->prefix_length : 0;
}

static void rate(const struct mh_snapshot *snapshot, const struct mh_decision *decision,
                 const struct mh_destination_answer *answer, struct mh_rfc6724_destination *destination)
{
    const struct mh_selection *selection = &decision->selection;
    *destination = (struct mh_rfc6724_destination){.address = answer->question.destination,
                                                   .unreachable = answer->way != MH_WAY_FOUND};
    if (destination->unreachable)
        return;
    destination->source = source_of(selection);
    destination->by_tunnel =
        !selection->local && is_tunnelled(snapshot, &destination->address, answer->interface);
    rate_source(snapshot, answer->interface, destination);
}

/* A resolver learns sources by connecting sockets, and so do applications: that counts where it goes another
 * way.
 */
static void keep(const struct mh_decision *decision, struct mh_destination_answer *answer)
{
    const struct mh_selection *selection = &decision->selection;
    const struct mh_connected *connected = decision->connected_count > 0 ? &decision->connected[0] : NULL;
    answer->way = connected != NULL ? connected->way : selection->way;
    answer->reason = connected != NULL ? connected->reason : selection->reason;
    answer->interface = 0;
    answer->next_hop = (struct mh_address){0};
    if (answer->way == MH_WAY_FOUND) {
        answer->interface = connected != NULL ? connected->interface : selection->interface;
        answer->next_hop = connected != NULL ? connected->next_hop : selection->next_hop;
    }
    answer->compared = decision->compared;
    answer->agrees = decision->agrees;
}

void mh_destination_order_clear(struct mh_destination_order *order)
{
    free(order->policy);
    order->policy = NULL;
    order->policy_count = 0;
}

/* By the table that applications go by, where it is known. */
static enum mh_error sort(struct mh_destination_order *order, const struct mh_snapshot *snapshot,
                          enum mh_dialect dialect)
{
    mh_destination_order_clear(order);
    if (mh_dialect_traits(dialect)->has_precedences && snapshot->label_count > 0) {
        order->policy = mh_host_policy(snapshot, &order->policy_count);
        if (order->policy == NULL)
            return MH_NO_MEMORY;
    }
    mh_rfc6724_sort_destinations(order->policy, order->policy_count, order->destinations, order->count);
    return MH_OK;
}

enum mh_error mh_destination_order_decide(struct mh_destination_order *order,
                                          const struct mh_snapshot *snapshot,
                                          const struct mh_route_table *routes, enum mh_dialect dialect,
                                          bool *agrees)
{
    struct mh_decision decision;
    *agrees = true;
    for (size_t i = 0; i < order->count; i++) {
        struct mh_destination_answer *answer = &order->answers[i];
        decision.question = answer->question;
        decision.kernel = answer->kernel;
        decision.unasked = answer->unasked;
        enum mh_error error = mh_decide(&decision, snapshot, routes, dialect);
        if (error == MH_OK) {
            keep(&decision, answer);
            rate(snapshot, &decision, answer, &order->destinations[i]);
            *agrees &= !answer->compared || answer->agrees;
        }
        mh_selection_clear(&decision.selection);
        if (error != MH_OK)
            return error;
    }
    return sort(order, snapshot, dialect);
}

/* ---- why one goes before the next ------------------------------------------------------------------ */

/* Two destinations, in order, with what the policy table says of them and of their sources. */
struct pair {
    const struct mh_destination_order *order;
    const struct mh_rfc6724_destination *first, *second;
};

enum { EVIDENCE_SIZE = 160 };

/* All zero for none. */
static struct mh_policy policy_of(const struct pair *pair, const struct mh_address *address)
{
    size_t count = pair->order->policy_count;
    const struct mh_policy *table =
        pair->order->policy != NULL ? pair->order->policy : mh_rfc6724_default_policy(&count);
    const struct mh_policy *row = mh_rfc6724_lookup(table, count, address);
    return row != NULL ? *row : (struct mh_policy){0};
}

static const char *scope_of(const struct mh_address *address)
{
    return mh_scope_name(mh_address_scope(address));
}

static void tell_source_scopes(const struct pair *pair, char *text)
{
    (void)snprintf(text, EVIDENCE_SIZE, "scope %s from %s, against %s from %s",
                   scope_of(&pair->first->address), scope_of(&pair->first->source),
                   scope_of(&pair->second->address), scope_of(&pair->second->source));
}

static void tell_labels(const struct pair *pair, char *text)
{
    (void)snprintf(text, EVIDENCE_SIZE, "label %u from %u, against %u from %u",
                   policy_of(pair, &pair->first->address).label, policy_of(pair, &pair->first->source).label,
                   policy_of(pair, &pair->second->address).label,
                   policy_of(pair, &pair->second->source).label);
}

static void tell_precedence(const struct pair *pair, char *text)
{
    (void)snprintf(text, EVIDENCE_SIZE, "precedence %u against %u",
                   policy_of(pair, &pair->first->address).precedence,
                   policy_of(pair, &pair->second->address).precedence);
}

static void tell_scopes(const struct pair *pair, char *text)
{
    (void)snprintf(text, EVIDENCE_SIZE, "scope %s against %s", scope_of(&pair->first->address),
                   scope_of(&pair->second->address));
}

static unsigned common_bits(const struct mh_rfc6724_destination *destination)
{
    return mh_rfc6724_common_prefix(&destination->source, destination->source_prefix_length,
                                    &destination->address);
}

static void tell_common_bits(const struct pair *pair, char *text)
{
    (void)snprintf(text, EVIDENCE_SIZE, "%u bits in common against %u", common_bits(pair->first),
                   common_bits(pair->second));
}

/* The figures that the rule compared; "" where the rule's text says it all. */
static void tell(const struct mh_select_rule *rule, const struct pair *pair, char text[EVIDENCE_SIZE])
{
    static const struct {
        const char *number;
        void (*tell)(const struct pair *pair, char *text);
    } tellers[] = {{"rfc6724-d2", tell_source_scopes},
                   {"rfc6724-d5", tell_labels},
                   {"rfc6724-d6", tell_precedence},
                   {"rfc6724-d8", tell_scopes},
                   {"rfc6724-d9", tell_common_bits}};
    text[0] = '\0';
    for (size_t i = 0; i < sizeof tellers / sizeof tellers[0]; i++)
        if (strcmp(tellers[i].number, rule->number) == 0)
            tellers[i].tell(pair, text);
}

/* ---- the object ------------------------------------------------------------------------------------ */

static void put_rule(struct mh_json *json, const struct pair *pair)
{
    char evidence[EVIDENCE_SIZE];
    const struct mh_select_rule *rule = NULL;
    (void)mh_rfc6724_compare_destinations(pair->order->policy, pair->order->policy_count, pair->first,
                                          pair->second, &rule);
    tell(rule, pair, evidence);
    mh_json_put_open(json, "preferred_over_next_by", '{');
    mh_json_put_string(json, "rule", rule->number);
    mh_json_put_string(json, "text", rule->text);
    mh_json_put_string(json, "reference", rule->source);
    mh_json_put_string(json, "evidence", evidence[0] != '\0' ? evidence : NULL);
    mh_json_close(json, '}');
}

/* Nothing is said about a place that rests on what is not known. */
static void put_preference(struct mh_json *json, const struct mh_destination_order *order, size_t place)
{
    const struct mh_rfc6724_destination *at = &order->destinations[place];
    if (place + 1 == order->count || order->answers[at[0].order].way == MH_WAY_INDETERMINATE ||
        order->answers[at[1].order].way == MH_WAY_INDETERMINATE) {
        mh_json_put_null(json, "preferred_over_next_by");
        return;
    }
    const struct pair pair = {order, &at[0], &at[1]};
    put_rule(json, &pair);
}

static void put_failure(struct mh_json *json, const struct mh_destination_answer *answer)
{
    if (answer->way == MH_WAY_FOUND)
        return;
    if (answer->way == MH_WAY_INDETERMINATE) {
        mh_json_put_string(json, "indeterminate", answer->reason);
        return;
    }
    mh_json_put_open(json, "error", '{');
    mh_json_put_string(json, "code", mh_way_word(answer->way));
    mh_json_put_string(json, "native", mh_way_native(answer->way));
    mh_json_close(json, '}');
}

static void put_agrees(struct mh_json *json, const struct mh_destination_answer *answer)
{
    mh_json_name(json, "agrees");
    if (answer->compared)
        mh_json_boolean(json, answer->agrees);
    else
        mh_json_null(json);
}

static void put_destination(struct mh_json *json, const struct mh_snapshot *snapshot,
                            const struct mh_destination_order *order, size_t place)
{
    const struct mh_rfc6724_destination *destination = &order->destinations[place];
    const struct mh_destination_answer *answer = &order->answers[destination->order];
    uint32_t zone = answer->question.output != 0 ? answer->question.output : answer->interface;
    mh_json_open(json, '{');
    mh_put_address(json, "destination", snapshot, &destination->address, zone);
    mh_json_put_boolean(json, "reachable", answer->way == MH_WAY_FOUND);
    mh_put_address(json, "source", snapshot, &destination->source, answer->interface);
    mh_put_interface(json, "interface", snapshot, answer->interface);
    mh_put_address(json, "next_hop", snapshot, &answer->next_hop, answer->interface);
    put_failure(json, answer);
    put_preference(json, order, place);
    put_agrees(json, answer);
    mh_json_close(json, '}');
}

/* Whose order it is, and who may want another one. */
static const char *caveat(const struct mh_destination_order *order, enum mh_dialect dialect)
{
    if (order->policy != NULL)
        return "The order that RFC 6724 advises with this host's policy table, by which getaddrinfo(3) of "
               "this system goes, too.";
    if (dialect == MH_DIALECT_LINUX)
        return "The order that RFC 6724 advises with its default policy table. Applications get theirs from "
               "getaddrinfo(3): that of glibc sorts by RFC 3484, with tables of its own that /etc/gai.conf "
               "replaces (gai.conf(5)); there, IPv6 unique local addresses have a higher precedence than "
               "IPv4.";
    return "The order that RFC 6724 advises with its default policy table. Applications get theirs from "
           "getaddrinfo(3) of this system, whose policy table may be another one.";
}

void mh_put_destination_order(struct mh_json *json, uint64_t generation, const struct mh_snapshot *snapshot,
                              enum mh_dialect dialect, const struct mh_destination_order *order)
{
    mh_json_open(json, '{');
    mh_json_put_unsigned(json, "generation", generation);
    mh_json_put_open(json, "destinations", '[');
    for (size_t i = 0; i < order->count; i++)
        put_destination(json, snapshot, order, i);
    mh_json_close(json, ']');
    mh_json_put_string(json, "note", caveat(order, dialect));
    mh_json_close(json, '}');
}
