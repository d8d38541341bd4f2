/* Answers: responses with the headers that all have, counted and queued. The functions return what a handler
 * returns: false when nothing could be queued. */
#ifndef MH_API_REPLY_H
#define MH_API_REPLY_H

#include "api/request.h"

#define MH_TYPE_JSON "application/json"

/* Makes a response of `text`, which it takes over, and returns NULL when out of memory. `etag` may be NULL.
 */
struct MHD_Response *mh_reply_make(char *text, size_t length, const char *type, const char *etag);
/* Server and Cache-Control, which every response has. */
void mh_reply_decorate(struct MHD_Response *response);

/* Queues a response that stays the caller's. */
bool mh_reply_queue(struct mh_request *request, unsigned status, struct MHD_Response *response);
/* The same, and lets go of it. NULL: out of memory, a problem is sent. */
bool mh_reply_send(struct mh_request *request, unsigned status, struct MHD_Response *response);
/* 200, or 304 when the client has it already; `etag` may be NULL. The response stays the caller's. */
bool mh_reply_unless_same(struct mh_request *request, struct MHD_Response *response, const char *etag);

bool mh_reply_problem(struct mh_request *request, const struct mh_problem *problem);
/* 204 with Allow. */
bool mh_reply_options(struct mh_request *request, const char *allow);

#endif
