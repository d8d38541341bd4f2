/* Routes of the simulated host: values that own their next hops, in the order that the system made them. */
#include "sim_host.h"

#include <stdlib.h>
#include <string.h>

/* ---- order ----------------------------------------------------------------------------------------- */

static int compare_numbers(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_hop(const struct mh_next_hop *a, const struct mh_next_hop *b)
{
    int order = mh_address_compare(&a->gateway, &b->gateway);
    if (order == 0)
        order = compare_numbers(a->interface, b->interface);
    if (order == 0)
        order = compare_numbers(a->weight, b->weight);
    return order != 0 ? order : compare_numbers(a->flags, b->flags);
}

static int compare_hops(const struct mh_route *a, const struct mh_route *b)
{
    int order = compare_numbers(a->next_hop_count, b->next_hop_count);
    for (size_t i = 0; order == 0 && i < a->next_hop_count; i++)
        order = compare_hop(&a->next_hops[i], &b->next_hops[i]);
    return order;
}

int sim_route_compare(const struct mh_route *a, const struct mh_route *b)
{
    const uint32_t numbers[][2] = {
        {a->table, b->table}, {a->metric, b->metric},     {a->next_hop_id, b->next_hop_id},
        {a->tos, b->tos},     {a->type, b->type},         {a->scope, b->scope},
        {a->owner, b->owner}, {a->protocol, b->protocol}, {a->preference, b->preference},
    };
    int order = mh_prefix_compare(&a->destination, &b->destination);
    if (order == 0)
        order = mh_prefix_compare(&a->source, &b->source);
    for (size_t i = 0; order == 0 && i < sizeof numbers / sizeof numbers[0]; i++)
        order = compare_numbers(numbers[i][0], numbers[i][1]);
    if (order == 0)
        order = mh_address_compare(&a->preferred_source, &b->preferred_source);
    if (order == 0)
        order = compare_numbers(a->native_length, b->native_length);
    if (order == 0 && a->native_length > 0)
        order = memcmp(a->native, b->native, a->native_length);
    return order != 0 ? order : compare_hops(a, b);
}

/* ---- lists of routes ------------------------------------------------------------------------------- */

static struct mh_list *copy_hops(const struct mh_route *route)
{
    struct mh_list *hops = mh_list_new(sizeof(struct mh_next_hop));
    for (size_t i = 0; hops != NULL && i < route->next_hop_count; i++)
        if (!mh_list_insert(&hops, i, &route->next_hops[i])) {
            mh_list_release(hops);
            return NULL;
        }
    return hops;
}

static bool copy_native(const struct mh_route *route, struct mh_list **native)
{
    *native = route->native_length == 0 ? NULL : mh_list_new(sizeof(uint8_t));
    for (size_t i = 0; *native != NULL && i < route->native_length; i++)
        if (!mh_list_insert(native, i, &route->native[i])) {
            mh_list_release(*native);
            return false;
        }
    return *native != NULL || route->native_length == 0;
}

bool sim_route_insert(struct mh_list **routes, size_t position, const struct mh_route *route)
{
    struct sim_route own = {.route = *route, .hops = copy_hops(route)};
    if (own.hops == NULL)
        return false;
    own.route.next_hops = mh_list_items(own.hops);
    if (copy_native(route, &own.native)) {
        own.route.native = own.native == NULL ? NULL : mh_list_items(own.native);
        if (mh_list_insert(routes, position, &own))
            return true;
        mh_list_release(own.native);
    }
    mh_list_release(own.hops);
    return false;
}

bool sim_route_append(struct mh_list **routes, const struct mh_route *route)
{
    return sim_route_insert(routes, mh_list_count(*routes), route);
}

static const struct sim_route *items_of(const struct mh_list *routes)
{
    return mh_list_items(routes);
}

bool sim_route_remove(struct mh_list **routes, size_t position)
{
    struct sim_route gone = items_of(*routes)[position];
    if (!mh_list_remove(routes, position))
        return false;
    mh_list_release(gone.hops);
    mh_list_release(gone.native);
    return true;
}

void sim_routes_release(struct mh_list *routes)
{
    if (routes == NULL)
        return;
    for (size_t i = 0; i < mh_list_count(routes); i++) {
        mh_list_release(items_of(routes)[i].hops);
        mh_list_release(items_of(routes)[i].native);
    }
    mh_list_release(routes);
}

struct mh_list *sim_routes_clone(const struct mh_list *routes)
{
    struct mh_list *clone = mh_list_new(sizeof(struct sim_route));
    for (size_t i = 0; clone != NULL && i < mh_list_count(routes); i++) {
        const struct sim_route *route = &items_of(routes)[i];
        if (!mh_list_insert(&clone, i, route)) {
            sim_routes_release(clone);
            return NULL;
        }
        (void)mh_list_retain(route->hops);
        if (route->native != NULL)
            (void)mh_list_retain(route->native);
    }
    return clone;
}

/* ---- equal ones ------------------------------------------------------------------------------------ */

struct ranked {
    const struct sim_route *route;
    size_t position;
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    int order = sim_route_compare(&a->route->route, &b->route->route);
    return order != 0 ? order : (a->position > b->position) - (a->position < b->position);
}

/* Marks the positions of routes that are equal to one before them. */
static size_t mark_repeated(const struct ranked *ranked, size_t count, bool *repeated)
{
    size_t first = SIZE_MAX;
    for (size_t i = 1; i < count; i++) {
        if (sim_route_compare(&ranked[i - 1].route->route, &ranked[i].route->route) != 0)
            continue;
        repeated[ranked[i].position] = true;
        if (ranked[i].position < first)
            first = ranked[i].position;
    }
    return first;
}

static bool keep_unmarked(struct mh_list **routes, const bool *repeated)
{
    struct mh_list *kept = mh_list_new(sizeof(struct sim_route));
    for (size_t i = 0; kept != NULL && i < mh_list_count(*routes); i++)
        if (!repeated[i] && !sim_route_append(&kept, &items_of(*routes)[i].route)) {
            sim_routes_release(kept);
            return false;
        }
    if (kept == NULL)
        return false;
    sim_routes_release(*routes);
    *routes = kept;
    return true;
}

bool sim_routes_unique(struct mh_list **routes, size_t *second)
{
    size_t count = mh_list_count(*routes);
    *second = SIZE_MAX;
    if (count < 2)
        return true;
    struct ranked *ranked = calloc(count, sizeof *ranked);
    bool *repeated = calloc(count, sizeof *repeated);
    bool done = ranked != NULL && repeated != NULL;
    if (done) {
        for (size_t i = 0; i < count; i++)
            ranked[i] = (struct ranked){&items_of(*routes)[i], i};
        qsort(ranked, count, sizeof *ranked, compare_ranked);
        *second = mark_repeated(ranked, count, repeated);
        done = *second == SIZE_MAX || keep_unmarked(routes, repeated);
    }
    free(ranked);
    free(repeated);
    return done;
}

/* ---- following a change ---------------------------------------------------------------------------- */

static size_t find_equal(const struct mh_list *routes, const struct mh_route *route)
{
    for (size_t i = 0; i < mh_list_count(routes); i++)
        if (sim_route_compare(&items_of(routes)[i].route, route) == 0)
            return i;
    return SIZE_MAX;
}

/* Takes away what was derived before and is not any more. Somebody may have deleted it already. */
static bool drop_old(struct sim_host *host, const struct mh_list *before, const struct mh_list *after)
{
    struct mh_list **routes = &host->lists[MH_SECTION_ROUTES];
    for (size_t i = 0; i < mh_list_count(before); i++) {
        const struct mh_route *route = &items_of(before)[i].route;
        if (find_equal(after, route) != SIZE_MAX)
            continue;
        size_t position = find_equal(*routes, route);
        if (position != SIZE_MAX && !sim_route_remove(routes, position))
            return false;
    }
    return true;
}

static bool add_new(struct sim_host *host, const struct mh_list *before, const struct mh_list *after)
{
    struct mh_list **routes = &host->lists[MH_SECTION_ROUTES];
    for (size_t i = 0; i < mh_list_count(after); i++) {
        const struct mh_route *route = &items_of(after)[i].route;
        if (find_equal(before, route) != SIZE_MAX || find_equal(*routes, route) != SIZE_MAX)
            continue;
        if (!sim_route_append(routes, route))
            return false;
    }
    return true;
}

bool sim_routes_follow(struct sim_host *host, const struct mh_list *before)
{
    struct mh_list *after = mh_list_new(sizeof(struct sim_route));
    bool done = after != NULL && host->personality->derive(host, &after) && drop_old(host, before, after) &&
                add_new(host, before, after);
    sim_routes_release(after);
    return done;
}
