/* Rules that a source never matches. A host whose addresses each have a rule asks hundreds of them in vain
 * for each packet; who tries many packets of one source is better off without them. */
#include "core/host_model_parts.h"

#include <stdlib.h>

static bool is_for_others(const struct mh_rule *rule, const struct mh_address *source)
{
    return rule->from.length > 0 && !rule->invert && !mh_prefix_contains(&rule->from, source);
}

/* A goto leads to a priority, whether or not the rule there matches. */
static bool has_goto(const struct mh_snapshot *snapshot, uint8_t family)
{
    for (size_t i = 0; i < snapshot->rule_count; i++)
        if (snapshot->rules[i].family == family && snapshot->rules[i].action == MH_RULE_GOTO)
            return true;
    return false;
}

static bool has_room(struct mh_host_modeller *modeller, size_t count)
{
    if (count <= modeller->sieved_capacity)
        return true;
    struct mh_rule *grown = realloc(modeller->sieved, count * sizeof *grown);
    if (grown == NULL)
        return false;
    modeller->sieved = grown;
    modeller->sieved_capacity = count;
    return true;
}

/* The first of those that are for others stays: a list without any is taken for the one that Linux begins
 * with, of which not everything can be told (mh_local_may_be_merged). */
void mh_sieve_rules(struct mh_host_modeller *modeller, const struct mh_address *source,
                    struct mh_snapshot *sieved)
{
    const struct mh_snapshot *snapshot = modeller->host->snapshot;
    bool has_one = false;
    size_t count = 0;
    *sieved = *snapshot;
    if (has_goto(snapshot, source->family) || !has_room(modeller, snapshot->rule_count))
        return;
    for (size_t i = 0; i < snapshot->rule_count; i++) {
        const struct mh_rule *rule = &snapshot->rules[i];
        bool others = is_for_others(rule, source);
        if (rule->family == source->family && (!others || !has_one))
            modeller->sieved[count++] = *rule;
        has_one = has_one || (rule->family == source->family && others);
    }
    sieved->rules = modeller->sieved;
    sieved->rule_count = count;
}
