/* multihomectl path: a packet came in; where its reply leaves, and what would drop the one or the other:
 * first the answer in a line or two, then the ways, what is wrong with them, and what cures it. */
#include "address_words.h"
#include "commands.h"
#include "explain_parts.h"
#include "fetch.h"
#include "prose.h"
#include "safe_text.h"

#include <stdlib.h>
#include <string.h>

/* Prints a heading, and clears *line. */
static void put_heading(struct mh_explanation *to, enum mh_style style, struct mh_text *line)
{
    struct mh_text safe = {0};
    char *taken = mh_text_take(line);
    mh_safe_add(&safe, taken != NULL ? taken : "?");
    free(taken);
    taken = mh_text_take(&safe);
    mh_style_begin(to->screen, to->text, style);
    mh_prose_add(to->text, taken != NULL ? taken : "?", 0, 0, to->width);
    mh_style_end(to->screen, to->text, style);
    free(taken);
}

/* ---- the answer ------------------------------------------------------------------------------------ */

struct counts {
    bool request, reply, unknown;
};

static struct counts count_verdicts(const json_t *path)
{
    struct counts counts = {false, false, false};
    size_t index;
    json_t *verdict;
    json_array_foreach(mh_member_array(path, "verdicts"), index, verdict)
    {
        const char *drops = mh_member_text(verdict, "drops");
        counts.request = counts.request || strcmp(drops, "request") == 0;
        counts.reply = counts.reply || strcmp(drops, "reply") == 0;
        counts.unknown = counts.unknown || drops[0] == '\0';
    }
    return counts;
}

static void put_answer(struct mh_explanation *to, const json_t *path)
{
    struct mh_text line = {0};
    const json_t *request = mh_member_object(path, "request");
    const json_t *asymmetric = json_object_get(path, "asymmetric");
    const struct counts counts = count_verdicts(path);
    enum mh_style style = counts.request || counts.reply                 ? MH_STYLE_BAD
                          : counts.unknown || !json_is_false(asymmetric) ? MH_STYLE_WARNING
                                                                         : MH_STYLE_HEADING;
    mh_text_format(&line, "%s to %s on %s: ", mh_member_text(request, "remote"),
                   mh_member_text(request, "local"), mh_member_text(request, "interface"));
    if (counts.request)
        mh_text_add(&line, "the request is dropped");
    else if (counts.reply)
        mh_text_add(&line, "the reply is dropped");
    else if (counts.unknown)
        mh_text_add(&line, "not all is known");
    else if (json_is_true(asymmetric))
        mh_text_format(&line, "the reply leaves by %s",
                       mh_member_text(mh_member_object(path, "reply"), "interface"));
    else if (json_is_false(asymmetric))
        mh_text_add(&line, "the reply leaves as the request came");
    else
        mh_text_add(&line, mh_member_text(path, "undecided"));
    put_heading(to, style, &line);
}

/* ---- the ways -------------------------------------------------------------------------------------- */

static void add_choices(struct mh_text *line, const json_t *reply)
{
    size_t index;
    json_t *choice;
    json_array_foreach(mh_member_array(reply, "choices"), index, choice)
    {
        mh_text_add(line, index == 0 ? "" : "; or ");
        if (mh_member_text(choice, "source")[0] != '\0')
            mh_text_format(line, "from %s ", mh_member_text(choice, "source"));
        mh_explain_way(line, choice);
    }
}

/* "from 192.0.2.1 by eth0, next hop 192.0.2.254 (rule 32766, table main): asymmetric". */
static void add_reply(struct mh_text *line, const json_t *view)
{
    const json_t *reply = mh_member_object(view, "reply"), *error = mh_member_object(reply, "error");
    const json_t *rule = mh_member_object(reply, "rule");
    const char *table = mh_member_text(reply, "table");
    if (error != NULL) {
        mh_text_add(line, "none: ");
        mh_explain_error(line, error);
        return;
    }
    if (mh_member_text(reply, "indeterminate")[0] != '\0') {
        mh_text_format(line, "not known, because %s", mh_member_text(reply, "indeterminate"));
        return;
    }
    if (json_array_size(mh_member_array(reply, "choices")) > 1) {
        add_choices(line, reply);
    } else {
        mh_text_format(line, "from %s ", mh_member_text(reply, "source"));
        mh_explain_way(line, reply);
    }
    if (rule != NULL)
        mh_text_format(line, " (rule %" JSON_INTEGER_FORMAT ", table %s)", mh_member_number(rule, "priority"),
                       table[0] != '\0' ? table : "?");
    if (json_is_true(json_object_get(view, "asymmetric")))
        mh_text_add(line, ": asymmetric");
    else if (mh_member_text(view, "undecided")[0] != '\0')
        mh_text_format(line, ": %s", mh_member_text(view, "undecided"));
}

static void put_sockets(struct mh_explanation *to, const json_t *path)
{
    static const char *const labels[][2] = {
        {"tcp", "TCP"}, {"udp-bound", "UDP bound"}, {"udp-wildcard", "UDP any"}};
    size_t index;
    json_t *view;
    json_array_foreach(mh_member_array(path, "sockets"), index, view)
    {
        struct mh_text line = {0};
        const char *label = "?";
        for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
            if (strcmp(mh_member_text(view, "socket"), labels[i][0]) == 0)
                label = labels[i][1];
        add_reply(&line, view);
        mh_explain_line(to, label, &line);
    }
}

/* ---- what is wrong, and what cures it -------------------------------------------------------------- */

static const char *label_of(const char *drops)
{
    static const char *const words[] = {"request", "reply"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i], drops) == 0)
            return words[i];
    return "unknown";
}

static void put_verdicts(struct mh_explanation *to, const json_t *path)
{
    size_t index, sockets = json_array_size(mh_member_array(path, "sockets"));
    json_t *verdict;
    json_array_foreach(mh_member_array(path, "verdicts"), index, verdict)
    {
        struct mh_text line = {0};
        const char *drops = mh_member_text(verdict, "drops");
        const json_t *of = mh_member_array(verdict, "sockets");
        mh_text_add(&line, mh_member_text(verdict, "by"));
        for (size_t i = 0; json_array_size(of) < sockets && i < json_array_size(of); i++)
            mh_text_format(&line, "%s %s", i == 0 ? ", for" : ",",
                           json_is_string(json_array_get(of, i)) ? json_string_value(json_array_get(of, i))
                                                                 : "?");
        mh_text_format(&line, ": %s", mh_member_text(verdict, "text"));
        mh_explain_line(to, label_of(drops), &line);
    }
}

static void put_remedies(struct mh_explanation *to, const json_t *path)
{
    size_t index;
    json_t *item;
    json_array_foreach(mh_member_array(path, "remedies"), index, item)
    {
        struct mh_text line = {0};
        char *patch = json_dumps(item, JSON_ENCODE_ANY | JSON_SORT_KEYS);
        mh_text_add(&line, patch != NULL ? patch : "?");
        free(patch);
        mh_explain_line(to, index == 0 ? "remedy" : "or", &line);
    }
    json_array_foreach(mh_member_array(path, "advice"), index, item)
    {
        struct mh_text line = {0};
        mh_text_add(&line, json_is_string(item) ? json_string_value(item) : "?");
        mh_explain_line(to, "advice", &line);
    }
}

/* ---- the system ------------------------------------------------------------------------------------ */

static void add_difference(struct mh_text *line, const char *what, const json_t *asked)
{
    if (json_is_false(json_object_get(asked, "agrees")))
        mh_text_format(line, " %s: another %s;", what, mh_member_text(asked, "difference"));
}

static void put_kernel(struct mh_explanation *to, const json_t *path)
{
    struct mh_text line = {0};
    const json_t *agrees = json_object_get(path, "agrees"), *request = mh_member_object(path, "request");
    size_t index;
    json_t *view;
    if (json_is_true(agrees)) {
        mh_text_add(&line, "agrees");
    } else if (json_is_false(agrees)) {
        mh_text_add(&line, "DISAGREES:");
        add_difference(&line, "request", request);
        json_array_foreach(mh_member_array(path, "sockets"), index, view)
            add_difference(&line, mh_member_text(view, "socket"), view);
    } else {
        mh_text_format(&line, "was not asked: %s", mh_member_text(request, "kernel_unknown"));
    }
    mh_explain_line(to, "kernel", &line);
}

static void put_path(struct mh_screen *screen, struct mh_text *text, const json_t *path)
{
    struct mh_explanation to = {.screen = screen, .text = text, .width = mh_prose_width(screen->width)};
    put_answer(&to, path);
    put_sockets(&to, path);
    put_verdicts(&to, path);
    put_remedies(&to, path);
    put_kernel(&to, path);
}

/* ---- asking ---------------------------------------------------------------------------------------- */

static char *target_of(const struct mh_ctl_options *options)
{
    struct mh_text target = {0};
    mh_text_add(&target, "/v1/path?remote=");
    mh_client_encode(&target, options->arguments[0]);
    mh_explain_parameter(&target, "local", options->arguments[1]);
    mh_explain_parameter(&target, "interface", options->arguments[2]);
    mh_explain_parameter(&target, "protocol", options->protocol);
    mh_explain_parameter(&target, "remote_port", options->remote_port);
    mh_explain_parameter(&target, "local_port", options->local_port);
    mh_explain_parameter(&target, "mark", options->mark);
    return mh_text_take(&target);
}

enum mh_exit mh_ctl_path(struct mh_ctl *ctl)
{
    return mh_explain_asked(ctl, target_of(ctl->options), put_path);
}
