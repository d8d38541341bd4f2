/* What the random hosts of a run had: how many of each, and every kind and flag that there may be. */
#include "oracle.h"

#include <string.h>

enum { TABLES_MAX = 64 };

/* ---- features -------------------------------------------------------------------------------------- */

static bool rule_has(const struct mh_rule *rule, enum oracle_feature feature)
{
    switch (feature) {
    case ORACLE_RULE_NOT:
        return rule->invert;
    case ORACLE_RULE_FROM:
        return rule->from.address.family != MH_FAMILY_NONE;
    case ORACLE_RULE_TO:
        return rule->to.address.family != MH_FAMILY_NONE;
    case ORACLE_RULE_IIF:
        return rule->input[0] != '\0';
    case ORACLE_RULE_OIF:
        return rule->output[0] != '\0';
    case ORACLE_RULE_FWMARK:
        return rule->mark_mask == UINT32_MAX;
    case ORACLE_RULE_FWMASK:
        return rule->mark_mask != 0 && rule->mark_mask != UINT32_MAX;
    case ORACLE_RULE_TOS:
        return rule->tos != 0;
    case ORACLE_RULE_PROTOCOL:
        return rule->ip_protocol != 0;
    case ORACLE_RULE_SPORT:
        return rule->source_port_last != 0;
    case ORACLE_RULE_DPORT:
        return rule->destination_port_last != 0;
    case ORACLE_RULE_UIDS:
        return rule->has_uid_range;
    case ORACLE_RULE_SUPPRESS_LENGTH:
        return rule->suppress_prefix_length != -1;
    case ORACLE_RULE_SUPPRESS_GROUP:
        return rule->suppress_interface_group != -1;
    default:
        return feature == ORACLE_RULE_GOTO          ? rule->action == MH_RULE_GOTO
               : feature == ORACLE_RULE_NOP         ? rule->action == MH_RULE_NOP
               : feature == ORACLE_RULE_BLACKHOLE   ? rule->action == MH_RULE_BLACKHOLE
               : feature == ORACLE_RULE_UNREACHABLE ? rule->action == MH_RULE_UNREACHABLE
                                                    : rule->action == MH_RULE_PROHIBIT;
    }
}

static bool address_has(const struct mh_interface_address *address, enum oracle_feature feature)
{
    static const uint32_t flags[] = {MH_ADDRESS_DEPRECATED,      MH_ADDRESS_TENTATIVE,  MH_ADDRESS_TEMPORARY,
                                     MH_ADDRESS_SECONDARY,       MH_ADDRESS_OPTIMISTIC, MH_ADDRESS_HOME,
                                     MH_ADDRESS_NO_PREFIX_ROUTE, MH_ADDRESS_DYNAMIC};
    switch (feature) {
    case ORACLE_ADDRESS_PEER:
        return address->peer.family != MH_FAMILY_NONE;
    case ORACLE_ADDRESS_SITE:
        return address->scope != 0 && address->scope < MH_ROUTE_SCOPE_LINK;
    case ORACLE_ADDRESS_LINK:
        return address->scope == MH_ROUTE_SCOPE_LINK;
    case ORACLE_ADDRESS_HOST:
        return address->scope == MH_ROUTE_SCOPE_HOST;
    default:
        return (address->flags & flags[feature - ORACLE_ADDRESS_DEPRECATED]) != 0;
    }
}

static bool has_flag(const struct mh_route *route, uint8_t flag)
{
    for (size_t i = 0; i < route->next_hop_count; i++)
        if ((route->next_hops[i].flags & flag) != 0)
            return true;
    return false;
}

static bool route_has(const struct mh_route *route, enum oracle_feature feature)
{
    enum mh_family family = (enum mh_family)route->destination.address.family;
    bool gateway = route->next_hop_count > 0 && route->next_hops[0].gateway.family != MH_FAMILY_NONE;
    switch (feature) {
    case ORACLE_ROUTE_MULTIPATH:
        return route->next_hop_count > 1;
    case ORACLE_ROUTE_OBJECT:
        return route->next_hop_id != 0;
    case ORACLE_ROUTE_SOURCE:
        return route->preferred_source.family != MH_FAMILY_NONE;
    case ORACLE_ROUTE_FROM:
        return route->source.address.family != MH_FAMILY_NONE && route->source.length > 0;
    case ORACLE_ROUTE_TOS:
        return route->tos != 0;
    case ORACLE_ROUTE_PREFERENCE:
        return route->preference != MH_ROUTER_MEDIUM;
    case ORACLE_ROUTE_VIA_IPV6:
        return family == MH_IPV4 && gateway && route->next_hops[0].gateway.family == MH_IPV6;
    case ORACLE_ROUTE_ON_LINK:
        return has_flag(route, MH_NEXT_HOP_ON_LINK);
    case ORACLE_ROUTE_DEAD:
        return has_flag(route, MH_NEXT_HOP_DEAD);
    case ORACLE_ROUTE_LINK_DOWN:
        return has_flag(route, MH_NEXT_HOP_LINK_DOWN);
    default:
        return route->type == (uint8_t)(feature - ORACLE_ROUTE_UNICAST + MH_ROUTE_UNICAST);
    }
}

/* ---- counting -------------------------------------------------------------------------------------- */

static void most(size_t *maximum, size_t count)
{
    if (count > *maximum)
        *maximum = count;
}

static void cover_routes(struct oracle_coverage *coverage, const struct mh_route_table *routes)
{
    struct mh_route_place place = {0};
    uint32_t tables[TABLES_MAX];
    size_t table_count = 0, at;
    for (mh_route_handle handle; (handle = mh_route_table_walk(routes, &place)) != 0;) {
        struct mh_route route;
        mh_route_table_get(routes, handle, &route);
        for (int feature = ORACLE_ROUTE_MULTIPATH; feature < ORACLE_FEATURE_COUNT; feature++)
            coverage->features[feature] += route_has(&route, (enum oracle_feature)feature);
        for (at = 0; at < table_count && tables[at] != route.table; at++)
            ;
        if (at == table_count && table_count < TABLES_MAX)
            tables[table_count++] = route.table;
    }
    most(&coverage->routes, mh_route_table_count(routes));
    most(&coverage->tables, table_count);
}

void oracle_cover(struct oracle_coverage *coverage, const struct oracle_world *world)
{
    const struct mh_snapshot *snapshot = &world->snapshot;
    coverage->hosts++;
    coverage->with_own_labels += snapshot->has_own_labels;
    most(&coverage->interfaces, snapshot->interface_count);
    most(&coverage->addresses, snapshot->address_count);
    most(&coverage->rules, snapshot->rule_count);
    for (int feature = 0; feature < ORACLE_ADDRESS_PEER; feature++)
        for (size_t i = 0; i < snapshot->rule_count; i++)
            coverage->features[feature] += rule_has(&snapshot->rules[i], (enum oracle_feature)feature);
    for (int feature = ORACLE_ADDRESS_PEER; feature < ORACLE_ROUTE_MULTIPATH; feature++)
        for (size_t i = 0; i < snapshot->address_count; i++)
            coverage->features[feature] += address_has(&snapshot->addresses[i], (enum oracle_feature)feature);
    cover_routes(coverage, world->routes);
}

void oracle_print_coverage(FILE *out, const struct oracle_coverage *coverage)
{
    static const char *const words[] = {
#define WORD(name, word) word,
        ORACLE_FEATURE_TABLE(WORD)
#undef WORD
    };
    bool all = true;
    (void)fprintf(
        out,
        "%zu hosts, with up to %zu interfaces, %zu addresses, %zu routes in %zu tables, %zu rules; %zu with "
        "address labels of their own\n",
        coverage->hosts, coverage->interfaces, coverage->addresses, coverage->routes, coverage->tables,
        coverage->rules, coverage->with_own_labels);
    for (int feature = 0; feature < ORACLE_FEATURE_COUNT; feature++) {
        (void)fprintf(out, "%s%s %lu", feature == 0 ? "  had: " : ", ", words[feature],
                      coverage->features[feature]);
        all &= coverage->features[feature] != 0;
    }
    (void)fprintf(out, "\n");
    for (int feature = 0; feature < ORACLE_FEATURE_COUNT && !all; feature++)
        if (coverage->features[feature] == 0)
            (void)fprintf(out, "  not reached: %s\n", words[feature]);
}
