/* Keeps the host as the configuration says: it holds the confirmed document, carries changes of it out as
 * transactions, acts on members that waited for something to appear, and puts back what others undo (DESIGN
 * sections 6 and 7). Loop thread. */
#ifndef MH_DAEMON_KEEPER_H
#define MH_DAEMON_KEEPER_H

#include "daemon/edit.h"
#include "daemon/event_log.h"
#include "daemon/log.h"
#include "daemon/observer.h"
#include "daemon/pages.h"
#include "daemon/route_store.h"
#include "daemon/view.h"
#include "platform.h"

struct mh_keeper;

/* What it works on; everything outlives it. `published` is called after events were appended. */
struct mh_keeper_parts {
    struct mh_platform *platform;
    struct mh_observer *observer;
    struct mh_view_slot *views;
    struct mh_route_store *routes;
    struct mh_event_log *events;
    struct mh_pages *pages;
    const struct mh_log *log;
    struct uv_loop_s *loop;
    const char *config_path, *state_directory;
    void (*published)(void *context);
    void *context;
};

/* NULL when out of memory. */
struct mh_keeper *mh_keeper_new(const struct mh_keeper_parts *parts);
void mh_keeper_free(struct mh_keeper *keeper);

/* Before the API listens, the host read: takes back what an earlier process left unconfirmed, then makes the
 * host as the file says. What fails is logged, and the service goes on. */
void mh_keeper_start(struct mh_keeper *keeper, struct mh_config *config);
/* Gives everything back that is ours: MH_OK when nothing of it is left. Instead of mh_keeper_start's second
 * half, after recovery. */
enum mh_error mh_keeper_release(struct mh_keeper *keeper, struct mh_failure *failure);
/* What this service owns, as it is or as a transaction that goes on makes it; valid until the next change. */
const struct mh_ledger *mh_keeper_ledger(const struct mh_keeper *keeper);
/* Ends its timers; the loop's handles are closed when it has run once more. */
void mh_keeper_stop(struct mh_keeper *keeper);

/* Carries a change out and fills its answer. */
void mh_keeper_edit(struct mh_keeper *keeper, struct mh_edit *edit);

/* A view was published: what the host is may not be what it should be any more. */
void mh_keeper_look(struct mh_keeper *keeper);

#endif
