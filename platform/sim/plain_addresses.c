/* Addresses that come and go where the system does nothing else with them: BSD and Windows. */
#include "derive.h"

#include <stdint.h>

/* Behind those that the interface has. */
static size_t position_behind(const struct sim_host *host, uint32_t interface)
{
    size_t i = sim_count(host, MH_SECTION_ADDRESSES);
    while (i > 0 && sim_addresses(host)[i - 1].interface > interface)
        i--;
    return i;
}

/* The same address in the same domain; link-local ones are each interface's own. */
static const struct mh_interface_address *find_same(const struct sim_host *host,
                                                    const struct mh_interface_address *address)
{
    const struct mh_interface_address *items = sim_addresses(host);
    uint32_t domain = sim_interface_at(host, address->interface)->base.domain;
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ADDRESSES); i++)
        if (mh_address_equal(&items[i].address, &address->address) &&
            sim_interface_at(host, items[i].interface)->base.domain == domain &&
            (!mh_address_is_link_local(&address->address) || items[i].interface == address->interface))
            return &items[i];
    return NULL;
}

enum mh_error sim_plain_add_address(struct sim_host *host, const struct mh_interface_address *address,
                                    struct sim_refusal *refusal)
{
    const struct mh_interface_address *same = find_same(host, address);
    if (same != NULL) {
        char text[MH_ADDRESS_TEXT_SIZE];
        (void)sim_refuse_because(refusal, SIM_ADDRESS_EXISTS, "address", "an address that is not there yet",
                                 "%s has %s already", sim_interface_name(host, same->interface),
                                 mh_address_format(&address->address, text));
        return MH_EXISTS;
    }
    size_t position = position_behind(host, address->interface);
    struct mh_interface_address own = *address;
    own.flags &= ~(uint32_t)MH_ADDRESS_KNOWN_UNIQUE;
    return mh_list_insert(&host->lists[MH_SECTION_ADDRESSES], position, &own) ? MH_OK : MH_NO_MEMORY;
}

/* Routes that were bound to the address go with it, unless the system keeps them. */
bool sim_plain_remove_address(struct sim_host *host, size_t position)
{
    struct mh_address gone = sim_addresses(host)[position].address;
    if (!mh_list_remove(&host->lists[MH_SECTION_ADDRESSES], position))
        return false;
    bool keeps =
        gone.family == MH_IPV4 ? host->personality->keeps_ipv4_routes : host->personality->keeps_ipv6_routes;
    if (keeps || sim_has_address(host, &gone))
        return true;
    for (size_t i = sim_count(host, MH_SECTION_ROUTES); i > 0; i--)
        if (mh_address_equal(&sim_routes(host)[i - 1].route.preferred_source, &gone) &&
            !sim_route_remove(&host->lists[MH_SECTION_ROUTES], i - 1))
            return false;
    return true;
}
