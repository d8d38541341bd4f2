/* An array that many readers share: counted references, immutable while shared. Retain and release from any
 * thread; everything else by the one owner. */
#ifndef MH_CORE_LIST_H
#define MH_CORE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct mh_list;

/* An empty list with one reference, or NULL when out of memory. */
struct mh_list *mh_list_new(size_t item_size);
struct mh_list *mh_list_retain(struct mh_list *list);
/* NULL is allowed. */
void mh_list_release(struct mh_list *list);

size_t mh_list_count(const struct mh_list *list);
/* The items, valid while a reference is held and the list is not written to. */
const void *mh_list_items(const struct mh_list *list);

/* Writing: makes *list private first (copying it when shared) and so may replace *list, whose reference it
 * consumes. False when out of memory; *list is then unchanged. `item` has item_size bytes. */
bool mh_list_insert(struct mh_list **list, size_t position, const void *item);
bool mh_list_replace(struct mh_list **list, size_t position, const void *item);
bool mh_list_remove(struct mh_list **list, size_t position);

#endif
