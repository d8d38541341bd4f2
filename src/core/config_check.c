/* What no single member shows: entries that contradict themselves or each other. What is missing on the host
 * is no contradiction; a plan lists it as pending. Each check stops at the first contradiction. */
#include "core/config_parts.h"

#include "core/config_claim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A member of an entry is wrong. `got` is its text, without quotes. */
static bool refuse_member(struct mh_reading *reading, const char *section, const char *name,
                          const char *member, const char *title, const char *expected, const char *got)
{
    char pointer[MH_CONFIG_POINTER_SIZE], quoted[MH_CONFIG_WORD_SIZE];
    (void)mh_config_pointer(section, name, pointer);
    (void)mh_pointer_append(pointer, member);
    (void)snprintf(quoted, sizeof quoted, "\"%s\"", got);
    return mh_refuse_at(reading, pointer, title, expected, quoted);
}

static bool refuse_address(struct mh_reading *reading, const char *section, const char *name,
                           const char *member, const char *expected, const struct mh_address *address)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    return refuse_member(reading, section, name, member, "an address of the other family", expected,
                         mh_address_format(address, text));
}

static bool has_family(const struct mh_address *address, const struct mh_prefix *like)
{
    return address->family == MH_FAMILY_NONE || address->family == like->address.family;
}

static const char *address_of_family(const struct mh_prefix *prefix)
{
    return prefix->address.family == MH_IPV6 ? "an IPv6 address, like the destination"
                                             : "an IPv4 address, like the destination";
}

/* ---- routes and source preferences ----------------------------------------------------------------- */

static bool check_route(struct mh_reading *reading, const struct mh_config_route *route)
{
    char pointer[MH_CONFIG_POINTER_SIZE];
    const char *expected = address_of_family(&route->to);
    (void)mh_config_pointer("routes", route->name, pointer);
    if (route->via.family == MH_FAMILY_NONE && route->interface[0] == '\0')
        return mh_refuse_at(reading, pointer, "missing member", "\"via\" or \"interface\"", NULL);
    if (!has_family(&route->via, &route->to))
        return refuse_address(reading, "routes", route->name, "via", expected, &route->via);
    if (!has_family(&route->source, &route->to))
        return refuse_address(reading, "routes", route->name, "source", expected, &route->source);
    if (mh_address_is_link_local(&route->via) && route->interface[0] == '\0')
        return mh_refuse_at(reading, pointer, "missing member", "\"interface\", as the gateway is link-local",
                            NULL);
    return true;
}

static bool check_routes(struct mh_reading *reading)
{
    const struct mh_config *config = &reading->held->config;
    for (size_t i = 0; i < config->route_count; i++)
        if (!check_route(reading, &config->routes[i]))
            return false;
    return true;
}

static bool check_source_preferences(struct mh_reading *reading)
{
    const struct mh_config *config = &reading->held->config;
    for (size_t i = 0; i < config->source_preference_count; i++) {
        const struct mh_config_source_preference *preference = &config->source_preferences[i];
        if (!has_family(&preference->source, &preference->to))
            return refuse_address(reading, "source_preferences", preference->name, "source",
                                  address_of_family(&preference->to), &preference->source);
    }
    return true;
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static int compare_uplinks(const void *a, const void *b)
{
    const struct mh_config_uplink *const *one = a, *const *other = b;
    return strcmp((*one)->name, (*other)->name);
}

/* The uplinks by name, for a search among many; the caller frees it. NULL when out of memory. */
static const struct mh_config_uplink **sort_uplinks(const struct mh_config *config)
{
    const struct mh_config_uplink **sorted = calloc(config->uplink_count + 1, sizeof *sorted);
    if (sorted == NULL)
        return NULL;
    for (size_t i = 0; i < config->uplink_count; i++)
        sorted[i] = &config->uplinks[i];
    qsort(sorted, config->uplink_count, sizeof *sorted, compare_uplinks);
    return sorted;
}

static const struct mh_config_uplink *find_uplink(const struct mh_config_uplink **sorted, size_t count,
                                                  const char *name)
{
    struct mh_config_uplink wanted;
    const struct mh_config_uplink *key = &wanted;
    (void)snprintf(wanted.name, sizeof wanted.name, "%s", name);
    const struct mh_config_uplink **found = bsearch(&key, sorted, count, sizeof *sorted, compare_uplinks);
    return found == NULL ? NULL : *found;
}

/* An uplink that names gateways leads nowhere in the family that it names none for. */
static bool serves(const struct mh_config_uplink *uplink, const struct mh_prefix *from)
{
    bool ipv6 = from->address.family == MH_IPV6;
    const struct mh_config_gateway *gateway = ipv6 ? &uplink->ipv6 : &uplink->ipv4;
    const struct mh_config_gateway *other = ipv6 ? &uplink->ipv4 : &uplink->ipv6;
    return gateway->kind != MH_GATEWAY_ABSENT || other->kind == MH_GATEWAY_ABSENT;
}

static bool check_rule(struct mh_reading *reading, struct mh_config_rule *rule,
                       const struct mh_config_uplink **sorted)
{
    const struct mh_config *config = &reading->held->config;
    const struct mh_config_uplink *uplink = find_uplink(sorted, config->uplink_count, rule->uplink_name);
    if (uplink == NULL)
        return refuse_member(reading, "rules", rule->name, "uplink", "no such uplink",
                             "the name of one of the document's uplinks", rule->uplink_name);
    if (!serves(uplink, &rule->from))
        return refuse_member(reading, "rules", rule->name, "uplink", "an uplink of the other family",
                             rule->from.address.family == MH_IPV6 ? "an uplink with an IPv6 gateway"
                                                                  : "an uplink with an IPv4 gateway",
                             rule->uplink_name);
    rule->uplink = (size_t)(uplink - config->uplinks);
    return true;
}

static bool check_rules(struct mh_reading *reading)
{
    const struct mh_config *config = &reading->held->config;
    /* They are the configuration's own, and this is still its making. */
    struct mh_config_rule *rules = (struct mh_config_rule *)(uintptr_t)config->rules;
    const struct mh_config_uplink **sorted = sort_uplinks(config);
    if (sorted == NULL)
        return mh_refuse_memory(reading);
    bool good = true;
    for (size_t i = 0; good && i < config->rule_count; i++)
        good = check_rule(reading, &rules[i], sorted);
    free(sorted);
    return good;
}

/* ---- groups ---------------------------------------------------------------------------------------- */

static bool names_interface(const struct mh_config_group *group, const char *selector)
{
    for (size_t i = 0; i < group->interface_count; i++)
        if (strcmp(group->interfaces[i].interface, selector) == 0)
            return true;
    return false;
}

static bool check_groups(struct mh_reading *reading)
{
    const struct mh_config *config = &reading->held->config;
    for (size_t i = 0; i < config->group_count; i++) {
        const struct mh_config_group *group = &config->groups[i];
        if (group->prefer[0] != '\0' && !names_interface(group, group->prefer))
            return refuse_member(reading, "groups", group->name, "prefer", "not in the group",
                                 "one of the group's interfaces", group->prefer);
    }
    return true;
}

bool mh_config_check(struct mh_reading *reading)
{
    return check_routes(reading) && check_source_preferences(reading) && check_rules(reading) &&
           check_groups(reading) && mh_config_check_claims(reading);
}
