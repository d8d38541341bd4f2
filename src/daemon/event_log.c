#include "daemon/event_log.h"

#include "core/field_json.h"
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

static const char *const own_members[] = {"\"instance\"", "\"sequence\"", "\"time\"",
                                          "\"type\"",     "\"subject\"",  "\"generation\""};

/* Compact, and without a member that is the event's own. False: perhaps not. */
static bool fits(const char *detail)
{
    for (size_t i = 0; i < sizeof own_members / sizeof own_members[0]; i++)
        if (strstr(detail, own_members[i]) != NULL)
            return false;
    return strstr(detail, "\": ") == NULL && strstr(detail, ", \"") == NULL;
}

/* The event's own members win. The caller frees the text; NULL: out of memory, or `detail` is no object. */
static char *made_to_fit(const char *detail)
{
    json_t *object = json_loads(detail, 0, NULL);
    for (size_t i = 0; object != NULL && i < sizeof own_members / sizeof own_members[0]; i++)
        (void)json_object_deln(object, own_members[i] + 1, strlen(own_members[i]) - 2);
    char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text;
}

/* The members of an object's text behind those of the event. */
static void put_members(struct mh_text *text, const char *object)
{
    size_t length = strlen(object);
    while (length > 0 && object[length - 1] != '}')
        length--;
    if (object[0] != '{' || length <= 2)
        return;
    mh_json_write_comma(text);
    mh_text_add_bytes(text, object + 1, length - 2);
}

static void put_detail(struct mh_text *text, const char *detail)
{
    if (fits(detail)) {
        put_members(text, detail);
        return;
    }
    char *fitting = made_to_fit(detail);
    if (fitting != NULL)
        put_members(text, fitting);
    free(fitting);
}

static void put_string(struct mh_text *text, const char *name, const char *value)
{
    mh_json_write_name(text, name);
    mh_json_write_string(text, value, strlen(value));
}

static void put_number(struct mh_text *text, const char *name, uint64_t value)
{
    mh_json_write_name(text, name);
    mh_text_add_integer(text, (int64_t)value);
}

/* The event as one line of JSON, or NULL when out of memory. */
static char *render(const struct mh_event_log *log, uint64_t sequence, enum mh_event_type type,
                    uint64_t generation, const char *subject, const char *detail)
{
    char time[MH_TIME_TEXT_SIZE];
    struct mh_text text = {0};
    mh_text_add(&text, "{");
    put_string(&text, "instance", log->instance);
    put_number(&text, "sequence", sequence);
    put_string(&text, "time", mh_time_format(mh_clock_wall(), time));
    put_string(&text, "type", mh_event_type_name(type));
    put_string(&text, "subject", subject);
    put_number(&text, "generation", generation);
    if (detail != NULL)
        put_detail(&text, detail);
    mh_text_add(&text, "}");
    return mh_text_take(&text);
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
