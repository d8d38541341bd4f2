/* multihomectl explain: where a packet goes, from which source, and why: first the decision in a line, then
 * what led to it. */
#include "address_words.h"
#include "commands.h"
#include "explain_order.h"
#include "explain_parts.h"
#include "fetch.h"
#include "prose.h"
#include "safe_text.h"

#include <stdlib.h>
#include <string.h>

/* ---- the decision ---------------------------------------------------------------------------------- */

static bool has_way(const json_t *selection)
{
    return mh_member_text(selection, "interface")[0] != '\0';
}

static void add_found(struct mh_text *line, const json_t *selection)
{
    const char *source = mh_member_text(selection, "source");
    size_t choices = json_array_size(mh_member_array(selection, "choices"));
    if (mh_member_true(selection, "local")) {
        mh_text_format(line, " is this host's own address; source %s", source);
    } else if (choices > 1) {
        mh_text_format(line, " is reached by one of %zu next hops", choices);
        if (source[0] != '\0')
            mh_text_format(line, " from %s", source);
    } else {
        mh_text_format(line, " is reached from %s ", source[0] != '\0' ? source : "no address");
        mh_explain_way(line, selection);
    }
}

static void put_decision(struct mh_explanation *to, const json_t *selection)
{
    struct mh_text line = {0}, safe = {0};
    enum mh_style style = MH_STYLE_HEADING;
    mh_text_add(&line, mh_member_text(selection, "destination"));
    if (has_way(selection)) {
        add_found(&line, selection);
    } else if (mh_member_text(selection, "indeterminate")[0] != '\0') {
        style = MH_STYLE_WARNING;
        mh_text_format(&line, ": not known, because %s", mh_member_text(selection, "indeterminate"));
    } else {
        style = MH_STYLE_BAD;
        mh_text_add(&line, " is not reached: ");
        mh_explain_error(&line, mh_member_object(selection, "error"));
    }
    char *taken = mh_text_take(&line);
    mh_safe_add(&safe, taken != NULL ? taken : "?");
    free(taken);
    taken = mh_text_take(&safe);
    mh_style_begin(to->screen, to->text, style);
    mh_prose_add(to->text, taken != NULL ? taken : "?", 0, 0, to->width);
    mh_style_end(to->screen, to->text, style);
    free(taken);
}

/* ---- what led there -------------------------------------------------------------------------------- */

static void add_selector(struct mh_text *line, const json_t *rule, const char *member, const char *word)
{
    if (mh_member_text(rule, member)[0] != '\0')
        mh_text_format(line, " %s %s", word, mh_member_text(rule, member));
}

static void add_range(struct mh_text *line, const json_t *rule, const char *member, const char *word)
{
    const json_t *range = mh_member_object(rule, member);
    if (range != NULL)
        mh_text_format(line, " %s %" JSON_INTEGER_FORMAT "-%" JSON_INTEGER_FORMAT, word,
                       mh_member_number(range, "first"), mh_member_number(range, "last"));
}

/* As ip-rule(8) writes it. */
static void add_selectors(struct mh_text *line, const json_t *rule)
{
    static const char *const texts[][2] = {{"from", "from"},  {"to", "to"},       {"input", "iif"},
                                           {"output", "oif"}, {"mark", "fwmark"}, {"ip_protocol", "ipproto"}};
    static const char *const ranges[][2] = {
        {"source_port", "sport"}, {"destination_port", "dport"}, {"uid", "uidrange"}};
    if (mh_member_true(rule, "not"))
        mh_text_add(line, " not");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        add_selector(line, rule, texts[i][0], texts[i][1]);
    if (json_object_get(rule, "tos") != NULL)
        mh_text_format(line, " tos %" JSON_INTEGER_FORMAT, mh_member_number(rule, "tos"));
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        add_range(line, rule, ranges[i][0], ranges[i][1]);
}

static void put_rule(struct mh_explanation *to, const json_t *rule)
{
    struct mh_text line = {0};
    if (rule == NULL)
        return;
    const char *table = mh_member_text(rule, "table");
    mh_text_format(&line, "%" JSON_INTEGER_FORMAT ":", mh_member_number(rule, "priority"));
    add_selectors(&line, rule);
    if (table[0] != '\0')
        mh_text_format(&line, " table %s", table);
    else
        mh_text_format(&line, " %s", mh_member_text(rule, "action"));
    mh_explain_line(to, "rule", &line);
}

static void add_next_hops(struct mh_text *line, const json_t *route)
{
    const json_t *hops = mh_member_array(route, "next_hops");
    size_t count = json_array_size(hops);
    const json_t *hop = json_array_get(hops, 0);
    if (count > 1)
        mh_text_format(line, " by %zu next hops", count);
    else if (mh_member_text(hop, "gateway")[0] != '\0')
        mh_text_format(line, " via %s dev %s", mh_member_text(hop, "gateway"),
                       mh_member_text(hop, "interface"));
    else if (mh_member_text(hop, "interface")[0] != '\0')
        mh_text_format(line, " dev %s", mh_member_text(hop, "interface"));
}

static void put_route(struct mh_explanation *to, const json_t *route)
{
    struct mh_text line = {0};
    if (route == NULL)
        return;
    const char *type = mh_member_text(route, "type"), *source = mh_member_text(route, "source");
    if (strcmp(type, "unicast") != 0)
        mh_text_format(&line, "%s ", type);
    mh_text_add(&line, mh_member_text(route, "destination"));
    if (source[0] != '\0')
        mh_text_format(&line, " from %s", source);
    add_next_hops(&line, route);
    mh_text_format(&line, " table %s metric %" JSON_INTEGER_FORMAT, mh_member_text(route, "table"),
                   mh_member_number(route, "metric"));
    if (mh_member_text(route, "preferred_source")[0] != '\0')
        mh_text_format(&line, " src %s", mh_member_text(route, "preferred_source"));
    mh_text_format(&line, " (%s)", mh_member_text(route, "owner"));
    mh_explain_line(to, "route", &line);
}

static void put_choices(struct mh_explanation *to, const json_t *selection)
{
    size_t index;
    json_t *choice;
    json_array_foreach(mh_member_array(selection, "choices"), index, choice)
    {
        struct mh_text line = {0};
        mh_explain_way(&line, choice);
        mh_text_format(&line, ", weight %" JSON_INTEGER_FORMAT, mh_member_number(choice, "weight"));
        if (mh_member_text(choice, "source")[0] != '\0')
            mh_text_format(&line, ", source %s", mh_member_text(choice, "source"));
        mh_explain_line(to, index == 0 ? "choices" : "", &line);
    }
}

/* A socket that is connected is routed again, with its source. */
static void put_connected(struct mh_explanation *to, const json_t *selection)
{
    size_t index;
    json_t *item;
    json_array_foreach(mh_member_array(selection, "connected"), index, item)
    {
        struct mh_text line = {0};
        mh_text_format(&line, "a socket that is connected from %s ", mh_member_text(item, "source"));
        if (mh_member_object(item, "error") != NULL) {
            mh_text_add(&line, "is refused: ");
            mh_explain_error(&line, mh_member_object(item, "error"));
        } else if (mh_member_text(item, "indeterminate")[0] != '\0') {
            mh_text_format(&line, "goes a way that is not known: %s", mh_member_text(item, "indeterminate"));
        } else {
            mh_text_add(&line, "goes ");
            mh_explain_way(&line, item);
        }
        mh_explain_line(to, index == 0 ? "connect" : "", &line);
    }
}

/* ---- the source ------------------------------------------------------------------------------------ */

static const char *whether_by_it(const json_t *selection, const json_t *outgoing)
{
    if (json_is_true(outgoing))
        return ", by which the packet leaves";
    return has_way(selection) && !mh_member_true(selection, "local") ? ", by which the packet leaves or not"
                                                                     : "";
}

static void put_given_source(struct mh_explanation *to, const json_t *selection)
{
    struct mh_text line = {0};
    const json_t *owner = mh_member_object(selection, "source_owner");
    const char *interface = mh_member_text(owner, "interface");
    const json_t *outgoing = json_object_get(owner, "is_outgoing");
    mh_text_format(&line, "%s, as given; ", mh_member_text(owner, "address"));
    if (interface[0] == '\0')
        mh_text_add(&line, "no interface of this host has it");
    else if (json_is_false(outgoing))
        mh_text_format(&line, "it belongs to %s, by which the packet does not leave", interface);
    else
        mh_text_format(&line, "it belongs to %s%s", interface, whether_by_it(selection, outgoing));
    mh_explain_line(to, "source", &line);
}

static void put_source(struct mh_explanation *to, const json_t *selection)
{
    struct mh_text line = {0};
    const json_t *rule = mh_member_object(selection, "chosen_by");
    const char *source = mh_member_text(selection, "source");
    if (mh_member_true(selection, "source_given")) {
        put_given_source(to, selection);
        return;
    }
    if (!has_way(selection) || rule == NULL)
        return;
    mh_text_format(&line, "%s, chosen by ", source[0] != '\0' ? source : "depends on the next hop");
    mh_explain_numbered(to, &line, rule);
    mh_explain_line(to, "source", &line);
}

static void put_candidates(struct mh_explanation *to, const json_t *selection)
{
    size_t index, count = 0;
    json_t *candidate;
    json_array_foreach(mh_member_array(selection, "candidates"), index, candidate)
    {
        struct mh_text line = {0};
        const json_t *rule = mh_member_object(candidate, "dropped_by");
        const char *interface = mh_member_text(candidate, "interface");
        if (mh_member_true(candidate, "chosen") || rule == NULL)
            continue;
        mh_address_words_add(&line, mh_member_text(candidate, "address"), interface);
        mh_text_format(&line, " on %s, dropped by ", interface);
        mh_explain_numbered(to, &line, rule);
        mh_explain_line(to, count++ == 0 ? "not" : "", &line);
    }
}

static bool is_choice_source(const json_t *selection, const char *source)
{
    size_t index;
    json_t *choice;
    json_array_foreach(mh_member_array(selection, "choices"), index,
                       choice) if (strcmp(mh_member_text(choice, "source"), source) == 0) return true;
    return false;
}

/* What the RFC says is told where it says something else, and the system had a choice. */
static void put_advice(struct mh_explanation *to, const json_t *selection)
{
    struct mh_text line = {0};
    const json_t *advice = mh_member_object(selection, "advice");
    const char *source = mh_member_text(advice, "source");
    if (source[0] == '\0' || mh_member_true(selection, "source_given") ||
        strcmp(source, mh_member_text(selection, "source")) == 0 || is_choice_source(selection, source))
        return;
    mh_text_format(&line, "RFC 6724 advises %s", source);
    if (mh_member_text(advice, "rule")[0] != '\0') {
        mh_text_add(&line, " by ");
        mh_explain_numbered(to, &line, advice);
    }
    mh_explain_line(to, "advice", &line);
}

/* ---- the system ------------------------------------------------------------------------------------ */

static void add_answer(struct mh_text *line, const json_t *kernel)
{
    const json_t *error = mh_member_object(kernel, "error");
    const char *source = mh_member_text(kernel, "source");
    if (error != NULL) {
        mh_explain_error(line, error);
        return;
    }
    if (source[0] != '\0')
        mh_text_format(line, "from %s ", source);
    mh_explain_way(line, kernel);
}

static void put_kernel(struct mh_explanation *to, const json_t *selection)
{
    struct mh_text line = {0};
    const json_t *kernel = mh_member_object(selection, "kernel"),
                 *agrees = json_object_get(selection, "agrees");
    if (kernel == NULL) {
        mh_text_format(&line, "was not asked: %s", mh_member_text(selection, "kernel_unknown"));
        mh_explain_line(to, "kernel", &line);
        return;
    }
    mh_text_add(&line, json_is_true(agrees) ? "agrees: " : json_is_false(agrees) ? "DISAGREES: " : "says: ");
    add_answer(&line, kernel);
    if (json_is_false(agrees))
        mh_text_format(&line, " (another %s)", mh_member_text(selection, "difference"));
    mh_explain_line(to, "kernel", &line);
    if (mh_member_text(selection, "note")[0] != '\0')
        mh_safe_field(to->text, MH_EXPLAIN_INDENT, "", mh_member_text(selection, "note"), to->width);
}

static void put_explanation(struct mh_screen *screen, struct mh_text *text, const json_t *selection)
{
    struct mh_explanation to = {.screen = screen, .text = text, .width = mh_prose_width(screen->width)};
    put_decision(&to, selection);
    put_rule(&to, mh_member_object(selection, "rule"));
    put_route(&to, mh_member_object(selection, "route"));
    if (mh_member_true(selection, "on_link_assumed"))
        mh_safe_field(text, MH_EXPLAIN_INDENT, "route",
                      "none; the destination is taken to be on the interface's link", to.width);
    put_choices(&to, selection);
    put_connected(&to, selection);
    put_source(&to, selection);
    put_candidates(&to, selection);
    put_advice(&to, selection);
    put_kernel(&to, selection);
}

/* ---- asking ---------------------------------------------------------------------------------------- */

static char *target_of(const struct mh_ctl_options *options)
{
    struct mh_text target = {0};
    mh_text_add(&target, "/v1/select?destination=");
    for (size_t i = 0; i < options->argument_count; i++) {
        mh_text_add(&target, i > 0 ? "," : "");
        mh_client_encode(&target, options->arguments[i]);
    }
    mh_explain_parameter(&target, "source", options->from);
    mh_explain_parameter(&target, "interface", options->interface);
    mh_explain_parameter(&target, "mark", options->mark);
    mh_explain_parameter(&target, "protocol", options->protocol);
    return mh_text_take(&target);
}

static void put_answer(struct mh_screen *screen, struct mh_text *text, const json_t *answer)
{
    if (json_object_get(answer, "destinations") != NULL)
        mh_explain_order(screen, text, answer);
    else
        put_explanation(screen, text, answer);
}

enum mh_exit mh_ctl_explain(struct mh_ctl *ctl)
{
    return mh_explain_asked(ctl, target_of(ctl->options), put_answer);
}
