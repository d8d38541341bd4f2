/* Ops on addresses. */
#include "apply.h"
#include "check.h"

#include <stdint.h>

static enum mh_error fail_memory(struct mh_failure *failure)
{
    return mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

static enum mh_error fail_flags(const struct sim_host *host, const struct mh_interface_address *address,
                                struct mh_failure *failure)
{
    return mh_fail(failure, MH_UNSUPPORTED, "%s cannot set these flags on an %s address",
                   host->personality->title, address->address.family == MH_IPV4 ? "IPv4" : "IPv6");
}

/* Of the addresses of a family one is the preferred source of the routing table: the last that became it. */
static bool make_only_source(struct sim_host *host, const struct mh_interface_address *address)
{
    if ((address->flags & MH_ADDRESS_PREFERRED_SOURCE) == 0)
        return true;
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ADDRESSES); i++) {
        struct mh_interface_address other = sim_addresses(host)[i];
        if (other.address.family != address->address.family ||
            (other.flags & MH_ADDRESS_PREFERRED_SOURCE) == 0 || mh_interface_address_same(&other, address))
            continue;
        other.flags &= ~(uint32_t)MH_ADDRESS_PREFERRED_SOURCE;
        if (!mh_list_replace(&host->lists[MH_SECTION_ADDRESSES], i, &other))
            return false;
    }
    return true;
}

enum mh_error sim_address_add(struct sim_host *host, const struct mh_interface_address *address,
                              struct mh_failure *failure)
{
    struct sim_refusal refusal;
    if (!sim_check_address(host, address, &refusal))
        return sim_fail(host, &refusal, failure);
    if ((address->flags & MH_ADDRESS_PREFERRED_SOURCE) != 0 && !host->personality->has_table_source)
        return fail_flags(host, address, failure);
    enum mh_error error = host->personality->add_address(host, address, &refusal);
    if (error == MH_NO_MEMORY || (error == MH_OK && !make_only_source(host, address)))
        return fail_memory(failure);
    return error == MH_OK ? MH_OK : sim_fail(host, &refusal, failure);
}

/* The prefix length and the peer are part of an address's key. */
static size_t find_address(const struct sim_host *host, const struct mh_interface_address *address)
{
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ADDRESSES); i++)
        if (mh_interface_address_same(&sim_addresses(host)[i], address))
            return i;
    return SIZE_MAX;
}

static enum mh_error find_or_fail(const struct sim_host *host, const struct mh_interface_address *address,
                                  size_t *position, struct mh_failure *failure)
{
    struct sim_refusal refusal;
    char text[MH_ADDRESS_TEXT_SIZE];
    if (sim_interface_at(host, address->interface) == NULL)
        (void)sim_refuse_because(&refusal, SIM_NO_INTERFACE, "", "", "there is no interface %u",
                                 address->interface);
    else if ((*position = find_address(host, address)) == SIZE_MAX)
        (void)sim_refuse_because(&refusal, SIM_NO_ADDRESS, "", "", "%s does not have %s/%u",
                                 sim_interface_name(host, address->interface),
                                 mh_address_format(&address->address, text), address->prefix_length);
    else
        return MH_OK;
    return sim_fail(host, &refusal, failure);
}

enum mh_error sim_address_delete(struct sim_host *host, const struct mh_interface_address *address,
                                 struct mh_failure *failure)
{
    size_t position = SIZE_MAX;
    enum mh_error error = find_or_fail(host, address, &position, failure);
    if (error != MH_OK)
        return error;
    return host->personality->remove_address(host, position) ? MH_OK : fail_memory(failure);
}

/* Flags that a person sets; the others are the system's own and are left as they are. */
enum {
    MADE_BY_HAND = MH_ADDRESS_DEPRECATED | MH_ADDRESS_SKIP_AS_SOURCE | MH_ADDRESS_HOME |
                   MH_ADDRESS_NO_PREFIX_ROUTE | MH_ADDRESS_PREFERRED_SOURCE
};

enum mh_error sim_address_flags(struct sim_host *host, const struct mh_interface_address *address,
                                struct mh_failure *failure)
{
    size_t position = SIZE_MAX;
    enum mh_error error = find_or_fail(host, address, &position, failure);
    if (error != MH_OK)
        return error;
    const struct sim_personality *personality = host->personality;
    struct mh_interface_address changed = sim_addresses(host)[position];
    uint32_t own = address->address.family == MH_IPV4 ? personality->flags_ipv4 : personality->flags_ipv6;
    own |= personality->has_table_source ? MH_ADDRESS_PREFERRED_SOURCE : 0U;
    if ((address->flags ^ changed.flags) & (uint32_t)MADE_BY_HAND & ~own)
        return fail_flags(host, address, failure);
    changed.flags = (changed.flags & ~own) | (address->flags & own);
    if (personality->changes_set_metric)
        changed.metric = address->metric;
    if ((address->flags ^ sim_addresses(host)[position].flags) & own & MH_ADDRESS_DEPRECATED)
        changed.preferred_lifetime = changed.flags & MH_ADDRESS_DEPRECATED ? 0 : changed.valid_lifetime;
    bool done = mh_list_replace(&host->lists[MH_SECTION_ADDRESSES], position, &changed);
    return done && make_only_source(host, address) ? MH_OK : fail_memory(failure);
}
