#include "listing.h"

#include "fetch.h"
#include "safe_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- pages ----------------------------------------------------------------------------------------- */

static void add_parameter(struct mh_text *target, char before, const char *name, const char *value)
{
    if (value == NULL)
        return;
    mh_text_format(target, "%c%s=", before, name);
    mh_client_encode(target, value);
}

static char *target_of(const char *path, const struct mh_ctl_options *options, const char *cursor)
{
    static const char page_items[] = "1000"; /* the most that the service gives at once */
    const struct {
        const char *name, *value;
    } parameters[] = {{"limit", page_items},       {"interface", options->interface},
                      {"family", options->family}, {"table", options->table},
                      {"owner", options->owner},   {"cursor", cursor}};
    struct mh_text target = {0};
    char before = '?';
    mh_text_add(&target, path);
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        add_parameter(&target, before, parameters[i].name, parameters[i].value);
        before = parameters[i].value != NULL ? '&' : before;
    }
    return mh_text_take(&target);
}

static char *copy_cursor(const json_t *page)
{
    struct mh_text copy = {0};
    mh_text_add(&copy, mh_member_text(page, "next"));
    return mh_text_take(&copy);
}

/* One page as a reader gets it. False ends the listing: the output is closed, or memory ran out. */
struct page {
    const struct mh_text *body;
    const json_t *json;
    const json_t *items;
    bool first, last;
};
typedef bool (*page_reader)(void *context, const struct page *page);

/* cursor: of this page, NULL for the first; afterwards of the next, NULL behind the last. A cursor that
 * comes back unchanged would never end. */
static enum mh_exit take_page(struct page *page, page_reader reader, void *context, char **cursor)
{
    page->items = mh_member_array(page->json, "items");
    if (page->items == NULL)
        return mh_ctl_complain(MH_EXIT_FAILED, "the service's answer has no items");
    char *next = copy_cursor(page->json);
    if (next == NULL)
        return mh_ctl_complain(MH_EXIT_FAILED, "out of memory");
    page->first = *cursor == NULL;
    page->last = next[0] == '\0';
    bool stuck = *cursor != NULL && strcmp(*cursor, next) == 0;
    free(*cursor);
    *cursor = NULL;
    if (page->last)
        free(next);
    else
        *cursor = next;
    if (stuck)
        return mh_ctl_complain(MH_EXIT_FAILED, "the service answers the same page again and again");
    return reader(context, page) ? MH_EXIT_DONE : MH_EXIT_FAILED;
}

static enum mh_exit read_page(struct mh_ctl *ctl, const char *path, page_reader reader, void *context,
                              char **cursor)
{
    char *target = target_of(path, ctl->options, *cursor);
    if (target == NULL)
        return mh_ctl_complain(MH_EXIT_FAILED, "out of memory");
    struct mh_response response;
    json_t *json;
    enum mh_exit status = mh_fetch_json(ctl, target, &response, &json);
    free(target);
    if (status == MH_EXIT_DONE) {
        struct page page = {.body = &response.body, .json = json};
        status = take_page(&page, reader, context, cursor);
    }
    json_decref(json);
    mh_response_clear(&response);
    return status;
}

static enum mh_exit read_pages(struct mh_ctl *ctl, const char *path, page_reader reader, void *context)
{
    char *cursor = NULL;
    enum mh_exit status;
    do
        status = read_page(ctl, path, reader, context, &cursor);
    while (status == MH_EXIT_DONE && cursor != NULL);
    free(cursor);
    return status;
}

/* ---- as a table ------------------------------------------------------------------------------------ */

struct table_context {
    const struct mh_listing *listing;
    struct mh_screen *screen;
    struct mh_table *table;
    size_t rows;
};

static bool page_to_table(void *context, const struct page *page)
{
    struct table_context *target = context;
    size_t index;
    json_t *item;
    json_array_foreach(page->items, index, item) target->listing->row(target->table, item);
    target->rows += json_array_size(page->items);
    return mh_table_print(target->table, target->screen);
}

static enum mh_exit run_table(struct mh_ctl *ctl, const struct mh_listing *listing)
{
    struct table_context context = {
        .listing = listing, .screen = ctl->screen, .table = mh_table_new(listing->columns)};
    if (context.table == NULL)
        return mh_ctl_complain(MH_EXIT_FAILED, "out of memory");
    enum mh_exit status = read_pages(ctl, listing->path, page_to_table, &context);
    mh_table_free(context.table);
    if (status == MH_EXIT_DONE && context.rows == 0)
        (void)fprintf(stderr, "multihomectl: no %s\n", listing->noun);
    return status;
}

/* ---- as JSON --------------------------------------------------------------------------------------- */

static void add_value(struct mh_text *text, const struct mh_screen *screen, const json_t *value)
{
    char *dump = json_dumps(value, JSON_ENCODE_ANY);
    if (dump == NULL)
        text->failed = true;
    else if (screen->terminal)
        mh_safe_add_json(text, dump, strlen(dump));
    else
        mh_text_add(text, dump);
    free(dump);
}

/* The members of the first page but `items` and `next`, which become those of all pages. */
static void add_head(struct mh_text *text, const struct mh_screen *screen, const json_t *page)
{
    const char *name;
    json_t *value;
    mh_text_add(text, "{");
    json_object_foreach((json_t *)(uintptr_t)page, name, value)
    {
        if (strcmp(name, "items") == 0 || strcmp(name, "next") == 0)
            continue;
        json_t *key = json_string(name);
        add_value(text, screen, key);
        json_decref(key);
        mh_text_add(text, ": ");
        add_value(text, screen, value);
        mh_text_add(text, ", ");
    }
    mh_text_add(text, "\"items\": [\n");
}

struct json_context {
    struct mh_screen *screen;
    size_t printed; /* items; a page may have none and still not be the last */
};

/* Printed as they come: a listing may be larger than memory. */
static bool page_to_json(void *context, const struct page *page)
{
    struct json_context *target = context;
    if (page->first && page->last)
        return mh_print_json(target->screen, page->body, page->json) == MH_EXIT_DONE;
    struct mh_text text = {0};
    size_t index;
    json_t *item;
    if (page->first)
        add_head(&text, target->screen, page->json);
    json_array_foreach(page->items, index, item)
    {
        mh_text_add(&text, target->printed++ == 0 ? "" : ",\n");
        add_value(&text, target->screen, item);
    }
    if (page->last)
        mh_text_add(&text, "\n], \"next\": null}\n");
    return mh_screen_put(target->screen, &text);
}

enum mh_exit mh_listing_run(struct mh_ctl *ctl, const struct mh_listing *listing)
{
    struct json_context context = {.screen = ctl->screen};
    if ((ctl->options->given & MH_OPTION_JSON) != 0)
        return read_pages(ctl, listing->path, page_to_json, &context);
    return run_table(ctl, listing);
}

/* ---- for other commands ---------------------------------------------------------------------------- */

struct reader_context {
    mh_item_reader item;
    void *context;
};

static bool page_to_reader(void *context, const struct page *page)
{
    const struct reader_context *target = context;
    size_t index;
    json_t *item;
    json_array_foreach(page->items, index, item) target->item(target->context, item);
    return true;
}

enum mh_exit mh_listing_read(struct mh_ctl *ctl, const char *path, mh_item_reader item, void *context)
{
    struct reader_context target = {.item = item, .context = context};
    return read_pages(ctl, path, page_to_reader, &target);
}
