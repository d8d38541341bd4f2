/* The watch on the host file.
 *
 * The file itself is watched, so that what else happens in its directory wakes nobody. Editors replace a file
 * by a rename, or move it away and write another, and then the watch is on a file that has lost its name:
 * after every event it is put on whatever has the name now, or, while nothing has, on the directory. That is
 * a handle of its own each time: on Windows, one that was stopped still has a request under way, which libuv
 * would take for one of the next start's.
 *
 * One edit makes several events within a moment. The first of them starts a short timer, and the file is
 * looked at when it ends. Without events there is no timer. */
#define _DEFAULT_SOURCE /* uv.h needs the types of POSIX */
#include "watch.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { SETTLE_MILLISECONDS = 10, RETRY_MILLISECONDS = 1000 };

struct sim_watch {
    uv_fs_event_t *event; /* NULL: none yet */
    uv_timer_t settle;
    uv_async_t poke;
    unsigned handles; /* that are not closed yet */
    struct sim_watch_events events;
    char *file, *directory;
    const char *name; /* the file's, without directory */
    bool on_directory;
};

static void settled(uv_timer_t *timer);

/* `name` says which file of a directory. It is NULL where the system does not tell; a failed watch is a
 * reason to look, too. */
static void changed(uv_fs_event_t *event, const char *name, int events, int status)
{
    struct sim_watch *watch = event->data;
    (void)events;
    if (status == 0 && watch->on_directory && name != NULL && strcmp(name, watch->name) != 0)
        return;
    if (!uv_is_active((uv_handle_t *)&watch->settle))
        (void)uv_timer_start(&watch->settle, settled, SETTLE_MILLISECONDS, 0);
}

static void release(struct sim_watch *watch)
{
    free(watch->file);
    free(watch->directory);
    free(watch);
}

static void closed(uv_handle_t *handle)
{
    struct sim_watch *watch = handle->data;
    if (--watch->handles == 0)
        release(watch);
}

static void event_closed(uv_handle_t *handle)
{
    closed(handle);
    free(handle);
}

static void close_event(struct sim_watch *watch)
{
    if (watch->event != NULL)
        uv_close((uv_handle_t *)watch->event, event_closed);
    watch->event = NULL;
}

static int make_event(struct sim_watch *watch)
{
    uv_fs_event_t *event = malloc(sizeof *event);
    int status = event == NULL ? UV_ENOMEM : uv_fs_event_init(watch->settle.loop, event);
    if (status != 0) {
        free(event);
        return status;
    }
    event->data = watch;
    watch->event = event;
    watch->handles++;
    return 0;
}

/* Puts the watch on what has the file's name now. */
static int aim(struct sim_watch *watch)
{
    close_event(watch);
    watch->on_directory = false;
    int status = make_event(watch);
    if (status == 0)
        status = uv_fs_event_start(watch->event, changed, watch->file, 0);
    if (status != UV_ENOENT)
        return status;
    watch->on_directory = true;
    return uv_fs_event_start(watch->event, changed, watch->directory, 0);
}

/* The watch is aimed before the file is read: what comes later is seen. */
static void settled(uv_timer_t *timer)
{
    struct sim_watch *watch = timer->data;
    if (aim(watch) != 0)
        (void)uv_timer_start(&watch->settle, settled, RETRY_MILLISECONDS, 0);
    watch->events.file_changed(watch->events.context);
}

static void poked(uv_async_t *poke)
{
    struct sim_watch *watch = poke->data;
    watch->events.due(watch->events.context);
}

/* The two that stay. */
static int make_handles(struct sim_watch *watch, uv_loop_t *loop)
{
    watch->settle.data = watch->poke.data = watch;
    int status = uv_async_init(loop, &watch->poke, poked);
    if (status != 0)
        return status;
    (void)uv_timer_init(loop, &watch->settle); /* it cannot fail */
    watch->handles = 2;
    return 0;
}

static char *copy(const char *text, size_t length)
{
    char *own = malloc(length + 1);
    if (own == NULL)
        return NULL;
    memcpy(own, text, length);
    own[length] = '\0';
    return own;
}

static bool name_file(struct sim_watch *watch, const char *file)
{
    const char *slash = strrchr(file, '/');
    size_t base = slash != NULL ? (size_t)(slash - file) + 1 : 0;
    watch->file = copy(file, strlen(file));
    watch->directory = base > 0 ? copy(file, base) : copy(".", 1);
    watch->name = watch->file != NULL ? watch->file + base : NULL;
    return watch->file != NULL && watch->directory != NULL;
}

static enum mh_error fail_uv(struct mh_failure *failure, int status, const char *file)
{
    enum mh_error error = mh_fail(failure, MH_IO, "cannot watch %s: %s", file, uv_strerror(status));
    if (failure != NULL) {
        failure->native_code = -status;
        (void)snprintf(failure->native_name, sizeof failure->native_name, "%s", uv_err_name(status));
    }
    return error;
}

void sim_watch_stop(struct sim_watch *watch)
{
    if (watch == NULL)
        return;
    if (watch->handles == 0) {
        release(watch);
        return;
    }
    close_event(watch);
    uv_close((uv_handle_t *)&watch->settle, closed);
    uv_close((uv_handle_t *)&watch->poke, closed);
}

enum mh_error sim_watch_start(struct uv_loop_s *loop, const char *file, const struct sim_watch_events *events,
                              struct sim_watch **watch, struct mh_failure *failure)
{
    struct sim_watch *own = calloc(1, sizeof *own);
    if (own == NULL || !name_file(own, file)) {
        sim_watch_stop(own);
        return mh_fail(failure, MH_NO_MEMORY, "cannot watch %s: out of memory", file);
    }
    own->events = *events;
    int status = make_handles(own, loop);
    if (status == 0)
        status = aim(own);
    if (status != 0) {
        sim_watch_stop(own);
        return fail_uv(failure, status, file);
    }
    *watch = own;
    return MH_OK;
}

void sim_watch_poke(struct sim_watch *watch)
{
    if (watch != NULL)
        (void)uv_async_send(&watch->poke);
}
