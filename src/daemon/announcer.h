/* Turns what changed between two views into events. Loop thread. */
#ifndef MH_DAEMON_ANNOUNCER_H
#define MH_DAEMON_ANNOUNCER_H

#include "daemon/event_log.h"
#include "daemon/view.h"
#include "platform.h"

/* Route changes since the last view: all are counted, the first few are told one by one. */
enum { MH_ROUTE_CHANGES_TOLD = 16 };

struct mh_route_change {
    bool removed;
    struct mh_route route;  /* without its next hops */
    struct mh_next_hop hop; /* the first of them */
};

struct mh_route_changes {
    size_t added, removed;
    bool uncounted; /* everything was read anew, and there is too much to compare */
    size_t told;
    struct mh_route_change items[MH_ROUTE_CHANGES_TOLD];
};

void mh_route_changes_note(struct mh_route_changes *changes, bool removed, const struct mh_route *route);

/* Appends events for every difference. `before` may be NULL (the first view): nothing is told then. */
void mh_announce(struct mh_event_log *log, const struct mh_platform *platform, const struct mh_view *before,
                 const struct mh_view *after, const struct mh_route_changes *routes);

#endif
