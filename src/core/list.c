#include "core/list.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct mh_list {
    atomic_size_t references;
    size_t item_size, count, capacity;
    size_t head; /* items that were taken from the front: their room is before `items` */
    unsigned char *memory, *items;
};

struct mh_list *mh_list_new(size_t item_size)
{
    struct mh_list *list = calloc(1, sizeof *list);
    if (list == NULL)
        return NULL;
    list->item_size = item_size;
    atomic_init(&list->references, 1);
    return list;
}

struct mh_list *mh_list_retain(struct mh_list *list)
{
    atomic_fetch_add_explicit(&list->references, 1, memory_order_relaxed);
    return list;
}

void mh_list_release(struct mh_list *list)
{
    if (list == NULL || atomic_fetch_sub_explicit(&list->references, 1, memory_order_acq_rel) != 1)
        return;
    free(list->memory);
    free(list);
}

size_t mh_list_count(const struct mh_list *list)
{
    return list->count;
}

const void *mh_list_items(const struct mh_list *list)
{
    return list->items;
}

static bool make_room(struct mh_list *list, size_t capacity)
{
    if (capacity <= list->capacity - list->head)
        return true;
    if (list->head > 0)
        memmove(list->memory, list->items, list->count * list->item_size);
    list->head = 0;
    list->items = list->memory;
    if (capacity <= list->capacity)
        return true;
    size_t grown = list->capacity + list->capacity / 2 + 4;
    if (grown < capacity)
        grown = capacity;
    unsigned char *memory = realloc(list->memory, grown * list->item_size);
    if (memory == NULL)
        return false;
    list->memory = list->items = memory;
    list->capacity = grown;
    return true;
}

/* Readers may hold the list: then the writer goes on with a copy, and they keep what they have. */
static bool make_private(struct mh_list **list)
{
    if (atomic_load_explicit(&(*list)->references, memory_order_acquire) == 1)
        return true;
    struct mh_list *copy = mh_list_new((*list)->item_size);
    if (copy == NULL)
        return false;
    if (!make_room(copy, (*list)->count)) {
        mh_list_release(copy);
        return false;
    }
    copy->count = (*list)->count;
    if (copy->count > 0)
        memcpy(copy->items, (*list)->items, copy->count * copy->item_size);
    mh_list_release(*list);
    *list = copy;
    return true;
}

bool mh_list_insert(struct mh_list **list, size_t position, const void *item)
{
    if (!make_private(list) || !make_room(*list, (*list)->count + 1))
        return false;
    struct mh_list *own = *list;
    unsigned char *place = own->items + position * own->item_size;
    memmove(place + own->item_size, place, (own->count - position) * own->item_size);
    memcpy(place, item, own->item_size);
    own->count++;
    return true;
}

bool mh_list_replace(struct mh_list **list, size_t position, const void *item)
{
    if (!make_private(list))
        return false;
    memcpy((*list)->items + position * (*list)->item_size, item, (*list)->item_size);
    return true;
}

bool mh_list_remove(struct mh_list **list, size_t position)
{
    if (!make_private(list))
        return false;
    struct mh_list *own = *list;
    unsigned char *place = own->items + position * own->item_size;
    own->count--;
    if (position < own->count - position) { /* the shorter side moves */
        memmove(own->items + own->item_size, own->items, position * own->item_size);
        own->items += own->item_size;
        own->head++;
    } else {
        memmove(place, place + own->item_size, (own->count - position) * own->item_size);
    }
    return true;
}
