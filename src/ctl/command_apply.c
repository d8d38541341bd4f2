/* multihomectl plan, apply and reload: a whole configuration, and what it does to the host. */
#define _DEFAULT_SOURCE /* libuv's header needs more than C11 */
#include "change.h"
#include "commands.h"
#include "document.h"
#include "fetch.h"
#include "plan_words.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

enum { STANDARD_INPUT = 0 };
#define CONFIG "/v1/config"

static struct mh_change replace_by(const struct mh_document *document, const char *match)
{
    return (struct mh_change){.method = "PUT",
                              .target = CONFIG,
                              .body = document->text,
                              .length = document->length,
                              .match = match};
}

/* ---- plan ------------------------------------------------------------------------------------------ */

static enum mh_exit plan_of_now(struct mh_ctl *ctl)
{
    struct mh_response response;
    json_t *plan;
    if ((ctl->options->given & MH_OPTION_STRICT) != 0)
        return mh_ctl_complain(MH_EXIT_USAGE, "--strict is of use with a FILE only");
    enum mh_exit status = mh_fetch_json(ctl, "/v1/plan", &response, &plan);
    if (status == MH_EXIT_DONE)
        status = mh_change_show(ctl, &response, plan);
    json_decref(plan);
    mh_response_clear(&response);
    return status;
}

static enum mh_exit plan_of(struct mh_ctl *ctl, const struct mh_document *document)
{
    struct mh_response response;
    json_t *plan;
    const struct mh_change change = replace_by(document, "*");
    ctl->document = document;
    enum mh_exit status = mh_change_plan(ctl, &change, &response, &plan);
    if (status == MH_EXIT_DONE)
        status = mh_change_show(ctl, &response, plan);
    json_decref(plan);
    mh_response_clear(&response);
    return status;
}

enum mh_exit mh_ctl_plan(struct mh_ctl *ctl)
{
    struct mh_document document;
    if (ctl->options->argument_count == 0)
        return plan_of_now(ctl);
    enum mh_exit status = mh_document_read(ctl->options->arguments[0], &document);
    if (status == MH_EXIT_DONE)
        status = plan_of(ctl, &document);
    ctl->document = NULL;
    mh_document_clear(&document);
    return status;
}

/* ---- apply ----------------------------------------------------------------------------------------- */

/* Only a person at a terminal can answer, and only when standard input is not the document. */
static bool can_ask(const struct mh_ctl *ctl)
{
    return (ctl->options->given & MH_OPTION_YES) == 0 && mh_change_is_watched(ctl) &&
           uv_guess_handle(STANDARD_INPUT) == UV_TTY;
}

static bool ask(struct mh_ctl *ctl)
{
    char answer[16] = "";
    (void)fflush(stdout);
    if (ctl->options->confirm != NULL)
        (void)fprintf(stderr, "Apply this for %s, until it is confirmed? [y/N] ", ctl->options->confirm);
    else
        (void)fputs("Apply this, without a way back by itself (--confirm 60s)? [y/N] ", stderr);
    (void)fflush(stderr);
    if (fgets(answer, sizeof answer, stdin) == NULL)
        (void)fputs("\n", stderr);
    return answer[0] == 'y' || answer[0] == 'Y';
}

/* Shows what would be done, and asks. *shown: the plan stands on the screen. */
static enum mh_exit show_and_ask(struct mh_ctl *ctl, const struct mh_change *change, bool *shown)
{
    struct mh_response response;
    json_t *plan;
    enum mh_exit status = mh_change_plan(ctl, change, &response, &plan);
    if (status == MH_EXIT_DONE)
        status = mh_change_show(ctl, &response, plan);
    *shown = true;
    if (status == MH_EXIT_DONE && !mh_plan_is_empty(plan) && !ask(ctl))
        status = mh_ctl_complain(MH_EXIT_FAILED, "nothing is changed");
    json_decref(plan);
    mh_response_clear(&response);
    return status;
}

static enum mh_exit apply(struct mh_ctl *ctl, const struct mh_document *document)
{
    struct mh_response read;
    bool shown = false;
    enum mh_exit status = mh_fetch(ctl, CONFIG, MH_MEDIA_JSON, &read);
    const struct mh_change change = replace_by(document, read.tag[0] != '\0' ? read.tag : "*");
    ctl->document = document;
    if (status == MH_EXIT_DONE && can_ask(ctl))
        status = show_and_ask(ctl, &change, &shown);
    if (status == MH_EXIT_DONE)
        status = mh_change_run(ctl, &change, shown);
    mh_response_clear(&read);
    return status;
}

enum mh_exit mh_ctl_apply(struct mh_ctl *ctl)
{
    struct mh_document document;
    enum mh_exit status = mh_document_read(ctl->options->arguments[0], &document);
    if (status == MH_EXIT_DONE)
        status = apply(ctl, &document);
    ctl->document = NULL;
    mh_document_clear(&document);
    return status;
}

/* ---- reload ---------------------------------------------------------------------------------------- */

enum mh_exit mh_ctl_reload(struct mh_ctl *ctl)
{
    return mh_change_run(ctl, &(struct mh_change){.method = "POST", .target = "/v1/reload"}, false);
}
