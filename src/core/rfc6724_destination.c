/* RFC 6724 section 6: which of two destinations to try first. As in rfc6724_source.c, each rule is a number
 * that is smaller for the better destination, computed from it alone. */
#include "core/select.h"

struct policy_table {
    const struct mh_policy *rows;
    size_t count;
};

struct rule {
    int64_t (*badness)(const struct policy_table *policy, const struct mh_rfc6724_destination *destination);
};

static bool has_source(const struct mh_rfc6724_destination *destination)
{
    return destination->source.family != MH_FAMILY_NONE;
}

static int64_t unusable(const struct policy_table *policy, const struct mh_rfc6724_destination *destination)
{
    (void)policy;
    return destination->unreachable || !has_source(destination);
}

static int64_t other_scope(const struct policy_table *policy,
                           const struct mh_rfc6724_destination *destination)
{
    (void)policy;
    return mh_address_scope(&destination->address) != mh_address_scope(&destination->source);
}

static int64_t deprecated(const struct policy_table *policy, const struct mh_rfc6724_destination *destination)
{
    (void)policy;
    return has_source(destination) && (destination->source_flags & MH_ADDRESS_DEPRECATED);
}

static int64_t not_home(const struct policy_table *policy, const struct mh_rfc6724_destination *destination)
{
    (void)policy;
    return !has_source(destination) || !(destination->source_flags & MH_ADDRESS_HOME);
}

static int64_t other_label(const struct policy_table *policy,
                           const struct mh_rfc6724_destination *destination)
{
    const struct mh_policy *to = mh_rfc6724_lookup(policy->rows, policy->count, &destination->address);
    const struct mh_policy *from = mh_rfc6724_lookup(policy->rows, policy->count, &destination->source);
    return to == NULL || from == NULL || to->label != from->label;
}

static int64_t lack_of_precedence(const struct policy_table *policy,
                                  const struct mh_rfc6724_destination *destination)
{
    const struct mh_policy *row = mh_rfc6724_lookup(policy->rows, policy->count, &destination->address);
    return row == NULL ? 1 : -(int64_t)row->precedence;
}

static int64_t tunnelled(const struct policy_table *policy, const struct mh_rfc6724_destination *destination)
{
    (void)policy;
    return destination->by_tunnel;
}

static int64_t scope(const struct policy_table *policy, const struct mh_rfc6724_destination *destination)
{
    (void)policy;
    return (int64_t)mh_address_scope(&destination->address);
}

/* Compared within one family only. */
static int64_t differing_bits(const struct policy_table *policy,
                              const struct mh_rfc6724_destination *destination)
{
    (void)policy;
    return -(int64_t)mh_rfc6724_common_prefix(&destination->source, destination->source_prefix_length,
                                              &destination->address);
}

static const struct rule rules[] = {
    {unusable},           {other_scope}, {deprecated}, {not_home},       {other_label},
    {lack_of_precedence}, {tunnelled},   {scope},      {differing_bits},
};

enum { RULES = sizeof rules / sizeof rules[0], LONGEST_PREFIX = RULES - 1 };

#define SOURCE "RFC 6724 section 6"

static const struct mh_select_rule rule_texts[] = {
    {"rfc6724-d1", "Avoid destinations that cannot be reached or have no source.", SOURCE " rule 1"},
    {"rfc6724-d2", "Prefer a destination whose source has its scope.", SOURCE " rule 2"},
    {"rfc6724-d3", "Avoid destinations whose source is deprecated.", SOURCE " rule 3"},
    {"rfc6724-d4", "Prefer destinations whose source is a home address.", SOURCE " rule 4"},
    {"rfc6724-d5", "Prefer a destination whose source has its label.", SOURCE " rule 5"},
    {"rfc6724-d6", "Prefer the higher precedence.", SOURCE " rule 6"},
    {"rfc6724-d7", "Prefer native transport.", SOURCE " rule 7"},
    {"rfc6724-d8", "Prefer the smaller scope.", SOURCE " rule 8"},
    {"rfc6724-d9", "Prefer the longest prefix in common with the source.", SOURCE " rule 9"},
    {"rfc6724-d10", "Leave the order as it was.", SOURCE " rule 10"},
    {NULL, NULL, NULL},
};

_Static_assert(sizeof rule_texts / sizeof rule_texts[0] == RULES + 2, "each rule has its text");

const struct mh_select_rule *mh_rfc6724_destination_rules(void)
{
    return rule_texts;
}

static int sign(int64_t value)
{
    return (value > 0) - (value < 0);
}

static int original_order(const struct mh_rfc6724_destination *a, const struct mh_rfc6724_destination *b)
{
    if (a->address.family != b->address.family)
        return a->address.family == MH_IPV6 ? -1 : 1;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return mh_address_compare(&a->address, &b->address);
}

static struct policy_table table_of(const struct mh_policy *policy, size_t policy_count)
{
    struct policy_table table = {policy, policy_count};
    if (policy == NULL)
        table.rows = mh_rfc6724_default_policy(&table.count);
    return table;
}

int mh_rfc6724_compare_destinations(const struct mh_policy *policy, size_t policy_count,
                                    const struct mh_rfc6724_destination *a,
                                    const struct mh_rfc6724_destination *b,
                                    const struct mh_select_rule **rule)
{
    const struct policy_table table = table_of(policy, policy_count);
    for (size_t i = 0; i < RULES; i++) {
        if (i == LONGEST_PREFIX && a->address.family != b->address.family)
            continue;
        int64_t difference = rules[i].badness(&table, a) - rules[i].badness(&table, b);
        *rule = &rule_texts[i];
        if (difference != 0)
            return sign(difference);
    }
    *rule = &rule_texts[RULES];
    return original_order(a, b);
}

void mh_rfc6724_sort_destinations(const struct mh_policy *policy, size_t policy_count,
                                  struct mh_rfc6724_destination *destinations, size_t count)
{
    const struct mh_select_rule *rule = NULL;
    for (size_t i = 0; i < count; i++)
        destinations[i].order = i;
    for (size_t sorted = 1; sorted < count; sorted++) {
        const struct mh_rfc6724_destination moving = destinations[sorted];
        size_t place = sorted;
        while (place > 0 && mh_rfc6724_compare_destinations(policy, policy_count, &moving,
                                                            &destinations[place - 1], &rule) < 0) {
            destinations[place] = destinations[place - 1];
            place--;
        }
        destinations[place] = moving;
    }
}
