#include "core/ours.h"

#include <stdatomic.h>
#include <stdlib.h>

struct mh_ours {
    struct mh_ledger ledger; /* addresses and routes only; addresses are in order here, too */
    atomic_size_t references;
};

static int compare_addresses(const void *a, const void *b)
{
    const struct mh_ledger_address *left = a, *right = b;
    if (left->interface != right->interface)
        return left->interface < right->interface ? -1 : 1;
    int order = mh_address_compare(&left->address, &right->address);
    return order != 0 ? order : (int)left->prefix_length - (int)right->prefix_length;
}

static bool has_address(const struct mh_ours *ours, const struct mh_ledger_address *key)
{
    const struct mh_ledger *own = &ours->ledger;
    return own->address_count > 0 && bsearch(key, own->addresses, own->address_count, sizeof *own->addresses,
                                             compare_addresses) != NULL;
}

struct mh_ours *mh_ours_new(const struct mh_ledger *ledger)
{
    const struct mh_ledger shown = {.addresses = ledger->addresses,
                                    .address_count = ledger->address_count,
                                    .routes = ledger->routes,
                                    .route_count = ledger->route_count};
    struct mh_ours *ours = ledger->address_count + ledger->route_count > 0 ? calloc(1, sizeof *ours) : NULL;
    if (ours == NULL || mh_ledger_copy(&shown, &ours->ledger) != MH_OK) {
        free(ours);
        return NULL;
    }
    if (ours->ledger.address_count > 0)
        qsort(ours->ledger.addresses, ours->ledger.address_count, sizeof *ours->ledger.addresses,
              compare_addresses);
    atomic_init(&ours->references, 1);
    return ours;
}

struct mh_ours *mh_ours_retain(struct mh_ours *ours)
{
    if (ours != NULL)
        (void)atomic_fetch_add(&ours->references, 1);
    return ours;
}

void mh_ours_release(struct mh_ours *ours)
{
    if (ours == NULL || atomic_fetch_sub(&ours->references, 1) != 1)
        return;
    mh_ledger_clear(&ours->ledger);
    free(ours);
}

bool mh_ours_are_of(const struct mh_ours *ours, const struct mh_ledger *ledger)
{
    if (ours == NULL)
        return ledger->address_count + ledger->route_count == 0;
    const struct mh_ledger *own = &ours->ledger;
    if (own->address_count != ledger->address_count || own->route_count != ledger->route_count)
        return false;
    for (size_t i = 0; i < ledger->address_count; i++)
        if (!has_address(ours, &ledger->addresses[i]))
            return false;
    for (size_t i = 0; i < ledger->route_count; i++) /* both are in order */
        if (mh_ledger_compare_routes(&own->routes[i], &ledger->routes[i]) != 0)
            return false;
    return true;
}

enum mh_owner mh_owner_of_address(const struct mh_ours *ours, const struct mh_interface_address *address)
{
    const struct mh_ledger_address key = {.interface = address->interface,
                                          .address = address->address,
                                          .prefix_length = address->prefix_length};
    return ours != NULL && has_address(ours, &key) ? MH_OWNER_MULTIHOMED : (enum mh_owner)address->owner;
}

enum mh_owner mh_owner_of_route(const struct mh_ours *ours, const struct mh_route *route)
{
    return ours != NULL && mh_ledger_has_route(&ours->ledger, route) ? MH_OWNER_MULTIHOMED
                                                                     : (enum mh_owner)route->owner;
}
