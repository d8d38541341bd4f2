/* Two interfaces with the same subnet are most likely on one link, but two providers that both hand out
 * 192.168.1.0/24 exist. Then 192.168.1.1 is two boxes, with two hardware addresses, one on each interface.
 * Different gateway addresses with different hardware addresses say less: two routers on one network are
 * normal. */
#include "core/scenario_gateway.h"

#include <stdlib.h>
#include <string.h>

static int compare_gateways(const void *left, const void *right)
{
    const struct mh_gateway *a = left, *b = right;
    if (a->interface != b->interface)
        return a->interface < b->interface ? -1 : 1;
    return mh_address_compare(&a->address, &b->address);
}

static bool append(struct mh_gateway_list *list, size_t *capacity, const struct mh_next_hop *hop)
{
    if (list->count == *capacity) {
        size_t larger = *capacity == 0 ? 8 : 2 * *capacity;
        struct mh_gateway *grown = realloc(list->items, larger * sizeof *grown);
        if (grown == NULL)
            return false;
        list->items = grown;
        *capacity = larger;
    }
    list->items[list->count++] = (struct mh_gateway){.interface = hop->interface, .address = hop->gateway};
    return true;
}

static bool append_of_route(struct mh_gateway_list *list, size_t *capacity, const struct mh_route *route)
{
    for (size_t i = 0; route->type == MH_ROUTE_UNICAST && i < route->next_hop_count; i++) {
        const struct mh_next_hop *hop = &route->next_hops[i];
        if (hop->gateway.family != MH_FAMILY_NONE && hop->interface != 0 && !append(list, capacity, hop))
            return false;
    }
    return true;
}

static bool append_of_table(struct mh_gateway_list *list, size_t *capacity,
                            const struct mh_route_table *routes, uint32_t table, enum mh_family family)
{
    struct mh_prefix everything = {.address = {.family = (uint8_t)family}};
    mh_route_handle handle = mh_route_table_exact(routes, table, &everything);
    for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
        struct mh_route route;
        mh_route_table_get(routes, handle, &route);
        if (!append_of_route(list, capacity, &route))
            return false;
    }
    return true;
}

/* The neighbour whose hardware address is known. */
static const struct mh_neighbor *find_neighbor(const struct mh_snapshot *snapshot, uint32_t interface,
                                               const struct mh_address *address)
{
    const struct mh_neighbor *found = mh_snapshot_neighbor(snapshot, interface, address);
    return found == NULL || found->hardware_address_length == 0 || found->state == MH_NEIGHBOR_FAILED ? NULL
                                                                                                      : found;
}

static void sort_and_learn(struct mh_gateway_list *list, const struct mh_snapshot *snapshot)
{
    size_t kept = 0;
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, compare_gateways);
    for (size_t i = 0; i < list->count; i++)
        if (kept == 0 || compare_gateways(&list->items[kept - 1], &list->items[i]) != 0)
            list->items[kept++] = list->items[i];
    list->count = kept;
    for (size_t i = 0; i < kept; i++)
        list->items[i].neighbor = find_neighbor(snapshot, list->items[i].interface, &list->items[i].address);
}

bool mh_gateway_list_init(struct mh_gateway_list *list, const struct mh_snapshot *snapshot,
                          const struct mh_route_table *routes, enum mh_family family)
{
    size_t capacity = 0;
    uint32_t id = 0;
    *list = (struct mh_gateway_list){0};
    while (routes != NULL && mh_route_table_next_id(routes, family, id, &id)) {
        if (!append_of_table(list, &capacity, routes, id, family))
            return false;
        if (id++ == UINT32_MAX)
            break;
    }
    sort_and_learn(list, snapshot);
    return true;
}

void mh_gateway_list_clear(struct mh_gateway_list *list)
{
    free(list->items);
    *list = (struct mh_gateway_list){0};
}

const struct mh_gateway *mh_gateways_of(const struct mh_gateway_list *list, uint32_t interface, size_t *count)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->items[middle].interface < interface)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < list->count && list->items[end].interface == interface)
        end++;
    *count = end - low;
    return *count == 0 ? NULL : list->items + low;
}

bool mh_same_hardware_address(const struct mh_neighbor *a, const struct mh_neighbor *b)
{
    return a->hardware_address_length == b->hardware_address_length &&
           memcmp(a->hardware_address, b->hardware_address, a->hardware_address_length) == 0;
}

enum likeness { LIKENESS_UNKNOWN, LIKENESS_SAME, LIKENESS_DIFFERENT };

static enum likeness compare_hardware(const struct mh_gateway *a, const struct mh_gateway *b)
{
    if (a->neighbor == NULL || b->neighbor == NULL)
        return LIKENESS_UNKNOWN;
    return mh_same_hardware_address(a->neighbor, b->neighbor) ? LIKENESS_SAME : LIKENESS_DIFFERENT;
}

/* Compares each gateway of one interface with what answers to its address on the other. True: one differs. */
static bool answers_differ(const struct mh_snapshot *snapshot, const struct mh_gateway *gateways,
                           size_t count, uint32_t elsewhere, bool *common,
                           struct mh_gateway_conflict *conflict)
{
    for (size_t i = 0; i < count; i++) {
        struct mh_gateway other = {elsewhere, gateways[i].address,
                                   find_neighbor(snapshot, elsewhere, &gateways[i].address)};
        enum likeness likeness = compare_hardware(&gateways[i], &other);
        if (likeness == LIKENESS_SAME)
            *common = true;
        if (likeness != LIKENESS_DIFFERENT)
            continue;
        *conflict = gateways[i].interface < elsewhere ? (struct mh_gateway_conflict){true, gateways[i], other}
                                                      : (struct mh_gateway_conflict) {
            true, other, gateways[i]
        };
        return true;
    }
    return false;
}

bool mh_gateways_conflict(const struct mh_snapshot *snapshot, const struct mh_gateway_list *list,
                          uint32_t interface_a, uint32_t interface_b, struct mh_gateway_conflict *conflict)
{
    size_t count_a, count_b;
    const struct mh_gateway *of_a = mh_gateways_of(list, interface_a, &count_a);
    const struct mh_gateway *of_b = mh_gateways_of(list, interface_b, &count_b);
    bool common = false, found = false;
    if (answers_differ(snapshot, of_a, count_a, interface_b, &common, conflict) ||
        answers_differ(snapshot, of_b, count_b, interface_a, &common, conflict))
        return true;
    for (size_t i = 0; i < count_a; i++)
        for (size_t j = 0; j < count_b; j++) {
            enum likeness likeness = compare_hardware(&of_a[i], &of_b[j]);
            common = common || likeness == LIKENESS_SAME;
            if (likeness == LIKENESS_DIFFERENT && !found)
                *conflict = (struct mh_gateway_conflict){false, of_a[i], of_b[j]};
            found = found || likeness == LIKENESS_DIFFERENT;
        }
    return found && !common;
}
