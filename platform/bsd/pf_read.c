/* What pfctl(8) prints. Of a rule in our anchor only its beginning and its label are looked at: how the rest
 * is printed differs between releases (FreeBSD prints route-to before the addresses, OpenBSD behind the
 * label). A label is printed in quotes as it is, nothing is escaped: ours have no quote, and what stands
 * behind the second one is not looked at. */
#include "pf.h"

#include <string.h>

struct lines {
    const char *at, *end;
};

struct line {
    const char *text;
    size_t length;
};

/* Without its newline, and spaces at its ends. */
static bool next_line(struct lines *lines, struct line *line)
{
    if (lines->at == lines->end)
        return false;
    const char *stop = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
    const char *end = stop != NULL ? stop : lines->end;
    line->text = lines->at;
    line->length = (size_t)(end - lines->at);
    lines->at = stop != NULL ? stop + 1 : lines->end;
    while (line->length > 0 && (line->text[0] == ' ' || line->text[0] == '\t')) {
        line->text++;
        line->length--;
    }
    while (line->length > 0 && strchr(" \t\r", line->text[line->length - 1]) != NULL &&
           line->text[line->length - 1] != '\0')
        line->length--;
    return true;
}

static bool begins(const struct line *line, const char *with)
{
    size_t length = strlen(with);
    return line->length >= length && memcmp(line->text, with, length) == 0;
}

/* Takes the words away. */
static bool take(struct line *line, const char *words)
{
    if (!begins(line, words))
        return false;
    line->text += strlen(words);
    line->length -= strlen(words);
    return true;
}

/* Where the words stand first; NULL: nowhere. */
static const char *find(const struct line *line, const char *words)
{
    size_t length = strlen(words);
    for (size_t i = 0; i + length <= line->length; i++)
        if (memcmp(line->text + i, words, length) == 0)
            return line->text + i;
    return NULL;
}

/* ---- the anchor ------------------------------------------------------------------------------------ */

struct reading {
    struct mh_anchor_model *model;
    struct mh_text record; /* pieces of it so far */
    size_t rules, routes, lines, said[3];
    bool headed, altered, foreign, no_memory;
};

static bool take_number(struct line *line, size_t *number)
{
    size_t digits = 0;
    *number = 0;
    while (digits < line->length && digits < 8 && line->text[digits] >= '0' && line->text[digits] <= '9')
        *number = *number * 10 + (size_t)(line->text[digits++] - '0');
    line->text += digits;
    line->length -= digits;
    return digits > 0;
}

/* "model 3 4 25": rules, routes, and pf rules made of them. */
static void take_head(struct reading *reading, struct line record)
{
    size_t *said = reading->said;
    bool whole = !reading->headed && take(&record, "model ") && take_number(&record, &said[0]) &&
                 take(&record, " ") && take_number(&record, &said[1]) && take(&record, " ") &&
                 take_number(&record, &said[2]) && record.length == 0;
    reading->headed = true;
    reading->altered = reading->altered || !whole;
}

static void end_record(struct reading *reading)
{
    struct mh_text *text = &reading->record;
    const struct line record = {text->bytes, text->length};
    if (text->failed) {
        reading->no_memory = true;
    } else if (text->length > 0 && begins(&record, "model ")) {
        take_head(reading, record);
    } else if (text->length > 0) {
        enum mh_error code = mh_pf_read_record(record.text, record.length, reading->model);
        reading->rules += begins(&record, "rule ");
        reading->routes += begins(&record, "route ");
        reading->no_memory = reading->no_memory || code == MH_NO_MEMORY;
        reading->altered = reading->altered || code != MH_OK || !reading->headed;
    }
    mh_text_clear(text);
}

/* The first label, without quotes. */
static bool label_of(const struct line *line, struct line *label)
{
    static const char word[] = " label \"";
    const char *at = find(line, word);
    if (at == NULL)
        return false;
    label->text = at + sizeof word - 1;
    size_t rest = (size_t)(line->text + line->length - label->text);
    const char *end = memchr(label->text, '"', rest);
    label->length = end != NULL ? (size_t)(end - label->text) : 0;
    return end != NULL && label->length <= MH_PF_LABEL_MAX;
}

static bool is_of_rule(const struct line *label)
{
    return begins(label, "use ") || begins(label, "near ") || begins(label, "end ") ||
           begins(label, "reply ");
}

static void take_record(struct reading *reading, const struct line *line, struct line label, bool more)
{
    bool is_record = begins(line, "block drop on " MH_PF_TAG " ");
    if (!more)
        end_record(reading);
    /* Records come first, and a piece has one before it. */
    if (!is_record || reading->lines > 0 || (more && reading->record.length == 0))
        reading->altered = true;
    mh_text_add_bytes(&reading->record, label.text, label.length);
}

static void take_rule(struct reading *reading, const struct line *line)
{
    struct line label;
    bool plain = begins(line, "pass ") || begins(line, "block ");
    if (plain && label_of(line, &label) && take(&label, MH_PF_MARK_MORE)) {
        take_record(reading, line, label, true);
    } else if (plain && label_of(line, &label) && take(&label, MH_PF_MARK)) {
        if (!is_of_rule(&label)) {
            take_record(reading, line, label, false);
        } else {
            end_record(reading);
            reading->lines++;
        }
    } else {
        reading->foreign = true;
    }
}

static enum mh_pf_condition condition_of(const struct reading *reading)
{
    bool nothing = !reading->headed && reading->rules + reading->routes + reading->lines == 0;
    if (reading->foreign)
        return MH_PF_FOREIGN;
    if (reading->altered)
        return MH_PF_ALTERED;
    return nothing || (reading->headed && reading->said[0] == reading->rules &&
                       reading->said[1] == reading->routes && reading->said[2] == reading->lines)
               ? MH_PF_WHOLE
               : MH_PF_ALTERED;
}

enum mh_error mh_pf_read(const char *bytes, size_t length, struct mh_anchor_model *model,
                         enum mh_pf_condition *condition)
{
    struct reading reading = {.model = model};
    struct lines lines = {bytes, bytes + length};
    struct line line;
    while (!reading.no_memory && next_line(&lines, &line))
        if (line.length > 0)
            take_rule(&reading, &line);
    end_record(&reading);
    *condition = condition_of(&reading);
    if (reading.no_memory)
        return MH_NO_MEMORY;
    if (*condition == MH_PF_WHOLE)
        return MH_OK;
    mh_anchor_clear(model);
    return mh_anchor_init(model);
}

/* ---- the main rules, and pf ------------------------------------------------------------------------ */

static bool names_anchor(struct line line)
{
    static const char *const calls[] = {"anchor \"multihomed\"", "anchor \"/multihomed\"", "anchor \"*\"",
                                        "anchor \"/*\"", "anchor multihomed"};
    bool named = false;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0] && !named; i++)
        named = take(&line, calls[i]);
    return named && (line.length == 0 || line.text[0] == ' ') && !begins(&line, " in ");
}

bool mh_pf_names_anchor(const char *bytes, size_t length)
{
    struct lines lines = {bytes, bytes + length};
    struct line line;
    while (next_line(&lines, &line))
        if (names_anchor(line))
            return true;
    return false;
}

bool mh_pf_is_enabled(const char *bytes, size_t length)
{
    struct lines lines = {bytes, bytes + length};
    struct line line;
    while (next_line(&lines, &line))
        if (begins(&line, "Status: Enabled"))
            return true;
    return false;
}
