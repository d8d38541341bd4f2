/* multihomectl scenario: which scenarios hold, what makes them, and why we think so. */
#include "address_words.h"
#include "commands.h"
#include "fetch.h"
#include "prose.h"
#include "safe_text.h"
#include "scenario_words.h"

#include <stdlib.h>

static void add_members(struct mh_text *text, const json_t *scenario, size_t width)
{
    size_t index;
    json_t *member;
    json_array_foreach(mh_member_array(scenario, "members"), index, member)
    {
        struct mh_text line = {0};
        const char *interface = mh_member_text(member, "interface");
        mh_address_words_add(&line, mh_member_text(member, "address"), interface);
        mh_text_format(&line, " on %s", interface);
        mh_safe_field(text, 4, index == 0 ? "members" : "", line.failed ? "?" : line.bytes, width);
        mh_text_clear(&line);
    }
}

static void add_evidence(struct mh_text *text, const json_t *scenario, size_t width)
{
    size_t index;
    json_t *sentence;
    json_array_foreach(mh_member_array(scenario, "evidence"), index, sentence)
        mh_safe_field(text, 4, index == 0 ? "evidence" : "",
                      json_is_string(sentence) ? json_string_value(sentence) : "", width);
}

static void add_scenario(const struct mh_screen *screen, struct mh_text *text, const json_t *scenario)
{
    const char *kind = mh_member_text(scenario, "kind"), *domain = mh_member_text(scenario, "domain");
    size_t width = mh_prose_width(screen->width);
    mh_text_add(text, "  ");
    mh_style_begin(screen, text, MH_STYLE_HEADING);
    mh_safe_add(text, kind);
    mh_style_end(screen, text, MH_STYLE_HEADING);
    mh_text_add(text, "\n");
    mh_safe_field(text, 4, "meaning", mh_scenario_meaning(kind, mh_member_text(scenario, "layout")), width);
    mh_safe_field(text, 4, "domain", domain, width);
    mh_safe_field(text, 4, "subnet", mh_member_text(scenario, "subnet"), width);
    add_members(text, scenario, width);
    add_evidence(text, scenario, width);
    mh_safe_field(text, 4, "see", mh_member_text(scenario, "reference"), width);
}

static void add_family(const struct mh_screen *screen, struct mh_text *text, const json_t *report,
                       const char *family, const char *label)
{
    const json_t *list = mh_member_object(report, family);
    size_t index;
    json_t *scenario;
    mh_style_begin(screen, text, MH_STYLE_HEADING);
    mh_text_add(text, label);
    mh_style_end(screen, text, MH_STYLE_HEADING);
    mh_text_format(text, ": %s\n", mh_member_true(list, "multihomed") ? "multihomed" : "not multihomed");
    json_array_foreach(mh_member_array(list, "scenarios"), index, scenario)
        add_scenario(screen, text, scenario);
}

enum mh_exit mh_ctl_scenario(struct mh_ctl *ctl)
{
    if ((ctl->options->given & MH_OPTION_JSON) != 0)
        return mh_fetch_and_print_json(ctl, "/v1/scenario");
    struct mh_response response;
    json_t *report;
    struct mh_text text = {0};
    enum mh_exit status = mh_fetch_json(ctl, "/v1/scenario", &response, &report);
    if (status == MH_EXIT_DONE) {
        add_family(ctl->screen, &text, report, "ipv4", "IPv4");
        mh_text_add(&text, "\n");
        add_family(ctl->screen, &text, report, "ipv6", "IPv6");
        status = mh_screen_put(ctl->screen, &text) ? MH_EXIT_DONE : MH_EXIT_FAILED;
    }
    json_decref(report);
    mh_response_clear(&response);
    return status;
}
