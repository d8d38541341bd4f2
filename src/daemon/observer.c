/* DOC: The observer stands between platform and readers. The platform feeds it facts; sections of the small
 * picture go to the host (core/host.h), routes to the route table: single changes into the shared one in
 * place, a whole reading into a fresh one that replaces the shared one when it is complete. What changed
 * since the last view is published when the platform has nothing more to say for the moment, so that a burst
 * becomes one generation. */
#include "daemon/observer.h"

#include "core/config_roles.h"
#include "core/host.h"
#include "core/route_diff.h"
#include "daemon/announcer.h"

#include <stdlib.h>
#include <uv.h>

enum {
    READS_A_TURN = 16,            /* read_changes calls before the loop serves others */
    RESYNC_TRIES = 3,             /* a reading that the kernel spoils is begun anew */
    RESYNC_PAUSE = 200,           /* milliseconds until the next attempt after that, */
    RESYNC_PAUSE_LONGEST = 30000, /* which doubles with each that fails */
    DIFF_LIMIT = 65536,           /* larger tables are not compared after a reading: it would take too long */
};

struct mh_observer {
    struct mh_observer_parts parts;
    struct mh_config *config;
    struct mh_ours *ours; /* of the ledger when a view was made last */
    struct mh_host *host;
    struct mh_route_table *coming; /* filled while all routes are read; NULL otherwise */
    struct mh_route_changes changes;
    bool routes_changed;
    bool lost_touch; /* a route change did not fit: everything is to be read anew */
    bool half_read;  /* a reading failed: nothing is published until one succeeds */
    uint64_t resync_count;
    int64_t resync_wall;
    const char *resync_reason;
    uint64_t pause; /* before the next attempt to read everything; 0: the last one succeeded */
    uv_timer_t retry;
};

/* ---- the feed -------------------------------------------------------------------------------------- */

static enum mh_error begin_section(void *context, enum mh_section section)
{
    struct mh_observer *observer = context;
    if (section != MH_SECTION_ROUTES)
        return mh_host_begin(observer->host, section);
    mh_route_table_free(observer->coming);
    observer->coming = mh_route_table_new();
    return observer->coming == NULL ? MH_NO_MEMORY : MH_OK;
}

static void note_route(void *context, bool removed, const struct mh_route *route)
{
    mh_route_changes_note(context, removed, route);
}

/* Systems remove routes without a word (Linux, when an interface goes down): what a reading shows is told
 * too. */
static void note_replaced(struct mh_observer *observer)
{
    const struct mh_route_table *old = mh_route_store_read(observer->parts.routes);
    size_t larger = mh_route_table_count(old), coming = mh_route_table_count(observer->coming);
    if (coming > larger)
        larger = coming;
    if (larger <= DIFF_LIMIT)
        mh_route_table_diff(old, observer->coming, note_route, &observer->changes);
    else
        observer->changes.uncounted = true;
    mh_route_store_done(observer->parts.routes);
}

static enum mh_error end_section(void *context, enum mh_section section)
{
    struct mh_observer *observer = context;
    if (section != MH_SECTION_ROUTES)
        return mh_host_end(observer->host, section);
    if (observer->coming == NULL)
        return MH_INVALID;
    note_replaced(observer);
    mh_route_store_swap(observer->parts.routes, observer->coming);
    observer->coming = NULL;
    observer->routes_changed = true;
    return MH_OK;
}

static enum mh_error put_route(struct mh_observer *observer, const struct mh_fact *fact)
{
    struct mh_route_table *table = mh_route_store_write(observer->parts.routes);
    enum mh_error code = mh_route_table_put(table, fact->of.route, fact->change);
    mh_route_store_written(observer->parts.routes);
    if (code == MH_EXISTS)
        return MH_OK;
    if (code == MH_OK) {
        observer->routes_changed = true;
        mh_route_changes_note(&observer->changes, false, fact->of.route);
    }
    return code;
}

static enum mh_error remove_route(struct mh_observer *observer, const struct mh_fact *fact)
{
    struct mh_route_table *table = mh_route_store_write(observer->parts.routes);
    enum mh_error code = mh_route_table_remove(table, fact->of.route);
    mh_route_store_written(observer->parts.routes);
    if (code == MH_NOT_FOUND) {
        observer->lost_touch = observer->lost_touch || !fact->uncertain;
        return MH_OK;
    }
    if (code == MH_OK) {
        observer->routes_changed = true;
        mh_route_changes_note(&observer->changes, true, fact->of.route);
    }
    return code;
}

/* The routes with the fact's table, destination, metric and tos: the first, and how many. */
static size_t find_alike(const struct mh_route_table *table, const struct mh_route *route,
                         struct mh_route *first)
{
    size_t count = 0;
    mh_route_handle handle = mh_route_table_exact(table, route->table, &route->destination);
    for (; handle != 0; handle = mh_route_table_sibling(table, handle)) {
        struct mh_route found;
        mh_route_table_get(table, handle, &found);
        if (found.metric == route->metric && found.tos == route->tos && count++ == 0)
            *first = found;
    }
    return count;
}

/* Removes the one that is there, which points into the table. */
static enum mh_error remove_found(struct mh_observer *observer, const struct mh_route *found)
{
    struct mh_route route = *found;
    struct mh_next_hop hop;
    if (route.next_hop_count > 0)
        hop = route.next_hops[0];
    route.next_hops = route.next_hop_count > 0 ? &hop : NULL;
    const struct mh_fact gone = {.section = MH_SECTION_ROUTES, .change = MH_GONE, .of.route = &route};
    return remove_route(observer, &gone);
}

/* What fact->single says. This thread alone changes the table. */
static enum mh_error take_single(struct mh_observer *observer, const struct mh_fact *fact)
{
    struct mh_route found = {0};
    const struct mh_route_table *table = mh_route_store_read(observer->parts.routes);
    size_t count = find_alike(table, fact->of.route, &found);
    bool equal = count > 0 && mh_route_equal(&found, fact->of.route);
    mh_route_store_done(observer->parts.routes);
    if (count > 1 || found.next_hop_count > 1 || found.native_length > 0 ||
        (count == 1 && fact->change == MH_PRESENT && !equal))
        return MH_CONFLICT;
    enum mh_error code = MH_OK;
    if (count == 1 && (!equal || fact->change == MH_GONE))
        code = remove_found(observer, &found);
    if (code != MH_OK || fact->change == MH_GONE)
        return code;
    const struct mh_fact there = {
        .section = MH_SECTION_ROUTES, .change = MH_PRESENT, .of.route = fact->of.route};
    return put_route(observer, &there);
}

static enum mh_error take_fact(void *context, const struct mh_fact *fact)
{
    struct mh_observer *observer = context;
    if (fact->section != MH_SECTION_ROUTES)
        return mh_host_fact(observer->host, fact);
    if (observer->coming != NULL) {
        enum mh_error code = mh_route_table_put(observer->coming, fact->of.route, fact->change);
        return code == MH_EXISTS ? MH_OK : code;
    }
    if (fact->single)
        return take_single(observer, fact);
    return fact->change == MH_GONE ? remove_route(observer, fact) : put_route(observer, fact);
}

static struct mh_feed feed_of(struct mh_observer *observer)
{
    return (struct mh_feed){observer, begin_section, take_fact, end_section};
}

/* What a reading that failed left half done. */
static void abandon_reading(struct mh_observer *observer)
{
    mh_host_abandon(observer->host);
    mh_route_table_free(observer->coming);
    observer->coming = NULL;
}

/* ---- publishing ------------------------------------------------------------------------------------ */

static bool derive_roles(struct mh_view *view, const struct mh_role_source *source)
{
    size_t count = view->snapshot.interface_count;
    view->roles = calloc(count + 1, sizeof *view->roles);
    if (view->roles == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        view->roles[i] = mh_role_of(&view->snapshot, &view->snapshot.interfaces[i], source);
    return true;
}

static void derive_routes(struct mh_observer *observer, struct mh_view *view,
                          const struct mh_role_source *source)
{
    const struct mh_route_table *routes = mh_route_store_read(observer->parts.routes);
    view->route_count[0] = mh_route_table_count_of(routes, MH_IPV4);
    view->route_count[1] = mh_route_table_count_of(routes, MH_IPV6);
    view->scenario = mh_scenario_assess(&view->snapshot, routes, source);
    mh_route_store_done(observer->parts.routes);
}

static bool knows_ours(const struct mh_observer *observer)
{
    const struct mh_observer_parts *parts = &observer->parts;
    const struct mh_ledger *ledger = parts->ledger != NULL ? parts->ledger(parts->context) : NULL;
    return ledger == NULL || mh_ours_are_of(observer->ours, ledger);
}

static void learn_ours(struct mh_observer *observer)
{
    if (knows_ours(observer))
        return;
    mh_ours_release(observer->ours);
    observer->ours = mh_ours_new(observer->parts.ledger(observer->parts.context));
}

/* A view of what is there now with everything derived from it; NULL when out of memory. */
static struct mh_view *make_view(struct mh_observer *observer)
{
    struct mh_view *view = calloc(1, sizeof *view);
    if (view == NULL)
        return NULL;
    const struct mh_role_source source = mh_config_roles(observer->config);
    mh_host_snapshot(observer->host, &view->snapshot);
    view->config = mh_config_retain(observer->config);
    learn_ours(observer);
    view->snapshot.ours = view->ours = mh_ours_retain(observer->ours);
    view->resync_wall = observer->resync_wall;
    view->resync_count = observer->resync_count;
    view->resync_reason = observer->resync_reason;
    if (derive_roles(view, &source))
        derive_routes(observer, view, &source);
    if (view->scenario == NULL) {
        mh_view_free(view);
        return NULL;
    }
    return view;
}

static void publish(struct mh_observer *observer)
{
    const struct mh_observer_parts *parts = &observer->parts;
    struct mh_view *view = make_view(observer);
    if (view == NULL) {
        mh_log_write(parts->log, MH_LOG_ERROR, "out of memory: readers keep the older view");
        return;
    }
    const struct mh_view *before = mh_view_acquire(parts->views);
    mh_view_publish(parts->views, view);
    (void)mh_host_take_changed(observer->host);
    observer->routes_changed = false;
    mh_announce(parts->events, parts->platform, before, view, &observer->changes);
    observer->changes = (struct mh_route_changes){0};
    if (before != NULL)
        mh_view_release(before);
    parts->published(parts->context);
}

static void log_remarks(struct mh_observer *observer)
{
    struct mh_failure remark;
    while (mh_platform_remark(observer->parts.platform, &remark))
        mh_log_write(observer->parts.log, MH_LOG_WARNING, "%s", remark.detail);
}

/* ---- reading everything ---------------------------------------------------------------------------- */

static enum mh_error read_all(struct mh_observer *observer, struct mh_failure *failure)
{
    const struct mh_feed feed = feed_of(observer);
    enum mh_error code = MH_LOST;
    for (int i = 0; i < RESYNC_TRIES && code == MH_LOST; i++) {
        code = mh_platform_read_all(observer->parts.platform, &feed, failure);
        mh_service_progress();
        if (code != MH_OK)
            abandon_reading(observer);
    }
    return code;
}

static void announce_resync(struct mh_observer *observer)
{
    const struct mh_view *view = mh_view_acquire(observer->parts.views);
    if (view == NULL)
        return;
    mh_event_log_append(observer->parts.events, MH_EVENT_RESYNC, view->generation, observer->resync_reason,
                        NULL);
    mh_view_release(view);
    observer->parts.published(observer->parts.context);
}

static void retry_resync(uv_timer_t *timer)
{
    struct mh_observer *observer = timer->data;
    (void)mh_observer_resync(observer, observer->resync_reason, NULL);
}

enum mh_error mh_observer_resync(struct mh_observer *observer, const char *reason, struct mh_failure *failure)
{
    struct mh_failure own;
    observer->resync_reason = reason;
    observer->lost_touch = false;
    enum mh_error code = read_all(observer, &own);
    log_remarks(observer);
    observer->half_read = code != MH_OK;
    if (code != MH_OK) {
        mh_log_write(observer->parts.log, MH_LOG_ERROR, "cannot read the host: %s", own.detail);
        observer->pause = observer->pause == 0 ? RESYNC_PAUSE : observer->pause * 2;
        if (observer->pause > RESYNC_PAUSE_LONGEST)
            observer->pause = RESYNC_PAUSE_LONGEST;
        uv_timer_start(&observer->retry, retry_resync, observer->pause, 0);
        if (failure != NULL)
            *failure = own;
        return code;
    }
    observer->pause = 0;
    observer->resync_count++;
    observer->resync_wall = mh_clock_wall();
    publish(observer);
    announce_resync(observer);
    mh_log_write(observer->parts.log, MH_LOG_DEBUG, "everything was read anew: %s", reason);
    return MH_OK;
}

/* ---- following changes ----------------------------------------------------------------------------- */

static void heal(struct mh_observer *observer, enum mh_error code, const struct mh_failure *failure)
{
    if (code == MH_LOST) {
        mh_log_write(observer->parts.log, MH_LOG_INFO, "everything is read anew: %s", failure->detail);
        (void)mh_observer_resync(observer, "kernel data was lost", NULL);
    } else if (observer->lost_touch)
        (void)mh_observer_resync(observer, "a route change did not fit", NULL);
    else if (code < 0)
        mh_log_write(observer->parts.log, MH_LOG_ERROR, "cannot read changes: %s", failure->detail);
}

static void changes_wait(void *context)
{
    struct mh_observer *observer = context;
    const struct mh_feed feed = feed_of(observer);
    struct mh_failure failure = {0};
    enum mh_error code = MH_MORE;
    for (int i = 0; i < READS_A_TURN && code == MH_MORE; i++)
        code = mh_platform_read_changes(observer->parts.platform, &feed, &failure);
    log_remarks(observer);
    if (code < 0)
        abandon_reading(observer);
    heal(observer, code, &failure);
    if (!observer->half_read && (mh_host_take_changed(observer->host) || observer->routes_changed))
        publish(observer);
}

void mh_observer_reread(struct mh_observer *observer, enum mh_section section)
{
    mh_platform_doubt(observer->parts.platform, section);
    changes_wait(observer);
}

/* ---- life ------------------------------------------------------------------------------------------ */

struct mh_observer *mh_observer_new(const struct mh_observer_parts *parts)
{
    struct mh_observer *observer = calloc(1, sizeof *observer);
    struct mh_host *host = mh_host_new();
    if (observer == NULL || host == NULL) {
        mh_host_free(host);
        free(observer);
        return NULL;
    }
    observer->parts = *parts;
    observer->host = host;
    observer->resync_reason = "start";
    uv_timer_init(parts->loop, &observer->retry);
    observer->retry.data = observer;
    return observer;
}

void mh_observer_free(struct mh_observer *observer)
{
    if (observer == NULL)
        return;
    mh_route_table_free(observer->coming);
    mh_host_free(observer->host);
    mh_config_release(observer->config);
    mh_ours_release(observer->ours);
    free(observer);
}

enum mh_error mh_observer_start(struct mh_observer *observer, struct mh_config *config,
                                struct mh_failure *failure)
{
    observer->config = mh_config_retain(config);
    enum mh_error code =
        mh_platform_watch(observer->parts.platform, observer->parts.loop, changes_wait, observer, failure);
    return code == MH_OK ? mh_observer_resync(observer, "start", failure) : code;
}

void mh_observer_stop(struct mh_observer *observer)
{
    uv_close((uv_handle_t *)&observer->retry, NULL);
}

void mh_observer_configure(struct mh_observer *observer, struct mh_config *config)
{
    mh_config_release(observer->config);
    observer->config = mh_config_retain(config);
    publish(observer);
}

void mh_observer_own(struct mh_observer *observer)
{
    if (!knows_ours(observer))
        publish(observer);
}
