/* /v1/addresses. An address is known by its interface and itself; should it be gone when the next page is
 * asked for, its former place among the interface's addresses stands in. */
#include "api/collection.h"
#include "api/handlers/handlers.h"
#include "api/objects.h"

static struct mh_cursor cursor_of(const struct mh_snapshot *snapshot, size_t at)
{
    const struct mh_interface_address *address = &snapshot->addresses[at];
    size_t count;
    const struct mh_interface_address *first = mh_snapshot_addresses_of(snapshot, address->interface, &count);
    return (struct mh_cursor){.kind = 'a',
                              .numbers = {address->interface, (uint64_t)(address - first)},
                              .address = address->address,
                              .prefix_length = address->prefix_length};
}

/* The position behind the one that the cursor names. */
static size_t position_behind(const struct mh_snapshot *snapshot, const struct mh_cursor *cursor)
{
    size_t at = 0;
    while (at < snapshot->address_count && snapshot->addresses[at].interface < cursor->numbers[0])
        at++;
    size_t first = at, end = at;
    while (end < snapshot->address_count && snapshot->addresses[end].interface == cursor->numbers[0])
        end++;
    for (; at < end; at++) {
        const struct mh_interface_address *address = &snapshot->addresses[at];
        if (mh_address_equal(&address->address, &cursor->address) &&
            address->prefix_length == cursor->prefix_length)
            return at + 1;
    }
    return cursor->numbers[1] < end - first ? first + (size_t)cursor->numbers[1] : end;
}

static bool fits(const struct mh_page_filter *filter, const struct mh_snapshot *snapshot,
                 const struct mh_platform *platform, const struct mh_interface_address *address)
{
    return (filter->interface == 0 || filter->interface == address->interface) &&
           (filter->family == MH_FAMILY_NONE || filter->family == address->address.family) &&
           mh_page_filter_owner(filter, platform, mh_owner_of_address(snapshot->ours, address), 0);
}

MH_RENDER(mh_render_addresses)
{
    const struct mh_snapshot *snapshot = &view->snapshot;
    struct mh_page_filter filter;
    struct mh_cursor cursor;
    bool given;
    if (!mh_page_filter_read(request, snapshot, &filter, problem) ||
        !mh_page_filter_cursor(request, 'a', &given, &cursor, problem))
        return false;
    size_t count = 0, at = given ? position_behind(snapshot, &cursor) : 0;
    mh_collection_open(json, view);
    for (; at < snapshot->address_count; at++) {
        if (!fits(&filter, snapshot, request->api->sources.platform, &snapshot->addresses[at]))
            continue;
        if (count++ == filter.limit)
            break;
        mh_put_interface_address(json, snapshot, &snapshot->addresses[at]);
        if (count == filter.limit)
            cursor = cursor_of(snapshot, at);
    }
    mh_collection_close(json, count > filter.limit ? &cursor : NULL);
    return true;
}
