#include "daemon/circumstances.h"

#include "core/hash.h"

#include <string.h>

/* Linux's main table, and that of systems whose tables are counted from 0. */
enum { TABLE_MAIN = 254, TABLE_FIRST = 0 };
/* Of more routes only the default ones are looked at, whenever something has changed. */
enum { ROUTES_MAX = 4096 };

/* What one thing says of itself; all zero before it is filled, as padding counts too. The sum of the hashes
 * is the same in whatever order things are listed. */
struct words {
    uint32_t numbers[4];
    struct mh_address address;
};

static uint64_t sum_of(const struct words *words)
{
    return mh_hash(words, sizeof *words);
}

static uint64_t of_interfaces(const struct mh_snapshot *snapshot)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < snapshot->interface_count; i++) {
        const struct mh_interface *interface = &snapshot->interfaces[i];
        struct words words;
        memset(&words, 0, sizeof words);
        words.numbers[0] = interface->index;
        words.numbers[1] = interface->up;
        words.numbers[2] = interface->carrier;
        sum += sum_of(&words);
    }
    return sum;
}

static uint64_t of_addresses(const struct mh_snapshot *snapshot, const struct mh_ledger *ledger)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < snapshot->address_count; i++) {
        const struct mh_interface_address *address = &snapshot->addresses[i];
        struct words words;
        if (address->owner == MH_OWNER_MULTIHOMED || mh_ledger_has_address(ledger, address))
            continue;
        memset(&words, 0, sizeof words);
        words.numbers[0] = address->interface;
        words.numbers[1] = 1U << 8 | address->prefix_length;
        words.address = address->address;
        sum += sum_of(&words);
    }
    return sum;
}

/* The kernel's own follow from addresses, and come and go with ours. */
static uint64_t of_route(const struct mh_route *route, const struct mh_ledger *ledger)
{
    uint64_t sum = 0;
    bool is_others = route->owner != MH_OWNER_MULTIHOMED && !mh_ledger_has_route(ledger, route) &&
                     (route->destination.length == 0 || route->owner != MH_OWNER_KERNEL);
    for (size_t i = 0; (i == 0 || i < route->next_hop_count) && is_others; i++) {
        const struct mh_next_hop none = {0}, *hop = route->next_hop_count > 0 ? &route->next_hops[i] : &none;
        struct words words;
        memset(&words, 0, sizeof words);
        words.numbers[0] = hop->interface;
        words.numbers[1] = 2U << 8 | route->destination.address.family;
        words.numbers[2] = route->metric;
        words.numbers[3] = route->destination.length;
        words.address = hop->gateway;
        sum += sum_of(&words) ^ mh_hash(&route->destination.address, sizeof route->destination.address);
    }
    return sum;
}

static uint64_t of_defaults_in(const struct mh_route_table *routes, uint32_t table, enum mh_family family,
                               const struct mh_ledger *ledger)
{
    const struct mh_prefix any = {.address.family = (uint8_t)family};
    mh_route_handle handle = mh_route_table_exact(routes, table, &any);
    uint64_t sum = 0;
    for (; handle != 0; handle = mh_route_table_sibling(routes, handle)) {
        struct mh_route route;
        mh_route_table_get(routes, handle, &route);
        sum += of_route(&route, ledger);
    }
    return sum;
}

static uint64_t of_defaults(const struct mh_route_table *routes, enum mh_family family,
                            const struct mh_ledger *ledger)
{
    return of_defaults_in(routes, TABLE_MAIN, family, ledger) +
           of_defaults_in(routes, TABLE_FIRST, family, ledger);
}

static uint64_t of_routes(const struct mh_route_table *routes, const struct mh_ledger *ledger)
{
    struct mh_route_place place = {0};
    struct mh_route route;
    uint64_t sum = 0;
    if (mh_route_table_count(routes) > ROUTES_MAX)
        return of_defaults(routes, MH_IPV4, ledger) + of_defaults(routes, MH_IPV6, ledger);
    for (mh_route_handle handle; (handle = mh_route_table_walk(routes, &place)) != 0;) {
        mh_route_table_get(routes, handle, &route);
        if (route.table == TABLE_MAIN || route.table == TABLE_FIRST)
            sum += of_route(&route, ledger);
    }
    return sum;
}

uint64_t mh_circumstances(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                          const struct mh_ledger *ledger)
{
    return of_interfaces(snapshot) + of_addresses(snapshot, ledger) + of_routes(routes, ledger);
}
