/* multihomectl events: the stream of changes, a line each. */
#include "commands.h"
#include "fetch.h"
#include "safe_text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_WIDTH = 17 }; /* of "interface-removed", the longest one */

/* Every line has been written out when this can come, so there is nothing left to do. */
static void end_on_interrupt(int number)
{
    (void)number;
    _Exit(MH_EXIT_DONE);
}

static bool is_common_member(const char *name)
{
    static const char *const common[] = {"instance", "sequence",   "time",    "type",
                                         "subject",  "generation", "culprit", "culprit_unknown"};
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (strcmp(name, common[i]) == 0)
            return true;
    return false;
}

/* "NetworkManager(812)", "unknown(it had ended)" */
static void add_culprit(struct mh_text *text, json_t *event, const json_t *culprit)
{
    char pid[24];
    const char *process = mh_member_text(culprit, "process");
    (void)snprintf(pid, sizeof pid, "(%lld)", (long long)json_integer_value(json_object_get(culprit, "pid")));
    mh_text_add(text, " culprit=");
    mh_safe_add(text, json_is_object(culprit) ? process : "unknown(");
    mh_safe_add(text, json_is_object(culprit) ? pid : mh_member_text(event, "culprit_unknown"));
    mh_text_add(text, json_is_object(culprit) ? "" : ")");
}

/* "mtu=1500 carrier=false" */
static void add_details(struct mh_text *text, json_t *event)
{
    const char *name;
    json_t *value;
    json_object_foreach(event, name, value)
    {
        if (strcmp(name, "culprit") == 0)
            add_culprit(text, event, value);
        if (is_common_member(name))
            continue;
        mh_text_add(text, " ");
        mh_safe_add(text, name);
        mh_text_add(text, "=");
        char *dump = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        mh_safe_add(text, json_is_string(value) ? json_string_value(value) : dump != NULL ? dump : "?");
        free(dump);
    }
}

static void add_event(const struct mh_screen *screen, struct mh_text *text, json_t *event)
{
    const char *type = mh_member_text(event, "type");
    mh_style_begin(screen, text, MH_STYLE_FAINT);
    mh_safe_add(text, mh_member_text(event, "time"));
    mh_style_end(screen, text, MH_STYLE_FAINT);
    mh_text_add(text, "  ");
    mh_style_begin(screen, text, MH_STYLE_HEADING);
    mh_safe_add(text, type);
    mh_style_end(screen, text, MH_STYLE_HEADING);
    for (size_t used = strlen(type); used < TYPE_WIDTH; used++)
        mh_text_add(text, " ");
    mh_text_add(text, "  ");
    mh_safe_add(text, mh_member_text(event, "subject"));
    add_details(text, event);
    while (text->length > 0 && text->bytes[text->length - 1] == ' ')
        text->bytes[--text->length] = '\0';
}

/* As it came; on a terminal without what could harm it. */
static void add_raw(const struct mh_screen *screen, struct mh_text *text, const char *line, size_t length)
{
    if (screen->terminal)
        mh_safe_add_json(text, line, length);
    else
        mh_text_add_bytes(text, line, length);
}

/* Empty lines are heartbeats. */
static bool read_line(void *context, const char *line, size_t length)
{
    struct mh_ctl *ctl = context;
    if (length == 0 || (length == 1 && line[0] == '\r'))
        return true;
    struct mh_text text = {0};
    json_t *event = json_loadb(line, length, 0, NULL);
    if ((ctl->options->given & MH_OPTION_JSON) != 0 || !json_is_object(event))
        add_raw(ctl->screen, &text, line, length);
    else
        add_event(ctl->screen, &text, event);
    json_decref(event);
    mh_text_add(&text, "\n");
    if (!mh_screen_put(ctl->screen, &text))
        return false;
    if (fflush(stdout) != 0)
        mh_screen_fail(ctl->screen);
    return ctl->screen->error == 0;
}

static enum mh_exit explain_end(struct mh_ctl *ctl, enum mh_client_outcome outcome,
                                const struct mh_response *response)
{
    if (ctl->screen->error != 0)
        return MH_EXIT_FAILED; /* the end of the program says it */
    if (response->status != 200 || outcome == MH_CLIENT_FAILED)
        return mh_fetch_complain(ctl, outcome, response);
    return mh_ctl_complain(MH_EXIT_UNREACHABLE, outcome == MH_CLIENT_ANSWERED
                                                    ? "the service has ended the stream"
                                                    : "the service is gone");
}

enum mh_exit mh_ctl_events(struct mh_ctl *ctl)
{
    struct mh_text target = {0};
    struct mh_response response;
    mh_text_add(&target, "/v1/events");
    if (ctl->options->since != NULL)
        mh_text_format(&target, "?since=%s", ctl->options->since);
    char *path = mh_text_take(&target);
    if (path == NULL)
        return mh_ctl_complain(MH_EXIT_FAILED, "out of memory");
    (void)signal(SIGINT, end_on_interrupt);
    enum mh_client_outcome outcome =
        mh_client_stream(ctl->client, path, "application/x-ndjson", read_line, ctl, &response);
    free(path);
    enum mh_exit status = explain_end(ctl, outcome, &response);
    mh_response_clear(&response);
    return status;
}
