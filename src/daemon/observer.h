/* Keeps the picture of the host: reads the platform, follows its changes, and publishes views and events.
 * Loop thread. */
#ifndef MH_DAEMON_OBSERVER_H
#define MH_DAEMON_OBSERVER_H

#include "core/config.h"
#include "daemon/event_log.h"
#include "daemon/log.h"
#include "daemon/route_store.h"
#include "daemon/view.h"
#include "platform.h"

struct mh_observer;

/* What it works on; everything outlives the observer. `published` is called after events were appended. */
struct mh_observer_parts {
    struct mh_platform *platform;
    struct mh_view_slot *views;
    struct mh_route_store *routes;
    struct mh_event_log *events;
    const struct mh_log *log;
    struct uv_loop_s *loop;
    void (*published)(void *context);
    const struct mh_ledger *(*ledger)(void *context); /* what is this service's own; may answer NULL */
    void *context;
};

struct mh_observer *mh_observer_new(const struct mh_observer_parts *parts);
void mh_observer_free(struct mh_observer *observer);

/* Begins to watch, reads everything, and publishes the first view. */
enum mh_error mh_observer_start(struct mh_observer *observer, struct mh_config *config,
                                struct mh_failure *failure);
/* Ends the watch; the loop's handles are closed when it has run once more. */
void mh_observer_stop(struct mh_observer *observer);

/* Reads everything anew and publishes. `reason` is a static sentence. */
enum mh_error mh_observer_resync(struct mh_observer *observer, const char *reason,
                                 struct mh_failure *failure);

/* Reads one section anew, of which the system does not tell every change, and publishes when it differs. */
void mh_observer_reread(struct mh_observer *observer, enum mh_section section);

/* A new configuration: derives everything anew and publishes. Takes a reference of its own. */
void mh_observer_configure(struct mh_observer *observer, struct mh_config *config);

/* Publishes when addresses or routes of the ledger are others than those of the newest view. */
void mh_observer_own(struct mh_observer *observer);

#endif
