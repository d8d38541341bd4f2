#include "problem_words.h"

#include "document.h"
#include "fetch.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last part of the type. */
static const char *word_of(const json_t *problem)
{
    const char *type = mh_member_text(problem, "type"), *slash = strrchr(type, '/');
    return slash != NULL ? slash + 1 : type;
}

static enum mh_exit exit_of(long status, const char *word)
{
    if (status == 409 || status == 412 || status == 428)
        return MH_EXIT_CONFLICT;
    if (status == 501 || strcmp(word, "unsupported") == 0 || strcmp(word, "member-unsupported") == 0 ||
        strcmp(word, "member-pending") == 0) /* both are told of with --strict only */
        return MH_EXIT_UNSUPPORTED;
    return MH_EXIT_FAILED;
}

/* ---- what is wrong --------------------------------------------------------------------------------- */

/* "; word value", or "(word value" for the first. */
static void add_particular(struct mh_text *text, bool *begun, const char *word, const char *value)
{
    if (value[0] == '\0')
        return;
    mh_text_format(text, "%s%s %s", *begun ? "; " : " (", word, value);
    *begun = true;
}

/* The number behind a word of the text. */
static bool read_number(const char *text, const char *word, unsigned *number)
{
    const char *at = strstr(text, word);
    char *end = NULL;
    unsigned long value = at == NULL ? 0 : strtoul(at + strlen(word), &end, 10);
    if (value == 0 || value > UINT_MAX)
        return false;
    *number = (unsigned)value;
    return true;
}

/* Where the parser itself has stopped is told in the detail: "... (line 3, column 14)". */
static bool find_place(const struct mh_document *document, const json_t *problem, unsigned *line,
                       unsigned *column)
{
    if (read_number(mh_member_text(problem, "detail"), "(line ", line) &&
        read_number(mh_member_text(problem, "detail"), ", column ", column))
        return true;
    return json_is_string(json_object_get(problem, "pointer")) &&
           mh_document_find(document, mh_member_text(problem, "pointer"), line, column);
}

/* "config.json:3:14: " */
static void add_place(struct mh_text *text, const struct mh_document *document, const json_t *problem)
{
    unsigned line, column;
    if (document == NULL || document->text == NULL || !find_place(document, problem, &line, &column))
        return;
    const char *name = strcmp(document->name, "-") == 0 ? "standard input" : document->name;
    mh_text_format(text, "%s:%u:%u: ", name, line, column);
}

/* RFC 9457, with `pointer`, `expected`, `got` and `native` of our own: "TITLE: DETAIL (at POINTER;
 * expected ...)". */
static void describe(const json_t *problem, struct mh_text *text)
{
    enum { POINTER = 0 };
    static const char *const particulars[][2] = {{"at", "pointer"}, {"expected", "expected"}, {"got", "got"}};
    const char *detail = mh_member_text(problem, "detail");
    const json_t *native = mh_member_object(problem, "native");
    bool begun = false;
    mh_text_format(text, "%s%s%s", mh_member_text(problem, "title"), detail[0] != '\0' ? ": " : "", detail);
    for (size_t i = 0; i < sizeof particulars / sizeof particulars[0]; i++) {
        const char *value = mh_member_text(problem, particulars[i][1]);
        if (i != POINTER || strstr(detail, value) == NULL) /* the detail may name the member already */
            add_particular(text, &begun, particulars[i][0], value);
    }
    const char *code = mh_member_text(native, "text");
    add_particular(text, &begun, mh_member_text(native, "system"), code);
    if (code[0] != '\0')
        mh_text_format(text, " %" JSON_INTEGER_FORMAT, mh_member_number(native, "code"));
    if (begun)
        mh_text_add(text, ")");
}

/* ---- what can be done ------------------------------------------------------------------------------ */

static const char *advice_for(const char *word)
{
    static const char *const rows[][2] = {
        {"transaction-pending", "`multihomectl transactions` shows it; `multihomectl confirm` keeps it, "
                                "`multihomectl revert` takes it back."},
        {"file-edited", "`multihomectl reload` applies the file as it is."},
        {"precondition-failed", "Somebody else was faster: see `multihomectl config`, and try again."},
        {"wrong-token", "Only the session that applied it has its token; `multihomectl revert` needs none."},
        {"transaction-over", "Apply it again."},
        {"member-pending", "Without --strict it is kept, and acts when that appears."},
        {"member-unsupported", "Without --strict the rest is applied."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i][0], word) == 0)
            return rows[i][1];
    return NULL;
}

/* What has become of the host, which matters more than anything else. */
static const char *fate_of(const char *state)
{
    if (strcmp(state, "reverted") == 0)
        return "It is reverted: the host is as it was before.";
    if (strcmp(state, "failed") == 0)
        return "It could not be taken back whole: see `multihomectl transactions`; "
               "`multihomectl revert` tries again.";
    return NULL;
}

static void advise(const json_t *problem)
{
    const char *const lines[] = {fate_of(mh_member_text(problem, "state")), advice_for(word_of(problem))};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (lines[i] != NULL)
            (void)fprintf(stderr, "  %s\n", lines[i]);
}

enum mh_exit mh_complain_problem(const struct mh_ctl *ctl, long status, const struct mh_text *body)
{
    json_t *problem = body->bytes != NULL ? json_loadb(body->bytes, body->length, 0, NULL) : NULL;
    enum mh_exit exit_status = exit_of(status, word_of(problem));
    if (mh_member_text(problem, "title")[0] == '\0') {
        json_decref(problem);
        return mh_ctl_complain(exit_status, "the service refused with HTTP status %ld", status);
    }
    struct mh_text text = {0};
    add_place(&text, ctl->document, problem);
    describe(problem, &text);
    char *sentence = mh_text_take(&text);
    (void)mh_ctl_complain(exit_status, "%s", sentence != NULL ? sentence : "out of memory");
    free(sentence);
    advise(problem);
    json_decref(problem);
    return exit_status;
}
