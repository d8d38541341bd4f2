/* /v1/host-model, /v1/arp: what is wanted of each interface and family, and what is in effect, by interface
 * and then family. The packet filter is read for each answer about the host model, which is why that has no
 * ETag. */
#include "core/host_model.h"
#include "api/collection.h"
#include "api/handlers/handlers.h"
#include "api/objects.h"
#include "core/arp.h"

/* ---- what both have in common ---------------------------------------------------------------------- */

struct page {
    const struct mh_request *request;
    const struct mh_view *view;
    struct mh_page_filter filter;
    struct mh_json *json;
};

/* Writes the item; false: out of memory. */
typedef bool (*put_item)(const struct page *page, void *context, const struct mh_interface *interface,
                         enum mh_family family);
typedef bool (*has_item)(const struct mh_snapshot *snapshot, const struct mh_interface *interface,
                         enum mh_family family);

static bool fits(const struct page *page, has_item has, const struct mh_interface *interface,
                 enum mh_family family)
{
    return (page->filter.interface == 0 || page->filter.interface == interface->index) &&
           (page->filter.family == MH_FAMILY_NONE || page->filter.family == family) &&
           has(&page->view->snapshot, interface, family);
}

static bool stands_behind(const struct mh_interface *interface, enum mh_family family,
                          const struct mh_cursor *cursor)
{
    return interface->index > cursor->numbers[0] ||
           (interface->index == cursor->numbers[0] && (uint64_t)family > cursor->numbers[1]);
}

/* *more: there are items behind `cursor`. */
static bool put_items(const struct page *page, has_item has, put_item put, void *context,
                      struct mh_cursor *cursor, bool *more)
{
    static const enum mh_family families[] = {MH_IPV4, MH_IPV6};
    const struct mh_snapshot *snapshot = &page->view->snapshot;
    const struct mh_cursor start = *cursor;
    size_t count = 0;
    *more = false;
    for (size_t i = 0; i < 2 * snapshot->interface_count; i++) {
        const struct mh_interface *interface = &snapshot->interfaces[i / 2];
        enum mh_family family = families[i % 2];
        if (!fits(page, has, interface, family) || !stands_behind(interface, family, &start))
            continue;
        *more = count++ == page->filter.limit;
        if (*more)
            return true;
        if (!put(page, context, interface, family))
            return false;
        cursor->numbers[0] = interface->index;
        cursor->numbers[1] = (uint64_t)family;
    }
    return true;
}

static bool put_page(const struct page *page, char kind, has_item has, put_item put, void *context,
                     struct mh_problem *problem)
{
    struct mh_cursor cursor = {.kind = kind};
    bool given, more;
    if (!mh_page_filter_cursor(page->request, kind, &given, &cursor, problem))
        return false;
    mh_collection_open(page->json, page->view);
    if (!put_items(page, has, put, context, &cursor, &more))
        return mh_problem_set(problem, MH_PROBLEM_INTERNAL, "The service is out of memory.");
    mh_collection_close(page->json, more ? &cursor : NULL);
    return true;
}

static enum mh_role role_of(const struct page *page, const struct mh_interface *interface)
{
    return page->view->roles[interface - page->view->snapshot.interfaces].role;
}

static void open_item(const struct page *page, const struct mh_interface *interface, enum mh_family family)
{
    mh_json_open(page->json, '{');
    mh_json_put_string(page->json, "interface", interface->name);
    mh_json_put_string(page->json, "family", mh_family_name(family));
    mh_json_put_string(page->json, "role", mh_role_name(role_of(page, interface)));
}

/* ---- the host model -------------------------------------------------------------------------------- */

struct modelled {
    struct mh_path_host host;
    struct mh_host_modeller *modeller;
};

static bool has_host_model(const struct mh_snapshot *snapshot, const struct mh_interface *interface,
                           enum mh_family family)
{
    (void)family;
    return mh_host_model_concerns(snapshot, interface);
}

/* The routes are held for one item at a time. */
static bool put_host_model(const struct page *page, void *context, const struct mh_interface *interface,
                           enum mh_family family)
{
    struct modelled *modelled = context;
    struct mh_host_model_report report;
    struct mh_route_store *store = page->request->api->sources.routes;
    modelled->host.routes = mh_route_store_read(store);
    enum mh_error error = mh_host_model_assess(modelled->modeller, interface, family, &report);
    mh_route_store_done(store);
    if (error != MH_OK)
        return false;
    open_item(page, interface, family);
    mh_put_aspect(page->json, "receive", &report.receive, false);
    mh_put_aspect(page->json, "send", &report.send, false);
    mh_put_aspect(page->json, "reverse_path", &report.reverse_path, false);
    mh_json_close(page->json, '}');
    return true;
}

static bool put_host_models(const struct page *page, const struct mh_filter *filter, const char *unknown,
                            struct mh_problem *problem)
{
    struct modelled modelled = {.host = {.snapshot = &page->view->snapshot,
                                         .dialect = page->request->api->identity.dialect,
                                         .roles = page->view->roles,
                                         .filter = filter,
                                         .filter_unknown = unknown,
                                         .run_filter = mh_filter_run}};
    modelled.modeller = mh_host_modeller_new(&modelled.host, page->view->config);
    if (modelled.modeller == NULL)
        return mh_problem_set(problem, MH_PROBLEM_INTERNAL, "The service is out of memory.");
    bool done = put_page(page, 'h', has_host_model, put_host_model, &modelled, problem);
    mh_host_modeller_free(modelled.modeller);
    return done;
}

MH_RENDER(mh_render_host_model)
{
    struct page page = {request, view, {0}, json};
    struct mh_filter *filter = NULL;
    struct mh_failure unread = {0};
    if (!mh_page_filter_read(request, &view->snapshot, &page.filter, problem))
        return false;
    (void)mh_platform_filter(request->api->sources.platform, &filter, &unread);
    bool done = put_host_models(&page, filter, unread.detail, problem);
    mh_filter_free(filter);
    return done;
}

/* ---- ARP ------------------------------------------------------------------------------------------- */

/* Links without hardware addresses have no ARP. */
static bool has_arp(const struct mh_snapshot *snapshot, const struct mh_interface *interface,
                    enum mh_family family)
{
    return family == MH_IPV4 && interface->hardware_address_length > 0 && !interface->point_to_point &&
           mh_host_model_concerns(snapshot, interface);
}

static bool put_arp(const struct page *page, void *context, const struct mh_interface *interface,
                    enum mh_family family)
{
    struct mh_arena *memory = context;
    struct mh_arp arp;
    if (!mh_arp_assess(&page->view->snapshot, page->request->api->identity.dialect, page->view->config,
                       interface, role_of(page, interface), memory, &arp))
        return false;
    open_item(page, interface, family);
    mh_put_aspect(page->json, "reply", &arp.reply, false);
    mh_put_aspect(page->json, "announce", &arp.announce, false);
    mh_put_aspect(page->json, "filter", &arp.filter, true);
    mh_put_aspect(page->json, "proxy", &arp.proxy, true);
    mh_json_close(page->json, '}');
    return true;
}

MH_RENDER(mh_render_arp)
{
    struct page page = {request, view, {0}, json};
    if (!mh_page_filter_read(request, &view->snapshot, &page.filter, problem))
        return false;
    struct mh_arena *memory = mh_arena_new();
    if (memory == NULL)
        return mh_problem_set(problem, MH_PROBLEM_INTERNAL, "The service is out of memory.");
    bool done = put_page(&page, 'q', has_arp, put_arp, memory, problem);
    mh_arena_free(memory);
    return done;
}
