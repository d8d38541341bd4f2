/* The host's multihoming scenario (RFC 1122 3.3.4.1). Addresses that count (scenario_count.c) are put into
 * subnets (scenario_subnet.c) and their interfaces into links (scenario_link.c); then each routing domain is
 * looked at by itself:
 *
 *   a link with two or more subnets                     multiple-logical-networks
 *   two or more addresses in one subnet of one link     multiple-logical-hosts
 *   two or more links                                   simple-multihoming
 *   one address, or none in any domain                  single-homed
 *
 * Several hold at once where they do. */
#include "core/scenario.h"

#include "core/scenario_evidence.h"

#include <stdlib.h>
#include <string.h>

const char *mh_scenario_kind_name(enum mh_scenario_kind kind)
{
    switch (kind) {
    case MH_SINGLE_HOMED:
        return "single-homed";
    case MH_MULTIPLE_LOGICAL_NETWORKS:
        return "multiple-logical-networks";
    case MH_MULTIPLE_LOGICAL_HOSTS:
        return "multiple-logical-hosts";
    case MH_SIMPLE_MULTIHOMING:
        return "simple-multihoming";
    }
    return "unknown";
}

const char *mh_scenario_layout_name(enum mh_scenario_layout layout)
{
    switch (layout) {
    case MH_LAYOUT_NONE:
        return NULL;
    case MH_LAYOUT_SAME_INTERFACE:
        return "same-interface";
    case MH_LAYOUT_DIFFERENT_INTERFACES:
        return "different-interfaces";
    }
    return NULL;
}

/* One family's assessment under way. */
struct assessment {
    struct mh_evidence_source source;
    struct mh_scenario_list *list;
    size_t capacity;
};

static int compare_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_by_link(const void *left, const void *right)
{
    const struct mh_counted *a = left, *b = right;
    int order = compare_numbers(a->interface->domain, b->interface->domain);
    if (order == 0)
        order = compare_numbers(a->link, b->link);
    if (order == 0)
        order = mh_prefix_compare(&a->subnet, &b->subnet);
    if (order == 0)
        order = compare_numbers(a->interface->index, b->interface->index);
    return order != 0 ? order : mh_address_compare(&a->address->address, &b->address->address);
}

static int compare_members(const void *left, const void *right)
{
    const struct mh_scenario_member *a = left, *b = right;
    int order = compare_numbers(a->interface, b->interface);
    return order != 0 ? order : mh_address_compare(&a->address, &b->address);
}

/* By domain, kind and first member; no two of one domain and kind have the same. */
static int compare_scenarios(const void *left, const void *right)
{
    const struct mh_scenario *a = left, *b = right;
    int order = compare_numbers(a->domain, b->domain);
    if (order == 0)
        order = compare_numbers(a->kind, b->kind);
    if (order == 0 && a->member_count > 0 && b->member_count > 0)
        order = compare_members(&a->members[0], &b->members[0]);
    return order;
}

static struct mh_scenario *append_scenario(struct assessment *assessment)
{
    struct mh_scenario_list *list = assessment->list;
    if (list->count == assessment->capacity) {
        size_t capacity = assessment->capacity == 0 ? 4 : 2 * assessment->capacity;
        struct mh_scenario *grown = realloc(list->items, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        list->items = grown;
        assessment->capacity = capacity;
    }
    struct mh_scenario *scenario = &list->items[list->count++];
    *scenario = (struct mh_scenario){0};
    return scenario;
}

static bool set_members(struct mh_scenario *scenario, const struct mh_counted_range *range)
{
    scenario->members = calloc(range->count + 1, sizeof *scenario->members);
    if (scenario->members == NULL)
        return false;
    for (size_t i = 0; i < range->count; i++)
        scenario->members[i] = (struct mh_scenario_member){
            range->items[i].interface->index, range->items[i].address->address, range->items[i].subnet};
    scenario->member_count = range->count;
    qsort(scenario->members, range->count, sizeof *scenario->members, compare_members);
    return true;
}

static enum mh_scenario_layout layout_of(const struct mh_counted_range *range)
{
    for (size_t i = 1; i < range->count; i++)
        if (range->items[i].interface != range->items[0].interface)
            return MH_LAYOUT_DIFFERENT_INTERFACES;
    return MH_LAYOUT_SAME_INTERFACE;
}

static bool add_scenario(struct assessment *assessment, enum mh_scenario_kind kind,
                         const struct mh_counted_range *range)
{
    struct mh_scenario *scenario = append_scenario(assessment);
    if (scenario == NULL)
        return false;
    scenario->kind = kind;
    scenario->domain = range->count == 0 ? 0 : range->items[0].interface->domain;
    if (kind == MH_MULTIPLE_LOGICAL_HOSTS) {
        scenario->layout = layout_of(range);
        scenario->subnet = range->items[0].subnet;
    }
    if (kind != MH_SINGLE_HOMED)
        assessment->list->multihomed = true;
    return set_members(scenario, range) && mh_evidence_of(&assessment->source, range, scenario);
}

static bool same_subnet(const struct mh_counted *a, const struct mh_counted *b)
{
    return mh_prefix_equal(&a->subnet, &b->subnet);
}

static bool same_link(const struct mh_counted *a, const struct mh_counted *b)
{
    return a->link == b->link;
}

static bool same_domain(const struct mh_counted *a, const struct mh_counted *b)
{
    return a->interface->domain == b->interface->domain;
}

/* Takes from the front of *rest those that are the same as the first one. False when *rest is empty. */
static bool take_run(struct mh_counted_range *rest,
                     bool (*same)(const struct mh_counted *, const struct mh_counted *),
                     struct mh_counted_range *run)
{
    *run = (struct mh_counted_range){rest->items, 0};
    while (run->count < rest->count && same(&rest->items[0], &rest->items[run->count]))
        run->count++;
    rest->items += run->count;
    rest->count -= run->count;
    return run->count > 0;
}

static bool assess_link(struct assessment *assessment, const struct mh_counted_range *link)
{
    struct mh_counted_range rest = *link, subnet;
    size_t subnets = 0;
    for (; take_run(&rest, same_subnet, &subnet); subnets++)
        if (subnet.count > 1 && !add_scenario(assessment, MH_MULTIPLE_LOGICAL_HOSTS, &subnet))
            return false;
    return subnets < 2 || add_scenario(assessment, MH_MULTIPLE_LOGICAL_NETWORKS, link);
}

static bool assess_domain(struct assessment *assessment, const struct mh_counted_range *domain)
{
    struct mh_counted_range rest = *domain, link;
    size_t links = 0;
    if (domain->count == 1)
        return add_scenario(assessment, MH_SINGLE_HOMED, domain);
    for (; take_run(&rest, same_link, &link); links++)
        if (!assess_link(assessment, &link))
            return false;
    return links < 2 || add_scenario(assessment, MH_SIMPLE_MULTIHOMING, domain);
}

static bool assess_domains(struct assessment *assessment)
{
    const struct mh_count *count = assessment->source.count;
    struct mh_counted_range rest = {count->counted, count->counted_count}, domain;
    qsort(count->counted, count->counted_count, sizeof *count->counted, compare_by_link);
    while (take_run(&rest, same_domain, &domain))
        if (!assess_domain(assessment, &domain))
            return false;
    if (assessment->list->count == 0)
        return add_scenario(assessment, MH_SINGLE_HOMED, &(struct mh_counted_range){NULL, 0});
    qsort(assessment->list->items, assessment->list->count, sizeof *assessment->list->items,
          compare_scenarios);
    return true;
}

/* The scenario that tells what was left out in a domain: its last one, which is the widest; the first of all
 * when the domain has none. */
static struct mh_scenario *teller_of(struct mh_scenario_list *list, uint32_t domain)
{
    for (size_t i = list->count; i > 0; i--)
        if (list->items[i - 1].domain == domain)
            return &list->items[i - 1];
    return &list->items[0];
}

static int compare_domains(const void *left, const void *right)
{
    return compare_numbers(*(const uint32_t *)left, *(const uint32_t *)right);
}

static bool tell_left_out(struct assessment *assessment)
{
    const struct mh_count *count = assessment->source.count;
    uint32_t *domains = calloc(count->left_out_count + 1, sizeof *domains);
    bool enough = domains != NULL;
    for (size_t i = 0; enough && i < count->left_out_count; i++)
        domains[i] = count->left_out[i].interface->domain;
    if (enough)
        qsort(domains, count->left_out_count, sizeof *domains, compare_domains);
    for (size_t i = 0; enough && i < count->left_out_count; i++)
        if (i == 0 || domains[i] != domains[i - 1])
            enough = mh_evidence_of_left_out(&assessment->source, domains[i],
                                             teller_of(assessment->list, domains[i]));
    free(domains);
    return enough;
}

static bool assess_family(const struct mh_link_source *links, const struct mh_role_verdict *roles,
                          size_t family, struct mh_scenario_list *list)
{
    struct mh_link_map map;
    bool enough = mh_link_map_init(&map, links, family);
    struct assessment assessment = {.list = list,
                                    .source = {.snapshot = links->snapshot,
                                               .roles = roles,
                                               .count = links->counts[family],
                                               .links = &map,
                                               .gateways = links->gateways[family],
                                               .family = family == 0 ? MH_IPV4 : MH_IPV6}};
    enough = enough && assess_domains(&assessment) && tell_left_out(&assessment);
    mh_link_map_clear(&map);
    return enough;
}

static struct mh_role_verdict *roles_of(const struct mh_snapshot *snapshot,
                                        const struct mh_role_source *source)
{
    struct mh_role_verdict *roles = calloc(snapshot->interface_count + 1, sizeof *roles);
    for (size_t i = 0; roles != NULL && i < snapshot->interface_count; i++)
        roles[i] = mh_role_of(snapshot, &snapshot->interfaces[i], source);
    return roles;
}

static bool assess(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                   const struct mh_role_verdict *roles, struct mh_scenario_report *report)
{
    struct mh_count counts[2] = {{0}};
    struct mh_gateway_list gateways[2] = {{0}};
    struct mh_link_source source = {snapshot, {&counts[0], &counts[1]}, {&gateways[0], &gateways[1]}};
    bool enough = mh_count_addresses(snapshot, routes, roles, MH_IPV4, &counts[0]) &&
                  mh_count_addresses(snapshot, routes, roles, MH_IPV6, &counts[1]) &&
                  mh_gateway_list_init(&gateways[0], snapshot, routes, MH_IPV4) &&
                  mh_gateway_list_init(&gateways[1], snapshot, routes, MH_IPV6) &&
                  assess_family(&source, roles, 0, &report->ipv4) &&
                  assess_family(&source, roles, 1, &report->ipv6);
    for (size_t i = 0; i < 2; i++) {
        mh_count_clear(&counts[i]);
        mh_gateway_list_clear(&gateways[i]);
    }
    return enough;
}

struct mh_scenario_report *mh_scenario_assess(const struct mh_snapshot *snapshot,
                                              const struct mh_route_table *routes,
                                              const struct mh_role_source *roles)
{
    struct mh_scenario_report *report = calloc(1, sizeof *report);
    struct mh_role_verdict *verdicts = roles_of(snapshot, roles);
    if (report == NULL || verdicts == NULL || !assess(snapshot, routes, verdicts, report)) {
        mh_scenario_report_free(report);
        report = NULL;
    }
    free(verdicts);
    return report;
}

static void clear_list(struct mh_scenario_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        for (size_t j = 0; j < list->items[i].evidence_count; j++)
            free(list->items[i].evidence[j]);
        free(list->items[i].evidence);
        free(list->items[i].members);
    }
    free(list->items);
}

void mh_scenario_report_free(struct mh_scenario_report *report)
{
    if (report == NULL)
        return;
    clear_list(&report->ipv4);
    clear_list(&report->ipv6);
    free(report);
}

static bool equal_scenarios(const struct mh_scenario *a, const struct mh_scenario *b)
{
    if (a->kind != b->kind || a->layout != b->layout || a->domain != b->domain ||
        !mh_prefix_equal(&a->subnet, &b->subnet) || a->member_count != b->member_count)
        return false;
    for (size_t i = 0; i < a->member_count; i++)
        if (compare_members(&a->members[i], &b->members[i]) != 0 ||
            !mh_prefix_equal(&a->members[i].subnet, &b->members[i].subnet))
            return false;
    return true;
}

static bool equal_lists(const struct mh_scenario_list *a, const struct mh_scenario_list *b)
{
    if (a->multihomed != b->multihomed || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!equal_scenarios(&a->items[i], &b->items[i]))
            return false;
    return true;
}

bool mh_scenario_report_equal(const struct mh_scenario_report *a, const struct mh_scenario_report *b)
{
    return equal_lists(&a->ipv4, &b->ipv4) && equal_lists(&a->ipv6, &b->ipv6);
}
