/* /v1/interfaces, /v1/interfaces/{name}, /v1/capabilities. */
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

/* "arp.reply" is the member /arp/reply. */
static bool acts_on(const struct mh_capability *capability)
{
    char pointer[MH_CONFIG_WORD_SIZE];
    (void)snprintf(pointer, sizeof pointer, "/%s", capability->intent);
    for (char *at = pointer; *at != '\0'; at++)
        *at = *at == '.' ? '/' : *at;
    return mh_config_acts_on(pointer, capability->family);
}

static void put_capability(struct mh_json *json, const struct mh_capability *capability)
{
    bool both = capability->family == MH_FAMILY_NONE;
    mh_json_open(json, '{');
    mh_json_put_string(json, "intent", capability->intent);
    mh_json_put_string(json, "family", both ? NULL : mh_family_name(capability->family));
    mh_json_put_string(json, "support", mh_support_name(capability->support));
    mh_json_put_string(json, "reason", capability->reason);
    mh_json_put_boolean(json, "acts", acts_on(capability));
    mh_json_close(json, '}');
}

MH_RENDER(mh_render_capabilities)
{
    struct mh_page_filter filter;
    struct mh_cursor cursor;
    bool given;
    if (!mh_page_filter_read(request, &view->snapshot, &filter, problem) ||
        !mh_page_filter_cursor(request, 'c', &given, &cursor, problem))
        return false;
    const struct mh_capability *rows = mh_platform_capabilities(request->api->sources.platform);
    uint64_t at = 0, start = given ? cursor.numbers[0] : 0;
    size_t count = 0;
    mh_collection_open(json, view);
    for (; rows[at].intent != NULL && count <= filter.limit; at++) {
        bool fits = filter.family == MH_FAMILY_NONE || rows[at].family == MH_FAMILY_NONE ||
                    rows[at].family == filter.family;
        if (at < start || !fits)
            continue;
        if (count++ == filter.limit)
            break;
        put_capability(json, &rows[at]);
    }
    cursor = (struct mh_cursor){.kind = 'c', .numbers = {at}};
    mh_collection_close(json, count > filter.limit ? &cursor : NULL);
    return true;
}
