/* /v1/events: server-sent events (HTML Living Standard section 9.2) or NDJSON, for as long as the client
 * stays.
 *
 * A stream reads the event log at its own pace and sleeps, suspended, when it has read everything. One that
 * falls behind so far that the log has dropped what comes next is ended; the client comes back and gets 410.
 */
#include "api/accept.h"
#include "api/handlers/handlers.h"
#include "api/reply.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { NDJSON, SSE, FORMATS };
enum { BLOCK = 4096 };

static const char *const types[FORMATS] = {"application/x-ndjson", "text/event-stream"};

struct stream {
    struct mh_parked parked;
    struct mh_api *api;
    uint64_t after; /* sequence of the last event that was taken from the log */
    int format;
    char *pending; /* what is to be sent, from `sent` on; NULL: nothing */
    size_t length, sent;
};

/* ---- what is sent ---------------------------------------------------------------------------------- */

static void put_sse(struct mh_json *text, const char *instance, uint64_t sequence, const char *line)
{
    json_t *event = json_loads(line, 0, NULL);
    const char *type = json_string_value(json_object_get(event, "type"));
    mh_json_raw(text, "id: %s-%" PRIu64 "\nevent: %s\ndata: %s\n", instance, sequence,
                type == NULL ? "message" : type, line);
    json_decref(event);
}

/* Makes the text pending; mh_json_take adds the line end. False when out of memory. */
static bool make_pending(struct stream *stream, struct mh_json *text)
{
    stream->pending = mh_json_take(text, &stream->length);
    stream->sent = 0;
    return stream->pending != NULL;
}

static bool take_event(struct stream *stream, uint64_t sequence, char *line)
{
    struct mh_json text;
    mh_json_init(&text);
    if (stream->format == SSE)
        put_sse(&text, mh_event_log_instance(stream->api->sources.events), sequence, line);
    else
        mh_json_raw(&text, "%s", line);
    free(line);
    stream->after = sequence;
    return make_pending(stream, &text);
}

static bool take_heartbeat(struct stream *stream)
{
    struct mh_json text;
    mh_json_init(&text);
    if (stream->format == SSE)
        mh_json_raw(&text, ": heartbeat\n");
    return make_pending(stream, &text);
}

enum supply { SUPPLY_READY, SUPPLY_LATER, SUPPLY_END };

/* Gets the next event or heartbeat, or puts the connection to sleep. */
static enum supply refill(struct stream *stream)
{
    uint64_t sequence;
    char *line;
    bool heartbeat;
    for (;;) {
        switch (mh_event_log_read(stream->api->sources.events, stream->after, &sequence, &line)) {
        case MH_EVENT_FOUND:
            return take_event(stream, sequence, line) ? SUPPLY_READY : SUPPLY_END;
        case MH_EVENT_TOO_OLD:
            return SUPPLY_END;
        case MH_EVENT_NONE_YET:
            break;
        }
        enum mh_park_answer answer = mh_park_sleep(&stream->api->streams, &stream->parked, &heartbeat);
        if (answer == MH_PARK_LOOK_AGAIN && heartbeat)
            return take_heartbeat(stream) ? SUPPLY_READY : SUPPLY_END;
        if (answer != MH_PARK_LOOK_AGAIN)
            return answer == MH_PARK_SUSPENDED ? SUPPLY_LATER : SUPPLY_END;
    }
}

static size_t copy_pending(struct stream *stream, char *buffer, size_t room)
{
    size_t left = stream->length - stream->sent;
    size_t count = left < room ? left : room;
    memcpy(buffer, stream->pending + stream->sent, count);
    stream->sent += count;
    if (stream->sent == stream->length) {
        free(stream->pending);
        stream->pending = NULL;
    }
    return count;
}

/* libmicrohttpd asks for what to send; 0 together with a suspension means: later. */
static ssize_t supply(void *context, uint64_t position, char *buffer, size_t room)
{
    struct stream *stream = context;
    (void)position;
    if (stream->pending == NULL) {
        switch (refill(stream)) {
        case SUPPLY_READY:
            break;
        case SUPPLY_LATER:
            return 0;
        case SUPPLY_END:
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
    }
    return (ssize_t)copy_pending(stream, buffer, room);
}

static void end_stream(void *context)
{
    struct stream *stream = context;
    mh_park_leave(&stream->api->streams, &stream->parked);
    free(stream->pending);
    free(stream);
}

/* ---- where it begins ------------------------------------------------------------------------------- */

/* What the client saw last: the header of a reconnecting browser goes before the parameter. */
static const char *place_given(const struct mh_request *request)
{
    const char *header = request->headers.last_event_id;
    return header != NULL && header[0] != '\0' ? header : request->query.value[MH_PARAMETER_SINCE];
}

static bool gone(struct mh_problem *problem, const char *given)
{
    (void)mh_problem_set(problem, MH_PROBLEM_EVENTS_GONE,
                         "Read the state anew and open the stream without a place to resume from.");
    return mh_problem_expected(problem, "an event of this instance that is still kept", given);
}

static bool malformed_place(struct mh_problem *problem, const struct mh_request *request, const char *given)
{
    bool by_parameter = given == request->query.value[MH_PARAMETER_SINCE];
    static const char expected[] = "INSTANCE-SEQUENCE, or the number of an event";
    if (by_parameter)
        return mh_query_invalid(&request->query, MH_PARAMETER_SINCE, expected, problem);
    (void)mh_problem_set(problem, MH_PROBLEM_MALFORMED_REQUEST, "Last-Event-ID is not valid.");
    return mh_problem_expected(problem, expected, given);
}

/* Sets *after: "INSTANCE-SEQUENCE", a bare sequence, or the newest event when nothing is given. */
static bool find_place(const struct mh_request *request, uint64_t *after, struct mh_problem *problem)
{
    struct mh_event_log *log = request->api->sources.events;
    const char *given = place_given(request), *instance = mh_event_log_instance(log);
    uint64_t newest = mh_event_log_newest(log), sequence;
    char *line;
    *after = newest;
    if (given == NULL)
        return true;
    const char *dash = strrchr(given, '-');
    if (!mh_number_parse(dash == NULL ? given : dash + 1, UINT64_MAX, after))
        return malformed_place(problem, request, given);
    size_t length = dash == NULL ? 0 : (size_t)(dash - given);
    if (dash != NULL && (length != strlen(instance) || memcmp(given, instance, length) != 0))
        return gone(problem, given);
    enum mh_event_read read = mh_event_log_read(log, *after, &sequence, &line);
    if (read == MH_EVENT_FOUND)
        free(line);
    return *after <= newest && read != MH_EVENT_TOO_OLD ? true : gone(problem, given);
}

/* ---- the response ---------------------------------------------------------------------------------- */

static bool send_stream(struct mh_request *request, struct MHD_Response *response, int format)
{
    if (response == NULL)
        return mh_reply_send(request, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL);
    mh_reply_decorate(response);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, types[format]);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT);
    return mh_reply_send(request, MHD_HTTP_OK, response);
}

static ssize_t supply_nothing(void *context, uint64_t position, char *buffer, size_t room)
{
    (void)context, (void)position, (void)buffer, (void)room;
    return MHD_CONTENT_READER_END_OF_STREAM;
}

static bool refuse_stream(struct mh_request *request, struct stream *stream)
{
    struct mh_problem problem;
    free(stream);
    (void)mh_problem_set(&problem, MH_PROBLEM_TOO_MANY_STREAMS,
                         "%d event streams are open, and no more are allowed.", (int)MH_STREAMS_MAX);
    return mh_reply_problem(request, &problem);
}

static bool open_stream(struct mh_request *request, int format, uint64_t after)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return mh_reply_send(request, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL);
    if (!mh_park_enter(&request->api->streams, &stream->parked, request->connection))
        return refuse_stream(request, stream);
    stream->api = request->api;
    stream->after = after;
    stream->format = format;
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, supply, stream, end_stream);
    if (response == NULL)
        end_stream(stream);
    return send_stream(request, response, format);
}

bool mh_serve_events(struct mh_request *request)
{
    struct mh_problem problem;
    uint64_t after;
    int format = mh_accept_pick(request->headers.accept, types, FORMATS);
    if (format < 0) {
        (void)mh_problem_set(&problem, MH_PROBLEM_NOT_ACCEPTABLE, "Events can be had in two media types.");
        (void)mh_problem_expected(&problem, "application/x-ndjson or text/event-stream",
                                  request->headers.accept);
        return mh_reply_problem(request, &problem);
    }
    if (!find_place(request, &after, &problem))
        return mh_reply_problem(request, &problem);
    if (strcmp(request->method, MHD_HTTP_METHOD_HEAD) == 0)
        return send_stream(
            request, MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, supply_nothing, NULL, NULL),
            format);
    return open_stream(request, format, after);
}
