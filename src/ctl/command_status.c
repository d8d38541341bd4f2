/* multihomectl status: five lines that say what a person wants to know first. */
#include "commands.h"
#include "fetch.h"
#include "moment.h"
#include "platform.h"
#include "prose.h"
#include "safe_text.h"
#include "scenario_words.h"

#include <stdlib.h>
#include <string.h>

/* What the five lines are made of; NULL where the service did not say. */
struct sources {
    json_t *status, *scenario;
    json_t *defaults[2]; /* pages that begin with the default route, if there is one */
};

static void put_field(struct mh_ctl *ctl, const char *label, struct mh_text *sentence)
{
    struct mh_text safe = {0}, line = {0};
    char *taken = mh_text_take(sentence);
    mh_safe_add(&safe, taken != NULL ? taken : "?");
    free(taken);
    taken = mh_text_take(&safe);
    size_t width = ctl->screen->width == 0 ? (size_t)-1 : mh_prose_width(ctl->screen->width);
    mh_prose_field(&line, 0, label, taken != NULL ? taken : "?", width);
    free(taken);
    (void)mh_screen_put(ctl->screen, &line);
}

static void put_host(struct mh_ctl *ctl, const json_t *status)
{
    struct mh_text text = {0};
    mh_text_format(&text, "%s (%s), multihomed %s", mh_member_text(status, "hostname"),
                   mh_member_text(status, "system"), mh_member_text(status, "version"));
    put_field(ctl, "host", &text);
}

static void put_family(struct mh_ctl *ctl, const struct sources *sources, const char *family,
                       const char *label)
{
    struct mh_text text = {0};
    const json_t *summary = mh_member_object(mh_member_object(sources->status, "scenario"), family);
    const json_t *detail = mh_member_object(sources->scenario, family);
    bool multihomed = mh_member_true(detail != NULL ? detail : summary, "multihomed");
    if (multihomed)
        mh_text_add(&text, "multihomed: ");
    if (detail != NULL)
        mh_scenario_summarise(&text, mh_member_array(detail, "scenarios"));
    else
        mh_scenario_list_kinds(&text, mh_member_array(summary, "kinds"));
    put_field(ctl, label, &text);
}

/* Routes come by prefix, so a default route is the first one, and the best of several. */
static const json_t *default_of(const json_t *page, const char *destination)
{
    const json_t *route = json_array_get(mh_member_array(page, "items"), 0);
    return strcmp(mh_member_text(route, "destination"), destination) == 0 ? route : NULL;
}

/* "192.0.2.254 (eth0) and 198.51.100.254 (eth1)" */
static void add_default(struct mh_text *text, const json_t *route, const char *before)
{
    size_t index;
    json_t *hop;
    json_array_foreach(mh_member_array(route, "next_hops"), index, hop)
    {
        const char *gateway = mh_member_text(hop, "gateway");
        mh_text_add(text, index == 0 ? before : " and ");
        if (gateway[0] != '\0')
            mh_text_add_bytes(text, gateway, strcspn(gateway, "%"));
        else
            mh_text_add(text, "no gateway");
        mh_text_format(text, " (%s)", mh_member_text(hop, "interface"));
    }
}

static void put_routes(struct mh_ctl *ctl, const struct sources *sources)
{
    struct mh_text text = {0};
    const json_t *counts = mh_member_object(mh_member_object(sources->status, "counts"), "routes");
    const json_t *ipv4 = default_of(sources->defaults[0], "0.0.0.0/0");
    const json_t *ipv6 = default_of(sources->defaults[1], "::/0");
    mh_text_format(&text, "%" JSON_INTEGER_FORMAT " IPv4, %" JSON_INTEGER_FORMAT " IPv6",
                   mh_member_number(counts, "ipv4"), mh_member_number(counts, "ipv6"));
    if (ipv4 == NULL && ipv6 == NULL && sources->defaults[0] != NULL && sources->defaults[1] != NULL)
        mh_text_add(&text, "; no default");
    add_default(&text, ipv4, "; default by ");
    add_default(&text, ipv6, ipv4 != NULL ? ", IPv6 by " : "; IPv6 default by ");
    put_field(ctl, "routes", &text);
}

static void put_state(struct mh_ctl *ctl, const json_t *status)
{
    struct mh_text text = {0};
    const json_t *resync = mh_member_object(status, "last_resync");
    const char *reason = mh_member_text(resync, "reason");
    int64_t wall;
    char age[MH_AGE_SIZE];
    mh_text_format(&text, "generation %" JSON_INTEGER_FORMAT, mh_member_number(status, "generation"));
    if (mh_moment_parse(mh_member_text(resync, "time"), &wall))
        mh_text_format(&text, ", read anew %s ago", mh_prose_age(mh_clock_wall() - wall, age));
    if (reason[0] != '\0')
        mh_text_format(&text, " (%s)", reason);
    put_field(ctl, "state", &text);
}

/* ---- asking ---------------------------------------------------------------------------------------- */

/* What only adds to the picture: when it fails, the picture lacks it, and nothing is said. */
static json_t *ask_quietly(struct mh_ctl *ctl, const char *target)
{
    struct mh_response response;
    json_t *json = NULL;
    if (mh_client_get(ctl->client, target, MH_MEDIA_JSON, &response) == MH_CLIENT_ANSWERED &&
        response.status == 200)
        json =
            json_loadb(response.body.bytes != NULL ? response.body.bytes : "", response.body.length, 0, NULL);
    mh_response_clear(&response);
    return json;
}

/* Of the main table where the system has one of that name, else of the first. */
static json_t *ask_default(struct mh_ctl *ctl, const char *in_main, const char *anywhere)
{
    json_t *page = ask_quietly(ctl, in_main);
    return page != NULL ? page : ask_quietly(ctl, anywhere);
}

static void put_all(struct mh_ctl *ctl, const struct sources *sources)
{
    put_host(ctl, sources->status);
    put_family(ctl, sources, "ipv4", "IPv4");
    put_family(ctl, sources, "ipv6", "IPv6");
    put_routes(ctl, sources);
    put_state(ctl, sources->status);
}

enum mh_exit mh_ctl_status(struct mh_ctl *ctl)
{
    if ((ctl->options->given & MH_OPTION_JSON) != 0)
        return mh_fetch_and_print_json(ctl, "/v1/status");
    struct mh_response response;
    struct sources sources = {0};
    enum mh_exit status = mh_fetch_json(ctl, "/v1/status", &response, &sources.status);
    mh_response_clear(&response);
    if (status != MH_EXIT_DONE)
        return status;
    sources.scenario = ask_quietly(ctl, "/v1/scenario");
    sources.defaults[0] =
        ask_default(ctl, "/v1/routes?family=ipv4&table=main&limit=1", "/v1/routes?family=ipv4&limit=1");
    sources.defaults[1] =
        ask_default(ctl, "/v1/routes?family=ipv6&table=main&limit=1", "/v1/routes?family=ipv6&limit=1");
    put_all(ctl, &sources);
    json_decref(sources.status);
    json_decref(sources.scenario);
    json_decref(sources.defaults[0]);
    json_decref(sources.defaults[1]);
    return ctl->screen->error == 0 ? MH_EXIT_DONE : MH_EXIT_FAILED;
}
