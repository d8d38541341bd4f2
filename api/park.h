/* Suspended requests: those that wait for the loop (a stream for its next event, a write for its outcome).
 *
 * libmicrohttpd wants a connection suspended on its own thread, resumed only while it is suspended, and
 * nothing suspended when it stops. A wake-up can come at any moment, also between the look for news and the
 * suspension: it is then remembered and the suspension does not happen. */
#ifndef MH_API_PARK_H
#define MH_API_PARK_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct MHD_Connection;

struct mh_parked {
    struct mh_parked *next, **link; /* link NULL: not in a park */
    struct MHD_Connection *connection;
    bool suspended, woken, heartbeat;
};

struct mh_park {
    uv_mutex_t lock;
    struct mh_parked *first;
    size_t count, limit;
    bool closed;
    /* Called under the lock when the count becomes, or stops being, zero; may be NULL. */
    void (*changed)(void *context, size_t count);
    void *context;
};

/* False when the system has no more locks. */
bool mh_park_init(struct mh_park *park, size_t limit);
void mh_park_destroy(struct mh_park *park);

/* The connection's thread: enters, from when on it can be woken. False when `limit` are there or the park is
 * closed. A suspended connection does not notice that its client has left: when the park is full all are
 * given a heartbeat, so that the next one finds the room of those that are gone. */
bool mh_park_enter(struct mh_park *park, struct mh_parked *parked, struct MHD_Connection *connection);
/* The connection's thread, when it is not suspended. Nothing happens when it is not there. */
void mh_park_leave(struct mh_park *park, struct mh_parked *parked);

enum mh_park_answer { MH_PARK_SUSPENDED, MH_PARK_LOOK_AGAIN, MH_PARK_CLOSED };
/* The connection's thread: suspends it, unless it was woken since the last call (*heartbeat: a heartbeat is
 * due). */
enum mh_park_answer mh_park_sleep(struct mh_park *park, struct mh_parked *parked, bool *heartbeat);

/* Any thread. */
void mh_park_wake(struct mh_park *park, struct mh_parked *parked);
void mh_park_wake_all(struct mh_park *park, bool heartbeat);
/* Wakes all; nobody sleeps here any more. */
void mh_park_close(struct mh_park *park);
size_t mh_park_count(struct mh_park *park);

#endif
