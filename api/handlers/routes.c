/* /v1/routes. The table changes while it is read: each piece holds the read lock for a bounded number of
 * routes, and the place between pieces and pages is a key. A page ends at its limit, at a number of octets,
 * or at a number of routes looked at, so that a rare filter over a million routes takes several pages instead
 * of one long request. */
#include "api/collection.h"
#include "api/handlers/handlers.h"
#include "api/objects.h"

enum {
    PIECE = 4096,              /* routes looked at while the lock is held */
    PIECE_OCTETS = 128 * 1024, /* and octets written */
    LOOKED_AT_MAX = 8 * PIECE, /* for one page */
    PAGE_OCTETS = 512 * 1024
};

struct walk {
    const struct mh_page_filter *filter;
    const struct mh_snapshot *snapshot;
    const struct mh_platform *platform;
    struct mh_json *json;
    struct mh_route_place place;
    size_t count, looked_at;
    bool more, ended;
};

/* Before the first route of a family's table. */
static struct mh_route_place place_before(enum mh_family family, uint32_t table)
{
    const uint8_t zero[16] = {0};
    const struct mh_address any = mh_address_from_bytes(family, zero);
    return (struct mh_route_place){.table = table, .destination = mh_prefix_of(&any, 0), .started = true};
}

static struct mh_route_place first_place(const struct mh_page_filter *filter)
{
    if (filter->family == MH_FAMILY_NONE && !filter->has_table)
        return (struct mh_route_place){0};
    return place_before(filter->family == MH_IPV6 ? MH_IPV6 : MH_IPV4, filter->has_table ? filter->table : 0);
}

static bool place_of_cursor(const struct mh_cursor *cursor, struct mh_route_place *place)
{
    if (cursor->numbers[0] > UINT32_MAX || cursor->numbers[1] > UINT32_MAX || cursor->numbers[2] != 0 ||
        cursor->address.family == MH_FAMILY_NONE)
        return false;
    *place = (struct mh_route_place){.table = (uint32_t)cursor->numbers[0],
                                     .ordinal = (uint32_t)cursor->numbers[1],
                                     .destination = mh_prefix_of(&cursor->address, cursor->prefix_length),
                                     .started = true};
    return true;
}

static struct mh_cursor cursor_of_place(const struct mh_route_place *place)
{
    return (struct mh_cursor){.kind = 'r',
                              .numbers = {place->table, place->ordinal},
                              .address = place->destination.address,
                              .prefix_length = place->destination.length};
}

static bool leads_to(const struct mh_route *route, uint32_t interface)
{
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (route->next_hops[i].interface == interface)
            return true;
    return false;
}

static bool fits(const struct walk *walk, const struct mh_route *route)
{
    const struct mh_page_filter *filter = walk->filter;
    return (filter->interface == 0 || leads_to(route, filter->interface)) &&
           (!filter->has_table || route->table == filter->table) &&
           mh_page_filter_owner(filter, walk->platform, mh_owner_of_route(walk->snapshot->ours, route),
                                route->protocol);
}

/* The route is beyond what the filter wants: goes on at the same table of IPv6, or ends. */
static bool leave(struct walk *walk, const struct mh_route *route)
{
    const struct mh_page_filter *filter = walk->filter;
    bool is_ipv4 = route->destination.address.family == MH_IPV4;
    if (filter->family == MH_IPV4 && !is_ipv4) {
        walk->ended = true;
        return true;
    }
    if (!filter->has_table || route->table <= filter->table)
        return false;
    if (is_ipv4 && filter->family == MH_FAMILY_NONE)
        walk->place = place_before(MH_IPV6, filter->table);
    else
        walk->ended = true;
    return true;
}

/* Looks at one route; the lock is held. */
static void step(struct walk *walk, const struct mh_route_table *table)
{
    struct mh_route_place before = walk->place;
    struct mh_route route;
    mh_route_handle handle = mh_route_table_walk(table, &walk->place);
    walk->looked_at++;
    if (handle == 0) {
        walk->ended = true;
        return;
    }
    mh_route_table_get(table, handle, &route);
    if (leave(walk, &route) || !fits(walk, &route))
        return;
    if (walk->count == walk->filter->limit) {
        walk->place = before;
        walk->more = true;
        return;
    }
    mh_put_route(walk->json, walk->snapshot, walk->platform, &route);
    walk->count++;
}

static bool is_done(const struct walk *walk)
{
    return walk->ended || walk->more || walk->looked_at >= LOOKED_AT_MAX ||
           walk->json->length > PAGE_OCTETS || walk->json->failed;
}

static void read_piece(struct walk *walk, struct mh_route_store *store)
{
    size_t octets = walk->json->length + PIECE_OCTETS, routes = walk->looked_at + PIECE;
    const struct mh_route_table *table = mh_route_store_read(store);
    while (!is_done(walk) && walk->looked_at < routes && walk->json->length < octets)
        step(walk, table);
    mh_route_store_done(store);
}

MH_RENDER(mh_render_routes)
{
    struct mh_page_filter filter;
    struct mh_cursor cursor;
    bool given;
    if (!mh_page_filter_read(request, &view->snapshot, &filter, problem) ||
        !mh_page_filter_cursor(request, 'r', &given, &cursor, problem))
        return false;
    struct walk walk = {.filter = &filter,
                        .snapshot = &view->snapshot,
                        .platform = request->api->sources.platform,
                        .json = json,
                        .place = first_place(&filter)};
    if (given && !place_of_cursor(&cursor, &walk.place))
        return mh_query_invalid(&request->query, MH_PARAMETER_CURSOR, "what \"next\" of this collection said",
                                problem);
    mh_collection_open(json, view);
    while (!is_done(&walk))
        read_piece(&walk, request->api->sources.routes);
    cursor = cursor_of_place(&walk.place);
    mh_collection_close(json, walk.ended ? NULL : &cursor);
    return true;
}
