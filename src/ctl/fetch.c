#include "fetch.h"

#include "problem_words.h"
#include "safe_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- members --------------------------------------------------------------------------------------- */

const char *mh_member_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

json_int_t mh_member_number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

bool mh_member_true(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

const json_t *mh_member_array(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_array(value) ? value : NULL;
}

const json_t *mh_member_object(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_object(value) ? value : NULL;
}

/* ---- complaints ------------------------------------------------------------------------------------ */

static enum mh_exit complain_unreachable(struct mh_ctl *ctl, const struct mh_failure *failure)
{
    const char *place = mh_client_place(ctl->client);
    bool local = mh_client_is_local(ctl->client);
    if (failure->code == MH_PERMISSION) {
        (void)mh_ctl_complain(MH_EXIT_UNREACHABLE, "you may not use the service at %s: %s", place,
                              failure->detail);
        (void)fputs("  Use sudo, or become a member of the group multihomed.\n", stderr);
        return MH_EXIT_UNREACHABLE;
    }
    (void)mh_ctl_complain(MH_EXIT_UNREACHABLE, "no service answers at %s: %s", place, failure->detail);
    (void)fputs(local
                    ? "  Start it with `systemctl start multihomed`, or say where it is with --socket PATH.\n"
                    : "  Is it started with --listen, on this address and port?\n",
                stderr);
    return MH_EXIT_UNREACHABLE;
}

enum mh_exit mh_fetch_complain(struct mh_ctl *ctl, enum mh_client_outcome outcome,
                               const struct mh_response *response)
{
    if (outcome == MH_CLIENT_UNREACHABLE)
        return complain_unreachable(ctl, &response->failure);
    if (outcome == MH_CLIENT_FAILED)
        return mh_ctl_complain(MH_EXIT_FAILED, "cannot ask the service at %s: %s",
                               mh_client_place(ctl->client), response->failure.detail);
    return mh_complain_problem(ctl, response->status, &response->body);
}

/* ---- asking ---------------------------------------------------------------------------------------- */

enum mh_exit mh_fetch(struct mh_ctl *ctl, const char *target, const char *accept,
                      struct mh_response *response)
{
    enum mh_client_outcome outcome = mh_client_get(ctl->client, target, accept, response);
    if (outcome == MH_CLIENT_ANSWERED && response->status == 200)
        return MH_EXIT_DONE;
    return mh_fetch_complain(ctl, outcome, response);
}

/* What came, parsed: *json is an object or NULL. */
static enum mh_exit parse_object(const char *target, const struct mh_response *response, json_t **json)
{
    json_error_t error;
    *json = json_loadb(response->body.bytes != NULL ? response->body.bytes : "", response->body.length, 0,
                       &error);
    if (json_is_object(*json))
        return MH_EXIT_DONE;
    bool parsed = *json != NULL;
    json_decref(*json);
    *json = NULL;
    return mh_ctl_complain(MH_EXIT_FAILED, "the answer to %s is not what this program understands: %s",
                           target, parsed ? "not a JSON object" : error.text);
}

enum mh_exit mh_fetch_json(struct mh_ctl *ctl, const char *target, struct mh_response *response,
                           json_t **json)
{
    *json = NULL;
    enum mh_exit status = mh_fetch(ctl, target, MH_MEDIA_JSON, response);
    return status == MH_EXIT_DONE ? parse_object(target, response, json) : status;
}

enum mh_exit mh_send_json(struct mh_ctl *ctl, const struct mh_client_request *sent,
                          struct mh_response *response, json_t **json)
{
    *json = NULL;
    enum mh_client_outcome outcome = mh_client_send(ctl->client, sent, response);
    if (outcome == MH_CLIENT_ANSWERED && response->status >= 200 && response->status <= 299)
        return parse_object(sent->target, response, json);
    return mh_fetch_complain(ctl, outcome, response);
}

enum mh_exit mh_print_json(struct mh_screen *screen, const struct mh_text *body, const json_t *json)
{
    struct mh_text text = {0};
    if (screen->terminal) {
        char *pretty = json_dumps(json, JSON_INDENT(2) | JSON_ENCODE_ANY);
        text.failed = pretty == NULL;
        if (pretty != NULL)
            mh_safe_add_json(&text, pretty, strlen(pretty));
        free(pretty);
    } else {
        mh_text_add_bytes(&text, body->bytes, body->length);
    }
    if (text.length > 0 && text.bytes[text.length - 1] != '\n')
        mh_text_add(&text, "\n");
    return mh_screen_put(screen, &text) ? MH_EXIT_DONE : MH_EXIT_FAILED;
}

enum mh_exit mh_fetch_and_print_json(struct mh_ctl *ctl, const char *target)
{
    struct mh_response response;
    json_t *json;
    enum mh_exit status = mh_fetch_json(ctl, target, &response, &json);
    if (status == MH_EXIT_DONE)
        status = mh_print_json(ctl->screen, &response.body, json);
    json_decref(json);
    mh_response_clear(&response);
    return status;
}
