/* multihomectl config: the configuration that holds, or a member of it; `set` and `unset` change one. */
#include "change.h"
#include "commands.h"
#include "fetch.h"

#include <stdlib.h>
#include <string.h>

/* A segment of a JSON pointer (RFC 6901 3) as a segment of a path. */
static void add_segment(struct mh_text *target, const char *segment, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char character[2] = {segment[i], '\0'};
        if (segment[i] == '~' && i + 1 < length && (segment[i + 1] == '0' || segment[i + 1] == '1'))
            character[0] = segment[++i] == '1' ? '/' : '~';
        mh_client_encode(target, character);
    }
}

/* "/v1/config/uplinks/isp1" of "uplinks/isp1", which may have a slash before it, as pointers have. */
static char *target_of(const char *member)
{
    struct mh_text target = {0};
    mh_text_add(&target, "/v1/config");
    for (member += member[0] == '/'; member[0] != '\0'; member += member[0] == '/') {
        size_t length = strcspn(member, "/");
        mh_text_add(&target, "/");
        add_segment(&target, member, length);
        member += length;
    }
    return mh_text_take(&target);
}

/* Any JSON value, which need not be an object. */
static enum mh_exit show(struct mh_ctl *ctl, const char *target)
{
    struct mh_response response;
    if (ctl->options->confirm != NULL || (ctl->options->given & MH_OPTION_STRICT) != 0)
        return mh_ctl_complain(MH_EXIT_USAGE, "--confirm and --strict are of use with set and unset only");
    enum mh_exit status = mh_fetch(ctl, target, MH_MEDIA_JSON, &response);
    if (status == MH_EXIT_DONE) {
        json_t *value = json_loadb(response.body.bytes != NULL ? response.body.bytes : "",
                                   response.body.length, JSON_DECODE_ANY, NULL);
        status = value != NULL ? mh_print_json(ctl->screen, &response.body, value)
                               : mh_ctl_complain(MH_EXIT_FAILED, "the answer to %s is not JSON", target);
        json_decref(value);
    }
    mh_response_clear(&response);
    return status;
}

static enum mh_exit set(struct mh_ctl *ctl, const char *target, const char *value)
{
    json_t *json = json_loads(value, JSON_DECODE_ANY, NULL);
    json_decref(json);
    if (json == NULL)
        return mh_ctl_complain(MH_EXIT_USAGE, "not JSON: %s (a string needs its quotes: \'\"loose\"\')",
                               value);
    return mh_change_run(
        ctl,
        &(struct mh_change){
            .method = "PUT", .target = target, .body = value, .length = strlen(value), .match = "*"},
        false);
}

static enum mh_exit run(struct mh_ctl *ctl, const char *verb, const char *target)
{
    if (strcmp(verb, "set") == 0)
        return set(ctl, target, ctl->options->arguments[2]);
    if (strcmp(verb, "unset") == 0)
        return mh_change_run(ctl, &(struct mh_change){.method = "DELETE", .target = target, .match = "*"},
                             false);
    return show(ctl, target);
}

enum mh_exit mh_ctl_config(struct mh_ctl *ctl)
{
    size_t count = ctl->options->argument_count;
    const char *verb = count > 0 ? ctl->options->arguments[0] : "", *member = verb;
    size_t wanted = strcmp(verb, "set") == 0 ? 3 : strcmp(verb, "unset") == 0 ? 2 : 1;
    if (count > wanted || (wanted > 1 && count < wanted))
        return mh_ctl_complain(MH_EXIT_USAGE, "it is: config [MEMBER], config set MEMBER JSON, or "
                                              "config unset MEMBER");
    if (wanted > 1)
        member = ctl->options->arguments[1];
    char *target = target_of(member);
    if (target == NULL)
        return mh_ctl_complain(MH_EXIT_FAILED, "out of memory");
    enum mh_exit status = run(ctl, verb, target);
    free(target);
    return status;
}
