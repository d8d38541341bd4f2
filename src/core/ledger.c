#include "core/ledger.h"

#include <stdlib.h>
#include <string.h>

/* ---- whole ----------------------------------------------------------------------------------------- */

void mh_ledger_clear(struct mh_ledger *ledger)
{
    free(ledger->settings);
    free(ledger->addresses);
    free(ledger->labels);
    free(ledger->routes);
    *ledger = (struct mh_ledger){0};
}

/* NULL for no items, too. */
static void *copy_of(const void *items, size_t count, size_t size)
{
    void *copy = count > 0 ? malloc(count * size) : NULL;
    if (copy != NULL)
        memcpy(copy, items, count * size);
    return copy;
}

enum mh_error mh_ledger_copy(const struct mh_ledger *ledger, struct mh_ledger *copy)
{
    *copy = *ledger;
    copy->settings = copy_of(ledger->settings, ledger->setting_count, sizeof *ledger->settings);
    copy->addresses = copy_of(ledger->addresses, ledger->address_count, sizeof *ledger->addresses);
    copy->routes = copy_of(ledger->routes, ledger->route_count, sizeof *ledger->routes);
    copy->labels = copy_of(ledger->labels, ledger->label_count, sizeof *ledger->labels);
    if ((copy->settings != NULL || copy->setting_count == 0) &&
        (copy->addresses != NULL || copy->address_count == 0) &&
        (copy->labels != NULL || copy->label_count == 0) && (copy->routes != NULL || copy->route_count == 0))
        return MH_OK;
    mh_ledger_clear(copy);
    return MH_NO_MEMORY;
}

/* ---- finding --------------------------------------------------------------------------------------- */

static struct mh_ledger_setting *find_setting(const struct mh_ledger *ledger,
                                              const struct mh_setting *setting)
{
    for (size_t i = 0; i < ledger->setting_count; i++) {
        const struct mh_setting *own = &ledger->settings[i].earlier;
        if (own->interface == setting->interface && own->family == setting->family && own->id == setting->id)
            return &ledger->settings[i];
    }
    return NULL;
}

static bool is_at(const struct mh_ledger *ledger, size_t position, uint32_t interface,
                  const struct mh_address *address, uint8_t prefix_length)
{
    if (position >= ledger->address_count)
        return false;
    const struct mh_ledger_address *own = &ledger->addresses[position];
    return own->interface == interface && own->prefix_length == prefix_length &&
           mh_address_equal(&own->address, address);
}

/* Both ways from the hint; the count when it is not there. */
static size_t find_address(const struct mh_ledger *ledger, uint32_t interface,
                           const struct mh_address *address, uint8_t prefix_length)
{
    size_t count = ledger->address_count, near = ledger->hint < count ? ledger->hint : 0;
    for (size_t distance = 0; distance <= near || distance < count - near; distance++) {
        if (is_at(ledger, near + distance, interface, address, prefix_length))
            return near + distance;
        if (distance <= near && is_at(ledger, near - distance, interface, address, prefix_length))
            return near - distance;
    }
    return count;
}

/* The first whose prefix is not before this one; they are in order. */
static size_t place_of_label(const struct mh_ledger *ledger, const struct mh_prefix *prefix)
{
    size_t first = 0, end = ledger->label_count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (mh_prefix_compare(&ledger->labels[middle].prefix, prefix) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

int mh_ledger_compare_routes(const struct mh_ledger_route *a, const struct mh_ledger_route *b)
{
    if (a->interface != b->interface)
        return a->interface < b->interface ? -1 : 1;
    int order = mh_prefix_compare(&a->destination, &b->destination);
    return order != 0 ? order : mh_address_compare(&a->gateway, &b->gateway);
}

/* The first that is not before this one. */
static size_t place_of_route(const struct mh_ledger *ledger, const struct mh_ledger_route *route)
{
    size_t first = 0, end = ledger->route_count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (mh_ledger_compare_routes(&ledger->routes[middle], route) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

/* The count when it is not there. */
static size_t find_route(const struct mh_ledger *ledger, const struct mh_route *route)
{
    if (ledger->route_count == 0 || route->next_hop_count != 1)
        return ledger->route_count;
    const struct mh_ledger_route key = {.interface = route->next_hops[0].interface,
                                        .destination = route->destination,
                                        .gateway = route->next_hops[0].gateway};
    size_t place = place_of_route(ledger, &key);
    bool is_there =
        place < ledger->route_count && mh_ledger_compare_routes(&ledger->routes[place], &key) == 0;
    return is_there ? place : ledger->route_count;
}

bool mh_ledger_has_route(const struct mh_ledger *ledger, const struct mh_route *route)
{
    return route->owner != MH_OWNER_KERNEL && find_route(ledger, route) < ledger->route_count;
}

const struct mh_ledger_label *mh_ledger_label_of(const struct mh_ledger *ledger,
                                                 const struct mh_prefix *prefix)
{
    size_t place = place_of_label(ledger, prefix);
    return place < ledger->label_count && mh_prefix_equal(&ledger->labels[place].prefix, prefix)
               ? &ledger->labels[place]
               : NULL;
}

const struct mh_ledger_setting *mh_ledger_setting_of(const struct mh_ledger *ledger,
                                                     const struct mh_setting *setting)
{
    return find_setting(ledger, setting);
}

bool mh_ledger_has_address(const struct mh_ledger *ledger, const struct mh_interface_address *address)
{
    return find_address(ledger, address->interface, &address->address, address->prefix_length) <
           ledger->address_count;
}

/* ---- changing -------------------------------------------------------------------------------------- */

enum mh_error mh_ledger_put_setting(struct mh_ledger *ledger, const struct mh_ledger_setting *setting)
{
    struct mh_ledger_setting *own = find_setting(ledger, &setting->earlier);
    if (own == NULL) {
        own = realloc(ledger->settings, (ledger->setting_count + 1) * sizeof *own);
        if (own == NULL)
            return MH_NO_MEMORY;
        ledger->settings = own;
        own += ledger->setting_count++;
    }
    *own = *setting;
    return MH_OK;
}

enum mh_error mh_ledger_append_address(struct mh_ledger *ledger, const struct mh_ledger_address *address)
{
    struct mh_ledger_address *items = realloc(ledger->addresses, (ledger->address_count + 1) * sizeof *items);
    if (items == NULL)
        return MH_NO_MEMORY;
    items[ledger->address_count++] = *address;
    ledger->addresses = items;
    return MH_OK;
}

enum mh_error mh_ledger_put_address(struct mh_ledger *ledger, const struct mh_ledger_address *address)
{
    size_t position = find_address(ledger, address->interface, &address->address, address->prefix_length);
    if (position == ledger->address_count)
        return mh_ledger_append_address(ledger, address);
    ledger->addresses[position] = *address;
    ledger->hint = position;
    return MH_OK;
}

enum mh_error mh_ledger_put_label(struct mh_ledger *ledger, const struct mh_ledger_label *label)
{
    size_t place = place_of_label(ledger, &label->prefix);
    if (mh_ledger_label_of(ledger, &label->prefix) == NULL) {
        struct mh_ledger_label *items = realloc(ledger->labels, (ledger->label_count + 1) * sizeof *items);
        if (items == NULL)
            return MH_NO_MEMORY;
        ledger->labels = items;
        memmove(items + place + 1, items + place, (ledger->label_count++ - place) * sizeof *items);
    }
    ledger->labels[place] = *label;
    return MH_OK;
}

enum mh_error mh_ledger_put_route(struct mh_ledger *ledger, const struct mh_ledger_route *route)
{
    size_t place = place_of_route(ledger, route);
    if (place == ledger->route_count || mh_ledger_compare_routes(&ledger->routes[place], route) != 0) {
        struct mh_ledger_route *items = realloc(ledger->routes, (ledger->route_count + 1) * sizeof *items);
        if (items == NULL)
            return MH_NO_MEMORY;
        ledger->routes = items;
        memmove(items + place + 1, items + place, (ledger->route_count++ - place) * sizeof *items);
    }
    ledger->routes[place] = *route;
    return MH_OK;
}

void mh_ledger_drop_route(struct mh_ledger *ledger, const struct mh_route *route)
{
    size_t place = find_route(ledger, route);
    if (place == ledger->route_count)
        return;
    struct mh_ledger_route *own = ledger->routes + place;
    memmove(own, own + 1, (ledger->route_count-- - place - 1) * sizeof *own);
}

void mh_ledger_drop_label(struct mh_ledger *ledger, const struct mh_prefix *prefix)
{
    size_t place = place_of_label(ledger, prefix);
    struct mh_ledger_label *own = ledger->labels + place;
    if (mh_ledger_label_of(ledger, prefix) != NULL)
        memmove(own, own + 1, (ledger->label_count-- - place - 1) * sizeof *own);
}

void mh_ledger_drop_setting(struct mh_ledger *ledger, const struct mh_setting *setting)
{
    struct mh_ledger_setting *own = find_setting(ledger, setting);
    if (own != NULL)
        memmove(own, own + 1, (size_t)(ledger->settings + ledger->setting_count-- - (own + 1)) * sizeof *own);
}

void mh_ledger_drop_address(struct mh_ledger *ledger, const struct mh_interface_address *address)
{
    size_t position = find_address(ledger, address->interface, &address->address, address->prefix_length);
    if (position == ledger->address_count)
        return;
    struct mh_ledger_address *own = &ledger->addresses[position];
    memmove(own, own + 1, (ledger->address_count-- - position - 1) * sizeof *own);
    ledger->hint = position;
}
