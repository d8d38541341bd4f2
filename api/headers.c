#include "api/headers.h"

#include <microhttpd.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct known {
    const char *name;
    size_t length, offset;
    int list; /* index into `joined` of a header that may be repeated, else -1 */
};

#define KNOWN(text, member, list)                                                                            \
    {                                                                                                        \
        text, sizeof text - 1, offsetof(struct mh_headers, member), list                                     \
    }
static const struct known known[] = {
    KNOWN("Host", host, -1),
    KNOWN("Accept", accept, 0),
    KNOWN("If-None-Match", if_none_match, 1),
    KNOWN("If-Match", if_match, 2),
    KNOWN("Origin", origin, -1),
    KNOWN("Authorization", authorization, -1),
    KNOWN("Content-Length", content_length, -1),
    KNOWN("Content-Type", content_type, -1),
    KNOWN("Transfer-Encoding", transfer_encoding, -1),
    KNOWN("Last-Event-ID", last_event_id, -1),
};

static const char **place_of(struct mh_headers *headers, const struct known *header)
{
    return (const char **)(void *)((char *)headers + header->offset);
}

/* "first, second" in a buffer of its own. */
static void join(struct mh_headers *headers, const struct known *header, const char **place,
                 const char *value)
{
    char **joined = &headers->joined[header->list];
    if (*joined == NULL) {
        *joined = calloc(1, MH_HEADER_LIST_SIZE);
        if (*joined == NULL || strlen(*place) >= MH_HEADER_LIST_SIZE) {
            headers->repeated = true;
            return;
        }
        strcpy(*joined, *place);
        *place = *joined;
    }
    size_t used = strlen(*joined);
    if (used + strlen(value) + 3 > MH_HEADER_LIST_SIZE) {
        headers->repeated = true;
        return;
    }
    memcpy(*joined + used, ", ", 2);
    strcpy(*joined + used + 2, value);
}

static enum MHD_Result note(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct mh_headers *headers = context;
    size_t length = strlen(name);
    (void)kind;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].length != length || strcasecmp(known[i].name, name) != 0)
            continue;
        const char **place = place_of(headers, &known[i]);
        if (value == NULL)
            value = "";
        if (*place == NULL)
            *place = value;
        else if (known[i].list < 0)
            headers->repeated = true;
        else
            join(headers, &known[i], place, value);
        break;
    }
    return MHD_YES;
}

void mh_headers_collect(struct MHD_Connection *connection, struct mh_headers *headers)
{
    *headers = (struct mh_headers){0};
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, note, headers);
}

void mh_headers_free(struct mh_headers *headers)
{
    for (int i = 0; i < MH_HEADER_LISTS; i++)
        free(headers->joined[i]);
}
