#include "daemon/pages.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct page {
    int64_t id;
    char *text;
    size_t length;
};

struct mh_pages {
    uv_mutex_t lock;
    size_t count, capacity;
    struct page items[]; /* by id, the newest first */
};

struct mh_pages *mh_pages_new(size_t capacity)
{
    struct mh_pages *pages = calloc(1, sizeof *pages + capacity * sizeof *pages->items);
    if (pages == NULL || uv_mutex_init(&pages->lock) != 0) {
        free(pages);
        return NULL;
    }
    pages->capacity = capacity;
    return pages;
}

void mh_pages_free(struct mh_pages *pages)
{
    if (pages == NULL)
        return;
    for (size_t i = 0; i < pages->count; i++)
        free(pages->items[i].text);
    uv_mutex_destroy(&pages->lock);
    free(pages);
}

/* Where the id is, or would stand. */
static size_t place_of(const struct mh_pages *pages, int64_t id)
{
    size_t i = 0;
    while (i < pages->count && pages->items[i].id > id)
        i++;
    return i;
}

/* The oldest gives way; one that is older still is not kept. */
static bool make_room(struct mh_pages *pages, size_t place)
{
    if (place == pages->capacity)
        return false;
    if (pages->count == pages->capacity)
        free(pages->items[--pages->count].text);
    memmove(&pages->items[place + 1], &pages->items[place], (pages->count - place) * sizeof *pages->items);
    pages->items[place] = (struct page){0};
    pages->count++;
    return true;
}

void mh_pages_put(struct mh_pages *pages, int64_t id, char *text, size_t length)
{
    if (text == NULL)
        return;
    uv_mutex_lock(&pages->lock);
    size_t place = place_of(pages, id);
    bool known = place < pages->count && pages->items[place].id == id;
    char *gone = text;
    if (known || make_room(pages, place)) {
        gone = pages->items[place].text;
        pages->items[place] = (struct page){id, text, length};
    }
    uv_mutex_unlock(&pages->lock);
    free(gone);
}

char *mh_pages_copy(struct mh_pages *pages, int64_t id, size_t *length)
{
    char *copy = NULL;
    uv_mutex_lock(&pages->lock);
    size_t place = place_of(pages, id);
    if (place < pages->count && pages->items[place].id == id) {
        const struct page *page = &pages->items[place];
        copy = malloc(page->length + 1);
        if (copy != NULL) {
            memcpy(copy, page->text, page->length);
            copy[page->length] = '\0';
            *length = page->length;
        }
    }
    uv_mutex_unlock(&pages->lock);
    return copy;
}

size_t mh_pages_list(struct mh_pages *pages, int64_t below, int64_t *ids, size_t room)
{
    size_t found = 0;
    uv_mutex_lock(&pages->lock);
    for (size_t i = 0; i < pages->count && found < room; i++)
        if (pages->items[i].id < below)
            ids[found++] = pages->items[i].id;
    uv_mutex_unlock(&pages->lock);
    return found;
}
