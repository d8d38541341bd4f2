/* What the collections have in common: the envelope, the filters, and finding an interface by what a user
 * wrote. */
#ifndef MH_API_COLLECTION_H
#define MH_API_COLLECTION_H

#include "api/cursor.h"
#include "api/request.h"
#include "api/words.h"
#include "daemon/view.h"

struct mh_page_filter {
    size_t limit;
    const char *cursor;    /* NULL: from the start */
    uint32_t interface;    /* 0: any */
    enum mh_family family; /* MH_FAMILY_NONE: both */
    bool has_table;
    uint32_t table;
    const char *owner; /* NULL: any */
};

/* Reads what the request gives. False, and *problem, for a wrong value or an interface that is not there. */
bool mh_page_filter_read(const struct mh_request *request, const struct mh_snapshot *snapshot,
                         struct mh_page_filter *filter, struct mh_problem *problem);
/* The cursor parsed as one of `kind`; *given is false when there is none. */
bool mh_page_filter_cursor(const struct mh_request *request, char kind, bool *given, struct mh_cursor *cursor,
                           struct mh_problem *problem);
bool mh_page_filter_owner(const struct mh_page_filter *filter, const struct mh_platform *platform,
                          enum mh_owner owner, uint8_t protocol);

/* By exact name, else "index:N", and on Windows by GUID or LUID (core/selector.h). */
const struct mh_interface *mh_find_interface(const struct mh_snapshot *snapshot, const char *word);

/* {"generation": n, "items": [ */
void mh_collection_open(struct mh_json *json, const struct mh_view *view);
/* ], "next": ...}; `next` NULL: this was the last page. */
void mh_collection_close(struct mh_json *json, const struct mh_cursor *next);

#endif
