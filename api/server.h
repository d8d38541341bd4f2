/* The REST API (DESIGN section 8): libmicrohttpd on a UNIX socket and, when asked for, on loopback TCP. Reads
 * are answered by its own threads from the newest view and never wait for the loop. */
#ifndef MH_API_SERVER_H
#define MH_API_SERVER_H

#include "daemon/commands.h"
#include "daemon/event_log.h"
#include "daemon/pages.h"
#include "daemon/route_store.h"
#include "daemon/view.h"
#include "platform.h"

struct mh_api;

/* What the handlers read. Everything outlives the server. */
struct mh_api_sources {
    struct mh_view_slot *views;
    struct mh_route_store *routes;
    struct mh_event_log *events;
    struct mh_commands *commands;
    struct mh_pages *pages;       /* transactions */
    struct mh_platform *platform; /* asked and told by any thread */
    /* Called on an API thread when the number of open event streams becomes, or stops being, zero, so that
     * the loop starts or stops the heartbeat. */
    void (*streams_changed)(void *context, size_t open);
    void *context;
};

/* One listener. The server owns the descriptor from the call on. */
struct mh_api_listener {
    int descriptor;
    bool local;        /* UNIX socket: rights by peer credentials; else by token */
    const char *token; /* of TCP: the bearer token; copied */
    uint16_t port;     /* of TCP: what a Host header may name */
};

/* Starts the threads that answer on one listener; mh_api_listen adds another. */
enum mh_error mh_api_open(const struct mh_api_sources *sources, const struct mh_api_listener *listener,
                          struct mh_api **api, struct mh_failure *failure);
/* Answers on one more listener, with the same streams, limits and figures. mh_api_close ends all of them. */
enum mh_error mh_api_listen(struct mh_api *api, const struct mh_api_listener *listener,
                            struct mh_failure *failure);
/* Loop thread: new events are there, or a heartbeat is due. */
void mh_api_wake_streams(struct mh_api *api, bool heartbeat);
/* Loop thread: ends streams and connections and joins the threads. Commands that are under way may be
 * answered before or after. */
void mh_api_close(struct mh_api *api);

#endif
