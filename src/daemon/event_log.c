#include "daemon/event_log.h"

#include "core/time_text.h"
#include "platform.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct mh_event_log {
    uv_mutex_t lock;
    char instance[MH_INSTANCE_SIZE];
    uint64_t newest; /* sequence n stands in ring[n % capacity] */
    size_t capacity;
    char **ring;
};

struct mh_event_log *mh_event_log_new(const char *instance, size_t capacity)
{
    struct mh_event_log *log = calloc(1, sizeof *log);
    char **ring = calloc(capacity, sizeof *ring);
    if (log == NULL || ring == NULL || uv_mutex_init(&log->lock) != 0) {
        free(ring);
        free(log);
        return NULL;
    }
    (void)snprintf(log->instance, sizeof log->instance, "%s", instance);
    log->capacity = capacity;
    log->ring = ring;
    return log;
}

void mh_event_log_free(struct mh_event_log *log)
{
    if (log == NULL)
        return;
    for (size_t i = 0; i < log->capacity; i++)
        free(log->ring[i]);
    free(log->ring);
    uv_mutex_destroy(&log->lock);
    free(log);
}

const char *mh_event_log_instance(const struct mh_event_log *log)
{
    return log->instance;
}

const char *mh_event_type_name(enum mh_event_type type)
{
#define EVENT_TEXT(name, text) text,
    static const char *const names[] = {MH_EVENT_TABLE(EVENT_TEXT)};
#undef EVENT_TEXT
    return (unsigned)type < MH_EVENT_TYPE_COUNT ? names[type] : "unknown";
}

/* The event as one line of JSON, or NULL when out of memory. */
static char *render(const struct mh_event_log *log, uint64_t sequence, enum mh_event_type type,
                    uint64_t generation, const char *subject, const char *detail)
{
    char time[MH_TIME_TEXT_SIZE];
    json_t *event =
        json_pack("{s:s, s:I, s:s, s:s, s:s, s:I}", "instance", log->instance, "sequence",
                  (json_int_t)sequence, "time", mh_time_format(mh_clock_wall(), time), "type",
                  mh_event_type_name(type), "subject", subject, "generation", (json_int_t)generation);
    json_t *more = detail == NULL ? NULL : json_loads(detail, 0, NULL);
    if (more != NULL)
        json_object_update_missing(event, more);
    char *text = json_dumps(event, JSON_COMPACT);
    json_decref(more);
    json_decref(event);
    return text;
}

void mh_event_log_append(struct mh_event_log *log, enum mh_event_type type, uint64_t generation,
                         const char *subject, const char *detail)
{
    char *text = render(log, log->newest + 1, type, generation, subject, detail);
    if (text == NULL)
        return;
    uv_mutex_lock(&log->lock);
    log->newest++;
    char **place = &log->ring[log->newest % log->capacity];
    char *before = *place;
    *place = text;
    uv_mutex_unlock(&log->lock);
    free(before);
}

uint64_t mh_event_log_newest(struct mh_event_log *log)
{
    uv_mutex_lock(&log->lock);
    uint64_t newest = log->newest;
    uv_mutex_unlock(&log->lock);
    return newest;
}

enum mh_event_read mh_event_log_read(struct mh_event_log *log, uint64_t after, uint64_t *sequence,
                                     char **text)
{
    enum mh_event_read result = MH_EVENT_FOUND;
    char *copy = NULL;
    uv_mutex_lock(&log->lock);
    if (after >= log->newest)
        result = MH_EVENT_NONE_YET;
    else if (log->newest - after > log->capacity)
        result = MH_EVENT_TOO_OLD;
    else
        copy = strdup(log->ring[(after + 1) % log->capacity]);
    uv_mutex_unlock(&log->lock);
    if (result == MH_EVENT_FOUND && copy == NULL)
        return MH_EVENT_NONE_YET;
    *text = copy;
    *sequence = after + 1;
    return result;
}
