/* Entries that want the same thing.
 *
 * Each kind of thing is gathered as a list of claims and sorted, so that two which collide stand side by
 * side, and a document with thousands of entries costs no square of them. Of overlapping prefixes that is
 * true too: what is sorted between a prefix and one that it covers is covered by it as well. */
#include "core/config_claim.h"

#include "core/selector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a claim stands: its pointer's names, the outermost first. */
struct origin {
    const char *section, *name;
    const char *member, *inner; /* NULL: no further */
    bool is_item;
    size_t item; /* in the list that `member` is */
};

struct claim {
    struct mh_prefix prefix;
    uint32_t number;       /* claims of different numbers do not collide */
    const char *interface; /* nor do those of different interfaces; "" where it does not matter */
    size_t order;          /* of two that collide, the later one is refused */
    struct origin origin;
};

struct claims {
    struct claim *items;
    size_t count, capacity;
    bool failed;
};

static void claim(struct claims *claims, const struct mh_prefix *prefix, uint32_t number,
                  const char *interface, struct origin origin)
{
    if (claims->count == claims->capacity) {
        size_t capacity = claims->capacity == 0 ? 64 : 2 * claims->capacity;
        struct claim *grown = realloc(claims->items, capacity * sizeof *grown);
        claims->failed = claims->failed || grown == NULL;
        if (grown == NULL)
            return;
        claims->items = grown;
        claims->capacity = capacity;
    }
    claims->items[claims->count] = (struct claim){*prefix, number, interface, claims->count, origin};
    claims->count++;
}

static struct mh_prefix whole(const struct mh_address *address)
{
    return mh_prefix_of(address, 128);
}

/* ---- collisions ------------------------------------------------------------------------------------ */

static int compare_keys(const struct claim *a, const struct claim *b)
{
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    int difference = strcmp(a->interface, b->interface);
    return difference != 0 ? difference : mh_prefix_compare(&a->prefix, &b->prefix);
}

static int compare_claims(const void *one, const void *other)
{
    const struct claim *a = one, *b = other;
    int difference = compare_keys(a, b);
    if (difference != 0)
        return difference;
    return a->order < b->order ? -1 : a->order > b->order;
}

static bool equal(const struct claim *a, const struct claim *b)
{
    return compare_keys(a, b) == 0;
}

static bool overlap(const struct claim *a, const struct claim *b)
{
    return a->number == b->number && mh_prefix_covers(&a->prefix, &b->prefix);
}

static void point_at(const struct origin *origin, char pointer[MH_CONFIG_POINTER_SIZE])
{
    char position[24];
    (void)mh_config_pointer(origin->section, origin->name, pointer);
    (void)snprintf(position, sizeof position, "%zu", origin->item);
    if (origin->member != NULL)
        (void)mh_pointer_append(pointer, origin->member);
    if (origin->inner != NULL)
        (void)mh_pointer_append(pointer, origin->inner);
    if (origin->is_item)
        (void)mh_pointer_append(pointer, position);
}

/* What differs between kinds of claims. */
struct kind {
    bool (*collide)(const struct claim *a, const struct claim *b);
    const char *title;
    const char *expected; /* the earlier one's pointer follows */
    bool of_names;        /* what collides are names, not values */
};

/* As it may stand in the document; gateways without an address are "auto". */
static void show(const struct mh_prefix *prefix, char got[MH_CONFIG_WORD_SIZE])
{
    char text[MH_PREFIX_TEXT_SIZE] = "auto";
    if (prefix->length < mh_family_bits((enum mh_family)prefix->address.family))
        (void)mh_prefix_format(prefix, text);
    else if (prefix->address.family != MH_FAMILY_NONE)
        (void)mh_address_format(&prefix->address, text);
    (void)snprintf(got, MH_CONFIG_WORD_SIZE, "\"%s\"", text);
}

static bool refuse_collision(struct mh_reading *reading, const struct kind *kind, const struct claim *a,
                             const struct claim *b)
{
    const struct claim *earlier = a->order < b->order ? a : b, *later = a->order < b->order ? b : a;
    char pointer[MH_CONFIG_POINTER_SIZE], other[MH_CONFIG_POINTER_SIZE], expected[MH_CONFIG_WORD_SIZE];
    char got[MH_CONFIG_WORD_SIZE];
    point_at(&earlier->origin, other);
    point_at(&later->origin, pointer);
    (void)snprintf(expected, sizeof expected, "%.60s %.60s", kind->expected, other);
    show(&later->prefix, got);
    return mh_refuse_at(reading, pointer, kind->title, expected, kind->of_names ? NULL : got);
}

/* Consumes the claims. */
static bool settle(struct mh_reading *reading, struct claims *claims, const struct kind *kind)
{
    bool good = !claims->failed || mh_refuse_memory(reading);
    if (good && claims->count > 0)
        qsort(claims->items, claims->count, sizeof *claims->items, compare_claims);
    for (size_t i = 1; good && i < claims->count; i++)
        if (kind->collide(&claims->items[i - 1], &claims->items[i]))
            good = refuse_collision(reading, kind, &claims->items[i - 1], &claims->items[i]);
    free(claims->items);
    return good;
}

/* ---- kinds ----------------------------------------------------------------------------------------- */

/* A link-local address may be on several links (RFC 4291 2.5.6), any other is one interface's. */
static void claim_address(struct claims *claims, const struct mh_address *address, const char *interface,
                          struct origin origin)
{
    struct mh_prefix prefix = whole(address);
    claim(claims, &prefix, 0, mh_address_is_link_local(address) ? interface : "", origin);
}

static void claim_group(struct claims *claims, const struct mh_config_group *group)
{
    for (size_t i = 0; i < group->address_count; i++) {
        const struct mh_address *address = &group->addresses[i].address;
        size_t times = mh_address_is_link_local(address) ? group->interface_count : 1;
        for (size_t j = 0; j < times; j++)
            claim_address(claims, address, group->interfaces[j].interface,
                          (struct origin){"groups", group->name, "addresses", NULL, true, i});
    }
}

static bool check_addresses(struct mh_reading *reading)
{
    static const struct kind kind = {equal, "the address is there twice", "another than that of", false};
    const struct mh_config *config = &reading->held->config;
    struct claims claims = {0};
    for (size_t i = 0; i < config->address_count; i++)
        claim_address(&claims, &config->addresses[i].address, config->addresses[i].interface,
                      (struct origin){"addresses", config->addresses[i].name, "address", NULL, false, 0});
    for (size_t i = 0; i < config->group_count; i++)
        claim_group(&claims, &config->groups[i]);
    return settle(reading, &claims, &kind);
}

/* Names of interfaces, as claims without a prefix. `spellings` has room for each. */
static void claim_interface(struct claims *claims, const char *selector, uint32_t number,
                            char spelling[MH_NAME_SIZE], struct origin origin)
{
    static const struct mh_prefix none;
    claim(claims, &none, number, mh_selector_spelling(selector, spelling), origin);
}

static size_t count_selectors(const struct mh_config *config)
{
    size_t count = config->interface_count;
    for (size_t i = 0; i < config->group_count; i++)
        count += config->groups[i].interface_count;
    return count;
}

static bool check_interfaces(struct mh_reading *reading)
{
    static const struct kind kind = {equal, "the interface is there twice", "another than", true};
    const struct mh_config *config = &reading->held->config;
    struct claims claims = {0};
    char(*spellings)[MH_NAME_SIZE] = calloc(count_selectors(config) + 1, sizeof *spellings);
    char(*spelling)[MH_NAME_SIZE] = spellings;
    if (spellings == NULL)
        return mh_refuse_memory(reading);
    for (size_t i = 0; i < config->interface_count; i++)
        claim_interface(&claims, config->interfaces[i].interface, 0, *spelling++,
                        (struct origin){"interfaces", config->interfaces[i].interface, NULL, NULL, false, 0});
    for (size_t i = 0; i < config->group_count; i++)
        for (size_t j = 0; j < config->groups[i].interface_count; j++)
            claim_interface(&claims, config->groups[i].interfaces[j].interface, 1 + (uint32_t)i, *spelling++,
                            (struct origin){"groups", config->groups[i].name, "interfaces", NULL, true, j});
    bool good = settle(reading, &claims, &kind);
    free(spellings);
    return good;
}

/* The interface's metric counts for a route that has none of its own. */
static uint32_t route_metric(const struct mh_config *config, const struct mh_config_route *route)
{
    for (size_t i = 0; route->metric == 0 && i < config->interface_count; i++)
        if (strcmp(config->interfaces[i].interface, route->interface) == 0)
            return config->interfaces[i].metric;
    return route->metric;
}

static bool check_destinations(struct mh_reading *reading)
{
    static const struct kind kind = {equal, "the destination is there twice",
                                     "another destination or \"metric\" than", false};
    const struct mh_config *config = &reading->held->config;
    struct claims claims = {0};
    for (size_t i = 0; i < config->route_count; i++)
        claim(&claims, &config->routes[i].to, route_metric(config, &config->routes[i]), "",
              (struct origin){"routes", config->routes[i].name, "to", NULL, false, 0});
    return settle(reading, &claims, &kind);
}

static void claim_gateway(struct claims *claims, const struct mh_config_uplink *uplink,
                          const struct mh_config_gateway *gateway, const char *family, uint32_t number)
{
    struct mh_prefix prefix = whole(&gateway->address);
    if (gateway->kind != MH_GATEWAY_ABSENT)
        claim(claims, &prefix, number, uplink->interface,
              (struct origin){"uplinks", uplink->name, "gateway", family, false, 0});
}

static bool check_gateways(struct mh_reading *reading)
{
    static const struct kind kind = {equal, "the gateway is there twice", "another than that of", false};
    const struct mh_config *config = &reading->held->config;
    struct claims claims = {0};
    for (size_t i = 0; i < config->uplink_count; i++) {
        claim_gateway(&claims, &config->uplinks[i], &config->uplinks[i].ipv4, "ipv4", MH_IPV4);
        claim_gateway(&claims, &config->uplinks[i], &config->uplinks[i].ipv6, "ipv6", MH_IPV6);
    }
    return settle(reading, &claims, &kind);
}

/* Rules of one priority have no order among them, so which of two that overlap is asked first is chance. */
static bool check_rule_overlap(struct mh_reading *reading)
{
    static const struct kind kind = {overlap, "rules of one priority overlap",
                                     "another \"priority\", or no address of", false};
    const struct mh_config *config = &reading->held->config;
    struct claims claims = {0};
    for (size_t i = 0; i < config->rule_count; i++)
        claim(&claims, &config->rules[i].from, config->rules[i].priority, "",
              (struct origin){"rules", config->rules[i].name, "from", NULL, false, 0});
    return settle(reading, &claims, &kind);
}

static bool check_preferences(struct mh_reading *reading)
{
    static const struct kind kind = {equal, "the destination is there twice", "another than that of", false};
    const struct mh_config *config = &reading->held->config;
    struct claims claims = {0};
    for (size_t i = 0; i < config->source_preference_count; i++)
        claim(
            &claims, &config->source_preferences[i].to, 0, "",
            (struct origin){"source_preferences", config->source_preferences[i].name, "to", NULL, false, 0});
    return settle(reading, &claims, &kind);
}

static bool check_labels(struct mh_reading *reading)
{
    static const struct kind kind = {equal, "the prefix is there twice", "another than", true};
    const struct mh_config *config = &reading->held->config;
    struct claims claims = {0};
    for (size_t i = 0; i < config->label_count; i++)
        claim(&claims, &config->labels[i].prefix, 0, "",
              (struct origin){"address_policy", "labels", config->labels[i].name, NULL, false, 0});
    return settle(reading, &claims, &kind);
}

bool mh_config_check_claims(struct mh_reading *reading)
{
    return check_interfaces(reading) && check_addresses(reading) && check_destinations(reading) &&
           check_gateways(reading) && check_rule_overlap(reading) && check_preferences(reading) &&
           check_labels(reading);
}
