#include "core/prediction_address.h"

#include "core/dialect_traits.h"
#include "core/effective.h"
#include "core/prediction_index.h"
#include "core/prediction_proxy.h"
#include "core/scenario_subnet.h"

#include <stdint.h>

static bool is_ipv4_on(const struct mh_interface_address *item, uint32_t interface)
{
    return item->interface == interface && item->address.family == MH_IPV4;
}

/* Asked for each pair of a thousand addresses: what differs most often is looked at first. */
bool mh_same_subnet(const struct mh_interface_address *a, const struct mh_interface_address *b)
{
    if (a->interface != b->interface || a->address.family != MH_IPV4 || b->address.family != MH_IPV4 ||
        a->prefix_length != b->prefix_length)
        return false;
    return mh_address_shares(a, b->peer.family == MH_IPV4 ? &b->peer : &b->address);
}

/* The key: IPv4 may have one address in several subnets. */
static bool is_same(const void *item, const void *wanted)
{
    const struct mh_interface_address *a = item, *b = wanted;
    return a->interface == b->interface && mh_address_equal(&a->address, &b->address) &&
           (a->address.family == MH_IPV6 || mh_same_subnet(a, b));
}

static size_t find_address(const struct mh_prediction *prediction, const struct mh_interface_address *address)
{
    size_t count;
    const struct mh_interface_address *found = mh_predicted_address_like(prediction, address, is_same);
    return found == NULL ? SIZE_MAX : (size_t)(found - mh_predicted_addresses(prediction, &count));
}

/* ---- coming ---------------------------------------------------------------------------------------- */

/* Behind those of its interface. On Linux IPv4 primaries stand before secondaries, and those before IPv6. */
static size_t place_for(const struct mh_prediction *prediction, const struct mh_interface_address *address)
{
    size_t count, i = 0;
    bool is_last = !mh_dialect_traits(prediction->dialect)->has_secondaries;
    const struct mh_interface_address *items = mh_predicted_addresses(prediction, &count);
    bool is_ipv4 = address->address.family == MH_IPV4, is_secondary = address->flags & MH_ADDRESS_SECONDARY;
    while (i < count && items[i].interface < address->interface)
        i++;
    while (i < count && is_last && items[i].interface == address->interface)
        i++;
    while (i < count && !is_last && is_ipv4_on(&items[i], address->interface) &&
           (!is_ipv4 || is_secondary || !(items[i].flags & MH_ADDRESS_SECONDARY)))
        i++;
    return i;
}

/* A family has one preferred source: the one before it is none any more. */
static bool make_room_for_source(struct mh_prediction *prediction, const struct mh_interface_address *address)
{
    size_t count;
    const struct mh_interface_address *items = mh_predicted_addresses(prediction, &count);
    for (size_t i = 0; (address->flags & MH_ADDRESS_PREFERRED_SOURCE) != 0 && i < count; i++) {
        struct mh_interface_address other = items[i];
        if (other.address.family != address->address.family ||
            (other.flags & MH_ADDRESS_PREFERRED_SOURCE) == 0)
            continue;
        other.flags &= ~(uint32_t)MH_ADDRESS_PREFERRED_SOURCE;
        if (!mh_prediction_replace_address(prediction, i, &other))
            return false;
        items = mh_predicted_addresses(prediction, &count);
    }
    return true;
}

enum mh_error mh_predict_address_add(struct mh_prediction *prediction,
                                     const struct mh_interface_address *address)
{
    if (find_address(prediction, address) != SIZE_MAX)
        return MH_EXISTS;
    struct mh_interface_address own = *address;
    own.flags &= ~(uint32_t)(MH_ADDRESS_SECONDARY | MH_ADDRESS_KNOWN_UNIQUE);
    if (prediction->dialect == MH_DIALECT_LINUX && mh_predicted_primary(prediction, &own) != NULL)
        own.flags |= MH_ADDRESS_SECONDARY;
    if (prediction->dialect == MH_DIALECT_LINUX && own.address.family == MH_IPV6 &&
        !(address->flags & MH_ADDRESS_KNOWN_UNIQUE))
        own.flags |= MH_ADDRESS_TENTATIVE; /* for a second or two (RFC 4862 5.4) */
    if (!make_room_for_source(prediction, &own))
        return MH_NO_MEMORY;
    size_t place = place_for(prediction, &own);
    return mh_prediction_insert_address(prediction, place, &own) ? MH_OK : MH_NO_MEMORY;
}

enum mh_error mh_predict_address_flags(struct mh_prediction *prediction,
                                       const struct mh_interface_address *address)
{
    size_t position = find_address(prediction, address);
    if (position == SIZE_MAX)
        return MH_NOT_FOUND;
    if (!make_room_for_source(prediction, address))
        return MH_NO_MEMORY;
    return mh_prediction_replace_address(prediction, position, address) ? MH_OK : MH_NO_MEMORY;
}

/* ---- routes that go along -------------------------------------------------------------------------- */

/* What becomes of the route at `position`. */
static bool lose_source_of(struct mh_prediction *prediction, size_t position, enum mh_source_loss loss)
{
    struct mh_route route = ((const struct mh_route *)mh_list_items(prediction->routes))[position];
    bool is_main = route.table == mh_dialect_traits(prediction->dialect)->main_table;
    route.preferred_source = (struct mh_address){0};
    if (loss == MH_SOURCE_LOSS_OF_PROPERTY)
        return mh_prediction_replace_route(prediction, position, &route);
    return (loss == MH_SOURCE_LOSS_OF_MAIN && !is_main) || mh_prediction_remove_route(prediction, position);
}

/* Linux, IPv4: the routes of the main table go, those of others keep a source that has gone
 * (net/ipv4/fib_semantics.c, fib_sync_down_addr). IPv6: routes stay, in every table, and forget the source
 * (rt6_remove_prefsrc). */
static bool lose_source(struct mh_prediction *prediction, const struct mh_address *gone)
{
    const struct mh_dialect_traits *traits = mh_dialect_traits(prediction->dialect);
    enum mh_source_loss loss = (enum mh_source_loss)traits->source_loss[gone->family == MH_IPV6];
    if (loss == MH_SOURCE_LOSS_NONE || !mh_predicted_uses_source(prediction, gone) ||
        mh_predicted_address(prediction, gone) != NULL)
        return true;
    for (size_t i = mh_list_count(prediction->routes); i > 0; i--) {
        const struct mh_route *route = (const struct mh_route *)mh_list_items(prediction->routes) + (i - 1);
        if (mh_address_equal(&route->preferred_source, gone) && !lose_source_of(prediction, i - 1, loss))
            return false;
    }
    return true;
}

/* Whether a next hop by another interface is left. */
static bool survives_without(const struct mh_route *route, uint32_t interface)
{
    bool uses = false, others = false;
    for (size_t i = 0; i < route->next_hop_count; i++) {
        uses |= route->next_hops[i].interface == interface;
        others |= route->next_hops[i].interface != interface;
    }
    return !uses || others;
}

/* The last IPv4 address has gone: so do the routes by the interface, of every table (fib_disable_ip). */
static bool lose_interface(struct mh_prediction *prediction, uint32_t interface)
{
    for (size_t i = mh_list_count(prediction->routes); i > 0; i--) {
        const struct mh_route *route = (const struct mh_route *)mh_list_items(prediction->routes) + (i - 1);
        if (route->destination.address.family == MH_IPV4 && !survives_without(route, interface) &&
            !mh_prediction_remove_route(prediction, i - 1))
            return false;
    }
    return mh_predict_neighbors_gone(prediction, interface);
}

/* ---- going ----------------------------------------------------------------------------------------- */

static bool remove_one(struct mh_prediction *prediction, size_t position)
{
    size_t count;
    struct mh_interface_address gone = mh_predicted_addresses(prediction, &count)[position];
    if (!mh_prediction_remove_address(prediction, position))
        return false;
    if (!lose_source(prediction, &gone.address))
        return false;
    return prediction->dialect != MH_DIALECT_LINUX || gone.address.family == MH_IPV6 ||
           mh_predicted_has_ipv4(prediction, gone.interface) || lose_interface(prediction, gone.interface);
}

static size_t find_secondary(const struct mh_prediction *prediction,
                             const struct mh_interface_address *primary)
{
    size_t count;
    const struct mh_interface_address *items = mh_predicted_addresses(prediction, &count);
    if (!mh_predicted_has_secondary(prediction, primary))
        return SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        if (items[i].flags & MH_ADDRESS_SECONDARY && mh_same_subnet(&items[i], primary))
            return i;
    return SIZE_MAX;
}

static bool promotes(const struct mh_prediction *prediction, uint32_t interface)
{
    struct mh_snapshot snapshot;
    int32_t value = 0;
    mh_prediction_snapshot(prediction, &snapshot);
    (void)mh_setting_effective(&snapshot, interface, MH_SETTING_PROMOTE_SECONDARIES, &value);
    mh_snapshot_clear(&snapshot);
    return value != 0;
}

/* The heir stands behind the other primaries then. */
static bool promote(struct mh_prediction *prediction, size_t position)
{
    size_t count;
    struct mh_interface_address heir = mh_predicted_addresses(prediction, &count)[position];
    heir.flags &= ~(uint32_t)MH_ADDRESS_SECONDARY;
    return mh_prediction_remove_address(prediction, position) &&
           mh_prediction_insert_address(prediction, place_for(prediction, &heir), &heir);
}

static bool remove_secondaries(struct mh_prediction *prediction, const struct mh_interface_address *primary)
{
    for (size_t at; (at = find_secondary(prediction, primary)) != SIZE_MAX;)
        if (!remove_one(prediction, at))
            return false;
    return true;
}

enum mh_error mh_predict_address_delete(struct mh_prediction *prediction,
                                        const struct mh_interface_address *address)
{
    size_t count, position = find_address(prediction, address);
    if (position == SIZE_MAX)
        return MH_NOT_FOUND;
    struct mh_interface_address gone = mh_predicted_addresses(prediction, &count)[position];
    bool leads = prediction->dialect == MH_DIALECT_LINUX && gone.address.family == MH_IPV4 &&
                 !(gone.flags & MH_ADDRESS_SECONDARY);
    if (!leads)
        return remove_one(prediction, position) ? MH_OK : MH_NO_MEMORY;
    if (mh_predicted_has_secondary(prediction, &gone) && !promotes(prediction, gone.interface) &&
        !remove_secondaries(prediction, &gone))
        return MH_NO_MEMORY;
    if (!remove_one(prediction, find_address(prediction, &gone)))
        return MH_NO_MEMORY;
    size_t heir = find_secondary(prediction, &gone);
    return heir == SIZE_MAX || promote(prediction, heir) ? MH_OK : MH_NO_MEMORY;
}
