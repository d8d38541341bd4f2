/* The request headers that this server looks at, collected in one pass. */
#ifndef MH_API_HEADERS_H
#define MH_API_HEADERS_H

#include <stdbool.h>

struct MHD_Connection;

/* Where a header may come several times its values are joined with commas, up to this length. */
enum { MH_HEADER_LIST_SIZE = 1024, MH_HEADER_LISTS = 3 };

/* NULL: not given. Values belong to the connection and live as long as the request. */
struct mh_headers {
    const char *host, *origin, *authorization, *content_length, *content_type, *transfer_encoding,
        *last_event_id;
    const char *accept, *if_none_match, *if_match; /* the one value, or `joined` */
    bool repeated;                                 /* one that must be single is not, or a list is too long */
    char *joined[MH_HEADER_LISTS];                 /* of these three; NULL when they came once */
};

/* Fills *headers; free it with mh_headers_free. */
void mh_headers_collect(struct MHD_Connection *connection, struct mh_headers *headers);
void mh_headers_free(struct mh_headers *headers);

#endif
