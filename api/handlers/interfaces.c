/* /v1/interfaces, /v1/interfaces/{name}. */
#include "api/collection.h"
#include "api/handlers/handlers.h"
#include "api/objects.h"

MH_RENDER(mh_render_interfaces)
{
    const struct mh_snapshot *snapshot = &view->snapshot;
    struct mh_page_filter filter;
    struct mh_cursor cursor;
    bool given;
    if (!mh_page_filter_read(request, snapshot, &filter, problem) ||
        !mh_page_filter_cursor(request, 'i', &given, &cursor, problem))
        return false;
    size_t at = 0, count = 0;
    while (given && at < snapshot->interface_count && snapshot->interfaces[at].index <= cursor.numbers[0])
        at++;
    mh_collection_open(json, view);
    for (; at < snapshot->interface_count && count < filter.limit; at++, count++) {
        mh_json_open(json, '{');
        mh_put_interface_members(json, view, &snapshot->interfaces[at]);
        mh_json_close(json, '}');
        cursor = (struct mh_cursor){.kind = 'i', .numbers = {snapshot->interfaces[at].index}};
    }
    mh_collection_close(json, at < snapshot->interface_count ? &cursor : NULL);
    return true;
}

MH_RENDER(mh_render_interface_named)
{
    const struct mh_interface *interface = mh_find_interface(&view->snapshot, request->argument);
    if (interface == NULL)
        return mh_problem_set(problem, MH_PROBLEM_NOT_FOUND, "This host has no interface \"%.255s\".",
                              request->argument);
    mh_json_open(json, '{');
    mh_json_put_unsigned(json, "generation", view->generation);
    mh_put_interface_members(json, view, interface);
    mh_json_close(json, '}');
    return true;
}
