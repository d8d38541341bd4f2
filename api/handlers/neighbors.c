/* /v1/neighbors, in the order of the snapshot: interface, proxy or not, address. */
#include "api/collection.h"
#include "api/handlers/handlers.h"
#include "api/objects.h"

static struct mh_cursor cursor_of(const struct mh_neighbor *neighbor)
{
    return (struct mh_cursor){
        .kind = 'n', .numbers = {neighbor->interface, neighbor->proxy}, .address = neighbor->address};
}

static bool stands_behind(const struct mh_neighbor *neighbor, const struct mh_cursor *cursor)
{
    if (neighbor->interface != cursor->numbers[0])
        return neighbor->interface > cursor->numbers[0];
    if (neighbor->proxy != (cursor->numbers[1] != 0))
        return neighbor->proxy;
    return mh_address_compare(&neighbor->address, &cursor->address) > 0;
}

static bool fits(const struct mh_page_filter *filter, const struct mh_platform *platform,
                 const struct mh_neighbor *neighbor)
{
    return (filter->interface == 0 || filter->interface == neighbor->interface) &&
           (filter->family == MH_FAMILY_NONE || filter->family == neighbor->address.family) &&
           mh_page_filter_owner(filter, platform, mh_neighbor_owner(neighbor), 0);
}

MH_RENDER(mh_render_neighbors)
{
    const struct mh_snapshot *snapshot = &view->snapshot;
    struct mh_page_filter filter;
    struct mh_cursor cursor;
    bool given;
    if (!mh_page_filter_read(request, snapshot, &filter, problem) ||
        !mh_page_filter_cursor(request, 'n', &given, &cursor, problem))
        return false;
    size_t count = 0, at = 0;
    while (given && at < snapshot->neighbor_count && !stands_behind(&snapshot->neighbors[at], &cursor))
        at++;
    mh_collection_open(json, view);
    for (; at < snapshot->neighbor_count; at++) {
        if (!fits(&filter, request->api->sources.platform, &snapshot->neighbors[at]))
            continue;
        if (count++ == filter.limit)
            break;
        mh_put_neighbor(json, snapshot, &snapshot->neighbors[at]);
        cursor = cursor_of(&snapshot->neighbors[at]);
    }
    mh_collection_close(json, count > filter.limit ? &cursor : NULL);
    return true;
}
