/* Transactions as clients see them: JSON that the loop writes when one changes, and any thread reads. The
 * newest are kept. */
#ifndef MH_DAEMON_PAGES_H
#define MH_DAEMON_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mh_pages;

/* NULL when out of memory. Keeps `capacity` pages. */
struct mh_pages *mh_pages_new(size_t capacity);
/* NULL is allowed. */
void mh_pages_free(struct mh_pages *pages);

/* Loop thread: a page of its own, or in place of the older one with this id. Takes `text` over (malloc; NULL
 * does nothing). */
void mh_pages_put(struct mh_pages *pages, int64_t id, char *text, size_t length);

/* Any thread: a copy that the caller frees; NULL when there is none, or no memory for it. */
char *mh_pages_copy(struct mh_pages *pages, int64_t id, size_t *length);
/* The ids at hand that are smaller than `below`, the newest first, at most `room`; returns how many. */
size_t mh_pages_list(struct mh_pages *pages, int64_t below, int64_t *ids, size_t room);

#endif
