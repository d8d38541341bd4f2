/* Comparing what the packet has with what a rule wants: true, false, or maybe and why. */
#include "core/filter_parts.h"

#include <string.h>

/* ---- one value, one element ------------------------------------------------------------------------ */

static bool in_range(const struct mh_filter_value *value, const struct mh_filter_range *range)
{
    return memcmp(value->bytes, range->low.bytes, sizeof value->bytes) >= 0 &&
           memcmp(value->bytes, range->high.bytes, sizeof value->bytes) <= 0;
}

static enum mh_truth is_element(const struct mh_filter_reading *readings, size_t count,
                                const struct mh_filter_range *ranges)
{
    enum mh_truth truth = MH_TRUE;
    for (size_t i = 0; i < count; i++) {
        if (readings[i].why != NULL)
            truth = MH_MAYBE;
        else if (!in_range(&readings[i].value, &ranges[i]))
            return MH_FALSE;
    }
    return truth;
}

static const char *first_why(const struct mh_filter_reading *readings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (readings[i].why != NULL)
            return readings[i].why;
    return NULL;
}

/* False when there is no such thing in the packet as one of the keys asks for. */
static bool read_keys(struct mh_filter_view *view, const struct mh_filter_statement *statement,
                      struct mh_filter_reading readings[MH_FILTER_FIELDS_MAX])
{
    bool all = true;
    for (size_t i = 0; i < statement->key_count; i++) {
        mh_filter_read(view, &statement->keys[i], &readings[i]);
        all = all && !readings[i].absent;
    }
    for (size_t i = statement->key_count; i < MH_FILTER_FIELDS_MAX; i++)
        readings[i] = (struct mh_filter_reading){.why = "the set has more fields than the rule has keys"};
    return all;
}

/* ---- sets ------------------------------------------------------------------------------------------ */

static const char *doubt_of(const struct mh_filter_set *set)
{
    if (set->changes)
        return "rules change the set's elements as packets pass";
    return set->open ? "the set has elements that are not understood" : NULL;
}

static enum mh_truth in_set(const struct mh_filter_set *set, const struct mh_filter_reading *readings,
                            const char **why)
{
    enum mh_truth truth = set->has_rest ? MH_TRUE : MH_FALSE;
    for (size_t i = 0; i < set->count && truth != MH_TRUE; i++) {
        enum mh_truth here = is_element(readings, set->field_count, set->ranges + i * set->field_count);
        truth = here > truth ? here : truth;
    }
    if (truth == MH_MAYBE)
        *why = first_why(readings, set->field_count);
    if (doubt_of(set) == NULL || (truth == MH_TRUE && !set->changes))
        return truth;
    *why = doubt_of(set);
    return MH_MAYBE;
}

/* ---- comparisons ----------------------------------------------------------------------------------- */

static bool has_bit(const struct mh_filter_value *value, const struct mh_filter_value *bits)
{
    for (size_t i = 0; i < sizeof value->bytes; i++)
        if ((value->bytes[i] & bits->bytes[i]) != 0)
            return true;
    return false;
}

static bool compares(enum mh_filter_op op, const struct mh_filter_value *value,
                     const struct mh_filter_value *wanted)
{
    int order = memcmp(value->bytes, wanted->bytes, sizeof value->bytes);
    switch (op) {
    case MH_FILTER_LESS:
        return order < 0;
    case MH_FILTER_GREATER:
        return order > 0;
    case MH_FILTER_LESS_OR_EQUAL:
        return order <= 0;
    case MH_FILTER_GREATER_OR_EQUAL:
        return order >= 0;
    case MH_FILTER_ANY_BIT:
        return has_bit(value, wanted);
    case MH_FILTER_NO_BIT:
        return !has_bit(value, wanted);
    case MH_FILTER_IN:
    case MH_FILTER_NOT_IN:
    default:
        return order == 0;
    }
}

static enum mh_truth invert(enum mh_truth truth)
{
    return truth == MH_MAYBE ? MH_MAYBE : truth == MH_TRUE ? MH_FALSE : MH_TRUE;
}

static enum mh_truth match_value(const struct mh_filter_set *set, enum mh_filter_op op,
                                 const struct mh_filter_reading *readings, const char **why)
{
    if (op == MH_FILTER_IN)
        return in_set(set, readings, why);
    if (op == MH_FILTER_NOT_IN)
        return invert(in_set(set, readings, why));
    *why = set->open ? doubt_of(set) : readings[0].why;
    if (*why != NULL || set->count != 1 || set->field_count != 1)
        return MH_MAYBE;
    return compares(op, &readings[0].value, &set->ranges[0].low) ? MH_TRUE : MH_FALSE;
}

/* With bits that may be either: what holds for each of their values holds. */
static enum mh_truth match_free(const struct mh_filter_set *set, enum mh_filter_op op,
                                struct mh_filter_reading *reading, const char **why)
{
    const uint8_t base = reading->value.bytes[3];
    uint8_t bits = reading->free;
    enum mh_truth truth = match_value(set, op, reading, why);
    while (truth != MH_MAYBE && bits != 0) {
        reading->value.bytes[3] = base ^ bits;
        if (match_value(set, op, reading, why) != truth) {
            *why = "the packet's TCP flags are not all known";
            return MH_MAYBE;
        }
        bits = (bits - 1) & reading->free;
    }
    return truth;
}

/* Together with others, what is known in part only is taken as not known. */
static void close_free(struct mh_filter_reading *readings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (readings[i].free != 0 && readings[i].why == NULL)
            readings[i].why = "the packet's TCP flags are not all known";
}

enum mh_truth mh_filter_match(const struct mh_filter *filter, struct mh_filter_view *view,
                              const struct mh_filter_statement *statement, const char **why)
{
    struct mh_filter_reading readings[MH_FILTER_FIELDS_MAX];
    const struct mh_filter_set *set = &filter->sets[statement->set];
    enum mh_filter_op op = (enum mh_filter_op)statement->op;
    *why = NULL;
    enum mh_truth truth;
    if (!read_keys(view, statement, readings))
        return MH_FALSE;
    if (statement->key_count == 1 && readings[0].free != 0) {
        truth = match_free(set, op, &readings[0], why);
    } else {
        close_free(readings, statement->key_count);
        truth = match_value(set, op, readings, why);
    }
    if (truth == MH_MAYBE && *why == NULL)
        *why = "the comparison is not understood";
    return truth;
}

/* ---- maps ------------------------------------------------------------------------------------------ */

enum mh_truth mh_filter_look_up(const struct mh_filter *filter, struct mh_filter_view *view,
                                const struct mh_filter_statement *statement, mh_filter_found found,
                                void *context, const char **why)
{
    struct mh_filter_reading readings[MH_FILTER_FIELDS_MAX];
    const struct mh_filter_set *set = &filter->sets[statement->set];
    enum mh_truth truth = MH_FALSE;
    *why = NULL;
    if (!read_keys(view, statement, readings))
        return MH_FALSE;
    close_free(readings, statement->key_count);
    const char *doubt = set->changes ? doubt_of(set) : first_why(readings, statement->key_count);
    for (size_t i = 0; i < set->count && truth != MH_TRUE; i++) {
        enum mh_truth here = is_element(readings, set->field_count, set->ranges + i * set->field_count);
        if (here == MH_FALSE)
            continue;
        truth = here == MH_TRUE && !set->changes ? MH_TRUE : MH_MAYBE;
        found(context, &set->data[i], truth == MH_TRUE ? NULL : doubt);
    }
    if (truth == MH_TRUE)
        return MH_TRUE;
    if (set->has_rest) {
        const char *rest_doubt = truth == MH_MAYBE ? doubt : doubt_of(set);
        found(context, &set->rest, rest_doubt);
        truth = rest_doubt == NULL ? MH_TRUE : MH_MAYBE;
    }
    *why = doubt_of(set) != NULL ? doubt_of(set) : doubt;
    return doubt_of(set) != NULL ? MH_MAYBE : truth;
}
