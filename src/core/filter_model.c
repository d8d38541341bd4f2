/* Making a packet filter, and freeing it. */
#include "core/filter_parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- values ---------------------------------------------------------------------------------------- */

const struct mh_filter_value mh_filter_all_bits = {
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

struct mh_filter_value mh_filter_number(uint32_t number)
{
    return (struct mh_filter_value){
        {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number}};
}

uint32_t mh_filter_value_number(const struct mh_filter_value *value)
{
    return (uint32_t)value->bytes[0] << 24 | (uint32_t)value->bytes[1] << 16 |
           (uint32_t)value->bytes[2] << 8 | value->bytes[3];
}

struct mh_filter_value mh_filter_value_of_address(const struct mh_address *address)
{
    struct mh_filter_value value;
    memcpy(value.bytes, address->bytes, sizeof value.bytes);
    return value;
}

struct mh_filter_value mh_filter_value_of_name(const char *name, size_t length)
{
    struct mh_filter_value value = {{0}};
    if (length >= MH_FILTER_VALUE_SIZE)
        length = MH_FILTER_VALUE_SIZE - 1;
    memcpy(value.bytes, name, length);
    return value;
}

/* ---- memory ---------------------------------------------------------------------------------------- */

/* Room for one more item of `size` octets. */
static bool grow(void **items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    size_t wanted = *capacity == 0 ? 4 : *capacity * 2;
    void *larger = wanted > SIZE_MAX / size ? NULL : realloc(*items, wanted * size);
    if (larger == NULL)
        return false;
    *items = larger;
    *capacity = wanted;
    return true;
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

void mh_filter_rule_clear(struct mh_filter_rule *rule)
{
    for (size_t i = 0; i < rule->count; i++) {
        free(rule->statements[i].keys);
        free(rule->statements[i].reason);
    }
    free(rule->statements);
    free(rule->text);
    *rule = (struct mh_filter_rule){0};
}

static void clear_chain(struct mh_filter_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        mh_filter_rule_clear(&chain->rules[i]);
    free(chain->rules);
    free(chain->label);
}

static void clear_set(struct mh_filter_set *set)
{
    free(set->ranges);
    free(set->data);
}

void mh_filter_free(struct mh_filter *filter)
{
    if (filter == NULL)
        return;
    for (size_t i = 0; i < filter->chain_count; i++)
        clear_chain(&filter->chains[i]);
    for (size_t i = 0; i < filter->set_count; i++)
        clear_set(&filter->sets[i]);
    for (size_t i = 0; i < MH_FILTER_HOOK_COUNT; i++)
        free(filter->order[i]);
    free(filter->chains);
    free(filter->sets);
    free(filter);
}

struct mh_filter *mh_filter_new(void)
{
    return calloc(1, sizeof(struct mh_filter));
}

bool mh_filter_is_empty(const struct mh_filter *filter)
{
    for (size_t i = 0; i < MH_FILTER_HOOK_COUNT; i++)
        if (filter->order_count[i] > 0)
            return false;
    return true;
}

/* ---- chains and rules ------------------------------------------------------------------------------ */

bool mh_filter_add_chain(struct mh_filter *filter, const struct mh_filter_chain *chain, const char *label,
                         uint32_t *index)
{
    void *chains = filter->chains;
    if (!grow(&chains, filter->chain_count, &filter->chain_capacity, sizeof *filter->chains))
        return false;
    filter->chains = chains;
    struct mh_filter_chain *added = &filter->chains[filter->chain_count];
    *added = *chain;
    added->rules = NULL;
    added->count = added->capacity = 0;
    added->label = copy_text(label);
    if (added->label == NULL)
        return false;
    *index = (uint32_t)filter->chain_count++;
    return true;
}

bool mh_filter_rule_add(struct mh_filter_rule *rule, const struct mh_filter_statement *statement,
                        const struct mh_filter_key *keys, const char *reason)
{
    void *statements = rule->statements;
    if (!grow(&statements, rule->count, &rule->capacity, sizeof *rule->statements))
        return false;
    rule->statements = statements;
    struct mh_filter_statement *added = &rule->statements[rule->count];
    *added = *statement;
    added->keys = statement->key_count > 0 ? calloc(statement->key_count, sizeof *keys) : NULL;
    added->reason = reason != NULL ? copy_text(reason) : NULL;
    if ((added->keys == NULL && statement->key_count > 0) || (added->reason == NULL && reason != NULL)) {
        free(added->keys);
        free(added->reason);
        return false;
    }
    if (added->keys != NULL)
        memcpy(added->keys, keys, statement->key_count * sizeof *keys);
    rule->count++;
    return true;
}

bool mh_filter_add_rule(struct mh_filter *filter, uint32_t chain, struct mh_filter_rule *rule,
                        const char *text)
{
    struct mh_filter_chain *owner = &filter->chains[chain];
    void *rules = owner->rules;
    if (!grow(&rules, owner->count, &owner->capacity, sizeof *owner->rules))
        return false;
    owner->rules = rules;
    rule->text = copy_text(text);
    if (rule->text == NULL)
        return false;
    owner->rules[owner->count++] = *rule;
    *rule = (struct mh_filter_rule){0};
    return true;
}

/* ---- sets ------------------------------------------------------------------------------------------ */

bool mh_filter_add_set(struct mh_filter *filter, uint8_t field_count, bool is_map, uint32_t *index)
{
    void *sets = filter->sets;
    if (!grow(&sets, filter->set_count, &filter->set_capacity, sizeof *filter->sets))
        return false;
    filter->sets = sets;
    filter->sets[filter->set_count] = (struct mh_filter_set){.field_count = field_count, .is_map = is_map};
    *index = (uint32_t)filter->set_count++;
    return true;
}

struct mh_filter_set *mh_filter_set_at(struct mh_filter *filter, uint32_t index)
{
    return &filter->sets[index];
}

bool mh_filter_set_add(struct mh_filter_set *set, const struct mh_filter_range *ranges,
                       const struct mh_filter_data *data)
{
    size_t range_capacity = set->capacity, data_capacity = set->capacity;
    void *all_ranges = set->ranges, *all_data = set->data;
    if (!grow(&all_ranges, set->count, &range_capacity, set->field_count * sizeof *ranges))
        return false;
    set->ranges = all_ranges;
    if (set->is_map && !grow(&all_data, set->count, &data_capacity, sizeof *data))
        return false;
    set->data = all_data;
    set->capacity = range_capacity;
    memcpy(set->ranges + set->count * set->field_count, ranges, set->field_count * sizeof *ranges);
    if (set->is_map)
        set->data[set->count] = data != NULL ? *data : (struct mh_filter_data){0};
    set->count++;
    return true;
}

/* ---- what cannot be seen through ------------------------------------------------------------------- */

static bool add_name_match(struct mh_filter *filter, struct mh_filter_rule *rule,
                           enum mh_filter_key_kind kind, const char *name)
{
    if (name == NULL)
        return true;
    struct mh_filter_statement match = {.kind = MH_FILTER_MATCH, .op = MH_FILTER_IN, .key_count = 1};
    struct mh_filter_key key = {.kind = (uint8_t)kind, .keep = mh_filter_all_bits};
    struct mh_filter_value value = mh_filter_value_of_name(name, strlen(name));
    struct mh_filter_range range = {value, value};
    return mh_filter_add_set(filter, 1, false, &match.set) &&
           mh_filter_set_add(mh_filter_set_at(filter, match.set), &range, NULL) &&
           mh_filter_rule_add(rule, &match, &key, NULL);
}

bool mh_filter_add_opaque(struct mh_filter *filter, const struct mh_filter_chain *chain, const char *label,
                          const char *input, const char *output, const char *reason)
{
    struct mh_filter_rule rule = {0};
    struct mh_filter_statement unknown = {.kind = MH_FILTER_UNKNOWN};
    uint32_t index;
    bool added = mh_filter_add_chain(filter, chain, label, &index) &&
                 add_name_match(filter, &rule, MH_FILTER_KEY_INPUT_NAME, input) &&
                 add_name_match(filter, &rule, MH_FILTER_KEY_OUTPUT_NAME, output) &&
                 mh_filter_rule_add(&rule, &unknown, NULL, reason) &&
                 mh_filter_add_rule(filter, index, &rule, "");
    mh_filter_rule_clear(&rule);
    return added;
}

/* ---- order ----------------------------------------------------------------------------------------- */

/* All chains of type nat run where the kernel's own address translation is hooked, whatever their priority;
 * that orders them among themselves (nft(8), "Chains": NF_IP_PRI_NAT_DST, NF_IP_PRI_NAT_SRC). */
static int32_t place_of(const struct mh_filter_chain *chain)
{
    enum { NAT_DESTINATION = -100, NAT_SOURCE = 100 };
    if (!chain->is_nat)
        return chain->priority;
    return chain->hook == MH_FILTER_PREROUTING || chain->hook == MH_FILTER_OUTPUT ? NAT_DESTINATION
                                                                                  : NAT_SOURCE;
}

/* Among equals the one that was added last runs first: so the kernel's list of hooks grows. */
static bool runs_before(const struct mh_filter_chain *a, const struct mh_filter_chain *b)
{
    if (place_of(a) != place_of(b))
        return place_of(a) < place_of(b);
    if (a->priority != b->priority)
        return a->priority < b->priority;
    return a > b;
}

static void insert_by_place(struct mh_filter *filter, enum mh_filter_hook hook, uint32_t index)
{
    uint32_t *order = filter->order[hook];
    size_t at = filter->order_count[hook]++;
    while (at > 0 && runs_before(&filter->chains[index], &filter->chains[order[at - 1]])) {
        order[at] = order[at - 1];
        at--;
    }
    order[at] = index;
}

bool mh_filter_finish(struct mh_filter *filter)
{
    for (size_t hook = 0; hook < MH_FILTER_HOOK_COUNT; hook++) {
        size_t count = 0;
        for (size_t i = 0; i < filter->chain_count; i++)
            count += filter->chains[i].hook == hook;
        if (count == 0)
            continue;
        filter->order[hook] = calloc(count, sizeof *filter->order[hook]);
        if (filter->order[hook] == NULL)
            return false;
        for (size_t i = 0; i < filter->chain_count; i++)
            if (filter->chains[i].hook == hook)
                insert_by_place(filter, (enum mh_filter_hook)hook, (uint32_t)i);
    }
    return true;
}
