/* RFC 6724 section 5: which of two addresses is the better source. Each rule is a number that is smaller for
 * the better address, computed from one address alone, so that the rules one after the other make a total
 * order. */
#include "core/select.h"

struct comparison {
    const struct mh_rfc6724_context *context;
    const struct mh_address *destination;
    const struct mh_policy *policy;
    size_t policy_count;
};

/* How far an address is from what the rule wants; 0 is best. */
struct rule {
    int (*badness)(const struct comparison *comparison, const struct mh_interface_address *address);
};

static int other_than_destination(const struct comparison *comparison,
                                  const struct mh_interface_address *address)
{
    return !mh_address_equal(comparison->destination, &address->address);
}

/* A scope at least the destination's, the smaller the better; failing that, the larger the better. */
static int scope_distance(const struct comparison *comparison, const struct mh_interface_address *address)
{
    int wanted = (int)mh_address_scope(comparison->destination),
        scope = (int)mh_address_scope(&address->address);
    return scope >= wanted ? scope - wanted : MH_SCOPE_GLOBAL + 1 + wanted - scope;
}

static int deprecated(const struct comparison *comparison, const struct mh_interface_address *address)
{
    (void)comparison;
    return (address->flags & MH_ADDRESS_DEPRECATED) != 0;
}

/* What is not a home address is taken for a care-of address; systems do not flag those. */
static int not_home(const struct comparison *comparison, const struct mh_interface_address *address)
{
    (void)comparison;
    return (address->flags & MH_ADDRESS_HOME) == 0;
}

static int elsewhere(const struct comparison *comparison, const struct mh_interface_address *address)
{
    return comparison->context->output != 0 && comparison->context->output != address->interface;
}

static int from_another_router(const struct comparison *comparison,
                               const struct mh_interface_address *address)
{
    const struct mh_rfc6724_context *context = comparison->context;
    if (context->advertised_by == NULL || context->next_hop.family == MH_FAMILY_NONE)
        return 0;
    return !context->advertised_by(context->context, address, &context->next_hop);
}

static int other_label(const struct comparison *comparison, const struct mh_interface_address *address)
{
    const struct mh_policy *wanted =
        mh_rfc6724_lookup(comparison->policy, comparison->policy_count, comparison->destination);
    const struct mh_policy *row =
        mh_rfc6724_lookup(comparison->policy, comparison->policy_count, &address->address);
    return wanted == NULL || row == NULL || wanted->label != row->label;
}

static int unwanted_lifetime(const struct comparison *comparison, const struct mh_interface_address *address)
{
    bool temporary = (address->flags & MH_ADDRESS_TEMPORARY) != 0;
    return temporary == comparison->context->prefer_public;
}

static int differing_bits(const struct comparison *comparison, const struct mh_interface_address *address)
{
    return 128 -
           (int)mh_rfc6724_common_prefix(&address->address, address->prefix_length, comparison->destination);
}

#define SOURCE "RFC 6724 section 5"

/* In the order of the functions below; the last one is for ties. */
static const struct mh_select_rule rule_texts[] = {
    {"rfc6724-1", "Prefer the destination's own address.", SOURCE " rule 1"},
    {"rfc6724-2", "Prefer an appropriate scope.", SOURCE " rule 2"},
    {"rfc6724-3", "Avoid deprecated addresses.", SOURCE " rule 3"},
    {"rfc6724-4", "Prefer home addresses.", SOURCE " rule 4"},
    {"rfc6724-5", "Prefer addresses of the outgoing interface.", SOURCE " rule 5"},
    {"rfc6724-5.5", "Prefer addresses in a prefix that the next hop advertised.", SOURCE " rule 5.5"},
    {"rfc6724-6", "Prefer an address with the destination's label.", SOURCE " rule 6"},
    {"rfc6724-7", "Prefer temporary addresses.", SOURCE " rule 7"},
    {"rfc6724-8", "Prefer the longest prefix in common with the destination.", SOURCE " rule 8"},
    {"rfc6724-tie",
     "Of addresses alike by every rule the smaller goes first, then the smaller interface index.",
     SOURCE ": the tiebreaker is implementation-specific"},
    {NULL, NULL, NULL},
};

static const struct rule rules[] = {
    {other_than_destination}, {scope_distance}, {deprecated},        {not_home},       {elsewhere},
    {from_another_router},    {other_label},    {unwanted_lifetime}, {differing_bits},
};

enum { RULES = sizeof rules / sizeof rules[0] };

_Static_assert(sizeof rule_texts / sizeof rule_texts[0] == RULES + 2, "each rule has its text");

const struct mh_select_rule *mh_rfc6724_source_rules(void)
{
    return rule_texts;
}

static int break_tie(const struct mh_interface_address *a, const struct mh_interface_address *b)
{
    int order = mh_address_compare(&a->address, &b->address);
    if (order != 0)
        return order;
    if (a->interface != b->interface)
        return a->interface < b->interface ? -1 : 1;
    return (int)a->prefix_length - (int)b->prefix_length;
}

/* The place of the rule that decides, RULES for a tie; *order is the result. */
static size_t compare(const struct comparison *comparison, const struct mh_interface_address *a,
                      const struct mh_interface_address *b, int *order)
{
    for (size_t i = 0; i < RULES; i++) {
        *order = rules[i].badness(comparison, a) - rules[i].badness(comparison, b);
        if (*order != 0)
            return i;
    }
    *order = break_tie(a, b);
    return RULES;
}

static struct comparison begin(const struct mh_rfc6724_context *context, const struct mh_address *destination)
{
    struct comparison comparison = {context, destination, context->policy, context->policy_count};
    if (comparison.policy == NULL)
        comparison.policy = mh_rfc6724_default_policy(&comparison.policy_count);
    return comparison;
}

int mh_rfc6724_compare_sources(const struct mh_rfc6724_context *context, const struct mh_address *destination,
                               const struct mh_interface_address *a, const struct mh_interface_address *b,
                               const struct mh_select_rule **rule)
{
    const struct comparison comparison = begin(context, destination);
    int order = 0;
    *rule = &rule_texts[compare(&comparison, a, b, &order)];
    return order;
}

bool mh_rfc6724_is_candidate(const struct mh_rfc6724_context *context, const struct mh_address *destination,
                             const struct mh_interface_address *address)
{
    bool unfinished = (address->flags & MH_ADDRESS_TENTATIVE) && !(address->flags & MH_ADDRESS_OPTIMISTIC);
    if (address->address.family != destination->family || !mh_address_is_unicast(&address->address) ||
        unfinished || (address->flags & (MH_ADDRESS_DUPLICATE | MH_ADDRESS_SKIP_AS_SOURCE)))
        return false;
    bool of_one_link = mh_address_is_multicast(destination) || mh_address_is_link_local(destination);
    return !of_one_link || context->output == 0 || context->output == address->interface;
}

const struct mh_interface_address *mh_rfc6724_best_source(const struct mh_rfc6724_context *context,
                                                          const struct mh_address *destination,
                                                          const struct mh_interface_address *addresses,
                                                          size_t count, const struct mh_select_rule **rule)
{
    const struct comparison comparison = begin(context, destination);
    const struct mh_interface_address *best = NULL;
    size_t decided_by = 0;
    int order = 0;
    *rule = NULL;
    for (size_t i = 0; i < count; i++)
        if (mh_rfc6724_is_candidate(context, destination, &addresses[i]) &&
            (best == NULL || (compare(&comparison, &addresses[i], best, &order), order < 0)))
            best = &addresses[i];
    /* Of all that lost, the one that went furthest down the list is the runner-up. */
    for (size_t i = 0; i < count; i++)
        if (&addresses[i] != best && mh_rfc6724_is_candidate(context, destination, &addresses[i])) {
            size_t place = compare(&comparison, best, &addresses[i], &order);
            decided_by = place > decided_by ? place : decided_by;
            *rule = &rule_texts[decided_by];
        }
    return best;
}
