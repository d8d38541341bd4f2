/* What readers see: an immutable view of the host with everything derived from it, replaced whole by the
 * loop. Routes are apart (route_store.h). */
#ifndef MH_DAEMON_VIEW_H
#define MH_DAEMON_VIEW_H

#include "core/config.h"
#include "core/ours.h"
#include "core/scenario.h"
#include "core/snapshot.h"

#include <stdatomic.h>

struct mh_view {
    uint64_t generation; /* 1 and up; grows by one with every published view */
    struct mh_snapshot snapshot;
    struct mh_scenario_report *scenario;
    struct mh_role_verdict *roles; /* one for each of snapshot.interfaces */
    size_t route_count[2];         /* IPv4, IPv6 */
    int64_t resync_wall;           /* when everything was last read anew, milliseconds since 1970 */
    uint64_t resync_count;         /* 1 after start */
    const char *resync_reason;     /* static: "start", "kernel data was lost", "asked for", ... */
    struct mh_ours *ours;          /* what snapshot.ours is; one reference */
    struct mh_config *config;      /* the confirmed document; one reference */
    atomic_size_t references;      /* private to view.c */
};

/* Frees a view that was not published, with everything in it. NULL is allowed. */
void mh_view_free(struct mh_view *view);

struct mh_view_slot;

struct mh_view_slot *mh_view_slot_new(void);
void mh_view_slot_free(struct mh_view_slot *slot);

/* Loop thread: puts *view there (the slot owns it now, and frees it with the last reader) and gives it a
 * generation. The view before it lives on until its readers are done. */
void mh_view_publish(struct mh_view_slot *slot, struct mh_view *view);

/* Any thread: the newest view with a reference taken, never NULL after the first publish. Give it back. */
const struct mh_view *mh_view_acquire(struct mh_view_slot *slot);
void mh_view_release(const struct mh_view *view);

/* Any thread: the newest view's generation, without waiting; 0 before the first publish. */
uint64_t mh_view_newest(const struct mh_view_slot *slot);

#endif
