/* /v1/capabilities: a row for each intent, and behind it one for each interface and family where it is not
 * so. */
#include "api/collection.h"
#include "api/handlers/handlers.h"

#include <string.h>

struct page {
    const struct mh_view *view;
    struct mh_page_filter filter;
    struct mh_cursor last; /* the row, the interface or 0, the family */
    struct mh_json *json;
    bool given; /* `start`: the page begins behind it */
    struct mh_cursor start;
    size_t count;
    bool more;
};

static bool acts_on(const struct mh_capability *row)
{
    char pointer[MH_INTENT_POINTER_SIZE];
    return mh_config_acts_on(mh_capability_pointer(row, pointer), row->family);
}

static bool stands_behind(const uint64_t key[], const uint64_t start[])
{
    size_t i = 0;
    while (i + 1 < MH_CURSOR_NUMBERS && key[i] == start[i])
        i++;
    return key[i] > start[i];
}

/* False when the page is full. */
static bool put_item(struct page *page, const struct mh_capability *row, size_t number,
                     const struct mh_interface *interface, enum mh_family family,
                     const struct mh_capability_here *here)
{
    const uint64_t key[MH_CURSOR_NUMBERS] = {number, interface == NULL ? 0 : interface->index,
                                             (uint64_t)family};
    if (page->given && !stands_behind(key, page->start.numbers))
        return true;
    page->more = page->count == page->filter.limit;
    if (page->more)
        return false;
    page->count++;
    memcpy(page->last.numbers, key, sizeof key);
    mh_json_open(page->json, '{');
    mh_json_put_string(page->json, "intent", row->intent);
    mh_json_put_string(page->json, "family", family == MH_FAMILY_NONE ? NULL : mh_family_name(family));
    mh_json_put_string(page->json, "interface", interface == NULL ? NULL : interface->name);
    mh_json_put_string(page->json, "support", mh_support_name(here->support));
    mh_json_put_string(page->json, "reason", here->reason);
    mh_json_put_boolean(page->json, "acts", acts_on(row));
    mh_json_close(page->json, '}');
    return true;
}

static bool family_fits(const struct page *page, enum mh_family family)
{
    return page->filter.family == MH_FAMILY_NONE || family == MH_FAMILY_NONE || family == page->filter.family;
}

/* Where it differs on an interface. */
static bool put_exceptions(struct page *page, const struct mh_capability *row, size_t number)
{
    static const enum mh_family families[] = {MH_IPV4, MH_IPV6};
    const struct mh_snapshot *snapshot = &page->view->snapshot;
    struct mh_capability_here here;
    for (size_t i = 0; i < 2 * snapshot->interface_count; i++) {
        const struct mh_interface *interface = &snapshot->interfaces[i / 2];
        enum mh_family family = families[i % 2];
        bool wanted = page->filter.interface == 0 || page->filter.interface == interface->index;
        if (wanted && family_fits(page, family) &&
            mh_capability_of_interface(row, snapshot, interface, family, &here) &&
            !put_item(page, row, number, interface, family, &here))
            return false;
    }
    return true;
}

static bool put_row(struct page *page, const struct mh_capability *row, size_t number)
{
    struct mh_capability_here here;
    if (!family_fits(page, row->family))
        return true;
    mh_capability_of_host(row, acts_on(row), &page->view->snapshot, &here);
    return put_item(page, row, number, NULL, row->family, &here) &&
           (here.support == MH_NOT_SUPPORTED || put_exceptions(page, row, number));
}

MH_RENDER(mh_render_capabilities)
{
    struct page page = {.view = view, .json = json, .last = {.kind = 'c'}};
    if (!mh_page_filter_read(request, &view->snapshot, &page.filter, problem) ||
        !mh_page_filter_cursor(request, 'c', &page.given, &page.start, problem))
        return false;
    const struct mh_capability *rows = mh_platform_capabilities(request->api->sources.platform);
    mh_collection_open(json, view);
    for (size_t i = 0; rows[i].intent != NULL && put_row(&page, &rows[i], i); i++)
        continue;
    mh_collection_close(json, page.more ? &page.last : NULL);
    return true;
}
