#include "held_sockets.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const struct mh_endpoint *const *left = a, *const *right = b;
    return ((*left)->inode > (*right)->inode) - ((*left)->inode < (*right)->inode);
}

bool mh_held_sockets_begin(struct mh_held_sockets *held, struct mh_endpoint *endpoints, size_t count,
                           bool again)
{
    *held = (struct mh_held_sockets){.items = calloc(count + 1, sizeof(struct mh_endpoint *))};
    for (size_t i = 0; held->items != NULL && i < count; i++)
        if (endpoints[i].inode != 0 && (again || endpoints[i].pid == 0))
            held->items[held->count++] = &endpoints[i];
    if (held->items == NULL)
        return false;
    qsort(held->items, held->count, sizeof(struct mh_endpoint *), compare);
    held->left = held->count;
    return true;
}

size_t mh_held_sockets_find(const struct mh_held_sockets *held, uint64_t inode)
{
    size_t low = 0, high = held->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (held->items[middle]->inode < inode)
            low = middle + 1;
        else
            high = middle;
    }
    return low < held->count && held->items[low]->inode == inode ? low : held->count;
}
