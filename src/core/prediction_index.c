/* Plans ask a prediction the same few questions for each of thousands of objects: each has an index, which is
 * kept while the prediction changes. */
#include "core/prediction_index.h"

#include "core/dialect_traits.h"

#include "core/place_index.h"
#include "core/scenario_subnet.h"

#include <stdlib.h>
#include <string.h>

/* What is looked for by what. */
enum by {
    BY_ADDRESS,   /* addresses */
    BY_PRIMARY,   /* IPv4 addresses that are no secondaries, by interface and subnet */
    BY_SECONDARY, /* IPv4 addresses that are, likewise */
    BY_INTERFACE, /* IPv4 addresses */
    BY_ROUTE,     /* routes by their key */
    BY_SOURCE,    /* routes by their preferred source */
    BY_RULE,
    BY_COUNT
};

struct mh_prediction_index {
    struct mh_place_index of[BY_COUNT];
};

/* ---- numbers --------------------------------------------------------------------------------------- */

static uint64_t mix_address(uint64_t key, const struct mh_address *address)
{
    uint64_t halves[2];
    memcpy(halves, address->bytes, sizeof halves);
    return mh_key_mix(mh_key_mix(mh_key_mix(key, address->family), halves[0]), halves[1]);
}

static uint64_t mix_prefix(uint64_t key, const struct mh_prefix *prefix)
{
    return mh_key_mix(mix_address(key, &prefix->address), prefix->length);
}

uint64_t mh_address_number(const struct mh_address *address)
{
    return mix_address(1, address);
}

uint64_t mh_subnet_number(const struct mh_interface_address *address)
{
    struct mh_prefix subnet = mh_address_prefix(address);
    return mix_prefix(mh_key_mix(2, address->interface), &subnet);
}

static uint64_t interface_number(uint32_t interface)
{
    return mh_key_mix(3, interface);
}

uint64_t mh_route_key_number(const struct mh_dialect_traits *traits, const struct mh_route *route)
{
    uint32_t metric = traits->has_way_key ? 0 : route->metric;
    uint64_t key = mix_prefix(mh_key_mix(mh_key_mix(4, route->table), metric), &route->destination);
    return mh_key_mix(route->source.address.family == MH_FAMILY_NONE ? key : mix_prefix(key, &route->source),
                      route->tos);
}

uint64_t mh_rule_number(const struct mh_rule *rule)
{
    uint64_t key = mh_key_mix(mh_key_mix(mh_key_mix(5, rule->family), rule->priority), rule->table);
    return mh_key_mix(mix_prefix(mix_prefix(key, &rule->from), &rule->to), rule->mark);
}

/* ---- keeping it ------------------------------------------------------------------------------------ */

static void change(struct mh_prediction *prediction, enum by by, uint64_t key, size_t position, bool comes)
{
    struct mh_place_index *index = &prediction->index->of[by];
    if (comes)
        mh_place_index_add(index, key, position);
    else
        mh_place_index_drop(index, key);
}

static void note_address(struct mh_prediction *prediction, const struct mh_interface_address *address,
                         size_t position, bool comes)
{
    change(prediction, BY_ADDRESS, mh_address_number(&address->address), position, comes);
    if (address->address.family != MH_IPV4)
        return;
    change(prediction, BY_INTERFACE, interface_number(address->interface), position, comes);
    change(prediction, address->flags & MH_ADDRESS_SECONDARY ? BY_SECONDARY : BY_PRIMARY,
           mh_subnet_number(address), position, comes);
}

static void note_route(struct mh_prediction *prediction, const struct mh_route *route, size_t position,
                       bool comes)
{
    change(prediction, BY_ROUTE, mh_route_key_number(mh_dialect_traits(prediction->dialect), route), position,
           comes);
    if (route->preferred_source.family != MH_FAMILY_NONE)
        change(prediction, BY_SOURCE, mh_address_number(&route->preferred_source), position, comes);
}

static void note_rule(struct mh_prediction *prediction, const struct mh_rule *rule, size_t position,
                      bool comes)
{
    change(prediction, BY_RULE, mh_rule_number(rule), position, comes);
}

static void shift(struct mh_prediction *prediction, enum by first, enum by last)
{
    for (enum by by = first; by <= last; by++)
        mh_place_index_shift(&prediction->index->of[by]);
}

bool mh_prediction_index_make(struct mh_prediction *prediction)
{
    size_t count;
    prediction->index = calloc(1, sizeof *prediction->index);
    if (prediction->index == NULL)
        return false;
    const struct mh_interface_address *addresses = mh_predicted_addresses(prediction, &count);
    for (size_t i = 0; i < count; i++)
        note_address(prediction, &addresses[i], i, true);
    const struct mh_route *routes = mh_predicted_routes(prediction, &count);
    for (size_t i = 0; i < count; i++)
        note_route(prediction, &routes[i], i, true);
    const struct mh_rule *rules = mh_predicted_rules(prediction, &count);
    for (size_t i = 0; i < count; i++)
        note_rule(prediction, &rules[i], i, true);
    return true;
}

void mh_prediction_index_free(struct mh_prediction *prediction)
{
    for (int by = 0; prediction->index != NULL && by < BY_COUNT; by++)
        mh_place_index_clear(&prediction->index->of[by]);
    free(prediction->index);
    prediction->index = NULL;
}

/* ---- changing the lists ---------------------------------------------------------------------------- */

/* A list and its indexes. */
struct part {
    struct mh_prediction *prediction;
    struct mh_list **list;
    enum by first, last;
};

static bool insert(const struct part *part, size_t position, const void *item)
{
    if (part->prediction->index != NULL && position < mh_list_count(*part->list))
        shift(part->prediction, part->first, part->last);
    return mh_list_insert(part->list, position, item);
}

static bool replace(const struct part *part, size_t position, const void *item)
{
    if (part->prediction->index != NULL)
        shift(part->prediction, part->first, part->last);
    return mh_list_replace(part->list, position, item);
}

static bool remove_from(const struct part *part, size_t position)
{
    if (part->prediction->index != NULL)
        shift(part->prediction, part->first, part->last);
    return mh_list_remove(part->list, position);
}

static struct part address_part(struct mh_prediction *prediction)
{
    return (struct part){prediction, &prediction->lists[MH_SECTION_ADDRESSES], BY_ADDRESS, BY_INTERFACE};
}

static struct part route_part(struct mh_prediction *prediction)
{
    return (struct part){prediction, &prediction->routes, BY_ROUTE, BY_SOURCE};
}

static struct part rule_part(struct mh_prediction *prediction)
{
    return (struct part){prediction, &prediction->lists[MH_SECTION_RULES], BY_RULE, BY_RULE};
}

bool mh_prediction_insert_address(struct mh_prediction *prediction, size_t position,
                                  const struct mh_interface_address *address)
{
    const struct part part = address_part(prediction);
    bool done = insert(&part, position, address);
    if (done && prediction->index != NULL)
        note_address(prediction, address, position, true);
    return done;
}

bool mh_prediction_replace_address(struct mh_prediction *prediction, size_t position,
                                   const struct mh_interface_address *address)
{
    size_t count;
    const struct part part = address_part(prediction);
    const struct mh_interface_address old = mh_predicted_addresses(prediction, &count)[position];
    bool done = replace(&part, position, address);
    if (!done || prediction->index == NULL)
        return done;
    note_address(prediction, &old, position, false);
    note_address(prediction, address, position, true);
    return true;
}

bool mh_prediction_remove_address(struct mh_prediction *prediction, size_t position)
{
    size_t count;
    const struct part part = address_part(prediction);
    const struct mh_interface_address old = mh_predicted_addresses(prediction, &count)[position];
    bool done = remove_from(&part, position);
    if (done && prediction->index != NULL)
        note_address(prediction, &old, position, false);
    return done;
}

bool mh_prediction_insert_route(struct mh_prediction *prediction, size_t position,
                                const struct mh_route *route)
{
    const struct part part = route_part(prediction);
    bool done = insert(&part, position, route);
    if (done && prediction->index != NULL)
        note_route(prediction, route, position, true);
    return done;
}

bool mh_prediction_replace_route(struct mh_prediction *prediction, size_t position,
                                 const struct mh_route *route)
{
    size_t count;
    const struct part part = route_part(prediction);
    const struct mh_route old = mh_predicted_routes(prediction, &count)[position];
    bool done = replace(&part, position, route);
    if (!done || prediction->index == NULL)
        return done;
    note_route(prediction, &old, position, false);
    note_route(prediction, route, position, true);
    return true;
}

bool mh_prediction_remove_route(struct mh_prediction *prediction, size_t position)
{
    size_t count;
    const struct part part = route_part(prediction);
    const struct mh_route old = mh_predicted_routes(prediction, &count)[position];
    bool done = remove_from(&part, position);
    if (done && prediction->index != NULL)
        note_route(prediction, &old, position, false);
    return done;
}

bool mh_prediction_insert_rule(struct mh_prediction *prediction, size_t position, const struct mh_rule *rule)
{
    const struct part part = rule_part(prediction);
    bool done = insert(&part, position, rule);
    if (done && prediction->index != NULL)
        note_rule(prediction, rule, position, true);
    return done;
}

bool mh_prediction_remove_rule(struct mh_prediction *prediction, size_t position)
{
    size_t count;
    const struct part part = rule_part(prediction);
    const struct mh_rule old = mh_predicted_rules(prediction, &count)[position];
    bool done = remove_from(&part, position);
    if (done && prediction->index != NULL)
        note_rule(prediction, &old, position, false);
    return done;
}

/* ---- looking up ------------------------------------------------------------------------------------ */

/* The first item that matches, or NULL. */
static const void *find(const struct mh_prediction *prediction, enum by by,
                        const struct mh_place_question *question)
{
    struct mh_place_index *index = prediction->index == NULL ? NULL : &prediction->index->of[by];
    size_t found = mh_place_index_find(index, question);
    return found < question->count ? (const unsigned char *)question->items + found * question->size : NULL;
}

/* That of the question's key is there; true when it is not known. */
static bool may_have(const struct mh_prediction *prediction, enum by by, uint64_t key)
{
    return prediction->index == NULL || mh_place_index_count(&prediction->index->of[by], key) > 0;
}

static struct mh_place_question among_addresses(const struct mh_prediction *prediction)
{
    struct mh_place_question question = {.size = sizeof(struct mh_interface_address)};
    question.items = mh_predicted_addresses(prediction, &question.count);
    return question;
}

const struct mh_interface_address *
mh_predicted_address_like(const struct mh_prediction *prediction, const struct mh_interface_address *address,
                          bool (*matches)(const void *item, const void *address))
{
    struct mh_place_question question = among_addresses(prediction);
    question.key = mh_address_number(&address->address);
    question.wanted = address;
    question.matches = matches;
    return find(prediction, BY_ADDRESS, &question);
}

static bool has_address(const void *item, const void *wanted)
{
    const struct mh_interface_address *a = item, *b = wanted;
    return mh_address_equal(&a->address, &b->address);
}

const struct mh_interface_address *mh_predicted_address(const struct mh_prediction *prediction,
                                                        const struct mh_address *address)
{
    const struct mh_interface_address wanted = {.address = *address};
    return mh_predicted_address_like(prediction, &wanted, has_address);
}

static bool is_primary_of(const void *item, const void *wanted)
{
    const struct mh_interface_address *a = item;
    return !(a->flags & MH_ADDRESS_SECONDARY) && mh_same_subnet(a, wanted);
}

const struct mh_interface_address *mh_predicted_primary(const struct mh_prediction *prediction,
                                                        const struct mh_interface_address *address)
{
    struct mh_place_question question = among_addresses(prediction);
    if (address->address.family != MH_IPV4)
        return NULL;
    question.key = mh_subnet_number(address);
    question.wanted = address;
    question.matches = is_primary_of;
    return find(prediction, BY_PRIMARY, &question);
}

bool mh_predicted_has_ipv4(const struct mh_prediction *prediction, uint32_t interface)
{
    const struct mh_place_question all = among_addresses(prediction);
    const struct mh_interface_address *items = all.items;
    if (!may_have(prediction, BY_INTERFACE, interface_number(interface)))
        return false;
    for (size_t i = 0; i < all.count; i++)
        if (items[i].interface == interface && items[i].address.family == MH_IPV4)
            return true;
    return false;
}

const struct mh_route *mh_predicted_route_like(const struct mh_prediction *prediction,
                                               const struct mh_route *route,
                                               bool (*matches)(const void *item, const void *route))
{
    struct mh_place_question question = {
        .size = sizeof *route,
        .key = mh_route_key_number(mh_dialect_traits(prediction->dialect), route),
        .wanted = route,
        .matches = matches};
    question.items = mh_predicted_routes(prediction, &question.count);
    return find(prediction, BY_ROUTE, &question);
}

static bool is_rule(const void *item, const void *wanted)
{
    return mh_rule_equal(item, wanted);
}

const struct mh_rule *mh_predicted_rule(const struct mh_prediction *prediction, const struct mh_rule *rule)
{
    struct mh_place_question question = {
        .size = sizeof *rule, .key = mh_rule_number(rule), .wanted = rule, .matches = is_rule};
    question.items = mh_predicted_rules(prediction, &question.count);
    return find(prediction, BY_RULE, &question);
}

static bool is_same(const void *item, const void *wanted)
{
    return mh_interface_address_same(item, wanted);
}

bool mh_predicted_has_secondary(const struct mh_prediction *prediction,
                                const struct mh_interface_address *primary)
{
    return may_have(prediction, BY_SECONDARY, mh_subnet_number(primary));
}

bool mh_predicted_uses_source(const struct mh_prediction *prediction, const struct mh_address *source)
{
    return may_have(prediction, BY_SOURCE, mh_address_number(source));
}

bool mh_predicted_goes_alone(const struct mh_prediction *prediction,
                             const struct mh_interface_address *address)
{
    const struct mh_interface_address *is = mh_predicted_address_like(prediction, address, is_same);
    const struct mh_dialect_traits *traits = mh_dialect_traits(prediction->dialect);
    if (prediction->index == NULL || is == NULL ||
        (traits->source_loss[is->address.family == MH_IPV6] != MH_SOURCE_LOSS_NONE &&
         may_have(prediction, BY_SOURCE, mh_address_number(&is->address))))
        return false;
    if (is->address.family != MH_IPV4 || !traits->has_secondaries)
        return true;
    const struct mh_place_index *of = prediction->index->of;
    size_t on = mh_place_index_count(&of[BY_INTERFACE], interface_number(is->interface));
    size_t leaders = mh_place_index_count(&of[BY_PRIMARY], mh_subnet_number(is));
    if (on < 2 || on == SIZE_MAX || leaders != 1)
        return false;
    const struct mh_interface_address *primary = mh_predicted_primary(prediction, is);
    return is->flags & MH_ADDRESS_SECONDARY ? primary != NULL && primary < is
                                            : !may_have(prediction, BY_SECONDARY, mh_subnet_number(is));
}
