/* An address lies in the subnet of its own prefix. A /32 or /128 is often not a subnet of its own, but an
 * address whose subnet is told elsewhere: an address beside another of the same interface, or DHCPv6 with the
 * prefix in a router advertisement. So it belongs to the longest on-link prefix of its interface that
 * contains it: another address's prefix if there is one, else an on-link route. Any routing table will do:
 * what is on the link does not depend on who asks. Default routes are no subnets. */
#include "core/scenario_subnet.h"

#include <stdlib.h>

struct mh_cover {
    uint32_t interface;
    struct mh_prefix prefix;
};

static int compare_covers(const void *left, const void *right)
{
    const struct mh_cover *a = left, *b = right;
    if (a->interface != b->interface)
        return a->interface < b->interface ? -1 : 1;
    return mh_prefix_compare(&a->prefix, &b->prefix);
}

struct mh_prefix mh_address_prefix(const struct mh_interface_address *address)
{
    bool has_peer = address->peer.family == address->address.family;
    return mh_prefix_of(has_peer ? &address->peer : &address->address, address->prefix_length);
}

bool mh_address_shares(const struct mh_interface_address *of, const struct mh_address *address)
{
    bool has_peer = of->peer.family == of->address.family;
    const struct mh_prefix subnet = {has_peer ? of->peer : of->address, of->prefix_length};
    return mh_prefix_contains(&subnet, address);
}

static bool collect_covers(struct mh_cover_list *list, const struct mh_snapshot *snapshot,
                           enum mh_family family)
{
    list->covers = calloc(snapshot->address_count + 1, sizeof *list->covers);
    if (list->covers == NULL)
        return false;
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *address = &snapshot->addresses[i];
        struct mh_prefix prefix = mh_address_prefix(address);
        if (address->address.family != family || prefix.length == 0 ||
            prefix.length == mh_family_bits(family))
            continue;
        list->covers[list->count++] = (struct mh_cover){address->interface, prefix};
        list->lengths[prefix.length] = true;
    }
    qsort(list->covers, list->count, sizeof *list->covers, compare_covers);
    return true;
}

static bool collect_tables(struct mh_cover_list *list, enum mh_family family)
{
    size_t capacity = 0;
    uint32_t id = 0;
    while (list->routes != NULL && mh_route_table_next_id(list->routes, family, id, &id)) {
        if (list->table_count == capacity) {
            capacity = capacity == 0 ? 8 : 2 * capacity;
            uint32_t *grown = realloc(list->tables, capacity * sizeof *grown);
            if (grown == NULL)
                return false;
            list->tables = grown;
        }
        list->tables[list->table_count++] = id;
        if (id++ == UINT32_MAX)
            break;
    }
    return true;
}

bool mh_cover_list_init(struct mh_cover_list *list, const struct mh_snapshot *snapshot,
                        const struct mh_route_table *routes, enum mh_family family)
{
    *list = (struct mh_cover_list){.routes = routes};
    return collect_covers(list, snapshot, family) && collect_tables(list, family);
}

void mh_cover_list_clear(struct mh_cover_list *list)
{
    free(list->covers);
    free(list->tables);
    *list = (struct mh_cover_list){0};
}

static bool covered_by_sibling(const struct mh_cover_list *list, struct mh_counted *counted)
{
    const struct mh_address *address = &counted->address->address;
    for (unsigned length = mh_family_bits((enum mh_family)address->family) - 1; length > 0; length--) {
        if (!list->lengths[length])
            continue;
        struct mh_cover key = {counted->interface->index, mh_prefix_of(address, length)};
        if (bsearch(&key, list->covers, list->count, sizeof key, compare_covers) == NULL)
            continue;
        counted->subnet = key.prefix;
        counted->origin = MH_SUBNET_OF_SIBLING;
        return true;
    }
    return false;
}

static bool is_on_link(const struct mh_route *route, uint32_t interface)
{
    for (size_t i = 0; route->type == MH_ROUTE_UNICAST && i < route->next_hop_count; i++)
        if (route->next_hops[i].interface == interface &&
            route->next_hops[i].gateway.family == MH_FAMILY_NONE)
            return true;
    return false;
}

/* The length of the longest on-link prefix by the interface in one table that contains the address and is
 * longer than `beyond`; else `beyond`. */
static unsigned longest_on_link(const struct mh_cover_list *list, uint32_t table,
                                const struct mh_counted *counted, unsigned beyond)
{
    const struct mh_address *address = &counted->address->address;
    int longest = (int)mh_family_bits((enum mh_family)address->family) - 1;
    while (longest > (int)beyond) {
        mh_route_handle handle = mh_route_table_match(list->routes, table, address, longest);
        if (handle == 0)
            break;
        struct mh_route route;
        for (; handle != 0; handle = mh_route_table_sibling(list->routes, handle)) {
            mh_route_table_get(list->routes, handle, &route);
            if (route.destination.length > beyond && is_on_link(&route, counted->interface->index))
                return route.destination.length;
        }
        longest = (int)route.destination.length - 1;
    }
    return beyond;
}

static bool covered_by_route(const struct mh_cover_list *list, struct mh_counted *counted)
{
    unsigned length = 0;
    for (size_t i = 0; i < list->table_count; i++)
        length = longest_on_link(list, list->tables[i], counted, length);
    if (length == 0)
        return false;
    counted->subnet = mh_prefix_of(&counted->address->address, length);
    counted->origin = MH_SUBNET_OF_ROUTE;
    return true;
}

void mh_subnet_find(const struct mh_cover_list *list, struct mh_counted *counted)
{
    const struct mh_interface_address *address = counted->address;
    counted->subnet = mh_address_prefix(address);
    counted->origin = MH_SUBNET_OWN;
    bool has_peer = address->peer.family != MH_FAMILY_NONE;
    if (has_peer || counted->subnet.length != mh_family_bits((enum mh_family)address->address.family))
        return;
    if (!covered_by_sibling(list, counted))
        (void)covered_by_route(list, counted);
}
