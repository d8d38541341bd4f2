/* The API's other end: HTTP by libcurl over the UNIX socket, or over TCP with a bearer token. */
#ifndef MH_CTL_CLIENT_H
#define MH_CTL_CLIENT_H

#include "core/error.h"
#include "core/text.h"

#include <jansson.h>
#include <stdbool.h>

struct mh_client;

/* `socket` is a path; with `url` (NULL: none) requests go there, with `token` (NULL: none) as bearer.
 * All are copied. NULL when out of memory or without libcurl's help. */
struct mh_client *mh_client_new(const char *socket, const char *url, const char *token);
void mh_client_free(struct mh_client *client);

/* Text for a path segment or a query's value. */
void mh_client_encode(struct mh_text *target, const char *text);

enum mh_client_outcome {
    MH_CLIENT_ANSWERED,    /* any HTTP status */
    MH_CLIENT_UNREACHABLE, /* nobody there, or gone in the middle */
    MH_CLIENT_FAILED       /* on this side: memory, an answer beyond every measure, a URL that is none */
};

/* A request that may change something. */
struct mh_client_request {
    const char *method; /* "PUT" */
    const char *target; /* "/v1/config" */
    const char *body;   /* JSON; NULL: none */
    size_t length;
    const char *match; /* If-Match: an entity tag or "*"; NULL: none */
    long seconds;      /* to wait for the answer; 0: as long as is usual */
};

enum { MH_RESPONSE_TAG_SIZE = 128 };
struct mh_response {
    long status; /* HTTP's */
    struct mh_text body;
    char tag[MH_RESPONSE_TAG_SIZE]; /* ETag; "" when there is none, or a longer one */
    struct mh_failure failure;      /* when there was no answer */
};

/* Asks for `target` ("/v1/status"). `accept` is the media type. The caller clears the response. */
enum mh_client_outcome mh_client_get(struct mh_client *client, const char *target, const char *accept,
                                     struct mh_response *response);
/* The same for any method; takes JSON. MH_CLIENT_UNREACHABLE does not tell whether it was carried out. */
enum mh_client_outcome mh_client_send(struct mh_client *client, const struct mh_client_request *sent,
                                      struct mh_response *response);
void mh_response_clear(struct mh_response *response);

/* Called with each line of a stream, without its end. False ends the stream. */
typedef bool (*mh_line_reader)(void *context, const char *line, size_t length);

/* The same, for an answer that does not end. A status other than 200 gives the body in *response, and no
 * lines. The stream's end is MH_CLIENT_ANSWERED with status 200. */
enum mh_client_outcome mh_client_stream(struct mh_client *client, const char *target, const char *accept,
                                        mh_line_reader reader, void *context, struct mh_response *response);

/* What to tell a person about where the service was looked for: the socket's path or the URL. */
const char *mh_client_place(const struct mh_client *client);
bool mh_client_is_local(const struct mh_client *client);

#endif
