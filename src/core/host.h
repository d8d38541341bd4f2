/* The one mutable picture of the host, fed by a backend; snapshots of it are taken and shared. Routes are not
 * in it (route_table.h). One thread. */
#ifndef MH_CORE_HOST_H
#define MH_CORE_HOST_H

#include "core/feed.h"

struct mh_host;

struct mh_host *mh_host_new(void);
void mh_host_free(struct mh_host *host);

/* The feed's three steps for every section but MH_SECTION_ROUTES (MH_INVALID). Between begin and end the old
 * section stays visible. Facts are sorted as snapshot.h says. MH_GONE of something unknown is MH_OK. */
enum mh_error mh_host_begin(struct mh_host *host, enum mh_section section);
enum mh_error mh_host_fact(struct mh_host *host, const struct mh_fact *fact);
enum mh_error mh_host_end(struct mh_host *host, enum mh_section section);
/* Drops every section that was begun and not ended. */
void mh_host_abandon(struct mh_host *host);

/* True when something was written since the last call. */
bool mh_host_take_changed(struct mh_host *host);

/* A snapshot of what is there now; the caller clears it. */
void mh_host_snapshot(const struct mh_host *host, struct mh_snapshot *snapshot);

#endif
