/* A collection of the API as a table or as JSON, page by page. */
#ifndef MH_CTL_LISTING_H
#define MH_CTL_LISTING_H

#include "ctl.h"
#include "table.h"

struct mh_listing {
    const char *path; /* "/v1/routes" */
    const char *noun; /* "routes" */
    const struct mh_column *columns;
    void (*row)(struct mh_table *table, const json_t *item);
};

/* Asks with the filters of ctl->options, follows `next` to the end, and prints. */
enum mh_exit mh_listing_run(struct mh_ctl *ctl, const struct mh_listing *listing);

/* Calls `item` for each item of all pages of `path`. */
typedef void (*mh_item_reader)(void *context, const json_t *item);
enum mh_exit mh_listing_read(struct mh_ctl *ctl, const char *path, mh_item_reader item, void *context);

#endif
