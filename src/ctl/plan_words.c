#include "plan_words.h"

#include "fetch.h"
#include "prose.h"
#include "safe_text.h"
#include "scenario_words.h"
#include "session_words.h"

#include <stdlib.h>
#include <string.h>

/* ---- operations ------------------------------------------------------------------------------------ */

/* What comes, what goes, and what only changes. */
enum sign { COMES, GOES, CHANGES, SIGN_COUNT };

static bool ends_with(const char *word, const char *end)
{
    size_t length = strlen(word), wanted = strlen(end);
    return length >= wanted && strcmp(word + length - wanted, end) == 0;
}

static enum sign sign_of(const json_t *operation)
{
    const char *kind = mh_member_text(operation, "kind");
    if (ends_with(kind, "-add"))
        return COMES;
    return ends_with(kind, "-delete") ? GOES : CHANGES;
}

/* "planned" and "applied" are what one expects. */
static void add_state(const struct mh_screen *screen, struct mh_text *text, const char *state)
{
    bool is_failed = strcmp(state, "failed") == 0;
    if (!is_failed && strcmp(state, "reverted") != 0)
        return;
    enum mh_style style = is_failed ? MH_STYLE_BAD : MH_STYLE_FAINT;
    mh_text_add(text, "  ");
    mh_style_begin(screen, text, style);
    mh_text_format(text, "(%s)", state);
    mh_style_end(screen, text, style);
}

static void add_operation(const struct mh_screen *screen, struct mh_text *text, const json_t *operation)
{
    static const char *const signs[SIGN_COUNT] = {"+ ", "- ", "~ "};
    static const enum mh_style styles[SIGN_COUNT] = {MH_STYLE_GOOD, MH_STYLE_BAD, MH_STYLE_WARNING};
    enum sign sign = sign_of(operation);
    mh_text_add(text, "  ");
    mh_style_begin(screen, text, styles[sign]);
    mh_text_add(text, signs[sign]);
    mh_safe_add(text, mh_member_text(operation, "native"));
    mh_style_end(screen, text, styles[sign]);
    add_state(screen, text, mh_member_text(operation, "state"));
    mh_text_add(text, "\n");
}

static void add_heading(const struct mh_screen *screen, struct mh_text *text, const char *member)
{
    mh_style_begin(screen, text, MH_STYLE_HEADING);
    mh_safe_add(text, member[0] != '\0' ? member : "not configured any more");
    mh_style_end(screen, text, MH_STYLE_HEADING);
    mh_text_add(text, "\n");
}

/* In the order in which they are carried out; a member is named where it differs from the one before. */
static void add_operations(const struct mh_screen *screen, struct mh_text *text, const json_t *operations)
{
    const char *before = NULL;
    size_t index;
    json_t *operation;
    json_array_foreach(operations, index, operation)
    {
        const char *member = mh_member_text(operation, "member");
        if (before == NULL || strcmp(before, member) != 0)
            add_heading(screen, text, member);
        add_operation(screen, text, operation);
        before = member;
    }
}

static void add_counts(struct mh_text *text, const json_t *operations)
{
    static const char *const verbs[SIGN_COUNT][2] = {
        {"comes", "come"}, {"goes", "go"}, {"changes", "change"}};
    size_t counts[SIGN_COUNT] = {0}, index;
    bool begun = false;
    json_t *operation;
    json_array_foreach(operations, index, operation) counts[sign_of(operation)]++;
    for (size_t i = 0; i < SIGN_COUNT; i++) {
        if (counts[i] == 0)
            continue;
        mh_text_format(text, "%s%zu %s", begun ? ", " : "", counts[i], verbs[i][counts[i] != 1]);
        begun = true;
    }
    mh_text_add(text, begun ? "\n" : "nothing to do\n");
}

/* ---- fields ---------------------------------------------------------------------------------------- */

/* "label       VALUE", with what could harm a terminal escaped; nothing for an empty value. The label is one
 * of ours. */
static void add_field(struct mh_text *text, const char *label, const struct mh_text *value, size_t width)
{
    enum { LABEL_WIDTH = sizeof "unsupported" };
    struct mh_text safe = {0};
    if (value->length > 0)
        mh_safe_add_bytes(&safe, value->bytes, value->length);
    text->failed = text->failed || value->failed || safe.failed;
    if (safe.length > 0) {
        mh_text_format(text, "%-*s", LABEL_WIDTH, label);
        mh_prose_add(text, safe.bytes, LABEL_WIDTH, LABEL_WIDTH, width);
    }
    mh_text_clear(&safe);
}

/* ---- notes ----------------------------------------------------------------------------------------- */

static const char *label_of(const json_t *note)
{
    static const char *const labels[] = {"pending", "unsupported", "warning"};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strcmp(labels[i], mh_member_text(note, "kind")) == 0)
            return labels[i];
    return "note";
}

static void add_note(struct mh_text *text, const json_t *note, size_t width)
{
    struct mh_text line = {0};
    const char *member = mh_member_text(note, "member");
    mh_text_format(&line, "%s%s%s", member, member[0] != '\0' ? ": " : "", mh_member_text(note, "text"));
    add_field(text, label_of(note), &line, width);
    mh_text_clear(&line);
}

static void add_notes(struct mh_text *text, const json_t *notes, size_t width)
{
    size_t index;
    json_t *note;
    json_array_foreach(notes, index, note) add_note(text, note, width);
}

/* ---- the effect ------------------------------------------------------------------------------------ */

static void add_kinds(struct mh_text *line, const json_t *report, const char *family)
{
    const json_t *kinds = mh_member_array(report, family);
    if (json_array_size(kinds) == 0)
        mh_text_add(line, "none");
    else
        mh_scenario_list_kinds(line, kinds);
}

static void add_scenario_of(struct mh_text *text, const json_t *scenario, const char *family,
                            const char *label, size_t width)
{
    const json_t *before = mh_member_object(scenario, "before"), *after = mh_member_object(scenario, "after");
    struct mh_text line = {0};
    if (after == NULL || json_equal(json_object_get(before, family), json_object_get(after, family)))
        return;
    mh_text_format(&line, "%s ", label);
    add_kinds(&line, before, family);
    mh_text_add(&line, " → ");
    add_kinds(&line, after, family);
    add_field(text, "scenario", &line, width);
    mh_text_clear(&line);
}

static void add_lost(struct mh_text *text, const json_t *lost, size_t width)
{
    size_t index;
    json_t *address;
    struct mh_text line = {0};
    json_array_foreach(lost, index, address) mh_text_format(
        &line, "%s%s", index == 0 ? "" : ", ", json_is_string(address) ? json_string_value(address) : "?");
    if (line.length > 0)
        mh_text_add(&line,
                    json_array_size(lost) == 1 ? ": connections to it break" : ": connections to them break");
    add_field(text, "loses", &line, width);
    mh_text_clear(&line);
}

static void add_gateways(struct mh_text *text, const json_t *gateways, const char *label, size_t width)
{
    size_t index;
    json_t *item;
    json_array_foreach(gateways, index, item)
    {
        struct mh_text line = {0};
        const char *gateway = mh_member_text(item, "gateway");
        mh_text_format(&line, "default route %s%s on %s, table %s", gateway[0] != '\0' ? "by " : "on link",
                       gateway, mh_member_text(item, "interface"), mh_member_text(item, "table"));
        add_field(text, label, &line, width);
        mh_text_clear(&line);
    }
}

struct sessions {
    const struct mh_screen *screen;
    struct mh_text *text;
    size_t width;
};

/* What moves may go on; all else is bad news. */
static void add_session_line(void *context, const char *label, const struct mh_text *line)
{
    const struct sessions *sessions = context;
    bool is_own = strcmp(label, "warning") == 0;
    enum mh_style style = is_own || strcmp(label, "cuts") == 0 ? MH_STYLE_BAD : MH_STYLE_WARNING;
    struct mh_text field = {0};
    add_field(&field, label, line, sessions->width);
    sessions->text->failed = sessions->text->failed || field.failed;
    if (field.length > 0) {
        mh_style_begin(sessions->screen, sessions->text, style);
        mh_text_add_bytes(sessions->text, field.bytes, field.length - 1); /* as in add_effect */
        mh_style_end(sessions->screen, sessions->text, style);
        mh_text_add(sessions->text, "\n");
    }
    mh_text_clear(&field);
}

/* A plan has them in its effect, a transaction by themselves. */
static const json_t *sessions_of(const json_t *plan)
{
    const json_t *effect = mh_member_object(plan, "effect");
    return mh_member_object(effect != NULL ? effect : plan, "sessions");
}

static void add_effect(const struct mh_screen *screen, struct mh_text *text, const json_t *effect,
                       size_t width)
{
    const json_t *scenario = mh_member_object(effect, "scenario");
    struct mh_text bad = {0};
    add_scenario_of(text, scenario, "ipv4", "IPv4", width);
    add_scenario_of(text, scenario, "ipv6", "IPv6", width);
    add_gateways(text, mh_member_array(effect, "gateways_gained"), "gains", width);
    add_lost(&bad, mh_member_array(effect, "addresses_lost"), width);
    add_gateways(&bad, mh_member_array(effect, "gateways_cut"), "cuts", width);
    text->failed = text->failed || bad.failed;
    if (bad.length > 0) {
        mh_style_begin(screen, text, MH_STYLE_BAD);
        mh_text_add_bytes(text, bad.bytes, bad.length - 1); /* the line end stays outside the colour */
        mh_style_end(screen, text, MH_STYLE_BAD);
        mh_text_add(text, "\n");
    }
    mh_text_clear(&bad);
}

/* ---- whole ----------------------------------------------------------------------------------------- */

bool mh_plan_is_empty(const json_t *plan)
{
    return json_array_size(mh_member_array(plan, "operations")) == 0 &&
           json_array_size(mh_member_array(plan, "notes")) == 0;
}

void mh_plan_show(const struct mh_screen *screen, struct mh_text *text, const json_t *plan)
{
    const json_t *operations = mh_member_array(plan, "operations");
    size_t width = mh_prose_width(screen->width);
    add_operations(screen, text, operations);
    add_counts(text, operations);
    add_notes(text, mh_member_array(plan, "notes"), width);
    add_effect(screen, text, mh_member_object(plan, "effect"), width);
    struct sessions sessions = {screen, text, width};
    mh_sessions_tell(sessions_of(plan), add_session_line, &sessions);
}

void mh_plan_advise(const struct mh_screen *screen, struct mh_text *text, const json_t *plan)
{
    static const char advice[] = "with --confirm 60s it comes back by itself, unless you confirm it";
    struct sessions sessions = {screen, text, mh_prose_width(screen->width)};
    struct mh_text line = {0};
    if (!mh_sessions_cut_own(sessions_of(plan)))
        return;
    mh_text_add(&line, advice);
    add_session_line(&sessions, "warning", &line);
    mh_text_clear(&line);
}

/* "; REASON" when there is one. */
static void add_reason(struct mh_text *text, const json_t *transaction)
{
    const char *reason = mh_member_text(mh_member_object(transaction, "problem"), "detail");
    if (reason[0] == '\0')
        return;
    mh_text_add(text, ": ");
    mh_safe_add(text, reason);
}

void mh_transaction_show_end(const struct mh_screen *screen, struct mh_text *text, const json_t *transaction)
{
    static const struct {
        const char *state, *words;
        enum mh_style style;
    } rows[] = {{"confirmed", "confirmed", MH_STYLE_GOOD},
                {"reverted", "reverted", MH_STYLE_WARNING},
                {"failed", "neither kept nor taken back whole", MH_STYLE_BAD},
                {"pending", "waiting to be confirmed", MH_STYLE_WARNING}};
    const char *state = mh_member_text(transaction, "state"), *words = state;
    enum mh_style style = MH_STYLE_PLAIN;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].state, state) == 0) {
            words = rows[i].words;
            style = rows[i].style;
        }
    mh_text_add(text, "transaction ");
    mh_safe_add(text, mh_member_text(transaction, "id"));
    mh_text_add(text, " is ");
    mh_style_begin(screen, text, style);
    mh_safe_add(text, words);
    mh_style_end(screen, text, style);
    add_reason(text, transaction);
    mh_text_add(text, "\n");
}
